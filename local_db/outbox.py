"""What goes out: envelopes in order, their verdicts, and what waits.

Keeps S6 (only `casework.outbox.moved` moves a row), S11 and S12 (every envelope travels, in order, groups whole; what
can't be sent travels as a stub), S13 (a verdict's higher revision replaces the lower; answers are idempotent) and S16
(what was refused is in the tray at once).
"""

from __future__ import annotations

import sqlite3

import msgspec

from casework.admit import insistable
from casework.ambient import stamp
from casework.errors import BadBytes
from casework.events import body_of
from casework.facts import Envelope, digest
from casework.outbox import Move, Row, moved
from casework.position import Outgoing, Pending, Position
from casework.seals import Signed
from casework.wire import Answered, Sent, Tray, Verdict
from local_db.commit import Commit
from local_db.prefiles import follow_own
from local_db.replay import counts, readable, reshow, shown_case
from local_db.sql import queries

_SQL = queries("line")
_SCOPES = queries("scopes")
_MOVES = {"accepted": Move.ACCEPT, "rejected": Move.REJECT, "held": Move.HOLD}
IN_TRAY = frozenset({Row.HELD, Row.REJECTED, Row.RESOLVED})
"""Rows of which a line stands in the tray, or stood there."""
_GIVEN_UP = "settled"
"""The hall's word for what a person gave up before it was judged: no line waits for anybody."""
_ID_REUSED = "id_reused"
"""The same for what another fact had the id of before: only its bytes name it."""
DAMAGED = "damaged"
"""The stub's reason when a byte broke on this disk (T53)."""


