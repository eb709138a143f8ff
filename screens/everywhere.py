"""What a key does on every screen: the acts of the place `any`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.messages import Message, t

if TYPE_CHECKING:
    from screens.app import ConsoleApp


class Everywhere:
    """The acts that work on every screen of the app; which keys do them stands in the table (`screens.actions`)."""

    def __init__(self, app: ConsoleApp) -> None:
        self._app = app

    async def act_help(self) -> None:
        """F1."""
        from screens.help import show_help

        await show_help(self._app)

    async def act_key_sheet(self) -> None:
        """All keys; those of the place in front first."""
        from screens.help import show_keys

        await show_keys(self._app)

    async def act_go_queue(self) -> None:
        """F3: the list itself, whatever lay upon it when a case was opened from there."""
        await self._app.go("queue", first=True)

    async def act_go_search(self) -> None:
        """F4."""
        await self._app.go("search")

    async def act_go_board(self) -> None:
        """F8."""
        await self._app.go("board")

    async def act_go_intake(self) -> None:
        """Insert. Nobody fills in a form that she may not save."""
        if self._app.person is not None and not self._app.person.takes_in:
            self._app.bell()
            self._app.frame.say(t("screens.intake.not_yours"), "warn")
            return
        await self._app.go("intake")

    async def act_go_tray(self) -> None:
        """Ctrl-R."""
        await self._app.go("tray")

    async def act_go_prefiles(self) -> None:
        """Ctrl-F: the applications before their number."""
        await self._app.go("prefiles")

    async def act_posts(self) -> None:
        """F9."""
        from screens.posts import PostScreen

        if not isinstance(self._app.screen, PostScreen):
            await self._app.show(PostScreen())

    async def act_menu(self) -> None:
        """F10."""
        from screens.main_menu import main_menu

        await self._app.show(main_menu(self._app, self._app.frame))

    async def act_back(self) -> None:
        """Esc: one screen back; what is unfinished is kept."""
        app = self._app
        if len(app.screen_stack) > 1:
            top = app.frame
            if await top.leave():
                app.close(top)
                await app.retell()
        elif app.current_mode != "queue":
            from_case = app.current_mode == "case"
            hers = app.seat.hers
            if await app.go(hers.came_from if from_case else "queue") and from_case and hers.way_back is not None:
                back, hers.way_back = hers.way_back, None
                await back()

    async def act_cable(self) -> None:
        """Ctrl-G: the demo's cable."""
        app = self._app
        status = await app.desk.status()
        if status.cable is not None:
            await app.desk.cable(not status.cable)
            await app.retell()
            app.frame.say(t(f"screens.cable.{'out' if status.cable else 'in'}"), "warn" if status.cable else "good")

    async def act_lock(self) -> None:
        """Ctrl-L: lock; the form stays as it is for the same person."""
        app = self._app
        if app.person is None:
            return
        mode = app.current_mode
        await app.frame.leave()
        app.seat.hers.mode = mode
        await app.desk.sign_out()
        app.seat.person = None
        await app.turn("sign_in")  # the form was put safe while it was still hers

    async def act_call(self) -> None:
        """Ctrl-E."""
        await self._app.calls.call()

    async def act_answer_call(self) -> None:
        """Ctrl-B."""
        await self._app.calls.answer()

    async def act_jump(self) -> None:
        """Ctrl-O: a letter on everything in sight."""
        from screens.jump import Jump

        jump = Jump()
        if jump.show(self._app.frame):
            self._app.keyboard.jump = jump
            return
        self._app.bell()
        self._app.frame.say(t("screens.jump.none"), "warn")

    async def act_language(self) -> None:
        """Ctrl-Y: the next language, at once, everywhere."""
        from screens.settings import next_language

        await next_language(self._app)

    async def act_settings(self) -> None:
        """Ctrl-X: language, theme, lines, idle lock, badge, printer."""
        from screens.settings import SettingsScreen

        if not isinstance(self._app.screen, SettingsScreen):
            await self._app.show(SettingsScreen())

    async def act_tour(self) -> None:
        """The lessons of the first day; from a window that is not for practice, the way there."""
        from screens.tour import show_tour

        await show_tour(self._app)

    async def act_quit(self) -> None:
        """Ctrl-Q: out, after a question."""
        from screens.confirm import ConfirmScreen

        app = self._app

        async def out() -> None:
            await app.desk.sign_out()
            app.exit()

        if app.person is None:
            app.exit()
            return
        await app.frame.leave()
        await app.show(ConfirmScreen(Message("screens.quit.sure"), out))
