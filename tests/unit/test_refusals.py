"""A *no* says what is wrong with which facts: a sentence with a hole in it leaves the clerk to guess."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from casework import bodies
from casework.bodies import (
    Claimed,
    Consulted,
    DateConfirmed,
    Decided,
    Delivered,
    Extended,
    Forwarded,
    Inspected,
    Paid,
    PledgeChecked,
    Posted,
    Reassigned,
    Recused,
    Released,
    Resumed,
    SentBack,
    StepDone,
    StepNotNeeded,
    Suspended,
    Terminated,
    Transferred,
    Voided,
)  # fmt: skip
from casework.case import Case
from casework.rules import RULES, Bench, Refusal
from tests.people import CATALOGUE, STAFF, Office

LONG = "x" * 60
CUT = "x" * 40
"""What was typed is shown by its beginning."""
BUSINESS = {"post": "business", "at": {"zh": "商事科", "en": "Business registration office"}}
WINDOW = {"post": "window", "at": {"zh": "综合窗口", "en": "General window"}}

COURSE_OF_D10: list[tuple[str, bodies.Body, Refusal | None]] = [
    ("suspended", Suspended("examine", "auction", 5, "y"),
     Refusal("no_such_stop", {"given": "auction", "possible": "hearing"})),
    ("suspended", Suspended("examine", LONG, 5, "y"), Refusal("no_such_stop", {"given": CUT, "possible": "hearing"})),
    ("suspended", Suspended("examine", "hearing", 0, "y"), Refusal("stop_days", {"kind": "hearing", "most": 400})),
    ("suspended", Suspended("examine", "hearing", 5, "y", held_on="soon"), Refusal("hearing_day")),
    ("suspended", Suspended(LONG, "hearing", 5, "y", held_on="2026-12-07"), Refusal("no_such_step", {"given": CUT})),
    ("suspended", Suspended("decide", "hearing", 5, "y", held_on="2026-12-07"),
     Refusal("step_not_open", {"step": "decide"})),
    ("suspended", Suspended("examine", "hearing", 5, " ", held_on="2026-12-07"), Refusal("reason")),
    ("resumed", Resumed("examine"), Refusal("not_suspended", {"number": "@"})),
    ("resumed", Resumed(LONG), Refusal("no_such_step", {"given": CUT})),
    ("extended", Extended(0, "y"), Refusal("extension_days", {"most": 10})),
    ("extended", Extended(11, "y"), Refusal("extension_days", {"most": 10})),
    ("extended", Extended(10, " "), Refusal("reason")),
    ("extended", Extended(1, "y"), None),
    ("paid", Paid("pay", " ", 1), Refusal("treasury_receipt")),
    ("paid", Paid("pay", "4200", 1), Refusal("fee_amount", {"amount": 0})),
    ("step.done", StepDone("examine", fee=100), Refusal("no_fee", {"item": "D10"})),
    ("step.not_needed", StepNotNeeded("examine", "y"), Refusal("step_needed", {"step": "examine"})),
    ("inspected", Inspected("site_check", ("2001",), "pass"), Refusal("two_officers", {"needed": 2})),
    ("inspected", Inspected("site_check", ("2002", "2003"), "pass"), Refusal("two_officers", {"needed": 2})),
    ("inspected", Inspected("site_check", ("2001", "2002"), "so-so"),
     Refusal("outcome", {"possible": "pass, rectify, fail"})),
    ("inspected", Inspected("site_check", ("2001", "2002"), "fail", " "), Refusal("reason")),
    ("sent_back", SentBack("examine", LONG, "y"), Refusal("not_done_yet", {"given": CUT})),
    ("sent_back", SentBack("examine", "receive", "y"), Refusal("not_done_yet", {"given": "receive"})),
    ("sent_back", SentBack("examine", "accept", " "), Refusal("reason")),
    ("reassigned", Reassigned("examine", LONG, "y"), Refusal("no_such_post", {"post": CUT, "at": CUT})),
    ("reassigned", Reassigned("examine", "business", "y"), Refusal("no_such_post", BUSINESS)),
    ("consulted", Consulted("examine", "a1", LONG, "y"), Refusal("no_such_post", {"post": CUT, "at": CUT})),
    ("consulted", Consulted("examine", "a1", "window", "y"), Refusal("no_such_post", WINDOW)),
    ("recused", Recused("2001", " "), Refusal("reason")),
    ("claimed", Claimed("decide", "0012", "赵敏"), Refusal("nothing_to_claim", {"number": "@"})),
    ("released", Released("examine", "y"), Refusal("nothing_claimed", {"number": "@"})),
    ("date.confirmed", DateConfirmed("accepted", "2026-11-20", "y"), Refusal("not_in_doubt", {"number": "@"})),
    ("date.confirmed", DateConfirmed("birth", "2026-11-20", "y"), Refusal("not_in_doubt", {"number": "@"})),
]  # fmt: skip

RESULT_OF_D10: list[tuple[str, bodies.Body, Refusal | None]] = [
    ("decided", Decided("decide", "perhaps"), Refusal("outcome", {"possible": "granted, refused"})),
    ("decided", Decided("decide", "refused", "y", " "), Refusal("reason_and_remedies")),
    ("decided", Decided("decide", "refused", " ", "y"), Refusal("reason_and_remedies")),
    ("corrected", bodies.Corrected("a", "b"), Refusal("not_decided", {"number": "@", "state": "accepted"})),
    ("revoked", bodies.Revoked("a", " "), Refusal("reason_and_remedies")),
    ("revoked", bodies.Revoked("a", "b"), Refusal("not_decided", {"number": "@", "state": "accepted"})),
    ("posted", Posted("deliver", "EMS", " "), Refusal("parcel")),
    ("posted", Posted("deliver", " ", "1"), Refusal("parcel")),
    ("posted", Posted("examine", "EMS", "1"), Refusal("wrong_step", {"step": "examine"})),
    ("posted", Posted("deliver", "EMS", "1"), Refusal("step_not_open", {"step": "deliver"})),
    ("posted", Posted(LONG, "EMS", "1"), Refusal("no_such_step", {"given": CUT})),
    ("delivered", Delivered("deliver", " "), Refusal("receiver")),
    ("delivered", Delivered("deliver", "y", "drone"), Refusal("outcome", {"possible": "counter, post, agent"})),
    ("delivered", Delivered("deliver", "y", "agent", " "), Refusal("agent_id")),
    ("pledge.checked", PledgeChecked("kept"), Refusal("no_pledge_to_check", {"number": "@"})),
    ("closed", bodies.Closed(), Refusal("not_delivered", {"number": "@"})),
    ("terminated", Terminated("tired", "y"),
     Refusal("outcome", {"possible": "deferred_overdue, nobody_came, gate, other"})),
    ("terminated", Terminated("nobody_came", "y"), Refusal("nothing_waited_for", {"number": "@"})),
    ("terminated", Terminated("deferred_overdue", "y"), Refusal("nothing_waited_for", {"number": "@"})),
    ("terminated", Terminated("other", " "), Refusal("reason")),
    ("transferred", Transferred(" ", "y"), Refusal("right_organ")),
    ("transferred", Transferred("局", " "), Refusal("reason")),
    ("forwarded", Forwarded("局"), Refusal("not_forwarded", {"item": "D10"})),
    ("voided", Voided("y", LONG), Refusal("new_number", {"given": CUT})),
    ("voided", Voided(" "), Refusal("reason")),
    ("withdrawn", bodies.Withdrawn(" "), Refusal("reason")),
]  # fmt: skip


def says(case: Case, facts: Any, type_: str, body: bodies.Body, who: str = "2001") -> Refusal | None:
    """What the rule of `type_` says of `body` made by `who` at the case's own post."""
    made = msgspec.structs.replace(facts[case.id][-1], type=type_, actor=who, post=case.received.module)
    no: Refusal | None = RULES[type_](case, made, body, Bench(STAFF[who], CATALOGUE.posts, person_of=STAFF.get))
    return no


