"""One case: where it stands, what happened, what can be done; every act by its key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.widget import Widget

from casework.messages import Message, t
from casework.numbers import printed
from screens.actions import case_key
from screens.canvas import wrap
from screens.case_lines import act_side, case_lines
from screens.desk import ActView, CaseView, Done, Field, Refused
from screens.frame import FrameScreen
from screens.page import Page
from screens.performing import perform
from screens.side import Side

if TYPE_CHECKING:
    from screens.app import ConsoleApp

_SIDE = 40

_ON_REQUEST = frozenset({"guide", "ticket"})
"""Papers that nobody waits for: F7 does not begin with them."""


class CaseScreen(FrameScreen):
    """The case. The same screen is used for the next one."""

    PLACE = "case"
    LIVE = True
    DIGITS = True

    def __init__(self) -> None:
        super().__init__()
        self.number = ""
        self.case: CaseView | None = None
        self.awaited = ""
        """The act that waits for the hall's word."""
        self.opening = ""
        """The scan that is on its way here, to be opened when it has come."""
        self.seen = False
        """It was shown since it was opened."""
        self.taken = ""
        """The case that opening it here has made hers; empty once she has done something with it."""
        self.page = Page()
        self.side = Side()

    def body(self) -> Iterator[Widget]:
        """The text, and at 120 columns the acts beside it."""
        yield self.page
        yield self.side

    def heading(self) -> str:
        """The case's state, for a look from the side."""
        return t("screens.title.case") + (f" / {self.case.module}" if self.case else "")

    @property
    def about(self) -> str:
        """The case that is shown."""
        return self.number

    async def turn_to(self, number: str) -> None:
        """Show that case."""
        self.number, self.awaited, self.opening, self.seen = number, "", "", False
        self.page.top = 0
        self.say("")
        await self.arrive()

    async def leave(self) -> bool:
        """She looked, and did nothing: nobody is held up by her having looked."""
        taken, self.taken = self.taken, ""
        if taken:
            await self.desk.let_go(taken)
        return True

    async def arrive(self) -> None:
        """Read the case."""
        answer = await self.desk.case(self.number) if self.number else None
        if isinstance(answer, CaseView):
            self._show(answer)
            self._tell_the_word_of_the_hall(answer)
            if any(scan.id == self.opening and scan.here for one in answer.materials for scan in one.scans):
                await self._open_scan(self.opening)
        else:
            self.case = None
            self.page.show(
                [[], *([(f"   {line}", "warn")] for line in wrap(self._why_not(answer), self.size.width - 6))]
            )
            self.side.show([])
        self.dress()

    freshen = arrive

    def _why_not(self, answer: Refused | None) -> str:
        """Why there is nothing to show; what was here a moment ago went with a module, or as an old case."""
        if answer is None:
            return t("screens.case.none")
        gone = self.seen and answer.message.id == "case.unknown"
        return t("screens.case.gone", number=printed(self.number)) if gone else str(answer.message)

    def _tell_the_word_of_the_hall(self, case: CaseView) -> None:
        """What was said to wait has its answer: nobody has to look for it."""
        if not self.awaited or case.unsent:
            return
        act, self.awaited = self.awaited, ""
        refused = bool(case.history) and any(line.fate == "refused" for line in case.history[-2:])
        if refused:
            self.say(t("screens.case.hall_refused"), "error")
        else:
            self.say(t("screens.case.hall_agreed", act=act, state=case.state, places=case.places), "good")

    def _show(self, case: CaseView) -> None:
        self.case, self.seen = case, True
        wide = self.size.width >= 120
        width = self.size.width - (_SIDE if wide else 0)
        lines, marks = case_lines(case, max(width, 40), with_acts=not wide)
        self.page.show(lines, marks, keep=True)
        self.side.show(act_side(case, _SIDE))

    def on_resize(self) -> None:
        """Another width, other lines."""
        if self.case is not None:
            self._show(self.case)

    # Acts

    def _act(self, code: str) -> ActView | None:
        return next((act for act in self.case.acts if act.code == code), None) if self.case else None

    async def action_case_act(self, code: str) -> None:
        """The key of an act was pressed."""
        if code == "claim" and self.taken:  # opening took it, for as long as it is open; now it is to stay hers
            self.taken = ""
            self.say(t("screens.case.stays_hers"), "good")
            return
        act = self._act(code)
        if act is None:
            self.app.bell()
            facts = {"act": t(f"screens.case_act.{code}"), "places": self.case.places if self.case else ()}
            self.say(t("screens.case.not_now" if facts["places"] else "screens.case.not_now_ended", **facts), "warn")
            return
        await self.perform(act)

    async def perform(self, act: ActView) -> None:
        """Do an act, with its form and its question where it has them."""
        number, seen = self.number, self.case.seen if self.case else frozenset()

        async def submit(data: dict[str, str]) -> Done | Refused:
            nonlocal seen
            answer = await self.desk.act(number, act.code, data, seen)
            if isinstance(answer, Refused) and answer.conflict is not None:
                seen = answer.conflict.facts  # she reads it now: the same act once more is decided on that
            return answer

        async def preview(data: dict[str, str]) -> str | Refused:
            return await self.desk.act_preview(number, act.code, data)

        async def after(done: Done) -> None:
            await self._done(act, done)

        shown = preview if act.prints else None
        await perform(self.console_app, self._subject(), act, submit, after, number, shown)

    async def _done(self, act: ActView, done: Done) -> None:
        self.awaited, self.taken = act.name if done.waits else "", ""
        await self.arrive()
        if done.papers:
            from screens.preview import PreviewScreen

            await self.console_app.show(PreviewScreen(self.number, done.papers))
        if self.awaited or not done.waits:
            self.console_app.frame.answer(done)

    def _subject(self) -> str:
        return f"{self.case.item} {self.case.applicant}" if self.case else self.number

    async def act_pick_act(self) -> None:
        """Enter: all acts, to pick one."""
        if self.case is None:
            return
        from screens.menu import MenuScreen, Option

        def options() -> list[Option]:
            acts = self.case.acts if self.case else ()
            return [
                Option(act.code, act.name, case_key(act.code), off="" if act.allowed else str(act.reason or ""))
                for act in sorted(acts, key=lambda act: not act.allowed)
            ]

        async def take(code: str) -> None:
            act = self._act(code)
            if act is not None:
                await self.perform(act)

        await self.console_app.show(MenuScreen("screens.case.acts", options, take, by_key=True))

    async def act_others(self) -> None:
        """9: the other cases of the same bundle or visit; Enter opens one."""
        others = self.case.others if self.case else ()
        if not others:
            self.say(t("screens.case.alone"), "warn")
            return
        from screens.menu import MenuScreen, Option

        def options() -> list[Option]:
            shown = self.case.others if self.case else ()
            return [
                Option(one.number, one.item, str(place), f"{printed(one.number)}  {one.state}")
                for place, one in enumerate(shown, 1)
            ]

        await self.console_app.show(
            MenuScreen("screens.title.others", options, self.console_app.open_case, by_key=True)
        )

    async def act_open_scan(self) -> None:
        """`*`: a scan in the system's viewer; where there are several, pick one."""
        scans = [(one, scan) for one in (self.case.materials if self.case else ()) for scan in one.scans]
        if not scans:
            self.say(t("screens.case.no_scan"), "warn")
            return
        if len(scans) == 1:
            await self._open_scan(scans[0][1].id)
            return
        from screens.menu import MenuScreen, Option

        def options() -> list[Option]:
            return [Option(f"{one.code}/{scan.id}", one.name, str(place), scan.text)
                    for place, (one, scan) in enumerate(scans, 1)]  # fmt: skip

        async def take(code: str) -> None:
            await self._open_scan(code.rpartition("/")[2])

        await self.console_app.show(MenuScreen("screens.title.scans", options, take, by_key=True))

    async def _open_scan(self, scan: str) -> None:
        answer = await self.desk.open_scan(self.number, scan)
        self.opening = "" if answer is not None else scan
        if answer is None:
            self.say(t("screens.case.fetching"), "warn")
        else:
            self.console_app.frame.answer(answer)

    async def act_compare(self) -> None:
        """`!`: what she saw and what the hall has, where the hall has refused what she did."""
        conflict = await self.desk.conflict(self.number)
        if conflict is None:
            self.say(t("screens.conflict.none"), "warn")
            return
        from screens.conflict import ConflictScreen

        await self.console_app.show(ConflictScreen(conflict, self.arrive))

    async def act_pane(self) -> None:
        """F6: the next section."""
        self.page.next_mark()

    async def act_preview(self) -> None:
        """F7: the papers."""
        if self.case is not None:
            from screens.preview import PreviewScreen

            due = [paper.kind for paper in self.case.papers if not paper.count and paper.kind not in _ON_REQUEST]
            await self.console_app.show(PreviewScreen(self.number, self.case.papers, due[-1] if due else ""))

    async def act_papers(self) -> None:
        """Likewise by a key of the number pad."""
        await self.act_preview()

    async def act_why(self) -> None:
        """The clocks as a ledger."""
        if self.case is not None:
            from screens.text import TextScreen

            await self.console_app.show(TextScreen("screens.title.why", self._why))

    async def _why(self) -> str:
        return await self.desk.why(self.number)

    async def act_guide(self) -> None:
        """The service guide of the item."""
        if self.case is not None:
            from screens.text import TextScreen

            await self.console_app.show(TextScreen("screens.title.guide", self._guide))

    async def _guide(self) -> str:
        return await self.desk.guide(self.case.item) if self.case else ""

    async def act_unmask(self) -> None:
        """The full values, for a reason; logged."""
        if self.case is None:
            return
        field = Field("reason", t("screens.case.unmask_reason"), required=True, help=t("screens.case.unmask_help"))
        act = ActView("unmask", t("screens.act.unmask"), fields=(field,))
        await perform(self.console_app, self._subject(), act, self._unmask, self._unmasked)

    async def _unmask(self, data: dict[str, str]) -> Done | Refused:
        answer = await self.desk.unmask(self.number, data["reason"])
        if isinstance(answer, Refused):
            return answer
        self.case = answer
        return Done(Message("screens.case.unmasked"))

    async def _unmasked(self, done: Done) -> None:
        if self.case is not None:
            self._show(self.case)
        self.answer(done)


async def open_and_take(app: ConsoleApp, number: str) -> None:
    """From a queue: the case, and it is hers while she works on it (S23); where somebody else has it, to be read."""
    taken = await app.desk.take(number)
    await app.open_case(number)
    if isinstance(taken, Refused):
        app.frame.say(taken.message, "warn")
    elif taken is not None and isinstance(app.screen, CaseScreen):
        app.screen.taken = number
