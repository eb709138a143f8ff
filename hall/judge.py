"""The judge: one pure object that is fed with batches and the state as loaded, and says what is to be written.

It keeps S3 (groups all or none, the second after the first), S5 (bases), S13 (verdicts with revisions, duplicates by
fact id and hash), S14 (counter facts are never refused), S15 (lanes and resolutions), S16 (the tray) and S17 (`admit`
raising is *held*, not an error). It knows no database, no clock and no HTTP. What it writes is in `hall.bookkeeping`,
what it says of a group in `hall.judging`, what it looks at again in `hall.lanes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from casework.admit import Judgement
from casework.case import encode_case
from casework.facts import Fact
from casework.refused import gave_up
from casework.wire import Answered, Verdict
from hall.bookkeeping import fact_in, register_of, settled_verdict
from hall.docket import Lane
from hall.judging import resolves
from hall.lanes import Lanes, made
from hall.pieces import Piece, in_groups
from hall.rows import CaseRow, Register, TrayRow
from hall.timers import timer_rows


class Sitting(Lanes):
    """One transaction's worth of judging."""

    def hear_what_was_lost(
        self, pieces: Sequence[Piece], known: dict[int, Register], former_to: int, held: Sequence[Lane]
    ) -> None:
        """Judge a batch of a machine that sends last what a former number of it had brought, and made first (S25).

        Args:
            pieces: of the batch.
            known: envelopes among them that were judged before, by `local_seq`.
            former_to: the last envelope of what a former number had brought: until it is here all of it waits.
            held: the lanes of all terminals in which something waits.
        """
        terminal, last = pieces[0].envelope.terminal, pieces[-1].envelope.seq
        complete = last >= former_to
        self._former_to = former_to if not complete or self._docket.held_lanes(terminal) else 0
        self.hear(pieces, known, as_made=True)
        if complete:
            self._former_to = 0
            self._came_whole = terminal
            self.rejudge([*held, *self._docket.held_lanes(terminal)])

    def hear(self, pieces: Sequence[Piece], known: dict[int, Register], *, as_made: bool = False) -> None:
        """Judge `pieces` in order.

        Args:
            pieces: of one batch.
            known: envelopes among them that were judged before, by `local_seq`.
            as_made: in the order in which they were made, and not in that of their envelopes.
        """
        self._docket.prefetch(pieces)
        lines = self._docket.lines_of(pieces)
        given_up = {piece.id: row for piece in pieces if (row := _given_up_in(lines, piece)) is not None}
        present: dict[str, set[int]] = {}
        for piece in pieces:
            if piece.fact:
                present.setdefault(piece.fact.group.id, set()).add(piece.fact.group.index)
        groups = list(in_groups(pieces))
        for group in sorted(groups, key=lambda group: made(group[0])) if as_made else groups:
            after = group[0].fact.group.after if group[0].fact else None
            if self._reopen and after not in self._reopen_after:
                self._reopen_lanes()
            fresh = [piece for piece in group if self._is_fresh(piece, known.get(piece.envelope.seq))]
            over = [piece for piece in fresh if piece.id in given_up]
            for piece in over:
                self._stays_given_up(piece, given_up[piece.id])
            for piece in group:
                if piece.fact and piece.envelope.fact_hash in lines and piece.id not in given_up:
                    self._settle_row(piece.envelope.fact_hash, "arrived")
            fresh = [piece for piece in fresh if piece.id not in given_up]
            if fresh:
                first = fresh[0].fact
                apart = first is not None and self._waits_in_part(group, fresh)
                whole = first is None or present[first.group.id].issuperset(range(first.group.size))
                whole = whole or (not apart and self._rest_is_settled(group))
                self._judge(fresh, whole=whole and not over and not apart)
                if apart and first is not None:
                    self._reopen[group[0].envelope.terminal, first.root] = None
        self._reopen_all()

    def _waits_in_part(self, group: Sequence[Piece], fresh: Sequence[Piece]) -> bool:
        """Whether something of a group came before, by a number from which this one goes on, and does not stand: it is
        judged with that, in its lane, and never alone (S3, S27).
        """
        newest = self._docket.lineage.newest
        known = {piece.id for piece in group if piece.fact} - {piece.id for piece in fresh}
        lanes = (bearer for bearer in map(self._docket.bearer, known) if bearer and bearer.verdict.v != "accepted")
        return any(newest(bearer.terminal) == newest(group[0].envelope.terminal) for bearer in lanes)

    def _is_fresh(self, piece: Piece, register: Register | None) -> bool:
        """Whether `piece` has to be judged; a known one is only answered (T1), a known fact only noted (S13)."""
        fact, docket = piece.fact, self._docket
        bearer = docket.bearer(fact.id) if fact else None
        known = docket.known_unread(piece.envelope) if fact is None and register is None else None
        if known is not None:  # its bytes came before, under an older number
            self._heard.append((piece, True))
            row, (known, draft) = register_of(piece, known.verdict, first=False, data=None), docket.standing(known)
            docket.put(msgspec.structs.replace(row, entry=known.entry), draft)  # it may stand in this sitting only
            return False
        if register is None and bearer is None:
            self._heard.append((piece, False))
            again = fact is not None and docket.lineage.sealed_again(piece.envelope.terminal, piece.envelope.seq)
            return not again or self._is_wanted(piece)
        same = bearer is not None and bearer.fact_hash == piece.envelope.fact_hash
        arrived = register is not None and not register.fact_id and register.data is None and fact is not None
        self._heard.append((piece, register is not None or same))
        if same and fact is not None and bearer is not None and docket.lacks(bearer, fact):
            docket.put(msgspec.structs.replace(bearer, data=piece.data), None)
        if register is not None and not arrived:
            return False
        if arrived and register is not None:
            if self._given_up(piece, register):
                return False
            self._settle_row(piece.envelope.fact_hash, "arrived")
        if same and bearer is not None:
            docket.put(register_of(piece, bearer.verdict, first=False, data=None), None)
        elif bearer is not None:
            self._refuse(piece, Judgement("rejected", "id_reused", {"id": piece.id}), first=False)
        elif fact is not None and register is not None:  # the bytes of a stub, by line or stick: judged with its group
            self._arrived(piece, fact, register.verdict)
        return False

    def _arrived(self, piece: Piece, fact: Fact, verdict: Verdict) -> None:
        """Bytes that the hall knew of and did not have: a stub's, or of what a restored hall had refused (S25)."""
        self._docket.put(register_of(piece, verdict), None)
        known = self._docket.tray_row(piece.id)
        if verdict.code == "bytes" or known is None:
            self._tray(piece.id, piece, Judgement(verdict.v, verdict.code, verdict.facts))
            # Its bytes go with that entry into the second place (S26).
            self._docket.put(register_of(piece, verdict), len(self._docket.changes.drafts) - 1)
        if verdict.v == "held":
            self._reopen[piece.envelope.terminal, fact.root] = None

    def _is_wanted(self, piece: Piece) -> bool:
        """A fact sealed again may have come before without its bytes: then its line in the tray is over (S12)."""
        row = self._docket.tray_row(piece.envelope.fact_hash)
        if row is not None and row.tray.settled not in {"", "arrived"}:
            self._docket.put(register_of(piece, settled_verdict(Verdict("held", "bytes", judged_at=self._now))), None)
            return False
        self._settle_row(piece.envelope.fact_hash, "arrived")
        return True

    def _stays_given_up(self, piece: Piece, row: TrayRow) -> None:
        """A restored hall knows by its line in the tray alone that somebody gave it up: it is not judged anew (S25)."""
        verdict = self._verdict(Judgement("rejected", "settled"), 1)
        first = piece.fact is not None and row.id == piece.id  # else the id may be of another
        self._docket.put(register_of(piece, verdict, first=first), self._tell_maker(piece, verdict))
        self._put_tray(row)

    def _given_up(self, piece: Piece, register: Register) -> bool:
        """Bytes that come after somebody gave them up are kept, and move nothing."""
        names = (piece.id, piece.envelope.fact_hash)  # unread, its line stood under the hash of its bytes
        if _given_up_in({row.id: row for row in map(self._docket.tray_row, names) if row is not None}, piece) is None:
            return False
        self._docket.put(register_of(piece, settled_verdict(register.verdict)), None)
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

    def _judge(self, pieces: list[Piece], *, whole: bool) -> None:
        """One group that was never judged: all or none."""
        for piece, judgement, case in self._verdicts(pieces, whole=whole, again=False):
            if judgement.kind == "accepted":
                waits = piece.id in self._docket.waiting(fact_in(piece).case)  # a line of a log that was lost, no more
                self._accept(piece, judgement, case)
                if waits:
                    self._stands(piece.id)
            else:
                self._refuse(piece, judgement, blocks=not resolves(pieces))

    def close(self) -> None:
        """Fold what was accepted into the cases' rows. Called once, after everything was heard."""
        self._heard_late()
        for id_, live in self._docket.touched().items():
            state = encode_case(live.case) if live.case else None
            self._docket.changes.cases[id_] = CaseRow(id_, live.root, live.scope, live.n, state)
            if live.case is not None and self._docket.calendar is not None:
                self._docket.changes.timers[id_] = timer_rows(live.case, self._docket.calendar)


def _given_up_in(lines: Mapping[str, TrayRow], piece: Piece) -> TrayRow | None:
    """The line by which somebody gave that piece up, under the fact's id or, unread, under the hash of its bytes."""
    rows = (lines[name] for name in (piece.id, piece.envelope.fact_hash) if name in lines)
    return next((row for row in rows if gave_up(row.tray)), None)
