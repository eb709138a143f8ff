"""The people of the sample hall with the shipped catalogue: what a test needs to take in and to act."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import casework
from casework import bodies, commands, numbers
from casework.admit import Judgement, admit
from casework.case import Case
from casework.catalogue.materials import applicable
from casework.catalogue.parse import parse
from casework.catalogue.situations import normal_answers
from casework.decide import decide
from casework.drafting import Context, Decision
from casework.facts import Base, Fact, LegalTime
from casework.intake import take_in
from casework.rules import Bench, Refusal

_DATA = Path(casework.__file__).parent / "data"
CATALOGUE = parse({path.name: path.read_bytes() for path in _DATA.rglob("*.toml")})

HELPERS = ("window", "guide", "delivery")
OFFICERS = (
    "business", "investment", "construction", "single", "planning", "fire", "civil_defence", "city", "drainage",
    "survey", "chief",
)  # fmt: skip

STAFF = {
    number: bodies.StaffSet(number, name, team, posts, "")
    for number, name, team, posts in (
        ("1001", "王芳", "helper", ("window", "guide")),
        ("1002", "李强", "helper", ("window", "delivery")),
        ("2001", "赵敏", "officer", OFFICERS),
        ("2002", "钱伟", "officer", OFFICERS),
        ("2003", "孙丽", "officer", ("survey", "fire")),
        ("3001", "周杰", "supervisor", ("supervisor",)),
        ("4001", "吴刚", "it", ("it",)),
    )
}

PERSON = bodies.Party("person", "张建国", "420111199003070017", "13800001234")
FIRM = bodies.Party("entity", "武汉光谷测试有限公司", "91110000600037341L")
PROJECT = "2611-420118-04-01-123456"

APPLICANT = {"A01": PERSON, "B01": FIRM, "C07": FIRM, "D01": PERSON}
ITEMS = tuple(APPLICANT)


def have_all(item: str, situations: Mapping[str, str] | None = None, *, agent: bool = False) -> dict[str, str]:
    """Every paper of `item` that has to be brought, as original."""
    entry = CATALOGUE.items[item]
    return {m.code: "original" for m in applicable(entry, situations or {}, agent) if not m.source}


class Office:
    """One terminal with its people. Ids and numbers are counted: the same calls give the same bytes."""

    def __init__(self, terminal: str = "0012", day: str = "2026-11-23") -> None:
        self.terminal = terminal
        self.day = day
        self._ids = itertools.count(1)
        self.numbers_given = 0
        self.facts: dict[str, list[Fact]] = {}

    def new_id(self) -> str:
        """32 hex digits, counted."""
        return f"{next(self._ids):032x}"

    def number(self) -> str:
        """The next case number."""
        self.numbers_given += 1
        return numbers.make("420118", date.fromisoformat(self.day), self.terminal, self.numbers_given)

    def context(self, who: str | bodies.StaffSet, shift: tuple[str, ...] | None = None, **changes: Any) -> Context:
        """What a decision of `who` needs; `shift`: all her posts unless said."""
        staff = STAFF[who] if isinstance(who, str) else who
        settings: dict[str, Any] = {"catalogue": CATALOGUE, **changes}
        return Context(
            staff=staff, shift=staff.posts if shift is None else shift, terminal=self.terminal,
            time=LegalTime(f"{self.day}T10:00:00.000"), base=Base(1, 0, 0), roster=1, new_id=self.new_id, **settings,
        )  # fmt: skip

    def form(self, item: str, outcome: str = "receive", **changes: Any) -> commands.Intake:
        """A form that is right in every field, with all papers."""
        answers = normal_answers(CATALOGUE.items[item], changes.get("situations", {}))
        form: dict[str, Any] = {
            "item": item,
            "applicant": APPLICANT[item],
            "outcome": outcome,
            "project_code": PROJECT if CATALOGUE.items[item].project_code else "",
            "materials": have_all(item, answers, agent=changes.get("agent") is not None),
        }
        return commands.Intake(**{**form, **changes})

    def take(self, form: commands.Intake, who: str = "1001", **context: Any) -> Decision | Refusal:
        """The decision on `form`."""
        return take_in(form, self.context(who, **context), self.new_id(), self.number)

    def case(self, item: str, outcome: str = "receive", who: str = "1001", **changes: Any) -> Case:
        """A case that was taken in."""
        return self.keep(self.take(self.form(item, outcome, **changes), who))

    def act(
        self, case: Case, who: str | bodies.StaffSet, action: str, data: Mapping[str, Any] | None = None, **context: Any
    ) -> Decision | Refusal:
        """The decision on an act."""
        return decide(case, commands.read_act(action, dict(data or {})), action, self.context(who, **context))

    def does(
        self, case: Case, who: str | bodies.StaffSet, action: str, data: Mapping[str, Any] | None = None, **context: Any
    ) -> Case:
        """The case after an act that must go through."""
        return self.keep(self.act(case, who, action, data, **context))

    def keep(self, decision: Decision | Refusal) -> Case:
        """The case of a decision that must be one; its facts are kept."""
        assert isinstance(decision, Decision), decision
        assert decision.case is not None
        for group in decision.groups:
            self.facts.setdefault(decision.case.id, []).extend(group)
        return decision.case


def code_of(outcome: Decision | Refusal) -> str:
    """The refusal's code; empty for a decision."""
    return outcome.code if isinstance(outcome, Refusal) else ""


def judged(case: Case | None, fact: Fact, unseen: frozenset[str] = frozenset()) -> Judgement:
    """What the hall says of `fact`."""
    return admit(case, fact, Bench(STAFF.get(fact.actor), CATALOGUE.posts), unseen)
