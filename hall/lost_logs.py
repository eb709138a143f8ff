"""What the hall knows of logs that parted from its own: which places belong to one terminal's log, what nobody showed.

A hall that was rolled back unnoticed has given the numbers of one epoch twice: two logs then have the same places, and
only the chain tells them apart (S25).
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence

from casework.bodies import Gap
from casework.facts import HALL, Base
from casework.wire import Head, Place, Point, extend
from hall.lineage import Lineage
from hall.live import Later
from hall.rows import LostPlace, RejoinedRow
from hall.store import Reading

_LAST = 1 << 62


def of_one_log(places: Sequence[LostPlace], ends: Sequence[Head | Point]) -> tuple[LostPlace, ...]:
    """The known places of one terminal's log, up to the newest of `ends` that is known."""
    at = _by_seq(places)
    end = next((place for one in ends for place in at.get(one.seq, ()) if place.chain == one.chain), None)
    found: list[LostPlace] = []
    while end is not None:
        found.append(end)
        after = end
        end = next((one for one in at.get(after.seq - 1, ()) if extend(one.chain, after.hash) == after.chain), None)
    return tuple(reversed(found))


class Before:
    """What makers of facts had seen in epochs before this one (S5, S25).

    Args:
        reading: one view of the hall's memory.
        lineage: who goes on from whom.
    """

    def __init__(self, reading: Reading, lineage: Lineage) -> None:
        self._reading = reading
        self._lineage = lineage
        self._epoch = reading.hall().epoch
        self._rows: dict[tuple[str, int], tuple[RejoinedRow, ...]] = {}
        self._common: dict[int, int | None] = {}
        self._shown: list[int] | None = None
        self._out: dict[int, bool] = {}

    def seen(self, terminal: str, base: Base) -> int:
        """Up to where the maker had seen this very log; of another epoch's log, as far as both are one (S24)."""
        if base.epoch == self._epoch:
            return base.cursor
        return min(base.cursor, max((row.seq for row in self._logs(terminal, base.epoch)), default=0))

    def was_seen(self, later: Later, terminal: str, base: Base) -> bool:
        """Whether the maker had it in the epoch before: this very entry, in its own log.

        Where it has told no places of that, epoch and number alone say so. What can't be followed counts as not seen:
        then a person looks.
        """
        was = later.was
        if was is None or was.seq > base.cursor:
            return False
        told = [row for row in self._logs(terminal, base.epoch) if row.points]
        return any(self._had(row, was, later.seq) for row in told) if told else was.epoch == base.epoch

    def lacks(self, terminal: str, base: Base) -> bool:
        """Whether bytes that the maker had seen behind the place where both logs part are not known here."""
        seen = self.seen(terminal, base)
        if self._shown is None:
            self._shown = sorted({place.seq for place in self._reading.lost_places(1, _LAST) if place.shown})
        return bisect(self._shown, base.cursor) - bisect(self._shown, seen) < base.cursor - seen

    def went_on(self, terminal: str, base: Base) -> bool:
        """Whether the maker heard more of that log after it had made a fact: most likely the fact was in it."""
        return any(base.cursor < row.last for row in self._logs(terminal, base.epoch))

    def opened(self) -> tuple[int, str]:
        """Where and when this epoch began; (0, "") where that is not known."""
        hall = self._reading.terminal(HALL)
        first = self._reading.registered(HALL, hall.incarnation, 1, 1).get(1) if hall else None
        return (first.entry, first.verdict.judged_at) if first else (0, "")

    def somebody_is_out(self, epoch: int) -> bool:
        """Whether a terminal that was heard before this epoch has not come, or not told all places of its log yet."""
        if epoch not in self._out:
            self._out[epoch] = self._is_somebody_out(epoch)
        return self._out[epoch]

    def _is_somebody_out(self, epoch: int) -> bool:
        opened, _ = self.opened()
        return any(
            row.active and row.number != HALL and row.last_seen and row.cursor < opened
            and self._lineage.newest(row.number) == row.number
            and not self._has_told(self._reading.rejoined_row(row.number, epoch))
            for row in self._reading.terminals()
        )  # fmt: skip

    def _has_told(self, row: RejoinedRow | None) -> bool:
        """Whether all places of its log behind the one where both part are known, shown or hidden."""
        if row is None:
            return False
        return len({place.seq for place in self._reading.lost_places(row.seq + 1, row.last)}) >= row.last - row.seq

    def common(self, epoch: int) -> int | None:
        """Up to where logs of that epoch that went on beyond this one are surely the same; None where there is none."""
        if epoch not in self._common:
            self._common[epoch] = max(
                (row.seq for row in self._reading.rejoined_rows() if row.epoch == epoch), default=None
            )
        return self._common[epoch]

    def had(self, later: Later, was: Place, shown: Mapping[int, str]) -> bool:
        """Whether the log of the place `was` had an entry of this one. `shown`: its chains that are not stored yet."""
        if later.was is not None:
            return later.was.epoch == was.epoch
        return self._reading.chain_at(later.seq) in {*self._reading.lost_chains(later.seq), shown.get(later.seq)}

    def _logs(self, terminal: str, epoch: int) -> tuple[RejoinedRow, ...]:
        """Its own log of that epoch, and those of the numbers that it has adopted."""
        key = terminal, epoch
        if key not in self._rows:
            names = (terminal, *(row.terminal for row in self._lineage.adopted(terminal)))
            rows = (self._reading.rejoined_row(name, epoch) for name in names)
            self._rows[key] = tuple(row for row in rows if row is not None)
        return self._rows[key]

    def _had(self, row: RejoinedRow, was: Place, now: int) -> bool:
        reading = self._reading
        later = sorted((point for point in row.points if point.seq >= was.seq), key=lambda point: point.seq)
        end = next((one for one in later if one.chain in reading.lost_chains(one.seq)), None)
        if end is None:
            return False
        log = of_one_log(reading.lost_places(was.seq, end.seq), (end,))
        return bool(log) and log[0].seq == was.seq and log[0].entry == now


