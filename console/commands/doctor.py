"""`yichuang doctor`: how this terminal is, and what a person has to do about it. Needs nobody signed in (S34)."""

from __future__ import annotations

import argparse
import os
import shutil
from datetime import timedelta
from typing import Any

from casework.ambient import moment
from casework.errors import CaseworkError
from casework.messages import Message, t
from console.arguments import Parser, add_folder, add_shared
from console.output import data, text
from console.terminal import Terminal

LEAST_FREE = 200 * 1024 * 1024
"""Bytes on the disk below which a window should not begin its day."""

OLDEST_UNSENT = timedelta(days=1)
OLDEST_PRINT = timedelta(minutes=10)
QUIETEST_LINE = timedelta(minutes=10)
"""After which a process that has the line, and neither heard of the hall nor of a trouble, stands still."""

_NEEDS_A_PERSON = frozenset(
    {
        "line.refused", "line.unknown", "line.diverged", "line.bad_address", "line.too_old", "line.other_hall",
        "line.other_key", "line.adrift", "line.adopted", "line.forked", "line.revoked",
    }
)  # fmt: skip
"""Troubles of the line that time alone does not mend."""

Found = dict[str, Any]


def arguments(parser: Parser) -> None:
    """What it takes."""
    add_shared(parser)
    add_folder(parser)


def run(args: argparse.Namespace) -> int:
    """Look at everything; 1 when something needs a person."""
    from console import bootstrap
    from console.folders import data_folder
    from console.updating.examined import machine

    problems: list[Message] = []
    folder = data_folder(args.dir)
    python, where = bootstrap.program()
    found: Found = {"folder": str(folder), "python": python, "program": where}
    try:
        with bootstrap.opened(args.dir) as terminal:
            found |= _terminal(terminal, problems)
    except Exception as error:
        problems.append(bootstrap.sentence(error))
        found["database"] = {"opens": False, "mistakes": [error.__class__.__name__]}
    if folder.is_dir():
        found["disk"] = _disk(shutil.disk_usage(folder).free, problems)
    found["fonts"] = _fonts(problems)
    found["machine"] = machine()
    found |= {"problems": list(dict.fromkeys(str(problem) for problem in problems)), "ok": not problems}
    if args.json:
        data(found)
    else:
        text(_in_words(found))
    return 1 if problems else 0


def _terminal(terminal: Terminal, problems: list[Message]) -> Found:
    who = terminal.memory.identity
    return {
        "terminal": who.terminal,
        "hall": who.hall_name,
        "database": _database(terminal, problems),
        "incarnation": _incarnation(terminal, problems),
        "outbox": _outbox(terminal, problems),
        "line": _line(terminal, problems),
        "catalogue": _head(terminal, "catalogue", problems),
        "calendar": _head(terminal, "calendar", problems),
        "cases_that_need_an_update": _need_update(terminal, problems),
        "prints": _prints(terminal, problems),
        "scans": _scans(terminal, problems),
        "modules": _modules(terminal),
        "installation": _installation(terminal, problems),
    }


def _installation(terminal: Terminal, problems: list[Message]) -> Found | None:
    from casework.ambient import stamp
    from console import bootstrap
    from console.updating.examined import installation
    from console.updating.notes import Notes

    now = stamp(terminal.clock.now())
    return installation(bootstrap.installation(), Notes(terminal.memory, terminal.clock), now, problems)


def _need_update(terminal: Terminal, problems: list[Message]) -> int:
    count = terminal.memory.need_update()
    if count:
        problems.append(Message("doctor.update", {"count": count}))
    return count


def _database(terminal: Terminal, problems: list[Message]) -> Found:
    from local_db.errors import StoreError
    from local_db.migrations import SCHEMA_VERSION

    memory = terminal.memory
    mistakes = memory.check()
    try:
        with memory.transaction():
            pass
    except StoreError as no:  # locked for long: the next save would fail as well
        problems.append(no.message)
    beside = (memory.file.with_name(f"{memory.file.name}{tail}") for tail in ("-wal", "-shm"))
    for place in (memory.file, *beside, memory.folder, memory.state.path):
        if place.exists() and not os.access(place, os.W_OK):
            reason = t("console.reason.not_allowed")
            problems.append(Message("store.not_writable", {"file": str(place), "reason": reason}))
    if mistakes:
        problems.append(Message("doctor.mistakes", {"file": str(memory.file), "mistakes": "; ".join(mistakes[:5])}))
    return {
        "opens": True, "mistakes": list(mistakes), "schema": SCHEMA_VERSION, "bytes": memory.file.stat().st_size,
    }  # fmt: skip


def _incarnation(terminal: Terminal, problems: list[Message]) -> Found:
    memory = terminal.memory
    trust = memory.trust()
    if trust is not None:
        problems.append(trust)
    state = memory.state.read()
    return {
        "id": memory.identity.incarnation,
        "file": str(memory.state.path),
        "trusted": trust is None,
        "numbers_given": state.days if state else {},
    }


def _outbox(terminal: Terminal, problems: list[Message]) -> Found:
    waits = terminal.memory.pending()
    tray = len(terminal.memory.tray())
    if tray:
        problems.append(Message("doctor.tray", {"count": tray}))
    again = len(terminal.memory.reprints())
    if again:
        problems.append(Message("doctor.reprints", {"count": again}))
    if waits.oldest and terminal.clock.now() - moment(waits.oldest) > OLDEST_UNSENT:
        problems.append(Message("doctor.old", {"count": waits.unsent, "since": waits.oldest[:16].replace("T", " ")}))
    return {
        "pending": waits.unsent, "oldest": waits.oldest or None, "held": waits.held, "rejected": waits.rejected,
        "tray": tray,
    }  # fmt: skip


