"""The real hall application in the simulated world: started, stopped in the middle of anything, started again."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx

from casework.ambient import stamp
from casework.bodies import StaffSet
from casework.catalogue.parse import encode, parse
from casework.facts import NO_HASH
from casework.seals import Ed25519Signer
from hall.app import create_app
from hall.enrol import invite
from hall.office import own_facts, publish
from hall.rows import Changes, HallRow
from hall.service import Hall
from hall.sqlite_store import SqliteStore
from local_db.shipped import shipped_catalogue_files
from tests.sim.dice import Dice
from tests.sim.loop import LoopClock
from tests.sim.programs import OLD, Program

HALL = "420118"
CODE = "ABCDE-FGHJK"
CATALOGUE = parse(shipped_catalogue_files())
_CALENDAR = files("casework.data").joinpath("calendar/cn.json").read_bytes()
STAFF = (
    StaffSet("1001", "王芳", "helper", ("window", "guide"), "-"),
    StaffSet("1002", "李娜", "helper", ("window", "delivery"), "-"),
    StaffSet("2001", "张伟", "officer", tuple(p for p in CATALOGUE.posts if CATALOGUE.posts[p].team == "officer"), "-"),
    StaffSet("2002", "刘洋", "officer", tuple(p for p in CATALOGUE.posts if CATALOGUE.posts[p].team == "officer"), "-"),
    StaffSet("3001", "陈静", "supervisor", ("supervisor",), "-"),
)


class Server:
    """The hall's machine. `store_kind` lets a planted bug stand in for the store."""

    def __init__(self, folder: Path, dice: Dice, store_kind: Callable[[Path], SqliteStore] = SqliteStore) -> None:
        self.signer = Ed25519Signer(dice.key("hall"))
        self.clock = LoopClock()
        self.file = folder / "hall.db"
        self._new_id = dice.ids("hall")
        self._store_kind = store_kind
        self._app: Any = None
        self.program = OLD
        self._busy: set[asyncio.Task[httpx.Response]] = set()
        self.store: SqliteStore | None = None
        self.start()
        self._found()

    @property
    def up(self) -> bool:
        """Whether it answers."""
        return self._app is not None

    def start(self) -> None:
        """Open the store and the application."""
        self.store = self._store_kind(self.file)
        self.store._writer.execute("pragma synchronous = off")
        self._app = create_app(self.store, self.signer, self.clock, self._new_id, run=self._run)

    async def _run(self, call: Callable[[], Any], /) -> Any:
        with self.program.running():
            return call()

    @property
    def hall(self) -> Hall:
        """The hall's use cases, while it is up."""
        hall: Hall = self._app.state.api.hall
        return hall

    async def run_program(self, program: Program) -> None:
        """Another version of the program is put onto the machine: it starts as `hall serve` does."""
        await self.stop()
        self.program = program
        self.start()
        with program.running():
            self._app.state.api.bell.ring(self.hall.start())

    async def stop(self) -> None:
        """Die: whatever was being answered is not answered."""
        self._app = None
        busy = list(self._busy)
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
        if self.store is not None:
            self.store.close()
            self.store = None

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """What the application says. The work goes on when whoever asked has gone."""
        if self._app is None:
            raise httpx.ConnectError("the hall is down", request=request)
        task = asyncio.ensure_future(self._answer(self._app, request))
        self._busy.add(task)
        task.add_done_callback(self._done)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise httpx.RemoteProtocolError("the hall died", request=request) from None
            raise

    def _done(self, task: asyncio.Task[httpx.Response]) -> None:
        self._busy.discard(task)
        if not task.cancelled():
            task.exception()

    @staticmethod
    async def _answer(app: Any, request: httpx.Request) -> httpx.Response:
        response = await httpx.ASGITransport(app).handle_async_request(request)
        body = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=body)

    def _found(self) -> None:
        now = stamp(self.clock.now())
        self._change(lambda tx: tx.found(HallRow(HALL, HALL, "光谷", self.signer.public, 1, 0, NO_HASH)))
        self._change(lambda tx: publish(tx, encode(CATALOGUE), _CALENDAR, now, self._new_id))
        self._change(lambda tx: own_facts(tx, STAFF, now, self._new_id))

    def invite(self, number: str) -> None:
        """Let a terminal in with `CODE`."""
        now = stamp(self.clock.now())
        self._change(lambda tx: invite(tx, number, CODE, now))

    def _change(self, make: Callable[[Any], Changes | None]) -> None:
        assert self.store is not None
        with self.store.writing() as tx:
            changes = make(tx)
            if changes is not None:
                tx.save(changes)

    def peek(self) -> sqlite3.Connection:
        """Another pair of eyes on the file."""
        return sqlite3.connect(self.file, isolation_level=None)
