"""设置: language, theme, lines, idle lock, badge, telephone and printer; each holds at once and is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from casework.limits import LIMITS
from casework.messages import t
from screens.desk import Choice, Field, Person, Refused
from screens.field import Heading, InputRow, Note, Row
from screens.form import FormScreen
from screens.post_views import Settings
from screens.themes import THEMES

if TYPE_CHECKING:
    from screens.app import ConsoleApp


class SettingsScreen(FormScreen):
    """One form; a choice is seen as soon as it is made."""

    PLACE = "settings"
    PASSING = True

    def __init__(self) -> None:
        super().__init__()
        self.settings = Settings()

    async def arrive(self) -> None:
        """What holds now."""
        self.settings = await self.desk.settings()
        await self._fill()
        if self.sheet.row is not None:
            self.tell_about(self.sheet.row)

    async def freshen(self) -> None:
        """Another language."""
        await self._fill()

    async def _fill(self) -> None:
        app, now = self.console_app, self.settings
        languages = await self.desk.languages()
        themes = tuple(Choice(one.name, t(f"screens.theme.{one.name}")) for one in THEMES)
        minutes = str(now.idle_minutes or LIMITS.idle_lock_seconds // 60)
        own = (
            _field("language", "choice", app.language, languages),
            _field("theme", "choice", app.theme, themes),
            _field("borders", "yes_no", "yes" if now.borders else "no"),
        )
        window = (
            _field("idle_minutes", "number", minutes),
            _field("badge", "text", now.badge),
            _field("phone", "text", now.phone),
            _field("printer", "choice", now.printer, now.printers),
        )
        person = app.person.name if app.person else ""
        rows: list[Row] = [Heading("", label=t("screens.settings.own", name=person))]
        rows += [*self.rows_of(own, "own", "", {}), Note("", label="")]
        rows += [Heading("", label=t("screens.settings.window")), *self.rows_of(window, "window", "", {})]
        rows += [Note("", label=""), Note("", label=f" {t('screens.settings.keys')}")]
        self.sheet.show(rows, self.sheet.key or "language")
        self.sheet.place_caret()

    async def row_changed(self, row: Row) -> None:
        """A choice holds at once."""
        if isinstance(row, InputRow) and row.is_choice and row.value:
            await self._keep()

    async def row_left(self, row: Row, *, onward: bool) -> bool:
        """What was typed holds when the caret leaves it."""
        await super().row_left(row, onward=onward)
        if isinstance(row, InputRow) and not row.is_choice and row.error is None:
            await self._keep(row)
        return False

    async def leave(self) -> bool:
        """Esc: what stands there is kept; what can't be is said when it is come back to."""
        await self._keep()
        return True

    async def act_save(self) -> None:
        """F2: keep, and back."""
        if await self._keep(self.sheet.row):
            self.console_app.close(self)
            self.console_app.frame.say(t("screens.settings.kept"), "good")

    async def act_printers(self) -> None:
        """F7: the window's printers."""
        from screens.printers import PrintersScreen

        await self.console_app.show(PrintersScreen())

    async def sheet_done(self) -> None:
        """Enter in the last row."""
        await self.act_save()

    async def _keep(self, at: Row | None = None) -> bool:
        values = self.sheet.values()
        minutes = values["idle_minutes"]
        app, before = self.console_app, self.settings  # what she leaves as it is shown is no choice of hers
        wanted = Settings(
            language=before.language if values["language"] == app.language else values["language"],
            theme=before.theme if values["theme"] == app.theme else values["theme"], borders=values["borders"] != "no",
            idle_minutes=int(minutes) if minutes.isdecimal() else 0, badge=values["badge"],
            phone=values["phone"].strip(), printer=values["printer"], printers=self.settings.printers,
        )  # fmt: skip
        if wanted == self.settings:
            return True
        answer = await self.desk.keep_settings(wanted)
        if isinstance(answer, Refused):
            if isinstance(at, InputRow):
                at.error = answer.message
            self.app.bell()
            self.say(answer.message, "error")
            return False
        self.settings = wanted
        await obey(self.console_app, wanted)
        return True


def _field(code: str, kind: str, value: str, choices: tuple[Choice, ...] = ()) -> Field:
    most = LIMITS.idle_lock_most // 60
    help_ = t(f"screens.settings.{code}.help", least=LIMITS.idle_lock_least // 60, most=most)
    return Field(code, t(f"screens.settings.{code}"), kind, choices=choices, value=value, help=help_)  # type: ignore[arg-type]


def obey_here(app: ConsoleApp, settings: Settings) -> None:
    """Do what belongs to the window, whoever sits at it."""
    app.seat.idle.choose(settings.idle_minutes)
    app.keyboard.badge.prefix = settings.badge


async def obey(app: ConsoleApp, settings: Settings) -> None:
    """Do as was chosen, at once, on every screen."""
    obey_here(app, settings)
    app.borders = settings.borders
    if settings.theme:
        app.theme = settings.theme
    if settings.language and settings.language != app.language:
        await speak(app, settings.language)
    app.screen.refresh(layout=False)
    for widget in app.screen.query("Canvas"):
        widget.refresh()


async def next_language(app: ConsoleApp) -> None:
    """The next language, at once, everywhere; remembered for whoever sits here."""
    codes = [choice.code for choice in await app.desk.languages()]
    now = codes.index(app.language) if app.language in codes else 0
    language = codes[(now + 1) % len(codes)]
    await speak(app, language)
    if app.person is not None:
        settings = await app.desk.settings()
        await app.desk.keep_settings(structs.replace(settings, language=language))


async def speak(app: ConsoleApp, language: str) -> None:
    """Another language, on every screen."""
    app.language = language
    await app.desk.switch_language(language)
    if app.person is not None:
        again = await app.desk.serve(app.person.shift)
        app.seat.person = again if isinstance(again, Person) else app.person
    app.frame.say("")  # what stands there is in the language of before
    app.frame.dress()
    await app.frame.freshen()
    await app.retell()
