"""A hall and its windows driven by the commands that people type: real processes, a real socket on loopback."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casework import messages
from console.main import main
from tests.people import APPLICANT, have_all

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 120


class Ran(msgspec.Struct, frozen=True):
    """How a command ended, and what it said."""

    code: int
    out: bytes
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as lines of JSON."""
        return [json.loads(line) for line in self.out.decode().splitlines() if line]

    @property
    def one(self) -> dict[str, Any]:
        """The one line of JSON on standard output."""
        assert self.code == 0, self.err
        return self.lines[-1]

    @property
    def complaints(self) -> list[dict[str, Any]]:
        """The lines of JSON on standard error."""
        return [json.loads(line) for line in self.err.splitlines() if line.startswith("{")]


class Place:
    """A folder with a hall and windows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hall = folder / "hall"
        self.url = ""
        self.environment = {
            **os.environ,
            "YICHUANG_STATE": str(folder / "state"),
            "YICHUANG_PIN": "135790",
            "YICHUANG_LANG": "zh_CN",
            "PYTHONIOENCODING": "utf-8",
        }

    def window(self, number: str) -> str:
        """The data folder of a terminal."""
        return str(self.folder / f"terminal-{number}")

    def command(self, *words: str) -> list[str]:
        """`yichuang …` as a process of this Python."""
        return [sys.executable, "-m", "console.main", *words]

    def run(self, *words: str, stdin: str | bytes = "", **environment: str) -> Ran:
        """Run a command to its end, in this very process: the same door, without a new Python each time."""
        given = io.TextIOWrapper(io.BytesIO(stdin.encode() if isinstance(stdin, str) else stdin))
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**self.environment, **environment}.items():
                patch.setenv(name, value)
            patch.setattr(messages, "_translator", messages._translator)  # the command installs its own
            for name, stream in (("stdin", given), ("stdout", out), ("stderr", err)):
                patch.setattr(sys, name, stream)
            code = main(words)
        out.flush()
        err.flush()
        return Ran(code, _written(out), _written(err).decode())

    def run_apart(self, *words: str, stdin: str | bytes = "", **environment: str) -> Ran:
        """Run a command to its end as a process of its own."""
        done = subprocess.run(
            self.command(*words),
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            cwd=ROOT,
            env={**self.environment, **environment},
            timeout=SECONDS,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr.decode())

    def at(self, number: str, *words: str, staff: str = "1001", post: str = "", stdin: str | bytes = "") -> Ran:
        """Run a command at a window as a person; without `post` at all her posts."""
        person = ["--staff", staff, *(["--post", post] if post else [])]
        return self.run(*words, "--dir", self.window(number), *person, stdin=stdin)

    def sync(self, number: str) -> Ran:
        """`sync --once` at a window."""
        return self.run("sync", "--once", "--dir", self.window(number))

    def found(self) -> None:
        """A hall with the sample people."""
        assert self.run("hall", "init", "--dir", str(self.hall), "--staff", "4001", "--sample").code == 0

    def enrol(self, number: str) -> Ran:
        """Invite and enrol a window."""
        invited = self.run("terminal", "invite", number, "--dir", str(self.hall), "--staff", "4001", "--post", "it")
        code = invited.out.decode().strip()
        return self.run("terminal", "enrol", "--hall", self.url, "--code", code, "--dir", self.window(number))

    @contextlib.contextmanager
    def serving(self) -> Iterator[str]:
        """The hall listens on a loopback port of its own."""
        port = self.url.rpartition(":")[2] or "0"
        with subprocess.Popen(
            self.command("hall", "serve", "--dir", str(self.hall), "--port", port),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=self.environment,
        ) as hall:
            try:
                assert hall.stdout is not None
                self.url = json.loads(hall.stdout.readline())["listening"]
                yield self.url
            finally:
                hall.terminate()


def _written(stream: io.TextIOWrapper) -> bytes:
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue()


def line(item: str, ref: str = "", outcome: str = "receive", **more: Any) -> dict[str, Any]:
    """An intake line with all papers that have to be brought."""
    party = APPLICANT[item]
    made: dict[str, Any] = {
        "item": item,
        "applicant": {"kind": party.kind, "name": party.name, "id": party.id},
        "materials": {code: {"have": have} for code, have in have_all(item).items()},
        "outcome": outcome,
    }
    if item in {"B01", "C07"}:
        made["project_code"] = "2611-420118-04-01-123456"
    if ref:
        made["ref"] = ref
    return {**made, **more}


def jsonl(*lines: dict[str, Any] | str) -> str:
    """Lines as the command reads them."""
    return "".join((text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)) + "\n" for text in lines)
