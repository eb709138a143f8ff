"""The counter's time with its evidence, and the day that goes into a number (S29)."""

from __future__ import annotations

import dataclasses
from datetime import date

from casework.ambient import Clock
from casework.errors import BadInput
from casework.facts import LegalTime
from local_db.memory import TerminalMemory

_CONFIRMED = "confirmed_day"


class DayUnknown(BadInput):
    """The hall has not been reached since this machine was switched on: the clerk confirms the date once."""


@dataclasses.dataclass(frozen=True)
class LegalClock:
    """Tells the legal time. The wall clock stands on the paper; what it is worth stands beside it."""

    memory: TerminalMemory
    clock: Clock

    def now(self) -> LegalTime:
        """The counter's time and its evidence."""
        return self.memory.legal_time()

    def day(self) -> date:
        """The hall's day: its last word plus the monotonic clock, or the day that the clerk confirmed.

        Raises DayUnknown: neither is there since this machine was switched on; `confirm` asks the clerk once.
        """
        known = self.memory.hall_day()
        if known is not None:
            return known
        today = self.clock.now().date()
        if self.memory.setting(_CONFIRMED) == today.isoformat():
            return today
        raise DayUnknown("intake.day_unknown", day=today.isoformat())

    def confirm(self, day: date) -> None:
        """The clerk says that today is `day`. Raises BadInput when this machine's clock says another day."""
        today = self.clock.now().date()
        if day != today:
            raise BadInput("intake.day_differs", day=day.isoformat(), clock=today.isoformat())
        self.memory.keep_setting(_CONFIRMED, day.isoformat())
