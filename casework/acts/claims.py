"""Taking an item of the queue, and letting go of it (S23); and that a case is no duplicate of another."""

from __future__ import annotations

from casework import bodies, numbers, queue_commands
from casework.acts.parts import Handler, Step, any_post, own_post
from casework.case import Case, Place, places, step_of
from casework.claims import claim_on
from casework.drafting import Context
from casework.rights import post_for
from casework.rules import Refusal
from casework.rules.claims import RELEASE
from casework.text import clean_text


def own_places(case: Case, context: Context) -> tuple[tuple[Place, str], ...]:
    """The places of the case at which this shift works, each with the post that serves it."""
    found = []
    for place in places(case):
        step = step_of(case, place.step)
        post = own_post(case, step, context) if step is not None else place.post if place.post in context.shift else ""
        if post:
            found.append((place, post))
    return tuple(found)


def _claim(case: Case, command: queue_commands.Claim, context: Context) -> Step | Refusal:
    mine = [one for one in own_places(case, context) if command.step in {"", one[0].step}]
    if not mine:
        return Refusal("nothing_to_claim", {"number": case.number})
    free = next((one for one in mine if claim_on(case, one[0].step, context.day) is None), mine[0])
    body = bodies.Claimed(free[0].step, context.terminal, context.staff.name)
    return "claimed", body, free[1]


def _release(case: Case, command: queue_commands.Release, context: Context) -> Step | Refusal:
    """Her own first; a supervisor's word frees another's."""
    held = {step: one for step in case.claims if (one := claim_on(case, step, context.day))}
    wanted = [step for step in held if command.step in {"", step}]
    mine = [step for step in wanted if held[step].by == context.staff.number]
    step = next(iter([*mine, *wanted]), "")
    if not step:
        return Refusal("nothing_claimed", {"number": case.number})
    frees = post_for(context.staff, context.shift, RELEASE, context.catalogue.posts) if step not in mine else ""
    body = bodies.Released(step, clean_text(command.reason))
    return "released", body, frees or any_post(case, context, "released")


def _tell_apart(case: Case, command: queue_commands.TellApart, context: Context) -> Step | Refusal:
    others = tuple(dict.fromkeys(numbers.parse(each).number for each in command.others))
    return "told_apart", bodies.ToldApart(others, clean_text(command.reason)), any_post(case, context, "told_apart")


HANDLERS: dict[str, Handler] = {"claim": _claim, "release": _release, "tell-apart": _tell_apart}
