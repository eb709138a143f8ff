"""What a day of the hall in fast motion is run with, and what it brings (`console.demo.day_course` runs it)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from casework.case import Case, encode_case
from casework.facts import digest
from casework.messages import Message
from console.terminal import Terminal


class Receipt(msgspec.Struct, frozen=True):
    """A paper that was printed: the file lies in the terminal's folder."""

    number: str
    kind: str
    pdf: str


class Day(msgspec.Struct):
    """What the day brought: the JSON of `demo --headless`."""

    by_module: dict[str, dict[str, int]]
    taken_in_offline: int = 0
    refused: int = 0
    printed: int = 0
    receipts: list[Receipt] = []
    converged: bool = False
    seconds: float = 0.0
    states: dict[str, int] = {}
    items: int = 0


class Line(Protocol):
    """The line of each window, and its cable."""

    def sync(self, terminal: Terminal) -> None:
        """Push and pull until nothing is left, or the line is down."""
        ...

    def pull_out(self, terminal: Terminal) -> None:
        """Out with the cable of this window."""
        ...

    def plug_in(self, terminal: Terminal) -> None:
        """Back with it."""
        ...


@dataclasses.dataclass
class Hands:
    """What the day is run with; `print_all` empties a terminal's print queue."""

    window12: Terminal
    window7: Terminal
    cables: Line
    print_all: Callable[[Terminal], list[Receipt]]
    at_hall: Callable[[Sequence[str]], dict[str, Case]]
    """How the hall holds the cases with these ids."""
    seed: int = 1
    tell: Callable[[Message], None] = lambda said: None

    @property
    def windows(self) -> tuple[Terminal, Terminal]:
        """Both."""
        return self.window12, self.window7


def picture(cases: Mapping[str, Case]) -> str:
    """One hash over the states of cases."""
    return digest(b"\n".join(encode_case(case) for _, case in sorted(cases.items())))
