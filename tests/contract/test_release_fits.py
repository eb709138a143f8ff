"""A release that a PC could fetch and never run is found before anybody waits for it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest

from casework import messages
from casework.manifest import ANY, Manifest, Wheel, encode_manifest, lacks
from casework.rollout import Standing
from console.messages import translator
from console.updating.looking import reachable
from hall import cli
from hall.errors import ReleaseTrouble
from hall.releases.proving import PROOF, Proof, Tried
from hall.releases.roles import APP
from sync.errors import UpdateRefused
from tests.rollouts import WHEEL, HallFolder, standing

BEGIN = ("rollout", "--app", "0.5.0", "--before", "0.4.0", "--lab", "0012", "--staff", "4001")
OWN = "yichuang-0.5.0-py3-none-any.whl"


def wheel(name: str) -> Wheel:
    """One that only has a name."""
    return Wheel(name, hashlib.sha256(name.encode()).hexdigest(), 9)


def release(python: str = "3.11", **wheels: str) -> Manifest:
    """Compiled wheels by platform."""
    compiled = {platform.replace("_", "-", 1): (wheel(name),) for platform, name in wheels.items()}
    return Manifest("0.5.0", {ANY: (wheel(OWN),), **compiled}, schema=15, python=python)


LINUX = release(linux_x86_64="msgspec-0.22.0-cp311-cp311-manylinux_2_28_x86_64.whl")


@pytest.fixture
def hall(tmp_path: Path) -> HallFolder:
    made = HallFolder(tmp_path / "hall")
    made.publisher.releases_app("0.4.0", WHEEL)
    made.publisher.lists(APP, "app/0.5.0/manifest.json", encode_manifest(LINUX))
    made.window("0012", reports("linux-x86_64", "3.11"))
    return made


def reports(platform: str, *pythons: str) -> Standing:
    """A window that says what it is."""
    return standing("", app="0.4.0", version="", platform=platform, pythons=pythons)


@pytest.mark.parametrize(
    ("platform", "pythons", "missing"),
    [
        ("linux-x86_64", ("3.11",), ""),
        ("linux-x86_64", ("3.12",), "python"),
        ("linux-x86_64", ("3.10",), "python"),
        ("linux-x86_64", ("3.12", "3.11"), ""),
        ("win32", ("3.11",), "platform"),
    ],
)
def test_a_compiled_wheel_runs_on_one_minor_version_alone(
    platform: str, pythons: tuple[str, ...], missing: str
) -> None:
    assert lacks(LINUX, platform, pythons) == missing


def test_wheels_of_python_alone_and_those_for_every_later_one_run_on_a_newer_one_too() -> None:
    assert lacks(Manifest("0.5.0", {ANY: (wheel(OWN),)}, schema=15), "win32", ("3.14",)) == ""
    stable = release(win_amd64="cryptography-50.0.2-cp311-abi3-win_amd64.whl")
    assert lacks(stable, "win-amd64", ("3.14",)) == ""
    assert lacks(stable, "win-amd64", ("3.9",)) == "python"


def test_a_window_that_could_never_run_it_is_named_before_the_rollout_begins(hall: HallFolder) -> None:
    hall.publisher.releases.publish()
    hall.window("0013", reports("win32", "3.11"))
    hall.window("0014", reports("linux-x86_64", "3.12"))
    hall.window("0015", None)
    with pytest.raises(ReleaseTrouble) as no:
        hall.release(*BEGIN)
    assert no.value.message.id == "release.no_wheels"
    assert no.value.message.facts["terminals"] == "0013 (win32, Python 3.11), 0014 (linux-x86_64, Python 3.12)"
    hall.window("0013", reports("linux-x86_64", "3.11"))
    hall.window("0014", reports("linux-x86_64", "3.12", "3.11"))
    assert hall.release(*BEGIN) == 0, "who has not said what it is, is not in the way"


def test_its_publication_names_them_too_and_is_public_all_the_same(
    hall: HallFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    hall.window("0013", reports("win32", "3.11"))
    messages.install(translator("en"))
    assert hall.release("publish", "--staff", "4001") == 0
    messages.install(messages._untranslated)
    said = capsys.readouterr().err
    assert "0013 (win32, Python 3.11)" in said
    assert "linux-x86_64 and Python 3.11" in said
    assert "app/0.5.0/manifest.json" in hall.publisher.releases.listed(APP)


# A build of a time to come


def built(folder: Path, at: str) -> Path:
    """A proven build that says it was made then."""
    (folder / "wheels").mkdir(parents=True)
    data = b"the program"
    (folder / "wheels" / OWN).write_bytes(data)
    made = Wheel(OWN, hashlib.sha256(data).hexdigest(), len(data))
    manifest = encode_manifest(Manifest("0.6.0", {ANY: (made,)}, schema=15, built=at))
    (folder / "manifest.json").write_bytes(manifest)
    proof = Proof(hashlib.sha256(manifest).hexdigest(), {"any": Tried(at, "3.11.7", "0.4.0", 9, (), "passed")})
    (folder / PROOF).write_bytes(msgspec.json.encode(proof))
    return folder


def test_a_build_of_a_time_to_come_is_not_added_and_it_says_which_clocks_to_look_at(
    hall: HallFolder, tmp_path: Path
) -> None:
    messages.install(translator("en"))
    with pytest.raises(ReleaseTrouble) as no:
        hall.release("add", str(built(tmp_path / "later", "2099-01-01T09:00:00.000")))
    said = str(no.value)
    messages.install(messages._untranslated)
    assert no.value.message.id == "release.built_later"
    assert "2099-01-01 09:00" in said
    assert "build again" in said
    assert "app/0.6.0/manifest.json" not in hall.publisher.releases.waiting_files(APP)
    with cli.open_hall(hall.folder) as here:
        now = here.hall.now
    assert hall.release("add", str(built(tmp_path / "now", now))) == 0


def test_a_window_does_not_fetch_what_was_compiled_for_another_python() -> None:
    with pytest.raises(UpdateRefused) as no:
        reachable(release("3.11", any="msgspec-0.22.0-cp399-cp399-any.whl"), "0.4.0")
    assert no.value.code == "update.python"
