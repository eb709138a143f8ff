"""Wrong PINs that were typed at the hall's own machine: counted by person, and kept over every restart (security.md).

`pins.json` in the hall's folder; commands and the fleet screen count in the same place, many at once are each counted.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from casework.ambient import Clock, stamp
from casework.bodies import StaffSet
from casework.errors import UNREADABLE
from casework.limits import Limits
from casework.messages import Message
from casework.pin_lock import end_of, lock_of
from hall.files import write_whole
from hall.ownership import counting

FILE = "pins.json"


class _Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """Wrong PINs in a row, and until when (the hall's time) nobody may try."""

    failures: int = 0
    until: str = ""


class WrongPins:
    """Of one hall. What is said names the person; a message is the refusal."""

    def __init__(self, folder: Path, clock: Clock, limits: Limits) -> None:
        self._folder = folder
        self._clock = clock
        self._limits = limits

    def lock(self, person: StaffSet) -> Message | None:
        """Why no PIN of hers is looked at now; None when one is."""
        kept = self._read().get(person.number, _Kept())
        end = end_of(kept.failures, kept.until, self._clock.now(), self._limits)
        return Message("people.locked", {"name": person.name, "until": f"{end:%H:%M}"}) if end is not None else None

    def failed(self, person: StaffSet) -> Message:
        """One wrong PIN more, written down before it is said. Raises OSError, ReleaseTrouble."""
        with counting(self._folder, self._limits.busy_seconds):
            now, all_ = self._clock.now(), self._read()
            failures = all_.get(person.number, _Kept()).failures + 1
            end = now + lock_of(failures, self._limits)
            locked = failures >= self._limits.pin_tries
            self._write({**all_, person.number: _Kept(failures, stamp(end) if locked else "")})
        if not locked:
            return Message("people.wrong_pin", {"left": self._limits.pin_tries - failures})
        return Message("people.locked_now", {"name": person.name, "tries": failures, "until": f"{end:%H:%M}"})

    def fitted(self, person: StaffSet) -> None:
        """The right PIN: nothing is counted any more."""
        if person.number in self._read():
            with counting(self._folder, self._limits.busy_seconds):
                self._write({number: kept for number, kept in self._read().items() if number != person.number})

    def _read(self) -> dict[str, _Kept]:
        try:
            return msgspec.json.decode((self._folder / FILE).read_bytes(), type=dict[str, _Kept])
        except (OSError, *UNREADABLE):
            return {}

    def _write(self, all_: dict[str, _Kept]) -> None:
        write_whole(self._folder / FILE, msgspec.json.encode(all_))
