"""Made-up applicants with valid check digits, and what each of them hands in: for the demo and its headless day.

`application` is right and complete for any item; the functions behind it make of it what people bring in fact: without
a paper, with one that follows, with a pledge, by an agent, for another organ, for a bundle.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import msgspec

from casework.bodies import Party
from casework.bundle import members_of
from casework.catalogue.materials import AGENT, applicable
from casework.catalogue.schema import Bundle, Catalogue, Gate, Item
from casework.commands import Intake
from console.demo.sample_form import address, answers, draw, firm, form, shut_by_date

_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
_GIVEN = (
    "建国",
    "秀英",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "霞",
    "平",
    "刚",
    "桂英",
)
_RARE = ("𠮷野健", "䶮月", "阿依古丽·买买提")
_WITH_A_CODE = frozenset({"investment", "construction"})
"""Modules whose applications are about a project."""


def person(seed: int, count: int) -> Party:
    """A made-up person with a valid identity number."""
    from stdnum.cn import ric

    born = date(1960, 1, 1) + timedelta(days=draw(seed, count, "born", range(15_000)))
    digits = f"420111{born:%Y%m%d}{count % 1000:03d}"
    rare = count % 17 == 5
    name = (
        draw(seed, count, "rare", _RARE) if rare else draw(seed, count, "f", _FAMILY) + draw(seed, count, "g", _GIVEN)
    )
    return Party("person", name, digits + ric.calc_check_digit(digits + "0"), _phone(seed, count), address(seed, count))


def entity(seed: int, count: int) -> Party:
    """A made-up company with a valid unified credit code."""
    from stdnum.cn import uscc

    code = f"91420100MA4K{draw(seed, 0, 'base', range(10))}{count % 10_000:04d}"
    boss = person(seed, count + 500)
    digits = code + uscc.calc_check_digit(code)
    return Party("entity", firm(seed, count), digits, _phone(seed, count), address(seed, count), boss.name)


def _phone(seed: int, count: int) -> str:
    return f"13{draw(seed, count, 'carrier', range(10))}{draw(seed, count, 'phone', range(10**8)):08d}"


def application(
    item: Item,
    seed: int,
    count: int,
    day: date,
    *,
    complete: bool = True,
    given: Mapping[str, str] | None = None,
    shut: Gate | None = None,
) -> Intake:
    """A whole application for `item` on `day`: the form filled in, all papers in hand (but one where not `complete`).

    `given`: answers that are wanted so. `shut`: a gate of the item that is to be shut, the only one.
    """
    applicant = _applicant(item, seed, count)
    said = answers(item.situations, count, gates=item.gates, ticks=item.ticks, given=given, shut=shut)
    fields = form(item, said, applicant, seed, count, day)
    if shut is not None and shut.field:
        fields[shut.field] = shut_by_date(shut, day)
    command = Intake(
        item=item.code,
        applicant=applicant,
        project_code=_project_code(item, count, day),
        situations=dict(said),
        form=fields,
        materials=_in_hand(item, said),
        outcome="accept" if item.authorised and shut is None else "receive",
    )
    return command if complete else lacking(command, item)


def _applicant(item: Item, seed: int, count: int) -> Party:
    wants_person = "person" in item.applicants and (count % 2 == 1 or "entity" not in item.applicants)
    return person(seed, count) if wants_person else entity(seed, count)


def _project_code(item: Item, count: int, day: date) -> str:
    return f"{day:%y%m}-420118-04-01-{100_000 + count}" if item.project_code or item.module in _WITH_A_CODE else ""


def _in_hand(item: Item, said: Mapping[str, str], *, agent: bool = False) -> dict[str, str]:
    """Each paper that has to be brought; what a source knows is not asked for."""
    brought = (each for each in applicable(item, said, agent) if each.source is None)
    return {each.code: "copy" if each.form == "copy" else "original" for each in brought}


# What people bring in fact


def lacking(command: Intake, item: Item, papers: int = 1) -> Intake:
    """The same without its first `papers` papers: nobody can accept it so."""
    left = list(command.materials)[papers:]
    return msgspec.structs.replace(
        command, materials={code: command.materials[code] for code in left}, outcome="receive"
    )


def deferring(command: Intake, item: Item) -> Intake:
    """The papers that may follow (R31) follow. Raises ValueError where the item has none."""
    return _instead(command, item, [each.code for each in item.materials if each.defer], "defer")


def pledging(command: Intake, item: Item) -> Intake:
    """A pledge stands for one paper (R30). Raises ValueError where the item lets none."""
    codes = [] if item.pledge_excluded else [each.code for each in item.materials if each.pledge]
    return _instead(command, item, codes, "pledge")


def _instead(command: Intake, item: Item, codes: list[str], state: str) -> Intake:
    asked = {each.code for each in applicable(item, command.situations, command.agent is not None)}
    wanted = [code for code in codes if code in asked]
    if not wanted:
        raise ValueError(f"{item.code}: no paper may be {state}")
    chosen = wanted if state == "defer" else wanted[:1]
    return msgspec.structs.replace(command, materials={**command.materials, **dict.fromkeys(chosen, state)})


def by_agent(command: Intake, item: Item, seed: int, count: int) -> Intake:
    """Somebody comes for the applicant, with the paper that gives the power, where the item asks for one."""
    said = {**command.situations, AGENT: "yes"} if item.situation(AGENT) else command.situations
    needed = _in_hand(item, said, agent=True)
    return msgspec.structs.replace(
        command, agent=person(seed, count + 700), situations=said, materials={**needed, **command.materials}
    )


def gate_of(item: Item, *effects: str) -> Gate | None:
    """The first gate of the item with one of these effects."""
    return next((gate for gate in item.gates if gate.effect in effects), None)


def together(
    bundle: Bundle, catalogue: Catalogue, seed: int, count: int, day: date, given: Mapping[str, str] | None = None
) -> Intake:
    """One whole application for all of a bundle or stage; a paper that several of its items ask for comes once."""
    said = answers(bundle.situations, count, given=given)
    members = members_of(bundle, said, catalogue)
    applicant = next(
        who
        for who in (person(seed, count), entity(seed, count))
        if all(who.kind in item.applicants for item in members)
    )
    fields: dict[str, str] = {}
    materials: dict[str, str] = {}
    shared: set[str] = set()
    for item in members:
        own = answers(item.situations, count, gates=item.gates, ticks=item.ticks, given=said)
        said = {**own, **said}
        fields = {**form(item, own, applicant, seed, count, day), **fields}
        for code, have in _in_hand(item, own).items():
            kept = item.material(code)
            if kept is None or not kept.shares or kept.shares not in shared:
                materials[code] = have
            shared |= {kept.shares} if kept is not None and kept.shares else set()
    return Intake(
        item=bundle.code,
        applicant=applicant,
        project_code=next(filter(None, (_project_code(item, count, day) for item in members)), ""),
        situations=dict(said),
        form=fields,
        materials=materials,
        outcome="accept",
    )
