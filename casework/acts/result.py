"""Acts of the decision, of what is handed out, and of every other end."""

from __future__ import annotations

from casework import bodies, commands, queue_commands
from casework.acts.parts import Handler, Step, any_post, item_of, opened
from casework.ambient import moment
from casework.case import Case, officer_post, steps_of_kind
from casework.clocks import months_later
from casework.comers import comes_for
from casework.drafting import Context
from casework.errors import BadInput
from casework.intake import default
from casework.rules import Refusal
from casework.rules.refusing import named
from casework.text import clean_code, clean_line, clean_name, clean_text


def _decide(case: Case, command: commands.Decide, context: Context) -> Step | Refusal:
    found = opened(case, context, "decide")
    if isinstance(found, Refusal):
        return found
    remedies = clean_text(command.remedies) or (default("remedies") if command.outcome == "refused" else "")
    upper = case.forwarded.organ if case.forwarded else ""
    body = bodies.Decided(
        step=found[0].id, outcome=command.outcome, reasons=clean_text(command.reasons), remedies=remedies,
        conditions=clean_text(command.conditions), organ=clean_line(command.organ) or upper,
        seen=clean_text(command.seen),
    )  # fmt: skip
    return "decided", body, found[1]


def _correct(case: Case, command: commands.Correct, context: Context) -> Step | Refusal:
    body = bodies.Corrected(clean_text(command.what), clean_text(command.reason))
    return "corrected", body, any_post(case, context, "corrected", _decider(case))


def _revoke(case: Case, command: commands.Revoke, context: Context) -> Step | Refusal:
    body = bodies.Revoked(clean_text(command.reason), clean_text(command.remedies) or default("remedies"))
    return "revoked", body, any_post(case, context, "revoked", _decider(case))


def _decider(case: Case) -> str:
    return next((step.post for step in steps_of_kind(case, "decide")), "chief")


def _certify(case: Case, command: commands.Certify, context: Context) -> Step | Refusal:
    found = opened(case, context, "certify")
    if isinstance(found, Refusal):
        return found
    until = clean_code(command.valid_until) or _valid_until(case, context)
    return "certified", bodies.Certified(found[0].id, clean_line(command.document), until), found[1]


def _valid_until(case: Case, context: Context) -> str:
    """The last day of the result, counted from the decision, where the item says for how long."""
    item = item_of(case, context)
    if item is None or not item.result_years:
        return ""
    return months_later(moment(case.decided_at).date(), 12 * item.result_years).isoformat()


def _post(case: Case, command: commands.Post, context: Context) -> Step | Refusal:
    found = opened(case, context, "deliver")
    if isinstance(found, Refusal):
        return found
    address = clean_line(command.address) or case.received.applicant.address
    body = bodies.Posted(found[0].id, clean_line(command.carrier), clean_line(command.tracking), address)
    return "posted", body, found[1]


def _deliver(case: Case, command: commands.Deliver, context: Context) -> Step | Refusal:
    found = opened(case, context, "deliver")
    if isinstance(found, Refusal):
        return found
    agent = case.received.agent
    by_agent = command.how == "agent" and agent is not None
    came = "" if command.how == "post" else comes_for(case)
    sent = case.posted.tracking if case.posted and command.how == "post" else ""
    body = bodies.Delivered(
        step=found[0].id,
        receiver=clean_name(command.receiver)
        or (agent.name if by_agent and agent else came or case.received.applicant.name),
        how=command.how,
        receiver_id=clean_code(command.receiver_id) or (agent.id if by_agent and agent else ""),
        tracking=clean_line(command.tracking) or sent,
    )
    return "delivered", body, found[1]


def _pledge_check(case: Case, command: commands.PledgeCheck, context: Context) -> Step | Refusal:
    body = bodies.PledgeChecked(command.outcome, clean_text(command.note))
    return "pledge.checked", body, any_post(case, context, "pledge.checked", officer_post(case))


def _close(case: Case, command: commands.Note, context: Context) -> Step | Refusal:
    return "closed", bodies.Closed(clean_text(command.note)), any_post(case, context, "closed", "delivery")


def _withdraw(case: Case, command: commands.Withdraw, context: Context) -> Step | Refusal:
    return "withdrawn", bodies.Withdrawn(clean_text(command.reason)), any_post(case, context, "withdrawn", "window")


_TERMS = frozenset({"deferred_overdue", "nobody_came"})
"""Grounds that say all there is to say; another one takes a reason of the officer's own."""


def _terminate(case: Case, command: commands.Terminate, context: Context) -> Step | Refusal:
    reason = clean_text(command.reason) or (default(f"terminate.{command.ground}") if command.ground in _TERMS else "")
    body = bodies.Terminated(command.ground, reason)
    wanted = _decider(case) if case.decided_at else case.received.module
    return "terminated", body, any_post(case, context, "terminated", wanted)


def _transfer(case: Case, command: commands.Transfer, context: Context) -> Step | Refusal:
    body = bodies.Transferred(clean_line(command.organ), clean_text(command.reason))
    return "transferred", body, any_post(case, context, "transferred", case.received.module)


def _forward(case: Case, command: commands.Forward, context: Context) -> Step | Refusal:
    organ = clean_line(command.organ) or case.received.forward_to
    body = bodies.Forwarded(organ, clean_text(command.opinion))
    return "forwarded", body, any_post(case, context, "forwarded", case.received.module)


def _void(case: Case, command: commands.Void, context: Context) -> Step | Refusal:
    body = bodies.Voided(clean_text(command.reason), clean_code(command.new_number))
    return "voided", body, any_post(case, context, "voided", case.received.module)


def _hand_over(case: Case, command: queue_commands.HandOver, context: Context) -> Step | Refusal:
    if command.to not in context.catalogue.posts:
        return Refusal("no_such_post", named(command.to[:40], context.bench))
    person = clean_code(command.person) if command.person else ""
    if person and context.team_of is not None and not context.team_of(person):
        raise BadInput("command.taker", number=person[:40])
    body = bodies.HandedOver(command.to, clean_line(command.papers), person, clean_name(command.name))
    return "handed_over", body, any_post(case, context, "handed_over")


def _recall(case: Case, command: queue_commands.RecallEnd, context: Context) -> Step | Refusal:
    """The oldest paper that is called back, or the oldest of one kind."""
    recall = next((each for each in case.open_recalls if command.paper in {"", each.paper}), None)
    if recall is None:
        return Refusal("no_recall", {"number": case.number})
    body = bodies.Recalled(recall.paper, recall.count, recall.at, command.how, clean_text(command.note))
    return "recalled", body, any_post(case, context, "recalled")


HANDLERS: dict[str, Handler] = {
    "decide": _decide,
    "correct": _correct,
    "revoke": _revoke,
    "certify": _certify,
    "post": _post,
    "deliver": _deliver,
    "pledge-check": _pledge_check,
    "close": _close,
    "withdraw": _withdraw,
    "terminate": _terminate,
    "transfer": _transfer,
    "forward": _forward,
    "void": _void,
    "hand-over": _hand_over,
    "recall": _recall,
}
