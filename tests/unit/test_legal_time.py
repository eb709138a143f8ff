"""The time on the paper when this machine's clock is wrong, set back, or has never met the hall (S29)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from casework.dating import has_evidence
from casework.errors import BadInput
from casework.facts import LegalTime
from console.legal_time import DayUnknown, LegalClock, PaperClock
from local_db.memory import TerminalMemory
from tests.builders import START, FixedClock
from tests.terminals import enrolled

CONTACT = "2026-11-23T09:00:00.000"


def legal_at(tmp_path: Path, clock: FixedClock) -> tuple[LegalClock, TerminalMemory]:
    """The legal clock of a new terminal."""
    memory = enrolled(tmp_path, clock)
    return LegalClock(memory, clock), memory


def boots(clock: FixedClock, at: datetime) -> None:
    """The machine was off and wakes up with this time."""
    clock.at, clock.ran = at, 5.0


def wakes(clock: FixedClock, memory: TerminalMemory, boot: str) -> None:
    """A PC whose battery is empty is switched on: its clock begins where it began the day before."""
    clock.at, clock.ran, memory.this_boot = datetime(2000, 1, 1), 20.0, boot  # noqa: DTZ001 - civil time is naive


def test_t57_an_empty_battery_makes_no_boot_the_one_that_has_met_the_hall(tmp_path: Path) -> None:
    clock = FixedClock()
    legal, memory = legal_at(tmp_path, clock)
    wakes(clock, memory, "monday")
    memory.contact(CONTACT, -849_171_600_000)
    assert has_evidence(legal.now())
    wakes(clock, memory, "tuesday")
    clock.go(60)  # both clocks say: a minute after the contact
    assert not has_evidence(legal.now()), "nobody knows here what day it is"
    with pytest.raises(DayUnknown):
        legal.day()


def test_t57_the_day_that_the_clerk_said_in_one_boot_is_not_that_of_the_next(tmp_path: Path) -> None:
    clock = FixedClock()
    legal, memory = legal_at(tmp_path, clock)
    wakes(clock, memory, "monday")
    legal.confirm(date(2026, 11, 23))
    assert legal.day() == date(2026, 11, 23)
    wakes(clock, memory, "tuesday")
    clock.go(60)
    with pytest.raises(DayUnknown):
        legal.day()
    assert legal.now().at == "2000-01-01T00:01:00.000"


def test_s29_a_boot_right_after_the_contact_is_another_one(tmp_path: Path) -> None:
    clock = FixedClock(START + timedelta(days=366))
    clock.ran = 0.185
    legal, memory = legal_at(tmp_path, clock)
    memory.this_boot = "one"
    memory.contact(CONTACT, 366 * 86_400_000)
    clock.at += timedelta(seconds=84)  # dark for most of it
    clock.ran, memory.this_boot = 0.21, "two"
    assert not legal.now().same_boot, "it would say a time 84 seconds back, before what was done since"
    memory.this_boot = "one"
    clock.ran += 84
    assert legal.now() == LegalTime("2026-11-23T09:01:24.025", 0, CONTACT, same_boot=True)


def test_s29_where_the_machine_does_not_name_its_boots_its_clocks_tell(tmp_path: Path) -> None:
    clock = FixedClock()
    legal, memory = legal_at(tmp_path, clock)
    memory.contact(CONTACT, 0)
    clock.go(60)
    memory.this_boot = "named since the update"
    assert legal.now().same_boot, "the contact was written down by a program that asked for no name"


@pytest.mark.parametrize("off", [timedelta(days=-1), timedelta(days=366), timedelta(days=-9700)])
def test_t37_t57_a_wrong_clock_that_has_met_the_hall_tells_the_halls_time(tmp_path: Path, off: timedelta) -> None:
    clock = FixedClock(START + off)
    legal, memory = legal_at(tmp_path, clock)
    memory.contact(CONTACT, int(off.total_seconds() * 1000))
    clock.go(3600)
    assert legal.now() == LegalTime("2026-11-23T10:00:00.000", 0, CONTACT, same_boot=True)
    assert has_evidence(legal.now())
    assert legal.day() == date(2026, 11, 23)
    assert PaperClock(legal).now() == START + timedelta(hours=1), "and so does the paper"


def test_s29_a_clock_that_is_a_minute_off_tells_its_own_time_with_its_evidence(tmp_path: Path) -> None:
    clock = FixedClock()
    legal, memory = legal_at(tmp_path, clock)
    memory.contact("2026-11-23T08:59:00.000", 60_000)
    assert legal.now() == LegalTime(CONTACT, 60_000, "2026-11-23T08:59:00.000", same_boot=True)


def test_t37_a_clock_that_was_set_back_after_the_contact_proves_nothing(tmp_path: Path) -> None:
    clock = FixedClock()
    legal, memory = legal_at(tmp_path, clock)
    memory.contact(CONTACT, 0)
    clock.at -= timedelta(days=1)
    assert not has_evidence(legal.now()), "it says a time before the hall's own"
    with pytest.raises(DayUnknown):
        legal.day()
    with pytest.raises(BadInput, match="2026-11-23"):
        legal.confirm(date(2026, 11, 22))


def test_s29_without_the_hall_since_boot_the_clerk_says_the_day_once_for_this_boot(tmp_path: Path) -> None:
    clock = FixedClock()
    legal, memory = legal_at(tmp_path, clock)
    memory.contact(CONTACT, 0)
    boots(clock, datetime(2000, 1, 1, 8, 15))  # noqa: DTZ001 - the hall's civil time is naive
    with pytest.raises(DayUnknown):
        legal.day()
    legal.confirm(date(2026, 11, 24))
    assert legal.day() == date(2026, 11, 24)
    clock.go(60)
    assert legal.now().at == "2026-11-24T08:16:00.000", "nobody's receipt says 2000"
    assert not has_evidence(legal.now()), "a supervisor looks at it"
    clock.go(16 * 3600)
    assert legal.day() == date(2026, 11, 25), "it goes on over midnight"
    boots(clock, datetime(2000, 1, 2, 8))  # noqa: DTZ001 - the hall's civil time is naive
    clock.ran = 3.0
    with pytest.raises(DayUnknown):
        legal.day()


def test_s29_the_day_that_the_clock_says_too_keeps_the_evidence_of_last_week(tmp_path: Path) -> None:
    clock = FixedClock()
    legal, memory = legal_at(tmp_path, clock)
    memory.contact(CONTACT, 0)
    boots(clock, START + timedelta(days=3))
    legal.confirm(date(2026, 11, 26))
    assert has_evidence(legal.now())
    boots(clock, START + timedelta(days=9))
    legal.confirm(date(2026, 12, 2))
    assert not has_evidence(legal.now()), "more than seven days after the last contact"


def test_a_day_that_an_older_program_wrote_down_is_asked_for_again(tmp_path: Path) -> None:
    clock = FixedClock()
    legal, memory = legal_at(tmp_path, clock)
    memory.keep_setting("confirmed_day", "2026-11-23")
    with pytest.raises(DayUnknown):
        legal.day()
