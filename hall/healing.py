"""A log that may have lost its end: latched, opened anew, gathered back from the terminals (S24, S25).

A head with the hall's own signature that the hall does not hold proves a loss: no numbers are given until an operator
opens a new epoch. Terminals of an older epoch say where they stand, and the hall asks one after the other for what it
lacks; it comes back in the old order with its old verdicts. What nobody shows in time is written down as a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from casework import bodies
from casework.ambient import NewId, moment, stamp
from casework.calendar import parse as parse_calendar
from casework.errors import BadBytes
from casework.events import body_of
from casework.facts import HALL, NO_HASH, decode_fact
from casework.seals import Signed, read, unseal
from casework.wire import (
    ENTRY_FACT,
    PURPOSE_HEAD,
    PURPOSE_OFFER,
    Head,
    Link,
    Offer,
    OfferAnswer,
    Place,
    Point,
    Range,
    decode_entry,
    read_links,
)
from hall.docket import HALL_SCOPE, Docket
from hall.errors import BadRequest, Diverged, Gathering, Stop
from hall.judge import Sitting
from hall.keeping import Keeping
from hall.lost_logs import gaps, of_one_log, ranges
from hall.office import own_facts
from hall.proving import enrolled, read_body, unsealed
from hall.renumbering import renumber
from hall.replaying import Replay
from hall.rows import Changes, HallRow, LostRow, RejoinedRow, TerminalRow
from hall.store import Reading
from hall.timers import moved, set_aside

AT_ONCE = 500
"""Entries that are put back in one transaction."""


class Healing(Keeping):
    """Latch, epochs, offers."""

    # Proofs of a loss

    def own_head(self, raw: msgspec.Raw) -> Head | None:
        """The head that a terminal holds, if this hall signed it."""
        if bytes(raw) == b"null":
            return None
        try:
            signed = read(bytes(raw), Signed)
            head: Head = unseal(signed, self._signer.public, PURPOSE_HEAD, Head)
        except BadBytes:
            return None
        return head

    def latch_if_lost(self, head: Head | None) -> None:
        """Raises Diverged, and gives no more numbers, when `head` proves that the log has lost its end (S24)."""
        if head is None:
            return
        with self._store.reading() as reading:
            hall = reading.hall()
            if not _is_foreign(reading, hall, head):
                return
        with self._store.writing() as tx:
            hall = tx.hall()
            if not _is_foreign(tx, hall, head):
                return  # an operator has opened an epoch in this moment
            if not hall.latched:
                seen = max(hall.seen_epoch, head.epoch)
                latched = msgspec.structs.replace(hall, latched=f"{head.epoch}/{head.seq}", seen_epoch=seen)
                tx.save(Changes(epoch=latched))
        raise Diverged("hall.diverged", what="latched", at=head.seq)

    # Offers

    def offer(self, body: bytes) -> tuple[OfferAnswer, frozenset[str]]:
        """Where a terminal of an older epoch stands, and what it shows; what the hall wants of it.

        Raises BadRequest, Unproven, Forbidden, Diverged, Gathering, StorageTrouble: then nothing is stored.
        """
        signed = read_body(body, Signed)
        stated: Offer = read_body(bytes(signed.body), Offer)
        with self._store.reading() as reading:
            terminal = enrolled(reading.terminal(stated.terminal), stated)
        offer: Offer = unsealed(signed, terminal.key, PURPOSE_OFFER, Offer)
        head = self.own_head(offer.head)
        self.latch_if_lost(head)
        with self._store.writing() as tx:
            hall = tx.hall()
            if offer.hall != hall.id or offer.epoch >= hall.epoch:
                raise Diverged("hall.diverged", what="epoch", epoch=hall.epoch)
            if hall.latched:
                raise Gathering("hall.latched")
            again = self._its_turn(hall, terminal.number)
            if not hall.healing:
                self._late[terminal.number] = self._clock.monotonic()
                self._late.pop(HALL, None)  # what one showed before this hall was started anew is told with this one
                self._went_on.pop(terminal.number, None)
            if offer.entries:
                changes, common = self._shown(tx, hall, offer, head), _rejoined(tx, offer).seq
            else:
                row = self._stands(tx, offer, head)
                changes, common = Changes(rejoined=[row]), row.seq
            self._save(tx, changes)
            upto, wanted = _wanted(tx, offer, common, head) if head else (common, ())
            if not wanted or (again and not offer.entries):
                self._has_shown(hall, terminal.number)
        return OfferAnswer(self.now, hall.epoch, common, upto, wanted, gathers=bool(hall.healing)), changes.scopes

    def _stands(self, reading: Reading, offer: Offer, head: Head | None) -> RejoinedRow:
        """Where a terminal's log parted from this one, with the places that it tells of it."""
        points = offer.points[: self._limits.offer_points]
        ends = (Point(head.seq, head.chain),) if head else ()
        common, last = reading.newest_point(points), head.seq if head else 0
        return RejoinedRow(offer.terminal, offer.epoch, common, last, (*ends, *points))

    def _its_turn(self, hall: HallRow, number: str) -> bool:
        """While the hall gathers it asks one terminal at a time: the others hold the same. Raises Gathering.

        Whether that one had its turn already: what it does not show now it does not have.
        """
        if not hall.healing or self._went_on.get(number) == hall.epoch:
            return True
        now = self._clock.monotonic()
        asked, since = self._asked
        if asked not in {"", number} and now - since < self._limits.offer_idle_seconds:
            raise Gathering("hall.healing", until=hall.healing[11:16])
        self._asked = number, now
        return asked == number

    def _has_shown(self, hall: HallRow, number: str) -> None:
        """It is another one's turn; and it goes on as soon as they all have had theirs."""
        if self._asked[0] == number:
            self._asked = "", 0.0
        if hall.healing:
            self._went_on[number] = hall.epoch

    def _shown(self, reading: Reading, hall: HallRow, offer: Offer, head: Head | None) -> Changes:
        """What an offer shows, proven by the signed head at its end (T61)."""
        links, chains = _proven(reading, offer, head)
        rows = [
            LostRow(link.hash, offer.epoch, link.seq, chain, link.raw if link.entry else None)
            for link, chain in zip(links, chains, strict=True)
        ]
        docket = Docket(reading, self._posts(reading), self._calendar(reading))
        docket.changes.lost = {row.hash: (row, None) for row in rows}
        now = [row for row in rows if row.data is not None and (not hall.healing or _at_once(docket, row.data))]
        return self._put_back(reading, docket, now, late=not hall.healing)

    def _put_back(self, reading: Reading, docket: Docket, rows: Sequence[LostRow], *, late: bool) -> Changes:
        """`rows` at the end of the log, in their order, with their old verdicts.

        `late`: the hall works already: what it has said since goes on counting.
        """
        there = reading.put_back([row.hash for row in rows])
        replay = Replay(docket, stands=late)
        for row in rows:
            if row.hash in there or row.data is None:
                continue
            if _is_at_its_place(reading, row):  # the piece began before the place where both logs part
                docket.changes.lost[row.hash] = msgspec.structs.replace(row, entry=row.seq), None
                continue
            draft = replay.put(decode_entry(row.data), Place(row.epoch, row.seq))
            known = msgspec.structs.replace(row, entry=reading.hall().seq if draft is None else 0)
            docket.changes.lost[row.hash] = known, draft
        sitting = Sitting(docket, self.now, self._limits)
        sitting.came_back(replay.refused)
        for came in (*replay.beside, *replay.unheard()):
            sitting.came_late(*came)
        sitting.close()
        if replay.late_notices and docket.calendar is not None:
            set_aside(reading, docket.changes, replay.late_notices, self.now, self._new_id, docket.calendar)
        renumber(reading, docket.changes, replay.doubled, self.now, self._new_id)
        changes = docket.changes
        if replay.said_again:
            changes = own_facts(reading, list(replay.said_again.values()), self.now, self._new_id, changes)
        version, _ = changes.heads.get("calendar", ("", 0))
        data = reading.blob(version) if version not in {"", reading.head("calendar")} else None
        if data is not None:  # another one has come back, and counts (S10)
            moved(reading, changes, parse_calendar(data))
        return changes

    # Epochs

    def open_epoch(self, reason: str) -> frozenset[str]:
        """Go on in a new epoch: what an operator says after a latch, and a restore by itself (S24, S26).

        Raises Stop when nothing has to be opened.
        """

        def make(reading: Reading, now: str, new_id: NewId) -> Changes:
            until = stamp(moment(now) + timedelta(seconds=self._limits.heal_seconds))
            return new_epoch(reading, reason, now, until, new_id)

        with self._store.writing() as tx:
            changes = make(tx, self.now, self._new_id)
            self._save(tx, changes)
        self._asked = "", 0.0
        return changes.scopes

    def heal(self) -> frozenset[str]:
        """End the gathering when its time is over, or when every terminal that was there has gone on (S25).

        After it, what a terminal proves and can't show is written down as soon as it has gone on.
        """
        with self._store.reading() as reading:
            hall = reading.hall()
            if not hall.healing:
                return self._told_late(hall)
            if self.now < hall.healing and not self._all_went_on(reading):
                return self._not_for_ever(hall)
        scopes = frozenset({HALL_SCOPE})  # never empty: what was held is looked at now
        while (ended := self._end_healing(hall.healing)) is None:
            scopes |= self._put_back_some() or frozenset()
        return scopes | ended

    def _not_for_ever(self, hall: HallRow) -> frozenset[str]:
        """The gathering goes on; where this clock was set back since it began, for the usual time from now on."""
        until = stamp(moment(self.now) + timedelta(seconds=self._limits.heal_seconds))
        if until < hall.healing:
            with self._store.writing() as tx:
                self._save(tx, Changes(epoch=msgspec.structs.replace(tx.hall(), healing=until)))
        return frozenset()

    def _told_late(self, hall: HallRow) -> frozenset[str]:
        """What was proven after the gathering and nobody has shown either (T60); each place is written down once."""
        now, idle = self._clock.monotonic(), self._limits.offer_idle_seconds
        ready = [
            number
            for number, last in self._late.items()
            if self._went_on.get(number) == hall.epoch or now - last >= idle
        ]
        if not ready or hall.latched:
            return frozenset()
        with self._store.writing() as tx:
            changes = self._closed(tx, Changes())
            self._save(tx, changes)
        for number in ready:
            self._late.pop(number, None)
        return changes.scopes | {HALL_SCOPE}  # never empty: what was held for what is back now is looked at

    def _all_went_on(self, reading: Reading) -> bool:
        """Whether all that were heard shortly before the loss have pulled in this epoch."""
        rows = [row for row in reading.terminals() if row.active and row.number != HALL and row.last_seen]
        if not rows:
            return True
        newest = moment(max(row.last_seen for row in rows))
        soonest = stamp(newest - timedelta(seconds=self._limits.heal_recent_seconds))
        epoch = reading.hall().epoch
        return all(self._went_on.get(row.number) == epoch for row in rows if row.last_seen >= soonest)

    def _put_back_some(self) -> frozenset[str] | None:
        with self._store.writing() as tx:
            rows = tx.lost_waiting(AT_ONCE)
            if not rows:
                return None
            docket = Docket(tx, self._posts(tx), self._calendar(tx))
            changes = self._put_back(tx, docket, rows, late=False)
            self._save(tx, changes)
        return changes.scopes

    def _end_healing(self, until: str) -> frozenset[str] | None:
        """End the gathering `until` then. None while something that was shown waits: a window may show the last of it
        at this very moment, and after the gathering nobody would look for it.
        """
        with self._store.writing() as tx:
            if tx.hall().healing != until:
                return frozenset()  # an operator has opened another epoch in this moment
            if tx.lost_waiting(1):
                return None
            changes = self._closed(tx, Changes(epoch=msgspec.structs.replace(tx.hall(), healing="")))
            self._save(tx, changes)
        return changes.scopes

    def _closed(self, reading: Reading, changes: Changes) -> Changes:
        """What is said when nothing more is shown: what nobody has, and new numbers that are lost (S25, S27)."""
        missing = gaps(reading)
        if missing:
            own_facts(reading, missing, self.now, self._new_id, changes)
        renumber(reading, changes, reading.lost_doubled(), self.now, self._new_id)
        return changes


