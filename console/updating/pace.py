"""Keeps a download to its rate and to its time: other work on the line goes first."""

from __future__ import annotations

from collections.abc import Callable

from sync.errors import UpdateOffline


class Pace:
    """Told of every piece that came; waits where it came too fast.

    Args:
        monotonic: seconds.
        sleep: waits that many.
        seconds: how long all of it may take.
    """

    def __init__(self, monotonic: Callable[[], float], sleep: Callable[[float], None], seconds: float) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._seconds = seconds
        self._rate = 0
        self.begin()

    def begin(self) -> None:
        """Another look: its time begins now."""
        self._began = self._monotonic()
        self._ends = self._began + self._seconds
        self._bytes = 0

    def limit(self, kib: int) -> None:
        """From now on so many KiB a second; 0: as fast as it comes."""
        self._rate, self._bytes, self._began = kib * 1024, 0, self._monotonic()

    def came(self, count: int) -> None:
        """So many bytes have come. Raises UpdateOffline when the time is over: the rest comes another time."""
        self._bytes += count
        now = self._monotonic()
        if now > self._ends:
            raise UpdateOffline("update.too_slow")
        if self._rate:
            early = self._bytes / self._rate - (now - self._began)
            if early > 0:
                self._sleep(early)
