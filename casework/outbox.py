"""The life of an outbox row, drawn (S6). Nothing else moves it.

    committed --send--> sent --accept--> accepted --pass--> passed
                        sent --hold--> held --accept--> accepted
                        sent --reject--> rejected --resolve--> resolved
                        sent --send--> sent             no answer came: the same bytes again (T1)
                        sent --pass--> passed
    committed --accept--> accepted                      a pull brings the verdict before the push's answer (T27)
    committed --hold--> held
    committed --reject--> rejected
    committed --pass--> passed
    held --hold--> held                                 held for another reason
    held --reject--> rejected
    held --resolve--> resolved
    held --pass--> passed
    rejected --accept--> accepted                       judged again, in a later revision (S13)
    rejected --hold--> held                             by a restored hall, which had forgotten it (S25)
    rejected --pass--> passed
    accepted --lose--> sent                             the hall was restored without it: sent again (S25)
    passed --lose--> sent
    resolved --accept--> accepted                       somebody else had insisted before (S15)
    resolved --pass--> passed

The writer makes *committed*, the line *sent*, a verdict (push answer or pull) *accepted*, *held* or
*rejected*, the page's commit *passed*, a `resolve.*` fact *resolved*, another epoch of the hall sends
what it lost. An acknowledged event stays in the overlay until the cursor has passed it.
"""

from __future__ import annotations

import enum

from casework.events import Klass


class Row(enum.StrEnum):
    """Where an outbox row is."""

    COMMITTED = "committed"
    SENT = "sent"
    ACCEPTED = "accepted"
    HELD = "held"
    REJECTED = "rejected"
    RESOLVED = "resolved"
    PASSED = "passed"


class Move(enum.StrEnum):
    """What may happen to it."""

    SEND = "send"
    ACCEPT = "accept"
    HOLD = "hold"
    REJECT = "reject"
    PASS = "pass"
    RESOLVE = "resolve"
    LOSE = "lose"


_VERDICTS = {Move.ACCEPT: Row.ACCEPTED, Move.HOLD: Row.HELD, Move.REJECT: Row.REJECTED}

MOVES: dict[Row, dict[Move, Row]] = {
    Row.COMMITTED: {Move.SEND: Row.SENT, Move.PASS: Row.PASSED, **_VERDICTS},
    Row.SENT: {Move.SEND: Row.SENT, Move.PASS: Row.PASSED, **_VERDICTS},
    Row.ACCEPTED: {Move.PASS: Row.PASSED, Move.LOSE: Row.SENT},
    Row.HELD: {Move.PASS: Row.PASSED, Move.RESOLVE: Row.RESOLVED, **_VERDICTS},
    Row.REJECTED: {Move.PASS: Row.PASSED, Move.ACCEPT: Row.ACCEPTED, Move.HOLD: Row.HELD, Move.RESOLVE: Row.RESOLVED},
    Row.RESOLVED: {Move.PASS: Row.PASSED, Move.ACCEPT: Row.ACCEPTED},
    Row.PASSED: {Move.LOSE: Row.SENT},
}

SHOWN = frozenset({Row.COMMITTED, Row.SENT, Row.ACCEPTED})
"""States whose facts are replayed on top of what the hall has confirmed."""


def is_shown(row: Row, klass: Klass) -> bool:
    """Whether the fact of an outbox row is replayed on top of what the hall has confirmed.

    What needs the hall counts only after its word (S14): until then the case shows as it was. A fact of the counter
    that is held stays in sight: its receipt is in somebody's hand.
    """
    if klass is Klass.COUNTER and row is Row.HELD:
        return True
    return row in SHOWN and (row is Row.ACCEPTED or klass is not Klass.NEEDS_HALL)


UNSENT = frozenset({Row.COMMITTED, Row.SENT})
"""States that the hall has not answered."""


def moved(row: Row, move: Move) -> Row:
    """Where `row` is after `move`; where it was when the move does not apply (a late or doubled answer)."""
    return MOVES[row].get(move, row)
