"""The peers of `bench sync` (`tests/load/peers/`): installed on demand into the user's cache folder, run one at a time.

What can't be installed is said in words and leaves its rows unmeasured; the others go on.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import platformdirs

HERE = Path(__file__).with_name("peers")
PLACE = "YICHUANG_PEERS"
NODE_PACKAGES = (
    "pouchdb@9.0.0", "express-pouchdb@4.2.0", "express@4.22.3",
    "rxdb@15.39.0", "rxdb-server@15.22.0", "rxjs@7.8.2", "cors@2.8.6",
)  # fmt: skip
PYTHON_PACKAGES = (
    "httpx==0.28.1", "starlette==1.10.0", "uvicorn==0.54.0", "httptools==0.9.0", "uvloop==0.23.0", "orjson==3.13.0",
)  # fmt: skip
NO_NODE = (
    "PouchDB and RxDB were not measured: this machine has no Node.js. Install version 18 or newer with its npm "
    "(https://nodejs.org, or the package `nodejs` and `npm` of the system) and run the benchmark again."
)
_SECONDS = 900


class Rates(msgspec.Struct, frozen=True):
    """Events a second of one run."""

    push: float
    pull: float


class Peer(msgspec.Struct, frozen=True):
    """A peer that can be run: events in, rates out."""

    name: str
    run: Callable[[int], Rates]


def place() -> Path:
    """Where the peers' packages lie."""
    given = os.environ.get(PLACE)
    return Path(given) if given else platformdirs.user_cache_path("yichuang", appauthor=False) / "peers"


def available(tell: Callable[[str], None]) -> tuple[list[Peer], list[str]]:
    """The peers of this machine, and a sentence for each that is missing."""
    peers: list[Peer] = []
    missing: list[str] = []
    for name, make in (("PouchDB and RxDB", _node_peers), ("limit.py", _limit)):
        try:
            peers += make(tell)
        except (OSError, subprocess.SubprocessError) as cause:
            missing.append(f"{name} not measured: {_reason(cause)}")
        except LookupError as cause:
            missing.append(str(cause.args[0]))
    return peers, missing


def _node_peers(tell: Callable[[str], None]) -> list[Peer]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise LookupError(NO_NODE)
    folder = place() / "npm"
    wanted = "\n".join(NODE_PACKAGES)
    mark = folder / "installed"
    if not (mark.is_file() and mark.read_text() == wanted):
        tell(f"installing PouchDB and RxDB with npm into {folder}")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"name": "peers", "private": true}')
        _run([npm, "install", "--no-audit", "--no-fund", "--loglevel=error", *NODE_PACKAGES], folder, {})
        mark.write_text(wanted)
    names = (("PouchDB", "pouch_bench.mjs", "400"), ("RxDB, in memory", "rxdb_bench.mjs", "100"))
    return [Peer(name, _node(node, HERE / script, batch)) for name, script, batch in names]


def _node(node: str, script: Path, batch: str) -> Callable[[int], Rates]:
    def once(events: int) -> Rates:
        words = [node, str(script), str(events), "1", batch]
        lines = _run(words, place(), {"BENCH_DIR": str(place())}).splitlines()
        said = next(json.loads(line) for line in lines if "push_dps" in line and line.startswith("{"))
        return Rates(said["push_dps"], said["pull_dps"])

    return once


def _limit(tell: Callable[[str], None]) -> list[Peer]:
    folder = place() / "limit"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / ("python.exe" if os.name == "nt" else "python")
    wanted, mark = "\n".join(PYTHON_PACKAGES), folder / "installed"
    if not (mark.is_file() and mark.read_text() == wanted):
        tell(f"installing the floor's packages with pip into {folder}")
        _run([sys.executable, "-m", "venv", str(folder)], HERE, {})
        packages = [each for each in PYTHON_PACKAGES if os.name != "nt" or not each.startswith("uvloop")]
        _run([str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages], HERE, {})
        mark.write_text(wanted)

    def once(events: int) -> Rates:
        said = json.loads(_run([str(python), str(HERE / "limit.py"), str(events), "400"], HERE, {}).splitlines()[-1])
        return Rates(said["http_push_end_to_end"], said["http_pull_and_store"])

    return [Peer("limit.py", once)]


def _run(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        words, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
        timeout=_SECONDS,
    )  # fmt: skip
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, words[0], done.stdout, done.stderr)
    return done.stdout


def _reason(cause: Exception) -> str:
    said = getattr(cause, "stderr", "") or str(cause)
    return " ".join(str(said).split())[-300:]
