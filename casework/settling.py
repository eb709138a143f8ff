"""What can be settled where there is no case to act on: the tray has a way out of every state (sync.md S16)."""

from __future__ import annotations

from casework import bodies
from casework.drafting import Context, Decision, Drafting, drafted
from casework.events import EVENTS
from casework.rights import post_for
from casework.rules import Refusal
from casework.text import clean_text

_TYPE = "resolve.withdraw"


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
    post = post_for(context.staff, context.shift, EVENTS[_TYPE].verb, context.catalogue.posts)
    body = bodies.ResolveWithdraw(refused, clean_text(reason))
    drafting = Drafting(context, case_id, root, None)
    return drafted(drafting, (_TYPE, body, post or next(iter(context.shift), "")))
