"""A real hall on a real SQLite file, and windows that talk to it over ASGI: no socket, no thread, no sleep."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import msgspec

from casework import bodies
from casework.case import Case, decode_case
from casework.facts import NO_HASH, Base, Envelope, Fact, Group, LegalTime, digest, encode_fact
from casework.http_signature import sign_request
from casework.limits import LIMITS, Limits
from casework.seals import Ed25519Signer, seal
from casework.wire import (
    PURPOSE_BATCH,
    PURPOSE_ENROL,
    START,
    Answered,
    Batch,
    EnrolRequest,
    Entry,
    Link,
    Problem,
    PullAnswer,
    PushAnswer,
    Sent,
    read_page,
)
from hall.app import Api, create_app, inline
from hall.enrol import code_of, invite
from hall.founding import SAMPLE, found, hall_row
from hall.service import Hall
from hall.shipped import shipped_calendar, shipped_catalogue
from hall.snapshots import Kept, Shelf
from hall.sqlite_store import SqliteStore
from tests.builders import FixedClock, Hand

CATALOGUE = shipped_catalogue()
CALENDAR = shipped_calendar()
PEOPLE = tuple(bodies.StaffSet(number, name, team, posts, "-") for number, name, team, posts in SAMPLE)


class HallWorld:
    """A founded hall, with its clock."""

    def __init__(self, folder: Path, limits: Limits = LIMITS, run: Any = inline) -> None:
        self.clock = FixedClock()
        self.ids = Hand("0000", "hall", self.clock)
        self.signer = Ed25519Signer(digest(b"hall").encode()[:32])
        self.path = folder / "hall.db"
        self.limits = limits
        self.store = SqliteStore(self.path, self.limits)
        self.row = hall_row(self.signer.public, "420118", "政务服务大厅")
        found(self.store, self.row, CATALOGUE, CALENDAR, PEOPLE, self.api_now(), self.ids.new_id)
        self.start(run)

    def api_now(self) -> str:
        """The hall's time."""
        return self.clock.now().isoformat(timespec="milliseconds")

    def start(self, run: Any = inline) -> None:
        """The application over the store: called again, it is a restart."""
        self.app = create_app(
            Hall(self.store, self.signer, self.clock, self.ids.new_id, self.limits),
            run=run,
            limits=self.limits,
            shelf=self.shelf,
            releases=self.path.parent / "releases",
        )

    @property
    def shelf(self) -> Shelf:
        """The hall's snapshots."""
        return Shelf(self.path.parent / "snapshots", self.limits)

    def snapshot(self) -> Kept:
        """Make a snapshot now."""
        return self.shelf.make(self.path, self.signer, self.api_now())

    def restart(self) -> None:
        """Close everything and open it from the file again."""
        self.store.close()
        self.store = SqliteStore(self.path, self.limits)
        self.start()

    @property
    def api(self) -> Api:
        """The handlers of the application."""
        api: Api = self.app.state.api
        return api

    @contextlib.asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client whose line ends at the application."""

        async def whichever(*asgi: Any) -> None:
            await self.app(*asgi)  # the one of now: the hall may have been restarted meanwhile

        transport = httpx.ASGITransport(app=whichever)
        async with httpx.AsyncClient(transport=transport, base_url="http://hall") as client:
            yield client

    def invite(self, number: str, bits: int = 0x2F3A4B5C6D7E) -> str:
        """A code for `number`."""
        code = code_of(bits)
        self.api.hall.change(lambda reading, now, _new_id: invite(reading, number, code, now, self.limits))
        return code

    async def window(self, number: str, client: httpx.AsyncClient) -> Window:
        """An enrolled terminal."""
        window = Window(self, number, client)
        answer = await window.enrol(self.invite(number))
        assert answer.status_code == 200, answer.text
        return window

    def entries(self) -> list[Entry]:
        """The whole log."""
        with self.store.reading() as reading:
            rows = reading.page(0, 1_000_000)
        return [msgspec.json.decode(row.data, type=Entry) for row in rows]

    def case(self, id_: str) -> Case | None:
        """The state of a case as the hall holds it."""
        with self.store.reading() as reading:
            row = reading.cases((id_,)).get(id_)
        return decode_case(row.state) if row and row.state else None

    def waiting(self) -> list[str]:
        """The codes that wait in the tray, by the fact's id."""
        settled: dict[str, str] = {}
        for entry in self.entries():
            if entry.tray:
                settled[entry.tray.fact] = "" if entry.tray.settled else entry.tray.code
        return [code for code in settled.values() if code]