def filled(expected: Refusal | None, case: Case) -> Refusal | None:
    """`@` stands for the number of the case."""
    if expected is None:
        return None
    return Refusal(
        expected.code, {key: case.number if value == "@" else value for key, value in expected.facts.items()}
    )


@pytest.mark.parametrize(("type_", "body", "expected"), COURSE_OF_D10)
def test_on_its_way_a_case_says_what_may_not_be_and_why(
    type_: str, body: bodies.Body, expected: Refusal | None
) -> None:
    office = Office()
    case = office.walked("D10", "examine")
    assert says(case, office.facts, type_, body) == filled(expected, case)


def test_where_no_law_sets_a_limit_there_is_no_more_time_to_give() -> None:
    office = Office()
    case = office.walked("D10", "examine")
    free = msgspec.structs.replace(case, received=msgspec.structs.replace(case.received, statutory=None))
    assert says(free, office.facts, "extended", Extended(1, "y")) == Refusal("no_extension", {"item": "D10"})


@pytest.mark.parametrize(("type_", "body", "expected"), RESULT_OF_D10)
def test_before_its_end_a_case_says_what_may_not_be_and_why(
    type_: str, body: bodies.Body, expected: Refusal | None
) -> None:
    office = Office()
    case = office.walked("D10", "examine")
    assert says(case, office.facts, type_, body) == filled(expected, case)
