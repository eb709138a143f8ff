"""The two menus of the app: its acts (F10), and the posts (F9: one key, Enter, and another post is served)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.messages import t
from screens.actions import ACTS, ANY, acts_of
from screens.desk import Person, Refused
from screens.frame import FrameScreen
from screens.menu import MenuScreen, Option
from screens.themes import THEMES

if TYPE_CHECKING:
    from screens.app import ConsoleApp

_LOCK = "lock"
_NOT_LISTED = frozenset({"menu", "back", "open", "hint", "confirm", "go_on", "print_here", "pick_act", "close_text"})


def posts_menu(app: ConsoleApp) -> MenuScreen:
    """The posts that this person may serve, and the lock."""

    def options() -> list[Option]:
        person = app.person
        posts = person.posts if person else ()
        shift = set(person.shift) if person else set()
        lines = [
            Option(post.code, post.text, str(place), t("screens.posts.now") if {post.code} == shift else "")
            for place, post in enumerate(posts, 1)
        ]
        together = Option("*", t("screens.posts.all"), "*", t("screens.posts.all_tip"))
        return [*lines, together, Option(_LOCK, t("screens.act.lock"), "Ctrl-L", t("screens.act.lock.tip"))]

    async def take(code: str) -> None:
        if code == _LOCK:
            await app.act_lock()
            return
        person = app.person
        every = tuple(post.code for post in person.posts) if person else ()
        answer = await app.desk.serve(every if code == "*" else (code,))
        if isinstance(answer, Refused):
            app.frame.answer(answer)
            return
        app.person = answer
        await app.go("queue")
        app.frame.say(t("screens.posts.serving", posts=_names(answer)), "good")

    return MenuScreen("screens.title.posts", options, take)


def _names(person: Person) -> list[str]:
    return [post.text for post in person.posts if post.code in person.shift]


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
