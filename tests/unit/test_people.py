"""Signing in at a window: wrong PINs, the lock that doubles and survives, and posts that are not hers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from casework.ambient import stamp
from casework.bodies import StaffSet
from console.errors import NotSignedIn
from console.library import Library
from console.people import People
from local_db.counter import Identity
from local_db.memory import TerminalMemory
from local_db.people import Lockout
from tests.builders import FixedClock

PIN = "135790"
WANG = StaffSet("1001", "王芳", "helper", ("window", "guide"), PasswordHasher(1, 8, 1).hash(PIN))
GONE = StaffSet("1009", "李强", "helper", ("window",), WANG.verifier, active=False)
NOBODY_YET = StaffSet("1010", "赵一", "helper", (), WANG.verifier)


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[People, FixedClock]]:
    clock = FixedClock()
    identity = Identity("h", "420118", "大厅", "k", "0012", "i", 1)
    memory = TerminalMemory.create(tmp_path / "t", clock, tmp_path / "s", identity)
    roster = {person.number: person for person in (WANG, GONE, NOBODY_YET)}
    monkeypatch.setattr(memory, "staff", roster.get)
    yield People(memory, Library(memory), clock), clock
    memory.close()


def code_of(people: People, number: str = "1001", pin: str = "000000", posts: tuple[str, ...] = ()) -> str:
    """Why she was not let in."""
    with pytest.raises(NotSignedIn) as caught:
        people.sign_in(number, pin, posts)
    return caught.value.code


def test_she_serves_the_posts_that_she_names_or_all_of_hers(people: tuple[People, FixedClock]) -> None:
    who, _ = people
    assert who.sign_in("1001", PIN).shift == ("window", "guide")
    session = who.sign_in("1001", PIN, ("guide",))
    assert session.shift == ("guide",)
    assert who.serving(session, ("window",)).shift == ("window",)
    assert code_of(who, pin=PIN, posts=("chief",)) == "people.not_your_post"


def test_who_is_not_on_the_roster_or_has_left_is_not_let_in(people: tuple[People, FixedClock]) -> None:
    who, _ = people
    assert code_of(who, "9999", PIN) == "people.unknown"
    assert code_of(who, "1009", PIN) == "people.unknown"
    assert code_of(who, "1010", PIN) == "people.no_posts"


def test_five_wrong_pins_lock_and_each_one_more_doubles(people: tuple[People, FixedClock]) -> None:
    who, clock = people
    assert [code_of(who) for _ in range(4)] == ["people.wrong_pin"] * 4
    assert code_of(who) == "people.locked_now"
    assert code_of(who, pin=PIN) == "people.locked"
    clock.go(15 * 60 - 1)
    assert code_of(who, pin=PIN) == "people.locked"
    clock.go(2)
    assert code_of(who) == "people.locked_now"
    clock.go(29 * 60)
    assert code_of(who, pin=PIN) == "people.locked"
    clock.go(61)
    assert who.sign_in("1001", PIN).staff == WANG
    assert [code_of(who) for _ in range(4)] == ["people.wrong_pin"] * 4, "a right PIN forgets the wrong ones"


def test_the_count_survives_a_restart(people: tuple[People, FixedClock]) -> None:
    who, clock = people
    for _ in range(4):
        code_of(who)
    again = TerminalMemory.open(who.memory.folder, clock, who.memory.state.path.parent)
    try:
        assert again.lockout("1001").failures == 4
    finally:
        again.close()
    assert code_of(who) == "people.locked_now"


def test_a_clock_that_was_set_back_locks_nobody_for_years(people: tuple[People, FixedClock]) -> None:
    who, clock = people
    for _ in range(5):
        code_of(who)
    until = who.memory.lockout("1001").until
    far = datetime.fromisoformat(until) + timedelta(days=4000)
    who.memory.keep_lockout("1001", Lockout(5, stamp(far)))
    with pytest.raises(NotSignedIn) as caught:
        who.sign_in("1001", PIN)
    assert caught.value.message.facts["until"] == f"{clock.now() + timedelta(minutes=15):%H:%M}"
    clock.go(15 * 60 + 1)
    assert who.sign_in("1001", PIN).staff == WANG
