"""Full disks, lines that fail in every way, programs that stand still, a hall whose clock is wrong: real processes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from casework.limits import LIMITS
from console import bootstrap
from console.line_once import Round, sync_once
from hall import cli
from tests.command_line import ROOT, SECONDS, Place, Ran, jsonl, line
from tests.crash.bad_line import MOODS, bad_line
from tests.crash.small_disk import MEGABYTE, Disk, small_disk
from tests.crash.test_kill_loops import HallFile, a_hall, a_line, all_arrived, until
from tests.screens.terminal import Terminal

WINDOWS = ("0012", "0007")
IMPATIENT = msgspec.structs.replace(LIMITS, once_tries=1, request_seconds=0.6, poll_seconds=0.3)
"""Time-outs so short that a test can be longer than every one of them."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A hall and two windows."""
    made = Place(tmp_path)
    made.found()
    for name in ("YICHUANG_STATE", "YICHUANG_PIN", "YICHUANG_LANG"):
        monkeypatch.setenv(name, made.environment[name])
    with made.serving():
        for window in WINDOWS:
            assert made.enrol(window).code == 0
    return made


def take(place: Place, *refs: str, window: str = "0012") -> set[str]:
    """Applications; their numbers."""
    done = place.at(window, "intake", "-", stdin=jsonl(*(line("D01", ref) for ref in refs)))
    assert done.code == 0, done.err
    return {each["number"] for each in done.lines}


def one_round(place: Place, window: str = "0012") -> Round:
    """A round of the line that does not wait for long."""
    terminal = bootstrap.open_terminal(Path(place.window(window)))
    try:
        return sync_once(terminal, IMPATIENT)
    finally:
        terminal.memory.close()


# Full


def apart(place: Place, disk: Disk, *words: str, stdin: str = "") -> Ran:
    """A command as a process that has no more room than the disk."""
    done = subprocess.run(
        place.command(*words), input=stdin.encode(), capture_output=True, cwd=ROOT, env=place.environment,
        timeout=SECONDS, check=False, preexec_fn=disk.limit,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr.decode())


@pytest.mark.parametrize("mounted", [True, False])
def test_t40_on_a_disk_that_is_really_full_what_was_said_is_saved_and_the_rest_is_told(
    tmp_path: Path, mounted: bool
) -> None:
    with small_disk(tmp_path / "disk", 24 * MEGABYTE, mounted=mounted) as disk:
        place = Place(disk.folder)
        place.hall = tmp_path / "hall"
        place.found()
        with place.serving():
            for window in WINDOWS:
                assert place.enrol(window).code == 0
            disk.fill(256 * 1024)
            text = jsonl(*(line("D01", f"full{n}") for n in range(80)))
            words = ("intake", "-", "--dir", place.window("0012"), "--staff", "1001")
            ran = apart(place, disk, *words, stdin=text)
            assert ran.code == 1
            assert ran.lines
            assert len(ran.lines) + len(ran.complaints) == 80
            assert {each["error"] for each in ran.complaints} <= {"store.disk_full", "store.not_writable"}
            assert "Traceback" not in ran.err
            down = apart(place, disk, "sync", "--once", "--dir", place.window("0012"))
            assert "Traceback" not in down.err
            assert apart(place, disk, "case", "list", "--dir", place.window("0012"), "--staff", "3001").code in {0, 1}
            disk.free()
            again = apart(place, disk, *words, stdin=text)
            assert again.code == 0, again.err
            numbers = [each["number"] for each in again.lines]
            assert len(set(numbers)) == 80
            assert numbers[: len(ran.lines)] == [each["number"] for each in ran.lines]
            all_arrived(place, WINDOWS, set(numbers))


def test_t69_a_hall_whose_disk_is_full_takes_nothing_loses_nothing_and_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk", 24 * MEGABYTE, mounted=True) as disk:
        place = Place(tmp_path)
        place.hall = disk.folder / "hall"
        place.found()
        with place.serving():
            for window in WINDOWS:
                assert place.enrol(window).code == 0
        numbers = take(place, *(f"r{n}" for n in range(300)))
        disk.fill(128 * 1024)
        with limited_hall(place, disk):
            full = place.sync("0012")
            assert full.code == 1
            assert full.lines[-1]["error"] == "line.busy"
            assert full.lines[-1]["pending"] > 0
            log = HallFile(place)
            log.read_on()
            disk.free()
            if disk.mounted:  # the very same process goes on
                assert place.sync("0012").one["pending"] == 0
        with place.serving():
            all_arrived(place, WINDOWS, numbers)


