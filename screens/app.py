"""The console's app: who sits at it, which screen is in front, and the acts that work on every screen."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.binding import BindingsMap, BindingType
from textual.screen import Screen

from casework.messages import Message, t
from screens.actions import ANY, BEFORE_SIGN_IN, USER, bindings
from screens.closing import end_with_the_window
from screens.desk import ActView, Desk, Done, IntakeForm, Person, Refused
from screens.frame import FrameScreen
from screens.seat import SeatedApp
from screens.sheet import Sheet
from screens.sitting import Sitters
from screens.themes import THEMES

if TYPE_CHECKING:
    from screens.saved import Visit

_LIVING = ("queue", "intake", "case", "search", "tray", "prefiles", "board")


def _screen(mode: str) -> Callable[[], Screen[Any]]:
    """Makes the first screen of a mode; its module is imported only then."""

    def make() -> Screen[Any]:
        from screens import modes

        return modes.first_screen(mode)

    return make


def _sign_in() -> Screen[Any]:
    from screens.sign_in import SignInScreen

    return SignInScreen()


class ConsoleApp(SeatedApp, inherit_bindings=False):
    """The app. `poll_seconds`: how often the desk is asked for its status; 0 only when a key is pressed."""

    CSS_PATH = Path(__file__).with_name("styles.tcss")
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ANY)]
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "sign_in": _sign_in,
        **{mode: _screen(mode) for mode in _LIVING},
    }
    DEFAULT_MODE = "sign_in"

    def __init__(self, desk: Desk, *, poll_seconds: float = 1.0, theme: str = THEMES[0].name) -> None:
        super().__init__(desk)
        if USER:
            self._bindings = BindingsMap(bindings(ANY))
        self._poll_seconds = poll_seconds
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme
        self._mode_before = "queue"
        self.broken: Exception | None = None
        """What ended the app, if nobody expected it."""
        self._came_from = "queue"
        self._unfinished: dict[tuple[str, str], dict[str, str]] = {}
        self.sitters = Sitters()
        self.visit: Visit | None = None
        """The visitor who is here, until another one is in the form."""
        self.way_back: Callable[[], Awaitable[None]] | None = None
        """What Esc shows on the way back from a case, instead of where it was opened."""

    def _handle_exception(self, error: Exception) -> None:
        self.broken = self.broken or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Leave; Textual would print a stack trace with every value in it. Who ran the app says a sentence."""
        self._close_messages_no_wait()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours that only our themes have."""
        return THEMES[0].variables

    # Start, status, lock

    async def on_mount(self) -> None:
        """The first frame is the sign-in, with the caret in it; the desk is asked after that."""
        await self.frame.arrive()
        self.frame.dress()
        self.call_after_refresh(self._first_poll)

    async def _first_poll(self) -> None:
        await self._poll()
        if self._poll_seconds:
            self.set_interval(self._poll_seconds, self._poll)
        if not self.is_headless and not self.is_web:  # a page has no window here; its driver sees the end
            threading.Thread(target=end_with_the_window, daemon=True).start()

    def trouble(self, message: Message) -> None:
        """An error has a sentence: it stands in the message row."""
        self.frame.say(message, "error")

    async def _poll(self) -> None:
        await self.tried(self.poll())

    async def poll(self) -> None:
        """Ask for the status; read lists again when something in them changed; lock after a long silence."""
        self.quiet_polls += 1
        if self.person and self.idle.is_over(self.quiet_polls * self._poll_seconds, taking_in=self.taking_in):
            await self.act_lock()
        before, self.status = self.status, await self.desk.status()
        self.frame.status_bar.tell(self.status)
        if self.sitters.rings(self.status.sitting):
            self.bell()
        if before is not None and before.revision != self.status.revision and self.frame.LIVE:
            await self.frame.freshen()
        self.hear(self.status.calls)

    async def signed_in(self, person: Person) -> None:
        """Another person finds nothing of the one before; the same person finds all as it was."""
        same = person.number == self.last_number
        self.person, self.last_number = person, person.number
        self.quiet_polls = 0
        self.sitters = Sitters()
        self.callers.forget()
        if not same:
            self._mode_before = "queue"
            self._came_from = "queue"
            self._unfinished.clear()
            self.visit = self.way_back = None
            for mode in _LIVING:
                if mode in self._screen_stacks:
                    await self.remove_mode(mode)
                    self.add_mode(mode, _screen(mode))
        await self.go(self._mode_before)
        if not same:
            from screens.posts import greet
            from screens.settings import obey

            await obey(self, await self.desk.settings())
            await greet(self)

    # From screen to screen

    async def go(self, mode: str, *, first: bool = False) -> bool:
        """Bring a mode to the front, and what it shows up to date. False: the screen in front did not let go.

        `first`: its first screen, not one that was left lying upon it.
        """
        if self.person is None and mode != "sign_in":
            return False
        if not await self.frame.leave():
            return False
        await self._turn(mode, first=first)
        return True

    async def _turn(self, mode: str, *, first: bool = False) -> None:
        while self.frame.PASSING and len(self.screen_stack) > 1:
            self.pop_screen()
        if mode == self.current_mode:
            while len(self.screen_stack) > 1:
                self.pop_screen()
        else:
            await self.switch_mode(mode)
            while first and len(self.screen_stack) > 1 and await self.frame.leave():
                self.pop_screen()
        await self._front()

    async def _front(self) -> None:
        self.frame.dress()
        await self.frame.arrive()
        await self.retell()

    async def retell(self) -> None:
        """Ask for the status and show it."""
        self.status = await self.desk.status()
        self.frame.status_bar.tell(self.status)
        focused = self.focused
        if isinstance(focused, Sheet):
            focused.place_caret()

    async def show(self, screen: FrameScreen) -> None:
        """Put a screen on top of the one in front."""
        await self.push_screen(screen)
        await self._front()

    def close(self, screen: FrameScreen) -> None:
        """Take a screen off the top."""
        if self.screen is screen and len(self.screen_stack) > 1:
            self.pop_screen()
            self.frame.dress()

    async def prefile_shown(self, code: str) -> bool:
        """The list of a prefile was scanned, on any screen without a form: it opens with everything there."""
        from screens.prefiles import take_scanned

        return await take_scanned(self, code)

    async def open_case(self, number: str) -> None:
        """Show a case; over an unfinished form of another case, not instead of it."""
        from screens.case import CaseScreen

        if not await self.frame.leave():
            return
        if self.current_mode != "case":
            self._came_from, self.way_back = self.current_mode, None
            await self.switch_mode("case")
        if not isinstance(self.screen, CaseScreen):
            await self.push_screen(CaseScreen())
        self.frame.dress()
        await cast(CaseScreen, self.screen).turn_to(number)
        await self.retell()

    async def show_saved(self, visit: Visit, begin: Callable[..., Awaitable[None]]) -> None:
        """What was saved, with its papers and the ways on."""
        from screens.saved import SavedScreen

        await self.show(SavedScreen(visit, begin))

    def comes_in(self, form: IntakeForm) -> None:
        """Whose form it is: with another visitor in it the visit before is over."""
        if self.visit is not None and form.applicant.id and form.visit != self.visit.saved.visit:
            self.visit = None

    async def perform(
        self,
        subject: str,
        act: ActView,
        submit: Callable[[dict[str, str]], Awaitable[Done | Refused]],
        after: Callable[[Done], Awaitable[None]],
        about: str = "",
        preview: Callable[[dict[str, str]], Awaitable[str | Refused]] | None = None,
    ) -> None:
        """Do an act with its form; without one at once, after a question where it is grave.

        `about`: the case or entry it is about; a form that was left for it comes back as it was.
        `preview`: the paper that it would print with these answers.
        """
        if not act.allowed:
            self.bell()
            self.frame.say(act.reason or Message("screens.act_form.off"), "warn")
            return
        if act.fields:
            from screens.act import ActScreen

            kept = self._unfinished.setdefault((about or subject, act.code), {})
            await self.show(ActScreen(subject, act, submit, after, kept, preview))
            return

        async def do() -> None:
            answer = await submit({})
            if isinstance(answer, Done):
                await after(answer)
            elif answer.conflict is not None:
                from screens.conflict import ConflictScreen

                self.bell()
                await self.show(ConflictScreen(answer.conflict, self.frame.freshen, do))
            else:
                self.frame.answer(answer)

        if not act.grave:
            await do()
            return
        from screens.confirm import ConfirmScreen

        question = Message("screens.act_form.sure", {"act": act.name, "subject": subject})
        await self.show(ConfirmScreen(question, do, notes=act.notes))

    # Acts of every screen

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before somebody has signed in, only what `BEFORE_SIGN_IN` names: help, the menu, the way out of them."""
        if action == "do" and self.person is None:
            return bool(parameters) and parameters[0] in BEFORE_SIGN_IN
        return super().check_action(action, parameters)

    async def action_do(self, act: str) -> None:
        """Do a named act, wholly."""
        await getattr(self, f"act_{act}")()

    async def act_help(self) -> None:
        """F1."""
        from screens.help import HelpScreen

        if isinstance(self.frame, HelpScreen):
            await self.act_key_sheet()
            return
        await self.show(HelpScreen(self.frame))

    async def act_key_sheet(self) -> None:
        """All keys; those of the place in front first."""
        from screens.help import HelpScreen
        from screens.key_sheet import KeySheetScreen

        if isinstance(self.frame, HelpScreen):
            self.close(self.frame)
        if not isinstance(self.frame, KeySheetScreen):
            await self.show(KeySheetScreen(self.frame.PLACE))

    async def act_go_queue(self) -> None:
        """F3: the list itself, whatever lay upon it when a case was opened from there."""
        await self.go("queue", first=True)

    async def act_go_search(self) -> None:
        """F4."""
        await self.go("search")

    async def act_go_board(self) -> None:
        """F8."""
        await self.go("board")

    async def act_go_intake(self) -> None:
        """Insert. Nobody fills in a form that she may not save."""
        if self.person is not None and not self.person.takes_in:
            self.bell()
            self.frame.say(t("screens.intake.not_yours"), "warn")
            return
        await self.go("intake")

    async def act_go_tray(self) -> None:
        """Ctrl-R."""
        await self.go("tray")

    async def act_go_prefiles(self) -> None:
        """Ctrl-F: the applications before their number."""
        await self.go("prefiles")

    async def act_posts(self) -> None:
        """F9."""
        from screens.posts import PostScreen

        if not isinstance(self.screen, PostScreen):
            await self.show(PostScreen())

    async def act_menu(self) -> None:
        """F10."""
        from screens.main_menu import main_menu

        await self.show(main_menu(self, self.frame))

    async def act_back(self) -> None:
        """Esc: one screen back; what is unfinished is kept."""
        if len(self.screen_stack) > 1:
            top = self.frame
            if await top.leave():
                self.close(top)
                await self.retell()
        elif self.current_mode != "queue":
            from_case = self.current_mode == "case"
            if await self.go(self._came_from if from_case else "queue") and from_case and self.way_back is not None:
                back, self.way_back = self.way_back, None
                await back()

    async def act_cable(self) -> None:
        """Ctrl-G: the demo's cable."""
        status = await self.desk.status()
        if status.cable is not None:
            await self.desk.cable(not status.cable)
            await self.retell()
            self.frame.say(t(f"screens.cable.{'out' if status.cable else 'in'}"), "warn" if status.cable else "good")

    async def act_lock(self) -> None:
        """Ctrl-L: lock; the form stays as it is for the same person."""
        if self.person is None:
            return
        mode = self.current_mode
        await self.frame.leave()
        self._mode_before = mode
        await self.desk.sign_out()
        self.person = None
        await self._turn("sign_in")  # the form was put safe while it was still hers

    async def act_quit(self) -> None:
        """Ctrl-Q: out, after a question."""
        from screens.confirm import ConfirmScreen

        async def out() -> None:
            await self.desk.sign_out()
            self.exit()

        if self.person is None:
            self.exit()
            return
        await self.frame.leave()
        await self.show(ConfirmScreen(Message("screens.quit.sure"), out))
