"""One key at a time: every key is done wholly before the next one is looked at.

Textual hands a key to what has the focus when the *app* sees it, while focus and screens move later: a burst of keys
would land in the wrong field, and what is typed during a change of screen would be lost. Here the app itself gives each
key to the widget in front and awaits it, with all that follows from it (a lookup, another screen). Keys that come
meanwhile wait in the app's queue. So the speed of typing, scanning and pasting changes nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable

from textual import events
from textual.app import App

from casework.limits import LIMITS
from casework.messages import Message, Spoken
from screens.desk import Person
from screens.field import InputRow
from screens.frame import FrameScreen
from screens.jump import Jump
from screens.scan import Badge, CodeTrail, Trail, case_number
from screens.sheet import Checkpoint, Sheet


class KeyedApp(App[None], inherit_bindings=False):
    """The base of the console's app: keys, pastes and scans."""

    def __init__(self) -> None:
        super().__init__()
        self.person: Person | None = None
        self.quiet_polls = 0
        self._trail = Trail()
        self.badge = Badge()
        self.jump = Jump()
        self._codes = CodeTrail()
        self.held: list[str] = []
        """Digits that may be the beginning of a scan: on a screen where they are keys of acts they wait a moment."""

    def delay_update(self, delay: float = 0.05) -> None:
        """Textual holds the screen still for 50 ms after a change of mode; here the next screen is drawn at once."""

    async def open_case(self, number: str) -> None:
        """Show a case."""
        raise NotImplementedError

    async def prefile_shown(self, code: str) -> bool:
        """The code of a preparation list was scanned outside a form. False: there is no such prefile."""
        raise NotImplementedError

    async def badge_shown(self, number: str) -> bool:
        """A badge was scanned: whose it is, she signs in by her PIN. False: nobody's."""
        raise NotImplementedError

    def trouble(self, message: Message) -> None:
        """Say what stopped an act."""
        raise NotImplementedError

    async def tried(self, work: Awaitable[None]) -> None:
        """Do it; an error that has a sentence for people (a full disk, a damaged file) is said, and the form stays."""
        try:
            await work
        except Spoken as error:
            self.bell()
            self.trouble(error.message)

    async def on_event(self, event: events.Event) -> None:
        """Keys and pastes are done here, one wholly after the other; all else as Textual does it."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self.app_focus = True
            self.quiet_polls = 0
            await self.tried(self._key(event))
        elif isinstance(event, events.Paste) and not event.is_forwarded:
            self.quiet_polls = 0
            await self.tried(self._paste(event.text))
        else:
            await super().on_event(event)

    async def _key(self, event: events.Key) -> None:
        if self.jump.on:
            await self.jump.key(event.character)
            return
        if await self._badge(event) or await self._scanned(event):
            return
        if event.key.isdecimal() and self._waits_for_more():
            self.held.append(event.key)
            self.set_timer(LIMITS.digit_hold_seconds, functools.partial(self._let_go_of, len(self.held)))
            return
        await self._let_go()
        if await self._check_bindings(event.key, priority=True):
            return
        target = self.focused
        if target is not None and hasattr(target, "handle"):
            await target.handle(event.key, event.character)

    def _waits_for_more(self) -> bool:
        """Whether a digit is the key of an act here: then it may as well be the first of a scanned number."""
        return isinstance(self.screen, FrameScreen) and self.screen.DIGITS and not isinstance(self.focused, Sheet)

    async def _let_go_of(self, count: int) -> None:
        """A moment after a digit: nothing followed it, so it was a key."""
        if len(self.held) == count:
            await self.tried(self._let_go())

    async def _let_go(self) -> None:
        """Do what the held digits mean as keys; so many of them are no keys but a scan that was not understood."""
        held, self.held = self.held, []
        if len(held) > LIMITS.digits_held:
            self.bell()
            self.trouble(Message("screens.scan.not_understood"))
            return
        for key in held:
            await self._check_bindings(key, priority=True)

    async def _badge(self, event: events.Key) -> bool:
        """A badge wherever the caret stands. Outside a form its digits are no keys: they would open this and that."""
        sheet = self.focused if isinstance(self.focused, Sheet) else None
        if event.key not in {"enter", "tab"}:
            self.badge.key(event.character, sheet.checkpoint() if sheet else None)
            return sheet is None and self.badge.begun
        shown = self.badge.ended()
        if shown is None:
            return False
        number, before = shown
        if sheet is None:
            await self.badge_shown(number)
            return True
        typed = sheet.checkpoint()
        if isinstance(before, Checkpoint):
            await sheet.restore(before)
        if await self.badge_shown(number):
            return True
        if isinstance(typed, Checkpoint):
            await sheet.restore(typed)
        return False

    async def _scanned(self, event: events.Key) -> bool:
        sheet = self.focused if isinstance(self.focused, Sheet) else None
        code = self._codes.key(event.key, event.character) if sheet is None else self._codes.broken()
        if code and self.person is not None and await self.prefile_shown(code):
            self.held = []
            self._trail.broken()
            return True
        if event.character is not None and event.character.isdecimal():
            self._trail.digit(event.character, sheet.checkpoint() if sheet else None)
            return False
        if event.key not in {"enter", "tab"}:
            self._trail.broken()
            return False
        scan = self._trail.ended()
        if scan is None or _wants_number(sheet) or self.person is None:
            return False
        number, before = scan
        self.held = []
        if sheet is not None and isinstance(before, Checkpoint):
            await sheet.restore(before)
        await self.open_case(number)
        return True

    async def _paste(self, text: str) -> None:
        self._trail.broken()
        number = case_number(text)
        sheet = self.focused if isinstance(self.focused, Sheet) else None
        if number is not None and self.person is not None and not _wants_number(sheet):
            await self.open_case(number)
        elif sheet is not None:
            await sheet.paste(text)


def _wants_number(sheet: Sheet | None) -> bool:
    """Does the caret stand in a field for a case number? There a scan is typed like anything else."""
    row = sheet.row if sheet is not None else None
    return isinstance(row, InputRow) and row.field.kind == "case_number"
