"""What the maker of a fact had not seen of its case (S5, S24, S25)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from casework.events import EVENTS
from casework.facts import Base, Envelope, Fact, decode_fact
from casework.wire import ENTRY_FACT, Place, decode_entry
from hall.lineage import Lineage
from hall.live import Later, Live, about
from hall.lost_logs import Before
from hall.rows import Changes
from hall.store import Reading


class Unseen:
    """What others said after the base of a fact, during one sitting.

    Args:
        reading: the memory as the sitting found it.
        lineage: who goes on from whom, during the sitting.
        changes: what the sitting has put on top.
        live: a case during the sitting.
    """

    def __init__(self, reading: Reading, lineage: Lineage, changes: Changes, live: Callable[[str], Live]) -> None:
        self._reading = reading
        self._lineage = lineage
        self._changes = changes
        self._live = live
        self._before = Before(reading, lineage)
        self._sealed_again: dict[str, frozenset[str]] = {}

    def breaking(self, envelope: Envelope, fact: Fact) -> frozenset[str]:
        """Event types of the case after the base of `fact` that its maker had not seen, as far as they break it (S5).

        Own facts count as seen, and so do those of the same command; of another epoch's log nothing.
        """
        row = EVENTS.get(fact.type)
        return self.later(envelope, fact, row.broken_by) if row is not None and row.broken_by else frozenset()

    def later(
        self, envelope: Envelope, fact: Fact, types: frozenset[str] | None = None, by: Sequence[str] = ()
    ) -> frozenset[str]:
        """What others (or only `by`) said of the case after the base of `fact`, by type; of these types, or of all."""
        live, seen = self._live(fact.case), self._before.seen(envelope.terminal, fact.base)
        if live.loaded is None or live.loaded_after > seen:
            live.loaded = self._load_later(fact.case, seen) if live.n > len(live.later) else []
            live.loaded_after = seen
        command = {fact.group.id, fact.group.after}
        return frozenset(
            later.type
            for later in (*live.loaded, *live.later)
            if (types is None or later.is_of(types))
            and (not by or later.terminal in by)
            and later.seq > seen
            and not self._before.was_seen(later, envelope.terminal, fact.base)
            and not self._is_own(later, envelope, fact, command)
        )

    def lacks(self, terminal: str, base: Base) -> bool:
        """Whether the maker of a fact had seen something in a log that was lost which nobody has shown yet (S25)."""
        return self._before.lacks(terminal, base)

    def stood(self, terminal: str, base: Base) -> bool:
        """Whether a fact most likely stood in a log that was lost: its maker heard more of that afterwards (S25)."""
        return self._before.went_on(terminal, base)

    def opened(self) -> str:
        """When this epoch began; empty where that is not known."""
        return self._before.opened()[1]

    def may_be_shown(self, epoch: int) -> bool:
        """Whether a terminal that was heard in that epoch has not come since (S25)."""
        return self._before.somebody_is_out(epoch)

    def since(self, case: str, was: Place, types: frozenset[str]) -> frozenset[str]:
        """What was said of a case, of these types, in another log than that of the place `was` (S25)."""
        common = self._before.common(was.epoch) if types else None
        later = [] if common is None else self._load_later(case, common)
        shown = {row.seq: row.chain for row, _ in self._changes.lost.values()} if later else {}
        return frozenset(one.type for one in later if one.is_of(types) and not self._before.had(one, was, shown))

    def _is_own(self, later: Later, envelope: Envelope, fact: Fact, command: set[str | None]) -> bool:
        """Whether its own maker did that: under the same name, or as a former incarnation that this one holds."""
        if later.group in command:
            return True
        if (later.terminal, later.incarnation) == (envelope.terminal, envelope.incarnation):
            return True  # one memory: it knew what it had done, in whatever order that is sealed under this number
        for row in self._lineage.adopted(envelope.terminal):
            if (row.terminal, row.incarnation) == (later.terminal, later.incarnation):
                return later.local_seq <= row.shared or later.fact in self._again(envelope.terminal)
        return False

    def _again(self, terminal: str) -> frozenset[str]:
        """The facts that a terminal sealed again and that had come before."""
        if terminal not in self._sealed_again:
            self._sealed_again[terminal] = self._reading.sealed_again(terminal)
        staged = (row for row, _ in self._changes.registers.values() if row.terminal == terminal)
        return self._sealed_again[terminal] | {row.fact_id for row in staged if not row.first}

    def _load_later(self, case: str, after: int) -> list[Later]:
        found = []
        for seq, kind, data in self._reading.case_entries(case, after):
            if kind != ENTRY_FACT:
                continue
            entry = decode_entry(data)
            if entry.envelope is None:
                continue
            fact = decode_fact(entry.fact)
            made = entry.envelope
            place = made.terminal, made.incarnation, made.seq
            found.append(Later(seq, fact.type, *place, fact.group.id, fact.id, entry.was, about(fact)))
        return found
