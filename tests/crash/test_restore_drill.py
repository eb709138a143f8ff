"""The drill of a hall's restore, with real processes: its disk is gone, and nobody's case is (S26, T32)."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import ROOT, Place, jsonl, line

WINDOWS = ("0012", "0007")
TRIES = 1500


@contextlib.contextmanager
def serving_with_backups(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """`hall serve --backups` at its address, killed at the end."""
    port = place.url.rpartition(":")[2] or "0"
    command = place.command(
        "hall", "serve", "--dir", str(place.hall), "--port", port, "--backups", str(place.folder / "second")
    )
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=place.environment
    ) as process:
        try:
            assert process.stdout is not None
            place.url = json.loads(process.stdout.readline())["listening"]
            yield process
        finally:
            process.kill()


def take_in(place: Place, number: str, count: int, mark: str) -> list[str]:
    """`count` applications at a window; their numbers."""
    text = jsonl(*(line("D01", ref=f"{number}-{mark}-{i}") for i in range(count)))
    done = place.at(number, "intake", "-", stdin=text)
    assert done.code == 0, done.err
    return [row["number"] for row in done.lines]


def until_synced(place: Place) -> int:
    """Every window syncs until nothing waits; how many times it took."""
    for tries in range(1, TRIES):
        done = [place.sync(number) for number in WINDOWS]
        if all(one.code == 0 and one.one["pending"] == 0 for one in done):
            return tries
    pytest.fail("the windows have not come to an end")


def until_written(place: Place) -> None:
    """The second place has what the hall has: it is written every two seconds, and the windows ask meanwhile."""
    for _ in range(TRIES):
        place.sync(WINDOWS[0])
        with sqlite3.connect(place.hall / "hall.db") as db:
            end = db.execute("select seq from hall").fetchone()[0]
        names = [path.stem for path in (place.folder / "second" / "segments").glob("*.segment")]
        if max((int(name.rpartition("-")[2]) for name in names), default=0) >= end:
            return
    pytest.fail("the second place was not written")


def numbers_at(place: Place) -> set[str]:
    """The case numbers that the hall holds."""
    with sqlite3.connect(place.hall / "hall.db") as db:
        return {row[0] for row in db.execute("select number from case_number")}


@pytest.mark.parametrize("segments", [True, False], ids=["with_segments", "copy_alone"])
def test_s26_t32_the_halls_disk_is_gone_and_every_number_is_there_again(tmp_path: Path, segments: bool) -> None:
    place = Place(tmp_path)
    place.found()
    given: list[str] = []
    with serving_with_backups(place):
        for number in WINDOWS:
            assert place.enrol(number).code == 0
        for number in WINDOWS:
            given += take_in(place, number, 10, "a")
        until_synced(place)
        copy = place.folder / "copy.db"
        assert place.run("hall", "backup", str(copy), "--dir", str(place.hall)).code == 0
        for number in WINDOWS:
            given += take_in(place, number, 10, "b")
        until_synced(place)
        if segments:
            until_written(place)
    for part in place.hall.glob("hall.db*"):
        part.unlink()
    for number in WINDOWS:
        given += take_in(place, number, 5, "c")
    source = place.folder / "second" if segments else copy
    done = place.run("hall", "restore", str(source), "--dir", str(place.hall))
    assert done.one["epoch"] == 2, done.err
    with serving_with_backups(place):
        until_synced(place)
        until_synced(place)
        assert set(given) <= numbers_at(place)
        for number in WINDOWS:
            listed = place.at(number, "case", "list", "--limit", "200")
            assert {row["number"] for row in listed.lines} == set(given)
        shown = place.run("hall", "epoch", "--dir", str(place.hall)).one
        assert (shown["epoch"], shown["latched"], shown["healing"]) == (2, "", "")
