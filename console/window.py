"""Opens the console: the first frame at once, and the station behind it while the clerk types her number.

The sign-in needs nothing of the memory, the line or the printer, and their modules take longer to load than the frame
to draw; so they are loaded on the desk's first question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from screens.views import Checked, FieldKind

WEB_DRIVER = "console.web_driver:BrowserDriver"
"""What draws a console behind a page of `yichuang serve`, which names it in `TEXTUAL_DRIVER`."""

if TYPE_CHECKING:
    from console.coach import Coach
    from console.station import Station
    from screens.desk import Desk


class LateDesk:
    """A desk that is made at its first question, off the screen's loop; each question waits for it.

    What stops it from being made (a damaged file, a folder without a terminal) ends the app: `failure` says why.
    """

    def __init__(self, make: Callable[[], Station], leave: Callable[[], None]) -> None:
        self._make = make
        self._leave = leave
        self._made: asyncio.Future[Station] | None = None
        self.station: Station | None = None
        self.failure: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        if self.station is not None:
            return getattr(self.station.desk, name)

        async def asked(*arguments: Any) -> Any:
            station = await self._arrived()
            return await getattr(station.desk, name)(*arguments)

        return asked

    def check(self, kind: FieldKind, value: str) -> Checked:
        """Before the desk is there only number and PIN are typed, and the sign-in itself judges those."""
        return self.station.desk.check(kind, value) if self.station else Checked(value.strip())

    async def _arrived(self) -> Station:
        if self._made is None:
            self._made = asyncio.ensure_future(asyncio.to_thread(self._make))
        try:
            self.station = await asyncio.shield(self._made)
        except Exception as error:
            self.failure = error
            self._leave()
            raise  # never kept waiting: the app waits for every answer before it leaves
        return self.station


def open_console(
    folder: Path, *, demo: bool = False, language: str = "zh_CN", coach: Coach | None = None, offered: bool = False
) -> int:
    """Open the console on the terminal of `folder`, until it is left. With `demo` the cable is a key.

    `coach`: it is a window for practice. `offered`: practice can be reached from here, and `screens.tour.TO_PRACTICE`
    is returned when she wants to go there; `screens.updating.TO_NEW_VERSION` when another version is to begin; else 0.

    Raises what stopped the terminal from being opened, with its sentence.
    """
    from console.keymap import load
    from screens.app import ConsoleApp

    warning = load()

    def make() -> Station:
        from console.station import Station

        return Station(folder, demo=demo, language=language, updates=not demo and coach is None)

    late = LateDesk(make, lambda: app.exit(return_code=1))
    app = ConsoleApp(cast("Desk", late if coach is None else coach.watching(late)))
    app.tour, app.practice_offered = coach, offered
    app.language, app.warning = language, warning
    try:
        app.run()
    finally:
        if late.station is not None:
            late.station.close()
    failure = late.failure or app.broken
    if failure is not None:
        raise failure
    return app.return_code or 0
