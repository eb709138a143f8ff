"""Puts a release onto a bare PC: `python install.py HOME [--root root.json]`, from the folder of a build or a stick.

Standard library alone, and no link is ever made: it runs on a PC that has Python with pip and nothing else, without a
network. Everything is checked against `manifest.json` first; the pointer is written last, so an installation that was
cut is begun again with the same words. What stands already is never touched: from then on updates come by themselves.

`python install.py HOME --repair` lays the launcher of this release over an older one, which no update replaces; the
same file in `HOME/versions/<v>/lib/sync/updates` does so without any build. Versions, pointer and data stay.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

if __package__:
    from sync.updates import launcher
else:  # beside this file, in a build
    import launcher  # type: ignore[import-not-found, no-redef]

FACTORY = launcher.FACTORY
INTERPRETERS = "interpreters"
_WHICH = "import sys; print('.'.join(map(str, sys.version_info[:3])))"

ANY = "any"
ROOT, LAUNCHER, MANIFEST, WHEELS = "root.json", "launcher.py", "manifest.json", "wheels"
SAYS = {
    "no_build": "这里没有完整的安装包（{what}）：请重新复制整个文件夹。"
    " | This is no whole release ({what}): copy the whole folder again.",
    "is_there": "{what} 已经装有一窗：它会自行更新，不再重装。"
    " | Yichuang is installed in {what}: it updates itself, and is not installed again.",
    "damaged": "文件与清单不符：{what}。什么都没有安装，请重新复制。"
    " | A file is not what the manifest says: {what}. Nothing was installed; copy the folder again.",
    "python": "需要 Python {what}，本机是 {have}：请先安装它。"
    " | Python {what} is needed and this is {have}: install that one first.",
    "platform": "安装包不含本机的系统 {have}（只有 {what}）。"
    " | This release has nothing for {have} (only for {what}): build it for this platform.",
    "no_pip": "这个 Python 没有 pip：请安装 python.org 的完整版，或先运行 python -m ensurepip。"
    " | This Python has no pip: install the one of python.org, or run python -m ensurepip first.",
    "failed": "没有装成：{what}。请排除后重新运行。"
    " | It could not be installed: {what}. Mend that, and run this again.",
    "no_home": "{what} 里没有一窗：--repair 只修复已装好的。"
    " | Yichuang is not installed in {what}: --repair mends what is installed.",
    "repaired": "启动器已是第 {what} 版（原为 {have}），其余未动。"
    " | The launcher is edition {what} (it was {have}); nothing else was touched.",
    "no_python": "{what} 里没有能运行的 Python。请给出解压后的 Python 文件夹。"
    " | There is no Python in {what} that runs: name the folder that holds it (python.exe, or bin/python3).",
    "laid": "Python {what} 已放好。快捷方式请用：{have} | Python {what} is laid. Let the shortcut name: {have}",
    "done": "一窗 {what} 已装好。启动：{have} | Yichuang {what} is installed. Start it with: {have}",
}
"""What is said, in both languages at once: there is no catalogue on a bare PC yet."""
_FLUSHES = 16
Fill = Callable[[Path], None]


class InstallTrouble(Exception):
    """Nothing was installed; the text says what to do."""

    def __init__(self, code: str, what: object = "", have: object = "") -> None:
        super().__init__(SAYS[code].format(what=what, have=have))
        self.code = code


def lay(home: Path, version: str, fill: Fill, beside: Mapping[str, bytes]) -> None:
    """Lay a version under `home` by `fill(lib)`, whole or not at all; nothing where it is whole already.

    `beside`: files beside `lib`. What `fill` raises goes on, and leaves nothing behind.
    """
    if launcher.is_whole(home, version):
        return
    final, under_way = home / "versions" / version, home / "versions" / f".staging-{version}"
    for left in (under_way, final):  # one without its `.complete` is nobody's version
        shutil.rmtree(left, ignore_errors=True)
    (under_way / launcher.LIB).mkdir(parents=True)
    try:
        fill(under_way / launcher.LIB)
        for name, data in beside.items():
            (under_way / name).write_bytes(data)
        (under_way / launcher.COMPLETE).touch()
        flush(under_way)
        launcher.replace(under_way, final)
    finally:
        shutil.rmtree(under_way, ignore_errors=True)


def flush(folder: Path) -> None:
    """Everything in it is on the disk: after a power cut `.complete` must not stand beside empty files.

    Many at once: a disk writes its journal once for all that wait, and thousands of files take a second, not twenty.
    """
    with ThreadPoolExecutor(_FLUSHES) as pool:
        for _ in pool.map(_flushed, (file for file in folder.rglob("*") if file.is_file())):
            continue


def _flushed(file: Path) -> None:
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())


def platform() -> str:
    """The word by which a manifest calls this PC's kind."""
    return sysconfig.get_platform()


