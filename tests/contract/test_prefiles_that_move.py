"""An application before its number that goes on in another module ends where only the first one is held (S7, S22)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from casework import bodies
from casework.errors import BadInput
from casework.prefile import Prefile
from casework.rules import Refusal
from console.demo.sample import application
from console.intake.taking_in import take_in
from console.preparing import Preparing
from tests.contract.test_scopes import give
from tests.desks import Desk, desk, session
from tests.hall_world import HallWorld
from tests.machines import at_a_hall

CASE = "01900000000070008000000000000aa1"
WHO = bodies.Party("person", "欧阳建国", "420111199003070017", "13812345678")
Desks = tuple[Desk, Desk, Desk]


def in_three_scopes(tmp_path: Path, story: Callable[[HallWorld, Desks], Awaitable[None]]) -> None:
    """A window with all modules, one that holds `business` alone, one that holds `single` alone."""

    async def begins(world: HallWorld) -> None:
        a = await desk(world, tmp_path, "0012")
        b = await desk(world, tmp_path, "0007")
        c = await desk(world, tmp_path, "0009")
        give(world, "0007", "business")
        give(world, "0009", "single")
        await all_sync((a, b, c))
        await story(world, (a, b, c))

    at_a_hall(tmp_path, begins)


async def all_sync(desks: Desks) -> None:
    for _ in range(3):
        for one in desks:
            await one.sync()


def begun(here: Desk, item: str, case_id: str = CASE) -> Prefile:
    """A helper puts a form aside."""
    made = Preparing(here.counter).park(session("1001"), bodies.Form(item, WHO), "", case_id)
    assert isinstance(made, Prefile)
    return made


def listed(here: Desk) -> list[str]:
    return [one.id for one in here.memory.prefiles()]


@pytest.mark.parametrize("first", ["A01", ""])
def test_s22_a_file_that_is_taken_in_with_an_item_of_another_module_is_in_no_list_any_more(
    tmp_path: Path, first: str
) -> None:
    """It stayed open for ever where only the first module was held, or where it was seen before it had one."""

    async def story(world: HallWorld, desks: Desks) -> None:
        a, b, c = desks
        made = begun(a, first)
        await all_sync(desks)
        assert listed(b) == [CASE]
        taken = a.takes_in("D01", CASE)
        assert taken.case == CASE
        await all_sync(desks)
        assert [listed(one) for one in desks] == [[], [], []]
        case = world.case(CASE)
        assert case is not None
        assert a.memory.case_state(CASE) == c.memory.case_state(CASE) == case
        assert b.memory.case_state(CASE) is None
        with pytest.raises(BadInput) as caught:
            Preparing(b.counter).take(session("1001"), made.code)
        assert caught.value.code == "prefile.went_on"
        for one in desks:
            one.memory.rebuild()
        assert [listed(one) for one in desks] == [[], [], []]

    in_three_scopes(tmp_path, story)


def test_s22_a_file_that_is_put_aside_with_an_item_of_another_module_and_back_is_listed_where_it_is(
    tmp_path: Path,
) -> None:
    async def story(world: HallWorld, desks: Desks) -> None:
        a, _, c = desks
        made = begun(a, "A01")
        await all_sync(desks)
        for item, where in (
            ("D01", [[CASE], [], [CASE]]),
            ("A01", [[CASE], [CASE], []]),
            ("D01", [[CASE], [], [CASE]]),
        ):
            after = begun(a, item)
            assert (after.state, after.id, after.code) == ("parked", CASE, made.code)
            await all_sync(desks)
            assert [listed(one) for one in desks] == where
        c.takes_in("D01", CASE)
        await all_sync(desks)
        assert [listed(one) for one in desks] == [[], [], []]
        for one in desks:
            one.memory.rebuild()
        assert [listed(one) for one in desks] == [[], [], []]

    in_three_scopes(tmp_path, story)


def test_s22_two_windows_that_take_it_in_with_items_of_two_modules_make_one_case_and_a_task(tmp_path: Path) -> None:
    async def story(world: HallWorld, desks: Desks) -> None:
        a, b, _ = desks
        begun(a, "A01")
        await all_sync(desks)
        first, second = a.takes_in("D01", CASE), b.takes_in("A01", CASE)
        assert first.case == second.case == CASE
        await all_sync(desks)
        assert len(world.waiting()) == 1
        assert [listed(one) for one in desks] == [[], [], []]

    in_three_scopes(tmp_path, story)


def test_s22_what_is_known_to_be_taken_in_gets_no_second_number_whatever_its_item_is(tmp_path: Path) -> None:
    async def story(world: HallWorld, desks: Desks) -> None:
        a, *_ = desks
        begun(a, "A01")
        a.takes_in("D01", CASE)
        for item in ("A01", "D01"):
            found = a.counter.library.current().items[item]
            again = a.counter.intake(session("1001"), application(found, 7, 2, world.clock.now().date()), CASE)
            assert isinstance(again, Refusal)
            assert again.code == "received_twice"

    in_three_scopes(tmp_path, story)


def test_s22_a_line_of_a_file_that_names_what_is_known_to_be_taken_in_gets_no_second_number(tmp_path: Path) -> None:
    async def story(world: HallWorld, desks: Desks) -> None:
        a, b, _ = desks
        made = begun(a, "A01")
        await all_sync(desks)
        taken = b.takes_in("A01", CASE)
        await all_sync(desks)
        wanted = application(a.counter.library.current().items["A01"], 7, 1, world.clock.now().date())
        wanted = msgspec.structs.replace(wanted, outcome="receive", refers_to=made.code)
        again = take_in(cast(Any, SimpleNamespace(counter=a.counter)), session("1001"), wanted)
        assert again == Refusal("received_twice", {"number": taken.number})

    in_three_scopes(tmp_path, story)


def test_s22_what_was_put_aside_or_taken_up_unaware_of_that_does_not_bring_the_file_back(tmp_path: Path) -> None:
    async def story(world: HallWorld, desks: Desks) -> None:
        a, b, _ = desks
        made = begun(a, "A01")
        await all_sync(desks)
        b.down = True
        assert isinstance(Preparing(b.counter).take(session("1001"), made.code), Prefile)
        a.takes_in("D01", CASE)
        await all_sync(desks)
        b.down = False
        await all_sync(desks)
        assert [listed(one) for one in desks] == [[], [], []]

    in_three_scopes(tmp_path, story)


def test_s7_s22_a_file_that_goes_on_in_the_one_module_that_is_left_stays_in_the_list(tmp_path: Path) -> None:
    """What this window had closed in the module that went hid what it had put aside in the other one."""

    async def story(world: HallWorld, desks: Desks) -> None:
        a, *_ = desks
        begun(a, "A01")
        await all_sync(desks)
        begun(a, "D01")
        await all_sync(desks)
        give(world, "0012", "single")
        for _ in range(2):
            await all_sync(desks)
            world.api.hall.tick()
        assert [listed(one) for one in desks] == [[CASE], [], [CASE]]
        a.memory.rebuild()
        assert listed(a) == [CASE]

    in_three_scopes(tmp_path, story)


def test_s22_what_was_closed_unseen_counts_where_it_stands_in_the_log(tmp_path: Path) -> None:
    async def story(world: HallWorld, desks: Desks) -> None:
        a, b, c = desks
        made = begun(a, "A01")
        await all_sync(desks)
        b.down = True
        begun(a, "D01")
        await all_sync(desks)
        world.clock.go(600)
        begun(b, "A01")
        b.down = False
        await all_sync(desks)
        a.down = True
        assert isinstance(Preparing(c.counter).close(session("1002"), made.code, "不办了"), Prefile)
        await c.sync()
        world.clock.go(600)
        begun(a, "D01")
        a.down = False
        await all_sync(desks)
        assert listed(c) == listed(a) == [CASE]
        c.memory.rebuild()
        assert listed(c) == [CASE]

    in_three_scopes(tmp_path, story)


def test_who_closes_a_file_with_which_nobody_goes_on_takes_it_off_all_lists_and_its_code_finds_it(
    tmp_path: Path,
) -> None:
    async def story(world: HallWorld, desks: Desks) -> None:
        a, b, _ = desks
        made = begun(a, "A01")
        await all_sync(desks)
        closed = Preparing(b.counter).close(session("1002"), made.code, "申请人改日再来")
        assert isinstance(closed, Prefile)
        assert (closed.state, closed.closed_for) == ("closed", "申请人改日再来")
        await all_sync(desks)
        assert [listed(one) for one in desks] == [[], [], []]
        again = Preparing(a.counter).take(session("1001"), made.code)
        assert isinstance(again, Prefile)
        await all_sync(desks)
        assert [listed(one) for one in desks] == [[CASE], [CASE], []]
        assert a.takes_in("A01", CASE).case == CASE

    in_three_scopes(tmp_path, story)


def test_s22_who_closes_a_file_that_went_on_unseen_has_closed_it_for_that_window(tmp_path: Path) -> None:
    """Taken in at a window that had not heard of the last move: nothing says in that module that it is over."""

    async def story(world: HallWorld, desks: Desks) -> None:
        a, b, c = desks
        begun(a, "A01")
        await all_sync(desks)
        b.down = True
        begun(a, "D01")
        b.takes_in("A01", CASE)
        await all_sync(desks)
        b.down = False
        await all_sync(desks)
        assert listed(c) == [CASE], "what the story is about"
        closed = Preparing(c.counter).close(session("1002"), c.memory.prefiles()[0].code, "已在其他窗口收件")
        assert isinstance(closed, Prefile)
        for _ in range(2):
            await all_sync(desks)
        assert [listed(one) for one in desks] == [[], [], []]
        c.memory.rebuild()
        assert listed(c) == []

    in_three_scopes(tmp_path, story)
