"""What the hall says now of people, terminals and heads, beside a word of a log that was lost (S25).

Of two words about the same the later one counts, in whatever order they come back: each says in its base what stood in
the log before it.
"""

from __future__ import annotations

from casework.bodies import Body, CalendarHead, CatalogueHead, StaffSet, TerminalSet, WriteVersion
from casework.bodies.hall import NUMBERED
from casework.facts import Fact, decode_fact
from casework.upcasting import HALL_WORD
from casework.wire import decode_entry
from hall.leaving import leaving_of, word_of
from hall.rows import Changes, LeavingRow, TerminalRow
from hall.store import Reading


class Words:
    """The words that count.

    Args:
        reading: one consistent view of the memory.
        changes: what the same transaction writes; what is in it already counts before that.
    """

    def __init__(self, reading: Reading, changes: Changes) -> None:
        self._reading = reading
        self._changes = changes

    def present(self, body: Body) -> Body | None:
        """What the hall says now of the same person, terminal or head; None when it says nothing of it yet."""
        if isinstance(body, StaffSet):
            staged = self._changes.staff.get(body.number)
            return staged[0] if staged else self._reading.staff((body.number,)).get(body.number)
        if isinstance(body, CatalogueHead | CalendarHead):
            kind = _kind(body)
            version = self._head(kind)
            return type(body)(version, int(self._head(kind + NUMBERED) or 0)) if version else None
        if isinstance(body, WriteVersion):
            written = self._head(HALL_WORD + body.type)
            return WriteVersion(body.type, int(written)) if written else None
        if not isinstance(body, TerminalSet):
            return None
        row = self._changes.terminals.get(body.number) or self._reading.terminal(body.number)
        if row is None:
            return None
        return self.of(row)

    def of(self, row: TerminalRow) -> TerminalSet:
        """What the log says of a terminal."""
        return word_of(self._reading, self._changes, row)

    def leaving(self, number: str) -> tuple[LeavingRow, ...]:
        """What the log has taken away from that terminal and it is still sent (S7)."""
        return leaving_of(self._reading, self._changes, number)

    def goes_on(self, fact: Fact, body: Body, present: Body, *, in_order: bool) -> bool:
        """Whether `present` counts on beside `fact`, whose `body` speaks of the same person or head.

        `in_order`: what comes back does so in the order in which it was said.
        """
        if isinstance(body, WriteVersion) and isinstance(present, WriteVersion):
            return present.version > body.version  # it only ever rises (S32)
        return self._lacks(body) or (not in_order and self._is_later(body, fact))

    def _is_later(self, body: Body, fact: Fact) -> bool:
        """Whether what counts now was said after `fact`. Two logs may have one place: then the hall's clock tells."""
        said = self._said(body)
        if said is None:
            return True
        here, there = ((one.base.epoch, one.base.cursor, one.base.local_seq) for one in (said, fact))
        return here > there or said.time.at > fact.time.at

    def _lacks(self, body: Body) -> bool:
        """Whether it is the head of a catalogue or calendar whose bytes the hall has no more."""
        version = body.version if isinstance(body, CatalogueHead | CalendarHead) else ""
        return bool(version) and version not in self._changes.blobs and self._reading.blob(version) is None

    def _head(self, kind: str) -> str:
        staged = self._changes.heads.get(kind)
        return staged[0] if staged else self._reading.head(kind)

    def _said(self, body: Body) -> Fact | None:
        """The fact by which the hall says what counts now."""
        if isinstance(body, StaffSet):
            staged: tuple[Body | str, int] | None = self._changes.staff.get(body.number)
            data = None if staged else self._reading.staff_word(body.number)
        elif isinstance(body, CatalogueHead | CalendarHead):
            staged = self._changes.heads.get(_kind(body))
            data = None if staged else self._reading.head_word(_kind(body))
        else:
            return None
        entry = self._changes.drafts[staged[1]].entry if staged else decode_entry(data) if data else None
        return decode_fact(entry.fact) if entry is not None else None


def _kind(body: CatalogueHead | CalendarHead) -> str:
    return "catalogue" if isinstance(body, CatalogueHead) else "calendar"
