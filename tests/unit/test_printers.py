"""Printers that are dead, hang, run out of paper or break off: what was printed is known, or said to be unknown."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import Any

import pytest

from casework.errors import BadInput
from casework.papers.model import Paper
from console.printing import spool
from console.printing.errors import MaybePrinted, PrinterDown
from console.printing.escpos import escpos
from console.printing.network import NetworkPrinter, PrinterLimits
from console.printing.printers import FilePrinter, Printer
from console.printing.slots import Slot, checked, default_slots, printer_at, read_address, read_slots, slot_for
from console.printing.spool import SpoolPrinter
from tests.till import nobody, till
from tests.unit.paper_samples import NUMBER, paper

QUICK = PrinterLimits(connect_seconds=1, send_seconds=0.2, paper_seconds=0.5, close_seconds=2)


def at(port: int, *, answers: bool = False, limits: PrinterLimits = QUICK) -> NetworkPrinter:
    """The printer at a port of this machine."""
    return NetworkPrinter("127.0.0.1", port, time.monotonic, limits, answers=answers)


# A folder


def test_a_paper_is_written_whole_under_a_name_that_stays_in_the_folder(tmp_path: Path) -> None:
    printer: Printer = FilePrinter(tmp_path / "papers")
    printer.send(b"%PDF", "../../etc/passwd")
    printer.send(b"%PDF2", f"{NUMBER}-receipt-1")
    assert sorted(file.name for file in (tmp_path / "papers").iterdir()) == [
        f"{NUMBER}-receipt-1.pdf",
        "______etc_passwd.pdf",
    ]
    assert (tmp_path / "papers" / f"{NUMBER}-receipt-1.pdf").read_bytes() == b"%PDF2"


def test_a_folder_that_can_not_be_written_is_a_printer_that_is_down(tmp_path: Path) -> None:
    (tmp_path / "papers").write_text("in the way")
    with pytest.raises(PrinterDown) as caught:
        FilePrinter(tmp_path / "papers").send(b"x", "job")
    assert caught.value.__cause__ is not None


def test_a_full_disk_leaves_no_half_paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("console.files.os.fsync", full)
    with pytest.raises(PrinterDown):
        FilePrinter(tmp_path).send(b"x", "job")
    assert list(tmp_path.iterdir()) == []


# The network


def test_the_network_printer_gets_every_byte() -> None:
    data = escpos(paper("receipt"), raster=True).data
    with till("prints") as printer:
        at(printer.port).send(data, "job")
        assert printer.done.wait(5)
    assert printer.papers == [data]


def test_a_printer_where_nobody_answers_has_printed_nothing() -> None:
    with pytest.raises(PrinterDown) as caught:
        at(nobody()).send(b"x", "job")
    assert caught.value.code == "papers.error.printer.refuses"


def test_a_printer_that_breaks_off_after_the_first_byte_may_have_printed() -> None:
    with till("resets") as printer, pytest.raises(MaybePrinted) as caught:
        at(printer.port, limits=PrinterLimits(close_seconds=5)).send(b"x" * 40_000_000, "job")
    assert caught.value.code == "papers.unsure.broke"


def test_a_printer_that_takes_some_of_the_paper_and_then_nothing_may_have_printed() -> None:
    with till("hangs") as printer, pytest.raises(MaybePrinted):
        at(printer.port).send(b"x" * 30_000_000, "job")


def test_a_printer_that_takes_a_little_now_and_then_does_not_hold_the_queue_for_ever() -> None:
    seconds = iter(range(0, 10_000, 7))
    with till("hangs") as printer, pytest.raises(MaybePrinted):
        NetworkPrinter("127.0.0.1", printer.port, lambda: next(seconds), QUICK).send(b"x" * 30_000_000, "job")


def test_a_printer_that_keeps_the_line_open_has_taken_the_paper() -> None:
    with till("silent") as printer:
        at(printer.port, limits=PrinterLimits(close_seconds=0.05)).send(b"paper", "job")


def test_a_printer_that_answers_says_when_the_paper_is_out() -> None:
    with till("answers") as printer:
        at(printer.port, answers=True).send(b"paper", "job")
        assert printer.done.wait(5)
    assert printer.papers == [b"paper"]


@pytest.mark.parametrize(
    ("mood", "code"), [("empty", "papers.error.no_paper"), ("silent", "papers.error.printer.silent")]
)
def test_a_printer_that_answers_is_asked_before_a_byte_of_the_paper_leaves(mood: Any, code: str) -> None:
    with till(mood) as printer:
        with pytest.raises(PrinterDown) as caught:
            at(printer.port, answers=True).send(b"paper", "job")
        assert caught.value.code == code
        assert printer.papers == []


def test_a_printer_that_runs_out_of_paper_meanwhile_is_looked_at() -> None:
    with till("runs_empty") as printer, pytest.raises(MaybePrinted) as caught:
        at(printer.port, answers=True).send(b"paper", "job")
    assert caught.value.code == "papers.unsure.no_paper"


# The system's spooler


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, name: str = "lp") -> Path:
    """A print program of the system that does as `text` says."""
    folder.mkdir()
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return folder


@pytest.mark.parametrize(
    ("name", "form", "words"),
    [
        ("lp", "pdf", "-d 二楼;reboot -t 4201-receipt-1"),
        ("lp", "escpos", "-d 二楼;reboot -t 4201-receipt-1 -o raw"),
        ("lpr", "pdf", "-P 二楼;reboot -J 4201-receipt-1"),
    ],
)
def test_the_systems_program_gets_the_paper_and_its_words_and_no_shell_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, form: Any, words: str
) -> None:
    folder = program(tmp_path / "bin", monkeypatch, f'echo "$@" > {tmp_path}/words; cat > {tmp_path}/paper', name)
    monkeypatch.setattr(spool, "PROGRAMS", (name,))
    assert spool.program() == str(folder / name)
    SpoolPrinter("二楼;reboot", form).send(b"%PDF", "4201-receipt-1")
    assert (tmp_path / "words").read_text().strip() == words
    assert (tmp_path / "paper").read_bytes() == b"%PDF"


def test_what_the_system_refuses_waits_with_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin", monkeypatch, 'cat > /dev/null; echo "lp: unknown destination" >&2; exit 1')
    with pytest.raises(PrinterDown) as caught:
        SpoolPrinter("二楼").send(b"%PDF", "job")
    assert caught.value.message.facts["said"] == "lp: unknown destination"


def test_a_spooler_that_does_not_come_back_may_have_taken_the_paper(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin", monkeypatch, "exec sleep 60")
    with pytest.raises(MaybePrinted):
        SpoolPrinter("二楼", seconds=0.2).send(b"%PDF", "job")


def test_a_system_without_a_print_program_says_what_to_use_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "PROGRAMS", ("no-such-program-here",))
    with pytest.raises(PrinterDown) as caught:
        SpoolPrinter("二楼").send(b"%PDF", "job")
    assert caught.value.code == "papers.error.no_spool"


# Addresses, and which paper goes where


@pytest.mark.parametrize(
    ("text", "kind", "place", "port", "form"),
    [
        ("folder:", "folder", "", 0, "pdf"),
        ("folder:C:\\papers?form=txt", "folder", "C:\\papers", 0, "txt"),
        ("tcp://10.0.0.8", "tcp", "10.0.0.8", 9100, "escpos"),
        ("tcp://till.local:9101/?answers=yes&codes=dots", "tcp", "till.local", 9101, "escpos"),
        ("tcp://[::1]:9100?form=pdf", "tcp", "::1", 9100, "pdf"),
        ("spool:", "spool", "", 0, "pdf"),
        ("spool:二楼 彩色", "spool", "二楼 彩色", 0, "pdf"),
    ],
)
def test_an_address_is_read(text: str, kind: str, place: str, port: int, form: str) -> None:
    read = read_address(text)
    assert (read.kind, read.place, read.port, read.form) == (kind, place, port, form)
    assert printer_at(read, Path("t"), time.monotonic).form == form


@pytest.mark.parametrize(
    "text",
    [
        "",
        "till",
        "usb:1",
        "tcp:till",
        "tcp://",
        "tcp://h:0",
        "tcp://h:70000",
        "tcp://h:x",
        "spool:-oraw",
        "folder:?a=b",
        "tcp://h?form=svg",
        "spool:a\nb",
        "folder:" + "x" * 400,
    ],
)
def test_what_is_no_address_is_said_so(text: str) -> None:
    with pytest.raises(BadInput):
        read_address(text)


def test_a_paper_goes_to_the_printer_of_its_kind_then_of_its_size_then_to_the_first() -> None:
    till_, laser, rest = (
        Slot("till", "tcp://t", ("80mm", "receipt")),
        Slot("laser", "spool:l", ("A4",)),
        Slot("r", "folder:"),
    )
    slots = (till_, laser, rest)

    def goes(kind: str, chosen: str = "") -> str:
        made: Paper = paper(kind)
        return slot_for(slots, made, kind, chosen).name

    assert [goes(kind) for kind in ("ticket", "receipt", "guide", "acceptance")] == ["till", "till", "laser", "r"]
    assert goes("receipt", "laser") == "laser"
    assert goes("receipt", "removed meanwhile") == "till"
    assert slot_for((till_, laser), paper("acceptance"), "acceptance").name == "till"


def test_printers_are_added_changed_and_refused() -> None:
    slots = checked((), Slot(" till ", "tcp://t"), 2)
    slots = checked(slots, Slot("laser", "spool:"), 2)
    slots = checked(slots, Slot("till", "tcp://u", ("A5",)), 2)
    assert [(slot.name, slot.address) for slot in slots] == [("till", "tcp://u"), ("laser", "spool:")]
    for wrong in (Slot("third", "spool:"), Slot("", "spool:"), Slot("till", "x"), Slot("till", "spool:", ("A3",))):
        with pytest.raises(BadInput):
            checked(slots, wrong, 2)
    assert read_slots(None) == default_slots() == read_slots("[]")
