"""The hall's log, read from its file and proven entry by entry: what must be true of any log, whoever wrote it."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict

from casework.beside import FLAGGED
from casework.calendar import Calendar
from casework.calendar import parse as parse_calendar
from casework.case import Case
from casework.errors import BadBytes
from casework.events import EVENTS, Klass, body_of
from casework.facts import NO_HASH, Fact, decode_fact, digest
from casework.folding import evolve
from casework.refused import gave_up
from casework.timers import timers_of
from casework.wire import ENTRY_FACT, ENTRY_TRAY, Entry, Tray, Verdict, decode_entry, extend
from tests.sim.server import CALENDAR_BYTES

CALENDARS = {digest(CALENDAR_BYTES): parse_calendar(CALENDAR_BYTES)}
"""Those that were read, by hash; they never change."""
NEVER = 1 << 60
"""The place of what is not in the log."""
INSISTED = "insisted"
OF_THE_BYTES = frozenset({"id_reused", "too_big", "group", "settled"})
"""Refusals that are about bytes or about what somebody gave up: also a receipt can have them."""


class Broken(AssertionError):
    """An invariant does not hold. The first word names it."""


class Mirror:
    """The log, and what follows from it.

    Args:
        eyes: a connection to the hall's file.
        happened: what happened, counted.
    """

    def __init__(self, eyes: sqlite3.Connection, happened: Counter[str]) -> None:
        self.eyes = eyes
        self.raws: list[bytes] = []
        self.scopes: list[str] = []
        self.chains = [NO_HASH]
        self.entries: list[Entry] = []
        self.facts: dict[int, Fact] = {}
        """Each accepted fact that can be read, by its place."""
        self.places: dict[str, int] = {}
        """Where each accepted fact stands, by the hash of its bytes."""
        self.ids: dict[str, int] = {}
        self.cases: dict[str, list[tuple[int, Fact]]] = defaultdict(list)
        self.numbers: dict[str, str] = {}
        self.trays: dict[str, tuple[str, Tray]] = {}
        """Every line of the tray as it is now, with its scope."""
        self.said: dict[str, list[Verdict]] = defaultdict(list)
        """All verdicts about a fact, by the hash of its bytes."""
        self.before: dict[str, set[str]] = defaultdict(set)
        """Who each terminal number was before (S27)."""
        self.calendar = CALENDARS[digest(CALENDAR_BYTES)]
        """The one that the hall counts by."""
        self.epoch = 1
        self.resolving: set[str] = set()
        """Groups that settle something: refused, they block nothing (S15)."""
        self.faulty: set[str] = set()
        """Facts that no right program seals, by id."""
        self._happened = happened
        self._lanes: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        self._states: dict[str, Case | None] = {}
        self._groups: dict[str, tuple[int, set[int]]] = {}
        self._given_up: dict[str, set[str]] = defaultdict(set)
        """What somebody gave up, by group; of what nobody could read the group is empty."""
        self._brought_back: set[str] = set()
        """Groups of which the windows have shown something to a restored hall."""

    @property
    def end(self) -> int:
        """How many entries there are."""
        return len(self.raws)

    def reopen(self, eyes: sqlite3.Connection) -> None:
        """The file may be another one now; nothing that was in the log may be missing or other."""
        self.eyes.close()
        self.eyes = eyes
        row = eyes.execute("select chain from log where seq = ?", (self.end,)).fetchone()
        if row is None or row[0] != self.chains[-1]:
            raise Broken(f"lost: the hall has come back without entry {self.end}")

    def look(self) -> None:
        """Read what is new."""
        rows = self.eyes.execute(
            "select seq, scope, bytes, hash, chain from log where seq > ? order by seq", (len(self.raws),)
        )
        touched: set[str] = set()
        for seq, scope, data, hash_, chain in rows.fetchall():
            if seq != len(self.raws) + 1:
                raise Broken(f"dense: the log goes from {len(self.raws)} to {seq}")
            if digest(data) != hash_ or extend(self.chains[-1], hash_) != chain:
                raise Broken(f"chain: entry {seq} does not follow")
            entry = decode_entry(data)
            self.raws.append(data)
            self.scopes.append(scope)
            self.chains.append(chain)
            self.entries.append(entry)
            if entry.envelope is not None and entry.verdict is not None:
                self.said[entry.envelope.fact_hash].append(entry.verdict)
            if entry.kind == ENTRY_FACT:
                self._fact(seq, entry, touched)
            elif entry.kind == ENTRY_TRAY and entry.tray is not None:
                self._tray(entry, entry.tray)
        self._whole(touched - self._brought_back)

    def whole(self) -> None:
        """In the end no command is in half; a restored hall has one until its maker is back, where it went into several
        modules and others showed what they hold of it (S25).
        """
        self._whole(self._brought_back)

    def _whole(self, groups: set[str]) -> None:
        for group in sorted(groups):
            size, have = self._groups[group]
            if len(have) + len(self._given_up[group]) + len(self._given_up[""]) < size:
                raise Broken(f"group: of group {group} the log has {sorted(have)} of {size}")

    def _fact(self, seq: int, entry: Entry, touched: set[str]) -> None:
        data = bytes(entry.fact)
        sealed = entry.envelope.fact_hash if entry.masked and entry.envelope else digest(data)
        if sealed in self.places or entry.fact_id in self.ids:
            raise Broken(f"once: fact {entry.fact_id} stands at {self.ids.get(entry.fact_id)} and at {seq}")
        self.places[sealed] = self.ids[entry.fact_id] = seq
        fact = self.facts[seq] = decode_fact(data)
        self._happened[f"logged {fact.type}"] += 1
        for flag in entry.verdict.flags if entry.verdict else ():
            self._happened[f"flag {flag}"] += 1
        self._groups.setdefault(fact.group.id, (fact.group.size, set()))[1].add(fact.group.index)
        touched.add(fact.group.id)
        if entry.was is not None:
            self._brought_back.add(fact.group.id)
        if fact.type == "calendar.head":
            self.calendar = self._calendar(body_of(fact).version) or self.calendar
        if fact.type == "epoch.opened":
            self.epoch = max(self.epoch, body_of(fact).epoch)  # one that was put back is over
        if fact.type == "adopts" and entry.envelope is not None:
            old, new = body_of(fact), entry.envelope.terminal
            self.before[new] |= {old.terminal, *self.before[old.terminal]}
        if not fact.case:
            return
        self._stale(seq, entry, fact)
        self._lane(seq, entry, fact)
        before = self._states.get(fact.case)
        self._paper(seq, fact, before)
        self.cases[fact.case].append((seq, fact))
        if entry.n != len(self.cases[fact.case]):
            raise Broken(f"count: entry {seq} is number {entry.n} of its case, not {len(self.cases[fact.case])}")
        self._states[fact.case] = evolve(before, fact)
        if fact.type == "received":
            self._numbered(seq, entry, fact)
        if fact.type == "deemed_accepted":
            self._deemed(seq, entry, fact, before)

    def _numbered(self, seq: int, entry: Entry, fact: Fact) -> None:
        number = body_of(fact).number
        if self.numbers.setdefault(number, fact.case) != fact.case and "number_doubled" not in _flags(entry):
            raise Broken(f"number: {number} was given twice, and entry {seq} does not say so")

    def _deemed(self, seq: int, entry: Entry, fact: Fact, before: Case | None) -> None:
        """The hall's timer: once, after its day, while nobody had said anything (S10, S30)."""
        due = timers_of(before, self.calendar).get(fact.type) if before else None
        if entry.was is not None:
            return
        if due is None or entry.received_at[:10] <= due:
            raise Broken(f"timer: entry {seq} of {entry.received_at} accepts a case whose timer is {due}")

    def _calendar(self, version: str) -> Calendar | None:
        """What has that hash; None where a restored hall has lost the bytes."""
        row = self.eyes.execute("select bytes from blob where sha256 = ?", (version,)).fetchone()
        return CALENDARS.setdefault(version, parse_calendar(row[0])) if row else None

    def _stale(self, seq: int, entry: Entry, fact: Fact) -> None:
        """Nothing stands that was made before something that breaks it was seen (S5)."""
        row = EVENTS.get(fact.type)
        if row is None or row.klass is Klass.COUNTER or not row.broken_by or entry.envelope is None:
            return
        if INSISTED in _flags(entry) or entry.was is not None or fact.base.epoch != self.epoch:
            return  # a person has answered for it, or it was judged in another epoch's log
        made = entry.envelope
        grants = fact.type == "decided" and body_of(fact).outcome != "refused"  # to that a second receipt is nothing
        broken_by = row.broken_by - {"received"} if grants else row.broken_by
        for place, later in self.cases.get(fact.case, ()):
            env = self.entries[place - 1].envelope
            if place <= fact.base.cursor or later.type not in broken_by or env is None:
                continue
            same = (env.terminal, env.incarnation) == (made.terminal, made.incarnation)  # one memory knows what it did
            own = same or env.terminal in self.before[made.terminal]  # made there, and sealed again
            if not own:
                raise Broken(f"stale: {fact.type} at {seq} stands on {fact.base.cursor}, {later.type} came at {place}")

    def _lane(self, seq: int, entry: Entry, fact: Fact) -> None:
        """No judgement goes past a refusal of its lane (S15)."""
        row, made = EVENTS.get(fact.type), entry.envelope
        if row is None or row.klass in {Klass.COUNTER, Klass.HALL} or made is None or fact.group.id in self.resolving:
            return
        if INSISTED in _flags(entry) or entry.was is not None:
            return
        before = [id_ for id_, local in self._lanes[made.terminal, fact.root].items() if local < made.seq]
        if before:
            raise Broken(f"lane: {fact.type} at {seq} went past {before[0]}, which waits in its lane")

    def _tray(self, entry: Entry, tray: Tray) -> None:
        self.trays[tray.fact] = entry.scope, tray
        if gave_up(tray):
            self._given_up[tray.group].add(tray.fact)
        self._happened[f"tray {tray.kind} {tray.code}" if not tray.settled else f"settled {tray.settled}"] += 1
        lane = self._lanes[tray.terminal, tray.root]
        if tray.settled or tray.kind == FLAGGED:  # what stands blocks nothing
            lane.pop(tray.fact, None)
            return
        row = self.eyes.execute(
            "select seq, grp from register where terminal = ? and (fact_id = ?2 or fact_hash = ?2) order by first desc",
            (tray.terminal, tray.fact),
        ).fetchone()
        if row is not None and tray.root and row[1] not in self.resolving:
            lane[tray.fact] = row[0]
        known = EVENTS.get(tray.type)
        counter = known is not None and known.klass is Klass.COUNTER
        if tray.kind == "rejected" and counter and tray.code not in OF_THE_BYTES and tray.fact not in self.faulty:
            raise Broken(f"paper: {tray.type} happened at the counter, and the hall refused it: {tray.code}")

    def _paper(self, seq: int, fact: Fact, before: Case | None) -> None:
        """Whose paper is in somebody's hand is given up with a word about it (S15)."""
        if fact.type not in {"resolve.withdraw", "resolve.amend"} or before is None:
            return
        body = body_of(fact)
        called = {(each.paper, each.count, each.at) for each in (*before.recalls, *body.recalls)}
        standing = {act.fact for act in before.acts}
        out = [paper for paper in before.papers if paper.of in set(body.refused) - standing]
        silent = [paper.paper for paper in out if (paper.paper, paper.count, paper.at) not in called]
        if out:
            self._happened["paper called back"] += 1
        if silent:
            raise Broken(f"paper: {silent} is in somebody's hand, and entry {seq} takes it back in silence")

    # Asked by others

    def scopes_of(self, case_id: str) -> set[str]:
        """Where the entries of a case are shown."""
        return {self.scopes[seq - 1] for seq, _ in self.cases.get(case_id, ())}

    def folded(self, case_id: str, cursor: int, scopes: frozenset[str] | None = None) -> Case | None:
        """The case by the log up to `cursor`, as far as these scopes show it."""
        case: Case | None = None
        for seq, fact in self.cases.get(case_id, ()):
            if seq <= cursor and (scopes is None or self.scopes[seq - 1] in scopes):
                case = evolve(case, fact)
        return case

    def place(self, hash_: str) -> int:
        """Where the fact with these bytes stands; `NEVER` while it does not."""
        return self.places.get(hash_, NEVER)

    def kept(self, terminal: str, seq: int, hash_: str) -> tuple[str, bytes | None, str] | None:
        """Verdict, bytes and hash of what the hall has of an envelope, or of the same fact in another one."""
        row = self.eyes.execute(
            "select v, bytes, fact_hash from register where terminal = ? and seq = ? and fact_hash = ?",
            (terminal, seq, hash_),
        ).fetchone()
        row = (row if row and row[1] else None) or self.eyes.execute(
            "select v, bytes, fact_hash from register where fact_hash = ? order by bytes is null, first desc", (hash_,)
        ).fetchone()
        return (row[0], row[1], row[2]) if row else None

    def tray_is_whole(self) -> None:
        """Refused and held things sit in the tray, with a line in the log that says so (S16)."""
        lost = self.eyes.execute(
            "select r.terminal, r.seq, r.v from register r where r.v in ('rejected', 'held') and r.first = 1"
            " and not exists (select 1 from tray t where t.id in (r.fact_id, r.fact_hash))"
        ).fetchall()
        if lost:
            raise Broken(f"tray: {lost} sit in no tray")
        told = {id_ for id_, (_, tray) in self.trays.items() if not tray.settled}
        kept = {row[0] for row in self.eyes.execute("select id from tray where settled = ''")}
        if told != kept:
            raise Broken(f"tray: the log and the hall's tray differ by {sorted(told ^ kept)}")


def _flags(entry: Entry) -> tuple[str, ...]:
    return entry.verdict.flags if entry.verdict is not None else ()


def readable(data: bytes) -> Fact | None:
    """The fact in `data`, if it is one."""
    try:
        return decode_fact(data)
    except BadBytes:
        return None
