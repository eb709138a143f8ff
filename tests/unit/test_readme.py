"""What the pages tell people to type works as written.

In a ```console block every `$` line is run, in order, in one fresh folder per page; lines under it have to appear in
what it prints (JSON is compared as data, `...` stands for anything). `make` and `tasks.py` lines have to be tasks. In a
```sh block (servers, several machines) every `yichuang` command has to exist.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tasks import TASKS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+?)(?:#[^)]*)?\)")


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return [body for name, body in FENCE.findall(page.read_text(encoding="utf-8")) if name == language]


def session(block: str) -> list[tuple[str, list[str]]]:
    """(command, lines that it has to print) for each `$` line."""
    steps: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            steps.append((line.removeprefix("$ "), []))
        elif line.strip() and steps:
            steps[-1][1].append(line.strip())
    return steps


def appears(expected: str, printed: str) -> bool:
    """Whether a line was printed: as data when it is JSON, else as text with `...` for anything."""
    lines = printed.splitlines()
    try:
        wanted = json.loads(expected)
    except ValueError:
        pattern = ".*".join(re.escape(part) for part in expected.split("..."))
        return any(re.search(pattern, line) for line in lines)
    return any(line.startswith(("{", "[")) and json.loads(line) == wanted for line in lines)


def person_environment(folder: Path) -> dict[str, str]:
    """The environment of someone who has just set up and sits in an empty folder."""
    home = {name: str(folder / ".home") for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "LOCALAPPDATA")}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, **home, "PATH": path, "YICHUANG_STATE": str(folder / ".state"), "PYTHONIOENCODING": "utf-8"}


def is_task(words: list[str]) -> bool | None:
    """Whether `make X` or `python tasks.py X` names tasks that exist; None for another command."""
    if words[0] == "make":
        targets = re.findall(r"^([\w -]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        return set(words[1:]) <= {name for target in targets for name in target.split()} & set(TASKS)
    if "tasks.py" in words[:3]:
        return set(words[words.index("tasks.py") + 1 :]) <= set(TASKS)
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_happens_when_it_is_typed(page: Path, tmp_path: Path) -> None:
    environment = person_environment(tmp_path)
    for command, expected in (step for block in blocks(page, "console") for step in session(block)):
        words = shlex.split(command)
        known = is_task(words)
        if known is not None:
            assert known, f"{page.name}: no such task: {command}"
        elif words[0] == "export":
            for word in words[1:]:
                name, _, value = word.partition("=")
                environment[name] = value
        else:
            assert "yichuang" in words, f"{page.name}: neither a task nor our command: {command}"
            done = subprocess.run(
                command,
                shell=True,
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                encoding="utf-8",
                check=False,
                timeout=300,
            )
            printed = done.stdout + done.stderr
            assert done.returncode == 0, f"{page.name}: {command}\n{printed}"
            for line in expected:
                assert appears(line, printed), f"{page.name}: {command}\nexpected: {line}\nprinted:\n{printed}"


def commands_named(page: Path) -> set[tuple[str, ...]]:
    """The `yichuang` commands in the page's ```sh blocks, without their arguments: `("hall", "serve")`."""
    found = set()
    for line in (line for block in blocks(page, "sh") for line in block.splitlines()):
        words = shlex.split(line, comments=True)
        if "yichuang" in words:
            command: list[str] = []
            for word in words[words.index("yichuang") + 1 :]:
                if not re.fullmatch(r"[a-z][a-z-]*", word):
                    break
                command.append(word)
            found.add(tuple(command))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_a_page_names_exists(page: Path) -> None:
    for command in sorted(commands_named(page)):
        words = [sys.executable, "-m", "console.main", *command, "--help"]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, encoding="utf-8", check=False, timeout=60)
        assert done.returncode == 0, f"{page.name}: yichuang {' '.join(command)}\n{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_links_to_what_is_there(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if not target.startswith("http")]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_a_session_is_read_as_commands_and_what_they_print() -> None:
    assert session("$ make demo\n$ yichuang x\n{}\n\nmore\n") == [("make demo", []), ("yichuang x", ["{}", "more"])]
    assert appears('{"a": 1, "b": [2]}', 'talk\n{"b":[2],"a":1}')
    assert appears("case ... received", "a case 42 was received")
    assert not appears('{"a": 1}', '{"a": 2}')


DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
PARTS = ("What had to be decided", "What was decided", "What else was weighed", "What follows")


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_every_decision_is_told_in_the_same_form(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    number, _, _ = page.stem.partition("-")
    assert text.startswith(f"# {number} ")
    assert re.search(r"^Date: 20\d\d-\d\d-\d\d\. State: (accepted|replaced by \d{4})\.$", text, re.MULTILINE)
    assert [part for part in re.findall(r"^## (.+)$", text, re.MULTILINE) if part not in PARTS] == []
    assert f"## {PARTS[0]}\n" in text
    assert f"## {PARTS[1]}\n" in text


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(page.stem[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
