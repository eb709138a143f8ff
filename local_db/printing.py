"""Papers on their way to a printer, the district's own list of items, settings. None of it is ever sent to the hall."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from casework.ambient import stamp
from casework.catalogue.district import GuideItem
from casework.catalogue.search import FinderEntry
from casework.messages import Message
from local_db.connection import Connected
from local_db.sql import queries

PrintState = Literal["waiting", "sending", "unsure", "printed", "dropped", "replaced"]


class PrintJob(msgspec.Struct, frozen=True):
    """A paper on its way: its own JSON, since when and when tried last (hall time), how often, what stopped it.

    `printer`: the one that a person chose, empty: by its size. `sent_to`: the one that was tried last.
    """

    id: int
    case_id: str
    number: str
    kind: str
    count: int
    paper: bytes
    since: str
    attempts: int
    state: PrintState
    printer: str
    sent_to: str
    tried: str
    reason: Message | None


class PrintsStanding(msgspec.Struct, frozen=True):
    """How many papers are not out, how many of them may be, and since when the oldest waits (hall time, or empty)."""

    open: int
    unsure: int
    oldest: str


_SQL = queries("desk")


class Printing(Connected):
    """The print queue, the guide-only layer, and settings. A job is put in by `Writing.queue_print`, with its fact."""

    def open_prints(self) -> tuple[PrintJob, ...]:
        """What is not out, or may not be, oldest first."""
        with self.reading() as db:
            rows = db.execute(_SQL["open_prints"], (self.limits.list_rows,)).fetchall()
        return tuple(map(_job, rows))

    def waiting_prints(self) -> tuple[PrintJob, ...]:
        """What can be sent to a printer, oldest first."""
        return tuple(job for job in self.open_prints() if job.state == "waiting")

    def print_job(self, id_: int) -> PrintJob | None:
        """One job, whatever became of it; None when there never was one."""
        with self.reading() as db:
            row = db.execute(_SQL["print_job"], (id_,)).fetchone()
        return _job(row) if row else None

    def prints_standing(self) -> PrintsStanding:
        """The queue in three figures: cheap, asked once a second."""
        with self.reading() as db:
            return PrintsStanding(*db.execute(_SQL["prints_standing"]).fetchone())

    def print_begins(self, id_: int, printer: str) -> bool:
        """Before the first byte leaves: from here on the paper may be out. False: somebody else took or settled it."""
        with self.transaction() as db:
            return db.execute(_SQL["print_begins"], (printer, stamp(self.clock.now()), id_)).rowcount == 1

    def at_hand(self) -> tuple[int, int]:
        """Papers of which nobody can say that they are out, and forms that nobody has finished or put aside."""
        with self.reading() as db:
            prints, forms = db.execute(_SQL["at_hand"]).fetchone()
        return int(prints), int(forms)

    def print_done(self, id_: int, file: str) -> None:
        """The paper is out: in `file`, or on the printer of that name."""
        with self.transaction() as db:
            db.execute(_SQL["print_done"], (file, id_))

    def print_failed(self, id_: int, reason: Message) -> None:
        """A try failed before anything was printed; the paper waits on."""
        self._stopped(id_, "waiting", reason)

    def print_unsure(self, id_: int, reason: Message) -> None:
        """A try broke off and the paper may be out: it is not sent again before a person has looked."""
        self._stopped(id_, "unsure", reason)

    def _stopped(self, id_: int, state: PrintState, reason: Message) -> None:
        facts = msgspec.json.encode(reason.facts).decode()
        with self.transaction() as db:
            db.execute(_SQL["print_stopped"], (state, reason.id, facts, id_))

    def choose_printer(self, id_: int, printer: str) -> bool:
        """Send a waiting paper to that printer. False: it does not wait any more."""
        with self.transaction() as db:
            return db.execute(_SQL["print_chosen"], (printer, id_)).rowcount == 1

    def settle_print(self, id_: int, state: Literal["printed", "dropped", "replaced"], by: str, note: str) -> bool:
        """A person says what became of a paper: it lies there, it is given up. False: it was settled before."""
        with self.transaction() as db:
            row = (state, by, stamp(self.clock.now()), note, id_)
            return db.execute(_SQL["print_settled"], row).rowcount == 1

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


def _job(row: tuple[Any, ...]) -> PrintJob:
    reason, facts = row[-2:]
    values = [*row[:-2], Message(reason, msgspec.json.decode(facts)) if reason else None]
    return PrintJob(*values)
