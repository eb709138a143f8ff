"""What comes in: pages of the hall's log, folded into the memory.

Keeps S6 (the page's commit makes own rows *passed*), S7 and S21 (entries byte for byte, holes named), S13 (a pull alone
completes a lost answer), S18 and S19: folding happens outside the write lock, a slice is written with its cursor in one
transaction of at most `limits.apply_slice_ms`, and between two slices the clerk's writes overtake. The disk is waited
for once a page: what a power cut takes of it before is asked for again, its cursor is gone with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from casework import bodies
from casework.ambient import stamp
from casework.bodies.hall import NUMBERED
from casework.case import Case, decode_case, encode_case
from casework.errors import BadBytes
from casework.events import body_of
from casework.events import known as readable_here
from casework.facts import Fact, decode_fact
from casework.folding import evolve
from casework.listing import is_over
from casework.outbox import Move, Row, moved
from casework.refused import GIVEN_UP
from casework.seals import Signed
from casework.upcasting import HALL_WORD
from casework.wire import ENTRY_FACT, ENTRY_TRAY, ENTRY_VERDICT, Entry, Link, Tray, Verdict, extend
from local_db.calls import heard
from local_db.commit import named_by, remember_ref, resolve_own
from local_db.outbox import IN_TRAY, Outbox, keep_tray
from local_db.prefiles import follow, follow_own
from local_db.replay import HOLE, UNREAD, confirmed_case, keep, overlaid, shown_case
from local_db.sql import queries

_SQL = queries("line")
_REPLAY = queries("replay")
_FIRST_SLICE = 64
_MOST_SLICE = 500


class _Read(msgspec.Struct, frozen=True, gc=False):
    """An entry of a page, parsed before the lock is taken, with the chain after it."""

    link: Link
    chain: str
    fact: Fact | None


class _Folded(msgspec.Struct, frozen=True, gc=False):
    """What the log says of a case after a slice."""

    root: str
    n: int
    hole: bool
    case: Case | None
    unread: bool = False
    """This program can't read all of it: it needs an update (S32)."""
    touched: str = ""
    """When the hall took its newest entry in."""


