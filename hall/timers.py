"""The hall's timers: what nobody said in time, it says itself, once, and takes back when a notice of before turns up.

Keeps S10 (a timer's id follows from case, kind and occurrence), S30 (provisional, set aside by an earlier notice) and
R4 (accepted as of the day of receipt). Pure: a view of the memory in, the changes out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from casework import bodies
from casework.ambient import NewId
from casework.calendar import Calendar
from casework.case import Case, decode_case, encode_case
from casework.events import body_of
from casework.facts import HALL, Fact, decode_fact
from casework.folding import fold, fold_mark
from casework.folding.intake import takes_back
from casework.timers import DEEMED, SETTLED, timer_id, timers_of
from casework.wire import ENTRY_FACT, decode_entry
from hall.office import OnCase, own_facts, with_what_was_said
from hall.rows import CaseRow, Changes, TimerRow
from hall.store import Reading

AT_ONCE = 200
"""Timers that are settled in one transaction."""


def timer_rows(case: Case, calendar: Calendar) -> tuple[TimerRow, ...]:
    """The timers of a case as they are now."""
    return tuple(TimerRow(case.id, kind, due) for kind, due in timers_of(case, calendar).items())


def run_out(reading: Reading, now: str, new_id: NewId, calendar: Calendar) -> Changes:
    """What the hall says of the cases whose time is over."""
    changes = Changes()
    due = reading.timers_due(now[:10], AT_ONCE)
    rows = reading.cases([timer.case for timer in due])
    said: list[OnCase] = []
    for timer in due:
        row = rows.get(timer.case)
        case = decode_case(row.state) if row and row.state else None
        now_due = timer_rows(case, calendar) if case is not None else ()
        changes.timers[timer.case] = () if timer in now_due else now_due  # by another calendar it is another day
        if row is not None and case is not None and timer in now_due:
            id_ = timer_id(timer.case, timer.kind, timer.due)
            body = _DUE[timer.kind](timer.due, case)
            said.append(OnCase(id_, case.id, row.root, row.scope, row.n + 1, body))
    return _folded(reading, own_facts(reading, said, now, new_id, changes), said, now, calendar) if said else changes


_DUE: dict[str, Callable[[str, Case], bodies.Body]] = {
    DEEMED: lambda due, case: bodies.DeemedAccepted(due),
    SETTLED: lambda due, case: bodies.TimerSettled(case.deemed, "day"),
}
"""What the hall says when a timer has run out."""


def settled_early(reading: Reading, now: str, new_id: NewId, calendar: Calendar) -> Changes:
    """Acceptances by the timer of which every terminal that may hold the case has reported past the moment (S30)."""
    changes = Changes()
    waiting = reading.timers_of_kind(SETTLED, AT_ONCE)
    if not waiting:
        return changes
    rows = reading.cases([timer.case for timer in waiting])
    reports, terminals = reading.reports(), [row for row in reading.terminals() if row.active and row.number != HALL]
    said: list[OnCase] = []
    for timer in waiting:
        row = rows.get(timer.case)
        case = decode_case(row.state) if row and row.state else None
        if row is None or case is None or timers_of(case, calendar).get(SETTLED) != timer.due:
            continue
        holders = [terminal.number for terminal in terminals if terminal.holds(row.scope)]
        if all(reports[number].clear[:10] > case.deemed if number in reports else False for number in holders):
            id_ = timer_id(timer.case, timer.kind, timer.due)
            said.append(OnCase(id_, case.id, row.root, row.scope, row.n + 1, bodies.TimerSettled(case.deemed, "heard")))
    return _folded(reading, own_facts(reading, said, now, new_id, changes), said, now, calendar) if said else changes


def set_aside(
    reading: Reading, changes: Changes, notices: Sequence[Fact], now: str, new_id: NewId, calendar: Calendar
) -> Changes:
    """For each notice of before the moment that came late, the timer's acceptance is taken back (S30)."""
    said: list[OnCase] = []
    for notice in {notice.case: notice for notice in reversed(notices)}.values():  # the first one of each case
        row = changes.cases.get(notice.case)
        case = decode_case(row.state) if row and row.state else None
        if row is None or case is None or not takes_back(case, notice):
            continue
        told: bodies.SupplementTold = body_of(notice)
        body = bodies.TimerSetAside(notice.time.at, told.lines, told.also)
        said.append(OnCase(new_id(), case.id, row.root, row.scope, row.n + 1, body))
    return _folded(reading, own_facts(reading, said, now, new_id, changes), said, now, calendar) if said else changes


def _folded(reading: Reading, changes: Changes, said: Sequence[OnCase], now: str, calendar: Calendar) -> Changes:
    """The cases' rows with what the hall said, and the timers that they have now."""
    for id_, case in with_what_was_said(reading, changes, said, now).items():
        changes.timers[id_] = timer_rows(case, calendar)
    return changes


def moved(reading: Reading, changes: Changes, calendar: Calendar) -> None:
    """By another calendar another day is the last: the timers of every case anew, as the same transaction leaves it."""
    for row in {**reading.cases(reading.case_ids()), **changes.cases}.values():
        case = decode_case(row.state) if row.state else None
        changes.timers[row.id] = timer_rows(case, calendar) if case is not None else ()


def refolded(reading: Reading, calendar: Calendar) -> Changes:
    """Every case's row made anew from the log, with its timers: after an update that folds otherwise."""
    changes = Changes(fold=fold_mark())
    ids = reading.case_ids()
    for row in reading.cases(ids).values():
        entries = [decode_entry(data) for _, kind, data in reading.case_entries(row.id, 0) if kind == ENTRY_FACT]
        case = fold([decode_fact(entry.fact) for entry in entries])
        changes.cases[row.id] = CaseRow(row.id, row.root, row.scope, row.n, encode_case(case) if case else None)
        changes.timers[row.id] = timer_rows(case, calendar) if case else ()
    return changes
