"""Lanes: what is held behind a refusal, and is judged again once that is settled (S15, S17)."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from casework.case import Case
from casework.errors import BadBytes
from casework.facts import Envelope, Fact
from casework.refused import gave_up
from casework.wire import Entry
from hall.bookkeeping import fact_in
from hall.docket import Lane
from hall.insisting import Insisting
from hall.judging import resolves
from hall.pieces import Piece, in_groups, piece_of
from hall.rows import Register


class Lanes(Insisting):
    """The second judgement."""

    def rejudge(self, lanes: Sequence[Lane]) -> None:
        """Judge again what is held in these lanes, and in those that this sets free (S17)."""
        self._reopen.update(dict.fromkeys(lanes))
        self._reopen_all()

    def _reopen_all(self) -> None:
        """Everything is heard: also what waited for a case that has begun since is judged."""
        self._reopen_lanes()
        while self._reopen_last:
            self._reopen.update(self._reopen_last)
            self._reopen_last.clear()
            self._reopen_lanes()

    def came_back(self, facts: Sequence[str]) -> None:
        """What was refused or held here stands in a log that was lost, and is back: its line is over (S16, S25)."""
        for id_ in facts:
            self._stands(id_)

    def came_late(self, entry: Entry, fact: Fact, before: Case | None, unseen: frozenset[str]) -> None:
        """What comes back moves nothing any more, or crosses what was said since: its paper is out, and somebody has to
        know (S15, S25).
        """
        if entry.envelope is None:
            return
        with contextlib.suppress(BadBytes):  # of a version that this hall can't read: it moves nothing here yet (S32)
            piece = piece_of(entry.envelope, bytes(entry.fact), entry.envelope.hash, self._limits)
            self._look_after(piece, fact, before, unseen)

    def _reopen_lane(self, lane: Lane) -> None:
        """Judge again what is held in a lane, in order; judgements only until something does not stand (S15)."""
        registers = self._docket.held(lane)
        if any(map(self._waits_for_former, registers)):
            return
        read = [(self._again(register), register) for register in registers]
        if self._docket.hall.epoch > 1:  # what a former number had brought is sealed last, and was made first (S25)
            read.sort(key=lambda one: made(one[0]))
        pieces = {piece.id: (piece, register) for piece, register in read if self._is_readable(piece, register)}
        self._docket.prefetch([piece for piece, _ in pieces.values()])
        stuck = False
        for group in in_groups([piece for piece, _ in pieces.values()]):
            fact = fact_in(group[0])
            stuck = stuck or self._docket.waits(lane, refused_only=True) or self._awaits_bytes(lane[0], fact)
            if stuck and not self._goes_past(group, fact):
                continue
            stands = self._judge_again(group, {piece.id: pieces[piece.id][1] for piece in group})
            stuck = stuck or not (stands or resolves(group))

    def _waits_for_former(self, register: Register) -> bool:
        """Whether something that its maker did before, under a former number, is still on its way (S25)."""
        to, number = int(register.verdict.facts.get("former_to", 0)), register.terminal
        if not to or number == self._came_whole or self._docket.lineage.newest(number) != number:
            return False  # who goes on from it sends all of that once more
        terminal = self._docket.terminal(number)
        return terminal is not None and terminal.active and terminal.acked < to

    def _is_readable(self, piece: Piece, register: Register) -> bool:
        """Whether it can be judged. What nobody could read when it came has another name in the tray (S17, S32)."""
        if piece.fact is None or register.fact_id:
            return piece.fact is not None
        row = self._docket.tray_row(register.fact_hash)
        if row is not None and row.tray.settled not in {"", "arrived"}:
            return False  # somebody gave it up unread
        self._settle_row(register.fact_hash, "arrived")
        return True

    def _reopen_lanes(self) -> None:
        while self._reopen:  # what stands now may be a resolution that frees another lane
            lanes = list(self._reopen)
            self._reopen.clear()
            self._reopen_after.clear()
            for lane in lanes:
                self._reopen_lane(lane)

    def _judge_again(self, group: list[Piece], before: dict[str, Register]) -> bool:
        """Whether the group stands now. What is said of it as before is not said twice."""
        whole, stands = len(group) == fact_in(group[0]).group.size or self._rest_is_settled(group), True
        for piece, judgement, case in self._verdicts(group, whole=whole, again=True):
            old = before[piece.id].verdict
            if judgement.kind == "accepted":
                self._accept(piece, judgement, case, old.revision + 1)
                self._stands(piece.id)
                self._settle_row(piece.envelope.fact_hash, "arrived")  # it may have come unread once more (S27)
                continue
            stands = False
            if (judgement.kind, judgement.code) != (old.v, old.code):
                self._refuse(piece, judgement, old.revision + 1, blocks=not resolves(group))
        return stands

    def _rest_is_settled(self, group: list[Piece]) -> bool:
        """Whether all of their group that is not among these pieces stands, or was given up: no more will come."""
        fact = fact_in(group[0]).group
        here = {fact_in(piece).group.index for piece in group}
        rest = set(range(fact.size)) - here
        places = self._docket.places(group[0].envelope) if rest else []
        return all(any(self._is_settled(at, at.seq - fact.index + index, fact.id) for at in places) for index in rest)

    def _is_settled(self, beside: Register | Envelope, seq: int, group: str) -> bool:
        """Whether what lies there is of the group, and stands or was given up: they lie side by side (S3)."""
        row = self._docket.envelope_at(beside, seq)
        if row is not None and not row.fact_id:  # nobody could read it: its end stands under the hash of its bytes
            line = self._docket.tray_row(row.fact_hash)
            return line is not None and bool(gave_up(line.tray))
        bearer = self._docket.bearer(row.fact_id) if row is not None and row.group == group else None
        return bearer is not None and (bearer.verdict.v == "accepted" or bearer.verdict.code == "settled")


def made(piece: Piece) -> tuple[int, int, str]:
    """What its maker had seen of the log then: what has passed that, was made before all that was made after it."""
    fact = piece.fact
    return (fact.base.epoch, fact.base.cursor, fact.time.at) if fact else (0, 0, "")
