"""Kill -9 in a loop: the hall, the lines, the intakes and the console, at moments that a seed picks.

What a program had said before it was killed (a number on standard output, a number on the screen) is checked after
every kill: it is there, once. At the end all of it is at the hall and at every window, once.
"""

from __future__ import annotations

import contextlib
import functools
import json
import random
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from casework.facts import NO_HASH, decode_fact, digest
from casework.wire import Entry, extend
from tests.command_line import ROOT, Place, jsonl, line
from tests.screens.terminal import Terminal
from tests.soaking import TIMES

WINDOWS = ("0012", "0007", "0008")
TURNS = 32 * TIMES
"""Each kills the hall and a line, every third one an intake as well."""
CONSOLES = 12 * TIMES
LINES = 10
"""Applications of each window in a turn."""
PATIENCE = 20.0
"""Seconds until something that has to happen has happened."""


class Taking:
    """`intake -` at a window: lines go in, numbers come out."""

    def __init__(self, place: Place, window: str) -> None:
        self.said: list[str] = []
        self._process = subprocess.Popen(
            place.command("intake", "-", "--dir", place.window(window), "--staff", "1001"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=place.environment,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for text in self._process.stdout:
            if text.endswith(b"\n"):
                self.said.append(json.loads(text)["number"])

    def take(self, text: str) -> None:
        """Hand lines in; nobody waits for them."""
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    def kill(self) -> list[str]:
        """End it; what it had said."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()  # type: ignore[union-attr]
        self._process.stdout.close()  # type: ignore[union-attr]
        return self.said


def a_line(place: Place, window: str) -> subprocess.Popen[bytes]:
    """`sync` at a window, until it is killed."""
    return subprocess.Popen(
        place.command("sync", "--dir", place.window(window)),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, env=place.environment,
    )  # fmt: skip


@contextlib.contextmanager
def a_hall(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """`hall serve` at its old address."""
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


class HallFile:
    """The hall's log as it lies there, its chain computed along."""

    def __init__(self, place: Place) -> None:
        self.path = place.hall / "hall.db"
        self.chain = NO_HASH
        self.entries: list[Entry] = []

    def newest(self) -> int:
        """The last entry's number."""
        with contextlib.closing(sqlite3.connect(self.path, timeout=PATIENCE)) as db:
            seq: int = db.execute("select max(seq) from log").fetchone()[0]
        return seq

    def is_at(self, seq: int) -> bool:
        """Whether it has come so far."""
        return self.newest() >= seq

    def read_on(self) -> None:
        """What came since; nothing is missing, nothing was changed."""
        with contextlib.closing(sqlite3.connect(self.path, timeout=PATIENCE)) as db:
            rows = db.execute(
                "select seq, bytes, chain from log where seq > ? order by seq", (len(self.entries),)
            ).fetchall()
            assert db.execute("select seq, chain from hall").fetchone() == (
                (rows[-1][0], rows[-1][2]) if rows else (len(self.entries), self.chain)
            )
        for seq, data, chain in rows:
            self.chain = extend(self.chain, digest(data))
            self.entries.append(msgspec.json.decode(data, type=Entry))
            assert (seq, chain) == (len(self.entries), self.chain)

    def received(self) -> list[str]:
        """The cases that were taken in, as often as they were."""
        facts = [decode_fact(entry.fact) for entry in self.entries if entry.fact_id]
        return [fact.case for fact in facts if fact.type == "received"]


def numbers_in(place: Place, window: str) -> list[str]:
    """The numbers of all cases in a window's memory."""
    file = Path(place.window(window)) / "terminal.db"
    with contextlib.closing(sqlite3.connect(file, timeout=PATIENCE)) as db:
        assert [row[0] for row in db.execute("pragma quick_check")] == ["ok"]
        return [row[0] for row in db.execute("select number from shown")]


def are_there(place: Place, window: str, said: set[str]) -> None:
    """What was said at a window is in its memory, once."""
    there = numbers_in(place, window)
    assert len(there) == len(set(there))
    assert said <= set(there)


def all_arrived(place: Place, windows: tuple[str, ...], said: set[str]) -> None:
    """The hall and every window hold the same cases, each once; nothing waits."""
    for window in (*windows, *windows):
        done = place.sync(window).one
        assert (done["pending"], done["held"], done["rejected"]) == (0, 0, 0)
    shown = {window: numbers_in(place, window) for window in windows}
    assert len({tuple(sorted(numbers)) for numbers in shown.values()}) == 1
    are_there(place, windows[0], said)
    log = HallFile(place)
    log.read_on()
    received = log.received()
    assert len(received) == len(set(received)) == len(shown[windows[0]])
    for window in windows:
        assert place.run("doctor", "--dir", place.window(window)).code == 0


def until(seconds: float, enough: Callable[[], bool]) -> None:
    """Look again and again, for so long at most."""
    end = time.monotonic() + seconds
    pace = threading.Event()
    while time.monotonic() < end and not enough():
        pace.wait(0.005)  # other processes are what is waited for; they need the processor


def test_hall_lines_and_intakes_are_killed_again_and_again_under_load(tmp_path: Path) -> None:
    dice = random.Random(4)
    place = Place(tmp_path)
    place.found()
    with place.serving():
        for window in WINDOWS:
            assert place.enrol(window).code == 0
    said: dict[str, set[str]] = {window: set() for window in WINDOWS}
    taking = {window: Taking(place, window) for window in WINDOWS}
    lines = {window: a_line(place, window) for window in WINDOWS}
    log, kills, grown = HallFile(place), 0, 0
    try:
        for turn in range(TURNS):
            for window in WINDOWS:
                taking[window].take(jsonl(*(line("D01", f"{window}-{turn}-{n}") for n in range(LINES))))
            unlucky = dice.choice(WINDOWS)
            lines[unlucky].kill()
            lines[unlucky].wait()
            lines[unlucky] = a_line(place, unlucky)
            with a_hall(place) as hall:
                before, wanted = log.newest(), dice.randrange(1, 40)
                until(4, functools.partial(log.is_at, before + wanted))
                hall.kill()
                hall.wait()
                grown += log.newest() > before
            kills += 2
            log.read_on()
            if turn % 3 == 0:
                said[unlucky] |= set(taking[unlucky].kill())
                taking[unlucky] = Taking(place, unlucky)
                kills += 1
            for window in WINDOWS:
                are_there(place, window, said[window] | set(taking[window].said))
    finally:
        for window in WINDOWS:
            said[window] |= set(taking[window].kill())
            lines[window].kill()
            lines[window].wait()
    assert kills >= 2 * TURNS
    assert grown > TURNS // 2, "most kills hit a hall that did nothing"
    everything = {number for numbers in said.values() for number in numbers}
    assert len(everything) == sum(len(numbers) for numbers in said.values())
    assert len(everything) > TURNS * LINES
    with place.serving():
        all_arrived(place, WINDOWS, everything)


# The console

REGULAR = "91420100MA4K20900B"
BEGIN = f"nd01<enter>1<enter>{REGULAR}<enter><f6><f6>"
SAVE = "a<f2><enter><enter>"
ON_THE_SCREEN = re.compile(r"420118\d{6}0012\d{6}")


@contextlib.contextmanager
def furnished(made: Place) -> Iterator[str]:
    """Its hall serves two windows; at one of them a company has been here before."""
    form = {
        "premises": "珞喻路3号", "business_kind": "catering", "business_items": "面食", "area": "80",
        "legal_representative": "王大力",
    }  # fmt: skip
    applicant = {"kind": "entity", "name": "老面馆公司", "id": REGULAR, "phone": "13812345678", "address": "珞喻路3号"}
    with made.serving() as url:
        for window in ("0012", "0007"):
            assert made.enrol(window).code == 0
        known = line("D01", "known", applicant=applicant, situations={"direct_contact": "no"}, form=form)
        assert made.at("0012", "intake", "-", stdin=jsonl(known)).code == 0
        yield url


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A hall and two windows; at one of them a company that has been here before."""
    made = Place(tmp_path)
    made.found()
    for name in ("YICHUANG_STATE", "YICHUANG_PIN", "YICHUANG_LANG"):
        monkeypatch.setenv(name, made.environment[name])
    with furnished(made):
        yield made


def on_screen(terminal: Terminal) -> set[str]:
    """The numbers of this window that a person can read now."""
    return set(ON_THE_SCREEN.findall(re.sub(r"\s", "", terminal.text())))


def shows_another(terminal: Terminal, known: set[str]) -> bool:
    """Whether a number can be read that was not there before."""
    return bool(on_screen(terminal) - known)


def drafts_of(place: Place) -> list[str]:
    """The drafts of the clerk, as text."""
    with contextlib.closing(sqlite3.connect(Path(place.window("0012")) / "terminal.db", timeout=PATIENCE)) as db:
        return [bytes(row[0]).decode() for row in db.execute("select data from draft")]


def forget_drafts(place: Place) -> None:
    """The next turn begins with an empty form."""
    with contextlib.closing(sqlite3.connect(Path(place.window("0012")) / "terminal.db", timeout=PATIENCE)) as db, db:
        db.execute("delete from draft")


def test_the_console_is_killed_while_typing_and_saving(place: Place) -> None:
    dice = random.Random(7)
    said: set[str] = set()
    saved = 0
    for turn in range(CONSOLES):
        before = set(numbers_in(place, "0012"))
        terminal = Terminal([sys.executable, "-m", "console.main", "console", "--dir", place.window("0012")])
        try:
            terminal.wait_for("工号")
            terminal.type("1001<enter>135790<enter>")
            terminal.wait_for("新收件")
            known = on_screen(terminal)
            terminal.type(BEGIN)
            match turn % 4:
                case 0:  # in the middle of a form that has been seen
                    terminal.wait_for(REGULAR)
                    terminal.until(lambda: any(REGULAR in text for text in drafts_of(place)), PATIENCE)
                case 1:  # at some moment of the save
                    terminal.type(SAVE)
                    terminal.pump(dice.random() * 0.4)
                case 2:  # at the moment at which the number is read
                    terminal.type(SAVE)
                    terminal.until(functools.partial(shows_another, terminal, known), PATIENCE)
                case _:  # a little later: the line is under way
                    terminal.type(SAVE)
                    terminal.until(functools.partial(shows_another, terminal, known), PATIENCE)
                    terminal.pump(dice.random() * 0.3)
            said |= on_screen(terminal)
            terminal.kill()
        finally:
            terminal.close()
        are_there(place, "0012", said)
        new = set(numbers_in(place, "0012")) - before
        assert len(new) <= 1
        saved += len(new)
        if turn % 4 == 0:
            assert any(REGULAR in text for text in drafts_of(place))
        elif new:
            assert not drafts_of(place), "a form that was saved as a case is a draft as well"
        forget_drafts(place)
    assert saved >= CONSOLES // 2
    all_arrived(place, ("0012", "0007"), said)
