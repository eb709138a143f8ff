"""Scanned papers at the desk (S35): where each is, what a step says of those still to come, the viewer."""

from __future__ import annotations

import msgspec

from casework.case import Case, open_steps, post_of
from casework.messages import Message, t
from casework.rules.scans import READS
from casework.scans import Scan, of_material, to_come
from console.terminal import Terminal
from local_db.scans import DAMAGED, LOST, ScanState
from screens import desk

_Views = tuple[desk.MaterialView, ...]
_KIB, _MIB = 1024, 1024 * 1024


def with_scans(terminal: Terminal, case: Case, materials: _Views) -> _Views:
    """`materials`, each with its scans."""
    if not case.scans:
        return materials
    return tuple(
        msgspec.structs.replace(one, scans=tuple(_view(terminal, scan) for scan in of_material(case, one.code)))
        for one in materials
    )


def _view(terminal: Terminal, scan: Scan) -> desk.ScanView:
    state = terminal.memory.scan_state(scan.sha256)
    pages = t("scan.pages", n=scan.pages) if scan.pages else ""
    words = "  ".join(filter(None, (scan.name or scan.sha256[:8], _bytes(scan.size), pages, where(scan, state))))
    return desk.ScanView(scan.sha256, words, here=state.here, warn=bool(state.trouble) or not scan.came)


def where(scan: Scan, state: ScanState) -> str:
    """Where a scan is: here, at the hall, or how much of it is on its way; and what stands in its way."""
    facts = {"held": _bytes(state.held), "size": _bytes(scan.size)}
    if scan.came:
        at = "here" if state.here else "fetching" if state.wanted else "at_hall"
    else:
        at = "sending" if state.here else "to_come"
    trouble = {DAMAGED: "scan.damaged", LOST: "scan.lost"}.get(state.trouble, state.trouble)
    return "  ".join(filter(None, (t(f"scan.at.{at}", **facts), t(trouble) if trouble else "")))


def _bytes(size: int) -> str:
    return f"{size / _MIB:.1f} MB" if size >= _MIB else f"{size / _KIB:.1f} KB"


def prefetch(terminal: Terminal, case: Case, shift: tuple[str, ...]) -> None:
    """An officer opens a case that waits for her to read it: its scans are asked for, as far as they are small."""
    reads = any(step.kind in READS and post_of(case, step) in shift for step in open_steps(case))
    left = terminal.memory.limits.scan_fetch_bytes
    for scan in case.scans if reads else ():
        if scan.came and scan.size <= left:
            left -= scan.size
            terminal.memory.want_scan(scan)


def opened(terminal: Terminal, number: str, sha256: str) -> desk.Done | None:
    """Open a scan in the system's viewer; None while it is on its way here. Raises BadScan, FileTrouble."""
    path = terminal.counter.scan_file(number, sha256)
    if path is None:
        terminal.wake()
        return None
    terminal.view(path)
    return desk.Done(Message("scan.opened"))


def fields(case: Case, names: list[tuple[str, str]]) -> tuple[desk.Field, ...]:
    """What `scan` asks for: the paper (the first without a scan is proposed), the file, how many pages."""
    scanned = {scan.material for scan in case.scans}
    choices = tuple(desk.Choice(code, name) for code, name in names)
    bare = next((code for code, _ in names if code not in scanned), choices[0].code if choices else "")
    return (
        desk.Field("material", t("field.material"), "choice", required=True, choices=choices, value=bare),
        desk.Field("file", t("field.file"), "file", required=True, help=t("field.file.help"), max_chars=1000),
        desk.Field("pages", t("field.pages"), "number", help=t("field.pages.help")),
    )


def seen_field(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    """What a step that reads the papers asks for while scans are on their way: how they were read all the same."""
    waiting = to_come(case)
    if not waiting:
        return ()
    here = all(terminal.memory.scan_state(scan.sha256).here for scan in waiting)
    value = t("scan.seen_here") if here else ""
    return (desk.Field("seen", t("field.seen"), required=True, value=value, help=t("field.seen.help")),)


def note(case: Case, names: list[tuple[str, str]]) -> tuple[str, ...]:
    """Which papers are still to come, for the form of a step that reads them."""
    codes = {scan.material for scan in to_come(case)}
    return (t("scan.note", names=[name for code, name in names if code in codes]),) if codes else ()
