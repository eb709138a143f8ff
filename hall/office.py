"""What the hall itself says: people, terminals, heads of catalogue and calendar, as facts of the terminal `0000` (S10).

Pure: a view of the memory in, the changes out. They lie in the same log and chain as all others, in scope `hall`.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from casework import bodies
from casework.ambient import NewId, moment, stamp
from casework.bodies.hall import NUMBERED
from casework.case import Case, decode_case, encode_case
from casework.errors import BadBytes
from casework.events import EVENTS
from casework.facts import HALL, Base, Envelope, Fact, Group, LegalTime, digest, encode_body, encode_fact
from casework.folding import evolve
from casework.upcasting import FIRST_WRITTEN, HALL_WORD
from casework.wire import ENTRY_FACT, Entry, Verdict
from hall.docket import HALL_SCOPE
from hall.errors import Stop
from hall.health import cannot_read
from hall.leaving import terminal_set
from hall.rows import CaseRow, Changes, Draft, HallRow, Register, TerminalRow
from hall.store import Reading

_TYPES: dict[type[bodies.Body], str] = {
    bodies.StaffSet: "staff.set",
    bodies.TerminalSet: "terminal.set",
    bodies.CatalogueHead: "catalogue.head",
    bodies.CalendarHead: "calendar.head",
    bodies.DeemedAccepted: "deemed_accepted",
    bodies.TimerSetAside: "timer.set_aside",
    bodies.TimerSettled: "timer.settled",
    bodies.WriteVersion: "write.version",
    bodies.EpochOpened: "epoch.opened",
    bodies.Gap: "gap",
    bodies.Renumbered: "renumbered",
    bodies.Imported: "imported",
    bodies.ScanArrived: "scan.arrived",
}


class OnCase(msgspec.Struct, frozen=True):
    """What the hall says of one case. `n`: the case's own count of this entry; `id` the fact's."""

    id: str
    case: str
    root: str
    scope: str
    n: int
    body: bodies.Body


def own_facts(
    reading: Reading, said: Sequence[bodies.Body | OnCase], now: str, new_id: NewId, changes: Changes | None = None
) -> Changes:
    """`said` as sealed facts of the hall, with what follows from them, added to `changes`.

    Args:
        reading: the transaction that will write them.
        said: bodies of hall facts, of scope `hall` or on a case.
        now: the hall's time, a `stamp`.
        new_id: gives ids.
        changes: what else the same transaction writes.
    """
    changes = changes or Changes()
    hall = reading.hall()
    row = changes.terminals.get(HALL) or reading.terminal(HALL) or TerminalRow(HALL, hall.id, hall.key, ())
    for each in said:
        what = each if isinstance(each, OnCase) else OnCase(new_id(), "", HALL_SCOPE, HALL_SCOPE, 0, each)
        row = _say(changes, hall, row, what, now, new_id)
    changes.terminals[HALL] = row
    return changes


def fact_of(what: OnCase, hall: HallRow, acked: int, now: str, group: str) -> Fact:
    """What the hall says, as a fact that is not sealed yet."""
    return Fact(
        id=what.id, type=_TYPES[type(what.body)], version=1, root=what.root, case=what.case,
        group=Group(group, 0, 1), actor="", post="", visit="", base=Base(hall.epoch, hall.seq, acked),
        time=LegalTime(now, 0, now, same_boot=True), catalogue="", roster=0, body=encode_body(what.body),
    )  # fmt: skip


def with_what_was_said(reading: Reading, changes: Changes, said: Sequence[OnCase], now: str) -> dict[str, Case]:
    """The cases' rows with what the hall said of them; the cases."""
    cases: dict[str, Case] = {}
    known = reading.cases([what.case for what in said])
    for what in said:
        row = changes.cases.get(what.case) or known[what.case]
        fact = fact_of(what, reading.hall(), 0, now, "")
        case = evolve(decode_case(row.state) if row.state else None, fact)
        changes.cases[what.case] = CaseRow(row.id, row.root, row.scope, what.n, encode_case(case) if case else None)
        if case is not None:
            cases[what.case] = case
    return cases


