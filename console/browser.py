"""The console in a browser: a page of our own on this machine, and behind each browser one console process.

The page, its script and its fonts come from here alone; nothing is asked of anybody outside. Each browser is known by
a cookie that only it has. A tab that is lost (closed, reloaded, a cut line) may come back for a while and finds the
screen as it was, the person still signed in; after that the console ends as if it had been left, and the draft is
offered again at the next sign-in.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from string import Template
from typing import Any

from aiohttp import WSMsgType, web
from textual_serve import server as textual_server
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from casework.limits import LIMITS, Limits
from casework.messages import t
from console.printing import glyphs
from console.window import WEB_DRIVER

COOKIE = "yichuang"
_PAGE = Path(__file__).with_name("web")
_STOCK = Path(textual_server.__file__).parent / "static"
FILES: dict[str, Callable[[], Path]] = {
    "page.css": lambda: _PAGE / "page.css",
    "page.js": lambda: _PAGE / "page.js",
    "textual.js": lambda: _STOCK / "js" / "textual.js",
    "xterm.css": lambda: _STOCK / "css" / "xterm.css",
    "latin.ttf": lambda: _STOCK / "fonts" / "RobotoMono-VariableFont_wght.ttf",
    "chinese.otf": lambda: glyphs.font_folder() / "NotoSansSC-Regular.otf",
}
"""All that the page loads: our own page, textual-serve's terminal, Roboto Mono (Apache 2.0) and Noto Sans SC (OFL)."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_WORDS = ("title", "loading", "lost", "ended", "again", "taken_over")
_BEGINS = b"__GANGLION__\n"
"""What Textual says when a console begins to draw; the packets follow."""
_SECONDS = 10.0
"""A console that was told to end has so long."""


class Running(AppService):
    """One console process. Its page may go and come; `ended` is called once it is over, with its last words."""

    def __init__(self, command: list[str], ended: Callable[[str], Awaitable[None]]) -> None:
        super().__init__(
            "", write_bytes=self._nobody, write_str=self._nobody, close=self._closed,
            download_manager=DownloadManager(),
        )  # fmt: skip
        self._words = command
        self._ended = ended
        self._size = (80, 24)
        self.page: web.WebSocketResponse | None = None
        self.leaving: asyncio.TimerHandle | None = None
        self.closing: asyncio.Future[None] | None = None

    async def _nobody(self, *_: Any) -> None:
        """What comes while no page is there is not lost: the page that comes back is drawn whole."""

    async def _closed(self) -> None:
        """The console says that it ends; the end itself is seen when its output does."""

    async def _open_app_process(self, width: int = 80, height: int = 24) -> asyncio.subprocess.Process:
        """Start it without a shell."""
        environment = {**self._build_environment(width, height), "TEXTUAL_DRIVER": WEB_DRIVER}
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *self._words, stdin=pipe, stdout=pipe, stderr=pipe, env=environment
        )
        self._process, self._stdin = process, process.stdin
        return process

    async def run(self) -> None:
        """Carry its output to the page until it ends."""
        process = self._process
        if process is None or process.stdout is None or process.stderr is None:  # `start` has made it
            raise AssertionError("no process")
        said = asyncio.ensure_future(process.stderr.read(LIMITS.line_bytes))
        with contextlib.suppress(asyncio.IncompleteReadError):
            while await process.stdout.readline() not in {_BEGINS, b""}:
                continue
            while True:
                head = await process.stdout.readexactly(5)
                if head == _BEGINS[:5]:  # another version begins, in the process's place
                    await process.stdout.readline()
                    await self.set_terminal_size(*self._size)
                    continue
                payload = await process.stdout.readexactly(int.from_bytes(head[1:], "big"))
                if head[:1] == b"D" and self.page is not None:
                    with contextlib.suppress(ConnectionError):
                        await self.page.send_bytes(payload)
        await process.wait()
        words = (await said).decode("utf-8", "replace").strip().splitlines()
        await self._ended(words[-1] if words and process.returncode else "")

    async def set_terminal_size(self, width: int, height: int) -> None:
        """As the page says; a version that begins later hears it again."""
        self._size = (width, height)
        await super().set_terminal_size(width, height)

    async def shut(self) -> None:
        """Tell it to end, and see to it that it does."""
        if self._task is None:
            return
        await self.send_meta({"type": "quit"})
        done, _ = await asyncio.wait({self._task}, timeout=_SECONDS)
        if not done and self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await asyncio.wait({self._task}, timeout=_SECONDS)


