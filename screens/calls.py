"""Calls from window to person: whom to call, who calls, who has answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from casework.messages import t
from screens.frame import FrameScreen
from screens.hall_views import CallView
from screens.sitting import Sitters
from screens.views import Status

if TYPE_CHECKING:
    from screens.desk import Desk


class Callers:
    """The calls that this person has been told of."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str]] = set()

    def new(self, calls: Sequence[CallView]) -> tuple[CallView, ...]:
        """Take the calls of now; those that are new."""
        fresh = tuple(each for each in calls if (each.kind, each.id) not in self._known)
        self._known |= {(each.kind, each.id) for each in fresh}
        return fresh


class Holder(Protocol):
    """What the calls ask of the app that holds them."""

    @property
    def desk(self) -> Desk:
        """The clerk's desk."""

    @property
    def frame(self) -> FrameScreen:
        """The screen in front."""

    def bell(self) -> None:
        """Ring."""

    async def show(self, screen: FrameScreen) -> None:
        """Put a screen on top of the one in front."""

    async def retell(self) -> None:
        """Ask for the status and show it."""


class Calls:
    """Calls people, and tells whoever sits here that she is called or that an applicant sits and waits."""

    def __init__(self, app: Holder) -> None:
        self._app = app
        self._callers = Callers()
        self._sitters = Sitters()
        self._tray: int | None = None
        """How much lay in the tray when it was looked at last."""

    def forget(self) -> None:
        """Somebody has signed in: she is told of everything that is waiting."""
        self._callers = Callers()
        self._sitters = Sitters()
        self._tray = None

    def hear(self, status: Status) -> None:
        """Ring and say what is new: somebody waits, the hall has refused something, I am called."""
        if self._sitters.rings(status.sitting):
            self._app.bell()
        before, self._tray = self._tray, status.rejected + status.held
        if before is not None and self._tray > before:
            self._app.frame.say(t("screens.tray.more", n=self._tray - before), "warn")
        for call in self._callers.new(status.calls):
            self._app.bell()
            self._app.frame.say(call.text, "warn" if call.kind == "come" else "good")

    async def call(self) -> None:
        """Somebody is to come to this window, about the case in front where there is one."""
        from screens.menu import MenuScreen, Option

        number = self._app.frame.about
        people = await self._app.desk.colleagues()

        def options() -> list[Option]:
            return [
                Option(one.code, one.text.partition("  ")[0], one.code, one.text.partition("  ")[2]) for one in people
            ]

        async def take(code: str) -> None:
            self._app.frame.answer(await self._app.desk.call(code, number))

        hint = t("screens.call.about") if number else ""
        await self._app.show(MenuScreen("screens.title.call", options, take, hint=hint))

    async def answer(self) -> None:
        """I come."""
        answer = await self._app.desk.answer_call()
        if answer is None:
            self._app.frame.say(t("screens.call.nobody"), "dim")
        else:
            self._app.frame.answer(answer)
        await self._app.retell()
