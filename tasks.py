"""The tasks of the project, written once: `python tasks.py TASK`. The Makefile only calls this; Windows needs no make.

Only the standard library: it runs on a machine that has Python and nothing else. `setup` makes `.venv` from the lock
(every file checked against its hash), each other task sets up first, and a second run costs nothing.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
VENV_PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCK = ROOT / "requirements.lock"
STAMP = VENV / ".set-up-from"
LOCALE = ROOT / "console" / "locale"
UNDATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc)  # noqa: UP017 - runs on an old Python, to say so
"""Babel writes today into the header otherwise, and the same text would compile differently each minute."""
OLDEST = (3, 11)
QUICK_TESTS = ("tests/unit/test_house.py", "tests/unit/test_messages.py")
SOAKED = ("tests/crash", "tests/fuzz", "tests/integration/test_upgrade_pairs.py")
SOAK_VARIABLE = "YICHUANG_SOAK"
"""How many times as long those run (`tests/soaking.py`)."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PROBE = f"import sys, venv, ensurepip; sys.exit(sys.version_info < {OLDEST})"


class TaskError(Exception):
    """A task can't go on; the text says what to do."""


def say(text: str) -> None:
    """Talk goes to standard error; standard output belongs to the command that is run."""
    print(text, file=sys.stderr, flush=True)


def run(*command: str | Path) -> None:
    """Run one program in the project's folder; stop the task with its name when it fails."""
    words = [str(word) for word in command]
    code = subprocess.run(words, cwd=ROOT, check=False).returncode
    if code:
        raise TaskError(f"failed with exit code {code}: {' '.join(words)}")


def passes(command: Sequence[str | Path]) -> bool:
    """Whether a program exists, runs and exits with 0."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def find_python() -> list[str]:
    """The command of a Python that can make the environment: 3.11 or newer, with venv and pip inside."""
    names = ["python3.13", "python3.12", "python3.11", "python3.14", "python3", "python"]
    candidates = [[sys.executable], *([name] for name in names)]
    if os.name == "nt":
        candidates.append(["py", "-3"])
    for command in candidates:
        if passes([*command, "-c", PROBE]):
            return command
    raise TaskError(
        "No Python 3.11 or newer with its venv module was found. Install one (Debian and Ubuntu: apt install python3 "
        "python3-venv; Windows: the installer of python.org) and run this again."
    )


def fingerprint() -> str:
    """What `.venv` was made from: the lock, and the project file that names the package and its command."""
    parts = (LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def setup() -> None:
    """Make `.venv` from the lock; done already when neither the lock nor the project file has changed."""
    mark = fingerprint()
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == mark and VENV_PYTHON.exists():
        return
    if not passes([VENV_PYTHON, "-c", PROBE]):
        python = find_python()
        say("Setting up .venv from requirements.lock, about a minute the first time ...")
        run(*python, "-m", "venv", "--clear", VENV)
    pip = (VENV_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
    run(*pip, "--require-hashes", "-r", LOCK)
    run(*pip, "--no-deps", "--no-build-isolation", "-e", ".")
    STAMP.write_text(mark, encoding="utf-8")
    say(f"Ready: {BIN.relative_to(ROOT) / 'yichuang'}")


def demo(*words: str) -> None:
    """The console on an embedded hall; `yichuang demo` itself sees whether there is a terminal."""
    setup()
    run(VENV_PYTHON, "-m", "console.main", "demo", *words)


def check() -> None:
    """The quick checks: format, lint, types, imports, catalogues, and the tests of the house itself."""
    setup()
    run(VENV_PYTHON, "-m", "ruff", "format", "--check", ".")
    run(VENV_PYTHON, "-m", "ruff", "check", ".")
    run(VENV_PYTHON, "-m", "mypy")
    run(BIN / "lint-imports")
    run(VENV_PYTHON, "tasks.py", "messages-check")
    run(VENV_PYTHON, "-m", "pytest", "-q", *QUICK_TESTS)


def browser() -> None:
    """See to it that the browser tests find a Chromium: Debian's is installed where that is possible."""
    if os.environ.get("YICHUANG_CHROMIUM") or any(map(shutil.which, BROWSERS)):
        return
    apt = shutil.which("apt-get")
    if apt is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        raise TaskError(
            "The browser tests need a Chromium and found none. Install one (Debian, Ubuntu: apt install chromium) or "
            "name one in YICHUANG_CHROMIUM, and run this again."
        )
    say("Installing Chromium for the browser tests ...")
    run(apt, "update", "-qq")
    run(apt, "install", "-y", "-qq", "--no-install-recommends", "chromium")


def test(*words: str) -> None:
    """Everything: the quick checks, then all tests, two wide."""
    check()
    browser()
    run(VENV_PYTHON, "-m", "pytest", "-n", "2", "--dist", "worksteal", *words)


