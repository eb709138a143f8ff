"""When a window that nobody touches locks itself."""

from __future__ import annotations

import msgspec

from casework.limits import LIMITS, Limits


class Idle(msgspec.Struct):
    """`seconds` without a key until the lock. A case that is being taken in gets longer: she talks with the applicant.

    The lock never loses what stands in a form; it only waits until nobody can be sitting there any more.
    """

    seconds: float = LIMITS.idle_lock_seconds
    limits: Limits = LIMITS

    def choose(self, minutes: int) -> None:
        """The window's own setting, within its bounds; 0: the program's."""
        wanted = minutes * 60 or self.limits.idle_lock_seconds
        self.seconds = min(max(wanted, self.limits.idle_lock_least), self.limits.idle_lock_most)

    def is_over(self, silent: float, *, taking_in: bool) -> bool:
        """Whether the window locks after `silent` seconds without a key."""
        return silent >= (max(self.seconds, self.limits.idle_lock_form_seconds) if taking_in else self.seconds)