def install(build: Path, home: Path, root: Path | None = None) -> str:
    """The release in `build` becomes the installation in `home`; its version. Raises InstallTrouble, OSError."""
    if (home / launcher.POINTER).exists():
        raise InstallTrouble("is_there", home)
    manifest = _manifest(build)
    version = str(manifest["version"])
    _fits(manifest)
    named = [wheel for key in (ANY, platform()) for wheel in manifest["wheels"].get(key, ())]
    wheels = [(_checked(build, wheel), str(wheel["sha256"])) for wheel in named]
    if root is not None:
        _json(root)
    beside = {MANIFEST: (build / MANIFEST).read_bytes(), FACTORY: b""}
    lay(home, version, lambda lib: _by_pip([file for file, _ in wheels], lib), beside)
    for file, sha256 in wheels:  # the first update fetches only what is not here
        kept = home / WHEELS / sha256
        kept.mkdir(parents=True, exist_ok=True)
        _copied(file, kept / file.name)
    _copied(build / LAUNCHER, home / LAUNCHER)
    if root is not None:
        _copied(root, home / ROOT)
    pointer = {"version": version, "previous": "", "state": launcher.KEPT, "tries": 0, "failed": []}
    launcher.write(home, pointer)
    return version


def lay_interpreter(home: Path, source: Path, build: Path) -> tuple[str, Path]:
    """Lay the Python in `source` under `home`, whole or not at all, and let the start script take it: both.

    `build`: for which it has to fit, where nothing is installed yet. A folder that stands is never changed: another
    patch of the same minor version lies beside. Raises InstallTrouble, OSError.
    """
    program = _program(source)
    done = subprocess.run([str(program), "-I", "-c", _WHICH], check=False, capture_output=True, text=True)
    version = done.stdout.strip()
    if done.returncode or not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise InstallTrouble("no_python", source)
    stands = (home / launcher.POINTER).exists()
    manifest = _manifest(home / "versions" / str(launcher.read(home)["version"]) if stands else build)
    _fits(manifest, tuple(int(part) for part in version.split(".")[:2]))
    final, under_way = home / INTERPRETERS / version, home / INTERPRETERS / f".staging-{version}"
    if not (final / launcher.COMPLETE).is_file():
        for left in (under_way, final):
            shutil.rmtree(left, ignore_errors=True)
        try:
            shutil.copytree(source, under_way, copy_function=_copied_to_write)
            (under_way / launcher.COMPLETE).touch()
            flush(under_way)
            launcher.replace(under_way, final)
        finally:
            shutil.rmtree(under_way, ignore_errors=True)
    return version, _start(home, _program(final).relative_to(home))


def _program(folder: Path) -> Path:
    names = ("python.exe", "Scripts/python.exe", "bin/python3", "bin/python")
    found = next((folder / name for name in names if (folder / name).is_file()), None)
    if found is None:
        raise InstallTrouble("no_python", folder)
    return found


def _copied_to_write(source: str, target: str) -> str:
    """As it is, but for a mark that nobody may write it: what can't be opened can't be flushed."""
    shutil.copy(source, target)
    copy = Path(target)
    copy.chmod(copy.stat().st_mode | stat.S_IWUSR)
    return target


def _start(home: Path, program: Path) -> Path:
    """The script that starts the launcher with that Python: a shortcut names it once for all."""
    windows = os.name == "nt"
    file = home / ("start.cmd" if windows else "start.sh")
    here, words = ("%~dp0", "%*") if windows else ('$(dirname "$0")/', '"$@"')
    head = "@" if windows else "#!/bin/sh\nexec "
    part = file.with_name(f"{file.name}.part")
    part.write_text(f'{head}"{here}{program}" "{here}{LAUNCHER}" {words}\n', "utf-8")
    part.chmod(0o755)
    _flushed(part)
    launcher.replace(part, file)
    return file


