"""The rollout of a hall in its repository: read, replaced, and moved on by the gate (updates.md, *Rollout*)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from casework.rollout import Gate, Rollout, Seen, decode_rollout, encode_rollout, gate, halted, opened
from hall.releases.acts import Act, record
from hall.releases.repository import Releases
from hall.releases.roles import ROLLOUT


class Rollouts:
    """Of one hall."""

    def __init__(self, releases: Releases, hall: str) -> None:
        self._releases = releases
        self.hall = hall
        self._path = f"rollout/{hall}.json"

    def current(self) -> Rollout | None:
        """What is published now."""
        data = self._releases.content(ROLLOUT, self._path)
        return None if data is None else decode_rollout(data)

    def publish(self, rollout: Rollout, act: Act) -> None:
        """Write down who did it, sign it with the hall's own key, and make it public. Raises ReleaseTrouble, OSError.

        `act`: the number of the rollout is filled in here.
        """
        record(self._releases.folder, msgspec.structs.replace(act, rollout=rollout.number))
        self._releases.list_file(ROLLOUT, self._path, encode_rollout(rollout))
        self._releases.sign_online(ROLLOUT)
        self._releases.publish((ROLLOUT,))

    def step(self, seen: Sequence[Seen], now: str) -> Gate:
        """Open the next ring or halt, where it is time; what was found."""
        rollout = self.current()
        if rollout is None:
            return Gate("none")
        found = gate(rollout, seen, now)
        if found.step == "open":
            self.publish(opened(rollout, found.ring, now), Act(now, "", "opened", what=found.ring))
        elif found.step == "halt":
            why = Act(now, "", "halted", id=found.reason, facts=found.facts)
            self.publish(halted(rollout, found.reason, found.facts), why)
        return found
