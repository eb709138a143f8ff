"""What the hall does by itself: at its start, now and then, and for whoever looks after it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from casework.closing import PURPOSE_WINDOWS, Windows, WindowState
from casework.facts import HALL
from casework.folding import fold_mark
from casework.seals import Signed, seal
from casework.timers import SETTLED
from hall.errors import StorageTrouble
from hall.healing import Healing
from hall.health import TerminalHealth, metrics, terminals
from hall.rows import Changes, TerminalRow
from hall.scanning import Scanning
from hall.scoping import let_go
from hall.timers import refolded, run_out, settled_early

if TYPE_CHECKING:
    from casework.fleet import Fleet


class Upkeep(Healing, Scanning):
    """Timers, second judgements, figures."""

    def start(self) -> frozenset[str]:
        """Before it serves: fold anew what another program has folded, and judge again what is held (S17, S21)."""
        with self._store.writing() as tx:
            calendar = self._calendar(tx)
            if calendar is not None and tx.fold() != fold_mark():
                self._save(tx, refolded(tx, calendar))
            if tx.hall().latched or tx.hall().healing:  # what was lost comes first (S25)
                return frozenset()
            if tx.rejoined_rows():  # who showed something when this one stopped may not come again (T60)
                self._late[HALL] = self._clock.monotonic()
        arrived = self._settle_arrivals()
        return arrived | self.rejudge()

    def _settle_arrivals(self) -> frozenset[str]:
        """Scans whose last piece came just before the hall stopped: their cases are told now (S35)."""
        with self._store.reading() as reading:
            waiting = () if reading.hall().healing else reading.scans_waiting()
        scopes: frozenset[str] = frozenset()
        for sha256 in waiting:
            if self._store.scans.is_whole(sha256):
                scopes |= self._arrived(sha256)
        return scopes

    def tick(self) -> frozenset[str]:
        """Say what nobody else said in time (S10); the scopes that got something new. Cheap while nothing is due."""
        told = self.keep_reports()
        self._let_go()
        scopes = self.heal()
        if scopes:
            return scopes | self._settle_arrivals() | self.rejudge()
        self._store.scans.sweep(self._clock.monotonic())
        with self._store.reading() as reading:
            hall = reading.hall()
            due = reading.timers_due(self.now[:10], 1) or (told and reading.timers_of_kind(SETTLED, 1))
        if hall.latched or hall.healing:
            return frozenset()
        late = self.told_late() | (self._look_again() if hall.epoch > 1 else frozenset())
        if not due:
            return late
        with self._store.writing() as tx:
            calendar = self._calendar(tx)
            if calendar is None:
                return late
            changes = run_out(tx, self.now, self._new_id, calendar)
            self._save(tx, changes)
            early = settled_early(tx, self.now, self._new_id, calendar)
            self._save(tx, early)
        return late | changes.scopes | early.scopes

    def _look_again(self) -> frozenset[str]:
        """What waits after a loss for something that nobody brings is judged as it is, in its time (S25)."""
        now = self._clock.monotonic()
        if now - self._looked_again < self._limits.look_again_seconds:
            return frozenset()
        self._looked_again = now
        return self.rejudge()

    def _let_go(self) -> None:
        """Scopes that nobody needs any more are not sent any more (S7)."""
        with self._store.reading() as reading:
            if not reading.leaving():
                return
        with self._store.writing() as tx:
            self._save(tx, let_go(tx, self._needs))

    def rejudge(self) -> frozenset[str]:
        """Judge again all that is held: a newer version may know better (S17). The scopes that got something new."""
        with self._store.writing() as tx:
            return self.rejudged(tx, tx.held_lanes())

    def answers(self) -> bool:
        """Whether the memory answers. Raises StorageTrouble."""
        with self._store.reading() as reading:
            return bool(reading.hall().id)

    def terminals(self) -> tuple[TerminalHealth, ...]:
        """How every terminal is, as far as the hall knows (S34)."""
        with self._store.reading() as reading:
            return terminals(reading, self._seen)

    def windows(self, terminal: TerminalRow) -> Signed:
        """What every active window still has open, for whoever closes the day; no person and no case is in it."""
        with self._store.reading() as reading:
            hall, each = reading.hall(), terminals(reading, self._seen)
        found = tuple(
            WindowState(
                one.number, one.last_seen, one.unsent, one.oldest, one.held, one.rejected, one.prints, one.forms
            )
            for one in each
            if one.active
        )
        return seal(self._signer, PURPOSE_WINDOWS, Windows(hall.id, self.now, terminal.number, found))

    def fleet(self, releases: Path) -> Fleet:
        """All active terminals and the rollout in the repository `releases`, for whoever looks after them."""
        from hall.fleet import fleet_of  # what is published needs modules that nothing else here does

        with self._store.reading() as reading:
            hall, each = reading.hall(), terminals(reading, self._seen)
        return fleet_of(releases, hall.id[:16], each, self.now, self._limits)

    def metrics(self) -> str:
        """Figures for a monitoring system; no personal data."""
        with self._store.reading() as reading:
            hall, waiting, each = reading.hall(), reading.tray_count(), terminals(reading, self._seen)
            to_come = reading.scans_to_come()
        whole = {
            "yichuang_log_entries": hall.seq,
            "yichuang_epoch": hall.epoch,
            "yichuang_terminals": sum(one.active for one in each),
            "yichuang_tray": waiting,
            "yichuang_scans_to_come": to_come,
            **self._store.scans.figures(),
        }
        return metrics(whole, each, self.now)

    def keep_reports(self) -> bool:
        """Write down what the terminals said with their pulls, not more often than `limits.report_seconds`; whether it
        was done now.
        """
        now = self._clock.monotonic()
        if not self._seen or now - self._reported < self._limits.report_seconds:
            return False
        seen, self._seen, self._reported = self._seen, {}, now
        try:
            with self._store.writing() as tx:
                tx.save(Changes(reports=seen))
        except StorageTrouble:
            self._seen = {**seen, **self._seen}  # the next tick writes it
            raise
        return True

    def foreign(self) -> int:
        """A count that changes when another process has written to the log."""
        with self._store.reading() as reading:
            return reading.hall().seq - self._own_entries
