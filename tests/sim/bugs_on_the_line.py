"""Faults of the line: what it sends, what it believes, when it stops."""

from __future__ import annotations

from typing import Any

import msgspec

from casework.wire import Answered, PushAnswer, Verdict
from sync.errors import NotTheHall
from tests.sim.planting import Bug


def _gives_up(real: Any) -> Any:
    """After five tries it has had enough."""

    def patience(sleep: Any, dice: Any, *, tries: int | None, note: Any, limits: Any) -> Any:
        return real(sleep, dice, tries=tries or 5, note=note, limits=limits)

    return patience


def _believes_pages(real: Any) -> Any:
    """A page is whatever comes, without a look at its signed head."""

    async def proven(inbound: Any, came: Any, position: Any) -> None:
        return None

    return proven


def _splits(real: Any) -> Any:
    """A batch may end in the middle of a group."""

    def outgoing(memory: Any, max_facts: int, max_bytes: int, after: int | None = None) -> Any:
        out = real(memory, max_facts, max_bytes, after)
        if out is None or len(out.events) < 2:
            return out
        head = memory._writer.execute("select hash from outbox where local_seq = ?", (out.last - 1,)).fetchone()[0]
        return msgspec.structs.replace(out, last=out.last - 1, head=head, events=out.events[:-1])

    return outgoing


def _any_page_is_a_yes(real: Any) -> Any:
    """Whatever comes back with 200 says that all was taken."""

    async def send(outbound: Any, ready: Any, ahead: Any) -> int:
        try:
            count: int = await real(outbound, ready, ahead)
        except NotTheHall:
            said = tuple(Answered(event.seq, Verdict("accepted")) for event in ready.out.events)
            await outbound._contact.memory(outbound._contact.store.answered, said, ready.out.last)
            return len(said)
        return count

    return send


def _takes_anybodys(real: Any) -> Any:
    """An answer with the right numbers is the answer, whatever batch it names."""

    def answers(answer: PushAnswer, out: Any) -> bool:
        return bool(real(msgspec.structs.replace(answer, head=""), out))

    return answers


ON_THE_LINE = (
    Bug("gives up after five tries", "the line's patience", ("line",), fixed=True,
        patches=(("sync.line", "patience", _gives_up),)),
    Bug("believes a page without its head", "the line's proof of pages", ("entries", "chain"), fixed=True,
        seed=2, patches=(("sync.inbound", "Inbound._proven", _believes_pages),)),
    Bug("splits a group over two batches", "the line's batches", ("whole",), fixed=True, seed=3,
        patches=(("local_db.outbox", "Outbox.outgoing", _splits),)),
    Bug("takes another window's answer for its own", "the line's answers", ("lost",), profile="proxies",
        patches=(("sync.outbound", "_answers", _takes_anybodys),)),
    Bug("takes a portal's page for a yes", "the line's answers", ("lost",),
        patches=(("sync.outbound", "Outbound._send", _any_page_is_a_yes),)),
)  # fmt: skip
