"""One question to the hall, one checked answer (sync.md S11, S18, S29, S33; the bytes are in docs/wire.md).

Whatever is not the hall's answer to this very question - a portal's page, a cut, rewritten or cached body, a
foreign key - is `NotTheHall` and never reaches the memory (T14-T17). No proxy of the environment is asked.
"""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx
import msgspec

from casework.ambient import Clock, stamp
from casework.errors import BadBytes
from casework.facts import digest
from casework.http_signature import sign_request
from casework.limits import LIMITS, Limits
from casework.numbers import LENGTH
from casework.report import PROTOCOL
from casework.scans import BlobAnswer
from casework.seals import Signed, Signer, read, unseal
from casework.snapshot import OFFER, Offer, read_offer
from casework.wire import PURPOSE_HELLO, CaseAnswer, EnrolAnswer, Hello, OfferAnswer, Problem, PullAnswer, PushAnswer
from sync.backoff import seconds_asked_for
from sync.errors import BadAddress, Declined, NotTheHall, OtherHall, TooOld, Unreachable
from sync.pinning import is_wrong_key, pinned_context

JSON = "application/json"
HALL_TIME = "Hall-Time"
QUESTION = "Question"
"""Names a question; the hall names it in its answer, so that a copy of another answer is known for one (T17)."""
OCTETS = "application/octet-stream"

_NONE_PACKED = frozenset({400, 403, 406, 415, 422, 501})
_COUNT = re.compile(r"\d{1,18}", re.ASCII)
_CODE = re.compile(r"[a-z0-9_]+")
"""What the hall calls a problem. A gateway that has a form like it says there what the status says: `Bad Gateway`."""
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")

_T = TypeVar("_T")


class Answer(msgspec.Struct, frozen=True):
    """What came back, read to its end."""

    status: int
    kind: str
    """Media type without parameters."""
    body: bytes
    retry_after: float
    offer: str = ""
    """What a part of a snapshot belongs to (casework.snapshot)."""
    range: str = ""
    """`Content-Range`."""
    hall_time: str = ""
    held: str = ""
    """`Upload-Offset`: how many bytes of a scan the hall has."""


class Part(msgspec.Struct, frozen=True):
    """Some bytes of a file of a snapshot, from `first` on, as they came: perhaps fewer than were asked for."""

    offer: Offer
    first: int
    data: bytes
    hall_time: str = ""


class BlobPart(msgspec.Struct, frozen=True):
    """Some bytes of a blob of `size` bytes, from `first` on."""

    first: int
    data: bytes
    size: int


