"""Another epoch of the hall's log (S24, S25): what this terminal can prove of the last one, and its way on.

A hall that was restored has lost the end of its log. What this terminal holds of it is shown to the hall; then the
cursor goes back to where both logs part, what lay behind it is undone, and own facts that stood there are sent again.
"""

from __future__ import annotations

import contextlib
import sqlite3

import msgspec

from casework.ambient import stamp
from casework.facts import NO_HASH, Envelope, digest
from casework.outbox import Move, Row, moved
from casework.position import Piece
from casework.seals import Signed
from casework.wire import Hidden, Link, Point
from local_db.errors import IncarnationLost, StoreError
from local_db.prefiles import follow_own
from local_db.rebuild import Rebuild
from local_db.replay import reshow
from local_db.sparse import floor_of, forget_floor, head_in
from local_db.sql import queries

_SQL = queries("epochs")
_REBUILD = queries("rebuild")
_BOOTSTRAP = queries("bootstrap")
_COMMIT = queries("commit")
_INCARNATION = queries("incarnation")
_SCOPES = queries("scopes")
_LINE = queries("line")
_END = 1 << 62


class Epochs(Rebuild):
    """Kept heads, and the change of an epoch."""

    def apply(self, links: tuple[Link, ...], start: int, head: Signed, chain: str, epoch: int, acked: int) -> bool:
        """As `Pages.apply`; the page's head is kept, and after a change of epoch the hall's mark is believed."""
        self._renew(epoch, acked)
        return super().apply(links, start, head, chain, epoch, acked)

    def _ended(self, db: sqlite3.Connection, seq: int, head: Signed) -> None:
        super()._ended(db, seq, head)
        _keep_head(db, seq, head, self.limits.offer_entries, self.limits.pull_bytes)

    def points(self) -> tuple[Point, ...]:
        """Places of this copy of the log, newest first, each about twice as far back as the one before; its floor is
        among them, once it stands behind it: from there on it has all that it may see.
        """
        with self.reading() as db:
            cursor, chain = db.execute("select cursor, chain from standing").fetchone()
            floor = Point(*floor_of(db))
            found, gap = [Point(cursor, chain)], 1
            for (data,) in db.execute(_SQL["heads_back"]):
                place = head_in(data)
                if place.seq <= found[-1].seq - gap:
                    found.append(Point(place.seq, place.chain))
                    gap = gap * 2 if len(found) > self.limits.offer_points // 2 else gap
                if len(found) == self.limits.offer_points:
                    break
        if not floor.chain or floor in found or floor.seq > cursor:  # a snapshot that is applied has raised it already
            return tuple(found)
        return tuple(sorted([*found[: self.limits.offer_points - 1], floor], key=lambda one: one.seq, reverse=True))

    def piece(self, after: int) -> Piece | None:
        """What lies between `after` and the next kept head; None when nothing more is proven, or it is too much.

        Where the copy is sparse behind `after` it begins where all is here from (T60): at its floor, or, where nobody
        knows the chain there, at the first kept head.
        """
        with self.reading() as db:
            floor, start = floor_of(db)
            if start and after <= floor:
                after = floor
            else:
                begin = db.execute(_SQL["next_head"], (max(after, floor) - 1,)).fetchone()
                if after < floor:
                    if begin is None:
                        return None
                    after = begin[0]
                start = head_in(begin[1]).chain if begin is not None and begin[0] == after else ""
            row = db.execute(_SQL["next_head"], (after,)).fetchone()
            if row is None:
                return None
            last, data = row
            size = db.execute(_SQL["entries_between"], (after, last)).fetchone()[1]
            if size > 2 * self.limits.pull_bytes:
                return None
            rows = db.execute(_SQL["entries"], (after, last)).fetchall()
        if [row[0] for row in rows] != list(range(after + 1, last + 1)):
            return None  # some of it is not kept here any more
        held = {
            seq: raw for seq, raw, kind, hash_ in rows if kind and digest(raw) == hash_
        }  # the rest: its place alone
        entries = tuple(
            msgspec.Raw(held.get(seq) or msgspec.json.encode(Hidden(seq, hash_))) for seq, _, _, hash_ in rows
        )
        return Piece(last, msgspec.json.decode(data, type=Signed), entries, tuple(held), after, start)

    def enter(self, epoch: int, common: int) -> None:
        """Go on in another epoch from `common` on. Raises ValueError when `common` is no place of `points`.

        Where the copy is sparse there, cases that had ended since are no longer in it: then the log is asked for from
        its beginning, or from a snapshot of the new epoch (T60).
        """
        chain = next((point.chain for point in self.points() if point.seq == common), NO_HASH if not common else "")
        if not chain:
            raise ValueError(f"no chain is known at {common}")
        now = stamp(self.clock.now())
        with self.transaction() as db:
            self._hide_broken(db)
            place, chain = (common, chain) if common >= floor_of(db)[0] else (0, NO_HASH)
            if not place:
                forget_floor(db)
            touched = [row[0] for row in db.execute(_SQL["touched"], (place, common)).fetchall()]
            undone = db.execute(_SQL["undone"], (common,)).fetchall()
            self._undo(db, [(seq, state) for seq, state, _ in undone])
            last = self._seal_former(db, common)
            db.execute(_REBUILD["clear_tray"])
            db.execute(_SQL["drop_told"], (place,))
            db.execute(_SQL["may_drop"], (place,))
            db.execute(_SQL["drop_entries"], (place,))
            db.execute(_SQL["dropped"])
            db.execute(_SCOPES["fill_anew"], (place, NO_HASH))
            db.execute(_SCOPES["half_anew"], (place,))
            db.execute(_LINE["forget_words"], (place,))
            db.execute(_SCOPES["back_to"], (place,))
            _forget_bootstrap(db, place)
            db.execute(_SQL["drop_heads"], (place,))
            for table in ("staff", "terminal", "head"):
                db.execute(_REBUILD[f"clear_{table}"])
            self._project_hall(db, place)
            for case_id in touched:
                self.refold(db, case_id, now, place)
            self._project_tray(db, place)
            mark = undone[0][2] - 1 if undone else _END
            db.execute(_SQL["enter"], (epoch, place, chain, place, mark))
        if last:
            with contextlib.suppress(StoreError):  # it is sealed: a note that can't be written must not deny that
                self.note_sealed(last)

    def _seal_former(self, db: sqlite3.Connection, common: int) -> int:
        """Seal again what a former incarnation had brought and the log that was lost held; the last number, or 0.

        Nobody else sends it, and what is not wholly here can't be shown: the hall says which of it it knows (S13). A
        machine that may not seal does not go on before it may, or has been enrolled again: then it is sealed.

        Raises IncarnationLost.
        """
        rows = db.execute(_SQL["former_lost"], (common,)).fetchall()
        if rows:
            self.trusted(db)
        if rows and self._adrift:
            raise IncarnationLost("store.older_than_written", terminal=self.identity.terminal, lost=self._adrift)
        who, (seq, prev) = self.identity, self.chain_end(db)
        for fact, hash_, case_id in rows:
            envelope = Envelope(who.terminal, who.incarnation, seq + 1, prev, hash_)
            row = (envelope.seq, envelope.incarnation, prev, envelope.hash, fact, case_id)
            db.execute(_COMMIT["insert_envelope"], row)
            db.execute(_INCARNATION["keep_again"], (envelope.seq, fact))
            seq, prev = envelope.seq, envelope.hash
        if rows:
            db.execute(_SQL["former_to"], (str(seq),))
        return seq if rows else 0

    def _renew(self, epoch: int, acked: int) -> None:
        """The first page of an epoch: what the hall does not know any more is sent again, the rest stays."""
        with self.reading() as db:
            renewed, mark = db.execute(_SQL["renewed"]).fetchone()
        if not renewed or self.position().epoch != epoch:
            return
        now = stamp(self.clock.now())
        with self.transaction() as db:
            rows = db.execute(_SQL["sent_after"], (min(mark, acked),)).fetchall()
            self._undo(db, [(seq, state) for seq, state, _ in rows])
            db.execute(_SQL["renew"], (acked,))
            cases = {case_id for _, _, case_id in rows if case_id}
            for case_id in sorted(cases):
                reshow(db, case_id, now)
            follow_own(db, cases)

    @staticmethod
    def _undo(db: sqlite3.Connection, rows: list[tuple[int, str]]) -> None:
        db.executemany(_SQL["undo"], [(moved(Row(state), Move.LOSE), seq) for seq, state in rows])


def _forget_bootstrap(db: sqlite3.Connection, place: int) -> None:
    """A snapshot of what lies behind `place` leads into the log that was lost; one of before goes on being applied."""
    boot = db.execute(_BOOTSTRAP["boot"]).fetchone()
    if boot is not None and boot[1] > place:
        for what in ("forget", "forget_files", "forget_held"):
            db.execute(_BOOTSTRAP[what])


def _keep_head(db: sqlite3.Connection, seq: int, head: Signed, entries: int, size: int) -> None:
    """Keep a page's head; the one before goes when the next before it is near enough."""
    db.execute(_SQL["keep_head"], (seq, msgspec.json.encode(head)))
    before = [row[0] for row in db.execute(_SQL["heads_before"], (seq,))]
    if len(before) == 2:
        between = db.execute(_SQL["entries_between"], (before[1], seq)).fetchone()
        if between[0] <= entries and between[1] <= size:
            db.execute(_SQL["drop_head"], (before[0],))
