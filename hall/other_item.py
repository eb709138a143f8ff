"""What was done for another item or applicant of one file, where nobody knew of the receipt that stands (S22)."""

from __future__ import annotations

from casework.case import Case
from casework.facts import Envelope, Fact
from hall.docket import Docket

_BEGINS = frozenset({"received"})


def is_of_another_item(docket: Docket, envelope: Envelope, fact: Fact, case: Case) -> bool:
    """Whether its maker had taken the file in as something else, and did it for that, which is in no case: nothing had
    been heard there of the receipt that stands (S5).
    """
    if not case.other_items or fact.type in _BEGINS:
        return False
    names = {envelope.terminal, *(row.terminal for row in docket.lineage.adopted(envelope.terminal))}
    other = any(number[12:16] in names for number in case.other_items)
    return other and bool(docket.unseen.later(envelope, fact, _BEGINS, docket.lineage.numbers(case.terminal)))
