"""The window's printers in the words of the screens: listed, added, changed, tried, made the first, taken away."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from casework.errors import BadInput
from casework.messages import Message, t
from console.print_queue import keep_slots, queue_test, slots_of
from console.printing.slots import PORT, Address, Slot, checked, default_slots, read_address
from console.printing.spool import way
from console.terminal import Terminal
from screens import desk
from screens.post_views import PrinterRow

OFFERED = ("A5", "A4", "80mm", "receipt", "acceptance", "supplement", "decision", "delivery", "ticket")
"""What a printer can be given by a digit each; the other kinds of paper go by `yichuang printer set --takes`."""
_KINDS = ("folder", "tcp", "spool")
_FORMS = ("pdf", "escpos", "txt")
_SIZES = ("A5", "A4", "80mm")


def printer_rows(terminal: Terminal) -> tuple[PrinterRow, ...]:
    """The window's printers, the one that takes the rest first."""
    slots = slots_of(terminal)
    return tuple(_row(slot, first=at == 0, only=len(slots) == 1) for at, slot in enumerate(slots))


def _row(slot: Slot, *, first: bool, only: bool) -> PrinterRow:
    address = read_address(slot.address)
    takes = [_taken(what) for what in slot.takes]
    lacking = str(Message("papers.error.no_spool", {"printer": slot.name})) if _cannot(address) else ""
    ways = [_change(slot, address), desk.ActView("test", t("printers.way.test"), notes=(t("printers.way.test.tip"),))]
    if not first:
        ways.append(desk.ActView("first", t("printers.way.first"), notes=(t("printers.way.first.tip"),)))
    if not only:
        ways.append(desk.ActView("remove", t("printers.way.remove"), grave=True, notes=(t("printers.way.remove.tip"),)))
    return PrinterRow(
        name=slot.name,
        kind=t(f"printers.kind.{address.kind}"),
        place=_place(address) or t(f"printers.place.{address.kind}"),
        form=t(f"printers.form.{address.form}"),
        takes=t("words.list", names=takes) if takes else t("printers.takes.rest" if first else "printers.takes.none"),
        lacking=lacking,
        ways=tuple(ways),
    )


def _cannot(address: Address) -> bool:
    return address.kind == "spool" and way() is None


def _taken(what: str) -> str:
    return what if what in _SIZES else t(f"paper.{what}")


def _place(address: Address) -> str:
    if address.kind != "tcp":
        return address.place
    host = f"[{address.place}]" if ":" in address.place else address.place
    return host if address.port == PORT else f"{host}:{address.port}"


def new_printer(terminal: Terminal) -> desk.ActView:
    """The form of a printer that is added."""
    name = _field("name", "text", "", required=True, max_chars=40)
    return desk.ActView("add", t("printers.way.add"), fields=(name, *_fields(Address("tcp", "", PORT, "escpos"), ())))


def _change(slot: Slot, address: Address) -> desk.ActView:
    return desk.ActView("change", t("printers.way.change"), fields=_fields(address, slot.takes))


def _fields(address: Address, takes: tuple[str, ...]) -> tuple[desk.Field, ...]:
    kinds = tuple(desk.Choice(kind, t(f"printers.kind.{kind}")) for kind in _KINDS)
    forms = tuple(desk.Choice(form, t(f"printers.form.{form}")) for form in _FORMS)
    offered = tuple(desk.Choice(what, _taken(what)) for what in OFFERED)

    def place(kind: str) -> str:
        return _place(address) if address.kind == kind else ""

    return (
        _field("kind", "choice", address.kind, choices=kinds, required=True),
        _field("folder", "text", place("folder"), when="kind=folder"),
        _field("host", "text", place("tcp"), when="kind=tcp", required=True),
        _field("queue", "text", place("spool"), when="kind=spool"),
        _field("form", "choice", address.form, choices=forms, required=True),
        _field("answers", "yes_no", "yes" if address.answers else "no", when="kind=tcp"),
        _field("dots", "yes_no", "yes" if address.dots else "no", when="form=escpos"),
        _field("raw", "yes_no", "yes" if address.raw else "no", when="kind=spool"),
        _field("takes", "many", ",".join(what for what in OFFERED if what in takes), choices=offered),
    )


def _field(
    code: str,
    kind: desk.FieldKind,
    value: str,
    *,
    choices: tuple[desk.Choice, ...] = (),
    when: str = "",
    required: bool = False,
    max_chars: int = 200,
) -> desk.Field:
    return desk.Field(
        code, t(f"printers.field.{code}"), kind, choices=choices, value=value, when=when, required=required,
        max_chars=max_chars, help=t(f"printers.field.{code}.help"),
    )  # fmt: skip


def done_with(terminal: Terminal, name: str, act: str, data: Mapping[str, str]) -> desk.Done:
    """Add, change, try, move up or take away. Raises BadInput: no such printer, or no possible address."""
    slots = slots_of(terminal)
    if act == "add":
        if any(slot.name == data.get("name", "").strip() for slot in slots):
            raise BadInput("printer.taken", name=data["name"].strip()[:40])
        before = () if slots == default_slots() else slots  # the first that is named takes the folder's place
        return _kept(terminal, before, Slot(data.get("name", ""), address_of(data), _takes(data, ())))
    slot = next((slot for slot in slots if slot.name == name), None)
    if slot is None:
        raise BadInput("printer.unknown", name=name[:40], possible=", ".join(each.name for each in slots))
    rest = tuple(each for each in slots if each != slot)
    match act:
        case "change":
            made = msgspec.structs.replace(slot, address=address_of(data), takes=_takes(data, slot.takes))
            return _kept(terminal, slots, made)
        case "first":
            keep_slots(terminal, (slot, *rest))
            return desk.Done(Message("printer.is_first", {"name": name}))
        case "remove":
            keep_slots(terminal, rest)
            return desk.Done(Message("printer.removed", {"name": name}))
        case _:
            queue_test(terminal, slot)
            terminal.print_again()
            return desk.Done(Message("printer.test_queued", {"name": name}))


def _kept(terminal: Terminal, before: tuple[Slot, ...], slot: Slot) -> desk.Done:
    keep_slots(terminal, checked(before, slot, terminal.memory.limits.printers))
    return desk.Done(Message("printer.kept_here", {"name": slot.name.strip()}))


def _takes(data: Mapping[str, str], before: tuple[str, ...]) -> tuple[str, ...]:
    """What was chosen, and what the form does not offer."""
    chosen = tuple(filter(None, data.get("takes", "").split(",")))
    return (*chosen, *(what for what in before if what not in OFFERED))


def address_of(data: Mapping[str, str]) -> str:
    """The address that stands in the form."""
    kind, form = data.get("kind", ""), data.get("form", "")
    place = {"tcp": "//" + data.get("host", ""), "folder": data.get("folder", ""), "spool": data.get("queue", "")}
    options = {"form": form}
    options |= {"answers": "yes"} if kind == "tcp" and data.get("answers") == "yes" else {}
    options |= {"codes": "dots"} if form == "escpos" and data.get("dots") == "yes" else {}
    options |= {"raw": "yes"} if kind == "spool" and data.get("raw") == "yes" else {}
    return f"{kind}:{place.get(kind, '').strip()}?{urlencode(options)}"
