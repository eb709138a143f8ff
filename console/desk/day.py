"""The desk's half for the end of the day."""

from __future__ import annotations

from typing import cast

from casework.papers.text import to_text
from console import day_end
from console.desk.thread import DeskThread
from screens import desk
from screens.counter_views import DayView


class DayDesk(DeskThread):
    """日终."""

    async def day_end(self, day: str = "") -> DayView | desk.Refused:
        """What this window did on `day`, and what does not agree; for nothing given today."""
        return await self._answer(lambda: day_end.day_view(self._terminal, self._show, day or self._today()))

    async def day_preview(self, day: str = "") -> str | desk.Refused:
        """The sheet as text."""
        return await self._answer(
            lambda: to_text(day_end.sheet(self._terminal, self._who, self._show, day or self._today()))
        )

    async def print_day(self, day: str = "") -> desk.Done | desk.Refused:
        """The sheet into the queue of the printer."""

        def work() -> desk.Done:
            said = day_end.print_sheet(self._terminal, self._who, self._show, day or self._today())
            self._terminal.wake()
            return desk.Done(said)

        return cast("desk.Done | desk.Refused", await self._answer(work))

    def _today(self) -> str:
        return self._terminal.legal.now().at[:10]