class Transport:
    """Speaks HTTP with one hall.

    Args:
        url: `http://host:port` or `https://host:port`.
        clock: the terminal's own; for a `Retry-After` that names a date, to name questions, and until when none goes
            packed.
        key: the hall's public key (hex) that this terminal keeps; empty before enrolment.
        limits: time-outs and sizes.
        program: this program's version, for the hall's list of terminals.
        wire: another HTTP transport under the client: tests and the simulated world hand theirs in.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        key: str = "",
        limits: Limits = LIMITS,
        wire: httpx.AsyncBaseTransport | None = None,
        program: str = "",
    ) -> None:
        self.url = checked(url)
        self.key = key
        self.program = program
        self._clock = clock
        self._limits = limits
        self._since = stamp(clock.now())
        self._asked = 0
        self._plain_until = float("-inf")
        self._client = httpx.AsyncClient(
            base_url=self.url,
            transport=wire or httpx.AsyncHTTPTransport(verify=pinned_context(key), trust_env=False, http2=False),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(limits.request_seconds + limits.poll_seconds, connect=limits.request_seconds),
            headers={"Accept": JSON, "Accept-Encoding": "gzip", "Cache-Control": "no-store"},
        )

    async def aclose(self) -> None:
        """Close every connection, also those kept alive."""
        await self._client.aclose()

    async def hello(self, whose: str = "") -> Hello:
        """Who the hall is and what time it has. Unsigned request, signed answer (S29), which names the question: what a
        cache has kept, or a proxy hands to another window, would tell an old time.

        Before enrolment the first key that answers is believed; people compare its fingerprint. `whose`: who asks.

        Raises:
            OtherHall: signed, but not by the key that this terminal keeps.
            TooOld: the hall no longer takes the protocol of this program.
            TryAgain, Declined: no answer of a hall.
        """
        question = digest(f"{self._since}-{self._asked}-{whose}".encode())[:16]
        answer = await self._ask("GET", f"/sync/v1/hello?question={question}")
        signed = _form(answer, Signed)
        try:
            stated: Hello = read(bytes(signed.body), Hello)
            hello: Hello = unseal(signed, stated.key, PURPOSE_HELLO, Hello)
        except (BadBytes, ValueError) as cause:
            raise NotTheHall("line.not_the_hall", seen="hello") from cause
        if hello.question not in {"", question}:
            raise NotTheHall("line.not_the_hall", seen="question")
        if self.key and hello.key != self.key:
            raise OtherHall("line.other_hall", hall=hello.hall)
        if hello.oldest_protocol > PROTOCOL:
            raise TooOld("line.too_old", hall=hello.oldest_protocol, here=PROTOCOL)
        return hello

    async def enrol(self, request: Signed) -> EnrolAnswer:
        """Present the one-time code and the terminal's key. Raises TryAgain or Declined."""
        answer = await self._ask("POST", "/sync/v1/enrol", content=msgspec.json.encode(request))
        return _form(answer, EnrolAnswer)

    async def push(self, batch: Signed) -> PushAnswer:
        """Hand in a batch. Raises TryAgain or Declined."""
        content = msgspec.json.encode(batch)
        return _form(await self._ask("POST", "/sync/v1/push", content=content), PushAnswer)

    async def offer(self, offer: Signed) -> OfferAnswer:
        """Say where this terminal stands in an older epoch, or show a piece of it. Raises TryAgain or Declined."""
        content = msgspec.json.encode(offer)
        return _form(await self._ask("POST", "/sync/v1/offer", content=content), OfferAnswer)

    async def pull(self, query: Mapping[str, str | int], signer: Signer, at: datetime, wait: float) -> PullAnswer:
        """Ask for entries.

        Args:
            query: epoch, after, chain, limit, wait, report.
            signer: the terminal's key.
            at: the hall's civil time as far as it is known here.
            wait: seconds that the hall may keep the question open.
        """
        return _form(await self._signed("/sync/v1/pull", urlencode(query), signer, at, wait), PullAnswer)

    async def blob_part(self, sha256: str, offset: int, most: int, signer: Signer, at: datetime) -> BlobPart:
        """At most `most` bytes of a blob from `offset` on, unproven: its hash says at the end what they are.

        All of them, where something on the way takes the question's range away. Raises TryAgain or Declined.
        """
        path = f"/sync/v1/blob/{sha256}"
        wanted = {"Range": f"bytes={offset}-{offset + most - 1}", "Accept": OCTETS}
        answer = await self._signed(path, "", signer, at, 0.0, wanted)
        if answer.status == httpx.codes.OK and not answer.range and answer.kind in {"", OCTETS}:
            part = BlobPart(0, answer.body, len(answer.body))
        else:
            match = _RANGE.fullmatch(answer.range)
            part = BlobPart(int(match[1]), answer.body, int(match[3])) if match else BlobPart(-1, b"", 0)
        whole = len(part.data) == part.size
        if not part.data or not (whole or part.first == offset) or part.first + len(part.data) > part.size:
            raise NotTheHall("line.not_the_hall", seen="range")
        return part

    async def case(self, case_id: str, signer: Signer, at: datetime) -> CaseAnswer:
        """All of one case, by its id or number, and what of it the hall refused. Raises TryAgain or Declined."""
        answer = _form(await self._signed(f"/sync/v1/case/{case_id}", "", signer, at, 0.0), CaseAnswer)
        if answer.case != case_id and len(case_id) != LENGTH:  # a number is answered with its case's id
            raise NotTheHall("line.not_the_hall", seen="case")
        return answer

    async def windows(self, signer: Signer, at: datetime) -> Signed:
        """What all windows still have open, signed by the hall. Raises TryAgain or Declined."""
        return _form(await self._signed("/sync/v1/windows", "", signer, at, 0.0), Signed)

    async def scan_held(self, sha256: str, signer: Signer, at: datetime) -> int:
        """How many bytes of a scan the hall has; 0 where something took the header away: the first piece's answer says
        it then. Raises TryAgain or Declined.
        """
        path = f"/sync/v1/blob/{sha256}"
        answer = await self._ask("HEAD", path, headers=sign_request(signer, "HEAD", path, "", at))
        return int(answer.held) if _COUNT.fullmatch(answer.held) else 0

    async def send_piece(
        self, sha256: str, size: int, offset: int, piece: bytes, signer: Signer, at: datetime
    ) -> BlobAnswer:
        """Hand in the bytes from `offset` on of a scan of `size` bytes (S35). Raises TryAgain or Declined."""
        path = f"/sync/v1/blob/{sha256}"
        query = f"offset={offset}&size={size}&piece={digest(piece)}"
        headers = {**sign_request(signer, "PUT", path, query, at), "Content-Type": OCTETS}
        answer = _form(await self._ask("PUT", f"{path}?{query}", content=piece, headers=headers), BlobAnswer)
        if answer.sha256 != sha256 or answer.size != size or not 0 <= answer.held <= size:
            raise NotTheHall("line.not_the_hall", seen="blob")
        return answer

    async def snapshot(
        self, scope: str, seq: int | None, first: int, length: int, signer: Signer, at: datetime
    ) -> Part:
        """Bytes of the file of a scope from `first` on, at most `length`; `seq`: of the snapshot at that place (S21).

        Raises Declined where the hall has none (404).
        """
        wanted = {"Range": f"bytes={first}-{first + length - 1}", "Accept-Encoding": "identity", "Accept": OCTETS}
        query = "" if seq is None else f"seq={seq}"
        answer = await self._signed(f"/sync/v1/snapshot/{scope}", query, signer, at, 0.0, wanted)
        match = _RANGE.fullmatch(answer.range)
        if answer.kind != OCTETS or (answer.status == httpx.codes.PARTIAL_CONTENT and match is None):
            raise NotTheHall("line.not_the_hall", seen=answer.kind or "?")
        try:
            return Part(read_offer(answer.offer), int(match[1]) if match else 0, answer.body, answer.hall_time)
        except BadBytes as cause:
            raise NotTheHall("line.not_the_hall", seen="snapshot") from cause

    async def _signed(
        self, path: str, query: str, signer: Signer, at: datetime, wait: float, headers: dict[str, str] | None = None
    ) -> Answer:
        full = f"{path}?{query}" if query else path
        sent = {**sign_request(signer, "GET", path, query, at), **(headers or {})}
        return await self._ask("GET", full, headers=sent, wait=wait)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        wait: float = 0.0,
    ) -> Answer:
        """The answer with status 200 or 206; one time limit for all of it, so a half-open line can't hold it (T18)."""
        self._asked += 1
        whose = digest(content or "".join((headers or {}).values()).encode())[:16]  # two windows open in one instant
        sent = {**(headers or {}), QUESTION: f"{self._since}-{self._asked}-{whose}"}
        if content is not None:
            sent.setdefault("Content-Type", JSON)
        try:
            async with asyncio.timeout(self._limits.request_seconds + wait):
                answer = await self._exchanged(method, path, content, sent)
        except httpx.InvalidURL as cause:  # an id that a faulty program made
            raise NotTheHall("line.not_the_hall", seen="address") from cause
        except httpx.DecodingError as cause:
            raise NotTheHall("line.not_the_hall", seen="encoding") from cause
        except (TimeoutError, httpx.TimeoutException) as cause:
            raise Unreachable("line.no_answer", seconds=int(self._limits.request_seconds)) from cause
        except (httpx.HTTPError, httpx.StreamError, OSError) as cause:
            if is_wrong_key(cause):
                raise NotTheHall("line.other_key") from cause
            raise Unreachable("line.unreachable", url=self.url) from cause
        if answer.status in {httpx.codes.OK, httpx.codes.PARTIAL_CONTENT}:
            return answer
        if answer.status < httpx.codes.BAD_REQUEST:
            raise NotTheHall("line.not_the_hall", seen=str(answer.status))
        raise Declined(answer.status, _problem(answer), answer.retry_after)

    async def _exchanged(self, method: str, path: str, content: bytes | None, headers: dict[str, str]) -> Answer:
        """The answer to a question that goes packed, and unpacked where something on the way takes no packed ones."""
        packs = content is not None and headers["Content-Type"] == JSON and len(content) >= self._limits.gzip_bytes
        if content is None or not packs or self._clock.monotonic() < self._plain_until:
            return await self._exchange(method, path, content, headers)
        packed = gzip.compress(content, compresslevel=1, mtime=0)
        answer = await self._exchange(method, path, packed, {**headers, "Content-Encoding": "gzip"})
        if not _takes_none_packed(answer):
            return answer
        plain = await self._exchange(method, path, content, headers)
        if not _takes_none_packed(plain):
            self._plain_until = self._clock.monotonic() + self._limits.stub_again_seconds
        return plain

    async def _exchange(self, method: str, path: str, content: bytes | None, headers: dict[str, str]) -> Answer:
        async with self._client.stream(method, path, content=content, headers=headers) as response:
            if response.headers.get(QUESTION, headers[QUESTION]) != headers[QUESTION]:  # an older hall names none
                raise NotTheHall("line.not_the_hall", seen=QUESTION)
            parts, size = [], 0
            async for part in response.aiter_bytes():
                size += len(part)
                if size > self._limits.answer_bytes:
                    raise NotTheHall("line.not_the_hall", seen=f"> {self._limits.answer_bytes}")
                parts.append(part)
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            asked = seconds_asked_for(
                response.headers.get("Retry-After", ""),
                response.headers.get("Date", ""),
                self._clock.now(),
                self._limits,
            )
            named = (
                response.headers.get(OFFER, ""),
                response.headers.get("Content-Range", ""),
                response.headers.get(HALL_TIME, ""),
                response.headers.get("Upload-Offset", ""),
            )
            return Answer(response.status_code, kind, b"".join(parts), asked, *named)