@contextlib.contextmanager
def limited_hall(place: Place, disk: Disk) -> Iterator[None]:
    """The hall at its address, on its small disk."""
    port = place.url.rpartition(":")[2]
    with subprocess.Popen(
        place.command("hall", "serve", "--dir", str(place.hall), "--port", port),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=place.environment, preexec_fn=disk.limit,  # noqa: PLW1509
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            yield
        finally:
            process.kill()


# Lines


def test_t21_t18_however_the_line_fails_nobody_waits_for_long_and_all_arrives_once(place: Place) -> None:
    with place.serving(), bad_line(place.url) as between:
        assert place.run("sync", "--once", "--hall", between.url, "--dir", place.window("0012")).code == 0
        numbers = take(place, "before")
        for mood in MOODS:
            numbers |= take(place, *(f"{mood}{n}" for n in range(3)))
            between.mood = mood
            began = time.monotonic()
            failed = one_round(place)
            assert time.monotonic() - began < 10
            assert failed.trouble is not None, mood
            assert failed.synced.pending > 0, mood
            assert "{" not in str(failed.trouble)
            numbers |= take(place, f"{mood} and work goes on")
            between.mood = ""
            assert one_round(place).trouble is None, mood
        assert set(between.met) == {"", *MOODS}
        all_arrived(place, WINDOWS, numbers)


def test_t18_a_line_that_breaks_all_the_time_still_brings_everything(place: Place) -> None:
    with place.serving(), bad_line(place.url) as between:
        assert place.run("sync", "--once", "--hall", between.url, "--dir", place.window("0012")).code == 0
        numbers: set[str] = set()
        for turn in range(18):
            numbers |= take(place, *(f"{turn}-{n}" for n in range(4)))
            between.mood = (*MOODS[:5], "")[turn % 6]
            one_round(place)
        between.mood = ""
        all_arrived(place, WINDOWS, numbers)


# Standing still


def test_a_hall_that_stands_still_for_longer_than_every_time_out_hears_late_questions_once(place: Place) -> None:
    with a_hall(place) as hall:
        numbers = take(place, *(f"before{n}" for n in range(5)))
        os.kill(hall.pid, signal.SIGSTOP)
        for turn in range(3):
            failed = one_round(place)
            assert failed.trouble is not None
            numbers |= take(place, f"while{turn}")  # the questions of before still lie in its socket
        os.kill(hall.pid, signal.SIGCONT)
        all_arrived(place, WINDOWS, numbers)


def test_a_line_that_stood_still_while_its_hall_was_restarted_finds_it_again(place: Place) -> None:
    log = HallFile(place)
    with a_hall(place):
        numbers = take(place, "before")
        process = a_line(place, "0012")
        until(20, lambda: log.newest() > 0 and place.run("doctor", "--dir", place.window("0012")).code == 0)
        os.kill(process.pid, signal.SIGSTOP)
        numbers |= take(place, "while")
    try:
        with a_hall(place):
            numbers |= take(place, "other", window="0007")
            assert place.sync("0007").one["pending"] == 0
            before = log.newest()
            os.kill(process.pid, signal.SIGCONT)
            until(60, lambda: log.is_at(before + 1))  # what waited at the window has come by itself
            assert log.is_at(before + 1)
            process.kill()
            process.wait()
            all_arrived(place, WINDOWS, numbers)
    finally:
        process.kill()
        process.wait()


def test_a_console_that_stood_still_goes_on_with_every_key_that_was_typed_meanwhile(place: Place) -> None:
    with place.serving():
        terminal = Terminal([sys.executable, "-m", "console.main", "console", "--dir", place.window("0012")])
        try:
            terminal.wait_for("工号")
            terminal.type("1001<enter>135790<enter>")
            terminal.wait_for("新收件")
            terminal.type("nd01<enter>")
            terminal.wait_for("名称")
            os.kill(terminal.pid, signal.SIGSTOP)
            terminal.type("1<enter>91110000600037341L<enter>光谷小馆<enter>")
            terminal.pump(2)
            os.kill(terminal.pid, signal.SIGCONT)
            terminal.until(lambda: terminal.sees("91110000600037341L") and terminal.sees("光谷小馆"), 20)
        finally:
            terminal.close()
        assert place.run("doctor", "--dir", place.window("0012")).code == 0


# Clocks


class WrongHallClock(cli.HallClock):
    """A hall's clock, wrong by `off`."""

    off = timedelta()

    def now(self) -> datetime:
        """The time as the hall believes it."""
        return super().now() + self.off


@contextlib.contextmanager
def hall_with(place: Place, clock: WrongHallClock) -> Iterator[None]:
    """The hall in a thread of this process, by `clock`, at its old address."""
    loop = asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()

    async def serve() -> None:
        with cli.open_hall(place.hall, clock=clock) as here:
            async with cli.serve_hall(here, port=int(place.url.rpartition(":")[2])):
                ready.set()
                await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()


def test_s29_a_hall_whose_clock_jumps_refuses_nothing_and_numbers_go_on(place: Place) -> None:
    clock = WrongHallClock()
    numbers: list[str] = []
    with hall_with(place, clock):
        for turn, hours in enumerate((0, 20, -20, 30, 0)):
            clock.off = timedelta(hours=hours)
            assert place.sync("0012").one["error"] is None  # it learns the time, however far off it is
            done = place.at("0012", "intake", "-", stdin=jsonl(line("D01", f"clock{turn}")))
            assert done.code == 0, done.err
            numbers += [each["number"] for each in done.lines]
            synced = place.sync("0012").one
            assert (synced["pending"], synced["held"], synced["rejected"]) == (0, 0, 0)
    assert len(set(numbers)) == 5
    assert all(re.fullmatch(r"420118\d{6}0012\d{6}", number) for number in numbers)
    with place.serving():
        all_arrived(place, WINDOWS, set(numbers))
