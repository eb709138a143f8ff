"""How a decision becomes facts: one person, one moment, one case; a group for each class (S3)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from casework import bodies
from casework.ambient import NewId
from casework.calendar import Calendar
from casework.case import Case
from casework.catalogue.schema import Catalogue
from casework.errors import BadText
from casework.events import EVENTS, Klass, written
from casework.facts import Base, Fact, Group, LegalTime
from casework.folding import evolve
from casework.limits import LIMITS
from casework.refused import Waits
from casework.rules import Bench, Refusal, refusal
from casework.upcasting import written_version


@dataclasses.dataclass(frozen=True)
class Context:
    """All that a decision needs and may not fetch itself."""

    staff: bodies.StaffSet
    shift: tuple[str, ...]
    """The posts she serves now at this window."""
    terminal: str
    time: LegalTime
    base: Base
    roster: int
    catalogue: Catalogue
    new_id: NewId
    online: bool = True
    """False while the line is known to be down (S14)."""
    visit: str = ""
    refused: Mapping[str, Waits] = dataclasses.field(default_factory=dict)
    """What waits in the tray and may be settled with this case, by its name there."""
    waiting: frozenset[str] = frozenset()
    """Types of facts of this case that wait for the hall's word."""
    team_of: Callable[[str], str] | None = None
    """The team of a staff number by the roster, empty for nobody's; None where no roster is at hand."""
    person_of: Callable[[str], bodies.StaffSet | None] | None = None
    """Whom a staff number is by the roster; None where no roster is at hand."""
    sourced: bool = False
    """Papers can be checked over the network from here (R33)."""
    calendar: Calendar | None = None
    """The newest, for what depends on dates; None where none has come."""
    writes: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """Which versions the hall has said may be written, by type (S32)."""
    modules: frozenset[str] | None = None
    """Of which modules this window opens cases: those that it holds (S7); None while the log has not said so."""
    former: frozenset[str] = frozenset()
    """The numbers that this terminal had before (S27): what it took in under them is its own."""

    def elsewhere(self, module: str) -> Refusal | None:
        """Why no case of `module` is opened here; None where one is."""
        if self.modules is None or not module or module in self.modules:
            return None
        return Refusal("module_elsewhere", {"module": module, "terminal": self.terminal})

    @property
    def day(self) -> str:
        """The day of the decision, YYYY-MM-DD."""
        return self.time.at[:10]

    @property
    def bench(self) -> Bench:
        """What the rules may look at."""
        return Bench(self.staff, self.catalogue.posts, self.refused, self.calendar, self.person_of)


class Decision(msgspec.Struct, frozen=True):
    """What a command makes: groups of facts, and the case as it is with all of them."""

    groups: tuple[tuple[Fact, ...], ...]
    case: Case | None

    @property
    def types(self) -> tuple[str, ...]:
        """The event types, in order."""
        return tuple(fact.type for group in self.groups for fact in group)


_YET_TO_COME = 128
"""Bytes that a fact may still grow by: its number, its place in the group, the group before it."""


class Drafting:
    """Collects the facts of one command and checks each on the state that those before it made."""

    def __init__(self, context: Context, case_id: str, root: str, case: Case | None) -> None:
        self.context = context
        self.case = case
        self._case_id = case_id
        self._root = root
        self.facts: list[Fact] = []
        """In the order in which they were made."""
        self._groups: dict[Klass, str] = {}

    def add(self, type_: str, body: bodies.Body, post: str) -> Refusal | None:
        """Make the fact `type_`; the refusal of the rules if it may not be, and then it is not kept.

        Raises BadText: more was typed than one fact may carry (S3); said here, before anything has its number.
        """
        context = self.context
        row = EVENTS[type_]
        version = written_version(type_, row.version, context.writes)
        group = self._groups.setdefault(row.klass, context.new_id())
        fact = Fact(
            id=context.new_id(), type=type_, version=version, root=self._root, case=self._case_id,
            group=Group(group, 0, 1), actor=context.staff.number, post=post, visit=context.visit, base=context.base,
            time=context.time, catalogue=context.catalogue.version, roster=context.roster,
            body=written(type_, body, version),
        )  # fmt: skip
        no = refusal(self.case, fact, body, context.bench)
        if no is not None:
            return no
        size = len(msgspec.json.encode(fact)) + _YET_TO_COME
        if size > LIMITS.fact_bytes:
            raise BadText("text.fact_too_big", size=size, most=LIMITS.fact_bytes)
        self.facts.append(fact)
        self.case = evolve(self.case, fact)
        return None

    def decision(self) -> Decision:
        """The facts in groups: facts of the counter first, the judgements after them (S3)."""
        return Decision(in_groups(self.facts), self.case)


def in_groups(facts: Sequence[Fact]) -> tuple[tuple[Fact, ...], ...]:
    """The facts of one command (and of one bundle): a group for each class, each naming the one before (S3)."""
    groups: list[tuple[Fact, ...]] = []
    before: str | None = None
    for klass in (Klass.COUNTER, Klass.JUDGEMENT, Klass.NEEDS_HALL):
        members = [fact for fact in facts if EVENTS[fact.type].klass is klass]
        if members:
            id_ = members[0].group.id
            groups.append(tuple(_placed(fact, index, len(members), id_, before) for index, fact in enumerate(members)))
            before = id_
    return tuple(groups)


def _placed(fact: Fact, index: int, size: int, group: str, after: str | None) -> Fact:
    return msgspec.structs.replace(fact, group=Group(group, index, size, after))


def drafted(drafting: Drafting, *steps: tuple[str, Any, str]) -> Decision | Refusal:
    """The decision of `steps` (type, body, post), or the first refusal."""
    for type_, body, post in steps:
        no = drafting.add(type_, body, post)
        if no is not None:
            return no
    return drafting.decision()
