"""Acts between acceptance and decision: the steps, the ways aside, the clocks."""

from __future__ import annotations

from datetime import date

from casework import bodies, commands
from casework.acts.parts import Handler, Opened, Step, any_post, opened, overseer_post
from casework.ambient import moment
from casework.case import Case, open_steps, paused, post_of
from casework.drafting import Context
from casework.errors import BadInput
from casework.money import fen
from casework.rights import delegated
from casework.rules import Refusal
from casework.rules.course import may_be_spared
from casework.rules.refusing import named
from casework.standing import standing
from casework.text import clean_code, clean_line, clean_text

_WORK = ("examine", "site_check", "expert_review", "hearing", "consult", "publicity", "decide")
"""Kinds of steps that officers work on."""

HEARING_WITHIN = 20
"""Working days from the day on which a hearing was asked for (行政许可法 47, R12)."""
HEARING_NOTICE = 7
"""Days before a hearing on which it is made known (行政许可法 48, R12)."""


def _note(kind: str) -> Handler:
    def handle(case: Case, command: commands.StepNote, context: Context) -> Step | Refusal:
        found = opened(case, context, kind, step=command.step)
        if isinstance(found, Refusal):
            return found
        body = bodies.StepDone(found[0].id, clean_text(command.note), seen=clean_text(command.seen))
        return "step.done", body, found[1]

    return handle


def _examine(case: Case, command: commands.Examine, context: Context) -> Step | Refusal:
    found = opened(case, context, "examine", step=command.step)
    if isinstance(found, Refusal):
        return found
    fee = fen(command.fee) if command.fee.strip() else None
    body = bodies.StepDone(found[0].id, clean_text(command.note), fee, clean_text(command.seen))
    return "step.done", body, found[1]


def _site_check(case: Case, command: commands.SiteCheck, context: Context) -> Step | Refusal:
    found = opened(case, context, "site_check", step=command.step)
    if isinstance(found, Refusal):
        return found
    officers = tuple(dict.fromkeys((context.staff.number, *map(clean_code, command.officers))))
    for number in officers:
        if context.team_of is not None and context.team_of(number) != "officer":
            raise BadInput("command.officer", number=number[:40])
    return "inspected", bodies.Inspected(found[0].id, officers, command.outcome, clean_text(command.note)), found[1]


def _not_needed(case: Case, command: commands.NotNeeded, context: Context) -> Step | Refusal:
    kinds = [step.kind for step in open_steps(case) if may_be_spared(case, step)] or list(_WORK)
    found = opened(case, context, *kinds, step=command.step)
    if isinstance(found, Refusal):
        return found
    return "step.not_needed", bodies.StepNotNeeded(found[0].id, clean_text(command.reason)), found[1]


def _send_back(case: Case, command: commands.SendBack, context: Context) -> Step | Refusal:
    found = opened(case, context, *_WORK, step=command.step)
    if isinstance(found, Refusal):
        return found
    return "sent_back", bodies.SentBack(found[0].id, command.to, clean_text(command.reason)), found[1]


def _reassign(case: Case, command: commands.Reassign, context: Context) -> Step | Refusal:
    over = overseer_post(context, "reassigned")
    found = (
        _anywhere(case, command, context, over) if over else opened(case, context, *_WORK, "accept", step=command.step)
    )
    if isinstance(found, Refusal):
        return found
    person = clean_code(command.person)
    if not person and command.post == post_of(case, found[0]):
        return Refusal("same_post", {"step": found[0].kind, **named(command.post, context.bench)})
    taker = context.person_of(person) if person and context.person_of is not None else None
    body = bodies.Reassigned(
        found[0].id, command.post, clean_text(command.reason), person, taker.name if taker is not None else ""
    )
    return "reassigned", body, found[1]


def _anywhere(case: Case, command: commands.Reassign, context: Context, over: str) -> Opened | Refusal:
    """The open step that is named, else the first that the new post can do; a supervisor moves it from any post."""
    ready = [each for each in open_steps(case) if command.step in {"", each.id}]
    post = context.catalogue.posts.get(command.post)
    ready.sort(key=lambda each: paused(case, each.id) is not None)
    fitting = [each for each in ready if post is not None and each.kind in post.kinds] or ready
    return (fitting[0], over) if fitting else Refusal("step_not_open", {"step": "examine"})


def _consult(case: Case, command: commands.Consult, context: Context) -> Step | Refusal:
    found = opened(case, context, *_WORK, step=command.step)
    if isinstance(found, Refusal):
        return found
    asked = f"consult_{len(case.consults) + 1}"
    body = bodies.Consulted(found[0].id, asked, command.post, clean_text(command.question))
    return "consulted", body, found[1]