def _say(changes: Changes, hall: HallRow, row: TerminalRow, what: OnCase, now: str, new_id: NewId) -> TerminalRow:
    """One fact sealed and drafted; the hall's own row after it."""
    group = new_id()
    fact = fact_of(what, hall, row.acked, now, group)
    data = encode_fact(fact)
    envelope = Envelope(HALL, row.incarnation, row.acked + 1, row.head, digest(data))
    verdict = Verdict("accepted", judged_at=now)
    draft = len(changes.drafts)
    entry = Entry(ENTRY_FACT, 0, what.scope, now, envelope, verdict, msgspec.Raw(data), fact.id, what.n)
    changes.drafts.append(Draft(entry, what.case))
    changes.registers[HALL, row.incarnation, envelope.seq] = (
        Register(
            HALL, row.incarnation, envelope.seq, envelope.hash, envelope.fact_hash, fact.id, True, verdict,
            root=what.root, case=what.case, group=group,
        ),
        draft,
    )  # fmt: skip
    project(changes, what.body, draft)
    return msgspec.structs.replace(row, acked=envelope.seq, head=envelope.hash)


def project(changes: Changes, body: bodies.Body, draft: int) -> None:
    """Roster and heads as a hall fact makes them."""
    if isinstance(body, bodies.StaffSet):
        changes.staff[body.number] = body, draft
    elif isinstance(body, bodies.CatalogueHead | bodies.CalendarHead):
        kind = "catalogue" if isinstance(body, bodies.CatalogueHead) else "calendar"
        changes.heads[kind] = body.version, draft
        if body.number:
            changes.heads[kind + NUMBERED] = str(body.number), draft
    elif isinstance(body, bodies.WriteVersion):
        changes.heads[HALL_WORD + body.type] = str(body.version), draft
    elif isinstance(body, bodies.Gap):
        changes.gaps.append(body)


def publish(reading: Reading, catalogue: bytes, calendar: bytes, now: str, new_id: NewId) -> Changes:
    """The blobs of a catalogue and a calendar, and the heads that make them count; nothing where they count already.

    Raises Stop where the hall has had a signed version: from then on unsigned ones count no more.
    """
    changes, said = Changes(), []
    for kind, data, head in (
        ("catalogue", catalogue, bodies.CatalogueHead), ("calendar", calendar, bodies.CalendarHead),
    ):  # fmt: skip
        version = digest(data)
        changes.blobs[version] = data
        if reading.head(kind) != version:
            if reading.head(kind + NUMBERED):
                raise Stop("hall.signed_only", kind=kind)
            said.append(head(version))
    return own_facts(reading, said, now, new_id, changes) if said else changes


def write_version(reading: Reading, type_: str, version: int, now: str, new_id: NewId) -> Changes:
    """From here on facts of `type_` are written in `version` (S32).

    Raises Stop: this hall can't read it itself, it is written already, or an active terminal could not read it.
    """
    row = EVENTS.get(type_)
    if row is None or not 1 <= version <= row.version:
        raise Stop("hall.unknown_version", type=type_[:40], version=version, newest=row.version if row else 0)
    already = int(reading.head(HALL_WORD + type_) or FIRST_WRITTEN)
    if version <= already:
        raise Stop("hall.written_already", type=type_, version=already)
    blind = cannot_read(reading, type_, version)
    if blind:
        raise Stop("hall.cannot_read", type=type_, version=version, terminals=", ".join(blind))
    return own_facts(reading, [bodies.WriteVersion(type_, version)], now, new_id)


def revoke(reading: Reading, number: str, now: str, new_id: NewId, since: str = "") -> Changes:
    """End a terminal's line: its requests are answered 403 from here on.

    Args:
        reading: the transaction that will write it.
        number: the terminal's.
        now: the hall's time, a `stamp`.
        new_id: gives ids.
        since: from when on what it did waits for a person (S28), a day or a moment; by default from now on. Said
            again, it moves the cut-off.

    Raises Stop when there is no such terminal, it is revoked already, or the time is none or still to come.
    """
    row = reading.terminal(number)
    if row is None or number == HALL:
        raise Stop("hall.no_terminal", number=number)
    if (row.revoked or not (row.active or row.adopted_by)) and not since:
        raise Stop("hall.terminal_revoked", number=number)
    try:
        cutoff = stamp(moment(since)) if since else now
    except BadBytes as cause:
        raise Stop("hall.revoke_since", since=since[:40]) from cause
    if cutoff > now:
        raise Stop("hall.revoke_since", since=since[:40])
    row = msgspec.structs.replace(row, active=False, revoked=cutoff)
    said = terminal_set(row)
    return own_facts(reading, [said], now, new_id, Changes(terminals={number: row}))
