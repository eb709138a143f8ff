"""A stick at a window that the line does not reach: what IT has signed comes in, what waits here goes out (updates.md).

DIR/metadata, DIR/targets    from the hall: proven by the same client as over the line
DIR/terminals/<number>/      of this window: status.json, outbox.jsonl; answer.jsonl is the hall's
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec

from casework.ambient import stamp
from casework.carried import PURPOSE_STATUS, CarriedStatus
from casework.events import readable
from casework.report import PROTOCOL, UPDATE, Report
from casework.rollout import decode_standing
from casework.seals import seal
from casework.updating import Plan
from console.counter import Session
from console.errors import ConsoleError
from console.output import write_lines
from console.terminal import Terminal
from console.updating.looking import Looker
from sync.carrying import carried, take_back
from sync.errors import UpdateRefused
from sync.updates.fetching import FromFolder

MAY = frozenset({"supervisor", "it"})
"""Whose teams may plug a stick in."""
TERMINALS = "terminals"
STATUS, OUTBOX, ANSWER = "status.json", "outbox.jsonl", "answer.jsonl"


def expect_may(session: Session) -> None:
    """Raises ConsoleError for who is neither supervisor nor of IT."""
    if session.staff.team not in MAY:
        raise ConsoleError("stick.who", name=session.staff.name)


def take_in(terminal: Terminal, looker: Looker | None, stick: Path) -> tuple[Plan | None, int]:
    """What comes next after a look at the stick, and how many answers of the hall it brought.

    Without an installation that can change its version only answers are taken.

    Raises UpdateError for what is not as IT has signed it; a stick past its date is refused with the date.
    """
    answers = _answers(terminal, stick)
    if looker is None:
        return None, answers
    file = stick / "metadata" / "timestamp.json"
    if not file.is_file():
        raise ConsoleError("stick.none", folder=str(stick))
    from_stick = dataclasses.replace(looker, open=lambda: (str(stick.resolve()), FromFolder()))
    try:
        return from_stick.look(at_once=True), answers
    except UpdateRefused as no:
        if no.code != "update.expired":
            raise
        raise UpdateRefused("stick.expired", until=_until(file)) from no


def _until(file: Path) -> str:
    """The day up to which a stick holds, as it says itself."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return str(json.loads(file.read_bytes())["signed"]["expires"])[:10]
    return "?"


def _answers(terminal: Terminal, stick: Path) -> int:
    file = stick / TERMINALS / terminal.memory.identity.terminal / ANSWER
    if not file.is_file():
        return 0
    return take_back(terminal.memory, file.read_bytes(), terminal.memory.identity.hall_key)


def write_out(terminal: Terminal, program: str, stick: Path) -> dict[str, object]:
    """How this window stands, where it is in the hall's log, and all that waits, sealed by its key.

    Raises LineError where what was sealed may not be sent, FileTrouble.
    """
    from console.bootstrap import signer_of

    memory = terminal.memory
    signer, position = signer_of(memory.folder), memory.position()
    report = _report(terminal, program)
    folder = stick / TERMINALS / memory.identity.terminal
    status = CarriedStatus(
        position.hall, position.terminal, position.incarnation, position.epoch, position.cursor, position.chain, report
    )
    folder.mkdir(parents=True, exist_ok=True)
    batches = write_lines(folder / OUTBOX, carried(memory, signer, None, memory.limits))
    (folder / ANSWER).unlink(missing_ok=True)  # it is of what was written out before
    write_lines(folder / STATUS, _one(msgspec.json.encode(seal(signer, PURPOSE_STATUS, status))))
    return {"folder": str(folder), "batches": batches, "unsent": report.unsent, "cursor": position.cursor}


def _one(line: bytes) -> Iterator[bytes]:
    yield line


def _report(terminal: Terminal, program: str) -> Report:
    """What the line would tell of this window (sync.contact)."""
    memory = terminal.memory
    waits, contact = memory.pending(), memory.last_contact()
    offset = contact.offset_ms or 0
    prints, forms = memory.at_hand()
    return Report(
        stamp(terminal.clock.now() - timedelta(milliseconds=offset)), program, PROTOCOL, readable(), waits.unsent,
        waits.oldest, waits.held, waits.rejected, offset, contact.trouble, memory.free_mb(), prints, forms,
        decode_standing(memory.setting(UPDATE)),
    )  # fmt: skip
