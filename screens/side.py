"""The panel beside the form at 120 columns: what the item asks for, what is missing, the help of the field."""

from __future__ import annotations

from casework.messages import t
from screens.canvas import Part, wrap
from screens.field import InputRow, MaterialRow, Row
from screens.intake_model import IntakeModel
from screens.page import Page

_WIDTH = 37


class Side(Page, can_focus=False):
    """A page that never takes the caret."""

    COUNTED = False

    def __init__(self) -> None:
        super().__init__()
        self.id = "side"


def said(text: str, ink: str = "") -> list[list[Part]]:
    """A text wrapped to the panel."""
    return [[(f" {line}", ink)] for line in wrap(text, _WIDTH)]


def titled(message_id: str, texts: list[str], ink: str = "") -> list[list[Part]]:
    """A title and lines under it, then a blank; nothing for no lines."""
    if not texts:
        return []
    lines: list[list[Part]] = [[(f" {t(message_id)}", "heading")]]
    for text in texts:
        lines += said(text, ink)
    return [*lines, []]


def intake_side(model: IntakeModel, row: Row | None) -> list[list[Part]]:
    """The panel of the intake form."""
    item = model.item
    if item is None:
        return titled("screens.side.recent", [f"{hit.code} {hit.name}" for hit in model.hits[:8]])
    missing = [one.name for one in item.materials if one.required and model.have_of(one) == "missing"]
    lines = titled("screens.side.item", [f"{item.code} {item.name}", item.limits, item.fee])
    lines += titled("screens.side.missing", [f"- {name}" for name in missing], "warn")
    if isinstance(row, MaterialRow):
        lines += titled("screens.side.keys", t("screens.materials.keys_long").split("\n"), "dim")
    if isinstance(row, InputRow) and row.field.help:
        lines += titled("screens.side.help", [row.field.help], "dim")
    return lines
