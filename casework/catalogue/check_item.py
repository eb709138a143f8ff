"""Rules that one item must keep by itself: codes, conditions, flags of its materials, limits, fee, authorisation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from casework.catalogue.finding import Problem
from casework.catalogue.schema import Condition, Item, LimitData, Material
from casework.catalogue.situations import names_in

_CODE = re.compile(r"[A-Z]\d{2}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MODULE_LETTER = {"business": "A", "investment": "B", "construction": "C", "single": "D"}
# Units as minutes of office time, generous for the statutory side: a week of 7 calendar days has 5 working days.
_MINUTES = {"minutes": 1, "hours": 60, "working_days": 390, "calendar_days": 390 * 5 // 7, "months": 390 * 20}


def item_problems(item: Item) -> list[Problem]:
    """Every rule that `item` breaks, apart from its route."""
    return [
        *_codes(item),
        *_conditions(item),
        *(problem for material in item.materials for problem in _material(item, material)),
        *_limits(item),
        *_choices(item),
        *_money_and_power(item),
    ]


def _codes(item: Item) -> Iterator[Problem]:
    if not _CODE.fullmatch(item.code) or item.code[0] != _MODULE_LETTER[item.module]:
        yield Problem(item.code, "item_code", {"code": item.code, "module": item.module})
    for number, material in enumerate(item.materials, start=1):
        expected = f"{item.code}-{number:02d}"
        if material.code != expected:
            yield Problem(material.code, "material_order", {"code": material.code, "expected": expected})
    owned = [material.code for material in item.materials]
    for name, values in (
        ("material", owned),
        ("situation", [situation.code for situation in item.situations]),
        ("field", [field.id for field in item.fields]),
    ):
        for value, count in Counter(values).items():
            if count > 1:
                yield Problem(value, "twice", {"what": name, "code": value})
    for name, amount in (("material", len(owned)), ("applicant", len(item.applicants))):
        if amount == 0:
            yield Problem(item.code, "none", {"what": name})


def _conditions(item: Item) -> Iterator[Problem]:
    owners: list[tuple[str, Condition | None]] = [
        *((situation.code, situation.when) for situation in item.situations),
        *((material.code, material.when) for material in item.materials),
        *((field.id, field.when) for field in item.fields),
        *((step.id, step.when) for step in item.route),
    ]
    for owner, condition in owners:
        for code, answer in names_in(condition):
            situation = item.situation(code)
            if situation is None:
                yield Problem(owner, "situation_unknown", {"situation": code})
            elif answer not in situation.answers:
                yield Problem(owner, "answer_unknown", {"situation": code, "answer": answer})


def _material(item: Item, material: Material) -> Iterator[Problem]:
    code = material.code
    if material.source is not None and (material.form != "none" or material.copies):
        yield Problem(code, "source_on_paper", {"code": code})
    if material.source is None and (material.form == "none" or material.copies < 1):
        yield Problem(code, "paper_without_form", {"code": code})
    if material.kind == "conditional" and material.when is None:
        yield Problem(code, "conditional_without_when", {"code": code})
    if material.kind == "mandatory" and material.when is not None:
        yield Problem(code, "mandatory_with_when", {"code": code})
    if material.pledge and item.pledge_excluded:
        yield Problem(code, "pledge_excluded", {"code": code})


def _limits(item: Item) -> Iterator[Problem]:
    for name, limit in (("statutory", item.statutory), ("promised", item.promised)):
        if limit is not None and (limit.amount < 1 or limit.extension < 0):
            yield Problem(item.code, "limit_amount", {"limit": name, "amount": limit.amount}, near=name)
    if item.statutory is not None and _minutes(item.promised) > _minutes(item.statutory):
        yield Problem(item.code, "promised_longer", {"code": item.code}, near="promised")


def _minutes(limit: LimitData) -> int:
    return limit.amount * _MINUTES[limit.unit]


def _choices(item: Item) -> Iterator[Problem]:
    for owner, kind, options in (
        *((situation.code, situation.kind, situation.options) for situation in item.situations),
        *((field.id, field.kind, field.options) for field in item.fields),
    ):
        if (kind == "choice") != bool(options):
            yield Problem(owner, "options", {"code": owner})
    for field in item.fields:
        if field.max < 1:
            yield Problem(field.id, "field_max", {"field": field.id})


def _money_and_power(item: Item) -> Iterator[Problem]:
    if item.defer_days < 1:
        yield Problem(item.code, "limit_amount", {"limit": "defer_days", "amount": item.defer_days}, near="defer_days")
    if item.authorised != (item.authorisation is not None):
        yield Problem(item.code, "authorisation", {"code": item.code})
    if item.authorisation is not None:
        dates = (item.authorisation.since, item.authorisation.until)
        if not all(_DATE.fullmatch(date) for date in dates) or dates[0] > dates[1] or not item.authorisation.number:
            yield Problem(item.code, "authorisation_dates", {"code": item.code}, near="authorisation")
