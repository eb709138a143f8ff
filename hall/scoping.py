"""Which scopes a terminal holds: said by an entry of the log, never by who signed in (S7).

A scope that is taken away is sent until the terminal has pulled that entry and keeps nothing of its own unsettled in it
(T67): it says with each pull which ones it still needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from casework.ambient import NewId
from casework.catalogue.schema import MODULES
from casework.facts import HALL
from hall.docket import HALL_SCOPE
from hall.errors import Stop
from hall.leaving import leaving_of, terminal_set, with_scopes
from hall.office import own_facts
from hall.rows import Changes, LeavingRow, TerminalRow
from hall.store import Reading

Kept = Mapping[str, tuple[int, frozenset[str]]]
"""By terminal: where it stands, and the scopes that it still needs."""


def set_scopes(reading: Reading, number: str, modules: Sequence[str], now: str, new_id: NewId) -> Changes:
    """A terminal holds the scope `hall` and these modules from here on.

    Raises Stop: no such terminal, a module that there is not, or nothing that would change.
    """
    row = reading.terminal(number)
    if row is None or number == HALL or not row.active:
        raise Stop("hall.no_terminal", number=number)
    foreign = [module for module in modules if module not in MODULES]
    if foreign or not modules:
        raise Stop("hall.modules", modules=", ".join(foreign), known=", ".join(MODULES))
    mine = [scope for scope in row.scopes if scope not in (HALL_SCOPE, *MODULES)]
    wanted = (HALL_SCOPE, *(module for module in MODULES if module in modules), *mine)
    old = leaving_of(reading, Changes(), number)
    if set(wanted) == set(row.scopes) - {leaving.scope for leaving in old}:
        raise Stop("hall.scopes_same", number=number, modules=", ".join(modules))
    changed, leaving = with_scopes(row, wanted, old, reading.hall().seq + 1)
    changes = Changes(leaving={number: leaving})
    changes = own_facts(reading, [terminal_set(msgspec.structs.replace(row, scopes=wanted))], now, new_id, changes)
    changes.terminals[number] = changed
    return changes


def let_go(reading: Reading, kept: Kept) -> Changes:
    """Terminals that have pulled the word and need a scope no longer are not sent it any more."""
    changes = Changes()
    by_terminal: dict[str, list[LeavingRow]] = {}
    for leaving in reading.leaving():
        by_terminal.setdefault(leaving.terminal, []).append(leaving)
    for number, rows in by_terminal.items():
        terminal, told = reading.terminal(number), kept.get(number)
        if terminal is None or told is None:
            continue
        stays = tuple(row for row in rows if told[0] < row.since or row.scope in told[1])
        if len(stays) < len(rows):
            gone = {row.scope for row in rows} - {row.scope for row in stays}
            changes.leaving[number] = stays
            changes.terminals[number] = _without(terminal, gone)
    return changes


def _without(terminal: TerminalRow, gone: set[str]) -> TerminalRow:
    return msgspec.structs.replace(terminal, scopes=tuple(scope for scope in terminal.scopes if scope not in gone))
