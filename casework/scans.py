"""Papers that were scanned (S35): what a scan is, how its bytes are recognised, which of a case are still to come.

The fact names the bytes by their hash; the bytes travel behind it. When they are whole at the hall it says so
(`scan.arrived`), so that every replica of the case knows alike what is still to come.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from casework.facts import digest
from casework.limits import LIMITS, Limits

if TYPE_CHECKING:
    from casework.case import Case

MEDIA: dict[str, str] = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif"}
"""The media types that a scan may have, each with the ending of its file."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
HEAD_BYTES = max(len(magic) for magic, _ in _MAGIC)
"""How many bytes of a file tell what it is."""

_HASH = re.compile(r"[0-9a-f]{64}")


class Scan(msgspec.Struct, frozen=True, omit_defaults=True):
    """One scan of one material of a case. `came`: the hall has all of its bytes."""

    material: str
    sha256: str
    size: int
    media: str
    at: str
    by: str
    pages: int = 0
    name: str = ""
    came: bool = False


class Carried(msgspec.Struct, frozen=True):
    """A scan on its way; `held`: how many of its `size` bytes the end that receives it has."""

    sha256: str
    size: int
    held: int


class BlobAnswer(msgspec.Struct, frozen=True):
    """200 to a piece of a scan: how many of its `size` bytes the hall holds; all, once they are equal (S35)."""

    hall_time: str
    sha256: str
    size: int
    held: int


def media_of(head: bytes) -> str:
    """The media type that the first bytes of a file are of; empty for none that a scan may have."""
    return next((media for magic, media in _MAGIC if head.startswith(magic)), "")


def is_hash(text: str) -> bool:
    """Whether `text` is a SHA-256 as it is written everywhere: 64 lower-case hex digits."""
    return _HASH.fullmatch(text) is not None


def can_come(sha256: str, size: int) -> bool:
    """Whether bytes of that name and size can exist at all; for what can't nobody waits."""
    return is_hash(sha256) and size > 0


def arrival_id(case_id: str, sha256: str) -> str:
    """The id of the hall's word that a scan has come: it is said once of a case, also after a restore (S10)."""
    return digest(f"yichuang-scan-1\n{case_id}\n{sha256}".encode())[:32]


def of_material(case: Case, code: str) -> tuple[Scan, ...]:
    """The scans of one material, in the order they were made."""
    return tuple(scan for scan in case.scans if scan.material == code)


def to_come(case: Case, limits: Limits = LIMITS) -> tuple[Scan, ...]:
    """The scans whose bytes the hall does not have yet, and will take."""
    return tuple(scan for scan in case.scans if not scan.came and scan.size <= limits.scan_bytes)