class Pages(Outbox):
    """The receiving half of the memory."""

    def apply(self, links: tuple[Link, ...], start: int, head: Signed, chain: str, epoch: int, acked: int) -> bool:
        """Fold a checked page into the memory, slice by slice, the cursor with each slice (S19).

        Args:
            links: the page's entries, from `start` + 1 on without a gap.
            start: the cursor that the page was asked with.
            head: the signed head at the page's end.
            chain: the chain at the page's end.
            epoch: the page's epoch.
            acked: the hall's mark of own envelopes.

        Returns:
            False, with what was applied before kept, when the cursor has moved since or stands frozen.
        """
        position = self.position()
        if position.frozen or (position.cursor, position.epoch) != (start, epoch):
            return False
        read = _read(links, position.chain)
        if (read[-1].chain if read else position.chain) != chain:
            return False
        count, done = _FIRST_SLICE, 0
        while done < len(read):
            part = read[done : done + count]
            folded = self._fold(part)
            began = self.clock.monotonic()
            if not self._write_slice(part, folded, start + done):
                return False
            done += len(part)
            took_ms = (self.clock.monotonic() - began) * 1000
            count = next_count(len(part), took_ms, self.limits.apply_slice_ms)
        with self.transaction() as db:
            if read:
                self._ended(db, start + len(read), head)
            self._acked(db, acked)
        return True

    def _ended(self, db: sqlite3.Connection, seq: int, head: Signed) -> None:
        """All of a page is here: its head is the newest that the hall has signed."""
        db.execute(_SQL["remember_head"], (msgspec.json.encode(head), seq, seq))

    def _fold(self, part: Sequence[_Read]) -> dict[str, _Folded]:
        folded: dict[str, _Folded] = {}
        with self.looking() as db:
            for one in part:
                fact, entry = one.fact, one.link.entry
                if fact is not None and fact.case and entry is not None:
                    known = folded.get(fact.case) or log_state(db, fact)
                    folded[fact.case] = after_entry(known, entry, fact)
        return folded

    def _write_slice(self, part: Sequence[_Read], folded: dict[str, _Folded], cursor: int) -> bool:
        with self.transaction(flushed=False) as db:
            at, frozen = db.execute("select cursor, frozen from standing").fetchone()
            if at != cursor or frozen:
                return False  # another process has applied this page, or the line was stopped
            db.executemany(_SQL["keep_entry"], [_entry_row(one) for one in part])
            want(db, (one.fact for one in part if one.fact is not None))
            changed, brought = set(folded), self._brought_by_others(db, part)
            for one in part:
                if one.link.entry is not None:
                    changed |= self._note(db, one.link.entry, one.fact, brought)
            changed |= self._pass_hidden(db, part)
            now = stamp(self.clock.now())
            said = {case_id: keep_confirmed(db, case_id, state) for case_id, state in folded.items()}
            for case_id in sorted(filter(None, changed)):
                base = folded[case_id].case if case_id in folded else confirmed_case(db, case_id)
                after = overlaid(db, case_id, base)
                keep(db, case_id, shown_case(db, case_id), after, now, said.get(case_id) if after is base else None)
            db.execute(_SQL["advance"], (cursor + len(part), part[-1].chain))
            follow(db, (one.fact for one in part if one.fact is not None))
            follow_own(db, changed)
        return True

    def _brought_by_others(self, db: sqlite3.Connection, part: Sequence[_Read]) -> dict[str, int]:
        """Own facts that came to the hall in another's envelope: both go on from one memory (T30). By fact id."""
        ids = [one.fact.id for one in part if one.fact is not None and not self._is_of_now(one.link.entry)]
        return own_among(db, ids)

    def _is_of_now(self, entry: Entry | None) -> bool:
        return entry is not None and entry.envelope is not None and entry.envelope.terminal == self.identity.terminal

    def _is_ours(self, entry: Entry | None) -> bool:
        return entry is not None and entry.envelope is not None and self.is_own(entry.envelope.terminal)

    def _note(self, db: sqlite3.Connection, entry: Entry, fact: Fact | None, brought: dict[str, int]) -> set[str]:
        """What an entry means for own rows, tray and tables; returns the cases to show anew besides its own."""
        if entry.kind == ENTRY_TRAY and entry.tray is not None:
            self._drop_guess(db, entry.tray)
            keep_tray(db, self._named(db, entry.tray), told=True)
            return self._settled(db, entry.tray, entry.seq)
        elif entry.kind == ENTRY_VERDICT and entry.verdict is not None:
            seq = self._own_row(db, entry, brought)
            return self._told_alone(db, seq, entry.verdict, entry.seq) if seq else set()
        elif entry.kind == ENTRY_FACT and fact is not None:
            self._pass_own(db, entry, brought)
            if fact.type == "received" and self._is_ours(entry):
                remember_ref(db, fact)
            return project(db, entry.seq, fact)
        return set()

    def _own_row(self, db: sqlite3.Connection, entry: Entry, brought: dict[str, int]) -> int:
        """The `local_seq` of the own row that an entry speaks of; 0 when it is another's.

        An envelope of a former incarnation speaks of where the present one sealed the same fact again. The hash is
        compared: another machine may have gone by the same name (T30).
        """
        envelope, who = entry.envelope, self.identity
        if envelope is None:
            return 0
        seq = envelope.seq
        if not self.is_own(envelope.terminal):
            seq = brought.get(entry.fact_id, 0)
        elif (envelope.terminal, envelope.incarnation) != (who.terminal, who.incarnation):
            again = db.execute(_SQL["again"], (envelope.terminal, envelope.incarnation, envelope.seq)).fetchone()
            seq = again[0] if again else 0
        for place in (seq, brought.get(entry.fact_id, 0)):  # a broken disk may have taken the envelope that it came in
            row = db.execute(_SQL["hash_of_row"], (place,)).fetchone() if place else None
            if row is not None and row[0] == envelope.fact_hash:
                return place
        return 0

    def _pass_own(self, db: sqlite3.Connection, entry: Entry, brought: dict[str, int]) -> None:
        seq = self._own_row(db, entry, brought)
        if not seq:
            return
        if entry.verdict is not None:
            self._judged(db, seq, entry.verdict, entry.seq)
        self._pass(db, seq)

    def _pass(self, db: sqlite3.Connection, seq: int) -> str:
        """The log has passed an own row; its case."""
        row = db.execute(_SQL["row"], (seq,)).fetchone()
        before = Row(row[0])
        db.execute(_SQL["moved"], (moved(before, Move.PASS), seq))
        if before in IN_TRAY:
            self._tray_of_own(db, seq)
        if row[4].startswith("resolve."):
            db.execute(_SQL["drop_resolved_tray"], (seq,))
        case_id: str = row[2]
        return case_id

    def _pass_hidden(self, db: sqlite3.Connection, part: Sequence[_Read]) -> set[str]:
        """Own facts that were accepted at places which are not shown here: nobody says more of them. Their cases.

        Others may have brought them, or shown them to a restored hall: then no verdict for this terminal stands there.
        """
        hidden = {one.link.seq for one in part if one.link.entry is None}
        if not hidden:
            return set()
        rows = db.execute(_SQL["accepted_between"], (part[0].link.seq - 1, part[-1].link.seq)).fetchall()
        return {self._pass(db, seq) for seq, entry in rows if entry in hidden}

    def _told_alone(self, db: sqlite3.Connection, seq: int, verdict: Verdict, at: int) -> set[str]:
        """A verdict for this terminal alone; of what stands in a scope that it is not shown nothing more will come."""
        changed = self._judged(db, seq, verdict, at)
        return changed | {self._pass(db, seq)} if verdict.v == "accepted" else changed

    def _settled(self, db: sqlite3.Connection, line: Tray, seq: int) -> set[str]:
        """What was given up or amended in a scope that is not shown here: its `resolve.*` fact is not, either."""
        own = self.is_own(line.terminal)
        gone = line.settled in GIVEN_UP and own
        if own:
            db.execute(_SQL["note_settled"] if line.settled else _SQL["note_open"], (line.fact, seq))
        return resolve_own(db, line.fact) if gone else set()


