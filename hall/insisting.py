"""What a person insists on stands: the hall accepts the refused bytes that it kept, in a later revision (S13, S15)."""

from __future__ import annotations

from casework.admit import Judgement
from casework.beside import STALE
from casework.case import Case
from casework.events import EVENTS, body_of
from casework.facts import Envelope, Fact
from casework.folding import evolve
from casework.refused import moves_nothing
from hall.bookkeeping import fact_in
from hall.judging import Judging
from hall.pieces import Piece, piece_of
from hall.rows import Register

INSISTED = "insisted"
"""The flag of a fact that stands because somebody insisted."""


_NOT_TOLD = frozenset({"material.added", "material.returned"})
"""What breaks an acceptance and tells the applicant nothing that an insistence on it would contradict."""


class Insisting(Judging):
    """The accepting of what was refused."""

    def _one(self, piece: Piece, fact: Fact, case: Case | None) -> tuple[Judgement, Case | None]:
        """Who insists on an act of another case of the same command is asked whether that one still moves."""
        judgement, after = super()._one(piece, fact, case)
        if fact.type == "resolve.insist" and judgement.kind == "accepted":
            if len(self._refused_by(fact)) < len(
                set(body_of(fact).refused)
            ):  # a restored hall knows of it, and no more
                return Judgement("rejected", "insist_bytes"), case
            unseen = self._since(piece, fact)
            if unseen:
                return Judgement("rejected", STALE, {"what": ", ".join(sorted(unseen))}), case
            idle = self._idle_elsewhere(fact)
            if idle is not None:
                return Judgement("rejected", "insist_idle", {"type": idle.type, "state": self._state(idle.case)}), case
        return judgement, after

    def _since(self, piece: Piece, resolution: Fact) -> frozenset[str]:
        """What breaks what she insists on, and that she had not seen either: a notice that was handed out meanwhile."""
        found: frozenset[str] = frozenset()
        for refused, _ in self._refused_by(resolution):
            said = fact_in(refused)
            if said.case == resolution.case:
                types = EVENTS[said.type].broken_by - (_NOT_TOLD if said.type == "accepted" else frozenset())
                found |= self._docket.unseen.later(piece.envelope, resolution, types)
        return found

    def _idle_elsewhere(self, resolution: Fact) -> Fact | None:
        others: dict[str, list[Fact]] = {}
        for piece, _ in self._refused_by(resolution):
            if piece.fact is not None and piece.fact.case != resolution.case:
                others.setdefault(piece.fact.case, []).append(piece.fact)
        idle = (moves_nothing(self._docket.live(case).case, facts) for case, facts in others.items())
        return next((fact for fact in idle if fact is not None), None)

    def _state(self, case_id: str) -> str:
        case = self._docket.live(case_id).case
        return case.state if case else ""

    def _settle(self, fact: Fact) -> None:
        """What is insisted on follows its resolution in the log, in the order in which it was made."""
        stands = self._refused_by(fact) if fact.type == "resolve.insist" else []
        super()._settle(fact)
        for piece, register in stands:
            said = fact_in(piece)
            before = self._docket.live(said.case).case
            judgement = self._doubted(piece.envelope, said, Judgement("accepted", flags=(INSISTED,)), before)
            after = evolve(before, said)
            self._accept(piece, judgement, after, register.verdict.revision + 1)

    def _refused_by(self, resolution: Fact) -> list[tuple[Piece, Register]]:
        """The refused pieces that a resolution names, from the bytes that the hall kept."""
        found = []
        for id_ in dict.fromkeys(body_of(resolution).refused):
            register, row = self._docket.bearer(id_), self._docket.tray_row(id_)
            there = register is not None and register.data is not None and register.verdict.v == "rejected"
            if register is not None and there and row is not None and not row.tray.settled:
                found.append((self._again(register), register))
        return sorted(found, key=lambda one: (one[1].terminal, one[1].incarnation, one[1].seq))

    def _again(self, register: Register) -> Piece:
        """The piece of an envelope that was judged before."""
        envelope = Envelope(
            register.terminal, register.incarnation, register.seq, self._docket.previous(register), register.fact_hash
        )
        return piece_of(envelope, register.data or b"", register.hash, self._limits)
