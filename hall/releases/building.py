"""A release from the project's tree: its own wheel, the wheels of the lock for each platform, a manifest (updates.md).

    OUT/manifest.json   what is signed
    OUT/wheels/         every wheel by its name; those that run everywhere once
    OUT/install.py      puts it onto a bare PC (sync.updates.install), beside it the launcher
    OUT/launcher.py

What runs is `requirements-run.lock`: the pins of `requirements.lock` without the tools of developers, hashes included.
A build is for one minor version of Python, as compiled wheels are.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from casework.manifest import ANY, Manifest, Wheel, encode_manifest, is_version
from hall.errors import BuildTrouble

RUN_LOCK = "requirements-run.lock"
MANIFEST, WHEELS = "manifest.json", "wheels"
BESIDE = ("install.py", "launcher.py")
_GLIBC = ("2_28", "2_27", "2_26", "2_24", "2_17", "2_12", "2_5")
"""Of the Linux of a hall: 2.28, as Kylin V10 and Debian 10 have it, or newer."""
_PIN = re.compile(r"^(?P<pin>[A-Za-z0-9_.-]+==[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]+?))?\s*\\?$")
_SECTION = re.compile(r"^## \[(?P<name>[^\]]+)\]", re.MULTILINE)


class Wanted(msgspec.Struct, frozen=True):
    """How a release is to be built."""

    platforms: tuple[str, ...]
    """As `sysconfig.get_platform()` calls them: `win-amd64`, `linux-x86_64`, ..."""
    python: str
    """The minor version for which the compiled wheels are: `3.11`."""
    built: str
    """The time of the build (`stamp`)."""
    wheels: Path | None = None
    """A folder with all wheels that are needed: then no network is."""
    schema_from: int | None = None
    min_from: str | None = None
    notes: dict[str, str] = {}
    """Language -> text, instead of the list of changes."""


def build(source: Path, out: Path, wanted: Wanted) -> Manifest:
    """Build a release of the tree `source` into the new folder `out`; its manifest. Raises BuildTrouble."""
    for needed in ("pyproject.toml", RUN_LOCK, f"sync/updates/{BESIDE[0]}"):
        if not (source / needed).is_file():
            raise BuildTrouble("build.no_tree", folder=str(source), file=needed)
    if out.exists():
        raise BuildTrouble("build.is_there", folder=str(out))
    part = out.with_name(f"{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        (part / WHEELS).mkdir(parents=True)
        own = _own_wheel(source, part / "own", wanted.wheels)
        found = {platform: _collected(source, part, platform, wanted) for platform in wanted.platforms}
        manifest = _manifest(source, own, _sorted(own, found), wanted)
        for file in {one.name: one for one in (own, *(each for files in found.values() for each in files))}.values():
            file.replace(part / WHEELS / file.name)
        for name in BESIDE:
            shutil.copyfile(source / "sync" / "updates" / name, part / name)
        (part / MANIFEST).write_bytes(encode_manifest(manifest))
        for folder in ("own", "found"):
            shutil.rmtree(part / folder, ignore_errors=True)
        part.replace(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest


def _own_wheel(source: Path, into: Path, wheels: Path | None) -> Path:
    """The wheel of the project, by the backend that its pyproject names; by the one that is here, where it is.

    The whole path of the folder: pip takes a bare name for a library of that name, and fetches a stranger's.
    """
    here = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    _pip("wheel", str(source.resolve()), "--no-deps", *here, *_from(wheels), "--wheel-dir", str(into))
    return next(into.glob("*.whl"))


def _collected(source: Path, part: Path, platform: str, wanted: Wanted) -> list[Path]:
    """The wheels of the lock for one platform, each proven against its hash."""
    lock = part / f"{platform}.lock"
    lock.write_text(lock_for((source / RUN_LOCK).read_text("utf-8"), platform, wanted.python), "utf-8")
    into = part / "found" / platform
    tags = [word for tag in _tags(platform) for word in ("--platform", tag)]
    python = ("--python-version", wanted.python, "--implementation", "cp")
    only = ("--no-deps", "--require-hashes", "--only-binary=:all:")
    _pip("download", *only, *tags, *python, *_from(wanted.wheels), "--dest", str(into), "-r", str(lock))
    lock.unlink()
    return sorted(into.glob("*.whl"))


def lock_for(text: str, platform: str, python: str) -> str:
    """The lines of a lock that hold for a platform; pip itself would ask the conditions of the PC that builds.

    Raises BuildTrouble where a condition can't be judged.
    """
    kept, taken = [], True
    for line in text.splitlines():
        pin = _PIN.match(line)
        if pin:
            taken = not pin["marker"] or _holds(pin["marker"], platform, python)
            line = line.replace(f" ; {pin['marker']}", "") if pin["marker"] else line  # noqa: PLW2901
        if taken and not line.lstrip().startswith("#"):
            kept.append(line)
    return "\n".join(kept) + "\n"


def _holds(marker: str, platform: str, python: str) -> bool:
    """Whether a lock's condition holds on a PC of that platform."""
    try:
        from packaging.markers import Marker
    except ImportError as cause:
        raise BuildTrouble("build.no_tools") from cause
    windows, mac = platform.startswith("win"), platform.startswith("macosx")
    machine = "AMD64" if platform == "win-amd64" else re.split(r"[-.]", platform)[-1]
    return Marker(marker).evaluate({
        "sys_platform": "win32" if windows else "darwin" if mac else "linux",
        "platform_system": "Windows" if windows else "Darwin" if mac else "Linux",
        "os_name": "nt" if windows else "posix",
        "platform_machine": machine,
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    })  # fmt: skip


