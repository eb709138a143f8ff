"""A new incarnation says what it goes on from (S27): whether that may be, and what both chains have in common.

Two machines may have gone by one name (T30): whose chain is not the hall's takes nothing away from the other.
"""

from __future__ import annotations

from typing import Protocol

from casework import bodies
from casework.admit import Judgement
from casework.errors import BadBytes
from casework.events import body_of
from casework.facts import HALL, Envelope, Fact
from hall.rows import AdoptionRow, Register, TerminalRow

ADOPTS = "adopts"


class Known(Protocol):
    """What is known of other numbers, with all that the same transaction has put there."""

    def terminal(self, number: str) -> TerminalRow | None: ...
    def envelope_at(self, beside: bodies.Adopts, seq: int) -> Register | None: ...


def judged(known: Known, envelope: Envelope, fact: Fact, *, again: bool) -> tuple[Judgement, AdoptionRow | None]:
    """Whether the adoption may be, and the row that follows from it.

    Only a fresh incarnation adopts: with its first envelope, or (`again`) with one that it sealed again behind that.
    """
    try:
        said: bodies.Adopts = body_of(fact)
    except BadBytes:
        return Judgement("held", "bytes"), None
    old = known.terminal(said.terminal)
    if old is None or said.terminal in {HALL, envelope.terminal} or old.incarnation != said.incarnation:
        return Judgement("rejected", "adopts_unknown", {"terminal": said.terminal[:8]}), None
    if envelope.seq != 1 and not again:
        return Judgement("rejected", "adopts_late", {"terminal": said.terminal}), None
    shared, forked = _shared(known, said)
    flags = (("forked",) if forked else ()) + (
        ("lost",) if said.lost is not None and old.acked < said.lost.last else ()
    )
    row = AdoptionRow(envelope.terminal, said.terminal, said.incarnation, shared, max(0, said.again), not forked)
    return Judgement("accepted", flags=flags), row


def _shared(here: Known, said: bodies.Adopts) -> tuple[int, bool]:
    """Up to which envelope the chain that was adopted is surely the one that the hall has, and whether it left it."""
    last, known = here.envelope_at(said, said.last), here.envelope_at(said, said.known)
    if last is not None and last.hash == said.head:
        return said.last, False
    same = known is not None and known.hash == said.known_head
    return (said.known if same else 0), last is not None or (known is not None and not same)
