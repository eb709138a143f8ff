"""A supervisor confirms a day that no clock proves (S29)."""

from __future__ import annotations

from casework import bodies, queue_commands
from casework.acts.parts import Handler, Step, any_post
from casework.case import Case
from casework.dating import on_paper
from casework.drafting import Context
from casework.rules import Refusal
from casework.text import clean_code, clean_text


def _confirm_date(case: Case, command: queue_commands.ConfirmDate, context: Context) -> Step | Refusal:
    of = clean_code(command.of).lower() or next(iter(case.doubts), "")
    if of not in case.doubts:
        return Refusal("not_in_doubt", {"number": case.number})
    day = clean_code(command.date) or on_paper(case, of)[:10]
    body = bodies.DateConfirmed(of, day, clean_text(command.reason))
    return "date.confirmed", body, any_post(case, context, "date.confirmed")


HANDLERS: dict[str, Handler] = {"confirm-date": _confirm_date}
