"""The end of the day at a window, in words: for the screen, the command and the sheet (casework.day_end)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import msgspec

from casework.ambient import moment
from casework.case import Case
from casework.day_end import Difference, Tally, end_of_day
from casework.messages import Message, t
from casework.papers.day_sheet import DayFacts, day_sheet
from casework.papers.model import Paper
from casework.papers.parts import Say
from console.counter import Session
from console.messages import PAPERS
from console.showing import Shower, masked
from console.terminal import Terminal
from screens.counter_views import DayRow, DayView

_HOUR = 60


def day_view(terminal: Terminal, show: Shower, day: str, say: Say = t) -> DayView:
    """What the window did on `day` (YYYY-MM-DD), and what does not agree, in the language of `say` and `show`."""
    taken, printed = terminal.memory.own_day(day)
    end = end_of_day(taken, printed, terminal.memory.not_out(day))
    return DayView(
        day=day,
        cases=tuple((say(f"module.{one.name}"), *_counts(one)) for one in end.cases),
        papers=tuple((say(f"paper.{one.name}"), *_counts(one)) for one in end.papers),
        differences=tuple(_row(terminal, show, one, say) for one in end.differences),
        warnings=_warnings(terminal, say),
    )


def _counts(one: Tally) -> tuple[str, ...]:
    return tuple(str(n) for n in (one.all, one.at_hall, one.unsent, one.in_tray, one.again))


def _row(terminal: Terminal, show: Shower, one: Difference, say: Say) -> DayRow:
    case: Case | None = terminal.memory.case_state(one.case)
    what = say(f"day.{one.what}", paper=say(f"paper.{one.paper}") if one.paper else "")
    if case is None:  # a prefile's list, or a case that has left this window
        return DayRow("", "", "", what)
    item = f"{case.received.item} {show.item_name(case)}"
    return DayRow(case.number, item, masked(case.received.applicant), what)


def _warnings(terminal: Terminal, say: Say) -> tuple[str, ...]:
    """What is not sent, held or refused, of any day: nobody goes home without having read it."""
    waits, now = terminal.memory.pending(), terminal.clock.now()
    lines = []
    if waits.unsent:
        age = _age(int((now - moment(waits.oldest)).total_seconds()) // 60, say) if waits.oldest else ""
        lines.append(say("day.warn.unsent", n=waits.unsent, age=age))
    if waits.held or waits.rejected:
        lines.append(say("day.warn.tray", held=waits.held, refused=waits.rejected))
    waiting = terminal.memory.prints_standing().open
    return (*lines, say("day.warn.printer", n=waiting)) if waiting else tuple(lines)


def _age(minutes: int, say: Say) -> str:
    return say("day.age.minutes", n=max(minutes, 0)) if minutes < _HOUR else say("day.age.hours", n=minutes // _HOUR)


def sheet(terminal: Terminal, session: Session, show: Shower, day: str) -> Paper:
    """The sheet of `day`, as it would be printed now; in the language of the papers."""
    paperwork = terminal.paperwork
    chinese = dataclasses.replace(show, language=lambda: PAPERS)
    view, who = day_view(terminal, chinese, day, paperwork.say), session.staff
    facts = DayFacts(
        hall=terminal.memory.identity.hall_name,
        window=terminal.memory.identity.terminal,
        clerk=f"{who.name} {who.number}",
        day=day,
        printed_at=terminal.clock.now(),
        cases=view.cases,
        papers=view.papers,
        differences=tuple((one.number, one.item, one.applicant, one.what) for one in view.differences),
        warnings=view.warnings,
    )
    return paperwork.marked(day_sheet(facts, paperwork.say))


def print_sheet(terminal: Terminal, session: Session, show: Shower, day: str) -> Message:
    """The sheet into the queue of the printer; it counts on no case."""
    paper = sheet(terminal, session, show, day)
    with terminal.memory.writing() as tx:
        tx.queue_print("", day.replace("-", ""), "day", 1, msgspec.json.encode(paper))
    return terminal.print_waiting(t("paper.day"), "")


def lines(view: DayView) -> Sequence[str]:
    """The same as plain lines, for the command."""
    return (
        t("day.title", day=view.day),
        *(t("day.line", name=name, all=c[0], at_hall=c[1], unsent=c[2], in_tray=c[3]) for name, *c in view.cases),
        *(t("day.line_paper", name=name, all=c[0], again=c[4]) for name, *c in view.papers),
        *(f"! {' '.join(part for part in (r.number, r.item, r.applicant, r.what) if part)}" for r in view.differences),
        *(f"! {one}" for one in view.warnings),
        *(() if view.differences or view.warnings else (t("day.agrees"),)),
    )
