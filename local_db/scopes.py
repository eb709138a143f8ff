"""Scopes that the log gives to this terminal or takes away (S7).

A new one: its entries up to the cursor are asked for from the beginning, take the places of the hidden ones, and its
cases are folded anew. One that is taken away: when nothing of its own is unsettled there (T67), its entries make room
for their places, and its cases go. Both in slices, and after a crash where they were. One that is given back before it
has gone is asked for as a new one: a hall that was restored meanwhile may have sent nothing of it in between.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from casework import bodies
from casework.ambient import stamp
from casework.catalogue.schema import MODULES
from casework.errors import BadBytes
from casework.events import body_of
from casework.facts import NO_HASH, Fact
from casework.position import Refill
from casework.seals import Signed
from casework.wire import ENTRY_FACT, ENTRY_TRAY, Entry, Hidden, Link, decode_entry, extend
from local_db.holes import Holes, scope_of
from local_db.outbox import keep_tray
from local_db.pages import next_count, own_among
from local_db.purge import drop_case, forget_people
from local_db.rebuild import fact_of
from local_db.replay import shown_case
from local_db.sql import queries

_SQL = queries("scopes")
_HOLES = queries("holes")
_FIRST = 8


class Leaving(msgspec.Struct, frozen=True):
    """Why a scope that was taken away is still here."""

    scope: str
    unsettled: int
    """Own acts in it that have no end yet; one of a case that is not shown may be of any scope."""
    scans: bool
    """Whether a scan has still to go to the hall, of whatever scope (S35)."""


class Scopes(Holes):
    """What of the log this copy covers."""

    _scope_count = _FIRST

    def modules(self) -> frozenset[str] | None:
        """The modules that the log gives to this terminal; None while it has said nothing of it."""
        with self.reading() as db:
            told = _said_of(db, self.identity.terminal)
        return None if told is None else frozenset(scope for scope in told if scope in MODULES)

    def leaving(self) -> tuple[Leaving, ...]:
        """The scopes that were taken away and can't go yet (T67)."""
        with self.reading() as db:
            told = self._told(db)
            gone = sorted(scope for scope, _ in db.execute(_SQL["here"]) if told is not None and scope not in told)
            scans = bool(gone) and self.scans_to_go(db)
            why = [Leaving(scope, _unsettled(db, scope), scans) for scope in gone]
        return tuple(one for one in why if one.unsettled or one.scans)

    def refill(self) -> Refill | None:
        """The page that a newly given scope asks for next; None when there is none to ask for."""
        with self.reading() as db:
            row = db.execute(_SQL["fill"]).fetchone()
        return Refill(row[0], row[2], row[3]) if row is not None and row[4] == "pull" else None

    def apply(self, links: tuple[Link, ...], start: int, head: Signed, chain: str, epoch: int, acked: int) -> bool:
        """As `Pages.apply`; what is of no scope that this copy covers keeps its place alone: it is asked for when its
        scope is begun, and one that was given up comes back in no page.
        """
        with self.reading() as db:
            here, covered = self._covered(db)
            comes = (self._told(db) or set()) - covered if here else set()
        if comes:
            with self.transaction() as db:
                db.executemany(_SQL["begin"], [(scope, NO_HASH) for scope in comes])
            covered |= comes
        if not here and not start:  # all are sent until the log's word of this terminal has come: some may go again
            with self.transaction() as db:
                db.executemany(_SQL["cover_first"], [(scope,) for scope in ("hall", *MODULES)])
        if covered:
            links = tuple(_veiled(link, covered) for link in links)
        return super().apply(links, start, head, chain, epoch, acked)

    def _note(self, db: sqlite3.Connection, entry: Entry, fact: Fact | None, brought: dict[str, int]) -> set[str]:
        """As `Pages._note`; each word of the log counts, also one that the next one takes back in the same page, and
        one of a number that it had: what was pulled under that came without what had been taken away.
        """
        changed = super()._note(db, entry, fact, brought)
        told = self._told_in(fact) if fact is not None and fact.type == "terminal.set" else None
        if told is not None:
            for scope in sorted(self._covered(db)[1] - told):
                db.execute(_SQL["may_lack"], (scope,))
                db.execute(_SQL["half"], (scope,))
                db.execute(_SQL["fill_later"], (NO_HASH, scope))
        return changed

    def _told_in(self, fact: Fact) -> set[str] | None:
        """What a word of the log gives to this terminal; None for another's, and for one of a number that has ended."""
        try:
            body: bodies.TerminalSet = body_of(fact)
        except BadBytes:
            return None
        mine = self.is_own(body.number) and (body.active or body.number == self.identity.terminal)
        return set(body.scopes) if mine else None

    def keep_case(self, case_id: str, raws: tuple[bytes, ...]) -> None:
        """As `Holes.keep_case`; of a scope that goes nothing more is kept: whoever opens a case then finds it gone."""
        with self.reading() as db:
            here, covered = self._covered(db)
        stays = {scope for scope in covered if here.get(scope) != "going"}
        kept = tuple(data for data in raws if not here or scope_of(data) in stays)
        super().keep_case(case_id, kept)
        if len(kept) < len(raws):  # of what is not for here nobody asks again: own facts in it are settled by this word
            self.no_case(case_id)

    def refilled(self, asked: Refill, links: Sequence[Link]) -> None:
        """Keep what a proven page has of the scope that it was asked for."""
        done, chain = 0, asked.chain
        while done < len(links):
            part = links[done : done + self._scope_count]
            began = self.clock.monotonic()
            with self.transaction(flushed=False) as db:
                row = db.execute(_SQL["fill"]).fetchone()
                if row is None or (row[0], row[2], row[4]) != (asked.scope, asked.place + done, "pull"):
                    return  # another epoch, or another process was faster
                for link in part:
                    chain = link.chain or extend(chain, link.hash)
                    if link.seq <= row[1] and link.entry is not None and link.entry.scope == asked.scope:
                        self._fill_in(db, link)
                done += len(part)
                db.execute(_SQL["came"], (part[-1].seq, chain, asked.scope))
                if part[-1].seq >= row[1]:
                    db.execute(_SQL["fold"], (asked.scope,))
                    db.execute(_SQL["whole"], (asked.scope,))
            self._took(began)

    def scope_slice(self) -> bool:
        """Do a slice of what scopes that come and go need here; False when nothing is to do now."""
        with self.reading() as db:
            if not self._scopes_differ(db):
                return False
        began = self.clock.monotonic()
        with self.transaction(flushed=False) as db:
            done = self._compare(db) or self._fold_new(db) or self._empty(db)
        self._took(began)
        return done

    def _took(self, began: float) -> None:
        took = (self.clock.monotonic() - began) * 1000
        self._scope_count = next_count(self._scope_count, took, self.limits.apply_slice_ms)

    # What is to do

    def _scopes_differ(self, db: sqlite3.Connection) -> bool:
        told, here = self._told(db), dict(db.execute(_SQL["here"]).fetchall())
        if told is None:
            return False
        phases = {phase for _, phase in db.execute(_SQL["coming"])}  # also of one that was taken away meanwhile
        return bool(phases - {"pull"}) or told != here.keys() or set(here.values()) != {"held"}

    def _covered(self, db: sqlite3.Connection) -> tuple[dict[str, str], set[str]]:
        """The scopes that are here with their states, and all of which entries are kept: those that come, too."""
        here = dict(db.execute(_SQL["here"]).fetchall())
        return here, here.keys() | {row[0] for row in db.execute(_SQL["coming"])}

    def _told(self, db: sqlite3.Connection) -> set[str] | None:
        """The scopes that the log gives to this terminal; None while it has said nothing of it.

        Where this disk has lost that very word, what is here stays until it has come again.
        """
        if db.execute("select 1 from bootstrap").fetchone():
            return None
        told, here = _said_of(db, self.identity.terminal), dict(db.execute(_SQL["here"]).fetchall())
        if told is None and here.get("hall") == "leaving":
            return {"hall", *(scope for scope, state in here.items() if state == "held")}
        return told

    def _compare(self, db: sqlite3.Connection) -> bool:
        """Begin what the log says; whether something was begun."""
        told, here = self._told(db), dict(db.execute(_SQL["here"]).fetchall())
        if told is None:
            return False
        if not here:  # everything was pulled with them from the beginning
            db.executemany(_SQL["cover"], [(scope,) for scope in sorted(told)])
            return True
        coming = dict(db.execute(_SQL["coming"]).fetchall())
        again = {scope for scope, state in here.items() if state == "leaving"} & told
        comes = (told - here.keys() | again) - coming.keys()
        gone = {scope for scope, phase in coming.items() if phase == "wait"} - told
        db.executemany(_SQL["uncover"], [(scope,) for scope in again])
        db.executemany(_SQL["begin"], [(scope, NO_HASH) for scope in comes])
        db.executemany(_SQL["filled"], [(scope,) for scope in gone])
        db.executemany(_SQL["cover"], [(scope,) for scope in gone])  # what came of it goes by the common way
        db.executemany(_SQL["may_lack"], [(scope,) for scope in gone])
        begun = bool(comes or gone)
        for scope, state in here.items() - {(scope, "leaving") for scope in again}:
            after = self._after(db, scope, state, told)
            if after != state:
                db.execute(_SQL["leave"], (after, scope))
                begun = True
        fill = db.execute(_SQL["fill"]).fetchone()
        if fill is not None and fill[4] == "wait":
            db.execute(_SQL["start"], (fill[0],))
            begun = True
        return begun

    def _after(self, db: sqlite3.Connection, scope: str, state: str, told: set[str]) -> str:
        if state == "going" or scope in told:
            return state
        return "leaving" if _unsettled(db, scope) or self.scans_to_go(db) else "going"  # one may be of any (S35)

    # A scope that comes

    def _fill_in(self, db: sqlite3.Connection, link: Link) -> None:
        entry = link.entry
        if entry is None:
            return
        fact = fact_of(entry) if entry.kind == ENTRY_FACT else None
        case = fact.case if fact else entry.tray.case if entry.tray else ""
        db.execute(_HOLES["unhide"], (link.seq, link.hash))
        row = (link.seq, entry.scope, entry.kind, link.hash, link.raw, case, entry.fact_id)
        if db.execute(_HOLES["keep_entry"], row).rowcount:
            self._note(db, entry, fact, own_among(db, (entry.fact_id,)))
            if entry.tray is not None and self._is_over(db, entry.tray):  # the later word was heard before
                db.execute(_SQL["drop_line"], (entry.tray.fact,))
        elif entry.tray is not None:  # it came with the log before what was said of the line earlier
            keep_tray(db, self._named(db, entry.tray), told=True)
        if fact is not None and case:
            db.execute(_SQL["note_case"], (case,))

    def _fold_new(self, db: sqlite3.Connection) -> bool:
        fill = db.execute(_SQL["fill"]).fetchone()
        if fill is None or fill[4] != "fold":
            return False
        scope, upto = fill[0], fill[1]
        cursor = db.execute("select cursor from standing").fetchone()[0]
        cases = [row[0] for row in db.execute(_SQL["noted"], (self._scope_count,)).fetchall()]
        for case_id in cases:
            self.refold(db, case_id, stamp(self.clock.now()), cursor)
            db.execute(_SQL["done_case"], (case_id,))
        if not cases:
            for (data,) in db.execute(_SQL["newer_tray"], (upto, scope)).fetchall():
                entry = decode_entry(data)
                if entry.tray is not None:
                    self._settled(db, entry.tray, entry.seq)
                    self._keep_line(db, entry.tray)
            db.execute(_SQL["cover"], (scope,))
            db.execute(_SQL["filled"], (scope,))
        return True

    # A scope that goes

    def _empty(self, db: sqlite3.Connection) -> bool:
        going = [scope for scope, state in db.execute(_SQL["here"]).fetchall() if state == "going"]
        if not going:
            return False
        scope = going[0]
        rows = db.execute(_SQL["going"], (scope, self._scope_count)).fetchall()
        if not rows:
            db.execute(_SQL["uncover"], (scope,))
            db.execute(_SQL["whole"], (scope,))
            return True
        db.execute(_SQL["may_drop"], (scope,))
        for case_id in sorted({row[4] for row in rows if row[4]}):
            self._give_up(db, db.execute(_SQL["of_case"], (case_id, scope)).fetchall())
            case = shown_case(db, case_id)
            if db.execute(_SQL["is_left"], (case_id,)).fetchone():
                self.refold(db, case_id, stamp(self.clock.now()), _cursor(db))
            else:
                drop_case(db, case_id)
            if case is not None and shown_case(db, case_id) is None:  # a word to this terminal alone may be left
                forget_people(db, case)
                if self.scans_settled(db, case):
                    self.forget_scans(db, case)
        self._give_up(db, [row for row in rows if not row[4]])
        db.execute(_SQL["dropped"])
        db.execute(_SQL["gone_upto"], (rows[-1][0], scope))
        return True

    def _give_up(self, db: sqlite3.Connection, rows: Sequence[tuple[int, str, str, bytes, str]]) -> None:
        """Entries make room for their places; what the hall has said of own lines to this terminal alone stays."""
        lines: dict[str, str] = {}
        for seq, hash_, kind, data, case_id in rows:
            tray = decode_entry(data).tray if kind == ENTRY_TRAY else None
            if tray is not None:
                db.execute(_SQL["drop_line"], (tray.fact,))
                lines[tray.fact] = case_id
            db.execute(_SQL["drop"], (seq,))
            db.execute(_SQL["hide"], (seq, hash_, msgspec.json.encode(Hidden(seq, hash_))))
        for case_id in sorted(filter(None, set(lines.values()))):
            for (data,) in db.execute(_SQL["other_lines"], (case_id,)).fetchall():
                tray = decode_entry(data).tray
                if tray is not None and tray.fact in lines:
                    self._keep_line(db, tray)


def _said_of(db: sqlite3.Connection, number: str) -> set[str] | None:
    row = db.execute(_SQL["told"], (number,)).fetchone()
    if row is None:
        return None
    terminal = msgspec.json.decode(row[0], type=bodies.TerminalSet)
    return {scope for scope in terminal.scopes if not scope.startswith("terminal/")}


def _unsettled(db: sqlite3.Connection, scope: str) -> int:
    count: int = db.execute(_SQL["unsettled"], (scope,)).fetchone()[0]
    return count


def _veiled(link: Link, covered: set[str]) -> Link:
    entry = link.entry
    if entry is None or entry.scope in covered or entry.scope.startswith("terminal/"):
        return link
    return msgspec.structs.replace(link, entry=None, raw=msgspec.json.encode(Hidden(link.seq, link.hash)))


def _cursor(db: sqlite3.Connection) -> int:
    cursor: int = db.execute("select cursor from standing").fetchone()[0]
    return cursor
