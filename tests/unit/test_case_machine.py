"""A case in the hands of a whole hall: offered keys, late and double facts, timers, days that pass; and its invariants.

The machine draws one item and follows what hypothesis does to it. After each step everything that always holds is
looked at; at the end the people of the hall must be able to finish the case by work alone.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from casework import bodies
from casework.admit import admit
from casework.case import AFTER_DECISION, Case, decode_case, encode_case, open_steps, places
from casework.clocks import Light
from casework.decide import ask_refused
from casework.drafting import Decision
from casework.facts import Fact
from casework.folding import evolve, fold
from casework.intake import OUTCOMES
from casework.offering import possible
from casework.rules import Bench, Refusal
from casework.standing import light_of, nearest, standing
from casework.timers import DEEMED, SETTLED, is_provisional, timers_of
from tests.people import CALENDAR, CATALOGUE, ITEMS, STAFF, Office, natural
from tests.walking import HANDS, agreed, finished, folded, invariants, made, papers_for, stray, strays, ways_of

FOR_EVER = ("number", "id", "root", "received", "received_at", "catalogue", "terminal", "taken_by", "visit")
"""What no fact changes once it is said."""


class OneCase(RuleBasedStateMachine):
    """The life of one case."""

    case: Case

    @initialize(
        item=st.sampled_from(ITEMS),
        outcome=st.sampled_from(OUTCOMES),
        papers=st.sampled_from(("all", "all", "none", "defer", "pledge")),
        who=st.sampled_from(("1001", "2001")),
        online=st.sampled_from((True, True, False)),
    )
    def taken_in(self, item: str, outcome: str, papers: str, who: str, online: bool) -> None:
        self.office = Office()
        entry = CATALOGUE.items[item]
        form = self.office.form(item, outcome, materials=papers_for(entry, papers))
        taken = self.office.take(form, who, online=online)
        if isinstance(taken, Refusal):
            taken = self.office.take(self.office.form(item), who, online=online)
        assert isinstance(taken, Decision)
        self.facts: list[Fact] = []
        self.case = agreed(None, taken, STAFF[who])
        self._keep(taken)
        self.first = self.case

    def _keep(self, decision: Decision) -> None:
        self.facts += [fact for group in decision.groups for fact in group]

    def _moved(self, decision: Any, who: str) -> None:
        if isinstance(decision, Decision):
            self.case = agreed(self.case, decision, STAFF[who])
            self._keep(decision)

    @precondition(lambda self: self.case.is_open)
    @rule()
    def goes_on_as_it_should(self) -> None:
        who, action, data = natural(self.case)
        if who not in self.case.recused:
            self._moved(made(self.office, self.case, STAFF[who], action, data), who)

    @rule(draw=st.data())
    def somebody_presses_a_lit_key(self, draw: st.DataObject) -> None:
        ways = ways_of(self.office, self.case)
        if ways:
            who, action, data = draw.draw(st.sampled_from(ways), "act")
            self._moved(made(self.office, self.case, STAFF[who], action, data), who)

    @rule(pick=st.integers(0, 11))
    def a_fact_of_the_counter_comes_late_or_twice(self, pick: int) -> None:
        fact = list(strays(self.office, self.case))[pick]
        self.case = folded(self.case, fact)
        self.facts.append(fact)

    @rule(pick=st.integers(0, 60))
    def a_fact_that_was_said_comes_again(self, pick: int) -> None:
        """Judged by the hall like a new one; its id is known there, here it is folded where the rules let it."""
        fact = self.facts[pick % len(self.facts)]
        before = self.case
        if fact.actor and admit(self.case, fact, Bench(STAFF[fact.actor], CATALOGUE.posts)).kind == "accepted":
            self.case = evolve(self.case, fact) or before
            self.facts.append(fact)

    @rule()
    def the_hall_accepts_by_its_timer(self) -> None:
        for kind, due in timers_of(self.case, CALENDAR).items():
            if kind == SETTLED:
                said = bodies.TimerSettled(self.case.deemed, "day")
                fact = stray(self.office, self.case, "timer.settled", said, "")
                self.case = evolve(self.case, fact) or self.case
                self.facts.append(fact)
                assert self.case.settled
                assert SETTLED not in timers_of(self.case, CALENDAR)
                continue
            assert kind == DEEMED
            fact = stray(self.office, self.case, DEEMED, bodies.DeemedAccepted(due), "")
            self.case = evolve(self.case, fact) or self.case
            self.facts.append(fact)
            assert self.case.accepted_at == self.case.received_at
            assert is_provisional(self.case, CALENDAR, due)

    @precondition(lambda self: bool(self.case.deemed) and self.case.accepted is None)
    @rule()
    def a_notice_of_before_comes_and_the_timer_is_set_aside(self) -> None:
        lines = tuple(bodies.SupplementLine(code, "缺", "交") for code in self.case.materials)[:2]
        fact = stray(self.office, self.case, "timer.set_aside", bodies.TimerSetAside(self.case.received_at, lines), "")
        decided = bool(self.case.decided_at)
        was_open = self.case.is_open
        self.case = evolve(self.case, fact) or self.case
        self.facts.append(fact)
        if was_open and lines:
            assert decided or self.case.state in {"awaiting_supplement", "supplement_partly"}
            assert decided == bool(self.case.deemed)

    @rule(days=st.integers(1, 12))
    def days_pass(self, days: int) -> None:
        today = min(date.fromisoformat(self.office.day) + timedelta(days=days), date(2027, 12, 31))
        self.office.day = today.isoformat()

    @rule(who=st.sampled_from(HANDS), asked=st.sampled_from(("D01-01", "Z")))
    def somebody_asks_for_more(self, who: str, asked: str) -> None:
        """R5: what may not be asked any more is refused, and that it was asked is on record."""
        from casework import commands

        data = {"lines": [{"material": asked, "defect": "缺", "cure": "交"}]}
        told = self.case.supplement
        decision = made(self.office, self.case, STAFF[who], "supplement", data)
        if told is not None:
            assert not isinstance(decision, Decision)
        if isinstance(decision, Refusal):
            command = commands.read_act("supplement", data)
            record = ask_refused(self.case, command, decision, self.office.context(who))
            if record is not None and self.case.is_open:
                before = self.case.asks_refused
                self._moved(record, who)
                assert self.case.asks_refused == before + 1
        else:
            self._moved(decision, who)

    @invariant()
    def it_waits_where_it_should(self) -> None:
        invariants(self.case)

    @invariant()
    def what_was_said_at_receipt_stays(self) -> None:
        for name in FOR_EVER:
            assert getattr(self.case, name) == getattr(self.first, name), name

    @invariant()
    def the_fold_of_its_facts_is_the_case(self) -> None:
        assert fold(self.facts) == self.case
        assert decode_case(encode_case(self.case)) == self.case

    @invariant()
    def its_clocks_can_be_read(self) -> None:
        now = datetime.fromisoformat(f"{self.office.day}T11:30:00")
        stand = standing(self.case, CALENDAR, now)
        assert light_of(stand) in {*map(str, Light), "none"}
        kinds = [each.kind for each in stand if each.kind != "special"]
        assert len(kinds) == len(set(kinds))
        if self.case.accepted_at:
            assert "promised" in kinds
        first = nearest(stand)
        assert (first is None) == all(each.stopped for each in stand)
        if not self.case.is_open:
            assert all(each.stopped for each in stand)

    @invariant()
    def no_helper_did_what_an_officer_must(self) -> None:
        for number in (self.case.decided_by, *(state.by for state in self._officers_steps())):
            assert number == "" or STAFF.get(number, STAFF["2001"]).team != "helper"
        if self.case.decided_at and self.case.accepted is not None and not self.case.received.one_person:
            assert self.case.decided_by not in self.case.let_in_by

    def _officers_steps(self) -> list[Any]:
        kinds = {step.id: step.kind for step in self.case.received.route}
        mine = {"examine", "site_check", "expert_review", "hearing", "publicity", "decide"}
        return [state for id_, state in self.case.steps.items() if kinds.get(id_) in mine]

    @invariant()
    def whoever_stepped_aside_has_no_lit_key(self) -> None:
        for who in self.case.recused:
            if who in STAFF:
                assert possible(self.case, self.office.context(who)) == ()

    @invariant()
    def a_result_needs_its_decision(self) -> None:
        if self.case.state in AFTER_DECISION:
            assert self.case.decided_at
        if self.case.certified is not None:
            assert self.case.outcome == "granted"
        if self.case.state == "accepted" and not open_steps(self.case):
            raise AssertionError(places(self.case))

    def teardown(self) -> None:
        if hasattr(self, "case"):
            finished(self.office, self.case)


OneCase.TestCase.settings = settings(
    max_examples=150,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestOneCase = OneCase.TestCase
