"""Opens the console: the first frame at once, and the workplace behind it while the clerk types her number.

The sign-in needs nothing of the memory, the line or the printer, and their modules take longer to load than the frame
to draw; so they are loaded on the desk's first question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from screens.desk import Checked, Desk, FieldKind

if TYPE_CHECKING:
    from console.workplace import Workplace


class LateDesk:
    """A desk that is made at its first question, off the screen's loop; each question waits for it.

    What stops it from being made (a damaged file, a folder without a terminal) ends the app: `failure` says why.
    """

    def __init__(self, make: Callable[[], Workplace], leave: Callable[[], None]) -> None:
        self._make = make
        self._leave = leave
        self._made: asyncio.Future[Workplace] | None = None
        self.workplace: Workplace | None = None
        self.failure: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        if self.workplace is not None:
            return getattr(self.workplace.desk, name)

        async def asked(*arguments: Any) -> Any:
            workplace = await self._arrived()
            return await getattr(workplace.desk, name)(*arguments)

        return asked

    def check(self, kind: FieldKind, value: str) -> Checked:
        """Before the desk is there only number and PIN are typed, and the sign-in itself judges those."""
        return self.workplace.desk.check(kind, value) if self.workplace else Checked(value.strip())

    async def _arrived(self) -> Workplace:
        if self._made is None:
            self._made = asyncio.ensure_future(asyncio.to_thread(self._make))
        try:
            self.workplace = await asyncio.shield(self._made)
        except Exception as error:
            self.failure = error
            self._leave()
            raise  # never kept waiting: the app waits for every answer before it leaves
        return self.workplace


def open_console(folder: Path, *, demo: bool = False, language: str = "zh_CN") -> int:
    """Open the console on the terminal of `folder`, until it is left. With `demo` the cable is a key.

    Raises what stopped the terminal from being opened, with its sentence.
    """
    from screens.app import ConsoleApp

    def make() -> Workplace:
        from console.workplace import Workplace

        return Workplace(folder, demo=demo, language=language)

    late = LateDesk(make, lambda: app.exit(return_code=1))
    app = ConsoleApp(cast(Desk, late))
    app.language = language
    try:
        app.run()
    finally:
        if late.workplace is not None:
            late.workplace.close()
    failure = late.failure or app.broken
    if failure is not None:
        raise failure
    return 0
