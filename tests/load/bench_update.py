"""What an update costs at a terminal, each beside a floor of the same run: `python -m tests.load.bench_update`.

| row | floor |
|---|---|
| nothing new: the look of every quarter of an hour | two bare GETs of the same client |
| refresh and a file of 1 MB | bare GETs of the same bytes |
| staging: a release's wheels laid beside the running one | the same files written and flushed |
| switch: the pointer names the next version | one file written, flushed, renamed |
| back: a version that falls at once, twice, and the one before answers | three bare starts of Python |
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from sync.updates import launcher
from sync.updates.client import Published
from sync.updates.fetching import FromHall
from sync.updates.staging import by_installer, stage, switch
from tests.built_tree import wheel_name, wheel_of_tree
from tests.command_line import Place
from tests.releases import Publisher

ROUNDS = 7
LARGE = 1024 * 1024
Timed = Callable[[], float]


def seconds(work: Callable[[], object]) -> float:
    """How long it took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def beside(name: str, ours: Timed, floor: Timed, rounds: int) -> dict[str, object]:
    """Medians of both, taken in turns."""
    pairs = [(ours(), floor()) for _ in range(rounds)]
    mine, bare = (sorted(each) for each in zip(*pairs, strict=True))
    middle, low = statistics.median(mine), statistics.median(bare)
    return {
        "row": name, "ms": round(middle * 1000, 2), "from": round(mine[0] * 1000, 2), "to": round(mine[-1] * 1000, 2),
        "floor_ms": round(low * 1000, 2), "ratio": round(middle / low, 2),
    }  # fmt: skip


class Bench:
    """A hall process that publishes, and a PC."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = Place(folder)
        self.place.found()
        self.publisher = Publisher(self.place.hall / "releases")
        self.publisher.rolls_out()
        self.count = 0

    def asks(self) -> Published:
        """One look."""
        source = FromHall(None, 10.0)
        now = datetime.now(UTC)
        made = Published(
            self.folder / "seen", self.publisher.root, f"{self.place.url}/updates", source,
            now=now, floor=now - timedelta(days=1),
        )  # fmt: skip
        source.close()
        return made

    def bare(self, *paths: str) -> float:
        """The same bytes, unproven."""

        def get() -> None:
            with httpx.Client(trust_env=False) as client:
                for path in paths:
                    client.get(f"{self.place.url}/updates/{path}").raise_for_status()

        return seconds(get)

    def fresh(self) -> float:
        """Something new of 1 MB: the look, and the file."""
        self.count += 1
        version = f"1.0.{self.count}"
        data = os.urandom(LARGE)
        manifest = self.publisher.releases_app(version, {wheel_name(version): data})

        def take() -> None:
            source = FromHall(None, 10.0)
            now = datetime.now(UTC)
            published = Published(
                self.folder / "seen", self.publisher.root, f"{self.place.url}/updates", source,
                now=now, floor=now - timedelta(days=1),
            )  # fmt: skip
            published.manifest(version)
            published.wheels(manifest.wheels["any"], self.folder / "wheels")
            source.close()

        return seconds(take)

    def newest(self) -> tuple[str, ...]:
        """The files of the newest release, as they lie at the hall."""
        targets = self.place.hall / "releases" / "targets"
        large = max(targets.rglob("*.whl"), key=lambda file: file.stat().st_mtime)
        return ("metadata/timestamp.json", large.relative_to(targets.parent).as_posix())


def staged(folder: Path, wheel: Path) -> dict[str, object]:
    """The program itself, laid beside the running one by whatever installer is here."""
    home = folder / "home"
    versions = iter(range(1000))

    def ours() -> float:
        version = f"2.{next(versions)}"
        took = seconds(lambda: stage(home, version, [wheel], by_installer))
        shutil.rmtree(home / "versions" / version)
        return took

    stage(home, "1.0", [wheel], by_installer)
    files = [file for file in (home / "versions" / "1.0").rglob("*") if file.is_file()]

    def floor() -> float:
        target = folder / "floor"

        def write() -> None:
            for file in files:
                copy = target / file.relative_to(home)
                copy.parent.mkdir(parents=True, exist_ok=True)
                with copy.open("wb") as out:
                    out.write(file.read_bytes())
                    out.flush()
                    os.fsync(out.fileno())

        took = seconds(write)
        shutil.rmtree(target)
        return took

    return beside(f"staging ({len(files)} files)", ours, floor, 3)


def switched(folder: Path) -> dict[str, object]:
    """The pointer."""
    home = folder / "pointers"
    for version in ("1.0", "1.1"):
        stage(home, version, [], lambda _wheels, _lib: None)
    file = folder / "bare"

    def ours() -> float:
        launcher.write(home, {"version": "1.0"})
        return seconds(lambda: switch(home, "1.1"))

    def bare() -> None:
        with file.with_suffix(".part").open("wb") as out:
            out.write(b"x" * 120)
            out.flush()
            os.fsync(out.fileno())
        file.with_suffix(".part").replace(file)

    return beside("switch", ours, lambda: seconds(bare), 50)


def returned(folder: Path) -> dict[str, object]:
    """A version that falls at once, twice, and the one before."""
    home = folder / "falls"
    for version, text in (("1.0", "def main():\n    return 0\n"), ("1.1", "raise SystemExit(1)\n")):
        stage(home, version, [], lambda _wheels, _lib: None)
        package = home / "versions" / version / launcher.LIB / "console"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "main.py").write_text(text)
    shutil.copy(Path(launcher.__file__), home / "launcher.py")

    def ours() -> float:
        launcher.write(home, {"version": "1.0"})
        switch(home, "1.1")
        took = seconds(lambda: subprocess.run([sys.executable, str(home / "launcher.py"), "serve"], check=True))
        assert launcher.read(home)["version"] == "1.0"
        return took

    def floor() -> float:
        return seconds(lambda: [subprocess.run([sys.executable, "-I", "-c", ""], check=True) for _ in range(3)])

    return beside("back from a broken version", ours, floor, ROUNDS)


def main() -> None:
    """Measure once; a line of JSON for each row."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        wheel = Path(name) / wheel_name("2.0")
        wheel.write_bytes(wheel_of_tree("2.0"))
        with bench.place.serving():
            bench.asks()
            nothing = lambda: bench.bare("metadata/timestamp.json", "metadata/timestamp.json")  # noqa: E731 - two small answers, as the look has
            print(json.dumps(beside("nothing new", lambda: seconds(bench.asks), nothing, args.rounds * 3)), flush=True)
            row = beside("refresh and 1 MB", bench.fresh, lambda: bench.bare(*bench.newest()), args.rounds)
            print(json.dumps(row), flush=True)
        for row in (staged(Path(name), wheel), switched(Path(name)), returned(Path(name))):
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