def checked(url: str) -> str:
    """The address of a hall without its last slash: scheme, host and port, nothing else. Raises BadAddress."""
    try:
        read_url = httpx.URL(url.strip().rstrip("/"))
    except httpx.InvalidURL as cause:
        raise BadAddress("line.bad_address", url=url[:200]) from cause
    named = read_url.scheme in {"http", "https"} and read_url.host and 0 < (read_url.port or 1) < 1 << 16
    if not named or read_url.raw_path not in {b"/", b""}:
        raise BadAddress("line.bad_address", url=url[:200])
    return str(read_url)


def _form(answer: Answer, kind: type[_T]) -> _T:
    """The answer's body as `kind`. Raises NotTheHall when it is something else."""
    if answer.kind != JSON:
        raise NotTheHall("line.not_the_hall", seen=answer.kind or "?")
    try:
        value: Any = read(answer.body, kind)
    except BadBytes as cause:
        raise NotTheHall("line.not_the_hall", seen=kind.__name__) from cause
    return value  # type: ignore[no-any-return]


def _takes_none_packed(answer: Answer) -> bool:
    """Whether an answer may be one to the packing alone: of whoever looks into bodies and can't into packed ones, or of
    a hall that got it with its header taken away.
    """
    problem = _problem(answer)
    return answer.status in _NONE_PACKED and (problem is None or problem.error in {"unreadable", "encoding"})


def _problem(answer: Answer) -> Problem | None:
    """What the hall says is wrong; None when somebody else said it."""
    if answer.kind != JSON:
        return None
    try:
        problem: Problem = read(answer.body, Problem)
    except BadBytes:
        return None
    return problem if _CODE.fullmatch(problem.error) else None
