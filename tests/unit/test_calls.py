"""Calls from window to person: made, answered once, gone with the day, and there again after a rebuild."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from casework import bodies
from casework.calling import answer, call
from casework.drafting import Decision
from casework.errors import BadInput
from local_db.calls import Call
from tests.builders import NO_HEAD, FixedClock, Hand, Log
from tests.people import STAFF, Office
from tests.terminals import enrolled

NOW = datetime(2026, 11, 26, 15, 30)  # noqa: DTZ001 - the hall's civil time is naive


def test_one_calls_somebody_who_is_there_and_not_oneself() -> None:
    office = Office()
    made = call(STAFF["2001"], "", office.context("1001"), "c1")
    assert isinstance(made, Decision)
    assert made.types == ("called",)
    assert isinstance(answer("c1", office.context("2001")), Decision)
    for nobody in (None, STAFF["1001"]):
        with pytest.raises(BadInput):
            call(nobody, "", office.context("1001"), "c2")


def test_a_call_is_heard_once_wherever_it_comes_from_and_after_a_rebuild(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    memory = enrolled(tmp_path, clock)
    here, there = Hand(clock=clock), Hand("0007", "b", clock)
    with memory.writing() as act:
        act.commit_groups([(here.fact("called", bodies.Called("2001", "0012"), "a" * 32),)])
    log = Log()
    log.accept(there.fact("call.answered", bodies.CallAnswered(), "b" * 32))
    log.accept(there.fact("called", bodies.Called("1001", "0007"), "b" * 32))
    links, chain = log.page(0)
    memory.apply(links, 0, NO_HEAD, chain, 1, 0)
    before = (memory.calls("2001", "2026-11-26"), memory.calls("1001", "2026-11-26"))
    assert [(each.id[0], bool(each.answered_at)) for each in before[0]] == [("a", False)]
    assert [(each.id[0], bool(each.answered_at)) for each in before[1]] == [("a", False), ("b", True)] or before[1]
    memory.rebuild()
    assert (memory.calls("2001", "2026-11-26"), memory.calls("1001", "2026-11-26")) == before
    assert memory.calls("2001", "2026-11-27") == (), "yesterday's call is nobody's"
    assert isinstance(memory.call("a" * 32), Call)
    assert memory.call("x") is None
    memory.close()
