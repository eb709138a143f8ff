"""An event that comes before the catalogue under which it was made (S33, T65): it is judged and shown at once."""

from __future__ import annotations

from pathlib import Path

import httpx
import msgspec

from casework.facts import Fact, digest
from tests.builders import NO_HEAD, FixedClock, Hand, Log
from tests.hall_world import HallWorld, in_hall
from tests.terminals import enrolled

NEWER = b'{"a catalogue":"that only its maker has"}'
VERSION = digest(NEWER)


def under_newer(fact: Fact) -> Fact:
    """`fact`, made under a catalogue that nobody else has yet."""
    return msgspec.structs.replace(fact, catalogue=VERSION)


def test_t65_the_hall_judges_what_was_taken_in_under_a_catalogue_that_it_does_not_have(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        received = under_newer(window.received())
        accepted = under_newer(window.accepted(received.case))
        answers = await window.push(received, accepted)
        assert [answer.verdict.v for answer in answers] == ["accepted", "accepted"], (
            "the facts carry what they resolved"
        )
        case = world.case(received.case)
        assert case is not None
        assert (case.state, case.catalogue) == ("accepted", VERSION)
        missing = await window.get(f"/sync/v1/blob/{VERSION}")
        assert missing.status_code == 404, "asked for by hash, and not had yet: no answer of an other version"
        assert (await window.push(window.examined(received.case)))[0].verdict.v == "accepted"

    in_hall(tmp_path, story)


def test_t65_a_window_shows_the_case_at_once_and_asks_for_the_catalogue_by_its_hash(tmp_path: Path) -> None:
    memory, hand, log = enrolled(tmp_path, FixedClock()), Hand("0013"), Log()
    received = under_newer(hand.received())
    log.accept(received)
    log.accept(under_newer(hand.accepted(received.case)))
    links, chain = log.page(0)
    assert memory.apply(links, 0, NO_HEAD, chain, 1, 0)
    case = memory.case_state(received.case)
    assert case is not None
    assert (case.state, case.received.item, case.unread) == ("accepted", "D01", 0)
    assert memory.queue(("single",))[0].case.case_id == received.case
    assert memory.missing_blobs() == (VERSION,)
    memory.rebuild()
    assert memory.missing_blobs() == (VERSION,), "also after everything was folded anew"
    memory.keep_blob(VERSION, NEWER)
    assert memory.missing_blobs() == ()
    assert memory.blob(VERSION) == NEWER
    memory.close()
