"""The benchmark of the line runs through on a machine that has nothing but this source tree: no peer, no Node.js."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_table_of_the_line_is_measured_without_its_peers(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "console.main", "bench", "sync", "--scale", "tiny", "--json"]
    environment = {**os.environ, "YICHUANG_PEERS": str(tmp_path), "YICHUANG_LANG": "en"}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    measured = {row["row"] for row in rows if row["met"] != "not measured"}
    assert measured >= {"push", "pull", "push of a real terminal"}
    assert all(row["why"] for row in rows if row["met"] == "not measured")
    assert all(row["value"] > 0 for row in rows if row["met"] != "not measured")
    assert not list(tmp_path.iterdir())
