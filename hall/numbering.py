"""Drafts to numbered, chained entries: pure, the same for every store (S7-S9)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from casework.facts import digest
from casework.wire import encode_entry, extend
from hall.rows import Draft, LogRow


def numbered(seq: int, chain: str, drafts: Sequence[Draft]) -> list[LogRow]:
    """The rows that follow the entry `seq` whose chain is `chain`, without a gap."""
    rows: list[LogRow] = []
    for draft in drafts:
        seq += 1
        entry = msgspec.structs.replace(draft.entry, seq=seq)
        data = encode_entry(entry)
        entry_hash = digest(data)
        chain = extend(chain, entry_hash)
        rows.append(LogRow(seq, entry.kind, entry.scope, data, entry_hash, chain, draft.case, entry.fact_id, entry.n))
    return rows
