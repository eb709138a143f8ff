"""The fields of which the forms of acts are made, with their words from the catalogues."""

from __future__ import annotations

import msgspec

from casework.case import Case
from casework.messages import t
from console.desk.act_data import SHOWN
from screens import desk


def choice(code: str, words: str, *codes_: str, value: str = "") -> desk.Field:
    """One of several answers, whose texts are `WORDS.CODE`; the first one is proposed."""
    choices = tuple(desk.Choice(each, t(f"{words}.{each}")) for each in codes_)
    return desk.Field(code, t(f"field.{code}"), "choice", required=True, choices=choices, value=value or codes_[0])


def text(
    code: str, *, required: bool = False, value: str = "", kind: desk.FieldKind = "text", when: str = ""
) -> desk.Field:
    """What is typed; its help and example stand in the catalogues by its code."""
    words, help_ = t(f"field.{code}"), t(f"field.{code}.help")
    example = t(f"field.example.{code}") if code in SHOWN else ""
    return desk.Field(code, words, kind, required=required, value=value, help=help_, when=when, example=example)


def reason_field(*, printed: bool = False) -> desk.Field:
    """Why: a must. Unless `printed`, it stays with the case and is on no paper."""
    field = text("reason", required=True)
    return field if printed else msgspec.structs.replace(field, help=t("field.reason.kept"))


def called_back_field(case: Case) -> desk.Field:
    """Who has the paper of what is given up: she has to give it back."""
    return text("holder", required=True, value=case.received.applicant.name)
