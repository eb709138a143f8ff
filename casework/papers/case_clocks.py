"""What papers say of a case's time: limits, what is not counted, special procedures, the extension (R20 to R24)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from casework.ambient import moment
from casework.bodies import Span, Stop
from casework.calendar import Calendar, Due
from casework.case import Case, steps_of_kind
from casework.clocks import unit_word
from casework.dating import counted
from casework.papers.facts import Extension, LimitLine, Special
from casework.papers.parts import Say
from casework.standing import Kind, Standing


def limit_of(span: Span | None, stand: Standing | None, say: Say) -> LimitLine:
    """A limit in words, with its due date once its clock runs; where no law sets one it says so."""
    if span is None:
        return LimitLine(say("papers.limit.none"))
    text = say(f"limit.{unit_word(span.unit, span.amount)}", amount=span.amount, start=say(f"limit.start.{span.start}"))
    if stand is None:
        return LimitLine(text)
    time = f"{stand.clock.due_at:%H:%M}" if stand.clock.by_minutes else ""
    return LimitLine(text, stand.clock.due_day, stand.clock.provisional, time)


def amount_of(amount: int, unit: str, say: Say) -> str:
    """`10个工作日`: an amount with its unit, without where it begins."""
    return say(f"papers.amount.{unit_word(unit, amount)}", amount=amount)


def stop_words(stop: Stop, say: Say) -> str:
    """A special procedure that does not count, with its most days where there is a most (R22)."""
    kind = say(f"suspension.{stop.kind}")
    return say("papers.stop.most", kind=kind, days=stop.most) if stop.most else kind


def not_counted(case: Case, say: Say) -> tuple[str, ...]:
    """The special procedures of the case, and putting right after a site check, which stops the promise only."""
    stops = tuple(stop_words(stop, say) for stop in case.received.stops)
    return (*stops, *((say("papers.stop.rectify"),) if steps_of_kind(case, "site_check") else ()))


def until_of(case: Case, calendar: Calendar) -> Due | None:
    """The last day for what the notice asks for, counted from the notice as the term of the case is (standing)."""
    if case.supplement is None:
        return None
    return calendar.add_working_days(moment(counted(case, "told")).date(), case.received.supplement_days)


def special_of(case: Case, calendar: Calendar, say: Say) -> Special | None:
    """The newest special procedure that lasts, else the last one. Rectification has no paper of its own."""
    legal = [pause for pause in case.pauses if pause.kind != "rectify"]
    if not legal:
        return None
    pause = next((each for each in reversed(legal) if not each.until), legal[-1])
    since = moment(pause.since).date()
    due = calendar.add_working_days(since, pause.days) if pause.days else None
    named = next((stop.basis for stop in case.received.stops if stop.kind == pause.kind), "")
    return Special(
        kind=say(f"suspension.{pause.kind}"),
        days=pause.days,
        start=since,
        due=due.day if due else None,
        provisional=bool(due and due.provisional),
        basis=pause.basis or named,
        reason=pause.reason,
        ended=moment(pause.until).date() if pause.until else None,
        hearing=pause.kind == "hearing",
        asked_on=_day(pause.asked_on),
        held_on=_day(pause.held_on),
    )


def extension_of(case: Case, clocks: Mapping[Kind, Standing], approver: str, basis: str, say: Say) -> Extension | None:
    """The extension with the new due date of the law's clock; of the promised one where no law sets a limit."""
    made = case.extension
    if made is None:
        return None
    span = case.received.statutory or case.received.promised
    stand = clocks.get("statutory") or clocks.get("promised")
    return Extension(
        amount=amount_of(made.days, span.unit, say),
        due=stand.clock.due_day if stand else None,
        provisional=bool(stand and stand.clock.provisional),
        approver=approver or made.by,
        authority=made.authority,
        basis=basis,
        reasons=tuple(line for line in made.reason.splitlines() if line.strip()),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