def _tags(platform: str) -> Iterable[str]:
    """The platform in the words of wheels."""
    system, _, machine = platform.partition("-")
    if system == "linux":
        return [f"manylinux_{glibc}_{machine}" for glibc in _GLIBC] + [f"manylinux2014_{machine}"]
    return [re.sub(r"[-.]", "_", platform)]


def _from(wheels: Path | None) -> list[str]:
    return [] if wheels is None else ["--no-index", "--find-links", str(wheels)]


def _pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", words[0], "--quiet", "--no-input", "--disable-pip-version-check"]
    done = subprocess.run([*command, *words[1:]], check=False, capture_output=True, text=True)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise BuildTrouble("build.pip", step=words[0], reason="; ".join(lines[:3])[:400])


def _sorted(own: Path, found: dict[str, list[Path]]) -> dict[str, tuple[Wheel, ...]]:
    """By platform; what runs everywhere and is the same for all stands under `any`."""
    names = [{file.name for file in files} for files in found.values()]
    shared = {name for name in set.intersection(*names) if name.endswith("-none-any.whl")} if names else set()
    first = next(iter(found.values()), [])
    sorted_ = {ANY: tuple(_wheel(file) for file in (own, *(each for each in first if each.name in shared)))}
    for platform, files in found.items():
        sorted_[platform] = tuple(_wheel(file) for file in files if file.name not in shared)
    return sorted_


def _wheel(file: Path) -> Wheel:
    with file.open("rb") as stream:
        return Wheel(file.name, hashlib.file_digest(stream, "sha256").hexdigest(), file.stat().st_size)


def _manifest(source: Path, own: Path, wheels: dict[str, tuple[Wheel, ...]], wanted: Wanted) -> Manifest:
    version = own.name.split("-")[1]
    if not is_version(version):
        raise BuildTrouble("build.version", version=version)
    numbers = _migrations(source)
    changes = (source / "CHANGELOG.md").read_text("utf-8") if (source / "CHANGELOG.md").is_file() else ""
    notes = {"en": news(changes)} if news(changes) else {}
    return Manifest(
        version, wheels, schema=numbers[-1],
        schema_from=numbers[0] if wanted.schema_from is None else wanted.schema_from,
        min_from=_oldest(changes) if wanted.min_from is None else wanted.min_from,
        python=wanted.python, notes={**notes, **wanted.notes}, built=wanted.built,
    )  # fmt: skip


def _migrations(source: Path) -> Sequence[int]:
    """The numbers of a terminal's migrations, rising. Raises BuildTrouble where there are none."""
    numbers = sorted(int(file.name[:4]) for file in (source / "local_db" / "schema").glob("[0-9][0-9][0-9][0-9]_*.sql"))
    if not numbers:
        raise BuildTrouble("build.no_tree", folder=str(source), file="local_db/schema")
    return numbers


def news(changes: str) -> str:
    """What the topmost section of a list of changes says that says anything."""
    return next(filter(None, (text.strip() for _, text in _sections(changes))), "")


def _oldest(changes: str) -> str:
    """The first release of all: every migration since then only leads forward, so one step is enough."""
    return next((name for name, _ in reversed(_sections(changes)) if is_version(name)), "")


def _sections(changes: str) -> list[tuple[str, str]]:
    marks = list(_SECTION.finditer(changes))
    ends = [*(mark.start() for mark in marks[1:]), len(changes)]
    return [
        (mark["name"], changes[mark.end() : end].partition("\n")[2])
        for mark, end in zip(marks, ends, strict=False)  # no mark, no section
    ]
