"""The bytes of what stands in the log masked: they lie in no log, and a lost one brings none back (S7, S25)."""

from __future__ import annotations

from casework.facts import Fact
from casework.wire import decode_entry
from hall.rows import Register
from hall.store import Reading

_MASKED = "prefile."


def lacks(reading: Reading, bearer: Register, fact: Fact) -> bool:
    """Whether `fact`, which stands, came back masked from a log that was lost, and its bytes are nowhere here."""
    if bearer.data is not None or not bearer.entry or not fact.type.startswith(_MASKED) or reading.hall().epoch == 1:
        return False
    rows = reading.case_entries(fact.case, bearer.entry - 1)
    return bool(rows) and decode_entry(rows[0][2]).masked
