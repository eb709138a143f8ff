"""Attacks on groups, stubs, lanes and resolutions at the hall: nothing is doubled, and nothing waits for ever."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from casework import bodies
from casework.admit import admit
from casework.facts import Base, Fact, encode_fact
from casework.limits import LIMITS
from casework.wire import ENTRY_FACT, ENTRY_TRAY, Answered, PushAnswer
from hall import judging
from hall.sqlite_writing import SqliteWriting
from tests.hall_world import HallWorld, Window, in_hall, problem, together

Client = httpx.AsyncClient


def said(answers: tuple[Answered, ...]) -> list[tuple[str, str]]:
    """Verdict and code of each."""
    return [(answer.verdict.v, answer.verdict.code) for answer in answers]


async def a_case(window: Window) -> str:
    """A case that the hall has accepted the receipt of."""
    taken = window.received()
    assert said(await window.push(taken)) == [("accepted", "")]
    await window.pull_all()
    return taken.case


def refused_act(window: Window, case: str) -> Fact:
    """A judgement that the hall refuses: a helper accepts without an authorisation."""
    return window.make("accepted", bodies.Accepted("accept", "局"), case)


def state_of(world: HallWorld, case: str) -> str:
    """The state of a case; empty when the hall does not know it."""
    found = world.case(case)
    return found.state if found else ""


def poisoned(monkeypatch: pytest.MonkeyPatch, *ids: str) -> None:
    """`admit` breaks over these facts (S17); over none: it is mended."""

    def trips(case: Any, fact: Any, bench: Any, unseen: Any) -> Any:
        if fact.id in ids:
            raise ZeroDivisionError
        return admit(case, fact, bench, unseen)

    monkeypatch.setattr(judging, "admit", trips)


def as_stub(window: Window, seq: int) -> Any:
    """Replace what was sealed as `seq` by its stub; returns the whole."""
    whole = window.sent[seq - 1]
    window.sent[seq - 1] = msgspec.structs.replace(
        whole, fact=msgspec.Raw(b"null"), stub="damaged", fact_hash=window.envelopes[seq - 1].fact_hash
    )
    return whole


async def pushed(window: Window, first: int, last: int) -> list[tuple[str, str]]:
    """Push the sealed envelopes first..last."""
    answer = await window.post(window.batch(first, last))
    assert answer.status_code == 200, answer.text
    return said(msgspec.json.decode(answer.content, type=PushAnswer).verdicts)


# Groups


def test_t3_an_id_that_comes_twice_inside_one_group_counts_once(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        taken = window.received()
        other = msgspec.structs.replace(window.received(), id=taken.id)
        assert said(await window.push(*together(taken, other))) == [("accepted", ""), ("rejected", "id_reused")]
        again = window.received()
        assert said(await window.push(again, again)) == [("accepted", ""), ("accepted", "")]
        ids = [entry.fact_id for entry in world.entries() if entry.kind == ENTRY_FACT]
        assert len(ids) == len(set(ids))

    in_hall(tmp_path, story)


def test_s3_facts_and_groups_of_exactly_the_most_bytes_are_taken(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        full = LIMITS.group_bytes // LIMITS.fact_bytes
        facts = together(*(window.received() for _ in range(full)))
        exact = []
        for fact in facts:
            said_ = msgspec.json.decode(fact.body, type=bodies.Received)
            room = LIMITS.fact_bytes - len(encode_fact(fact))
            for pad in range(room - 40, room + 1):
                body = msgspec.structs.replace(said_, form={"note": "x" * pad})
                made = msgspec.structs.replace(fact, body=msgspec.Raw(msgspec.json.encode(body)))
                if len(msgspec.json.encode(made)) == LIMITS.fact_bytes:
                    exact.append(encode_fact(made))
                    break
        assert sum(map(len, exact)) == LIMITS.group_bytes == LIMITS.push_bytes
        assert said(await window.push(*exact)) == [("accepted", "")] * full

    in_hall(tmp_path, story)


def test_t4_no_envelope_stands_before_the_first(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        window.seal(window.received())
        before = len(world.entries())
        zero = msgspec.structs.replace(window.envelopes[0], seq=0)
        events = (msgspec.structs.replace(window.sent[0], seq=0),)
        early = msgspec.structs.replace(window.batch(1, 1), first=0, last=0, head=zero.hash, events=events)
        answer = await window.post(early)
        assert (answer.status_code, problem(answer).error) == (422, "unreadable")
        assert len(world.entries()) == before

    in_hall(tmp_path, story)


# Stubs


def test_s12_a_batch_of_stubs_alone_is_held_and_the_next_one_flows(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        window.seal(*(window.received() for _ in range(3)))
        for seq in (1, 2, 3):
            as_stub(window, seq)
        assert await pushed(window, 1, 3) == [("held", "bytes")] * 3
        assert await pushed(window, 1, 3) == [("held", "bytes")] * 3
        assert said(await window.push(window.received())) == [("accepted", "")]
        assert world.waiting() == ["bytes"] * 3

    in_hall(tmp_path, story)


def test_s12_what_follows_a_receipt_whose_bytes_are_missing_waits_and_comes_in_its_order(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        taken = window.received()
        receipts = together(taken)
        window.seal(
            *receipts,
            *together(window.accepted(taken.case), after=receipts[0].group.id),
            window.make("printed", bodies.Printed("receipt", 1, ""), taken.case),
            window.examined(taken.case),
        )
        whole = as_stub(window, 1)
        assert await pushed(window, 1, 4) == [
            ("held", "bytes"), ("held", "after"), ("held", "lane"), ("held", "lane"),
        ]  # fmt: skip
        window.sent[0] = whole
        assert await pushed(window, 1, 4) == [("accepted", "")] * 4
        order = [entry.fact_id for entry in world.entries() if entry.kind == ENTRY_FACT][-4:]
        assert order == [msgspec.json.decode(bytes(event.fact))["id"] for event in window.sent]
        case = world.case(taken.case)
        assert case is not None
        assert (case.state, len(case.papers), "examine" in case.steps) == ("accepted", 1, True)
        assert world.waiting() == []

    in_hall(tmp_path, story)


def test_s12_what_waited_for_unread_bytes_in_another_lane_goes_on_when_they_come(tmp_path: Path) -> None:
    """Of bytes that nobody could read nobody knows whose they are: the next applicant's file waited, and for ever."""

    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        opened = bodies.PrefileOpened("K7PM3XQ2", "single", bodies.Form("D01"))
        file = window.make("prefile.opened", opened, "f" * 32)
        window.seal(window.received(), file)
        whole = as_stub(window, 1)
        assert await pushed(window, 1, 2) == [("held", "bytes"), ("held", "lane")]
        window.sent[0] = whole
        assert await pushed(window, 1, 1) == [("accepted", "")]
        assert world.waiting() == []
        assert file.id in [entry.fact_id for entry in world.entries() if entry.kind == ENTRY_FACT]

    in_hall(tmp_path, story)


