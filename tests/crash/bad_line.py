"""Something between a window and its hall that fails as networks do: a small TCP proxy whose mood the test sets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

BYTE_SECONDS = 0.05
"""How long one byte takes where the line is slow; the time-outs of the tests are shorter in the same measure."""

MOODS = ("refuses", "resets", "says nothing", "swallows answers", "cuts answers", "drips")
"""What it does with a connection:

- refuses: ends it at once;
- resets: hands the question over, then resets the connection;
- says nothing: takes the question and keeps it, half open;
- swallows answers: the hall hears everything, the window nothing;
- cuts answers: half of the answer's bytes, then a reset;
- drips: a byte now and then.
"""


class BadLine:
    """The proxy. `mood`: one of `MOODS`, or empty for a good line."""

    def __init__(self, hall: str) -> None:
        self.mood = ""
        self.met: list[str] = []
        """The moods that connections have met."""
        self._host, _, port = hall.removeprefix("http://").rpartition(":")
        self._port = int(port)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.url = ""

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connected, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mood = self.mood
        self.met.append(mood)
        if mood == "refuses":
            _reset(writer)
            return
        try:
            there, to_hall = await asyncio.open_connection(self._host, self._port)
        except OSError:
            _reset(writer)
            return
        both = [asyncio.ensure_future(self._questions(reader, to_hall, writer, mood))]
        both.append(asyncio.ensure_future(self._answers(there, writer, mood)))
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            for end in (to_hall, writer):
                end.close()

    async def _questions(
        self, reader: asyncio.StreamReader, to_hall: asyncio.StreamWriter, writer: asyncio.StreamWriter, mood: str
    ) -> None:
        while data := await reader.read(65536):
            if mood == "says nothing":
                continue
            to_hall.write(data)
            await to_hall.drain()
            if mood == "resets":
                _reset(writer)
                return

    async def _answers(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, mood: str) -> None:
        while data := await there.read(65536):
            match mood:
                case "swallows answers":
                    continue
                case "cuts answers":
                    writer.write(data[: len(data) // 2])
                    await writer.drain()
                    _reset(writer)
                    return
                case "drips":
                    for byte in data:
                        writer.write(bytes([byte]))
                        await writer.drain()
                        await asyncio.sleep(BYTE_SECONDS)
                case _:
                    writer.write(data)
                    await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with a reset."""
    sock: socket.socket = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextlib.contextmanager
def bad_line(hall: str) -> Iterator[BadLine]:
    """A proxy before `hall` that listens inside the block."""
    made = BadLine(hall)
    made.start()
    try:
        yield made
    finally:
        made.stop()
