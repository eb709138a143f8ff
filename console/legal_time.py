"""The counter's time with its evidence, and the day that goes into a number (S29)."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, timedelta

import msgspec

from casework.ambient import Clock, moment, stamp
from casework.errors import BadInput
from casework.facts import LegalTime
from casework.limits import LIMITS, Limits
from local_db.memory import TerminalMemory


class DayUnknown(BadInput):
    """The hall has not been reached since this machine was switched on: the clerk confirms the date once."""


class Contact(msgspec.Struct, frozen=True):
    """The last time the hall answered. `wall` and `mono`: this machine's clocks at that moment."""

    hall_time: str
    offset_ms: int
    wall: str
    mono: float


@dataclasses.dataclass(frozen=True)
class LegalClock:
    """Tells the legal time. The wall clock stands on the paper; what it is worth stands beside it."""

    memory: TerminalMemory
    clock: Clock
    limits: Limits = LIMITS

    def now(self) -> LegalTime:
        """The counter's time and its evidence."""
        contact = self.memory.contacted()
        at = stamp(self.clock.now())
        if contact is None:
            return LegalTime(at)
        return LegalTime(at, contact.offset_ms, contact.hall_time, self._same_boot(contact))

    def day(self) -> date:
        """The hall's day: the last hall time and what has passed since on the monotonic clock.

        Without contact in this boot, the wall clock if the clerk confirmed its day, or if it was right at the last
        contact within seven days.

        Raises DayUnknown: nothing tells the day; `confirm` asks the clerk once.
        """
        contact, wall = self.memory.contacted(), self.clock.now()
        if contact is not None and self._same_boot(contact):
            passed = timedelta(seconds=self.clock.monotonic() - contact.mono)
            return (moment(contact.hall_time) + passed).date()
        if self.memory.confirmed_day() == wall.date().isoformat():
            return wall.date()
        if contact is not None and self._fits(contact, wall):
            return (wall - timedelta(milliseconds=contact.offset_ms)).date()
        raise DayUnknown("intake.day_unknown", day=wall.date().isoformat())

    def confirm(self, day: date) -> None:
        """The clerk says that today is `day`. Raises BadInput when this machine's clock says another day."""
        if day != self.clock.now().date():
            raise BadInput("intake.day_differs", day=day.isoformat(), clock=self.clock.now().date().isoformat())
        self.memory.confirm_day(day.isoformat())

    def _same_boot(self, contact: Contact) -> bool:
        """Both clocks went on alike since the contact: a restart sets the monotonic one back, a jump only the other."""
        passed = self.clock.monotonic() - contact.mono
        wall_passed = (self.clock.now() - moment(contact.wall)).total_seconds()
        return passed >= 0 and abs(wall_passed - passed) <= self.limits.clock_offset_seconds

    def _fits(self, contact: Contact, wall: datetime) -> bool:
        since = (wall - moment(contact.wall)).total_seconds()
        return 0 <= since <= self.limits.clock_contact_seconds
