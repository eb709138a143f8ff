"""The least HTTP that a benchmark needs: one kept-alive connection, one request at a time, nothing else measured.

A full client costs a millisecond a request on these machines; two hundred of them would measure themselves.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Wire:
    """A connection to a hall on loopback."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        self._streams = await asyncio.open_connection(self._host, self._port, limit=1 << 22)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        if self._streams is not None:
            self._streams[1].close()

    async def post(self, path: str, body: bytes) -> bytes:
        """The body of the answer. Raises OSError for any status but 200."""
        lines = f"Host: hall\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        head = f"POST {path} HTTP/1.1\r\n{lines}\r\n"
        return await self._asked(head.encode() + body)

    async def get(self, path: str, headers: dict[str, str]) -> bytes:
        """The body of the answer. Raises OSError for any status but 200."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return await self._asked(f"GET {path} HTTP/1.1\r\nHost: hall\r\n{lines}\r\n".encode())

    async def _asked(self, request: bytes) -> bytes:
        if self._streams is None:
            raise OSError("not connected")
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        size = int(head.partition("content-length:")[2].partition("\r\n")[0])
        answer = await reader.readexactly(size)
        if " 200 " not in head[:16]:
            raise OSError(f"{head[:16].strip()}: {answer[:300].decode(errors='replace')}")
        return answer
