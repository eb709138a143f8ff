"""A number that is void goes on as another one (R44): the hall alone knows what became of that one meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from casework.case import Case
from casework.events import body_of, known
from casework.facts import Fact
from hall.docket import Docket

_WITHOUT_RESULT = {
    "void": "voided",
    **{state: state for state in ("withdrawn", "terminated", "transferred", "refused_at_intake", "returned")},
}
"""How the other case may have ended with nothing in the applicant's hand: state -> event."""


def goes_on_nowhere(docket: Docket, fact: Fact, unseen: Callable[[Case, frozenset[str]], frozenset[str]]) -> str:
    """The event that has ended the case in favour of which this one is void, where whoever voided it had not seen that;
    empty where the application goes on, or she knew.

    Two supervisors at two windows may each void the case that the other one keeps: then both receipts would be void.
    """
    if fact.type != "voided" or not known(fact):
        return ""
    number = body_of(fact).new_number
    other = docket.numbered(number) if number else None
    over = _WITHOUT_RESULT.get(other.state, "") if other is not None else ""
    return over if over and other is not None and unseen(other, frozenset({over})) else ""
