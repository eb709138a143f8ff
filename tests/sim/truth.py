"""What must be true in the simulated world, after every step and after healing (quality.md, Proofs).

Nothing here asks the program what it believes: the hall's log is read from its file and chained again, and what a
terminal has to show is folded anew from that log and from what its clerks have committed.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict

import msgspec

from casework.case import Case, encode_case
from casework.events import EVENTS, Klass, body_of
from casework.facts import NO_HASH, Fact, decode_fact, digest, encode_fact
from casework.folding import evolve
from casework.wire import Entry, Hidden, Verdict, decode_entry, extend
from tests.sim.terminal import Terminal, verdicts_of


class Broken(AssertionError):
    """An invariant does not hold. The first word names it."""


class Mirror:
    """The hall's log, read from its file and proven entry by entry."""

    def __init__(self, eyes: sqlite3.Connection) -> None:
        self.eyes = eyes
        self.raws: list[bytes] = []
        self.scopes: list[str] = []
        self.chains = [NO_HASH]
        self.entries: list[Entry] = []
        self.places: dict[str, int] = {}
        """Where each accepted fact stands."""
        self.cases: dict[str, list[tuple[int, Fact]]] = defaultdict(list)
        self.numbers: dict[str, str] = {}

    def look(self) -> None:
        """Read what is new."""
        rows = self.eyes.execute(
            "select seq, scope, bytes, hash, chain from log where seq > ? order by seq", (len(self.raws),)
        )
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
            if entry.kind == "fact":
                self._fact(seq, entry)

    def _fact(self, seq: int, entry: Entry) -> None:
        fact = decode_fact(entry.fact)
        if fact.id in self.places:
            raise Broken(f"once: fact {fact.id} stands at {self.places[fact.id]} and at {seq}")
        self.places[fact.id] = seq
        if fact.case:
            self.cases[fact.case].append((seq, fact))
            if entry.n != len(self.cases[fact.case]):
                raise Broken(f"count: entry {seq} is number {entry.n} of its case, not {len(self.cases[fact.case])}")
        if fact.type == "received":
            number = body_of(fact).number
            if self.numbers.setdefault(number, fact.case) != fact.case:
                raise Broken(f"number: {number} was given twice")

    def folded(self, case_id: str, cursor: int) -> Case | None:
        """The case by the log up to `cursor`."""
        case: Case | None = None
        for seq, fact in self.cases.get(case_id, ()):
            if seq <= cursor:
                case = evolve(case, fact)
        return case


class Window:
    """What is known of one terminal from outside."""

    def __init__(self, scopes: frozenset[str]) -> None:
        self.scopes = scopes
        self.own: list[tuple[Fact, bytes]] = []
        """What its clerks have committed, in order."""
        self.told: dict[int, Verdict] = {}
        """The newest verdict that reached it, by `local_seq`."""
        self.seen = 0
        """Entries of its memory that were compared."""

    def tell(self, seq: int, verdict: Verdict) -> None:
        """A verdict reached it."""
        before = self.told.get(seq)
        if before is None or verdict.revision >= before.revision:
            self.told[seq] = verdict


