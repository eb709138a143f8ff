"""What follows from a verdict: entries of the log, envelopes in the register, lines in the tray (S13, S16)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

import msgspec

from casework.admit import Judgement, flagged, insistable
from casework.ambient import moment, stamp
from casework.beside import ADDS_NOTHING, FLAGGED, OTHER_ITEM, STALE, is_beside, unheeded
from casework.case import Case
from casework.errors import BadBytes
from casework.events import body_of, known
from casework.facts import Envelope, Fact, encode_fact
from casework.folding.intake import takes_back
from casework.limits import LIMITS, Limits
from casework.masking import masked_fact
from casework.refused import calls_back, gave_up
from casework.wire import ENTRY_FACT, ENTRY_TRAY, ENTRY_VERDICT, Entry, Tray, Verdict
from hall.adopting import ADOPTS
from hall.docket import HALL_SCOPE, Docket, Lane, number_in
from hall.other_item import is_of_another_item
from hall.pieces import Piece
from hall.rows import TERMINAL_SCOPE, AdoptionRow, Draft, Register, TrayRow

_NAMES_A_MODULE = frozenset({"prefile.opened", "prefile.parked"})
SETTLES = {"resolve.withdraw": "withdraw", "resolve.amend": "amend", "resolve.insist": "insist"}


class Bookkeeping:
    """The writing half of a sitting.

    Args:
        docket: the state as loaded.
        now: the hall's time, a `stamp`.
        limits: sizes of groups, and what good evidence of a clock is.
        vouched: the facts for which a person answers, done after the terminal was revoked (S28); for no others of it.
    """

    def __init__(
        self, docket: Docket, now: str, limits: Limits = LIMITS, *, vouched: frozenset[str] = frozenset()
    ) -> None:
        self._vouched = vouched
        self._docket = docket
        self._now = now
        self._limits = limits
        self._soonest_doubt = stamp(moment(now) + timedelta(seconds=limits.clock_offset_seconds))
        self._heard: list[tuple[Piece, bool]] = []
        self.late_notices: list[Fact] = []
        """Notices that take back what the timer had accepted meanwhile, one of each case (S30)."""
        self._late: list[tuple[Piece, Fact, Case]] = []
        self.doubled: list[str] = []
        """Cases whose number another case had before (S27)."""
        self.adoptions: list[AdoptionRow] = []
        """New incarnations over old memories."""
        self._reopen: dict[Lane, None] = {}
        self._reopen_last: dict[Lane, None] = {}
        """What waits for a case that begins: more of what came before it may lie in the same batch (S25)."""
        self._reopen_after: set[str] = set()
        self._former_to = 0
        """Up to this envelope more comes of what the same machine did before all that it sends now (S25)."""
        self._came_whole = ""
        """The terminal of which that is all here now."""

    def _clock_is_good(self, fact: Fact) -> bool:
        """Whether the time on the paper stands without a supervisor's word (S29)."""
        try:
            return fact.time.at <= self._soonest_doubt and fact.time.is_good(fact.time.at, self._limits)
        except BadBytes:
            return False

    def _may_be_of_before(self, envelope: Envelope, fact: Fact) -> bool:
        """A notice of before the timer: on a proven clock, and by a window that had not heard of it (S29, S30)."""
        told = fact.type == "supplement.told" and self._clock_is_good(fact)
        return told and "deemed_accepted" in self._docket.unseen.later(envelope, fact)

    # What follows from a verdict

    def _accept(self, piece: Piece, judgement: Judgement, case: Case | None, revision: int = 1) -> None:
        fact = fact_in(piece)
        if not fact.case:
            self._accept_of_terminal(piece, judgement, revision)
            return
        live = self._docket.live(fact.case)
        before = live.case
        live.case, live.n, live.root, live.changed = case, live.n + 1, fact.root, True
        if names_a_module(fact):
            live.module = body_of(fact).module
        late = before is not None and bool(before.deemed) and self._may_be_of_before(piece.envelope, fact)
        verdict = self._verdict(judgement, revision)
        scope = live.scope
        masked = scope == HALL_SCOPE
        shown = encode_fact(masked_fact(fact), self._limits) if masked else piece.data or b"null"
        entry = Entry(
            ENTRY_FACT, 0, scope, self._now, piece.envelope, verdict, msgspec.Raw(shown), fact.id, live.n,
            masked=masked,
        )  # fmt: skip
        draft = self._draft(entry, fact.case)
        if not self._docket.sees(piece.envelope.terminal, scope):
            self._tell_maker(piece, verdict)
        self._docket.put(register_of(piece, verdict, data=piece.data if masked else None), draft)
        self._docket.note(piece.envelope, fact)
        if fact.type == "received":
            self._docket.claim(fact)
        if "number_doubled" in verdict.flags and case is not None and case.number == number_in(fact):
            self.doubled.append(fact.case)
        self._docket.note_scan(fact)
        if (before is None and case is not None) or fact.base.epoch < self._docket.hall.epoch:
            self._judge_what_waits_for(fact.case)
        if fact.type in SETTLES:
            self._settle(fact)
        if late and before is not None:
            self._late.append((piece, fact, before))
        elif is_beside(fact, before, case, verdict.flags):
            stale = verdict.flags[0] == STALE
            self._look_after(piece, fact, before, self._unseen(piece.envelope, fact, before) if stale else ())

    def _judge_what_waits_for(self, case_id: str) -> None:
        """A case begins, or goes on after a loss: what was made on it, and came first, is judged again."""
        for row in map(self._docket.tray_row, sorted(self._docket.waiting(case_id))):
            if row is not None and row.tray.kind == "held":
                self._reopen_last[row.tray.terminal, row.tray.root] = None

    def _unseen(self, envelope: Envelope, fact: Fact, before: Case | None) -> frozenset[str]:
        """What makes a task of a fact that stands, and that its maker had not seen."""
        types = frozenset() if self._is_of_a_task(fact, before) else unheeded(fact, before)
        seen = self._docket.unseen.later(envelope, fact, types) if types else types
        return seen | self._given_up_before(fact, before) if fact.type == "printed" else seen

    def _is_of_a_task(self, fact: Fact, before: Case | None) -> bool:
        """Whether it is the print of what waits in the tray itself, where its line calls the paper back."""
        of = body_of(fact).of if fact.type == "printed" and known(fact) else ""
        row = self._docket.tray_row(of) if of else None
        waits = row is not None and row.tray.kind == FLAGGED and not row.tray.settled
        return waits and row is not None and before is not None and calls_back(before, row.tray)

    def _given_up_before(self, fact: Fact, before: Case | None) -> frozenset[str]:
        """That the act of a paper was given up while nobody knew its case, which so knows nothing of that."""
        of = body_of(fact).of if before is not None and known(fact) else ""
        row = self._docket.tray_row(of) if of and before is not None and of not in before.given_up else None
        return frozenset({gave_up(row.tray)} if row is not None else ()) - {""}

    def _heard_late(self) -> None:
        """Of the notices of before the timer the first that was told in time takes its acceptance back; the others move
        nothing, and their papers are out (S15, S30). So is one that asks for what was here by then.
        """
        counts: dict[str, Fact] = {}
        for piece, fact, before in self._late:
            case = self._docket.live(fact.case).case
            if fact.case not in counts and case is not None and takes_back(case, fact):
                counts[fact.case] = fact
                unseen = self._unseen(piece.envelope, fact, before)
                if unseen:
                    self._look_after(piece, fact, before, unseen)
            else:
                self._look_after(piece, fact, before)
        self.late_notices = list(counts.values())

    def _look_after(self, piece: Piece, fact: Fact, before: Case | None, unseen: Collection[str] = ()) -> None:
        """A task for a person: what happened moves nothing, or crosses what its maker had not seen, and its paper may
        be out (S14, S15). Once: also a restored hall knows the line that there was (S25).
        """
        why: Judgement | None
        if before is not None and is_of_another_item(self._docket, piece.envelope, fact, before):
            why = Judgement(FLAGGED, OTHER_ITEM, {"number": before.number, "item": before.received.item})
        elif unseen:
            why = Judgement(FLAGGED, STALE, {"what": ", ".join(sorted(unseen))})
        elif before is None:
            why = Judgement(FLAGGED, "no_case")
        else:
            why = flagged(before, fact, self._docket.bench(fact))
        row = self._docket.tray_row(fact.id)
        told = row is not None and row.tray.kind == FLAGGED and (bool(row.tray.settled) or not self._told_alone(row))
        known = row.tray if told and row is not None else None
        if why is None or why.code == ADDS_NOTHING or (known and names_all(known, why.code, why.facts)):
            return
        self._tray(fact.id, piece, why, blocks=False)

    def _accept_of_terminal(self, piece: Piece, judgement: Judgement, revision: int) -> None:
        """What a terminal says of itself speaks of no case."""
        verdict, fact = self._verdict(judgement, revision), fact_in(piece)
        entry = Entry(
            ENTRY_FACT, 0, HALL_SCOPE, self._now, piece.envelope, verdict, msgspec.Raw(piece.data or b"null"), fact.id
        )
        self._docket.put(register_of(piece, verdict, data=None), self._draft(entry, ""))
        if "lost" in verdict.flags:
            self._alarm(piece, fact)
        if fact.type == ADOPTS:
            self._tell_again(piece.envelope.terminal)

    def _tell_again(self, terminal: str) -> None:
        """What is said in the scope of a number that has ended is hidden from the machine until it has said that it is
        that; of what is sealed again the answer speaks, of what was accepted and is a task nothing else (S16, S27).
        """
        for row in self._docket.tasks_of(terminal):
            self._draft(Entry(ENTRY_TRAY, 0, TERMINAL_SCOPE + terminal, self._now, tray=row.tray), "")

    def _alarm(self, piece: Piece, fact: Fact) -> None:
        """Envelopes of the old number are gone, and the hall never had them: a line in the tray until somebody has
        looked (S25).
        """
        said = body_of(fact)
        known = self._docket.terminal(said.terminal)
        first = max(said.lost.first, known.acked + 1) if known is not None else said.lost.first
        facts = {"terminal": said.terminal, "first": str(first), "last": str(said.lost.last)}
        tray = Tray(
            fact=fact.id, type=fact.type, case="", root=fact.root, number="", terminal=piece.envelope.terminal,
            actor="", code="envelopes_lost", facts=facts, since=self._now, made=fact.time.at,
        )  # fmt: skip
        self._put_tray(TrayRow(fact.id, HALL_SCOPE, False, tray))

    def _refuse(
        self, piece: Piece, judgement: Judgement, revision: int = 1, *, first: bool | None = None, blocks: bool = True
    ) -> None:
        """Keep the bytes, tell the terminal, and put a masked entry into the tray (S13, S16).

        `blocks`: later judgements of its lane wait for it.
        """
        verdict = self._verdict(judgement, revision)
        first = piece.fact is not None if first is None else first
        self._docket.put(register_of(piece, verdict, first=first), self._tell_maker(piece, verdict))
        id_ = piece.id if first else piece.envelope.fact_hash
        self._tray(id_, piece, judgement, blocks=blocks)

    def _tell_maker(self, piece: Piece, verdict: Verdict) -> int:
        """The verdict for its terminal alone: of what the log does not show it, a pull brings that all the same."""
        env, id_ = piece.envelope, piece.fact.id if piece.fact else ""
        scope = TERMINAL_SCOPE + env.terminal
        return self._draft(Entry(ENTRY_VERDICT, 0, scope, self._now, env, verdict, fact_id=id_), "")

    def _tray(self, id_: str, piece: Piece, judgement: Judgement, *, blocks: bool = True) -> None:
        fact, before = piece.fact, self._docket.tray_row(id_)
        live = self._docket.live(fact.case) if fact else None
        tray = Tray(
            fact=id_, type=fact.type if fact else "", case=fact.case if fact else "", root=fact.root if fact else "",
            number=live.case.number if live and live.case else "", terminal=piece.envelope.terminal,
            actor=fact.actor if fact else "", code=judgement.code, facts=judgement.facts,
            since=before.tray.since if before else self._now, kind=judgement.kind,
            insistable=fact is not None and insistable(fact.type, judgement.code, judgement.facts.get("code", "")),
            group=fact.group.id if fact else "", made=fact.time.at if fact else "", post=fact.post if fact else "",
        )  # fmt: skip
        # Whoever was shown the line is shown how it ends, also when its case has found its module since.
        scope = live.scope if live else HALL_SCOPE
        scope = before.scope if before and not self._told_alone(before) else scope
        self._put_tray(TrayRow(id_, scope, blocks, tray))

    def _told_alone(self, row: TrayRow) -> bool:
        """Whether a restored hall knows the line from its maker alone: whoever holds the module was not told (S25)."""
        return row.scope.startswith(TERMINAL_SCOPE)

    def _put_tray(self, row: TrayRow) -> None:
        self._docket.put_tray(row)
        for scope in self._docket.told_in(row):
            self._draft(Entry(ENTRY_TRAY, 0, scope, self._now, tray=row.tray), "")

    def _verdict(self, judgement: Judgement, revision: int) -> Verdict:
        return Verdict(judgement.kind, judgement.code, judgement.facts, judgement.flags, revision, self._now)

    def _draft(self, entry: Entry, case: str) -> int:
        self._docket.changes.drafts.append(Draft(entry, case))
        return len(self._docket.changes.drafts) - 1

    def _settle(self, fact: Fact) -> None:
        """An accepted resolution empties its tray entries; the lanes are judged again after its group (S15)."""
        self._reopen_after.add(fact.group.id)
        for id_ in body_of(fact).refused:
            row = self._settle_row(id_, SETTLES[fact.type])
            if row is None:
                continue
            if row.tray.root:
                self._reopen[row.tray.terminal, row.tray.root] = None
            bearer = self._docket.bearer(id_)
            if bearer is not None:
                self._settle_row(bearer.fact_hash, "arrived")  # it may have come unread once more (S27)
            if bearer is not None and bearer.verdict.v == "held":  # given up: never judged again
                self._docket.put(msgspec.structs.replace(bearer, verdict=settled_verdict(bearer.verdict)), None)

    def _stands(self, id_: str) -> None:
        """What was refused or held stands now: its line is over, unless it moves nothing and somebody has to know."""
        row = self._docket.tray_row(id_)
        if row is not None and row.tray.kind != FLAGGED:
            self._settle_row(id_, "accepted" if row.tray.root else "arrived")

    def _settle_row(self, id_: str, how: str) -> TrayRow | None:
        row = self._docket.tray_row(id_)
        if row is None or row.tray.settled:
            return None
        self._put_tray(msgspec.structs.replace(row, tray=msgspec.structs.replace(row.tray, settled=how)))
        if not row.tray.root:  # given up, or read at last: in whatever lane something waited for it, it is looked at
            self._reopen.update(dict.fromkeys(self._docket.held_lanes(row.tray.terminal)))
        return row


