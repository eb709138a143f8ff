"""Console, commands and line on one folder at once; people who guess, forgers; clocks that are wrong."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import subprocess
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from casework import bodies
from casework.facts import Group
from casework.messages import Message
from console import bootstrap
from console.line_once import sync_once
from console.line_thread import LineThread
from sync.errors import BadAddress
from sync.line import Line
from sync.owner import own, owner_of
from sync.status import LinkState
from tests.builders import Hand
from tests.command_line import ROOT, Place, jsonl, line

NUMBERS = itertools.count(12)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("place"))
    made.found()
    with made.serving():
        assert made.enrol("0007").code == 0
        yield made


@pytest.fixture
def window(place: Place, monkeypatch: pytest.MonkeyPatch) -> str:
    """A terminal of its own for each test; its number."""
    number = f"{next(NUMBERS):04}"
    for name in ("YICHUANG_STATE", "YICHUANG_PIN"):
        monkeypatch.setenv(name, place.environment[name])
    assert place.enrol(number).code == 0
    return number


def take(place: Place, window: str, *refs: str) -> list[str]:
    """Applications; their numbers."""
    done = place.at(window, "intake", "-", stdin=jsonl(*(line("D01", ref) for ref in refs)))
    assert done.code == 0, done.err
    return [each["number"] for each in done.lines]


def shown(place: Place, window: str) -> list[str]:
    """The numbers that a window lists."""
    return [row["number"] for row in place.at(window, "case", "list", staff="3001").lines]


# Side by side


def test_t71_two_intakes_a_line_and_a_reader_share_one_folder(place: Place, window: str) -> None:
    text = [jsonl(*(line("D01", f"{window}-{half}-{n}") for n in range(60))) for half in "ab"]
    with subprocess.Popen(
        place.command("sync", "--dir", place.window(window)),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=place.environment,
    ) as running:  # fmt: skip
        try:
            assert running.stdout is not None
            assert json.loads(running.stdout.readline())["link"] == "online"
            words = ("intake", "-", "--dir", place.window(window), "--staff", "1001")
            with ThreadPoolExecutor(2) as at_once:
                done = list(at_once.map(lambda stdin: place.run_apart(*words, stdin=stdin), text))
            assert [each.code for each in done] == [0, 0], [each.err for each in done]
            assert place.at(window, "case", "list").code == 0
        finally:
            running.terminate()
    numbers = [each["number"] for half in done for each in half.lines]
    assert len(numbers) == len(set(numbers)) == 120
    assert place.sync(window).one["pending"] == 0
    assert place.sync("0007").code == 0
    for where in (window, "0007"):
        there = Counter(shown(place, where))
        assert [there[number] for number in numbers] == [1] * 120


def test_t58_after_a_restart_five_hundred_go_to_the_hall_with_nobody_signed_in(place: Place, window: str) -> None:
    numbers = take(place, window, *(f"{window}-{n}" for n in range(500)))
    done = place.run("sync", "--once", "--dir", place.window(window), YICHUANG_PIN="")
    assert done.one["pushed"] == 500
    assert done.one["pending"] == 0
    assert len(set(numbers)) == 500


class Told:
    """Collects what a line thread waits for and says; each wait ends when the test lets it."""

    def __init__(self) -> None:
        self.waits = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.said: list[Exception] = []

    async def wait(self, seconds: float) -> None:
        """A wait of the thread."""
        self.waits.release()
        await asyncio.to_thread(self.go.acquire)

    def sentence(self, error: Exception) -> Message:
        """What an error says."""
        self.said.append(error)
        return bootstrap.sentence(error)


def test_the_console_takes_the_line_over_when_whoever_had_it_ends(place: Place, window: str) -> None:
    folder = Path(place.window(window))
    told = Told()
    begun = threading.Event()

    @contextlib.asynccontextmanager
    async def open_line() -> AsyncIterator[Line]:
        terminal = bootstrap.open_terminal(folder)
        try:
            async with bootstrap.line_for(terminal) as made:
                begun.set()
                yield made
        finally:
            terminal.memory.close()

    other = own(folder, 7, "now")
    thread = LineThread(open_line, lambda: own(folder, 8, "now"), told.wait, told.sentence)
    thread.start()
    try:
        assert other is not None
        assert told.waits.acquire(timeout=10)
        assert thread.status is None
        assert owner_of(folder) == (7, "now")
        thread.wake()  # nothing to wake yet, and no error
        other.close()
        told.go.release()
        assert begun.wait(10)
        assert owner_of(folder) == (8, "now")
    finally:
        thread.stop()
    assert owner_of(folder) is None
    assert told.said == []


def test_a_line_that_ended_or_can_not_begin_never_fails_a_save(place: Place, window: str) -> None:
    folder = Path(place.window(window))
    told = Told()

    def nobody() -> contextlib.AbstractAsyncContextManager[Line]:
        raise BadAddress("line.bad_address", url="x")

    thread = LineThread(nobody, lambda: own(folder, 8, "now"), told.wait, told.sentence)
    thread.start()
    assert told.waits.acquire(timeout=10)
    status = thread.status
    assert status is not None
    assert (status.link, status.error) == (LinkState.OFFLINE, "line.bad_address")
    assert owner_of(folder) is None
    thread.stop()
    told.go.release()
    thread.wake()
    thread.cable(plugged=False)
    thread.stop()


# People


def test_two_people_work_at_one_window_each_under_her_own_name(place: Place, window: str) -> None:
    first = take(place, window, f"{window}-wang")[0]
    done = place.at(window, "intake", "-", staff="1002", stdin=jsonl(line("D01", f"{window}-li")))
    by = {}
    for number in (first, done.one["number"]):
        by[number] = place.at(window, "case", "show", number).one["events"][0]["actor"]
    assert list(by.values()) == ["1001", "1002"]
    other = place.at(window, "case", "list", staff="1002", post="guide")
    assert other.code == 1
    assert "guide" in other.err
    english = place.run(
        "--lang", "en", "case", "list", "--dir", place.window(window), "--staff", "1002", "--post", "guide"
    )
    assert (english.code, "guide" in english.err) == (1, True)


def test_five_wrong_pins_lock_over_restarts_and_however_many_guess_at_once(place: Place, window: str) -> None:
    words = ("case", "list", "--dir", place.window(window), "--staff", "2003")
    with ThreadPoolExecutor(3) as at_once:
        guessed = list(at_once.map(lambda _: place.run_apart(*words, YICHUANG_PIN="000000"), range(5)))
    assert {each.code for each in guessed} == {1}
    for language, word in (("zh_CN", "锁定"), ("en", "locked")):
        locked = place.run("--lang", language, *words)
        assert (locked.code, word in locked.err) == (1, True), locked.err
    assert place.at(window, "case", "list", staff="2002").code == 0


# Forgers


def test_a_decision_forged_at_a_window_is_refused_kept_in_the_tray_and_never_applied(place: Place, window: str) -> None:
    number = take(place, window, f"{window}-forged")[0]
    assert place.sync(window).code == 0
    terminal = bootstrap.open_terminal(Path(place.window(window)))
    try:
        case = terminal.counter.case(number)
        body = bodies.Decided("decide", "granted")
        with terminal.memory.writing() as act:  # past every rule of the counter
            forged = msgspec.structs.replace(
                Hand(window, "forger").fact("decided", body, case.id),
                id=bootstrap.new_id(), group=Group(bootstrap.new_id(), 0, 1), base=act.base(),
                time=terminal.legal.now(),
            )  # fmt: skip
            act.commit_groups([(forged,)])
        synced = sync_once(terminal).synced
        assert (synced.pending, synced.error) == (0, "")
        assert synced.rejected == 1
        assert [row.type for row in terminal.memory.tray() if row.number == number] == ["decided"]
    finally:
        terminal.memory.close()
    assert place.sync("0007").code == 0
    for where in (window, "0007"):
        assert place.at(where, "case", "show", number).one["state"] == "received"
    rows = [row for row in place.at(window, "tray", "list", staff="3001").lines if row["number"] == number]
    assert [row["code"] for row in rows] == ["helper_may_not"]
    assert all(row["message"] and "{" not in row["message"] for row in rows)


# Clocks


class WrongClock(bootstrap.SystemClock):
    """This machine's clock, wrong by `off`."""

    off = timedelta()

    def now(self) -> datetime:
        """The time as the machine believes it."""
        return super().now() + type(self).off


