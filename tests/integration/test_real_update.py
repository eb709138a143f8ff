"""Real versions of this program under the real launcher: installed, tried, broken, gone back from (T46).

The facts of a terminal that has not reached its hall for a day stay what they were, byte for byte, and reach it once.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from casework.rollout import RINGS, Rollout, Versions, encode_rollout
from hall.releases.roles import ROLLOUT
from local_db.migrations import SCHEMA_VERSION
from sync.updates import launcher
from sync.updates.install import FACTORY
from sync.updates.staging import by_installer, stage
from tests.built_tree import broken, wheel_name, wheel_of_tree, with_migration, writes_newer
from tests.command_line import ROOT, SECONDS, Place, Ran, jsonl, line
from tests.releases import Publisher

OLD, BAD, NEW = "0.5.0", "0.6.0", "0.6.1"
WINDOW = "0012"
CASES = 6
SEALED = "select o.local_seq, f.bytes, o.hash from outbox o join fact f on f.n = o.fact order by o.local_seq"
REMARK = "alter table draft add column remark text not null default '';"


class Pc:
    """A window whose program was installed under a launcher, and a hall that publishes."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder)
        self.place.found()
        self.publisher = Publisher(self.place.hall / "releases")
        self.home = folder / "yichuang"
        self.data = Path(self.place.window(WINDOW))
        self.count = 0

    def installs(self, version: str) -> None:
        """What `install.py` does: a version, the launcher, the root of trust."""
        wheel = self.place.folder / wheel_name(version)
        wheel.write_bytes(wheel_of_tree(version))
        stage(self.home, version, [wheel], by_installer)
        (self.home / "versions" / version / FACTORY).touch()
        shutil.copy(Path(launcher.__file__), self.home / "launcher.py")
        (self.home / "root.json").write_bytes(self.publisher.root)
        launcher.write(self.home, {"version": version})

    def publishes(self, version: str, changes: dict[str, str]) -> None:
        """A release with these changes, rolled out to everybody."""
        self.publisher.releases_app(version, {wheel_name(version): wheel_of_tree(version, changes)})
        self.rolls_out(version, OLD)

    def rolls_out(self, target: str, before: str) -> None:
        """One more rollout."""
        with sqlite3.connect(self.place.hall / "hall.db") as db:
            hall = db.execute("select id from hall").fetchone()[0][:16]
        self.count += 1
        rollout = Rollout(
            self.count, hall, Versions(target), Versions(before), attempt=self.count, jitter_minutes=0,
            opened=dict.fromkeys(RINGS, "2026-11-01T08:00:00.000"),
        )  # fmt: skip
        self.publisher.lists(ROLLOUT, f"rollout/{hall}.json", encode_rollout(rollout))
        self.publisher.releases.publish()

    def runs(self, *words: str, stdin: str = "") -> Ran:
        """A command of whatever version the launcher starts."""
        done = subprocess.run(
            [sys.executable, str(self.home / "launcher.py"), *words, "--dir", str(self.data)],
            input=stdin.encode(), capture_output=True, cwd=self.place.folder, env=self.place.environment,
            timeout=SECONDS, check=False,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr.decode())

    def update(self, action: str) -> dict[str, Any]:
        """`yichuang update …`."""
        return self.runs("update", action).one

    def facts(self) -> list[tuple[int, bytes, str]]:
        """What was done here and how it is sealed, byte for byte."""
        with sqlite3.connect(self.data / "terminal.db") as db:
            rows = db.execute(
                "select o.local_seq, f.bytes, o.hash from outbox o join fact f on f.n = o.fact order by 1"
            )
            return rows.fetchall()

    def schema(self) -> int:
        """The schema of the terminal's memory."""
        with sqlite3.connect(self.data / "terminal.db") as db:
            return int(db.execute("pragma user_version").fetchone()[0])


@pytest.fixture
def pc(tmp_path: Path) -> Iterator[Pc]:
    made = Pc(tmp_path)
    with made.place.serving():
        assert made.place.enrol(WINDOW).code == 0
        assert made.place.sync(WINDOW).code == 0
        yield made