def bench(*words: str) -> None:
    """The benchmarks; they print figures and never fail."""
    setup()
    run(VENV_PYTHON, "-m", "console.main", "bench", *words)


LONG_WORLDS = (
    ("storm", "1..400"),
    ("normal", "1..200"),
    ("hall-down", "1..100"),
    ("clock-chaos", "1..100"),
    ("disk-full", "1..100"),
    ("upgrade", "1..100"),
    ("restore", "1..100"),
    ("lineage", "1..100"),
    ("rebuilt", "1..100"),
    ("damaged", "1..100"),
    ("burnt", "1..100"),
    ("editions", "1..100"),
    ("proxies", "1..100"),
    ("modules", "1..100"),
    ("month", "1..3"),
)
"""Profiles of the simulated world with the seeds that a long run plays."""


MUTANTS = ("--sample", "1000")
"""Of some 25,000: a share near the mark is then known within two percent."""


def soak(*words: str) -> None:
    """The long runs: many worlds, the hunt for each planted bug, kills, failures, fuzzing, and a sample of mutants.

    Words go to `simulate`, which then plays those worlds alone.
    """
    setup()
    for profile, seeds in LONG_WORLDS if not words else ():
        run(VENV_PYTHON, "-m", "console.main", "simulate", "--seeds", seeds, "--profile", profile)
    if words:
        run(VENV_PYTHON, "-m", "console.main", "simulate", *words)
    run(VENV_PYTHON, "-m", "tests.sim.hunting")
    os.environ.setdefault(SOAK_VARIABLE, "20")
    run(VENV_PYTHON, "-m", "pytest", *SOAKED)
    if hasattr(os, "fork"):
        mutants()


def mutants(*words: str) -> None:
    """Change the rules of the trade in one place each; fail when the unit tests notice less than 85 % of that.

    Words go to `tests.mutants`: modules, or a sample; without any, a sample of what an hour takes.
    """
    setup()
    run(VENV_PYTHON, "-m", "tests.mutants", *(words or MUTANTS))


def compile_messages(*, write: bool) -> list[Path]:
    """Compile the catalogues; returns the `.mo` files that differ from their `.po` (and writes them when asked)."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    stale = []
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        with source.open("rb") as stream:
            catalogue = read_po(stream, locale=source.parts[-3], abort_invalid=True)
        catalogue.creation_date = catalogue.revision_date = UNDATED
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        target = source.with_suffix(".mo")
        if not target.exists() or target.read_bytes() != compiled.getvalue():
            stale.append(target)
            if write:
                target.write_bytes(compiled.getvalue())
    return stale


def messages() -> None:
    """Compile the message catalogues."""
    inside(write=True)


def messages_check() -> None:
    """Fail when a compiled catalogue is older than its text."""
    inside(write=False)


def inside(*, write: bool) -> None:
    """Babel lives in `.venv`: go on there when this Python is another one."""
    if Path(sys.prefix).resolve() != VENV.resolve():
        setup()
        run(VENV_PYTHON, "tasks.py", "messages" if write else "messages-check")
        return
    stale = [str(path.relative_to(ROOT)) for path in compile_messages(write=write)]
    if stale and not write:
        raise TaskError(f"These catalogues are not compiled; run `make messages`: {', '.join(stale)}")
    if stale:
        say(f"Compiled: {', '.join(stale)}")


def lock() -> None:
    """Resolve the lock anew for every platform. Needs uv, which is no part of the environment."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(BIN))
    if uv is None:
        raise TaskError("Making the lock needs uv: install it (python -m pip install uv) and run this again.")
    options = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "pyproject.toml")
    run(uv, "pip", "compile", "--quiet", *options, "--extra", "dev", "-o", LOCK.name)
    run(uv, "pip", "compile", "--quiet", *options, "-c", LOCK.name, "-o", "requirements-run.lock")


TASKS: dict[str, Callable[..., None]] = {
    "setup": setup,
    "demo": demo,
    "check": check,
    "test": test,
    "bench": bench,
    "soak": soak,
    "mutants": mutants,
    "messages": messages,
    "messages-check": messages_check,
    "lock": lock,
}
TAKE_WORDS = {"demo", "test", "bench", "soak", "mutants"}


def main(words: Sequence[str]) -> int:
    """Run one task; 0 done, 1 failed with a sentence, 2 wrong use with the list of tasks."""
    name, rest = (words[0], list(words[1:])) if words else ("", [])
    if name not in TASKS or (rest and name not in TAKE_WORDS):
        listing = "\n".join(
            f"  {task:<15} {(function.__doc__ or '').splitlines()[0]}" for task, function in TASKS.items()
        )
        say(f"python tasks.py TASK\n{listing}")
        return 2
    try:
        TASKS[name](*rest)
    except TaskError as error:
        say(f"{name}: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
