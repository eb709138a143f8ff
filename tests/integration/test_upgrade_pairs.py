"""Old programs and new ones: folders of 0.1.0 and 0.2.0 opened by today's program, and two of them on one line.

The old programs are this repository's own, at the commits that `CHANGELOG.md` records, run as processes of their own
with today's libraries. What they can't do, and what becomes of it:

- 0.1.0 has four items, one route each, and no event of a prefile, a bundle, a suspension or a special step. A hall of
  0.1.0 answers `held(version)` to them; the hall's next version judges them again by itself, and they stand.
- 0.1.0 can't read a catalogue in today's form: a hall that has not published a new one since its update still serves
  its windows of 0.1.0. Case states that their rules do not know are kept byte for byte and shown after the update.
- Neither knows epochs, offers, reports, snapshots or scans: a window of theirs at a restored hall stands still (S24)
  until it is updated.
- What an update has done to a folder can't be taken back (forward only): an older program says so in a sentence.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import ROOT, SECONDS, Place, Ran, jsonl, line

OLD = ("0.1.0", "0.2.0")
WINDOW, OTHER = "0012", "0007"


def commit_of(version: str) -> str:
    """The commit that was `version`, as the list of changes records it."""
    part = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").partition(f"## [{version}]")[2]
    found = re.search(r"Commit `([0-9a-f]{40})`", part)
    assert found, f"CHANGELOG.md does not say which commit {version} is"
    return found[1]


def tree_of(version: str, folder: Path) -> Path:
    """The program of `version`, unpacked into `folder`."""
    commit = commit_of(version)
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    assert packed.returncode == 0, (
        f"Version {version} (commit {commit}) is not in this clone: fetch the whole history "
        f"(git fetch --unshallow). {packed.stderr.decode()}"
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
        tar.extractall(folder, filter="data")
    return folder


class Pair(Place):
    """A place where each side runs either an old program or today's."""

    def __init__(self, folder: Path, tree: Path) -> None:
        super().__init__(folder)
        self.tree = tree

    def old(self, *words: str, stdin: str = "", module: str = "console.main") -> Ran:
        """A command of the old program."""
        done = subprocess.run(
            [sys.executable, "-m", module, *words],
            input=stdin.encode(), capture_output=True, cwd=self.tree, env=self._old_environment, timeout=SECONDS,
            check=False,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr.decode())

    @property
    def _old_environment(self) -> dict[str, str]:
        return {**self.environment, "PYTHONPATH": str(self.tree)}

    def old_python(self, text: str) -> str:
        """What a few lines of the old program's Python print."""
        done = subprocess.run(
            [sys.executable, "-c", text], cwd=self.tree, env=self._old_environment, capture_output=True, check=True
        )
        return done.stdout.decode()

    def old_lines(self, *refs: str) -> str:
        """Intake lines as the old program wants them."""
        return self.old_python(
            f"from tests.command_line import jsonl, line\nprint(jsonl(*(line('D01', ref) for ref in {refs!r})), end='')"
        )

    def old_takes(self, *refs: str) -> list[str]:
        """Applications at the window by the old program; their numbers."""
        done = self.old("intake", "-", "--dir", self.window(WINDOW), "--staff", "1001", stdin=self.old_lines(*refs))
        assert done.code == 0, done.err
        return [each["number"] for each in done.lines]

    def new_takes(self, *refs: str, window: str = WINDOW) -> list[str]:
        """Applications at a window by today's program, under whatever catalogue it has."""
        done = self.at(window, "intake", "-", stdin=jsonl(*(line("D01", ref) for ref in refs)))
        assert done.code == 0, done.err
        return [each["number"] for each in done.lines]

    def old_sync(self, window: str) -> dict[str, Any]:
        """One round of the old line."""
        done = self.old("sync", "--once", "--dir", self.window(window))
        assert done.code == 0, done.err
        return done.one

    @contextlib.contextmanager
    def old_hall(self) -> Iterator[None]:
        """The hall is served by the old program."""
        port = self.url.rpartition(":")[2] or "0"
        with subprocess.Popen(
            [sys.executable, "-m", "console.main", "hall", "serve", "--dir", str(self.hall), "--port", port],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=self.tree, env=self._old_environment,
        ) as hall:  # fmt: skip
            try:
                assert hall.stdout is not None
                self.url = json.loads(hall.stdout.readline())["listening"]
                yield
            finally:
                hall.terminate()

    def found_by_old(self) -> None:
        """A hall and two windows, all by the old program."""
        assert self.old("hall", "init", "--dir", str(self.hall), "--staff", "4001", "--sample").code == 0
        with self.old_hall():
            for number in (WINDOW, OTHER):
                invited = self.old("terminal", "invite", number, "--dir", str(self.hall))
                code = invited.out.decode().split()[-1]
                made = self.old("terminal", "enrol", "--hall", self.url, "--code", code, "--dir", self.window(number))
                assert made.code == 0, made.err

    # What lies on the disk

    def facts(self, window: str) -> list[tuple[str, bytes]]:
        """The facts of a window, byte for byte, in the order they were sealed."""
        return self._rows(
            Path(self.window(window)) / "terminal.db",
            "select fact.id, fact.bytes from outbox join fact on fact.n = outbox.fact order by outbox.local_seq",
        )

    def log(self) -> list[tuple[int, bytes]]:
        """The hall's log, byte for byte."""
        return self._rows(self.hall / "hall.db", "select seq, bytes from log order by seq")

    def _rows(self, file: Path, sql: str) -> list[Any]:
        with contextlib.closing(sqlite3.connect(file)) as db:
            return db.execute(sql).fetchall()

    def shown(self, window: str) -> dict[str, str]:
        """Numbers and states as today's program shows them."""
        return {row["number"]: row["state"] for row in self.at(window, "case", "list", staff="3001").lines}

    def whole(self, numbers: list[str]) -> None:
        """Everything is at the hall and at both windows, once, and all is sound."""
        for window in (WINDOW, OTHER, WINDOW):
            done = self.sync(window).one
            assert (done["pending"], done["held"], done["rejected"], done["error"]) == (0, 0, 0, None)
        listed = [row["number"] for row in self.at(OTHER, "case", "list", staff="3001").lines]
        assert sorted(listed) == sorted(numbers)
        assert self.shown(WINDOW) == self.shown(OTHER)
        for window in (WINDOW, OTHER):
            told = self.run("doctor", "--dir", self.window(window))
            assert told.code == 0, told.out.decode()


