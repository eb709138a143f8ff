"""Scanned papers at the real hall (S35): sent in pieces, gone on with, read by those alone who may know of the case."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import msgspec
import pytest

from casework import bodies
from casework.facts import Fact, digest
from casework.http_signature import sign_request
from casework.limits import LIMITS
from casework.scans import BlobAnswer
from hall.backups import Backups
from hall.blob_requests import LENGTH, OFFSET
from hall.errors import StorageTrouble
from hall.rows import Changes
from hall.scan_folder import ScanFolder
from hall.sqlite_store import SCANS
from tests.beginning import placed
from tests.hall_world import HallWorld, Window, in_hall, problem

PDF = b"%PDF-1.7 " + bytes(range(256)) * 40
SHA = digest(PDF)
HALF = len(PDF) // 2


def scanned(window: Window, case: str, data: bytes = PDF, material: str = "D01-01") -> Fact:
    """The fact that names a scan."""
    body = bodies.Scanned(material, digest(data), len(data), "application/pdf", name="照.pdf")
    return window.make("scanned", body, case)


async def put(
    window: Window, data: bytes, offset: int = 0, *, whole: bytes = PDF, size: int = 0, piece: str = ""
) -> httpx.Response:
    """One piece, signed."""
    path = f"/sync/v1/blob/{digest(whole)}"
    query = f"offset={offset}&size={size or len(whole)}&piece={piece or digest(data)}"
    headers = sign_request(window.signer, "PUT", path, query, window.world.clock.now())
    return await window.client.put(f"{path}?{query}", content=data, headers=headers)


async def get(window: Window, data: bytes = PDF, ranged: str = "") -> httpx.Response:
    """The bytes, or some of them."""
    path = f"/sync/v1/blob/{digest(data)}"
    headers = sign_request(window.signer, "GET", path, "", window.world.clock.now())
    return await window.client.get(path, headers={**headers, **({"Range": ranged} if ranged else {})})


async def held(window: Window, data: bytes = PDF) -> tuple[int, int]:
    """How many bytes the hall has, and of how many; (-1, -1) when it does not know of it."""
    answer = await window.get(f"/sync/v1/blob/{digest(data)}", method="HEAD")
    return (int(answer.headers[OFFSET]), int(answer.headers[LENGTH])) if answer.status_code == 200 else (-1, -1)


async def taken_in(window: Window) -> str:
    """A case with one scan that the hall knows by its fact."""
    first = window.received(materials={"D01-01": "original"})
    await window.push(first)
    await window.push(scanned(window, first.case))
    return first.case


def test_s35_a_scan_comes_in_pieces_and_the_hall_says_when_it_is_whole(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        case = await taken_in(window)
        assert await held(window) == (0, len(PDF))
        first = await put(window, PDF[:HALF])
        assert msgspec.json.decode(first.content, type=BlobAnswer).held == HALF
        assert await held(window) == (HALF, len(PDF))
        state = world.case(case)
        assert state is not None
        assert [scan.came for scan in state.scans] == [False]
        assert (await put(window, PDF[HALF:], HALF)).status_code == 200
        state = world.case(case)
        assert state is not None
        assert [scan.came for scan in state.scans] == [True]
        assert (await get(window)).content == PDF
        await window.pull_all()
        last = world.entries()[-1]
        assert (json.loads(bytes(last.fact))["type"], last.scope) == ("scan.arrived", "single")
        assert await held(window) == (len(PDF), len(PDF))

    in_hall(tmp_path, story)


def test_s35_after_a_restart_of_the_hall_it_goes_on_where_it_was(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await taken_in(window)
        await put(window, PDF[:HALF])
        world.restart()
        async with world.client() as again:
            window.client = again
            assert await held(window) == (HALF, len(PDF))
            assert (await put(window, PDF[HALF:], HALF)).status_code == 200
            assert (await get(window)).content == PDF

    in_hall(tmp_path, story)


def test_s35_a_hall_killed_after_the_last_piece_tells_the_case_when_it_starts(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        case = await taken_in(window)
        world.store.scans.append(SHA, len(PDF), 0, PDF, 0.0)  # the power goes before anybody is told
        world.api.hall.start()
        state = world.case(case)
        assert state is not None
        assert state.scans[0].came

    in_hall(tmp_path, story)


def test_s35_the_same_paper_of_two_cases_travels_once(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await taken_in(window)
        await put(window, PDF)
        case = await taken_in(window)
        state = world.case(case)
        assert state is not None
        assert state.scans[0].came
        assert await held(window) == (len(PDF), len(PDF))

    in_hall(tmp_path, story)


def test_s35_wrong_bytes_are_thrown_away_and_a_changed_piece_costs_itself_alone(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await taken_in(window)
        await put(window, PDF[:HALF])
        changed = await put(window, b"x" * 10, HALF, piece=digest(PDF[HALF : HALF + 10]))
        assert (changed.status_code, problem(changed).error) == (422, "piece_wrong")
        assert await held(window) == (HALF, len(PDF))
        wrong = await put(window, b"x" * (len(PDF) - HALF), HALF)
        assert (wrong.status_code, problem(wrong).error) == (422, "blob_wrong")
        assert await held(window) == (0, len(PDF))
        assert (await get(window)).status_code == 404
        assert (await put(window, PDF)).status_code == 200

    in_hall(tmp_path, story)


def test_s35_a_piece_that_does_not_follow_is_told_where_to_go_on(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await taken_in(window)
        await put(window, PDF[:HALF])
        answer = await put(window, PDF[HALF + 5 :], HALF + 5)
        assert (answer.status_code, problem(answer).error) == (409, "blob_offset")
        assert problem(answer).facts["held"] == HALF
        again = await put(window, PDF[:HALF])  # its answer was lost
        assert msgspec.json.decode(again.content, type=BlobAnswer).held == HALF

    in_hall(tmp_path, story)


def test_s35_nobody_sends_or_reads_what_no_accepted_fact_of_his_scopes_names(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        assert (await put(window, PDF)).status_code == 404
        assert await held(window) == (-1, -1)
        await taken_in(window)
        await put(window, PDF)
        assert (await get(other)).content == PDF
        narrowed(world, "0007")
        assert (await get(other)).status_code == 404
        assert await held(other) == (-1, -1)
        assert (await put(other, PDF)).status_code == 404
        assert (await client.get(f"/sync/v1/blob/{SHA}")).status_code == 401

    in_hall(tmp_path, story)


def test_s35_a_window_sends_what_it_has_named_also_when_the_module_has_left_it(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        case = await taken_in(window)
        narrowed(world, "0012")
        assert await held(window) == (0, len(PDF))
        assert (await put(window, PDF)).status_code == 200
        assert await held(window) == (len(PDF), len(PDF))
        assert (await get(window)).status_code == 404
        state = world.case(case)
        assert state is not None
        assert [scan.came for scan in state.scans] == [True]

    in_hall(tmp_path, story)


def test_s35_t30_so_does_a_clone_whose_twin_has_brought_the_same_fact_before(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, twin = await world.window("0012", client), await world.window("0007", client)
        first = window.received(materials={"D01-01": "original"})
        both = first, scanned(window, first.case)
        await window.push(*both)
        await twin.push(*both)
        narrowed(world, "0007")
        assert await held(twin) == (0, len(PDF))
        assert (await put(twin, PDF)).status_code == 200
        assert await held(twin) == (len(PDF), len(PDF))

    in_hall(tmp_path, story)


def narrowed(world: HallWorld, number: str) -> None:
    """A terminal without the module of the cases."""
    with world.store.reading() as reading:
        row = reading.terminal(number)
    assert row is not None
    narrow = msgspec.structs.replace(row, scopes=("hall", "construction"))
    world.api.hall.change(lambda _reading, _now, _new_id: Changes(terminals={number: narrow}))


def test_s35_the_catalogue_stays_open_to_every_window(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        with world.store.reading() as reading:
            version = reading.head("catalogue")
            data = reading.blob(version)
        assert data is not None
        assert await held(window, data) == (len(data), len(data))
        part = await get(window, data, "bytes=10-19")
        assert (part.status_code, part.content) == (206, data[10:20])
        assert part.headers["Content-Range"] == f"bytes 10-19/{len(data)}"

    in_hall(tmp_path, story)


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-9", 206, PDF[:10]),
        (f"bytes={HALF}-", 206, PDF[HALF:]),
        (f"bytes={len(PDF)}-", 416, None),
        ("bytes=9-3", 416, None),
        ("lines=1-2", 416, None),
    ],
)
def test_s35_a_scan_is_read_on_from_where_the_line_was_cut(
    tmp_path: Path, asked: str, status: int, content: bytes | None
) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await taken_in(window)
        await put(window, PDF)
        answer = await get(window, PDF, asked)
        assert answer.status_code == status
        assert content is None or answer.content == content

    in_hall(tmp_path, story)


@pytest.mark.parametrize(
    ("quota", "status", "error"),
    [
        ({"hall_scan_bytes": 5000}, 507, "scans_full"),
        ({"hall_part_bytes": 5000}, 507, "scans_full"),
        ({"hall_scan_spare": 1 << 60}, 507, "scans_full"),
        ({"scan_bytes": 5000}, 413, "scan_too_big"),
        ({"scan_piece_bytes": 100}, 413, "body_too_big"),
    ],
)
def test_s35_the_halls_quota_has_a_typed_answer_and_stops_no_case(
    tmp_path: Path, quota: dict[str, int], status: int, error: str
) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await taken_in(window)
        answer = await put(window, PDF)
        assert (answer.status_code, problem(answer).error) == (status, error)
        assert (await window.push(window.received()))[0].verdict.v == "accepted"

    in_hall(tmp_path, story, limits=msgspec.structs.replace(LIMITS, **quota))


@pytest.mark.parametrize(
    ("size", "piece"), [(len(PDF) + 1, ""), (len(PDF), "abc"), (7, "")], ids=["other size", "no hash", "too short"]
)
def test_s35_a_piece_that_says_something_else_than_the_fact_is_refused(tmp_path: Path, size: int, piece: str) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await taken_in(window)
        assert (await put(window, PDF, size=size, piece=piece)).status_code == 422
        assert await held(window) == (0, len(PDF))

    in_hall(tmp_path, story)


def test_s35_parts_that_nobody_goes_on_with_are_cleaned_away_and_counted_until_then(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await taken_in(window)
        await put(window, PDF[:HALF])
        figures = (await client.get("/metrics")).text
        assert f"yichuang_scan_part_bytes {HALF}\n" in figures
        assert "yichuang_scans_to_come 1\n" in figures
        world.api.hall.tick()
        world.clock.go(LIMITS.scan_part_seconds + 1)
        world.api.hall.tick()
        assert await held(window) == (0, len(PDF))
        await put(window, PDF)
        figures = (await client.get("/metrics")).text
        assert f"yichuang_scan_bytes {len(PDF)}\n" in figures
        assert "yichuang_scan_part_bytes 0\n" in figures
        assert "yichuang_scans_to_come 0\n" in figures

    in_hall(tmp_path, story)


def test_s35_a_step_that_reads_the_papers_waits_for_them_and_is_judged_by_itself_when_they_come(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        case = await taken_in(window)
        assert (await window.push(window.accepted(case)))[0].verdict.v == "accepted", "acceptance waits for no line"
        verdict = (await window.push(window.examined(case)))[0].verdict
        assert (verdict.v, verdict.code, verdict.facts) == ("held", "papers_to_come", {"materials": "D01-01"})
        assert world.waiting() == ["papers_to_come"]
        await put(window, PDF)
        assert world.waiting() == []
        state = world.case(case)
        assert state is not None
        assert "examine" in state.steps

    in_hall(tmp_path, story)


def test_s35_a_step_is_judged_when_the_scan_has_come_though_the_hall_could_not_judge_it_just_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stayed held until the hall was started anew: the scan had been told, and nobody looked again."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        case = await taken_in(window)
        await window.push(window.accepted(case))
        assert (await window.push(window.examined(case)))[0].verdict.code == "papers_to_come"

        def no_room(*_: object) -> None:
            raise StorageTrouble("hall.storage")

        with monkeypatch.context() as patch:
            patch.setattr(world.api.hall, "rejudged", no_room)
            assert (await put(window, PDF)).status_code == 503
        assert world.waiting() == ["papers_to_come"]
        world.api.hall.tick()
        assert world.waiting() == []

    in_hall(tmp_path, story)


def test_s35_a_step_is_judged_also_where_its_scan_was_here_before_both(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await taken_in(window)
        await put(window, PDF)
        other = window.received(materials={"D01-01": "original"})
        case = other.case
        said = await window.push(other, scanned(window, case), window.accepted(case), window.examined(case))
        assert said[-1].verdict.code == "papers_to_come"
        world.api.hall.tick()
        assert world.waiting() == []

    in_hall(tmp_path, story)


def test_s35_who_has_the_paper_in_hand_goes_on_and_says_so(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        case = await taken_in(window)
        await window.push(window.accepted(case))
        body = bodies.StepDone("examine", seen="已阅原件")
        step = window.make("step.done", body, case, "2001", "single")
        assert (await window.push(step))[0].verdict.v == "accepted"

    in_hall(tmp_path, story)


def test_s35_a_scan_of_a_foreign_paper_is_kept_with_a_flag(tmp_path: Path) -> None:
    """S14: a fact of the counter is never refused."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        first = window.received(materials={"D01-01": "original"})
        await window.push(first)
        verdict = (await window.push(scanned(window, first.case, material="Z99-01")))[0].verdict
        assert (verdict.v, verdict.flags) == ("accepted", ("not_listed",))
        bad = window.make("scanned", bodies.Scanned("D01-01", "no hash", 0, "x"), first.case)
        assert (await window.push(bad))[0].verdict.flags == ("scan_kind",)
        state = world.case(first.case)
        assert state is not None
        assert [scan.material for scan in state.scans] == ["Z99-01"]

    in_hall(tmp_path, story)