def new_epoch(reading: Reading, reason: str, now: str, until: str, new_id: NewId, least: int = 0) -> Changes:
    """The hall goes on under a number that no terminal has seen; its own envelopes begin anew, as an incarnation.

    Args:
        reading: the transaction that will write it.
        reason: what people read of it.
        now: the hall's time, a `stamp`.
        until: when it takes in facts again, whatever its terminals have shown by then.
        new_id: gives ids.
        least: the newest epoch that somebody else knows of.
    """
    hall = reading.hall()
    if not hall.id:
        raise Stop("hall.no_hall", folder="")
    number = max(hall.epoch, hall.seen_epoch, least) + 1
    changes = Changes(epoch=msgspec.structs.replace(hall, epoch=number, latched="", healing=until))
    changes.terminals[HALL] = TerminalRow(HALL, f"{hall.id}-{number}", hall.key, ())
    return own_facts(reading, [bodies.EpochOpened(number, hall.seq, hall.chain, reason)], now, new_id, changes)


def _is_at_its_place(reading: Reading, row: LostRow) -> bool:
    """Whether the log of today has that very entry at that very place: what it says counts already, or did."""
    here = reading.log_rows(row.seq - 1, 1)
    return bool(here) and here[0].hash == row.hash


def _is_foreign(reading: Reading, hall: HallRow, head: Head) -> bool:
    """Whether the hall has signed a log that this one is not the continuation of."""
    if head.hall != hall.id or head.epoch < hall.epoch:
        return False
    if head.epoch > hall.epoch or head.seq > hall.seq:
        return True
    return head.chain != (reading.chain_at(head.seq) if head.seq else NO_HASH)


