"""`decide`: what someone wants done with a case, as facts or as a refusal with its reason.

What `decide` makes, `admit` accepts on the same state: both ask `casework.rules`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from casework import bodies, commands
from casework.case import Case, PrintedPaper, open_steps, post_of
from casework.catalogue.materials import Missing, material_states
from casework.catalogue.parse import item_hash
from casework.catalogue.schema import Item
from casework.drafting import Context, Decision, Drafting, drafted
from casework.errors import BadInput
from casework.events import EVENTS, Klass, Offline
from casework.intake import accepting, authority_on, default, lines_of, missing_of, refusing
from casework.rights import post_for, stands_in
from casework.rules import Refusal, asked_for
from casework.text import clean_code, clean_line, clean_name, clean_text

Step = tuple[str, bodies.Body, str]
"""Type, body and post of the fact that an act makes."""

_Handler = Callable[[Case, Any, Context], Step | Refusal]


def decide(case: Case, command: commands.Command, action: str, context: Context) -> Decision | Refusal:
    """The facts of `action` on `case`, or why it may not be.

    Raises BadInput when the data can be mended at the keyboard.
    """
    made = step_of_act(case, command, action, context)
    if isinstance(made, Refusal):
        return made
    off = not_now(case, made[0], context)
    if off is not None:
        return off
    return drafted(Drafting(context, case.id, case.root, case), made)


def step_of_act(case: Case, command: commands.Command, action: str, context: Context) -> Step | Refusal:
    """The fact that `action` makes, not yet asked whether it may be now. Raises BadInput as `decide` does."""
    return _HANDLERS[action](case, command, context)


def not_now(case: Case, type_: str, context: Context) -> Refusal | None:
    """Why nobody can make a fact of this type now: the line is down, or the hall has yet to answer."""
    row = EVENTS[type_]
    waiting = sorted(name for name in context.waiting if EVENTS[name].klass is Klass.NEEDS_HALL)
    if waiting:
        return Refusal("waits_for_hall", {"what": ", ".join(waiting)})
    if context.online or row.offline is Offline.ALWAYS:
        return None
    if row.offline is Offline.NEVER:
        return Refusal("needs_hall")
    return None if case.terminal == context.terminal else Refusal("not_taken_in_here", {"terminal": case.terminal})


def print_paper(case: Case, kind: str, context: Context, sha256: str) -> Decision | Refusal:
    """The durable event of a print, with its count and, from the second on, the mark `0012-1`."""
    count = 1 + sum(1 for paper in case.papers if paper.paper == kind)
    body = bodies.Printed(
        paper=kind, count=count, mark=reprint_mark(case.papers, kind, context.terminal), sha256=sha256
    )
    post = any_post(case, context, "printed")
    return drafted(Drafting(context, case.id, case.root, case), ("printed", body, post))


def unmask(case: Case, reason: str, context: Context) -> Decision | Refusal:
    """The durable event of a look at the full personal data; a reason is a must."""
    if not reason.strip():
        return Refusal("reason")
    body, post = bodies.Unmasked(clean_text(reason)), any_post(case, context, "unmasked")
    return drafted(Drafting(context, case.id, case.root, case), ("unmasked", body, post))


def reprint_mark(papers: tuple[PrintedPaper, ...], kind: str, terminal: str) -> str:
    """The mark of the next print of `kind`: empty for the first, then the terminal and its own count of reprints."""
    before = [paper for paper in papers if paper.paper == kind]
    if not before:
        return ""
    own = sum(1 for paper in before if paper.mark.startswith(f"{terminal}-"))
    return f"{terminal}-{own + 1}"


def _open(case: Case, context: Context, *kinds: str) -> tuple[bodies.RouteStep, str] | Refusal:
    """The open step of one of `kinds`, at a post of the shift first, and the post that it takes."""
    ready = [step for step in open_steps(case) if step.kind in kinds]
    if not ready:
        return Refusal("step_not_open", {"step": kinds[0]})
    for step in ready:
        post = own_post(case, step, context)
        if post:
            return step, post
    home = post_of(case, ready[0])
    there = context.catalogue.posts.get(home)
    return Refusal("other_post", {"step": ready[0].kind, "post": home, "at": there.name.both() if there else home})


def own_post(case: Case, step: bodies.RouteStep, context: Context) -> str:
    """The post of the shift at which `step` can be done: its own first, then one that stands in for it; or `""`."""
    home, posts = post_of(case, step), context.catalogue.posts
    if home in context.shift:
        return home
    return next((here for here in context.shift if stands_in(here, home, step.kind, case.received.module, posts)), "")


def any_post(case: Case, context: Context, type_: str, wanted: str = "") -> str:
    """The post of the shift with the right; the first of the shift where none has it, and then the rules say no."""
    staff, posts = context.staff, context.catalogue.posts
    found = post_for(staff, context.shift, EVENTS[type_].verb, posts, wanted, case.received.module)
    return found or next(iter(context.shift), "")


def _item(case: Case, context: Context) -> Item | None:
    """The item as it was at receipt, if the catalogue in hand still has that very one."""
    item = context.catalogue.items.get(case.received.item)
    return item if item is not None and item_hash(item) == case.received.item_hash else None


def _lines(case: Case, given: tuple[bodies.SupplementLine, ...], context: Context) -> tuple[bodies.SupplementLine, ...]:
    """The lines that were typed, and whatever else is missing: everything is said at once (R4, R41)."""
    typed = tuple(
        bodies.SupplementLine(clean_code(line.material), clean_text(line.defect), clean_text(line.cure))
        for line in given
    )
    said = {line.material for line in typed}
    return (*typed, *lines_of(tuple(gap for gap in _gaps(case, context) if gap.code not in said)))


def _gaps(case: Case, context: Context) -> tuple[Missing, ...]:
    item = _item(case, context)
    return missing_of(case.received, case.materials, item) if item else ()


def _accept(case: Case, command: commands.Accept, context: Context) -> Step | Refusal:
    missing = [gap.code for gap in _gaps(case, context) if asked_for(case, gap.code)]
    if missing and case.state == "received":  # in another state the rules have more to say than that
        return Refusal("incomplete", {"materials": ", ".join(missing)})
    item = _item(case, context)
    if context.staff.team == "helper" and item and not authority_on(item, context.time):
        return Refusal("no_authorisation", {"item": item.code})  # it ran out since the receipt (R15)
    received = msgspec.structs.replace(case.received, materials=case.materials)
    type_, body, post = accepting(item, received, context, "window")
    return type_, body, post or any_post(case, context, "accepted")


def _refuse(case: Case, command: commands.Refuse, context: Context) -> Step | Refusal:
    if command.ground not in {"", "no_permit_needed", "not_our_power"}:
        raise BadInput("command.ground", ground=command.ground[:40])
    reason = clean_text(command.reason) or _proposed(case, "refuse")
    body = refusing(reason, command.ground, command.right_organ, command.remedies)
    return "refused_at_intake", body, any_post(case, context, "refused_at_intake", case.received.module)


def _proposed(case: Case, outcome: str) -> str:
    """The reason that the counter gave when it proposed `outcome`: the officer's own where she types none."""
    return case.received.proposal_reason if case.received.proposal == outcome else ""


