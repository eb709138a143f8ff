"""The app of the fleet screen: nobody sits here, and nothing but the fleet can be reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, cast

from textual.screen import Screen

from screens.actions import Act, key_row
from screens.app import ConsoleApp
from screens.desk import Desk
from screens.everywhere import Everywhere
from screens.fleet import FleetDesk, FleetScreen
from screens.themes import THEMES

WORKS = frozenset(
    {"help", "key_sheet", "menu", "language", "quit", "back", "hint", "open", "close_text", "confirm", "save"}
    | {"fleet_look", "fleet_halt", "fleet_resume", "fleet_open", "fleet_approve", "fleet_block", "fleet_acts"}
)
"""The acts that work here."""


class _Around(Everywhere):
    """Esc on the fleet itself leaves."""

    async def act_back(self) -> None:
        """One screen back."""
        if len(self._app.screen_stack) > 1:
            await super().act_back()
        else:
            self._app.exit()


class FleetApp(ConsoleApp):
    """`poll_seconds`: how often the fleet is read anew."""

    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {"fleet": FleetScreen}
    DEFAULT_MODE = "fleet"

    def __init__(self, desk: FleetDesk, *, poll_seconds: float, theme: str = THEMES[0].name) -> None:
        super().__init__(cast("Desk", desk), poll_seconds=poll_seconds, theme=theme)
        self.everywhere = _Around(self)

    async def poll(self) -> None:
        """Read again what is in front."""
        if self.frame.LIVE:
            await self.frame.hear_news()

    async def retell(self) -> None:
        """There is no status of a window here."""

    def keys_of(self, place: str) -> tuple[Act, ...]:
        """What works here alone."""
        return tuple(act for act in key_row(place) if act.id in WORKS)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What works here alone."""
        if action == "do":
            return bool(parameters) and parameters[0] in WORKS
        return super().check_action(action, parameters)
