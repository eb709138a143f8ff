"""What IT sets for the windows, as one signed, numbered document in layers: base < hall < terminal (updates.md).

A layer names what it sets and nothing else; what no layer names stays as the program or the window has it. Nothing
here concerns people or cases: roster, posts and rights are facts of the log (sync.md, S10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from casework.catalogue.diff import Change
from casework.catalogue.finding import Finding, line_in, line_of
from casework.errors import UNREADABLE, BadInput
from casework.limits import LIMITS
from casework.messages import Message
from casework.printer_slots import Slot, checked
from casework.text import clean_text

LANGUAGES = ("zh_CN", "en")
THEMES = ("yichuang-dark", "yichuang-contrast")
PHONE_CHARS = 24
_TERMINAL = re.compile(r"\d{4}\Z")


class Layer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one layer sets; None: nothing."""

    language: str | None = None
    """The language, theme and lines of whoever has chosen none by hand."""
    theme: str | None = None
    borders: bool | None = None
    idle_minutes: int | None = None
    badge: str | None = None
    """The character with which a scanned badge begins."""
    phone: str | None = None
    """The telephone that the papers name."""
    printers: tuple[Slot, ...] | None = None
    """All printers of the window; the first takes what no other takes."""
    poll_spacing: float | None = None
    """Seconds between two polls of the line."""
    retry_most: float | None = None
    """The longest wait of a line that is down, in seconds."""
    look_minutes: int | None = None
    """How often is looked for new versions."""


FIELDS = Layer.__struct_fields__


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """One version of the settings."""

    number: int = 0
    note: str = ""
    """What it is for, in IT's words."""
    base: Layer = Layer()
    hall: Layer = Layer()
    terminals: dict[str, Layer] = {}

    @property
    def layers(self) -> Mapping[str, Layer]:
        """By name, the lower ones first."""
        return {"base": self.base, "hall": self.hall, **self.terminals}


def decode_settings(data: bytes) -> Document:
    """The document in `data`; what a newer program has put in is passed over. Raises BadInput."""
    try:
        return msgspec.json.decode(data, type=Document)
    except UNREADABLE as cause:
        raise BadInput("config.unreadable", reason=str(cause)) from cause


def numbered(data: bytes, number: int) -> bytes:
    """The bytes that are signed: the document with its number, in one form."""
    document = msgspec.structs.replace(decode_settings(data), number=number)
    return msgspec.json.format(msgspec.json.encode(document), indent=1)


def settings_for(document: Document, terminal: str) -> Layer:
    """What holds at a terminal: of each setting the highest layer that names it."""
    merged: dict[str, Any] = {}
    for layer in (document.base, document.hall, document.terminals.get(terminal, Layer())):
        merged |= _named(layer)
    return Layer(**merged)


def _named(layer: Layer) -> dict[str, Any]:
    return {name: value for name in FIELDS if (value := getattr(layer, name)) is not None}


