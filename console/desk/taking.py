"""The desk's half that takes applications in: the intake form, its draft, and what is put aside before its number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import cast

import msgspec

from casework.messages import Message
from casework.papers.text import to_text
from casework.rules import Refusal
from console.desk import intake, typed
from console.desk.checks import Checks
from console.desk.thread import DeskThread
from console.filling import Filling
from console.terminal import Terminal
from screens import desk


class TakingDesk(DeskThread):
    """Intake and prefiles."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal)
        self._draft_id = ""
        self.checks = Checks(terminal, self._do, lambda: self._session)

    # Intake

    async def find_items(self, text: str) -> tuple[desk.ItemHit, ...]:
        """Items by code, name or pinyin initials."""
        return await self._do(lambda: intake.find_items(self._terminal, self._show, text))

    async def item(
        self, code: str, answers: dict[str, str], applicant_id: str = "", catalogue: str = ""
    ) -> desk.ItemView | None:
        """What applies to these answers, in the version of a form that is open, else in the newest."""
        return await self._do(
            lambda: intake.item_view(self._terminal, self._show, code, answers, applicant_id, catalogue)
        )

    async def known_applicant(self, identity: str, item: str = "") -> desk.Known | None:
        """What this terminal knows of an applicant, for a form; the look is an event."""
        known = await self._do(lambda: self._filling(item).applicant(identity))
        self._terminal.wake()
        return known

    async def find_people(self, text: str, *, agents: bool = False) -> tuple[desk.Offer, ...]:
        """Known people and firms by initials or characters of their names."""
        return await self._do(lambda: intake.people(self._terminal, text, agents=agents))

    async def known_agent(self, identity: str, applicant_id: str, item: str = "") -> desk.Party | None:
        """What this terminal knows of an agent, likewise."""
        known = await self._do(lambda: self._filling(item).agent(identity, applicant_id))
        self._terminal.wake()
        return known

    def _filling(self, item: str) -> Filling:
        self._draft_id = self._draft_id or self._terminal.counter.new_id()
        return Filling(self._terminal, self._who, item, self._draft_id)

    async def open_case_warning(self, item: str, applicant_id: str) -> Message | None:
        """Before saving: the applicant has an open case of the same item."""
        return await self._do(lambda: intake.same_open_case(self._terminal, item, applicant_id))

    async def outcomes(self, form: desk.IntakeForm) -> tuple[desk.ActView, ...]:
        """The outcomes with rights and completeness considered."""
        return await self._do(lambda: intake.outcomes(self._terminal, self._who, form))

    async def submit_intake(self, form: desk.IntakeForm) -> desk.Saved | desk.Refused:
        """Commit the intake to this terminal; what can be looked up over the network is asked for behind it."""

        def work() -> desk.Saved | desk.Refused:
            saved = intake.submit(self._terminal, self._show, self._who, form, self._draft_id)
            if isinstance(saved, desk.Saved):
                self._draft_id = ""
                self._terminal.wake()
            return saved

        saved = cast("desk.Saved | desk.Refused", await self._answer(work))
        self.checks.begin(now=True)
        return saved

    async def intake_preview(self, form: desk.IntakeForm) -> str | desk.Refused:
        """The papers that this intake would print, as text; nothing is made."""
        from console.desk.rehearsing import papers_of_intake

        def work() -> str | desk.Refused:
            session = msgspec.structs.replace(self._who, catalogue=form.catalogue)
            made = papers_of_intake(self._terminal, session, intake.command_of(form))
            return desk.Refused(made.message) if isinstance(made, Refusal) else "\n\n".join(map(to_text, made))

        return cast("str | desk.Refused", await self._answer(work))

    async def confirm_day(self, day: str) -> desk.Done | desk.Refused:
        """The clerk says that today is `day`: nobody else could since this machine was switched on (S29)."""

        def work() -> desk.Done | desk.Refused:
            self._terminal.counter.legal.confirm(date.fromisoformat(day))
            return desk.Done(Message("desk.day_confirmed", {"day": day}))

        return cast("desk.Done | desk.Refused", await self._answer(work))

    async def guide(self, item: str) -> str:
        """The service guide of an item as text (R8)."""
        return await self._do(lambda: intake.guide(self._terminal, self._show, item))

    def check(self, kind: desk.FieldKind, value: str) -> desk.Checked:
        """Clean and check a typed value."""
        return typed.check(kind, value, self._terminal.clock.now().date())

    # The draft

    async def save_draft(self, draft: desk.Draft) -> None:
        """Keep what was typed; the case id is born here (S22)."""

        def work() -> None:
            self._draft_id = self._draft_id or self._terminal.counter.new_id()
            intake.save_draft(self._terminal, self._who, self._draft_id, draft)

        await self._do(work)

    async def load_draft(self) -> desk.Draft | None:
        """The signed-in person's own draft."""

        def work() -> desk.Draft | None:
            found = intake.load_draft(self._terminal, self._who)
            if found is None:
                return None
            self._draft_id, draft = found
            return draft

        return await self._do(work)

    async def discard_draft(self) -> None:
        """Throw the draft away, because the clerk said so."""

        def work() -> None:
            if self._draft_id:
                self._terminal.memory.forget_draft(self._draft_id)
                self._draft_id = ""

        await self._do(work)

    # Applications before their number

    async def park(self, form: desk.IntakeForm, field: str = "") -> desk.Done | desk.Refused:
        """Put the open form aside for any window; its draft goes in the same step."""
        from console.desk import prefiles as desk_prefiles

        def work() -> desk.Done | desk.Refused:
            done = desk_prefiles.park(self._terminal, self._who, form, field, self._draft_id)
            if isinstance(done, desk.Done):
                self._draft_id = ""
                self._terminal.wake()
            return done

        return cast("desk.Done | desk.Refused", await self._answer(work))

    async def prefiles(self, text: str = "") -> tuple[desk.PrefileRow, ...]:
        """Those that nobody has taken in yet."""
        from console.desk import prefiles as desk_prefiles

        return await self._do(lambda: desk_prefiles.rows(self._terminal, self._show, text))

    async def take_prefile(self, code: str) -> desk.Draft | desk.Refused:
        """Go on with it here, under its own id."""
        from console.desk import prefiles as desk_prefiles

        def work() -> desk.Draft | desk.Refused:
            taken = desk_prefiles.take(self._terminal, self._who, code)
            if isinstance(taken, Refusal):
                return desk.Refused(taken.message)
            self._draft_id, draft = taken
            self._terminal.wake()
            return draft

        return cast("desk.Draft | desk.Refused", await self._answer(work))

    async def prefile_check(self, code: str) -> desk.ActView | desk.Refused:
        """The form for a look at its papers."""
        from console.desk import prefiles as desk_prefiles

        return await self._answer(lambda: desk_prefiles.check_form(self._terminal, self._show, code))

    async def check_prefile(self, code: str, data: dict[str, str]) -> desk.Done | desk.Refused:
        """What the look found."""
        from console.desk import prefiles as desk_prefiles

        return await self._committed(lambda: desk_prefiles.check(self._terminal, self._who, code, data))

    async def prefile_close(self, code: str) -> desk.ActView | desk.Refused:
        """The form in which she says why nobody goes on with it."""
        from console.desk import prefiles as desk_prefiles

        return await self._answer(lambda: desk_prefiles.close_form(self._terminal, code))

    async def close_prefile(self, code: str, data: dict[str, str]) -> desk.Done | desk.Refused:
        """Off the list."""
        from console.desk import prefiles as desk_prefiles

        return await self._committed(lambda: desk_prefiles.close(self._terminal, self._who, code, data))

    async def preparation_preview(self, code: str) -> str | desk.Refused:
        """The list that the applicant takes home, as text."""
        from console.desk import prefiles as desk_prefiles

        return await self._answer(lambda: desk_prefiles.preview(self._terminal, self._who, code))

    async def print_preparation(self, code: str) -> desk.Done | desk.Refused:
        """That list into the queue of the printer."""
        from console.desk import prefiles as desk_prefiles

        return await self._committed(lambda: desk_prefiles.print_list(self._terminal, self._who, code))

    async def _committed(self, work: Callable[[], desk.Done | desk.Refused]) -> desk.Done | desk.Refused:
        """Run `work`; line and printer hear of it."""
        done = cast("desk.Done | desk.Refused", await self._answer(work))
        if isinstance(done, desk.Done):
            self._terminal.wake()
        return done
