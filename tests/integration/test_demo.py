"""The demo: the whole day without a screen, and the weeks that a person finds behind her at the first start."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from casework.ambient import moment
from casework.case import ENDED_STATES, OPEN_STATES, Case, open_steps, places
from casework.catalogue.schema import MODULES
from casework.papers import KINDS
from casework.prefile import Prefile
from casework.standing import light_of, standing
from console import bootstrap
from console.day import picture
from console.demo import demo
from console.demo.past import MovedClock, Past, slots_until
from console.demo.stories import intake_of, stories
from console.demo.story import SUPERVISOR, session
from console.settling import Settling
from console.terminal import Terminal
from local_db.finding import Told
from tests import command_line
from tests.people import CALENDAR, CATALOGUE, ITEMS

NOW = moment("2026-11-26T15:40:00.000")


class Ticking:
    """A clock that stands at `NOW` when it is made, and runs."""

    def __init__(self, at: datetime = NOW) -> None:
        self._system = bootstrap.SystemClock()
        self._ahead = at - self._system.now()

    def now(self) -> datetime:
        return self._system.now() + self._ahead

    def monotonic(self) -> float:
        return self._system.monotonic()


class Found(msgspec.Struct, frozen=True):
    """What a terminal holds."""

    cases: dict[str, Case]
    lines: dict[str, tuple[Told, ...]]
    prefiles: tuple[Prefile, ...]
    unsettled: tuple[int, int, int, int]
    """Unsent, held and rejected facts, and lines of the tray."""

    @property
    def types(self) -> Counter[str]:
        """How often each kind of fact is in the histories."""
        return Counter(told.fact.type for lines in self.lines.values() for told in lines)

    @property
    def flags(self) -> set[str]:
        """All flags of the hall."""
        return {flag for lines in self.lines.values() for told in lines for flag in told.flags}


def found(terminal: Terminal) -> Found:
    cases = {row.case_id: row.case for row in terminal.cases()}
    waits = terminal.memory.pending()
    return Found(
        cases,
        {id_: terminal.memory.history(id_).lines for id_ in cases},
        terminal.memory.prefiles(""),
        (waits.unsent, waits.held, waits.rejected, len(terminal.memory.tray())),
    )


def kinds_of_places(cases: dict[str, Case]) -> set[str]:
    """The kinds of steps, or places, at which open cases wait."""
    kinds = set()
    for case in cases.values():
        steps = {step.id: step.kind for step in open_steps(case)}
        kinds |= {steps.get(place.step, place.step) for place in places(case)}
    return kinds


# The headless day


class Ran(msgspec.Struct, frozen=True):
    """The day's JSON, and what both terminals hold after it."""

    code: int
    said: dict[str, object]
    receipts: list[dict[str, str]]
    ours: Found
    theirs: Found


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    place = command_line.Place(tmp_path_factory.mktemp("day"))
    done = place.run("demo", "--headless", "--seed", "1", "--dir", str(place.folder))
    assert done.code == 0, done.err
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YICHUANG_STATE", place.environment["YICHUANG_STATE"])
        with bootstrap.opened(place.window("0012")) as ours, bootstrap.opened(place.window("0007")) as theirs:
            return Ran(done.code, done.one, done.one["receipts"], found(ours), found(theirs))


def test_the_day_says_what_the_contract_wants(day: Ran) -> None:
    said = day.said
    assert set(said) == {
        "by_module", "taken_in_offline", "refused", "printed", "receipts", "converged", "seconds", "states", "items",
    }  # fmt: skip
    assert said["converged"] is True
    assert said["refused"] == 1
    assert said["items"] == len(ITEMS) == 57
    assert said["printed"] == len(day.receipts)
    by_module = said["by_module"]
    assert isinstance(by_module, dict)
    assert set(by_module) == set(MODULES)
    assert all(figures["delivered"] >= 12 for figures in by_module.values())
    assert 180 <= sum(figures["received"] for figures in by_module.values()) <= 260
    assert isinstance(said["taken_in_offline"], int)
    assert said["taken_in_offline"] > 80


