"""What a push may meet at the hall: the troubles of acknowledgement (T1-T9) and of judging (S13-S17)."""

from __future__ import annotations

import asyncio
import gzip
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from casework import bodies
from casework.admit import admit
from casework.facts import NO_HASH, Base, encode_fact
from casework.limits import Limits
from casework.wire import ENTRY_FACT, ENTRY_TRAY, ENTRY_VERDICT, Answered
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


def test_a_case_taken_in_at_a_window_reaches_the_hall_and_comes_back(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        await window.pull_all()
        taken = window.received()
        (answer,) = await window.push(taken)
        assert (answer.verdict.v, answer.verdict.flags, answer.duplicate) == ("accepted", (), False)
        await window.pull_all()
        newest = window.links[-1].entry
        assert newest is not None
        assert (newest.fact_id, newest.scope, newest.n, newest.seq) == (taken.id, "single", 1, answer.entry)
        assert bytes(newest.fact) == encode_fact(taken)
        assert world.case(taken.case) is not None

    in_hall(tmp_path, story)


def test_t1_when_the_answer_was_lost_the_same_batch_gets_the_same_verdicts(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        taken = window.received()
        refused = window.examined(taken.case)
        first = await window.push(taken, refused)
        size = len(world.entries())
        again = await window.push(first=1)
        assert said(first) == said(again) == [("accepted", ""), ("rejected", "step_not_open")]
        assert [answer.entry for answer in first] == [answer.entry for answer in again]
        assert [answer.duplicate for answer in again] == [True, True]
        assert len(world.entries()) == size

    in_hall(tmp_path, story)


def test_t2_the_same_push_twice_at_once_counts_once(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        world.start(asyncio.to_thread)
        async with world.client() as two:
            window = await world.window("0012", two)
            window.seal(window.received(), window.received())
            batch = window.batch(1, 2)
            answers = await asyncio.gather(*(two.post("/sync/v1/push", content=window.body(batch)) for _ in range(4)))
        assert {answer.status_code for answer in answers} == {200}
        assert sum(entry.kind == ENTRY_FACT and entry.scope == "single" for entry in world.entries()) == 2

    in_hall(tmp_path, story)


def test_t3_an_id_used_for_other_bytes_is_refused_alone(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        taken = window.received()
        other = msgspec.structs.replace(window.received(), id=taken.id)
        answers = await window.push(taken, other, window.received())
        assert said(answers) == [("accepted", ""), ("rejected", "id_reused"), ("accepted", "")]
        assert world.waiting() == ["id_reused"]

    in_hall(tmp_path, story)


def test_t4_batches_in_the_wrong_order_are_asked_for_from_the_first_missing_one(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        window.seal(*(window.received() for _ in range(6)))
        late = await window.post(window.batch(4, 6))
        assert (late.status_code, problem(late).error, problem(late).facts) == (409, "gap", {"next": 1})
        assert (await window.post(window.batch(1, 3))).status_code == 200
        assert (await window.post(window.batch(2, 6))).status_code == 200

    in_hall(tmp_path, story)


def test_t5_every_event_of_a_batch_has_its_verdict_in_order(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        taken = window.received()
        answers = await window.push(taken, window.examined(taken.case), window.received(), b'{"no":"fact"}')
        assert [answer.seq for answer in answers] == [1, 2, 3, 4]
        assert said(answers)[-1] == ("held", "bytes")

    in_hall(tmp_path, story)


def test_t7_a_poisoned_event_is_held_and_judged_again_by_the_next_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        case = await a_case(window)
        good = admit
        poison = window.accepted(case)

        def trips(case: Any, fact: Any, bench: Any, unseen: Any) -> Any:
            if fact.id == poison.id:
                raise ZeroDivisionError
            return good(case, fact, bench, unseen)

        monkeypatch.setattr(judging, "admit", trips)
        answers = await window.push(poison, window.examined(case), window.received())
        assert said(answers) == [("held", "internal"), ("held", "lane"), ("accepted", "")]
        monkeypatch.setattr(judging, "admit", good)
        world.restart()
        world.api.hall.rejudge()
        state = world.case(case)
        assert state is not None
        assert (state.state, "examine" in state.steps) == ("accepted", True)
        assert world.waiting() == []

    in_hall(tmp_path, story)


def test_t8_t9_what_depends_on_a_refusal_waits_also_over_a_restart_and_the_rest_flows(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        case, other = await a_case(window), await a_case(window)
        helper = window.make("accepted", bodies.Accepted("accept", "局"), case)
        answers = await window.push(helper, window.examined(case), window.accepted(other))
        assert said(answers) == [("rejected", "no_authorisation"), ("held", "lane"), ("accepted", "")]
        world.restart()
        async with world.client() as after:
            window.client = after
            printed = window.make("printed", bodies.Printed("receipt", 1, ""), case)
            assert said(await window.push(window.examined(case), printed)) == [("held", "lane"), ("accepted", "")]
        assert world.waiting() == ["no_authorisation", "lane", "lane"]

    in_hall(tmp_path, story)


def test_t54_a_lane_is_settled_from_another_terminal_and_judged_again_in_order(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = await a_case(window)
        wrong = window.make("accepted", bodies.Accepted("accept", "局"), case)
        right, examined = window.accepted(case), window.examined(case)
        assert said(await window.push(wrong, right, examined))[1:] == [("held", "lane")] * 2
        await other.pull_all()
        assert said(await other.push(other.gives_up(case, wrong.id))) == [("accepted", "")]
        state = world.case(case)
        assert state is not None
        assert (state.state, "examine" in state.steps) == ("accepted", True)
        assert world.waiting() == []
        await window.pull_all()
        revisions = [
            link.entry.verdict.revision
            for link in window.links
            if link.entry and link.entry.fact_id in {right.id, examined.id} and link.entry.kind == ENTRY_FACT
            if link.entry.verdict
        ]
        assert revisions == [2, 2]
        assert said(await window.push(first=2)) == [
            ("rejected", "no_authorisation"),
            ("accepted", ""),
            ("accepted", ""),
        ]

    in_hall(tmp_path, story)


def test_t55_a_refused_resolution_leaves_the_lane_as_it_was(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        case = await a_case(window)
        wrong, held = window.make("accepted", bodies.Accepted("accept", "局"), case), window.accepted(case)
        await window.push(wrong, held)
        assert said(await window.push(window.gives_up(case, "0" * 32))) == [("rejected", "nothing_refused")]
        assert said(await window.push(window.examined(case))) == [("held", "lane")]
        later = window.gives_up(case, wrong.id)
        assert said(await window.push(later)) == [("accepted", "")]
        assert world.waiting() == ["nothing_refused"]
        state = world.case(case)
        assert state is not None
        assert state.state == "accepted"

    in_hall(tmp_path, story)


def test_an_amendment_takes_the_place_of_what_was_refused(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        case = await a_case(window)
        wrong = window.make("accepted", bodies.Accepted("accept", "局"), case)
        held = window.examined(case)
        await window.push(wrong, held)
        amend = window.make("resolve.amend", bodies.ResolveAmend((wrong.id,), "换人"), case, "2001", "single")
        answers = await window.push(*together(amend, window.accepted(case)))
        assert said(answers) == [("accepted", ""), ("accepted", "")]
        state = world.case(case)
        assert state is not None
        assert "examine" in state.steps
        assert world.waiting() == []

    in_hall(tmp_path, story)


def test_a_held_event_that_was_given_up_never_comes_back(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        case = await a_case(window)
        wrong, held = window.make("accepted", bodies.Accepted("accept", "局"), case), window.accepted(case)
        await window.push(wrong, held)
        await window.push(window.gives_up(case, wrong.id, held.id))
        state = world.case(case)
        assert state is not None
        assert (state.state, world.waiting()) == ("received", [])
        world.api.hall.rejudge()
        assert said(await window.push(first=3))[0] == ("rejected", "settled")

    in_hall(tmp_path, story)


def test_what_was_refused_because_its_case_never_came_has_a_way_out(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        lost = window.accepted("f" * 32)
        assert said(await window.push(lost)) == [("rejected", "no_case")]
        assert said(await window.push(window.gives_up("f" * 32, lost.id))) == [("accepted", "")]
        assert world.waiting() == []

    in_hall(tmp_path, story)


def test_t51_of_two_who_decide_at_once_one_is_accepted(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, two = await world.window("0012", client), await world.window("0007", client)
        case = await a_case(one)
        await one.push(one.accepted(case), one.examined(case))
        await one.pull_all()
        await two.pull_all()
        decisions = await one.push(one.decided(case)), await two.push(two.decided(case))
        assert [said(answer)[0] for answer in decisions] == [("accepted", ""), ("rejected", "stale")]
        await two.pull_all()
        assert said(await two.push(two.gives_up(case, two.hand.new_id())))[0][0] == "rejected"

    in_hall(tmp_path, story)


def test_whoever_had_not_seen_the_withdrawal_is_told_what_she_missed(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, two = await world.window("0012", client), await world.window("0007", client)
        case = await a_case(one)
        await two.pull_all()
        base = Base(1, two.cursor, 0)
        await one.push(one.make("withdrawn", bodies.Withdrawn("不办了"), case))
        (answer,) = await two.push(two.accepted(case, base=base))
        assert (answer.verdict.code, answer.verdict.facts) == ("stale", {"what": "withdrawn"})

    in_hall(tmp_path, story)


def test_own_papers_of_the_same_command_do_not_make_a_judgement_stale(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        case = await a_case(window)
        base = Base(1, window.cursor, len(window.sent))
        papers = window.make("material.added", bodies.MaterialAdded({"D01-01": "copy"}), case, base=base)
        accepted = window.accepted(case, base=base)
        first = together(papers)
        second = together(accepted, after=first[0].group.id)
        assert said(await window.push(*first, *second)) == [("accepted", ""), ("accepted", "")]

    in_hall(tmp_path, story)


def test_t63_a_draft_received_at_two_windows_stands_with_a_flag(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, two = await world.window("0012", client), await world.window("0007", client)
        taken = one.received()
        await one.push(taken)
        (answer,) = await two.push(two.received(case=taken.case))
        assert (answer.verdict.v, answer.verdict.flags) == ("accepted", ("received_twice",))
        (doubled,) = await two.push(two.received(number=msgspec.json.decode(taken.body)["number"]))
        assert doubled.verdict.flags == ("number_doubled",)

    in_hall(tmp_path, story)


def test_t64_three_receipts_stand_and_their_judgements_come_back_together(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        root = window.hand.new_id()
        taken = [msgspec.structs.replace(window.received(), root=root) for _ in range(3)]
        judged = [msgspec.structs.replace(window.accepted(fact.case), root=root) for fact in taken]
        judged[1] = msgspec.structs.replace(judged[1], actor="1001", post="window")
        receipts = together(*taken)
        answers = await window.push(*receipts, *together(*judged, after=receipts[0].group.id))
        assert said(answers[:3]) == [("accepted", "")] * 3
        assert said(answers[3:]) == [("rejected", "group"), ("rejected", "no_authorisation"), ("rejected", "group")]
        assert {world.case(fact.case).state for fact in taken if world.case(fact.case)} == {"received"}  # type: ignore[union-attr]

    in_hall(tmp_path, story)


def test_a_judgement_waits_for_the_group_that_it_follows(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        taken = msgspec.structs.replace(window.received(), version=99)
        receipts = together(taken)
        judged = together(window.accepted(taken.case), after=receipts[0].group.id)
        assert said(await window.push(*receipts, *judged)) == [("held", "version"), ("held", "after")]

    in_hall(tmp_path, story)


def test_a_group_that_came_in_half_waits_whole_and_comes_back_with_its_bytes(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        one = window.received()
        pair = together(one, msgspec.structs.replace(window.received(), root=one.root))
        window.seal(pair[0], encode_fact(pair[1]))
        whole = window.sent[1]
        window.sent[1] = msgspec.structs.replace(
            whole, fact=msgspec.Raw(b"null"), stub="too big for a proxy", fact_hash=window.envelopes[1].fact_hash
        )
        stubbed = await window.post(window.batch(1, 2))
        assert said(msgspec.json.decode(stubbed.content, type=PushVerdicts).verdicts) == [
            ("held", "group"), ("held", "bytes"),
        ]  # fmt: skip
        window.sent[1] = whole
        arrived = await window.push(window.received(), first=2)
        assert said(arrived) == [("accepted", ""), ("accepted", "")]
        assert world.case(one.case) is not None
        assert world.waiting() == []

    in_hall(tmp_path, story)


class PushVerdicts(msgspec.Struct):
    """The part of an answer that a test reads."""

    verdicts: tuple[Answered, ...]


def test_t66_an_event_of_a_newer_version_waits_and_blocks_nobody_else(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        case = await a_case(window)
        newer = msgspec.structs.replace(window.examined(case), type="step.dreamt")
        assert said(await window.push(newer, window.received())) == [("held", "version"), ("accepted", "")]

    in_hall(tmp_path, story)


def test_t69_a_storage_error_while_judging_is_503_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        before = world.entries()
        whole = SqliteWriting._put_registers

        def full(*_: Any) -> None:
            raise sqlite3.OperationalError("database or disk is full: /data/hall.db")

        monkeypatch.setattr(SqliteWriting, "_put_registers", full)
        window.seal(window.received())
        answer = await window.post(window.batch(1, 1))
        assert (answer.status_code, problem(answer).error) == (503, "storage")
        assert answer.headers["Retry-After"] == "1"
        assert "/data" not in answer.text
        assert world.entries() == before
        monkeypatch.setattr(SqliteWriting, "_put_registers", whole)
        assert (await window.post(window.batch(1, 1))).status_code == 200

    in_hall(tmp_path, story)


def test_a_decision_forged_by_a_helper_is_refused_kept_and_shown(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        case = await a_case(window)
        await window.push(window.accepted(case), window.examined(case))
        forged = window.decided(case, "1001", "window")
        assert said(await window.push(forged)) == [("rejected", "helper_may_not")]
        tray = [entry for entry in world.entries() if entry.kind == ENTRY_TRAY][-1]
        assert tray.tray is not None
        assert (tray.scope, tray.tray.actor, tray.tray.insistable) == ("single", "1001", False)
        told = [entry for entry in world.entries() if entry.kind == ENTRY_VERDICT]
        assert [entry.scope for entry in told] == ["terminal/0012"]
        kept = msgspec.json.decode((await window.get(f"/sync/v1/case/{case}")).content)["kept"]
        assert [(one["terminal"], one["fact"]["id"]) for one in kept] == [("0012", forged.id)]

    in_hall(tmp_path, story)


def test_a_terminal_can_not_speak_for_the_hall(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        promoted = bodies.StaffSet("1001", "我", "officer", ("chief",), "-")
        assert said(await window.push(window.make("staff.set", promoted, "x"))) == [("rejected", "hall_only")]
        with world.store.reading() as reading:
            assert reading.staff(("1001",))["1001"].team == "helper"

    in_hall(tmp_path, story)


def test_a_receipt_with_a_doubtful_clock_stands_with_a_flag(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        unproven = window.received()
        time = msgspec.structs.replace(unproven.time, offset_ms=None, contact=None)
        ahead = window.received()
        later = msgspec.structs.replace(ahead.time, at="2027-11-23T09:00:00.000")
        answers = await window.push(
            msgspec.structs.replace(unproven, time=time), msgspec.structs.replace(ahead, time=later)
        )
        assert [answer.verdict.flags for answer in answers] == [("clock_unproven",)] * 2

    in_hall(tmp_path, story)


def test_t52_an_event_that_is_too_big_is_refused_and_the_next_one_is_taken(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        fat = msgspec.json.encode(window.received(form={"note": "长" * 8000}))
        assert said(await window.push(fat, window.received())) == [("rejected", "too_big"), ("accepted", "")]
        window.seal(*(window.received() for _ in range(251)))
        many = await window.post(window.batch(3, 253))
        assert (many.status_code, problem(many).error) == (413, "batch_too_big")

    in_hall(tmp_path, story)


def test_packed_bodies_are_read_and_bombs_are_not(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        window.seal(window.received())
        body = window.body(window.batch(1, 1))
        packed = {"Content-Encoding": "gzip"}
        bomb = await client.post("/sync/v1/push", content=gzip.compress(b" " * 3_000_000), headers=packed)
        cut = await client.post("/sync/v1/push", content=gzip.compress(body)[:-9], headers=packed)
        odd = await client.post("/sync/v1/push", content=body, headers={"Content-Encoding": "br"})
        good = await client.post("/sync/v1/push", content=gzip.compress(body), headers=packed)
        assert [answer.status_code for answer in (bomb, cut, odd, good)] == [413, 422, 422, 200]

    in_hall(tmp_path, story)


@pytest.mark.parametrize("body", [b"", b"{}", b"[" * 100_000, b"\xff\xfe", b'{"alg":1}', b"null"])
def test_a_body_that_is_no_batch_has_a_typed_answer(tmp_path: Path, body: bytes) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        for path in ("/sync/v1/push", "/sync/v1/enrol"):
            answer = await client.post(path, content=body)
            assert (answer.status_code, problem(answer).error) == (422, "unreadable")
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Hall-Time"] == "2026-11-23T09:00:00.000"

    in_hall(tmp_path, story)


def test_t16_a_body_that_somebody_rewrote_is_not_believed(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        window.seal(window.received())
        batch = window.batch(1, 1)
        rewritten = window.body(batch).replace("张建国".encode(), "张建强".encode())
        assert (await client.post("/sync/v1/push", content=rewritten)).status_code == 401
        foreign = await client.post("/sync/v1/push", content=other.body(batch))
        assert (foreign.status_code, problem(foreign).error) == (401, "signature")
        assert (await window.post(msgspec.structs.replace(batch, head=NO_HASH))).status_code == 422
        unknown = await window.post(msgspec.structs.replace(batch, terminal="0099"))
        assert (unknown.status_code, problem(unknown).error) == (401, "unknown_key")

    in_hall(tmp_path, story)


def test_t30_a_cloned_disk_is_noticed_and_nothing_of_it_is_stored(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        window.seal(window.received(), window.received())
        clone = Window(world, "0012", client)
        clone.hand.count = 500
        clone.seal(clone.received(), clone.received(), clone.received())
        await window.push(first=1)
        before = len(world.entries())
        answers = [await clone.post(clone.batch(1, 3)), await clone.post(clone.batch(3, 3))]
        assert {(answer.status_code, problem(answer).error) for answer in answers} == {(409, "forked")}
        stranger = Window(world, "0012", client, "b")
        stranger.signer = window.signer
        stranger.seal(stranger.received())
        assert problem(await stranger.post(stranger.batch(1, 1))).error == "not_enrolled"
        assert len(world.entries()) == before

    in_hall(tmp_path, story)


def test_a_group_with_too_many_facts_or_bytes_is_refused_whole(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        answers = await window.push(*together(*(window.received() for _ in range(5))))
        assert said(answers) == [("rejected", "too_big")] * 5

    in_hall(tmp_path, story, limits=Limits(group_facts=4))


def test_s8_pushes_that_wait_for_each_other_are_committed_together_and_each_is_judged_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S8: one wait for the disk for all of them; what is wrong with one is answered to that one alone."""
    commits: list[int] = []

    async def story(world: HallWorld, client: Client) -> None:
        windows = [await world.window(number, client) for number in ("0011", "0012", "0013", "0014")]
        for window in windows:
            window.seal(window.received(), window.received())
        batches = [window.batch(1, 2) for window in windows]
        batches[2] = windows[2].batch(2, 2)  # what is before it never came: a gap
        before = len(world.entries())
        saved = SqliteWriting.save

        def counted(self: SqliteWriting, changes: Any) -> tuple[int, ...]:
            commits.append(id(self))
            return saved(self, changes)

        monkeypatch.setattr(SqliteWriting, "save", counted)
        answers = await asyncio.gather(*(window.post(batch) for window, batch in zip(windows, batches, strict=True)))
        assert [answer.status_code for answer in answers] == [200, 200, 409, 200]
        assert len(commits) == 3
        assert len(set(commits)) == 1
        assert len(world.entries()) == before + 6
        await windows[0].pull_all()

    in_hall(tmp_path, story)


def test_t69_a_storage_error_while_several_are_judged_stores_nothing_of_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        windows = [await world.window(number, client) for number in ("0011", "0012", "0013")]
        before = len(world.entries())
        saved = SqliteWriting.save
        with monkeypatch.context() as broken:

            def fails_at_the_second(self: SqliteWriting, changes: Any) -> tuple[int, ...]:
                if "0012" in changes.terminals:
                    raise sqlite3.OperationalError("disk I/O error")
                return saved(self, changes)

            broken.setattr(SqliteWriting, "save", fails_at_the_second)
            for window in windows:
                window.seal(window.received())
            answers = await asyncio.gather(*(window.post(window.batch(1, 1)) for window in windows))
        assert [answer.status_code for answer in answers] == [503, 503, 503]
        assert len(world.entries()) == before
        again = await asyncio.gather(*(window.post(window.batch(1, 1)) for window in windows))
        assert [answer.status_code for answer in again] == [200, 200, 200]
        assert len(world.entries()) == before + 3

    in_hall(tmp_path, story)