def repair(source: Path, home: Path, root: Path | None = None) -> tuple[int, int]:
    """Lay the launcher of `source` over an older one, or one that is lost; the editions that stand and that stood.

    A newer one stays. `root`: another root of trust, for a hall that lost its keys. Raises InstallTrouble, OSError.
    """
    if not (home / "versions").is_dir():
        raise InstallTrouble("no_home", home)
    mine, there = edition(source / LAUNCHER), edition(home / LAUNCHER)
    if not mine:
        raise InstallTrouble("no_build", source / LAUNCHER)
    if root is not None:
        _json(root)
        _copied(root, home / ROOT)
    if mine <= there:
        return there, there
    _copied(source / LAUNCHER, home / LAUNCHER)
    return mine, there


def edition(file: Path) -> int:
    """The edition of the launcher in `file`: 1 for one of before there were any, 0 where it is none."""
    try:
        text = file.read_text("utf-8")
        compile(text, file.name, "exec")
    except (OSError, ValueError, SyntaxError):
        return 0
    found = re.search(r"^EDITION = (\d{1,6})$", text, re.MULTILINE)
    return int(found[1]) if found else int("def next_start(" in text)


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as cause:
        raise InstallTrouble("no_build", file) from cause


def _manifest(build: Path) -> dict[str, Any]:
    found = _json(build / MANIFEST)
    if not isinstance(found, dict) or not {"version", "wheels", "schema"} <= set(found):
        raise InstallTrouble("no_build", build / MANIFEST)
    version = str(found["version"])
    if not version[:1].isdigit() or not set(version) <= set("0123456789.abcr"):  # it becomes the name of a folder
        raise InstallTrouble("no_build", build / MANIFEST)
    return found


def _fits(manifest: dict[str, Any], python: tuple[int, ...] = sys.version_info[:2]) -> None:
    """That Python and this system can run it."""
    wheels, wanted = manifest["wheels"], str(manifest.get("python") or "3.11")
    have = ".".join(map(str, python))
    exact = any("-cp" in wheel["name"] and "-abi3-" not in wheel["name"] for key in wheels for wheel in wheels[key])
    numbers = tuple(int(part) for part in wanted.split(".")[:2])
    if (exact and have != wanted) or python < numbers:
        raise InstallTrouble("python", wanted, have)
    if set(wheels) - {ANY} and platform() not in wheels:
        raise InstallTrouble("platform", ", ".join(sorted(set(wheels) - {ANY})), platform())


def _checked(build: Path, wheel: dict[str, Any]) -> Path:
    file = build / WHEELS / Path(str(wheel["name"])).name
    if not file.is_file():
        raise InstallTrouble("no_build", file.name)
    with file.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != wheel["sha256"]:
            raise InstallTrouble("damaged", file.name)
    return file


def _by_pip(wheels: Sequence[Path], lib: Path) -> None:
    words = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--disable-pip-version-check",
    ]
    done = subprocess.run(
        [*words, "--target", str(lib), *map(str, wheels)], check=False, capture_output=True, text=True
    )
    if done.returncode and "No module named pip" in done.stderr:
        raise InstallTrouble("no_pip")
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or [""]
        raise InstallTrouble("failed", said[-1][:200])


def _copied(source: Path, target: Path) -> None:
    part = target.with_name(f"{target.name}.part")
    shutil.copyfile(source, part)
    _flushed(part)  # after a power cut an empty launcher would start nothing
    launcher.replace(part, target)


def main(words: list[str]) -> int:
    """Install, and say what came of it: 0 done, 1 not done with a sentence."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    parser = argparse.ArgumentParser(prog="install.py")
    parser.add_argument("home", metavar="HOME", type=Path)
    parser.add_argument("--root", metavar="root.json", type=Path, default=None)
    parser.add_argument("--repair", action="store_true")
    parser.add_argument("--interpreter", metavar="FOLDER", type=Path, default=None)
    args = parser.parse_args(words)
    home, build = args.home.resolve(), Path(__file__).resolve().parent
    try:
        if args.repair:
            now, before = repair(build, home, args.root)
            print(SAYS["repaired"].format(what=now, have=before or "-"))
            return 0
        start = f'"{sys.executable}" "{home / LAUNCHER}"'
        if args.interpreter is not None:
            stands = (home / launcher.POINTER).exists()
            python, file = lay_interpreter(home, args.interpreter.resolve(), build)
            start = f'"{file}"'
            print(SAYS["laid"].format(what=python, have=file))
            if stands:
                return 0
        version = install(build, home, args.root)
    except (InstallTrouble, OSError) as no:
        trouble = no if isinstance(no, InstallTrouble) else InstallTrouble("failed", no)
        print(trouble, file=sys.stderr)
        return 1
    print(SAYS["done"].format(what=version, have=f"{start} console"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