def test_at_its_end_cases_are_in_every_state_and_at_every_step(day: Ran) -> None:
    states = day.said["states"]
    assert isinstance(states, dict)
    assert set(states) == OPEN_STATES | ENDED_STATES
    assert states["closed"] > sum(states.values()) / 2
    assert states == Counter(case.state for case in day.theirs.cases.values())
    assert kinds_of_places(day.theirs.cases) >= {
        "pre_review", "accept", "proposal", "supplement", "examine", "site_check", "expert_review", "hearing",
        "consult", "publicity", "decide", "pay", "certify", "deliver", "pledge_check", "close",
    }  # fmt: skip
    assert {case.received.item for case in day.theirs.cases.values() if case.state == "closed"} == set(ITEMS)


def test_every_kind_of_paper_is_printed_and_lies_in_the_folder(day: Ran) -> None:
    assert {each["kind"] for each in day.receipts} == set(KINDS)
    files = [Path(each["pdf"]) for each in day.receipts]
    assert len(set(files)) == len(files)
    assert all(file.read_bytes()[:5] == b"%PDF-" for file in files)


def test_everything_that_can_happen_to_a_case_happens(day: Ran) -> None:
    types = day.theirs.types
    wanted = {
        "prefile.opened", "prefile.checked", "prefile.taken", "received", "material.added", "material.returned",
        "checked_by_network", "mended_on_the_spot", "supplement.told", "ask.refused", "handed_over", "nudged", "paid",
        "certified", "posted", "delivered", "closed", "printed", "accepted", "refused_at_intake", "returned",
        "step.done", "step.not_needed", "inspected", "sent_back", "reassigned", "consulted", "recused",
        "pledge.checked", "withdrawn", "terminated", "transferred", "forwarded", "suspended", "resumed", "extended",
        "decided", "corrected", "revoked", "voided", "resolve.withdraw", "recalled",
    }  # fmt: skip
    assert wanted - set(types) == set()
    assert day.ours.types == types
    assert day.theirs.flags == set()
    assert day.ours.unsettled == day.theirs.unsettled == (0, 0, 0, 0)
    assert picture(day.ours.cases) == picture(day.theirs.cases)


def test_the_ways_of_single_cases(day: Ran) -> None:
    cases = list(day.theirs.cases.values())
    assert {case.delivered.how for case in cases if case.delivered} == {"counter", "post", "agent"}
    assert {case.outcome for case in cases} == {"", "granted", "refused"}
    assert {case.accepted.how for case in cases if case.accepted} == {"outright", "deferred", "pledged"}
    assert {case.pledge for case in cases} == {"", "kept", "false"}
    assert {pause.kind for case in cases for pause in case.pauses} >= {"expert_review", "hearing", "evaluation"}
    assert any(case.corrections and case.state == "closed" for case in cases)
    assert any(case.pledge == "false" and case.state == "revoked" for case in cases)
    assert any(case.renumbered for case in cases if case.state == "void")
    numbers = {case.number: case for case in cases}
    again = [case for case in cases if case.received.refers_to in numbers]
    assert {numbers[case.received.refers_to].state for case in again} >= {"returned"}
    assert {case.received.bundle for case in cases} == {"", "Y01", "S03"}
    assert {case.received.spot_lost for case in cases} == {True, False}
    overridden = [case for case in cases if "overridden" in case.materials.values()]
    assert overridden, "the made-up sources know everything: nobody sees an override"


def test_a_prefile_is_looked_at_twice_and_taken_at_the_other_window(day: Ran) -> None:
    case = next(case for case in day.theirs.cases.values() if "-" in case.received.refers_to)
    lines = day.theirs.lines[case.id]
    types = [told.fact.type for told in lines]
    assert types[:5] == ["prefile.opened", "prefile.checked", "prefile.checked", "prefile.taken", "received"]
    assert case.terminal == "0012"
    assert Counter(each.state for each in day.theirs.prefiles) == {"parked": 2, "checked": 1}


