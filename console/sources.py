"""Where papers are checked over the network (R33): the port, and the sources that stand behind it.

A real hall plugs its exchange platform in here. What is asked is one paper of one applicant; what comes back is
whether the source knows it. Nothing here is retried: a check that is not answered stays to be made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Protocol

import msgspec

from casework import bodies
from casework.case import Case
from casework.catalogue.materials import NOT_FOUND, PENDING
from casework.catalogue.schema import Item

SETTING = "sources"
"""The setting of a terminal that names its sources; `simulated` in the demo."""


class Question(msgspec.Struct, frozen=True):
    """One paper to look up."""

    material: str
    source: str
    applicant: bodies.Party
    project_code: str = ""


class Sources(Protocol):
    """The exchange platform as the desk sees it. Calls may take seconds: never from the screen's loop."""

    connected: bool
    """Whether there is any: a hall without one decides by the papers alone."""

    def ask(self, question: Question) -> bodies.CheckLine | None:
        """`match` or `no_match` with the source's own reference; None when it does not answer now."""
        ...


class NoSources:
    """A terminal whose hall has connected none."""

    connected = False

    def ask(self, question: Question) -> bodies.CheckLine | None:
        """Nobody answers."""
        return None


class SimulatedSources:
    """Answers for the demo: the same question has the same answer, and about one paper in forty is not found."""

    connected = True

    def ask(self, question: Question) -> bodies.CheckLine | None:
        """What the made-up source says."""
        text = f"{question.source} {question.material} {question.applicant.id}"
        drawn = hashlib.sha256(text.encode()).digest()
        outcome = "no_match" if drawn[0] < 6 else "match"
        return bodies.CheckLine(question.material, outcome, question.source, f"SIM{drawn.hex()[:10].upper()}")


def sources_of(setting: str | None) -> Sources:
    """The sources that a terminal's setting names."""
    return SimulatedSources() if setting == "simulated" else NoSources()


def questions(case: Case, item: Item | None) -> tuple[Question, ...]:
    """What of a case has yet to be looked up; what was not found may have come in since."""
    said = case.received
    sources = {m.code: m.source.zh for m in item.materials if m.source} if item else {}
    return tuple(
        Question(code, sources.get(code, ""), said.applicant, said.project_code)
        for code, have in case.materials.items()
        if have in {PENDING, NOT_FOUND}
    )


def answers(sources: Sources, asked: Iterable[Question]) -> tuple[bodies.CheckLine, ...]:
    """What the sources said of all that was asked; those that did not answer are left out."""
    said = (sources.ask(question) for question in asked)
    return tuple(line for line in said if line is not None)
