"""What IT sees of every terminal (S34), which versions may be written (S32), and a program that is too old."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import httpx
import msgspec
import pytest

from casework import events, upcasting
from casework.facts import decode_fact
from casework.limits import LIMITS
from casework.report import Report, encode_report
from casework.seals import Signed, read
from casework.wire import ENTRY_FACT, Hello
from hall.errors import Stop
from hall.office import write_version
from tests.hall_world import HallWorld, Window, in_hall, problem
from tests.lines import Place

READS = events.readable()
READS_TWO = {**READS, "printed": 2}


def said(window: Window, **facts: object) -> Report:
    """What a window says of itself now."""
    return msgspec.structs.replace(Report(window.world.api_now(), "0.3.0", reads=READS), **facts)


async def pulls(window: Window, report: Report | None) -> httpx.Response:
    """One pull with a report."""
    query = f"epoch={window.epoch}&after={window.cursor}&chain={window.chain}"
    if report is not None:
        query += f"&report={quote(encode_report(report))}"
    return await window.get("/sync/v1/pull", query)


def test_t49_it_sees_every_terminal_at_the_hall(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, silent = await world.window("0012", client), await world.window("0013", client)
        await window.push(window.received())
        world.clock.go(60)
        oldest = world.api_now()
        world.clock.go(3)
        report = said(window, unsent=2, oldest=oldest, held=1, offset_ms=-1500, error="line.busy", free_mb=900)
        assert (await pulls(window, report)).status_code == 200
        one, other = world.api.hall.terminals()
        assert (one.number, one.received, one.unsent, one.oldest) == ("0012", 1, 2, oldest)
        assert (one.error, one.offset_ms, one.program, one.free_mb) == ("line.busy", -1500, "0.3.0", 900)
        assert (one.last_seen, one.lag) == (world.api_now(), len(world.entries()))
        assert (other.number, other.unsent, other.program) == ("0013", -1, ""), "who says nothing is not called well"
        assert silent.number == "0013"
        text = (await client.get("/metrics")).text
        assert 'yichuang_terminal_unsent{terminal="0012"} 2' in text
        assert 'yichuang_terminal_oldest_seconds{terminal="0012"} 3.0' in text
        assert 'yichuang_terminal_lag{terminal="0013"}' in text
        for line in text.splitlines():
            name = line.split("{")[0].split(" ")[0]
            assert line.startswith("#") or f"# TYPE {name} gauge\n" in text
            assert line.startswith("#") or f"# HELP {name} " in text
        world.api.hall.keep_reports()
        world.restart()
        assert world.api.hall.terminals()[0] == one, "it is written down"

    in_hall(tmp_path, story)


def test_s30_the_hall_knows_up_to_when_it_has_heard_everything(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        now = world.api_now()
        await pulls(window, said(window))
        assert world.api.hall.terminals()[0].clear == now
        world.clock.go(600)
        await pulls(window, said(window, unsent=1, oldest="2026-11-23T09:07:00.000", offset_ms=60_000))
        assert world.api.hall.terminals()[0].clear == "2026-11-23T09:06:00.000", "its clock is a minute ahead"
        await pulls(window, said(window, unsent=1, oldest="nonsense"))
        assert world.api.hall.terminals()[0].clear == ""

    in_hall(tmp_path, story)


def test_s32_a_newer_version_may_be_written_once_all_terminals_can_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = events.EVENTS["printed"]
    monkeypatch.setitem(events.EVENTS, "printed", msgspec.structs.replace(row, version=2))

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        hall = world.api.hall
        one, other = await world.window("0012", client), await world.window("0013", client)
        gone = await world.window("0014", client)

        def word(type_: str, version: int) -> None:
            hall.change(lambda reading, now, ids: write_version(reading, type_, version, now, ids))

        with world.store.writing() as tx:
            row = tx.terminal(gone.number)
            assert row is not None
            from hall.rows import Changes

            tx.save(Changes(terminals={gone.number: msgspec.structs.replace(row, active=False)}))
        with pytest.raises(Stop, match="printed") as no:
            word("printed", 2)
        assert no.value.message.facts["terminals"] == "0012, 0013", "a revoked one is not waited for"
        await pulls(one, said(one, reads=READS_TWO))
        await pulls(other, said(other))
        world.clock.go(20)
        hall.keep_reports()
        with pytest.raises(Stop) as no:
            word("printed", 2)
        assert no.value.message.facts["terminals"] == "0013"
        other.seal(other.received())
        batch = other.batch(1, 1, report=said(other, reads=READS_TWO))
        assert (await other.post(batch)).status_code == 200
        word("printed", 2)
        fact = decode_fact(next(e.fact for e in reversed(world.entries()) if e.kind == ENTRY_FACT))
        assert (fact.type, events.body_of(fact).version, world.entries()[-1].scope) == ("write.version", 2, "hall")
        for type_, version in (("printed", 2), ("printed", 3), ("no.such", 1), ("received", 1)):
            with pytest.raises(Stop):
                word(type_, version)

    in_hall(tmp_path, story)


def test_s32_a_program_whose_requests_are_too_old_can_still_fetch_its_update_and_then_push(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        window.seal(window.received())
        for answer in (await window.post(window.batch(1, 1)), await pulls(window, None)):
            assert (answer.status_code, problem(answer).error, problem(answer).facts["oldest"]) == (426, "too_old", 2)
        assert len(world.entries()) == 11, "nothing was stored"
        with world.store.reading() as reading:
            version = reading.head("catalogue")
        assert (await window.get(f"/sync/v1/blob/{version}")).status_code == 200
        hello = read(bytes(read((await client.get("/sync/v1/hello")).content, Signed).body), Hello)
        assert hello.oldest_protocol == 2
        updated = said(window, protocol=2)
        assert (await window.post(window.batch(1, 1, report=updated))).status_code == 200
        assert (await pulls(window, updated)).status_code == 200

    in_hall(tmp_path, story, limits=msgspec.structs.replace(LIMITS, oldest_protocol=2))


def test_a_report_that_nobody_can_read_refuses_nobody(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        for report in ("%7B", "[]", "%7B%22unsent%22%3A%22x%22%7D", ""):
            query = f"epoch={window.epoch}&after=0&chain={window.chain}&report={report}"
            assert (await window.get("/sync/v1/pull", query)).status_code == 200
        newer = json.dumps({"program": "9.9.9", "reads": {"x": 7}, "mood": "good"})
        query = f"epoch={window.epoch}&after=0&chain={window.chain}&report={quote(newer)}"
        assert (await window.get("/sync/v1/pull", query)).status_code == 200
        assert world.api.hall.terminals()[0].program == "9.9.9"

    in_hall(tmp_path, story)


def test_what_every_program_reads_since_the_first_is_in_the_table() -> None:
    assert events.EVENTS.keys() >= upcasting.FIRST_TYPES, "readers are never deleted"


def test_s34_what_waits_at_a_window_is_written_down_as_it_is_after_its_push(tmp_path: Path) -> None:
    """Another program (`terminal list`) reads what is written down; after a single round nobody says it again."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = Place(world, "0031", tmp_path)
        await place.enrol()
        await place.sync()
        world.clock.go(world.limits.report_seconds + 1)
        world.api.hall.tick()
        taken = place.hand.received()
        place.commit(taken, place.hand.printed(taken.case))
        assert (await place.sync()).pending == 0
        world.api.hall.tick()
        with world.store.reading() as reading:
            told = reading.reports()["0031"].report
        assert told is not None
        assert (told.unsent, told.oldest) == (0, "")

    in_hall(tmp_path, story)
