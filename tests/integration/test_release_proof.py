"""Nothing is listed that was not tried: installed, started, a memory brought on, and gone back from (S32)."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from casework.manifest import decode_manifest
from console.errors import ConsoleError
from console.updating import self_check
from hall.errors import BuildTrouble
from hall.releases import proving
from hall.releases.building import Wanted, build
from hall.releases.proving import Prover, Tried, manifest_bytes, manifest_in, proven, read_proof
from hall.releases.trials import AS_IT_IS, BY_COPY, facts_in, fresh_python
from sync.updates import install, launcher
from tests.command_line import Place
from tests.wheels import HALL as A_HALL
from tests.wheels import a_tree, a_wheel

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
HERE = sysconfig.get_platform()
GROWS = "alter table fact add column more text not null default ''"
DROPS = "alter table fact drop column kind"
FORGETS = "delete from outbox"
HALLS = {
    "hall_grows": ("alter table log add column more text not null default ''", True),
    "hall_forgets": ("update log set bytes = x''", True), "hall_stuck": ("alter table log add column more text", False),
}  # fmt: skip
"""Versions that bring a hall's database on, and whether they keep a copy before they do."""


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with pip and nothing else."""
    return fresh_python(tmp_path_factory.mktemp("bare") / "python")


@pytest.fixture(autouse=True)
def one_python_for_all(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "fresh_python", lambda folder: bare)


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """0.4.0, and four that claim to follow it."""
    folder = tmp_path_factory.mktemp("builds")
    made: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
        "first": ("0.4.0", (), ("kind",)), "grows": ("0.5.0", (GROWS,), ("more",)), "drops": ("0.5.0", (DROPS,), ()),
        "forgets": ("0.5.0", (FORGETS,), ()), "lacks": ("0.5.0", (), ("nowhere",)),
    }  # fmt: skip
    for name, (version, more, needs) in made.items():
        tree = a_tree(folder / f"{name}.tree", folder / "wheels", version, *more, needs=needs)
        build(tree, folder / name, Wanted((HERE,), PYTHON, "2026-11-27T11:30:00.000", folder / "wheels"))
    for name, (step, keeps) in HALLS.items():
        tree = a_tree(folder / f"{name}.tree", folder / "wheels", "0.5.0", hall=(step,), keeps=keeps)
        build(tree, folder / name, Wanted((HERE,), PYTHON, "2026-11-27T11:30:00.000", folder / "wheels"))
    return folder


@pytest.fixture
def old(builds: Path, tmp_path: Path, bare: Path) -> Path:
    """The version that runs now, installed."""
    home = tmp_path / "home"
    subprocess.run([bare, builds / "first" / "install.py", home], check=True, capture_output=True)
    return home


def tried(folder: Path, old: Path | None, database: Path | None = None, hall: Path | None = None) -> Tried:
    seconds = iter(range(1000))
    prover = Prover(folder, old, lambda: next(seconds), lambda step: None)
    return prover.prove("2026-11-27T12:00:00.000", database, 2, hall)


def test_a_version_is_proven_by_a_memory_that_it_brings_on_and_the_version_before_still_opens(
    builds: Path, old: Path
) -> None:
    found = tried(builds / "grows", old)
    assert [step.name for step in found.steps if step.ok] == [
        "python", "installed", "starts", "old_starts", "memory", "migrated", "schema", "facts", "goes_back",
        "facts_again", "hall_memory", "hall_migrated", "hall_log", "hall_goes_back", "hall_log_again",
    ]  # fmt: skip
    assert found.steps[-2].said == AS_IT_IS, "nothing of the hall's database is new"
    assert (found.result, found.old, found.bytes > 0) == ("passed", "0.4.0", True)
    data = manifest_bytes(builds / "grows")
    assert proven(builds / "grows", data, first=False) == (HERE,)
    proof = read_proof(builds / "grows")
    assert proof is not None
    assert proof.tried[HERE] == found


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("drops", "goes_back"),
        ("forgets", "facts"),
        ("lacks", "migrated"),
        ("hall_forgets", "hall_log"),
        ("hall_stuck", "hall_goes_back"),
    ],
)
def test_what_does_not_come_out_is_named_and_nothing_after_it_is_tried(
    builds: Path, old: Path, name: str, step: str
) -> None:
    found = tried(builds / name, old)
    assert found.result == "failed"
    assert [each.name for each in found.steps if not each.ok] == [found.steps[-1].name] == [step]
    with pytest.raises(BuildTrouble) as no:
        proven(builds / name, manifest_bytes(builds / name), first=False)
    assert no.value.message.id == "build.failed"


def test_a_hall_that_was_brought_on_is_gone_back_from_by_the_copy_that_was_kept(
    builds: Path, old: Path, tmp_path: Path
) -> None:
    hall = tmp_path / "hall.db"
    with contextlib.closing(sqlite3.connect(hall)) as db:
        db.executescript(f"{A_HALL}; pragma user_version = 1; insert into hall values ('of IT')")
        db.executemany("insert into log values (?, 'an entry')", [(number,) for number in range(1, 41)])
        db.commit()
    before = hall.read_bytes()
    found = tried(builds / "hall_grows", old, hall=hall)
    assert found.result == "passed"
    assert next(step.said for step in found.steps if step.name == "hall_goes_back").startswith(BY_COPY)
    assert hall.read_bytes() == before, "IT's own is only read"


def test_a_given_database_is_only_read(builds: Path, old: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, old / "launcher.py", "demo", "--headless", "--dir", tmp_path], check=True, capture_output=True
    )
    file = tmp_path / "terminal-0012" / "terminal.db"
    before, facts = file.read_bytes(), facts_in(file.parent)
    assert tried(builds / "grows", old, file).result == "passed"
    assert (file.read_bytes(), facts_in(file.parent)) == (before, facts)


def test_a_build_without_a_proof_of_its_own_is_not_listed(builds: Path, old: Path, tmp_path: Path) -> None:
    place = Place(tmp_path)
    hall = ("--dir", str(place.hall), "--lang", "en")
    assert place.run("hall", "init", "--sample", *hall[:2]).code == 0
    assert place.run("release", "keys", str(tmp_path / "keys"), "--small").code == 0
    assert place.run("release", "init", str(tmp_path / "keys" / "hall"), *hall).code == 0
    (builds / "first" / "proof.json").unlink(missing_ok=True)
    ran = place.run("release", "add", str(builds / "first"), *hall)
    assert (ran.code, "yichuang release prove" in ran.err) == (1, True)
    assert "--first" in place.run("release", "prove", str(builds / "first"), "--lang", "en").err
    assert place.run("release", "prove", str(builds / "first"), "--first").one["result"] == "passed"
    assert place.run("release", "add", str(builds / "first"), *hall).code == 0
    key = str(tmp_path / "keys" / "keys" / "app-1.pem")
    pending = place.hall / "releases" / "pending" / "app.json"
    assert place.run("release", "sign", str(pending), "--key", key).code == 0
    assert place.run("release", "publish", "--staff", "4001", *hall).code == 0
    assert place.run("release", "prove", str(builds / "grows"), "--first").code == 0
    ran = place.run("release", "add", str(builds / "grows"), *hall)
    assert (ran.code, "--old" in ran.err) == (1, True), "once something runs, going back to it has to be shown"
    ran = place.run("release", "prove", str(builds / "grows"), "--old", str(old))
    assert ran.one["old"] == "0.4.0"
    assert place.run("release", "add", str(builds / "grows"), *hall).code == 0


def test_a_proof_is_of_one_manifest_and_no_other(builds: Path, old: Path) -> None:
    folder = builds / "grows"
    assert tried(folder, old).result == "passed"
    data = manifest_bytes(folder)
    with pytest.raises(BuildTrouble) as no:
        proven(folder, data.replace(b"Faster", b"Slower"), first=False)
    assert no.value.message.id == "build.unproven"
    with pytest.raises(BuildTrouble) as no:
        Prover(folder, folder, lambda: 0.0, lambda step: None)
    assert no.value.message.id == "build.no_old"


# On a bare PC


def installs(bare: Path, folder: Path, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [bare, folder / "install.py", home, *words], capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_a_bare_pc_is_installed_from_a_folder_and_starts(builds: Path, bare: Path, tmp_path: Path) -> None:
    root = tmp_path / "root.json"
    root.write_text("{}", "utf-8")
    home = tmp_path / "PC 7" / "一窗"
    done = installs(bare, builds / "first", home, "--root", str(root))
    assert done.returncode == 0, done.stderr
    laid = ["current.json", "launcher.py", "root.json", "versions", "wheels"]
    assert sorted(file.name for file in home.iterdir()) == laid
    assert sorted(file.name for file in (home / "versions" / "0.4.0").iterdir()) == [
        ".complete", "factory", "lib", "manifest.json",
    ]  # fmt: skip
    said = subprocess.run([bare, home / "launcher.py", "--version"], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "0.4.0"
    before = (home / "current.json").read_bytes()
    again = installs(bare, builds / "grows", home)
    assert (again.returncode, "0.5.0" in again.stderr, (home / "current.json").read_bytes()) == (1, False, before)
    assert not (home / "versions" / "0.5.0").exists()


def copied(build_: Path, folder: Path) -> Path:
    import shutil

    shutil.copytree(build_, folder)
    return folder


def test_a_stick_with_one_flipped_bit_installs_nothing(builds: Path, bare: Path, tmp_path: Path) -> None:
    stick = copied(builds / "first", tmp_path / "stick")
    wheel = next((stick / "wheels").glob("tiny*"))
    data = bytearray(wheel.read_bytes())
    data[len(data) // 2] ^= 1
    wheel.write_bytes(data)
    done = installs(bare, stick, tmp_path / "home")
    assert (done.returncode, wheel.name in done.stderr) == (1, True)
    wheel.unlink()
    assert installs(bare, stick, tmp_path / "home").returncode == 1
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"python": "9.1"}, "python"),
        ({"platform": "plan9-mips"}, "platform"),
        ({"version": "../../x"}, "no_build"),
        ({"wheels": None}, "no_build"),
    ],
)
def test_a_release_for_another_pc_says_for_which(
    builds: Path, tmp_path: Path, change: dict[str, str], code: str
) -> None:
    stick = copied(builds / "first", tmp_path / "stick")
    manifest = json.loads((stick / "manifest.json").read_text("utf-8"))
    if "platform" in change:
        manifest["wheels"][change["platform"]] = manifest["wheels"].pop(HERE)
    else:
        manifest |= change
    if change.get("wheels", "") is None:
        del manifest["wheels"]
    (stick / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(install.InstallTrouble) as no:
        install.install(stick, tmp_path / "home")
    assert no.value.code == code
    assert not (tmp_path / "home").exists()


def test_an_installation_that_was_cut_is_begun_again_with_the_same_words(
    builds: Path, bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    half = home / "versions" / ".staging-0.4.0" / "lib"
    half.mkdir(parents=True)
    (half / "half").touch()
    with monkeypatch.context() as cut:
        cut.setattr(launcher, "write", lambda home, pointer: (_ for _ in ()).throw(OSError("cable")))
        with pytest.raises(OSError, match="cable"):
            install.install(builds / "first", home)
    assert launcher.is_whole(home, "0.4.0")
    assert installs(bare, builds / "first", home).returncode == 0
    assert launcher.read(home)["version"] == "0.4.0"
    assert not (home / "versions" / ".staging-0.4.0").exists()


def test_an_old_launcher_is_replaced_by_the_newest_and_nothing_else_is_touched(bare: Path, tmp_path: Path) -> None:
    home, build = tmp_path / "home", Path(install.__file__).parent  # as it lies in every installed version
    (home / "versions").mkdir(parents=True)
    (home / "current.json").write_text('{"version": "0.5.0"}')
    old = Path(launcher.__file__).read_text("utf-8").replace(f"EDITION = {launcher.EDITION}\n", "")
    for text, before in ((old, 1), ("half a fi(le", 0), ("", 0)):
        (home / "launcher.py").write_text(text, "utf-8")
        assert install.edition(home / "launcher.py") == before
        done = installs(bare, build, home, "--repair")
        assert (done.returncode, done.stderr) == (0, "")
        assert (home / "launcher.py").read_bytes() == Path(launcher.__file__).read_bytes()
    (home / "launcher.py").write_text(old + "EDITION = 900\n", "utf-8")
    assert install.repair(build, home) == (900, 900), "a newer one stays"
    assert sorted(file.name for file in home.iterdir()) == ["current.json", "launcher.py", "versions"]
    assert (home / "current.json").read_text() == '{"version": "0.5.0"}'
    assert installs(bare, build, tmp_path / "nothing", "--repair").returncode == 1


def test_a_version_that_pip_has_laid_finds_itself_whole_and_one_with_a_torn_file_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lib = tmp_path / "lib"
    install._by_pip([a_wheel(tmp_path / "wheels", "def main(): ...\n", command="tiny-command")], lib)
    monkeypatch.setattr(self_check, "__file__", str(lib / "console" / "updating" / "self_check.py"))
    self_check._files(tmp_path)
    (lib / "tiny" / "__init__.py").write_text("def ma", "utf-8")
    with pytest.raises(ConsoleError):
        self_check._files(tmp_path)


def test_a_python_without_pip_is_told_what_to_do(builds: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "no"], check=True, capture_output=True)
    python = tmp_path / "no" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    done = installs(python, builds / "first", tmp_path / "home")
    assert (done.returncode, "ensurepip" in done.stderr) == (1, True)
    assert not list((tmp_path / "home" / "versions").iterdir())


def test_the_manifest_on_the_disk_is_the_one_that_is_signed(builds: Path) -> None:
    data = manifest_bytes(builds / "first")
    assert manifest_in(data) == decode_manifest(data, "0.4.0")


def test_a_python_of_its_own_is_laid_beside_and_the_shortcut_stays_the_same(
    builds: Path, bare: Path, tmp_path: Path
) -> None:
    home, source = tmp_path / "home", bare.parents[1]
    words = [str(word) for word in (bare, builds / "first" / "install.py", home, "--interpreter", source)]
    done = subprocess.run(words, check=False, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    (laid,) = (home / "interpreters").iterdir()
    assert (laid.name, (laid / ".complete").is_file()) == (sys.version.split()[0], True)
    start = next(home.glob("start.*"))
    assert str(start) in done.stdout
    ran = subprocess.run([start, "--version"], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "0.4.0"
    before = {file: file.stat().st_mtime_ns for file in laid.rglob("*") if "__pycache__" not in file.parts}
    again = subprocess.run(words, check=False, capture_output=True, text=True, encoding="utf-8")
    assert (again.returncode, again.stderr) == (0, ""), "an installation that stands gets the Python alone"
    assert before == {file: file.stat().st_mtime_ns for file in laid.rglob("*") if "__pycache__" not in file.parts}


def test_a_python_that_does_not_run_or_does_not_fit_is_not_laid(
    builds: Path, bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    with pytest.raises(install.InstallTrouble) as no:
        install.lay_interpreter(home, tmp_path, builds / "first")
    assert no.value.code == "no_python"
    build = copied(builds / "first", tmp_path / "build")
    manifest = json.loads((build / "manifest.json").read_text("utf-8"))
    (build / "manifest.json").write_text(json.dumps({**manifest, "python": "3.99"}), "utf-8")
    with pytest.raises(install.InstallTrouble) as no:
        install.lay_interpreter(home, bare.parents[1], build)
    assert no.value.code == "python"
    monkeypatch.setattr(install, "flush", lambda folder: (_ for _ in ()).throw(OSError("cable")))
    with pytest.raises(OSError, match="cable"):
        install.lay_interpreter(home, bare.parents[1], builds / "first")
    assert not [*home.glob("interpreters/*"), *home.glob("start.*")]