@contextlib.contextmanager
def clock_off(by: timedelta) -> Iterator[None]:
    """Every clock that is opened meanwhile is wrong."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WrongClock, "off", by)
        patch.setattr(bootstrap, "SystemClock", WrongClock)
        yield


def test_t57_a_pc_that_wakes_up_in_2000_is_enrolled_and_numbers_with_the_halls_day(place: Place) -> None:
    today = bootstrap.SystemClock().now()
    number = f"{next(NUMBERS):04}"
    with clock_off(datetime(2000, 1, 1, 8) - today):  # noqa: DTZ001 - the hall's civil time is naive
        enrolled = place.enrol(number)
        assert enrolled.code == 0, enrolled.err
        assert enrolled.one["pulled"] > 0
        taken = take(place, number, f"{number}-in-2000")[0]
        assert taken[6:12] == f"{today:%y%m%d}"
        assert place.sync(number).one["pending"] == 0
        told = place.run("doctor", "--dir", place.window(number))
        assert (told.code, "时钟" in told.out.decode()) == (1, True)


def test_t37_after_the_clock_was_set_the_clerk_is_asked_or_the_hall_tells_and_numbers_go_on(
    place: Place, window: str
) -> None:
    numbers = take(place, window, f"{window}-before")
    for off in (timedelta(days=-1), timedelta(days=366)):
        with clock_off(off):
            asked = place.at(window, "intake", "-", stdin=jsonl(line("D01", f"{window}{off}")))
            assert (asked.code, asked.complaints[0]["error"]) == (1, "intake.day_unknown")
            assert "--confirm-day" in asked.complaints[0]["message"]
            assert place.sync(window).one["pending"] == 0
            numbers += take(place, window, f"{window}{off}")
            assert place.sync(window).one["pending"] == 0
    assert len({number[6:12] for number in numbers}) == 1
    assert [int(number[16:20]) for number in numbers] == [1, 2, 3]
    assert [each for each in sorted(shown(place, window)) if each[12:16] == window] == numbers
