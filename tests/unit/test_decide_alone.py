"""Acts on a case without the line, and with what the hall has refused or not yet said."""

from __future__ import annotations

from typing import Any

import pytest

from casework import commands
from casework.case import Case
from casework.drafting import Decision
from casework.offering import possible
from casework.refused import Waits
from casework.rules import Refusal
from casework.settling import settle_by_amending, settle_by_withdrawing
from casework.wire import Tray
from tests.people import Office, code_of, walked


@pytest.fixture
def office() -> Office:
    return Office()


def offline(office: Office, case: Case, who: str, action: str, data: dict[str, Any] | None = None) -> str:
    return code_of(office.act(case, who, action, data, online=False))


def test_without_the_line_nothing_is_decided(office: Office) -> None:
    """S14."""
    case = walked(office, "B01", until="decide")
    assert offline(office, case, "2001", "decide") == "needs_hall"
    reasons = dict(possible(case, office.context("2001", online=False)))
    assert reasons["decide"] == Refusal("needs_hall")
    assert reasons["withdraw"] is None


def test_without_the_line_the_counter_goes_on(office: Office) -> None:
    assert isinstance(office.take(office.form("A01", "accept"), online=False), Decision)
    case = office.does(walked(office, "B01"), "1002", "certify", online=False)
    assert office.does(case, "1002", "deliver", online=False).state == "delivered"


def test_s23_without_the_line_others_cases_are_only_read(office: Office) -> None:
    """S23: a judgement only on what this terminal took in."""
    case = office.case("C07")
    assert offline(office, case, "1001", "pre-review") == ""
    office.terminal = "0007"
    refused = office.act(case, "1001", "pre-review", online=False)
    assert refused == Refusal("not_taken_in_here", {"terminal": "0012"})
    assert offline(office, case, "1001", "withdraw", {"reason": "不办了"}) == ""


def test_what_waits_for_the_halls_word_stops_the_next_step(office: Office) -> None:
    case = walked(office, "B01", until="decide")
    refused = office.act(case, "2001", "decide", waiting=frozenset({"decided"}))
    assert refused == Refusal("waits_for_hall", {"what": "decided"})
    assert isinstance(office.act(case, "2001", "decide", waiting=frozenset({"printed", "accepted"})), Decision)


# What the hall refused


def waiting_as(*ids: str) -> dict[str, Waits]:
    """Refused acceptances of a clerk, as the tray holds them."""
    return {id_: Waits(Tray(id_, "accepted", "", "", "", "0012", "1002", "stale", {}, "")) for id_ in ids}


def test_what_the_hall_refused_is_given_up(office: Office) -> None:
    case = office.case("D01")
    done = settle_by_withdrawing(case, ("f1",), "已由他人办理", office.context("1001", refused=waiting_as("f1")))
    assert isinstance(done, Decision)
    assert done.types == ("resolve.withdraw",)
    assert code_of(settle_by_withdrawing(case, ("f2",), "x", office.context("1001"))) == "nothing_refused"
    no_reason = settle_by_withdrawing(case, ("f1",), " ", office.context("1001", refused=waiting_as("f1")))
    assert code_of(no_reason) == "reason"


def test_what_the_hall_refused_is_done_again_and_right(office: Office) -> None:
    case = office.case("D01")
    context = office.context("2001", refused=waiting_as("f1"))
    done = settle_by_amending(case, ("f1",), "改由审批岗受理", commands.Accept(), "accept", context)
    assert isinstance(done, Decision)
    assert done.types == ("resolve.amend", "accepted")
    assert len(done.groups) == 1, "accepted all or none"
    assert isinstance(
        settle_by_amending(case, ("f1",), "x", commands.Accept(), "accept", office.context("1001")), Refusal
    )
