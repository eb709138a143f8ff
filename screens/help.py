"""Help of the place where one is: the field with the caret, then every act with its keys. Made from the one table."""

from __future__ import annotations

from casework.messages import t
from screens.actions import ACTS, ANY, Act, acts_of, shown_key
from screens.canvas import fit, wrap
from screens.field import InputRow, MaterialRow
from screens.form import FormScreen
from screens.frame import FrameScreen

_TIPS = 38
"""Cells of the column of tips: with keys and name it fits 80."""


def help_text(screen: FrameScreen) -> str:
    """The help of `screen` in the present language."""
    bar = screen.message_bar
    lines = [bar.text, ""] if bar.cut else []
    row = screen.sheet.row if isinstance(screen, FormScreen) else None
    if isinstance(row, InputRow):
        lines += [row.label, f"  {row.field.help or t('screens.help.no_field')}", f"  {t(_how(row))}", ""]
    if isinstance(row, MaterialRow):
        lines += [row.label, *(f"  {line}" for line in t("screens.materials.keys_long").split("\n")), ""]
    place = "materials" if isinstance(row, MaterialRow) else screen.PLACE
    own = [act for act in acts_of(place) if ANY not in act.where]
    own += [act for act in acts_of(screen.PLACE) if ANY not in act.where and act not in own]
    everywhere = [act for act in ACTS if ANY in act.where]
    if own:
        lines += [t("screens.help.here"), *(_line(act) for act in own), ""]
    return "\n".join([*lines, t("screens.help.everywhere"), *(_line(act) for act in everywhere)])


def _how(row: InputRow) -> str:
    return "screens.help.choice" if row.is_choice else "screens.help.typing"


def _line(act: Act) -> str:
    keys = " ".join(shown_key(key) for key in act.bound)
    first, *more = wrap(act.tip, _TIPS)
    return "\n".join([f"  {fit(keys, 18)} {fit(act.name, 17)} {first}", *(f"{' ' * 39}{line}" for line in more)])
