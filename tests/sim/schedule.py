"""When the office is open in a simulated world: one stretch, two with a long night between them, or working days."""

from __future__ import annotations

import asyncio

from tests.sim.profiles import Profile

DAY = 86_400.0
OFFICE = 9 * 3600.0


class Schedule:
    """Stretches of open time, in seconds since the world began at 08:30 on a Monday."""

    def __init__(self, profile: Profile) -> None:
        seconds = profile.minutes * 60
        if profile.days:
            days = [day for day in range(profile.days) if day % 7 < 5]
            self.open = [(day * DAY, day * DAY + OFFICE) for day in days]
        elif profile.nights:
            night = profile.night_hours * 3600
            self.open = [(0.0, seconds / 2), (seconds / 2 + night, seconds + night)]
        else:
            self.open = [(0.0, seconds)]
        self.until = self.after(0.0, profile.until * 60) if profile.until else self.end
        """When everything is well from there on; the pace of all that goes wrong is that of the whole time."""

    @property
    def seconds(self) -> float:
        """All open time."""
        return sum(end - start for start, end in self.open)

    @property
    def end(self) -> float:
        """When the last stretch ends."""
        return self.open[-1][1]

    def is_open(self, at: float) -> bool:
        """Whether somebody works then."""
        return any(start <= at < end for start, end in self.open)

    def after(self, at: float, seconds: float) -> float:
        """The moment at which `seconds` of open time have gone by since `at`; the end where there are not so many."""
        for start, end in self.open:
            begin = max(start, at)
            if begin >= end:
                continue
            if begin + seconds < end:
                return begin + seconds
            seconds -= end - begin
        return max(self.end, at)

    async def pass_by(self, seconds: float) -> None:
        """Wait until so much open time has gone by."""
        now = asyncio.get_running_loop().time()
        until = self.after(now, seconds)
        # At the very end nobody does anything any more: a moment longer than the world lasts.
        await asyncio.sleep(until - now if until < self.end else until - now + DAY)
