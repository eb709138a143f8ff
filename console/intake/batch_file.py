"""A file of applications that an agent brings: CSV as a spreadsheet saves it, or JSON lines; read, never guessed at.

A column of the CSV is a field of an intake line by its path (`applicant.name`, `materials.D01-01`, `form.area`); the
fixed ones may be called in Chinese. An empty cell is a field that is not there. Each line has a key, under which it is
taken in once and never again: its own reference, or, where it has none, the digest of all that it says.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from casework.commands import Intake
from casework.errors import BadInput
from casework.facts import digest
from casework.limits import LIMITS, Limits
from casework.messages import Message
from console.intake.lines import BadLine, lines_of, read_line
from console.output import read_file

WHY = "why"
"""The column, or the field, that says in a file of refused lines what is wrong; passed over when it is read again."""
_KEY_DIGITS = 16
_CHINESE = {
    "编号": "ref", "事项": "item", "类型": "applicant.kind", "申请人": "applicant.name", "证件号": "applicant.id",
    "电话": "applicant.phone", "地址": "applicant.address", "法定代表人": "applicant.representative",
    "代办人": "agent.name", "代办人证件号": "agent.id", "代办人电话": "agent.phone", "代办权限": "agent.authority",
    "项目代码": "project_code", "办理意见": "outcome", "原因": WHY,
}  # fmt: skip
_WORDS = {"个人": "person", "单位": "entity", "企业": "entity"}
_SHORT = {"kind", "name", "id", "phone", "address", "representative"}
"""Fields of the applicant that may stand without `applicant.` in front."""


class BatchLine(msgspec.Struct, frozen=True):
    """One line. `raw`: as it goes into the file of refused lines; `trouble` instead of `command` where it is none."""

    number: int
    key: str
    raw: Any
    command: Intake | None = None
    trouble: Message | None = None


class Batch(msgspec.Struct, frozen=True):
    """A file as it was read. `columns`: the heading of a CSV; empty for JSON lines."""

    path: Path
    columns: tuple[str, ...]
    lines: tuple[BatchLine, ...]


def read_batch(path: Path, limits: Limits = LIMITS) -> Batch:
    """The lines of a file. Raises FileTrouble; BadInput: it is too large, empty, or no table."""
    data = read_file(path)
    if len(data) > limits.batch_bytes:
        raise BadInput("batch.too_big", most=limits.batch_bytes // 1024 // 1024)
    columns, lines = ((), _of_json(data, limits)) if path.suffix.lower() in {".jsonl", ".json"} else _of_csv(data)
    if not lines:
        raise BadInput("batch.empty", file=path.name)
    if len(lines) > limits.batch_lines:
        raise BadInput("batch.too_many", most=limits.batch_lines, given=len(lines))
    return Batch(path, columns, tuple(_each_once(lines)))


def _each_once(lines: Sequence[BatchLine]) -> Iterator[BatchLine]:
    """A key that stands twice is taken in once; the second line says where the first one is."""
    seen: dict[str, int] = {}
    for line in lines:
        first = seen.setdefault(line.key, line.number)
        if first == line.number or line.trouble is not None:
            yield line
        else:
            yield msgspec.structs.replace(line, command=None, trouble=Message("batch.twice", {"line": first}))


def _of_json(data: bytes, limits: Limits) -> list[BatchLine]:
    return [_line(number, line) for number, line in lines_of(io.BytesIO(data), limits)]


def _line(number: int, data: bytes | None) -> BatchLine:
    if data is None:
        return BatchLine(
            number, f"L-{number}", {}, trouble=Message("intake.line.too_long", {"most": LIMITS.line_bytes})
        )
    raw = _plain(data)
    if isinstance(raw, dict):
        raw.pop(WHY, None)
        data = json.dumps(raw, ensure_ascii=False).encode()
    return _read(number, raw, data)


def _plain(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_no_doubles)
    except (ValueError, RecursionError):
        return data.decode("utf-8", "replace").strip()


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _read(number: int, raw: Any, data: bytes) -> BatchLine:
    key = f"L-{digest(data)[:_KEY_DIGITS]}"
    try:
        command = read_line(data, 1)
    except BadLine as error:
        return BatchLine(number, error.ref or key, raw, trouble=error.message)
    except BadInput as error:
        return BatchLine(number, key, raw, trouble=error.message)
    key = command.ref or key
    return BatchLine(number, key, raw, msgspec.structs.replace(command, ref=key))


def _of_csv(data: bytes) -> tuple[tuple[str, ...], list[BatchLine]]:
    text = _text(data)
    if not text.strip():
        return (), []
    first = text.split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        heading = tuple(cell.strip() for cell in next(rows, []))
        paths = [_path(name) for name in heading]
        if not {"item", "applicant.name", "applicant.id"} <= set(paths):
            raise BadInput("batch.heading", needs="item, applicant.kind, applicant.name, applicant.id")
        lines = [_row(rows.line_num, paths, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as cause:
        raise BadInput("batch.no_table", reason=str(cause)) from cause
    return heading, lines


def _text(data: bytes) -> str:
    """UTF-8, or the GB18030 that Chinese spreadsheets still write. Raises BadInput."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput("batch.encoding")


def _path(name: str) -> str:
    name = _CHINESE.get(name, name)
    return f"applicant.{name}" if name in _SHORT else name


def _row(number: int, paths: Sequence[str], cells: Sequence[str]) -> BatchLine:
    raw = dict(zip(paths, (cell.strip() for cell in cells), strict=False))
    if len(cells) > len(paths) and any(cell.strip() for cell in cells[len(paths) :]):
        return BatchLine(number, f"L-{number}", list(cells), trouble=Message("batch.cells", {"columns": len(paths)}))
    for path, value in raw.items():
        if path.endswith((".id", ".phone")) and "E+" in value.upper():
            return BatchLine(number, f"L-{number}", list(cells), trouble=Message("batch.rounded", {"given": value}))
    return msgspec.structs.replace(_read(number, None, json.dumps(nested(raw)).encode()), raw=list(cells))


def nested(cells: dict[str, str]) -> dict[str, Any]:
    """The cells of a row as the object of an intake line; empty ones and the reason of a refusal are left out."""
    line: dict[str, Any] = {}
    for path, value in cells.items():
        if not value or path == WHY or not path:
            continue
        said = _WORDS.get(value, value)
        section, _, name = path.partition(".")
        if not name:
            line[section] = said
        else:
            line.setdefault(section, {})[name] = {"have": said} if section == "materials" else said
    if isinstance(agent := line.get("agent"), dict):
        agent.setdefault("kind", "person")
    return line


def refused_file(batch: Batch, refused: Sequence[tuple[BatchLine, str]]) -> bytes:
    """Those lines as a file of the same form, each with the reason behind it, to be mended and read again."""
    if not batch.columns:
        lines = (
            json.dumps({**line.raw, WHY: why} if isinstance(line.raw, dict) else {"raw": line.raw, WHY: why},
                       ensure_ascii=False)
            for line, why in refused
        )  # fmt: skip
        return "".join(f"{line}\n" for line in lines).encode()
    kept = [at for at, name in enumerate(batch.columns) if _path(name) != WHY]
    rows = [[*(batch.columns[at] for at in kept), WHY]]
    rows += [[*(line.raw[at] if at < len(line.raw) else "" for at in kept), why] for line, why in refused]
    return as_csv(rows)


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """A table as spreadsheets open it without a question: with a byte-order mark, and nothing in it is a formula."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[f"'{cell}" if cell[:1] in {"=", "@"} else cell for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")
