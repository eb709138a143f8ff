"""What must be true in the simulated world after every step (quality.md, Proofs); `judgement` tells the rest.

Nothing here asks the program what it believes: the hall's log is read from its file and chained again, and what a
terminal has to show is folded anew from that log and from what its clerks have committed.
"""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import timedelta

import httpx
import msgspec

from casework import numbers
from casework.ambient import moment
from casework.case import Case, encode_case
from casework.events import EVENTS, Klass, body_of
from casework.facts import Fact, decode_fact, digest
from casework.folding import evolve
from casework.limits import Limits
from casework.seals import Signed
from casework.wire import ENTRY_FACT, Batch, Entry, Hidden, PullAnswer, Verdict
from tests.sim.loop import true_time
from tests.sim.mirror import NEVER, Broken, Mirror
from tests.sim.terminal import Terminal, verdicts_of
from tests.sim.window import Own, Window

__all__ = ["Broken", "Mirror", "Truth", "Window"]

SLACK = timedelta(seconds=180)
"""How far off midnight a number's day may be: what a reboot hides, and an answer that was long on its way."""
HIDDEN = 120_000
"""Milliseconds for which a PC may have been off without its clocks telling, where nothing names its boots."""
TRANSIT = 31_000
"""Milliseconds that an answer may have been on its way, besides a poll: nobody waits for it any longer."""