def _return(case: Case, command: commands.Return, context: Context) -> Step | Refusal:
    lines = _lines(case, command.lines, context)
    body = bodies.Returned(lines, clean_text(command.reason) or _proposed(case, "return") or default("return"))
    return "returned", body, any_post(case, context, "returned", case.received.module)


def _supplement(case: Case, command: commands.Supplement, context: Context) -> Step | Refusal:
    lines = _lines(case, command.lines, context)
    if not lines and case.state == "received":
        return Refusal("nothing_missing")
    return "supplement.told", bodies.SupplementTold(lines), any_post(case, context, "supplement.told")


def _supplement_received(case: Case, command: commands.SupplementReceived, context: Context) -> Step | Refusal:
    told = case.supplement
    asked = [line.material for line in told.lines if line.material not in told.answered] if told else []
    asked = asked or [code for code, have in case.materials.items() if have == "defer"]
    materials = command.materials or dict.fromkeys(asked, "original")
    item = _item(case, context)
    if item is not None:  # says what is wrong with a code or a state, before the rules look
        material_states(item, case.received.situations, materials, case.received.agent is not None)
    return "material.added", bodies.MaterialAdded(materials), any_post(case, context, "material.added", "window")


def _note(kind: str) -> _Handler:
    def handle(case: Case, command: commands.Note, context: Context) -> Step | Refusal:
        found = _open(case, context, kind)
        if isinstance(found, Refusal):
            return found
        return "step.done", bodies.StepDone(found[0].id, clean_text(command.note)), found[1]

    return handle


