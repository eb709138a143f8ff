"""Lists and searches: cases by number, queue, applicant or name; the tray; the history of a case.

Everything answers from this terminal, line or no line; every list has a bound (`limits.list_rows`). Names are searched
as a quoted phrase of their characters, because a trigram index finds no name of two characters.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import msgspec

from casework import numbers
from casework.bodies import Party
from casework.case import Case, Place, decode_case, places
from casework.doubles import Double, doubles
from casework.facts import Fact
from casework.listing import split
from casework.outbox import Row
from casework.refused import Waits
from casework.text import clean_code, clean_line
from casework.wire import Entry, Tray, Verdict, decode_entry
from local_db.connection import Connected
from local_db.replay import HOLE, readable, shown_case
from local_db.sql import queries
from local_db.waiting import to_settle

_SQL = queries("finding")
_LAST = "\uffff"
"""Sorts after every time and every id."""


class CaseRow(msgspec.Struct, frozen=True):
    """A line of a list; nothing is masked here. `unsent`: something of it is not yet acknowledged."""

    case_id: str
    number: str
    item: str
    module: str
    state: str
    applicant_name: str
    applicant_id: str
    received_at: str
    places: tuple[Place, ...]
    unsent: bool
    case: Case
    """The whole case as it is shown."""


class Filter(msgspec.Struct, frozen=True):
    """Which cases; empty means all. `since`: a day or moment, by the time of receipt. `text`: as for `search`."""

    state: str = ""
    post: str = ""
    module: str = ""
    since: str = ""
    text: str = ""


_ALL = Filter()


class QueueRow(msgspec.Struct, frozen=True):
    """An open step in the queue of a post; `key` asks for the rows after it."""

    step: str
    post: str
    case: CaseRow
    key: tuple[str, str, str]


class Told(msgspec.Struct, frozen=True):
    """A fact in the history of a case. `row` is None for what the log has; `seq` is 0 for what it has not."""

    fact: Fact
    seq: int = 0
    row: Row | None = None
    verdict: Verdict | None = None
    flags: tuple[str, ...] = ()


class History(msgspec.Struct, frozen=True):
    """All facts of a case in order. `at_hall`: an entry of it is missing here, the rest of it is at the hall (S21)."""

    lines: tuple[Told, ...]
    at_hall: bool = False


class Acquaintance(msgspec.Struct, frozen=True):
    """What this terminal knows of an applicant: the newest case, and how many there are."""

    newest: Case
    count: int


class Finding(Connected):
    """The asking half of the memory."""

    def case_state(self, case_id: str) -> Case | None:
        """The case as it is shown."""
        with self.reading() as db:
            return shown_case(db, case_id)

    def case_row(self, case_id: str) -> CaseRow | None:
        """The case as a line of a list."""
        with self.reading() as db:
            return _row(db, case_id)

    def case_by_number(self, number: str) -> tuple[Case, ...]:
        """The cases with that number (22 digits), now or before it was renumbered; two where a clone doubled it."""
        with self.reading() as db:
            ids = [row[0] for row in db.execute(_SQL["by_number"], (number,)).fetchall()]
            found = [case for case in (shown_case(db, id_) for id_ in sorted(ids)) if case is not None]
        return tuple(sorted(found, key=lambda case: case.number != number))  # whoever has it now comes first

    def history(self, case_id: str) -> History:
        """What the log has of a case, and behind it the own facts that it has not passed, refused and held ones too."""
        with self.reading() as db:
            lines = []
            for data, _ in db.execute(_SQL["history"], (case_id,)):
                told = _of_entry(decode_entry(data))
                lines += [told] if told else []
            for _, state, data, coded in db.execute(_SQL["own_of_case"], (case_id,)):
                fact = readable(data)
                verdict = msgspec.json.decode(coded, type=Verdict) if coded else None
                if fact is not None:
                    lines.append(Told(fact, row=Row(state), verdict=verdict))
            hole = db.execute(_SQL["hole"], (case_id,)).fetchone()
        return History(tuple(lines), bool(hole and hole[0] & HOLE))

    def need_update(self) -> int:
        """How many cases this program can't show whole: their log has facts that a newer one reads (S32)."""
        with self.reading() as db:
            count: int = db.execute(_SQL["need_update"]).fetchone()[0]
        return count

    def cases(
        self, which: Filter = _ALL, limit: int = 0, before: tuple[str, str] = (_LAST, _LAST)
    ) -> tuple[CaseRow, ...]:
        """Cases, newest first, at most `limit` (0: as many as a list may have).

        `before`: (`received_at`, `case_id`) of the last row of the page before.
        """
        most = min(limit or self.limits.list_rows, self.limits.list_rows)
        if which.text:
            rows = (row for row in self.search(which.text) if _fits(row, which))
            return tuple(sorted(rows, key=lambda row: (row.received_at, row.case_id), reverse=True))[:most]
        if which.post:
            ids = dict.fromkeys(row.case.case_id for row in self.queue((which.post,)))
            at_post = [row for row in (self.case_row(id_) for id_ in ids) if row is not None and _fits(row, which)]
            return tuple(at_post[:most])
        asked = (which.state, which.module, which.since, *before, most)
        with self.reading() as db:
            return tuple(made(db, row) for row in db.execute(_SQL["cases"], asked).fetchall())

    def recent_items(self, among: int) -> tuple[str, ...]:
        """Codes of the items of the newest cases, latest first, each once; `among` so many cases."""
        with self.reading() as db:
            rows = db.execute(_SQL["recent_items"], (among,)).fetchall()
        return tuple(dict.fromkeys(row[0] for row in rows))

    def queue(
        self, posts: tuple[str, ...], limit: int = 0, after: tuple[str, str, str] = ("", "", "")
    ) -> tuple[QueueRow, ...]:
        """The open steps at `posts`, oldest case first. `after`: the key of the last row of the page before."""
        most = min(limit or self.limits.list_rows, self.limits.list_rows)
        found: list[QueueRow] = []
        with self.reading() as db:
            for post in dict.fromkeys(posts):
                for row in db.execute(_SQL["queue"], (post, *after, most)).fetchall():
                    case = made(db, (row[1], *row[3:9], row[0], *row[9:]))
                    found.append(QueueRow(row[2], post, case, (row[0], row[1], row[2])))
        return tuple(sorted(found, key=lambda row: row.key)[:most])

    def at_the_counter(self, posts: tuple[str, ...]) -> tuple[QueueRow, ...]:
        """The on-the-spot cases at `posts`: their applicants sit and wait."""
        found = []
        with self.reading() as db:
            for post in dict.fromkeys(posts):
                for row in db.execute(_SQL["queue_spot"], (post, self.limits.list_rows)).fetchall():
                    case = made(db, (row[1], *row[3:9], row[0], *row[9:]))
                    found.append(QueueRow(row[2], post, case, (row[0], row[1], row[2])))
        return tuple(sorted(found, key=lambda row: row.key))

    def of_root(self, root: str) -> tuple[Case, ...]:
        """The cases of a bundle or stage; of a case alone just that one."""
        return self._cases(_SQL["of_root"], root)

    def of_visit(self, visit: str) -> tuple[Case, ...]:
        """What one visitor has applied for."""
        return self._cases(_SQL["of_visit"], visit)

    def of_applicant(self, applicant_id: str, limit: int = 50) -> tuple[Case, ...]:
        """An applicant's cases, newest first."""
        return self._cases(_SQL["of_applicant"], applicant_id, limit)

    def awaiting_a_source(self, limit: int = 50) -> tuple[Case, ...]:
        """Cases that wait for a check over the network, oldest first (R33)."""
        return self._cases(_SQL["checks"], limit)

    def reprints(self) -> tuple[CaseRow, ...]:
        """Cases whose receipt has to be printed again under the number that the hall gave them (S27), oldest first."""
        with self.reading() as db:
            rows = db.execute(_SQL["reprints"], (self.limits.list_rows,)).fetchall()
            return tuple(made(db, row) for row in rows)

    def with_recalls(self, limit: int = 0) -> tuple[Case, ...]:
        """Cases with a paper that somebody has to give back, oldest first (S15)."""
        return self._cases(_SQL["recalls"], min(limit or self.limits.list_rows, self.limits.list_rows))

    def _cases(self, query: str, *arguments: object) -> tuple[Case, ...]:
        with self.reading() as db:
            ids = [row[0] for row in db.execute(query, arguments).fetchall()]
            return tuple(case for case in (shown_case(db, id_) for id_ in ids) if case is not None)

    def queue_length(self, posts: tuple[str, ...]) -> int:
        """How many open steps wait at `posts`."""
        with self.reading() as db:
            return sum(db.execute(_SQL["queue_length"], (post,)).fetchone()[0] for post in dict.fromkeys(posts))

    def search(self, text: str, limit: int = 50) -> tuple[CaseRow, ...]:
        """Cases by number (how it begins or ends, or as lists show it), ID or code, name, initials, or item."""
        words, code = clean_line(text), clean_code(text).translate(_BETWEEN)
        if not words:
            return ()
        with self.reading() as db:
            found = [row[0] for row in db.execute(_SQL["of_applicant"], (code, limit)).fetchall()]
            if code.isascii() and code.isdigit() and len(code) >= 6:
                found += [row[0] for row in db.execute(_SQL["number_begins"], (code, limit)).fetchall()]
                found += [row[0] for row in db.execute(_SQL["alias_begins"], (code, limit)).fetchall()]
            for ends, pattern in _number_ends(code):
                found += [row[0] for row in db.execute(_SQL["alias_like"], (pattern, limit)).fetchall()]
                asked = (msgspec.json.encode(ends).decode(), pattern, limit)
                found += [row[0] for row in db.execute(_SQL["number_ends"], asked).fetchall()]
            if _ITEM.fullmatch(code):
                found += [row[0] for row in db.execute(_SQL["of_item"], (code, limit)).fetchall()]
            for person, _ in _people(db, words, limit):
                if len(found) >= limit:
                    break
                found += [row[0] for row in db.execute(_SQL["of_applicant"], (person, limit)).fetchall()]
            return _rows(db, list(dict.fromkeys(found))[:limit])

    def same_open_case(self, item: str, applicant_id: str, limit: int = 50) -> tuple[Case, ...]:
        """Open cases of the same applicant and item, oldest first: the warning before a save."""
        return self._cases(_SQL["same_open_case"], applicant_id, item, limit)

    def doubles(self) -> tuple[Double, ...]:
        """Open cases that look like another one of the same applicant and item, those that came last first."""
        found: list[Double] = []
        for applicant_id, item in self._open_twice():
            found += doubles(self.same_open_case(item, applicant_id))
            if len(found) >= self.limits.list_rows:
                break
        return tuple(sorted(found, key=lambda one: one.case.received_at, reverse=True))

    def _open_twice(self) -> list[tuple[str, str]]:
        with self.reading() as db:
            return db.execute(_SQL["open_twice"]).fetchall()

    def known_applicant(self, applicant_id: str) -> Acquaintance | None:
        """What this terminal knows of whoever has that ID or code."""
        with self.reading() as db:
            newest = db.execute(_SQL["of_applicant"], (applicant_id, 1)).fetchone()
            case = shown_case(db, newest[0]) if newest else None
            count = db.execute(_SQL["count_of_applicant"], (applicant_id,)).fetchone()[0]
        return Acquaintance(case, count) if case else None

    def people_named(self, text: str, limit: int) -> tuple[Party, ...]:
        """People and firms whose name begins with these initials or has these characters; each once, newest name."""
        with self.reading() as db:
            codes = dict.fromkeys(code for code, _ in _people(db, clean_line(text), limit))
            named = ((code, db.execute(_SQL["person_named"], (code,)).fetchone()) for code in codes)
            return tuple(Party(kind, name, code) for code, (name, kind) in named)[:limit]

    def known_agent(self, code: str) -> Party | None:
        """Who has that number and applied for others; the name alone where no case of hers is here any more."""
        case = self.case_of_agent(code)
        with self.reading() as db:
            named = db.execute(_SQL["person_named"], (code,)).fetchone()
        if case is not None and case.received.agent is not None:
            return case.received.agent
        return Party(named[1], named[0], code) if named else None

    def case_of_agent(self, code: str) -> Case | None:
        """The newest case for which whoever has that number applied."""
        with self.reading() as db:
            newest = db.execute(_SQL["of_agent"], (code,)).fetchone()
            return shown_case(db, newest[0]) if newest else None

    def tray(self, limit: int = 0) -> tuple[Tray, ...]:
        """What a person must settle, oldest first; own refused and held facts at once (S16)."""
        most = min(limit or self.limits.list_rows, self.limits.list_rows)
        with self.reading() as db:
            rows = db.execute(_SQL["tray"], (most,)).fetchall()
        return tuple(msgspec.json.decode(row[0], type=Tray) for row in rows)

    def to_settle(self, case_id: str) -> dict[str, Waits]:
        """What waits and may be settled with this case, by its name, with the bytes that are here."""
        with self.reading() as db:
            return to_settle(db, case_id)