def _proven(reading: Reading, offer: Offer, head: Head | None) -> tuple[tuple[Link, ...], list[str]]:
    """The entries of an offer with the chain after each. Raises BadRequest when they are not what the hall signed."""
    common = _rejoined(reading, offer).seq
    if head is None or head.epoch > offer.epoch:
        raise BadRequest("hall.unreadable", what="offer")
    try:
        for start in _starts(reading, offer, common):
            links, chain = read_links(offer.entries, offer.after, start)
            if links and links[-1].seq == head.seq and chain == head.chain:
                break
        else:
            raise BadRequest("hall.unreadable", what="chain")
    except BadBytes as cause:
        raise BadRequest("hall.unreadable", what=cause.code) from cause
    chains = [link.chain for link in links]
    parted = next((place for place, link in enumerate(links) if link.seq > common), len(links))
    return links[parted:], chains[parted:]


def _rejoined(reading: Reading, offer: Offer) -> RejoinedRow:
    """Where the log of the terminal parted, as it said first."""
    row = reading.rejoined_row(offer.terminal, offer.epoch)
    return row or RejoinedRow(offer.terminal, offer.epoch, 0, 0)


def _starts(reading: Reading, offer: Offer, common: int) -> tuple[str, ...]:
    """The chains that the place before an offer's entries may have: two logs may have it (`of_one_log`).

    Of a place that the hall does not know the terminal says it: the signed head at the end proves that, too, for only
    one chain and one entry make the next chain.
    """
    if not offer.after:
        return (NO_HASH,)
    if offer.after > common:
        said = (point.chain for point in offer.points if point.seq == offer.after)
        return tuple(dict.fromkeys((*reading.lost_chains(offer.after), *said)))
    chain = reading.chain_at(offer.after)
    return (chain,) if chain else ()


