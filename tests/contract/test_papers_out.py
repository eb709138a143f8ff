"""What happened at a counter without the line and moves nothing: whoever holds its paper is told of it (S14, S15).

Two windows act on one case, one of them offline. What happened there is never refused; yet the applicant went home with
a paper, or has paid, and the case says otherwise.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from casework import bodies
from casework.case import Case
from casework.facts import Base, Fact, LegalTime, digest, encode_fact
from casework.refused import Waits, called_back, papers_out
from casework.wire import Answered, Sent, Tray
from hall.backups import Backups
from hall.restoring import restore
from hall.sqlite_store import SqliteStore
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered, placed, plugged
from tests.hall_world import HallWorld, Window, in_hall
from tests.lines import Place

Client = httpx.AsyncClient
DAY = 24 * 3600.0
BOSS: dict[str, Any] = {"actor": "3001", "post": "supervisor"}
DELIVERY: dict[str, Any] = {"actor": "1002", "post": "delivery"}
LINES = (bodies.SupplementLine("D01-01", "缺", "补"),)


def of(world: HallWorld, id_: str) -> Case:
    """The case as the hall holds it."""
    case = world.case(id_)
    assert case is not None
    return case


def lines(world: HallWorld) -> list[Tray]:
    """What waits in the tray."""
    known: dict[str, Tray] = {}
    for entry in world.entries():
        if entry.tray:
            known[entry.tray.fact] = entry.tray
    return [line for line in known.values() if not line.settled]


def waits(world: HallWorld) -> list[tuple[str, str, str]]:
    """The same: kind, type and code."""
    return [(line.kind, line.type, line.code) for line in lines(world)]


def said(answers: tuple[Answered, ...]) -> list[tuple[str, str]]:
    """Verdicts in short."""
    return [(answer.verdict.v, answer.verdict.code) for answer in answers]


def told(window: Window, case: str) -> Fact:
    """The applicant is told what is missing."""
    return window.make("supplement.told", bodies.SupplementTold(LINES), case)


def printed(window: Window, fact: Fact, paper: str) -> Fact:
    """The paper that tells of it, handed out."""
    return window.make("printed", bodies.Printed(paper, 1, "", "", fact.id), fact.case)


async def two(world: HallWorld, client: Client, **received: Any) -> tuple[Window, Window, str]:
    """Two windows that have the same new case; the second one is without its line from here on."""
    one, other = await world.window("0012", client), await world.window("0007", client)
    taken = one.received(**received)
    await one.push(taken)
    await one.pull_all()
    await other.pull_all()
    return one, other, taken.case


def test_s14_a_second_notice_given_without_the_line_is_a_task_until_its_paper_is_called_back(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, other, case = await two(world, client)
        await one.push(told(one, case))
        second = told(other, case)
        paper = printed(other, second, "supplement")
        assert said(await other.push(second, paper)) == [("accepted", "")] * 2
        assert waits(world) == [("flagged", "supplement.told", "second_notice")]
        (line,) = lines(world)
        assert line.facts["number"] == of(world, case).number, "the sentence that says why is whole"
        assert said(await one.push(one.gives_up(case, second.id))) == [("rejected", "paper_out")]
        out = called_back(papers_out(of(world, case), [Waits(line)]), "张建国")
        answer = await one.push(
            one.make("resolve.withdraw", bodies.ResolveWithdraw((second.id,), "以先告知的为准", out), case, **BOSS)
        )
        assert said(answer) == [("accepted", "")]
        assert [(each.paper, each.holder) for each in of(world, case).open_recalls] == [("supplement", "张建国")]
        assert second.id not in {each.fact for each in lines(world)}

    in_hall(tmp_path, story)


def test_s22_what_was_taken_in_as_another_item_under_one_id_is_in_no_case_and_somebody_is_told(tmp_path: Path) -> None:
    """Two windows went on with one pre-review file, one without its line: its number found the other item's case."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0007", client)
        first = one.received()
        await one.push(first)
        same, another = other.received(case=first.case), other.received(case=first.case, item="D04")
        await other.push(same, another, printed(other, another, "receipt"))
        assert waits(world) == [("flagged", "received", "received_other")]
        (line,) = lines(world)
        assert line.facts == {"number": of(world, first.case).number, "item": "D01"}
        assert of(world, first.case).received.item == "D01"
        assert len(of(world, first.case).former_numbers) == 2, "whoever has the paper finds somebody who knows"
        assert said(await one.push(one.gives_up(first.case, another.id))) == [("rejected", "paper_out")]
        out = called_back(papers_out(of(world, first.case), [Waits(line)]), "张建国")
        withdrawn = bodies.ResolveWithdraw((another.id,), "已重新收件", out)
        assert said(await one.push(one.make("resolve.withdraw", withdrawn, first.case, **BOSS))) == [("accepted", "")]
        assert [each.paper for each in of(world, first.case).open_recalls] == ["receipt"]
        assert another.id not in {each.fact for each in lines(world)}

    in_hall(tmp_path, story)


