"""Parts of the program that stand otherwise for as long as one world lasts, and are put back after it."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from casework.admit import Judgement, admit
from casework.case import Case
from casework.facts import Fact
from casework.rules import Bench

Patch = tuple[str, str, Callable[[Any], Any]]
"""Module, name inside it (`Class.method` too), and what makes the other one from the real one."""


class Rules:
    """The hall's rules, of a version that fails on some facts while `fails_on` is a hex digit (S17)."""

    def __init__(self) -> None:
        self.fails_on = ""

    def admit(self, case: Case | None, fact: Fact, bench: Bench, unseen: frozenset[str] = frozenset()) -> Judgement:
        """The judgement of `fact`. Raises RuntimeError where this version has its fault."""
        if self.fails_on and fact.id.endswith(self.fails_on):
            raise RuntimeError("a fault of this version")
        return admit(case, fact, bench, unseen)


@contextlib.contextmanager
def patched(rules: Rules, patches: Iterable[Patch] = ()) -> Iterator[None]:
    """The hall judges by `rules`, and whatever `patches` name is another."""
    with contextlib.ExitStack() as stack:
        for module, name, make in (("hall.judging", "admit", lambda real: rules.admit), *patches):
            stack.enter_context(_one(module, name, make))
        yield


@contextlib.contextmanager
def _one(module: str, name: str, make: Callable[[Any], Any]) -> Iterator[None]:
    owner: Any = importlib.import_module(module)
    *path, last = name.split(".")
    for word in path:
        owner = getattr(owner, word)
    real = owner.__dict__[last]
    setattr(owner, last, make(real))
    try:
        yield
    finally:
        setattr(owner, last, real)
