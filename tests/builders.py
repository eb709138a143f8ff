"""Facts, entries and pages for tests, made directly from bodies: no catalogue and no decision is asked.

`Hand` plays a terminal's clerk (its ids and times are counted, so a seed gives the same bytes every time), `Log` plays
the hall: it gives entries their place and makes pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from casework import bodies, numbers
from casework.ambient import stamp
from casework.events import EVENTS
from casework.facts import HALL, NO_HASH, Base, Envelope, Fact, Group, LegalTime, digest, encode_body, encode_fact
from casework.seals import Signed
from casework.wire import (
    ENTRY_FACT,
    ENTRY_TRAY,
    ENTRY_VERDICT,
    Entry,
    Hidden,
    Link,
    Tray,
    Verdict,
    encode_entry,
    extend,
)

START = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 - the hall's civil time is naive
REGION = "420118"
PERSON = bodies.Party("person", "张建国", "420111199003070017", "13800001234")
FIRM = bodies.Party("entity", "武汉江岸面馆有限公司", "91110000600037341L", representative="李梅")

ROUTE = (
    bodies.RouteStep("receive", "receive", "window"),
    bodies.RouteStep("accept", "accept", "window", ("receive",)),
    bodies.RouteStep("examine", "examine", "single", ("accept",)),
    bodies.RouteStep("decide", "decide", "chief", ("examine",)),
    bodies.RouteStep("certify", "certify", "window", ("decide",)),
    bodies.RouteStep("deliver", "deliver", "delivery", ("certify",)),
)
NO_HEAD = Signed("ed25519", "0" * 16, "head", msgspec.Raw(b"{}"), "00")


class FixedClock:
    """A clock that moves only when it is told to."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at
        self.ran = 1000.0

    def now(self) -> datetime:
        """The hall's civil time."""
        return self.at

    def monotonic(self) -> float:
        """Seconds of this boot."""
        return self.ran

    def go(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)
        self.ran += seconds


class Hand:
    """Makes facts at one terminal; `mark` keeps the ids of two hands apart."""

    def __init__(self, terminal: str = "0012", mark: str = "a", clock: FixedClock | None = None) -> None:
        self.terminal = terminal
        self.mark = mark
        self.clock = clock or FixedClock()
        self.count = 0
        self.numbered = 0

    def new_id(self) -> str:
        """32 hex digits, counted: like a UUIDv7 the later one sorts behind."""
        self.count += 1
        return f"{self.count:012x}" + digest(f"{self.mark}{self.terminal}{self.count}".encode())[:20]

    def number(self) -> str:
        """The next case number of this terminal."""
        self.numbered += 1
        return numbers.make(REGION, self.clock.now().date(), self.terminal, self.numbered)

    def fact(self, type_: str, body: bodies.Body, case: str, **changes: object) -> Fact:
        """A fact alone in its group."""
        row = EVENTS.get(type_)
        made = Fact(
            id=self.new_id(), type=type_, version=row.version if row else 1, root=case, case=case,
            group=Group(self.new_id(), 0, 1), actor="1001", post="window", visit="", base=Base(1, 0, 0),
            time=LegalTime(stamp(self.clock.now())), catalogue="", roster=0, body=encode_body(body),
        )  # fmt: skip
        return msgspec.structs.replace(made, **changes)

    def received(
        self, case: str = "", number: str = "", applicant: bodies.Party = PERSON, item: str = "D01", **said: object
    ) -> Fact:
        """An application that was taken in; a new case when none is named."""
        body = bodies.Received(
            number=number or self.number(), item=item, item_hash="0" * 64, module="single", applicant=applicant,
            route=ROUTE, statutory=bodies.Span(20, "working_days", "acceptance"),
            promised=bodies.Span(5, "working_days", "acceptance"), materials={f"{item}-01": "original"},
        )  # fmt: skip
        return self.fact("received", msgspec.structs.replace(body, **said), case or self.new_id())

    def accepted(self, case: str) -> Fact:
        """The acceptance of `case`."""
        return self.fact("accepted", bodies.Accepted("accept", "区城管局"), case)

    def examined(self, case: str) -> Fact:
        """The examination of `case`."""
        return self.fact("step.done", bodies.StepDone("examine"), case)

    def decided(self, case: str) -> Fact:
        """A permit for `case`: counts only after the hall's word."""
        return self.fact("decided", bodies.Decided("decide", "granted"), case)

    def printed(self, case: str, paper: str = "receipt", count: int = 1, mark: str = "") -> Fact:
        """A paper of `case` left the printer."""
        return self.fact("printed", bodies.Printed(paper, count, mark), case)

    def withdrawn(self, case: str) -> Fact:
        """The applicant of `case` takes it back."""
        return self.fact("withdrawn", bodies.Withdrawn("不办了"), case)


