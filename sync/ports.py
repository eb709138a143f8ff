"""What the line needs of a terminal's memory: a Protocol, so that line and store don't know each other.

All methods are short, synchronous and transactional; the line runs them where its `run` puts them (the
writer's thread in the console, inline in the simulated world).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from casework.position import Outgoing, Pending, Piece, Position, Refill
from casework.scans import Carried
from casework.seals import Signed
from casework.snapshot import Boot, Snapshot
from casework.wire import Answered, Link, Point

__all__ = ["LineStore", "Outgoing", "Pending", "Piece", "Position"]


class ScanStore(Protocol):
    """The memory's scans as the line sees them (S35)."""

    def tidy_scans(self) -> int:
        """Take away what a crash left behind; how many files went."""
        ...

    def scans_to_send(self, most: int) -> tuple[Carried, ...]:
        """Scans that lie here and that the hall has not said to have, the oldest first."""
        ...

    def scan_piece(self, sha256: str, offset: int, most: int) -> bytes:
        """Bytes of a scan that lies here; none where its file is not whole."""
        ...

    def scan_held(self, sha256: str, held: int) -> None:
        """The hall said how many bytes it has."""
        ...

    def scan_sent(self, sha256: str) -> None:
        """The hall said that it has all of it."""
        ...

    def scan_trouble(self, sha256: str, code: str) -> None:
        """Why a scan is not on its way (a message id); empty when it is again."""
        ...

    def scan_sound(self, sha256: str) -> bool:
        """Whether the file is what its name says; where it is not, it is not sent any more."""
        ...

    def let_given_up_go(self, sha256: str) -> bool:
        """The hall does not know a scan; whether that is because what named it was given up: then it is gone here."""
        ...

    def scans_to_fetch(self, most: int) -> tuple[Carried, ...]:
        """Scans that somebody here waits for."""
        ...

    def keep_scan_piece(self, sha256: str, offset: int, data: bytes) -> int:
        """A piece came; how many bytes are here now, 0 when all came and were wrong."""
        ...


