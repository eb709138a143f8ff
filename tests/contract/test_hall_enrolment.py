"""How a terminal becomes one of the hall's, and who does not (security.md; T35, T36)."""

from __future__ import annotations

from pathlib import Path

import httpx
import msgspec
import pytest

from casework.wire import EnrolAnswer
from hall.enrol import code_of, invite
from hall.errors import Stop
from tests.hall_world import HallWorld, Window, in_hall, problem

Client = httpx.AsyncClient


def test_a_code_has_fifty_bits_and_no_letter_that_reads_like_a_digit() -> None:
    assert code_of(0) == "00000-00000"
    assert code_of((1 << 50) - 1) == "ZZZZZ-ZZZZZ"
    assert len({code_of(1 << bit) for bit in range(50)}) == 50


def test_a_code_is_good_however_it_is_typed_and_the_hall_tells_who_it_is(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        code = world.invite("0012", bits=1 << 40 | 1)
        window = Window(world, "0012", client)
        answer = await window.enrol(f"  {code.lower().replace('0', 'o').replace('-', ' ')}")
        told = msgspec.json.decode(answer.content, type=EnrolAnswer)
        assert (told.number, told.region, told.key) == ("0012", "420118", world.signer.public)
        entry = world.entries()[-1]
        assert msgspec.json.decode(entry.fact)["body"]["scopes"] == [
            "hall", "business", "investment", "construction", "single",
        ]  # fmt: skip

    in_hall(tmp_path, story)


def test_after_five_wrong_codes_the_right_one_is_worth_nothing(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        code = world.invite("0012")
        window = Window(world, "0012", client)
        errors = [problem(await window.enrol("00000-00000")) for _ in range(6)]
        assert [error.error for error in errors] == ["code_wrong"] * 5 + ["code_tries"]
        assert errors[0].facts == {"left": 4}
        assert problem(await window.enrol(code)).error == "code_tries"
        assert (await window.enrol(world.invite("0012", bits=7))).status_code == 200

    in_hall(tmp_path, story)


def test_a_code_is_good_for_a_quarter_of_an_hour(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        code = world.invite("0012")
        world.clock.go(15 * 60 + 1)
        answer = await Window(world, "0012", client).enrol(code)
        assert (answer.status_code, problem(answer).error) == (403, "code_expired")

    in_hall(tmp_path, story)


def test_a_code_belongs_to_one_number(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        code = world.invite("0012")
        world.invite("0007", bits=5)
        assert problem(await Window(world, "0007", client).enrol(code)).error == "code_wrong"
        assert problem(await Window(world, "0008", client).enrol(code)).error == "no_invite"

    in_hall(tmp_path, story)


def test_t36_when_the_answer_was_lost_the_same_key_gets_it_again_and_nobody_else(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        code = world.invite("0012")
        window = Window(world, "0012", client)
        first = await window.enrol(code)
        size = len(world.entries())
        world.clock.go(3600)
        again = await window.enrol(code)
        assert (first.status_code, again.status_code) == (200, 200)
        assert len(world.entries()) == size
        assert problem(await window.enrol("11111-11111")).error == "code_used"
        assert problem(await Window(world, "0012", client, "thief").enrol(code)).error == "code_used"

    in_hall(tmp_path, story)


def test_t35_a_number_is_never_given_twice(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        await world.window("0001", client)
        with world.store.reading() as reading, pytest.raises(Stop) as stop:
            invite(reading, "0001", "x", world.api_now())
        assert stop.value.message.facts == {"number": "0001", "free": "0002"}
        for number in ("0000", "12", "abcd", "١٢٣٤"):
            with world.store.reading() as reading, pytest.raises(Stop):
                invite(reading, number, "x", world.api_now())

    in_hall(tmp_path, story)


def test_whoever_can_not_sign_with_the_key_is_not_taken_in(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        code = world.invite("0012")
        honest, thief = Window(world, "0012", client), Window(world, "0012", client, "thief")
        honest.signer.public = thief.signer.public
        assert (await honest.enrol(code)).status_code == 401

    in_hall(tmp_path, story)
