"""What is known of one window from outside: what its clerks have committed, and what has reached it."""

from __future__ import annotations

import sqlite3
from collections import defaultdict

import msgspec

from casework.errors import BadBytes
from casework.events import body_of
from casework.facts import Fact, decode_fact, digest, encode_fact
from casework.limits import Limits
from casework.wire import Tray, Verdict

ANY_SIZE = Limits(fact_bytes=1 << 20)


class Own:
    """A fact that was committed at a terminal."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        self.data = encode_fact(fact, ANY_SIZE)
        self.hash = digest(self.data)


class Window:
    """One machine. It goes by its number until it is enrolled again under another one.

    Args:
        number: four digits.
        scopes: what it holds besides its own.
    """

    def __init__(self, number: str, scopes: frozenset[str]) -> None:
        self.numbers = [number]
        """Who it was, and last who it is."""
        self.scopes = scopes | {f"terminal/{number}"}
        self.own: list[Own] = []
        """What its clerks have committed, as this incarnation has sealed it, in order."""
        self.of_case: dict[str, list[int]] = defaultdict(list)
        self.told: dict[int, Verdict] = {}
        """The newest verdict that reached it, by `local_seq`."""
        self.open: set[int] = set()
        """What it has not closed yet, by `local_seq`."""
        self.resolved: set[int] = set()
        """What was refused or held and somebody settled, as far as it is known here."""
        self.seen = 0
        """Entries of its memory that were compared."""
        self.later: frozenset[str] = frozenset()
        """Scopes of who it was: what the hall said there before it had its new number, it says again to that one."""
        self.moving: frozenset[str] = frozenset()
        """Modules that were given to it or taken away in the middle: what of them is here is known at the end."""
        self.drafts: set[str] = set()
        self.stubs: set[int] = set()
        """What has travelled without its bytes, by `local_seq`."""
        self.rotten: set[str] = set()
        """Cases of which a fact broke on the disk."""
        self.contact: tuple[float, str, str] | None = None
        """How far its clock was ahead at the last contact, in milliseconds, the hall's time then, and the boot."""
        self.steps = 0
        self._seqs: dict[str, int] = {}

    @property
    def number(self) -> str:
        """Who it is now."""
        return self.numbers[-1]

    @property
    def ids(self) -> set[str]:
        """Ids of its own facts."""
        return {own.fact.id for own in self.own}

    def add(self, own: Own) -> None:
        """A fact was committed."""
        fact = own.fact
        self.own.append(own)
        seq = len(self.own)
        self.of_case[fact.case].append(seq)
        self.open.add(seq)
        self._seqs[fact.id] = self._seqs[own.hash] = seq

    def seq_of(self, name: str) -> int:
        """Where the own fact with this id or hash is sealed; 0 when it is none."""
        return self._seqs.get(name, 0)

    def tell(self, seq: int, verdict: Verdict) -> None:
        """A verdict reached it."""
        before = self.told.get(seq)
        if before is None or verdict.revision >= before.revision:
            self.told[seq] = verdict

    def resolve(self, fact: Fact) -> set[str]:
        """A `resolve.*` fact is known here; the cases of own facts that it settles."""
        cases = set()
        try:
            named = body_of(fact).refused
        except BadBytes:
            return set()
        for id_ in named:
            seq = self._seqs.get(id_, 0)
            if seq in self.told and self.told[seq].v in {"held", "rejected"}:
                self.resolved.add(seq)
                cases.add(self.own[seq - 1].fact.case)
        return cases

    def settle(self, tray: Tray | None) -> None:
        """A line of its tray is over by an act that it may not be shown."""
        if tray is not None and tray.settled in {"withdraw", "amend"}:
            self.resolved |= {self.seq_of(tray.fact)} - {0}

    def goes_by(self, number: str) -> None:
        """It was enrolled again: it holds a scope of its own more."""
        self.later = self.later | {f"terminal/{self.number}"}
        self.numbers.append(number)
        self.scopes = self.scopes | {f"terminal/{number}"}

    def reread(self, eyes: sqlite3.Connection, made: dict[str, Own]) -> None:
        """Its disk is another one than it was, or was sealed anew: begin from what lies there.

        `made`: all facts as they were committed, by hash; bytes on a disk may have broken since.
        """
        self.own, self.of_case, self._seqs = [], defaultdict(list), {}
        self.told, self.open, self.resolved, self.seen, self.stubs = {}, set(), set(), 0, set()
        rows = eyes.execute(
            "select f.hash, f.bytes, o.state, o.verdict, o.stub from outbox o join fact f on f.n = o.fact"
            " order by o.local_seq"
        ).fetchall()
        for seq, (hash_, data, state, verdict, stub) in enumerate(rows, 1):
            if hash_ not in made:  # the program's own word at a new enrolment
                made[hash_] = Own(decode_fact(data))
            self.add(made[hash_])
            if verdict is not None and state not in {"committed", "sent"}:
                self.told[seq] = msgspec.json.decode(verdict, type=Verdict)
            if stub:
                self.stubs.add(seq)
        self.drafts = {row[0] for row in eyes.execute("select case_id from draft")}
        for own in self.own:
            if own.fact.type.startswith("resolve."):
                self.resolve(own.fact)
