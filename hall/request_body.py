"""Reads a request's body with a bound, also of what is packed in it: a small body must not unpack to a big one."""

from __future__ import annotations

import zlib

from starlette.requests import Request

from casework.limits import LIMITS, Limits
from hall.errors import BadRequest, TooBig

_GZIP = 31
_ZLIB = 15
_WINDOWS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB, "zlib": _ZLIB}


async def body_of(request: Request, limits: Limits = LIMITS, most: int = 0) -> bytes:
    """The unpacked body.

    Args:
        request: whose body it is.
        limits: bounds.
        most: bytes that it may have; 0: `limits.body_bytes`.

    Raises:
        TooBig: it has more, packed or unpacked.
        BadRequest: packed in an unknown way, or cut (T14).
    """
    most = most or limits.body_bytes
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise TooBig("hall.body_too_big", bytes=most)
        parts.append(part)
    return unpacked(b"".join(parts), request.headers.get("Content-Encoding", ""), most)


def unpacked(data: bytes, encoding: str, most: int = LIMITS.body_bytes) -> bytes:
    """`data` as it was before it was packed with `encoding` (empty, identity, gzip, deflate)."""
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return data
    if name not in _WINDOWS:
        raise BadRequest("hall.encoding", encoding=name[:40])
    unpacker = zlib.decompressobj(wbits=_WINDOWS[name])
    try:
        plain = unpacker.decompress(data, most + 1)
    except zlib.error as cause:
        raise BadRequest("hall.unreadable", what=name) from cause
    if len(plain) > most:
        raise TooBig("hall.body_too_big", bytes=most)
    if not unpacker.eof or unpacker.unused_data:
        raise BadRequest("hall.unreadable", what=name)
    return plain
