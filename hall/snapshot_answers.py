"""Handing out a file of a snapshot over HTTP: `Range`, `ETag`, `If-Range`, in pieces, never whole in memory (S21)."""

from __future__ import annotations

import functools
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import BinaryIO

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from casework.errors import BadBytes
from casework.limits import LIMITS, Limits
from casework.seals import read
from casework.snapshot import OFFER, Offer, Snapshot, write_offer
from casework.wire import Head
from hall.errors import BadRange, BadRequest, NotFound
from hall.rows import TerminalRow
from hall.snapshots import Kept, Shelf

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
OCTETS = "application/octet-stream"
Run = Callable[..., Awaitable[object]]


class Part(msgspec.Struct, frozen=True):
    """Which bytes of a file are asked for, both ends included; `whole`: all of them, answered with 200."""

    first: int
    last: int
    whole: bool


def part_of(size: int, range_: str, if_range: str, etag: str) -> Part:
    """What a request wants of a file of `size` bytes. A range of another file's bytes is answered with all of this.

    Raises BadRange for one that lies outside. More than one range at a time, or no range of bytes, is all of it.
    """
    whole = Part(0, size - 1, whole=True)
    match = _RANGE.fullmatch(range_.replace(" ", ""))
    if match is None or (if_range and if_range != etag) or not (match[1] or match[2]):
        return whole
    if match[1]:
        first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
    else:
        first, last = max(0, size - int(match[2])), size - 1
    if first >= size or last < first:
        raise BadRange("hall.bad_range", size=size)
    return Part(first, last, whole=False)


class SnapshotAnswers:
    """Answers `GET /sync/v1/snapshot/{scope}`.

    Args:
        shelf: where the files are; None at a hall without a folder of its own.
        in_log: whether a signed head is one of the hall's log as it is now.
        run: where blocking calls run.
        limits: how much is read at a time.
    """

    def __init__(self, shelf: Shelf | None, in_log: Callable[[Head], bool], run: Run, limits: Limits = LIMITS) -> None:
        self._shelf = shelf
        self._in_log = in_log
        self._run = run
        self._limits = limits

    async def answer(self, request: Request, terminal: TerminalRow) -> Response:
        """The file of a scope that the terminal holds, or a part of it. Raises NotFound, BadRange, BadRequest."""
        scope = request.path_params["scope"]
        nothing = NotFound("hall.no_snapshot", scope=scope[:64])
        if not terminal.holds(scope):
            raise nothing
        found = await self._run(functools.partial(self._find, scope, _seq(request)))
        if not isinstance(found, tuple):
            raise nothing
        path, offer, etag, size = found
        offer = msgspec.structs.replace(offer, scopes=terminal.scopes)
        part = part_of(size, request.headers.get("Range", ""), request.headers.get("If-Range", ""), etag)
        stream = await self._run(functools.partial(_opened, path, part.first))
        if stream is None:  # the shelf was tidied between the two
            raise nothing
        headers = {
            "Accept-Ranges": "bytes", "ETag": etag, "Content-Length": str(part.last - part.first + 1),
            OFFER: write_offer(offer),
        }  # fmt: skip
        if not part.whole:
            headers["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
        body = self._pieces(stream, part.last - part.first + 1)  # type: ignore[arg-type]
        return StreamingResponse(body, 200 if part.whole else 206, headers, OCTETS)

    def _find(self, scope: str, seq: int | None) -> tuple[Path, Offer, str, int] | None:
        kept: Kept | None = self._shelf.find(seq) if self._shelf else None
        if kept is None or self._shelf is None:
            return None
        try:
            offered = self._shelf.offered(kept)
            signed = offered.files.get(scope)
            if signed is None or not self._in_log(read(bytes(offered.head.body), Head)):
                return None
            line: Snapshot = read(bytes(signed.body), Snapshot)
            size = kept.file(scope).stat().st_size
        except (OSError, BadBytes, msgspec.MsgspecError):
            return None
        return kept.file(scope), Offer(signed, offered.head), f'"{line.sha256}"', size

    async def _pieces(self, stream: BinaryIO, left: int) -> AsyncIterator[bytes]:
        try:
            while left > 0:
                piece = await self._run(functools.partial(stream.read, min(left, self._limits.snapshot_piece)))
                if not isinstance(piece, bytes) or not piece:
                    return
                left -= len(piece)
                yield piece
        finally:
            stream.close()


def _opened(path: Path, first: int) -> BinaryIO | None:
    try:
        stream = path.open("rb")
    except OSError:
        return None
    stream.seek(first)
    return stream


def _seq(request: Request) -> int | None:
    text = request.query_params.get("seq", "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadRequest("hall.unreadable", what="snapshot")
    return int(text) if text else None
