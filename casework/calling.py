"""Calls from window to person (呼叫): *come to window 3*, and the answer. They belong to no case."""

from __future__ import annotations

from casework import bodies, numbers
from casework.drafting import Context, Decision, Drafting, drafted
from casework.errors import BadInput
from casework.events import EVENTS
from casework.rights import post_for
from casework.rules import Refusal


def call(to: bodies.StaffSet | None, number: str, context: Context, call_id: str) -> Decision | Refusal:
    """Ask `to` to come to this window, about the case `number` or none.

    Raises BadInput: there is nobody of that number, or one cannot call oneself.
    """
    if to is None or not to.active:
        raise BadInput("call.nobody")
    if to.number == context.staff.number:
        raise BadInput("call.oneself")
    about = numbers.parse(number).number if number else ""
    return _said(context, call_id, "called", bodies.Called(to.number, context.terminal, about))


def answer(call_id: str, context: Context) -> Decision | Refusal:
    """Whoever was called comes."""
    return _said(context, call_id, "call.answered", bodies.CallAnswered())


def _said(context: Context, call_id: str, type_: str, body: bodies.Body) -> Decision | Refusal:
    post = post_for(context.staff, context.shift, EVENTS[type_].verb, context.catalogue.posts)
    return drafted(Drafting(context, call_id, call_id, None), (type_, body, post or next(iter(context.shift), "")))
