"""What is said of a group: all or none, on the case as it is, with the doubts that only the hall can have (S3, S14)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

import msgspec

from casework.admit import Judgement, admit
from casework.ambient import moment, stamp
from casework.beside import FLAGGED, IN_HAND, OTHER_ITEM, STALE
from casework.case import Case
from casework.errors import BadBytes
from casework.events import EVENTS, known
from casework.facts import Envelope, Fact
from casework.folding import evolve, has_moved
from hall.adopting import ADOPTS
from hall.bookkeeping import SETTLES, Bookkeeping, fact_in
from hall.errors import StorageTrouble
from hall.other_item import is_of_another_item
from hall.pieces import Piece
from hall.voiding import goes_on_nowhere

_log = logging.getLogger("yichuang.hall")


class Judging(Bookkeeping):
    """The saying half of a sitting."""

    def _verdicts(self, pieces: list[Piece], *, whole: bool, again: bool) -> list[tuple[Piece, Judgement, Case | None]]:
        """What is said of each piece of one group, and the case after it."""
        stop = self._before_judging(pieces, whole=whole, again=again)
        if stop is not None:
            return [(piece, piece.trouble or stop, None) for piece in pieces]
        said: list[tuple[Piece, Judgement, Case | None]] = []
        trial: dict[str, Case | None] = {}
        for piece in pieces:
            fact = fact_in(piece)
            before = trial[fact.case] if fact.case in trial else self._docket.live(fact.case).case
            judgement, after = self._one(piece, fact, before)
            said.append((piece, judgement, after))
            trial[fact.case] = after
        return _all_or_none(said)

    def _before_judging(self, pieces: list[Piece], *, whole: bool, again: bool) -> Judgement | None:
        """Why the group can't be looked at now."""
        size = 0
        for piece in pieces:
            if piece.trouble is not None:
                return Judgement(piece.trouble.kind, "group", {"code": piece.trouble.code})
            size += len(piece.data or b"")
        fact = fact_in(pieces[0])
        if size > self._limits.group_bytes:
            return Judgement("rejected", "too_big")
        if not whole:
            return Judgement("held", "group", {"code": "bytes"})
        if self._former_to and fact.case and not resolves(pieces):
            return Judgement("held", "on_its_way", {"former_to": str(self._former_to)})
        before = self._docket.group_before(pieces[0].envelope, fact.group.after)
        if before:
            return Judgement("rejected" if again and before == "rejected" else "held", "after")
        terminal = pieces[0].envelope.terminal
        if again or self._goes_past(pieces, fact):
            return None
        own = {piece.id for piece in pieces}  # a restored hall may know of it already, and no more than that
        waits = self._docket.waits((terminal, fact.root), besides=own) or self._awaits_bytes(terminal, fact)
        return Judgement("held", "lane") if waits else None

    def _goes_past(self, pieces: list[Piece], fact: Fact) -> bool:
        """Resolutions go past a lane's hold, and counter facts unless their `received` is held itself (S14, S15)."""
        return (pieces[0].is_counter and not self._is_orphan(fact)) or resolves(pieces)

    def _is_orphan(self, fact: Fact) -> bool:
        return fact.type != "received" and self._docket.live(fact.case).case is None

    def _awaits_bytes(self, terminal: str, fact: Fact) -> bool:
        """Its case may be in what came without bytes: nobody can tell yet (S12)."""
        return self._is_orphan(fact) and self._docket.has_unread(terminal)

    def _one(self, piece: Piece, fact: Fact, case: Case | None) -> tuple[Judgement, Case | None]:
        """The judgement of one fact on `case`, and the case after it."""
        try:
            if fact.type == ADOPTS:
                return self._adoption(piece, fact), case
            cutoff = self._docket.cutoff(piece.envelope)
            late = bool(cutoff) and fact.time.at > cutoff and fact.id not in self._vouched
            if late and not (fact.type == "printed" and case is not None):  # a paper is out, whoever handed it out
                return Judgement("held", "after_revocation", {"since": cutoff}), case
            unseen = self._docket.unseen.breaking(piece.envelope, fact)
            judged = case is not None and known(fact) and bool(EVENTS[fact.type].broken_by)
            if case is not None and judged and is_of_another_item(self._docket, piece.envelope, fact, case):
                return Judgement("rejected", OTHER_ITEM, {"number": case.number, "item": case.received.item}), case
            judgement = admit(case, fact, self._docket.bench(fact), unseen)
            over = self._goes_on_nowhere(piece.envelope, fact) if judgement.kind == "accepted" else ""
            if over:
                judgement = Judgement("rejected", STALE, {"what": over})
            if judgement.code == "no_case" and self._docket.hall.epoch > 1:
                return Judgement("held", "no_case"), case  # after a loss it may come behind what was made on it (S25)
            if until := self._waits_until(piece, fact, case, judgement):
                return Judgement("held", "not_shown", {"until_at": until}), case
            if judgement.kind != "accepted":
                return judgement, case
            doubted = self._doubted(piece.envelope, fact, judgement, case)
            if cutoff:
                doubted = msgspec.structs.replace(doubted, flags=(*doubted.flags, *_of_a_revoked(fact, cutoff)))
            return doubted, evolve(case, fact)
        except BadBytes:
            return Judgement("held", "bytes"), case
        except StorageTrouble:
            raise  # no verdict: all of it is rolled back, and asked again (S8)
        except Exception:  # S17: a fault of ours never loses a fact; the next version judges it again
            _log.exception("judging fact %s failed", fact.id)
            return Judgement("held", "internal"), case

    def _waits_until(self, piece: Piece, fact: Fact, case: Case | None, judgement: Judgement) -> str:
        """Until when what is refused, or would move nothing, waits for who shows what its maker had seen in a log that
        was lost; empty where it is judged as it is (S14, S25).
        """
        if fact.base.epoch >= self._docket.hall.epoch or fact.type == "received" or fact.type in SETTLES:
            return ""
        line = self._docket.tray_row(fact.id)
        was_so_before = line is not None and line.tray.kind in {FLAGGED, "rejected"}
        terminal, unseen = piece.envelope.terminal, self._docket.unseen
        in_doubt = judgement.kind == "rejected" or (bool(judgement.flags) and _moves_nothing(case, fact))
        if judgement.kind == "held" or was_so_before or not unseen.stood(terminal, fact.base):
            return ""
        if not unseen.lacks(terminal, fact.base) or not (in_doubt or unseen.may_be_shown(fact.base.epoch)):
            return ""
        opened = unseen.opened()  # one moment for all: what waits in a lane is then judged in its order
        until = stamp(moment(opened) + timedelta(seconds=self._limits.shown_late_seconds)) if opened else ""
        return until if self._now < until else ""

    def _goes_on_nowhere(self, envelope: Envelope, fact: Fact) -> str:
        def unseen(other: Case, types: frozenset[str]) -> frozenset[str]:
            return self._docket.unseen.later(envelope, msgspec.structs.replace(fact, case=other.id), types)

        return goes_on_nowhere(self._docket, fact, unseen)

    def _adoption(self, piece: Piece, fact: Fact) -> Judgement:
        """A new incarnation over an old memory: what follows from it counts for the rest of the batch at once (S27)."""
        judgement, row = self._docket.adoption(piece.envelope, fact)
        if row is not None:
            self.adoptions.append(row)
            self._docket.adopt(row)
        return judgement

    def _doubted(self, envelope: Envelope, fact: Fact, judgement: Judgement, case: Case | None) -> Judgement:
        """With the flags that only the hall can see: a result of before its correction, an end of before a paper,
        a doubled number, a clock without evidence (S5, S27, S29).
        """
        flags = list(judgement.flags)
        if case is not None and fact.type in IN_HAND and is_of_another_item(self._docket, envelope, fact, case):
            flags.insert(0, OTHER_ITEM)
        if self._unseen(envelope, fact, case):
            flags.insert(0, STALE)
        if fact.type == "received" and self._docket.doubled(fact):
            flags.append("number_doubled")
        if EVENTS[fact.type].prints and not self._clock_is_good(fact):
            flags.append("clock_unproven")
        return msgspec.structs.replace(judgement, flags=tuple(flags)) if flags else judgement