def own_among(db: sqlite3.Connection, ids: Sequence[str]) -> dict[str, int]:
    """Those of the facts `ids` that were made here, and where they are sealed now."""
    return dict(db.execute(_SQL["own_among"], (msgspec.json.encode(ids).decode(),)).fetchall()) if ids else {}


def _read(links: Sequence[Link], chain: str) -> list[_Read]:
    read = []
    for link in links:
        chain = link.chain or extend(chain, link.hash)
        fact = None
        if link.entry is not None and link.entry.kind == ENTRY_FACT:
            try:
                fact = decode_fact(link.entry.fact)
            except BadBytes:
                fact = None  # kept byte for byte all the same; a later version may read it (S32)
        read.append(_Read(link, chain, fact))
    return read


def _entry_row(one: _Read) -> tuple[int, str, str, str, bytes, str, str]:
    link, entry = one.link, one.link.entry
    if entry is None:
        return link.seq, "", "", link.hash, link.raw, "", ""
    case = one.fact.case if one.fact else (entry.tray.case if entry.tray else "")
    return link.seq, entry.scope, entry.kind, link.hash, link.raw, case, entry.fact_id


def next_count(count: int, took_ms: float, most_ms: float, most: int = _MOST_SLICE) -> int:
    """How many entries the next slice may have, from how long this one took; at most twice as many."""
    if took_ms <= 0:
        return min(most, count * 2)
    return max(1, min(most, count * 2, int(count * most_ms * 0.7 / took_ms)))


def log_state(db: sqlite3.Connection, fact: Fact) -> _Folded:
    """What the log said of the fact's case so far."""
    row = db.execute(_REPLAY["confirmed"], (fact.case,)).fetchone()
    if row is None:
        return unheard(fact)
    case = decode_case(row[3]) if row[3] is not None else None
    return _Folded(row[0], row[1], bool(row[2] & HOLE), case, bool(row[2] & UNREAD))


def unheard(fact: Fact) -> _Folded:
    """A case of which the log has said nothing."""
    return _Folded(fact.root, 0, hole=False, case=None)


def after_entry(known: _Folded, entry: Entry, fact: Fact) -> _Folded:
    """What the log says of a case after one more entry; a count that jumps is a hole (S21)."""
    n = entry.n or known.n + 1
    hole = (known.hole and n > 1) or n != known.n + 1  # before the first there is nothing that could be missing
    unread = known.unread or not readable_here(fact)
    return _Folded(fact.root, n, hole, evolve(known.case, fact), unread, entry.received_at)


def keep_confirmed(db: sqlite3.Connection, case_id: str, state: _Folded) -> bytes | None:
    """Write what the log says of a case; the bytes of its state."""
    body = encode_case(state.case) if state.case is not None else None
    ended = state.case is not None and is_over(state.case)
    marks = state.hole * HOLE | state.unread * UNREAD
    db.execute(_REPLAY["keep_confirmed"], (case_id, state.root, state.n, marks, body, ended, state.touched))
    return body


def want(db: sqlite3.Connection, facts: Iterable[Fact]) -> None:
    """Versions of the catalogue that `facts` name, to be fetched by their hash (S33)."""
    db.executemany(_SQL["want"], {(fact.catalogue,) for fact in facts if fact.catalogue})


def project(db: sqlite3.Connection, seq: int, fact: Fact) -> set[str]:
    """Roster, terminals and heads; and what somebody resolved: the cases to show anew for that."""
    heard(db, (fact,))
    if fact.type in {"resolve.withdraw", "resolve.amend"}:  # what was insisted on follows as an entry of its own
        return {case_id for named in named_by(fact) for case_id in resolve_own(db, named)}
    if fact.type in {"staff.set", "terminal.set", "catalogue.head", "calendar.head", "write.version"}:
        _project_hall(db, seq, fact)
    return set()


def _project_hall(db: sqlite3.Connection, seq: int, fact: Fact) -> None:
    try:
        body = body_of(fact)
    except BadBytes:
        return
    if isinstance(body, bodies.StaffSet):
        db.execute(_SQL["keep_staff"], (body.number, seq, msgspec.json.encode(body)))
    elif isinstance(body, bodies.TerminalSet):
        db.execute(_SQL["keep_terminal"], (body.number, seq, msgspec.json.encode(body)))
    elif isinstance(body, bodies.WriteVersion):
        db.execute(_SQL["keep_head"], (HALL_WORD + body.type, seq, str(body.version)))
    else:
        db.execute(_SQL["keep_head"], (fact.type, seq, body.version))
        if body.number:
            db.execute(_SQL["keep_head"], (fact.type + NUMBERED, seq, str(body.number)))
