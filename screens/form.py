"""Screens with a sheet: checking what was typed, field by field and all at once, and finding the first flaw."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from textual.widget import Widget

from casework.limits import LIMITS
from casework.messages import Message, t
from screens.field import CHOICES, InputRow, Row, input_row, nobody, too_many
from screens.frame import FrameScreen
from screens.sheet import Sheet
from screens.views import Choice, Field

YES_NO = ("yes", "no")


def answers_of(field: Field) -> Field:
    """A yes-no field with its two answers in the present language."""
    if field.kind != "yes_no" or field.choices:
        return field
    choices = tuple(Choice(code, t(f"screens.answer.{code}")) for code in YES_NO)
    return msgspec.structs.replace(field, choices=choices)


def _unanswered(row: Row) -> bool:
    return isinstance(row, InputRow) and row.field.kind == "yes_no" and not row.value


class FormScreen(FrameScreen):
    """The base: a sheet, and what happens when the caret moves in it."""

    def __init__(self) -> None:
        super().__init__()
        self.sheet = Sheet(self, place=self.PLACE)
        self._left: Row | None = None

    def body(self) -> Iterator[Widget]:
        """The sheet."""
        yield self.sheet

    async def row_changed(self, row: Row) -> None:
        """Nothing to do while typing."""

    async def row_left(self, row: Row, *, onward: bool) -> bool:
        """Check the value; a wrong one is marked and does not hold the caret."""
        self._left = row
        if isinstance(row, InputRow):
            self.check(row)
        return False

    async def row_reached(self, row: Row) -> None:
        """Say what belongs into the row, or what is wrong with it."""
        self.tell_on_the_way(row)

    def tell_on_the_way(self, row: Row) -> None:
        """What is wrong with the row just left, where there is no room beside it for all of that; else as ever."""
        left, self._left = self._left, None
        own = isinstance(row, InputRow) and row.error is not None
        if own or not isinstance(left, InputRow) or left.error is None or not self.sheet.flaw_is_cut(left):
            self.tell_about(row)
        else:
            self.say(left.error, "error")

    async def row_taken(self, row: Row) -> None:
        """No proposals here."""

    async def row_key(self, row: Row, key: str) -> bool:
        """No keys of its own."""
        return False

    async def rest_no(self, row: Row) -> None:
        """0: no to every open question of this part; on to one that `no` does not answer, else to the next part."""
        for _ in range(LIMITS.form_fields):  # an answer may bring other questions
            left = next((one for one in self.sheet.rows if one.section == row.section and _unanswered(one)), None)
            if not isinstance(left, InputRow):
                break
            left.line.set("no")
            await self.row_changed(left)
        rest = (one for one in self.sheet.rows if one.section == row.section and isinstance(one, InputRow))
        wanted = next((one for one in rest if one.field.required and not one.value), None)
        if wanted is None:
            await self.sheet.next_section()
        else:
            await self.sheet.goto(wanted.key)

    async def row_asked(self, row: Row) -> None:
        """`?` on a choice or a paper: help, as F1."""
        await self.console_app.everywhere.act_help()

    async def sheet_done(self) -> None:
        """The last row was ended: nothing, saving has its own key."""

    async def marked(self) -> None:
        """Papers were marked: nothing follows from it here."""

    def sheet_says(self, message: Message | None) -> None:
        """A key was refused."""
        if message is not None:
            self.say(message, "error")

    def tell_about(self, row: Row) -> None:
        """Error, warning or help of a row, in the message row."""
        if not isinstance(row, InputRow):
            self.say("")
        elif row.error is not None:
            self.say(row.error, "error")
        elif row.warning is not None:
            self.say(row.warning, "warn")
        else:
            keys = t("screens.field.yes_no") if row.field.kind == "yes_no" and row.field.required else ""
            said = row.field.help or self.whole(row) or keys
            unseen = self.sheet.unseen(row)
            also = t("screens.field.unseen", names=list(unseen)) if unseen else ""
            self.say(" | ".join(one for one in (said, also) if one), "dim")

    def whole(self, row: Row) -> str:
        """The label of a row that is too narrow for it."""
        return row.label if self.sheet.is_cut(row) else ""

    def check(self, row: InputRow) -> bool:
        """Clean and check the value of a row; True when it is good."""
        if row.value and row.field.kind not in CHOICES and row.field.kind != "secret":
            checked = self.desk.check(row.field.kind, row.value)
            if checked.value != row.value and checked.error is None:
                row.line.set(checked.value, fresh=row.line.fresh)
            me = self.console_app.person.number if self.console_app.person else ""
            stranger = nobody(row, me) if row.field.kind == "staff" and row.field.choices else None
            row.error = checked.error or stranger or too_many(row)
            row.warning = checked.warning or row.warning
        elif not row.value:
            row.error = row.warning = None
        return row.error is None

    def first_flaw(self) -> InputRow | None:
        """The first row that is wrong, or empty and must be filled; it is marked."""
        for row in self.sheet.rows:
            if not isinstance(row, InputRow):
                continue
            if row.field.required and not row.value:
                row.error = Message("screens.field.required", {"name": row.label})
                return row
            if not self.check(row):
                return row
        return None

    async def complain(self, row: InputRow) -> None:
        """Go to a row that is wrong and say why."""
        await self.sheet.goto(row.key)
        self.sheet.refresh()
        self.app.bell()
        self.tell_about(row)

    def rows_of(self, fields: tuple[Field, ...], section: str, prefix: str, values: dict[str, str]) -> list[Row]:
        """Input rows for declared fields; `values` by key win over the fields' proposals."""
        rows: list[Row] = []
        for field in fields:
            key = f"{prefix}{field.code}"
            rows.append(input_row(answers_of(field), section, key, values.get(key)))
        return rows
