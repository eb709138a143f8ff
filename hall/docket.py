"""What the judge has before it during one sitting: the state as loaded, with everything already judged on top.

All reads of a sitting go through here, in bulk where the batch tells beforehand what it needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial

import msgspec

from casework.admit import Judgement
from casework.beside import FLAGGED
from casework.bodies import Adopts, StaffSet
from casework.calendar import Calendar
from casework.case import Case
from casework.catalogue.schema import Post
from casework.events import body_of, known
from casework.facts import HALL, NO_HASH, Envelope, Fact
from casework.rules import Bench
from casework.scans import can_come
from casework.seals import key_id
from casework.wire import Entry, decode_entry
from hall.adopting import judged
from hall.lineage import Lineage
from hall.live import HALL_SCOPE, Later, Live, about, live_of
from hall.masked import lacks
from hall.pieces import Piece, number_in
from hall.rows import TERMINAL_SCOPE, AdoptionRow, Changes, Register, ScanRow, TerminalRow, TrayRow
from hall.store import Reading
from hall.to_settle import to_settle
from hall.unseen import Unseen
from hall.words import Words

_UNNUMBERED = 1 << 62
"""The place of an entry of this sitting: after every cursor."""

__all__ = ["HALL_SCOPE", "Docket", "Lane", "number_in"]

_NEVER = "9999"
"""The cut-off of a terminal that was revoked by a program which wrote none down: everything is of before."""

Lane = tuple[str, str]
"""Terminal and root (S15)."""


class Docket:
    """The state of one sitting.

    Args:
        reading: one consistent view of the memory.
        posts: of the catalogue that counts now.
        calendar: that counts now, for the timers; None sets none.
    """

    def __init__(self, reading: Reading, posts: Mapping[str, Post], calendar: Calendar | None = None) -> None:
        self.changes = Changes()
        self.words = Words(reading, self.changes)
        self.calendar = calendar
        self._reading = reading
        self._posts = posts
        self._cases: dict[str, Live] = {}
        self._staff: dict[str, StaffSet | None] = {}
        self._bearers: dict[str, Register | None] = {}
        self._numbers: dict[str, str | None] = {}
        self._trays: dict[str, dict[str, TrayRow]] = {}
        self._refused: dict[str, set[str]] = {}
        self._groups: dict[str, str] = {}
        self.hall = reading.hall()
        self.lacks = partial(lacks, reading)
        self.lineage = Lineage(reading.adoptions())
        self.unseen = Unseen(reading, self.lineage, self.changes, self.live)
        self._cutoffs: dict[str, str] = {}
        self._shown_to: dict[str, frozenset[str] | None] = {}

    def adoption(self, envelope: Envelope, fact: Fact) -> tuple[Judgement, AdoptionRow | None]:
        """What is said of an `adopts`, and what follows from it."""
        again = self.lineage.sealed_again(envelope.terminal, envelope.seq)
        return judged(self, envelope, fact, again=again)

    def prefetch(self, pieces: Iterable[Piece]) -> None:
        """Load in bulk what judging `pieces` will ask for."""
        self.load([piece.fact for piece in pieces if piece.fact])

    def load(self, facts: Sequence[Fact]) -> None:
        """Load in bulk what `facts` will ask for."""
        reading = self._reading
        cases = {fact.case for fact in facts} - self._cases.keys()
        found = reading.cases(cases)
        self._cases.update({id_: live_of(found.get(id_)) for id_ in cases})
        trays = cases - self._refused.keys()
        self._refused.update({id_: set() for id_ in trays})
        for row in reading.tray_of_cases(trays):
            self._refused[row.tray.case].add(row.id)
        ids = {fact.id for fact in facts} - self._bearers.keys()
        bearers = reading.bearers(ids)
        self._bearers.update({id_: bearers.get(id_) for id_ in ids})
        actors = {fact.actor for fact in facts} - self._staff.keys()
        people = reading.staff(actors)
        self._staff.update({actor: people.get(actor) for actor in actors})
        numbers = {number_in(fact) for fact in facts if fact.type == "received"} - self._numbers.keys()
        taken = reading.numbers(numbers)
        self._numbers.update({number: taken.get(number) for number in numbers})
        groups = {fact.group.after for fact in facts if fact.group.after} - self._groups.keys()
        unsettled = reading.unsettled_groups({group for group in groups if group})
        self._groups.update({group: unsettled.get(group, "") for group in groups if group})

    # Cases and people

    def live(self, case: str) -> Live:
        """The case during the sitting."""
        found = self._cases.get(case)
        if found is None:
            found = self._cases[case] = live_of(self._reading.cases((case,)).get(case))
        return found

    def touched(self) -> dict[str, Live]:
        """The cases that got facts in this sitting."""
        return {id_: live for id_, live in self._cases.items() if live.changed}

    def bench(self, fact: Fact) -> Bench:
        """What the rules may look at for `fact`."""
        refused = to_settle(self, fact) if fact.type.startswith("resolve.") and known(fact) else {}
        return Bench(self.person(fact.actor), self._posts, refused, self.calendar, self.person)

    def person(self, number: str) -> StaffSet | None:
        """A person of the roster."""
        if number not in self._staff:
            self._staff[number] = self._reading.staff((number,)).get(number)
        return self._staff[number]

    def waiting(self, case: str) -> set[str]:
        """What waits in the tray of a case."""
        found = self._refused.get(case)
        if found is None:
            found = self._refused[case] = {row.id for row in self._reading.tray_of_cases((case,))}
        return found

    def doubled(self, fact: Fact) -> bool:
        """Whether another case has the number that this fact gives."""
        return self._owner(number_in(fact)) not in {None, fact.case}

    def claim(self, fact: Fact) -> None:
        """The number that this fact gives is its case's from now on, if no other one has it: for a fact that stands."""
        number = number_in(fact)
        if self._owner(number) is None:
            self._numbers[number] = self.changes.numbers[number] = fact.case

    def numbered(self, number: str) -> Case | None:
        """The case that has this number; None where the hall knows none."""
        owner = self._owner(number)
        return self.live(owner).case if owner is not None else None

    def _owner(self, number: str) -> str | None:
        if number not in self._numbers:
            self._numbers[number] = self._reading.numbers((number,)).get(number)
        return self._numbers[number]

    def bearer(self, fact_id: str) -> Register | None:
        """The envelope that brought this fact first."""
        if fact_id not in self._bearers:
            self._bearers[fact_id] = self._reading.bearers((fact_id,)).get(fact_id)
        return self._bearers[fact_id]

    def entry_of(self, register: Register) -> Entry | None:
        """The entry by which an envelope stands in the log; None where it has none yet."""
        rows = self._reading.log_rows(register.entry - 1, 1) if register.entry else ()
        return decode_entry(rows[0].data) if rows else None

    def put(self, register: Register, draft: int | None) -> None:
        """An envelope with its newest verdict."""
        self.changes.registers[register.terminal, register.incarnation, register.seq] = register, draft
        if register.first:
            self._bearers[register.fact_id] = register
            self._groups[register.group] = "" if register.verdict.v == "accepted" else register.verdict.v

    def registered(self, envelope: Envelope) -> tuple[Register, int | None]:
        """The row of an envelope that was heard, and the draft that made its newest verdict."""
        key = envelope.terminal, envelope.incarnation, envelope.seq
        staged = self.changes.registers.get(key)
        return staged or (self._reading.registered(*key, envelope.seq)[envelope.seq], None)

    def standing(self, register: Register) -> tuple[Register, int | None]:
        """A row with the draft that made its newest verdict in this sitting; None where it is in the store as it is."""
        return self.changes.registers.get((register.terminal, register.incarnation, register.seq), (register, None))

    def known(self, envelope: Envelope) -> Register | None:
        """The row of an envelope, if it was heard."""
        return self.envelope_at(envelope, envelope.seq)

    def terminal(self, number: str) -> TerminalRow | None:
        """A terminal as it is now."""
        return self.changes.terminals.get(number) or self._reading.terminal(number)

    def has_key(self, key: str) -> str:
        """The number of the terminal that has this key; empty when none has."""
        staged = next((row.number for row in self.changes.terminals.values() if row.key == key), "")
        row = None if staged or not key else self._reading.terminal_by_key(key_id(key))
        return staged or (row.number if row is not None else "")

    def sees(self, number: str, scope: str) -> bool:
        """Whether who goes by that number now is shown what has this scope; what is to be given up counts as gone."""
        if number not in self._shown_to:
            row = self.terminal(self.lineage.newest(number)) if number != HALL else None
            self._shown_to[number] = frozenset({*self.words.of(row).scopes, row.own_scope}) if row else None
        shown = self._shown_to[number]
        return shown is None or scope in shown

    def told_in(self, row: TrayRow) -> tuple[str, ...]:
        """The scopes in which a line's word is told: to whoever holds the case's module, and to its maker where that
        does not (S16). Its end always, for what was told to the maker alone stands there, and the module may go again.
        """
        maker = row.tray.terminal
        alone = maker != HALL and (bool(row.tray.settled) or not self.sees(maker, row.scope))
        return (row.scope, TERMINAL_SCOPE + maker) if alone else (row.scope,)

    def previous(self, register: Register) -> str:
        """The hash of the envelope before this one."""
        before = self.envelope_at(register, register.seq - 1)
        return before.hash if before else NO_HASH

    def envelope_at(self, beside: Register | Envelope | Adopts, seq: int) -> Register | None:
        """The row of another envelope of the same incarnation."""
        staged = self.changes.registers.get((beside.terminal, beside.incarnation, seq))
        return staged[0] if staged else self._reading.registered(beside.terminal, beside.incarnation, seq, seq).get(seq)

    def group_before(self, envelope: Envelope, group: str | None) -> str:
        """Whether the group that had to be judged before (S3) is `held` or `rejected`; empty when it stands."""
        if not group:
            return ""
        if group not in self._groups:
            self._groups[group] = self._reading.unsettled_groups((group,)).get(group, "")
        return self._groups[group] or self._stub_before(envelope)

    def _stub_before(self, envelope: Envelope) -> str:
        """Groups of one command lie side by side: one that came without bytes is the envelope before (S12)."""
        before = self.envelope_at(envelope, envelope.seq - 1)
        if before is None or before.fact_id or before.verdict.v == "accepted":  # its bytes stand under an older number
            return ""
        row = self.tray_row(before.fact_hash)
        if row is not None and row.tray.settled in {"", "arrived"}:  # what came under another number is known (S27)
            return "" if row.tray.settled else "held"
        return "rejected"

    # The tray and the lanes

    def tray_row(self, id_: str) -> TrayRow | None:
        """The tray entry with that id, settled or not."""
        staged = self.changes.trays.get(id_)
        return staged or next(iter(self._reading.tray_rows((id_,))), None)

    def lines_of(self, pieces: Iterable[Piece]) -> dict[str, TrayRow]:
        """Lines about these pieces, read or not: a restored hall may know of them by no more than that (S25)."""
        if self.hall.epoch == 1:
            return {}
        names = {name for piece in pieces for name in (piece.id, piece.envelope.fact_hash)}
        return {row.id: row for row in self._reading.tray_rows(names)}

    def put_tray(self, row: TrayRow) -> None:
        """A tray entry as it is now."""
        self.changes.trays[row.id] = row
        lanes = self.lanes(row.tray.terminal)
        waiting = self.waiting(row.tray.case)
        if row.tray.settled:
            lanes.pop(row.id, None)
            waiting.discard(row.id)
        else:
            lanes[row.id] = row
            waiting.add(row.id)

    def tasks_of(self, terminal: str) -> list[TrayRow]:
        """What was flagged of the numbers from which a terminal goes on, settled or not."""
        former = dict.fromkeys(row.terminal for row in self.lineage.adopted(terminal))
        rows = {row.id: row for number in former for row in self._reading.tray_of_former(number)}
        return [row for row in (rows | self.changes.trays).values() if row.id in rows and row.tray.kind == FLAGGED]

    def waits(self, lane: Lane, *, refused_only: bool = False, besides: Collection[str] = ()) -> bool:
        """Whether something unsettled lies in the lane, so that later judgements are held. `besides`: these lines."""
        return any(
            row.blocks and row.tray.root == lane[1] and (row.tray.kind == "rejected" or not refused_only)
            for id_, row in self.lanes(lane[0]).items()
            if id_ not in besides
        )

    def has_unread(self, terminal: str) -> bool:
        """Whether something of that terminal waits of which nobody knows to what lane it belongs (S12)."""
        return any(not row.tray.root for row in self.lanes(terminal).values())

    def held_lanes(self, terminal: str) -> list[Lane]:
        """The lanes of a terminal in which something is held."""
        rows, terminal = self.lanes(terminal).values(), self.lineage.newest(terminal)
        return [(terminal, root) for root in dict.fromkeys(row.tray.root for row in rows if row.tray.kind == "held")]

    def lanes(self, terminal: str) -> dict[str, TrayRow]:
        """What waits of a terminal, under whatever number it went (S27)."""
        newest = self.lineage.newest(terminal)
        found = self._trays.get(newest)
        if found is None:
            found = self._trays[newest] = {
                row.id: row for one in self.lineage.numbers(newest) for row in self._reading.tray_of_terminal(one)
            }
        return found

    def held(self, lane: Lane) -> list[Register]:
        """What is held in the lane with its bytes, in the order it was made: by the oldest envelope of each, also where
        that came without the bytes and nobody could say of what lane it is.
        """
        numbers = self.lineage.numbers(lane[0])  # the oldest incarnation's first: it made them first
        rows = {
            (place, row.incarnation, row.seq): row
            for place, number in enumerate(numbers)
            for root in (lane[1], "")
            for row in self._reading.held(number, root)
        }
        for (terminal, incarnation, seq), (register, _) in self.changes.registers.items():
            if terminal in numbers and register.root in {lane[1], ""}:
                rows[numbers.index(terminal), incarnation, seq] = register
        oldest: dict[str, int] = {}
        for order, (_, row) in enumerate(sorted(rows.items())):
            oldest.setdefault(row.fact_hash, order)
        found = [row for row in rows.values() if row.root == lane[1] and row.verdict.v == "held"]
        return sorted((row for row in found if row.data is not None), key=lambda row: oldest[row.fact_hash])

    def known_unread(self, made: Envelope) -> Register | None:
        """The row of what came without its bytes and stands, under an older number of its terminal (S12, S27)."""
        rows = (self.bearer(row.fact_id) for row in self.places(made)[1:] if isinstance(row, Register) and row.fact_id)
        return next((row for row in rows if row is not None and row.verdict.v == "accepted"), None)

    def places(self, made: Envelope) -> list[Register | Envelope]:
        """Where these bytes lie, under whatever number they were sealed: what was given up is sealed no more (S27)."""
        numbers = self.lineage.numbers(self.lineage.newest(made.terminal))
        return [made, *(row for number in numbers for row in self._reading.same_bytes(number, made.fact_hash))]

    def adopt(self, row: AdoptionRow) -> None:
        """A number goes on from another, from here on."""
        self.lineage.add(row)
        self._shown_to.clear()
        self._trays.clear()  # lanes were joined: read again with what this sitting has put on top
        for tray in self.changes.trays.values():
            self.put_tray(tray)

    def cutoff(self, envelope: Envelope) -> str:
        """From which moment on what this envelope holds waits for a person; empty for a terminal in good standing."""
        if not self.lineage.sealed_again(envelope.terminal, envelope.seq):
            return self._revoked(envelope.terminal)
        older = [row.terminal for row in self.lineage.adopted(envelope.terminal)]
        return min(filter(None, map(self._revoked, (envelope.terminal, *older))), default="")

    def _revoked(self, terminal: str) -> str:
        if terminal not in self._cutoffs:
            row = self._reading.terminal(terminal)
            unknown = _NEVER if row is not None and not row.active and not row.adopted_by else ""
            self._cutoffs[terminal] = (row.revoked or unknown) if row else ""
        return self._cutoffs[terminal]

    def note_scan(self, fact: Fact) -> None:
        """An accepted fact names a scan, or says that it has come (S35)."""
        if fact.type not in {"scanned", "scan.arrived"} or not known(fact):
            return
        body = body_of(fact)
        if fact.type == "scanned":
            if can_come(body.sha256, body.size):
                self.changes.scans.setdefault((body.sha256, fact.case), ScanRow(body.sha256, fact.case, body.size))
            return
        rows = {(row.sha256, row.case): row for row in self._reading.scan(body.sha256)} | self.changes.scans
        row = rows.get((body.sha256, fact.case))
        if row is not None:
            self.changes.scans[row.sha256, row.case] = msgspec.structs.replace(row, came=True)

    def note(self, envelope: Envelope, fact: Fact) -> None:
        """An accepted fact of this sitting."""
        place = envelope.terminal, envelope.incarnation, envelope.seq
        said = Later(_UNNUMBERED, fact.type, *place, fact.group.id, fact.id, about=about(fact))
        self.live(fact.case).later.append(said)
