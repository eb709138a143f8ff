"""All acts by place, with the keys that hold now (the user's own included), found by typing; from the one table."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from textual.widget import Widget

from casework.messages import t
from screens.actions import ACTS, ANY, CASE_KEYS, case_key
from screens.canvas import Part
from screens.desk import Field, Page
from screens.field import Row, input_row
from screens.finder import Finder
from screens.form import FormScreen
from screens.table import Column, Table

_OWN_WORDS = frozenset({ANY, "materials"})
"""Places that are no screens, with words of their own; the others have their screen's title."""


@dataclasses.dataclass(frozen=True)
class KeyLine:
    """One act in one place."""

    place: str
    act: str
    keys: str
    name: str
    tip: str

    @property
    def where(self) -> str:
        """The place in words."""
        return place_words(self.place)

    def fits(self, words: Sequence[str]) -> bool:
        """Do all of `words` occur in it?"""
        text = f"{self.where} {self.keys} {self.name} {self.act} {self.tip}".casefold()
        return all(word in text for word in words)


def place_words(place: str) -> str:
    """A place of the table in the present language."""
    return t(f"screens.keys.{place}") if place in _OWN_WORDS else t(f"screens.title.{place}")


def key_lines(first: str = ANY) -> tuple[KeyLine, ...]:
    """Every act in each of its places: those of the place `first`, then of every screen, then place by place."""
    places = dict.fromkeys([first, ANY, *(place for act in ACTS for place in act.where)])
    return tuple(line for place in places for line in _lines_of(place))


def _lines_of(place: str) -> Iterator[KeyLine]:
    for act in ACTS:
        if place in act.where:
            yield KeyLine(place, act.id, act.ways, act.name, act.tip)
    if place == "case":
        for code in CASE_KEYS:
            yield KeyLine(place, f"case.{code}", case_key(code), t(f"screens.case_act.{code}"), t("screens.keys.case"))


class KeySheetScreen(FormScreen):
    """The sheet. `first`: the place whose acts come first."""

    PLACE = "key_sheet"

    def __init__(self, first: str = ANY) -> None:
        super().__init__()
        self.first = first
        columns = (
            Column("screens.column.where", 13),
            Column("screens.column.key", 15),
            Column("screens.column.act", 17),
            Column("screens.column.tip", 10, grows=True),
        )
        self.table = Table(
            columns, lambda one: f"{one.place}.{one.act}", _cells, empty="screens.menu.empty", moved=self._on
        )
        self.table.can_focus = False
        self.sheet = Finder(self, self.table)

    def body(self) -> Iterator[Widget]:
        """Filter and list."""
        yield self.sheet
        yield self.table

    async def arrive(self) -> None:
        """All acts; what was typed stays."""
        field = Field("filter", t("screens.menu.filter"), help=t("screens.keys.filter"), max_chars=40)
        self.sheet.show([input_row(field, "", "filter", self.sheet.values().get("filter", ""))], "filter")
        await self._filter()
        self.sheet.place_caret()
        self.say(field.help, "dim")

    freshen = arrive

    async def row_changed(self, row: Row) -> None:
        """Filter as you type."""
        await self._filter()

    async def _filter(self) -> None:
        words = self.sheet.values().get("filter", "").casefold().split()
        rows = tuple(line for line in key_lines(self.first) if line.fits(words))

        async def page(after: str) -> Page[Any]:
            return Page(rows, len(rows))

        self.table.at = 0
        self.table.rows = []
        await self.table.load(page)

    def _on(self, line: KeyLine | None) -> None:
        """The sentence of the act under the cursor, whole."""
        self.say(line.tip if line is not None else "", "dim")

    async def act_close_text(self) -> None:
        """Enter closes, like Esc."""
        self.console_app.close(self)


def _cells(line: KeyLine) -> Sequence[Part]:
    return ((line.where, "dim"), (line.keys, "key"), (line.name, ""), (line.tip, "dim"))
