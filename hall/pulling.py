"""Answering signed questions, each from one snapshot (S18): pages of the log, single cases."""

from __future__ import annotations

import functools
from collections.abc import Callable

import msgspec

from casework.http_signature import Claim, is_fresh, prove
from casework.numbers import LENGTH
from casework.report import Report
from casework.seals import Signed, seal
from casework.wire import (
    PURPOSE_CASE,
    PURPOSE_HEAD,
    PURPOSE_HELLO,
    CaseAnswer,
    CaseProof,
    Head,
    Hello,
    Hidden,
    Kept,
    PullAnswer,
    case_digest,
    page_digest,
)
from hall.docket import HALL_SCOPE
from hall.errors import Forbidden, NotFound, Unproven
from hall.health import contact_of, speaks
from hall.keeping import Keeping
from hall.proving import in_use, same_log
from hall.rows import HallRow, PageRow, TerminalRow

_LONG_AGO = float("-inf")


class Question(msgspec.Struct, frozen=True):
    """What a pull asks (S18)."""

    epoch: int
    after: int
    chain: str
    limit: int
    keep: frozenset[str] = frozenset()
    """Scopes that the log has taken away and that it still needs (S7)."""


class Page(msgspec.Struct, frozen=True):
    """What a pull finds, and what the long poll has to know of it before it is answered."""

    body: Callable[[], bytes]
    """Makes the answer: signed and encoded only when it is given."""
    full: bool
    """As many entries as were asked for: more may follow at once."""
    visible: bool
    """Something in it is for this terminal."""
    own: bool
    """Something in it is for this terminal alone: its verdicts don't wait (S20)."""


_QUESTION = 64
"""Most characters of a question's name that are said again."""


class Pulling(Keeping):
    """The reading half of the hall."""

    def hello(self, question: str = "") -> Signed:
        """Who the hall is and what time it has, signed, with the name of the question that it answers."""
        with self._store.reading() as reading:
            hall = reading.hall()
        told = Hello(
            hall.id, hall.region, hall.name, hall.key, hall.epoch, self.now,
            oldest_protocol=self._limits.oldest_protocol, question=question[:_QUESTION],
        )  # fmt: skip
        return seal(self._signer, PURPOSE_HELLO, told)

    def prove(self, claim: Claim, method: str, path: str, query: str) -> TerminalRow:
        """The terminal that signed a request. Raises Unproven or Forbidden."""
        with self._store.reading() as reading:
            terminal = reading.terminal_by_key(claim.key)
        if terminal is None:
            raise Unproven("hall.unknown_key")
        if not prove(claim, terminal.key, method, path, query):
            raise Unproven("hall.signature")
        if not is_fresh(claim, self._clock.now(), self._limits.signature_window):
            raise Unproven("hall.stale_signature", hello=msgspec.json.encode(self.hello()).decode(), now=self.now)
        return in_use(terminal)

    def page(self, number: str, asked: Question, report: Report | None = None) -> Page:
        """One page of the log as this terminal may see it, from one snapshot. `report`: what it says of itself.

        Raises Diverged, Forbidden or TooOld.
        """
        speaks(report, self._limits)
        limit = max(1, min(asked.limit, self._limits.pull_entries))
        with self._store.reading() as reading:
            hall = reading.hall()
            same_log(reading, hall, asked.epoch, asked.after, asked.chain)
            terminal = reading.terminal(number)
            rows = self._pages_kept.page(reading, hall, asked.after, limit)
        if terminal is None:
            raise Forbidden("hall.revoked", number=number)
        in_use(terminal)
        held = {*terminal.scopes, terminal.own_scope}
        self._seen[number] = contact_of(number, self.now, asked.after, report)
        if report is not None and not report.unsent and number in self._waited:
            self._waited.discard(number)
            self._reported = _LONG_AGO  # what is written down is of before its push: the next tick writes this word
        self._went_on[number] = asked.epoch
        self._needs[number] = asked.after, asked.keep
        if self._asked[0] == number:
            self._asked = "", 0.0
        return Page(
            functools.partial(self._answer, hall, terminal, asked, rows),
            full=bool(rows) and rows[-1].seq < hall.seq,
            visible=any(row.scope in held for row in rows),
            own=any(row.scope == terminal.own_scope for row in rows),
        )

    def _answer(self, hall: HallRow, terminal: TerminalRow, asked: Question, rows: tuple[PageRow, ...]) -> bytes:
        """The answer to a pull, with what this terminal may not see hidden, and its head signed for it alone."""
        held = {*terminal.scopes, terminal.own_scope}
        entries = [row.data if row.scope in held else msgspec.json.encode(Hidden(row.seq, row.hash)) for row in rows]
        upto, chain = (rows[-1].seq, rows[-1].chain) if rows else (asked.after, asked.chain)
        shown = page_digest(terminal.number, asked.after, hall.seq, terminal.acked, entries)
        answer = PullAnswer(
            self.now, hall.epoch, asked.after, upto, hall.seq, terminal.acked, tuple(map(msgspec.Raw, entries)),
            msgspec.Raw(self._signed_head(Head(hall.id, hall.epoch, upto, chain, shown))),
        )  # fmt: skip
        return msgspec.json.encode(answer)

    def _signed_head(self, head: Head) -> bytes:
        """`head` signed; once for the polls of a terminal that find nothing new."""
        found = self._heads.get(head)
        if found is None:
            if len(self._heads) > self._limits.list_rows:
                self._heads.clear()
            found = self._heads[head] = msgspec.json.encode(seal(self._signer, PURPOSE_HEAD, head))
        return found

    def case(self, terminal: TerminalRow, case: str) -> CaseAnswer:
        """All entries of a case and what of it was refused, for a terminal that holds its scope (S16, S21).

        `case`: its id, or its number (22 digits). Raises NotFound, also for a case of a scope that it does not hold:
        nobody learns what exists.
        """
        with self._store.reading() as reading:
            hall = reading.hall()
            if len(case) == LENGTH:
                case = reading.numbers((case,)).get(case, case)
            row = reading.cases((case,)).get(case)
            kept = reading.kept(case)
            entries = reading.case_entries(case, 0) if row else ()
        if not terminal.holds(row.scope if row else HALL_SCOPE) or not (row or kept):
            raise NotFound("hall.no_case", case=case[:64])
        refused = tuple(
            Kept(one.terminal, one.seq, one.verdict, msgspec.Raw(one.data)) for one in kept if one.data is not None
        )
        raws = tuple(data for _, _, data in entries)
        shown = CaseProof(hall.id, hall.epoch, case, case_digest(terminal.number, case, raws))
        proof = seal(self._signer, PURPOSE_CASE, shown)
        return CaseAnswer(self.now, case, tuple(map(msgspec.Raw, raws)), refused, proof)

    def in_log(self, head: Head) -> bool:
        """Whether `head` is a place of the log as it is now: a snapshot of before a restore is none."""
        with self._store.reading() as reading:
            hall = reading.hall()
            chain = reading.chain_at(head.seq)
        return (hall.id, hall.epoch, chain) == (head.hall, head.epoch, head.chain)
