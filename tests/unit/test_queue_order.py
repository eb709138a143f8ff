"""What waits at a post is worked on in the order of its urgency, and a page of a long queue is still found by key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from casework.ambient import moment
from casework.case import Case
from casework.measuring import measured
from casework.standing import light_of, nearest, standing
from casework.urgency import LIGHTS, Urgencies
from local_db.finding import QueueRow
from local_db.memory import TerminalMemory
from tests.builders import FixedClock, Hand
from tests.people import CALENDAR, Office
from tests.terminals import enrolled

NOW = moment("2026-11-26T10:00:00.000")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def memory(tmp_path: Path, clock: FixedClock) -> Iterator[TerminalMemory]:
    made = enrolled(tmp_path, clock)
    yield made
    made.close()


@pytest.mark.parametrize("item", ["A01", "D01", "C07"])
def test_the_order_of_a_text_of_clocks_is_that_of_the_case(item: str) -> None:
    case: Case = Office().case(item, "accept", who="2001")
    terms = measured(case).terms
    for days in range(0, 90, 3):
        now = NOW + timedelta(days=days)
        rank, due = Urgencies(CALENDAR, now)(terms)
        stand = standing(case, CALENDAR, now)
        assert LIGHTS[rank] == light_of(stand)
        first = nearest(stand)
        assert due.startswith(first.clock.due if first else "never")


def test_worse_lights_stand_before_better_ones_and_what_is_due_first_before_what_came_first() -> None:
    office = Office()
    texts = [measured(office.case(item, "accept", who="2001")).terms for item in ("A01", "D01", "C07")]
    for days in range(0, 90, 3):
        order = Urgencies(CALENDAR, NOW + timedelta(days=days))
        found = [order(text) for text in sorted(texts, key=order)]
        assert [rank for rank, _ in found] == sorted(rank for rank, _ in found)
        assert all(one[1] <= other[1] for one, other in pairwise(found) if one[0] == other[0])
    assert Urgencies(CALENDAR, NOW)("") == (LIGHTS.index("none"), "")


def test_a_queue_is_paged_by_its_clocks_and_each_open_step_comes_once(
    memory: TerminalMemory, clock: FixedClock
) -> None:
    hand, cases = Hand(clock=clock), []
    for _ in range(9):
        clock.go(6 * 3600)
        taken = hand.received()
        cases.append(taken.case)
        with memory.writing() as act:
            act.commit_groups([(taken,), (hand.accepted(taken.case),)])
    counts = memory.clocks_at(("single", "single"))
    assert sum(counts.values()) == memory.queue_length(("single",)) == 9
    found: list[QueueRow] = []
    for terms, count in counts.items():
        rows = page = memory.queue_of(("single",), terms, 2)
        while len(page) == 2:
            page = memory.queue_of(("single",), terms, 2, page[-1].key)
            rows += page
        assert len(rows) == count
        assert all(measured(row.case.case).terms == terms for row in rows)
        assert [row.key for row in rows] == sorted(row.key for row in rows)
        found += rows
    assert sorted(row.case.case_id for row in found) == sorted(cases)
    with memory.writing() as act:
        act.commit_groups([(hand.examined(cases[0]),)])
    assert sum(memory.clocks_at(("single",)).values()) == 8
    before = memory.clocks_at(("single", "chief"))
    memory.rebuild()
    assert memory.clocks_at(("single", "chief")) == before


def test_a_page_of_a_queue_reads_no_more_than_an_index(memory: TerminalMemory) -> None:
    from local_db.sql import queries

    for name, asked in (("clocks_at", ("p",)), ("queue_of", ("p", "t", "", "", "", 200))):
        with memory.reading() as db:
            plan = db.execute(f"explain query plan {queries('ordering')[name]}", asked).fetchall()
        words = " ".join(row[-1] for row in plan)
        assert "place_urgent" in words
        assert "TEMP B-TREE" not in words
        assert "SCAN" not in words
