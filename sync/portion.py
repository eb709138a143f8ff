"""How much is sent or asked for at a time: as much as the line, and what stands on it, carries (sync.md S31, T21)."""

from __future__ import annotations


class Portion:
    """Halved by what does not get through, doubled again by what does.

    Args:
        least: never smaller.
        most: never larger, and so at first.
        sure: how many in a row have to get through before it is doubled. More than one where a failure costs much: a
            proxy that lets only so much through refuses the doubled one each time.
    """

    def __init__(self, least: int, most: int, sure: int = 1) -> None:
        self.size = most
        self._least = least
        self._most = most
        self._sure = sure
        self._through = 0

    def failed(self, of: int | None = None) -> bool:
        """It did not get through; whether it is smaller now. `of`: how large it was, where that is known."""
        before, self._through = self.size, 0
        self.size = max(self._least, min(before, of or before) // 2)
        return self.size < before

    def went(self) -> None:
        """It got through with ease."""
        self._through += 1
        if self._through >= self._sure:
            self.size, self._through = min(self._most, self.size * 2), 0
