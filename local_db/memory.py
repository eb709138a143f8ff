"""The terminal's memory: opened, created at enrolment, rebuilt from what is never changed.

`TerminalMemory` is what the desk, the command line and the line (`sync.ports.LineStore`) hold; its parts stand one noun
a module: commit, outbox, pages, standing, finding, mine, ordering, prefiles, drafts, people, printing, backup, board,
calls.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

import msgspec

from casework.ambient import Clock
from casework.facts import NO_HASH
from casework.limits import LIMITS, Limits
from local_db.backup import Backup
from local_db.board import BoardCounts
from local_db.bootstrap import Bootstrap
from local_db.calls import Calls
from local_db.connection import FILE, connect
from local_db.counter import Identity
from local_db.drafts import Drafts
from local_db.errors import AlreadyTerminal, Damaged, NotATerminal, wrapped
from local_db.finding import Finding
from local_db.incarnation import Incarnations
from local_db.migrations import migrate, version_of
from local_db.mine import Mine
from local_db.ordering import Ordering
from local_db.own_day import OwnDay
from local_db.people import People
from local_db.prefiles import Prefiles
from local_db.printing import Printing
from local_db.purge import Purge
from local_db.rebuild import projection
from local_db.scopes import Scopes
from local_db.state import State, StateFile
from local_db.waiting import Fetched

FOLDERS = ("papers", "spool", "backup", "keys")


class TerminalMemory(
    Bootstrap,
    Scopes,
    Purge,
    Incarnations,
    Finding,
    Mine,
    Ordering,
    Prefiles,
    Drafts,
    People,
    Printing,
    OwnDay,
    Fetched,
    Backup,
    BoardCounts,
    Calls,
):
    """One data folder, open. Threads may share it; other processes may have it open as well (S34)."""

    @classmethod
    def open(cls, folder: Path, clock: Clock, state_folder: Path, limits: Limits = LIMITS) -> Self:
        """The memory in `folder`, brought to this program's schema.

        Args:
            folder: the data folder (contract.md).
            clock: hall civil time and the monotonic clock.
            state_folder: `local_db.state.state_folder(os.environ)`.
            limits: bounds; tests hand in smaller ones.

        Raises:
            NotATerminal: nobody has enrolled this folder.
            NewerThanProgram, Damaged, Busy, NotWritable: as they say.
        """
        file = folder / FILE
        state = StateFile(state_folder, folder)
        with wrapped(file):
            size = file.stat().st_size if file.is_file() else 0
        if not size:  # a folder that has given numbers was a terminal: somebody emptied its file
            if file.exists() and state.read() is not None:
                raise Damaged("store.damaged", file=str(file))
            raise NotATerminal("store.not_a_terminal", folder=str(folder))
        _prepare(file, limits)
        memory = cls(folder, clock, state, limits)
        memory.up_to_date()
        return memory

    @classmethod
    def create(
        cls, folder: Path, clock: Clock, state_folder: Path, identity: Identity, limits: Limits = LIMITS,
    ) -> Self:  # fmt: skip
        """A new memory at enrolment. Counters of the same terminal of the same hall on this machine go on (S27).

        Raises AlreadyTerminal when the folder holds one.
        """
        file = folder / FILE
        with wrapped(folder):
            for name in FOLDERS:
                (folder / name).mkdir(parents=True, exist_ok=True)
        _prepare(file, limits)
        with wrapped(file):
            db = connect(file, limits)
            try:
                db.execute("begin immediate")
                if db.execute("select count(*) from standing").fetchone()[0]:
                    db.rollback()
                    raise AlreadyTerminal("store.already_terminal", folder=str(folder))
                known = msgspec.structs.asdict(identity)
                epoch = known.pop("epoch")
                known["projection"] = projection()
                db.executemany("insert into meta (key, value) values (?, ?)", list(known.items()))
                db.execute("insert into standing (id, epoch, cursor, chain) values (1, ?, 0, ?)", (epoch, NO_HASH))
                db.execute("insert into finder (id, indexed, spelled) values (1, 0, 0)")
                state = StateFile(state_folder, folder)
                before = state.read()
                goes_on = before is not None and (before.hall_key, before.terminal) == (
                    identity.hall_key, identity.terminal,
                )  # fmt: skip
                days = before.days if before is not None and goes_on else {}
                state.create(State(identity.hall_key, identity.terminal, identity.incarnation, days))
                db.execute("commit")
            finally:
                db.close()
        return cls(folder, clock, state, limits)


def _prepare(file: Path, limits: Limits) -> None:
    with wrapped(file):
        db = connect(file, limits)
        try:
            version_of(db)
            migrate(db, str(file))
        finally:
            db.close()
