"""Events a second that one hall takes in: signed batches, judged, projected, chained, durable.

`python -m tests.load.bench_push [EVENTS] [--profile]` prints, for the same events:

    judge    read and judged in memory, nothing stored
    asgi     the whole application without a socket, SQLite with FULL
    http     one client over loopback, uvicorn in a process of its own
    raw      the same bytes into one bare table, one transaction a batch, FULL: the floor of this disk

Figures only; nothing fails.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import msgspec

from casework import bodies
from casework.facts import Base, Fact, encode_fact
from casework.seals import Signed, unseal
from casework.wire import PURPOSE_BATCH, Batch, PushAnswer
from hall.docket import Docket
from hall.judge import Sitting
from hall.pieces import read_pieces
from tests.hall_world import HallWorld, Window

BATCH = 250
BATCH_BYTES = 256 * 1024


def day_of_a_case(window: Window) -> list[Fact]:
    """Eight facts as a window makes them."""
    taken = window.received()
    case = taken.case
    papers = [
        window.make("printed", bodies.Printed("receipt", n, "" if n == 1 else f"0012-{n - 1}"), case) for n in (1, 2)
    ]
    added = window.make("material.added", bodies.MaterialAdded({"D01-01": "copy"}), case)
    handed = window.make("handed_over", bodies.HandedOver("chief", "全部材料"), case)
    return [
        taken,
        papers[0],
        added,
        papers[1],
        window.accepted(case),
        window.examined(case),
        handed,
        window.decided(case),
    ]


def batches_of(window: Window, events: int) -> list[tuple[Batch, bytes]]:
    """`events` events sealed into signed batches."""
    facts: list[Fact] = []
    while len(facts) < events:
        facts += day_of_a_case(window)
    made, first, size = [], 1, 0
    for seq, made_now in enumerate(facts, 1):
        fact = msgspec.structs.replace(made_now, base=Base(1, 0, seq - 1))
        window.seal(fact)
        size += len(encode_fact(fact))
        if seq - first + 1 == BATCH or size > BATCH_BYTES - 4096 or seq == len(facts):
            made.append(window.batch(first, seq))
            first, size = seq + 1, 0
    return [(batch, window.body(batch)) for batch in made]


def judged(world: HallWorld, window: Window, work: list[tuple[Batch, bytes]]) -> float:
    """Seconds to read and judge, without the store's writes: the first batch over and over on the same state."""
    start = time.perf_counter()
    for _ in work:
        batch = unseal(msgspec.json.decode(work[0][1], type=Signed), window.signer.public, PURPOSE_BATCH, Batch)
        pieces = read_pieces(batch)
        with world.store.reading() as reading:
            sitting = Sitting(Docket(reading, world.api.hall._posts(reading)), world.api_now())
            sitting.hear(pieces, {})
            sitting.close()
    return time.perf_counter() - start


async def posted(client: httpx.AsyncClient, work: list[tuple[Batch, bytes]]) -> float:
    """Seconds to push everything, one batch after the other."""
    start = time.perf_counter()
    for batch, body in work:
        answer = await client.post("/sync/v1/push", content=body)
        verdicts = msgspec.json.decode(answer.content, type=PushAnswer).verdicts
        refused = [verdict for verdict in verdicts if verdict.verdict.v != "accepted"]
        assert len(verdicts) == batch.last - batch.first + 1, answer.text[:300]
        assert not refused, refused[:2]
    return time.perf_counter() - start


def raw(folder: Path, work: list[tuple[Batch, bytes]]) -> float:
    """Seconds for the floor."""
    db = sqlite3.connect(folder / "raw.db", isolation_level=None)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = full")
    db.execute("create table event (seq integer primary key, bytes blob not null)")
    start = time.perf_counter()
    for batch, _ in work:
        db.execute("begin immediate")
        db.executemany("insert into event (bytes) values (?)", [(bytes(event.fact),) for event in batch.events])
        db.execute("commit")
    spent = time.perf_counter() - start
    db.close()
    return spent


def over_http(folder: Path, events: int) -> tuple[float, int]:
    """Seconds over a socket, and how many events."""
    world = HallWorld(folder)
    window = Window(world, "0012", httpx.AsyncClient())
    code = world.invite("0012")
    (folder / "key").write_text(world.signer._key.private_bytes_raw().hex())
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(folder)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())

        async def story() -> tuple[float, int]:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                window.client = client
                assert (await window.enrol(code)).status_code == 200
                work = batches_of(window, events)
                return await posted(client, work), len(window.sent)

        return asyncio.run(story())
    finally:
        server.terminate()
        server.wait()
        world.store.close()


_SERVER = """
import sys, pathlib, socket, uvicorn
from hall import cli
from hall.threads import in_thread
from hall.app import create_app
from hall.service import Hall
from hall.sqlite_store import SqliteStore
from casework.seals import Ed25519Signer
from tests.builders import FixedClock
folder = pathlib.Path(sys.argv[1])
signer = Ed25519Signer(bytes.fromhex((folder / "key").read_text()))
app = create_app(Hall(SqliteStore(folder / "hall.db"), signer, FixedClock(), cli.new_id), run=in_thread)
sock = socket.socket(proto=socket.IPPROTO_TCP); sock.bind(("127.0.0.1", 0)); print(sock.getsockname()[1], flush=True)
import asyncio
asyncio.run(uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off")).serve([sock]))
"""


def main() -> None:
    """Measure once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("events", type=int, nargs="?", default=20_000)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--json", action="store_true", help="always so: two lines of facts")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world = HallWorld(folder)

        async def story() -> None:
            async with world.client() as client:
                window = await world.window("0012", client)
                work = batches_of(window, args.events)
                events = len(window.sent)
                figures = {"bytes_per_event": sum(len(body) for _, body in work) // events, "batches": len(work)}
                figures["judge"] = int(work[0][0].last * len(work) / judged(world, window, work))
                with cProfile.Profile() if args.profile else _Nothing() as profile:
                    figures["asgi"] = int(events / await posted(client, work))
                figures["raw"] = int(events / raw(folder, work))
                print(msgspec.json.encode(figures).decode(), flush=True)
                if isinstance(profile, cProfile.Profile):
                    pstats.Stats(profile).sort_stats("tottime").print_stats(28)

        asyncio.run(story())
        world.store.close()
    with tempfile.TemporaryDirectory() as name:
        spent, events = over_http(Path(name), args.events)
        print(msgspec.json.encode({"http": int(events / spent)}).decode())


class _Nothing:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


if __name__ == "__main__":
    main()
