"""The same applicant and item open twice: which cases look alike, and that two matters are told apart once for all."""

from __future__ import annotations

import msgspec
import pytest

from casework.case import Case
from casework.doubles import doubles
from casework.drafting import Decision
from tests.people import Office, code_of, judged


@pytest.fixture
def office() -> Office:
    return Office()


def three(office: Office) -> tuple[Case, ...]:
    """Three cases of one applicant and item, one after the other."""
    first = office.case("A01")
    return tuple(
        msgspec.structs.replace(
            first, id=f"{n:032d}", root=f"{n:032d}", number=number, received_at=f"2026-11-2{n}T09:00:00.000"
        )
        for n, number in enumerate(("4201182611210012000112", "4201182611220012000160", "4201182611230012000111"), 1)
    )


def test_each_later_one_is_shown_once_beside_the_first_it_looks_like(office: Office) -> None:
    first, second, third = three(office)
    found = doubles((third, first, second))
    assert [(one.case.id, one.other.id, len(one.older)) for one in found] == [
        (second.id, first.id, 1), (third.id, first.id, 2),
    ]  # fmt: skip
    assert doubles((first,)) == ()


def test_what_was_told_apart_does_not_come_back_under_an_old_number_either(office: Office) -> None:
    first, second, third = three(office)
    done = office.act(second, "3001", "tell-apart", {"others": [first.number], "reason": "另一门店"})
    assert isinstance(done, Decision), done
    assert done.types == ("told_apart",)
    assert done.case is not None
    assert doubles((first, done.case)) == ()
    again = msgspec.structs.replace(first, number="4201182611210099000188", former_numbers=(first.number,))
    assert doubles((again, done.case)) == ()
    assert [(one.case.id, one.other.id) for one in doubles((first, done.case, third))] == [(third.id, first.id)]


def test_what_two_windows_took_in_of_one_bundle_is_shown_as_any_other_double(office: Office) -> None:
    """One of them ran 0.8.0, or had other answers: nobody was told that an item is there twice."""
    first, second, _ = three(office)
    again = msgspec.structs.replace(second, root=first.root)
    assert [(one.case.id, one.other.id) for one in doubles((first, again))] == [(second.id, first.id)]


def test_only_a_supervisor_tells_apart_and_says_why_and_from_what(office: Office) -> None:
    first, second, _ = three(office)
    data = {"others": [first.number], "reason": "另一门店"}
    assert code_of(office.act(second, "1001", "tell-apart", data)) == "no_right"
    assert code_of(office.act(second, "2001", "tell-apart", data)) == "no_right"
    assert code_of(office.act(second, "3001", "tell-apart", {**data, "reason": " "})) == "reason"
    assert code_of(office.act(second, "3001", "tell-apart", {**data, "others": [second.number]})) == "apart_from_what"
    assert code_of(office.act(second, "3001", "tell-apart", {**data, "others": []})) == "apart_from_what"
    done = office.act(second, "3001", "tell-apart", data)
    assert isinstance(done, Decision)
    assert judged(second, done.groups[0][0]).kind == "accepted"
    assert judged(second, msgspec.structs.replace(done.groups[0][0], actor="2001", post="chief")).code == "no_right"


def test_somebody_who_works_on_it_is_not_disturbed(office: Office) -> None:
    first, second, _ = three(office)
    accepted = office.does(msgspec.structs.replace(second, number=second.number), "2001", "accept")
    held = office.does(accepted, "2001", "claim")
    done = office.act(held, "3001", "tell-apart", {"others": [first.number], "reason": "另一门店"})
    assert isinstance(done, Decision)
    assert done.case is not None
    assert done.case.claims == held.claims
