"""The hall is asked whatever its description allows and forbids, with no key, with a good one, and with sealed rubbish.

Never a 5xx, never a row without a right, every *no* typed, every answer in time.
"""

from __future__ import annotations

import asyncio
import copy
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case

from casework.events import EVENTS, Klass
from casework.facts import decode_fact
from casework.http_signature import sign_request
from casework.seals import ALGORITHM, Signed, key_id
from casework.wire import ENTRY_FACT, Problem, PushAnswer
from tests.contract.test_hall_store import check_log
from tests.crash.nth import Seen, look
from tests.hall_world import HallWorld, Window, problem, together
from tests.soaking import TIMES

SECONDS = 5.0
"""The longest that any answer may take on a busy machine; a poll of 25 s is never asked for here."""
OF_CONTACT = ("report", "fold")
"""Tables that a signed question may touch: when it was, and what the terminal says of itself."""
MANY = settings(max_examples=30 * TIMES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=TIMES == 1)


class Target:
    """A hall with one case, an enrolled window, and what lay there before it was asked."""

    def __init__(self, folder: Path) -> None:
        self.world = HallWorld(folder)
        self.window = asyncio.run(self._begin())
        self.before = self.seen()

    async def _begin(self) -> Window:
        async with self.world.client() as client:
            window = await self.world.window("0012", client)
            taken = window.received()
            await window.push(taken, window.accepted(taken.case, "1001"))
            return window

    def seen(self) -> Seen:
        """What a second program sees."""
        return look(self.world.path)

    def is_untouched(self) -> bool:
        """Whether all rows are as they were; contacts apart."""
        return self.seen().without(*OF_CONTACT) == self.before.without(*OF_CONTACT)


class Signature(requests.auth.AuthBase):
    """Signs a request as it really goes out."""

    def __init__(self, window: Window) -> None:
        self.window = window

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the headers."""
        parts = urlsplit(request.url or "")
        created = self.window.world.clock.now()
        request.headers.update(
            sign_request(self.window.signer, request.method or "GET", parts.path, parts.query, created)
        )
        return request


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    made = Target(tmp_path_factory.mktemp("hall"))
    yield made
    made.world.store.close()


@pytest.fixture(scope="module")
def description(target: Target) -> Any:
    return schemathesis.openapi.from_asgi("/openapi.json", target.world.app)


api = schemathesis.pytest.from_fixture("description")


def asked(case: Case[Any], **options: Any) -> schemathesis.Response:
    """The answer, which is in time, typed, and as the description says."""
    began = time.monotonic()
    if "wait" in (case.query or {}):
        case.query["wait"] = 0  # the clock is real here
    response = case.call(**options)
    assert time.monotonic() - began < SECONDS
    assert response.status_code < 500, response.text
    if response.status_code >= 400 and case.method.upper() != "HEAD":  # no answer to that has a body
        told = msgspec.json.decode(response.content, type=Problem)
        assert told.error
        assert told.message
        assert "Traceback" not in response.text
    assert response.headers["cache-control"] == ["no-store"]
    return response


@api.parametrize()
@MANY
def test_whoever_has_no_key_gets_typed_answers_and_leaves_no_trace(case: Case[Any], target: Target) -> None:
    response = asked(case)
    assert response.status_code != 200 or case.operation.path in {"/sync/v1/hello", "/healthz", "/metrics"}
    assert target.is_untouched()


@api.parametrize()
@MANY
def test_a_good_key_reads_what_is_its_own_and_writes_nothing_by_asking(case: Case[Any], target: Target) -> None:
    asked(case, auth=Signature(target.window))
    assert target.is_untouched()


# Sealed rubbish: a terminal that signs whatever comes into its head

RUBBISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(-(1 << 70), 1 << 70) | st.floats() | st.text(max_size=20)
    | st.sampled_from(["0000", "0012", "9" * 64, "0" * 64, "decided", "staff.set", "epoch.opened", "1001", "3001", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values inside `value`."""
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def changed(value: Any, path: tuple[Any, ...], how: str, rubbish: Any) -> Any:
    """`value` with the part at `path` replaced, dropped or doubled."""
    if not path:
        return rubbish
    made = copy.deepcopy(value)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    if how == "drop":
        del inner[path[-1]]
    elif how == "double" and isinstance(inner, list):
        inner.insert(path[-1], copy.deepcopy(inner[path[-1]]))
    else:
        inner[path[-1]] = rubbish
    return made