def test_s16_bytes_that_are_lost_for_good_can_be_given_up_with_all_that_followed(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        taken = window.received()
        receipts = together(taken)
        judged = together(window.accepted(taken.case), after=receipts[0].group.id)
        window.seal(*receipts, *judged)
        whole = as_stub(window, 1)
        await pushed(window, 1, 2)
        lost = window.envelopes[0].fact_hash
        assert said(await window.push(window.gives_up(taken.case, lost))) == [("accepted", "")]
        assert world.waiting() == ["after"]
        assert said(await window.push(window.gives_up(taken.case, judged[0].id))) == [("accepted", "")]
        assert world.waiting() == []
        window.sent[0] = whole
        assert (await pushed(window, 1, 1)) == [("rejected", "settled")]
        assert world.case(taken.case) is None
        assert said(await window.push(window.received())) == [("accepted", "")]

    in_hall(tmp_path, story)


# Lanes and resolutions


def test_t55_a_refused_amendment_leaves_the_lane_as_it_was(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        case = await a_case(window)
        wrong, held = refused_act(window, case), window.accepted(case)
        await window.push(wrong, held)
        amend = window.make("resolve.amend", bodies.ResolveAmend((wrong.id,), "换人"), case, "2001", "single")
        again = together(amend, refused_act(window, case))
        assert [v for v, _ in said(await window.push(*again))] == ["rejected", "rejected"]
        assert said(await window.push(window.gives_up(case, wrong.id))) == [("accepted", "")]
        assert state_of(world, case) == "accepted"
        assert said(await window.push(window.gives_up(case, *(fact.id for fact in again)))) == [("accepted", "")]
        assert world.waiting() == []

    in_hall(tmp_path, story)


@pytest.mark.parametrize("printed", ["acceptance", "receipt"])
def test_s15_what_was_handed_out_on_paper_is_not_just_given_up(tmp_path: Path, printed: str) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        case = await a_case(window)
        wrong = refused_act(window, case)
        await window.push(wrong, window.make("printed", bodies.Printed(printed, 1, ""), case))
        (answer,) = await window.push(window.gives_up(case, wrong.id))
        wanted = ("rejected", "paper_out") if printed == "acceptance" else ("accepted", "")
        assert (answer.verdict.v, answer.verdict.code) == wanted

    in_hall(tmp_path, story)


def test_t54_two_terminals_settle_the_same_thing_and_both_trays_end_empty(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        one, two = await world.window("0007", client), await world.window("0008", client)
        case = await a_case(window)
        wrong, held = refused_act(window, case), window.accepted(case)
        await window.push(wrong, held)
        for other in (one, two):
            await other.pull_all()
        late = two.gives_up(case, wrong.id)
        assert said(await one.push(one.gives_up(case, wrong.id))) == [("accepted", "")]
        assert said(await two.push(late)) == [("rejected", "nothing_refused")]
        assert state_of(world, case) == "accepted"
        assert said(await two.push(two.examined(case))) == [("accepted", "")]
        assert said(await two.push(two.gives_up(case, late.id))) == [("accepted", "")]
        assert world.waiting() == []

    in_hall(tmp_path, story)


@pytest.mark.parametrize("where", ["0012", "0099"])
def test_s17_a_resolution_that_was_held_is_judged_again_and_frees_its_lane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        there = window if where == "0012" else await world.window(where, client)
        case = await a_case(window)
        wrong, held = refused_act(window, case), window.accepted(case)
        await window.push(wrong, held)
        resolution = there.gives_up(case, wrong.id)
        poisoned(monkeypatch, resolution.id)
        assert said(await there.push(resolution)) == [("held", "internal")]
        poisoned(monkeypatch)
        world.api.hall.rejudge()
        assert state_of(world, case) == "accepted"
        assert world.waiting() == []

    in_hall(tmp_path, story)


def test_s3_a_resolution_after_a_held_group_waits_with_it_and_then_settles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        case = await a_case(window)
        wrong, held = refused_act(window, case), window.accepted(case)
        await window.push(wrong, held)
        paper = together(window.make("material.added", bodies.MaterialAdded({"D01-01": "copy"}), case))
        amend = window.make("resolve.amend", bodies.ResolveAmend((wrong.id,), "补材料"), case, "3001", "supervisor")
        poisoned(monkeypatch, paper[0].id)
        answers = await window.push(*paper, *together(amend, after=paper[0].group.id))
        assert said(answers) == [("held", "internal"), ("held", "after")]
        world.api.hall.rejudge()
        assert world.waiting() == ["no_authorisation", "lane", "internal", "after"]
        poisoned(monkeypatch)
        world.restart()
        world.api.hall.rejudge()
        assert world.waiting() == []
        assert state_of(world, case) == "accepted"

    in_hall(tmp_path, story)


def test_s14_a_held_paper_of_the_counter_is_judged_again_though_its_lane_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        case = await a_case(window)
        printed = window.make("printed", bodies.Printed("receipt", 1, ""), case)
        poisoned(monkeypatch, printed.id)
        await window.push(printed, refused_act(window, case))
        assert world.waiting() == ["internal", "lane"]
        poisoned(monkeypatch)
        world.api.hall.rejudge()
        assert world.waiting() == ["no_authorisation"]
        newer = window.make("printed", bodies.Printed("receipt", 2, "0012-1"), case)
        poisoned(monkeypatch, newer.id)
        assert said(await window.push(newer)) == [("held", "internal")]
        poisoned(monkeypatch)
        world.api.hall.rejudge()
        assert world.waiting() == ["no_authorisation"]
        found = world.case(case)
        assert found is not None
        assert len(found.papers) == 2

    in_hall(tmp_path, story)


def test_s16_whoever_saw_a_tray_line_sees_how_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that was shown to all before its case had a module is settled before all."""

    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        taken = window.received()
        poisoned(monkeypatch, taken.id)
        wrong = refused_act(window, taken.case)
        assert said(await window.push(taken, wrong)) == [("held", "internal"), ("held", "lane")]
        poisoned(monkeypatch)
        world.api.hall.rejudge()
        assert said(await window.push(window.gives_up(taken.case, wrong.id))) == [("accepted", "")]
        lines = [entry for entry in world.entries() if entry.kind == ENTRY_TRAY and entry.tray]
        told = [
            (entry.scope, bool(entry.tray.settled)) for entry in lines if entry.tray and entry.tray.fact == wrong.id
        ]
        ((shown_in, _),) = set(told) - {(scope, True) for scope, _ in told}
        assert (shown_in, True) in told
        assert world.waiting() == []

    in_hall(tmp_path, story)


def test_s5_what_was_seen_in_another_epoch_counts_as_not_seen(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = await a_case(window)
        await other.pull_all()
        await other.push(other.make("supplement.told", bodies.SupplementTold(
            (bodies.SupplementLine("D01-01", "缺页", "补齐"),)), case))  # fmt: skip
        await other.push(other.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), case))
        await window.pull_all()
        old = window.accepted(case, base=Base(7, window.cursor, len(window.sent)))
        (answer,) = await window.push(old)
        assert (answer.verdict.code, answer.verdict.facts) == (
            "stale", {"what": "material.added, supplement.told"},
        )  # fmt: skip

    in_hall(tmp_path, story)


# The hall's machine


@pytest.mark.parametrize("where", ["_put_states", "_put_registers", "save"])
def test_t6_a_hall_that_dies_at_any_statement_of_a_batch_has_all_of_it_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        case = await a_case(window)
        window.seal(window.received(), refused_act(window, case), window.received())
        before, dark, whole = len(world.entries()), tmp_path / "dark", getattr(SqliteWriting, where)

        def dies(writing: SqliteWriting, *args: Any) -> None:
            whole(writing, *args)
            dark.mkdir()
            for file in world.path.parent.glob("hall.db*"):  # the disk as it is at this moment
                shutil.copy(file, dark)
            raise KeyError("the power went")

        monkeypatch.setattr(SqliteWriting, where, dies)
        assert (await window.post(window.batch(2, 4))).status_code == 500
        monkeypatch.setattr(SqliteWriting, where, whole)
        world.path = dark / "hall.db"
        world.restart()
        async with world.client() as again:
            window.client = again
            assert len(world.entries()) == before
            assert await pushed(window, 2, 4) == [("accepted", ""), ("rejected", "no_authorisation"), ("accepted", "")]
            assert await pushed(window, 2, 4) == [("accepted", ""), ("rejected", "no_authorisation"), ("accepted", "")]
        ids = [entry.fact_id for entry in world.entries() if entry.kind == ENTRY_FACT]
        assert len(ids) == len(set(ids))

    in_hall(tmp_path, story)


def test_t30_two_machines_with_one_name_are_told_apart_from_a_restored_hall(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        await window.push(window.received())
        clone = Window(world, "0012", client)
        clone.hand.count = 500
        clone.seal(clone.received())
        answer = await clone.post(clone.batch(1, 1))
        assert (answer.status_code, problem(answer).error) == (409, "forked")

    in_hall(tmp_path, story)


def test_a_late_copy_of_an_old_push_does_not_set_a_terminal_back(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        window.seal(window.received())
        early = window.body(window.batch(1, 1))
        await client.post("/sync/v1/push", content=early)
        await window.pull_all()
        await window.push(window.received())
        world.restart()
        async with world.client() as after:
            assert (await after.post("/sync/v1/push", content=early)).status_code == 200
        with world.store.reading() as reading:
            row = reading.terminal("0012")
        assert row is not None
        assert (row.acked, row.cursor) == (2, window.cursor)

    in_hall(tmp_path, story)
