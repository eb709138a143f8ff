"""Reads a request's body with a bound, also of what is packed in it: a small body must not unpack to a big one."""

from __future__ import annotations

import zlib

from starlette.requests import Request

from casework.limits import LIMITS, Limits
from hall.errors import BadRequest, TooBig

_GZIP = 31
_ZLIB = 15
_WINDOWS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB, "zlib": _ZLIB}


async def body_of(request: Request, limits: Limits = LIMITS) -> bytes:
    """The unpacked body.

    Raises:
        TooBig: more than `limits.body_bytes`, packed or unpacked.
        BadRequest: packed in an unknown way, or cut (T14).
    """
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limits.body_bytes:
            raise TooBig("hall.body_too_big", bytes=limits.body_bytes)
        parts.append(part)
    return unpacked(b"".join(parts), request.headers.get("Content-Encoding", ""), limits)


def unpacked(data: bytes, encoding: str, limits: Limits = LIMITS) -> bytes:
    """`data` as it was before it was packed with `encoding` (empty, identity, gzip, deflate)."""
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return data
    if name not in _WINDOWS:
        raise BadRequest("hall.encoding", encoding=name[:40])
    unpacker = zlib.decompressobj(wbits=_WINDOWS[name])
    try:
        plain = unpacker.decompress(data, limits.body_bytes + 1)
    except zlib.error as cause:
        raise BadRequest("hall.unreadable", what=name) from cause
    if len(plain) > limits.body_bytes:
        raise TooBig("hall.body_too_big", bytes=limits.body_bytes)
    if not unpacker.eof or unpacker.unused_data:
        raise BadRequest("hall.unreadable", what=name)
    return plain
