"""Unfinished forms, kept while they are typed (S22): another person at this window does not see them."""

from __future__ import annotations

import msgspec

from casework.ambient import stamp
from local_db.connection import Connected
from local_db.sql import queries

_SQL = queries("desk")


class Draft(msgspec.Struct, frozen=True):
    """A form as it was left. `data` is the writer's own JSON; `field` is where the caret stood; `updated` hall time."""

    case_id: str
    owner: str
    data: bytes
    field: str
    updated: str


class Drafts(Connected):
    """Drafts by the case that they will be."""

    def keep_draft(self, case_id: str, owner: str, data: bytes, field: str = "") -> None:
        """Save a form; a draft of the same case is replaced."""
        row = (case_id, owner, data, field, stamp(self.clock.now()))
        with self.transaction() as db:
            db.execute(
                _SQL["keep_draft"],
                row,
            )

    def draft(self, case_id: str) -> Draft | None:
        """The draft of a case."""
        with self.reading() as db:
            row = db.execute(_SQL["draft"], (case_id,)).fetchone()
        return Draft(*row) if row else None

    def drafts(self, owner: str) -> tuple[Draft, ...]:
        """A person's drafts, the newest first."""
        with self.reading() as db:
            rows = db.execute(
                _SQL["drafts"],
                (owner, self.limits.list_rows),
            ).fetchall()
        return tuple(Draft(*row) for row in rows)

    def forget_draft(self, case_id: str) -> None:
        """The person gave the form up."""
        with self.transaction() as db:
            db.execute(_SQL["drop_draft"], (case_id,))