def sealed(window: Window, body: bytes) -> bytes:
    """Any bytes as a batch that the window signed."""
    signature = window.signer.sign(b"yichuang-batch-1\n" + body)
    return msgspec.json.encode(Signed(ALGORITHM, key_id(window.signer.public), "batch", msgspec.Raw(body), signature))


@pytest.fixture(scope="module")
def hall() -> Iterator[HallWorld]:
    """A hall for everybody who sends rubbish."""
    with tempfile.TemporaryDirectory() as folder:
        world = HallWorld(Path(folder))
        yield world
        world.store.close()


LAST = 9999
"""A hall has no more windows; each example takes two, also one that is drawn and then not counted."""
NUMBER = iter(range(1, LAST + 1))


@settings(
    max_examples=min(300 * TIMES, LAST // 4), deadline=None, suppress_health_check=list(HealthCheck),
    derandomize=TIMES == 1,
)  # fmt: skip
@given(data=st.data())
def test_a_batch_of_anything_signed_by_a_window_is_answered_and_gives_it_no_right(
    hall: HallWorld, data: st.DataObject
) -> None:
    async def story() -> None:
        async with hall.client() as client:
            window = await hall.window(f"{next(NUMBER):04}", client)
            taken = window.received()
            window.seal(taken, *together(window.accepted(taken.case), window.examined(taken.case)), "f" * 64)
            whole = msgspec.json.decode(window.body(window.batch(1, 4)))["body"]
            bad = whole
            for _ in range(data.draw(st.integers(1, 3), "changes")):
                path = data.draw(st.sampled_from(list(places(bad))), "where")
                how = data.draw(st.sampled_from(["put", "put", "drop", "double"]), "how")
                bad = changed(bad, path, how, data.draw(RUBBISH, "what"))
            entries = len(hall.entries())
            answer = await asked_in_time(client, sealed(window, msgspec.json.encode(bad)))
            if answer.status_code == 200:
                msgspec.json.decode(answer.content, type=PushAnswer)
            for entry in hall.entries()[entries:]:
                if entry.kind == ENTRY_FACT and entry.envelope is not None and entry.envelope.terminal != "0000":
                    fact = decode_fact(entry.fact)
                    assert entry.envelope.terminal == window.number
                    assert EVENTS[fact.type].klass is not Klass.HALL
                    assert fact.actor in {"1001", "1002", "2001", "2002", "2003", "3001", "4001", "4002"} or (
                        entry.verdict is not None and entry.verdict.flags
                    )
            other = await hall.window(f"{next(NUMBER):04}", client)  # and nobody else is held up by it
            (fine,) = await other.push(other.received())
            assert fine.verdict.v == "accepted"

    asyncio.run(story())


async def asked_in_time(client: httpx.AsyncClient, body: bytes) -> httpx.Response:
    """The typed answer to a push."""
    began = time.monotonic()
    answer = await client.post("/sync/v1/push", content=body)
    assert time.monotonic() - began < SECONDS
    assert answer.status_code < 500, answer.text
    if answer.status_code != 200:
        assert problem(answer).error
        assert problem(answer).message
    return answer


@settings(max_examples=100 * TIMES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=TIMES == 1)
@given(st.binary(max_size=2000), st.sampled_from(["", "gzip", "deflate", "br", "x" * 50]), st.data())
def test_a_body_of_any_bytes_is_answered(hall: HallWorld, noise: bytes, encoding: str, data: st.DataObject) -> None:
    async def story() -> None:
        async with hall.client() as client:
            window = Window(hall, "9999", client, mark="stranger")
            window.seal(window.received())
            good = window.body(window.batch(1, 1))
            at = data.draw(st.integers(0, len(good)))
            bodies = (noise, good[:at] + noise + good[at:], good[:at] + noise[:20] + good[at + len(noise[:20]) :])
            for path in ("push", "enrol", "offer"):
                for body in bodies:
                    headers = {"Content-Encoding": encoding} if encoding else {}
                    answer = await client.post(f"/sync/v1/{path}", content=body, headers=headers)
                    assert 400 <= answer.status_code < 500, answer.text
                    assert problem(answer).error

    before = len(hall.entries())
    asyncio.run(story())
    assert len(hall.entries()) == before


def test_after_all_of_it_the_log_is_whole(hall: HallWorld) -> None:
    check_log(hall)
