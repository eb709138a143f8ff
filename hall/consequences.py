"""What the hall says itself after a sitting, in the same transaction: timers set aside, numbers, incarnations."""

from __future__ import annotations

import msgspec

from casework.ambient import NewId
from casework.calendar import Calendar
from hall.judge import Sitting
from hall.leaving import word_of
from hall.office import own_facts
from hall.renumbering import renumber
from hall.rows import AdoptionRow, Changes
from hall.store import Reading
from hall.timers import set_aside


def follow(
    reading: Reading, sitting: Sitting, changes: Changes, now: str, new_id: NewId, calendar: Calendar | None
) -> None:
    """Everything that follows from what a sitting has accepted; called once, after it was closed."""
    if sitting.late_notices and calendar is not None:
        set_aside(reading, changes, sitting.late_notices, now, new_id, calendar)
    if sitting.doubled:
        renumber(reading, changes, sitting.doubled, now, new_id)
    for adopted in sitting.adoptions:
        take_over(reading, changes, adopted, now, new_id)


def take_over(reading: Reading, changes: Changes, adopted: AdoptionRow, now: str, new_id: NewId) -> None:
    """What follows: scopes, the fence, and the hall's word about both in the log."""
    old = changes.terminals.get(adopted.terminal) or reading.terminal(adopted.terminal)
    new = changes.terminals.get(adopted.number) or reading.terminal(adopted.number)
    if old is None or new is None:  # `judged` has seen both
        return
    theirs = (old.own_scope, *(scope for scope in old.scopes if scope.startswith("terminal/")))
    new = msgspec.structs.replace(new, scopes=tuple(dict.fromkeys((*new.scopes, *theirs))))
    said = [word_of(reading, changes, new)]
    if adopted.fenced and not old.adopted_by:
        old = msgspec.structs.replace(old, active=False, adopted_by=new.number)
        said.insert(0, word_of(reading, changes, old))
    changes.terminals[old.number], changes.terminals[new.number] = old, new
    changes.adoptions.append(adopted)
    own_facts(reading, said, now, new_id, changes)
