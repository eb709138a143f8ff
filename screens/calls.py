"""Calls from window to person: whom to call, who calls, who has answered."""

from __future__ import annotations

from collections.abc import Sequence

from casework.messages import t
from screens.desk import Desk
from screens.frame import FrameScreen
from screens.hall_views import CallView
from screens.keys import KeyedApp


class Callers:
    """The calls that this person has been told of."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str]] = set()

    def new(self, calls: Sequence[CallView]) -> tuple[CallView, ...]:
        """Take the calls of now; those that are new."""
        fresh = tuple(each for each in calls if (each.kind, each.id) not in self._known)
        self._known |= {(each.kind, each.id) for each in fresh}
        return fresh

    def forget(self) -> None:
        """Another person sits here."""
        self._known.clear()


class CallingApp(KeyedApp, inherit_bindings=False):
    """The part of the app that calls people, and tells whoever sits here that she is called."""

    desk: Desk

    def __init__(self) -> None:
        super().__init__()
        self.callers = Callers()

    @property
    def frame(self) -> FrameScreen:
        """The screen in front."""
        raise NotImplementedError

    async def show(self, screen: FrameScreen) -> None:
        """Put a screen on top of the one in front."""
        raise NotImplementedError

    async def retell(self) -> None:
        """Ask for the status and show it."""
        raise NotImplementedError

    def hear(self, calls: Sequence[CallView]) -> None:
        """Ring and say what is new."""
        for call in self.callers.new(calls):
            self.bell()
            self.frame.say(call.text, "warn" if call.kind == "come" else "good")

    async def act_call(self) -> None:
        """Ctrl-E: somebody is to come to this window, about the case in front where there is one."""
        from screens.menu import MenuScreen, Option

        number = self.frame.about
        people = await self.desk.colleagues()

        def options() -> list[Option]:
            return [
                Option(one.code, one.text.partition("  ")[0], one.code, one.text.partition("  ")[2]) for one in people
            ]

        async def take(code: str) -> None:
            self.frame.answer(await self.desk.call(code, number))

        hint = t("screens.call.about") if number else ""
        await self.show(MenuScreen("screens.title.call", options, take, hint=hint))

    async def act_answer_call(self) -> None:
        """Ctrl-B: I come."""
        answer = await self.desk.answer_call()
        if answer is None:
            self.frame.say(t("screens.call.nobody"), "dim")
        else:
            self.frame.answer(answer)
        await self.retell()
