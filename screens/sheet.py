"""A form in one widget: rows of fields, choices, papers and proposals, with one caret.

Why one widget and not one for each field: the caret's moves are then plain steps between two keys, and no focus moves
later than the keys of a burst (`A001⏎B002⏎` from a scanner, a slow line, a paste). The app hands over one key at a time
and awaits it wholly, so no key can land in a field that its writer did not see coming. It is faster too: forty fields
cost one widget. Rules kept: nothing above the caret's row changes height by itself, the caret stays
off the last rows, the terminal's cursor follows it, a wrong value never holds the caret (the rest of a burst would land
in it): it is marked and gone back to on saving.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events

from casework.errors import BadInput
from casework.messages import Message
from casework.text import split_paste
from screens.actions import typed_act
from screens.canvas import Canvas, Part
from screens.field import InputRow, MaterialRow, Pick, Row, is_typed, strange, typed
from screens.marking import mark
from screens.sheet_lines import LABELS, flaw_is_cut, label_width, name_room, row_parts, unseen
from screens.sheet_owner import SheetOwner

_KEPT_BELOW = 3
"""Rows between the caret and the end of the sheet: an input method's window needs them."""


class Checkpoint:
    """What a row was before a key, to go back to it."""

    def __init__(self, row: InputRow) -> None:
        self.key, self.text, self.caret, self.fresh = row.key, row.line.text, row.line.caret, row.line.fresh


