"""How a person settles what the hall refused or holds: given up, done again and right, or given up unread (S15)."""

from __future__ import annotations

from casework import bodies
from casework.acts import Step, any_post
from casework.case import Case
from casework.commands import Command
from casework.decide import not_now, step_of_act
from casework.drafting import Context, Decision, Drafting, drafted
from casework.events import EVENTS
from casework.rights import post_for
from casework.rules import Refusal
from casework.text import clean_text


def settle_by_withdrawing(case: Case, refused: tuple[str, ...], reason: str, context: Context) -> Decision | Refusal:
    """The refused facts are given up (S15)."""
    body = bodies.ResolveWithdraw(refused, clean_text(reason))
    return _settled(case, context, [("resolve.withdraw", body, any_post(case, context, "resolve.withdraw"))])


def settle_by_amending(
    case: Case, refused: tuple[str, ...], reason: str, command: Command, action: str, context: Context
) -> Decision | Refusal:
    """The refused facts are replaced by `action`, done again and right, in the same group (S15)."""
    again = step_of_act(case, command, action, context)
    if isinstance(again, Refusal):
        return again
    body = bodies.ResolveAmend(refused, clean_text(reason))
    return _settled(case, context, [("resolve.amend", body, any_post(case, context, "resolve.amend")), again])


def _settled(case: Case, context: Context, steps: list[Step]) -> Decision | Refusal:
    off = not_now(case, steps[0][0], context)
    return off or drafted(Drafting(context, case.id, case.root, case), *steps)


def give_up_without_case(
    case_id: str, root: str, refused: tuple[str, ...], reason: str, context: Context
) -> Decision | Refusal:
    """Refused or held facts are given up whose case never came, or of which nobody knows the case (S12).

    Args:
        case_id: the case that they speak of; any id where nobody knows.
        root: its lane.
        refused: their names in the tray.
        reason: why, in words.
        context: who, when, where.
    """
    if not context.online:
        return Refusal("needs_hall")
    post = post_for(context.staff, context.shift, EVENTS["resolve.withdraw"].verb, context.catalogue.posts)
    body = bodies.ResolveWithdraw(refused, clean_text(reason))
    drafting = Drafting(context, case_id, root, None)
    return drafted(drafting, ("resolve.withdraw", body, post or next(iter(context.shift), "")))
