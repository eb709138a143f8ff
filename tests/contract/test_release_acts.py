"""Who had a hand on a rollout: months later IT still reads it, and nobody guesses a PIN at the hall's machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from casework import messages
from casework.ambient import moment, stamp
from casework.limits import LIMITS
from casework.manifest import Manifest, Wheel, encode_manifest
from console.fleet_desk import HallFleet
from console.main import main
from hall import cli
from hall.errors import HallError
from hall.founding import SAMPLE_PIN
from hall.releases.acts import ACTS_FILE, Act, read_acts, record
from screens.desk import Done, Refused
from tests.hall_world import HallWorld, in_hall
from tests.rollouts import WHEEL, HallFolder, Publishing, standing, tells

BEGIN = ("rollout", "--app", "0.5.0", "--before", "0.4.0", "--lab", "0012", "--staff", "4001", "--soak", "0")


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[HallFolder]:
    made = HallFolder(tmp_path / "hall")
    made.publisher.releases_app("0.4.0", WHEEL)
    made.publisher.releases_app("0.5.0", WHEEL)
    made.window("0012", standing("", app="0.4.0", version=""))
    yield made
    messages.install(messages._untranslated)


def acts(hall: HallFolder) -> list[tuple[str, str, str, bool]]:
    """Who did what to what, and whether by her PIN; the oldest first."""
    found = read_acts(hall.publisher.folder, 100)
    return [(one.by, one.act, one.what, one.proven) for one in reversed(found)]


def refused(hall: HallFolder, *words: str) -> str:
    """The code of the refusal."""
    with pytest.raises(HallError) as no:
        hall.release(*words)
    return no.value.message.id


def test_everything_that_was_done_with_a_rollout_says_who_did_it_and_why(
    hall: HallFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    hall.release(*BEGIN)
    hall.release("promote", "first", "--staff", "4001")
    hall.release("halt", "--staff", "3001", "--reason", "打印机不出纸")
    hall.release("resume", "--staff", "4002")
    hall.release("promote", "tenth", "--staff", "4002")
    hall.release("approve", "half", "--staff", "4002")
    hall.release("block", "0.5.0", "--staff", "4001", "--reason", "it loses drafts")
    assert acts(hall) == [
        ("4001", "rollout", "app 0.5.0", True),
        ("4001", "opened", "first", True),
        ("3001", "halted", "", False),
        ("4002", "resumed", "", True),
        ("4002", "opened", "tenth", True),
        ("4002", "approved", "half", True),
        ("4001", "blocked", "0.5.0", True),
    ]
    capsys.readouterr()
    hall.release("status")
    told = json.loads(capsys.readouterr().out)["acts"]
    assert (told[0]["by"], told[0]["reason"], told[4]["reason"]) == ("4001", "it loses drafts", "打印机不出纸")
    assert [one["rollout"] for one in told] == [8, 7, 6, 5, 4, 3, 2], "one for each number, none without"
    assert main(["fleet", "--dir", str(hall.folder), "--json", "--lang", "en"]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["acts"][0]["words"] == "4001 blocked 0.5.0 (number 8): it loses drafts"
    assert last["acts"][4]["words"] == "3001 halted it (number 4) (number alone): 打印机不出纸"
    assert main(["fleet", "--dir", str(hall.folder), "--lang", "en"]) == 0
    assert "4001 blocked 0.5.0" in capsys.readouterr().out


def test_what_was_refused_is_no_act_and_a_clerk_has_no_hand_on_it(hall: HallFolder) -> None:
    hall.release(*BEGIN)
    before = acts(hall)
    assert refused(hall, "resume", "--staff", "1001") == "version.who"
    assert refused(hall, "halt", "--staff", "1001") == "version.who"
    with pytest.raises(messages.Spoken):
        hall.release("promote", "half", "--staff", "4001")
    assert acts(hall) == before


def test_a_publication_names_who_published_it(hall: HallFolder) -> None:
    waiting = Manifest("0.6.0", {"any": (Wheel("y-0.6.0-py3-none-any.whl", "0" * 64, 1),)}, schema=15)
    hall.publisher.lists("app", "app/0.6.0/manifest.json", encode_manifest(waiting))
    assert hall.release("publish", "--staff", "4002") == 0
    assert acts(hall) == [("4002", "published", "app", True)]
    assert hall.release("publish", "--staff", "4002") == 0
    assert len(acts(hall)) == 1, "nothing waited"


def test_a_halt_at_night_is_the_halls_own_and_has_its_reason(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = Publishing(world, tmp_path)
        place.begins(lab=("0012", "0013", "0014"))
        for number in ("0012", "0013", "0014"):
            await tells(await world.window(number, client), standing("returned", app="0.4.0"))
        place.looks()
        newest = read_acts(place.publisher.folder, 1)[0]
        assert (newest.by, newest.act, newest.id) == ("", "halted", "rollout.halted.errors")
        assert (newest.facts["count"], newest.rollout) == (3, place.now.number)

    in_hall(tmp_path, story)


def test_a_cut_in_the_midst_of_a_line_loses_no_other_line(tmp_path: Path) -> None:
    record(tmp_path, Act("2026-11-27T09:00:00.000", "4001", "halted"))
    with (tmp_path / ACTS_FILE).open("ab") as stream:
        stream.write(b'{"at":"2026-11-27T09:0')
    record(tmp_path, Act("2026-11-27T09:02:00.000", "4002", "resumed"))
    assert [one.by for one in read_acts(tmp_path, 9)] == ["4002", "4001"]
    assert [one.by for one in read_acts(tmp_path, 1)] == ["4002"]


# Wrong PINs at the hall's machine


def guess(hall: HallFolder, monkeypatch: pytest.MonkeyPatch, times: int) -> list[str]:
    """Wrong PINs by command."""
    monkeypatch.setenv(cli.PIN_VARIABLE, "000000")
    said = [refused(hall, "approve", "half", "--staff", "4002") for _ in range(times)]
    monkeypatch.delenv(cli.PIN_VARIABLE)
    return said


def test_a_pin_guessed_by_command_locks_as_at_a_window_and_every_other_command_with_it(
    hall: HallFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.release(*BEGIN)
    assert guess(hall, monkeypatch, 6) == [*["version.wrong_pin"] * 4, "people.locked_now", "people.locked"]
    assert refused(hall, "approve", "half", "--staff", "4002") == "people.locked", "the right PIN comes too late"
    assert refused(hall, "catalogue", "approve", "1", "--staff", "4002") == "people.locked"
    assert hall.release("approve", "half", "--staff", "3001") == 0, "nobody else is locked out"
    assert hall.release("halt", "--staff", "4002") == 0, "and a halt waits for no PIN"


def test_a_lock_outlasts_the_screen_and_is_the_same_for_command_and_screen(
    hall: HallFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.release(*BEGIN)
    assert guess(hall, monkeypatch, 3) == ["version.wrong_pin"] * 3
    said = []
    for _ in range(2):
        with cli.open_fleet(hall.folder) as hand:  # opened anew each time
            answer = asyncio.run(HallFleet(hand).approve("half", "4002", "0"))
            assert isinstance(answer, Refused)
            said.append((answer.message.id, answer.field))
    assert said == [("people.wrong_pin", "pin"), ("people.locked_now", "pin")]
    assert refused(hall, "resume", "--staff", "4002") == "people.locked"


def test_the_right_pin_ends_the_count_and_each_wrong_one_after_a_lock_locks_for_longer(
    hall: HallFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.release(*BEGIN)
    guess(hall, monkeypatch, 4)
    hall.release("approve", "half", "--staff", "4002")
    assert guess(hall, monkeypatch, 1) == ["version.wrong_pin"]
    file = hall.folder / "pins.json"
    guess(hall, monkeypatch, 4)
    long_ago = json.loads(file.read_bytes())
    long_ago["4002"]["until"] = "2026-01-01T09:00:00.000"
    file.write_text(json.dumps(long_ago), "utf-8")
    assert guess(hall, monkeypatch, 1) == ["people.locked_now"]
    kept = json.loads(file.read_bytes())["4002"]
    with cli.open_hall(hall.folder) as here:
        left = moment(kept["until"]) - here.clock.now()
    assert (
        timedelta(0) < left - timedelta(seconds=LIMITS.pin_lock_seconds) <= timedelta(seconds=LIMITS.pin_lock_seconds)
    )
    kept["until"] = stamp(moment(kept["until"]) + timedelta(days=4000))
    file.write_text(json.dumps({"4002": kept}), "utf-8")
    with cli.open_fleet(hall.folder) as hand:
        answer = asyncio.run(HallFleet(hand).approve("half", "3001", SAMPLE_PIN))
    assert isinstance(answer, Done)
