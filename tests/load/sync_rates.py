"""Push and pull of `bench sync`: one client at a hall process, by turns with PouchDB, RxDB and the floor of Python."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx

from casework.facts import Fact
from tests.load.sync_cases import Stamped, Template
from tests.load.sync_hall import Clock, Teller, Terminal, checked, founded, served
from tests.load.sync_peers import Peer, Rates
from tests.load.sync_table import Mark, Row, figure, ratios, unmeasured

MARKS = {
    "PouchDB": (Mark(4, 6), Mark(4, 6)),
    "RxDB, in memory": (Mark(1.3, 2), Mark(1.2, 1.5)),
    "limit.py": (Mark(0.3, 0.5), Mark(0.4, 0.6)),
}
"""For each peer, the marks of push and pull."""
PUSH = "push"
PUSH_OUTBOX = "push of a real terminal"
PULL = "pull"
NOTES = {
    PUSH: "one client over HTTP at a hall process: durable, validated, judged, projected, chained, signed; PouchDB and "
    "limit.py send 400 at a time, RxDB 100",
    PULL: "a fresh terminal over HTTP: each entry, the chain and the signed head proven; folded, shown, durable",
    PUSH_OUTBOX: "from its own outbox: read, signed, packed, sent, its rows moved and the answer written down, durably",
}


class Ours(Rates, frozen=True):
    """What our side does in one round; `outbox`: the push of a real terminal from its memory."""

    outbox: float


def rows(
    made_from: tuple[Template, ...], events: int, rounds: int, peers: list[Peer], missing: list[str],
    tell: Callable[[str], None],
) -> list[Row]:  # fmt: skip
    """The rows of push and pull, with each peer."""
    ours: list[Ours] = []
    theirs: dict[str, list[Rates]] = {peer.name: [] for peer in peers}
    for turn in range(rounds):
        tell(f"push and pull, round {turn + 1} of {rounds}")
        ours.append(_once(made_from, events))
        for peer in peers:
            theirs[peer.name].append(peer.run(events))
    found: list[Row] = []
    for name, (push, pull) in MARKS.items():
        if name not in theirs:
            why = next((said for said in missing if name.split(",")[0].lower() in said.lower()), "not asked for")
            found += [unmeasured(PUSH, name, why, push), unmeasured(PULL, name, why, pull)]
            continue
        both = list(zip(ours, theirs[name], strict=True))
        found.append(ratios(PUSH, name, "events/s", [(one.push, other.push) for one, other in both], push, NOTES[PUSH]))
        found.append(ratios(PULL, name, "events/s", [(one.pull, other.pull) for one, other in both], pull, NOTES[PULL]))
    alone = ((PUSH, [one.push for one in ours]), (PULL, [one.pull for one in ours])) if not theirs else ()
    for what, values in (*alone, (PUSH_OUTBOX, [one.outbox for one in ours])):
        found.append(figure(what, "events/s", values, note=NOTES[what]))
    return sorted(found, key=lambda row: (row.what != PUSH, row.what != PULL))


def _once(made_from: tuple[Template, ...], events: int) -> Ours:
    """One new hall: a client pushes, a real terminal pushes as much, another one pulls all of it."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with founded(folder / "hall") as at:
            teller = Teller("0011")
            teller.enrol(at, at.invite("0011")[0])
            writer, reader = Terminal(folder, "0012", at), Terminal(folder, "0013", at)
        teller.seal(Stamped(made_from, "0011", clock.now()).facts(events))
        own = fill(writer, Stamped(made_from, "0012", clock.now()), events)
        try:
            with served(folder / "hall") as (url, _):
                pushed = posted(url, teller)
                began = time.perf_counter()
                count = asyncio.run(reader.pull(url))
                pulled = time.perf_counter() - began
                began = time.perf_counter()
                answered = asyncio.run(writer.push(url))
                outbox = time.perf_counter() - began
            assert answered == own, (answered, own)
            assert count >= len(teller.sent) // 500
            assert reader.memory.position().cursor >= len(teller.sent)
        finally:
            writer.memory.close()
            reader.memory.close()
    total = len(teller.sent)
    return Ours(total / pushed, total / pulled, own / outbox)


def posted(url: str, teller: Teller) -> float:
    """Seconds until everything of `teller` has its verdict: batches made, signed, sent, answers read.

    One is under way at a time; the next is made meanwhile, as a terminal does.
    """
    cuts = teller.cuts()
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client, ThreadPoolExecutor(1) as line:
        client.get("/healthz").raise_for_status()

        def sent(batch: bytes) -> bytes:
            return client.post("/sync/v1/push", content=batch).raise_for_status().content

        began = time.perf_counter()
        under_way: tuple[Future[bytes], int, int] | None = None
        for first, last in cuts:
            batch = teller.batch(first, last)
            before, content = under_way, under_way[0].result() if under_way is not None else b""
            under_way = line.submit(sent, batch), first, last
            if before is not None:
                checked(content, *before[1:])
        if under_way is not None:
            checked(under_way[0].result(), *under_way[1:])
        return time.perf_counter() - began


def fill(terminal: Terminal, cases: Stamped, events: int) -> int:
    """Commit at least `events` facts at a real terminal; how many."""
    count = 0
    while count < events:
        facts = cases.case()
        groups: dict[str, list[Fact]] = {}
        for fact in facts:
            groups.setdefault(fact.group.id, []).append(fact)
        with terminal.memory.writing() as act:
            act.commit_groups(list(groups.values()))
        count += len(facts)
    return count
