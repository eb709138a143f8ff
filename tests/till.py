"""A till printer at a TCP port of this machine, in the moods that real ones have."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Literal

Mood = Literal["prints", "resets", "hangs", "answers", "empty", "runs_empty", "silent"]
QUERY = b"\x1dr\x01"


class Till:
    """Takes one call after the other. `papers`: what came out of it, a call each."""

    def __init__(self, mood: Mood) -> None:
        self.mood = mood
        self.papers: list[bytes] = []
        self.called = threading.Event()
        self.done = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        if mood == "hangs":
            self._server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._held: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._server.accept()
            except OSError:
                return
            self.called.set()
            with contextlib.suppress(OSError):
                self._one(line)
            self.done.set()

    def _one(self, line: socket.socket) -> None:
        if self.mood in {"hangs", "silent"}:
            self._held.append(line)
            return
        if self.mood == "resets":  # after the first bytes
            line.recv(16)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.close()
            return
        with line:
            self._print(line)

    def _print(self, line: socket.socket) -> None:
        paper, answers = b"", self.mood in {"answers", "empty", "runs_empty"}
        while part := line.recv(65536):
            paper += part
            if answers and paper.endswith(QUERY):
                paper = paper.removesuffix(QUERY)
                out = self.mood == "empty" or (self.mood == "runs_empty" and paper)
                line.sendall(b"\x0c" if out else b"\x00")
        if paper:
            self.papers.append(paper)

    def close(self) -> None:
        """Out of order."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # ends the wait for the next call
        self._server.close()
        self._thread.join(5)
        for line in self._held:
            line.close()


@contextlib.contextmanager
def till(mood: Mood) -> Iterator[Till]:
    """A till printer for the length of the block."""
    made = Till(mood)
    try:
        yield made
    finally:
        made.close()


def nobody() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port