class LineStore(ScanStore, Protocol):
    """The memory as the line sees it (S4-S6, S11-S13, S18-S19, S24, S27)."""

    def position(self) -> Position:
        """Where this terminal stands; read afresh for each request."""
        ...

    def outgoing(self, max_facts: int, max_bytes: int, after: int | None = None) -> Outgoing | None:
        """The oldest envelopes that the hall has not acknowledged, from `after` + 1 on (default: its last mark).

        Never splits a group; damaged bytes (their hash is wrong, T53) come as a stub. None when nothing waits.
        """
        ...

    def mark_sent(self, first: int, last: int) -> None:
        """The line is about to send these; counts the attempt."""
        ...

    def answered(self, answers: tuple[Answered, ...], acked: int, epoch: int = 0) -> None:
        """Write down verdicts of a push answer; a row that is not in `answers` stays unsent (T5). Idempotent.

        `epoch`: that it was given in; nothing is written where this terminal has gone on in a newer one.
        """
        ...

    def stub(self, seq: int, reason: str) -> None:
        """This envelope can't be sent as it is; it travels as a stub from now on (S12, S31)."""
        ...

    def without_bytes(self) -> tuple[int, ...]:
        """Envelopes that travelled as stubs, are not settled, and whose bytes are whole here (S12)."""
        ...

    def whole_group(self, seq: int) -> Outgoing:
        """The group of an envelope with all the bytes that are whole here, whatever was tried before."""
        ...

    def resend_from(self, seq: int) -> None:
        """The hall has everything before `seq` and nothing from there on: 409 `gap` (T4)."""
        ...

    def apply(self, links: tuple[Link, ...], start: int, head: Signed, chain: str, epoch: int, acked: int) -> bool:
        """Fold a checked page into the memory, in slices of at most 10 ms, the cursor with each slice (S19).

        `start` is the cursor that the page was asked with; when it has moved since, nothing is done and False
        comes back. `head` and `chain` are the signed head and the chain at the page's end.
        """
        ...

    def remember_head(self, head: Signed, seq: int) -> None:
        """Keep the newest head with the hall's signature."""
        ...

    def freeze(self, reason: str, epoch: int) -> None:
        """The hall and this terminal disagree (S24): the cursor stands still until an operator acts; work goes on.

        Nothing happens where this terminal is not in `epoch` any more: the answer came too late.
        """
        ...

    def points(self) -> tuple[Point, ...]:
        """Places of this copy of the log, newest first, each about twice as far back as the one before (S25)."""
        ...

    def piece(self, after: int) -> Piece | None:
        """What lies between `after` and the next head that the hall has signed; None when nothing more is proven."""
        ...

    def enter(self, epoch: int, common: int) -> None:
        """Go on in another epoch from `common` on: what came after it is undone, own facts are sent again (S25).

        Raises ValueError when `common` is no place of `points`.
        """
        ...

    def contact(self, hall_time: str, offset_ms: int) -> None:
        """The hall answered: its time, and this clock minus the hall's. Evidence for legal times (S29)."""
        ...

    def heard(self) -> str:
        """The hall's time at the last contact that was written down; empty while there was none."""
        ...

    def trouble(self, code: str) -> None:
        """The last error of the line, for the status line and `doctor`; empty after a success."""
        ...

    def free_mb(self) -> int:
        """Megabytes that are free on the disk; -1 where nobody can say."""
        ...

    def at_hand(self) -> tuple[int, int]:
        """Papers that wait for their printer, and unfinished forms."""
        ...

    def setting(self, name: str) -> str | None:
        """Something that this machine keeps for itself."""
        ...

    def pending(self) -> Pending:
        """What waits now."""
        ...

    def boot(self) -> Boot | None:
        """The bootstrap that is under way (S21)."""
        ...

    def boot_begin(self, scopes: Sequence[str], snapshot: Snapshot, head: Signed) -> None:
        """Begin from the snapshot of which `snapshot` is the first file; one that was being fetched is forgotten."""
        ...

    def boot_file(self, snapshot: Snapshot) -> None:
        """Which bytes the file of a scope has."""
        ...

    def boot_part(self, scope: str, at: int, data: bytes) -> None:
        """Keep `data` as the bytes of a file from `at` on."""
        ...

    def boot_prove(self, scope: str) -> bool:
        """Whether a file that is whole is the one that the hall has signed; what is not is dropped."""
        ...

    def boot_forget(self) -> None:
        """Forget a snapshot that was being fetched."""
        ...

    def boot_step(self) -> float | None:
        """Apply a short slice; seconds to rest behind it, None when the bootstrap is at its end."""
        ...

    def scope_slice(self) -> bool:
        """Do a slice of what scopes that come and go need here (S7); False when nothing is to do now."""
        ...

    def refill(self) -> Refill | None:
        """The page that a newly given scope asks for next."""
        ...

    def refilled(self, asked: Refill, links: Sequence[Link]) -> None:
        """Keep what a proven page has of the scope that it was asked for."""
        ...

    def holes(self, after: str = "", limit: int = 0) -> tuple[str, ...]:
        """Cases of which earlier entries are missing here (S21), by id, after one."""
        ...

    def keep_case(self, case_id: str, raws: tuple[bytes, ...]) -> None:
        """Keep the entries of a case that the hall has shown, and fold it anew."""
        ...

    def no_case(self, case_id: str) -> None:
        """The hall has no such case for this terminal."""
        ...

    def purge_step(self) -> bool:
        """Let a slice of what is over its days go; False when nothing more is to go now."""
        ...

    def missing_blobs(self) -> tuple[str, ...]:
        """Hashes of catalogue and calendar versions that heads or cases name and this memory lacks (S33)."""
        ...

    def keep_blob(self, sha256: str, data: bytes) -> None:
        """Keep a blob whose hash was checked."""
        ...
