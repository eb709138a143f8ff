"""Scopes that the log has taken away from a terminal, and that it is sent until it needs them no longer (S7, T67)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from casework import bodies
from casework.catalogue.schema import MODULES
from hall.rows import Changes, LeavingRow, TerminalRow
from hall.store import Reading


def leaving_of(reading: Reading, changes: Changes, number: str) -> tuple[LeavingRow, ...]:
    """What that terminal is still sent, with what is staged in `changes`."""
    if number in changes.leaving:
        return changes.leaving[number]
    return tuple(row for row in reading.leaving() if row.terminal == number)


def word_of(reading: Reading, changes: Changes, row: TerminalRow) -> bodies.TerminalSet:
    """What the log says of a terminal: nothing of what it is sent only for a while yet."""
    gone = {each.scope for each in leaving_of(reading, changes, row.number)}
    return terminal_set(msgspec.structs.replace(row, scopes=tuple(scope for scope in row.scopes if scope not in gone)))


def with_scopes(
    row: TerminalRow, given: Sequence[str], leaving: Sequence[LeavingRow], since: int
) -> tuple[TerminalRow, tuple[LeavingRow, ...]]:
    """The terminal, to which the log gives these scopes from the entry `since` on, and what it is to give up.

    `leaving`: what it was to give up before.
    """
    before = {each.scope: each for each in leaving}
    gone = [scope for scope in row.scopes if scope in MODULES and scope not in given]
    stays = tuple(before.get(scope, LeavingRow(row.number, scope, since)) for scope in gone)
    return msgspec.structs.replace(row, scopes=(*given, *gone)), stays


def terminal_set(row: TerminalRow) -> bodies.TerminalSet:
    """What the log says of a terminal."""
    return bodies.TerminalSet(
        row.number, row.incarnation, row.key, row.scopes, row.active, revoked_since=row.revoked,
        adopted_by=row.adopted_by,
    )  # fmt: skip
