"""Reads of the hall's SQLite memory: rows to values, in bulk."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec

from casework.bodies import Gap, StaffSet
from casework.report import decode_report
from casework.wire import Point, Tray, Verdict
from hall.errors import StorageTrouble
from hall.queries import queries
from hall.rows import (
    AdoptionRow,
    CaseRow,
    HallRow,
    InviteRow,
    LeavingRow,
    LogRow,
    LostPlace,
    LostRow,
    PageRow,
    Register,
    RejoinedRow,
    ReportRow,
    ScanRow,
    TerminalRow,
    TimerRow,
    TrayRow,
)

_encode = msgspec.json.Encoder().encode
_verdict = msgspec.json.Decoder(Verdict).decode
_tray = msgspec.json.Decoder(Tray).decode
_staff = msgspec.json.Decoder(StaffSet).decode


class _Trouble(contextlib.AbstractContextManager["_Trouble"]):
    """Names what SQLite raises where it is raised: a disk that fails is never taken for a fault of the judge (S17)."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise StorageTrouble("hall.storage") from error


_NAMED = _Trouble()


class SqliteReading:
    """A `hall.store.Reading` over one connection, inside a transaction that its store began."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._sql = queries()

    def _all(self, name: str, *arguments: Any) -> list[Any]:
        with _NAMED:
            return self._db.execute(self._sql[name], arguments).fetchall()

    def _one(self, name: str, *arguments: Any) -> Any:
        with _NAMED:
            return self._db.execute(self._sql[name], arguments).fetchone()

    def _in(self, name: str, values: Collection[str]) -> list[Any]:
        """A query whose one parameter is a JSON list; none of nothing."""
        return self._all(name, _encode(list(values)).decode()) if values else []

    def hall(self) -> HallRow:
        """Who the hall is and where its log ends."""
        row = self._one("hall")
        if row is None:
            return HallRow("", "", "", "", 0, 0, "")
        return HallRow(*row)

    def terminal(self, number: str) -> TerminalRow | None:
        """The terminal with that number."""
        return _terminal(self._one("terminal", number))

    def terminal_by_key(self, key_id: str) -> TerminalRow | None:
        """The terminal whose key has that short name."""
        return _terminal(self._one("terminal_by_key", key_id))

    def terminals(self) -> tuple[TerminalRow, ...]:
        """All, by number."""
        return tuple(row for row in map(_terminal, self._all("terminals")) if row)

    def reports(self) -> dict[str, ReportRow]:
        """What the terminals last said of themselves, by number."""
        return {
            number: ReportRow(number, at, cursor, clear, decode_report(body) if body is not None else None)
            for number, at, cursor, clear, body in self._all("reports")
        }

    def adoptions(self) -> tuple[AdoptionRow, ...]:
        """Who goes on from whom, in the order of the new numbers' envelopes."""
        return tuple(
            AdoptionRow(number, terminal, incarnation, shared, again, bool(fenced))
            for number, terminal, incarnation, shared, again, fenced in self._all("adoptions")
        )

    def sealed_again(self, number: str) -> frozenset[str]:
        """Facts that this number brought and somebody else had brought before."""
        return frozenset(row[0] for row in self._all("sealed_again", number))

    def newest_number(self, begins: str) -> str:
        """The largest case number that begins so; empty where none does."""
        return self._one("newest_number", begins, f"{begins}:")[0] or ""

    def invite(self, number: str) -> InviteRow | None:
        """The invitation of a number."""
        row = self._one("invite", number)
        return InviteRow(*row) if row else None

    def registered(self, terminal: str, incarnation: str, first: int, last: int) -> dict[int, Register]:
        """Known envelopes first..last by `local_seq`."""
        return {row.seq: row for row in _registers(self._all("registered", terminal, incarnation, first, last))}

    def bearers(self, facts: Collection[str]) -> dict[str, Register]:
        """The envelopes that brought these facts, by fact id."""
        return {row.fact_id: row for row in _registers(self._in("bearers", facts))}

    def held(self, terminal: str, root: str) -> tuple[Register, ...]:
        """What is held in a lane, in the order it was made."""
        return tuple(_registers(self._all("held", terminal, root)))

    def same_bytes(self, terminal: str, fact_hash: str) -> tuple[Register, ...]:
        """The envelopes of a terminal that hold these bytes, or stand for them."""
        return tuple(_registers(self._all("same_bytes", terminal, fact_hash)))

    def held_lanes(self) -> tuple[tuple[str, str], ...]:
        """Lanes in which something is held."""
        return tuple((terminal, root) for terminal, root in self._all("held_lanes"))

    def kept(self, case: str) -> tuple[Register, ...]:
        """Refused and held envelopes of a case, and those that the log has masked."""
        return tuple(_registers(self._all("kept", case, case)))

    def unsettled_groups(self, groups: Collection[str]) -> dict[str, str]:
        """Those of `groups` that are `held`, or were `rejected`, which outweighs it."""
        return dict(self._in("unsettled_groups", groups))

    def cases(self, ids: Collection[str]) -> dict[str, CaseRow]:
        """Known cases by id."""
        return {row[0]: CaseRow(*row) for row in self._in("cases", ids)}

    def numbers(self, numbers: Collection[str]) -> dict[str, str]:
        """Which case has which number."""
        return dict(self._in("numbers", numbers))

    def tray_of_cases(self, cases: Collection[str]) -> tuple[TrayRow, ...]:
        """What waits in the trays of these cases."""
        return _trays(self._in("tray_of_cases", cases))

    def tray_of_terminal(self, terminal: str) -> tuple[TrayRow, ...]:
        """What waits in all lanes of a terminal."""
        return _trays(self._all("tray_of_terminal", terminal))

    def tray_of_former(self, terminal: str) -> tuple[TrayRow, ...]:
        """All lines of a terminal, settled ones too."""
        return _trays(self._all("tray_of_former", terminal))

    def tray_rows(self, ids: Collection[str]) -> tuple[TrayRow, ...]:
        """Tray entries by id, settled ones too."""
        return _trays(self._in("tray_rows", ids))

    def tray_count(self) -> int:
        """How many wait."""
        return int(self._one("tray_counts")[0])

    def staff(self, numbers: Collection[str]) -> dict[str, StaffSet]:
        """These people by number."""
        return {number: _staff(body) for number, _, body in self._in("staff", numbers)}

    def staff_word(self, number: str) -> bytes | None:
        """The entry that says what counts now of a person."""
        row = self._one("staff_word", number)
        return bytes(row[0]) if row else None

    def all_staff(self) -> tuple[StaffSet, ...]:
        """The roster, by number."""
        return tuple(_staff(body) for _, _, body in self._all("all_staff"))

    def head(self, kind: str) -> str:
        """The version that counts now; empty when none does."""
        row = self._one("head", kind)
        return str(row[0]) if row else ""

    def head_word(self, kind: str) -> bytes | None:
        """The entry that says which version of a kind counts now."""
        row = self._one("head_word", kind)
        return bytes(row[0]) if row else None

    def blob(self, sha256: str) -> bytes | None:
        """Bytes by their hash."""
        row = self._one("blob", sha256)
        return bytes(row[0]) if row else None

    def scan(self, sha256: str) -> tuple[ScanRow, ...]:
        """The cases whose accepted facts name that scan."""
        return _scans(self._all("scan", sha256))

    def scans_of(self, cases: Collection[str]) -> tuple[ScanRow, ...]:
        """The scans of these cases that are still to come."""
        return _scans(self._in("scans_of", cases))

    def scans_to_come(self) -> int:
        """How many are still to come."""
        return int(self._one("scans_to_come")[0])

    def scans_waiting(self) -> tuple[str, ...]:
        """The hashes of those that are still to come."""
        return tuple(row[0] for row in self._all("scans_waiting"))

    def scans_come(self) -> tuple[str, ...]:
        """The hashes of those that have come, by the log."""
        return tuple(row[0] for row in self._all("scans_come"))

    def case_ids(self) -> tuple[str, ...]:
        """Every case."""
        return tuple(row[0] for row in self._all("case_ids"))

    def fold(self) -> str:
        """Which fold has made the cases' rows."""
        row = self._one("fold")
        return str(row[0]) if row else ""

    def timers_of_kind(self, kind: str, limit: int) -> tuple[TimerRow, ...]:
        """Timers of one kind, due or not."""
        return tuple(TimerRow(*row) for row in self._all("timers_of_kind", kind, limit))

    def timers_due(self, day: str, limit: int) -> tuple[TimerRow, ...]:
        """Timers whose last day lies before `day`."""
        return tuple(TimerRow(*row) for row in self._all("timers_due", day, limit))

    def leaving(self) -> tuple[LeavingRow, ...]:
        """Scopes that terminals are to give up."""
        return tuple(LeavingRow(*row) for row in self._all("leaving"))

    def page(self, after: int, limit: int) -> tuple[PageRow, ...]:
        """Entries after a cursor."""
        return tuple(PageRow(*row) for row in self._all("page", after, limit))

    def chain_at(self, seq: int) -> str | None:
        """The chain after the entry `seq`."""
        row = self._one("chain_at", seq)
        return str(row[0]) if row else None

    def case_entries(self, case: str, after: int) -> tuple[tuple[int, str, bytes], ...]:
        """Number, kind and bytes of a case's entries after a cursor."""
        return tuple(self._all("case_entries", case, after))

    # Epochs (S24-S26)

    def newest_point(self, points: Sequence[Point]) -> int:
        """The newest of these places that the log has; 0 when none of them."""
        pairs = _encode([(point.seq, point.chain) for point in points]).decode()
        return int(self._one("points", pairs)[0] or 0)

    def lost_chains(self, seq: int) -> tuple[str, ...]:
        """The chain after an entry of the logs that parted from this one."""
        return tuple(row[0] for row in self._all("lost_chains", seq))

    def lost_places(self, first: int, last: int) -> tuple[LostPlace, ...]:
        """Known places first..last of such logs."""
        rows = self._all("lost_places", first, last)
        return tuple(LostPlace(seq, hash_, chain, bool(shown), entry) for seq, hash_, chain, shown, entry in rows)

    def lost_waiting(self, limit: int) -> tuple[LostRow, ...]:
        """What was shown and stands nowhere yet, in the old order."""
        return tuple(LostRow(*row) for row in self._all("lost_waiting", limit))

    def lost_doubled(self) -> tuple[str, ...]:
        """Cases that came back with the number of another one: they may have got one of the hall's since."""
        return tuple(row[0] for row in self._all("lost_doubled"))

    def put_back(self, hashes: Collection[str]) -> frozenset[str]:
        """Those of these lost entries that stand in the log again."""
        return frozenset(row[0] for row in self._in("put_back", hashes))

    def rejoined_row(self, terminal: str, epoch: int) -> RejoinedRow | None:
        """Where that terminal's log of an older epoch parted from this one."""
        row = self._one("rejoined", terminal, epoch)
        return _rejoined(row) if row else None

    def rejoined_rows(self) -> tuple[RejoinedRow, ...]:
        """All logs of older epochs that went on beyond this one."""
        return tuple(map(_rejoined, self._all("rejoined_rows")))

    def gaps(self, epoch: int) -> tuple[Gap, ...]:
        """What was written down as lost of an epoch."""
        return tuple(Gap(*row) for row in self._all("gaps", epoch))

    # Segments (S26)

    def log_rows(self, after: int, limit: int) -> tuple[LogRow, ...]:
        """Entries after a number, as they lie in the log."""
        return tuple(LogRow(*row) for row in self._all("log_rows", after, limit))

    def kept_between(self, after: int, upto: int) -> tuple[Register, ...]:
        """Refused and held envelopes with their bytes, by the entry that said so."""
        return tuple(_registers(self._all("kept_between", after, upto, after, upto)))

    def silent(self, terminal: str, after: int, upto: int) -> tuple[Register, ...]:
        """Envelopes of a terminal of which no entry speaks."""
        return tuple(_registers(self._all("silent", terminal, after, upto)))

    def blob_names(self) -> tuple[str, ...]:
        """The hashes of all blobs."""
        return tuple(row[0] for row in self._all("blob_names"))