def _recuse(case: Case, command: commands.Recuse, context: Context) -> Step | Refusal:
    staff = clean_code(command.staff) or context.staff.number
    body = bodies.Recused(staff, clean_text(command.reason))
    return "recused", body, any_post(case, context, "recused")


def _nudge(case: Case, command: commands.Nudge, context: Context) -> Step | Refusal:
    return "nudged", bodies.Nudged(clean_text(command.text)), any_post(case, context, "nudged")


def _suspend(case: Case, command: commands.Suspend, context: Context) -> Step | Refusal:
    kinds = (command.kind, *_WORK) if command.kind in _WORK else _WORK  # a hearing is held at the step of hearings
    found = opened(case, context, *kinds, step=command.step)
    if isinstance(found, Refusal):
        return found
    today = moment(context.time.at).date()
    stop = next((each for each in case.received.stops if each.kind == command.kind), None)
    body = bodies.Suspended(
        step=_first(case, context, command.kind) or found[0].id if not command.step else found[0].id,
        kind=command.kind, days=command.days, reason=clean_text(command.reason), basis=stop.basis if stop else "",
        asked_on=clean_code(command.asked_on) or (today.isoformat() if command.kind == "hearing" else ""),
        held_on=clean_code(command.held_on),
    )  # fmt: skip
    return _hearing(body, today, context) or ("suspended", body, found[1])


def _first(case: Case, context: Context, kind: str) -> str:
    """The open step of the very kind of the procedure, where the route has one at this shift."""
    found = opened(case, context, kind)
    return "" if isinstance(found, Refusal) else found[0].id


def _hearing(body: bodies.Suspended, today: date, context: Context) -> Refusal | None:
    """R12: made known seven days before, held within twenty working days of being asked for."""
    if body.kind != "hearing" or not body.held_on or context.calendar is None:
        return None
    try:
        asked, held = date.fromisoformat(body.asked_on), date.fromisoformat(body.held_on)
    except ValueError:
        return Refusal("hearing_day")
    latest = context.calendar.add_working_days(asked, HEARING_WITHIN).day
    if (held - today).days < HEARING_NOTICE or held > latest:
        return Refusal("hearing_terms", {"notice": HEARING_NOTICE, "latest": latest.isoformat()})
    return None


def _resume(case: Case, command: commands.StepNote, context: Context) -> Step | Refusal:
    waiting = [step for step in open_steps(case) if paused(case, step.id) and command.step in {"", step.id}]
    if not waiting:
        return Refusal("not_suspended", {"number": case.number})
    found = opened(case, context, *(step.kind for step in waiting), step=command.step)
    if isinstance(found, Refusal):
        return found
    step = found[0] if found[0] in waiting else waiting[0]
    return "resumed", bodies.Resumed(step.id, clean_text(command.note)), found[1]


def _extend(case: Case, command: commands.Extend, context: Context) -> Step | Refusal:
    """R21: before the limit has run out, once, by the head or under a recorded delegation."""
    statutory = case.received.statutory
    if context.calendar is not None:
        clocks = standing(case, context.calendar, moment(context.time.at))
        law = next((each for each in clocks if each.kind == "statutory"), None)
        if law is not None and law.left < 0:
            return Refusal("extension_late", {"due": law.clock.due})
    mandate = delegated(context.staff, "case.extend", context.day)
    days = command.days or (statutory.extension if statutory else 0)
    body = bodies.Extended(days, clean_text(command.reason), mandate.document if mandate else "")
    return "extended", body, any_post(case, context, "extended", "chief")


def _pay(case: Case, command: commands.Pay, context: Context) -> Step | Refusal:
    found = opened(case, context, "pay")
    if isinstance(found, Refusal):
        return found
    amount = fen(command.amount) if command.amount.strip() else case.fee or 0
    if amount != (case.fee or 0):
        return Refusal("fee_amount", {"amount": case.fee or 0})
    return "paid", bodies.Paid(found[0].id, clean_line(command.receipt), amount), found[1]


HANDLERS: dict[str, Handler] = {
    "pre-review": _note("pre_review"),
    "examine": _examine,
    "site-check": _site_check,
    "expert-review": _note("expert_review"),
    "hearing": _note("hearing"),
    "publicity": _note("publicity"),
    "answer": _note("consult"),
    "consult": _consult,
    "not-needed": _not_needed,
    "send-back": _send_back,
    "reassign": _reassign,
    "recuse": _recuse,
    "nudge": _nudge,
    "suspend": _suspend,
    "resume": _resume,
    "extend": _extend,
    "pay": _pay,
}
