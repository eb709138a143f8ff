"""Say it once, provably: all that could ever be asked of an applicant, before the one notice is printed (R4, R5).

The engine walks every answer to every situation that can still be answered otherwise, and the whole route, and lists
what each of these worlds would ask, with defect and cure. What is lacking now are the lines of the notice; the rest is
said beside it, with the condition. What stands in neither may never be asked for again.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping

import msgspec

from casework import bodies
from casework.catalogue.materials import AGENT, PENDING, applicable, gap, with_agent
from casework.catalogue.schema import Condition, Item, Material, Situation
from casework.catalogue.situations import holds, names_in
from casework.messages import Message, written

MOST_WORLDS = 4096
"""Combinations of answers that are walked one by one; an item with more asks for everything that it lists."""


class Ask(msgspec.Struct, frozen=True):
    """One thing that may be asked for. `when`: in which case, as sentences; empty: now."""

    material: str
    defect: Message
    cure: Message
    when: tuple[Message, ...] = ()


def everything(item: Item, answers: Mapping[str, str], recorded: Mapping[str, str], agent: bool) -> tuple[Ask, ...]:
    """All that could ever be asked for, in the order of the item.

    Args:
        item: as it was at receipt.
        answers: what was answered to its situations.
        recorded: the state of each material that the case records.
        agent: somebody applies for the applicant now.
    """
    now = {material.code for material in applicable(item, answers, agent)}
    ever = _ever(item, answers, agent)
    asks = []
    for material in item.materials:
        if material.code in now:
            state = recorded.get(material.code, "missing")
            asks += [_pledged_for(item, material)] if state == "pledge" and not agent else []
            asks += _asked_now(item, material, state)
        elif material.code in ever:
            when = tuple(_conditions(item, material, answers))
            asks.append(Ask(material.code, gap(item, material, "material.missing").defect, _cure(item, material), when))
    return tuple(asks)


def _ever(item: Item, answers: Mapping[str, str], agent: bool) -> set[str]:
    if _too_many(item, answers):
        return {material.code for material in item.materials}
    return {m.code for world, with_one in worlds(item, answers, agent) for m in applicable(item, world, with_one)}


def _open_questions(item: Item, answers: Mapping[str, str]) -> list[Situation]:
    return [each for each in item.situations if each.code not in answers and each.code != AGENT]


def _too_many(item: Item, answers: Mapping[str, str]) -> bool:
    return math.prod(len(each.answers) for each in _open_questions(item, answers)) > MOST_WORLDS


def worlds(item: Item, answers: Mapping[str, str], agent: bool) -> Iterator[tuple[dict[str, str], bool]]:
    """Every way in which the open questions can be answered, with an agent or without one.

    What was answered stays answered: an applicant who changes her mind makes another application.
    """
    questions = _open_questions(item, answers)
    for combination in itertools.product(*(each.answers for each in questions)):
        world = {**answers, **dict(zip((each.code for each in questions), combination, strict=True))}
        for situation in item.situations:  # a question that is not put has no answer
            if situation.code in world and not holds(situation.when, world):
                del world[situation.code]
        for with_one in dict.fromkeys((agent, True)):
            yield with_agent(item, world, with_one), with_one


def _asked_now(item: Item, material: Material, state: str) -> list[Ask]:
    if state in {"missing", "not_found", "copy"}:
        defects = {"missing": "material.missing", "not_found": "material.not_found", "copy": "material.copy_only"}
        if state == "copy" and material.form != "original":
            return []
        return [Ask(material.code, gap(item, material, defects[state]).defect, _cure(item, material))]
    if state == PENDING:
        unknown = Message("once.source", {"source": material.source.both() if material.source else ""})
        return [Ask(material.code, gap(item, material, "material.not_found").defect, _cure(item, material), (unknown,))]
    if state == "defer":
        later = Message("once.deferred", {"days": item.defer_days})
        return [
            Ask(
                material.code,
                Message("material.deferred", {"name": material.name.both()}),
                _cure(item, material),
                (later,),
            )
        ]
    return []


def _pledged_for(item: Item, material: Material) -> Ask:
    """A pledge that stands now and would not, were it an agent's (R30)."""
    found = gap(item, material, "material.agent_pledge")
    return Ask(material.code, found.defect, found.cure, (Message("once.agent"),))


def _cure(item: Item, material: Material) -> Message:
    return gap(item, material, "material.missing").cure


def _conditions(item: Item, material: Material, answers: Mapping[str, str]) -> Iterator[Message]:
    """In which case a material is asked for: the answers that its condition names and that are still open."""
    for code, answer in dict.fromkeys(_open_names(material.when, answers)):
        situation = item.situation(code)
        if situation is None:
            continue
        option = next((each for each in situation.options if each.code == answer), None)
        said = option.label.both() if option else Message(f"once.answer.{answer}")
        yield Message("once.answer", {"question": situation.question.both(), "answer": said})


def _open_names(condition: Condition | None, answers: Mapping[str, str]) -> list[tuple[str, str]]:
    return [name for name in names_in(condition) if answers.get(name[0]) != name[1] or name[0] == AGENT]


def also_lines(
    item: Item, received: bodies.Received, recorded: Mapping[str, str], lines: tuple[bodies.SupplementLine, ...]
) -> tuple[bodies.SupplementLine, ...]:
    """What the notice says beside its `lines`: all else that could ever be asked for, with its condition in front; and
    what the applicant has to do at steps of the route, which is no paper."""
    said = {line.material for line in lines}
    agent = received.agent is not None
    papers = tuple(
        bodies.SupplementLine(
            ask.material,
            written(Message("once.line", {"when": list(ask.when), "defect": ask.defect})),
            written(ask.cure),
        )
        for ask in everything(item, received.situations, recorded, agent)
        if ask.material not in said and ask.when
    )
    deeds = tuple(
        bodies.SupplementLine("", written(Message(f"once.step.{kind}")), written(Message(f"once.step.{kind}.cure")))
        for kind in asked_by_route(item, received.situations)
    )
    return (*papers, *deeds)


def cure_of(item: Item | None, code: str) -> str:
    """How the item says that a paper is mended; a general word where it says nothing."""
    material = item.material(code) if item else None
    return written(_cure(item, material) if item and material else Message("material.cure.general"))


def asked_by_route(item: Item, answers: Mapping[str, str]) -> tuple[str, ...]:
    """Kinds of steps of any world's route at which the applicant has to do something: be there, put right, pay."""
    reached = _steps_ever(item, answers)
    return tuple(kind for kind in _WITH_THE_APPLICANT if kind in reached)


_WITH_THE_APPLICANT = ("site_check", "hearing", "pay")


def _steps_ever(item: Item, answers: Mapping[str, str]) -> set[str]:
    if _too_many(item, answers):
        return {step.kind for step in item.route}
    return {
        step.kind for world, _ in worlds(item, answers, agent=False) for step in item.route if holds(step.when, world)
    }