class Sheet(Canvas, can_focus=True):
    """The widget."""

    def __init__(self, owner: SheetOwner, *, place: str = "act") -> None:
        super().__init__()
        self.owner = owner
        self.place = place
        self.rows: list[Row] = []
        self.at = 0
        self.top = 0
        self._labels: dict[str, int] = {}

    # What stands there

    def show(self, rows: Sequence[Row], at: str | None = None) -> None:
        """Take these rows; the caret goes to the row with key `at`, else stays with the key it has."""
        wanted = at if at is not None else self.key
        before = {row.key: row for row in self.rows if isinstance(row, InputRow)}
        self.rows = list(rows)
        for row in self.rows:
            old = before.get(row.key)
            if isinstance(row, InputRow) and old is not None and old.value == row.value:
                row.line, row.error, row.warning = old.line, old.error, old.warning
        self._measure()
        self.at = next((i for i, row in enumerate(self.rows) if row.key == wanted and row.stops), -1)
        if self.at < 0:
            self.at = self._first_stop()
        self._keep_in_sight()
        self.refresh()

    @property
    def row(self) -> Row | None:
        """The row with the caret."""
        return self.rows[self.at] if 0 <= self.at < len(self.rows) else None

    @property
    def key(self) -> str:
        """The key of the row with the caret."""
        return self.row.key if self.row else ""

    def find(self, key: str) -> Row | None:
        """The row of that key."""
        return next((row for row in self.rows if row.key == key), None)

    def values(self) -> dict[str, str]:
        """The values of all input rows by key."""
        return {row.key: row.value for row in self.rows if isinstance(row, InputRow)}

    def checkpoint(self) -> Checkpoint | None:
        """The state of the row with the caret."""
        return Checkpoint(self.row) if isinstance(self.row, InputRow) else None

    async def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to a checkpoint."""
        row = self.find(checkpoint.key)
        if isinstance(row, InputRow):
            if row is not self.row:
                self._goto(self.rows.index(row))
            row.line.text, row.line.caret, row.line.fresh = checkpoint.text, checkpoint.caret, checkpoint.fresh
            await self.owner.row_changed(row)
            self.refresh()

    def _first_stop(self) -> int:
        return next((i for i, row in enumerate(self.rows) if row.stops), 0)

    # Moving

    async def goto(self, key: str) -> None:
        """Put the caret into the row of that key."""
        for index, row in enumerate(self.rows):
            if row.key == key and row.stops:
                self._goto(index)
                await self.owner.row_reached(row)
                return

    def _goto(self, index: int) -> None:
        old, self.at = self.at, index
        row = self.row
        if isinstance(row, InputRow):
            row.line.set(row.value, fresh=True)
        if self._keep_in_sight():
            self.refresh()
        else:
            self.repaint_row(old - self.top)
            self.repaint_row(index - self.top)
        self.place_caret()

    def _keep_in_sight(self) -> bool:
        height = max(self.size.height, 1)
        low = min(max(self.at - max(height - 1 - _KEPT_BELOW, 0), 0), max(len(self.rows) - 1, 0))
        high = max(self.at - 1, 0)
        top = min(max(self.top, low), high)
        changed, self.top = top != self.top, top
        return changed

    async def move(self, by: int) -> None:
        """Leave the row for the next (`by` 1) or previous (-1) one."""
        row = self.row
        if row is None:
            return
        before = self.key
        if await self.owner.row_left(row, onward=by > 0):
            return
        if self.key != before:
            return
        index = self.at + by
        while 0 <= index < len(self.rows):
            if self.rows[index].stops:
                self._goto(index)
                await self.owner.row_reached(self.rows[index])
                return
            index += by
        self.repaint_row(self.at - self.top)
        if by > 0:
            await self.owner.sheet_done()

    async def next_section(self) -> None:
        """To the next section: its first empty required field, else its first row; from the last one to the first."""
        row = self.row
        if row is None or await self.owner.row_left(row, onward=True):
            return
        row = self.row
        order = list(dict.fromkeys(one.section for one in self.rows if one.stops))
        if row is None or not order:
            return
        section = order[(order.index(row.section) + 1) % len(order)] if row.section in order else order[0]
        stops = [one for one in self.rows if one.stops and one.section == section]
        empty = [one for one in stops if isinstance(one, InputRow) and one.field.required and not one.value]
        await self.goto((empty or stops)[0].key)

    # Keys

    async def handle(self, key: str, character: str | None = None) -> bool:
        """Do the key `key`, which types `character`, wholly. The app awaits this before it looks at the next key."""
        row = self.row
        if row is None:
            return False
        act = typed_act(self.place, key)
        if await self.owner.row_key(row, key):
            return True
        if key == "enter" and isinstance(row, Pick):
            await self.owner.row_taken(row)
        elif act == "next_field" or key in {"enter", "tab", "down"}:
            await self.move(1)
        elif act == "previous_field" or key in {"shift+tab", "up"}:
            await self.move(-1)
        elif key in {"pagedown", "pageup"}:
            for _ in range(8):
                before = self.at
                if (before == len(self.rows) - 1 and key == "pagedown") or before == self._first_stop() > 0:
                    break
                await self._step(1 if key == "pagedown" else -1)
        elif act == "hint_row" and not (isinstance(row, InputRow) and not row.is_choice):
            await self.owner.row_asked(row)
        elif isinstance(row, MaterialRow):
            await mark(self, row, typed_act("materials", key))
            self.refresh()
        elif isinstance(row, InputRow):
            await self._input(row, key, character)
        return True

    async def _step(self, by: int) -> None:
        index = self.at + by
        while 0 <= index < len(self.rows) and not self.rows[index].stops:
            index += by
        if 0 <= index < len(self.rows):
            await self.move(by)

    async def _input(self, row: InputRow, key: str, character: str | None) -> None:
        before = row.value
        if row.field.kind == "yes_no" and typed(_NUMBER, character or "") == "0":
            await self.owner.rest_no(row)
            return
        if row.is_choice:
            self._choose(row, key, character)
        elif is_typed(character) and character is not None:
            self._type(row, character)
        elif not row.line.edit(key):
            return
        if row.value != before:
            row.error = row.warning = None
            await self.owner.row_changed(row)
        self.repaint_row(self.at - self.top)
        self.place_caret()

    def _type(self, row: InputRow, text: str) -> None:
        if strange(row.field, text):
            self.app.bell()
            self.owner.sheet_says(Message(f"screens.field.only.{row.field.kind}", {"name": row.label}))
            return
        piece = typed(row.field, text)
        room = row.field.max_chars - (0 if row.line.fresh else len(row.value))
        if len(piece) > room:
            self.app.bell()
            self.owner.sheet_says(Message("screens.field.full", {"name": row.label, "most": row.field.max_chars}))
            return
        if piece:
            row.line.insert(piece)

    def _choose(self, row: InputRow, key: str, character: str | None) -> None:
        choices = row.field.choices
        plain = typed(_NUMBER, character or "")
        if plain.isdecimal() and 1 <= int(plain) <= len(choices):
            row.pick(choices[int(plain) - 1])
        elif key in {"right", "left", "space"} and row.field.kind != "many":
            row.step(-1 if key == "left" else 1)
        elif key in {"backspace", "delete", "ctrl+u"}:
            row.line.set("")
        elif row.field.kind == "yes_no" and plain.lower() in {"y", "n"}:
            row.line.set("yes" if plain.lower() == "y" else "no")
        elif is_typed(character):  # what was chosen stays, and is not what she typed
            self.app.bell()
            self.owner.sheet_says(Message("screens.field.choose", {"name": row.label, "most": len(choices)}))

    # Paste

    async def paste(self, text: str) -> None:
        """Put pasted text where it belongs; refuse with a sentence what does not fit."""
        try:
            pieces = split_paste(text)
        except BadInput as error:
            self.owner.sheet_says(error.message)
            return
        fields = [row for row in self.rows[self.at :] if row.stops]
        room = next((i for i, row in enumerate(fields) if not isinstance(row, InputRow) or row.is_choice), len(fields))
        if not pieces:
            return
        if len(pieces) > room:
            self.app.bell()
            self.owner.sheet_says(Message("screens.paste.too_many", {"lines": len(pieces), "fields": room}))
            return
        ended = text.endswith(("\n", "\r"))
        for index, piece in enumerate(pieces):
            row = self.row
            if not isinstance(row, InputRow):
                return
            self._type(row, piece)
            await self.owner.row_changed(row)
            if ended or index < len(pieces) - 1:
                await self.move(1)
        self.refresh()
        self.place_caret()

    async def on_click(self, event: events.Click) -> None:
        """A click puts the caret into that row."""
        index = event.y + self.top
        if 0 <= index < len(self.rows) and self.rows[index].stops and index != self.at and self.row:
            await self.owner.row_left(self.row, onward=False)
            await self.goto(self.rows[index].key)

    # Drawing

    def _measure(self) -> None:
        """The label column of each section: long questions in one do not push the values of another away."""
        self._labels = {
            section: label_width([row for row in self.rows if row.section == section], self.size.width)
            for section in {row.section for row in self.rows}
        }

    def is_cut(self, row: Row) -> bool:
        """Does the label of `row` not fit?"""
        if isinstance(row, MaterialRow):
            return cell_len(row.label) + 1 > name_room(row, self.size.width - 1)
        return cell_len(row.label) + 1 > self._label_cells(row)

    def flaw_is_cut(self, row: Row) -> bool:
        """Has the sentence about what is wrong with `row` no room beside its value?"""
        return isinstance(row, InputRow) and flaw_is_cut(row, self.size.width - 2 - self._label_cells(row))

    def unseen(self, row: Row) -> tuple[str, ...]:
        """The answers of a choice that its row has no room for."""
        if not isinstance(row, InputRow) or not row.is_choice:
            return ()
        return unseen(row, max(self.size.width - 2 - self._label_cells(row), 4))

    def _label_cells(self, row: Row) -> int:
        return self._labels.get(row.section, LABELS)

    def parts(self, y: int) -> Sequence[Part]:
        """One row of the form."""
        index = y + self.top
        if index >= len(self.rows):
            return ()
        focused = index == self.at and self.has_focus
        return row_parts(
            self.rows[index], width=self.size.width, labels=self._label_cells(self.rows[index]), focused=focused
        )

    def place_caret(self) -> None:
        """Tell the terminal where the caret is."""
        row = self.row
        if row is None or not self.has_focus:
            return
        x = 1
        if isinstance(row, InputRow) and not row.is_choice:
            start = self._label_cells(row) + 2
            shown = "*" * len(row.value) if row.field.kind == "secret" else None
            caret = row.line.caret if shown is not None else row.line.view(max(self.size.width - start - 1, 1))[1]
            x = start + caret
        self.put_caret(x, self.at - self.top)

    def on_resize(self) -> None:
        """The caret's cell is another one now."""
        self._measure()
        self._keep_in_sight()
        self.refresh()
        self.call_after_refresh(self.place_caret)

    def on_focus(self) -> None:
        """The caret is shown here."""
        self.refresh()
        self.call_after_refresh(self.place_caret)

    def on_blur(self) -> None:
        """And no longer."""
        self.refresh()


_NUMBER = InputRow("").field.__class__("", "", kind="number")
