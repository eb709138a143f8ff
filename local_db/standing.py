"""Where the terminal stands with its hall: contact, clock evidence, trouble, and the blobs that the log names.

Keeps S24 (frozen until an operator acts, work goes on), S29 (evidence for legal times; the day of a number comes from
the hall's last word plus the monotonic clock), S33 and S34.
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import msgspec

from casework.ambient import moment, stamp
from casework.facts import LegalTime
from casework.scans import is_hash
from casework.seals import Signed
from local_db.pages import Pages
from local_db.sql import queries

_SQL = queries("line")
_SAME_BOOT_SECONDS = 120
"""How far wall clock and monotonic clock may have drifted apart in one boot."""


class Contact(msgspec.Struct, frozen=True):
    """The line's state for the status line and `doctor`. `hall_time` is empty while there never was a contact."""

    hall_time: str
    offset_ms: int | None
    trouble: str
    frozen: str


class Standing(Pages):
    """The line's own notes."""

    this_boot: str = ""
    """This boot of this machine, as the machine names it; whoever opens the memory says it. Empty: it names none."""

    def remember_head(self, head: Signed, seq: int) -> None:
        """Keep the newest head with the hall's signature."""
        with self.transaction() as db:
            db.execute(_SQL["remember_head"], (msgspec.json.encode(head), seq, seq))

    def freeze(self, reason: str, epoch: int) -> None:
        """The cursor stands still from now on, if it still is in `epoch` (S24); an empty reason ends it."""
        with self.transaction() as db:
            db.execute(_SQL["freeze"], (reason, epoch))

    def contact(self, hall_time: str, offset_ms: int) -> None:
        """The hall answered: its time, and this clock minus the hall's in milliseconds."""
        row = (hall_time, offset_ms, stamp(self.clock.now()), self.clock.monotonic(), self.this_boot)
        with self.transaction() as db:
            db.execute(_SQL["contact"], row)

    def trouble(self, code: str) -> None:
        """The last error of the line; empty after a success."""
        with self.reading() as db:
            known = db.execute(_SQL["evidence"]).fetchone()[5]
        if known != code:
            with self.transaction() as db:
                db.execute(_SQL["trouble"], (code,))

    def heard(self) -> str:
        """The hall's time at the last contact; empty while there was none."""
        return self.last_contact().hall_time

    def last_contact(self) -> Contact:
        """What the line last knew."""
        with self.reading() as db:
            hall_time, offset, _, _, _, trouble, frozen = db.execute(_SQL["evidence"]).fetchone()
        return Contact(hall_time, offset, trouble, frozen)

    def legal_time(self) -> LegalTime:
        """This moment, as a fact carries it, with the evidence for the clock (S29)."""
        with self.reading() as db:
            hall_time, offset, local, mono, boot, _, _ = db.execute(_SQL["evidence"]).fetchone()
        now = stamp(self.clock.now())
        if not hall_time:
            return LegalTime(now)
        same_boot = self.same_boot(local, mono, boot)
        if same_boot and abs(offset or 0) > self.limits.clock_offset_seconds * 1000:
            ran = timedelta(seconds=self.clock.monotonic() - mono)  # this clock is wrong, and the right time is known
            return LegalTime(stamp(moment(hall_time) + ran), 0, hall_time, same_boot=True)
        return LegalTime(now, offset, hall_time, same_boot)

    def hall_day(self) -> date | None:
        """The hall's day by its last word plus the monotonic clock; None when there was no contact since boot."""
        with self.reading() as db:
            hall_time, _, local, mono, boot, _, _ = db.execute(_SQL["evidence"]).fetchone()
        if not hall_time or not self.same_boot(local, mono, boot):
            return None
        return (moment(hall_time) + timedelta(seconds=self.clock.monotonic() - mono)).date()

    def missing_blobs(self) -> tuple[str, ...]:
        """Hashes of catalogue and calendar versions that heads or cases name and this memory lacks (S33).

        What is no hash was named by a faulty program, and nobody is asked for it.
        """
        with self.reading() as db:
            return tuple(row[0] for row in db.execute(_SQL["missing_blobs"]) if is_hash(row[0]))

    def keep_blob(self, sha256: str, data: bytes) -> None:
        """Keep a blob whose hash was checked."""
        with self.transaction() as db:
            db.execute(_SQL["keep_blob"], (sha256, data))

    def blob(self, sha256: str) -> bytes | None:
        """A catalogue or calendar version by its hash."""
        with self.reading() as db:
            row = db.execute(_SQL["blob"], (sha256,)).fetchone()
        return row[0] if row else None

    def free_mb(self) -> int:
        """Megabytes that are free on the disk of this memory; -1 where nobody can say."""
        try:
            return shutil.disk_usage(self.folder).free // 1_000_000
        except OSError:
            return -1

    def same_boot(self, local: str, mono: float, boot: str) -> bool:
        """Whether this machine runs since then without a break: both its clocks went on alike, in a boot of one name.

        Args:
            local: the wall clock of then, a `stamp`.
            mono: the monotonic clock of then.
            boot: the boot of then; where either boot has no name the clocks alone tell.
        """
        if boot and self.this_boot and boot != self.this_boot:
            return False
        ran = self.clock.monotonic() - mono
        walked = (self.clock.now() - moment(local)).total_seconds()
        return ran >= 0 and abs(walked - ran) <= _SAME_BOOT_SECONDS
