"""Entries of a log that was, put back as they were: with their old verdicts, not judged again (S25, S26)."""

from __future__ import annotations

import contextlib

import msgspec

from casework import bodies
from casework.beside import FLAGGED, crosses, is_beside, is_in_hand
from casework.case import Case
from casework.errors import BadBytes
from casework.events import body_of, known
from casework.facts import HALL, Envelope, Fact, decode_fact
from casework.folding import evolve
from casework.folding.intake import takes_back
from casework.refused import GIVEN_UP, gave_up
from casework.wire import ENTRY_FACT, ENTRY_TRAY, ENTRY_VERDICT, Entry, Place, Tray
from hall.adopting import ADOPTS
from hall.bookkeeping import SETTLES, names_a_module, names_all, settled_verdict
from hall.docket import Docket
from hall.leaving import with_scopes
from hall.office import project
from hall.other_item import is_of_another_item
from hall.rows import TERMINAL_SCOPE, Draft, Register, TerminalRow, TrayRow
from hall.voiding import goes_on_nowhere

_COMES_LATE = ("late",)
_TAKEN_IN = frozenset({"received"})
_STANDS = frozenset({"insist", "accepted"})
_NUMBERS = frozenset({"received", "renumbered"})
"""What gives a case its number."""


class Replay:
    """Puts entries back, one after the other, in the old order.

    Args:
        docket: the state as loaded; its changes are written by whoever began.
        kept: registers of what was refused, held or masked, with their bytes, by terminal, incarnation and number;
            where nobody has the bytes, the terminal brings them.
        stands: the hall works already: what it says of terminals goes on counting, and of all else the later word.
    """

    def __init__(
        self, docket: Docket, kept: dict[tuple[str, str, int], Register] | None = None, *, stands: bool = False
    ) -> None:
        self._docket = docket
        self._kept = kept or {}
        self._stands = stands
        self.said_again: dict[str, bodies.Body] = {}
        """What has to be said again, since something older stands behind it in the log now."""
        self.doubled: list[str] = []
        """Cases whose number was given to another one since (S27)."""
        self.late_notices: list[Fact] = []
        """Notices for a case that the timer has accepted, in a log that had forgotten them (S30)."""
        self._late: list[tuple[Entry, Fact, Case | None]] = []
        """The same, each with the case before it."""
        self.beside: list[tuple[Entry, Fact, Case | None, frozenset[str]]] = []
        """What moves nothing now that it comes back, or crosses what was said since: each with the case before it, and
        what that is (S15)."""
        self.refused: list[str] = []
        """What was refused or held since, by a hall that had forgotten what it had said of it: facts, unread bytes."""

    def put(self, entry: Entry, was: Place | None = None) -> int | None:
        """The draft that puts `entry` back; None when what it says is there already.

        `was`: where it stood in a lost epoch; None: it comes back to the very place (a segment).
        """
        again = msgspec.structs.replace(entry, was=was or entry.was)
        if entry.kind == ENTRY_FACT:
            return self._fact(again, to_the_place=was is None)
        if entry.kind == ENTRY_VERDICT:
            return self._verdict(again, to_the_place=was is None)
        if entry.kind == ENTRY_TRAY:
            return self._tray(again, to_the_place=was is None)
        return self._draft(again, "")  # of a kind that a newer version wrote: kept byte for byte

    def unheard(self) -> list[tuple[Entry, Fact, Case | None, frozenset[str]]]:
        """Late notices that take nothing back: what stood behind them in the log has accepted or ended the case (S15).

        Asked when all is put back.
        """
        found = []
        for entry, fact, before in self._late:
            case = self._docket.live(fact.case).case
            asks = case is not None and case.supplement is not None and case.supplement.told_at == fact.time.at
            if case is not None and not asks and not takes_back(case, fact):
                found.append((entry, fact, before, frozenset[str]()))
        return found

    def _fact(self, entry: Entry, *, to_the_place: bool) -> int | None:
        bearer = self._docket.bearer(entry.fact_id)
        if bearer is not None and bearer.verdict.v == "accepted":
            return None
        try:
            fact = decode_fact(entry.fact)
        except BadBytes:  # of a newer version: it is not folded by this one, and not lost (S32)
            return self._draft(entry, "")
        if fact.case:
            entry = self._on_case(entry, fact)
        if entry.envelope is not None:
            self.refused.append(entry.envelope.fact_hash)  # whoever sent it since may not have had its bytes (S12)
        self.refused.append(fact.id)
        if bearer is not None and entry.verdict is not None:
            later = max(entry.verdict.revision, bearer.verdict.revision + 1)  # so that its maker hears of it (S13)
            entry = msgspec.structs.replace(entry, verdict=msgspec.structs.replace(entry.verdict, revision=later))
        draft = self._draft(entry, fact.case)
        if entry.envelope is not None and entry.verdict is not None:
            env = entry.envelope
            key = self._key(env, to_the_place=to_the_place)
            kept = self._kept.get(key) if entry.masked else None
            register = Register(
                *key, env.hash, env.fact_hash, fact.id, True, entry.verdict, 0, fact.root, fact.case, fact.group.id,
                kept.data if kept is not None else None,
            )  # fmt: skip
            self._docket.put(register, draft)
            if fact.type == ADOPTS:
                self._adopted(entry.verdict.flags, env, fact)
            if bearer is not None and not to_the_place and not self._docket.sees(env.terminal, entry.scope):
                scope = TERMINAL_SCOPE + env.terminal  # a new word for its maker, who is not shown the entry
                said = Entry(ENTRY_VERDICT, 0, scope, entry.received_at, env, entry.verdict, fact_id=fact.id)
                self._draft(said, "")
        if fact.type in SETTLES:
            self._given_up(fact, to_the_place=to_the_place)
        if entry.envelope is not None and entry.envelope.terminal == HALL:
            self._of_hall(entry, fact, draft, to_the_place=to_the_place)
        return draft

    def _key(self, envelope: Envelope, *, to_the_place: bool) -> tuple[str, str, int]:
        """Under which name an envelope is kept: beside the one that an older copy sealed in its place since (T31).

        What that one brought is still found by its id, and not judged twice (S13).
        """
        known = None if to_the_place else self._docket.known(envelope)
        beside = "" if known is None or known.hash == envelope.hash else f"/{envelope.hash[:16]}"
        return envelope.terminal, envelope.incarnation + beside, envelope.seq

    def _adopted(self, flags: tuple[str, ...], envelope: Envelope, fact: Fact) -> None:
        """Who goes on from whom is known again; whether the old number was fenced was said then (S27)."""
        _, row = self._docket.adoption(envelope, fact)
        if row is not None:
            row = msgspec.structs.replace(row, fenced="forked" not in flags)
            self._docket.adopt(row)
            self._docket.changes.adoptions.append(row)

    def _on_case(self, entry: Entry, fact: Fact) -> Entry:
        """The case with the fact on top; its own count goes on from what is there."""
        live = self._docket.live(fact.case)
        proven = entry.verdict is not None and "clock_unproven" not in entry.verdict.flags
        first = all(notice.case != fact.case for notice in self.late_notices)  # a second one asks for nothing
        before = live.case
        notice = fact.type == "supplement.told" and known(fact) and proven and first
        late = notice and before is not None and takes_back(before, fact)
        if late:
            self.late_notices.append(fact)
            self._late.append((entry, fact, before))
        live.case, live.n, live.root, live.changed = evolve(before, fact), live.n + 1, fact.root, True
        crossed = self._crossed(entry, fact, before)
        if crossed or (is_beside(fact, before, live.case, _COMES_LATE) and not late):
            self.beside.append((entry, fact, before, crossed))
        self._docket.note_scan(fact)
        if names_a_module(fact):
            live.module = body_of(fact).module
        if fact.type in _NUMBERS and self._docket.doubled(fact) and entry.verdict is not None:
            flags = tuple(dict.fromkeys((*entry.verdict.flags, "number_doubled")))
            if flags != entry.verdict.flags:  # else its new one may follow, or be what nobody shows
                self.doubled.append(fact.case)
            entry = msgspec.structs.replace(entry, verdict=msgspec.structs.replace(entry.verdict, flags=flags))
        if fact.type in _NUMBERS:
            self._docket.claim(fact)
        return msgspec.structs.replace(entry, n=live.n)

    def _crossed(self, entry: Entry, fact: Fact, before: Case | None) -> frozenset[str]:
        """What the hall has said of the case since, that breaks a fact of which it had forgotten; or that somebody has
        given that very fact up, which had been refused meanwhile.
        """
        if entry.was is None or entry.envelope is None:
            return frozenset()
        given_up = self._was_given_up(entry)
        if before is None:
            return given_up
        since = self._docket.unseen.since(fact.case, entry.was, crosses(fact, before))
        other = is_in_hand(fact) and is_of_another_item(self._docket, entry.envelope, fact, before)
        was = entry.was
        nowhere = goes_on_nowhere(
            self._docket, fact, lambda other, types: self._docket.unseen.since(other.id, was, types)
        )
        return since | given_up | (frozenset({nowhere}) - {""}) | (_TAKEN_IN if other else frozenset())

    def _was_given_up(self, entry: Entry) -> frozenset[str]:
        """The resolution by which somebody has given up what comes back, in a line that stands here."""
        names = (entry.fact_id, entry.envelope.fact_hash) if entry.envelope is not None else (entry.fact_id,)
        rows = (self._docket.tray_row(name) for name in names if name)
        return frozenset(gave_up(row.tray) for row in rows if row is not None) - {""}

    def _given_up(self, fact: Fact, *, to_the_place: bool) -> None:
        """What was held and given up is never judged again; its tray line comes as an entry of its own."""
        try:
            refused = body_of(fact).refused
        except BadBytes:  # of a newer version, or masked: the line tells of it (S32)
            return
        for id_ in refused:
            bearer = self._docket.bearer(id_)
            # What a terminal said of itself stands in no case: its line was the task (S25).
            alarm = bearer is not None and bearer.verdict.v == "accepted" and not bearer.case
            if not to_the_place and (bearer is None or alarm or bearer.verdict.v != "accepted"):
                self._ends_line(id_, SETTLES[fact.type])  # what it names is not judged anew, also where it comes later
            if bearer is None or alarm:
                continue
            if bearer.verdict.v == "held":
                self._docket.put(msgspec.structs.replace(bearer, verdict=settled_verdict(bearer.verdict)), None)
            elif bearer.verdict.v == "accepted" and not to_the_place and SETTLES[fact.type] != "insist":
                self._stands_all_the_same(bearer, fact)

    def _ends_line(self, id_: str, how: str) -> None:
        """The word that the line is over may lie behind the last page of whoever shows the resolution."""
        row = self._docket.tray_row(id_)
        if how in GIVEN_UP and row is not None and not row.tray.settled and row.tray.kind != FLAGGED:
            row = msgspec.structs.replace(row, tray=msgspec.structs.replace(row.tray, settled=how))
            self._docket.put_tray(row)
            for scope in self._docket.told_in(row):
                self._draft(Entry(ENTRY_TRAY, 0, scope, row.tray.since, tray=row.tray), "")

    def _stands_all_the_same(self, bearer: Register, resolution: Fact) -> None:
        """It was judged once more before the hall heard again that somebody had given it up (S15)."""
        row, entry = self._docket.tray_row(bearer.fact_id), self._docket.entry_of(bearer)
        if entry is None or (row is not None and row.tray.kind == FLAGGED):  # it was its task that was given up
            return
        with contextlib.suppress(BadBytes):
            fact = decode_fact(entry.fact)
            self.beside.append((entry, fact, self._docket.live(fact.case).case, frozenset({resolution.type})))

    def _of_hall(self, entry: Entry, fact: Fact, draft: int, *, to_the_place: bool) -> None:
        """Roster, heads and terminals; and, at the very place, where the hall's own chain of envelopes ends."""
        changes = self._docket.changes
        try:
            body = body_of(fact)
        except BadBytes:
            return
        present = None if to_the_place else self._counts_on(fact, body)
        if present is not None:
            self.said_again[f"{fact.type} {getattr(body, 'number', '')}{getattr(body, 'type', '')}"] = present
            return
        project(changes, body, draft)
        if isinstance(body, bodies.TerminalSet):
            self._terminal(body, self._docket.hall.seq + 1 + draft)
        if to_the_place and entry.envelope is not None:
            env, hall = entry.envelope, self._docket.hall
            changes.terminals[HALL] = TerminalRow(HALL, env.incarnation, hall.key, (), env.seq, env.hash)
            if isinstance(body, bodies.EpochOpened):
                changes.epoch = msgspec.structs.replace(changes.epoch or hall, epoch=body.epoch)

    def _counts_on(self, fact: Fact, body: bodies.Body) -> bodies.Body | None:
        """What the hall says now of the same, where that counts on: then it is said again behind the older word."""
        words = self._docket.words
        present = words.present(body)
        if isinstance(body, bodies.TerminalSet) and isinstance(present, bodies.TerminalSet):
            ended = not present.active and body.active and present.incarnation == body.incarnation
            return self._ended(body, present) if self._stands else present if ended else None
        if present is None or not words.goes_on(fact, body, present, in_order=not self._stands):
            return None
        return present

    def _ended(self, body: bodies.TerminalSet, present: bodies.TerminalSet) -> bodies.TerminalSet:
        """What nobody can take back counts however late it comes: a revocation, that another number goes on, and whose
        lines that one is sent (S27).
        """
        known = self._docket.terminal(body.number)
        if known is None or body.incarnation != present.incarnation:
            return present
        theirs = [scope for scope in body.scopes if scope.startswith(TERMINAL_SCOPE) and scope not in known.scopes]
        if theirs:
            known = msgspec.structs.replace(known, scopes=(*known.scopes, *theirs))
            present = msgspec.structs.replace(present, scopes=(*present.scopes, *theirs))
            self._docket.changes.terminals[body.number] = known
        if body.active:
            return present
        by, since = present.adopted_by or body.adopted_by, present.revoked_since or body.revoked_since
        self._docket.changes.terminals[body.number] = msgspec.structs.replace(
            known, active=False, adopted_by=by, revoked=since
        )
        return msgspec.structs.replace(present, active=False, adopted_by=by, revoked_since=since)

    def _terminal(self, body: bodies.TerminalSet, seq: int) -> None:
        """A terminal as it was set by the entry `seq`; a number that has gone to another incarnation since stays there
        (S27), and a key to whoever was enrolled with it since.
        """
        known = self._docket.terminal(body.number)
        if self._docket.has_key(body.key) not in {"", body.number} or (known and known.incarnation != body.incarnation):
            return
        before = known or TerminalRow(body.number, body.incarnation, body.key, body.scopes)
        row, leaving = with_scopes(before, body.scopes, self._docket.words.leaving(body.number), seq)
        self._docket.changes.leaving[body.number] = leaving
        self._docket.changes.terminals[body.number] = msgspec.structs.replace(
            row, key=body.key, active=body.active, adopted_by=body.adopted_by, revoked=body.revoked_since
        )

    def _verdict(self, entry: Entry, *, to_the_place: bool) -> int | None:
        """What was said of an envelope that was not accepted: its bytes lie in no log.

        What was accepted in a scope that its maker is not shown is told to it so; alone it proves no fact.
        """
        env, verdict = entry.envelope, entry.verdict
        if env is None or verdict is None:
            return self._draft(entry, "")
        if verdict.v == "accepted":
            bearer = self._docket.bearer(entry.fact_id)
            stands = bearer is not None and bearer.verdict.v == "accepted"
            return self._draft(entry, "") if stands or to_the_place else None
        key = self._key(env, to_the_place=to_the_place)
        known = self._docket.known(msgspec.structs.replace(env, incarnation=key[1]))
        if known is not None and known.verdict.revision >= verdict.revision:
            return None
        if known is not None and known.verdict.v == "accepted" and not to_the_place:
            return None  # it was judged once more since, and stands: what was said of it before moves nothing (S13)
        given_up = verdict.v == "held" and not to_the_place and self._was_given_up(entry)
        if given_up:  # since the loss: it is never judged again (S15)
            verdict = settled_verdict(verdict)
        draft = self._draft(entry, "")
        kept = self._kept.get(key)
        if kept is not None:
            found = msgspec.structs.replace(kept, verdict=verdict)
        elif known is not None:
            found = msgspec.structs.replace(known, verdict=verdict)
        else:
            found = Register(*key, env.hash, env.fact_hash, "", False, verdict)
        self._docket.put(found, draft)
        return draft

    def _tray(self, entry: Entry, *, to_the_place: bool) -> int | None:
        tray = entry.tray
        if tray is None:
            return self._draft(entry, "")
        known = self._docket.tray_row(tray.fact)
        alone = entry.scope.startswith(TERMINAL_SCOPE)
        if not to_the_place and (self._stands_since(tray) or self._stood(tray)):
            return None
        if known is not None and not to_the_place:
            again = known.tray == tray and entry.scope == known.scope
            if again or _is_over(known.tray, tray):
                return None
            if known.tray != tray and entry.scope != known.scope:  # whoever was shown the line is shown this, too
                self._draft(msgspec.structs.replace(entry, scope=known.scope), "")
        blocks = tray.kind != FLAGGED and (known.blocks if known else not tray.type.startswith("resolve."))
        scope = known.scope if known and alone else entry.scope
        module = self._module(tray) if scope.startswith(TERMINAL_SCOPE) and not to_the_place else ""
        row = TrayRow(tray.fact, module or scope, blocks, tray)
        self._docket.put_tray(row)
        makers = self._docket.told_in(row)[1:] if tray.settled and not alone and not to_the_place else ()
        for other in (*filter(None, (module,)), *makers):  # nobody else may show it
            self._draft(msgspec.structs.replace(entry, scope=other), "")
        return self._draft(entry, "")

    def _module(self, tray: Tray) -> str:
        """The scope of the case of a line; empty where the case is not here."""
        live = self._docket.live(tray.case) if tray.case else None
        return live.scope if live is not None and live.case is not None else ""

    def _stood(self, tray: Tray) -> bool:
        """Whether a line is over because what it speaks of stood, which does not stand here: like an accepted verdict
        that proves no fact, and the line is over when the fact is back.
        """
        bearer = self._docket.bearer(tray.fact)
        return tray.settled in _STANDS and (bearer is None or bearer.verdict.v != "accepted")

    def _stands_since(self, tray: Tray) -> bool:
        """Whether what waits there stands, or waits for something else: it was judged once more, by a hall that had
        forgotten what it had said of it, or has said more since.
        """
        bearer, known = self._docket.bearer(tray.fact), self._docket.tray_row(tray.fact)
        if tray.kind == FLAGGED or tray.settled or bearer is None:
            return False
        now = bearer.verdict
        return now.v == "accepted" or (known is not None and (now.v, now.code) != (tray.kind, tray.code))

    def _draft(self, entry: Entry, case: str) -> int:
        self._docket.changes.drafts.append(Draft(entry, case))
        return len(self._docket.changes.drafts) - 1


def _is_over(known: Tray, tray: Tray) -> bool:
    """Whether what comes back says less of a line than is known of it. What stands and moves nothing has its line after
    the one by which it was refused or held; that it was given up since is asked when it comes back itself.
    """
    if (known.kind == FLAGGED) != (tray.kind == FLAGGED):
        return known.kind == FLAGGED or known.settled in GIVEN_UP
    if tray.kind == FLAGGED and not known.settled and not names_all(tray, known.code, known.facts):
        return True  # what was told, or looked after, before the loss was another trouble than what came of it since
    return bool(known.settled) and (not tray.settled or (known.settled in GIVEN_UP) > (tray.settled in GIVEN_UP))
