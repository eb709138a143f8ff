"""Kill, stop and wake the hall while windows push: its chain holds, nothing is lost, nothing is doubled."""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from casework.facts import NO_HASH, decode_fact, digest
from casework.wire import Entry, extend
from tests.command_line import ROOT, Place, jsonl, line

WINDOWS = ("0012", "0007")
KILLS = 4
EACH = 40
"""Applications of one window before each kill: some batches each, since a batch is bounded."""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.found()
    with made.serving():
        for number in WINDOWS:
            assert made.enrol(number).code == 0
    return made


@contextlib.contextmanager
def hall(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """`hall serve` at its old address, to be killed."""
    port = place.url.rpartition(":")[2]
    with subprocess.Popen(
        place.command("hall", "serve", "--dir", str(place.hall), "--port", port),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=place.environment,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["listening"] == place.url
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def line_of(place: Place, number: str) -> Iterator[subprocess.Popen[bytes]]:
    """The line of a window as a process of its own."""
    with subprocess.Popen(
        place.command("sync", "--dir", place.window(number)),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=place.environment,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def take(place: Place, number: str, mark: str, count: int = EACH) -> set[str]:
    """Applications at a window; their numbers."""
    done = place.at(number, "intake", "-", stdin=jsonl(*(line("D01", f"{number}-{mark}-{n}") for n in range(count))))
    assert done.code == 0, done.err
    return {each["number"] for each in done.lines}


def numbers_at(place: Place, window: str) -> list[str]:
    """What a window shows."""
    return [row["number"] for row in place.at(window, "case", "list", staff="3001").lines]


def log_of(place: Place) -> list[Entry]:
    """The hall's log, its chain computed again from the bytes."""
    with contextlib.closing(sqlite3.connect(place.hall / "hall.db")) as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
        rows = db.execute("select seq, bytes, chain from log order by seq").fetchall()
    chain = NO_HASH
    for at, (seq, data, kept) in enumerate(rows, 1):
        chain = extend(chain, digest(data))
        assert (seq, kept) == (at, chain)
    return [msgspec.json.decode(row[1], type=Entry) for row in rows]


def settled(place: Place, taken: set[str]) -> None:
    """Everything is at the hall and at both windows, once."""
    for number in (*WINDOWS, *WINDOWS):
        assert place.sync(number).one["pending"] == 0
    for number in WINDOWS:
        shown = numbers_at(place, number)
        assert len(shown) == len(set(shown))
        assert set(shown) == taken
        assert place.run("doctor", "--dir", place.window(number)).code == 0
    facts = [decode_fact(entry.fact) for entry in log_of(place) if entry.fact_id]
    received = [fact.case for fact in facts if fact.type == "received"]
    assert len(received) == len(set(received)) == len(taken)


def test_the_hall_is_killed_again_and_again_while_two_windows_push(place: Place) -> None:
    taken: set[str] = set()
    for turn in range(KILLS):
        for number in WINDOWS:
            taken |= take(place, number, str(turn))
        with hall(place) as process, line_of(place, "0012") as first, line_of(place, "0007") as second:
            heard = (first if turn % 2 else second).stdout
            assert heard is not None
            heard.readline()  # its first answer has come: pushes are under way
            process.kill()
    with hall(place):
        settled(place, taken)


def test_a_hall_that_stood_still_goes_on_as_if_nothing_had_been(place: Place) -> None:
    taken = take(place, "0012", "before")
    with hall(place) as process, line_of(place, "0012") as process_of_line:
        assert process_of_line.stdout is not None
        process_of_line.stdout.readline()
        process.send_signal(signal.SIGSTOP)
        taken |= take(place, "0012", "while")
        assert set(numbers_at(place, "0012")) == taken
        process.send_signal(signal.SIGCONT)
        process_of_line.kill()
        process_of_line.wait()
        settled(place, taken)


def test_the_line_is_killed_in_the_middle_of_what_it_takes_over(place: Place) -> None:
    """T6, T23: the cursor stands behind the last slice; what came is there once, and the next line goes on."""
    with hall(place):
        taken = take(place, "0012", "all", 400)
        assert place.sync("0012").one["pending"] == 0
        stood = [cursor_of(place, "0007")]
        for _ in range(6):
            with line_of(place, "0007") as reader:
                while reader.poll() is None and (now := cursor_of(place, "0007")) < 400:
                    if now > stood[-1]:
                        reader.kill()
                        reader.wait()
                stood.append(cursor_of(place, "0007"))
        assert stood == sorted(stood)
        settled(place, taken)


def cursor_of(place: Place, number: str) -> int:
    """How far a window has taken over the hall's log."""
    with contextlib.closing(sqlite3.connect(Path(place.window(number)) / "terminal.db", timeout=10)) as db:
        cursor: int = db.execute("select cursor from standing").fetchone()[0]
    return cursor
