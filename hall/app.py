"""The HTTP interface of the hall (contract.md, `docs/wire.md`): asyncio only, every effect injected.

Every answer carries the hall's time, the name of its question and `no-store`; what goes wrong has a typed `Problem`
and never a stack or a path.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from casework.errors import BadBytes
from casework.http_signature import INPUT, SIGNATURE, read_claim
from casework.limits import LIMITS, Limits
from casework.messages import speaking, t
from casework.report import decode_report
from casework.wire import Problem
from hall.bell import Bell
from hall.blob_requests import LENGTH, OCTETS, OFFSET, answer_of, piece_of_query, range_of
from hall.errors import BadRequest, Declined, Unproven
from hall.fleet_page import expect_here, language_of, page_of
from hall.openapi import document
from hall.polling import Poll, Polls
from hall.pulling import Question
from hall.push_queue import PushQueue
from hall.releases.serving import published
from hall.releases.watching import read_watched, watch_metrics
from hall.request_body import body_of
from hall.rows import TerminalRow
from hall.second_place import place_metrics, read_place
from hall.service import Hall
from hall.snapshot_answers import SnapshotAnswers
from hall.snapshots import Shelf

_log = logging.getLogger("yichuang.hall")

T = TypeVar("T")
JSON = "application/json"
HALL_TIME = "Hall-Time"
QUESTION = "Question"
_NAME = re.compile(r"[0-9A-Za-z.:-]{1,64}")


class Run(Protocol):
    """How a short blocking call of the store is run: in a thread, or inline in the simulated world."""

    def __call__(self, call: Callable[[], T], /) -> Awaitable[T]: ...


async def inline(call: Callable[[], T], /) -> T:
    """Run it here and now."""
    return call()


class Api:
    """The handlers. One per application."""

    def __init__(
        self,
        hall: Hall,
        run: Run,
        limits: Limits,
        shelf: Shelf | None = None,
        run_pushes: Run | None = None,
        releases: Path = Path("releases"),
    ) -> None:
        self.hall = hall
        self.bell = Bell()
        self._run = run
        self._limits = limits
        self._polls = Polls(self.bell, run, limits)
        self._pushes = PushQueue(hall.push_together, run_pushes or run, self._ring, limits)
        self._releases = releases
        self._snapshots = SnapshotAnswers(shelf, hall.in_log, run, limits)
        self._schema = msgspec.json.encode(document())

    def close(self) -> None:
        """The hall stops: open polls are answered at once with what there is."""
        self._polls.close()

    def _ring(self, scopes: frozenset[str]) -> None:
        self.bell.ring(scopes)

    # Open to everyone

    async def hello(self, request: Request) -> bytes:
        """Unsigned question, signed answer (S29)."""
        question = request.query_params.get("question", "")
        return msgspec.json.encode(await self._run(functools.partial(self.hall.hello, question)))

    async def enrol(self, request: Request) -> bytes:
        """A terminal presents its code and its key."""
        body = await body_of(request, self._limits)
        return await self._commit(functools.partial(self.hall.enrol, body))

    async def openapi(self, _request: Request) -> bytes:
        """The description of this interface."""
        return self._schema

    async def health(self, _request: Request) -> bytes:
        """Whether the memory answers."""
        await self._run(self.hall.answers)
        return b'{"ok":true}'

    async def metrics(self, _request: Request) -> Response:
        """Figures in the text form of Prometheus."""
        text = await self._run(self.hall.metrics) + watch_metrics(read_watched(self._releases), self.hall.now)
        text += place_metrics(read_place(self._releases.parent))
        return Response(text, media_type="text/plain; version=0.0.4")

    # Batches: signed themselves

    async def push(self, request: Request) -> bytes:
        """Judge a batch."""
        body = await body_of(request, self._limits)
        return msgspec.json.encode(await self._pushes.push(body))

    async def offer(self, request: Request) -> bytes:
        """A terminal of another epoch says where it stands, and shows what the hall may have lost (S25)."""
        body = await body_of(request, self._limits)
        return await self._commit(functools.partial(self.hall.offer, body))

    async def _commit(self, call: Callable[[], tuple[msgspec.Struct, frozenset[str]]]) -> bytes:
        """Run what writes, and wake the polls even when the one who asked has hung up meanwhile."""

        async def commit() -> msgspec.Struct:
            answer, scopes = await self._run(call)
            self.bell.ring(scopes)
            return answer

        task = asyncio.ensure_future(commit())
        task.add_done_callback(_retrieved)
        return msgspec.json.encode(await asyncio.shield(task))

    # Signed questions

    async def pull(self, request: Request) -> bytes:
        """Entries after a cursor; waits up to `wait` seconds for the first one (S18, S20)."""
        key, prove = self._proving(request)
        asked, wait = _question(request, self._limits)
        report = decode_report(request.query_params.get("report", ""))
        return await self._polls.answer(Poll(key, prove, self.hall.page, asked, report), wait)

    async def case(self, request: Request) -> bytes:
        """All of one case."""
        terminal = await self._terminal(request)
        return msgspec.json.encode(
            await self._run(functools.partial(self.hall.case, terminal, request.path_params["id"]))
        )

    async def windows(self, request: Request) -> bytes:
        """What the windows still have open."""
        terminal = await self._terminal(request)
        return msgspec.json.encode(await self._run(functools.partial(self.hall.windows, terminal)))

    async def blob(self, request: Request) -> Response:
        """Bytes by their hash, or how many of them are here (`HEAD`)."""
        terminal = await self._terminal(request)
        sha256 = request.path_params["sha256"]
        if request.method == "HEAD":
            held = await self._run(functools.partial(self.hall.blob_held, terminal, sha256))
            return Response(headers={OFFSET: str(held.held), LENGTH: str(held.size)}, media_type=OCTETS)
        asked = range_of(request)
        start, upto = asked or (0, None)
        part = await self._run(functools.partial(self.hall.blob_part, terminal, sha256, start, upto))
        return answer_of(part, ranged=asked is not None)

    async def take_blob(self, request: Request) -> bytes:
        """A piece of a scan (S35)."""
        terminal = await self._terminal(request)
        piece = piece_of_query(request)
        data = await body_of(request, self._limits, self._limits.scan_piece_bytes)
        return await self._commit(
            functools.partial(self.hall.take_piece, terminal, request.path_params["sha256"], piece, data)
        )

    async def snapshot(self, request: Request) -> Response:
        """A file of the newest snapshot, or a part of it (S21)."""
        return await self._snapshots.answer(request, await self._terminal(request))

    async def fleet(self, request: Request) -> Response:
        """All terminals and the rollout, for a browser at this machine."""
        expect_here(request)
        fleet = await self._run(functools.partial(self.hall.fleet, self._releases))
        language = language_of(request)
        with speaking(language):
            return page_of(fleet, language, self._limits.fleet_seconds)

    async def update(self, request: Request) -> Response:
        """A file of what is published, whole or from a byte on: signed itself, and open to everyone."""
        return published(self._releases, request.path_params["path"])

    async def _terminal(self, request: Request) -> TerminalRow:
        _, prove = self._proving(request)
        return await self._run(prove)

    def _proving(self, request: Request) -> tuple[str, Callable[[], TerminalRow]]:
        """The key that a request claims to be signed with, and what proves it. Raises Unproven for another form."""
        try:
            claim = read_claim(request.headers.get(INPUT, ""), request.headers.get(SIGNATURE, ""))
        except BadBytes as cause:
            raise Unproven("hall.signature") from cause
        raw_path = request.scope.get("raw_path") or request.url.path.encode()
        path, query = raw_path.partition(b"?")[0].decode("latin-1"), request.scope["query_string"].decode("latin-1")
        return claim.key, functools.partial(self.hall.prove, claim, request.method, path, query)


def create_app(
    hall: Hall,
    *,
    run: Run = inline,
    limits: Limits = LIMITS,
    shelf: Shelf | None = None,
    run_pushes: Run | None = None,
    releases: Path = Path("releases"),
) -> Starlette:
    """The application. `app.state.api` has the `Api`, with the bell and the hall's use cases.

    Args:
        hall: its use cases, with its memory, key and clock.
        run: where blocking calls of the store run.
        limits: sizes and times.
        shelf: the snapshots for terminals that begin; without one they pull from the beginning.
        run_pushes: where those run that take a push in; None: where all do.
        releases: the folder of what is published for the terminals.
    """
    api = Api(hall, run, limits, shelf, run_pushes, releases)
    get, post = ["GET"], ["POST"]
    routes = [
        Route("/sync/v1/hello", _answering(api, api.hello), methods=get),
        Route("/sync/v1/enrol", _answering(api, api.enrol), methods=post),
        Route("/sync/v1/push", _answering(api, api.push), methods=post),
        Route("/sync/v1/offer", _answering(api, api.offer), methods=post),
        Route("/sync/v1/pull", _answering(api, api.pull), methods=get),
        Route("/sync/v1/snapshot/{scope:path}", _answering(api, api.snapshot), methods=get),
        Route("/sync/v1/case/{id}", _answering(api, api.case), methods=get),
        Route("/sync/v1/windows", _answering(api, api.windows), methods=get),
        Route("/sync/v1/blob/{sha256}", _answering(api, api.blob), methods=["GET", "HEAD"]),
        Route("/sync/v1/blob/{sha256}", _answering(api, api.take_blob), methods=["PUT"]),
        Route("/updates/{path:path}", _answering(api, api.update), methods=["GET", "HEAD"]),
        Route("/fleet", _answering(api, api.fleet), methods=get),
        Route("/openapi.json", _answering(api, api.openapi), methods=get),
        Route("/healthz", _answering(api, api.health), methods=get),
        Route("/metrics", _answering(api, api.metrics), methods=get),
    ]

    async def unknown(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        code = "hall.no_method" if status == 405 else "hall.no_page"
        return _dressed(api, request, _problem(status, Problem(code.removeprefix("hall."), t(code))))

    app = Starlette(routes=routes, exception_handlers={HTTPException: unknown})
    app.state.api = api
    return app


def _answering(
    api: Api, handler: Callable[[Request], Awaitable[bytes | Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """`handler` with its errors as typed answers."""

    async def answer(request: Request) -> Response:
        try:
            made = await handler(request)
        except Declined as no:
            return _dressed(api, request, _problem(no.status, no.problem, patience=no.status == 503))
        except Exception:
            _log.exception("a request failed")
            return _dressed(api, request, _problem(500, Problem("internal", t("hall.internal"))))
        return _dressed(api, request, made if isinstance(made, Response) else Response(made, media_type=JSON))

    return answer


def _problem(status: int, problem: Problem, *, patience: bool = False) -> Response:
    headers = {"Retry-After": "1"} if patience else None
    return Response(msgspec.json.encode(problem), status, headers, JSON)


def _dressed(api: Api, request: Request, response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers[HALL_TIME] = api.hall.now
    question = request.headers.get(QUESTION, "")
    if _NAME.fullmatch(question):
        response.headers[QUESTION] = question  # whoever asked knows a copy of another answer by it (T17)
    return response


def _question(request: Request, limits: Limits) -> tuple[Question, float]:
    """What a pull asks, and for how many seconds it may wait. Raises BadRequest."""
    query = request.query_params
    try:
        asked = Question(
            int(query["epoch"]),
            int(query["after"]),
            query["chain"],
            int(query.get("limit", limits.pull_entries)),
            frozenset(query.get("keep", "").split(",")[: limits.kept_scopes]),
        )
        wait = float(query.get("wait", "0"))
    except (KeyError, ValueError) as cause:
        raise BadRequest("hall.unreadable", what="pull") from cause
    if not (0 <= asked.after < 1 << 62 and abs(asked.epoch) < 1 << 62 and wait == wait):  # noqa: PLR0124 - NaN
        raise BadRequest("hall.unreadable", what="pull")
    return asked, min(max(wait, 0.0), limits.poll_seconds)


def _retrieved(task: asyncio.Future[Any]) -> None:
    """Whoever asked may be gone; the error was theirs to read."""
    if not task.cancelled():
        task.exception()