def _of_entry(entry: Entry) -> Told | None:
    fact = readable(bytes(entry.fact))
    verdict = entry.verdict
    return Told(fact, entry.seq, verdict=verdict, flags=verdict.flags if verdict else ()) if fact else None


def _people(db: sqlite3.Connection, words: str, limit: int) -> list[tuple[str, str]]:
    phrase = '"' + split(words).replace('"', '""') + '"'
    found: list[tuple[str, str]] = db.execute(_SQL["people_unindexed"], (f" {split(words)} ", limit)).fetchall()
    found += db.execute(_SQL["people_by_words"], (phrase, limit)).fetchall()
    initials = words.casefold().replace(" ", "")
    if initials.isascii() and initials.isalnum():
        found += db.execute(_SQL["people_by_initials"], (initials, limit)).fetchall()
    return found


_ITEM = re.compile(r"[A-Z]\d{2}")
_BETWEEN = dict.fromkeys(map(ord, "-./:_^#"), "")
"""What people write between the parts of a number, and the sign with which a list marks one: it is no part of it."""
_COUNT = 4
"""Digits of the count, which stands before the two check digits."""
_END = 6
"""Digits of the count and its check, by which numbers are indexed."""


def _number_ends(code: str) -> list[tuple[list[str], str]]:
    """For digits of a number, at least four: the last six digits that it may have, and its pattern.

    They may be its end; its end without the check digits, which no list shows; or the short number of a list, typed
    with or without dashes: day, terminal and count, or day and count. At most a hundred ends are looked up by index:
    looking through a million numbers would take a fifth of a second.
    """
    if not (code.isascii() and code.isdigit() and _COUNT <= len(code) < numbers.LENGTH):
        return []
    heads = range(10 ** max(0, _END - len(code)))
    ends = [f"{head:0{_END - len(code)}d}{code}" for head in heads] if len(code) < _END else [code[-_END:]]
    counted = [f"{code[-_COUNT:]}{check:02d}" for check in range(100)]
    found = [(counted, f"%{code}__"), (ends, f"%{code}")]
    day = code[:4]
    if len(code) == len("MMDDTTNNNN"):
        found.append((counted, f"%{day}__{code[4:]}__"))
    elif len(code) == len("MMDDNNNN"):
        found.append((counted, f"%{day}____{code[4:]}__"))
    return found


def _fits(row: CaseRow, which: Filter) -> bool:
    return (
        which.state in {"", row.state}
        and which.module in {"", row.module}
        and row.received_at >= which.since
        and (not which.post or any(place.post == which.post for place in row.places))
    )


def _row(db: sqlite3.Connection, case_id: str) -> CaseRow | None:
    row = db.execute(_SQL["row"], (case_id,)).fetchone()
    return made(db, row) if row else None


def _rows(db: sqlite3.Connection, ids: list[str]) -> tuple[CaseRow, ...]:
    return tuple(row for row in (_row(db, id_) for id_ in ids) if row is not None)


def made(db: sqlite3.Connection, row: tuple[Any, ...]) -> CaseRow:
    """A row of `shown` as a line of a list."""
    case = decode_case(row[-1])
    unsent = db.execute(_SQL["unsent"], (row[0],)).fetchone() is not None
    return CaseRow(*(*row[:-1], places(case), unsent, case))
