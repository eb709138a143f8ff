"""A snapshot goes through the cases that were here in the order of their ids, and leaves none out (S21)."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_db.sql import queries
from tests.builders import Hand
from tests.terminals import enrolled

CASES = 7


@pytest.mark.parametrize("count", [1, 2, 3, 5, 100])
def test_s21_no_case_with_many_unsent_acts_is_passed_over(tmp_path: Path, count: int) -> None:
    """Acts were counted where cases were meant: what lay between two cases of the old copy was not looked at."""
    memory, hand = enrolled(tmp_path), Hand()
    with memory.writing() as act:
        for _ in range(CASES):
            taken = hand.received()
            act.commit_groups([[taken], *([hand.printed(taken.case)] for _ in range(4))])
    with memory.transaction() as db:
        own = sorted(row[0] for row in db.execute("select distinct case_id from outbox"))
        old = [f"{case}-old" for case in own]  # one of the old copy behind each
        db.executemany("insert into confirmed (case_id, root, n) values (?1, ?1, 1)", [(case,) for case in old])
        seen: list[str] = []
        while rows := db.execute(queries("bootstrap")["known"], (seen[-1] if seen else "", "z", count)).fetchall():
            seen += [row[0] for row in rows]
    assert seen == sorted([*own, *old])
    memory.close()
