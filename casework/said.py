"""Which of two words was said first, where they were said at two windows and one of them comes to the log late. Pure.

The log has an order of its own: a window that had no line comes last with what it heard first. The times alone do not
tell either, for clocks are wrong. So a word is earlier only where both times have evidence (S29), and where nothing
shows that its maker had heard of the other one.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from casework.ambient import moment, stamp
from casework.errors import BadBytes
from casework.facts import Fact, LegalTime


class Said(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """When something was said by the hall's clock (empty where no evidence carries it), and what its maker had seen."""

    at: str = ""
    epoch: int = 0
    cursor: int = 0
    local_seq: int = 0
    contact: str = ""


def said(fact: Fact) -> Said:
    """When and where `fact` was said."""
    base = fact.base
    return Said(by_hall(fact.time), base.epoch, base.cursor, base.local_seq, fact.time.contact or "")


def by_hall(time: LegalTime) -> str:
    """The same moment by the hall's clock, as far as the last contact tells; empty where no evidence carries it."""
    if time.offset_ms is None:
        return ""
    try:
        at = stamp(moment(time.at) - timedelta(milliseconds=time.offset_ms))
        return at if msgspec.structs.replace(time, offset_ms=0).is_good(at) else ""
    except (BadBytes, OverflowError):
        return ""


def is_earlier(one: Said, other: Said) -> bool:
    """Whether `one` was said before `other`, which is in the log already, by somebody who had not heard of that."""
    if not one.at or one.at >= other.at:
        return False
    if (one.epoch, one.cursor) > (other.epoch, other.cursor):
        return False  # made on more of the log: its clock was put right since
    in_one_outage = (one.epoch, one.cursor, one.contact) == (other.epoch, other.cursor, other.contact)
    return not (in_one_outage and one.local_seq > other.local_seq)  # the same window: it knows what it said itself
