"""Papers on their way to a printer, and the district's own list of items. Neither is ever sent to the hall."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from casework.ambient import stamp
from casework.catalogue.district import GuideItem
from local_db.connection import Connected
from local_db.sql import queries


class PrintJob(msgspec.Struct, frozen=True):
    """A paper that waits, was printed, or failed. `file`: its name under `papers/`; `since`: hall time."""

    id: int
    case_id: str
    kind: str
    printer: str
    file: str
    sha256: str
    state: str
    since: str
    attempts: int
    reason: str


_SQL = queries("desk")


class Printing(Connected):
    """The print queue and the guide-only layer."""

    def queue_print(self, case_id: str, kind: str, printer: str, file: str, sha256: str) -> int:
        """A paper waits for its printer from now on. Returns its id."""
        row = (case_id, kind, printer, file, sha256, stamp(self.clock.now()))
        with self.transaction() as db:
            made = db.execute(
                _SQL["queue_print"],
                row,
            )
            return int(made.lastrowid or 0)

    def prints_waiting(self) -> tuple[PrintJob, ...]:
        """What waits for a printer, oldest first."""
        with self.reading() as db:
            rows = db.execute(
                _SQL["prints_waiting"],
                (self.limits.list_rows,),
            ).fetchall()
        return tuple(PrintJob(*row) for row in rows)

    def print_ended(self, id_: int, state: str, reason: str = "") -> None:
        """A try ended: `printed`, `failed`, or `waiting` to be tried again, with the reason."""
        with self.transaction() as db:
            db.execute(
                _SQL["print_ended"],
                (state, reason, id_),
            )

    def replace_guide_items(self, items: Iterable[GuideItem]) -> int:
        """The district's own list, instead of what was imported before. Returns how many items it has."""
        rows = [(item.code, item.name, msgspec.json.encode(item)) for item in items]
        with self.transaction() as db:
            db.execute(_SQL["clear_guide"])
            db.executemany(_SQL["keep_guide"], rows)
        return len(rows)

    def guide_items(self) -> tuple[GuideItem, ...]:
        """The district's own list, by code."""
        with self.reading() as db:
            rows = db.execute(_SQL["guide"]).fetchall()
        return tuple(msgspec.json.decode(row[0], type=GuideItem) for row in rows)

    def setting(self, name: str) -> str | None:
        """A setting of this machine, such as its printer."""
        with self.reading() as db:
            row = db.execute(_SQL["setting"], (f"setting.{name}",)).fetchone()
        return row[0] if row else None

    def keep_setting(self, name: str, value: str) -> None:
        """Write a setting of this machine."""
        with self.transaction() as db:
            db.execute(
                _SQL["keep_setting"],
                (f"setting.{name}", value),
            )
