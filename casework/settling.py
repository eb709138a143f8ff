"""How a person settles what the hall refused or holds: given up, done again and right, insisted on (S15)."""

from __future__ import annotations

from casework import bodies
from casework.acts import Step, any_post
from casework.case import Case
from casework.command import Command
from casework.decide import not_now, step_of_act
from casework.drafting import Context, Decision, Drafting, drafted
from casework.events import EVENTS
from casework.refused import Waits, called_back, moves_nothing, named, papers_out
from casework.rights import post_for
from casework.rules import Refusal
from casework.rules.settling import not_to_insist
from casework.text import clean_line, clean_text

WAYS = ("withdraw", "amend", "insist")
"""The ways out of the tray (S15)."""


def ways_out(case: Case | None, line: Waits, context: Context) -> tuple[tuple[str, Refusal | None], ...]:
    """Each way out of `line` for the person of `context`, with the reason why it is off, or None.

    Ahead of the reason and the data that she will give: those are for the rules.
    """
    off = _no_right(case, line, context)
    amend = None if case is not None and line.tray.kind == "rejected" else Refusal("nothing_to_amend")
    insist = _not_insisted(case, line, context)
    return (("withdraw", off), ("amend", off or amend), ("insist", off or insist))


def _no_right(case: Case | None, line: Waits, context: Context) -> Refusal | None:
    if not context.online:
        return Refusal("needs_hall")
    module = case.received.module if case else ""
    verb, posts = EVENTS["resolve.withdraw"].verb, context.catalogue.posts
    if not post_for(context.staff, context.shift, verb, posts, module=module):
        post = next(iter(context.shift), "")
        at = posts[post].name.both() if post in posts else post or "-"
        return Refusal("no_right", {"name": context.staff.name, "post": post, "at": at})
    waits = not_now(case, "resolve.withdraw", context) if case else None
    if waits is None and case is not None and context.staff.number in case.recused:
        return Refusal("recused", {"name": context.staff.name, "number": case.number})
    return waits


def _not_insisted(case: Case | None, line: Waits, context: Context) -> Refusal | None:
    if case is None:
        return Refusal("no_case")
    group = line.tray.group
    mates = [other for other in context.refused.values() if group and other.tray.group == group] or [line]
    no = next(filter(None, (not_to_insist(case, mate, context.staff) for mate in mates)), None)
    if no is not None:
        return no
    idle = moves_nothing(case, (mate.fact for mate in mates if mate.fact is not None and mate.fact.case == case.id))
    return Refusal("insist_idle", {"type": idle.type, "state": case.state}) if idle is not None else None


def settle_by_withdrawing(
    case: Case, refused: tuple[str, ...], reason: str, context: Context, holder: str = ""
) -> Decision | Refusal:
    """The refused facts are given up (S15). `holder`: who has their papers, which are called back then."""
    body = bodies.ResolveWithdraw(refused, clean_text(reason), _recalls(case, refused, context, holder))
    return _settled(case, context, [("resolve.withdraw", body, any_post(case, context, "resolve.withdraw"))])


def settle_by_amending(
    case: Case,
    refused: tuple[str, ...],
    reason: str,
    command: Command,
    action: str,
    context: Context,
    holder: str = "",
) -> Decision | Refusal:
    """The refused facts are replaced by `action`, done again and right, in the same group (S15).

    `holder`: who has their papers, which are called back then.
    """
    again = step_of_act(case, command, action, context)
    if isinstance(again, Refusal):
        return again
    body = bodies.ResolveAmend(refused, clean_text(reason), _recalls(case, refused, context, holder))
    return _settled(case, context, [("resolve.amend", body, any_post(case, context, "resolve.amend")), again])


def settle_by_insisting(case: Case, refused: tuple[str, ...], reason: str, context: Context) -> Decision | Refusal:
    """The refused facts stand, by the word of somebody else who has the right (S15)."""
    body = bodies.ResolveInsist(refused, clean_text(reason))
    return _settled(case, context, [("resolve.insist", body, any_post(case, context, "resolve.insist"))])


def _recalls(case: Case, refused: tuple[str, ...], context: Context, holder: str) -> tuple[bodies.PaperOut, ...]:
    """The papers that `holder` has to give back; none where nobody is named, and then the rules ask for it."""
    name = clean_line(holder)
    return called_back(papers_out(case, named(refused, context.refused)), name) if name else ()


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
