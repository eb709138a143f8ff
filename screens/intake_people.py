"""The people of the intake form: known ones are found by number, by the initials or by the characters of their names.

A number that is typed stays a number: digits never choose in its field, and what is a good number is never looked up
as a name. Each key's look-up is done before the next key, so a burst lands whole.
"""

from __future__ import annotations

from casework.errors import BadInput
from casework.messages import t
from casework.text import clean_code
from screens.desk import Offer
from screens.field import InputRow, Pick, Row
from screens.form import FormScreen
from screens.intake_model import IntakeModel
from screens.side import Side, intake_side

SEARCHED = frozenset({"applicant.id", "agent.id", "agent.authority"})
"""The fields below which known ones are offered."""
_LEAST = 2
"""Letters from which on somebody is looked for."""


class PeopleForm(FormScreen):
    """The part of the intake screen that knows people."""

    def __init__(self) -> None:
        super().__init__()
        self.model = IntakeModel()
        self.side = Side()

    async def _view(self) -> None:
        model = self.model
        code = model.item.code if model.item else model.values.get("item", "")
        applicant, began = model.values.get("applicant.id", ""), model.catalogue
        model.looked_up(await self.desk.item(code, model.answers, applicant, began) if code else None)
        if model.item is None:
            model.hits = await self.desk.find_items(asked(model.values.get("item", "")))

    def _rebuild(self, at: str | None = None) -> None:
        self.sheet.show(self.model.rows(), at)
        self.sheet.place_caret()
        self.side.show(intake_side(self.model, self.sheet.row))

    def _keep_line(self, row: Row) -> None:
        """Build the rows anew around the one that is being typed in: its caret stays."""
        rows = [row if one.key == row.key else one for one in self.model.rows()]
        self.sheet.show(rows, row.key)

    # Looked for by name

    async def offer(self, row: Row) -> None:
        """Below the field: who is known by what stands in it."""
        if not isinstance(row, InputRow):
            return
        model = self.model
        found: tuple[Offer, ...] = ()
        if row.key != "agent.authority" and _may_be_a_name(row.value) and self.desk.check("any_id", row.value).error:
            found = await self.desk.find_people(row.value, agents=row.key == "agent.id")
            if found:
                self.say(t("screens.intake.offered", n=len(found)), "dim")
        before = model.offered
        model.offered = {row.key: found} if found else {}
        if before or found or row.key == "agent.authority":
            self._keep_line(row)

    def searching(self, row: Row) -> bool:
        """A name stands in that number's field, and somebody is known by it."""
        return row.key in self.model.offered

    async def row_key(self, row: Row, key: str) -> bool:
        """Enter in the field, and a digit in the list below it."""
        if isinstance(row, InputRow) and key == "enter" and self.searching(row):
            picks = self._picks_of(row.key)
            if len(picks) == 1:
                await self.take_offer(picks[0])
            else:
                await self.sheet.goto(picks[0].key)
                self.app.bell()
            return True
        picks = self._picks_of(row.key) if isinstance(row, InputRow) and not row.value else []
        if isinstance(row, Pick) and row.section == "applicant":
            picks = self._picks_of(row.code)
        if len(key) == 1 and key.isdecimal() and 1 <= int(key) <= len(picks):
            await self.take_offer(picks[int(key) - 1])
            return True
        return False

    def _picks_of(self, key: str) -> list[Pick]:
        return [row for row in self.sheet.rows if isinstance(row, Pick) and row.code == key and row.section != "item"]

    async def take_offer(self, pick: Pick) -> None:
        """That one: the number stands in the field as if it had been typed, and the caret goes on."""
        key, model = pick.code, self.model
        model.values[key] = pick.value
        model.offered = {}
        self._rebuild(key)
        await self.sheet.move(1)
        self.sheet.refresh()
        self.sheet.place_caret()

    async def act_with_agent(self) -> None:
        """Ctrl-A: an agent stands at the counter; the caret goes to her number."""
        model = self.model
        model.take(self.sheet.rows)
        if model.item is None:
            self.app.bell()
            self.say(t("screens.intake.choose_item"), "error")
            return
        if not model.with_agent:
            model.bring_agent()
            await self._view()
            self._rebuild()
        await self.sheet.goto("agent.id")
        self.sheet.refresh()

    # Known by the number

    async def _applicant_given(self, row: InputRow) -> None:
        model = self.model
        if not row.value or row.error is not None:
            return
        model.kind = "person" if self.desk.check("person_id", row.value).error is None else "entity"
        if model.item is not None and len(model.item.applicants) == 1:
            model.kind = model.item.applicants[0]
        if model.identities.get("applicant", row.value) != row.value:
            model.forget("applicant.", "agent.", "form.")
        model.identities["applicant"] = row.value
        known = await self.desk.known_applicant(row.value, model.item.code if model.item else "")
        model.note = known.note if known else ""
        if known is not None:
            model.kind = known.party.kind
            model.fill_party("applicant", known.party)
            for code, value in known.form.items():
                model.fill(f"form.{code}", value)
            if known.agent is not None:
                model.fill("agent.id", known.agent.id)
                model.fill_party("agent", known.agent)
                model.identities["agent"] = known.agent.id
        warning = await self.desk.open_case_warning(model.item.code, row.value) if model.item else None
        await self._view()
        model.propose()
        self._rebuild(row.key)
        fresh = self.sheet.find(row.key)
        if isinstance(fresh, InputRow):
            fresh.warning = warning

    async def _agent_given(self, row: InputRow) -> None:
        """An agent's number: who was here before is filled in, and nothing of another one stays."""
        model = self.model
        if not row.value or row.error is not None or model.identities.get("agent") == row.value:
            return
        model.forget("agent.")
        model.identities["agent"] = row.value
        known = await self.desk.known_agent(
            row.value, model.values.get("applicant.id", ""), model.item.code if model.item else ""
        )
        if known is not None:
            model.fill_party("agent", known)
        self._rebuild()


def asked(text: str) -> str:
    """What is looked up for `text`: full-width letters and digits are plain, blanks are out."""
    try:
        return clean_code(text)
    except BadInput:
        return text


def _may_be_a_name(text: str) -> bool:
    """Letters without a digit among the first two, or other characters than those of a number."""
    plain = asked(text)
    return (len(plain) >= _LEAST and plain[:_LEAST].isalpha()) if plain.isascii() else bool(plain)
