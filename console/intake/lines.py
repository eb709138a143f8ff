"""Lines of `yichuang intake` as commands (contract.md): strict in what they are, clear in what is wrong.

Pure: bytes in, an `Intake` out; what can't be read raises BadLine with the reference if one could be read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from casework import bodies
from casework.commands import Intake
from casework.errors import BadInput
from casework.limits import LIMITS, Limits
from casework.text import clean_code, clean_line

LINE = (
    "ref", "item", "applicant", "agent", "project_code", "situations", "form", "materials", "reused", "refers_to",
    "outcome", "reason", "right_organ", "remedies", "scans",
)  # fmt: skip
PARTY = ("kind", "name", "id", "phone", "address", "representative", "authority")
MATERIAL = ("have",)


class BadLine(BadInput):
    """A line that is no intake; `ref` as far as it could be read."""

    def __init__(self, message_id: str, /, ref: str = "", **facts: Any) -> None:
        super().__init__(message_id, **facts)
        self.ref = ref


def lines_of(stream: BinaryIO, limits: Limits = LIMITS) -> Iterator[tuple[int, bytes | None]]:
    """The lines of `stream` with their number, as they come; None for one that is too long, empty ones left out."""
    number = 0
    while data := stream.readline(limits.line_bytes + 1):
        number += 1
        whole = len(data) <= limits.line_bytes
        while not whole and data and not data.endswith(b"\n"):
            data = stream.readline(limits.line_bytes + 1)
        if not whole:
            yield number, None
        elif data.strip():
            yield number, data


def read_line(data: bytes, number: int) -> Intake:
    """The intake of one line. Raises BadLine."""
    raw = _raw(data, number)
    ref = raw["ref"] if isinstance(raw.get("ref"), str) else ""
    return _Reader(ref).intake(raw)


def _raw(data: bytes, number: int) -> dict[str, Any]:
    try:
        raw = json.loads(data.decode("utf-8-sig" if number == 1 else "utf-8"), object_pairs_hook=_once)
    except UnicodeDecodeError as cause:
        raise BadLine("intake.line.encoding", place=cause.start + 1) from cause
    except json.JSONDecodeError as cause:
        raise BadLine("intake.line.json", place=cause.pos + 1) from cause
    except (ValueError, RecursionError) as cause:
        raise BadLine("intake.line.deep") from cause
    if not isinstance(raw, dict):
        raise BadLine("intake.line.object")
    return raw


def read_scans(data: bytes, number: int) -> tuple[tuple[str, str], ...]:
    """The scans of one line: material and file, one pair a file. Raises BadLine."""
    raw = _raw(data, number)
    ref = raw["ref"] if isinstance(raw.get("ref"), str) else ""
    return _Reader(ref).scans(raw)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """One object; a name that stands twice is a mistake, not a choice of ours."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BadLine("intake.line.twice", field=name[:60])
        found[name] = value
    return found


class _Reader:
    """Reads one line; every complaint carries its reference."""

    def __init__(self, ref: str) -> None:
        self._ref = ref

    def intake(self, raw: dict[str, Any]) -> Intake:
        self._known(raw, LINE, "")
        for needed in ("item", "applicant"):
            if needed not in raw:
                raise BadLine("intake.line.needs", self._ref, field=needed)
        self._ref = ref = clean_line(self._ref or self._text(raw, "ref", ""))
        return Intake(
            item=self._text(raw, "item", ""),
            applicant=self._party(raw["applicant"], "applicant"),
            agent=self._party(raw["agent"], "agent") if raw.get("agent") is not None else None,
            project_code=self._text(raw, "project_code", ""),
            situations=self._object(raw, "situations"),
            form={name: self._plain(value, f"form.{name}") for name, value in self._object(raw, "form").items()},
            materials=self._materials(self._object(raw, "materials")),
            reused={
                code: self._plain(number, f"reused.{code}") for code, number in self._object(raw, "reused").items()
            },
            outcome=self._text(raw, "outcome", "") or "receive",
            reason=self._text(raw, "reason", ""),
            right_organ=self._text(raw, "right_organ", ""),
            remedies=self._text(raw, "remedies", ""),
            refers_to=self._text(raw, "refers_to", ""),
            ref=ref,
        )

    def _party(self, raw: Any, where: str) -> bodies.Party:
        if not isinstance(raw, dict):
            raise BadLine("intake.line.kind", self._ref, field=where, expected="{}")
        self._known(raw, PARTY, where)
        for needed in ("kind", "name", "id"):
            if needed not in raw:
                raise BadLine("intake.line.needs", self._ref, field=f"{where}.{needed}")
        return bodies.Party(**{name: self._text(raw, name, where) for name in PARTY})

    def _materials(self, raw: dict[str, Any]) -> dict[str, str]:
        found = {}
        for code, state in raw.items():
            if not isinstance(state, dict):
                raise BadLine("intake.line.kind", self._ref, field=f"materials.{code}"[:60], expected='{"have": …}')
            self._known(state, MATERIAL, f"materials.{code}"[:60])
            if "have" not in state:
                raise BadLine("intake.line.needs", self._ref, field=f"materials.{code}.have"[:60])
            found[code] = self._text(state, "have", f"materials.{code}"[:60])
        return found

    def scans(self, raw: dict[str, Any]) -> tuple[tuple[str, str], ...]:
        """A file or a list of files by material."""
        found = []
        for code, files in self._object(raw, "scans").items():
            for file in files if isinstance(files, list) else [files]:
                if not isinstance(file, str) or not file.strip():
                    raise BadLine("intake.line.kind", self._ref, field=f"scans.{code}"[:60], expected='"…"')
                found.append((clean_code(code), file))
        return tuple(found)

    def _known(self, raw: dict[str, Any], known: tuple[str, ...], where: str) -> None:
        for name in raw:
            if name not in known:
                full = f"{where}.{name}" if where else name
                raise BadLine("intake.line.unknown", self._ref, field=full[:60], known=", ".join(known))

    def _object(self, raw: dict[str, Any], name: str) -> dict[str, Any]:
        value = raw.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise BadLine("intake.line.kind", self._ref, field=name, expected="{}")
        return value

    def _text(self, raw: dict[str, Any], name: str, where: str) -> str:
        value = raw.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise BadLine("intake.line.kind", self._ref, field=f"{where}.{name}".lstrip("."), expected='"…"')
        return value

    def _plain(self, value: Any, where: str) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise BadLine("intake.line.kind", self._ref, field=where[:60], expected='"…"')
        return str(value)