def grouped(*facts: Fact) -> tuple[Fact, ...]:
    """`facts` as one group."""
    id_ = facts[0].group.id
    return tuple(msgspec.structs.replace(fact, group=Group(id_, index, len(facts))) for index, fact in enumerate(facts))


def chain(facts: Sequence[Fact], terminal: str = "0012", incarnation: str = "i1", first: int = 1) -> list[Envelope]:
    """The envelopes of `facts`, sealed one after the other."""
    prev, made = NO_HASH, []
    for seq, fact in enumerate(facts, first):
        made.append(Envelope(terminal, incarnation, seq, prev, digest(encode_fact(fact))))
        prev = made[-1].hash
    return made


class Log:
    """The hall's log as a test writes it."""

    def __init__(self) -> None:
        self.links: list[Link] = []
        self.chains = [NO_HASH]
        self.counts: dict[str, int] = {}

    @property
    def cursor(self) -> int:
        """The newest entry."""
        return len(self.links)

    def add(self, entry: Entry) -> Entry:
        """Give `entry` its place."""
        entry = msgspec.structs.replace(entry, seq=self.cursor + 1)
        raw = encode_entry(entry)
        self._link(Link(entry.seq, digest(raw), entry, raw))
        return entry

    def hide(self) -> None:
        """An entry of a scope that the reader does not hold."""
        hidden = Hidden(self.cursor + 1, digest(str(self.cursor).encode()))
        self._link(Link(hidden.seq, hidden.hash, None, msgspec.json.encode(hidden)))

    def accept(
        self, fact: Fact, envelope: Envelope | None = None, verdict: Verdict | None = None, skip: int = 0
    ) -> Entry:
        """An accepted fact. `skip`: how many facts of its case the reader will never see before it."""
        n = 0
        if fact.case:
            n = self.counts[fact.case] = self.counts.get(fact.case, 0) + 1 + skip
        scope = "hall" if not fact.case else "single"
        raw = msgspec.Raw(encode_fact(fact))
        return self.add(
            Entry(ENTRY_FACT, 0, scope, stamp(START), envelope, verdict or Verdict("accepted"), raw, fact.id, n)
        )

    def judge(self, envelope: Envelope, fact: Fact, verdict: Verdict) -> Entry:
        """A verdict for a terminal."""
        scope = f"terminal/{envelope.terminal}"
        return self.add(Entry(ENTRY_VERDICT, 0, scope, stamp(START), envelope, verdict, fact_id=fact.id))

    def tray(self, line: Tray) -> Entry:
        """A line of the tray."""
        return self.add(Entry(ENTRY_TRAY, 0, "single", stamp(START), tray=line))

    def set(self, type_: str, body: bodies.Body) -> Entry:
        """A fact of the hall itself: roster, terminal, head."""
        hand = Hand(HALL, f"hall{self.cursor}")
        return self.accept(hand.fact(type_, body, "", actor="", post=""))

    def page(self, start: int, end: int | None = None) -> tuple[tuple[Link, ...], str]:
        """The entries after `start` up to `end`, and the chain there."""
        end = self.cursor if end is None else end
        return tuple(self.links[start:end]), self.chains[end]

    def _link(self, link: Link) -> None:
        self.links.append(link)
        self.chains.append(extend(self.chains[-1], link.hash))