class Truth:
    """All invariants of one world."""

    def __init__(self, mirror: Mirror, happened: Counter[str]) -> None:
        self.mirror = mirror
        self.windows: dict[str, Window] = {}
        self._happened = happened
        self._numbers: dict[str, str] = {}

    # What happened

    def committed(self, terminal: Terminal, facts: tuple[Fact, ...]) -> None:
        """A clerk's act was committed: from here on it is never lost, and it shows."""
        window = self.windows[terminal.number]
        for fact in facts:
            window.own.append((fact, encode_fact(fact)))
            if fact.type == "received":
                number = body_of(fact).number
                if self._numbers.setdefault(number, fact.case) != fact.case:
                    raise Broken(f"number: {number} was given twice")
        self.check(terminal, {fact.case for fact in facts})

    def stepped(self, terminal: Terminal, name: str, args: tuple[object, ...]) -> None:
        """The line has written something."""
        window = self.windows[terminal.number]
        self.mirror.look()
        touched = set()
        if name == "answered":
            for answer in verdicts_of(args):
                window.tell(answer.seq, answer.verdict)
                self._happened[f"verdict {answer.verdict.v}"] += 1
                if answer.duplicate:
                    self._happened["duplicate"] += 1
                touched.add(window.own[answer.seq - 1][0].case)
                fact = window.own[answer.seq - 1][0]
                if answer.verdict.v == "accepted" and fact.id not in self.mirror.places:
                    raise Broken(f"lost: {fact.type} {fact.id} was acknowledged and is not in the log")
        self.check(terminal, touched)

    # After every step

    def check(self, terminal: Terminal, touched: set[str]) -> None:
        """Everything about one terminal that is on."""
        window, eyes = self.windows[terminal.number], terminal.eyes
        self.mirror.look()
        cursor, chain = eyes.execute("select cursor, chain from standing").fetchone()
        if chain != self.mirror.chains[cursor]:
            raise Broken(f"chain: {terminal.number} stands at {cursor} on another chain")
        touched = touched | self._entries(terminal, window, cursor)
        touched |= self._outbox(terminal, window, cursor)
        for case_id in sorted(touched - {""}):
            self._shown(terminal, window, case_id, cursor)

    def _entries(self, terminal: Terminal, window: Window, cursor: int) -> set[str]:
        """Exactly the log filtered by its scopes, up to the cursor."""
        touched: set[str] = set()
        rows = terminal.eyes.execute(
            "select seq, bytes from entry where seq > ? order by seq", (window.seen,)
        ).fetchall()
        for place, (seq, data) in enumerate(rows, window.seen + 1):
            if seq != place or seq > cursor:
                raise Broken(f"entries: {terminal.number} holds {seq}, expected {place}, cursor {cursor}")
            entry = self.mirror.entries[seq - 1]
            if self.mirror.scopes[seq - 1] in window.scopes:
                if data != self.mirror.raws[seq - 1]:
                    raise Broken(f"entries: {terminal.number} holds other bytes at {seq}")
                touched |= self._heard(terminal, window, entry)
            else:
                self._happened["hidden"] += 1
                hidden = msgspec.json.decode(data, type=Hidden)
                if hidden != Hidden(seq, digest(self.mirror.raws[seq - 1])):
                    raise Broken(f"entries: {terminal.number} holds more than a place at {seq}")
        if window.seen + len(rows) != cursor:
            raise Broken(f"entries: {terminal.number} stands at {cursor} and holds {window.seen + len(rows)}")
        window.seen = cursor
        return touched

    def _heard(self, terminal: Terminal, window: Window, entry: Entry) -> set[str]:
        envelope, verdict = entry.envelope, entry.verdict
        if envelope is not None and verdict is not None and envelope.terminal == terminal.number:
            window.tell(envelope.seq, verdict)
        if entry.kind == "fact":
            return {decode_fact(entry.fact).case}
        return {window.own[envelope.seq - 1][0].case} if entry.kind == "verdict" and envelope is not None else set()

    def _outbox(self, terminal: Terminal, window: Window, cursor: int) -> set[str]:
        """Nothing committed is missing, nothing is answered that the hall has not answered."""
        count, last = terminal.eyes.execute("select count(*), max(local_seq) from outbox").fetchone()
        if count != len(window.own) or (last or 0) != count:
            raise Broken(f"lost: {terminal.number} has committed {len(window.own)} facts and keeps {count}")
        unsettled = terminal.eyes.execute(
            "select local_seq, state, case_id from outbox where state not in ('passed', 'resolved')"
        ).fetchall()
        for seq, state, _ in unsettled:
            told = window.told.get(seq)
            believed = told.v if told else "unsent"
            if (state if state not in {"committed", "sent"} else "unsent") != believed:
                raise Broken(f"sent: {terminal.number} says {seq} is {state}, the hall has said {believed}")
        open_ = {seq for seq, _, _ in unsettled}
        for seq, (fact, _) in enumerate(window.own, 1):
            place = self.mirror.places.get(fact.id, 1 << 60)
            told = window.told.get(seq)
            if seq not in open_ and place > cursor and (told is None or told.v == "accepted"):
                raise Broken(f"sent: {terminal.number} has closed {seq} before its entry came")
        return {case_id for _, _, case_id in unsettled}

    def _shown(self, terminal: Terminal, window: Window, case_id: str, cursor: int) -> None:
        """Own writes show until the hall refuses them, on top of the log as far as it is known here."""
        case = self._folded(window, case_id, cursor)
        for seq, (fact, _) in enumerate(window.own, 1):
            if fact.case != case_id or self.mirror.places.get(fact.id, 1 << 60) <= cursor:
                continue
            told = window.told.get(seq)
            known = EVENTS.get(fact.type)
            stays = told is not None and told.v == "held" and (known is None or known.klass is Klass.COUNTER)
            if told is not None and told.v != "accepted" and not stays:
                continue
            if told is None and known is not None and known.klass is Klass.NEEDS_HALL:
                continue
            case = evolve(case, fact)
        row = terminal.eyes.execute("select body from shown where case_id = ?", (case_id,)).fetchone()
        if (encode_case(case) if case else None) != (row[0] if row else None):
            raise Broken(f"shown: {terminal.number} shows case {case_id} otherwise than log and own facts make it")

    def _folded(self, window: Window, case_id: str, cursor: int) -> Case | None:
        case: Case | None = None
        for seq, fact in self.mirror.cases.get(case_id, ()):
            if seq <= cursor and self.mirror.scopes[seq - 1] in window.scopes:
                case = evolve(case, fact)
        return case

    def hall(self) -> None:
        """Refused and held things sit in a tray."""
        self.mirror.look()
        lost = self.mirror.eyes.execute(
            "select r.terminal, r.seq, r.v from register r where r.v in ('rejected', 'held') and r.first = 1"
            " and not exists (select 1 from tray t where t.id in (r.fact_id, r.fact_hash))"
        ).fetchall()
        if lost:
            raise Broken(f"tray: {lost} sit in no tray")

    # After healing

    def healed(self, terminals: list[Terminal]) -> None:
        """Nothing waits, everybody holds the same, and the projections are what a rebuild makes of it."""
        self.hall()
        end = len(self.mirror.raws)
        states = dict(self.mirror.eyes.execute("select case_id, state from case_state").fetchall())
        for case_id, state in states.items():
            case = self.mirror.folded(case_id, end)
            if (encode_case(case) if case else None) != state:
                raise Broken(f"alike: the hall holds case {case_id} otherwise than its log")
        for terminal in terminals:
            self.check(terminal, set(states))
            self._drained(terminal, end)
            for case_id, state in states.items():
                self._alike(terminal, case_id, state)
            memory = terminal.mind
            before = memory.projection_hash()
            memory.rebuild()
            if memory.projection_hash() != before:
                raise Broken(f"rebuilt: the projections of {terminal.number} differ from those made from zero")
            if terminal.eyes.execute("pragma integrity_check").fetchone()[0] != "ok":
                raise Broken(f"disk: {terminal.number}")

    def _drained(self, terminal: Terminal, end: int) -> None:
        cursor, frozen = terminal.eyes.execute("select cursor, frozen from standing").fetchone()
        waits = terminal.mind.pending()
        if waits.unsent or cursor != end or frozen:
            raise Broken(
                f"drained: {terminal.number} has {waits.unsent} unsent and stands at {cursor} of {end} {frozen}"
            )
        for seq, (fact, data) in enumerate(self.windows[terminal.number].own, 1):
            if fact.id in self.mirror.places:
                if bytes(self.mirror.entries[self.mirror.places[fact.id] - 1].fact) != data:
                    raise Broken(f"lost: the log has other bytes of {fact.id}")
                continue
            row = self.mirror.eyes.execute(
                "select bytes from register where terminal = ? and seq = ?", (terminal.number, seq)
            ).fetchone()
            if row is None or row[0] != data:
                raise Broken(f"lost: {terminal.number}/{seq} {fact.type} is neither in the log nor kept with its bytes")

    def _alike(self, terminal: Terminal, case_id: str, state: bytes | None) -> None:
        scopes = {self.mirror.scopes[seq - 1] for seq, _ in self.mirror.cases[case_id]}
        if not scopes <= self.windows[terminal.number].scopes:
            return
        row = terminal.eyes.execute("select state from confirmed where case_id = ?", (case_id,)).fetchone()
        if row is None or row[0] != state:
            raise Broken(f"alike: {terminal.number} holds case {case_id} otherwise than the hall")
