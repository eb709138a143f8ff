"""Papers on their way to a printer, the district's own list of items, settings. None of it is ever sent to the hall."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from casework.catalogue.district import GuideItem
from casework.catalogue.search import FinderEntry
from local_db.connection import Connected
from local_db.sql import queries


class PrintJob(msgspec.Struct, frozen=True):
    """A paper that waits for a printer: its own JSON, since when (hall time), how often tried, why it failed."""

    id: int
    case_id: str
    number: str
    kind: str
    count: int
    paper: bytes
    since: str
    attempts: int
    reason: str


_SQL = queries("desk")


class Printing(Connected):
    """The print queue, the guide-only layer, and settings. A job is put in by `Writing.queue_print`, with its fact."""

    def waiting_prints(self) -> tuple[PrintJob, ...]:
        """What waits for a printer, oldest first."""
        with self.reading() as db:
            rows = db.execute(_SQL["waiting_prints"], (self.limits.list_rows,)).fetchall()
        return tuple(PrintJob(*row) for row in rows)

    def prints_waiting(self) -> int:
        """How many papers wait for a printer."""
        with self.reading() as db:
            return int(db.execute(_SQL["prints_waiting"]).fetchone()[0])

    def print_done(self, id_: int, file: str) -> None:
        """The paper is out: in `file`, or on the printer of that name."""
        with self.transaction() as db:
            db.execute(_SQL["print_done"], (file, id_))

    def print_failed(self, id_: int, reason: str) -> None:
        """A try failed; the paper waits on."""
        with self.transaction() as db:
            db.execute(_SQL["print_failed"], (reason, id_))

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

    def guide_item(self, code: str) -> GuideItem | None:
        """One item of the district's own list."""
        with self.reading() as db:
            row = db.execute(_SQL["guide_item"], (code,)).fetchone()
        return msgspec.json.decode(row[0], type=GuideItem) if row else None

    def finder_entries(self, layer: str) -> tuple[FinderEntry, ...] | None:
        """What the finder knows of a catalogue version or the guide layer; None until it was spelled."""
        kept = self.setting(f"finder/{layer}")
        return msgspec.json.decode(kept, type=tuple[FinderEntry, ...]) if kept else None

    def keep_finder_entries(self, layer: str, entries: tuple[FinderEntry, ...]) -> None:
        """Spelled once, when a catalogue or a list is stored: pinyin is never worked out at start."""
        self.keep_setting(f"finder/{layer}", msgspec.json.encode(entries).decode())

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
