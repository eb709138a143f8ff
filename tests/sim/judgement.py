"""What must be true when every fault has ended and everybody had time: nothing waits, everybody holds the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from casework.calendar import Calendar
from casework.calendar import parse as parse_calendar
from casework.case import Case, decode_case, encode_case
from casework.errors import BadBytes, BadDate
from casework.events import body_of
from casework.facts import Fact
from casework.folding.intake import takes_back
from casework.prefile import Prefile, decode_prefile, fold_prefile
from casework.standing import standing
from casework.timers import timers_of
from tests.sim.loop import true_time
from tests.sim.mirror import CALENDARS, Broken, Mirror
from tests.sim.terminal import Terminal
from tests.sim.truth import Truth, Window


class Judgement:
    """The last look at one world."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth

    @property
    def _mirror(self) -> Mirror:
        return self._truth.mirror

    def drained(self, terminals: list[Terminal]) -> None:
        """Nothing is unsent, every cursor stands at the end of the log."""
        self._truth.hall()
        for terminal in terminals:
            cursor, frozen = terminal.eyes.execute("select cursor, frozen from standing").fetchone()
            waits = terminal.mind.pending()
            if waits.unsent or cursor != self._mirror.end or frozen:
                raise Broken(
                    f"drained: {terminal.number} has {waits.unsent} unsent and stands at {cursor} of"
                    f" {self._mirror.end} {frozen}"
                )
            window = self._truth.windows[terminal.number]
            if not window.moving:
                self._tray(terminal, window)

    def settled(self, terminals: list[Terminal]) -> None:
        """Every tray is empty: whatever was refused or held had a way out (S16)."""
        waiting = {id_: tray for id_, (_, tray) in self._mirror.trays.items() if not tray.settled}
        if waiting:
            what = [f"{tray.terminal} {tray.kind} {tray.type or 'stub'} ({tray.code})" for tray in waiting.values()]
            raise Broken(f"settled: {what} can be settled by nobody")
        for terminal in terminals:
            waits = terminal.mind.pending()
            if waits.held or waits.rejected:
                raise Broken(f"settled: {terminal.number} still shows {waits}")

    def told(self, terminals: list[Terminal]) -> None:
        """The whole truth."""
        self._truth.hall()
        self._mirror.whole()
        self._papers()
        self._answered()
        states = dict(self._mirror.eyes.execute("select case_id, state from case_state").fetchall())
        folded = {case_id: self._mirror.folded(case_id, self._mirror.end) for case_id in self._mirror.cases}
        for case_id, case in folded.items():
            if (encode_case(case) if case else None) != states.get(case_id):
                raise Broken(f"alike: the hall holds case {case_id} otherwise than its log")
        self._numbered([case for case in folded.values() if case is not None], terminals)
        self._timers({case.id: case for case in folded.values() if case is not None})
        for case_id in folded:
            self._set_aside(case_id)
        for terminal in terminals:
            self._terminal(terminal, states)
            self._versions(terminal)

    def _papers(self) -> None:
        rows = self._mirror.eyes.execute(
            "select sha256 from scan join case_state using (case_id) where came = 0 and state is not null"
        ).fetchall()
        left = {row[0] for row in rows} - self._truth.lost_scans
        if left:
            raise Broken(f"papers: {len(left)} scans that facts name never came")

    def _versions(self, terminal: Terminal) -> None:
        """Every window works by the catalogue and the calendar that the hall counts by, and has their bytes (S33)."""
        for kind, counts in self._mirror.eyes.execute(
            "select kind, version from head where kind in ('catalogue', 'calendar')"
        ):
            here = terminal.eyes.execute(
                "select h.version, b.bytes is not null from head h left join blob b on b.sha256 = h.version"
                " where h.kind = ?1 || '.head' order by h.seq desc limit 1",
                (kind,),
            ).fetchone()
            if here != (counts, 1):
                raise Broken(f"versions: {terminal.number} has the {kind} {here}, {counts} counts")

    def _answered(self) -> None:
        """What the hall has once answered it has, whatever became of the machine that made it (S27)."""
        for hash_, own in self._truth.answered.items():
            line = self._mirror.trays.get(own.fact.id)
            if line is not None and line[1].settled:
                continue  # it was refused and given up, and of that its line tells
            if self._mirror.place(hash_) > self._mirror.end and self._mirror.kept("", 0, hash_) is None:
                raise Broken(f"lost: the hall has answered {own.fact.type} {own.fact.id} and has it not")

    def _numbered(self, cases: list[Case], terminals: list[Terminal]) -> None:
        """Each case has a number of its own; one that two had got finds both at every window (S27)."""
        owner: dict[str, str] = {}
        for case in cases:
            if owner.setdefault(case.number, case.id) != case.id:
                raise Broken(f"number: {case.number} is the number of two cases")
        for number in sorted(self._truth.doubled):
            both = {case.id for case in cases if number in {case.number, *case.former_numbers}}
            for terminal in terminals:
                held = {row[0] for row in terminal.eyes.execute("select case_id from shown")}
                found = {case.id for case in terminal.mind.case_by_number(number)}
                if found != both & held:
                    raise Broken(f"number: {number} finds {sorted(found)} at {terminal.number}, it was {sorted(both)}")

    def _terminal(self, terminal: Terminal, states: dict[str, bytes | None]) -> None:
        window = self._truth.windows[terminal.number]
        window.steps = -1  # so that everything is counted
        if len(window.numbers) > 1:
            window.seen = 0  # everything is compared once more, from the beginning
        self._truth.check(terminal, set(states))
        self._kept(terminal, window)
        self._over(terminal)
        self._tray(terminal, window)
        for case_id, state in states.items():
            self._alike(terminal, window, case_id, state)
            self._prefile(terminal, window, case_id)
        memory = terminal.mind
        before = memory.projection_hash()
        memory.rebuild()
        if memory.projection_hash() != before:
            raise Broken(f"rebuilt: the projections of {terminal.number} differ from those made from zero")
        if terminal.eyes.execute("pragma integrity_check").fetchone()[0] != "ok":
            raise Broken(f"disk: {terminal.number}")

    def _kept(self, terminal: Terminal, window: Window) -> None:
        """Whatever was committed is in the log, or kept at the hall byte for byte; a stub at least on this disk."""
        for seq, own in enumerate(window.own, 1):
            place = self._mirror.place(own.hash)
            if place <= self._mirror.end:
                entry = self._mirror.entries[place - 1]
                if not entry.masked and bytes(entry.fact) != own.data:
                    raise Broken(f"lost: the log has other bytes of {own.fact.id}")
                continue
            kept = self._mirror.kept(window.number, seq, own.hash)
            if kept is None or kept[2] != own.hash or kept[1] not in {None, own.data}:
                raise Broken(f"lost: {terminal.number}/{seq} {own.fact.type} is neither in the log nor kept")
            stub = seq in window.stubs or own.fact.case in window.rotten
            if kept[1] is None and not stub:
                raise Broken(f"lost: the hall has no bytes of {terminal.number}/{seq} {own.fact.type}")
            if kept[1] is None and own.fact.case not in window.rotten and not self._has_bytes(terminal, seq, own.data):
                raise Broken(f"lost: nobody has the bytes of {terminal.number}/{seq} {own.fact.type}")

    @staticmethod
    def _over(terminal: Terminal) -> None:
        """Every own act has its end: it stands in the log or was given up. What has none keeps its module for ever."""
        rows = terminal.eyes.execute(
            "select o.local_seq, f.type, o.state from outbox o join fact f on f.n = o.fact"
            " where o.state not in ('passed', 'resolved')"
        ).fetchall()
        if rows:
            raise Broken(f"over: {terminal.number} has no end of {rows[:3]}")
        if terminal.mind.leaving():
            raise Broken(f"over: {terminal.number} can't give up {terminal.mind.leaving()}")

    @staticmethod
    def _has_bytes(terminal: Terminal, seq: int, data: bytes) -> bool:
        row = terminal.eyes.execute(
            "select f.bytes from outbox o join fact f on f.n = o.fact where o.local_seq = ?", (seq,)
        ).fetchone()
        return row is not None and row[0] == data

    def _tray(self, terminal: Terminal, window: Window) -> None:
        """The tray that people see at a window is the hall's, as far as its scopes go."""
        lines = (entry for entry in self._mirror.entries if entry.tray is not None and entry.scope in window.scopes)
        newest = {entry.tray.fact: entry.tray for entry in lines if entry.tray is not None}
        told = {id_ for id_, tray in newest.items() if not tray.settled}
        shown = {row[0] for row in terminal.eyes.execute("select fact_id from tray where settled = ''")}
        if told != shown:
            raise Broken(f"tray: {terminal.number} shows {sorted(shown ^ told)} otherwise than the hall")

    def _alike(self, terminal: Terminal, window: Window, case_id: str, state: bytes | None) -> None:
        if not self._mirror.scopes_of(case_id) <= window.scopes:
            return
        row = terminal.eyes.execute("select state from confirmed where case_id = ?", (case_id,)).fetchone()
        if row is None or row[0] != state:
            raise Broken(f"alike: {terminal.number} holds case {case_id} otherwise than the hall")
        if state is not None:
            here, there = decode_case(row[0]), decode_case(state)
            now = true_time()
            if deadlines(here, _calendar_of(terminal), now) != deadlines(there, self._mirror.calendar, now):
                raise Broken(f"deadlines: {terminal.number} counts other days for case {case_id} than the hall")

    def _prefile(self, terminal: Terminal, window: Window, case_id: str) -> None:
        """An application before its number is where everybody sees it, with the code that the paper says (S22)."""
        said = self._mirror.cases[case_id]
        sees_all = self._mirror.scopes[said[-1][0] - 1] in window.scopes  # what it lacks of it is asked for
        shown = [(seq, fact) for seq, fact in said if sees_all or self._mirror.scopes[seq - 1] in window.scopes]
        closed = {own.fact.id for own in window.own if own.fact.type == "prefile.closed"}
        seen = {fact.id for _, fact in shown}
        begins = min((seq for seq, _ in shown), default=0)  # what it closed unseen before that closed nothing here
        there = fold_prefile(
            [fact for seq, fact in said if fact.id in seen or (fact.id in closed and begins and seq > begins)]
        )
        row = terminal.eyes.execute("select body from prefile where case_id = ?", (case_id,)).fetchone()
        here = decode_prefile(row[0]) if row else None
        if (there is None) != (here is None) or (here and there and _told(here) != _told(there)):
            raise Broken(f"prefile: {terminal.number} shows {case_id} otherwise than the hall")
        taken_in = [(seq, fact) for seq, fact in said if fact.type == "received" and self._knew(seq, fact, shown)]
        if here is not None and taken_in and here.state not in {"received", "closed"}:
            raise Broken(f"prefile: {terminal.number} lists {case_id}, which was taken in")

    def _knew(self, seq: int, taken_in: Fact, shown: list[tuple[int, Fact]]) -> bool:
        """Whether who took an application in knew all that is shown of it, and that shows its end: the receipt, or the
        word that it went on in another module, unless the bytes of that were broken and came late or never.
        """
        if not any(place == seq or (place < seq and fact.type == "prefile.closed") for place, fact in shown):
            return False
        shown = [(place, fact) for place, fact in shown if place < seq]
        envelopes = (self._mirror.entries[place - 1].envelope for place, _ in shown)
        maker, others = self._mirror.entries[seq - 1].envelope, zip(shown, envelopes, strict=True)
        return maker is not None and all(
            place <= taken_in.base.cursor or (envelope is not None and envelope.terminal == maker.terminal)
            for (place, _), envelope in others
        )

    def _timers(self, cases: dict[str, Case]) -> None:
        """The hall's timers are those of its cases, and none of them is over (S10)."""
        kept: dict[str, dict[str, str]] = {}
        for case_id, kind, due in self._mirror.eyes.execute("select case_id, kind, due from timer"):
            kept.setdefault(case_id, {})[kind] = due
        today = f"{true_time():%Y-%m-%d}"
        for case_id, case in cases.items():
            wanted = timers_of(case, self._mirror.calendar)
            if wanted != kept.get(case_id, {}):
                raise Broken(f"timer: case {case_id} has {kept.get(case_id, {})}, its facts make {wanted}")
            late = [kind for kind, due in wanted.items() if due < today]
            if late:
                raise Broken(f"timer: {late} of case {case_id} is over and the hall has said nothing")

    def _set_aside(self, case_id: str) -> None:
        """A proven notice of before the timer that came after it takes the acceptance back (S30)."""
        facts = self._mirror.cases[case_id]
        for at, (seq, notice) in enumerate(facts):
            if notice.type != "supplement.told":
                continue
            deemed = [body_of(fact).due for _, fact in facts[:at] if fact.type == "deemed_accepted"]
            entry = self._mirror.entries[seq - 1]
            at_once = [place for place, _ in facts if self._mirror.entries[place - 1].received_at == entry.received_at]
            case = self._mirror.folded(case_id, max(at_once))  # it may have come with what ends or accepts the case
            unheard = all(place > notice.base.cursor for place, fact in facts[:at] if fact.type == "deemed_accepted")
            if not deemed or case is None or not takes_back(case, notice) or not unheard:
                continue
            proven = "clock_unproven" not in (entry.verdict.flags if entry.verdict else ())
            after = [fact.type for _, fact in facts[at + 1 :]]
            if proven and "timer.set_aside" not in after:
                raise Broken(
                    f"timer: the notice at {seq} was given before the timer of {deemed} and counts for nothing"
                )


def _told(prefile: Prefile) -> tuple[object, ...]:
    """What of a prefile is said in clear everywhere."""
    return prefile.code, prefile.state, prefile.module, prefile.number, prefile.terminal, prefile.facts


def deadlines(case: Case, calendar: Calendar, now: datetime) -> list[Any]:
    """Every clock of a case at a moment, and its timers."""
    try:
        clocks: list[Any] = list(standing(case, calendar, now))
    except (BadDate, BadBytes) as error:
        clocks = [type(error).__name__]
    return [*clocks, timers_of(case, calendar)]


def _calendar_of(terminal: Terminal) -> Calendar:
    """The calendar that a terminal counts by."""
    row = terminal.eyes.execute(
        "select h.version, b.bytes from head h join blob b on b.sha256 = h.version"
        " where h.kind = 'calendar.head' order by h.seq desc limit 1"
    ).fetchone()
    if row is None:
        raise Broken(f"deadlines: {terminal.number} has no calendar")
    return CALENDARS.setdefault(row[0], parse_calendar(row[1]))
