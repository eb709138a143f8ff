# ruff: noqa: N802  (the names are those of Windows)
"""Printing on Windows, by a fake of its calls: what the spooler takes, refuses, and drops on the way."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import pytest

from casework.messages import install, t
from console.messages import translator
from console.printing.errors import MaybePrinted, PrinterDown
from console.printing.slots import read_address
from console.printing.spool import SpoolPrinter
from console.printing.windows import KEPT, WindowsSpooler


class Winspool:
    """Windows' spooler with one printer, `till`, which is the default one. `breaks`: the call that fails."""

    def __init__(self, breaks: str = "", takes: int = 10**9) -> None:
        self.breaks, self.takes = breaks, takes
        self.calls: list[str] = []
        self.printed: dict[str, bytes] = {}
        self._job = ""

    def _call(self, name: str) -> bool:
        self.calls.append(name)
        return name != self.breaks

    def OpenPrinterW(self, name: str, handle: Any, _: None) -> bool:
        handle._obj.value = 7
        return self._call("open") and name == "till"

    def StartDocPrinterW(self, handle: Any, level: int, info: Any) -> int:
        assert (handle.value, level, info._obj.kind) == (7, 1, "RAW")
        self._job = info._obj.name
        return int(self._call("start"))

    def WritePrinter(self, handle: Any, data: bytes, size: int, written: Any) -> bool:
        written._obj.value = min(size, self.takes)
        self.printed[self._job] = data
        return self._call("write")

    def EndDocPrinter(self, handle: Any) -> bool:
        return self._call("end")

    def AbortPrinter(self, handle: Any) -> bool:
        return self._call("abort")

    def ClosePrinter(self, handle: Any) -> bool:
        return self._call("close")

    def GetDefaultPrinterW(self, name: Any, size: Any) -> bool:
        name.value = "till"
        return self._call("default")


def spooler(library: Winspool, folder: Path, start: Any = None) -> WindowsSpooler:
    """Windows with that spooler; its last failure is number 1801."""
    return WindowsSpooler(library, start, lambda: 1801, folder)


@pytest.mark.parametrize("queue", ["till", ""])
def test_a_till_paper_goes_raw_to_the_named_printer_or_the_default_one(tmp_path: Path, queue: str) -> None:
    library = Winspool()
    SpoolPrinter(queue, "escpos", windows=spooler(library, tmp_path)).send(b"\x1b@paper", "4201-receipt-1")
    assert library.printed == {"4201-receipt-1": b"\x1b@paper"}
    assert library.calls[-2:] == ["end", "close"]


@pytest.mark.parametrize(
    ("breaks", "queue", "code"),
    [
        ("", "no such printer", "papers.error.spool_refused"),
        ("start", "till", "papers.error.spool_refused"),
        ("default", "", "papers.error.no_default"),
    ],
)
def test_what_windows_refuses_before_the_first_byte_has_not_printed(
    tmp_path: Path, breaks: str, queue: str, code: str
) -> None:
    library = Winspool(breaks)
    with pytest.raises(PrinterDown) as caught:
        SpoolPrinter(queue, "escpos", windows=spooler(library, tmp_path)).send(b"paper", "job")
    assert caught.value.code == code
    assert library.printed == {}
    assert ("close" in library.calls) == (breaks == "start"), "an open printer is closed again"


@pytest.mark.parametrize("library", [Winspool("write"), Winspool("end"), Winspool(takes=3)])
def test_what_stops_on_the_way_is_taken_back_and_looked_at(tmp_path: Path, library: Winspool) -> None:
    with pytest.raises(MaybePrinted) as caught:
        SpoolPrinter("till", "escpos", windows=spooler(library, tmp_path)).send(b"paper", "job")
    assert caught.value.message.facts["code"] == 1801
    assert library.calls[-2:] == ["abort", "close"]


def test_a_pdf_goes_to_the_program_that_prints_pdf_and_raw_where_the_printer_reads_it(tmp_path: Path) -> None:
    started: list[tuple[str, ...]] = []
    windows = spooler(library := Winspool(), tmp_path / "out", lambda *words: started.append(words))
    SpoolPrinter("二楼 激光", windows=windows).send(b"%PDF", "4201-receipt-1")
    SpoolPrinter("", windows=windows).send(b"%PDF", "4201-receipt-2")
    file = tmp_path / "out" / "4201-receipt-1.pdf"
    assert started[0] == (str(file), "printto", '"二楼 激光"')
    assert started[1][1:] == ("print",)
    assert file.read_bytes() == b"%PDF"
    assert library.printed == {}
    SpoolPrinter("till", windows=windows, raw=read_address("spool:till?raw=yes").raw).send(b"%PDF", "job")
    assert library.printed == {"job": b"%PDF"}


def test_only_the_newest_files_stay_for_the_program(tmp_path: Path) -> None:
    windows = spooler(Winspool(), tmp_path, lambda *words: None)
    for at in range(KEPT + 5):
        windows.shown("", f"job-{at:02}", b"%PDF")
    assert len(list(tmp_path.iterdir())) == KEPT


@pytest.mark.parametrize(("number", "code"), [(1155, "papers.error.no_pdf_program"), (5, "papers.error.spool_refused")])
def test_a_machine_without_a_program_for_pdf_says_what_to_install(tmp_path: Path, number: int, code: str) -> None:
    def start(*_: str) -> None:
        raise OSError(number, "no association")

    with pytest.raises(PrinterDown) as caught:
        SpoolPrinter("till", windows=spooler(Winspool(), tmp_path, start)).send(b"%PDF", "job")
    assert caught.value.code == code


def test_a_folder_for_the_program_that_can_not_be_written_is_a_printer_that_is_down(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(PrinterDown):
        SpoolPrinter("till", windows=spooler(Winspool(), tmp_path / "out", print)).send(b"%PDF", "job")


def test_the_struct_is_as_wide_as_windows_wants_it() -> None:
    from console.printing.windows import _DocInfo

    assert ctypes.sizeof(_DocInfo) == 3 * ctypes.sizeof(ctypes.c_void_p)


@pytest.mark.parametrize("language", ["zh_CN"])
def test_no_english_stands_in_a_chinese_sentence_about_a_printer(language: str) -> None:
    from console.output import reason_of

    install(translator(language))
    for error in (
        ConnectionResetError(104, "Connection reset by peer"),
        OSError(28, "No space left"),
        OSError(99, "Odd"),
    ):
        said = t("papers.unsure.broke", printer="till", reason=reason_of(error))
        assert str(error.strerror) not in said
    assert "unknown" not in t("papers.error.spool_refused", printer="till", code=1, said="lp: unknown destination")
