"""The printers of one window, reached: which paper goes to which, and what stands behind an address.

How an address is written says `casework.printer_slots`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from casework.papers.model import Paper
from casework.printer_slots import PORT, TAKES, Address, Slot, checked, read_address
from console.printing.network import NetworkPrinter
from console.printing.printers import FilePrinter, Printer
from console.printing.spool import SpoolPrinter

__all__ = [
    "PORT",
    "TAKES",
    "Address",
    "Slot",
    "checked",
    "default_slots",
    "printer_at",
    "read_address",
    "read_slots",
    "slot_for",
]

SETTING = "printers"
FOLDER = "papers"


def default_slots() -> tuple[Slot, ...]:
    """Before IT has named a printer papers go to the window's folder."""
    return (Slot("papers", "folder:"),)


def read_slots(kept: str | None) -> tuple[Slot, ...]:
    """The window's printers from its setting, the first one takes what no other takes."""
    return (msgspec.json.decode(kept, type=tuple[Slot, ...]) if kept else ()) or default_slots()


def printer_at(address: Address, folder: Path, monotonic: Callable[[], float]) -> Printer:
    """The printer at `address` for the window whose data lie in `folder`."""
    match address.kind:
        case "tcp":
            return NetworkPrinter(address.place, address.port, monotonic, form=address.form, answers=address.answers)
        case "spool":
            return SpoolPrinter(address.place, address.form, raw=address.raw)
        case _:
            return FilePrinter(Path(address.place) if address.place else folder / FOLDER, address.form)


def slot_for(slots: Sequence[Slot], paper: Paper, kind: str, chosen: str = "") -> Slot:
    """The printer of a paper: the one a person chose, else that of its kind, else of its size, else the first."""
    ways: tuple[Callable[[Slot], Any], ...] = (
        lambda slot: slot.name == chosen,
        lambda slot: kind in slot.takes,
        lambda slot: paper.size in slot.takes,
        lambda slot: not slot.takes,
    )
    return next((slot for fits in ways for slot in slots if fits(slot)), slots[0])
