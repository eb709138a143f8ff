"""The console's app: it starts, asks the desk how things stand, and brings screens to the front.

It holds what has a life of its own: the keyboard (keys, pastes, scans), the seat (who sits here and what is hers), the
calls from window to person, and the acts that work everywhere.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.app import App
from textual.binding import BindingsMap, BindingType
from textual.screen import Screen

from casework.messages import Message, Spoken
from screens.actions import ANY, BEFORE_SIGN_IN, USER, Act, bindings, key_row
from screens.calls import Calls
from screens.closing import end_with_the_window
from screens.everywhere import Everywhere
from screens.frame import FrameScreen
from screens.keys import Keyboard
from screens.seat import Seat
from screens.sheet import Sheet
from screens.themes import THEMES
from screens.tour import Tour
from screens.views import Person, Status

if TYPE_CHECKING:
    from screens.desk import Desk

_OWN = ("queue", "intake", "case", "search", "tray", "prefiles", "board")
"""The modes of whoever sits here; another person finds them new."""


def _screen(mode: str) -> Callable[[], Screen[Any]]:
    """Makes the first screen of a mode; its module is imported only then."""

    def make() -> Screen[Any]:
        from screens import modes

        return modes.first_screen(mode)

    return make


class ConsoleApp(App[None], inherit_bindings=False):
    """The app. `poll_seconds`: how often the desk is asked for its status; 0 only when a key is pressed."""

    CSS_PATH = Path(__file__).with_name("styles.tcss")
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ANY)]
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {mode: _screen(mode) for mode in ("sign_in", *_OWN)}
    DEFAULT_MODE = "sign_in"

    def __init__(self, desk: Desk, *, poll_seconds: float = 1.0, theme: str = THEMES[0].name) -> None:
        super().__init__()
        if USER:
            self._bindings = BindingsMap(bindings(ANY))
        self._poll_seconds = poll_seconds
        for one in THEMES:
            self.register_theme(one)
        self.set_reactive(App.theme, theme)  # nothing is drawn yet: a change would read the style sheet once more
        self.stylesheet.set_variables(self.get_css_variables())
        self.desk = desk
        self.keyboard = Keyboard(self)
        self.seat = Seat()
        self.calls = Calls(self)
        self.everywhere = Everywhere(self)
        self.status: Status | None = None
        self.language = "zh_CN"
        self.borders = True
        """Lines are drawn; else only words and blanks, for old consoles."""
        self.tour: Tour | None = None
        """The first-day tour, where this window is for practice."""
        self.practice_offered = False
        """The window of practice can be opened from here."""
        self.settings_held = 0
        """The version of IT's settings that this window does as."""
        self.settings_unseen = False
        """They have changed since somebody sat here."""
        self.settings_refused = False
        """A version that waits could not be taken: not tried every second."""
        self.warning: Message | None = None
        """What is wrong with the user's own files: said before somebody signs in."""
        self.broken: Exception | None = None
        """What ended the app, if nobody expected it."""

    @property
    def frame(self) -> FrameScreen:
        """The screen in front."""
        return cast(FrameScreen, self.screen)

    @property
    def person(self) -> Person | None:
        """Whoever sits here."""
        return self.seat.person

    @property
    def signed_in(self) -> bool:
        """Somebody sits here."""
        return self.seat.person is not None

    def _handle_exception(self, error: Exception) -> None:
        self.broken = self.broken or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Leave; Textual would print a stack trace with every value in it. Who ran the app says a sentence."""
        self._close_messages_no_wait()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours that only our themes have."""
        return THEMES[0].variables

    def delay_update(self, delay: float = 0.05) -> None:
        """Textual holds the screen still for 50 ms after a change of mode; here the next screen is drawn at once."""

    # Keys

    async def on_event(self, event: events.Event) -> None:
        """Keys and pastes go to the keyboard, one wholly after the other; all else as Textual does it."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self.app_focus = True
            self.seat.touched()
            await self.tried(self.keyboard.key(event))
        elif isinstance(event, events.Paste) and not event.is_forwarded:
            self.seat.touched()
            await self.tried(self.keyboard.paste(event.text))
        else:
            await super().on_event(event)

    async def bound(self, key: str) -> bool:
        """Do the act that the key is bound to here. False: to none."""
        return await self._check_bindings(key, priority=True)

    async def tried(self, work: Awaitable[None]) -> None:
        """Do it; an error that has a sentence for people (a full disk, a damaged file) is said, and the form stays."""
        try:
            await work
        except Spoken as error:
            self.bell()
            self.trouble(error.message)

    def trouble(self, message: Message) -> None:
        """An error has a sentence: it stands in the message row."""
        self.frame.say(message, "error")

    # Start and status

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

    async def _poll(self) -> None:
        await self.tried(self.poll())

    async def poll(self) -> None:
        """Ask for the status; read lists again when something in them changed; lock after a long silence."""
        taking_in = any(isinstance(screen, FrameScreen) and screen.occupied for screen in self.screen_stack)
        if self.seat.left_alone(self._poll_seconds, taking_in=taking_in):
            await self.everywhere.act_lock()
        before, self.status = self.status, await self.desk.status()
        self.frame.status_bar.tell(self.status)
        if before is not None and before.revision != self.status.revision and self.frame.LIVE:
            await self.frame.hear_news()
        self.calls.hear(self.status)
        await self._between_two_cases(self.status)

    async def _between_two_cases(self, status: Status) -> None:
        """What IT has sent holds from a moment on at which nothing is open: settings, and a new version."""
        if (status.settings_wait and not self.settings_refused) or status.settings_held != self.settings_held:
            from screens.updating import settle

            await settle(self)
        if status.update is not None:
            from screens.updating import consider

            await consider(self)

    # Who sits here

    async def sit_down(self, person: Person) -> None:
        """Somebody has signed in. Another person finds nothing of the one before; the same finds all as it was."""
        same = self.seat.sit_down(person)
        self.calls.forget()
        if not same:
            for mode in _OWN:
                if mode in self._screen_stacks:
                    await self.remove_mode(mode)
                    self.add_mode(mode, _screen(mode))
        self.settings_refused = False
        await self.go(self.seat.hers.mode)
        if not same or self.settings_unseen:
            from screens.settings import obey

            await obey(self, await self.desk.settings())
            self.settings_unseen = False
        if not same:
            from screens.posts import greet

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
        await self.turn(mode, first=first)
        return True

    async def turn(self, mode: str, *, first: bool = False) -> None:
        """Bring a mode to the front; what it covers was put safe before."""
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

    async def badge_shown(self, number: str) -> bool:
        """A badge was scanned, anywhere: whoever it is signs in by her PIN."""
        from screens.sign_in import take_badge

        return await take_badge(self, number)

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
            self.seat.hers.came_from, self.seat.hers.way_back = self.current_mode, None
            await self.switch_mode("case")
        if not isinstance(self.screen, CaseScreen):
            await self.push_screen(CaseScreen())
        self.frame.dress()
        await cast(CaseScreen, self.screen).turn_to(number)
        await self.retell()

    # Acts of every screen

    def keys_of(self, place: str) -> tuple[Act, ...]:
        """What the key row of `place` shows to whoever sits here."""
        refused = self.person.may_not if self.person is not None else frozenset()
        return key_row(place, refused=refused, signed_in=self.person is not None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before somebody has signed in, only what `BEFORE_SIGN_IN` names: help, the menu, the way out of them."""
        if action == "do" and self.person is None:
            return bool(parameters) and parameters[0] in BEFORE_SIGN_IN
        return super().check_action(action, parameters)

    async def action_do(self, act: str) -> None:
        """Do a named act, wholly."""
        await getattr(self.everywhere, f"act_{act}")()
