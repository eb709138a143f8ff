"""Who sits at the window, and how she has it: another person by her badge, the language, the settings."""

from __future__ import annotations

from typing import cast

from msgspec import structs

from casework.messages import Message, t
from screens.calls import CallingApp
from screens.desk import Desk, Person, Status
from screens.frame import FrameScreen
from screens.idle import Idle
from screens.sheet import Sheet


class SeatedApp(CallingApp, inherit_bindings=False):
    """The base of the console's app: its desk, and whoever sits at it."""

    language = "zh_CN"
    borders = True
    """Lines are drawn; else only words and blanks, for old consoles."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.last_number = ""
        self.status: Status | None = None
        self.idle = Idle()
        self.warning: Message | None = None
        """What is wrong with the user's own files: said before somebody signs in."""
        self.badge_number = ""
        """Whose badge was scanned: the sign-in asks for her PIN."""

    @property
    def frame(self) -> FrameScreen:
        """The screen in front."""
        return cast(FrameScreen, self.screen)

    @property
    def taking_in(self) -> bool:
        """Something of an applicant stands in a form."""
        return any(isinstance(screen, FrameScreen) and screen.occupied for screen in self.screen_stack)

    async def retell(self) -> None:
        """The status line as it is now."""
        raise NotImplementedError

    async def show(self, screen: FrameScreen) -> None:
        """Put a screen on top of the one in front."""
        raise NotImplementedError

    async def act_lock(self) -> None:
        """Lock; the form stays as it is for the same person."""
        raise NotImplementedError

    async def another_person(self, number: str = "") -> None:
        """Another person sits down: what is open waits, and is parked under its owner when the other one is in."""
        await self.act_lock()
        self.badge_number = number
        await self.frame.arrive()

    async def badge_shown(self, number: str) -> bool:
        """A badge was scanned, anywhere: whoever it is signs in by her PIN."""
        if not await self.desk.badge(number):
            if not isinstance(self.focused, Sheet):
                self.bell()
                self.frame.say(t("screens.sign_in.no_badge", number=number), "error")
            return False
        await self.another_person(number)
        return True

    async def act_language(self) -> None:
        """Ctrl-Y: the next language, at once, everywhere."""
        codes = [choice.code for choice in await self.desk.languages()]
        now = codes.index(self.language) if self.language in codes else 0
        language = codes[(now + 1) % len(codes)]
        await self.speak(language)
        if self.person is not None:
            settings = await self.desk.settings()
            await self.desk.keep_settings(structs.replace(settings, language=language))

    async def speak(self, language: str) -> None:
        """Another language, on every screen."""
        self.language = language
        await self.desk.switch_language(language)
        if self.person is not None:
            again = await self.desk.serve(self.person.shift)
            self.person = again if isinstance(again, Person) else self.person
        self.frame.say("")  # what stands there is in the language of before
        self.frame.dress()
        await self.frame.freshen()
        await self.retell()

    async def act_jump(self) -> None:
        """Ctrl-O: a letter on everything in sight."""
        if not self.jump.show(self.frame):
            self.bell()
            self.frame.say(t("screens.jump.none"), "warn")

    async def act_settings(self) -> None:
        """Ctrl-X: language, theme, lines, idle lock, badge, printer."""
        from screens.settings import SettingsScreen

        if not isinstance(self.screen, SettingsScreen):
            await self.show(SettingsScreen())
