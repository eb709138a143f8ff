"""IT asks the hall how it is: what stops its releases is said there, and not only to whoever opens the fleet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casework import messages
from console.main import main
from hall import cli, cli_doctor
from hall.releases.watching import Told, Watched
from hall.rows import Changes
from tests.rollouts import WHEEL, HallFolder, standing

BEGIN = ("rollout", "--app", "0.5.0", "--before", "0.4.0", "--lab", "0012", "--staff", "4001")


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[HallFolder]:
    made = HallFolder(tmp_path / "hall")
    made.publisher.releases_app("0.4.0", WHEEL)
    made.publisher.releases_app("0.5.0", WHEEL)
    made.window("0012", standing("", app="0.4.0", version=""))
    made.release(*BEGIN)
    looks(made)
    yield made
    messages.install(messages._untranslated)


def looks(hall: HallFolder, **more: Any) -> None:
    """The served hall has looked just now."""
    with cli.open_hall(hall.folder) as here:
        written = msgspec.structs.replace(Watched(here.hall.now), **more)
    (hall.folder / "releases" / "watch.json").write_bytes(msgspec.json.encode(written))


def asks(hall: HallFolder, capsys: pytest.CaptureFixture[str], code: int) -> dict[str, Any]:
    """What `hall doctor` finds."""
    capsys.readouterr()
    assert main(["hall", "doctor", "--dir", str(hall.folder), "--json", "--lang", "en"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["ok"] is (code == 0)
    return found


def test_cases_whose_catalogue_was_lost_with_the_halls_disk_are_named(
    hall: HallFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_doctor, "without_version", lambda reading: ["420118-1"])
    assert any("420118-1" in problem for problem in asks(hall, capsys, 1)["problems"])


def test_a_hall_that_is_well_says_so_and_until_when_its_signatures_hold(
    hall: HallFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asks(hall, capsys, 0)
    assert (found["database"]["mistakes"], found["served"], found["releases"]["halted"]) == ([], False, False)
    assert set(found["releases"]["expires"]) >= {"root", "targets", "app", "timestamp"}
    capsys.readouterr()
    assert main(["hall", "doctor", "--dir", str(hall.folder), "--lang", "en"]) == 0
    assert "All is well" in capsys.readouterr().out


def test_a_list_that_could_not_be_signed_anew_is_told_with_its_reason(
    hall: HallFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    looks(hall, trouble=Told("2026-11-27T09:00:00.000", "release.busy", {"seconds": 10}, alarm=True))
    (said,) = asks(hall, capsys, 1)["problems"]
    assert "since 11-27 09:00 the hall cannot look after the rollout" in said
    looks(hall, at="2026-01-01T09:00:00.000")
    (said,) = asks(hall, capsys, 1)["problems"]
    assert "start yichuang hall serve" in said


def test_a_list_that_nobody_signed_for_days_is_told_before_windows_refuse_it(
    hall: HallFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    releases = hall.publisher.releases
    releases._now = datetime.now(UTC) - timedelta(days=5)
    releases.freshen()
    (said,) = asks(hall, capsys, 1)["problems"]
    assert "has not signed timestamp anew for days" in said


def test_keys_that_run_out_are_told_a_month_before_also_where_nobody_looks(
    hall: HallFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    releases = hall.publisher.releases
    releases._now = datetime.now(UTC) - timedelta(days=380)
    hall.publisher.releases_app("0.6.0", WHEEL)
    releases._now = datetime.now(UTC)
    releases.freshen()
    (said,) = asks(hall, capsys, 1)["problems"]
    assert "the signatures of app run out on" in said
    assert "key ceremony" in said


def test_a_rollout_that_stands_still_and_a_terminal_in_trouble_are_told(
    hall: HallFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    hall.release("halt", "--staff", "4001")
    hall.window("0012", standing("returned", app="0.4.0", error="update.failed.imports"))
    halted, bad = asks(hall, capsys, 1)["problems"]
    assert "rollout 3 stands still" in halted
    assert "0012" in bad


def test_a_hall_that_publishes_nothing_is_well_all_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.create_hall(tmp_path, sample=True, verifier=str)
    assert main(["hall", "doctor", "--dir", str(tmp_path), "--json", "--lang", "en"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["releases"] is None
    messages.install(messages._untranslated)


def test_a_hall_whose_database_is_gone_is_brought_back_and_not_made_anew(
    hall: HallFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    (hall.folder / cli.DATABASE).unlink()
    capsys.readouterr()
    assert main(["hall", "doctor", "--dir", str(hall.folder), "--lang", "en"]) == 1
    assert "hall restore" in capsys.readouterr().err
    assert main(["hall", "init", "--dir", str(hall.folder), "--lang", "en"]) == 1, "nor is its key written over"
    assert main(["hall", "doctor", "--dir", str(hall.folder / "nowhere"), "--lang", "en"]) == 1
    assert "hall init" in capsys.readouterr().err


def test_a_hall_that_gives_no_numbers_since_it_lost_its_end_is_not_said_to_be_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.create_hall(tmp_path, sample=True, verifier=str)
    with cli.open_hall(tmp_path) as here, here.store.writing() as tx:
        tx.save(Changes(epoch=msgspec.structs.replace(tx.hall(), latched="1/22")))
    assert main(["hall", "doctor", "--dir", str(tmp_path), "--json", "--lang", "en"]) == 1
    (said,) = json.loads(capsys.readouterr().out.splitlines()[-1])["problems"]
    assert "yichuang hall epoch --open" in said
    messages.install(messages._untranslated)
