"""Wheels and a project of a few lines, so that a build, a proof and an installation take no minute and no network."""

from __future__ import annotations

import base64
import hashlib
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def a_wheel(
    folder: Path,
    text: str = "ANSWER = 42\n",
    *,
    name: str = "tiny",
    version: str = "1.0",
    tag: str = "py3-none-any",
    command: str = "",
) -> Path:
    """A real one with the one module `name`, and a `command` where one is named."""
    file, info = folder / f"{name}-{version}-{tag}.whl", f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": text,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    if command:
        files[f"{info}/entry_points.txt"] = f"[console_scripts]\n{command} = {name}:main\n"
    record = "".join(f"{name},sha256={_hash(text)},{len(text.encode())}\n" for name, text in files.items())
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w") as out:
        for path, said in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            out.writestr(path, said)
    return file


def _hash(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


MAIN = '''"""A program of a few lines that keeps facts and checks itself."""
import contextlib, json, pathlib, sqlite3, sys, tiny
VERSION, SCHEMA, NEEDS = {version!r}, {schema}, {needs!r}
STEPS = {steps!r}
HALL, KEEPS = {hall!r}, {keeps!r}
def opened(folder):
    db = sqlite3.connect(pathlib.Path(folder) / "terminal.db", isolation_level=None)
    for number, text in enumerate(STEPS, 1):
        if db.execute("pragma user_version").fetchone()[0] < number:
            db.executescript(text + f";pragma user_version = {{number}}")
    return contextlib.closing(db)
def hall(folder, what, source):
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "hall.db"
    if what == "restore":
        file.write_bytes(pathlib.Path(source).read_bytes())
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as db:
        found = db.execute("pragma user_version").fetchone()[0]
        if found > len(HALL):
            print("a newer hall", file=sys.stderr)
            return 1
        if 0 < found < len(HALL) and KEEPS:
            (folder / "hall.db.schema-0001-at-20261127-120000.db").write_bytes(file.read_bytes())
        for number, text in enumerate(HALL, 1):
            if found < number:
                db.executescript(text + f";pragma user_version = {{number}}")
        if what == "init":
            db.execute("insert into hall select ? where not exists (select 1 from hall)", (str(folder),))
            db.execute("insert or ignore into log values (1, ?)", (b"an entry",))
        print(json.dumps({{"entries": db.execute("select count(*) from log").fetchone()[0]}}))
    return 0
def main():
    words = sys.argv[1:]
    if words == ["--version"]:
        print(VERSION)
        return 0
    folder = pathlib.Path(words[words.index("--dir") + 1])
    if words[0] == "hall":
        return hall(folder, words[1], words[2])
    if words[0] == "demo":
        (folder / "terminal-0012").mkdir(parents=True, exist_ok=True)
        hall(folder / "hall", "init", "")
        with opened(folder / "terminal-0012") as db:
            db.execute("insert into fact (bytes, hash) values (?, 'h')", (b"a fact",))
            db.execute("insert into outbox (hash, state, verdict) values ('h', 'pending', null)")
        return 0
    with opened(folder) as db:
        try:
            for column in NEEDS:
                db.execute(f"select {{column}} from fact").fetchall()
        except sqlite3.Error as no:
            print(no, file=sys.stderr)
            return 1
    return 0
'''
FIRST = (
    "create table fact (id integer primary key, bytes blob, hash text, kind text);"
    "create table outbox (local_seq integer primary key, hash text, state text, verdict blob)"
)
HALL = "create table hall (key text); create table log (seq integer primary key, bytes blob)"


def a_tree(
    folder: Path, wheels: Path, version: str = "0.5.0", *more: str, needs: tuple[str, ...] = (),
    hall: tuple[str, ...] = (), keeps: bool = True,
) -> Path:  # fmt: skip
    """A project as ours is laid out, with a program of a few lines; `more`: migrations after the first.

    `hall`: migrations of the hall's after its first; `keeps`: it copies the hall's database before.
    """
    tiny = a_wheel(wheels)
    digest = hashlib.sha256(tiny.read_bytes()).hexdigest()
    steps = (FIRST, *more)
    files: Mapping[str, str] = {
        "pyproject.toml": '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        f'[project]\nname = "yichuang"\nversion = "{version}"\ndependencies = ["tiny"]\n'
        '[tool.hatch.build.targets.wheel]\npackages = ["console"]\n',
        "requirements-run.lock": f"# by hand\ntiny==1.0 \\\n    --hash=sha256:{digest}\n    # via yichuang\n"
        f"onlywin==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:{digest}\n",
        "CHANGELOG.md": f"# Changes\n\n## [Unreleased]\n\n## [{version}] - today\n\n- Faster.\n\n## [0.1.0]\n\n- It.\n",
        "console/__init__.py": "",
        "console/main.py": MAIN.format(
            version=version, schema=len(steps), needs=("bytes", *needs), steps=steps, hall=(HALL, *hall), keeps=keeps
        ),
        "sync/updates/here": "",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for number, text in enumerate(steps, 1):
        place = folder / "local_db" / "schema" / f"{number:04}_step.sql"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    for name in ("install.py", "launcher.py"):
        shutil.copyfile(ROOT / "sync" / "updates" / name, folder / "sync" / "updates" / name)
    return folder