class Outbox(Commit):
    """The sending half of the memory."""

    def position(self) -> Position:
        """Where this terminal stands."""
        with self.reading() as db:
            epoch, cursor, chain, head, frozen, acked, former = db.execute(_SQL["position"]).fetchone()
            who = self.identity
            keep = tuple(row[0] for row in db.execute(_SCOPES["kept"], (who.terminal,)))
        known = msgspec.json.decode(head, type=Signed) if head else None
        return Position(
            who.hall, who.terminal, who.incarnation, epoch, cursor, chain, known, frozen, keep, self.is_adrift(), acked,
            former,
        )  # fmt: skip

    def outgoing(
        self, max_facts: int, max_bytes: int, after: int | None = None, *, whole: bool = False
    ) -> Outgoing | None:
        """The oldest envelopes that the hall has not acknowledged, from `after` + 1 on (default: its last mark).

        At least one whole group, however small the bounds; None when nothing waits. `whole`: with all bytes that are
        whole here, also of what travelled as a stub.
        """
        taken: list[tuple[int, str, str, Sent]] = []
        size = complete = 0
        with self.reading() as db:
            mark = db.execute("select acked from standing").fetchone()[0] if after is None else after
            for seq, prev, hash_, stub, data, fact_hash, index, members in db.execute(_SQL["outgoing"], (mark,)):
                reason = ("" if whole else stub) or ("" if digest(data) == fact_hash else DAMAGED)
                sent = Sent(seq, stub=reason, fact_hash=fact_hash) if reason else Sent(seq, msgspec.Raw(data))
                size += len(data)
                if complete and (len(taken) + 1 > max_facts or size > max_bytes):
                    break
                taken.append((seq, prev, hash_, sent))
                if index + 1 == members:
                    complete = len(taken)
        if not taken:
            return None
        taken = taken[: complete or len(taken)]
        events = tuple(row[3] for row in taken)
        return Outgoing(taken[0][0], taken[-1][0], taken[0][1], taken[-1][2], events)

    def without_bytes(self) -> tuple[int, ...]:
        """Envelopes that travelled as stubs though their bytes are whole here: these may go by stick (S12, S28)."""
        with self.reading() as db:
            rows = db.execute(_SQL["stubs"]).fetchall()
        return tuple(seq for seq, data, hash_ in rows if digest(data) == hash_)

    def broken_link(self) -> int | None:
        """The place of an own fact that is not what was sealed, among the newest; None when all of them are (S1, S2).

        The chain is followed within the incarnation of today; of those before it the bytes are compared.
        """
        who, before = self.identity, ""
        with self.reading() as db:
            rows = db.execute(_SQL["newest_links"], (self.limits.links_checked,)).fetchall()
        for seq, incarnation, prev, fact_hash, data, own_hash, stub in reversed(rows):
            mine = incarnation == who.incarnation
            sealed = Envelope(who.terminal, incarnation, seq, prev, fact_hash).hash if mine else own_hash
            if (not stub and digest(data) != fact_hash) or sealed != own_hash or (mine and before and prev != before):
                return int(seq)
            before = own_hash if mine else ""
        return None

    def whole_group(self, seq: int) -> Outgoing:
        """The group of an envelope with all the bytes that are whole here, whatever was tried before."""
        with self.reading() as db:
            rows = db.execute(_SQL["group_of"], (seq,)).fetchall()
        events = tuple(
            Sent(at, msgspec.Raw(data)) if digest(data) == hash_ else Sent(at, stub=DAMAGED, fact_hash=hash_)
            for at, _, _, data, hash_ in rows
        )
        return Outgoing(rows[0][0], rows[-1][0], rows[0][1], rows[-1][2], events)

    def has_sealed(self, hash_: str) -> bool:
        """Whether an envelope with this hash is here: all before it in its chain were sealed here then."""
        with self.reading() as db:
            return db.execute(_SQL["has_sealed"], (hash_,)).fetchone() is not None

    def mark_sent(self, first: int, last: int) -> None:
        """The line is about to send these; counts the attempt."""
        now = stamp(self.clock.now())
        with self.transaction() as db:
            rows = db.execute(_SQL["to_send"], (first, last)).fetchall()
            db.executemany(_SQL["sent"], [(moved(Row(state), Move.SEND), now, seq) for seq, state in rows])

    def answered(self, answers: tuple[Answered, ...], acked: int, epoch: int = 0) -> None:
        """Write down verdicts of a push answer; a row that is not in `answers` stays unsent (T5). Idempotent.

        `epoch`: of the answer. One from before the hall was restored says nothing of what its log has now (S25).
        """
        with self.transaction() as db:
            if epoch and epoch < db.execute(_SQL["position"]).fetchone()[0]:
                return
            changed: set[str] = set()
            for answer in answers:
                changed |= self._judged(db, answer.seq, answer.verdict, answer.entry)
            changed |= self._passed_before(db, [answer.seq for answer in answers])
            self._reshow(db, changed)
            self._acked(db, acked)

    def stub(self, seq: int, reason: str) -> None:
        """This envelope travels as a stub from now on (S12)."""
        with self.transaction() as db:
            db.execute(_SQL["set_stub"], (reason, seq))

    def resend_from(self, seq: int) -> None:
        """The hall has everything before `seq` and nothing from there on: 409 `gap` (T4), or its mark says so (T59)."""
        with self.transaction() as db:
            mark = db.execute("select acked from standing").fetchone()[0]
            db.execute(_SQL["set_acked"], (max(0, min(seq - 1, mark)),))

    def pending(self) -> Pending:
        """What waits now."""
        with self.reading() as db:
            unsent, first = db.execute(_SQL["unsent"]).fetchone()
            oldest = db.execute(_SQL["oldest_unsent"], (first,)).fetchone()[0]
            kinds: dict[str, int] = dict(db.execute(_SQL["own_to_settle"], (self.own_names(),)).fetchall())
        held = kinds.pop("held", 0)
        return Pending(unsent, oldest, held, sum(kinds.values()))

    def _acked(self, db: sqlite3.Connection, acked: int) -> None:
        """Move the mark, never past what has no verdict: that counts as unsent, whatever a number says (T5)."""
        last = db.execute(_SQL["end_of_outbox"]).fetchone()[0]
        mark = db.execute("select acked from standing").fetchone()[0]
        unsent = db.execute(_SQL["unsent_after"], (mark,)).fetchone()
        reached = min(acked, last, unsent[0] - 1 if unsent else last)
        if mark < reached:
            db.execute(_SQL["set_acked"], (reached,))

    def _judged(self, db: sqlite3.Connection, seq: int, verdict: Verdict, entry: int) -> set[str]:
        """Move a row by a verdict; returns the cases to show anew. Unknown rows, older revisions change nothing."""
        row = db.execute(_SQL["row"], (seq,)).fetchone()
        move = _MOVES.get(verdict.v)
        if row is None or move is None or verdict.revision < row[1]:
            return set()
        state, after = Row(row[0]), moved(Row(row[0]), move)
        if after is state and verdict.revision == row[1]:
            return set()
        if after in IN_TRAY and _is_given_up(db, verdict, row[3], row[7]):
            after = moved(after, Move.RESOLVE)  # the word of that may have come before its verdict
        db.execute(_SQL["judged"], (after, msgspec.json.encode(verdict), verdict.revision, entry, seq))
        if IN_TRAY & {state, after}:  # of what was accepted at once there never was a line
            self._tray_of_own(db, seq)
        return {row[2]} if counts(row[4], state) != counts(row[4], after) else set()

    def _passed_before(self, db: sqlite3.Connection, seqs: list[int]) -> set[str]:
        """Own facts that the hall had from elsewhere, or before it was restored: the cursor has passed them already.

        Where their entry is not here (the case was over when this copy began), the case is asked for. Returns the cases
        to show anew.
        """
        rows = db.execute(_SQL["passed_before"], (msgspec.json.encode(seqs).decode(),)).fetchall()
        for seq, case_id, here in rows:
            if here or not case_id:  # what belongs to no case is asked for by nobody
                db.execute(_SQL["moved"], (moved(Row.ACCEPTED, Move.PASS), seq))
            else:
                db.execute(_SQL["mark_hole"], (case_id,))
        return {case_id for _, case_id, _ in rows if case_id}

    def _tray_of_own(self, db: sqlite3.Connection, seq: int) -> None:
        """Own refused and held facts are in the tray at once, before the hall's entry of it was pulled (S16)."""
        state, _, case_id, fact_id, type_, data, coded, hash_, stub = db.execute(_SQL["row"], (seq,)).fetchone()
        verdict = msgspec.json.decode(coded, type=Verdict) if coded else Verdict("")
        db.execute(_SQL["drop_own_tray"], (fact_id, hash_))
        if verdict.v not in {"rejected", "held"} or state == Row.PASSED or _is_given_up(db, verdict, fact_id, hash_):
            return
        fact = readable(data)
        # The hall's name for it: the hash where it has no bytes, or where another fact has the id already.
        nameless = verdict.code == _ID_REUSED or digest(data) != hash_
        nameless = nameless or bool(stub and not db.execute(_SQL["is_told"], (fact_id,)).fetchone())
        line = Tray(
            fact=hash_ if nameless else fact_id, type=type_, case=case_id, root=fact.root if fact else case_id,
            number=_number_of(db, case_id), terminal=self.identity.terminal, actor=fact.actor if fact else "",
            code=verdict.code, facts=verdict.facts, since=verdict.judged_at, kind=verdict.v,
            insistable=insistable(type_, verdict.code, verdict.facts.get("code", "")),
            group=fact.group.id if fact else "", made=fact.time.at if fact else "", post=fact.post if fact else "",
        )  # fmt: skip
        keep_tray(db, line, told=False)

    def _drop_guess(self, db: sqlite3.Connection, line: Tray) -> None:
        """What a verdict alone had put there goes, under whichever name, when the hall has its own word for it.

        A pull may bring the verdict of a stub while the answer that says a stub got through is lost: then this is where
        it is written down (S12). And the bytes may have got through before a stub was made of them.
        """
        row = db.execute(_SQL["own_named"], (line.fact,)).fetchone() if self.is_own(line.terminal) else None
        if row is None:
            return
        seq, fact_id, hash_, stub = row
        db.execute(_SQL["drop_own_tray"], (fact_id, hash_))
        if line.fact == hash_ and not (stub or line.type):
            db.execute(_SQL["set_stub"], (line.facts.get("reason") or line.code, seq))

    def _named(self, db: sqlite3.Connection, line: Tray) -> Tray:
        """The hall's line of bytes that it does not have: what is known of them here is said with it (S12)."""
        if line.type or not self.is_own(line.terminal):
            return line
        row = db.execute(_SQL["own_by_hash"], (line.fact,)).fetchone()
        fact = readable(row[2]) if row else None
        if row is None:
            return line
        case_id, type_, _ = row
        return msgspec.structs.replace(
            line, case=case_id, type=type_, number=_number_of(db, case_id),
            root=fact.root if fact else case_id, actor=fact.actor if fact else "",
        )  # fmt: skip

    def _reshow(self, db: sqlite3.Connection, cases: set[str]) -> None:
        now = stamp(self.clock.now())
        for case_id in sorted(filter(None, cases)):
            reshow(db, case_id, now)
        follow_own(db, cases)