def test_s22_s5_who_took_in_a_file_as_another_item_without_knowing_accepts_that_and_not_the_others_case(
    tmp_path: Path,
) -> None:
    """The acceptance of one item, with its paper, was that of the other: nobody had looked at what is in the case."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0007", client)
        first = one.received()
        await one.push(first)
        second = other.received(case=first.case, item="D04")
        accepted = other.accepted(first.case)
        answers = said(await other.push(second, accepted, printed(other, accepted, "acceptance")))
        assert answers[:2] == [("accepted", ""), ("rejected", "received_other")]
        assert of(world, first.case).state == "received"
        (told,) = (line for line in lines(world) if line.fact == accepted.id)
        assert (told.facts["item"], told.insistable) == ("D01", False), "nobody makes it the other item's acceptance"
        await other.pull_all()
        out = called_back(papers_out(of(world, first.case), [Waits(line) for line in lines(world)]), "张建国")
        waiting = tuple(line.fact for line in lines(world))
        withdrawn = other.make("resolve.withdraw", bodies.ResolveWithdraw(waiting, "重新收件", out), first.case, **BOSS)
        assert said(await other.push(withdrawn))[-1] == ("accepted", "")
        assert said(await other.push(other.accepted(first.case))) == [("accepted", "")], "now it knows"

    in_hall(tmp_path, story)


def test_s15_what_moves_nothing_holds_up_no_lane_and_nobody_insists_on_it(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, other, case = await two(world, client)
        await one.push(told(one, case))
        late = told(other, case)
        await other.push(late)
        assert [line.kind for line in lines(world)] == ["flagged"]
        insisted = bodies.ResolveInsist((late.id,), "坚持")
        assert said(await one.push(one.make("resolve.insist", insisted, case, **BOSS))) == [
            ("rejected", "insist_never")
        ]
        await other.pull_all()
        withdrawn = other.make("withdrawn", bodies.Withdrawn("不办了"), case)
        assert said(await other.push(withdrawn)) == [("accepted", "")], "its lane is open"

    in_hall(tmp_path, story)


def test_s26_a_hall_restored_from_its_segments_still_has_the_task_and_an_open_lane(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, other, case = await two(world, client)
        backups = Backups(tmp_path / "second", world.path, world.store, world.signer, world.clock)
        backups.step()
        await one.push(told(one, case))
        late = told(other, case)
        await other.push(late)
        backups.step()
        world.store.close()
        restore(tmp_path, "hall.db", tmp_path / "second", None, world.signer, world.clock, world.ids.new_id)
        world.store = SqliteStore(world.path)
        world.start()
        with world.store.reading() as reading:
            (row,) = reading.tray_rows((late.id,))
        assert (row.tray.kind, row.tray.settled, row.blocks) == ("flagged", "", False)

    in_hall(tmp_path, story)


def test_s12_s14_what_was_held_for_the_bytes_of_its_receipt_and_moves_nothing_keeps_its_task(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        taken = window.received()
        data = encode_fact(taken)
        window.seal(digest(data))
        first, second = told(window, taken.case), told(window, taken.case)
        await window.push(first, second, first=1)
        assert {kind for kind, _, _ in waits(world)} == {"held"}
        window.sent[0] = Sent(1, msgspec.Raw(data))
        await window.post(window.batch(1, 1))
        assert of(world, taken.case).state == "awaiting_supplement"
        assert [(line.fact, line.kind) for line in lines(world)] == [(second.id, "flagged")]

    in_hall(tmp_path, story)


def test_s25_a_notice_that_a_restored_hall_had_forgotten_and_that_comes_after_another_is_a_task(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, place = await world.window("0012", client), await placed(world, "0013")
        taken = one.received()
        await one.push(taken)
        await one.pull_all()
        copied(world, tmp_path / "backup.db")
        forgotten = told(one, taken.case)
        await one.push(forgotten)
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        other = await world.window("0014", client)
        other.epoch = 2
        await other.pull_all()
        await other.push(told(other, taken.case))
        assert waits(world) == []
        plugged(world, place)
        await place.sync()
        assert [(line.fact, line.kind, line.code) for line in lines(world)] == [
            (forgotten.id, "flagged", "second_notice")
        ]
        await place.sync()
        assert [line.fact for line in place.memory.tray()] == [forgotten.id]

    in_hall(tmp_path, story)


def test_r56_money_and_papers_that_came_for_a_case_which_had_ended_are_looked_after(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, other, case = await two(world, client)
        await one.push(one.make("withdrawn", bodies.Withdrawn("不办了"), case))
        came = other.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), case)
        paid = other.make("paid", bodies.Paid("pay", "T-1", 5000), case)
        await other.push(came, paid, other.make("nudged", bodies.Nudged("请快"), case))
        assert waits(world) == [("flagged", "material.added", "case_ended"), ("flagged", "paid", "case_ended")]
        for fact in (came, paid):
            assert said(await one.push(one.gives_up(case, fact.id))) == [("accepted", "")]
        assert waits(world) == []

    in_hall(tmp_path, story)


async def decided(world: HallWorld, client: Client) -> tuple[Window, Window, str]:
    """Two windows that have the same case, granted; the second one is without its line from here on."""
    one, other, case = await two(world, client)
    await one.push(one.accepted(case))
    await one.push(one.examined(case), one.decided(case))
    assert of(world, case).state == "decided"
    await one.pull_all()
    await other.pull_all()
    return one, other, case


def test_s15_a_result_that_went_out_as_it_was_before_its_correction_is_told_to_a_person(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, other, case = await decided(world, client)
        seen = Base(1, other.cursor, len(other.sent))
        await one.push(one.make("corrected", bodies.Corrected("地址", "笔误"), case, "2002", "chief"))
        made = other.make("certified", bodies.Certified("certify", "JY1"), case, "1002", "window", seen)
        out = other.make("delivered", bodies.Delivered("deliver", "张建国"), case, **DELIVERY, base=seen)
        assert said(await other.push(made, out)) == [("accepted", "")] * 2
        assert waits(world) == [("flagged", "certified", "stale"), ("flagged", "delivered", "stale")]
        assert lines(world)[1].facts == {"what": "corrected"}
        for window in (one, other):
            await window.pull_all()
        await one.push(one.make("corrected", bodies.Corrected("地址", "再发"), case, "2002", "chief"))
        await other.pull_all()
        again = other.make("certified", bodies.Certified("certify", "JY2"), case, "1002", "window")
        await other.push(again)
        assert len(lines(world)) == 2, "who has seen the correction hands out the right one"

    in_hall(tmp_path, story)


def test_s15_a_second_certificate_made_without_the_line_is_told_to_a_person(tmp_path: Path) -> None:
    """The applicant had signed for its number, and the slip that the case prints names another one."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other, case = await decided(world, client)
        await one.push(one.make("certified", bodies.Certified("certify", "JY-0001"), case, "1002", "window"))
        second = other.make("certified", bodies.Certified("certify", "JY-0002"), case, "1002", "window")
        out = other.make("delivered", bodies.Delivered("deliver", "张建国"), case, **DELIVERY)
        assert said(await other.push(second, out)) == [("accepted", "")] * 2
        assert waits(world) == [("flagged", "certified", "step_not_open")]
        assert said(await one.push(one.gives_up(case, second.id))) == [("accepted", "")]
        assert waits(world) == []

    in_hall(tmp_path, story)