class Window:
    """A terminal reduced to what the hall sees of it: a key, a chain of envelopes, a cursor."""

    def __init__(self, world: HallWorld, number: str, client: httpx.AsyncClient, mark: str = "a") -> None:
        self.world = world
        self.number = number
        self.client = client
        self.incarnation = digest(f"{number}{mark}".encode())[:32]
        self.signer = Ed25519Signer(digest(f"key{number}{mark}".encode()).encode()[:32])
        self.hand = Hand(number, mark, world.clock)
        self.sent: list[Sent] = []
        self.envelopes: list[Envelope] = []
        self.cursor, self.chain = START
        self.epoch = 1
        self.links: list[Link] = []

    # Facts

    def _fact(self, fact: Fact, actor: str, post: str, base: Base | None) -> Fact:
        time = msgspec.structs.replace(fact.time, offset_ms=0, contact=fact.time.at, same_boot=True)
        own = base or Base(self.epoch, self.cursor, len(self.sent))
        return msgspec.structs.replace(fact, actor=actor, post=post, base=own, time=time)

    def make(
        self, type_: str, body: bodies.Body, case: str, actor: str = "1001", post: str = "window",
        base: Base | None = None,
    ) -> Fact:  # fmt: skip
        """A fact of this window, not yet sealed."""
        return self._fact(self.hand.fact(type_, body, case), actor, post, base)

    def received(self, actor: str = "1001", post: str = "window", **said: Any) -> Fact:
        """An application that was taken in."""
        return self._fact(self.hand.received(**said), actor, post, None)

    def accepted(self, case: str, actor: str = "2001", post: str = "single", base: Base | None = None) -> Fact:
        """An acceptance by an officer."""
        return self.make("accepted", bodies.Accepted("accept", "局"), case, actor, post, base)

    def decided(self, case: str, actor: str = "2002", post: str = "chief", base: Base | None = None) -> Fact:
        """A decision."""
        return self.make("decided", bodies.Decided("decide", "granted"), case, actor, post, base)

    def examined(self, case: str, actor: str = "2001", post: str = "single") -> Fact:
        """An examination."""
        return self.make("step.done", bodies.StepDone("examine"), case, actor, post)

    def gives_up(self, case: str, *facts: str, actor: str = "3001", post: str = "supervisor") -> Fact:
        """The resolution that withdraws refused facts."""
        return self.make("resolve.withdraw", bodies.ResolveWithdraw(facts, "重复"), case, actor, post)

    def seal(self, *facts: Fact | bytes | str) -> None:
        """Put facts into the chain; bytes go as they are, a string is the hash of a fact that can't be sent."""
        for fact in facts:
            seq = len(self.sent) + 1
            if isinstance(fact, str):
                sent, fact_hash = Sent(seq, stub="damaged", fact_hash=fact), fact
            else:
                data = fact if isinstance(fact, bytes) else encode_fact(fact)
                sent, fact_hash = Sent(seq, msgspec.Raw(data)), digest(data)
            prev = self.envelopes[-1].hash if self.envelopes else NO_HASH
            self.sent.append(sent)
            self.envelopes.append(Envelope(self.number, self.incarnation, seq, prev, fact_hash))

    # The line

    async def enrol(self, code: str) -> httpx.Response:
        """Present a code."""
        request = EnrolRequest(self.number, code, self.incarnation, self.signer.public)
        return await self.client.post(
            "/sync/v1/enrol", content=msgspec.json.encode(seal(self.signer, PURPOSE_ENROL, request))
        )

    def batch(self, first: int, last: int, **changes: Any) -> Batch:
        """The envelopes first..last."""
        prev = self.envelopes[first - 2].hash if first > 1 else NO_HASH
        made = Batch(
            self.world.row.id, self.number, self.incarnation, first, last, prev, self.envelopes[last - 1].hash,
            self.epoch, self.cursor, self.chain, msgspec.Raw(b"null"), tuple(self.sent[first - 1 : last]),
        )  # fmt: skip
        return msgspec.structs.replace(made, **changes)

    def body(self, batch: Batch) -> bytes:
        """A signed batch as it goes over the line."""
        return msgspec.json.encode(seal(self.signer, PURPOSE_BATCH, batch))

    async def post(self, batch: Batch) -> httpx.Response:
        """Push a batch."""
        return await self.client.post("/sync/v1/push", content=self.body(batch))

    async def push(self, *facts: Fact | bytes | str, first: int | None = None) -> tuple[Answered, ...]:
        """Seal `facts` and push them (with `first`: from there on, also what was sent)."""
        before = len(self.sent)
        self.seal(*facts)
        response = await self.post(self.batch(first or before + 1, len(self.sent)))
        assert response.status_code == 200, response.text
        return msgspec.json.decode(response.content, type=PushAnswer).verdicts

    async def get(self, path: str, query: str = "", method: str = "GET") -> httpx.Response:
        """A signed question."""
        headers = sign_request(self.signer, method, path, query, self.world.clock.now())
        return await self.client.request(method, f"{path}?{query}" if query else path, headers=headers)

    async def ask(self, limit: int = 500, wait: float = 0.0) -> httpx.Response:
        """One pull."""
        query = f"epoch={self.epoch}&after={self.cursor}&chain={self.chain}&limit={limit}&wait={wait}"
        return await self.get("/sync/v1/pull", query)

    async def pull(self, limit: int = 500, wait: float = 0.0) -> PullAnswer:
        """One page, taken in and checked."""
        response = await self.ask(limit, wait)
        assert response.status_code == 200, response.text
        answer = msgspec.json.decode(response.content, type=PullAnswer)
        links, self.chain = read_page(answer, self.chain)
        self.links.extend(links)
        self.cursor = answer.upto
        return answer

    async def pull_all(self) -> None:
        """Everything up to the head."""
        while True:
            answer = await self.pull()
            if answer.upto == answer.newest:
                return


def in_hall(
    folder: Path, story: Callable[[HallWorld, httpx.AsyncClient], Coroutine[Any, Any, None]], **options: Any
) -> HallWorld:
    """Run `story` at a new hall."""
    world = HallWorld(folder, **options)

    async def whole() -> None:
        async with world.client() as client:
            await story(world, client)

    try:
        asyncio.run(whole())
    finally:
        world.store.close()
    return world


def problem(response: httpx.Response) -> Problem:
    """What an unsuccessful answer says."""
    return msgspec.json.decode(response.content, type=Problem)


def together(*facts: Fact, after: str | None = None) -> tuple[Fact, ...]:
    """`facts` as one group, judged after the group `after`."""
    id_ = facts[0].group.id
    return tuple(
        msgspec.structs.replace(fact, group=Group(id_, index, len(facts), after)) for index, fact in enumerate(facts)
    )


NO_TIME = LegalTime("2026-11-23T09:00:00.000")
