"""IT changes an item or the calendar: checked, compared, proposed, signed elsewhere, approved by another, in force."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from casework import messages
from casework.catalogue.parse import decode
from console.messages import translator
from hall import cli
from hall.cli_release import releases_of
from hall.errors import ReleaseTrouble, Stop
from hall.founding import SAMPLE_PIN
from hall.office import publish
from hall.releases.catalogues import Numbered
from hall.shipped import shipped_calendar, shipped_catalogue

DATA = Path(__file__).resolve().parents[2] / "casework" / "data"
IT, OTHER_IT, SUPERVISOR, CLERK = "4001", "4002", "3001", "1001"


class Office:
    """A hall with its repository, and the machine with the keys; commands in this process."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.hall = folder, folder / "hall"
        self._capsys = capsys
        messages.install(translator("zh_CN"))
        self.said = ""
        cheap = PasswordHasher(time_cost=1, memory_cost=64).hash(SAMPLE_PIN)
        cli.create_hall(self.hall, sample=True, verifier=lambda pin: cheap)

    def ceremony(self) -> None:
        """The keys, and the repository at the hall."""
        self.runs("keys", self.folder / "ceremony", "--small")
        self.runs("init", self.folder / "ceremony" / "hall", "--dir", self.hall)

    def runs(self, *words: object, code: int = 0) -> list[dict[str, Any]]:
        """A command of `yichuang release`; the lines of JSON that it gave."""
        assert cli.run(["release", *map(str, words)]) == code
        out, self.said = self._capsys.readouterr()
        self.said += out
        return [json.loads(line) for line in out.splitlines() if line.startswith("{")]

    def at(self, *words: object, code: int = 0) -> list[dict[str, Any]]:
        """The same at the hall."""
        return self.runs(*words, "--dir", self.hall, code=code)

    def signs(self, role: str = "catalogue") -> None:
        """The pending file goes to the machine with the key and comes back."""
        away = self.folder / f"{role}.json"
        shutil.copyfile(self.hall / "releases" / "pending" / f"{role}.json", away)
        self.runs("sign", away, "--key", self.folder / "ceremony" / "keys" / f"{role}-1.pem")
        self.at("take", away)

    def catalogue(self, old: str, new: str) -> Path:
        """The shipped files with one text changed in all of them."""
        copy = self.folder / "catalogue"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(DATA, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__", "calendar"))
        changed = 0
        for file in copy.rglob("*.toml"):
            text = file.read_text("utf-8")
            changed += text.count(old)
            file.write_text(text.replace(old, new), "utf-8")
        assert changed
        return copy

    def calendar(self, *days_off: str) -> Path:
        """The shipped calendar with the year 2027."""
        table = json.loads(shipped_calendar())
        table["years"]["2027"] = {"off": list(days_off), "work": []}
        file = self.folder / "2027.json"
        file.write_text(json.dumps(table, indent=1, ensure_ascii=False), "utf-8")
        return file

    def refused(self, code: str, *words: object) -> str:
        """A command at the hall that stops with this reason; its sentence."""
        with pytest.raises(ReleaseTrouble) as trouble:
            self.at(*words)
        assert trouble.value.code == code
        return str(trouble.value)

    def in_force(self, kind: str) -> tuple[bytes, int]:
        """What counts, and where in the log it was said."""
        with cli.open_hall(self.hall) as here, here.store.reading() as reading:
            return reading.blob(reading.head(kind)) or b"", reading.hall().seq


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv(cli.PIN_VARIABLE, SAMPLE_PIN)
    made = Office(tmp_path, capsys)
    made.ceremony()
    return made


OFF_2027 = tuple(f"2027-01-{day:02}" for day in range(1, 12))
NAME = ("营业执照", "营业执照（新版）")


def test_it_changes_an_item_once_and_the_hall_goes_by_it(office: Office) -> None:
    folder = office.catalogue(*NAME)
    office.at("catalogue", "check", folder)
    (proposed,) = office.at("catalogue", "propose", folder, "--staff", IT)
    assert (proposed["number"], proposed["state"], proposed["proposed_by"]) == (1, "waiting", IT)
    office.at("catalogue", "diff")
    assert "办理结果 由 营业执照（正、副本）" in office.said, "in words, before anybody says yes"
    office.signs()
    office.at("catalogue", "approve", 1, "--staff", SUPERVISOR)
    (published,) = office.at("catalogue", "publish")
    assert (published["state"], published["approved_by"]) == ("in_force", SUPERVISOR)
    data, _ = office.in_force("catalogue")
    assert "（新版）" in data.decode()
    assert decode(data).version == proposed["sha256"], "the very bytes that were proposed"


def test_without_signature_or_second_person_nothing_counts(office: Office) -> None:
    before = office.in_force("catalogue")
    office.at("catalogue", "propose", office.catalogue(*NAME), "--staff", IT)
    office.refused("version.not_approved", "catalogue", "publish")
    office.signs()
    office.refused("version.not_approved", "catalogue", "publish")
    assert IT in office.refused("version.second_person", "catalogue", "approve", 1, "--staff", IT)
    office.refused("version.who", "catalogue", "approve", 1, "--staff", CLERK)
    assert office.in_force("catalogue") == before


def test_an_approved_version_without_its_signature_does_not_count(office: Office) -> None:
    before = office.in_force("catalogue")
    office.at("catalogue", "propose", office.catalogue(*NAME), "--staff", IT)
    office.at("catalogue", "approve", 1, "--staff", OTHER_IT)
    office.refused("release.signatures", "catalogue", "publish")
    assert office.in_force("catalogue") == before


def test_a_wrong_pin_approves_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.at("catalogue", "propose", office.catalogue(*NAME), "--staff", IT)
    monkeypatch.setenv(cli.PIN_VARIABLE, "000000")
    assert cli.PIN_VARIABLE in office.refused("version.wrong_pin", "catalogue", "approve", 1, "--staff", OTHER_IT)


def test_a_number_is_given_once_and_its_bytes_never_change(office: Office) -> None:
    office.at("catalogue", "propose", office.catalogue(*NAME), "--staff", IT)
    (second,) = office.at("catalogue", "propose", office.catalogue("食品", "食物"), "--staff", IT)
    assert second["number"] == 2, "what was given up keeps its number"
    office.refused("version.given_up", "catalogue", "approve", 1, "--staff", OTHER_IT)
    office.signs()
    office.at("catalogue", "approve", 2, "--staff", OTHER_IT)
    office.at("catalogue", "publish")
    office.refused("version.counts_already", "catalogue", "publish", 2)
    with cli.open_hall(office.hall) as here, pytest.raises(ReleaseTrouble, match="不能再改"):
        releases_of(here).list_file("catalogue", "catalogue/2.json", b"other")
    listed = office.at("catalogue", "list")
    assert [(row["number"], row["state"]) for row in listed] == [(1, "given_up"), (2, "in_force")]


def test_bytes_that_were_changed_behind_the_signature_are_refused(office: Office) -> None:
    before = office.in_force("catalogue")
    (row,) = office.at("catalogue", "propose", office.catalogue(*NAME), "--staff", IT)
    office.signs()
    office.at("catalogue", "approve", 1, "--staff", OTHER_IT)
    target = office.hall / "releases" / "targets" / "catalogue" / f"{row['sha256']}.1.json"
    target.write_bytes(target.read_bytes().replace("（新版）".encode(), "（旧版）".encode()))
    office.refused("release.not_proven", "catalogue", "publish")
    assert office.in_force("catalogue") == before


def test_a_kill_between_the_repository_and_the_log_is_made_good_by_publishing_again(office: Office) -> None:
    office.at("catalogue", "propose", office.catalogue(*NAME), "--staff", IT)
    office.signs()
    office.at("catalogue", "approve", 1, "--staff", OTHER_IT)
    office.at("publish", "--staff", IT)  # as far as it came
    assert "（新版）" not in office.in_force("catalogue")[0].decode(), "public is not in force yet"
    office.at("catalogue", "publish")
    assert "（新版）" in office.in_force("catalogue")[0].decode()


def test_a_mistake_is_named_with_its_line_and_can_not_be_proposed(office: Office) -> None:
    folder = office.catalogue("[[items]]", "[[item]]")
    rows = office.at("catalogue", "check", folder, "--json", code=1)
    assert all(row["line"] >= 1 and row["message"] for row in rows)
    assert rows
    office.refused("version.mistakes", "catalogue", "propose", folder, "--staff", IT)
    office.refused("version.no_catalogue", "catalogue", "check", office.folder / "nowhere")


def test_a_calendar_of_next_year_is_read_out_day_by_day_and_counts_without_a_ring(office: Office) -> None:
    file = office.calendar(*OFF_2027)
    (row,) = office.at("calendar", "propose", file, "--staff", IT)
    assert office.at("calendar", "diff", "--json")[0]["change"] == "calendar.diff.year_on"
    office.signs()
    office.at("calendar", "approve", 1, "--staff", SUPERVISOR)
    office.at("calendar", "publish")
    data, _ = office.in_force("calendar")
    assert data == file.read_bytes()
    assert office.at("calendar", "list")[0]["state"] == "in_force"
    office.refused("version.no_change", "calendar", "propose", file, "--staff", IT)
    assert row["sha256"]


@pytest.mark.parametrize(
    ("days", "line_has"),
    [
        (("2027-01-01", "2028-01-01"), "2028-01-01"),
        (("2027-01-01",), '"2027"'),
        ((*OFF_2027, "2027-01-01"), "2027-01-01"),
    ],
    ids=["another year's day", "hardly a holiday", "twice"],
)
def test_a_slip_in_the_calendar_is_named_with_its_line(office: Office, days: tuple[str, ...], line_has: str) -> None:
    file = office.calendar(*days)
    (row,) = office.at("calendar", "check", file, "--json", code=1)
    assert line_has in file.read_text("utf-8").splitlines()[row["line"] - 1]


def test_once_a_version_was_signed_an_unsigned_one_does_not_count_any_more(office: Office) -> None:
    office.at("calendar", "propose", office.calendar(*OFF_2027), "--staff", IT)
    office.signs()
    office.at("calendar", "approve", 1, "--staff", SUPERVISOR)
    office.at("calendar", "publish")
    with cli.open_hall(office.hall) as here, pytest.raises(Stop, match="签名发布"):
        here.hall.change(lambda reading, now, ids: publish(reading, shipped_catalogue(), shipped_calendar(), now, ids))


def test_a_hall_without_a_repository_says_what_to_do_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cli.PIN_VARIABLE, SAMPLE_PIN)
    office = Office(tmp_path, capsys)
    assert "release init" in office.refused(
        "release.none", "catalogue", "propose", office.catalogue(*NAME), "--staff", IT
    )


def test_two_proposals_at_once_are_signed_together_and_each_counts_by_its_own_approval(office: Office) -> None:
    office.at("catalogue", "propose", office.catalogue(*NAME), "--staff", IT)
    office.at("calendar", "propose", office.calendar(*OFF_2027), "--staff", IT)
    office.signs()
    office.at("calendar", "approve", 1, "--staff", OTHER_IT)
    office.at("calendar", "publish")
    assert "（新版）" not in office.in_force("catalogue")[0].decode()
    with cli.open_hall(office.hall) as here:
        assert Numbered(releases_of(here), "catalogue").newest() == 1
    office.refused("version.not_approved", "catalogue", "publish")
