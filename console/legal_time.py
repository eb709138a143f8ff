"""The counter's time with its evidence, and the day that goes into a number (S29)."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, timedelta

import msgspec

from casework.ambient import Clock, moment, stamp
from casework.errors import BadInput
from casework.facts import LegalTime
from local_db.memory import TerminalMemory

_CONFIRMED = "confirmed_day"


class DayUnknown(BadInput):
    """The hall has not been reached since this machine was switched on: the clerk confirms the date once."""


class _Confirmed(msgspec.Struct, frozen=True):
    """What the clerk said, what this machine's clocks said then, and in which boot."""

    day: str
    local: str
    mono: float
    boot: str = ""


@dataclasses.dataclass(frozen=True)
class LegalClock:
    """Tells the legal time: that of this machine; the hall's where that is known to be another one; or the day that
    the clerk confirmed. What it is worth stands beside it.
    """

    memory: TerminalMemory
    clock: Clock

    def now(self) -> LegalTime:
        """The counter's time and its evidence."""
        told = self.memory.legal_time()
        said = None if told.same_boot else self._confirmed()
        if said is None or said.date().isoformat() == told.at[:10]:
            return told
        return LegalTime(stamp(said))  # her word is no proof of the hour: a supervisor looks at it

    def day(self) -> date:
        """The hall's day: its last word plus the monotonic clock, or the day that the clerk confirmed in this boot.

        Raises DayUnknown: neither is there since this machine was switched on; `confirm` asks the clerk once.
        """
        known = self.memory.hall_day()
        if known is not None:
            return known
        said = self._confirmed()
        if said is not None:
            return said.date()
        raise DayUnknown("intake.day_unknown", day=self.clock.now().date().isoformat())

    def confirm(self, day: date) -> None:
        """The clerk says that today is `day`, whatever this machine's clock says; it holds until the next boot.

        Raises BadInput: the hall itself had a later day at the last contact.
        """
        contact = self.memory.last_contact().hall_time[:10]
        if contact and day.isoformat() < contact:
            raise BadInput("intake.day_differs", day=day.isoformat(), clock=contact)
        said = _Confirmed(day.isoformat(), stamp(self.clock.now()), self.clock.monotonic(), self.memory.this_boot)
        self.memory.keep_setting(_CONFIRMED, msgspec.json.encode(said).decode())

    def _confirmed(self) -> datetime | None:
        """Now, counted from the day that the clerk confirmed in this boot."""
        try:
            said = msgspec.json.decode(self.memory.setting(_CONFIRMED) or "null", type=_Confirmed)
            began = datetime.combine(date.fromisoformat(said.day), moment(said.local).time())
        except (msgspec.MsgspecError, ValueError):  # nobody has said anything, or as an older program wrote it
            return None
        if not self.memory.same_boot(said.local, said.mono, said.boot):
            return None
        return began + timedelta(seconds=self.clock.monotonic() - said.mono)


@dataclasses.dataclass(frozen=True)
class PaperClock:
    """The legal time as a `Clock`: what stands on a paper is what the case counts by."""

    legal: LegalClock

    def now(self) -> datetime:
        """The counter's civil time."""
        return moment(self.legal.now().at)

    def monotonic(self) -> float:
        """Seconds of this boot."""
        return self.legal.clock.monotonic()