def test_t46_a_broken_version_returns_by_itself_a_good_one_stays_and_no_unsent_fact_is_touched(pc: Pc) -> None:
    pc.installs(OLD)
    pc.publishes(BAD, broken("screens/sign_in.py"))
    lines = jsonl(*(line("D01", f"T46-{number}") for number in range(CASES)))
    taken = pc.runs("intake", "-", "--staff", "1001", stdin=lines)
    numbers = [row["number"] for row in taken.lines]
    assert len(set(numbers)) == CASES
    before = pc.facts()
    assert len(before) == CASES

    looked = pc.update("look")
    assert (looked["version"], looked["next"], looked["said"]["state"]) == (OLD, "offer", "staged")
    began = pc.runs("update", "now")  # two tries, and the one before answers
    assert (began.code, BAD in began.err) == (1, True)
    back = pc.update("status")
    assert (back["version"], back["pointer"]["failed"]) == (OLD, [BAD])
    assert (back["said"]["state"], back["said"]["version"], back["said"]["error"]) == (
        "returned",
        BAD,
        "update.failed.imports",
    )
    assert pc.facts() == before
    assert pc.update("look")["next"] == "none", "it is not tried again by itself"

    pc.publishes(
        NEW, with_migration(SCHEMA_VERSION + 1, "alter table draft add column remark text not null default '';")
    )
    pc.update("look")
    kept = pc.update("now")  # it shows at once whether it stands
    assert (kept["version"], kept["pointer"]["state"], kept["said"]["state"]) == (NEW, "kept", "healthy")
    assert pc.schema() == SCHEMA_VERSION + 1
    assert pc.facts() == before
    assert sorted(file.name for file in (pc.data / "before").glob("*.db")) == [f"{BAD}.db", f"{NEW}.db"]

    pc.rolls_out(
        OLD, NEW
    )  # a person goes back: nothing is restored, the older version reads what the newer has added to
    assert pc.update("look")["next"] == "offer"
    pc.update("now")
    assert pc.update("status")["version"] == OLD
    assert pc.schema() == SCHEMA_VERSION + 1
    assert pc.facts() == before
    more = pc.runs("intake", "-", "--staff", "1001", stdin=jsonl(line("D01", "T46-after"))).lines
    assert more[0]["number"] not in numbers

    assert pc.runs("sync", "--once").code == 0
    numbers.append(more[0]["number"])
    with sqlite3.connect(pc.place.hall / "hall.db") as db:
        held = [row[0] for row in db.execute("select number from case_number")]
    assert sorted(held) == sorted(numbers), "each reached the hall, once"


def test_t66_what_a_ring_could_write_anew_is_written_as_before_and_can_be_gone_back_from(pc: Pc) -> None:
    pc.installs(OLD)
    taken = pc.runs("intake", "-", "--staff", "1001", stdin=jsonl(line("D01", "T66"))).lines[0]
    pc.publishes(NEW, writes_newer("nudged"))
    pc.update("look")
    pc.update("now")
    assert pc.update("status")["version"] == NEW
    assert pc.runs("sync", "--once").code == 0
    said = pc.runs("case", "act", taken["number"], "nudge", "--staff", "1001", "--data", '{"text": "等了很久"}')
    assert said.code == 0, said.err
    with sqlite3.connect(pc.data / "terminal.db") as db:
        (made,) = db.execute("select bytes from fact where type = 'nudged'").fetchone()
    assert json.loads(made)["version"] == 1, "nobody has said yet that all can read another form"
    refused = pc.place.run("hall", "write-version", "nudged", "2", "--dir", str(pc.place.hall))
    assert refused.code == 1, "this hall's own program does not read it"

    pc.rolls_out(OLD, NEW)
    pc.update("look")
    pc.update("now")
    assert pc.update("status")["version"] == OLD
    shown = pc.runs("case", "show", taken["number"], "--staff", "1001", "--json").one
    assert shown["number"] == taken["number"]
    assert pc.runs("doctor", "--json").lines[-1]["cases_that_need_an_update"] == 0
    assert pc.runs("sync", "--once").code == 0
    with sqlite3.connect(pc.place.hall / "hall.db") as db:
        held = [bytes(row[0]) for row in db.execute("select bytes from log where kind = 'fact'")]
    assert sum(made in entry for entry in held) == 1, "byte for byte, once"


def test_a_damaged_wheel_of_a_release_is_never_begun(pc: Pc) -> None:
    pc.installs(OLD)
    pc.publishes(NEW, {})
    file = next((pc.place.hall / "releases" / "targets" / "app" / "wheels").rglob("*.whl"))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    looked = pc.runs("update", "look")
    assert looked.code == 1
    assert hashlib.sha256(data).hexdigest() not in looked.err
    now = pc.update("status")
    assert (now["version"], now["next"], now["said"]["error"]) == (OLD, "fetch", "update.damaged")
    assert not (pc.home / "versions" / NEW).exists()
    assert str(ROOT) not in looked.err


def test_a_staged_version_of_which_one_byte_has_changed_is_left_again(pc: Pc) -> None:
    pc.installs(OLD)
    pc.publishes(NEW, {})
    assert pc.update("look")["next"] == "offer"
    file = pc.home / "versions" / NEW / "lib" / "screens" / "updating.py"
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"A new version", b"A mew version", 1))
    assert (file.stat().st_size, file.read_bytes() != whole) == (len(whole), True)
    began = pc.runs("update", "now")
    assert (began.code, "screens/updating.py" in began.err) == (1, True)
    back = pc.update("status")
    assert (back["version"], back["said"]["state"], back["said"]["error"]) == (OLD, "returned", "update.failed.files")
