"""The people of the sample hall with the shipped catalogue: what a test needs to take in and to act."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

import casework
from casework import bodies, commands, numbers
from casework.admit import Judgement, admit
from casework.calendar import Calendar
from casework.calendar import parse as parse_calendar
from casework.case import AT_APPLICANT, Case, open_steps, paused, places
from casework.catalogue.form import asked_fields
from casework.catalogue.gates import shut_gates
from casework.catalogue.materials import PENDING, applicable
from casework.catalogue.parse import parse
from casework.catalogue.schema import Catalogue, Field, Gate, Item
from casework.catalogue.situations import holds, names_in, normal_answers
from casework.decide import decide
from casework.drafting import Context, Decision
from casework.facts import Base, Fact, LegalTime
from casework.intake import take_in
from casework.rules import Bench, Refusal

_DATA = Path(casework.__file__).parent / "data"
CATALOGUE = parse({path.name: path.read_bytes() for path in _DATA.rglob("*.toml")})
CALENDAR: Calendar = parse_calendar((_DATA / "calendar" / "cn.json").read_bytes())
DAY = "2026-11-23"
"""The day of every test that does not say another."""

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

AGENT = bodies.Party("person", "刘洋", "420106200001010023", "13900001111")
ITEMS = tuple(sorted(CATALOGUE.items))
APPLICANT = {code: PERSON if "person" in item.applicants else FIRM for code, item in CATALOGUE.items.items()}


def with_item(item: Item) -> Catalogue:
    """The catalogue with another version of `item`."""
    return msgspec.structs.replace(CATALOGUE, items={**CATALOGUE.items, item.code: item})


def altered(code: str, **changes: Any) -> Catalogue:
    """The catalogue with `code` changed."""
    return with_item(msgspec.structs.replace(CATALOGUE.items[code], **changes))


def right_answers(item: Item) -> dict[str, str]:
    """As few answers as possible under which `item` can be applied for: one thing ticked, no gate shut by answers."""
    asked = {name: item.situation(name) for gate in item.gates for name, _ in names_in(gate.when)}
    asked |= {name: item.situation(name) for name in item.ticks}
    open_ = {name: each for name, each in asked.items() if each is not None}
    for size in range(len(open_) + 1):
        for names in itertools.combinations(open_, size):
            for said in itertools.product(*(open_[name].answers for name in names)):
                answers = dict(zip(names, said, strict=True))
                ticked = not item.ticks or any(answers.get(name) == "yes" for name in item.ticks)
                if ticked and not any(_shut_by(gate, answers) for gate in item.gates):
                    return answers
    raise AssertionError(f"nobody can apply for {item.code}")


def _shut_by(gate: Gate, answers: Mapping[str, str]) -> bool:
    return gate.when is not None and not gate.field and gate.effect != "warn" and holds(gate.when, answers)


def filled(item: Item, answers: Mapping[str, str], day: str = DAY) -> dict[str, str]:
    """Every field that is asked, filled rightly; a date so that the gates of `item` stand open on `day`."""
    form: dict[str, str] = {}
    for field in asked_fields(item, answers):
        form[field.id] = _value(item, field, answers, form, date.fromisoformat(day))
    return form


def _value(item: Item, field: Field, answers: Mapping[str, str], form: dict[str, str], day: date) -> str:
    if field.kind == "choice":
        return field.options[0].code
    if field.kind == "number":
        return "1"
    if field.kind != "date":
        return "测试"[: field.max]
    gates = [gate for gate in item.gates if gate.field == field.id]
    for away in (0, -1, -10, -25, -46, -60, 1, 10, 30, 60, 90, 365):
        text = (day + timedelta(days=away)).isoformat()
        whole = msgspec.structs.replace(item, gates=tuple(gates))
        if not shut_gates(whole, answers, {**form, field.id: text}, day, CALENDAR):
            return text
    raise AssertionError(f"no day of {field.id} leaves {item.code} open")


def have_all(
    item: str,
    situations: Mapping[str, str] | None = None,
    *,
    agent: bool = False,
    catalogue: Catalogue = CATALOGUE,
) -> dict[str, str]:
    """Every paper of `item` that has to be brought, as original."""
    entry = catalogue.items[item]
    return {m.code: "original" for m in applicable(entry, situations or {}, agent) if not m.source}


class Office:
    """One terminal with its people. Ids and numbers are counted: the same calls give the same bytes."""

    def __init__(self, terminal: str = "0012", day: str = DAY) -> None:
        self.terminal = terminal
        self.day = day
        self._ids = itertools.count(1)
        self.numbers_given = 0
        self.sourced = False
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
        settings = {"catalogue": CATALOGUE, "calendar": CALENDAR, "sourced": self.sourced, **changes}
        return Context(
            staff=staff, shift=staff.posts if shift is None else shift, terminal=self.terminal,
            time=LegalTime(f"{self.day}T10:00:00.000", 0, f"{self.day}T09:59:00.000", same_boot=True),
            base=Base(1, 0, 0), roster=1, new_id=self.new_id, **settings,
        )  # fmt: skip

    def form(self, item: str, outcome: str = "receive", **changes: Any) -> commands.Intake:
        """A form that is right in every field, with all papers."""
        catalogue = changes.pop("catalogue", CATALOGUE)
        entry = catalogue.items[item]
        raw = changes.setdefault("situations", right_answers(entry))
        answers = normal_answers(entry, raw)
        form: dict[str, Any] = {
            "item": item,
            "applicant": PERSON if "person" in entry.applicants else FIRM,
            "outcome": outcome,
            "project_code": PROJECT if entry.project_code else "",
            "form": filled(entry, answers, self.day),
            "materials": have_all(item, answers, agent=changes.get("agent") is not None, catalogue=catalogue),
        }
        return commands.Intake(**{**form, **changes})

    def take(self, form: commands.Intake, who: str = "1001", **context: Any) -> Decision | Refusal:
        """The decision on `form`."""
        return take_in(form, self.context(who, **context), self.new_id(), self.number)

    def case(
        self,
        item: str,
        outcome: str = "receive",
        who: str = "1001",
        *,
        catalogue: Catalogue = CATALOGUE,
        online: bool = True,
        **changes: Any,
    ) -> Case:
        """A case that was taken in."""
        form = self.form(item, outcome, catalogue=catalogue, **changes)
        return self.keep(self.take(form, who, catalogue=catalogue, online=online))

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

    def walk(self, case: Case, until: str = "", **context: Any) -> Case:
        """Go on as the trade does, until the next act would be `until`, or the case has ended."""
        for _ in range(40):
            if not case.is_open:
                return case
            who, action, data = natural(case)
            if action == until:
                return case
            case = self.does(case, who, action, data, **context)
        raise AssertionError(f"{case.received.item} never ends: {case.state}")

    def walked(self, item: str, until: str = "", outcome: str = "receive", **changes: Any) -> Case:
        """A case of `item` just before the act `until`; without it, closed."""
        context = {"catalogue": changes["catalogue"]} if "catalogue" in changes else {}
        return self.walk(self.case(item, outcome, **changes), until, **context)

    def keep(self, decision: Decision | Refusal) -> Case:
        """The case of a decision that must be one; its facts are kept."""
        assert isinstance(decision, Decision), decision
        assert decision.case is not None
        for group in decision.groups:
            self.facts.setdefault(decision.case.id, []).extend(group)
        return decision.case


_NOTE = {
    "examine": "examine", "expert_review": "expert-review", "hearing": "hearing", "publicity": "publicity",
    "consult": "answer",
}  # fmt: skip
Act = tuple[str, str, dict[str, Any]]
"""Who does what, with which data."""


def natural(case: Case) -> Act:
    """The next act on an open case as the trade does it, when everything is right."""
    if case.state in AT_APPLICANT:
        return "1001", "supplement-received", {}
    if case.state == "delivered":
        return _after_delivery(case)
    step = open_steps(case)[0]
    if paused(case, step.id) is not None:
        return "2001", "resume", {"step": step.id}
    if step.kind in _NOTE:
        assessed = step.kind == "examine" and case.received.fee_assessed and case.fee is None
        return "2001", _NOTE[step.kind], {"step": step.id, **({"fee": "100"} if assessed else {})}
    if step.kind == "pre_review":
        return "1001", "pre-review", {}
    if step.kind == "accept":
        return ("1001" if case.received.authority else "2001"), "accept", {}
    if step.kind == "site_check":
        return "2001", "site-check", {"step": step.id, "officers": ["2002"]}
    if step.kind == "decide":
        return _decision(case)
    data = {"receipt": "4200-2026-1"} if step.kind == "pay" else {}
    return "1002", {"pay": "pay", "certify": "certify", "deliver": "deliver"}[step.kind], data


def _after_delivery(case: Case) -> Act:
    waits = places(case)[0].step
    if waits == "pledge_check":
        return "2001", "pledge-check", {}
    if waits == "revocation":
        return "2001", "revoke", {"reason": "承诺不实"}
    return "1002", "close", {}


def _decision(case: Case) -> Act:
    pending = [code for code, have in case.materials.items() if have == PENDING]
    if pending:
        return "1001", "check", {"results": [{"material": code, "outcome": "match"} for code in pending]}
    if case.received.forward_to and case.forwarded is None:
        return "2001", "forward", {}
    return ("2002" if "2001" in case.let_in_by else "2001"), "decide", {}


def code_of(outcome: Decision | Refusal) -> str:
    """The refusal's code; empty for a decision."""
    return outcome.code if isinstance(outcome, Refusal) else ""


def judged(case: Case | None, fact: Fact, unseen: frozenset[str] = frozenset()) -> Judgement:
    """What the hall says of `fact`."""
    return admit(case, fact, Bench(STAFF.get(fact.actor), CATALOGUE.posts), unseen)


def walked(office: Office, item: str, until: str = "", **changes: Any) -> Case:
    """A case of `item` just before the act `until`; without it, decided and no further."""
    if until:
        return office.walked(item, until, **changes)
    case = office.walked(item, "decide", **changes)
    return office.does(case, *natural(case))
