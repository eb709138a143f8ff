"""The rules of the house that no linter knows: effects only at the composition root, sizes, names, no machine's traces.

They read the source as a tree, so a comment or a string never trips them.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("casework", "console", "hall", "local_db", "screens", "sync")
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
NAMES = [path.relative_to(ROOT).as_posix() for path in MODULES]

MAY_HAVE_EFFECTS = {"console/bootstrap.py", "console/main.py", "hall/cli.py", "sync/updates/launcher.py"}

EFFECTS = re.compile(
    r"""(?:
      datetime\.datetime\.(?:now|utcnow|today) | datetime\.date\.today
    | time\.(?:time|time_ns|monotonic|monotonic_ns|perf_counter|perf_counter_ns|localtime|gmtime|sleep)
    | asyncio\.sleep
    | random\..+ | secrets\..+ | numpy\.random\..+
    | os\.(?:urandom|getrandom) | uuid\.uuid[1-8]
    )$""",
    re.VERBOSE,
)
POSIX_ONLY = re.compile(
    r"""(?:
      (?:fcntl|grp|pwd|pty|termios|tty|resource|syslog)(?:\..+)?
    | os\.(?:fork|forkpty|openpty|getuid|geteuid|getgid|getegid|setuid|setgid|setsid|setpgid|getpgid|killpg|mkfifo|mknod
            |chown|fchown|lchown|fchmod|uname|statvfs|fstatvfs|getloadavg|posix_.+|sched_.+|wait3|wait4|nice|chroot
            |O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC|O_DSYNC|O_SYNC)
    | signal\.(?:SIGKILL|SIGHUP|SIGUSR1|SIGUSR2|SIGALRM|SIGCHLD|SIGSTOP|SIGCONT|SIGWINCH|SIGQUIT|SIGPIPE
                |alarm|setitimer|pause|pthread_.+|sigwait)
    | asyncio\.(?:open_unix_connection|start_unix_server)
    | socket\.AF_UNIX
    )$""",
    re.VERBOSE,
)


def tree_of(path: Path) -> ast.Module:
    """The module's source as a tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported_names(tree: ast.Module) -> dict[str, str]:
    """What each imported local name stands for: `{"now_of": "datetime.datetime.now"}`."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def full_name(node: ast.expr, names: dict[str, str]) -> str | None:
    """`dt.now` as `datetime.datetime.now`; None for what isn't a plain chain of imported names."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = full_name(node.value, names)
        return f"{owner}.{node.attr}" if owner else None
    return None


def uses(source: str, forbidden: re.Pattern[str]) -> list[tuple[int, str]]:
    """Where `source` names something forbidden, called or handed on."""
    tree = ast.parse(source)
    names = imported_names(tree)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Name)):
            name = full_name(node, names)
            if name and forbidden.match(name):
                found.append((node.lineno, name))
    return found


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("import datetime as dt\nx = dt.datetime.now(dt.UTC)", "datetime.datetime.now"),
        ("from datetime import date\nx = date.today()", "datetime.date.today"),
        ("from time import monotonic as tick\nx = tick()", "time.monotonic"),
        ("import time\ndef f(clock=time.time): ...", "time.time"),
        ("from random import Random\nx = Random(1)", "random.Random"),
        ("import uuid\nx = uuid.uuid4()", "uuid.uuid4"),
    ],
)
def test_a_hidden_clock_or_die_is_found_however_it_was_imported(line: str, name: str) -> None:
    assert name in {found for _, found in uses(line, EFFECTS)}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in MAY_HAVE_EFFECTS])
def test_time_sleep_and_randomness_come_in_as_parameters(name: str) -> None:
    assert uses((ROOT / name).read_text(encoding="utf-8"), EFFECTS) == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_shipped_needs_a_posix_system(name: str) -> None:
    source = (ROOT / name).read_text(encoding="utf-8")
    assert uses(source, POSIX_ONLY) == []
    handlers = [ast.unparse(node) for node in ast.walk(ast.parse(source)) if _named(node, "add_signal_handler")]
    assert handlers == [], "loop.add_signal_handler does not exist on Windows; use signal.signal"


