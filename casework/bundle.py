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
from casework.facts import Fact, digest
from casework.intake import Intaking, look, numbered, steps_of, unknown_item
from casework.rules import Refusal

OUTCOMES = ("receive", "accept")
"""A bundle is taken in as a whole; what is asked for, refused or returned is so for each of its cases."""


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
    bundle = context.catalogue.bundles.get(command.item)
    if bundle is None:
        raise unknown_item(command, context)
    if command.outcome not in OUTCOMES:
        raise BadInput("bundle.outcome", bundle=bundle.code, outcome=command.outcome[:40], possible=", ".join(OUTCOMES))
    members = members_of(bundle, command.situations, context.catalogue)
    _known(bundle, command, members)
    looked = []
    in_hand = _in_hand(command, members)
    for item in members:
        one = look(_outcome(_own(command, item, in_hand), item, context), context)
        if isinstance(one, Refusal):
            return one
        body = msgspec.structs.replace(one.body, bundle=bundle.code)
        looked.append(msgspec.structs.replace(one, body=body))
    ids = [root, *(member_id(root, one.item.code) for one in looked[1:])]
    probe = _draft(looked, ids, root, context)
    if isinstance(probe, Refusal):
        return probe
    return _draft(_sharing([numbered(one, number()) for one in looked], command.materials), ids, root, context)


def member_id(root: str, item: str) -> str:
    """The id of a case of a bundle: two windows that take in what was put aside once take in the same cases (S22)."""
    return digest(f"{root} {item}".encode())[:32]


def first_module(command: Intake, catalogue: Catalogue) -> str:
    """The module of the case that has the bundle's own id; empty where no such bundle is known. Raises BadInput."""
    bundle = catalogue.bundles.get(command.item)
    return members_of(bundle, command.situations, catalogue)[0].module if bundle else ""


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


def _in_hand(command: Intake, members: tuple[Item, ...]) -> dict[str, str]:
    """By its word, how a paper that one of the cases gets is there for the others: a copy stays a copy (R61)."""
    found: dict[str, str] = {}
    for item in members:
        answers = answers_to(item.situations, _said(command, item), item.code)
        for material in applicable(item, answers, command.agent is not None):
            have = command.materials.get(material.code)
            if material.shares and have in {"original", "electronic"}:
                found[material.shares] = "electronic"
            elif material.shares and have == "copy":
                found.setdefault(material.shares, "copy")
    return found


def _said(command: Intake, item: Item) -> dict[str, str]:
    return {code: value for code, value in command.situations.items() if item.situation(code)}


def _own(command: Intake, item: Item, in_hand: dict[str, str]) -> Intake:
    """What of the common form is this item's."""
    situations = _said(command, item)
    fields = {field.id for field in item.fields}
    materials = {code: have for code, have in command.materials.items() if item.material(code)}
    for material in applicable(item, answers_to(item.situations, situations, item.code), command.agent is not None):
        if material.source is None and material.shares in in_hand:
            materials.setdefault(material.code, in_hand[material.shares])
    return msgspec.structs.replace(
        command, item=item.code, situations=situations, materials=materials,
        form={name: value for name, value in command.form.items() if name in fields},
    )  # fmt: skip


def _outcome(command: commands.Intake, item: Item, context: Context) -> Intake:
    """Accepted where that may be done at once, else received: a bundle is taken in as a whole."""
    if command.outcome != "accept":
        return msgspec.structs.replace(command, outcome="receive")
    may = context.staff.team == "officer" or item.authorised
    probe = look(msgspec.structs.replace(command, outcome="receive"), context) if may else None
    whole = isinstance(probe, Intaking) and not probe.missing and not [g for g in probe.gates if g.effect != "warn"]
    return msgspec.structs.replace(command, outcome="accept" if whole else "receive")


def _sharing(looked: list[Intaking], given: dict[str, str]) -> list[Intaking]:
    """Each paper that stands in for one of another case of the bundle names the number of that case."""
    holders: dict[str, str] = {}
    for state in ("original", "copy"):  # who has the original is named first
        for one in looked:
            for material in one.item.materials:
                here = material.code in given and one.body.materials.get(material.code) == state
                if material.shares and here:
                    holders.setdefault(material.shares, one.body.number)
    return [_refer(one, holders, given) for one in looked]


def _refer(one: Intaking, holders: dict[str, str], given: dict[str, str]) -> Intaking:
    shared = {}
    for material in one.item.materials:
        state, holder = one.body.materials.get(material.code), holders.get(material.shares, one.body.number)
        stands_in = state == "electronic" or (state == "copy" and material.code not in given)
        if stands_in and holder != one.body.number:
            shared[material.code] = holder
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