def _site_check(case: Case, command: commands.SiteCheck, context: Context) -> Step | Refusal:
    found = _open(case, context, "site_check")
    if isinstance(found, Refusal):
        return found
    officers = tuple(dict.fromkeys((context.staff.number, *map(clean_code, command.officers))))
    return "inspected", bodies.Inspected(found[0].id, officers, command.outcome, clean_text(command.note)), found[1]


def _send_back(case: Case, command: commands.SendBack, context: Context) -> Step | Refusal:
    found = _open(case, context, "examine", "site_check", "decide")
    if isinstance(found, Refusal):
        return found
    return "sent_back", bodies.SentBack(found[0].id, command.to, clean_text(command.reason)), found[1]


def _reassign(case: Case, command: commands.Reassign, context: Context) -> Step | Refusal:
    found = _open(case, context, "examine", "site_check", "decide", "accept")
    if isinstance(found, Refusal):
        return found
    return "reassigned", bodies.Reassigned(found[0].id, command.post, clean_text(command.reason)), found[1]


def _decide(case: Case, command: commands.Decide, context: Context) -> Step | Refusal:
    found = _open(case, context, "decide")
    if isinstance(found, Refusal):
        return found
    remedies = clean_text(command.remedies) or (default("remedies") if command.outcome == "refused" else "")
    return "decided", bodies.Decided(found[0].id, command.outcome, clean_text(command.reasons), remedies), found[1]


def _certify(case: Case, command: commands.Certify, context: Context) -> Step | Refusal:
    found = _open(case, context, "certify")
    if isinstance(found, Refusal):
        return found
    return "certified", bodies.Certified(found[0].id, clean_line(command.document)), found[1]


def _deliver(case: Case, command: commands.Deliver, context: Context) -> Step | Refusal:
    found = _open(case, context, "deliver")
    if isinstance(found, Refusal):
        return found
    agent = case.received.agent
    by_agent = command.how == "agent" and agent is not None
    body = bodies.Delivered(
        step=found[0].id,
        receiver=clean_name(command.receiver) or (agent.name if by_agent and agent else case.received.applicant.name),
        how=command.how,
        receiver_id=clean_code(command.receiver_id) or (agent.id if by_agent and agent else ""),
        tracking=clean_line(command.tracking),
    )
    return "delivered", body, found[1]


def _close(case: Case, command: commands.Note, context: Context) -> Step | Refusal:
    return "closed", bodies.Closed(clean_text(command.note)), any_post(case, context, "closed", "delivery")


def _withdraw(case: Case, command: commands.Withdraw, context: Context) -> Step | Refusal:
    return "withdrawn", bodies.Withdrawn(clean_text(command.reason)), any_post(case, context, "withdrawn", "window")


def _hand_over(case: Case, command: commands.HandOver, context: Context) -> Step | Refusal:
    if command.to not in context.catalogue.posts:
        return Refusal("no_such_post", {"post": command.to[:40]})
    body = bodies.HandedOver(command.to, clean_line(command.papers))
    return "handed_over", body, any_post(case, context, "handed_over")


_HANDLERS: dict[str, _Handler] = {
    "accept": _accept,
    "refuse": _refuse,
    "return": _return,
    "supplement": _supplement,
    "supplement-received": _supplement_received,
    "pre-review": _note("pre_review"),
    "examine": _note("examine"),
    "site-check": _site_check,
    "send-back": _send_back,
    "reassign": _reassign,
    "decide": _decide,
    "certify": _certify,
    "deliver": _deliver,
    "close": _close,
    "withdraw": _withdraw,
    "hand-over": _hand_over,
}
