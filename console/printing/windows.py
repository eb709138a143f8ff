"""The printers that Windows knows: raw bytes through its spooler (winspool), a PDF through whatever program prints PDF.

A till printer takes its bytes as they are, and so does an office printer that reads PDF itself (`?raw=yes`). Any other
PDF goes to the program that the machine has for it, by the verb of Explorer's *Print*: nobody hears whether it printed
(`docs/adr/0028`). Nothing of Windows is loaded before a paper is sent.
"""

from __future__ import annotations

import ctypes
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from console.printing.errors import MaybePrinted, PrinterDown

KEPT = 20
"""So many files stay for the program that prints them; it may read one long after it was told to."""
_NO_PROGRAM = frozenset({31, 1155})
"""Windows' SE_ERR_NOASSOC and ERROR_NO_ASSOCIATION."""


class _DocInfo(ctypes.Structure):
    """DOC_INFO_1W."""

    _fields_ = [("name", ctypes.c_wchar_p), ("file", ctypes.c_wchar_p), ("kind", ctypes.c_wchar_p)]


class WindowsSpooler:
    """Windows' own printers. `library`: winspool; `start`: os.startfile; `error`: the number of the last failure."""

    def __init__(
        self,
        library: Any = None,
        start: Callable[..., None] | None = None,
        error: Callable[[], int] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._library = library
        self._start = start
        self._error: Callable[[], int] = error if error is not None else getattr(ctypes, "get_last_error", int)
        self._folder = folder or Path(tempfile.gettempdir()) / "yichuang-print"

    def raw(self, queue: str, job: str, data: bytes) -> None:
        """`data` as it is to the printer `queue` (empty: the default one). Raises PrinterDown, MaybePrinted."""
        calls, name = self._calls(), f"spool:{queue}"
        handle = ctypes.c_void_p()
        if not calls.OpenPrinterW(queue or self._default(calls), ctypes.byref(handle), None):
            raise PrinterDown("papers.error.spool_refused", printer=name, code=self._error(), said="OpenPrinter")
        try:
            if not calls.StartDocPrinterW(handle, 1, ctypes.byref(_DocInfo(job, None, "RAW"))):
                raise PrinterDown(
                    "papers.error.spool_refused", printer=name, code=self._error(), said="StartDocPrinter"
                )
            written = ctypes.c_uint32()
            done = calls.WritePrinter(handle, data, len(data), ctypes.byref(written)) and written.value == len(data)
            if not (done and calls.EndDocPrinter(handle)):
                code = self._error()
                calls.AbortPrinter(handle)
                raise MaybePrinted("papers.unsure.spool", printer=name, code=code)
        finally:
            calls.ClosePrinter(handle)

    def shown(self, queue: str, job: str, pdf: bytes) -> None:
        """`pdf` to the program that prints PDF here. Raises PrinterDown when there is none."""
        name = f"spool:{queue}"
        try:
            file = self._put_down(job, pdf)
        except OSError as error:
            raise PrinterDown("papers.error.spool_folder", printer=name, folder=str(self._folder)) from error
        start = self._start or getattr(os, "startfile")  # noqa: B009 - Windows alone has it
        try:
            if queue:
                start(str(file), "printto", f'"{queue}"')
            else:
                start(str(file), "print")
        except OSError as error:
            code = getattr(error, "winerror", None) or error.errno or 0
            if code in _NO_PROGRAM:
                raise PrinterDown("papers.error.no_pdf_program", printer=name) from error
            raise PrinterDown("papers.error.spool_refused", printer=name, code=code, said=str(error)) from error

    def _put_down(self, job: str, pdf: bytes) -> Path:
        """The file for the program; the oldest ones go. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        there = sorted(self._folder.glob("*.pdf"), key=lambda file: file.stat().st_mtime)
        for old in there[: max(0, len(there) - KEPT + 1)]:
            old.unlink(missing_ok=True)
        file = self._folder / f"{job}.pdf"
        file.write_bytes(pdf)
        return file

    def _calls(self) -> Any:
        if self._library is None:
            load: Any = getattr(ctypes, "WinDLL")  # noqa: B009 - Windows alone has it
            self._library = load("winspool.drv", use_last_error=True)
        return self._library

    def _default(self, calls: Any) -> str:
        """The default printer's name; none where nobody has chosen one."""
        size = ctypes.c_uint32(260)
        name = ctypes.create_unicode_buffer(size.value)
        if not calls.GetDefaultPrinterW(name, ctypes.byref(size)):
            raise PrinterDown("papers.error.no_default", printer="spool:")
        return name.value