def test_another_seed_brings_other_people_with_the_same_matters() -> None:
    today = NOW.date()
    for serial, story in enumerate(stories(CATALOGUE), 1):
        first, same, other = (intake_of(story, CATALOGUE, seed, serial, today) for seed in (1, 1, 2))
        assert first == same
        assert first.applicant != other.applicant
        assert (first.item, first.situations, first.materials, first.outcome) == (
            other.item, other.situations, other.materials, other.outcome,
        )  # fmt: skip


# The weeks before the first start


class Troubles(msgspec.Struct, frozen=True):
    """What waits at a window for somebody to settle it."""

    tray: Counter[tuple[str, str]]
    """Kind, and the window that made it."""
    recalls: list[str]
    doubles: list[tuple[str, str]]
    """The windows of both cases."""
    unsure: int
    not_out: int
    """Papers in the way of closing the day."""
    levels: set[str]


def troubles_of(terminal: Terminal) -> Troubles:
    memory, supervisor = terminal.memory, session(terminal, SUPERVISOR)
    return Troubles(
        Counter((row.kind, row.terminal) for row in memory.tray()),
        [recall.paper for case in memory.with_recalls() for recall in case.open_recalls],
        [(double.other.terminal, double.case.terminal) for double in memory.doubles()],
        memory.prints_standing().unsure,
        memory.at_hand()[0],
        {str(line.age.level) for line in Settling(terminal.counter).lines(supervisor)},
    )