def _named(node: ast.AST, attribute: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == attribute


HEAVY = (
    "{'textual', 'httpx', 'sqlite3', 'asyncio', 'sqlite_utils', 'starlette', 'tenacity', 'pypinyin', 'hall', 'screens'}"
)


def in_fresh_interpreter(code: str) -> str:
    """What `code` prints in a Python that has loaded nothing yet."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_trade_loads_no_screen_no_line_and_no_database() -> None:
    code = (
        "import importlib, pkgutil, sys, casework\n"
        "for found in pkgutil.walk_packages(casework.__path__, 'casework.'):\n"
        "    importlib.import_module(found.name)\n"
        f"print(sorted({HEAVY} & set(sys.modules)))"
    )
    assert in_fresh_interpreter(code) == "[]"


def test_asking_for_help_loads_no_heavy_room() -> None:
    code = f"import sys, console.messages\nprint(sorted({HEAVY} & set(sys.modules)))"
    assert in_fresh_interpreter(code) == "[]"


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def lines_of(node: ast.stmt) -> int:
    """How many lines a definition takes."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("name", NAMES)
def test_a_module_can_be_read_in_one_sitting(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert text.count("\n") <= 400
    assert {node.name: lines_of(node) for node in functions(tree) if lines_of(node) > 50} == {}
    apps = [node for node in tree.body if isinstance(node, ast.ClassDef) and any(_is_app(base) for base in node.bases)]
    assert {node.name: lines_of(node) for node in apps if lines_of(node) > 300} == {}


def _is_app(base: ast.expr) -> bool:
    base = base.value if isinstance(base, ast.Subscript) else base
    return (isinstance(base, ast.Name) and base.id == "App") or _named(base, "App")


@pytest.mark.parametrize("name", NAMES)
def test_a_module_says_what_it_is_for(name: str) -> None:
    doc = ast.get_docstring(tree_of(ROOT / name))
    assert doc
    assert len(doc.strip(". \n")) >= 10, "a sentence, not a full stop"


def test_a_module_is_named_after_one_noun_of_the_trade() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "shared", "base"}
    paths = [*MODULES, *(ROOT / "tests").rglob("*.py")]
    assert [path.relative_to(ROOT).as_posix() for path in paths if {path.stem, path.parent.name} & vague] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_error_is_swallowed(name: str) -> None:
    """Also `contextlib.suppress(Exception)`; a narrow suppress that says what it expects is fine."""
    swallowed = []
    for node in ast.walk(tree_of(ROOT / name)):
        if isinstance(node, ast.ExceptHandler) and all(_does_nothing(step) for step in node.body):
            swallowed.append(node.lineno)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            broad = {"Exception", "BaseException"} & {ast.unparse(argument) for argument in node.args}
            swallowed.extend([node.lineno] if broad else [])
    assert swallowed == []


def _does_nothing(step: ast.stmt) -> bool:
    return isinstance(step, ast.Pass) or (isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant))


def tracked_text() -> Iterator[tuple[str, str]]:
    """Every text file that a clone would hold."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listing.split("\0")):
        path = ROOT / name
        if path.suffix in {".mo", ".png", ".pdf", ".ttf", ".otf", ".woff2", ".db"} or not path.is_file():
            continue
        yield name, path.read_text(encoding="utf-8", errors="replace")


def test_nothing_in_the_tree_names_a_package_index_or_a_place_on_one_machine() -> None:
    hosts = (
        "pypi" + ".org",
        "pythonhosted" + ".org",
        "tuna.tsinghua" + ".edu.cn",
        "mirrors.aliyun" + ".com",
        "registry.npmjs" + ".org",
    )
    places = re.compile(r"(?<![\w.~/:])/(?:root|home/\w+|work|Users/\w+)/[\w.]|(?<!\w)[A-Z]:\\Users\\\w+")
    index = re.compile(r"--(?:extra-)?index-url[ =]\S*:|^\s*(?:extra-)?index-url\s*=", re.MULTILINE)
    found = []
    for name, text in tracked_text():
        found += [f"{name}: {host}" for host in hosts if host in text]
        found += [f"{name}: {match.group()}" for match in (places.search(text), index.search(text)) if match]
    assert found == []


def test_tests_neither_sleep_nor_skip() -> None:
    idle = re.compile(
        r"(?:time\.sleep|pytest\.skip|pytest\.mark\.(?:skip|skipif|xfail)|pytest\.xfail|pytest\.importorskip)$"
    )
    paths = sorted((ROOT / "tests").rglob("*.py"))
    found = {path.relative_to(ROOT).as_posix(): uses(path.read_text(encoding="utf-8"), idle) for path in paths}
    assert {name: lines for name, lines in found.items() if lines} == {}
