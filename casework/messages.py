"""What people read is looked up by id; this module holds the one lookup.

The composition root installs a translator; until then an id renders as itself with its facts, so
a test or a log never fails for want of a language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

import msgspec


class Message(msgspec.Struct, frozen=True):
    """A sentence not yet in a language: its id in the catalogues, and the facts that fill it."""

    id: str
    facts: dict[str, Any] = {}

    def __str__(self) -> str:
        return t(self.id, **self.facts)


class Spoken(Exception):
    """Base of the errors of every room: `message` says in the reader's language what is wrong and what to do."""

    def __init__(self, message_id: str, /, **facts: Any) -> None:
        super().__init__(message_id, facts)
        self.message = Message(message_id, facts)

    @property
    def code(self) -> str:
        """The stable code that machines read (the message id)."""
        return self.message.id

    def __str__(self) -> str:
        return str(self.message)


class Translator(Protocol):
    """Renders a message id with its facts in the language of the person at the screen."""

    def __call__(self, message_id: str, facts: Mapping[str, Any]) -> str: ...


def _untranslated(message_id: str, facts: Mapping[str, Any]) -> str:
    return " ".join([message_id, *(f"{name}={value}" for name, value in facts.items())])


_translator: Translator = _untranslated
_papers: Translator = _untranslated
_of: Callable[[str], Translator] | None = None
_here: ContextVar[Translator | None] = ContextVar("_here", default=None)


def install(translator: Translator, papers: Translator | None = None) -> None:
    """Make `translator` the one that `t` uses. Called by the composition root, and on a change of language.

    `papers`: the one that `written` uses, where papers have a language of their own.
    """
    global _translator, _papers
    _translator, _papers = translator, papers or translator


def install_papers(papers: Translator) -> None:
    """Make `papers` the one that `written` uses, whatever language the screen has."""
    global _papers
    _papers = papers


def written(message: Message) -> str:
    """`message` in the language of the papers: what goes into a case for good, not what a screen says."""
    return _papers(message.id, message.facts)


def install_languages(of: Callable[[str], Translator]) -> None:
    """Let `speaking` have its translators from `of`, by language."""
    global _of
    _of = of


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within this block, and for this task alone, `t` speaks `language`: that of a reader elsewhere."""
    token = _here.set(_of(language) if _of is not None else None)
    try:
        yield
    finally:
        _here.reset(token)


def t(message_id: str, /, **facts: Any) -> str:
    """The sentence `message_id` with `facts` filled in, in the installed language."""
    return (_here.get() or _translator)(message_id, facts)
