"""Reading back to the applicant before anything is saved or printed: all values in full, in the order of the form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from rich.cells import cell_len
from textual.widget import Widget

from casework.messages import t
from screens.canvas import Part, fit, wrap
from screens.field import Heading, InputRow, MaterialRow
from screens.frame import FrameScreen
from screens.intake_model import IntakeModel
from screens.page import Page

_NAMES = 20


class ReadBackScreen(FrameScreen):
    """Enter or F2 saves, Esc goes back to the form."""

    PLACE = "read_back"

    def __init__(self, model: IntakeModel, commit: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self.model = model
        self.commit = commit
        self.page = Page()

    def body(self) -> Iterator[Widget]:
        """The text."""
        yield self.page

    async def arrive(self) -> None:
        """Write it out."""
        self.page.show(self._lines())
        self.say(t("screens.read_back.ask"), "warn")

    freshen = arrive

    def _lines(self) -> list[list[Part]]:
        item = self.model.item
        outcome = next((act.name for act in self.model.outcomes if act.code == self.model.outcome_code), "")
        lines: list[list[Part]] = []
        if item:
            lines += self._title(f"{item.code} {item.name}", f"[{outcome}]" if outcome else "")
            lines += self._hindrances()
        heading: list[list[Part]] = []
        for row in self.model.rows():
            before = len(lines)
            if isinstance(row, Heading):
                heading = [[(f" {row.label}", "heading")]]
            elif isinstance(row, MaterialRow):
                have = t(f"screens.have.{row.have}")
                ink = "warn" if row.have == "missing" and row.material.required else ""
                lines.append([(f"   [{have}] ", ink), (row.label, "")])
            elif isinstance(row, InputRow) and row.key not in {"item", "outcome"} and (row.value or row.field.required):
                texts = {choice.code: choice.text for choice in row.field.choices}
                value = t("screens.names.separator").join(texts.get(code, code) for code in row.picked)
                shown = value if row.is_choice else row.value
                lines += self._value(row.label, shown)
            if len(lines) > before:
                lines[before:before], heading = heading, []
        return lines

    def _title(self, item: str, outcome: str) -> Iterator[list[Part]]:
        """The item and what becomes of it: on the same line, or below where the item's name needs it all."""
        if cell_len(item) + cell_len(outcome) + 3 <= self.size.width:
            yield [(f" {item}  ", "strong"), (outcome, "warn")]
            return
        for line in wrap(item, max(self.size.width - 3, 20)):
            yield [(f" {line}", "strong")]
        if outcome:
            yield [(f" {outcome}", "warn")]

    def _hindrances(self) -> Iterator[list[Part]]:
        """Why it can't be accepted today: the first thing that the applicant wants to hear."""
        for act in self.model.outcomes:
            if act.code.startswith("accept") and act.reason is not None:
                for line in wrap(f"{act.name}: {act.reason}", max(self.size.width - 5, 20)):
                    yield [(f"   {line}", "warn")]

    def _value(self, label: str, value: str) -> list[list[Part]]:
        """A label and its value, both whole: they are read aloud."""
        room = max(self.size.width - _NAMES - 5, 20)
        first, *more = wrap(value, room)
        if cell_len(label) < _NAMES:
            head: list[list[Part]] = [[("   ", ""), (fit(label, _NAMES), "label"), (first, "strong")]]
        else:
            names = wrap(label, max(self.size.width - 5, 20))
            head = [*([(f"   {name}  ", "label")] for name in names), [(" " * (_NAMES + 3), ""), (first, "strong")]]
            if cell_len(label) + cell_len(first) + 6 <= self.size.width:
                head = [[(f"   {label}  ", "label"), (first, "strong")]]
        return [*head, *([(" " * (_NAMES + 3), ""), (line, "strong")] for line in more)]

    async def act_save(self) -> None:
        """Yes."""
        self.console_app.close(self)
        await self.commit()

    async def act_preview(self) -> None:
        """F7: the papers as they would be printed; the number comes with the saving."""
        answer = await self.desk.intake_preview(self.model.form())
        await self.show_text("screens.title.preview_act", answer)

    act_confirm = act_save