def gaps(reading: Reading) -> list[Gap]:
    """What is proven to have been there, nobody has shown, and is not written down yet (T60)."""
    by_epoch: dict[int, list[RejoinedRow]] = {}
    for row in reading.rejoined_rows():
        by_epoch.setdefault(row.epoch, []).append(row)
    found = []
    for epoch, rows in sorted(by_epoch.items()):
        missing = _missing(reading.lost_places(1, max(row.last for row in rows)), rows)
        for gap in reading.gaps(epoch):
            missing -= set(range(gap.first, gap.last + 1))
        found += [Gap(epoch, *span) for span in ranges(missing)]
    return found


def _missing(places: Sequence[LostPlace], rows: Sequence[RejoinedRow]) -> set[int]:
    """Places of the logs of these terminals that nobody has shown.

    Whose log is proven to be another one at a place that is known is looked at alone; the others had the same.
    """
    at, common = _by_seq(places), max(row.seq for row in rows)
    alone = [row for row in rows if _is_elsewhere(at, row)]
    last = max((row.last for row in rows if row not in alone), default=0)
    missing = set(range(common + 1, last + 1)) - {place.seq for place in places if place.shown}
    for row in alone:
        shown = {place.seq for place in of_one_log(places, row.points) if place.shown}
        missing |= set(range(row.seq + 1, row.last + 1)) - shown
    return missing


def _is_elsewhere(at: dict[int, list[LostPlace]], row: RejoinedRow) -> bool:
    """Whether a terminal's log has another chain at a place that is known, or two logs are known at one of its own."""
    mine = [point for point in row.points if point.seq > row.seq and point.seq in at]
    return any(len(at[point.seq]) > 1 or at[point.seq][0].chain != point.chain for point in mine)


def _by_seq(places: Sequence[LostPlace]) -> dict[int, list[LostPlace]]:
    at: dict[int, list[LostPlace]] = {}
    for place in places:
        at.setdefault(place.seq, []).append(place)
    return at


def ranges(places: Iterable[int]) -> list[tuple[int, int]]:
    """First and last of neighbours."""
    found: list[tuple[int, int]] = []
    for seq in sorted(places):
        if found and found[-1][1] == seq - 1:
            found[-1] = found[-1][0], seq
        else:
            found.append((seq, seq))
    return found
