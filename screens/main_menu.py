"""The menu of the app (F10): every act that works here, by name; the themes too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.messages import t
from screens.actions import ACTS, ANY, acts_of
from screens.frame import FrameScreen
from screens.menu import MenuScreen, Option
from screens.themes import THEMES

if TYPE_CHECKING:
    from screens.app import ConsoleApp

_NOT_LISTED = frozenset({"menu", "back", "open", "hint", "confirm", "go_on", "print_here", "pick_act", "close_text"})


def main_menu(app: ConsoleApp, below: FrameScreen) -> MenuScreen:
    """Every act that works here, by name; themes too."""

    def options() -> list[Option]:
        acts = [act for act in acts_of(below.PLACE) if not act.typed and act.id not in _NOT_LISTED]
        lines: dict[str, Option] = {}
        for act in acts:
            if app.person is not None or app.check_action("do", (act.id,)):
                lines.setdefault(act.name, Option(act.id, act.name, act.key, act.tip))
        themes = [Option(f"theme:{theme.name}", t(f"screens.theme.{theme.name}"), "") for theme in THEMES]
        return [*lines.values(), *(theme for theme in themes if not theme.code.endswith(app.theme))]

    async def take(code: str) -> None:
        if code.startswith("theme:"):
            app.theme = code.removeprefix("theme:")
            return
        act = next(act for act in ACTS if act.id == code)
        await (app if ANY in act.where else below).action_do(code)

    return MenuScreen("screens.title.menu", options, take)
