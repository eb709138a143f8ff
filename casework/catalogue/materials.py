"""Which materials one application needs, in what state each is, and what is still missing with defect and cure.

Keeps R4 (everything that is missing, at once), R7 (nothing that the item does not list), R30 (a pledge only where
flagged, and not by an agent without authority), R31 (deferral only where flagged) and R33 (a material with a source is
never asked for: until the network has answered it is `pending_check`, not missing).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from casework.catalogue.schema import Item, Material, Text
from casework.catalogue.situations import holds
from casework.errors import BadInput
from casework.messages import Message

HAVE = ("original", "copy", "electronic", "missing", "pledge", "defer", "checked")
"""The states that a clerk can give a material."""

PENDING = "pending_check"
"""The state of a material with a source that nobody handed in (R33)."""

AGENT = "agent"
"""The situation that an agent's presence answers by itself."""

NOT_FOUND = "not_found"
"""The source does not know it: now it may be asked for on paper."""

OVERRIDDEN = "overridden"
"""A person goes on without the source's word, and has said why."""

FOUND = {"match": "checked", "no_match": NOT_FOUND, "override": OVERRIDDEN}
"""What becomes of a material by the outcome of its check over the network."""

STATES = (*HAVE, PENDING, NOT_FOUND, OVERRIDDEN)
"""Every state that a case can record."""

_ON_HAND = ("original", "copy", "electronic")

LACKING = frozenset({"missing", NOT_FOUND})
"""States of a material that stand in the way of acceptance."""


def adds(before: str, have: str, *, accepted: bool) -> bool:
    """Whether `have` adds to what is recorded: later papers only add, and take nothing away that is here.

    A pledge or a deferral stands for a paper only until the acceptance says so to the applicant (R30, R31).
    """
    if have in {"pledge", "defer"}:
        return before in LACKING and not accepted
    if have == "copy":
        return before not in {"original", "electronic", "checked"}
    return have in HAVE and have != "missing"


class Missing(msgspec.Struct, frozen=True):
    """One unmet material: what is wrong, how to mend it, and the ways besides bringing it."""

    code: str
    name: Text
    defect: Message
    cure: Message
    sample: Text | None = None
    may_pledge: bool = False
    may_defer: bool = False


def with_agent(item: Item, answers: Mapping[str, str], agent: bool) -> dict[str, str]:
    """`answers`, with the situation `agent` answered by whether there is an agent, where the item asks it."""
    found = dict(answers)
    if item.situation(AGENT) is not None:
        found[AGENT] = "yes" if agent or found.get(AGENT) == "yes" else "no"
    return found


def applicable(item: Item, answers: Mapping[str, str], agent: bool) -> tuple[Material, ...]:
    """The materials of `item` that apply under `answers`, in their order."""
    given = with_agent(item, answers, agent)
    return tuple(material for material in item.materials if holds(material.when, given))


def material_states(
    item: Item, answers: Mapping[str, str], have: Mapping[str, str], agent: bool
) -> tuple[tuple[Material, str], ...]:
    """Each applicable material with its state: what `have` says, else `pending_check` with a source, else `missing`.

    Raises BadInput for a material that the item does not list, a state that does not exist, or one that the material's
    flags don't allow.
    """
    for code, state in have.items():
        _allowed(item, code, state)
    states = []
    for material in applicable(item, answers, agent):
        state = have.get(material.code, "missing")
        states.append((material, PENDING if state == "missing" and material.source else state))
    return tuple(states)


def completeness(
    item: Item, answers: Mapping[str, str], have: Mapping[str, str], agent: bool, mandate: bool = False
) -> tuple[Missing, ...]:
    """Everything that is unmet, in the order of the item; empty: the papers are complete.

    `agent`: someone applies for the applicant, and may pledge only where a held material with the flag `authority`
    shows it, or, where the item asks for no such paper, with a stated `mandate` (R30). Raises BadInput as
    `material_states` does.
    """
    return unmet(item, material_states(item, answers, have, agent), agent, mandate)


def recorded_gaps(
    item: Item, answers: Mapping[str, str], recorded: Mapping[str, str], agent: bool, mandate: bool = False
) -> tuple[Missing, ...]:
    """What a case still lacks, by the states that it records; a check that is still to come lacks nothing (R33)."""
    states = tuple((each, recorded.get(each.code, "missing")) for each in applicable(item, answers, agent))
    return unmet(item, states, agent, mandate)


def unmet(
    item: Item, states: Iterable[tuple[Material, str]], agent: bool, mandate: bool = False
) -> tuple[Missing, ...]:
    """Those of `states` that must be mended, each with its defect and cure."""
    states = tuple(states)
    papers = [state in _ON_HAND for material, state in states if material.authority]
    empowered = any(papers) if papers else mandate
    found = []
    for material, state in states:
        if state == "missing":
            found.append(gap(item, material, "material.missing"))
        elif state == NOT_FOUND:
            found.append(gap(item, material, "material.not_found"))
        elif state == "copy" and material.form == "original":
            found.append(gap(item, material, "material.copy_only"))
        elif state == "pledge" and agent and not empowered:
            found.append(gap(item, material, "material.agent_pledge"))
    return tuple(found)


def _allowed(item: Item, code: str, state: str) -> None:
    material = item.material(code)
    if material is None:
        known = ", ".join(each.code for each in item.materials)
        raise BadInput("material.unknown", item=item.code, material=str(code)[:40], known=known)
    if state not in HAVE:
        raise BadInput("material.state", material=code, state=str(state)[:40], known=", ".join(HAVE))
    if state == "pledge" and (not material.pledge or item.pledge_excluded):
        raise BadInput("material.no_pledge", material=code, **_names(material))
    if state == "defer" and not material.defer:
        raise BadInput("material.no_defer", material=code, **_names(material))
    if state == "checked" and material.source is None:
        raise BadInput("material.no_source", material=code, **_names(material))


def _names(material: Material) -> dict[str, dict[str, str]]:
    return {"name": material.name.both()}


def gap(item: Item, material: Material, defect: str) -> Missing:
    """What is wrong with `material` in words, and how to mend it."""
    if defect == "material.agent_pledge":
        cure = Message("material.cure.authority")
    elif material.cure is not None:
        cure = Message("material.cure.own", {"cure": material.cure.both()})
    else:
        cure = Message("material.cure.bring", _names(material))
    return Missing(
        material.code,
        material.name,
        Message(defect, _names(material)),
        cure,
        material.sample,
        may_pledge=material.pledge and not item.pledge_excluded,
        may_defer=material.defer,
    )
