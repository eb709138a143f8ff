"""What is wrong with a paper: a digit for what is often wrong, words of her own for the rest.

The notice of what is missing and the look at a prefile ask for it alike. What a digit means is written in the language
of the papers, since it is printed.
"""

from __future__ import annotations

from collections.abc import Mapping

from casework.messages import Message, t, written
from screens import desk

LINE = "line."
"""How the name of the field of a paper begins."""
OWN, OTHER = "own.", "other"
DEFECTS = ("unsigned", "incomplete", "expired", "unclear", "differs", OTHER)
"""What is often wrong with a paper, in the order of the digits that say it; `other`: in words of her own."""


def defect_fields(code: str, name: str, before: str = "") -> tuple[desk.Field, desk.Field]:
    """The fields for the paper `code`. `before`: what was wrong with it the last time."""
    key, help_ = f"{LINE}{code}", t("field.defect.help", name=name)
    known = {_words(each): each for each in DEFECTS if each != OTHER}
    said = known.get(before, OTHER) if before else ""
    choices = tuple(desk.Choice(each, t(f"defect.{each}")) for each in DEFECTS)
    own = desk.Field(
        f"{OWN}{code}", t("field.own_defect", name=name), required=True, help=help_, when=f"{key}={OTHER}",
        value=before if said == OTHER else "",
    )  # fmt: skip
    return desk.Field(key, name, "choice", choices=choices, help=help_, value=said), own


def defect_of(code: str, data: Mapping[str, str]) -> str:
    """What is wrong with the paper `code`, as the papers say it; empty where nothing is."""
    said = data.get(f"{LINE}{code}", "").strip()
    if said == OTHER:
        return data.get(f"{OWN}{code}", "").strip()
    return _words(said) if said in DEFECTS else said


def _words(defect: str) -> str:
    return written(Message(f"defect.{defect}.notice"))
