"""The third way out of the tray: a person insists; and what is on paper is never contradicted in silence (S15)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from casework import bodies
from casework.case import Case
from casework.facts import Base, Fact
from casework.wire import ENTRY_FACT, Answered, CaseAnswer
from hall.office import own_facts
from tests.hall_world import HallWorld, Window, in_hall, together

Client = httpx.AsyncClient
BOSS: dict[str, Any] = {"actor": "3001", "post": "supervisor"}


def said(answers: tuple[Answered, ...]) -> list[tuple[str, str]]:
    """Verdict and code of each."""
    return [(answer.verdict.v, answer.verdict.code) for answer in answers]


async def a_case(window: Window, **said_: Any) -> str:
    """A case that the hall has accepted the receipt of."""
    taken = window.received(**said_)
    assert said(await window.push(taken)) == [("accepted", "")]
    await window.pull_all()
    return taken.case


def case_of(world: HallWorld, id_: str) -> Case:
    """The case as the hall holds it."""
    found = world.case(id_)
    assert found is not None
    return found


def insists(window: Window, case: str, *facts: Fact, reason: str = "材料齐全", **who: Any) -> Fact:
    """The resolution that makes refused facts stand."""
    body = bodies.ResolveInsist(tuple(fact.id for fact in facts), reason)
    return window.make("resolve.insist", body, case, **{**BOSS, **who})


async def stale(window: Window, other: Window, case: str) -> Fact:
    """An acceptance that is refused: its maker had not seen that a paper came."""
    await other.pull_all()
    added = other.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), case, "1002")
    await other.push(added)
    late = window.accepted(case, base=Base(window.epoch, window.cursor, len(window.sent)))
    assert said(await window.push(late)) == [("rejected", "stale")]
    return late


def test_s15_what_somebody_with_the_right_insists_on_stands_with_its_own_bytes(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = await a_case(window)
        late = await stale(window, other, case)
        held = window.examined(case)
        assert said(await window.push(held)) == [("held", "lane")]
        assert said(await other.push(insists(other, case, late))) == [("accepted", "")]
        assert world.waiting() == []
        made = next(entry for entry in world.entries() if entry.kind == ENTRY_FACT and entry.fact_id == late.id)
        assert made.verdict is not None
        assert (made.verdict.v, made.verdict.flags, made.verdict.revision) == ("accepted", ("insisted",), 2)
        assert bytes(made.fact) == bytes(window.sent[-2].fact)
        assert case_of(world, case).accepted_by == ("2001",)
        assert "examine" in case_of(world, case).steps, "the lane is judged again"

    in_hall(tmp_path, story)


def test_t54_the_first_terminal_died_and_another_one_insists_from_the_bytes_at_the_hall(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = await a_case(window)
        late = await stale(window, other, case)
        world.restart()
        async with world.client() as again:
            other.client = again
            response = await other.get(f"/sync/v1/case/{case}")
            kept = msgspec.json.decode(response.content, type=CaseAnswer).kept
            assert [bytes(one.fact) for one in kept] == [bytes(window.sent[-1].fact)]
            assert said(await other.push(insists(other, case, late))) == [("accepted", "")]
        assert case_of(world, case).state == "accepted"

    in_hall(tmp_path, story)


def test_t55_an_insistence_that_is_refused_leaves_the_lane_as_it_was(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = await a_case(window)
        late = await stale(window, other, case)
        held = window.examined(case)
        await window.push(held)
        own = insists(window, case, late, actor="2001", post="single")
        assert said(await window.push(own)) == [("rejected", "insist_own")]
        silent = insists(other, case, late, reason=" ")
        assert said(await other.push(silent)) == [("rejected", "reason")]
        no_right = insists(other, case, late, actor="4001", post="it")
        assert said(await other.push(no_right)) == [("rejected", "no_right")]
        assert sorted(world.waiting()) == ["insist_own", "lane", "no_right", "reason", "stale"]
        assert case_of(world, case).state == "received"
        assert said(await other.push(insists(other, case, late))) == [("accepted", "")]
        assert case_of(world, case).state == "accepted"
        assert sorted(world.waiting()) == ["insist_own", "no_right", "reason"]
        gone = other.gives_up(case, own.id, silent.id, no_right.id)
        assert said(await other.push(gone)) == [("accepted", "")]
        assert world.waiting() == []

    in_hall(tmp_path, story)


@pytest.mark.parametrize("aside", [True, False])
def test_s15_separation_of_duties_is_never_insisted_on_also_where_another_reason_came_first(
    tmp_path: Path, aside: bool
) -> None:
    """Stale hides that the maker has stepped aside: the hall looks at the bytes again."""

    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = await a_case(window)
        late = await stale(window, other, case)
        if aside:
            await other.push(other.make("recused", bodies.Recused("2001", "近亲属"), case, "2002", "chief"))
        answer = said(await other.push(insists(other, case, late)))
        assert answer == [("rejected", "recused") if aside else ("accepted", "")]

    in_hall(tmp_path, story)


def test_s15_a_helper_makes_no_refusal_of_an_officer_stand(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = await a_case(window)
        await other.pull_all()
        await other.push(other.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), case, "1002"))
        no = bodies.RefusedAtIntake("no_permit_needed", "不需要许可", "可复议")
        late = window.make("refused_at_intake", no, case, "2001", "single")
        assert said(await window.push(late)) == [("rejected", "stale")]
        assert said(await other.push(insists(other, case, late, actor="1001", post="window"))) == [
            ("rejected", "helper_may_not")
        ]
        assert said(await other.push(insists(other, case, late))) == [("accepted", "")]
        assert case_of(world, case).state == "refused_at_intake"

    in_hall(tmp_path, story)


def test_s15_what_would_move_nothing_any_more_is_not_insisted_on(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = await a_case(window)
        await other.pull_all()
        await other.push(other.make("withdrawn", bodies.Withdrawn("不办了"), case, "1002"))
        late = window.accepted(case, base=Base(window.epoch, window.cursor, len(window.sent)))
        assert said(await window.push(late)) == [("rejected", "stale")]
        assert said(await other.push(insists(other, case, late))) == [("rejected", "insist_idle")]

    in_hall(tmp_path, story)


def test_t64_a_bundle_of_which_one_case_is_refused_stands_as_a_whole_by_insisting(tmp_path: Path) -> None:
    """The three receipts stand; the judgements came back together, and together they are insisted on."""

    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        receipts = [window.received() for _ in range(3)]
        root = receipts[0].case
        receipts = [msgspec.structs.replace(fact, root=root) for fact in receipts]
        await window.push(*together(*receipts))
        await window.pull_all()
        await other.pull_all()
        await other.push(
            msgspec.structs.replace(
                other.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), receipts[1].case, "1002"),
                root=root,
            )
        )
        acts = [msgspec.structs.replace(window.accepted(fact.case), root=root) for fact in receipts]
        judged = together(*acts)
        codes = said(await window.push(*judged))
        assert sorted(codes) == [("rejected", "group"), ("rejected", "group"), ("rejected", "stale")]
        half = msgspec.structs.replace(insists(other, root, judged[0]), root=root)
        assert said(await other.push(half)) == [("rejected", "insist_whole")]
        whole = msgspec.structs.replace(insists(other, root, *judged), root=root)
        assert said(await other.push(whole)) == [("accepted", "")]
        assert {case_of(world, fact.case).state for fact in receipts} == {"accepted"}

    in_hall(tmp_path, story)


def test_t50_a_right_that_was_lost_while_the_act_waited_is_made_good_by_somebody_elses_word(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = await a_case(window)
        late = window.accepted(case)
        gone = bodies.StaffSet("2001", "陈建国", "officer", ("single",), "-", active=False)
        hall_says(world, gone)
        assert said(await window.push(late)) == [("rejected", "no_such_person")]
        by_helper = insists(other, case, late, actor="1001", post="window")
        assert said(await other.push(by_helper)) == [("rejected", "helper_may_not")]
        assert said(await other.push(insists(other, case, late))) == [("accepted", "")]
        assert case_of(world, case).accepted_by == ("2001",)

    in_hall(tmp_path, story)


def hall_says(world: HallWorld, person: bodies.StaffSet) -> None:
    """A new line of the roster."""
    world.api.hall.change(lambda reading, now, new_id: own_facts(reading, [person], now, new_id))


def test_t8_what_was_held_behind_the_refusal_flows_when_it_is_insisted_on_and_other_cases_never_waited(
    tmp_path: Path,
) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case, free = await a_case(window), await a_case(window)
        late = await stale(window, other, case)
        assert said(await window.push(window.examined(case), window.accepted(free))) == [
            ("held", "lane"), ("accepted", ""),
        ]  # fmt: skip
        await other.push(insists(other, case, late))
        assert "examine" in case_of(world, case).steps

    in_hall(tmp_path, story)


# What is on paper


async def printed(window: Window, case: str, of: Fact, kind: str = "acceptance") -> None:
    """The paper of an act that the hall has refused is out."""
    await window.push(window.make("printed", bodies.Printed(kind, 1, "", "", of.id), case))


def recall(world: HallWorld, case: str, holder: str = "张建国") -> tuple[bodies.PaperOut, ...]:
    """The papers of a case as a resolution names them."""
    return tuple(bodies.PaperOut(one.paper, one.count, one.at, holder) for one in case_of(world, case).papers)


def test_s15_what_was_handed_out_on_paper_is_not_given_up_or_amended_in_silence(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = await a_case(window)
        late = await stale(window, other, case)
        await printed(window, case, late)
        assert said(await other.push(other.gives_up(case, late.id))) == [("rejected", "paper_out")]
        amend = other.make("resolve.amend", bodies.ResolveAmend((late.id,), "改"), case, **BOSS)
        again = together(amend, other.accepted(case, "2002"))
        assert [v for v, _ in said(await other.push(*again))] == ["rejected", "rejected"]
        nobody = bodies.ResolveWithdraw((late.id,), "重复", recall(world, case, " "))
        assert said(await other.push(other.make("resolve.withdraw", nobody, case, **BOSS))) == [
            ("rejected", "recall_holder")
        ]
        called = bodies.ResolveWithdraw((late.id,), "重复", recall(world, case))
        assert said(await other.push(other.make("resolve.withdraw", called, case, **BOSS))) == [("accepted", "")]
        (task,) = case_of(world, case).open_recalls
        assert (task.paper, task.count, task.holder, task.of) == ("acceptance", 1, "张建国", late.id)

    in_hall(tmp_path, story)


def test_s15_a_paper_that_turns_up_after_its_act_was_given_up_is_called_back_by_itself(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = await a_case(window)
        late = await stale(window, other, case)
        assert said(await other.push(other.gives_up(case, late.id))) == [("accepted", "")]
        paper = window.make("printed", bodies.Printed("acceptance", 1, "", "", late.id), case)
        (answer,) = await window.push(paper)
        assert (answer.verdict.v, answer.verdict.flags) == ("accepted", ("paper_given_up",))
        assert [task.of for task in case_of(world, case).open_recalls] == [late.id]

    in_hall(tmp_path, story)


def test_s15_a_recall_is_open_until_the_new_paper_is_out_and_somebody_says_how_it_ended(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = await a_case(window)
        late = await stale(window, other, case)
        await printed(window, case, late)
        called = bodies.ResolveWithdraw((late.id,), "重复", recall(world, case))
        await other.push(other.make("resolve.withdraw", called, case, **BOSS))
        old = case_of(world, case).papers[0]
        world.clock.go(60)
        back = bodies.Recalled(old.paper, old.count, old.at, "came_back")
        (early,) = await other.push(other.make("recalled", back, case, "1002"))
        assert early.verdict.flags == ("recall_not_told",)
        assert case_of(world, case).open_recalls == (), "a fact of the counter is never refused, and folded"

    in_hall(tmp_path, story)


def test_s15_insisting_keeps_the_paper_and_calls_nothing_back(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = await a_case(window)
        late = await stale(window, other, case)
        await printed(window, case, late)
        assert said(await other.push(insists(other, case, late))) == [("accepted", "")]
        assert case_of(world, case).recalls == ()

    in_hall(tmp_path, story)
