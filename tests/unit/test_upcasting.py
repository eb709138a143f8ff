"""An event of an older version is read for ever, and its bytes are never touched (S32)."""

from __future__ import annotations

import msgspec
import pytest

from casework import bodies, events, upcasting
from casework.errors import BadBytes
from casework.facts import Fact, encode_body
from casework.folding import evolve
from tests.builders import Hand
from tests.sim.programs import NEW, NudgedTwo


def of_version(version: int, body: msgspec.Struct) -> Fact:
    """A nudge of that version."""
    fact = Hand().fact("nudged", bodies.Nudged("x"), "c1")
    return msgspec.structs.replace(fact, version=version, body=encode_body(body))


def test_s32_an_older_body_is_brought_to_the_newest_when_it_is_read() -> None:
    fact = of_version(1, bodies.Nudged("请尽快"))
    before = bytes(fact.body)
    with NEW.running():
        assert events.body_of(fact) == NudgedTwo("请尽快", "counter")
        assert events.body_of(of_version(2, NudgedTwo("请", "phone"))) == NudgedTwo("请", "phone")
    assert bytes(fact.body) == before
    assert events.body_of(fact) == bodies.Nudged("请尽快")


def test_s32_a_fact_is_written_in_the_version_that_the_hall_has_let_be_written() -> None:
    assert upcasting.written_version("nudged", 2, {}) == 1
    assert upcasting.written_version("nudged", 2, {"nudged": 2}) == 2
    assert upcasting.written_version("nudged", 1, {"nudged": 2}) == 1, "an older program writes what it knows"
    with NEW.running():
        assert bytes(events.written("nudged", NudgedTwo("请", "phone"), 1)) == b'{"text":"\xe8\xaf\xb7"}'
        assert b"phone" in bytes(events.written("nudged", NudgedTwo("请", "phone"), 2))


@pytest.mark.parametrize("version", [0, -1, 3, 1 << 40])
def test_s32_a_version_that_nobody_knows_is_not_read(version: int) -> None:
    fact = of_version(version, NudgedTwo("x"))
    with NEW.running():
        assert not events.known(fact)
        with pytest.raises(BadBytes):
            events.body_of(fact)


@pytest.mark.parametrize("data", [b"[]", b'"x"', b"{}", b'{"text":7}', b"null"])
def test_s32_an_older_body_that_is_damaged_is_an_error_and_no_crash(data: bytes) -> None:
    fact = msgspec.structs.replace(of_version(1, bodies.Nudged("x")), body=msgspec.Raw(data))
    with NEW.running(), pytest.raises(BadBytes):
        events.body_of(fact)


def test_s32_what_this_program_cannot_read_is_counted_on_the_case() -> None:
    hand = Hand()
    case = evolve(None, hand.received("c1"))
    after = evolve(evolve(case, of_version(2, NudgedTwo("x"))), hand.fact("no.such", bodies.Nudged("x"), "c1"))
    assert after is not None
    assert (after.facts, after.unread, after.nudges) == (3, 2, 0)


def test_s32_a_program_says_only_what_is_beyond_the_first_release() -> None:
    with NEW.running():
        said = events.readable()
        newer = events.reading_mark()
    assert said["nudged"] == 2
    assert said["noted"] == 1
    assert "received" not in said
    assert newer != events.reading_mark()
    assert upcasting.can_read(said, "nudged", 2)
    assert upcasting.can_read({}, "nudged", 1)
    assert not upcasting.can_read({}, "nudged", 2)
    assert not upcasting.can_read({}, "noted", 1)
