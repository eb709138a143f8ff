"""The menu of the app (F10): every act that works here, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screens.actions import ACTS, ANY, acts_of, is_refused
from screens.frame import FrameScreen
from screens.menu import MenuScreen, Option

if TYPE_CHECKING:
    from screens.app import ConsoleApp

_NOT_LISTED = frozenset({"menu", "back", "open", "hint", "confirm", "go_on", "print_here", "pick_act", "close_text"})


def main_menu(app: ConsoleApp, below: FrameScreen) -> MenuScreen:
    """Every act that works here, by name."""

    def options() -> list[Option]:
        refused = app.person.may_not if app.person is not None else frozenset()
        listed = (act for act in acts_of(below.PLACE) if not act.typed and act.id not in _NOT_LISTED)
        acts = [act for act in listed if not is_refused(act.id, refused)]
        lines: dict[str, Option] = {}
        for act in acts:
            if app.person is not None or app.check_action("do", (act.id,)):
                lines.setdefault(act.name, Option(act.id, act.name, act.key or act.ways, act.tip))
        return list(lines.values())

    async def take(code: str) -> None:
        act = next(act for act in ACTS if act.id == code)
        await (app if ANY in act.where else below).action_do(code)

    return MenuScreen("screens.title.menu", options, take)
