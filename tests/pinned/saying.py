"""Whatever a rule gives back as one short line: ids, dates, message ids with their facts; a digest of what is long."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import Any

import msgspec

from casework.case import Case
from casework.errors import CaseworkError
from casework.facts import digest
from casework.messages import Message
from casework.rules import Refusal

MOST = 180
"""Characters of a line; of a longer one the beginning stands, and a digest for the rest."""


def plain(value: Any) -> Any:
    """`value` as JSON has it; of a struct what is not its default."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value.value if isinstance(value, enum.Enum) else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, msgspec.Raw):
        return msgspec.json.decode(value)
    if isinstance(value, bytes):
        return digest(value)[:16]
    if isinstance(value, Message):
        return {"says": value.id, **plain(value.facts)}
    if isinstance(value, Refusal):
        return {"no": value.code, **plain(value.facts)}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    if isinstance(value, AbstractSet):
        return sorted((plain(each) for each in value), key=str)
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return _fields(value)


def _fields(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, msgspec.Struct):
        given = ((field.name, field.default) for field in msgspec.structs.fields(value))
    elif dataclasses.is_dataclass(value):
        given = ((field.name, field.default) for field in dataclasses.fields(value))
    else:
        raise TypeError(f"no plain form of {type(value).__name__}")
    said = {name: getattr(value, name) for name, default in given if getattr(value, name) != default}
    return {name: plain(each) for name, each in said.items() if each not in ((), {}, frozenset())}


def line(*values: Any) -> str:
    """The values as one line; a text alone stands as it is."""
    text = " ".join(value if isinstance(value, str) else _written(plain(value)) for value in values)
    return text if len(text) <= MOST else f"{text[: MOST // 2]} … {digest(text.encode())[:16]}"


def _written(value: Any) -> str:
    """Like JSON, without the quotes that a kept file would have to escape."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_written(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, str):
        return _counted(value) if value else "''"
    return json.dumps(value)


def _counted(text: str) -> str:
    """Counted ids without their noughts; nothing of a hash, which is another for every catalogue."""
    if len(text) == 64 and _HEX.issuperset(text):
        return "#"
    return f"#{text.lstrip('0')}" if len(text) == 32 and text.startswith("0" * 20) else text


_HEX = frozenset("0123456789abcdef")


def outcome(rule: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """What `rule` gives back, or the message of its error."""
    try:
        return rule(*given, **named)
    except CaseworkError as error:
        return {"raises": error.message.id, **plain(error.message.facts)}


def digested(lines: Iterable[str]) -> str:
    """Many lines as one digest."""
    return digest("\n".join(lines).encode())[:16]


def changed(before: Case | None, after: Case) -> dict[str, Any]:
    """What of the state is another."""
    new = msgspec.to_builtins(after)
    old = msgspec.to_builtins(before) if before is not None else {}
    gone = {name: None for name in old if name not in new}
    return {name: value for name, value in new.items() if old.get(name) != value} | gone
