"""What a terminal keeps of its updates, over restarts and while the line is down: settings of its own memory."""

from __future__ import annotations

import msgspec

from casework.ambient import Clock, stamp
from casework.errors import BadRollout
from casework.report import UPDATE
from casework.rollout import Rollout, Standing, decode_rollout, decode_standing, encode_rollout, versions_for
from local_db.memory import TerminalMemory

_ROLLOUT, _SEEN = "update.rollout", "update.seen"


class Notes:
    """The rollout that was read last, and how this terminal stands in it."""

    def __init__(self, memory: TerminalMemory, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock

    @property
    def standing(self) -> Standing:
        """What the hall is told with the next contact."""
        return decode_standing(self._memory.setting(UPDATE)) or Standing()

    def say(self, standing: Standing) -> None:
        """Tell the hall; `since` is set where something else than before is said."""
        before = self.standing
        if msgspec.structs.replace(before, since="") != msgspec.structs.replace(standing, since=""):
            said = msgspec.structs.replace(standing, since=stamp(self._clock.now()))
            self._memory.keep_setting(UPDATE, msgspec.json.encode(said).decode())

    @property
    def rollout(self) -> Rollout | None:
        """The newest that was proven here; what it offers holds while the line is down, too.

        None where a newer version noted it in a form that this one can't read: it is asked for anew.
        """
        text = self._memory.setting(_ROLLOUT)
        try:
            return decode_rollout(text.encode()) if text else None
        except BadRollout:
            return None

    @property
    def seen(self) -> str:
        """Since when this rollout is known here."""
        return self._memory.setting(_SEEN) or ""

    def read(self, rollout: Rollout) -> None:
        """Keep what was read; its time is kept when this terminal has another reason to fetch since then.

        A ring that opens and a halt that is over are such a reason, too: its windows do not fetch all in one minute.
        """
        before = self.rollout
        if before != rollout:
            self._memory.keep_setting(_ROLLOUT, encode_rollout(rollout).decode())
        if before is None or self._reason(before) != self._reason(rollout):
            self._memory.keep_setting(_SEEN, stamp(self._clock.now()))

    def _reason(self, rollout: Rollout) -> tuple[str, int]:
        return versions_for(rollout, self._memory.identity.terminal).app, rollout.attempt
