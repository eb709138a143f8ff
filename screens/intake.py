"""Intake on one screen: item, situations, applicant, form, materials, outcome; read back; print; next.

Each change is in the draft within 300 ms, with the field where the caret stands, and comes back there after a crash.
Everything is answered by the terminal, line or no line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.timer import Timer
from textual.widget import Widget

from casework.limits import LIMITS
from casework.messages import Message, t
from screens.desk import Draft, IntakeForm, Party, Refused, Saved
from screens.field import InputRow, MaterialRow, Pick, Row
from screens.intake_model import IntakeModel, restored
from screens.intake_people import SEARCHED, PeopleForm, asked
from screens.side import intake_side

if TYPE_CHECKING:
    from screens.app import ConsoleApp

_DRAFT_SECONDS = LIMITS.draft_ms * 0.6 / 1000
"""Waited after the first change before the draft is written: the rest of 300 ms is for writing it."""


class IntakeScreen(PeopleForm):
    """The form; it is reset and used again, never built anew."""

    PLACE = "intake"

    def __init__(self) -> None:
        super().__init__()
        self._timer: Timer | None = None
        self._begun = False
        self._drafting = asyncio.Lock()

    def body(self) -> Iterator[Widget]:
        """The sheet, and at 120 columns the panel beside it."""
        yield self.sheet
        yield self.side

    # Coming and going

    async def arrive(self) -> None:
        """The first time: the draft of this person, if there is one. Later: the form as it was left."""
        if not self._begun:
            self._begun = True
            draft = await self.desk.load_draft()
            if draft is not None:
                await self.take_over(draft.form, draft.field)
                self.say(t("screens.intake.draft_restored", at=draft.saved), "good")
                return
        await self.freshen()
        if self.sheet.row is not None:
            self.tell_about(self.sheet.row)

    async def freshen(self) -> None:
        """Another language, or the desk knows more."""
        self.model.take(self.sheet.rows)
        await self._view()
        if self.model.outcomes:
            self.model.outcomes = await self.desk.outcomes(self.model.form())
        self._rebuild()

    async def leave(self) -> bool:
        """Another screen comes: the draft is put safe at once."""
        await self.save_draft()
        return True

    async def take_over(self, form: IntakeForm, field: str = "") -> None:
        """Show a draft, caret in `field`."""
        self.model = restored(form)
        await self._view()
        self.model.follow()
        if self.model.item is not None and (form.outcome or field.startswith("outcome")):
            self.model.outcomes = await self.desk.outcomes(self.model.form())
        self._rebuild(field or None)
        for row in self.sheet.rows:
            if isinstance(row, InputRow):
                self.check(row)

    @property
    def occupied(self) -> bool:
        """Something of an applicant stands in the form: nothing else may be put there, and it does not lock.

        Only asked, never taken from the rows: this is asked each second, also while what is known of an applicant has
        come into the form and its rows don't show it yet.
        """
        form = self.model.form()
        return bool(form.item or form.applicant.id or form.applicant.name)

    async def begin(self, visit: str = "", before: IntakeForm | None = None) -> None:
        """An empty form; for the next case of the same visit with the applicant and the agent of the one before."""
        applicant = before.applicant if before else Party()
        agent = before.agent if before else None
        await self.take_over(IntakeForm(visit=visit, applicant=applicant, agent=agent), "item")
        self.model.carried()
        self.say(t("screens.intake.next_of_visit", name=applicant.name) if before else "", "dim")

    # The caret moves

    async def row_changed(self, row: Row) -> None:
        """A value changed: what depends on it, and the draft."""
        model = self.model
        model.take([row])
        if row.key == "item":
            model.item = None
            model.hits = await self.desk.find_items(asked(model.values["item"]))
            self._keep_line(row)
        elif row.key in SEARCHED:
            await self.offer(row)
        elif row.key in {"outcome", "agent"}:
            self._keep_line(row)
        elif row.section == "situations":
            await self._view()
            self._keep_line(row)
        elif isinstance(row, MaterialRow):
            if any(one.shared == row.material.code for one in (model.item.materials if model.item else ())):
                self._keep_line(row)
            self.side.show(intake_side(model, row))
        self._draft_soon()

    async def row_left(self, row: Row, *, onward: bool) -> bool:
        """Check, and fill in what follows from the value."""
        if self.searching(row):  # a name in the number's field: not wrong yet, somebody is being looked for
            return False
        await super().row_left(row, onward=onward)
        self.model.take([row])
        if row.key == "item":
            return onward and await self._item_given()
        if row.key == "applicant.id" and isinstance(row, InputRow):
            await self._applicant_given(row)
        elif row.key == "agent.id" and isinstance(row, InputRow):
            await self._agent_given(row)
        elif row.section == "applicant":
            self.model.propose()
            self._rebuild()
        if row.section == "materials" or row.key.startswith(("form.", "outcome")):
            await self._outcomes()
        return False

    async def marked(self) -> None:
        """What is proposed follows at once, not only when the caret leaves."""
        if self.model.outcomes:
            await self._outcomes()

    async def row_reached(self, row: Row) -> None:
        """Help, side panel, and the field of the draft."""
        self.tell_on_the_way(row)
        self.side.show(intake_side(self.model, row))
        if row.section == "outcome" and not self.model.outcomes:
            await self._outcomes()
        self._draft_soon()

    def tell_about(self, row: Row) -> None:
        """In the material rows: the letters."""
        if isinstance(row, MaterialRow):
            name = self.whole(row)
            self.say(t("screens.materials.whole", name=name) if name else t("screens.materials.keys"), "dim")
        else:
            super().tell_about(row)

    async def row_taken(self, row: Row) -> None:
        """Enter on a proposal: that item, or that person."""
        if isinstance(row, Pick) and row.section == "item":
            await self._choose(row.code)
        elif isinstance(row, Pick):
            await self.take_offer(row)

    async def _item_given(self) -> bool:
        """Enter on the item: an exact code, or the best hit. True: the caret was moved or stays."""
        typed = asked(self.model.values.get("item", ""))
        if self.model.item is not None:
            return False
        if not typed:
            return not self.model.hits
        hits = await self.desk.find_items(typed)
        exact = next((hit for hit in hits if hit.code.casefold() == typed.casefold()), None)
        if not hits:
            self.app.bell()
            self.say(t("screens.intake.no_item"), "error")
            row = self.sheet.find("item")
            if isinstance(row, InputRow):
                row.line.fresh = True
            return True
        await self._choose((exact or hits[0]).code)
        return True

    async def _choose(self, code: str) -> None:
        self.model.values["item"] = code
        self.model.outcomes = ()
        applicant = self.model.values.get("applicant.id", "")
        self.model.looked_up(await self.desk.item(code, self.model.answers, applicant))
        if self.model.item is None:
            self.app.bell()
            self._rebuild("item")
            self.say(t("screens.intake.guide_only", code=code), "error")
            return
        self.model.propose()
        rows = self.model.rows()
        self.sheet.show(rows, next(row.key for row in rows if row.stops and row.key != "item"))
        if self.sheet.row is not None:
            await self.row_reached(self.sheet.row)
        self.sheet.place_caret()

    async def _outcomes(self) -> None:
        self.model.outcomes = await self.desk.outcomes(self.model.form())
        self._rebuild()

    # The draft

    def _draft_soon(self) -> None:
        if self._timer is None:
            self._timer = self.set_timer(_DRAFT_SECONDS, self._draft_now)

    async def _draft_now(self) -> None:
        await self.console_app.tried(self.save_draft())

    async def save_draft(self) -> None:
        """Write the draft now, if anything is in the form."""
        self._no_draft_soon()
        async with self._drafting:
            form = self.model.form()
            if form.item or form.applicant.id or form.applicant.name:
                self.console_app.seat.hers.comes_in(form)
                await self.desk.save_draft(Draft(form, self.sheet.key))

    async def _drop_draft(self) -> None:
        """The form is done with: no draft of it may be written any more, also not by a writing that has begun."""
        self._no_draft_soon()
        async with self._drafting:
            await self.desk.discard_draft()
            self.model = IntakeModel()

    def _no_draft_soon(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    # Acts

    async def act_pane(self) -> None:
        """F6: the next part of the form."""
        await self.sheet.next_section()

    async def act_save(self) -> None:
        """F2: check all, then read back."""
        row = self.sheet.row
        if row is not None and await self.row_left(row, onward=True):
            return
        if self.model.item is None:
            await self.sheet.goto("item")
            self.say(t("screens.intake.choose_item"), "error")
            return
        await self._outcomes()
        flaw = self.first_flaw()
        if flaw is not None:
            await self.complain(flaw)
            return
        self.model.take(self.sheet.rows)
        await self.save_draft()
        from screens.read_back import ReadBackScreen

        await self.console_app.show(ReadBackScreen(self.model, self.commit))

    async def commit(self) -> None:
        """Read back and found right: save."""
        form = self.model.form()
        answer = await self.desk.submit_intake(form)
        if isinstance(answer, Refused):
            await self._refused(answer)
            return
        await self._saved(answer, form)

    async def _ask_for_the_day(self, answer: Refused) -> None:
        """Nobody but the clerk can say what day it is (S29): she looks at the calendar on the wall, once."""
        from screens.confirm import ConfirmScreen

        async def confirmed() -> None:
            said = await self.desk.confirm_day(answer.confirm_day)
            if isinstance(said, Refused):
                await self._refused(said)
            else:
                await self.commit()

        question = Message("screens.intake.day_sure", {"day": answer.confirm_day})
        await self.console_app.show(ConfirmScreen(question, confirmed, notes=(t("screens.intake.day_note"),)))

    async def _refused(self, answer: Refused) -> None:
        if answer.confirm_day:
            await self._ask_for_the_day(answer)
            return
        if answer.field:
            await self.sheet.goto(answer.field)
            row = self.sheet.find(answer.field)
            if isinstance(row, InputRow):
                row.error = answer.message
        self.app.bell()
        self.say(answer.message, "error")

    async def _saved(self, answer: Saved, form: IntakeForm) -> None:
        await self._drop_draft()
        await self.begin()
        from screens.saved import SavedScreen, Visit

        visit = self.console_app.seat.hers.visit = Visit(answer, form)
        await self.console_app.show(SavedScreen(visit, self.begin))

    async def act_park(self) -> None:
        """Ctrl-K: put the form aside for any window, under a short code; here the next form begins."""
        self.model.take(self.sheet.rows)
        if self.model.item is None:
            self.app.bell()
            self.say(t("screens.intake.choose_item"), "error")
            return
        self._no_draft_soon()
        async with self._drafting:
            answer = await self.desk.park(self.model.form(), self.sheet.key)
            if isinstance(answer, Refused):
                self.answer(answer)
                return
            self.model = IntakeModel()
        await self.begin()
        self.answer(answer)

    async def act_forget(self) -> None:
        """Empty the form, after a question."""
        from screens.confirm import ConfirmScreen

        async def empty() -> None:
            await self._drop_draft()
            await self.begin()

        await self.console_app.show(ConfirmScreen(Message("screens.intake.forget_sure"), empty))


async def empty_form(app: ConsoleApp) -> IntakeScreen | None:
    """The form in front and free for the next case; None, and it is said why, where it is another's or under way."""
    if app.person is not None and not app.person.takes_in:
        app.bell()
        app.frame.say(t("screens.intake.not_yours"), "warn")
        return None
    if not await app.go("intake"):
        return None
    screen = app.screen
    if not isinstance(screen, IntakeScreen) or screen.occupied:
        app.bell()
        app.frame.say(t("screens.prefiles.occupied"), "warn")
        return None
    return screen
