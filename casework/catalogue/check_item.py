"""Rules that one item must keep by itself: codes, conditions, flags of its materials, limits, fee, gates, powers.

Keeps R1 and R2 (what a gate must say), R4 (a notice says how to mend), R7, R11, R15, R22, R30 and R33.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from casework.catalogue.check_answers import MOST, Answers, Use, choice_problems, condition_problems, idle_problems
from casework.catalogue.check_limits import joint_problems, limit_problems
from casework.catalogue.finding import Problem
from casework.catalogue.schema import Gate, Item, Material
from casework.catalogue.situations import holds
from casework.messages import Message

_CODE = re.compile(r"[A-Z]\d{2}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MODULE_LETTER = {"business": "A", "investment": "B", "construction": "C", "single": "D"}
_ART_45 = re.compile(r"行政许可法.*第?(四十五|45)条")


def item_problems(item: Item) -> list[Problem]:
    """Every rule that `item` breaks, apart from its route."""
    uses = uses_of(item)
    return [
        *_codes(item),
        *condition_problems(item.situations, item.ticks, uses),
        *idle_problems(item.situations, item.ticks, uses),
        *(problem for material in item.materials for problem in _material(item, material)),
        *_limits(item),
        *_choices(item),
        *_amounts(item),
        *_ticks(item),
        *_fee(item),
        *_stops(item),
        *(problem for gate in item.gates for problem in _gate(item, gate)),
        *_powers(item),
    ]


def uses_of(item: Item) -> list[Use]:
    """Every place of `item` that may have a condition."""
    return [
        *(Use(situation.code, situation.when, "situations") for situation in item.situations),
        *(Use(material.code, material.when, "materials") for material in item.materials),
        *(Use(field.id, field.when, "fields") for field in item.fields),
        *(Use(step.id, step.when, "route") for step in item.route),
        *(Use(gate.code, gate.when, "gates") for gate in item.gates),
        *([Use(item.code, item.fee.when, "fee", "fee")] if item.fee else ()),
        *(Use(item.code, track.when, "tracks", "tracks") for track in item.tracks),
    ]


def _codes(item: Item) -> Iterator[Problem]:
    if not _CODE.fullmatch(item.code) or item.code[0] != _MODULE_LETTER[item.module]:
        yield Problem(item.code, "item_code", {"code": item.code, "module": item.module})
    for number, material in enumerate(item.materials, start=1):
        expected = f"{item.code}-{number:02d}"
        if material.code != expected:
            yield Problem(material.code, "material_order", {"code": material.code, "expected": expected})
    owned = [material.code for material in item.materials]
    for name, table, values in (
        ("material", "materials", owned),
        ("situation", "situations", [situation.code for situation in item.situations]),
        ("field", "fields", [field.id for field in item.fields]),
        ("gate", "gates", [gate.code for gate in item.gates]),
    ):
        yield from doubles(name, table, values)
    for kind, count in Counter(stop.kind for stop in item.stops).items():
        if count > 1:
            facts = {"what": Message("catalogue.part.stop"), "code": kind}
            yield Problem(item.code, "twice", facts, near=kind, table="stops")
    for name, amount in (("material", len(owned)), ("applicant", len(item.applicants)), ("step", len(item.route))):
        if amount == 0:
            yield Problem(item.code, "none", {"what": Message(f"catalogue.part.{name}")})


def doubles(name: str, table: str, values: list[str]) -> Iterator[Problem]:
    """The codes of `table` that stand in it more than once."""
    for value, count in Counter(values).items():
        if count > 1:
            yield Problem(value, "twice", {"what": Message(f"catalogue.part.{name}"), "code": value}, table=table)


def _material(item: Item, material: Material) -> Iterator[Problem]:
    code = material.code
    if material.source is not None and (material.form != "none" or material.copies):
        yield Problem(code, "source_on_paper", {"code": code})
    if material.source is None and (material.form == "none" or material.copies < 1):
        yield Problem(code, "paper_without_form", {"code": code})
    if material.source is None and material.cure is None:
        yield Problem(code, "cure_missing", {"code": code})
    if material.kind == "conditional" and material.when is None:
        yield Problem(code, "conditional_without_when", {"code": code})
    if material.kind == "mandatory" and material.when is not None:
        yield Problem(code, "mandatory_with_when", {"code": code})
    if material.pledge and item.pledge_excluded:
        yield Problem(code, "pledge_excluded", {"code": code})


def _limits(item: Item) -> Iterator[Problem]:
    """The limits of the item, and those of its tracks, of which the first that holds counts."""
    yield from limit_problems(item.code, item.statutory, item.promised)
    yield from joint_problems(item.code, item.statutory) if item.joint else ()
    answers = Answers(item.situations, item.ticks)
    for number, track in enumerate(item.tracks):
        yield from limit_problems(item.code, track.statutory, track.promised, "tracks")
        yield from joint_problems(item.code, track.statutory, "tracks") if item.joint else ()
        before = [each.when for each in item.tracks[:number]]
        ways = answers.ways(track.when, *before) if all(answers.knows(each) for each in (track.when, *before)) else []
        reached = [given for given in ways if holds(track.when, given)]
        if reached and len(ways) <= MOST and all(any(holds(each, given) for each in before) for given in reached):
            yield Problem(item.code, "track_hidden", {"code": item.code, "number": number + 1}, table="tracks")


def _choices(item: Item) -> Iterator[Problem]:
    yield from choice_problems(item.situations)
    for field in item.fields:
        if (field.kind == "choice") != bool(field.options):
            yield Problem(field.id, "options", {"code": field.id}, table="fields")
        if field.max < 1:
            yield Problem(field.id, "field_max", {"field": field.id}, table="fields")


def _amounts(item: Item) -> Iterator[Problem]:
    for name, amount, least in (
        ("defer_days", item.defer_days, 1),
        ("pledge_check_days", item.pledge_check_days, 1),
        ("supplement_days", item.supplement_days, 1),
        ("result_years", item.result_years, 0),
    ):
        if amount < least:
            facts = {"limit": Message(f"catalogue.field.{name}"), "amount": amount}
            yield Problem(item.code, "limit_amount", facts, near=name)


def _ticks(item: Item) -> Iterator[Problem]:
    for code in dict.fromkeys(item.ticks):
        situation = item.situation(code)
        if situation is None or situation.kind != "yes_no" or situation.when is not None:
            yield Problem(item.code, "tick", {"situation": code}, near="ticks")
        if item.ticks.count(code) > 1:
            facts = {"what": Message("catalogue.part.tick"), "code": code}
            yield Problem(item.code, "twice", facts, near="ticks")


def _fee(item: Item) -> Iterator[Problem]:
    fee = item.fee
    if fee is None:
        return
    if fee.amount < 0:
        yield Problem(item.code, "fee_amount", {"amount": fee.amount}, near="fee")
    if fee.amount == 0 and fee.rate is None:
        yield Problem(item.code, "fee_nothing", {"code": item.code}, near="fee")


def _stops(item: Item) -> Iterator[Problem]:
    for stop in item.stops:
        if stop.most < 0:
            facts = {"limit": Message("catalogue.field.most"), "amount": stop.most}
            yield Problem(item.code, "limit_amount", facts, near=stop.kind, table="stops")
        if stop.kind in {"publicity", "evaluation", "consult"} and _ART_45.search(stop.basis.zh):
            yield Problem(item.code, "stop_basis", {"kind": stop.kind}, near=stop.kind, table="stops")


def _gate(item: Item, gate: Gate) -> Iterator[Problem]:
    code = gate.code
    if gate.effect == "not_our_power" and gate.organ is None:
        yield Problem(code, "gate_organ", {"gate": code}, table="gates")
    if gate.effect in {"no_permit", "not_our_power"} and gate.when is None:
        yield Problem(code, "gate_when", {"gate": code, "effect": gate.effect}, table="gates")
    elif gate.when is None and not gate.field:
        yield Problem(code, "gate_nothing", {"gate": code}, table="gates")
    bounds = [bound for bound in (gate.least, gate.most) if bound is not None]
    if bool(gate.field) != bool(bounds):
        yield Problem(code, "gate_days", {"gate": code}, table="gates")
    if len(bounds) == 2 and bounds[0] > bounds[1]:
        yield Problem(code, "gate_range", {"gate": code, "least": bounds[0], "most": bounds[1]}, table="gates")
    if gate.field and not any(field.id == gate.field and field.kind == "date" for field in item.fields):
        yield Problem(code, "gate_field", {"gate": code, "field": gate.field}, table="gates")


def _powers(item: Item) -> Iterator[Problem]:
    if item.authorised != (item.authorisation is not None):
        yield Problem(item.code, "authorisation", {"code": item.code})
    if item.authorisation is not None:
        dates = (item.authorisation.since, item.authorisation.until)
        if not all(_DATE.fullmatch(date) for date in dates) or dates[0] > dates[1] or not item.authorisation.number:
            yield Problem(item.code, "authorisation_dates", {"code": item.code}, near="authorisation")
    if item.registration and item.module != "business":
        yield Problem(item.code, "registration_module", {"code": item.code, "module": item.module}, near="registration")