def _at_once(docket: Docket, data: bytes) -> bool:
    """Whether an entry lets a terminal in that the hall does not know: it could not come; or ends one."""
    entry = decode_entry(data)
    if entry.kind != ENTRY_FACT or entry.scope != HALL_SCOPE or entry.n:
        return False
    try:
        fact = decode_fact(entry.fact)
        body = body_of(fact) if fact.type == "terminal.set" else None
    except BadBytes:
        return False
    return isinstance(body, bodies.TerminalSet) and (not body.active or docket.terminal(body.number) is None)


def _wanted(reading: Reading, offer: Offer, common: int, head: Head) -> tuple[int, tuple[Range, ...]]:
    """Up to where a terminal's log is known by its hashes, and the places whose bytes are not."""
    last, after = _rejoined(reading, offer).last, max(offer.after, common)
    known = reading.lost_places(after + 1, head.seq if offer.entries else last)
    places = of_one_log(known, (head, *offer.points))
    upto = places[-1].seq if places else common
    wanted = [Range(after + 1, places[0].seq - 1)] if places and places[0].seq > after + 1 else []
    wanted += [Range(*span) for span in ranges(place.seq for place in places if not place.shown)]
    if upto < last:
        wanted.append(Range(upto + 1, last))
    return upto, tuple(wanted)
