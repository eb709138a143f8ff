"""What may answer at the hall's address without being the hall: raw sockets on loopback, so that all can be said."""

from __future__ import annotations

import contextlib
import gzip
import socketserver
import threading
from collections.abc import Iterator

JSON = "application/json"


def answer(status: str, kind: str, body: bytes, *headers: str) -> bytes:
    """One HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


SILENT, DRIPPING, ENDLESS = b"silent", b"dripping", b"endless"
"""Says nothing; says a byte now and then; never stops."""

PAGE = answer("200 OK", "text/html", "<html>欢迎使用公共网络，请登录</html>".encode())

NOT_THE_HALL = {
    "a web page": PAGE,
    "a portal": answer("302 Found", "text/html", b"", "Location: http://portal.test/login"),
    "no such page": answer("404 Not Found", "text/html", b"<h1>404</h1>"),
    "a blocked page": answer("403 Forbidden", "text/html", b"<h1>blocked</h1>"),
    "a page that wants a password": answer("401 Unauthorized", "text/html", b"<h1>login</h1>"),
    "a proxy that takes no bytes": answer("413 Content Too Large", "text/html", b"too large"),
    "an empty answer": b"HTTP/1.1 204 No Content\r\n\r\n",
    "other JSON": answer("200 OK", JSON, b'{"ok": true}'),
    "deep JSON": answer("200 OK", JSON, b"[" * 100_000),
    "bytes that are no text": answer("200 OK", JSON, b"\xff\xfe\x00"),
    "a wrong type": answer("200 OK", "text/plain", b"{}"),
    "broken gzip": answer("200 OK", JSON, b"no gzip", "Content-Encoding: gzip"),
    "a bomb": answer("200 OK", JSON, gzip.compress(b" " * 50_000_000), "Content-Encoding: gzip"),
    "an endless answer": ENDLESS,
}
NO_ANSWER = {"nobody speaks": SILENT, "a byte now and then": DRIPPING}
UNREACHABLE = {
    "a cut answer": b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"a"',
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n\x00\xff",
    "a closed line": b"",
}
BUSY = {
    "a broken server": answer("500 Internal Server Error", "text/plain", b"Traceback (most recent call last):"),
    "a gateway alone": answer("502 Bad Gateway", "text/html", b"<h1>502</h1>"),
    "patience for an hour": answer("503 Service Unavailable", "text/html", b"", "Retry-After: 3600"),
    "too many": answer("429 Too Many Requests", "text/html", b"", "Retry-After: 86400"),
}


class _Handler(socketserver.BaseRequestHandler):
    """Reads a request's head, then says its line."""

    server: _Server

    def handle(self) -> None:
        said = self.server.said
        with contextlib.suppress(OSError):  # whoever asked has hung up
            self.request.settimeout(5)
            asked = b""
            while b"\r\n\r\n" not in asked:
                piece = self.request.recv(65536)
                if not piece:
                    return
                asked += piece
            if said == SILENT:
                self.server.ended.wait(60)
            elif said == DRIPPING:
                for byte in PAGE:
                    self.request.sendall(bytes([byte]))
                    if self.server.ended.wait(0.05):
                        return
            elif said == ENDLESS:
                self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
                while not self.server.ended.is_set():
                    self.request.sendall(b" " * 65536)
            else:
                self.request.sendall(said)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, said: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.said = said
        self.ended = threading.Event()


@contextlib.contextmanager
def pretending(said: bytes) -> Iterator[str]:
    """The address of something that answers `said`."""
    with _Server(said) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.ended.set()
            server.shutdown()
            thread.join(5)
