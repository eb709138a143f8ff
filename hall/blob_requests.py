"""The HTTP side of blobs (S35): `HEAD` how much is here, `GET` with a range, `PUT` piece by piece.

What a piece is stands in the query, because the signature covers that; the piece's own hash is in it too, so nobody on
the way can put other bytes under a terminal's name.
"""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from casework.scans import is_hash
from hall.errors import BadRange, BadRequest
from hall.scanning import Part, Piece

OCTETS = "application/octet-stream"
OFFSET, LENGTH = "Upload-Offset", "Upload-Length"
"""Headers of the answer to `HEAD`: how many bytes are here, and how many there are in all."""

_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{1,18})?")


def range_of(request: Request) -> tuple[int, int | None] | None:
    """First and last byte (None: to the end) that are asked for; None for all. Raises BadRange."""
    asked = request.headers.get("Range", "").strip()
    if not asked:
        return None
    found = _RANGE.fullmatch(asked)
    if found is None or (found[2] and int(found[2]) < int(found[1])):
        raise BadRange("hall.blob_range", size=0)
    return int(found[1]), int(found[2]) if found[2] else None


def answer_of(part: Part, *, ranged: bool) -> Response:
    """The bytes: 206 with their place for whoever asked for a range, else 200."""
    headers = {"Accept-Ranges": "bytes"}
    if ranged:
        headers["Content-Range"] = f"bytes {part.start}-{part.start + len(part.data) - 1}/{part.size}"
    return Response(part.data, 206 if ranged and part.data else 200, headers, OCTETS)


def piece_of_query(request: Request) -> Piece:
    """What a `PUT` says of its bytes: `offset`, `size` of the whole, `piece` the hash. Raises BadRequest."""
    query = request.query_params
    try:
        made = Piece(int(query["offset"]), int(query["size"]), query["piece"])
    except (KeyError, ValueError) as cause:
        raise BadRequest("hall.unreadable", what="piece") from cause
    if not (0 <= made.offset < made.size < 1 << 53 and is_hash(made.sha256)):
        raise BadRequest("hall.unreadable", what="piece")
    return made
