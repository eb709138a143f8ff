"""The hall's disk is gone, and nobody had kept a copy of what was published: the second place has it (S26)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework import messages
from console.main import main
from hall import cli
from hall.cli_recovery import step_of
from hall.errors import Stop
from hall.releases.copying import ReleaseCopy, lay_back
from tests.rollouts import WHEEL, HallFolder

KEY = "online.pem"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[HallFolder]:
    made = HallFolder(tmp_path / "hall")
    made.publisher.releases_app("0.4.0", WHEEL)
    (made.folder / "releases" / "acts.jsonl").write_text("who did what")
    yield made
    messages.install(messages._untranslated)


def copies(hall: HallFolder, place: Path) -> int:
    """The served hall looks after its second place until nothing is missing there; how much it wrote."""
    with cli.open_hall(hall.folder) as here:
        step = step_of(here, str(place))
        return sum(iter(step, 0))


def files(folder: Path) -> dict[str, bytes]:
    """What is published below `folder`, and what waits."""
    parts = {"metadata", "targets", "pending", "acts.jsonl"}
    names = (path for path in folder.rglob("*") if parts & set(path.relative_to(folder).parts))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in names if path.is_file()}


def burn(hall: HallFolder) -> bytes:
    """The disk of the hall is gone and its keys are laid back; its own key for releases, to be laid back later."""
    own = (hall.folder / "releases" / KEY).read_bytes()
    shutil.copytree(hall.folder / cli.KEYS, hall.folder.parent / "kept")
    shutil.rmtree(hall.folder)
    hall.folder.mkdir()
    shutil.copytree(hall.folder.parent / "kept", hall.folder / cli.KEYS)
    return own


def doctor(hall: HallFolder, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    main(["hall", "doctor", "--dir", str(hall.folder), "--json", "--lang", "en"])
    return " ".join(json.loads(capsys.readouterr().out)["problems"])


def test_what_was_published_comes_back_with_the_cases_and_the_key_is_asked_for(
    hall: HallFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(hall.folder / "releases")
    copies(hall, tmp_path / "second")
    assert not list((tmp_path / "second").rglob("*.pem")), "whoever reads the second place must not become the hall"
    own = burn(hall)
    assert main(["hall", "restore", str(tmp_path / "second"), "--dir", str(hall.folder), "--lang", "en"]) == 0
    assert KEY in capsys.readouterr().err
    assert files(hall.folder / "releases") == before
    assert KEY in doctor(hall, capsys)
    (hall.folder / "releases" / KEY).write_bytes(own)
    assert KEY not in doctor(hall, capsys)
    hall.publisher.releases_app("0.5.0", WHEEL)
    assert copies(hall, tmp_path / "second") > 0
    assert files(tmp_path / "second" / "releases") == files(hall.folder / "releases")


def test_what_waits_for_signatures_is_copied_and_goes_when_it_is_public(hall: HallFolder, tmp_path: Path) -> None:
    releases, copy = hall.publisher.releases, tmp_path / "copy"
    mirror = ReleaseCopy(releases.folder, copy)
    releases.list_file("app", "app/0.5.0/manifest.json", b"{}")
    mirror.step(99)
    assert "pending/app.json" in files(copy)
    assert mirror.step(99) == 0, "nothing has changed"
    hall.publisher.releases_app("0.6.0", WHEEL)
    mirror.step(99)
    assert files(copy) == files(releases.folder)
    assert "pending/app.json" not in files(copy)


def test_a_copy_that_broke_off_is_the_older_publication_and_is_gone_on_with(hall: HallFolder, tmp_path: Path) -> None:
    releases, copy = hall.publisher.releases, tmp_path / "copy"
    ReleaseCopy(releases.folder, copy).step(99)
    older = files(copy)["metadata/timestamp.json"]
    hall.publisher.releases_app("0.5.0", WHEEL)
    mirror = ReleaseCopy(releases.folder, copy)
    assert mirror.step(1) == 1
    assert files(copy)["metadata/timestamp.json"] == older
    assert lay_back(copy, tmp_path / "laid") > 0
    assert lay_back(copy, tmp_path / "laid") == 0, "what is there stays"
    while mirror.step(1):
        pass
    assert files(copy) == files(releases.folder)


def test_a_disk_from_an_older_image_writes_nothing_over_the_newer_publication(
    hall: HallFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(hall.folder / "releases", tmp_path / "image")
    hall.publisher.releases_app("0.5.0", WHEEL)
    copies(hall, tmp_path / "second")
    newer = files(tmp_path / "second" / "releases")
    shutil.rmtree(hall.folder / "releases")
    shutil.copytree(tmp_path / "image", hall.folder / "releases")
    with pytest.raises(Stop, match="place_other_releases"):
        copies(hall, tmp_path / "second")
    assert files(tmp_path / "second" / "releases") == newer


def test_a_hall_that_publishes_nothing_has_nothing_there_and_takes_nothing_away(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    (copy / "pending").mkdir(parents=True)
    (copy / "pending" / "app.json").write_text("{}")
    assert ReleaseCopy(tmp_path / "releases", copy).step(99) == 0
    assert files(copy) == {"pending/app.json": b"{}"}
    assert lay_back(tmp_path / "nowhere", tmp_path / "hall") == 0
