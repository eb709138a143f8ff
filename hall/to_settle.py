"""What a resolution may name, with the bytes that the hall kept and the people who made it (S15, S16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.errors import BadBytes
from casework.events import body_of
from casework.facts import Fact, decode_fact
from casework.refused import Waits
from casework.wire import Tray

if TYPE_CHECKING:
    from hall.docket import Docket


def to_settle(docket: Docket, resolution: Fact) -> dict[str, Waits]:
    """Lines of its case, of its root (a command may speak of several cases), and of no case."""
    rows = [docket.tray_row(id_) for id_ in docket.waiting(resolution.case)]
    named = [docket.tray_row(id_) for id_ in body_of(resolution).refused]
    rows += named
    for terminal in {row.tray.terminal for row in named if row is not None}:  # what its command made of other cases
        rows += [row for row in docket.lanes(terminal).values() if row.tray.root == resolution.root]
    return {
        row.id: _waits(docket, row.tray)
        for row in rows
        if row is not None
        and _is_open(docket, row.tray, resolution)
        and (not row.tray.case or row.tray.case == resolution.case or row.tray.root == resolution.root)
    }


def _is_open(docket: Docket, line: Tray, resolution: Fact) -> bool:
    """Whether it waits; or was settled in just this way, when the word of that alone came back to a restored hall: then
    the resolution itself, made in the log that was lost, may come behind it (S25).
    """
    again = resolution.base.epoch < docket.hall.epoch and resolution.type in {"resolve.withdraw", "resolve.amend"}
    return not line.settled or (again and resolution.type == f"resolve.{line.settled}")


def _waits(docket: Docket, tray: Tray) -> Waits:
    bearer = docket.bearer(tray.fact)
    data = bearer.data if bearer is not None else None
    try:
        fact = decode_fact(data) if data else None
    except BadBytes:
        fact = None  # nobody can insist on what nobody can read; it can be given up
    return Waits(tray, fact, docket.person(fact.actor) if fact else None)
