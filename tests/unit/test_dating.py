"""A day that no clock proves: a person confirms it, and no term gets worse for the applicant by it (S29)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import bodies
from casework.ambient import moment
from casework.case import Case
from casework.dating import EARLIER, confirmed, counted, favours
from casework.drafting import Decision
from casework.facts import LegalTime
from casework.folding import evolve
from casework.offering import possible
from casework.rules import Refusal
from casework.standing import standing
from casework.timers import timers_of
from tests.people import CALENDAR, Office, code_of

_OFFICE = Office()
_ACCEPTED = _OFFICE.walk(_OFFICE.case("D01"), until="decide")
UNPROVEN = LegalTime("2026-11-23T10:00:00.000")


def in_doubt(office: Office, item: str = "D01", outcome: str = "receive") -> Case:
    """A case that was taken in at a window which had not reached the hall."""
    case = office.case(item, outcome)
    facts = [msgspec.structs.replace(fact, time=UNPROVEN) for fact in office.facts[case.id]]
    made: Case | None = None
    for fact in facts:
        made = evolve(made, fact)
    assert made is not None
    return made


def confirms(office: Office, case: Case, day: str, who: str = "3001", **data: Any) -> Decision | Refusal:
    """Somebody confirms a day."""
    return office.act(case, who, "confirm-date", {"date": day, "reason": "看了收件登记", **data})


def test_s29_a_case_whose_day_nobody_proves_goes_on_and_waits_for_a_supervisors_word() -> None:
    office = Office()
    case = in_doubt(office)
    assert case.doubts == ("received",)
    assert timers_of(case, CALENDAR) == {}, "the hall's timer runs from no day that nobody knows"
    assert office.case("D01").doubts == (), "with its evidence no day is in doubt"
    offered = {action for action, off in possible(case, office.context("3001")) if off is None}
    assert "confirm-date" in offered
    assert "confirm-date" not in {action for action, _ in possible(case, office.context("1001"))}


def test_s29_it_may_only_have_been_earlier() -> None:
    office = Office()
    case = in_doubt(office)
    assert code_of(confirms(office, case, "2026-11-24")) == "against_applicant"
    assert code_of(confirms(office, case, "yesterday")) == "no_day"
    assert code_of(confirms(office, case, "2026-11-20", of="accepted")) == "not_in_doubt"
    assert code_of(office.act(case, "3001", "confirm-date", {"reason": " "})) == "reason"
    assert code_of(confirms(office, case, "2026-11-20", who="2001")) in {"no_right", "not_your_post"}
    made = confirms(office, case, "2026-11-20")
    assert isinstance(made, Decision)
    after = made.case
    assert after is not None
    assert (after.doubts, after.received_at) == ((), case.received_at)
    assert counted(after, "received") == "2026-11-20T00:00:00.000"
    assert timers_of(after, CALENDAR) == {"deemed_accepted": "2026-11-27"}
    assert code_of(confirms(office, after, "2026-11-19")) == "not_in_doubt", "confirmed once"


def test_s29_the_day_of_the_paper_is_confirmed_by_default() -> None:
    office = Office()
    case = in_doubt(office)
    made = office.act(case, "3001", "confirm-date", {"reason": "时钟是对的"})
    assert isinstance(made, Decision)
    assert made.case is not None
    assert counted(made.case, "received") == case.received_at


@given(st.sampled_from(["received", "accepted"]), st.integers(-400, 400))
def test_s29_no_clock_of_the_hall_ever_ends_later_by_a_confirmed_day(of: str, days: int) -> None:
    case = _ACCEPTED
    day = (moment(case.received_at).date() + timedelta(days=days)).isoformat()
    assert favours(case, of, day) == (days <= 0)
    if not favours(case, of, day):
        return
    now = moment("2026-11-24T09:00:00.000")
    before = {each.kind: each.clock.due for each in standing(case, CALENDAR, now)}
    after = {each.kind: each.clock.due for each in standing(confirmed(case, of, day), CALENDAR, now)}
    assert all(after[kind] <= before[kind] for kind in after.keys() & before.keys())


def test_s29_the_applicants_own_term_may_only_be_longer() -> None:
    assert "told" not in EARLIER
    case = msgspec.structs.replace(_ACCEPTED, supplement=_told())
    assert favours(case, "told", "2026-11-24")
    assert not favours(case, "told", "2026-11-22")


def _told() -> Any:
    from casework.case import Supplement

    return Supplement((bodies.SupplementLine("D01-01", "缺", "补"),), "2026-11-23T10:00:00.000")


@pytest.mark.parametrize("day", ["", "2026-13-01", "2026-11-24", "20261120", "never"])
def test_s29_a_word_that_is_none_moves_nothing(day: str) -> None:
    office = Office()
    case = in_doubt(office)
    fact = msgspec.structs.replace(
        office.facts[case.id][0], type="date.confirmed",
        body=msgspec.Raw(msgspec.json.encode(bodies.DateConfirmed("received", day, "x"))),
    )  # fmt: skip
    after = evolve(case, fact)
    assert after is not None
    assert (after.doubts, after.confirmed) == (case.doubts, {})
