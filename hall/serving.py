"""Runs the application on a socket: ready line, TLS with the hall's own key, open polls answered before it stops."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import ipaddress
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette

from hall.app import Api
from hall.errors import HallError, Stop, StorageTrouble
from hall.keys import certificate

GRACE_SECONDS = 5
LOOK_SECONDS = 1.0
SNAPSHOT_LOOK_SECONDS = 30.0
_YOUNG = 20_000
"""New values after which the collector looks at them: those of some batches."""
_log = logging.getLogger("yichuang.hall")
_ALONE = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
"""Take a port that was just ours, never one in use: on Windows `SO_REUSEADDR` would share it with a stranger."""


class _Server(uvicorn.Server):
    """uvicorn that ends with a clean exit code, and lets long polls go before it closes."""

    def __init__(self, config: uvicorn.Config, api: Api, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._api = api
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._api.close()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM end the loop; uvicorn's own would raise them again after it."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            self.should_exit = True

        try:
            before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        except ValueError:  # not the main thread: whoever runs us ends us
            before = {}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def collect_rarely() -> None:
    """Look for cycles less often, and never among what the program has loaded: for a process that only serves.

    A batch makes some thousand values that end with it and hang together in no cycle: to look through them, and now and
    then through the whole program, cost a tenth of a push.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 10, 10)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bound(host: str, port: int) -> socket.socket:
    """A socket on `host` and `port` (0: any free one). Raises Stop."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, so that asyncio sets TCP_NODELAY
    try:
        sock.setsockopt(socket.SOL_SOCKET, _ALONE, 1)
        sock.bind((host, port))
    except OSError as cause:
        sock.close()
        raise Stop("hall.no_port", host=host, port=port, reason=cause.strerror or "") from cause
    return sock


def url_of(sock: socket.socket, *, tls: bool) -> str:
    """How a terminal reaches it."""
    host, port = sock.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{name}:{port}"


def server_of(app: Starlette, keys: Path, *, tls: bool, ready: Callable[[], None]) -> _Server:
    """A server for `app` that is not running yet."""
    options: dict[str, Any] = {}
    if tls:
        options["ssl_certfile"], options["ssl_keyfile"] = certificate(keys)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, date_header=True, lifespan="off",
        timeout_graceful_shutdown=GRACE_SECONDS, timeout_keep_alive=75, **options,
    )  # fmt: skip
    api: Api = app.state.api
    return _Server(config, api, ready)


async def watch(
    api: Api,
    foreign: Callable[[], Awaitable[int]],
    sleep: Callable[[float], Awaitable[None]],
    tick: Callable[[], Awaitable[frozenset[str]]],
) -> None:
    """Wake the polls when another process (`hall staff`, `terminal revoke`) has written or a timer has run out.

    Runs until cancelled.
    """
    before: int | None = None  # the first look wakes everybody: what was written before it is not known
    while True:
        await sleep(LOOK_SECONDS)
        try:
            scopes, now = await tick(), await foreign()
        except StorageTrouble:  # it is written in the log of the hall; a second later it may be well again
            continue
        except Exception:  # what nobody expected of one timer must not end all that the hall does by itself (S17)
            _log.exception("what the hall does by itself failed")
            continue
        if scopes:
            api.bell.ring(scopes)
        if now != before:
            before = now
            api.bell.ring(None)


async def snapshotting(make: Callable[[], Awaitable[object]], sleep: Callable[[float], Awaitable[None]]) -> None:
    """Make a snapshot whenever one is due; one that can't be made now is tried again. Runs until cancelled."""
    while True:
        await sleep(SNAPSHOT_LOOK_SECONDS)
        try:
            await make()
        except HallError as trouble:
            _log.warning("%s", trouble.message)
        except Exception:
            _log.exception("a snapshot could not be made")


@contextlib.asynccontextmanager
async def listening(
    app: Starlette,
    keys: Path,
    host: str,
    port: int,
    watching: Callable[[Api], Awaitable[None]],
) -> AsyncIterator[str]:
    """`app` served in this loop until the block ends; gives the address."""
    sock = bound(host, port)
    ready = asyncio.Event()
    tls = not is_loopback(host)
    server = server_of(app, keys, tls=tls, ready=ready.set)
    api: Api = app.state.api
    watcher = asyncio.ensure_future(watching(api))
    task = asyncio.ensure_future(server.serve([sock]))
    waiting = asyncio.ensure_future(ready.wait())
    try:
        await asyncio.wait({waiting, task}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        yield url_of(sock, tls=tls)
    finally:
        waiting.cancel()
        watcher.cancel()
        server.should_exit = True
        await task
        sock.close()