def test_s15_a_result_that_was_handed_out_after_it_was_revoked_is_told_to_a_person(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, other, case = await decided(world, client)
        await one.push(one.make("certified", bodies.Certified("certify", "JY1"), case, "1002", "window"))
        await other.pull_all()
        await one.push(one.make("revoked", bodies.Revoked("材料虚假", "可以复议"), case, "2002", "chief"))
        posted = other.make("posted", bodies.Posted("deliver", "邮政", "EM1"), case, **DELIVERY)
        out = other.make("delivered", bodies.Delivered("deliver", "张建国"), case, **DELIVERY)
        await other.push(posted, out)
        assert of(world, case).state == "revoked"
        assert waits(world) == [("flagged", "posted", "case_ended"), ("flagged", "delivered", "case_ended")]

    in_hall(tmp_path, story)


def test_s22_the_number_on_the_second_receipt_finds_the_case_and_the_receipt_is_exchanged(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one = await world.window("0012", client)
        place = Place(world, "0031", tmp_path)
        await place.enrol()
        taken = one.received()
        await one.push(taken)
        seen = Base(1, 0, 0)
        second = place.hand.received(taken.case)
        second = msgspec.structs.replace(second, base=seen)
        place.commit(second, msgspec.structs.replace(place.hand.printed(taken.case), base=seen))
        await place.sync()
        await place.sync()
        number, other = (bodies_number(fact) for fact in (taken, second))
        assert place.memory.case_by_number(other)[0].number == number, "whoever comes with it is found"
        assert [row.case.number for row in place.memory.reprints()] == [number]
        assert of(world, taken.case).former_numbers == (other,)
        place.commit(msgspec.structs.replace(place.hand.printed(taken.case, count=2), base=Base(1, 99, 2)))
        await place.sync()
        assert place.memory.reprints() == ()

    in_hall(tmp_path, story)


def test_s22_a_copy_that_was_printed_without_knowing_of_the_second_receipt_does_not_end_its_exchange(
    tmp_path: Path,
) -> None:
    """The window of the first receipt had lost its line. The second one stayed in the applicant's hand, and no task."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0013", client)
        taken = one.received()
        late = [other.received(case=taken.case), other.make("printed", bodies.Printed("receipt", 1, ""), taken.case)]
        await one.push(taken, one.make("printed", bodies.Printed("receipt", 1, ""), taken.case))
        await one.pull_all()
        copy = one.make("printed", bodies.Printed("receipt", 2, "0012-1"), taken.case)
        await other.push(*late)
        await one.push(copy)
        assert of(world, taken.case).reprint
        await other.pull_all()
        await other.push(other.make("printed", bodies.Printed("receipt", 4, ""), taken.case))
        assert not of(world, taken.case).reprint

    in_hall(tmp_path, story)


def bodies_number(fact: Fact) -> str:
    """The number that a receipt gives."""
    return str(msgspec.json.decode(fact.body)["number"])


def test_s22_a_second_receipt_that_comes_after_the_case_has_ended_still_finds_it(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, other, case = await two(world, client)
        await one.push(one.make("withdrawn", bodies.Withdrawn("不办了"), case))
        second = other.received(case=case)
        await other.push(second)
        assert of(world, case).former_numbers == (bodies_number(second),)

    in_hall(tmp_path, story)


def test_s30_a_notice_of_acceptance_that_was_printed_while_the_timer_was_taken_back_is_called_back(
    tmp_path: Path,
) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, other, case = await two(world, client)
        notice = msgspec.structs.replace(told(other, case), time=_at("2026-11-27T16:30:00.000"))
        world.clock.go(9 * DAY)
        world.api.hall.tick()
        await one.pull_all()
        paper = one.make("printed", bodies.Printed("acceptance", 1, ""), case)
        await other.push(notice)
        assert of(world, case).state == "awaiting_supplement"
        assert lines(world) == [], "the notice counts, nobody has to look after it"
        await one.push(paper)
        assert [(each.paper, each.holder) for each in of(world, case).open_recalls] == [("acceptance", "张建国")]

    in_hall(tmp_path, story)


def _at(at: str) -> LegalTime:
    return LegalTime(at, 0, at, same_boot=True)


def test_s15_a_notice_of_before_that_comes_when_the_acceptance_is_on_paper_is_a_task(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, other, case = await two(world, client)
        notice = msgspec.structs.replace(told(other, case), time=_at("2026-11-27T16:30:00.000"))
        world.clock.go(9 * DAY)
        world.api.hall.tick()
        await one.pull_all()
        await one.push(one.make("printed", bodies.Printed("acceptance", 1, ""), case))
        await other.push(notice)
        assert of(world, case).state == "accepted"
        assert waits(world) == [("flagged", "supplement.told", "not_received")]

    in_hall(tmp_path, story)


def test_s14_money_that_came_for_an_ended_case_which_had_been_handed_to_a_person_is_looked_after(
    tmp_path: Path,
) -> None:
    """That the item was hers ended with the payment: so the payment was taken for one that moves the case."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other, case = await two(world, client)
        await one.push(one.make("handed_over", bodies.HandedOver("single", "", "2001", "王"), case))
        await one.push(one.make("withdrawn", bodies.Withdrawn("不办了"), case))
        assert of(world, case).handed
        await other.push(other.make("paid", bodies.Paid("pay", "T-1", 5000), case))
        assert waits(world) == [("flagged", "paid", "case_ended")]

    in_hall(tmp_path, story)


async def deemed(
    world: HallWorld, client: Client, *at: str, **received: Any
) -> tuple[Window, str, list[tuple[Window, Fact]]]:
    """A case that the timer has accepted, and a window for each notice, made without the line at these times."""
    one, other, case = await two(world, client, **received)
    third = await world.window("0014", client)
    await third.pull_all()
    made = [
        (window, msgspec.structs.replace(told(window, case), time=_at(time)))
        for window, time in zip((other, third), at, strict=False)
    ]
    world.clock.go(9 * DAY)
    world.api.hall.tick()
    assert of(world, case).deemed
    await one.pull_all()
    return one, case, made


@pytest.mark.parametrize(
    ("times", "counts"),
    [
        (("2026-11-27T16:30:00.000", "2026-11-27T16:40:00.000"), 0),
        (("2026-12-01T09:00:00.000", "2026-11-27T16:40:00.000"), 1),
    ],
    ids=["both-in-time", "the-first-too-late"],
)
def test_s17_s30_of_two_notices_that_are_judged_together_after_the_timer_one_counts_and_the_other_is_a_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: tuple[str, str], counts: int
) -> None:
    """The hall could judge neither of them before its update. Both counted as the one that takes the timer back."""

    async def story(world: HallWorld, client: Client) -> None:
        _, case, made = await deemed(world, client, *times)
        monkeypatch.setattr("hall.judging.admit", lambda *_: 1 / 0)
        for window, notice in made:
            assert said(await window.push(notice)) == [("held", "internal")]
        monkeypatch.undo()
        world.restart()
        world.api.hall.start()
        assert of(world, case).state == "awaiting_supplement"
        supplement = of(world, case).supplement
        assert supplement is not None
        assert supplement.told_at == times[counts]
        assert [(line.fact, line.kind) for line in lines(world)] == [(made[1 - counts][1].id, "flagged")]

    in_hall(tmp_path, story)


def test_s30_a_notice_of_before_the_timer_that_comes_when_the_case_has_ended_is_a_task(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, case, ((other, notice),) = await deemed(world, client, "2026-11-27T16:30:00.000")
        await one.push(one.make("withdrawn", bodies.Withdrawn("不办了"), case))
        await other.push(notice)
        assert waits(world) == [("flagged", "supplement.told", "case_ended")]

    in_hall(tmp_path, story)


def test_s30_a_notice_of_the_timers_acceptance_that_turns_up_after_the_case_was_accepted_anew_is_called_back(
    tmp_path: Path,
) -> None:
    """Two notices of acceptance with different days were out, and nobody was told of the first one."""

    async def story(world: HallWorld, client: Client) -> None:
        one, case, ((other, notice),) = await deemed(world, client, "2026-11-27T16:30:00.000")
        old = one.make("printed", bodies.Printed("acceptance", 1, ""), case)
        await other.push(notice)
        await other.pull_all()
        world.clock.go(DAY)
        await other.push(other.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), case))
        anew = other.accepted(case)
        await other.push(anew, printed(other, anew, "acceptance"))
        assert of(world, case).accepted
        await one.push(old)
        assert [(each.paper, each.at) for each in of(world, case).open_recalls] == [("acceptance", old.time.at)]

    in_hall(tmp_path, story)


def test_s30_a_longer_term_whose_paper_was_on_its_way_when_the_timer_was_taken_back_is_called_back(
    tmp_path: Path,
) -> None:
    """The extension went with the acceptance on which it stood. Its paper was in the applicant's hand, and no task."""

    async def story(world: HallWorld, client: Client) -> None:
        long = bodies.Span(20, "working_days", "acceptance", 10)
        one, case, ((other, notice),) = await deemed(world, client, "2026-11-27T16:30:00.000", statutory=long)
        longer = one.make("extended", bodies.Extended(5, "复杂", "授权"), case, "2002", "chief")
        assert said(await one.push(longer)) == [("accepted", "")]
        paper = printed(one, longer, "extension")
        await other.push(notice)
        assert of(world, case).extension is None
        await one.push(paper)
        assert [(each.paper, each.of) for each in of(world, case).open_recalls] == [("extension", longer.id)]

    in_hall(tmp_path, story)