def test_s35_the_second_place_has_the_scans_and_gives_them_back(tmp_path: Path) -> None:
    """S26."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await taken_in(window)
        await put(window, PDF)
        place = tmp_path / "second"
        backups = Backups(place, world.path, world.store, world.signer, world.clock)
        backups.step()
        backups.step()
        (copy,) = (place / SCANS).rglob(SHA)
        assert copy.read_bytes() == PDF
        other = ScanFolder(tmp_path / "other")
        assert (other.take_from(place / SCANS), other.take_from(place / SCANS)) == (1, 0)
        assert other.read(SHA, 0, len(PDF)) == (PDF, len(PDF))
        copy.write_bytes(b"x" * len(PDF))
        damaged = ScanFolder(tmp_path / "third")
        assert damaged.take_from(place / SCANS) == 0
        assert not damaged.is_whole(SHA)

    in_hall(tmp_path, story)


def test_s35_t40_a_scan_whose_last_piece_had_come_when_the_pc_went_down_can_be_opened(tmp_path: Path) -> None:
    """What lay there had no name yet, and what was asked for behind its end is nowhere."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        case = await taken_in(window)
        await put(window, PDF)
        place = await placed(world, "0032")
        await place.sync()
        state = place.memory.case_state(case)
        assert state is not None
        place.memory.want_scan(state.scans[0])
        place.memory.scan_files.add(SHA, 0, PDF)
        await place.line.sync_once(scans=True)
        path = place.memory.scan_path(SHA)
        assert path is not None
        assert path.read_bytes() == PDF

    in_hall(tmp_path, story)


def test_s35_a_push_that_names_a_scan_while_that_is_being_told_is_judged_at_the_next_tick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its word that the scan is here was taken for the one that had just been told: held until a restart."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        one, two = await world.window("0012", client), await world.window("0013", client)
        await taken_in(one)
        await put(one, PDF)
        first, second = (each.received(materials={"D01-01": "original"}) for each in (one, two))
        await one.push(first, scanned(one, first.case), one.accepted(first.case), one.examined(first.case))
        two.seal(second, scanned(two, second.case), two.accepted(second.case), two.examined(second.case))
        hall, body = world.api.hall, two.body(two.batch(1, 4))
        tell, pushed = hall._arrived, iter([body])

        def told(sha256: str) -> frozenset[str]:
            scopes = tell(sha256)
            for each in pushed:
                hall.push(each)
            return scopes

        monkeypatch.setattr(hall, "_arrived", told)
        for _ in range(2):
            hall.tick()
        assert world.waiting() == []

    in_hall(tmp_path, story)
