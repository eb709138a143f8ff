"""The real hall application in the simulated world: started, stopped in the middle of anything, started again."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx

from casework.ambient import stamp
from casework.bodies import StaffSet
from casework.catalogue.parse import encode, parse
from casework.facts import NO_HASH
from casework.limits import LIMITS, Limits
from casework.seals import Ed25519Signer
from hall.app import create_app
from hall.backups import Backups
from hall.enrol import invite
from hall.errors import Stop, StorageTrouble
from hall.office import own_facts, publish
from hall.restoring import restore
from hall.rows import Changes, HallRow
from hall.service import Hall
from hall.snapshots import Shelf
from hall.sqlite_store import SqliteStore
from local_db.shipped import shipped_catalogue_files
from tests.sim.dice import Dice
from tests.sim.loop import LoopClock, PowerCut
from tests.sim.programs import OLD, Program
from tests.sim.proxy import Shared

HALL = "420118"
CODE = "ABCDE-FGHJK"
CATALOGUE = parse(shipped_catalogue_files())
ENCODED = encode(CATALOGUE)
CALENDAR_BYTES = files("casework.data").joinpath("calendar/cn.json").read_bytes()
_OFFICERS = tuple(post for post in CATALOGUE.posts if CATALOGUE.posts[post].team == "officer")
STAFF = (
    StaffSet("1001", "王芳", "helper", ("window", "guide"), "-"),
    StaffSet("1002", "李娜", "helper", ("window", "delivery"), "-"),
    StaffSet("2001", "张伟", "officer", _OFFICERS, "-"),
    StaffSet("2002", "刘洋", "officer", _OFFICERS, "-"),
    StaffSet("3001", "陈静", "supervisor", ("supervisor",), "-"),
)
ROOM = 1 << 30
"""Pages of a disk that has room."""


class Server:
    """The hall's machine. `store_kind` lets a planted bug stand in for the store."""

    def __init__(
        self,
        folder: Path,
        dice: Dice,
        store_kind: Callable[[Path], SqliteStore] = SqliteStore,
        limits: Limits = LIMITS,
    ) -> None:
        self.signer = Ed25519Signer(dice.key("hall"))
        self.clock = LoopClock()
        self.file = folder / "hall.db"
        self.new_id = dice.ids("hall")
        self.program = OLD
        self.limits = limits
        self.fuse: int | None = None
        """After so many more commits the machine dies: an odd number before, an even one after the commit."""
        self.died = False
        self.full = False
        self._store_kind = store_kind
        self._app: Any = None
        self.second = folder / "second"
        self._backups: Backups | None = None
        self._busy: dict[asyncio.Task[httpx.Response], None] = {}
        self.shared = Shared()
        self.store: SqliteStore | None = None
        self.start()
        self._found()

    @property
    def up(self) -> bool:
        """Whether it answers."""
        return self._app is not None

    @property
    def shelf(self) -> Shelf:
        """Its snapshots; there are none until a story makes one."""
        return Shelf(self.file.parent / "snapshots", self.limits)

    def snapshot(self) -> None:
        """Make a snapshot now, if the disk takes it."""
        with contextlib.suppress(Stop):
            self.shelf.make(self.file, self.signer, stamp(self.clock.now()))

    @property
    def api(self) -> Any:
        """The handlers of a hall that is up."""
        return self._app.state.api

    def start(self) -> None:
        """Open the store and the application; what is held is judged again."""
        dark = self.file.with_name("hall-dark")
        if dark.is_dir():  # it died: what comes back is what the disk had
            for name in ("hall.db", "hall.db-wal"):
                self.file.with_name(name).unlink(missing_ok=True)
                if (dark / name).is_file():
                    shutil.copy(dark / name, self.file.with_name(name))
            self.file.with_name("hall.db-shm").unlink(missing_ok=True)
            shutil.rmtree(dark)
        self.died = False
        self.store = self._armed(self._store_kind(self.file))
        self.store._writer.execute("pragma synchronous = off")
        self._app = create_app(
            Hall(self.store, self.signer, self.clock, self.new_id, self.limits),
            run=self._run,
            limits=self.limits,
            shelf=self.shelf,
        )
        self.fill(self.full)
        # A full disk: judged again at the next start. The power may fail here as well: then it is started once more.
        with contextlib.suppress(StorageTrouble, PowerCut):
            self._begin()

    def _begin(self) -> None:
        assert self.store is not None
        with self.store.reading() as reading:
            founded = reading.head("calendar") is not None
        if founded:
            with self.program.running():
                self.api.bell.ring(self.hall.start())

    async def _run(self, call: Callable[[], Any], /) -> Any:
        with self.program.running():
            return call()

    @property
    def hall(self) -> Hall:
        """The hall's use cases, while it is up."""
        hall: Hall = self.api.hall
        return hall

    async def run_program(self, program: Program) -> None:
        """Another version of the program is put onto the machine."""
        await self.stop()
        self.program = program
        self.start()

    async def stop(self) -> None:
        """End: whatever was being answered is not answered."""
        self._app = None
        busy = list(self._busy)
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
        if self.store is not None:
            self.store.close()
            self.store = self._backups = None

    def tick(self) -> int:
        """Look at the timers, as the real process does by itself; how much the log has grown."""
        if self._app is None:
            return 0
        try:
            with self.program.running():
                scopes = self.hall.tick()
        except (StorageTrouble, PowerCut):
            return 0
        if scopes:
            self.api.bell.ring(scopes)
        return len(scopes)

    def fill(self, full: bool) -> None:
        """The disk has no room for another page, or has room again."""
        self.full = full
        if self.store is not None:
            fill(self.store._writer, full)

    def _armed(self, store: SqliteStore) -> SqliteStore:
        real = store.writing

        @contextlib.contextmanager
        def writing() -> Iterator[Any]:
            with real() as tx:
                if self.died:  # what was being answered beside the one that it died in
                    raise PowerCut("the hall is dark")
                yield tx
                self._burn(before=True)
            self._burn(before=False)

        store.writing = writing  # type: ignore[method-assign]
        return store

    def _burn(self, *, before: bool) -> None:
        if self.fuse is None:
            return
        self.fuse -= 1
        if self.fuse > 0:
            return
        self.fuse = None
        dark = self.file.with_name("hall-dark")
        dark.mkdir()
        for name in ("hall.db", "hall.db-wal"):
            if self.file.with_name(name).is_file():
                shutil.copy(self.file.with_name(name), dark / name)
        self._app, self.died = None, True
        raise PowerCut(f"the hall, {'before' if before else 'after'} its commit")

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """What the application says. The work goes on when whoever asked has gone."""
        if self._app is None:
            raise httpx.ConnectError("the hall is down", request=request)
        task = asyncio.ensure_future(self._answer(self._app, request))
        self._busy[task] = None
        task.add_done_callback(self._done)
        try:
            return await asyncio.shield(task)
        except PowerCut:
            raise httpx.RemoteProtocolError("the hall died", request=request) from None
        except asyncio.CancelledError:
            if task.cancelled():
                raise httpx.RemoteProtocolError("the hall died", request=request) from None
            raise

    def _done(self, task: asyncio.Task[httpx.Response]) -> None:
        self._busy.pop(task, None)
        if not task.cancelled():
            task.exception()

    @staticmethod
    async def _answer(app: Any, request: httpx.Request) -> httpx.Response:
        response = await httpx.ASGITransport(app).handle_async_request(request)
        body = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=body)

    # Its second place

    def back_up(self) -> None:
        """Write what is new into the second place, as the real process does by itself."""
        if self.store is None or not self.up:
            return
        if self._backups is None:
            self._backups = Backups(self.second, self.file, self.store, self.signer, self.clock, self.limits)
        with contextlib.suppress(Stop, StorageTrouble, sqlite3.Error):
            self._backups.step()

    def restore(self, whole: bool) -> None:
        """Made anew from the second place, while nothing runs: with all segments, or from the full copy alone."""
        nowhere = self.second.with_name("no-segments")
        restore(
            self.file.parent, self.file.name, self.second, None if whole else nowhere, self.signer, self.clock,
            self.new_id, self.limits,
        )  # fmt: skip

    # By hand

    def _found(self) -> None:
        now = stamp(self.clock.now())
        self.change(lambda tx: tx.found(HallRow(HALL, HALL, "光谷", self.signer.public, 1, 0, NO_HASH)))
        self.change(lambda tx: publish(tx, ENCODED, CALENDAR_BYTES, now, self.new_id))
        self.change(lambda tx: own_facts(tx, STAFF, now, self.new_id))

    def invite(self, number: str) -> None:
        """Let a terminal in with `CODE`."""
        now = stamp(self.clock.now())
        self.change(lambda tx: invite(tx, number, CODE, now))

    def roster(self, staff: StaffSet) -> None:
        """Somebody at the hall changes the roster."""
        now = stamp(self.clock.now())
        self.change(lambda tx: own_facts(tx, (staff,), now, self.new_id))
        self.api.bell.ring(None)

    def change(self, make: Callable[[Any], Changes | None]) -> None:
        """One transaction of the hall's own. Raises StorageTrouble or PowerCut."""
        assert self.store is not None
        with self.store.writing() as tx:
            changes = make(tx)
            if changes is not None:
                tx.save(changes)

    def peek(self) -> sqlite3.Connection:
        """Another pair of eyes on the file."""
        return sqlite3.connect(self.file, isolation_level=None)


def fill(db: sqlite3.Connection, full: bool) -> None:
    """Let a database have no page more than it has, or all the room there is."""
    pages = db.execute("pragma page_count").fetchone()[0] if full else ROOM
    db.execute(f"pragma max_page_count = {pages}")