def _line(terminal: Terminal, problems: list[Message]) -> Found:
    from casework.report import PROTOCOL
    from console.bootstrap import URL_SETTING, signer_of
    from console.errors import NotEnrolled
    from sync.owner import owner_of

    memory = terminal.memory
    contact, position, owner = memory.last_contact(), memory.position(), owner_of(memory.folder)
    url, boot = memory.setting(URL_SETTING), memory.boot()
    if not url:
        problems.append(Message("console.no_url", {"folder": str(memory.folder)}))
    try:
        signer_of(memory.folder)
    except NotEnrolled as no:  # nothing is sent, and no line gets far enough to note that
        problems.append(no.message)
    if contact.frozen:
        problems.append(Message(contact.frozen))
    elif contact.trouble in _NEEDS_A_PERSON:
        hall = url if contact.trouble == "line.other_hall" else "?"  # only the code is kept, not what the hall said
        problems.append(Message(contact.trouble, {"hall": hall, "url": url, "here": PROTOCOL, "error": "?"}))
    if owner is not None and contact.hall_time and not contact.trouble and boot is None:  # a snapshot may take long
        heard = moment(contact.hall_time) + timedelta(milliseconds=contact.offset_ms or 0)
        if terminal.clock.now() - heard > QUIETEST_LINE:
            since = contact.hall_time[:16].replace("T", " ")
            problems.append(Message("doctor.line_still", {"process": owner[0], "since": since}))
    off = abs(contact.offset_ms or 0) / 1000
    if off > memory.limits.clock_offset_seconds:
        problems.append(Message("doctor.clock", {"minutes": round(off / 60)}))
    return {
        "hall": url, "error": contact.trouble or None, "last_contact": contact.hall_time or None,
        "offset_ms": contact.offset_ms, "frozen": contact.frozen or None, "cursor": position.cursor,
        "epoch": position.epoch, "owner": owner[0] if owner else None,
        "snapshot": {"upto": boot.seq, "done": round(boot.done, 2)} if boot else None,
    }  # fmt: skip


def _prints(terminal: Terminal, problems: list[Message]) -> Found:
    """The papers that are not out, and the window's printers; one of the system's needs the system's program."""
    from console.print_queue import slots_of
    from console.printing.slots import read_address
    from console.printing.spool import way

    standing, slots = terminal.memory.prints_standing(), slots_of(terminal)
    if standing.unsure:
        problems.append(Message("doctor.prints_unsure", {"count": standing.unsure}))
    if standing.oldest and terminal.clock.now() - moment(standing.oldest) > OLDEST_PRINT:
        since = standing.oldest[:16].replace("T", " ")
        problems.append(Message("doctor.prints_old", {"count": standing.open, "since": since}))
    if way() is None and any(read_address(slot.address).kind == "spool" for slot in slots):
        problems.append(Message("papers.error.no_spool", {"printer": "spool:"}))
    return {
        "waiting": standing.open, "unsure": standing.unsure, "oldest": standing.oldest or None,
        "printers": {slot.name: slot.address for slot in slots}, "spool": way(),
    }  # fmt: skip


def _scans(terminal: Terminal, problems: list[Message]) -> Found:
    """The scanned papers that the hall does not have yet, and those of which nobody has the bytes any more."""
    lost = terminal.memory.scans_lost()
    if lost:
        named = ", ".join(lost[: terminal.memory.limits.named_windows])
        problems.append(Message("doctor.scans", {"count": len(lost), "numbers": named}))
    return {"waiting": terminal.memory.scans_waiting(), "lost": list(lost)}


def _modules(terminal: Terminal) -> Found:
    """The modules of this window, and why one that IT took away is still here; time and the tray end that."""
    leaving = {one.scope: {"unsettled": one.unsettled, "scans": one.scans} for one in terminal.memory.leaving()}
    given = terminal.memory.modules()
    return {"given": sorted(given) if given is not None else None, "leaving": leaving}


def _head(terminal: Terminal, kind: str, problems: list[Message]) -> str | None:
    head = terminal.memory.head(f"{kind}.head")
    if head is None or terminal.memory.blob(head.version) is None:
        problems.append(Message("console.no_catalogue"))
        return None
    return head.version


def _disk(free: int, problems: list[Message]) -> Found:
    if free < LEAST_FREE:
        problems.append(Message("doctor.disk", {"free": free // 1024 // 1024, "least": LEAST_FREE // 1024 // 1024}))
    return {"free": free}


def _fonts(problems: list[Message]) -> Found:
    from console.printing.glyphs import font_folder

    try:
        folder = font_folder()
        there = folder.is_dir()
    except (OSError, CaseworkError):
        folder, there = None, False
    if not there:
        problems.append(Message("doctor.fonts"))
    return {"there": there, "folder": str(folder) if folder else None}


def _in_words(found: Found) -> str:
    lines = []
    for name, value in found.items():
        if name in {"problems", "ok"}:
            continue
        shown = ", ".join(f"{key} {_word(each)}" for key, each in value.items()) if isinstance(value, dict) else value
        lines.append(f"{name:<15} {_word(shown)}")
    lines += [f"! {problem}" for problem in found["problems"]] or [t("doctor.well")]
    return "\n".join(lines)


def _word(value: Any) -> str:
    if value is None or (isinstance(value, list | dict) and not value):
        return "-"
    if isinstance(value, dict | list):
        return str(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
