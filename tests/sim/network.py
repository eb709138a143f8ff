"""The wire between one terminal and the hall, and all that goes wrong on it, counted where it happens."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from typing import Any

import httpx
import msgspec

from casework.facts import digest
from casework.wire import Hidden, PullAnswer, PushAnswer
from tests.sim.dice import Dice
from tests.sim.profiles import Profile
from tests.sim.server import Server

PAGE = "<html><body>Please accept the terms of use</body></html>"


class Wire(httpx.AsyncBaseTransport):
    """One terminal's wire. `calm` switches every fault off; `cut` partitions it."""

    def __init__(
        self,
        name: str,
        server: Server,
        profile: Profile,
        dice: Dice,
        happened: Counter[str],
        trace: Callable[..., None],
    ) -> None:
        self._name = name
        self._server = server
        self._profile = profile
        self._stream = dice.stream(f"network/{name}")
        self._happened = happened
        self._trace = trace
        self._late: set[asyncio.Task[Any]] = set()
        self.calm = False
        self.cut = False
        self.forced: dict[str, deque[str]] = defaultdict(deque)
        """Faults for the next requests by the last word of their path, whatever the dice say."""
        self.blocked: set[str] = set()
        """Last words of paths that do not get through at all."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a question and its answer."""
        content = await request.aread()
        request = httpx.Request(request.method, request.url, headers=request.headers, content=content)
        path = request.url.path
        fault = self._draw(path)
        await asyncio.sleep(self._stream.uniform(*self._profile.latency))
        try:
            response = await self._carry(request, fault)
        except httpx.HTTPError as error:
            self._trace("request", path, fault, type(error).__name__)
            raise
        await asyncio.sleep(self._stream.uniform(*self._profile.latency))
        self._trace("request", path, fault, str(response.status_code))
        return response

    def _draw(self, path: str) -> str:
        """The fault of this request: drawn also when all is calm, so that the stream stays the same."""
        point, profile = self._stream.random(), self._profile
        word = path.rsplit("/", 1)[1]
        if self.forced[word]:
            return self.forced[word].popleft()
        if word in self.blocked:
            return "blocked"
        if self.calm:
            return ""
        chances = {
            "drop": profile.drop, "lost_answer": profile.lost_answer, "double": profile.double,
            "late_double": profile.late_double, "html": profile.html, "portal": profile.portal, "cut": profile.cut,
            "thinned": profile.thinned if path.endswith("push") else 0.0,
            "veiled": profile.veiled if path.endswith("pull") else 0.0,
        }  # fmt: skip
        for name, chance in chances.items():
            if point < chance:
                return name
            point -= chance
        return ""

    async def _carry(self, request: httpx.Request, fault: str) -> httpx.Response:
        if self.cut:
            self._happened["partition"] += 1
            raise httpx.ConnectError("cut off", request=request)
        if fault == "blocked":
            raise httpx.ConnectError("blocked", request=request)
        if fault == "drop":
            return await self._drop(request)
        if fault in {"html", "portal"}:
            self._happened[fault] += 1
            return httpx.Response(502 if fault == "html" else 200, html=PAGE)
        if fault == "late_double":
            self._later(request)
        if fault == "double":
            self._happened[fault] += 1
            first, _ = await asyncio.gather(
                self._server.answer(request), self._server.answer(_copy(request)), return_exceptions=True
            )
            if isinstance(first, BaseException):
                raise first
            return first
        response = await self._server.answer(request)
        if self.cut:
            raise httpx.RemoteProtocolError("cut off before the answer", request=request)
        if fault == "slow_answer":
            await asyncio.sleep(20)
        if fault == "lost_answer":
            self._happened[fault] += 1
            if self._stream.random() < 0.5:
                raise httpx.RemoteProtocolError("cut after the question", request=request)
            await asyncio.Event().wait()
        if fault == "cut" and response.content:
            self._happened[fault] += 1
            half = response.content[: len(response.content) // 2]
            return httpx.Response(response.status_code, headers=_plain(response), content=half)
        if fault == "thinned" and response.status_code == 200:
            return self._thinned(response)
        if fault == "veiled" and response.status_code == 200:
            return self._veiled(response)
        return response

    async def _drop(self, request: httpx.Request) -> httpx.Response:
        self._happened["drop"] += 1
        if self._stream.random() < 0.5:
            raise httpx.ConnectError("refused", request=request)
        await asyncio.Event().wait()  # a half-open line: whoever asked has to give up by itself
        raise AssertionError

    def _later(self, request: httpx.Request) -> None:
        async def again(after: float) -> None:
            await asyncio.sleep(after)
            self._happened["late_double"] += 1
            await asyncio.gather(self._server.answer(_copy(request)), return_exceptions=True)

        task = asyncio.ensure_future(again(self._stream.uniform(5, 300)))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    def _thinned(self, response: httpx.Response) -> httpx.Response:
        answer = msgspec.json.decode(response.content, type=PushAnswer)
        if not answer.verdicts:
            return response
        self._happened["thinned"] += 1
        out = self._stream.randrange(len(answer.verdicts))
        kept = (*answer.verdicts[:out], *answer.verdicts[out + 1 :])
        body = msgspec.json.encode(msgspec.structs.replace(answer, verdicts=kept))
        return httpx.Response(200, headers=_plain(response), content=body)

    def _veiled(self, response: httpx.Response) -> httpx.Response:
        """Hide the last real entry of a page; place and hash are right, so its chain is."""
        answer = msgspec.json.decode(response.content, type=PullAnswer)
        real = [place for place, raw in enumerate(answer.entries) if b'"kind"' in bytes(raw)]
        if not real:
            return response
        self._happened["veiled"] += 1
        veil = Hidden(answer.after + real[-1] + 1, digest(bytes(answer.entries[real[-1]])))
        entries = list(answer.entries)
        entries[real[-1]] = msgspec.Raw(msgspec.json.encode(veil))
        body = msgspec.json.encode(msgspec.structs.replace(answer, entries=tuple(entries)))
        return httpx.Response(200, headers=_plain(response), content=body)

    async def settle(self) -> None:
        """No late doubles any more."""
        late = list(self._late)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _copy(request: httpx.Request) -> httpx.Request:
    return httpx.Request(request.method, request.url, headers=request.headers, content=request.content)


def _plain(response: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name.lower() != "content-length"}
