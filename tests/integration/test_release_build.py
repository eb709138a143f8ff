"""A release from the tree: whole for bare PCs of every kind, without the tools of developers, and never half (S32)."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

from casework.manifest import ANY, decode_manifest
from hall.errors import BuildTrouble
from hall.releases import building
from hall.releases.building import Wanted, build, lock_for, news
from tests.command_line import Place
from tests.wheels import ROOT, a_tree, a_wheel

HERE = sysconfig.get_platform()
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def wanted(wheels: Path, *platforms: str) -> Wanted:
    return Wanted(platforms or (HERE,), PYTHON, "2026-11-27T11:30:00.000", wheels)


def test_what_a_bare_pc_needs_lies_in_one_folder(tmp_path: Path) -> None:
    tree, out = a_tree(tmp_path / "tree", tmp_path / "wheels", "0.5.0", "create table more (a)"), tmp_path / "out"
    notes = tmp_path / "notes.txt"
    notes.write_text("更快。\n", "utf-8")
    ran = Place(tmp_path).run(
        "release", "build", str(out), "--source", str(tree), "--wheels", str(tmp_path / "wheels"),
        "--notes-zh", str(notes), "--min-from", "0.4.0",
    )  # fmt: skip
    assert {key: ran.one[key] for key in ("version", "schema", "schema_from", "min_from", "wheels")} == {
        "version": "0.5.0", "schema": 2, "schema_from": 1, "min_from": "0.4.0", "wheels": {ANY: 2, HERE: 0},
    }  # fmt: skip
    assert sorted(file.name for file in out.iterdir()) == ["install.py", "launcher.py", "manifest.json", "wheels"]
    manifest = decode_manifest((out / "manifest.json").read_bytes(), "0.5.0")
    assert manifest.notes == {"en": "- Faster.", "zh_CN": "更快。"}
    for wheel in manifest.wheels[ANY]:
        data = (out / "wheels" / wheel.name).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (wheel.sha256, wheel.size)
    assert [file.name for file in tmp_path.iterdir() if file.name.endswith(".part")] == []


def test_each_kind_of_pc_gets_its_own_wheels_and_what_is_common_lies_there_once(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    tree = a_tree(tmp_path / "tree", wheels)
    lock = [
        "tiny==1.0 \\",
        "    --hash=sha256:" + hashlib.sha256((wheels / "tiny-1.0-py3-none-any.whl").read_bytes()).hexdigest(),
    ]
    lock.append("fast==2.0 \\")
    for tag in ("win_amd64", "manylinux_2_17_x86_64"):
        file = a_wheel(
            wheels, name="fast", version="2.0", tag=f"cp{PYTHON.replace('.', '')}-cp{PYTHON.replace('.', '')}-{tag}"
        )
        lock.append(f"    --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()} \\")
    lock[-1] = lock[-1].removesuffix(" \\")
    lock += ["colour==1.0 ; sys_platform == 'win32' \\"]
    lock += [f"    --hash=sha256:{hashlib.sha256(a_wheel(wheels, name='colour').read_bytes()).hexdigest()}"]
    (tree / "requirements-run.lock").write_text("\n".join(lock) + "\n", "utf-8")
    manifest = build(tree, tmp_path / "out", wanted(wheels, "win-amd64", "linux-x86_64"))
    names = {key: [wheel.name.split("-")[0] for wheel in each] for key, each in manifest.wheels.items()}
    assert names == {ANY: ["yichuang", "tiny"], "win-amd64": ["colour", "fast"], "linux-x86_64": ["fast"]}
    assert manifest.wheels["win-amd64"][1].name.endswith("win_amd64.whl")
    assert len(list((tmp_path / "out" / "wheels").iterdir())) == 5


def test_a_tree_that_is_named_from_where_it_lies_is_built_and_no_stranger_s_library_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = tmp_path / "wheels"
    a_tree(tmp_path / "next", wheels, "0.5.0", "create table more (a)")
    a_wheel(wheels, name="next", version="9.9")
    monkeypatch.chdir(tmp_path)
    made = building.build(Path("next"), Path("out"), wanted(wheels))
    assert made.version == "0.5.0"
    assert not list(Path("out").rglob("next-*.whl"))


def test_a_condition_of_the_lock_is_judged_for_the_pc_that_will_run_it() -> None:
    text = "a==1 ; os_name == 'nt' \\\n    --hash=sha256:1\nb==2 \\\n    --hash=sha256:2\n    # via c\n"
    assert lock_for(text, "win-amd64", "3.11") == "a==1 \\\n    --hash=sha256:1\nb==2 \\\n    --hash=sha256:2\n"
    assert lock_for(text, "linux-aarch64", "3.11") == "b==2 \\\n    --hash=sha256:2\n"


def test_a_wheel_that_is_not_the_lock_s_is_no_part_of_a_release(tmp_path: Path) -> None:
    wheels, out = tmp_path / "wheels", tmp_path / "out"
    tree = a_tree(tmp_path / "tree", wheels)
    a_wheel(wheels, "ANSWER = 43\n")
    with pytest.raises(BuildTrouble) as no:
        build(tree, out, wanted(wheels))
    assert "HASH" in str(no.value.message.facts["reason"]).upper()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["tree", "wheels"]


def test_a_build_never_mixes_with_what_lies_there_already(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(BuildTrouble) as no:
        build(a_tree(tmp_path / "tree", tmp_path / "wheels"), tmp_path / "out", wanted(tmp_path / "wheels"))
    assert no.value.message.id == "build.is_there"
    with pytest.raises(BuildTrouble) as no:
        build(tmp_path, tmp_path / "new", wanted(tmp_path / "wheels"))
    assert no.value.message.id == "build.no_tree"


def test_news_are_those_of_the_topmost_section_that_says_something() -> None:
    assert (
        news("# Changes\n\n## [Unreleased]\n\n## [1.0] - today\n\n- A.\n- B.\n\n## [0.9]\n\n- Old.\n") == "- A.\n- B."
    )
    assert news("nothing") == ""


# The project itself


def test_the_wheel_of_the_project_holds_every_file_that_the_program_reads(tmp_path: Path) -> None:
    wheel = building._own_wheel(ROOT, tmp_path, None)
    lib = tmp_path / "lib"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--target",
        str(lib),
        str(wheel),
    ]
    subprocess.run(pip, check=True, capture_output=True)
    rooms = ("casework", "console", "hall", "local_db", "screens", "sync")
    tracked = subprocess.run(["git", "ls-files", *rooms], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [name for name in tracked.splitlines() if not (lib / name).is_file()] == []
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); import console;"
        "assert console.__file__.startswith(sys.path[0]);"
        "from console.main import main; raise SystemExit(main())"
    )
    for words, said in ((["--version"], wheel.name.split("-")[1]), (["hall", "--help", "--lang", "en"], "usage")):
        done = subprocess.run([sys.executable, "-I", "-c", code, str(lib), *words], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert said in done.stdout.decode()


def pins(file: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """Name -> version and hashes of each pin of a lock."""
    found = {}
    for part in re.split(r"^(?=[a-z0-9])", file.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        name, version = re.match(r"([\w.-]+)==([^\s;]+)", part).groups()  # type: ignore[union-attr]
        found[name] = (version, frozenset(re.findall(r"sha256:([0-9a-f]{64})", part)))
    return found


def test_the_lock_of_what_runs_is_a_part_of_the_lock_of_what_is_tested() -> None:
    runs, tested = pins(ROOT / "requirements-run.lock"), pins(ROOT / "requirements.lock")
    assert {name: pin for name, pin in runs.items() if tested.get(name) != pin} == {}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = {re.match(r"[\w.-]+", each)[0].lower() for each in project["dependencies"]}  # type: ignore[index]
    assert named - set(runs) == set()
    tools = {re.match(r"[\w.-]+", each)[0].lower() for each in project["optional-dependencies"]["dev"]}  # type: ignore[index]
    assert tools & set(runs) == set(), "the tools of developers go to no window"
