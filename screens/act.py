"""The form of an act: what it needs, from the desk's words; saved by F2 or Enter on the last field.

A field may depend on an answer (who an agent is, only when an agent comes); what was typed stays when the form is left.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from casework.messages import Message, t
from screens.actions import Act
from screens.canvas import wrap
from screens.desk import ActView, Done, Field, Refused
from screens.field import InputRow, Note, Row, named
from screens.form import FormScreen

Submit = Callable[[dict[str, str]], Awaitable[Done | Refused]]
After = Callable[[Done], Awaitable[None]]
Preview = Callable[[dict[str, str]], Awaitable[str | Refused]]


class ActScreen(FormScreen):
    """The form; a refusal leaves it as it is, with the reason and the caret at the field to blame."""

    PLACE = "act"

    def __init__(
        self, subject: str, act: ActView, submit: Submit, after: After, kept: dict[str, str],
        preview: Preview | None = None,
    ) -> None:  # fmt: skip
        """`kept`: what was typed into this very form before it was left; filled again when it is left once more.

        `preview`: the paper that the act would print.
        """
        super().__init__()
        self.subject = subject
        self.act = act
        self.submit = submit
        self.after = after
        self.kept = kept
        self.preview = preview
        self._begun = False
        self._why: Message | None = None

    def heading(self) -> str:
        """The act and its case."""
        return f"{self.act.name} {self.subject}"

    @property
    def keys(self) -> tuple[Act, ...]:
        """Without the look at its paper where none comes of the act."""
        return tuple(act for act in super().keys if act.id != "preview" or self.preview is not None)

    async def arrive(self) -> None:
        """The fields with their proposals, or as they were left."""
        back = bool(self.kept) and not self._begun
        self._begun = True
        self._keep()
        self._rebuild()
        self.sheet.place_caret()
        if back:
            self.say(t("screens.act_form.kept"), "good")
        elif self.sheet.row is not None:
            self.tell_about(self.sheet.row)

    freshen = arrive

    async def leave(self) -> bool:
        """Nothing that was typed is lost."""
        self._keep()
        return True

    def _keep(self) -> None:
        self.kept.update(self.sheet.values())

    def _asked(self) -> tuple[Field, ...]:
        """The fields that apply to the answers given so far."""
        proposals = {field.code: field.value for field in self.act.fields}
        answers = {**proposals, **self.kept}
        return tuple(field for field in self.act.fields if _applies(field, answers))

    def _rebuild(self) -> None:
        width = max(self.size.width - 4, 40)
        rows: list[Row] = [Note("", label=""), *self.rows_of(self._asked(), "act", "", self.kept)]
        for note in self.act.notes:
            rows += [Note("", label=""), *(Note("", label=f" {line}", tone="warn") for line in wrap(note, width))]
        if self._why is not None:
            rows += [Note("", label="")]
            rows += [Note("", label=f" {line}", tone="error") for line in wrap(f"! {self._why}", width)]
        rows += [Note("", label=""), Note("", label=f" {t('screens.act_form.keys')}")]
        self.sheet.show(rows)

    async def row_changed(self, row: Row) -> None:
        """Another answer, other questions."""
        if isinstance(row, InputRow) and row.is_choice and any(field.when for field in self.act.fields):
            self._keep()
            self._rebuild()

    async def sheet_done(self) -> None:
        """Enter on the last field."""
        await self.act_save()

    async def act_preview(self) -> None:
        """F7: the notice as it would be printed, before it is said for good."""
        answer = await self.preview(self.sheet.values()) if self.preview else Refused(Message("rehearsing.no_paper"))
        await self.show_text("screens.title.preview_act", answer)

    async def act_save(self) -> None:
        """Check, ask where it is grave, do."""
        flaw = self.first_flaw()
        if flaw is not None:
            await self.complain(flaw)
            return
        self._keep()
        if not self.act.grave:
            await self._do()
            return
        from screens.confirm import ConfirmScreen

        question = Message("screens.act_form.sure", {"act": self.act.name, "subject": self.subject})
        await self.console_app.show(ConfirmScreen(question, self._do, told=self._told(), notes=self.act.notes))

    def _told(self) -> list[tuple[str, str]]:
        rows = [row for row in self.sheet.rows if isinstance(row, InputRow)]
        filled = [row for row in rows if row.value]
        if not filled:  # what can't be mended later is not passed over in silence
            return [(row.label, t("screens.confirm.empty")) for row in rows]
        return [(row.label, _said(row)) for row in filled if row.field.kind != "secret"]

    async def _do(self) -> None:
        answer = await self.submit(self.sheet.values())
        if isinstance(answer, Refused):
            await self._refused(answer)
            return
        self.kept.clear()
        self.console_app.close(self)
        await self.after(answer)

    async def _look(self) -> None:
        """The case as it is now; the form comes back as it was left."""
        self._keep()
        self.console_app.close(self)
        await self.console_app.frame.freshen()

    async def _refused(self, answer: Refused) -> None:
        self._why = answer.message
        self._rebuild()
        row = self.sheet.find(answer.field)
        if isinstance(row, InputRow):
            row.error = answer.message
            await self.sheet.goto(answer.field)
        self.app.bell()
        self.say(answer.message, "error")
        if answer.conflict is not None:
            from screens.conflict import ConflictScreen

            await self.console_app.show(ConflictScreen(answer.conflict, self._look, self._do))


def _said(row: InputRow) -> str:
    """What stands in a row, in words: codes of choices and staff numbers by their names."""
    words = {choice.code: choice.text for choice in row.field.choices}
    parts = named(row.value) if words and row.field.kind == "staff" else row.picked
    return ", ".join(words.get(part, part) for part in parts if part) or row.value


def _applies(field: Field, answers: dict[str, str]) -> bool:
    name, _, values = field.when.partition("=")
    return not name or answers.get(name, "") in values.split(",")