class Truth:
    """All invariants of one world.

    Args:
        mirror: the hall's log.
        happened: what happened, counted.
        limits: bounds of the program.
        every: at every such step of a terminal everything is counted, not only what the step has touched.
    """

    def __init__(self, mirror: Mirror, happened: Counter[str], limits: Limits, every: int = 1) -> None:
        self.mirror = mirror
        self.windows: dict[str, Window] = {}
        self._happened = happened
        self._limits = limits
        self._every = every
        self._numbers: dict[str, str] = {}
        self.twins: set[str] = set()
        """Terminal numbers by which two machines went: what they number is doubled."""
        self.doubled: set[str] = set()
        """Case numbers that two cases got for that."""
        self.answered: dict[str, Own] = {}
        """What the hall has answered, whatever it said, by hash: from then on it is never lost."""
        self._had: set[str] = set()
        """What stood in a log that is gone, by hash."""
        self.made: dict[str, Own] = {}
        """Every fact as it was committed, by hash."""
        self.lost_scans: set[str] = set()
        """Papers that lay on a disk alone when an older image took its place, by hash."""
        self.blind = False
        """The hall has lost a part of its log: until all is healed only what was committed is written down."""

    # What happened

    def committed(self, terminal: Terminal, facts: tuple[Fact, ...]) -> None:
        """A clerk's act was committed: from here on it is never lost, and it shows."""
        window = self.windows[terminal.number]
        touched = set()
        for fact in facts:
            own = Own(fact)
            self.made[own.hash] = own
            window.add(own)
            touched.add(fact.case)
            if fact.type.startswith("resolve."):
                self.mirror.resolving.add(fact.group.id)
                touched |= window.resolve(fact)
            self._clock(terminal, window, fact)
            if fact.type == "received":
                window.drafts.discard(fact.case)
                self._number(fact)
        self.check(terminal, touched)

    def _number(self, fact: Fact) -> None:
        number = body_of(fact).number
        if self._numbers.setdefault(number, fact.case) != fact.case:
            if number[12:16] not in self.twins:
                raise Broken(f"number: {number} was given twice")
            self._happened["number doubled"] += 1
            self.doubled.add(number)
        if numbers.parse(number).day not in {(true_time() + slack).date() for slack in (-SLACK, SLACK)}:
            raise Broken(f"day: {number} was given on {true_time():%Y-%m-%d}")

    def _clock(self, terminal: Terminal, window: Window, fact: Fact) -> None:
        """The evidence that a fact carries is what happened (S29)."""
        time, contact = fact.time, window.contact
        if fact.id in self.mirror.faulty or time.offset_ms is None:
            return
        if contact is None or time.contact != contact[1]:
            raise Broken(f"clock: {terminal.number} names a contact of {time.contact}, the last was {contact}")
        other = time.same_boot and terminal.boot != contact[2]
        if other and terminal.names_boots:
            raise Broken(f"clock: {terminal.number} takes {terminal.boot} for the boot of its contact in {contact[2]}")
        off = abs((moment(time.at) - true_time()).total_seconds())
        transit = TRANSIT + self._limits.poll_seconds * 1000
        late = transit + HIDDEN if other else transit
        says_the_halls = time.same_boot and not time.offset_ms and off * 1000 <= late  # its own clock is wrong
        if not says_the_halls and not -1.0 <= time.offset_ms - contact[0] <= transit:
            raise Broken(f"clock: {terminal.number} was {contact[0]} ms off and says {time.offset_ms}")
        bound = self._limits.clock_offset_seconds + 120 + transit / 1000
        if time.same_boot and time.is_good(time.at, self._limits) and off > bound:
            raise Broken(f"clock: {terminal.number} proves {time.at}, it is {true_time()}")

    def stepped(self, terminal: Terminal, name: str, args: tuple[object, ...]) -> None:
        """The line has written something."""
        window = self.windows[terminal.number]
        if name == "contact":
            window.contact = terminal.clock.error.total_seconds() * 1000, str(args[0]), terminal.boot
            return
        if name == "enter":
            self._sealed_again(terminal, window)
            return
        self.mirror.look()
        if self.blind:
            return
        touched = set()
        if name == "answered":
            for answer in verdicts_of(args):
                own = window.own[answer.seq - 1]
                window.tell(answer.seq, answer.verdict)
                self.answered[own.hash] = own
                self._happened[f"verdict {answer.verdict.v}"] += 1
                if answer.verdict.code:
                    self._happened[f"{answer.verdict.v}: {answer.verdict.code}"] += 1
                if answer.duplicate:
                    self._happened["duplicate"] += 1
                touched.add(own.fact.case)
                if answer.verdict.v == "accepted" and self.mirror.place(own.hash) == NEVER:
                    raise Broken(f"lost: {own.fact.type} {own.fact.id} was acknowledged and is not in the log")
        self.check(terminal, touched)

    def _sealed_again(self, terminal: Terminal, window: Window) -> None:
        """In another epoch it brings once more what a number of before had brought, and nothing else (S25, S27)."""
        rows = terminal.eyes.execute(
            "select f.hash from outbox o join fact f on f.n = o.fact where o.local_seq > ? order by o.local_seq",
            (len(window.own),),
        ).fetchall()
        for (hash_,) in rows:
            if hash_ not in self.answered and hash_ not in self._had:
                raise Broken(f"sealed: {terminal.number} seals a fact again that the hall never had")
            window.add(self.made[hash_])
            self._happened["sealed again after a restore"] += 1

    def asked(self, number: str, request: httpx.Request, response: httpx.Response | None) -> None:
        """A request sets out, or its answer arrives: bounds, whole groups, no gap (S3, S11, S12, S18)."""
        word = request.url.path.rsplit("/", 1)[1]
        if response is not None:
            code = _problem(response)
            if code:
                self._happened[f"answer {response.status_code} {code}"] += 1
            if word == "pull" and response.status_code == 200 and response.headers.get("content-type") != "text/html":
                self._page(response)
            return
        if word == "push":
            data = request.content
            batch = msgspec.json.decode(
                gzip.decompress(data) if request.headers.get("Content-Encoding") == "gzip" else data, type=Signed
            )
            self._batch(number, msgspec.json.decode(batch.body, type=Batch))

    def _page(self, response: httpx.Response) -> None:
        try:
            page = msgspec.json.decode(response.content, type=PullAnswer)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return  # cut on the way
        if len(page.entries) > self._limits.pull_entries:
            raise Broken(f"bounds: a page of {len(page.entries)} entries")

    def _batch(self, number: str, batch: Batch) -> None:
        window = self.windows[number]
        sent = [bytes(event.fact) for event in batch.events if not event.stub]
        size = sum(map(len, sent))
        window.stubs |= {event.seq for event in batch.events if event.stub}
        facts = [window.own[event.seq - 1].fact for event in batch.events]
        alone = len({fact.group.id for fact in facts}) == 1
        if not alone and (len(facts) > self._limits.push_facts or size > self._limits.push_bytes):
            raise Broken(f"bounds: a batch of {len(facts)} facts and {size} bytes")
        if [event.seq for event in batch.events] != list(range(batch.first, batch.last + 1)):
            raise Broken(f"bounds: the batch {batch.first}..{batch.last} of {number} has a gap")
        first, last = facts[0].group, facts[-1].group
        if first.index != 0 or last.index + 1 != last.size:
            raise Broken(f"whole: the batch {batch.first}..{batch.last} of {number} splits a group")

    # After every step

    def check(self, terminal: Terminal, touched: set[str]) -> None:
        """Everything about one terminal that is on."""
        window, eyes = self.windows[terminal.number], terminal.eyes
        self.mirror.look()
        if self.blind:
            return
        cursor, chain, floor = eyes.execute("select cursor, chain, floor from standing").fetchone()
        if eyes.execute("select 1 from bootstrap").fetchone():
            return  # a snapshot is being put in: what it has shown is compared when it is whole
        if cursor > self.mirror.end or chain != self.mirror.chains[cursor]:
            raise Broken(f"chain: {terminal.number} stands at {cursor} on another chain")
        touched = touched | self._sparse(terminal, window, floor) | self._entries(terminal, window, cursor)
        touched |= self._outbox(terminal, window, cursor)
        window.steps += 1
        if window.steps % self._every == 0:
            touched |= {window.own[seq - 1].fact.case for seq in window.open}
            self._counted(terminal, window)
        for case_id in sorted(touched - {""} - window.rotten):
            self._shown(terminal, window, case_id, cursor)

    def _counted(self, terminal: Terminal, window: Window) -> None:
        count = terminal.eyes.execute("select count(*) from outbox").fetchone()[0]
        if count != len(window.own):
            raise Broken(f"lost: {terminal.number} has committed {len(window.own)} facts and keeps {count}")
        drafts = {row[0] for row in terminal.eyes.execute("select case_id from draft")}
        if drafts != window.drafts:
            raise Broken(f"draft: {terminal.number} keeps {sorted(drafts ^ window.drafts)} otherwise than was saved")

    def _entries(self, terminal: Terminal, window: Window, cursor: int) -> set[str]:
        """Exactly the log filtered by its scopes, up to the cursor."""
        touched: set[str] = set()
        rows = terminal.eyes.execute(
            "select seq, bytes from entry where seq > ? order by seq", (window.seen,)
        ).fetchall()
        for place, (seq, data) in enumerate(rows, window.seen + 1):
            if seq != place or seq > cursor:
                raise Broken(f"entries: {terminal.number} holds {seq}, expected {place}, cursor {cursor}")
            scope, hidden = self.mirror.scopes[seq - 1], False
            if scope in window.later or scope in window.moving:
                hidden = data == msgspec.json.encode(Hidden(seq, digest(self.mirror.raws[seq - 1])))
            if scope in window.scopes | window.moving and not hidden:
                if data != self.mirror.raws[seq - 1]:
                    raise Broken(f"entries: {terminal.number} holds other bytes at {seq}")
                touched |= self._heard(window, self.mirror.entries[seq - 1])
            else:
                self._happened["hidden"] += 1
                if data != msgspec.json.encode(Hidden(seq, digest(self.mirror.raws[seq - 1]))):
                    raise Broken(f"entries: {terminal.number} holds more than a place at {seq}")
        if window.seen + len(rows) != cursor:
            raise Broken(f"entries: {terminal.number} stands at {cursor} and holds {window.seen + len(rows)}")
        window.seen = cursor
        return touched

    def _sparse(self, terminal: Terminal, window: Window, floor: int) -> set[str]:
        """Up to its floor only whole entries of its scopes, and where one is they are the log's (S21)."""
        if floor <= window.seen:
            return set()
        touched: set[str] = set()
        rows = terminal.eyes.execute(
            "select seq, bytes from entry where seq > ? and seq <= ? order by seq", (window.seen, floor)
        ).fetchall()
        self._happened["began from a snapshot"] += 1
        for seq, data in rows:
            if data == msgspec.json.encode(Hidden(seq, digest(self.mirror.raws[seq - 1]))):
                continue
            if self.mirror.scopes[seq - 1] not in window.scopes | window.moving or data != self.mirror.raws[seq - 1]:
                raise Broken(f"entries: {terminal.number} holds under its floor what the log has not at {seq}")
            touched |= self._heard(window, self.mirror.entries[seq - 1])
        window.seen = floor
        return touched

    def _heard(self, window: Window, entry: Entry) -> set[str]:
        envelope, verdict = entry.envelope, entry.verdict
        seq = window.seq_of(envelope.fact_hash if envelope else "")
        if seq and verdict is not None:
            window.tell(seq, verdict)
        if entry.kind == ENTRY_FACT:
            fact = decode_fact(entry.fact)
            settled = window.resolve(fact) if fact.type.startswith("resolve.") else set()
            return {fact.case, *settled}
        window.settle(entry.tray)
        return {window.own[seq - 1].fact.case} if seq else set()

    def _behind(self, window: Window, seq: int, state: str) -> bool:
        """Whether the hall has said that in an entry that was filled in behind, after a new number or a snapshot."""
        said = [each for each in self.mirror.said.get(window.own[seq - 1].hash, ()) if each.v == state]
        if said:
            window.tell(seq, said[-1])
        return bool(said)

    def _settled_below_its_floor(self, terminal: Terminal, fact: str) -> bool:
        """Whether its line had ended before a snapshot, which leaves out what was settled, whatever module it is of."""
        floor = terminal.eyes.execute("select floor from standing").fetchone()[0]
        lines = (entry.tray for entry in self.mirror.entries[:floor] if entry.tray and entry.tray.fact == fact)
        return any(line.settled for line in lines)

    def _outbox(self, terminal: Terminal, window: Window, cursor: int) -> set[str]:
        """Nothing committed is missing, nothing is answered that the hall has not answered."""
        last = terminal.eyes.execute("select max(local_seq) from outbox").fetchone()[0] or 0
        if last != len(window.own):
            raise Broken(f"lost: {terminal.number} has committed {len(window.own)} facts and keeps {last}")
        unsettled = terminal.eyes.execute(
            "select local_seq, state from outbox where state not in ('passed', 'resolved')"
        ).fetchall()
        for seq, state in unsettled:
            told = window.told.get(seq)
            believed = told.v if told else "unsent"
            says = state if state not in {"committed", "sent"} else "unsent"
            if says != believed and not self._behind(window, seq, says):
                raise Broken(f"sent: {terminal.number} says {seq} is {state}, the hall has said {believed}")
        still = {seq for seq, _ in unsettled}
        closed = window.open - still
        for seq in closed:
            if self._settled_below_its_floor(terminal, window.own[seq - 1].fact.id):
                window.resolved.add(seq)
            place, told = self.mirror.place(window.own[seq - 1].hash), window.told.get(seq)
            if place > cursor and seq not in window.resolved and not (told and told.code == "settled"):
                raise Broken(f"sent: {terminal.number} has closed {seq} before its entry came")
        window.open = still
        return {window.own[seq - 1].fact.case for seq in closed}

    def _shown(self, terminal: Terminal, window: Window, case_id: str, cursor: int) -> None:
        """Own writes show until the hall refuses them, on top of the log as far as it is known here."""
        if window.moving & self.mirror.scopes_of(case_id):
            return
        case = self.mirror.folded(case_id, cursor, window.scopes)
        for seq in window.of_case.get(case_id, ()):
            own = window.own[seq - 1]
            if self.mirror.place(own.hash) > cursor and _counts(own.fact, window.told.get(seq), seq in window.resolved):
                case = evolve(case, own.fact)
        row = terminal.eyes.execute("select body from shown where case_id = ?", (case_id,)).fetchone()
        if _coded(case) != (row[0] if row else None):
            raise Broken(f"shown: {terminal.number} shows case {case_id} otherwise than log and own facts make it")

    def burnt(self, mirror: Mirror, terminals: list[Terminal]) -> None:
        """The hall has another log now: nothing that was committed may be missing once all is healed, unless its
        maker's disk is an older one as well and nobody else had seen it.
        """
        mirror.resolving, mirror.faulty = self.mirror.resolving, self.mirror.faulty
        self.mirror.eyes.close()
        self._had |= self.mirror.places.keys()
        self.mirror, self.blind = mirror, True
        mirror.look()
        here = {own.hash for window in self.windows.values() for own in window.own}
        for hash_, own in [(hash_, own) for hash_, own in self.answered.items() if hash_ not in here]:
            asked = ("select 1 from entry where fact_id = ?", (own.fact.id,))
            seen = any(terminal.eyes.execute(*asked).fetchone() for terminal in terminals)
            if not seen and mirror.place(hash_) > mirror.end:
                del self.answered[hash_]

    def see_again(self, terminals: list[Terminal]) -> None:
        """Everybody has gone on in the new log: it is read from its beginning, and all is compared."""
        if not self.blind:
            return
        self.mirror.look()
        self.blind = False
        for terminal in terminals:
            window = self.windows[terminal.number]
            window.told, window.resolved, window.seen = {}, set(), 0
            window.open = set(range(1, len(window.own) + 1))
            cursor, floor = terminal.eyes.execute("select cursor, floor from standing").fetchone()
            self._sparse(terminal, window, floor)
            self._entries(terminal, window, cursor)
            self._told_again(terminal, window)

    def _told_again(self, terminal: Terminal, window: Window) -> None:
        """What it knows of its own facts in the new log, also where its copy of that began from a snapshot."""
        states = dict(terminal.eyes.execute("select local_seq, state from outbox"))
        for seq, own in enumerate(window.own, 1):
            said = self.mirror.said.get(own.hash)
            if said and seq not in window.told and states[seq] not in {"committed", "sent"}:
                window.tell(seq, said[-1])
            for name in (own.fact.id, own.hash):
                if name in self.mirror.trays and self.mirror.trays[name][1].settled and states[seq] == "resolved":
                    window.resolved.add(seq)
        for own in window.own:
            if own.fact.type.startswith("resolve."):
                window.resolve(own.fact)

    def hall(self) -> None:
        """What must be true at the hall at any time."""
        self.mirror.look()
        self.mirror.tray_is_whole()


def _counts(fact: Fact, told: Verdict | None, resolved: bool) -> bool:
    """Whether an own fact that the log has not passed shows (S6, S14)."""
    row = EVENTS.get(fact.type)
    if told is None:
        return row is None or row.klass is not Klass.NEEDS_HALL
    if told.v == "held":
        return (row is None or row.klass is Klass.COUNTER) and not resolved
    return told.v == "accepted"


def _coded(case: Case | None) -> bytes | None:
    return encode_case(case) if case is not None else None


def _problem(response: httpx.Response) -> str:
    if response.status_code < 400 or "json" not in response.headers.get("content-type", ""):
        return ""
    try:
        code: str = msgspec.json.decode(response.content)["error"]
    except (msgspec.DecodeError, KeyError, TypeError):
        return ""
    return code
