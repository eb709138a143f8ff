"""A hall of fifty lines with a control surface, and a memory of a list: what the line is tested between.

The hall keeps a true log with a true chain and signs with a true key; `script` lets a test take over the next answers.
"""

from __future__ import annotations

import asyncio
import gzip
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import msgspec

from casework.ambient import stamp
from casework.facts import NO_HASH, Envelope, digest
from casework.position import Refill
from casework.scans import BlobAnswer, Carried
from casework.seals import Ed25519Signer, Signed, key_id, seal, unseal
from casework.snapshot import Boot, Snapshot
from casework.wire import (
    PURPOSE_BATCH,
    PURPOSE_HEAD,
    PURPOSE_HELLO,
    Answered,
    Batch,
    Entry,
    Head,
    Hello,
    Hidden,
    Link,
    Point,
    Problem,
    PullAnswer,
    PushAnswer,
    Sent,
    Verdict,
    encode_entry,
    envelopes,
    extend,
    page_digest,
)  # fmt: skip
from sync.line import Line
from sync.ports import Outgoing, Pending, Piece, Position
from sync.transport import Transport
from tests.sim.loop import LoopClock

HALL = "420118"
TERMINAL = "0012"
Trick = Callable[[httpx.Request], Awaitable[httpx.Response]]