def _moves_nothing(case: Case | None, fact: Fact) -> bool:
    after = evolve(case, fact)
    return case is None or after is None or not has_moved(case, after)


def _of_a_revoked(fact: Fact, cutoff: str) -> tuple[str, ...]:
    """The flags of what a revoked terminal did: before the cut-off, or after it and somebody answers for it (S28)."""
    return ("revoked_terminal", "after_revocation") if fact.time.at > cutoff else ("revoked_terminal",)


def _all_or_none(
    said: list[tuple[Piece, Judgement, Case | None]],
) -> list[tuple[Piece, Judgement, Case | None]]:
    """The group's common fate: the first refusal, else the first hold, takes the others with it (S3)."""
    kinds = {judgement.kind for _, judgement, _ in said}
    for kind in ("rejected", "held"):
        if kind not in kinds:
            continue
        culprit = next(((piece, judgement) for piece, judgement, _ in said if judgement.kind == kind), None)
        if culprit is not None:
            why = Judgement(kind, "group", {"fact": culprit[0].id, "code": culprit[1].code})
            return [(piece, one if one.kind == kind else why, None) for piece, one, _ in said]
    return said


def resolves(pieces: Sequence[Piece]) -> bool:
    """Whether the group settles something: it goes past a lane's hold and, refused, adds nothing to it (S15)."""
    return any(piece.resolves for piece in pieces)
