"""What IT sees of all terminals: the one that needs somebody stands first, and nothing is called well unheard."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from casework import messages
from casework.fleet import Fleet
from casework.limits import LIMITS
from casework.report import decode_report
from casework.rollout import RINGS, decode_standing
from console.fleet_desk import HallFleet
from console.main import main
from console.messages import translator
from hall import cli
from hall.cli_fleet import FleetHand
from hall.founding import SAMPLE_PIN
from hall.releases.watching import Told, Watched
from screens.desk import Done, Refused
from tests.rollouts import WHEEL, HallFolder, standing

BEGIN = ("rollout", "--app", "0.5.0", "--before", "0.4.0", "--lab", "0012", "--staff", "4001", "--soak", "0")
OLD = standing("", app="0.4.0", version="")


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[HallFolder]:
    made = HallFolder(tmp_path / "hall")
    made.publisher.releases_app("0.4.0", WHEEL)
    made.publisher.releases_app("0.5.0", WHEEL)
    made.window("0012", OLD)
    yield made
    messages.install(messages._untranslated)


def fleet(hall: HallFolder) -> Fleet:
    """As the screen reads it."""
    with cli.open_fleet(hall.folder) as hand:
        return hand.fleet()


def looked(hall: HallFolder, **more: object) -> None:
    """The served hall has looked just now."""
    with cli.open_hall(hall.folder) as here:
        now = here.hall.now
    written = msgspec.structs.replace(Watched(now), **more)
    (hall.folder / "releases" / "watch.json").write_bytes(msgspec.json.encode(written))


def test_the_terminal_that_needs_somebody_stands_first(hall: HallFolder) -> None:
    hall.release(*BEGIN)
    hall.window("0001", OLD)
    hall.window("0002", OLD, free_mb=10, unsent=3, oldest="2026-01-01T09:00:00.000")
    hall.window("0003", OLD, ago=LIMITS.silent_seconds + 60)
    hall.window("0004", None)
    hall.window("0012", standing("returned", app="0.4.0", error="update.failed.imports"))
    rows = fleet(hall).rows
    assert [(row.number, row.grade) for row in rows[:3]] == [("0012", "bad"), ("0002", "look"), ("0003", "look")]
    assert [one.id for one in rows[1].troubles] == ["fleet.trouble.unsent", "fleet.trouble.disk"]
    assert (rows[0].ring, rows[0].version, rows[0].error) == ("lab", "0.5.0", "update.failed.imports")
    by_number = {row.number: row for row in rows}
    assert by_number["0004"].state == "unknown"
    assert by_number["0004"].app == "0.4.0", "of a program that says nothing of updates, what it is"


def test_a_terminal_whose_turn_it_is_waits_and_is_not_called_fine(hall: HallFolder) -> None:
    hall.release(*BEGIN)
    row = fleet(hall).rows[0]
    assert (row.grade, row.state, row.wanted) == ("waits", "waits", "0.5.0")
    hall.window("0012", standing("healthy"))
    row = fleet(hall).rows[0]
    assert (row.grade, row.state, row.app) == ("fine", "healthy", "0.5.0")


def test_settings_that_a_terminal_refused_and_its_calendar_are_seen(hall: HallFolder) -> None:
    hall.release(*BEGIN)
    refused = standing("healthy", config="3", calendar="12", launcher=2, error="config.span")
    hall.window("0012", refused)
    hall.window("0001", standing("", app="0.4.0", version="", error="update.clock"))
    hall.window("0002", standing("", app="0.4.0", version="", error="update.offline"))
    rows = {row.number: row for row in fleet(hall).rows}
    row = rows["0012"]
    assert (row.grade, row.calendar, row.launcher, row.error) == ("look", "12", 2, "config.span")
    assert [str(one.facts["why"].id) for one in row.troubles] == ["config.span"]
    assert [one.id for one in rows["0001"].troubles] == ["fleet.trouble.update"]
    assert rows["0002"].troubles == (), "the next look mends that"
    for error in ("update.offline", "update.cut", "update.too_slow"):
        long_ago = standing("healthy", app="0.4.0", version="0.4.0", error=error, since="2026-01-01T09:00:00.000")
        hall.window("0002", long_ago)
        (told,) = fleet(hall).rows[[row.number for row in fleet(hall).rows].index("0002")].troubles
        assert (told.id, str(told.facts["why"].id)) == ("fleet.trouble.update", error), "no look has mended it for days"
    messages.install(translator("en"))
    assert row.trouble_words == "IT's settings cannot hold here: … has to lie between … and …"


def test_a_standing_of_the_version_before_is_read_and_one_of_a_later_version_too() -> None:
    older = b'{"rollout":3,"app":"0.5.0","catalogue":"7","config":"2","state":"healthy","version":"0.5.0"}'
    said = decode_standing(older.decode())
    assert said is not None
    assert (said.catalogue, said.calendar, said.launcher) == ("7", "", 0)
    report = decode_report(b'{"at":"2026-11-27T08:00:00.000","update":' + older[:-1] + b',"moon":"full"}}')
    assert report is not None
    assert report.update == said, "what a later version adds is passed over"
    assert msgspec.json.encode(said) == older, "what is not said takes no room on the line"


def test_who_still_runs_a_blocked_version_is_found(hall: HallFolder) -> None:
    hall.release(*BEGIN)
    hall.window("0012", standing("healthy"))
    hall.release("block", "0.5.0", "--staff", "4001")
    row = fleet(hall).rows[0]
    assert (row.grade, row.wanted, [one.id for one in row.troubles]) == ("bad", "0.4.0", ["fleet.trouble.out"])


def test_a_revoked_terminal_is_no_part_of_the_fleet(hall: HallFolder) -> None:
    hall.window("0013", OLD)
    cli.run(["terminal", "revoke", "0013", "--dir", str(hall.folder)])
    assert [row.number for row in fleet(hall).rows] == ["0012"]


def test_a_hall_that_does_not_look_after_its_rollout_and_keys_that_run_out_are_told(hall: HallFolder) -> None:
    hall.release(*BEGIN)
    assert [one.id for one in fleet(hall).troubles] == ["fleet.trouble.no_look"]
    looked(hall)
    assert fleet(hall).troubles == ()
    looked(hall, expires={"root": "2026-01-01T00:00:00.000"}, told=(Told("2026-11-27T03:00:00.000", "x", alarm=True),))
    seen = fleet(hall)
    assert [(one.id, one.facts) for one in seen.troubles] == [
        ("fleet.trouble.expires", {"role": "root", "day": "2026-01-01"})
    ]
    assert seen.told[0].alarm
    looked(hall, trouble=Told("2026-11-27T03:00:00.000", "release.busy", {"seconds": 10}, alarm=True))
    assert [one.id for one in fleet(hall).troubles] == ["fleet.trouble.look"]


def test_a_key_that_cannot_be_read_is_told_and_the_terminals_are_seen_all_the_same(hall: HallFolder) -> None:
    hall.release(*BEGIN)
    looked(hall)
    (hall.folder / "releases" / "online.pem").write_text("no key", encoding="ascii")
    seen = fleet(hall)
    assert ([one.id for one in seen.troubles], len(seen.rows)) == (["release.key_not_read"], 1)


def test_a_hall_that_publishes_nothing_has_a_fleet_without_any_trouble(tmp_path: Path) -> None:
    cli.create_hall(tmp_path, sample=True, verifier=lambda _: "-")
    with cli.open_fleet(tmp_path) as hand:
        assert (hand.fleet().rollout, hand.fleet().troubles) == (None, ())


def test_a_program_reads_one_line_for_each_terminal_and_the_progress(
    hall: HallFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    hall.release(*BEGIN)
    capsys.readouterr()
    assert main(["fleet", "--dir", str(hall.folder), "--json", "--lang", "en"]) == 0
    one, rollout, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert (one["kind"], one["number"], one["state_words"], one["troubles"]) == ("terminal", "0012", "waits", [])
    assert (rollout["kind"], [ring["name"] for ring in rollout["rings"]]) == ("rollout", list(RINGS))
    assert rollout["why"]
    assert (last["kind"], len(last["troubles"])) == ("hall", 1)
    assert main(["fleet", "--dir", str(hall.folder), "--lang", "zh_CN"]) == 0
    text = capsys.readouterr().out
    assert "第 2 号铺开：应用 0.5.0" in text
    assert "0012" in text
    assert "{" not in text


def test_without_a_hall_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fleet", "--dir", str(tmp_path), "--lang", "en"]) == 1
    assert "yichuang fleet: " in capsys.readouterr().err


# IT's hand on it


@pytest.fixture
def hand(hall: HallFolder) -> Iterator[FleetHand]:
    """Of a rollout that waits for the yes to its half."""
    hall.release(*BEGIN)
    with cli.open_fleet(hall.folder) as made:
        made.open_next("first", "4001", SAMPLE_PIN)
        made.open_next("tenth", "4001", SAMPLE_PIN)
        yield made


def asks(desk: HallFleet, number: str, pin: str = SAMPLE_PIN) -> str:
    """The message of the answer to an approval."""
    answer = asyncio.run(desk.approve("half", number, pin))
    assert isinstance(answer, (Done, Refused))
    return answer.message.id


def test_who_published_it_does_not_approve_it_and_neither_does_a_clerk(hand: FleetHand) -> None:
    desk = HallFleet(hand)
    assert asks(desk, "4001") == "rollout.second_person"
    assert asks(desk, "1001") == "version.who"
    assert asks(desk, "9999") == "version.who"
    assert isinstance(asyncio.run(desk.open_next("half", "4001", SAMPLE_PIN)), Refused)
    assert asks(desk, "4002") == "fleet.approved"
    assert isinstance(asyncio.run(desk.open_next("half", "4001", SAMPLE_PIN)), Done)


def test_a_guessed_pin_locks_after_five_tries(hand: FleetHand) -> None:
    desk = HallFleet(hand)
    said = [asks(desk, "4002", "0") for _ in range(LIMITS.pin_tries)]
    assert said == [*["people.wrong_pin"] * 4, "people.locked_now"]
    assert asks(desk, "4002") == "people.locked"
    assert asks(desk, "3001") == "fleet.approved"


def test_a_halt_by_key_is_published_at_once_and_goes_on_by_key(hall: HallFolder, hand: FleetHand) -> None:
    desk = HallFleet(hand)
    assert isinstance(asyncio.run(desk.halt("4001", "")), Done)
    assert hall.rollout.halted == "rollout.halted.person"
    assert isinstance(asyncio.run(desk.resume("4001", SAMPLE_PIN)), Done)
    assert hall.rollout.halted == ""
    assert isinstance(asyncio.run(desk.block("0.5.0", "4001", SAMPLE_PIN, "")), Done)
    assert hall.rollout.blocked == ("0.5.0",)
    answer = asyncio.run(desk.resume("4001", SAMPLE_PIN))
    assert isinstance(answer, Refused)
    assert answer.message.id == "release.is_blocked", "a blocked version never goes on"
    assert isinstance(asyncio.run(desk.block("0.4.0", "4001", SAMPLE_PIN, "")), Refused)
