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
from tests.sim.proxy import PAGE, Proxy
from tests.sim.server import Server

KINDS = {
    "drop": "the question never arrives",
    "lost_answer": "the answer is lost after the hall has done it",
    "delay": "the line takes its time",
    "double": "the question arrives twice at once",
    "late_double": "the question arrives again later",
    "reorder": "the question is overtaken",
    "status": "a proxy answers with a page and an error",
    "portal": "a portal answers with a page",
    "cut": "the answer is cut in the middle",
    "cached": "the answer is an old one",
    "thinned": "the answer lacks one verdict",
    "veiled": "somebody hides an entry of the page",
    "mixed": "a proxy mixes windows up",
}
"""What can go wrong with one request, with the words of the trace."""
STATUSES = (400, 403, 404, 408, 413, 422, 425, 429, 500, 502, 503, 504)
_ONLY = {"thinned": "push", "veiled": "pull", "cached": "pull"}

Watch = Callable[[str, httpx.Request, httpx.Response | None], None]


class Wire(httpx.AsyncBaseTransport):
    """One terminal's wire. `calm` switches every fault off; `cut` partitions it.

    Args:
        name: whose it is.
        server: the other end.
        profile: chances and times.
        dice: each kind of fault has its own stream.
        happened: what happened, counted.
        trace: told of each request, in words.
        watch: sees each request when it sets out (no answer yet) and each answer that arrives.
    """

    def __init__(
        self,
        name: str,
        server: Server,
        profile: Profile,
        dice: Dice,
        happened: Counter[str],
        trace: Callable[[str], None],
        watch: Watch = lambda name, request, response: None,
    ) -> None:
        self._name = name
        self._server = server
        self._profile = profile
        self._stream = dice.stream(f"network/{name}")
        chances = {kind: getattr(profile, kind) for kind in KINDS}
        self._drawn = {kind: (chance, dice.stream(f"network/{name}/{kind}")) for kind, chance in chances.items()}
        self._happened = happened
        self._trace = trace
        self.watch = watch
        self._late: set[asyncio.Task[Any]] = set()
        self._arrived = asyncio.Event()
        self._before: dict[str, httpx.Response] = {}
        self.calm = False
        self.cut = False
        self.mute = False
        """Questions do not arrive, answers would."""
        self.deaf = False
        """Questions arrive, answers do not."""
        self.widest = 0
        """The largest body that a proxy lets through for a while; 0: there is no such proxy."""
        through = dice.stream(f"proxy/{name}")
        self.proxy = Proxy(through) if profile.proxies and through.random() < profile.proxies else None
        """What it goes through for good, also when all is well."""
        self.forced: dict[str, deque[str]] = defaultdict(deque)
        """Faults for the next requests by the last word of their path, whatever the dice say."""
        self.blocked: set[str] = set()
        """Last words of paths that do not get through at all."""

    def heal(self) -> None:
        """All is well from here on."""
        self.calm, self.cut, self.mute, self.deaf, self.widest = True, False, False, False, 0
        self.blocked.clear()
        self.forced.clear()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a question and its answer."""
        content = await request.aread()
        request = httpx.Request(request.method, request.url, headers=request.headers, content=content)
        word = request.url.path.rsplit("/", 1)[1][:8]
        self.watch(self._name, request, None)
        fault = self._draw(request.url.path)
        await asyncio.sleep(self._stream.uniform(*self._profile.latency))
        try:
            response = await self._carry(request, fault)
        except httpx.HTTPError as error:
            self._trace(f"asks {word}: {KINDS.get(fault, fault) or 'no way through'} ({type(error).__name__})")
            raise
        await asyncio.sleep(self._stream.uniform(*self._profile.latency))
        note = f" ({KINDS.get(fault, fault)})" if fault else ""
        self._trace(f"asks {word}: {response.status_code}, {len(response.content)} bytes{note}")
        self.watch(self._name, request, response)
        return response

    def _draw(self, path: str) -> str:
        """The fault of this request; each kind has its own dice, so one more kind changes no other."""
        word = path.rsplit("/", 1)[1]
        if self.forced[word]:
            return self.forced[word].popleft()
        if word in self.blocked:
            return "blocked"
        if self.calm:
            return ""
        hit = [kind for kind, (chance, stream) in self._drawn.items() if chance and stream.random() < chance]
        return next((kind for kind in hit if _ONLY.get(kind, word) == word), "")

    async def _carry(self, request: httpx.Request, fault: str) -> httpx.Response:
        if self.cut or self.mute:
            self._happened["partition" if self.cut else "one way: no question arrives"] += 1
            raise httpx.ConnectError("cut off", request=request)
        if fault == "blocked":
            raise httpx.ConnectError("blocked", request=request)
        if self.widest and len(request.content) > self.widest:
            self._happened["413"] += 1
            return httpx.Response(413, html=PAGE)
        before = self.proxy.refuses(request) if self.proxy is not None else None
        if before is not None:
            self._happened["too large a question for a proxy"] += 1
            return before
        before = await self._on_the_way(request, fault)
        if before is not None:
            return before
        other = self._server.shared.of_another(self._name, request) if fault == "mixed" else None
        if other is not None and self._stream.random() < 0.5:  # and the question went to wherever that one's should
            return self._given_back(request, other)
        response = self._given_back(request, await self._asked(request, fault), other)
        if self.deaf:
            self._happened["one way: no answer arrives"] += 1
            raise httpx.RemoteProtocolError("no answer arrives", request=request)
        if self.cut:
            raise httpx.RemoteProtocolError("cut off before the answer", request=request)
        return await self._on_the_way_back(request, response, fault)

    async def _on_the_way(self, request: httpx.Request, fault: str) -> httpx.Response | None:
        """What happens before the hall; an answer when the question ends here."""
        if fault == "drop":
            self._happened["drop"] += 1
            if self._stream.random() < 0.5:
                raise httpx.ConnectError("refused", request=request)
            await asyncio.Event().wait()  # a half-open line: whoever asked has to give up by itself
        if fault == "delay" and self._stream.random() < 0.5:
            self._happened["delay"] += 1
            await asyncio.sleep(self._stream.uniform(1, 45))
        if fault == "status":
            return self._refused()
        if fault == "portal":
            self._happened[fault] += 1
            return httpx.Response(200, html=PAGE)
        if fault == "cached" and request.url.path in self._before:
            self._happened[fault] += 1
            return self._before[request.url.path]
        return None

    def _given_back(
        self, request: httpx.Request, response: httpx.Response, other: httpx.Response | None = None
    ) -> httpx.Response:
        """What the proxy that all share gives back of the hall's answer, or of `other`, which was somebody else's."""
        if other is None and self._profile.mixed and response.status_code == 200:
            self._server.shared.carried(self._name, request, response)
        self._happened["mixed"] += other is not None
        said = other or response
        back = self.proxy.back(request, said) if self.proxy is not None else said
        self._happened["too large an answer for a proxy"] += back.status_code != said.status_code
        return back

    def _refused(self) -> httpx.Response:
        status = self._stream.choice(STATUSES)
        self._happened["status"] += 1
        self._happened[f"status {status}"] += 1
        wait = {"Retry-After": str(self._stream.randint(1, 20))} if status in {429, 503} else {}
        return httpx.Response(status, html=PAGE, headers=wait)

    async def _asked(self, request: httpx.Request, fault: str) -> httpx.Response:
        """The hall's answer to a question that arrives, once or twice, in time or late."""
        if fault == "reorder":
            return await self._overtaken(request)
        self._arrived.set()
        self._arrived = asyncio.Event()
        if fault == "late_double":
            self._later(request)
        if fault == "double":
            self._happened[fault] += 1
            self._keep(self._server.answer(_copy(request)))  # nobody waits for the answer to the copy
        return await self._server.answer(request)

    async def _overtaken(self, request: httpx.Request) -> httpx.Response:
        """It lies somewhere on the way until another of this terminal has arrived, whoever still waits for it."""

        async def behind() -> httpx.Response:
            arrived, most = self._arrived, self._stream.uniform(5, 90)
            try:
                await asyncio.wait_for(arrived.wait(), most)
                self._happened["reorder"] += 1
                await asyncio.sleep(self._stream.uniform(0.01, 1))
            except TimeoutError:
                self._trace("a question that was on the way for long arrives")
            return await self._server.answer(request)

        return await asyncio.shield(self._keep(behind()))

    async def _on_the_way_back(self, request: httpx.Request, response: httpx.Response, fault: str) -> httpx.Response:
        if fault in {"slow_answer", "delay"}:
            self._happened[fault] += 1
            await asyncio.sleep(20 if fault == "slow_answer" else self._stream.uniform(1, 45))
        if fault == "lost_answer":
            self._happened[fault] += 1
            if self._stream.random() < 0.5:
                raise httpx.RemoteProtocolError("cut after the question", request=request)
            await asyncio.Event().wait()
        if fault == "cut" and response.content:
            self._happened[fault] += 1
            half = response.content[: len(response.content) // 2]
            return httpx.Response(response.status_code, headers=_plain(response), content=half)
        named = self.proxy is None or not self.proxy.strips  # else nothing tells how old it is
        if response.status_code == 200 and self._profile.cached and named and request.url.path.endswith("pull"):
            self._before[request.url.path] = response
        if fault == "thinned" and response.status_code == 200:
            return self._thinned(response)
        if fault == "veiled" and response.status_code == 200:
            return self._veiled(response)
        return response

    def _later(self, request: httpx.Request) -> None:
        async def again(after: float) -> None:
            await asyncio.sleep(after)
            self._happened["late_double"] += 1
            await asyncio.gather(self._server.answer(_copy(request)), return_exceptions=True)

        self._keep(again(self._stream.uniform(5, 300)))

    def _keep(self, work: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.ensure_future(work)
        self._late.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._late.discard(task)
        if not task.cancelled():
            task.exception()

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
        """Nothing is on the way any more."""
        late = list(self._late)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _copy(request: httpx.Request) -> httpx.Request:
    return httpx.Request(request.method, request.url, headers=request.headers, content=request.content)


def _plain(response: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name.lower() != "content-length"}