def as_json(body: object, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
    """An answer as the hall gives it."""
    return httpx.Response(
        status, content=msgspec.json.encode(body), headers={"Content-Type": "application/json", **(headers or {})}
    )


def problem(status: int, error: str, headers: dict[str, str] | None = None, **facts: Any) -> httpx.Response:
    """An answer of the hall that is no success."""
    return as_json(Problem(error, error, facts), status, headers)


def ranged(request: httpx.Request, data: bytes) -> httpx.Response:
    """The bytes that were asked for."""
    asked = request.headers.get("Range", "")
    if not asked:
        return httpx.Response(200, content=data)
    first, last = asked.removeprefix("bytes=").split("-")
    part = data[int(first) : int(last) + 1]
    place = f"bytes {first}-{int(first) + len(part) - 1}/{len(data)}"
    return httpx.Response(206, content=part, headers={"Content-Range": place})


PORTAL = httpx.Response(200, html="<html>Welcome to our free network</html>")


class ScriptedHall:
    """Takes everything, in order. `script` holds tricks for the next requests whose path ends with the given word."""

    def __init__(self, clock: LoopClock) -> None:
        self.signer = Ed25519Signer(bytes(range(32)))
        self.terminal = Ed25519Signer(bytes(range(1, 33)))
        self.clock = clock
        self.epoch = 1
        self.envelopes: dict[int, Envelope] = {}
        self.stubs: dict[int, str] = {}
        self.log: list[bytes] = []
        self.chains = [NO_HASH]
        self.blobs: dict[str, bytes] = {}
        self.named: dict[str, int] = {}
        """Scans that accepted facts name, with their size."""
        self.order: list[str] = []
        """Pieces and pushes as they came."""
        self.script: dict[str, deque[Trick]] = {}
        self.requests: list[httpx.Request] = []
        self.names_questions = False
        """Whether an answer says to which question it is one, as a hall of now does."""
        self.batches: list[Batch] = []
        self._news = asyncio.Event()

    def expect(self, path: str, *tricks: Trick) -> None:
        """Answer the next requests to `path` by `tricks`."""
        self.script.setdefault(path, deque()).extend(tricks)

    def write(self, scope: str = "business", **parts: Any) -> None:
        """A new entry of the log; scope `hidden` for one that this terminal does not see."""
        seq = len(self.log) + 1
        raw = encode_entry(Entry("fact", seq, scope, stamp(self.clock.now()), **parts))
        if scope == "hidden":
            raw = msgspec.json.encode(Hidden(seq, digest(raw)))
            self.chains.append(extend(self.chains[-1], msgspec.json.decode(raw)["hash"]))
        else:
            self.chains.append(extend(self.chains[-1], digest(raw)))
        self.log.append(raw)
        self._news.set()
        self._news = asyncio.Event()

    @property
    def acked(self) -> int:
        seq = 0
        while seq + 1 in self.envelopes:
            seq += 1
        return seq

    def head(self, after: int, upto: int) -> Signed:
        page = page_digest(TERMINAL, after, len(self.log), self.acked, self.log[after:upto])
        return seal(self.signer, PURPOSE_HEAD, Head(HALL, self.epoch, upto, self.chains[upto], page))

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        word = request.url.path.split("/")[3]
        tricks = self.script.get(word)
        if tricks:
            return await tricks.popleft()(request)
        return await self.honest(request)

    async def honest(self, request: httpx.Request) -> httpx.Response:
        """What the hall says when nobody interferes."""
        answer = await self._said(request)
        if self.names_questions:
            answer.headers["Question"] = request.headers["Question"]
        return answer

    async def _said(self, request: httpx.Request) -> httpx.Response:
        word = request.url.path.split("/")[3]
        if word == "hello":
            return as_json(seal(self.signer, PURPOSE_HELLO, self.hello()))
        if word == "push":
            return as_json(self.push(self.batch_of(request)))
        if word == "offer":
            return problem(409, "diverged")
        if word == "snapshot":
            return problem(404, "no_snapshot")
        if word == "blob" and request.method in {"HEAD", "PUT"}:
            return self.piece(request)
        if word == "blob":
            data = self.blobs.get(request.url.path.rsplit("/", 1)[1])
            return problem(404, "blob") if data is None else ranged(request, data)
        return as_json(await self.pull(request))

    def piece(self, request: httpx.Request) -> httpx.Response:
        """How much of a scan is here, after the piece that came."""
        sha256, query = request.url.path.rsplit("/", 1)[1], request.url.params
        size = self.named.get(sha256)
        if size is None:
            return problem(404, "no_blob")
        held = self.blobs.get(sha256, b"")
        if request.method == "PUT":
            self.order.append(f"{sha256[:4]}+{query['offset']}")
            if digest(request.content) != query["piece"]:
                return problem(422, "piece_wrong")
            if int(query["offset"]) > len(held):
                return problem(409, "blob_offset", held=len(held))
            held = self.blobs[sha256] = held[: int(query["offset"])] + request.content
            if len(held) == size and digest(held) != sha256:
                del self.blobs[sha256]
                return problem(422, "blob_wrong")
            return as_json(BlobAnswer(stamp(self.clock.now()), sha256, size, len(held)))
        return httpx.Response(200, headers={"Upload-Offset": str(len(held)), "Upload-Length": str(size)})

    def hello(self) -> Hello:
        return Hello(HALL, HALL, "光谷", self.signer.public, self.epoch, stamp(self.clock.now()))

    def batch_of(self, request: httpx.Request) -> Batch:
        body = request.content
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        batch: Batch = unseal(msgspec.json.decode(body, type=Signed), self.terminal.public, PURPOSE_BATCH, Batch)
        self.batches.append(batch)
        self.order.append(f"push {batch.first}")
        return batch

    def push(self, batch: Batch) -> PushAnswer:
        answers = []
        for envelope, event in zip(envelopes(batch), batch.events, strict=True):
            known = envelope.seq in self.envelopes
            assert self.envelopes.setdefault(envelope.seq, envelope) == envelope
            verdict = Verdict("held", "bytes") if event.stub else Verdict("accepted")
            if event.stub:
                self.stubs[event.seq] = event.stub
            elif not known or self.stubs.pop(event.seq, ""):
                self.write(envelope=envelope, fact=event.fact)
            answers.append(Answered(envelope.seq, verdict, 0, known))
        return PushAnswer(stamp(self.clock.now()), self.acked, tuple(answers), batch.head)

    async def pull(self, request: httpx.Request) -> PullAnswer:
        query = request.url.params
        after, limit, wait = int(query["after"]), int(query["limit"]), float(query["wait"])
        if after == len(self.log) and wait:
            waiting = asyncio.ensure_future(self._news.wait())
            await asyncio.wait([waiting], timeout=wait)
            waiting.cancel()
        upto = min(len(self.log), after + limit)
        raws = tuple(msgspec.Raw(raw) for raw in self.log[after:upto])
        head = msgspec.Raw(msgspec.json.encode(self.head(after, upto)))
        return PullAnswer(stamp(self.clock.now()), self.epoch, after, upto, len(self.log), self.acked, raws, head)


class ScanShelf:
    """The scans of a memory of lists: whole ones by hash, and what has come of those that somebody waits for."""

    def __init__(self) -> None:
        self.scans: dict[str, bytes] = {}
        self.at_hall: dict[str, int] = {}
        self.sent: list[str] = []
        self.wants: dict[str, int] = {}
        self.came: dict[str, bytes] = {}
        self.scan_troubles: dict[str, str] = {}
        self.damaged: set[str] = set()
        self.tidied = 0

    def tidy_scans(self) -> int:
        self.tidied += 1
        return 0

    def scans_to_send(self, most: int) -> tuple[Carried, ...]:
        left = [sha for sha in self.scans if sha not in {*self.sent, *self.damaged}]
        return tuple(Carried(sha, len(self.scans[sha]), self.at_hall.get(sha, 0)) for sha in left[:most])

    def scan_piece(self, sha256: str, offset: int, most: int) -> bytes:
        return self.scans[sha256][offset : offset + most]

    def scan_held(self, sha256: str, held: int) -> None:
        self.at_hall[sha256] = held
        self.scan_troubles.pop(sha256, None)

    def scan_sent(self, sha256: str) -> None:
        self.sent.append(sha256)
        self.scan_troubles.pop(sha256, None)

    def scan_trouble(self, sha256: str, code: str) -> None:
        self.scan_troubles[sha256] = code

    def scan_sound(self, sha256: str) -> bool:
        sound = digest(self.scans[sha256]) == sha256
        self.damaged |= set() if sound else {sha256}
        return sound

    def let_given_up_go(self, sha256: str) -> bool:
        return False

    def scans_to_fetch(self, most: int) -> tuple[Carried, ...]:
        return tuple(Carried(sha, size, len(self.came.get(sha, b""))) for sha, size in self.wants.items())

    def keep_scan_piece(self, sha256: str, offset: int, data: bytes) -> int:
        had = self.came[sha256] = self.came.get(sha256, b"")[:offset] + data
        if len(had) < self.wants[sha256]:
            return len(had)
        del self.came[sha256]
        if digest(had) != sha256:
            return 0
        self.scans[sha256] = had
        self.sent.append(sha256)
        del self.wants[sha256]
        return len(had)


class ListStore(ScanShelf):
    """A memory of lists (the LineStore Protocol): rows are `unsent`, a verdict's word, or `passed`."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.facts: list[bytes] = []
        self.rows: list[str] = []
        self.place = Position(HALL, TERMINAL, "inc-1", 1, 0, NO_HASH, None)
        self.mark = 0
        self.tries: list[tuple[int, int]] = []
        self.stubs: dict[int, str] = {}
        self.links: list[Link] = []
        self.contacts: list[tuple[str, int]] = []
        self.troubles: list[str] = []
        self.wanted: tuple[str, ...] = ()
        self.blobs: dict[str, bytes] = {}
        self.key = key
        self.failures: deque[Exception] = deque()

    def commit(self, *texts: str) -> None:
        """Something happens at the window."""
        self.facts.extend(msgspec.json.encode({"text": text}) for text in texts)
        self.rows.extend("unsent" for _ in texts)

    def envelope(self, seq: int) -> Envelope:
        prev = NO_HASH if seq == 1 else self.envelope(seq - 1).hash
        return Envelope(TERMINAL, "inc-1", seq, prev, digest(self.facts[seq - 1]))

    def position(self) -> Position:
        if self.failures:
            raise self.failures.popleft()
        return self.place

    def outgoing(self, max_facts: int, max_bytes: int, after: int | None = None) -> Outgoing | None:
        mark = self.mark if after is None else after
        first = next((i + 1 for i, row in enumerate(self.rows) if row == "unsent" and i >= mark), None)
        if first is None and after is None:
            first = next((i + 1 for i, row in enumerate(self.rows) if row == "unsent"), None)
        if first is None:
            return None
        last = min(len(self.facts), first + max_facts - 1)
        events = []
        for seq in range(first, last + 1):
            fact = self.facts[seq - 1]
            reason = self.stubs.get(seq, "")
            events.append(Sent(seq, stub=reason, fact_hash=digest(fact)) if reason else Sent(seq, msgspec.Raw(fact)))
        return Outgoing(first, last, self.envelope(first).prev, self.envelope(last).hash, tuple(events))

    def mark_sent(self, first: int, last: int) -> None:
        self.tries.append((first, last))

    def answered(self, answers: tuple[Answered, ...], acked: int, epoch: int = 0) -> None:
        for answer in answers:
            self.rows[answer.seq - 1] = answer.verdict.v

    def stub(self, seq: int, reason: str) -> None:
        self.stubs[seq] = reason

    def without_bytes(self) -> tuple[int, ...]:
        return tuple(seq for seq in self.stubs if self.rows[seq - 1] == "held")

    def whole_group(self, seq: int) -> Outgoing:
        event = Sent(seq, msgspec.Raw(self.facts[seq - 1]))
        return Outgoing(seq, seq, self.envelope(seq).prev, self.envelope(seq).hash, (event,))

    def resend_from(self, seq: int) -> None:
        self.mark = seq - 1
        self.rows = [row if index < seq - 1 else "unsent" for index, row in enumerate(self.rows)]

    def apply(self, links: tuple[Link, ...], start: int, head: Signed, chain: str, epoch: int, acked: int) -> bool:
        if start != self.place.cursor:
            return False
        self.links.extend(links)
        self.place = msgspec.structs.replace(self.place, cursor=links[-1].seq, chain=chain, known_head=head)
        for link in links:
            if link.entry and link.entry.envelope and link.entry.envelope.terminal == TERMINAL:
                self.rows[link.entry.envelope.seq - 1] = "passed"
        return True

    def remember_head(self, head: Signed, seq: int) -> None:
        self.place = msgspec.structs.replace(self.place, known_head=head)

    def freeze(self, reason: str, epoch: int) -> None:
        if epoch != self.place.epoch:
            return
        self.place = msgspec.structs.replace(self.place, frozen=reason)

    def points(self) -> tuple[Point, ...]:
        return (Point(self.place.cursor, self.place.chain),)

    def piece(self, after: int) -> Piece | None:
        return None

    def enter(self, epoch: int, common: int) -> None:
        self.place = msgspec.structs.replace(self.place, epoch=epoch, frozen="", known_head=None)

    def contact(self, hall_time: str, offset_ms: int) -> None:
        self.contacts.append((hall_time, offset_ms))

    def heard(self) -> str:
        return self.contacts[-1][0] if self.contacts else ""

    def trouble(self, code: str) -> None:
        self.troubles.append(code)

    def free_mb(self) -> int:
        return 1000

    def at_hand(self) -> tuple[int, int]:
        return (0, 0)

    def setting(self, name: str) -> str | None:
        return None

    def pending(self) -> Pending:
        return Pending(self.rows.count("unsent"), "", self.rows.count("held"), self.rows.count("rejected"))

    def boot(self) -> Boot | None:
        return None

    def boot_begin(self, scopes: Sequence[str], snapshot: Snapshot, head: Signed) -> None:
        raise AssertionError("no snapshot was offered")

    def boot_file(self, snapshot: Snapshot) -> None:
        raise AssertionError("no snapshot was offered")

    def boot_part(self, scope: str, at: int, data: bytes) -> None:
        raise AssertionError("no snapshot was offered")

    def boot_prove(self, scope: str) -> bool:
        raise AssertionError("no snapshot was offered")

    def boot_forget(self) -> None:
        raise AssertionError("no snapshot was offered")

    def boot_step(self) -> float | None:
        raise AssertionError("no snapshot was offered")

    def scope_slice(self) -> bool:
        return False

    def refill(self) -> Refill | None:
        return None

    def refilled(self, asked: Refill, links: Sequence[Link]) -> None:
        raise AssertionError("no scope was given")

    def holes(self, after: str = "", limit: int = 0) -> tuple[str, ...]:
        return ()

    def keep_case(self, case_id: str, raws: tuple[bytes, ...]) -> None:
        raise AssertionError("no case was asked for")

    def no_case(self, case_id: str) -> None:
        raise AssertionError("no case was asked for")

    def purge_step(self) -> bool:
        return False

    def missing_blobs(self) -> tuple[str, ...]:
        return tuple(sha for sha in self.wanted if sha not in self.blobs)

    def keep_blob(self, sha256: str, data: bytes) -> None:
        self.blobs[sha256] = data


class Counter:
    """One terminal, one hall, one line between them; to be made inside a running virtual loop."""

    def __init__(self, clock: LoopClock | None = None) -> None:
        self.hall = ScriptedHall(LoopClock())
        self.store = ListStore(self.hall.signer.public)
        self.slept: list[float] = []
        self.clock = clock or LoopClock()
        assert key_id(self.hall.signer.public)
        self.start()

    def start(self) -> None:
        """A line that knows nothing but what the memory keeps."""
        transport = Transport(
            "http://hall.test", self.clock, key=self.hall.signer.public, wire=httpx.MockTransport(self.hall)
        )
        self.line = Line(
            self.store, transport, self.hall.terminal,
            clock=self.clock, sleep=self._sleep, dice=lambda: 0.5, run=at_once,
        )  # fmt: skip

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(seconds)

    async def serve_for(self, seconds: float) -> None:
        """Let the line work for a while."""
        task = asyncio.create_task(self.line.serve())
        await asyncio.sleep(seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def at_once(call: Callable[..., Any], *args: Any) -> Any:
    """Calls the memory right here."""
    return call(*args)
