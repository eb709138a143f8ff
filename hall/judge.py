"""The judge: one pure object that is fed with batches and the state as loaded, and says what is to be written.

It keeps S3 (groups all or none, the second after the first), S5 (bases), S13 (verdicts with revisions, duplicates by
fact id and hash), S14 (counter facts are never refused), S15 (lanes and resolutions), S16 (the tray) and S17 (`admit`
raising is *held*, not an error). It knows no database, no clock and no HTTP.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

import msgspec

from casework.admit import Judgement, admit, insistable
from casework.ambient import moment, stamp
from casework.case import Case, encode_case
from casework.errors import BadBytes
from casework.events import EVENTS, body_of
from casework.facts import Envelope, Fact
from casework.folding import evolve
from casework.limits import LIMITS, Limits
from casework.wire import ENTRY_FACT, ENTRY_TRAY, ENTRY_VERDICT, Answered, Entry, Tray, Verdict
from hall.docket import HALL_SCOPE, Docket, Lane
from hall.pieces import Piece, in_groups, piece_of
from hall.rows import TERMINAL_SCOPE, CaseRow, Draft, Register, TrayRow
from hall.timers import timer_rows

_log = logging.getLogger("yichuang.hall")

_NAMES_A_MODULE = frozenset({"prefile.opened", "prefile.parked"})
_SETTLES = {"resolve.withdraw": "withdraw", "resolve.amend": "amend"}


class Sitting:
    """One transaction's worth of judging.

    Args:
        docket: the state as loaded.
        now: the hall's time, a `stamp`.
        limits: sizes of groups, and what good evidence of a clock is.
    """

    def __init__(self, docket: Docket, now: str, limits: Limits = LIMITS) -> None:
        self._docket = docket
        self._now = now
        self._limits = limits
        self._soonest_doubt = stamp(moment(now) + timedelta(seconds=limits.clock_offset_seconds))
        self._heard: list[tuple[Piece, bool]] = []
        self.late_notices: list[Fact] = []
        """Notices that came for a case which the timer had accepted meanwhile (S30)."""
        self._reopen: dict[Lane, None] = {}
        self._reopen_after: set[str] = set()

    # Batches

    def hear(self, pieces: Sequence[Piece], known: dict[int, Register]) -> None:
        """Judge `pieces` in order. `known`: envelopes among them that were judged before, by `local_seq`."""
        self._docket.prefetch(pieces)
        present: dict[str, set[int]] = {}
        for piece in pieces:
            if piece.fact:
                present.setdefault(piece.fact.group.id, set()).add(piece.fact.group.index)
        for group in in_groups(pieces):
            after = group[0].fact.group.after if group[0].fact else None
            if self._reopen and after not in self._reopen_after:
                self._reopen_lanes()
            fresh = [piece for piece in group if self._is_fresh(piece, known.get(piece.envelope.seq))]
            if fresh:
                first = fresh[0].fact
                whole = first is None or present[first.group.id] >= set(range(first.group.size))
                self._judge(fresh, whole=whole)
        self._reopen_lanes()

    def _is_fresh(self, piece: Piece, register: Register | None) -> bool:
        """Whether `piece` has to be judged; a known one is only answered (T1), a known fact only noted (S13)."""
        fact, docket = piece.fact, self._docket
        bearer = docket.bearer(fact.id) if fact else None
        same = bearer is not None and bearer.fact_hash == piece.envelope.fact_hash
        arrived = register is not None and not register.fact_id and register.data is None and fact is not None
        fresh = register is None and bearer is None
        self._heard.append((piece, register is not None or same))
        if fresh or (register is not None and not arrived):
            return fresh
        if arrived and register is not None:
            if self._given_up(piece, register):
                return False
            self._settle_row(piece.envelope.fact_hash, "arrived")
        if same and bearer is not None:
            docket.put(_register(piece, bearer.verdict, first=False, data=None), None)
        elif bearer is not None:
            self._refuse(piece, Judgement("rejected", "id_reused", {"id": piece.id}), first=False)
        elif fact is not None and register is not None:  # the bytes of a stub, by line or stick: judged with its group
            docket.put(_register(piece, register.verdict), None)
            self._tray(piece.id, piece, Judgement("held", "bytes"))
            self._reopen[piece.envelope.terminal, fact.root] = None
        return False

    def _given_up(self, piece: Piece, register: Register) -> bool:
        """Bytes that come after somebody gave them up are kept, and move nothing."""
        row = self._docket.tray_row(piece.envelope.fact_hash)
        if row is None or row.tray.settled in {"", "arrived"}:
            return False
        self._docket.put(_register(piece, _settled(register.verdict)), None)
        return True

    def answers(self, seqs: Sequence[int]) -> tuple[Answered, ...]:
        """The verdict for each envelope that was heard, the latest one. `seqs`: the numbers that the drafts got."""
        found = []
        for piece, duplicate in self._heard:
            register, draft = self._latest(piece)
            entry = register.entry if draft is None else seqs[draft]
            accepted = register.verdict.v == "accepted"
            found.append(Answered(piece.envelope.seq, register.verdict, entry if accepted else 0, duplicate))
        return tuple(found)

    def _latest(self, piece: Piece) -> tuple[Register, int | None]:
        env = piece.envelope
        bearer = self._docket.bearer(piece.fact.id) if piece.fact else None
        if bearer is not None and bearer.fact_hash == env.fact_hash:
            return self._docket.changes.registers.get((bearer.terminal, bearer.incarnation, bearer.seq), (bearer, None))
        return self._docket.registered(env)

    # Groups

    def _judge(self, pieces: list[Piece], *, whole: bool) -> None:
        """One group that was never judged: all or none."""
        blocks = not _resolves(pieces)
        for piece, judgement, case in self._verdicts(pieces, whole=whole, again=False):
            if judgement.kind == "accepted":
                self._accept(piece, judgement, case)
            else:
                self._refuse(piece, judgement, blocks=blocks)

    def _verdicts(self, pieces: list[Piece], *, whole: bool, again: bool) -> list[tuple[Piece, Judgement, Case | None]]:
        """What is said of each piece of one group, and the case after it."""
        stop = self._before_judging(pieces, whole=whole, again=again)
        if stop is not None:
            return [(piece, piece.trouble or stop, None) for piece in pieces]
        said: list[tuple[Piece, Judgement, Case | None]] = []
        trial: dict[str, Case | None] = {}
        for piece in pieces:
            fact = _fact(piece)
            before = trial[fact.case] if fact.case in trial else self._docket.live(fact.case).case
            judgement, after = self._one(piece, fact, before)
            said.append((piece, judgement, after))
            trial[fact.case] = after
        return _all_or_none(said)

    def _before_judging(self, pieces: list[Piece], *, whole: bool, again: bool) -> Judgement | None:
        """Why the group can't be looked at now."""
        trouble = next((piece.trouble for piece in pieces if piece.trouble), None)
        if trouble is not None:
            return Judgement(trouble.kind, "group", {"code": trouble.code})
        fact = _fact(pieces[0])
        if sum(len(piece.data or b"") for piece in pieces) > self._limits.group_bytes:
            return Judgement("rejected", "too_big")
        if not whole:
            return Judgement("held", "group", {"code": "bytes"})
        before = self._docket.group_before(pieces[0].envelope, fact.group.after)
        if before:
            return Judgement("rejected" if again and before == "rejected" else "held", "after")
        terminal = pieces[0].envelope.terminal
        if again or self._goes_past(pieces, fact):
            return None
        waits = self._docket.waits((terminal, fact.root)) or self._awaits_bytes(terminal, fact)
        return Judgement("held", "lane") if waits else None

    def _goes_past(self, pieces: list[Piece], fact: Fact) -> bool:
        """Resolutions go past a lane's hold, and counter facts unless their `received` is held itself (S14, S15)."""
        return _resolves(pieces) or (pieces[0].is_counter and not self._is_orphan(fact))

    def _is_orphan(self, fact: Fact) -> bool:
        return fact.type != "received" and self._docket.live(fact.case).case is None

    def _awaits_bytes(self, terminal: str, fact: Fact) -> bool:
        """Its case may be in what came without bytes: nobody can tell yet (S12)."""
        return self._is_orphan(fact) and self._docket.has_unread(terminal)

    def _one(self, piece: Piece, fact: Fact, case: Case | None) -> tuple[Judgement, Case | None]:
        """The judgement of one fact on `case`, and the case after it."""
        try:
            unseen = self._docket.unseen(piece.envelope, fact)
            judgement = admit(case, fact, self._docket.bench(fact), unseen)
            if judgement.kind != "accepted":
                return judgement, case
            return self._doubted(fact, judgement, case), evolve(case, fact)
        except BadBytes:
            return Judgement("held", "bytes"), case
        except Exception:  # S17: a fault of ours never loses a fact; the next version judges it again
            _log.exception("judging fact %s failed", fact.id)
            return Judgement("held", "internal"), case

    def _doubted(self, fact: Fact, judgement: Judgement, case: Case | None) -> Judgement:
        """With the flags that only the hall can see: a doubled number, a clock without evidence (S27, S29).

        And a paper in somebody's hand whose act is given up: that is never done in silence (S15).
        """
        flags = list(judgement.flags)
        if fact.type == "received" and self._docket.doubled(fact):
            flags.append("number_doubled")
        if EVENTS[fact.type].prints and not self._clock_is_good(fact):
            flags.append("clock_unproven")
        if fact.type in _SETTLES and case is not None and self._docket.paper_is_out(fact, case):
            flags.append("paper_out")
        return msgspec.structs.replace(judgement, flags=tuple(flags)) if flags else judgement

    def _clock_is_good(self, fact: Fact) -> bool:
        """Whether the time on the paper stands without a supervisor's word (S29)."""
        try:
            return fact.time.at <= self._soonest_doubt and fact.time.is_good(fact.time.at, self._limits)
        except BadBytes:
            return False

    def _may_be_of_before(self, envelope: Envelope, fact: Fact) -> bool:
        """A notice of before the timer: on a proven clock, and by a window that had not heard of it (S29, S30)."""
        told = fact.type == "supplement.told" and self._clock_is_good(fact)
        return told and "deemed_accepted" in self._docket.later(envelope, fact)

    # What follows from a verdict

    def _accept(self, piece: Piece, judgement: Judgement, case: Case | None, revision: int = 1) -> None:
        fact = _fact(piece)
        live = self._docket.live(fact.case)
        before = live.case
        live.case, live.n, live.root, live.changed = case, live.n + 1, fact.root, True
        if fact.type in _NAMES_A_MODULE:
            live.module = body_of(fact).module
        if before is not None and before.deemed and self._may_be_of_before(piece.envelope, fact):
            self.late_notices.append(fact)
        verdict = self._verdict(judgement, revision)
        entry = Entry(
            ENTRY_FACT, 0, live.scope, self._now, piece.envelope, verdict, msgspec.Raw(piece.data or b"null"), fact.id,
            live.n,
        )  # fmt: skip
        draft = self._draft(entry, fact.case)
        self._docket.put(_register(piece, verdict, data=None), draft)
        self._docket.note(piece.envelope, fact)
        if fact.type in _SETTLES:
            self._settle(fact)

    def _refuse(
        self, piece: Piece, judgement: Judgement, revision: int = 1, *, first: bool | None = None, blocks: bool = True
    ) -> None:
        """Keep the bytes, tell the terminal, and put a masked entry into the tray (S13, S16).

        `blocks`: later judgements of its lane wait for it.
        """
        verdict = self._verdict(judgement, revision)
        first = piece.fact is not None if first is None else first
        env, fact = piece.envelope, piece.fact
        told = Entry(
            ENTRY_VERDICT, 0, TERMINAL_SCOPE + env.terminal, self._now, env, verdict, fact_id=fact.id if fact else ""
        )
        self._docket.put(_register(piece, verdict, first=first), self._draft(told, ""))
        id_ = piece.id if first else env.fact_hash
        self._tray(id_, piece, judgement, blocks=blocks)

    def _tray(self, id_: str, piece: Piece, judgement: Judgement, *, blocks: bool = True) -> None:
        fact, before = piece.fact, self._docket.tray_row(id_)
        live = self._docket.live(fact.case) if fact else None
        tray = Tray(
            fact=id_, type=fact.type if fact else "", case=fact.case if fact else "", root=fact.root if fact else "",
            number=live.case.number if live and live.case else "", terminal=piece.envelope.terminal,
            actor=fact.actor if fact else "", code=judgement.code, facts=judgement.facts,
            since=before.tray.since if before else self._now, kind=judgement.kind,
            insistable=fact is not None and insistable(fact.type, judgement.code),
        )  # fmt: skip
        # Whoever was shown the line is shown how it ends, also when its case has found its module since.
        scope = before.scope if before else live.scope if live else HALL_SCOPE
        self._put_tray(TrayRow(id_, scope, blocks, tray))

    def _put_tray(self, row: TrayRow) -> None:
        self._docket.put_tray(row)
        self._draft(Entry(ENTRY_TRAY, 0, row.scope, self._now, tray=row.tray), "")

    def _verdict(self, judgement: Judgement, revision: int) -> Verdict:
        return Verdict(judgement.kind, judgement.code, judgement.facts, judgement.flags, revision, self._now)

    def _draft(self, entry: Entry, case: str) -> int:
        self._docket.changes.drafts.append(Draft(entry, case))
        return len(self._docket.changes.drafts) - 1

    # Resolutions and lanes

    def _settle(self, fact: Fact) -> None:
        """An accepted resolution empties its tray entries; the lanes are judged again after its group (S15)."""
        self._reopen_after.add(fact.group.id)
        for id_ in body_of(fact).refused:
            row = self._settle_row(id_, _SETTLES[fact.type])
            if row is None:
                continue
            if row.tray.root:
                self._reopen[row.tray.terminal, row.tray.root] = None
            else:  # given up unread: whatever waited for it is looked at
                self._reopen.update(dict.fromkeys(self._docket.held_lanes(row.tray.terminal)))
            bearer = self._docket.bearer(id_)
            if bearer is not None and bearer.verdict.v == "held":  # given up: never judged again
                self._docket.put(msgspec.structs.replace(bearer, verdict=_settled(bearer.verdict)), None)

    def _settle_row(self, id_: str, how: str) -> TrayRow | None:
        row = self._docket.tray_row(id_)
        if row is None or row.tray.settled:
            return None
        self._put_tray(msgspec.structs.replace(row, tray=msgspec.structs.replace(row.tray, settled=how)))
        return row

    def rejudge(self, lanes: Sequence[Lane]) -> None:
        """Judge again what is held in these lanes, and in those that this sets free (S17)."""
        self._reopen.update(dict.fromkeys(lanes))
        self._reopen_lanes()

    def _reopen_lane(self, lane: Lane) -> None:
        """Judge again what is held in a lane, in order; judgements only until something does not stand (S15)."""
        registers = self._docket.held(lane)
        pieces = {piece.id: (piece, register) for register in registers for piece in (self._again(register),)}
        self._docket.prefetch([piece for piece, _ in pieces.values()])
        stuck = False
        for group in in_groups([piece for piece, _ in pieces.values()]):
            fact = _fact(group[0])
            stuck = stuck or self._docket.waits(lane, refused_only=True) or self._awaits_bytes(lane[0], fact)
            if stuck and not self._goes_past(group, fact):
                continue
            stands = self._judge_again(group, {piece.id: pieces[piece.id][1] for piece in group})
            stuck = stuck or not (stands or _resolves(group))

    def _reopen_lanes(self) -> None:
        while self._reopen:  # what stands now may be a resolution that frees another lane
            lanes = list(self._reopen)
            self._reopen.clear()
            self._reopen_after.clear()
            for lane in lanes:
                self._reopen_lane(lane)

    def _again(self, register: Register) -> Piece:
        envelope = Envelope(
            register.terminal, register.incarnation, register.seq, self._docket.previous(register), register.fact_hash
        )
        return piece_of(envelope, register.data or b"", register.hash, self._limits)

    def _judge_again(self, group: list[Piece], before: dict[str, Register]) -> bool:
        """Whether the group stands now. What is said of it as before is not said twice."""
        whole, stands = len(group) == _fact(group[0]).group.size, True
        for piece, judgement, case in self._verdicts(group, whole=whole, again=True):
            old = before[piece.id].verdict
            if judgement.kind == "accepted":
                self._accept(piece, judgement, case, old.revision + 1)
                self._settle_row(piece.id, "accepted")
                continue
            stands = False
            if (judgement.kind, judgement.code) != (old.v, old.code):
                self._refuse(piece, judgement, old.revision + 1, blocks=not _resolves(group))
        return stands

    def close(self) -> None:
        """Fold what was accepted into the cases' rows. Called once, after everything was heard."""
        for id_, live in self._docket.touched().items():
            state = encode_case(live.case) if live.case else None
            self._docket.changes.cases[id_] = CaseRow(id_, live.root, live.scope, live.n, state)
            if live.case is not None and self._docket.calendar is not None:
                self._docket.changes.timers[id_] = timer_rows(live.case, self._docket.calendar)


