"""Help of the place where one is: the row with the caret, then every act with its keys.

What is said of a row comes from its declaration (`Field.help`, `.about`, `.example`, `MaterialView.about`) and from the
messages of its kind; the acts come from the one table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from casework.messages import t
from screens.actions import ACTS, ANY, Act, acts_of
from screens.canvas import fit, wrap
from screens.desk import Field
from screens.field import InputRow, MaterialRow, Row
from screens.form import FormScreen
from screens.frame import FrameScreen
from screens.text import TextScreen

if TYPE_CHECKING:
    from screens.app import ConsoleApp

_TIPS = 38
"""Cells of the column of tips: with keys and name it fits 80."""
_NAMES = 13
"""Cells of the column that says what a line of a row's help is about."""
_TEXTS = 61
"""Cells of what it says."""

RULED = frozenset({"person_id", "entity_id", "any_id", "case_number"})
"""Kinds with a rule of their own (`screens.help.rule.KIND`)."""
SHOWN_BY = frozenset(
    {"date", "number", "money", "staff", "file", "phone", "person_id", "any_id", "entity_id", "project_code"}
)
"""Kinds with an example of their own (`screens.help.example.KIND`)."""


class HelpScreen(TextScreen):
    """The help of the screen that is in front; F1 once more shows all keys."""

    PLACE = "text"

    def __init__(self, below: FrameScreen) -> None:
        async def read() -> str:
            return help_text(below)

        super().__init__("screens.title.help", read)

    async def arrive(self) -> None:
        """Read, and say what one more F1 does."""
        await super().arrive()
        self.say(t("screens.text.help_keys"), "dim")

    freshen = arrive


async def show_help(app: ConsoleApp) -> None:
    """The help of the screen in front; of help itself: all keys."""
    if isinstance(app.frame, HelpScreen):
        await show_keys(app)
        return
    await app.show(HelpScreen(app.frame))


async def show_keys(app: ConsoleApp) -> None:
    """All keys; those of the place in front first."""
    from screens.key_sheet import KeySheetScreen

    if isinstance(app.frame, HelpScreen):
        app.close(app.frame)
    if not isinstance(app.frame, KeySheetScreen):
        await app.show(KeySheetScreen(app.frame.PLACE))


def help_text(screen: FrameScreen) -> str:
    """The help of `screen` in the present language."""
    bar = screen.message_bar
    lines = [bar.text, ""] if bar.cut else []
    row = screen.sheet.row if isinstance(screen, FormScreen) else None
    if isinstance(row, (InputRow, MaterialRow)):
        lines += [row.label, *(line for name, text in row_help(row) for line in _said(name, text)), ""]
    place = "materials" if isinstance(row, MaterialRow) else screen.PLACE
    own = [act for act in acts_of(place) if ANY not in act.where]
    own += [act for act in acts_of(screen.PLACE) if ANY not in act.where and act not in own]
    everywhere = [act for act in ACTS if ANY in act.where]
    if own:
        lines += [t("screens.help.here"), *(_line(act) for act in own), ""]
    return "\n".join([*lines, t("screens.help.everywhere"), *(_line(act) for act in everywhere)])


def row_help(row: Row) -> Iterator[tuple[str, str]]:
    """What is known of a row, as pairs of a word and a text."""
    if isinstance(row, InputRow):
        yield from _of_field(row.field)
        yield t("screens.help.keys"), t("screens.help.choice" if row.is_choice else "screens.help.typing")
    elif isinstance(row, MaterialRow):
        yield t("screens.help.state"), t(f"screens.have.{row.have}")
        yield from ((line.name, line.value) for line in row.material.about)


def _of_field(field: Field) -> Iterator[tuple[str, str]]:
    if field.help:
        yield t("screens.help.what"), field.help
    yield t("screens.help.takes"), t(f"screens.help.takes.{field.kind}", most=field.max_chars)
    yield "", t("screens.help.must" if field.required else "screens.help.may")
    for at, choice in enumerate(field.choices, 1):
        yield t("screens.help.answers") if at == 1 else "", f"{at} {choice.text}"
    if field.kind in RULED:
        yield t("screens.help.rule"), t(f"screens.help.rule.{field.kind}")
    yield from ((line.name, line.value) for line in field.about)
    example = field.example or (t(f"screens.help.example.{field.kind}") if field.kind in SHOWN_BY else "")
    if example:
        yield t("screens.help.example"), example


def _said(name: str, text: str) -> Iterator[str]:
    for at, line in enumerate(wrap(text, _TEXTS)):
        yield f"  {fit(name if at == 0 else '', _NAMES)} {line}"


def _line(act: Act) -> str:
    first, *more = wrap(act.tip, _TIPS)
    return "\n".join([f"  {fit(act.ways, 18)} {fit(act.name, 17)} {first}", *(f"{' ' * 39}{line}" for line in more)])
