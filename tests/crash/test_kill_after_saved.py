"""T40: kill -9 right after *saved* was said. What was said is there, and no number is given twice."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

from tests.terminals import enrolled, opened

ROOT = Path(__file__).resolve().parents[2]
CLERK = """
import os, sys
from pathlib import Path
from tests.builders import START, FixedClock, Hand, grouped
from tests.terminals import opened
memory = opened(Path(sys.argv[1]))
hand = Hand(mark=sys.argv[2])
hand.count = int(sys.argv[2]) * 1000
while True:
    with memory.writing() as act:
        hand.numbered = act.next_number(START.date()) - 1
        taken = hand.received()
        act.commit_groups([grouped(taken, hand.printed(taken.case))])
    os.write(1, memory.case_state(taken.case).number.encode() + b"\\n")
"""


def test_t40_killed_right_after_saved_nothing_that_was_said_is_lost(tmp_path: Path) -> None:
    enrolled(tmp_path).close()
    said: list[str] = []
    for turn in range(1, 6):
        clerk = subprocess.Popen(
            [sys.executable, "-c", CLERK, str(tmp_path), str(turn)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert clerk.stdout is not None
        said += [clerk.stdout.readline().strip() for _ in range(turn * 3)]
        clerk.kill()
        said += [line.strip() for line in clerk.stdout if len(line) == 23]
        clerk.stdout.close()
        clerk.wait()
    memory = opened(tmp_path)
    assert memory.trust() is None
    assert memory.check() == ()
    assert len(said) == len(set(said))
    assert all(memory.case_by_number(number) for number in said)
    with memory.reading() as db:
        numbers = [row[0] for row in db.execute("select number from shown")]
        links = db.execute("select local_seq, prev, hash from outbox order by local_seq").fetchall()
    assert len(numbers) == len(set(numbers)) == len(links) / 2
    assert [row[0] for row in links] == list(range(1, len(links) + 1))
    assert all(later[1] == earlier[2] for earlier, later in itertools.pairwise(links))
    memory.close()