def problems(layer: Layer) -> Iterator[tuple[str, Message]]:
    """Every setting of the layer that can't hold, with the reason."""
    spans: dict[str, tuple[float, float]] = {
        "idle_minutes": (LIMITS.idle_lock_least // 60, LIMITS.idle_lock_most // 60),
        "poll_spacing": (LIMITS.poll_spacing_least, LIMITS.poll_spacing_most),
        "retry_most": (LIMITS.retry_most_least, LIMITS.retry_most_most),
        "look_minutes": (LIMITS.look_minutes_least, LIMITS.look_minutes_most),
    }
    for name, value in _named(layer).items():
        if name in spans and not spans[name][0] <= value <= spans[name][1]:
            facts = {"field": _word(name), "least": f"{spans[name][0]:g}", "most": f"{spans[name][1]:g}"}
            yield name, Message("config.span", facts)
    for name, possible in (("language", LANGUAGES), ("theme", THEMES)):
        value = getattr(layer, name)
        if value is not None and value not in possible:
            yield name, Message("config.possible", {"field": _word(name), "possible": ", ".join(possible)})
    if layer.badge is not None and not is_badge(layer.badge):
        yield "badge", Message("config.badge")
    if layer.phone is not None and not is_phone(layer.phone):
        yield "phone", Message("config.phone", {"most": PHONE_CHARS})
    if layer.printers is not None:
        yield from (("printers", problem) for problem in _printer_problems(layer.printers))


def is_badge(text: str) -> bool:
    """Whether it can be the first character of a badge: one that nobody types as part of a name or number."""
    return len(text) == 1 and text.isprintable() and not text.isalnum() and text != " "


def is_phone(text: str) -> bool:
    """Whether papers can name it as a telephone; empty: they name none."""
    return len(text) <= PHONE_CHARS and set(text) <= set("0123456789-+() ") and clean_text(text) == text


def _printer_problems(printers: tuple[Slot, ...]) -> Iterator[Message]:
    if not printers:
        yield Message("config.no_printer")
    before: tuple[Slot, ...] = ()
    for slot in printers:
        try:
            if any(slot.name.strip() == each.name for each in before):
                yield Message("config.printer_twice", {"name": slot.name[:40]})
            before = checked(before, slot, LIMITS.printers)
        except BadInput as error:
            yield error.message


def check_settings(file: str, data: bytes) -> tuple[Finding, ...]:
    """All mistakes with their lines; strict where a window is not: what nobody knows here is a slip of the finger."""
    try:
        document = decode_settings(data)
    except BadInput as error:
        line = line_in(data, str(error.message.facts["reason"]))
        return (Finding(file, line, "", error.message),)
    found: list[Finding] = []
    raw = msgspec.json.decode(data)
    found += [
        Finding(file, line_of(data, f'"{key}"'), "", Message("config.unknown", {"field": key}))
        for key in raw
        if key not in Document.__struct_fields__
    ]
    for name, layer in document.layers.items():
        place = (f'"{name}"',) if name in {"base", "hall"} else ('"terminals"', f'"{name}"')
        written = raw.get(name, raw.get("terminals", {}).get(name, {}))
        told = [(key, Message("config.unknown", {"field": key})) for key in written if key not in FIELDS]
        if name not in {"base", "hall"} and not _TERMINAL.match(name):
            told.append(("", Message("config.terminal", {"terminal": name[:20]})))
        for key, reason in (*told, *problems(layer)):
            at = line_of(data, *place, f'"{key}"') if key else line_of(data, *place)
            found.append(Finding(file, at, name, reason))
    return tuple(found)


def diff_settings(old: bytes, new: bytes) -> tuple[Change, ...]:
    """What is set otherwise, layer by layer, in sentences. Raises BadInput."""
    return tuple(_changes(decode_settings(old).layers, decode_settings(new).layers))


def _changes(old: Mapping[str, Layer], new: Mapping[str, Layer]) -> Iterator[Change]:
    for name in {**old, **new}:
        before, after = old.get(name, Layer()), new.get(name, Layer())
        for field in FIELDS:
            was, is_ = getattr(before, field), getattr(after, field)
            if was != is_:
                facts = {"layer": _layer(name), "field": _word(field), "old": _said(was), "new": _said(is_)}
                yield Change(name, Message("config.diff.changed", facts))


def _layer(name: str) -> Message:
    if name in {"base", "hall"}:
        return Message(f"config.layer.{name}")
    return Message("config.layer.terminal", {"terminal": name})


def _word(field: str) -> Message:
    return Message(f"config.field.{field}")


def _said(value: Any) -> Any:
    """A value as people read it."""
    if value is None:
        return Message("config.unset")
    if isinstance(value, bool):
        return Message(f"catalogue.word.{'yes' if value else 'no'}")
    if isinstance(value, tuple):
        return "; ".join(f"{slot.name} {slot.address} {','.join(slot.takes)}".rstrip() for slot in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
