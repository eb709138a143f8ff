"""The arguments of the commands: one parser for each, in the reader's language, and what all of them take.

What is typed wrong never prints a usage line of another program's making: it raises WrongUse with a sentence and the
list of what is possible (exit code 2).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from casework.messages import t
from console.errors import WrongUse

_WORDS = {
    "the following arguments are required: %s": "arguments.required",
    "unrecognized arguments: %s": "arguments.unknown",
    "one of the arguments %s is required": "arguments.one_of",
    "not allowed with argument %s": "arguments.not_with",
    "expected one argument": "arguments.one_value",
    "expected at least one argument": "arguments.one_value",
    "invalid choice: %(value)r (choose from %(choices)s)": "arguments.choice",
    "invalid %(type)s value: %(value)r": "arguments.value",
    "argument %(argument_name)s: %(message)s": "arguments.about",
    "show this help message and exit": "arguments.help",
    "options": "arguments.options",
    "positional arguments": "arguments.positionals",
    "usage: ": "arguments.usage",
}


def _word(words: str) -> str:
    """argparse asks gettext for its own words, by their English; ours are in the catalogue under their ids."""
    known = _WORDS.get(words)
    return t(known) if known else words


vars(argparse)["_"] = _word


class Parser(argparse.ArgumentParser):
    """A parser that raises instead of leaving, and can list what is possible."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("allow_abbrev", False)
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(**options)

    def error(self, message: str) -> NoReturn:
        """Raises WrongUse."""
        raise WrongUse("console.wrong_use", listing=self.format_help(), reason=message)


def commands(parser: argparse.ArgumentParser) -> argparse._SubParsersAction[Any]:
    """Sub-commands of `parser`, one of which has to be typed."""
    return parser.add_subparsers(
        dest="action", required=True, metavar=t("arguments.action"), title=t("arguments.possible"), parser_class=Parser
    )


def command(group: argparse._SubParsersAction[Any], name: str, help_id: str) -> Parser:
    """The parser of one sub-command; its help is the sentence `help_id`."""
    made: Parser = group.add_parser(name, help=t(help_id), description=t(help_id))
    add_shared(made)
    return made


def add_shared(parser: argparse.ArgumentParser) -> None:
    """What every command takes: the language, and JSON where it would print plain text."""
    parser.add_argument("--lang", choices=("zh_CN", "en"), help=t("arguments.lang"))
    parser.add_argument("--json", action="store_true", help=t("arguments.json"))


def add_folder(parser: argparse.ArgumentParser) -> None:
    """`--dir`: the data folder of the terminal."""
    parser.add_argument("--dir", metavar="DIR", help=t("arguments.dir"))


def add_person(parser: argparse.ArgumentParser, *, required: bool = True, post: str = "arguments.post") -> None:
    """Who acts: `--staff` and `--post`; the PIN is in `YICHUANG_PIN`, never among the arguments that others can see."""
    parser.add_argument("--staff", metavar=t("arguments.number"), required=required, help=t("arguments.staff"))
    parser.add_argument("--post", metavar="POST[,POST]", type=listed, default=(), help=t(post))


def listed(words: str) -> tuple[str, ...]:
    """`a,b` as a tuple, without doubles."""
    return tuple(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))


def parse(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.Namespace:
    """The arguments. Raises WrongUse."""
    return parser.parse_args(words)


def table(rows: Iterable[tuple[str, str]]) -> str:
    """Names and what they do, in two columns."""
    lines = list(rows)
    wide = max((len(name) for name, _ in lines), default=0)
    return "\n".join(f"  {name:<{wide}}  {what}" for name, what in lines)
