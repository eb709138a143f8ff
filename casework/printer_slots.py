"""A printer as settings name it: where it is, and which papers go to it by themselves. Nothing here reaches one.

An address is one line: `folder:` (the window's own `papers/`), `folder:/some/where`, `tcp://till:9100` (a till printer;
`?form=pdf` for an office printer that reads PDF, `?answers=yes` for one that tells its state, `?codes=dots` for one
without Code 128), `spool:` or `spool:NAME` (a queue of the system; `?form=escpos` where a till printer hangs on it,
`?raw=yes` for an office printer that reads PDF itself).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args
from urllib.parse import parse_qsl

import msgspec

from casework.errors import BadInput
from casework.papers.model import KINDS, Size

PORT = 9100
Form = Literal["pdf", "svg", "txt", "escpos"]
_FORMS: dict[str, tuple[Form, ...]] = {
    "folder": ("pdf", "svg", "txt", "escpos"),
    "tcp": ("escpos", "pdf", "txt"),
    "spool": ("pdf", "escpos", "txt"),
}
"""What each kind of address prints; the first is meant when nothing is said."""
TAKES = (*get_args(Size), *KINDS)


class Slot(msgspec.Struct, frozen=True):
    """A printer by the name that people call it. `takes`: sizes and kinds of paper that go to it by themselves."""

    name: str
    address: str
    takes: tuple[str, ...] = ()


class Address(msgspec.Struct, frozen=True):
    """An address, read: `kind` folder, tcp or spool; `dots`: codes are sent as dots; `raw`: it reads PDF itself."""

    kind: str
    place: str
    port: int = 0
    form: Form = "pdf"
    answers: bool = False
    dots: bool = False
    raw: bool = False


def read_address(text: str) -> Address:
    """Raises BadInput with what is possible."""
    line, _, options = text.strip().partition("?")
    kind, colon, place = line.partition(":")
    given = dict(parse_qsl(options, keep_blank_values=True))
    if not colon or kind not in _FORMS or given.keys() - {"form", "answers", "codes", "raw"} or len(text) > 300:
        raise BadInput("printer.address", address=text[:80])
    form = given.get("form", _FORMS[kind][0])
    if form not in _FORMS[kind]:
        raise BadInput("printer.form", form=form[:20], possible=", ".join(_FORMS[kind]))
    answers, dots = given.get("answers") == "yes", given.get("codes") == "dots"
    if kind != "tcp":
        if (
            place.startswith("-") or not place.isprintable()
        ):  # a name is a word of its own to the program, never an option
            raise BadInput("printer.address", address=text[:80])
        return Address(kind, place, form=form, dots=dots, raw=given.get("raw") == "yes")
    host, _, port = place.removeprefix("//").rstrip("/").rpartition(":")
    host, port = (host, port) if host else (port, str(PORT))
    if not place.startswith("//") or not host.strip("[]") or not port.isdecimal() or not 0 < int(port) < 65536:
        raise BadInput("printer.address", address=text[:80])
    return Address(kind, host.strip("[]"), int(port), form, answers, dots)


def checked(slots: Sequence[Slot], slot: Slot, most: int) -> tuple[Slot, ...]:
    """`slots` with `slot` added, or in the place of the one of its name. Raises BadInput."""
    read_address(slot.address)
    name = slot.name.strip()
    unknown = [what for what in slot.takes if what not in TAKES]
    if not name or len(name) > 40 or not name.isprintable():
        raise BadInput("printer.name", name=slot.name[:40])
    if unknown:
        raise BadInput("printer.takes", what=unknown[0][:20], possible=", ".join(TAKES))
    rest = [each for each in slots if each.name != name]
    if len(rest) >= most:
        raise BadInput("printer.too_many", most=most)
    made = msgspec.structs.replace(slot, name=name)
    places = [each.name for each in slots]
    at = places.index(name) if name in places else len(rest)
    return (*rest[:at], made, *rest[at:])