@pytest.fixture(scope="module", params=OLD)
def tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An old program."""
    return tree_of(request.param, tmp_path_factory.mktemp("old"))


@pytest.fixture
def pair(tree: Path, tmp_path: Path) -> Pair:
    """A hall and two windows that the old program has made."""
    made = Pair(tmp_path, tree)
    said = made.old_python("import console, hall; print(console.__file__ or list(console.__path__)[0])")
    assert str(tree) in said, "the old program is not the one that runs"
    made.found_by_old()
    return made


def test_t45_what_was_queued_under_an_old_schema_survives_the_update_byte_for_byte_and_arrives(pair: Pair) -> None:
    with pair.old_hall():
        numbers = pair.old_takes("a", "b", "c")
        act = ("case", "act", numbers[0], "accept", "--dir", pair.window(WINDOW), "--staff", "2001")
        assert pair.old(*act).code == 0
        pair.old_sync(WINDOW)
    numbers += pair.old_takes("d", "e", "f", "g")  # the line is down: they wait
    queued, log = pair.facts(WINDOW), pair.log()
    assert len(queued) > len(log) - 15
    waiting = pair.run("sync", "--once", "--dir", pair.window(WINDOW))  # today's program opens the folder
    assert (waiting.code, waiting.lines[-1]["pending"] >= 4) == (1, True)
    assert pair.facts(WINDOW) == queued
    older = pair.old("case", "list", "--dir", pair.window(WINDOW), "--staff", "3001")
    assert older.code == 1
    assert "Traceback" not in older.err
    with pair.serving():
        assert pair.log()[: len(log)] == log
        assert pair.facts(WINDOW) == queued
        pair.whole(numbers)
        assert pair.facts(WINDOW)[: len(queued)] == queued
        assert pair.shown(OTHER)[numbers[0]] == "accepted"
        done = pair.at(OTHER, "case", "act", numbers[1], "accept", staff="2001")  # and work goes on with them
        assert (done.code, done.one["state"]) == (0, "accepted"), done.err
        numbers += pair.new_takes("new")
        assert len(set(numbers)) == 8
        pair.whole(numbers)


def test_t43_an_old_window_at_a_new_hall_goes_on_and_its_facts_are_accepted(pair: Pair) -> None:
    with pair.serving():
        numbers = pair.old_takes("a", "b")
        done = pair.old_sync(WINDOW)
        assert (done["pending"], done["held"], done["rejected"]) == (0, 0, 0)
        numbers += pair.new_takes("c", window=OTHER)  # the other window was updated
        assert pair.sync(OTHER).one["error"] is None
        assert pair.old_sync(WINDOW)["error"] is None
        numbers += pair.old_takes("d")
        assert pair.old_sync(WINDOW)["pending"] == 0
        listed = pair.old("case", "list", "--dir", pair.window(WINDOW), "--staff", "3001")
        assert {row["number"] for row in listed.lines} == set(numbers)
        pair.whole(numbers)  # and is updated in its turn


def test_t44_a_new_window_at_an_old_hall_loses_nothing_what_it_cannot_read_waits_there(pair: Pair) -> None:
    old = commit_of("0.1.0") if "prefile" not in pair.old("--help").out.decode() else ""
    with pair.old_hall():
        numbers = pair.new_takes("a", "b")
        done = pair.sync(WINDOW).one
        assert (done["pending"], done["held"], done["rejected"], done["error"]) == (0, 0, 0, None)
        opened = pair.at(WINDOW, "prefile", "open", "-", stdin=json.dumps(line("D01")))
        assert opened.code == 0, opened.err
        after = pair.sync(WINDOW).one
        assert (after["pending"], after["rejected"], after["error"]) == (0, 0, None)
        assert after["held"] == (1 if old else 0)
        numbers += pair.new_takes("c")
        assert pair.sync(WINDOW).one["pending"] == 0
    queued = pair.facts(WINDOW)
    with pair.serving():  # the hall is updated: what waited is judged again by itself
        pair.whole(numbers)
        assert pair.facts(WINDOW) == queued
        found = pair.at(OTHER, "prefile", "list")
        assert [row["code"] for row in found.lines] == [opened.one["code"]]
