"""The form of an act: what it needs, from the desk's words; saved by F2 or Enter on the last field."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from casework.messages import Message, t
from screens.desk import ActView, Done, Refused
from screens.field import InputRow, Note, Row
from screens.form import FormScreen

Submit = Callable[[dict[str, str]], Awaitable[Done | Refused]]
After = Callable[[Done], Awaitable[None]]


class ActScreen(FormScreen):
    """The form; a refusal leaves it as it is, with the reason and the caret at the field to blame."""

    PLACE = "act"

    def __init__(self, subject: str, act: ActView, submit: Submit, after: After) -> None:
        super().__init__()
        self.subject = subject
        self.act = act
        self.submit = submit
        self.after = after

    def heading(self) -> str:
        """The act and its case."""
        return f"{self.act.name} {self.subject}"

    async def arrive(self) -> None:
        """The fields with their proposals."""
        rows: list[Row] = [Note("", label=""), *self.rows_of(self.act.fields, "act", "", self.sheet.values())]
        rows += [Note("", label=""), Note("", label=f" {t('screens.act_form.keys')}")]
        self.sheet.show(rows)
        self.sheet.place_caret()
        if self.sheet.row is not None:
            self.tell_about(self.sheet.row)

    freshen = arrive

    async def sheet_done(self) -> None:
        """Enter on the last field."""
        await self.act_save()

    async def act_save(self) -> None:
        """Check, ask where it is grave, do."""
        flaw = self.first_flaw()
        if flaw is not None:
            await self.complain(flaw)
            return
        if not self.act.grave:
            await self._do()
            return
        from screens.confirm import ConfirmScreen

        facts = {"act": self.act.name, "subject": self.subject}
        await self.console_app.show(ConfirmScreen(Message("screens.act_form.sure", facts), self._do))

    async def _do(self) -> None:
        answer = await self.submit(self.sheet.values())
        if isinstance(answer, Refused):
            row = self.sheet.find(answer.field)
            if isinstance(row, InputRow):
                row.error = answer.message
                await self.sheet.goto(answer.field)
            self.app.bell()
            self.say(answer.message, "error")
            return
        self.console_app.close(self)
        await self.after(answer)
