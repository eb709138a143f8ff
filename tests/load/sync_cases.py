"""Cases as windows make them, by the thousand: the facts of every shipped item, from the receipt to the closed file.

Each item is walked once by the trade's own `decide`; further cases of it are the same facts with ids, number and
people of their own. Nothing is invented: what is pushed is what windows push, some 700 bytes a fact.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from casework import bodies, numbers
from casework.ambient import stamp
from casework.commands import Intake
from casework.decide import print_paper
from casework.drafting import Decision
from casework.facts import Base, Fact, Group, LegalTime, digest
from console.demo.sample import application, entity, person
from tests.people import CATALOGUE, ITEMS, Office

STOPS = ("", "", "deliver", "decide", "", "certify", "", "examine")
"""Where a case stays, by turns; empty: it is closed."""
FEWEST = 8
"""Facts of a push (quality.md): what a window has to say at once."""
_PEOPLE = 2000
_SEED = 7


class Template(msgspec.Struct, frozen=True):
    """The facts of one walked case, and what of it is another's in each copy."""

    facts: tuple[Fact, ...]
    number: bytes
    applicant: bodies.Party


def templates(day: datetime) -> tuple[Template, ...]:
    """A case of each shipped item, as it goes when everything is right, with its receipt and its acceptance printed."""
    return tuple(_walked(code, place, day) for place, code in enumerate(ITEMS))


def _walked(code: str, place: int, day: datetime) -> Template:
    office = Office(day=f"{day:%Y-%m-%d}")
    form = application(CATALOGUE.items[code], _SEED, place, day.date())
    case = office.keep(office.take(msgspec.structs.replace(form, outcome="receive")))
    printed = print_paper(case, "receipt", office.context("1001"), digest(code.encode()))
    assert isinstance(printed, Decision)
    case = office.walk(office.keep(printed), STOPS[place % len(STOPS)])
    return Template(tuple(office.facts[case.id]), case.number.encode(), _applicant(form))


def _applicant(form: Intake) -> bodies.Party:
    assert form.applicant is not None
    return form.applicant


class Stamped:
    """The cases of one terminal, one after the other: fresh ids, its own numbers, by turns of every item.

    Args:
        made_from: what `templates` gave.
        terminal: the window's number.
        at: the day and hour at which all of it is said to have happened.
        offset: at which item to begin.
    """

    def __init__(self, made_from: tuple[Template, ...], terminal: str, at: datetime, offset: int = 0) -> None:
        self._templates = made_from
        self._terminal = terminal
        self._at = at
        self._offset = offset
        self._ids = itertools.count(1)
        self._cases = 0
        self._seq = 0
        self._time = LegalTime(stamp(at), 0, stamp(at), same_boot=True)

    def case(self) -> list[Fact]:
        """The facts of the next case, in the order in which they are sealed."""
        made_from = self._templates[(self._offset + self._cases) % len(self._templates)]
        days, before = divmod(self._cases, numbers.MOST_A_DAY)
        self._cases += 1
        known: dict[str, str] = {}
        day = self._at.date() - timedelta(days=days)  # a window gives no more numbers on one day
        number = numbers.make("420118", day, self._terminal, before + 1).encode()
        said = people(self._offset * 31 + self._cases, made_from.applicant.kind)
        return [self._copy(fact, made_from, known, number, said) for fact in made_from.facts]

    def facts(self, count: int) -> list[Fact]:
        """At least `count` facts of whole cases."""
        found: list[Fact] = []
        while len(found) < count:
            found += self.case()
        return found

    def _copy(
        self, fact: Fact, made_from: Template, known: dict[str, str], number: bytes, said: bodies.Party
    ) -> Fact:  # fmt: skip
        body = bytes(fact.body).replace(made_from.number, number)
        if fact.type == "received":
            old = made_from.applicant
            body = body.replace(old.name.encode(), said.name.encode()).replace(old.id.encode(), said.id.encode())
        self._seq += 1
        group = fact.group
        after = self._id(known, group.after) if group.after else None
        return msgspec.structs.replace(
            fact, id=self._id(known, fact.id), case=self._id(known, fact.case), root=self._id(known, fact.root),
            group=Group(self._id(known, group.id), group.index, group.size, after),
            base=Base(1, 0, self._seq - 1), time=self._time, body=msgspec.Raw(body),
        )  # fmt: skip

    def _id(self, known: dict[str, str], old: str) -> str:
        """What an id of the template is in this copy: like a UUIDv7 the later one sorts behind."""
        found = known.get(old)
        if found is None:
            count = next(self._ids)
            found = known[old] = f"{count:012x}" + digest(f"{self._terminal}{count}".encode())[:20]
        return found


_KNOWN: dict[tuple[int, str], bodies.Party] = {}


def people(count: int, kind: str) -> bodies.Party:
    """One of the people and firms that come; the same ones come again."""
    key = count % _PEOPLE, kind
    if key not in _KNOWN:
        _KNOWN[key] = entity(_SEED, key[0]) if kind == "entity" else person(_SEED, key[0])
    return _KNOWN[key]


def in_pushes(cases: Iterator[list[Fact]], fewest: int = FEWEST) -> Iterator[list[Fact]]:
    """Cases together until there are facts enough for a push."""
    waiting: list[Fact] = []
    for case in cases:
        waiting += case
        if len(waiting) >= fewest:
            yield waiting
            waiting = []
    if waiting:
        yield waiting