def names_all(line: Tray, code: str, facts: Mapping[str, str]) -> bool:
    """Whether a line tells of all that makes a task of a fact."""
    if (line.code, line.facts) == (code, facts):
        return True
    known = set(line.facts.get("what", "").split(", "))
    return line.code == code == STALE and set(facts.get("what", "").split(", ")) <= known


def names_a_module(fact: Fact) -> bool:
    """Whether the fact says to which module something without a number belongs."""
    return fact.type in _NAMES_A_MODULE and known(fact)


def settled_verdict(verdict: Verdict) -> Verdict:
    """The verdict of what was given up before it was judged."""
    return msgspec.structs.replace(verdict, v="rejected", code="settled", revision=verdict.revision + 1)


def fact_in(piece: Piece) -> Fact:
    """The fact of a piece that was read. Raises BadBytes for a stub."""
    if piece.fact is None:
        raise BadBytes("bytes.fact", reason="stub")
    return piece.fact


def register_of(piece: Piece, verdict: Verdict, *, first: bool = True, data: bytes | None = b"") -> Register:
    """The row of an envelope; `data=None` once the log holds the bytes."""
    env, fact = piece.envelope, piece.fact
    return Register(
        env.terminal, env.incarnation, env.seq, piece.hash, env.fact_hash, fact.id if fact else "", first, verdict, 0,
        fact.root if fact else "", fact.case if fact else "", fact.group.id if fact else "",
        None if data is None else piece.data,
    )  # fmt: skip
