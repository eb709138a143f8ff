"""How the terminals and the hall are, for IT and for a monitoring system (S34): figures, and no personal data.

What a terminal says of itself comes with its pushes and pulls; what the hall holds of it is counted here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

import msgspec

from casework.ambient import moment, stamp
from casework.errors import BadBytes
from casework.facts import HALL
from casework.limits import Limits
from casework.report import Report
from casework.rollout import Standing
from casework.seals import key_id
from casework.upcasting import can_read
from hall.errors import TooOld
from hall.rows import ReportRow, TerminalRow
from hall.store import Reading


class TerminalHealth(msgspec.Struct, frozen=True):
    """One terminal as `terminal list` shows it. Empty texts and -1: it has not said."""

    number: str
    active: bool
    fingerprint: str
    scopes: tuple[str, ...]
    last_seen: str
    cursor: int
    lag: int
    """Entries of the log that it does not have yet."""
    received: int
    """Its envelopes that the hall has, without a gap."""
    held: int
    rejected: int
    unsent: int = -1
    oldest: str = ""
    offset_ms: int = 0
    error: str = ""
    program: str = ""
    protocol: int = 0
    clear: str = ""
    free_mb: int = -1
    prints: int = -1
    forms: int = -1
    adopted_by: str = ""
    """The number that goes on from it (S27)."""
    update: Standing | None = None
    revoked_since: str = ""
    """From which moment on what it did waits for a person (S28)."""


def speaks(report: Report | None, limits: Limits) -> None:
    """Raises TooOld when the terminal's form of requests is older than this hall takes (S32)."""
    protocol = report.protocol if report is not None else 1
    if protocol < limits.oldest_protocol:
        raise TooOld("hall.too_old", protocol=protocol, oldest=limits.oldest_protocol)


def contact_of(number: str, now: str, cursor: int, report: Report | None) -> ReportRow:
    """A terminal's contact at the hall's time `now`."""
    return ReportRow(number, now, cursor, _clear(report, now) if report is not None else "", report)


def _clear(report: Report, now: str) -> str:
    """Up to which moment all that was done there is here: all of it when nothing waits, else before the oldest."""
    try:
        said = min(moment(report.at), moment(now))
        if report.unsent:
            said = min(said, moment(report.oldest) - timedelta(milliseconds=report.offset_ms))
    except (BadBytes, OverflowError):
        return ""
    return stamp(said)


def terminals(reading: Reading, fresh: Mapping[str, ReportRow]) -> tuple[TerminalHealth, ...]:
    """All terminals but the hall itself. `fresh`: contacts that are not written down yet."""
    newest, written = reading.hall().seq, reading.reports()
    found = []
    for row in reading.terminals():
        if row.number != HALL:
            told = fresh.get(row.number) or written.get(row.number)
            if told is not None and told.report is None and row.number in written:
                told = msgspec.structs.replace(told, report=written[row.number].report)
            kinds = [tray.tray.kind for tray in reading.tray_of_terminal(row.number)]
            held = kinds.count("held")
            found.append(_health(row, told, newest, held, len(kinds) - held))
    return tuple(found)


def _health(row: TerminalRow, told: ReportRow | None, newest: int, held: int, rejected: int) -> TerminalHealth:
    cursor = max(row.cursor, told.cursor if told else 0)
    last = max(row.last_seen, told.at if told else "")
    known = TerminalHealth(
        row.number, row.active, key_id(row.key), row.scopes, last, cursor, newest - cursor, row.acked, held, rejected,
        adopted_by=row.adopted_by, revoked_since=row.revoked,
    )  # fmt: skip
    said = told.report if told else None
    if said is None or told is None:
        return known
    return msgspec.structs.replace(
        known, unsent=said.unsent, oldest=said.oldest, offset_ms=said.offset_ms, error=said.error,
        program=said.program, protocol=said.protocol, clear=told.clear, free_mb=said.free_mb, update=said.update,
        prints=said.prints, forms=said.forms,
    )  # fmt: skip


def cannot_read(reading: Reading, type_: str, version: int) -> tuple[str, ...]:
    """The numbers of active terminals that can't read that version, or have not said that they can (S32)."""
    reports = reading.reports()
    return tuple(
        row.number
        for row in reading.terminals()
        if row.active and row.number != HALL and not can_read(_reads(reports.get(row.number)), type_, version)
    )


def _reads(told: ReportRow | None) -> Mapping[str, int]:
    return told.report.reads if told is not None and told.report is not None else {}


# Figures for a monitoring system

_WHOLE = (
    ("yichuang_log_entries", "Entries of the hall's log."),
    ("yichuang_epoch", "The log's epoch: a new one after each restore."),
    ("yichuang_terminals", "Active terminals."),
    ("yichuang_tray", "Facts that a person has to settle."),
    ("yichuang_scans_to_come", "Scanned papers that facts name and that have not come."),
    ("yichuang_scan_bytes", "Bytes of scanned papers."),
    ("yichuang_scan_part_bytes", "Bytes of scanned papers of which not all has come."),
)
_EACH = (
    ("yichuang_terminal_lag", "Entries of the log that the terminal does not have yet."),
    ("yichuang_terminal_received", "Envelopes of the terminal that the hall has."),
    ("yichuang_terminal_unsent", "Facts that wait at the terminal, by its own word."),
    ("yichuang_terminal_oldest_seconds", "Age of the oldest fact that waits at the terminal."),
    ("yichuang_terminal_held", "Facts of the terminal that the hall holds."),
    ("yichuang_terminal_rejected", "Refused facts of the terminal that nobody has settled."),
    ("yichuang_terminal_silence_seconds", "Seconds since the last contact."),
    ("yichuang_terminal_clock_offset_seconds", "The terminal's clock minus the hall's."),
    ("yichuang_terminal_free_megabytes", "Free on the terminal's disk."),
)


def metrics(whole: Mapping[str, int], each: Iterable[TerminalHealth], now: str) -> str:
    """The text form of Prometheus. Labels are terminal numbers."""
    lines = []
    for name, sentence in _WHOLE:
        lines += [f"# HELP {name} {sentence}", f"# TYPE {name} gauge", f"{name} {whole[name]}"]
    rows = [(one.number, dict(_figures(one, now))) for one in each if one.active]
    for name, sentence in _EACH:
        values = [(number, row[name]) for number, row in rows if name in row]
        if values:
            lines += [f"# HELP {name} {sentence}", f"# TYPE {name} gauge"]
            lines += [f'{name}{{terminal="{number}"}} {value}' for number, value in values]
    return "\n".join(lines) + "\n"


def _figures(one: TerminalHealth, now: str) -> Iterator[tuple[str, float]]:
    yield "yichuang_terminal_lag", one.lag
    yield "yichuang_terminal_received", one.received
    yield "yichuang_terminal_held", one.held
    yield "yichuang_terminal_rejected", one.rejected
    if one.last_seen:
        yield "yichuang_terminal_silence_seconds", _age(one.last_seen, now)
    if one.unsent >= 0:
        yield "yichuang_terminal_unsent", one.unsent
        yield "yichuang_terminal_clock_offset_seconds", one.offset_ms / 1000
        yield "yichuang_terminal_oldest_seconds", _age(one.oldest, now) if one.oldest else 0
    if one.free_mb >= 0:
        yield "yichuang_terminal_free_megabytes", one.free_mb


def _age(at: str, now: str) -> float:
    try:
        return max(0.0, (moment(now) - moment(at)).total_seconds())
    except BadBytes:
        return 0.0
