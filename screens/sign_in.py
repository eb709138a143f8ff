"""Sign-in and lock: staff number (typed or from the badge) and PIN. Nothing of the day is seen behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.messages import t
from screens.field import Heading, Note, Row
from screens.form import FormScreen
from screens.sheet import Sheet
from screens.views import Field, Refused

if TYPE_CHECKING:
    from screens.app import ConsoleApp

SHORTEST_PIN = 6
_TYPING = 3.0
"""Seconds after a key in which somebody still types her number."""


class SignInScreen(FormScreen):
    """The first screen. A scanned badge ends with Enter, so the caret is in the PIN by then."""

    PLACE = "sign_in"

    async def arrive(self) -> None:
        """An empty form; after a badge with its number, after a lock with that of the person who locked."""
        app = self.console_app
        shown, app.seat.badge_number = app.seat.badge_number, ""
        if shown:
            self._fill({"number": shown}, "pin")
            self.say(t("screens.sign_in.badge", number=shown), "dim")
            return
        last = app.seat.last_number
        self._fill({"number": last} if last else {}, "pin" if last else "number")
        if app.warning is not None and not last:
            self.say(app.warning, "warn")
        else:
            self.say(t("screens.sign_in.locked") if last else t("screens.sign_in.hint"), "dim")

    @property
    def occupied(self) -> bool:
        """Somebody is about to sign in: no new version begins under her fingers."""
        return bool(self.sheet.values().get("pin")) or self.console_app.seat.silent_seconds < _TYPING

    async def freshen(self) -> None:
        """Another language."""
        self._fill(self.sheet.values(), self.sheet.key)

    def _fill(self, values: dict[str, str], at: str) -> None:
        fields = (
            Field("number", t("screens.sign_in.number"), "staff", required=True, max_chars=12),
            Field("pin", t("screens.sign_in.pin"), "secret", required=True, max_chars=64),
        )
        rows: list[Row] = [Note("", label=""), Note("", label=""), Heading("", label=t("screens.sign_in.welcome"))]
        rows += [Note("", label=""), *self.rows_of(fields, "sign_in", "", values), Note("", label="")]
        rows.append(Note("", label=f" {t('screens.sign_in.keys')}"))
        self.sheet.show(rows, at)
        self.sheet.place_caret()

    def _is_a_badge(self, typed: str) -> bool:
        """After a lock the caret is in the PIN: there a colleague's badge lands. No PIN is as short as a number."""
        last = self.console_app.seat.last_number
        return bool(last) and typed.isdecimal() and len(typed) == len(last) < SHORTEST_PIN and typed != last

    async def sheet_done(self) -> None:
        """Enter in the PIN."""
        values = self.sheet.values()
        if self._is_a_badge(values["pin"]):
            self._fill({"number": values["pin"]}, "pin")
            self.say(t("screens.sign_in.badge", number=values["pin"]), "dim")
            return
        answer = await self.desk.sign_in(values["number"], values["pin"])
        if isinstance(answer, Refused):
            self._fill({"number": values["number"]}, "pin")
            self.app.bell()
            self.say(answer.message, "error")
            return
        self._fill({}, "number")
        await self.console_app.sit_down(answer)


async def another_person(app: ConsoleApp, number: str = "") -> None:
    """Another person sits down: what is open waits, and is parked under its owner when the other one is in."""
    await app.everywhere.act_lock()
    app.seat.badge_number = number
    await app.frame.arrive()


async def take_badge(app: ConsoleApp, number: str) -> bool:
    """A badge was scanned: whoever it is signs in by her PIN. False: nobody's, which is said outside of a form."""
    if not await app.desk.badge(number):
        if not isinstance(app.focused, Sheet):
            app.bell()
            app.frame.say(t("screens.sign_in.no_badge", number=number), "error")
        return False
    await another_person(app, number)
    return True
