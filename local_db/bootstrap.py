"""Beginning from the hall's snapshot instead of pulling its whole log (S21).

Applied in slices of at most `limits.apply_slice_ms`, each one transaction with its place in it, so a crash costs one
slice and a clerk's save waits for one (T70). The order keeps every promise at every moment:

    sweep    what the old copy holds of hidden entries, verdicts and tray goes
    entries  the raw entries of the cases that are kept; nobody looks at them yet
    known    cases that were here before are folded anew, with the own facts on top; those that are over go
             - here the cursor and the chain move to the snapshot's place, proven by the hall's signature -
    fill     all other cases with their state, places and people, in bulk
    tray     what waits to be settled
    fold     cases whose state can't be taken over: another fold, or facts that tell more than a state

A judgement names the cursor as what its maker has seen (S5), so nothing newer than the cursor shows before it moves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable

import msgspec

from casework.ambient import stamp
from casework.folding import fold_mark
from casework.seals import Signed
from casework.wire import Link, decode_entry
from local_db.boot_files import PHASES, BootFiles, Stage, stage_of
from local_db.commit import remember_ref
from local_db.errors import Damaged, NotWritable, wrapped
from local_db.outbox import keep_tray
from local_db.pages import next_count, own_among
from local_db.purge import drop_case
from local_db.rebuild import fact_of
from local_db.replay import shown_case
from local_db.sparse import raise_floor
from local_db.sql import queries

_SQL = queries("bootstrap")
_LINE = queries("line")
_EPOCHS = queries("epochs")
_REBUILD = queries("rebuild")
_REPLAY = queries("replay")
_SCOPES = queries("scopes")
_FIRST, _MOST = 32, 4000
_CASES, _MOST_CASES = 16, 64
"""Cases that are folded one by one in a slice, at first and at most: some cost a hundred times as much as others."""
_LOOKED = 1000
"""Cases that a slice looks through for those that are to be folded."""
_OF_FILES = ("entries", "fill", "tray")
"""Phases that go through the files one after the other."""

Slice = Callable[[sqlite3.Connection, Stage, int], Stage | None]
"""One slice: the stage after it, None when this phase (at this file) is at its end."""


class Bootstrap(BootFiles):
    """The applying half."""

    _boot_attached = ""
    _boot_counts: dict[str, int]
    _boot_version = 0
    _boot_company = float("-inf")
    """When another connection was last seen to have written: somebody sits at this window."""

    def apply(self, links: tuple[Link, ...], start: int, head: Signed, chain: str, epoch: int, acked: int) -> bool:
        """As `Pages.apply`; no page is taken while a snapshot is applied: that has what lies behind the cursor already,
        and its cases are not folded yet.
        """
        with self.reading() as db:
            stage = stage_of(db)
        return (stage is None or stage.phase == "fetch") and super().apply(links, start, head, chain, epoch, acked)

    def boot_step(self) -> float | None:
        """Do one slice; for how many seconds the write lock is to stay free behind it. All files must be proven.

        None when the bootstrap is at its end.
        """
        with self.reading() as db:
            stage = stage_of(db)
            scopes = [row[0] for row in db.execute(_SQL["files"]).fetchall()]
        if stage is None:
            return None
        folds, more = self._folds, stage.phase != "fetch" and not (stage.phase in _OF_FILES and not stage.scope)
        if more:
            scope = stage.scope if stage.phase in _OF_FILES else "hall" if stage.phase == "known" else ""
            try:
                self._boot_attach(scope)
                more = self._boot_slice(stage)
            except (Damaged, NotWritable):
                if not scope or self._boot_is_sound(scope):
                    raise
                self._boot_without(stage)
                return 0.0
        if not more and not self._boot_move(stage, scopes):
            return None
        if folds != self._folds:
            return 0.0  # the lock was free while the log was folded
        return (self.limits.bootstrap_alone_rest_ms if self._boot_alone() else self.limits.bootstrap_rest_ms) / 1000

    def _boot_is_sound(self, scope: str) -> bool:
        """Whether a file is still the one that was proven; after this an unsound one is no longer taken for it."""
        self._boot_attach("")
        return self.boot_prove(scope)

    def _boot_without(self, stage: Stage) -> None:
        """A file broke after it was proven. Before the cursor has moved it is fetched again, and what it brought goes:
        the log may be pulled meanwhile. Afterwards all its entries are here, and the rest is folded from them.
        """
        with self.transaction() as db:
            if stage.phase in {"entries", "known"}:
                db.execute(_SQL["drop_ahead"])
                cursor = db.execute("select cursor from standing").fetchone()[0]
                done = stage.mark if stage.phase == "known" else ""
                for (case_id,) in db.execute(_SQL["known"], ("", done, -1)).fetchall():
                    self.refold(db, case_id, stamp(self.clock.now()), cursor)
                db.execute(_SQL["step"], ("fetch", "", 0, ""))
                return
            db.execute(_SQL["forget_told"])
            self._project_tray(db, stage.seq)
            db.execute(_SQL["step"], ("fold", "", 0, ""))

    def _boot_slice(self, stage: Stage) -> bool:
        """One slice of a phase; False at its end."""
        counts = self.__dict__.setdefault("_boot_counts", {})
        first, most = (_CASES, _MOST_CASES) if stage.phase in {"known", "fold"} else (_FIRST, _MOST)
        count = counts.get(stage.phase, first)
        work: Slice = getattr(self, f"_boot_{stage.phase}")
        with self.transaction(flushed=False) as db:
            self._boot_look(db)
            before = db.total_changes
            after = work(db, stage, count)
            used = min(
                count, max(first, db.total_changes - before)
            )  # the end of a file says nothing about a full slice
            if after is not None:
                db.execute(_SQL["step"], (after.phase, after.scope, after.place, after.mark))
        budget = self.limits.bootstrap_alone_ms if self._boot_alone() else self.limits.bootstrap_slice_ms
        counts[stage.phase] = next_count(used, self._lock_held * 1000, budget, most)
        return after is not None

    def _boot_look(self, db: sqlite3.Connection) -> None:
        """Notice whoever else writes."""
        version = db.execute("pragma data_version").fetchone()[0]
        if self._boot_version not in {0, version}:
            self._boot_company = self.clock.monotonic()
        self._boot_version = version

    def _boot_alone(self) -> bool:
        return self.clock.monotonic() - self._boot_company >= self.limits.bootstrap_company

    def _boot_move(self, stage: Stage, scopes: list[str]) -> bool:
        """To the next file of this phase, or to the next phase; False when that was the last."""
        place = scopes.index(stage.scope) + 1 if stage.scope in scopes else 0
        phase, scope = stage.phase, ""
        if phase in _OF_FILES and place < len(scopes):
            scope = scopes[place]
        elif phase == PHASES[-1]:
            self.boot_forget()
            return False
        else:
            phase = PHASES[PHASES.index(phase) + 1]
        with self.transaction() as db:
            if stage.phase == "fetch":
                raise_floor(db, stage.seq, stage.chain)
                db.executemany(_SQL["cover_in_part"], [(name,) for name in scopes])
            if phase == "fill" and stage.phase == "known":
                self._boot_arrive(db, stage)
                db.execute(_SQL["cover_begun"])
                db.execute(_SQL["half_begun"])
                db.execute(_SQL["half_upto"], (stage.seq,))
                db.execute(_SQL["forget_begun"])
                db.execute(_SQL["forget_noted"])
                db.executemany(_SQL["cover"], [(name,) for name in scopes])
                db.executemany(_SCOPES["whole"], [(name,) for name in scopes])
            if phase == "tray" and not scope:
                db.execute(_SQL["forget_told"])
            db.execute(_SQL["step"], (phase, scope, 0, ""))
        return True

    def _boot_arrive(self, db: sqlite3.Connection, stage: Stage) -> None:
        """Stand at the snapshot's place. What was held or refused is asked for once more: its verdict may be newer."""
        db.execute(_SQL["arrive"], (stage.seq, stage.chain, stage.epoch))
        db.execute(_LINE["remember_head"], (stage.head, stage.seq, stage.seq))
        db.execute(_EPOCHS["keep_head"], (stage.seq, stage.head))
        first = db.execute(_SQL["first_to_settle"]).fetchone()[0]
        mark = db.execute("select acked from standing").fetchone()[0]
        if first is not None and first <= mark:
            db.execute(_LINE["set_acked"], (first - 1,))

    # The phases

    def _boot_sweep(self, db: sqlite3.Connection, stage: Stage, count: int) -> Stage | None:
        end = db.execute(_SQL["sweep_upto"], (stage.place, stage.seq, count)).fetchone()[0]
        if end is None:
            return None
        db.execute(_SQL["sweep"], (stage.place, end))
        return _at(stage, end)

    def _boot_entries(self, db: sqlite3.Connection, stage: Stage, count: int) -> Stage | None:
        held = db.execute(_SQL["held_upto"], (stage.mark, count)).fetchone()[0]
        if held is not None:
            db.execute(_SQL["held_of_file"], (stage.mark, count))
            return _at(stage, stage.place, held)
        end = db.execute(_SQL["entries_upto"], (stage.place, count)).fetchone()[0]
        if end is None:
            db.execute(_SQL["wanted_of_file"])
            return None
        db.execute(_SQL["entries"], (stage.place, end))
        return _at(stage, end, stage.mark)

    def _boot_known(self, db: sqlite3.Connection, stage: Stage, count: int) -> Stage | None:
        cursor = db.execute("select cursor from standing").fetchone()[0]
        said = db.execute(_SQL["said_by_hall"], (max(stage.place, cursor), count)).fetchall()
        for _, data in said:  # own words among it, of who it was before, are passed with it
            entry = decode_entry(data)
            self._note(db, entry, fact_of(entry), own_among(db, (entry.fact_id,)))
        if said:
            return _at(stage, said[-1][0], stage.mark)
        last = stage.scope or db.execute(_SQL["last_known"]).fetchone()[0] or ""
        stage = msgspec.structs.replace(stage, scope=last)
        cases = [row[0] for row in db.execute(_SQL["known"], (stage.mark, last, count)).fetchall()]
        for case_id in cases:
            self._boot_case(db, stage, case_id)
        return _at(stage, stage.place, cases[-1]) if cases else None

    def _boot_fill(self, db: sqlite3.Connection, stage: Stage, count: int) -> Stage | None:
        end = db.execute(_SQL["cases_upto"], (stage.place, count)).fetchone()[0]
        if end is None or stage.fold != fold_mark():
            return None
        part = (stage.place, end)
        db.execute(_SQL["fill_shown"], (*part, stamp(self.clock.now())))
        db.execute(_SQL["fill_alias"], part)
        db.execute(_SQL["fill_place"], part)
        db.execute(_SQL["fill_person"], part)
        db.execute(_SQL["fill_confirmed"], part)
        self._boot_refs(db, db.execute(_SQL["own_receipts"], (*part, self.own_names())))
        db.execute(_REPLAY["index_words"])
        db.execute(_REPLAY["indexed"])
        return _at(stage, end)

    def _boot_tray(self, db: sqlite3.Connection, stage: Stage, count: int) -> Stage | None:
        rows = db.execute(_SQL["tray"], (stage.place, count)).fetchall()
        for seq, data in rows:
            tray = decode_entry(data).tray
            if tray is not None:
                keep_tray(db, self._named(db, tray), told=True)
                self._reshow(db, self._settled(db, tray, seq))  # its verdict may have been heard since `known`
        return _at(stage, rows[-1][0]) if rows else None

    def _boot_fold(self, db: sqlite3.Connection, stage: Stage, count: int) -> Stage | None:
        end = db.execute(_SQL["looked_upto"], (stage.mark, _LOOKED)).fetchone()[0]
        if end is None:
            return None
        cases = [row[0] for row in db.execute(_SQL["unfolded"], (stage.mark, end, count)).fetchall()]
        for case_id in cases:
            self.refold(db, case_id, stamp(self.clock.now()), stage.seq)
            self._boot_refs(db, db.execute(_SQL["receipt"], (case_id,)))
        return _at(stage, stage.place, cases[-1] if len(cases) == count else end)

    # Single cases

    def _boot_refs(self, db: sqlite3.Connection, receipts: Iterable[tuple[bytes]]) -> None:
        """Which lines of a file are taken in already: a salvaged memory reads the file once more, and must know."""
        for (data,) in receipts:
            entry = decode_entry(data)
            fact = fact_of(entry)
            if fact is not None and fact.type == "received" and self._is_ours(entry):
                remember_ref(db, fact)

    def _boot_case(self, db: sqlite3.Connection, stage: Stage, case_id: str) -> None:
        """A case that was here before the snapshot."""
        own, sent = db.execute(_SQL["own_unsettled"], (case_id,)).fetchone()
        if db.execute(_SQL["is_held"], (case_id,)).fetchone():
            if own:
                self._boot_hear(db, stage, case_id)
            self.refold(db, case_id, stamp(self.clock.now()), stage.seq)
        elif not own:
            case = shown_case(db, case_id)
            drop_case(db, case_id)
            if case is not None and self.scans_settled(db, case):
                self.forget_scans(db, case)
        elif sent:  # perhaps over at the hall: its entries are asked for one case at a time
            db.execute(_LINE["mark_hole"], (case_id,))

    def _boot_hear(self, db: sqlite3.Connection, stage: Stage, case_id: str) -> None:
        """What the entries mean for own facts of the case; the cursor may have passed them while they were hidden."""
        for _, data in db.execute(_REBUILD["entries_of_case"], (case_id, stage.seq)).fetchall():
            entry = decode_entry(data)
            self._note(db, entry, fact_of(entry), own_among(db, (entry.fact_id,)))

    # The file

    def boot_forget(self) -> None:
        """There is no bootstrap, and none of its files."""
        self._boot_attach("")  # another epoch may have ended it while one was beside the memory
        super().boot_forget()

    def _boot_attach(self, scope: str) -> None:
        """Have the file of `scope` beside the memory as `snap`; none when empty."""
        if scope == self._boot_attached:
            return
        with self._lock, wrapped(self.file):
            if self._boot_attached:
                self._writer.execute("detach snap")
                self._boot_attached = ""
            if scope:
                self._writer.execute("attach ? as snap", (str(self._part(scope)),))
                self._boot_attached = scope


def _at(stage: Stage, place: int, mark: str = "") -> Stage:
    return msgspec.structs.replace(stage, place=place, mark=mark)
