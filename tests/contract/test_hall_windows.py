"""Closing the day: the hall says of every window what is still open there; a call reaches whoever is called."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from casework import bodies
from casework.ambient import moment
from casework.closing import PURPOSE_WINDOWS, Windows, WindowState, open_ends
from casework.errors import BadBytes
from casework.facts import decode_fact
from casework.report import Report
from casework.seals import Signed, unseal
from casework.wire import ENTRY_FACT
from tests.contract.test_hall_health import pulls
from tests.hall_world import HallWorld, in_hall

NOW = datetime(2026, 11, 23, 17, 30)  # noqa: DTZ001 - the hall's civil time is naive


def kinds(window: WindowState) -> list[str]:
    return [each.kind for each in open_ends(window, NOW, 300)]


def test_a_window_may_close_when_nothing_is_open_and_it_was_heard_just_now() -> None:
    seen = (NOW - timedelta(seconds=40)).isoformat()
    assert kinds(WindowState("0012", seen, 0, "", 0, 0, 0, 0)) == []
    assert kinds(WindowState("0012", seen, 3, seen, 1, 2, 4, 1)) == ["unsent", "prints", "forms", "rejected", "held"]
    assert kinds(WindowState("0012")) == ["unknown"]
    quiet = (NOW - timedelta(hours=2)).isoformat()
    assert kinds(WindowState("0012", quiet, 0, "", 0, 0, 0, 0)) == ["silent"], "what it has, nobody knows"
    assert open_ends(WindowState("0012", quiet), NOW, 300)[0].count == 120
    assert kinds(WindowState("0012", "not a time", 0)) == []


def test_the_hall_says_what_every_window_still_has_open(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, silent = await world.window("0012", client), await world.window("0013", client)
        now = world.api_now()
        report = Report(now, "0.4.0", unsent=2, oldest=now, prints=3, forms=1)
        assert (await pulls(window, report)).status_code == 200
        answer = await silent.get("/sync/v1/windows", "")
        assert answer.status_code == 200
        signed = msgspec.json.decode(answer.content, type=Signed)
        told = unseal(signed, world.signer.public, PURPOSE_WINDOWS, Windows)
        assert (told.asked_by, [each.number for each in told.windows]) == ("0013", ["0012", "0013"])
        one, other = told.windows
        assert (one.unsent, one.oldest, one.prints, one.forms) == (2, now, 3, 1)
        assert (other.unsent, other.prints) == (-1, -1), "who says nothing is not called done"
        assert kinds_at(one, world) == ["unsent", "prints", "forms"]
        assert (await client.get("/sync/v1/windows")).status_code == 401
        with pytest.raises(BadBytes):
            unseal(signed, world.signer.public, "case", Windows)

    in_hall(tmp_path, story)


def kinds_at(window: WindowState, world: HallWorld) -> list[str]:
    return [each.kind for each in open_ends(window, moment(world.api_now()), 300)]


def test_a_call_goes_to_every_window_and_says_nothing_of_an_applicant(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        call = window.make("called", bodies.Called("2001", "0012"), "c" * 32)
        coming = window.make("call.answered", bodies.CallAnswered(), "c" * 32)
        answer = await window.push(call, coming)
        assert [each.verdict.v for each in answer] == ["accepted", "accepted"]
        entries = [entry for entry in world.entries() if entry.kind == ENTRY_FACT and entry.scope == "hall"]
        shown = {decode_fact(entry.fact).type: decode_fact(entry.fact).body for entry in entries}
        assert msgspec.json.decode(bytes(shown["called"])) == {"to": "2001", "terminal": "0012"}
        assert bytes(shown["call.answered"]) == b"{}"

    in_hall(tmp_path, story)
