"""What people read, in their language: the compiled gettext catalogues behind `casework.messages.t`.

Every string of every room is looked up here: an id with dots (`intake.saved`) and its facts give a sentence. All
domains of a language make one table. An id that the chosen language lacks is looked up in the other one, and at last
shown as itself; a fact that is missing shows as `{name}`: a wrong text must never stop a clerk.

The catalogues are read by path and not by `importlib.resources`, whose import alone takes three times as long as all
of them together (the start of `yichuang --help` is measured).
"""

from __future__ import annotations

import gettext
import os
import string
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casework.messages import Translator  # at run time it would load msgspec, three times the start of Python

LANGUAGES = ("zh_CN", "en")
PAPERS = "zh_CN"
"""The language of the papers, whatever language the screen has."""
DOMAINS = ("screens", "console", "casework", "catalogue", "papers", "line", "store", "hall", "updates")
"""In the order in which they are needed after the start."""
VARIABLE = "YICHUANG_LANG"

_LOCALE = os.path.join(os.path.dirname(__file__), "locale")  # noqa: PTH118, PTH120 - pathlib costs 10 ms at the start
_SEPARATORS = {"zh_CN": "、", "en": ", "}


def choose_language(argument: str | None, environment: Mapping[str, str]) -> str:
    """The language of this run: the argument, else `YICHUANG_LANG`, else the locale's variables, else Chinese.

    What names neither Chinese nor English (`C`, `de_DE.UTF-8`) is passed over.
    """
    for wish in (argument, *(environment.get(name) for name in (VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG"))):
        for language in LANGUAGES:
            if wish and wish.lower().startswith(language[:2]):
                return language
    return LANGUAGES[0]


def read_catalogue(language: str, domains: tuple[str, ...] = DOMAINS) -> dict[str, str]:
    """All sentences of `language` by id, the `domains` in one table. A domain that is not there is empty."""
    table: dict[str, str] = {}
    for domain in domains:
        path = os.path.join(_LOCALE, language, "LC_MESSAGES", f"{domain}.mo")  # noqa: PTH118 - as above
        try:
            with open(path, "rb") as stream:  # noqa: PTH123 - as above
                entries = gettext.GNUTranslations(stream)
        except FileNotFoundError:
            continue
        table.update(entries._catalog)  # type: ignore[attr-defined]  # the one way to all entries; in every Python since 2.2
    table.pop("", None)
    return table


def translator(language: str) -> Translator:
    """The lookup for `language` (`zh_CN` or `en`), to be handed to `casework.messages.install`."""
    return _Catalogues(language)


class _Catalogues:
    """The lookup of one language; the others are read only when an id is missing in it.

    The domains are read one after the other, each when an id was in none before it: the first frame needs two of them.
    """

    def __init__(self, language: str) -> None:
        self._order = (language, *(other for other in LANGUAGES if other != language))
        self._tables: dict[str, dict[str, str]] = {one: {} for one in self._order}
        self._read: set[tuple[str, str]] = set()
        self._separator = _SEPARATORS.get(language, ", ")

    def __call__(self, message_id: str, facts: Mapping[str, Any]) -> str:
        sentence = self._sentence(message_id)
        if not facts and "{" not in sentence:
            return sentence
        filled = _Facts({name: self._word(value) for name, value in facts.items()})
        try:
            return _PLURALS.vformat(sentence, (), filled) if "|" in sentence else sentence.format_map(filled)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            return sentence

    def _sentence(self, message_id: str) -> str:
        for language in self._order:
            sentence = self._tables[language].get(message_id) or self._read_on(language, message_id)
            if sentence:
                return sentence
        return message_id

    def _read_on(self, language: str, message_id: str) -> str:
        """Read domains until one has the id. Two threads may read the same one: a domain counts when it is in."""
        table = self._tables[language]
        for domain in DOMAINS:
            if (language, domain) not in self._read:
                table.update(read_catalogue(language, (domain,)))
                self._read.add((language, domain))
            if message_id in table:
                break
        return table.get(message_id, "")

    def _word(self, value: Any) -> Any:
        """A fact as people read it: messages and texts in this language, lists joined by its separator."""
        from casework.messages import Message

        if isinstance(value, Message):
            return self(value.id, value.facts)
        if isinstance(value, Mapping) and value.keys() == {"id", "facts"}:
            return self(value["id"], value["facts"])  # a message within one that lay in the store
        if isinstance(value, (list, tuple)):
            return self._separator.join(str(self._word(part)) for part in value)
        if isinstance(value, Mapping) and value.keys() == {"zh", "en"}:
            return value["en" if self._order[0] == "en" else "zh"]  # a text of the catalogue (`Text.both`)
        return value


class _Plurals(string.Formatter):
    """`{count} case{count:|s}`: behind the colon what is said of one, and of any other number."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        """See `string.Formatter`."""
        one, both, many = format_spec.partition("|")
        if not both or isinstance(value, _Hole):
            return super().format_field(value, format_spec)
        return one if str(value) == "1" else many


_PLURALS = _Plurals()


class _Facts(dict[str, Any]):
    """Facts that answer for a missing name with the placeholder itself."""

    def __missing__(self, name: str) -> _Hole:
        return _Hole(name)


class _Hole:
    """A fact that nobody gave; whatever format is asked of it, it shows its name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __format__(self, spec: str) -> str:
        return f"{{{self._name}}}"
