"""`yichuang`: finds the command that was typed, loads its module alone, and turns errors into sentences and exit codes.

0 done (a business refusal is done), 1 failed with a sentence that says what to do, 2 wrong use with the list of what is
possible, 70 a fault that nobody expected. `yichuang --help` loads neither argparse nor msgspec nor any room: its start
is measured.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from console.commands import COMMANDS
from console.messages import LANGUAGES, choose_language, read_catalogue

DONE, FAILED, WRONG = 0, 1, 2
FELL = 70
"""A fault that nobody expected; its sentence says where its trace lies. The launcher counts these."""
STOPPED = 130
"""Ctrl-C, as shells know it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    _speak_utf8()
    language, words = _language(words)
    if not words or words[0] in {"-h", "--help", "help"}:
        print(_listing(language), file=sys.stdout if words else sys.stderr)
        return DONE if words else WRONG
    if words[0] == "--version":
        return _version()
    try:
        return _run(words, language)
    except BrokenPipeError:
        return _reader_left()
    except KeyboardInterrupt:
        return STOPPED
    except Exception:  # a file of this version is gone: it has no words for that either, and the launcher counts it
        import traceback

        traceback.print_exc()
        return FELL


def _run(words: list[str], language: str) -> int:
    from casework import messages
    from console.errors import WrongUse
    from console.messages import translator
    from console.output import talk

    messages.install(translator(language))
    messages.install_languages(translator)
    held = _held()
    try:
        return _command(words, language)
    except WrongUse as wrong:
        talk(f"yichuang {words[0]}: {wrong}")
        if wrong.listing:
            talk(wrong.listing.rstrip())
        return WRONG
    except BrokenPipeError:
        raise
    except Exception as error:
        from console import bootstrap
        from console.output import sentence_of

        talk(f"yichuang {words[0]}: {bootstrap.sentence(error)}")
        return FAILED if sentence_of(error) else FELL
    finally:
        del held


def _held() -> object:
    """What keeps this version on the disk while it runs; a checkout needs nothing, and loads nothing for it."""
    if "YICHUANG_HOME" not in os.environ:
        return None
    from console import bootstrap

    return bootstrap.hold_version()


def _command(words: list[str], language: str) -> int:
    import importlib

    from casework.messages import t
    from console.arguments import Parser, parse
    from console.errors import WrongUse

    name, rest = words[0], words[1:]
    if name not in COMMANDS:
        raise WrongUse("console.no_command", listing="  " + " ".join(COMMANDS), command=name[:40])
    module = importlib.import_module(f"console.commands.{COMMANDS[name]}")
    if hasattr(module, "forward"):
        return _forwarded(module.forward, rest)
    parser = Parser(prog=f"yichuang {name}", description=t(f"help.{name}"))
    module.arguments(parser)
    try:
        arguments = parse(parser, rest)
    except SystemExit:  # --help was typed, and printed
        return DONE
    arguments.command = name
    if not getattr(arguments, "lang", language):  # `yichuang --lang en console`: it stood before the command
        arguments.lang = language
    code: int = module.run(arguments)
    return code


def _forwarded(run: Callable[[Sequence[str]], int], words: Sequence[str]) -> int:
    """Another room reads its own arguments; argparse leaves by itself there, after --help or wrong use."""
    try:
        return run(words)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else WRONG


def _language(words: list[str]) -> tuple[str, list[str]]:
    """The language that was asked for, and the words without it where it stands before the command."""
    wish = None
    for at, word in enumerate(words):
        if word == "--lang" and at + 1 < len(words):
            wish = words[at + 1]
        elif word.startswith("--lang="):
            wish = word.partition("=")[2]
    if wish in LANGUAGES and words[0] == "--lang":
        words = words[2:]
    elif wish in LANGUAGES and words[0].startswith("--lang="):
        words = words[1:]
    return choose_language(wish, os.environ), words


def _listing(language: str) -> str:
    """Every command with what it does, in one screen."""
    known = read_catalogue(language, ("console",))
    wide = max(map(len, COMMANDS))
    lines = (f"  {name:<{wide}}  {known.get(f'help.{name}', '')}" for name in COMMANDS)
    return "\n".join([known.get("help.usage", "yichuang COMMAND"), "", *lines, "", known.get("help.more", "")])


def _version() -> int:
    from importlib.metadata import version

    print(version("yichuang"))
    return DONE


def _speak_utf8() -> None:
    """Chinese and JSON are UTF-8 whatever the console's code page says; a character that can't be shown never stops."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _reader_left() -> int:
    """Whoever read our output has seen enough (`| head`): nothing more to say, also not when Python ends."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())
    return DONE


if __name__ == "__main__":
    sys.exit(main())