class BrowserServer:
    """Serves the console of `folder` on loopback.

    `new_token` makes what nobody can guess; `program`: what starts this program, where it is no checkout's.
    """

    def __init__(
        self, folder: Path, language: str, new_token: Callable[[], str], program: Sequence[str] = (),
        limits: Limits = LIMITS,
    ) -> None:  # fmt: skip
        begin = program or [sys.executable, "-m", "console.main"]
        self._words = [*begin, "console", "--dir", str(folder), "--lang", language]
        self._language = language
        self._new_token = new_token
        self._limits = limits
        self._running: dict[str, Running] = {}
        self._hosts: frozenset[str] = frozenset()

    @property
    def is_idle(self) -> bool:
        """No console is open."""
        return not self._running

    @contextlib.asynccontextmanager
    async def listening(self, port: int) -> Any:
        """Serve until the block ends; gives the address. Raises OSError when the port is taken."""
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/ws", self._socket),
                web.get("/alive", self._alive),
                web.get("/static/{name}", self._file),
            ]
        )
        runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", port)
            await site.start()
            bound = runner.addresses[0][1]
            self._hosts = frozenset({f"127.0.0.1:{bound}", f"localhost:{bound}"})
            yield f"http://127.0.0.1:{bound}"
        finally:
            await asyncio.gather(*(one.shut() for one in list(self._running.values())))
            await runner.cleanup()

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Only for pages of this machine that call it by its own name; other sites may not even look."""
        if request.headers.get("Host", "") not in self._hosts:
            raise web.HTTPForbidden(text=t("browser.host"))
        answer = await handler(request)
        if not answer.prepared:
            answer.headers["Content-Security-Policy"] = _POLICY.format(host=request.headers["Host"])
            answer.headers["X-Content-Type-Options"] = "nosniff"
            answer.headers["Referrer-Policy"] = "no-referrer"
            answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return answer

    async def _index(self, request: web.Request) -> web.StreamResponse:
        host = request.headers["Host"]
        words = {word: html.escape(t(f"browser.{word}")) for word in _WORDS}
        page = Template((_PAGE / "page.html").read_text(encoding="utf-8")).substitute(
            words, language=self._language.replace("_", "-"), socket=f"ws://{host}/ws"
        )
        answer = web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-store"})
        if request.cookies.get(COOKIE, "") not in self._running:
            answer.set_cookie(COOKIE, self._new_token(), httponly=True, samesite="Strict", path="/")
        return answer

    async def _alive(self, request: web.Request) -> web.StreamResponse:
        """Asked by a page whose line was cut."""
        return web.Response(status=204, headers={"Cache-Control": "no-store"})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        find = FILES.get(request.match_info["name"])
        if find is None:
            raise web.HTTPNotFound
        return web.FileResponse(find(), headers={"Cache-Control": "private, max-age=86400"})

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        """The line of one page; a second page of the same browser takes it over."""
        token = request.cookies.get(COOKIE, "")
        if request.headers.get("Origin", "") not in {f"http://{host}" for host in self._hosts} or len(token) < 20:
            raise web.HTTPForbidden(text=t("browser.host"))
        page = web.WebSocketResponse(heartbeat=15, max_msg_size=self._limits.line_bytes)
        await page.prepare(request)
        running = await self._attached(token, page, request)
        if running is None:
            return page
        try:
            async for message in page:
                if message.type == WSMsgType.TEXT and running.page is page:
                    await self._heard(running, page, message.json())
        finally:
            if running.page is page:
                self._left(token, running)
        return page

    async def _attached(self, token: str, page: web.WebSocketResponse, request: web.Request) -> Running | None:
        width, height = (_cells(request.query.get(name, ""), usual) for name, usual in (("width", 80), ("height", 24)))
        running = self._running.get(token)
        if running is not None:
            before, running.page = running.page, page
            if running.leaving is not None:
                running.leaving.cancel()
            if before is not None:
                await _told(before, "taken", "")
            await running.set_terminal_size(width, height)
            await running.send_meta({"type": "redraw"})
            return running
        if len(self._running) >= self._limits.browser_consoles:
            await self._make_room()
        if len(self._running) >= self._limits.browser_consoles:
            await _told(page, "ended", t("browser.full", most=self._limits.browser_consoles))
            return None

        async def ended(words: str) -> None:
            self._running.pop(token, None)
            if made.page is not None:
                await _told(made.page, "ended", words)

        made = self._running[token] = Running(self._words, ended)
        made.page = page
        await made.start(width, height)
        return made

    async def _make_room(self) -> None:
        """The console whose tab was lost first waits no longer for it."""
        left = next((one for one in self._running.values() if one.page is None), None)
        if left is not None:
            if left.leaving is not None:
                left.leaving.cancel()
            await left.shut()

    async def _heard(self, running: Running, page: web.WebSocketResponse, message: Any) -> None:
        """What textual-serve's page says: keys, its size, a ping, whether it has the focus."""
        match message:
            case ["stdin", str(keys)]:
                await running.send_bytes(keys.encode())
            case ["resize", {"width": int(width), "height": int(height)}]:
                await running.set_terminal_size(_cells(str(width), 80), _cells(str(height), 24))
            case ["ping", str(stamp)]:
                await page.send_json(["pong", stamp])
            case ["focus" | "blur" as what]:
                await running.send_meta({"type": what})
            case _:
                await page.close()

    def _left(self, token: str, running: Running) -> None:
        """The tab is gone; so long it may come back."""
        running.page = None

        def leave() -> None:
            running.closing = asyncio.ensure_future(running.shut())

        running.leaving = asyncio.get_running_loop().call_later(self._limits.browser_grace_seconds, leave)


def _cells(text: str, usual: int) -> int:
    return min(max(int(text), 20), 1000) if text.isdecimal() and len(text) < 6 else usual


async def _told(page: web.WebSocketResponse, what: str, words: str) -> None:
    """Say why the line ends, and end it."""
    with contextlib.suppress(ConnectionError, RuntimeError):
        await page.send_str(json.dumps([what, words], ensure_ascii=False))
    await page.close()


def serve(
    server: BrowserServer, port: int, ready: Callable[[str], None], follows: Callable[[], bool], limits: Limits = LIMITS
) -> bool:
    """Serve until this process is told to stop, or has to give way: True. Raises OSError when the port is taken.

    `follows`: another version stands, and this one is to end when no console is open.
    """

    async def run() -> bool:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for one in (signal.SIGINT, signal.SIGTERM):
            signal.signal(one, lambda *_: loop.call_soon_threadsafe(stop.set))
        async with server.listening(port) as url:
            ready(url)
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), limits.beside_seconds)
                if server.is_idle and not stop.is_set() and follows():
                    return True
        return False

    return asyncio.run(run())