def _is_given_up(db: sqlite3.Connection, verdict: Verdict, fact_id: str, hash_: str) -> bool:
    """Whether the hall has told that a person gave up what has that verdict, under its id or the hash of its bytes."""
    name = hash_ if verdict.code == _ID_REUSED else fact_id
    return verdict.code == _GIVEN_UP or db.execute(_SQL["is_given_up"], (name, hash_)).fetchone() is not None


def _number_of(db: sqlite3.Connection, case_id: str) -> str:
    """The number of a case, also of one out of sight because its receipt was refused; empty for what has none."""
    case = shown_case(db, case_id)
    if case is not None:
        return case.number
    row = db.execute(_SQL["own_receipt"], (case_id,)).fetchone()
    fact = readable(row[0]) if row else None
    if fact is None:
        return ""
    try:
        number: str = body_of(fact).number
    except BadBytes:
        return ""  # the tray shows it without a number
    return number


def keep_tray(db: sqlite3.Connection, line: Tray, *, told: bool) -> None:
    """Put a line into the tray, or settle it there."""
    row = (
        line.fact,
        line.case,
        line.kind,
        line.terminal,
        line.since,
        line.settled,
        int(told),
        msgspec.json.encode(line),
    )
    db.execute(_SQL["keep_tray"], row)
    if line.settled:
        db.execute(_SQL["drop_fetched"], (line.fact,))
