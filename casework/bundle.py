"""一件事 and 阶段: one intake that opens several cases under one root, each with its number and its own life (R61).

What the applicant says once serves all of them: answers and fields of the same name, and papers of the same kind
(`Material.shares`), which are handed in with the first case that asks for them and are referred to by the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from casework import commands
from casework.case import Case
from casework.catalogue.materials import applicable
from casework.catalogue.schema import Bundle, Catalogue, Item
from casework.catalogue.situations import answers_to, holds
from casework.commands import Intake
from casework.drafting import Context, Drafting, in_groups
from casework.errors import BadInput
from casework.facts import Fact
from casework.intake import Intaking, look, numbered, steps_of
from casework.rules import Refusal


class Together(msgspec.Struct, frozen=True):
    """What a bundle makes: groups of facts over all its cases, and the cases as they are with all of them."""

    groups: tuple[tuple[Fact, ...], ...]
    cases: tuple[Case, ...]


def take_in_together(command: Intake, context: Context, root: str, number: Callable[[], str]) -> Together | Refusal:
    """The facts of one intake of a bundle or stage; all its cases or none.

    Args:
        command: `item` names the bundle; `form`, `situations` and `materials` hold what any member asks for.
        context: who, when, where, under which catalogue.
        root: the bundle's id, and that of its first case.
        number: gives the next case number; called once for each case, and only when all forms are right.

    Raises:
        BadInput: something on the form can be mended at the keyboard.
    """
    bundle = context.catalogue.bundles[command.item]
    members = members_of(bundle, command.situations, context.catalogue)
    _known(bundle, command, members)
    looked = []
    for item in members:
        one = look(_outcome(_own(command, item, context), item, context), context)
        if isinstance(one, Refusal):
            return one
        body = msgspec.structs.replace(one.body, bundle=bundle.code)
        looked.append(msgspec.structs.replace(one, body=body))
    ids = [root, *(context.new_id() for _ in looked[1:])]
    probe = _draft(looked, ids, root, context)
    if isinstance(probe, Refusal):
        return probe
    return _draft(_sharing([numbered(one, number()) for one in looked]), ids, root, context)


def members_of(bundle: Bundle, answers: dict[str, Any], catalogue: Catalogue) -> tuple[Item, ...]:
    """The items that apply under `answers`. Raises BadInput: none does, or an answer does not exist."""
    said = {code: value for code, value in answers.items() if any(each.code == code for each in bundle.situations)}
    given = answers_to(bundle.situations, said, bundle.code)
    found = tuple(
        catalogue.items[member.item]
        for member in bundle.members
        if holds(member.when, given) and member.item in catalogue.items
    )
    if not found:
        raise BadInput("bundle.nothing", bundle=bundle.code, asked=", ".join(each.code for each in bundle.situations))
    return found


def _known(bundle: Bundle, command: Intake, members: tuple[Item, ...]) -> None:
    """Nothing on the form is for nobody."""
    situations = {each.code for each in bundle.situations}
    situations |= {each.code for item in members for each in item.situations}
    fields = {field.id for item in members for field in item.fields}
    materials = {material.code for item in members for material in item.materials}
    for given, known in ((command.situations, situations), (command.form, fields), (command.materials, materials)):
        strange = next((name for name in given if name not in known), None)
        if strange is not None:
            raise BadInput(
                "bundle.unknown", bundle=bundle.code, given=str(strange)[:40], known=", ".join(sorted(known))
            )


def _own(command: Intake, item: Item, context: Context) -> Intake:
    """What of the common form is this item's."""
    situations = {code: value for code, value in command.situations.items() if item.situation(code)}
    fields = {field.id for field in item.fields}
    materials = {code: have for code, have in command.materials.items() if item.material(code)}
    agent = command.agent is not None
    for material in applicable(item, answers_to(item.situations, situations, item.code), agent):
        if (
            material.code not in materials
            and material.source is None
            and _from_sibling(command, material.shares, context)
        ):
            materials[material.code] = "electronic"
    return msgspec.structs.replace(
        command, item=item.code, situations=situations, materials=materials,
        form={name: value for name, value in command.form.items() if name in fields},
    )  # fmt: skip


def _from_sibling(command: Intake, shares: str, context: Context) -> bool:
    """Whether the same paper was handed in for another case of the bundle."""
    if not shares:
        return False
    given = (
        context.catalogue.items[code[:3]].material(code)
        for code in command.materials
        if code[:3] in context.catalogue.items
    )
    in_hand = {"original", "copy", "electronic"}
    return any(each is not None and each.shares == shares and command.materials[each.code] in in_hand for each in given)


def _outcome(command: commands.Intake, item: Item, context: Context) -> Intake:
    """Accepted where that may be done at once, else received: a bundle is taken in as a whole."""
    if command.outcome != "accept":
        return msgspec.structs.replace(command, outcome="receive")
    may = context.staff.team == "officer" or item.authorised
    probe = look(msgspec.structs.replace(command, outcome="receive"), context) if may else None
    whole = isinstance(probe, Intaking) and not probe.missing and not [g for g in probe.gates if g.effect != "warn"]
    return msgspec.structs.replace(command, outcome="accept" if whole else "receive")


def _sharing(looked: list[Intaking]) -> list[Intaking]:
    """Each paper that stands in for one of another case of the bundle names the number of that case."""
    holders: dict[str, str] = {}
    for one in looked:
        for material in one.item.materials:
            if material.shares and one.command.materials.get(material.code) in {"original", "copy"}:
                holders.setdefault(material.shares, one.body.number)
    return [_refer(one, holders) for one in looked]


def _refer(one: Intaking, holders: dict[str, str]) -> Intaking:
    shared = {
        material.code: holders[material.shares]
        for material in one.item.materials
        if one.body.materials.get(material.code) == "electronic"
        and holders.get(material.shares, one.body.number) != one.body.number
    }
    body = msgspec.structs.replace(one.body, reused={**shared, **one.body.reused})
    return msgspec.structs.replace(one, body=body)


def _draft(looked: list[Intaking], ids: list[str], root: str, context: Context) -> Together | Refusal:
    cases, facts = [], []
    for one, case_id in zip(looked, ids, strict=True):
        drafting = Drafting(context, case_id, root, None)
        for type_, body, post in steps_of(one, context):
            no = drafting.add(type_, body, post)
            if no is not None:
                return no
        facts += drafting.facts
        if drafting.case is not None:
            cases.append(drafting.case)
    return Together(in_groups(facts), tuple(cases))
