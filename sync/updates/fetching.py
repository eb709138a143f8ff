"""Where new versions come from: the hall over the pinned line, or a folder on a stick. Both feed the same proofs."""

from __future__ import annotations

import ssl
from abc import abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.ngclient.fetcher import FetcherInterface

METADATA, TARGETS = "metadata", "targets"
_PIECE = 64 * 1024


class Source(FetcherInterface):
    """A place from which files come."""

    @abstractmethod
    def from_byte(self, url: str, start: int) -> Iterator[bytes]:
        """The file from byte `start` on. Raises DownloadHTTPError where it is not there, DownloadError."""

    @abstractmethod
    def close(self) -> None:
        """Nothing is read any more."""

    def _fetch(self, url: str) -> Iterator[bytes]:
        return self.from_byte(url, 0)


class FromHall(Source):
    """Reads from the hall; the line proves whose hall it is, the metadata prove the rest.

    Args:
        context: the pinned TLS of the line; None where the hall is on this machine.
        seconds: how long a read may take that brings nothing.
        waited: called with the bytes that came, after each piece: keeps to the rate.
    """

    def __init__(
        self,
        context: ssl.SSLContext | None,
        seconds: float,
        waited: Callable[[int], None] = lambda count: None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        verify = context if context is not None else True
        self._client = httpx.Client(verify=verify, timeout=seconds, trust_env=False, transport=transport)
        self._waited = waited

    def from_byte(self, url: str, start: int) -> Iterator[bytes]:
        """See `Source`; of a hall that knows no ranges what was there is left out, and what is packed is unpacked."""
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
        try:
            with self._client.stream("GET", url, headers=headers) as answer:
                if answer.status_code not in {200, 206}:
                    raise DownloadHTTPError(f"HTTP {answer.status_code}", answer.status_code)
                skip = start if answer.status_code == 200 else 0
                for piece in answer.iter_bytes():
                    self._waited(len(piece))
                    if skip >= len(piece):
                        skip -= len(piece)
                        continue
                    yield piece[skip:]
                    skip = 0
        except httpx.HTTPError as cause:
            raise DownloadError(str(cause) or type(cause).__name__) from cause

    def close(self) -> None:
        """See `Source`."""
        self._client.close()


class FromFolder(Source):
    """Reads a stick: `metadata/` and `targets/` as the hall has them."""

    def from_byte(self, url: str, start: int) -> Iterator[bytes]:
        """See `Source`."""
        file = Path(unquote(urlsplit(url).path)) if url.startswith("file:") else Path(url)
        try:
            with file.open("rb") as stream:
                stream.seek(start)
                while piece := stream.read(_PIECE):
                    yield piece
        except FileNotFoundError as cause:
            raise DownloadHTTPError(f"no {file.name}", 404) from cause
        except OSError as cause:
            raise DownloadError(str(cause)) from cause

    def close(self) -> None:
        """See `Source`: nothing is open."""