def _terminal(row: Any) -> TerminalRow | None:
    if row is None:
        return None
    number, incarnation, key, scopes, acked, head, active, *rest = row
    return TerminalRow(number, incarnation, key, tuple(scopes.split()), acked, head, bool(active), *rest)


def _rejoined(row: Any) -> RejoinedRow:
    terminal, epoch, seq, last, points = row
    return RejoinedRow(
        terminal, epoch, seq, last, msgspec.json.decode(points, type=tuple[Point, ...]) if points else ()
    )


def _registers(rows: Iterable[Any]) -> Iterable[Register]:
    for terminal, inc, seq, hash_, fact_hash, fact_id, first, _v, verdict, entry, root, case, group, data in rows:
        yield Register(
            terminal,
            inc,
            seq,
            hash_,
            fact_hash,
            fact_id,
            bool(first),
            _verdict(verdict),
            entry,
            root,
            case,
            group,
            data,
        )


def _scans(rows: Iterable[Any]) -> tuple[ScanRow, ...]:
    return tuple(ScanRow(sha, case, size, bool(came), scope) for sha, case, size, came, scope in rows)


def _trays(rows: Iterable[Any]) -> tuple[TrayRow, ...]:
    return tuple(
        TrayRow(id_, scope, bool(blocks), _tray(entry))
        for id_, _terminal_number, _root, _case, scope, blocks, _settled, entry in rows
    )