def _all_or_none(
    said: list[tuple[Piece, Judgement, Case | None]],
) -> list[tuple[Piece, Judgement, Case | None]]:
    """The group's common fate: the first refusal, else the first hold, takes the others with it (S3)."""
    for kind in ("rejected", "held"):
        culprit = next(((piece, judgement) for piece, judgement, _ in said if judgement.kind == kind), None)
        if culprit is not None:
            why = Judgement(kind, "group", {"fact": culprit[0].id, "code": culprit[1].code})
            return [(piece, one if one.kind == kind else why, None) for piece, one, _ in said]
    return said


def _resolves(pieces: Sequence[Piece]) -> bool:
    """Whether the group settles something: it goes past a lane's hold and, refused, adds nothing to it (S15)."""
    return any(piece.resolves for piece in pieces)


def _settled(verdict: Verdict) -> Verdict:
    """The verdict of what was given up before it was judged."""
    return msgspec.structs.replace(verdict, v="rejected", code="settled", revision=verdict.revision + 1)


def _fact(piece: Piece) -> Fact:
    if piece.fact is None:
        raise BadBytes("bytes.fact", reason="stub")
    return piece.fact


def _register(piece: Piece, verdict: Verdict, *, first: bool = True, data: bytes | None = b"") -> Register:
    """The row of an envelope; `data=None` once the log holds the bytes."""
    env, fact = piece.envelope, piece.fact
    return Register(
        env.terminal, env.incarnation, env.seq, piece.hash, env.fact_hash, fact.id if fact else "", first, verdict, 0,
        fact.root if fact else "", fact.case if fact else "", fact.group.id if fact else "",
        None if data is None else piece.data,
    )  # fmt: skip
