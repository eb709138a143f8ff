"""What the hall refused, in the words of the tray screen: what it was, why, and the ways out of it (S15, S16)."""

from __future__ import annotations

from typing import Any, cast

from casework.case import Case, open_steps
from casework.commands import ACTS
from casework.events import EVENTS, body_of
from casework.messages import t
from casework.rules import sentence
from casework.wire import Tray
from console.desk_forms import act_fields, reason_field
from console.showing import Shower, act_view
from console.telling import detail
from console.terminal import Terminal
from screens import desk


def tray_rows(terminal: Terminal, show: Shower) -> tuple[desk.TrayRow, ...]:
    """The entries of the tray, oldest first."""
    notes = (t("act.note.withdraw-refused"),)
    give_up = act_view("withdraw-refused", None, (reason_field(),), grave=True, proposed=True, notes=notes)
    return tuple(
        desk.TrayRow(
            entry=row.fact,
            number=row.number,
            kind=cast(Any, "held" if row.kind == "held" else "refused"),
            what=_what(row, terminal, show),
            why=str(sentence(row.code, row.facts)),
            since=row.since[5:16].replace("T", " "),
            ways=(give_up, *_amending(row, terminal)) if row.kind == "rejected" else (),
        )
        for row in terminal.memory.tray()
    )


def _what(row: Tray, terminal: Terminal, show: Shower) -> str:
    """What was refused: the event, and for a step which one."""
    case = terminal.memory.case_state(row.case) if row.type == "step.done" else None
    told = terminal.memory.history(row.case).lines if case else ()
    step = next((detail(show, case, body_of(one.fact)) for one in told if case and one.fact.id == row.fact), "")
    if row.type and row.type not in EVENTS:  # of a newer program (S32)
        return f"{t('history.unread')} {row.type}"
    return f"{t(f'event.{row.type}')} {step}".strip()


def _amending(row: Tray, terminal: Terminal) -> tuple[desk.ActView, ...]:
    """The way to do the refused act again and right, where there is one."""
    case = terminal.memory.case_state(row.case)
    action = again(row, case) if case and case.is_open else ""
    if not action or case is None:
        return ()
    fields = (reason_field(), *(f for f in act_fields(action, case, terminal) if f.code != "reason"))
    name = t("act.amend", act=t(f"act.{action}"))
    return (desk.ActView(f"amend:{action}", name, fields=fields, notes=(t("act.note.amend"),)),)


_AGAIN = {
    "accepted": "accept",
    "refused_at_intake": "refuse",
    "returned": "return",
    "inspected": "site-check",
    "sent_back": "send-back",
    "reassigned": "reassign",
    "decided": "decide",
}
_STEPS = (("pre_review", "pre-review"), ("examine", "examine"))


def again(row: Tray, case: Case) -> str:
    """The act that would make the refused fact once more; empty where there is none."""
    if row.type == "step.done":
        kinds = [step.kind for step in open_steps(case)]
        return next((name for kind, name in _STEPS if kind in kinds), "")
    found = _AGAIN.get(row.type, "")
    return found if found in ACTS else ""
