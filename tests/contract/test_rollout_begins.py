"""IT begins a rollout from the command line: what cannot work is refused before any window has heard of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from casework.errors import BadRollout
from casework.rollout import Versions
from casework.updating import Here, plan
from hall import cli
from hall.errors import HallError, ReleaseTrouble
from hall.releases.roles import CATALOGUE
from tests.rollouts import WHEEL, HallFolder, standing

BEGIN = ("rollout", "--app", "0.5.0", "--before", "0.4.0", "--lab", "0012", "--staff", "4001")


@pytest.fixture
def hall(tmp_path: Path) -> HallFolder:
    made = HallFolder(tmp_path / "hall")
    made.publisher.releases_app("0.4.0", WHEEL)
    made.window("0012", standing(app="0.4.0", state="", version=""))
    return made


def refused(hall: HallFolder, *words: str) -> str:
    """The code of the refusal; nothing was published."""
    with pytest.raises(HallError) as no:
        hall.release(*words)
    with pytest.raises(AssertionError):
        assert hall.rollout.number
    return no.value.message.id


def test_a_version_that_is_not_published_is_not_rolled_out_and_it_says_how_to_publish_it(hall: HallFolder) -> None:
    assert refused(hall, *BEGIN) == "release.not_published"
    hall.publisher.lists("app", "app/0.5.0/manifest.json", b"{}")
    assert refused(hall, *BEGIN) == "release.not_published", "signed and not published yet"
    hall.publisher.releases_app("0.5.0", WHEEL)
    assert hall.release(*BEGIN) == 0
    assert hall.rollout.target == Versions("0.5.0")


def test_a_catalogue_that_is_not_published_is_not_rolled_out_either(hall: HallFolder) -> None:
    words = ("rollout", "--catalogue", "7", "--lab", "0012", "--staff", "4001")
    assert refused(hall, *words) == "release.not_published"
    assert refused(hall, "rollout", "--lab", "0012", "--staff", "4001") == "release.nothing_named"
    hall.publisher.lists(CATALOGUE, "catalogue/7.json", b"{}")
    hall.publisher.releases.publish()
    assert hall.release(*words) == 0


def test_a_window_that_runs_a_version_too_old_for_one_step_is_named_before_it_is_broken(hall: HallFolder) -> None:
    hall.publisher.releases_app("0.5.0", WHEEL, min_from="0.4.0")
    hall.window("0013", standing(app="0.3.0", state="", version=""))
    with pytest.raises(ReleaseTrouble) as no:
        hall.release(*BEGIN)
    assert no.value.message.facts == {"version": "0.5.0", "least": "0.4.0", "terminals": "0013 (0.3.0)"}
    hall.window("0013", standing(app="0.4.0"))
    assert hall.release(*BEGIN) == 0


def test_a_memory_that_is_too_old_for_the_migrations_of_a_version_is_not_sent_there(hall: HallFolder) -> None:
    hall.publisher.releases_app("0.5.0", WHEEL, schema_from=16)
    assert refused(hall, *BEGIN) == "release.memory_too_old"


def test_the_first_window_without_any_report_counts_as_what_runs_before(tmp_path: Path) -> None:
    hall = HallFolder(tmp_path / "hall")
    hall.window("0012")
    hall.publisher.releases_app("0.5.0", WHEEL, min_from="0.4.1")
    assert refused(hall, *BEGIN) == "release.too_far"


def test_a_mistyped_lab_is_no_lab(hall: HallFolder) -> None:
    hall.publisher.releases_app("0.5.0", WHEEL)
    assert refused(hall, *BEGIN, "--first", "0099") == "release.no_window"


def test_a_version_that_was_blocked_does_not_come_back_by_a_new_rollout(hall: HallFolder) -> None:
    hall.publisher.releases_app("0.5.0", WHEEL)
    hall.release(*BEGIN)
    hall.release("block", "0.5.0", "--staff", "4001")
    with pytest.raises(ReleaseTrouble) as no:
        hall.release(*BEGIN)
    assert no.value.message.id == "release.is_blocked"
    with pytest.raises(BadRollout):
        hall.release("block", "0.4.0", "--staff", "4001")


def test_it_says_when_and_how_fast_the_windows_fetch_and_the_hall_opens_the_lab_itself(
    hall: HallFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    hall.publisher.releases_app("0.5.0", WHEEL)
    at = ("--not-before", "2099-01-01T18:00", "--deadline", "2099-01-05", "--window", "18:00-07:30")
    assert hall.release(*BEGIN, *at, "--jitter", "30", "--rate", "256", "--min-app", "0.3.0") == 0
    made = hall.rollout
    assert (made.not_before, made.deadline) == ("2099-01-01T18:00:00.000", "2099-01-05T00:00:00.000")
    assert (made.window, made.jitter_minutes, made.rate_kib, made.min_app) == (("18:00", "07:30"), 30, 256, "0.3.0")
    assert made.opened == {}
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["next"], said["ring"]) == ("wait", "lab")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--deadline", "tomorrow"), "release.no_time"),
        (("--not-before", "31.12."), "release.no_time"),
        (("--window", "18-7"), "release.no_hours"),
        (("--window", "24:00-07:00"), "release.no_hours"),
        (("--min-app", "0.6.0"), "release.below_least"),
    ],
)
def test_a_time_that_is_none_is_not_signed(hall: HallFolder, words: tuple[str, ...], code: str) -> None:
    hall.publisher.releases_app("0.5.0", WHEEL)
    assert refused(hall, *BEGIN, *words) == code


@pytest.mark.parametrize("words", [("--rate", "0"), ("--jitter", "-1"), ("--soak", "x"), ("--min-app", "../x")])
def test_a_number_that_would_stop_every_download_is_wrong_use(hall: HallFolder, words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as left:
        hall.release(*BEGIN, *words)
    assert left.value.code == 2


def test_a_window_that_runs_less_than_the_least_version_fetches_at_once(hall: HallFolder) -> None:
    hall.publisher.releases_app("0.5.0", WHEEL)
    hall.release(*BEGIN, "--window", "18:00-18:01", "--min-app", "0.4.1")
    noon = "2099-01-01T12:00:00.000"
    assert plan(hall.rollout, Here("0012", "0.4.0"), noon).step == "fetch"
    hall.release(*BEGIN, "--window", "18:00-18:01", "--min-app", "0.4.0")
    assert plan(hall.rollout, Here("0012", "0.4.0"), noon).step == "wait"


def test_who_approves_a_ring_types_her_pin_and_is_another_person(
    hall: HallFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.publisher.releases_app("0.5.0", WHEEL)
    hall.release(*BEGIN)
    monkeypatch.setenv(cli.PIN_VARIABLE, "000000")
    with pytest.raises(ReleaseTrouble) as no:
        hall.release("approve", "half", "--staff", "4002")
    assert no.value.message.id == "version.wrong_pin"
    monkeypatch.setenv(cli.PIN_VARIABLE, "135790")
    with pytest.raises(BadRollout):
        hall.release("approve", "half", "--staff", "4001")
    assert hall.release("approve", "half", "--staff", "4002") == 0
    assert [(said.ring, said.by) for said in hall.rollout.approvals] == [("half", "4002")]
