"""Answers to an item's situations, and the one pure function that says whether a condition holds (R7).

An unanswered situation does not hold anything, and is reported, so that nothing is asked for or left out in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from casework.catalogue.schema import Condition, Item, Situation
from casework.errors import BadInput

_WORDS = {
    "true": "yes",
    "y": "yes",
    "是": "yes",
    "有": "yes",
    "false": "no",
    "n": "no",
    "否": "no",
    "无": "no",
}


def holds(condition: Condition | None, answers: Mapping[str, str]) -> bool:
    """Whether `condition` holds under `answers`; None always holds, an unanswered situation never."""
    if condition is None:
        return True
    if condition.situation and answers.get(condition.situation) != condition.equals:
        return False
    if condition.any and not any(holds(part, answers) for part in condition.any):
        return False
    return all(holds(part, answers) for part in condition.all)


def unanswered(item: Item, answers: Mapping[str, str]) -> tuple[str, ...]:
    """The situations of `item` that should be asked under `answers` and have no answer yet, in their order."""
    return tuple(
        situation.code
        for situation in item.situations
        if holds(situation.when, answers) and situation.code not in answers
    )


def normal_answers(item: Item, raw: Mapping[str, Any]) -> dict[str, str]:
    """`raw` answers as codes: true, `y` and 是 are `yes`.

    Raises BadInput for a situation or an answer that does not exist.
    """
    return answers_to(item.situations, raw, item.code)


def answers_to(situations: Sequence[Situation], raw: Mapping[str, Any], owner: str) -> dict[str, str]:
    """The same for the `situations` of any `owner` (an item's or a bundle's code)."""
    asked = {situation.code: situation for situation in situations}
    answers: dict[str, str] = {}
    for code, value in raw.items():
        situation = asked.get(code)
        if situation is None:
            known = ", ".join(asked) or "-"
            raise BadInput("situation.unknown", item=owner, situation=str(code)[:40], known=known)
        answer = str(value).strip().lower()
        if situation.kind == "yes_no":
            answer = _WORDS.get(answer, answer)
        if answer not in situation.answers:
            known = ", ".join(situation.answers)
            raise BadInput("situation.answer", situation=code, answer=answer[:40], known=known)
        answers[code] = answer
    return answers


def names_in(condition: Condition | None) -> tuple[tuple[str, str], ...]:
    """Every (situation, answer) that `condition` speaks of."""
    if condition is None:
        return ()
    own = ((condition.situation, condition.equals),) if condition.situation or condition.equals else ()
    parts = (*condition.all, *condition.any)
    return own + tuple(name for part in parts for name in names_in(part))
