"""Wheels of this very tree with a version and changes of their own: real versions for tests, without a build."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Mapping

from tests.command_line import ROOT

ROOMS = ("casework", "console", "hall", "local_db", "screens", "sync")
SCHEMA_FILE = "local_db/migrations.py"


def wheel_name(version: str) -> str:
    """What its file is called."""
    return f"yichuang-{version}-py3-none-any.whl"


def _row(path: str, data: bytes) -> str:
    """What a wheel's RECORD says of a file."""
    made = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f'"{path}",sha256={made},{len(data)}\n'


def wheel_of_tree(version: str, changes: Mapping[str, str] | None = None) -> bytes:
    """The program as it stands here, as a wheel; `changes`: path -> text, instead of what stands there."""
    texts = dict(changes or {})
    info = f"yichuang-{version}.dist-info"
    texts |= {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: yichuang\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files: dict[str, bytes] = {}
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                files[file.relative_to(ROOT).as_posix()] = file.read_bytes()
    files |= {path: text.encode() for path, text in texts.items()}
    record = f"{info}/RECORD"
    files[record] = ("".join(map(_row, files, files.values())) + f"{record},,\n").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return out.getvalue()


def with_migration(number: int, sql: str) -> dict[str, str]:
    """The changes by which a version brings a migration more."""
    text = (ROOT / SCHEMA_FILE).read_text("utf-8")
    text, count = re.subn(r"(?m)^SCHEMA_VERSION = \d+$", f"SCHEMA_VERSION = {number}", text)
    assert count == 1
    return {SCHEMA_FILE: text, f"local_db/schema/{number:04d}_of_the_next.sql": sql}


def broken(path: str) -> dict[str, str]:
    """The changes by which a version does not stand: one module falls when it is loaded."""
    return {path: (ROOT / path).read_text("utf-8") + '\nraise RuntimeError("broken on purpose")\n'}


def writes_newer(type_: str) -> dict[str, str]:
    """The changes by which a version knows a second form of a type of fact: it says where it was made."""
    path = "casework/events.py"
    more = f"""

from casework.upcasting import CHANGES, Change

CHANGES[{type_!r}] = {{1: Change(lambda body: dict(body), lambda body: dict(body))}}
EVENTS[{type_!r}] = msgspec.structs.replace(EVENTS[{type_!r}], version=2)
"""
    return {path: (ROOT / path).read_text("utf-8") + more}
