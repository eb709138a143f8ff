"""One key at a time: every key is done wholly before the next one is looked at.

Textual hands a key to what has the focus when the *app* sees it, while focus and screens move later: a burst of keys
would land in the wrong field, and what is typed during a change of screen would be lost. Here the app itself gives each
key to the widget in front and awaits it, with all that follows from it (a lookup, another screen). Keys that come
meanwhile wait in the app's queue. So the speed of typing, scanning and pasting changes nothing.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Protocol

from textual import events
from textual.screen import Screen
from textual.timer import Timer, TimerCallback
from textual.widget import Widget

from casework.limits import LIMITS
from casework.messages import Message
from screens.field import InputRow
from screens.frame import FrameScreen
from screens.scan import Badge, CodeTrail, Trail, case_number
from screens.sheet import Checkpoint, Sheet

if TYPE_CHECKING:
    from screens.jump import Jump


class Holder(Protocol):
    """What the keyboard asks of the app that holds it: what is in front, what a key does there, where a scan leads."""

    @property
    def screen(self) -> Screen[object]:
        """The screen in front."""

    @property
    def focused(self) -> Widget | None:
        """The widget that has the caret."""

    @property
    def signed_in(self) -> bool:
        """Somebody sits here: a scanned number opens something."""

    async def bound(self, key: str) -> bool:
        """Do the act that the key is bound to here. False: to none."""

    async def open_case(self, number: str) -> None:
        """Show a case."""

    async def prefile_shown(self, code: str) -> bool:
        """The code of a preparation list was scanned outside a form. False: there is no such prefile."""

    async def badge_shown(self, number: str) -> bool:
        """A badge was scanned: whose it is, she signs in by her PIN. False: nobody's."""

    async def tried(self, work: Awaitable[None]) -> None:
        """Do it; what stops it is said."""

    def trouble(self, message: Message) -> None:
        """Say what stopped an act."""

    def bell(self) -> None:
        """Ring."""

    def set_timer(self, delay: float, callback: TimerCallback) -> Timer:
        """Do something `delay` seconds from now."""


class Keyboard:
    """Keys, pastes and scans of one console: each is done wholly before the next one is given."""

    def __init__(self, app: Holder) -> None:
        self._app = app
        self.badge = Badge()
        self.jump: Jump | None = None
        """The jump letters while they are shown: the next key is one of them, or takes them away."""
        self._trail = Trail()
        self._codes = CodeTrail()
        self._held: list[str] = []
        """Digits that may be the beginning of a scan: on a screen where they are keys of acts they wait a moment."""
        self._nothing_held = asyncio.Event()
        self._nothing_held.set()

    async def settled(self) -> None:
        """Wait until no digit is held and what the digits meant is done."""
        await self._nothing_held.wait()

    async def key(self, event: events.Key) -> None:
        """A key was pressed."""
        if self.jump is not None:
            jump, self.jump = self.jump, None
            await jump.key(event.character)
            return
        if await self._badge(event) or await self._scanned(event):
            return
        if event.key.isdecimal() and self._waits_for_more():
            self._hold(event.key)
            return
        await self._let_go()
        if await self._app.bound(event.key):
            return
        target = self._app.focused
        if target is not None and hasattr(target, "handle"):
            await target.handle(event.key, event.character)

    def _waits_for_more(self) -> bool:
        """Whether a digit is the key of an act here: then it may as well be the first of a scanned number."""
        screen = self._app.screen
        return isinstance(screen, FrameScreen) and screen.DIGITS and self._sheet is None

    def _hold(self, digit: str) -> None:
        self._held.append(digit)
        self._nothing_held.clear()
        self._app.set_timer(LIMITS.digit_hold_seconds, functools.partial(self._let_go_of, len(self._held)))

    async def _let_go_of(self, count: int) -> None:
        """A moment after a digit: nothing followed it, so it was a key."""
        if len(self._held) == count:
            await self._app.tried(self._let_go())

    async def _let_go(self) -> None:
        """Do what the held digits mean as keys; so many of them are no keys but a scan that was not understood."""
        held, self._held = self._held, []
        try:
            if len(held) > LIMITS.digits_held:
                self._app.bell()
                self._app.trouble(Message("screens.scan.not_understood"))
                return
            for key in held:
                await self._app.bound(key)
        finally:
            self._nothing_held.set()

    def _forget_held(self) -> None:
        """They were a scan, and no keys."""
        self._held = []
        self._nothing_held.set()

    @property
    def _sheet(self) -> Sheet | None:
        """The form that has the caret."""
        focused = self._app.focused
        return focused if isinstance(focused, Sheet) else None

    async def _badge(self, event: events.Key) -> bool:
        """A badge wherever the caret stands. Outside a form its digits are no keys: they would open this and that."""
        sheet = self._sheet
        if event.key not in {"enter", "tab"}:
            self.badge.key(event.character, sheet.checkpoint() if sheet else None)
            return sheet is None and self.badge.begun
        shown = self.badge.ended()
        if shown is None:
            return False
        number, before = shown
        if sheet is None:
            await self._app.badge_shown(number)
            return True
        typed = sheet.checkpoint()
        if isinstance(before, Checkpoint):
            await sheet.restore(before)
        if await self._app.badge_shown(number):
            return True
        if isinstance(typed, Checkpoint):
            await sheet.restore(typed)
        return False

    async def _scanned(self, event: events.Key) -> bool:
        sheet = self._sheet
        code = self._codes.key(event.key, event.character) if sheet is None else self._codes.broken()
        if code and self._app.signed_in and await self._app.prefile_shown(code):
            self._forget_held()
            self._trail.broken()
            return True
        if event.character is not None and event.character.isdecimal():
            self._trail.digit(event.character, sheet.checkpoint() if sheet else None)
            return False
        if event.key not in {"enter", "tab"}:
            self._trail.broken()
            return False
        scan = self._trail.ended()
        if scan is None or _wants_number(sheet) or not self._app.signed_in:
            return False
        number, before = scan
        self._forget_held()
        if sheet is not None and isinstance(before, Checkpoint):
            await sheet.restore(before)
        await self._app.open_case(number)
        return True

    async def paste(self, text: str) -> None:
        """A text was pasted: a case number opens its case, else it goes where the caret stands."""
        self._trail.broken()
        number = case_number(text)
        sheet = self._sheet
        if number is not None and self._app.signed_in and not _wants_number(sheet):
            await self._app.open_case(number)
        elif sheet is not None:
            await sheet.paste(text)


def _wants_number(sheet: Sheet | None) -> bool:
    """Does the caret stand in a field for a case number? There a scan is typed like anything else."""
    row = sheet.row if sheet is not None else None
    return isinstance(row, InputRow) and row.field.kind == "case_number"
