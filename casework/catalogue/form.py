"""What is missing or wrong in an application form, field by field, before it is read back to the applicant."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal

import msgspec

from casework.catalogue.schema import Field, Item, Text
from casework.catalogue.situations import holds
from casework.messages import Message

NUMBER = re.compile(r"\d{1,15}(\.\d{1,6})?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class FormGap(msgspec.Struct, frozen=True):
    """One field that can't stay as it is, and why."""

    field: str
    label: Text
    reason: Message


def asked_fields(item: Item, answers: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields of `item` that apply under `answers`, in their order."""
    return tuple(field for field in item.fields if holds(field.when, answers))


def form_gaps(item: Item, answers: Mapping[str, str], form: Mapping[str, str]) -> tuple[FormGap, ...]:
    """The fields that are required and empty, or filled against their kind or maximum. Other keys are left alone."""
    gaps = []
    for field in asked_fields(item, answers):
        reason = _wrong(field, str(form.get(field.id, "")).strip())
        if reason is not None:
            gaps.append(FormGap(field.id, field.label, reason))
    return tuple(gaps)


def _wrong(field: Field, value: str) -> Message | None:
    names = {"label": field.label.both()}
    if not value:
        return Message("form.required", names) if field.required else None
    if field.kind == "number":
        if not NUMBER.fullmatch(value):
            return Message("form.number", names)
        return Message("form.too_large", {**names, "max": field.max}) if Decimal(value) > field.max else None
    if field.kind == "date":
        return None if _is_date(value) else Message("form.date", names)
    if field.kind == "choice":
        codes = [option.code for option in field.options]
        return None if value in codes else Message("form.choice", {**names, "known": ", ".join(codes)})
    return Message("form.too_long", {**names, "max": field.max}) if len(value) > field.max else None


def _is_date(value: str) -> bool:
    if not _DATE.fullmatch(value):
        return False
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return True
