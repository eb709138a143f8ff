"""What the hall refused, in the words of the tray screen: what it was, why, since when, and the ways out (S15, S16).

And the papers that are called back, or have to be printed again: they wait there until that is done.
"""

from __future__ import annotations

from typing import Any, cast

from casework import numbers
from casework.beside import FLAGGED
from casework.case import Case, open_steps
from casework.commands import ACTS
from casework.errors import BadBytes
from casework.events import EVENTS, body_of
from casework.facts import Fact
from casework.messages import t
from casework.offering import may_print
from casework.rules import Refusal
from casework.wire import Tray
from console.ages import age_words, waited
from console.counter import Session
from console.desk.doubles import double_rows
from console.desk.fields import called_back_field, reason_field
from console.desk.forms import act_fields
from console.settling import Line, Settling, reason_of
from console.showing import Shower, act_view
from console.telling import detail
from console.terminal import Terminal
from screens import desk

_REPRINT = "reprint:"
_RECALL = "recall:"
"""How an entry begins that is a paper which is called back; behind it the number of its case."""


def tray_rows(terminal: Terminal, session: Session, show: Shower) -> tuple[desk.TrayRow, ...]:
    """What the hall refused, oldest first; behind it papers that are called back or printed anew, and doubles."""
    lines = Settling(terminal.counter).lines(session)
    recalls = (row for case in terminal.memory.with_recalls() for row in _recalls(case, terminal, session, show))
    reprints = (_reprint(row.case, terminal) for row in terminal.memory.reprints())
    return (
        *(_row(line, terminal, show) for line in lines),
        *recalls,
        *reprints,
        *double_rows(terminal, session, show),
    )


def _row(line: Line, terminal: Terminal, show: Shower) -> desk.TrayRow:
    row = line.tray
    return desk.TrayRow(
        entry=row.fact,
        number=row.number,
        kind=cast(Any, row.kind if row.kind in {"held", FLAGGED} else "refused"),
        what=_what(row, terminal, show),
        why=str(reason_of(line)),
        since=row.since[5:16].replace("T", " "),
        ways=_ways(line, terminal),
        age=age_words(line.age),
        window=row.terminal[2:],
        level=t(f"tray.level.{line.age.level}"),
        here=line.here,
    )


def told(terminal: Terminal, show: Shower, entry: str) -> tuple[str, ...]:
    """What was refused, in words: the act with what it says, who made it, where and when. Empty without its bytes."""
    row = next((row for row in terminal.memory.tray() if row.fact == entry), None)
    waits = terminal.memory.to_settle(row.case).get(entry) if row else None
    if waits is None or waits.fact is None:
        return ()
    fact = waits.fact
    case = terminal.memory.case_state(fact.case)
    at = fact.time.at[:16].replace("T", " ")
    made = t("tray.made", who=terminal.name_of(fact.actor), at=at, window=waits.tray.terminal[2:])
    return tuple(filter(None, (f"{t(f'event.{fact.type}')} {_says(fact, case, show)}".strip(), made)))


def _says(fact: Fact, case: Case | None, show: Shower) -> str:
    try:
        return detail(show, case, body_of(fact)) if case is not None else ""
    except BadBytes:
        return ""


def _what(row: Tray, terminal: Terminal, show: Shower) -> str:
    """What was refused: the event, and for a step which one."""
    if not row.type:
        return t("tray.unread")
    case = terminal.memory.case_state(row.case) if row.type == "step.done" else None
    waits = terminal.memory.to_settle(row.case).get(row.fact) if case else None
    step = _says(waits.fact, case, show) if waits is not None and waits.fact is not None else ""
    if row.type not in EVENTS:  # of a newer program (S32)
        return f"{t('history.unread')} {row.type}"
    return f"{t(f'event.{row.type}')} {step}".strip()


def _ways(line: Line, terminal: Terminal) -> tuple[desk.ActView, ...]:
    """Giving up, doing it again and right, insisting; each with the reason where it is off."""
    off = dict(line.ways)
    case = terminal.memory.case_state(line.tray.case) if line.tray.case else None
    holder = (called_back_field(case),) if line.papers and case is not None else ()
    papers = tuple(t("tray.calls_back", paper=t(f"paper.{one.paper}"), at=_at(one.at)) for one in line.papers)
    word = "looked-after" if line.tray.kind == FLAGGED else "withdraw-refused"
    give_up = act_view(
        "withdraw-refused", off["withdraw"], (reason_field(), *holder), grave=True, proposed=line.tray.kind != "held",
        notes=(t(f"act.note.{word}"), *papers), name=t(f"act.{word}"),
    )  # fmt: skip
    insist = act_view(
        "insist", off["insist"], (reason_field(),), grave=True, notes=(t("act.note.insist"),)
    )  # fmt: skip
    return (give_up, *_amending(line.tray, off["amend"], case, terminal, holder, papers), insist)


def _at(stamp: str) -> str:
    return stamp[5:16].replace("T", " ")


def _amending(
    row: Tray,
    off: Refusal | None,
    case: Case | None,
    terminal: Terminal,
    holder: tuple[desk.Field, ...],
    papers: tuple[str, ...],
) -> tuple[desk.ActView, ...]:
    """The way to do the refused act again and right, where there is one."""
    action = again(row, case) if case and case.is_open else ""
    if not action or case is None or row.kind != "rejected":
        return ()
    fields = (
        reason_field(printed=may_print(action)),
        *holder,
        *(f for f in act_fields(action, case, terminal) if f.code != "reason"),
    )
    name = t("act.amend", act=t(f"act.{action}"))
    return (
        desk.ActView(
            f"amend:{action}", name, off is None, off.message if off else None, fields,
            notes=(t("act.note.amend"), *papers),
        ),
    )  # fmt: skip


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


def _recalls(case: Case, terminal: Terminal, session: Session, show: Shower) -> tuple[desk.TrayRow, ...]:
    """The papers of a case that somebody has to give back."""
    off = dict(terminal.counter.possible(session, case)).get("recall")
    ways = (act_view("recall", off, act_fields("recall", case, terminal), notes=(t("act.note.recall"),)),)
    return tuple(
        desk.TrayRow(
            entry=f"{_RECALL}{case.number}:{place}",
            number=case.number,
            kind="recall",
            what=t(f"paper.{recall.paper}"),
            why=t("tray.recall", holder=recall.holder, at=_at(recall.at), number=numbers.printed(case.number)),
            since=_at(recall.since),
            age=waited(terminal, recall.since),
            window=case.terminal[2:],
            ways=ways,
        )
        for place, recall in enumerate(case.open_recalls)
    )


def _reprint(case: Case, terminal: Terminal) -> desk.TrayRow:
    """A receipt that was handed out under a number which another case had, too (S27): it is printed again."""
    return desk.TrayRow(
        entry=f"{_REPRINT}{case.number}", number=case.number, kind="print", what=t("paper.receipt"),
        why=t("tray.reprint", old=numbers.printed(case.former_numbers[-1]), number=numbers.printed(case.number)),
        since=_at(case.received_at), ways=(), age=waited(terminal, case.received_at), window=case.terminal[2:],
    )  # fmt: skip


def recalled_case(entry: str) -> str:
    """The number of the case whose paper an entry is; empty for what the hall refused."""
    return entry.removeprefix(_RECALL).partition(":")[0] if entry.startswith(_RECALL) else ""