class Lived(msgspec.Struct, frozen=True):
    """What both windows and the hall hold after the first start."""

    ours: Found
    theirs: Found
    hall: dict[str, Case]
    lights: Counter[str]
    day: date | None
    place: demo.Place
    clock: Ticking
    troubles: tuple[Troubles, Troubles]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    folder, clock = tmp_path_factory.mktemp("past"), Ticking()
    place = demo.Place(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YICHUANG_STATE", str(folder / "state"))
        with demo.hall_with_a_past(place, clock) as here, opened(place, clock) as (ours, theirs):
            cases = {row.case_id: row.case for row in theirs.cases()}
            hall = here.cases(tuple(cases))
            lights = Counter(lights_of(theirs, cases))
            troubles = troubles_of(ours), troubles_of(theirs)
            return Lived(found(ours), found(theirs), hall, lights, ours.memory.hall_day(), place, clock, troubles)


@contextlib.contextmanager
def opened(place: demo.Place, clock: Ticking) -> Iterator[tuple[Terminal, Terminal]]:
    terminals = [bootstrap.open_terminal(place.terminal(number), clock=clock) for number in demo.WINDOWS]
    try:
        yield terminals[0], terminals[1]
    finally:
        for terminal in terminals:
            terminal.memory.close()


def lights_of(terminal: Terminal, cases: dict[str, Case]) -> Iterator[str]:
    calendar = terminal.library.calendar()
    for case in cases.values():
        if case.is_open:
            yield light_of(standing(case, calendar, terminal.clock.now()))


def test_the_first_start_finds_three_weeks_of_work_in_all_states_and_lights(lived: Lived) -> None:
    cases = lived.ours.cases
    assert 180 <= len(cases) <= 260
    assert {case.received.item for case in cases.values()} == set(ITEMS)
    assert {case.state for case in cases.values()} == OPEN_STATES | ENDED_STATES
    assert set(lived.lights) >= {"green", "yellow", "red", "black"}
    assert lived.lights["green"] > lived.lights["black"]
    days = {case.received_at[:10] for case in cases.values()}
    assert len(days) == 15
    assert all(CALENDAR.is_working_day(date.fromisoformat(day))[0] for day in days)
    assert all(case.number[6:12] == f"{case.received_at[2:4]}{case.received_at[5:7]}{case.received_at[8:10]}"
               for case in cases.values())  # fmt: skip
    assert Counter(each.state for each in lived.ours.prefiles) == {"checked": 2, "parked": 1}


def test_a_supervisor_finds_each_kind_of_trouble_once_in_the_trays_of_both_windows(lived: Lived) -> None:
    ours, theirs = lived.troubles
    assert ours.tray == theirs.tray == {("rejected", "0012"): 1, ("rejected", "0007"): 1, ("held", "0007"): 1}
    assert ours.recalls == theirs.recalls == ["acceptance"]
    assert ours.doubles == theirs.doubles == [("0012", "0007")]
    assert (ours.unsure, theirs.unsure) == (ours.not_out, theirs.not_out) == (1, 0)
    assert ours.levels >= {"supervisor"}
    assert len(ours.levels) > 1, "one waits since long, one since today"


def test_the_hall_has_nothing_else_against_any_of_it(lived: Lived) -> None:
    assert lived.ours.unsettled == (0, 0, 1, 3)
    assert lived.theirs.unsettled == (0, 1, 1, 3)
    assert lived.ours.flags == set()
    assert picture(lived.ours.cases) == picture(lived.theirs.cases) == picture(lived.hall)
    times = [told.fact.time for lines in lived.ours.lines.values() for told in lines if told.fact.actor]
    assert all(time.is_good(time.at) and abs(time.offset_ms or 0) < 60_000 and time.same_boot for time in times)
    assert max(time.at for time in times) <= f"{NOW + timedelta(minutes=10):%Y-%m-%dT%H:%M:%S}"
    assert lived.day == NOW.date()


def test_what_nobody_looked_at_the_hall_has_accepted_on_the_way(lived: Lived) -> None:
    deemed = [case for case in lived.ours.cases.values() if case.deemed]
    assert {case.received.item for case in deemed} == {"D13", "D05"}
    assert all(case.accepted_at == case.received_at for case in deemed)
    assert lived.ours.types["deemed_accepted"] == 2


def test_a_second_start_opens_at_once_and_makes_nothing_anew(lived: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YICHUANG_STATE", str(lived.place.folder / "state"))
    monkeypatch.setattr(Past, "live", broken_off)
    place, clock = lived.place, lived.clock
    with demo.hall_with_a_past(place, clock), opened(place, clock) as (_, theirs):
        assert picture({row.case_id: row.case for row in theirs.cases()}) == picture(lived.theirs.cases)


def broken_off(past: Past, now: datetime) -> int:
    raise KeyboardInterrupt


def test_a_first_start_that_was_broken_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YICHUANG_STATE", str(tmp_path / "state"))

    monkeypatch.setattr(Past, "live", broken_off)
    place = demo.Place(tmp_path)
    with pytest.raises(KeyboardInterrupt), demo.hall_with_a_past(place, Ticking()):
        raise AssertionError("it never opens")
    assert not place.hall.exists()
    assert not any(place.terminal(number).exists() for number in demo.WINDOWS)


def test_the_slots_are_those_of_the_last_working_days() -> None:
    def last(now: str) -> str:
        slots = slots_until(moment(f"{now}:00.000"), CALENDAR)
        assert len(slots) > 56
        return slots[-1].isoformat(timespec="minutes")

    assert last("2026-10-11T10:00") == "2026-10-10T15:10"  # that Saturday was worked
    assert last("2026-11-23T08:00") == "2026-11-20T15:10"
    assert last("2026-11-23T10:00") == "2026-11-23T09:05"


def test_the_moved_clock_runs_behind_goes_on_and_catches_up() -> None:
    system = Ticking()
    clock = MovedClock(system)
    clock.begin(NOW - timedelta(days=20))
    before = clock.monotonic()
    assert clock.now() - (NOW - timedelta(days=20)) < timedelta(seconds=30)
    clock.move_to(NOW - timedelta(days=10))
    assert clock.monotonic() - before > timedelta(days=9).total_seconds()
    then = clock.now()
    clock.move_to(NOW - timedelta(days=15))
    assert clock.now() >= then
    clock.move_to(NOW + timedelta(days=1))
    assert clock.now() <= system.now()
    clock.catch_up()
    assert abs(clock.monotonic() - system.monotonic()) < 1
