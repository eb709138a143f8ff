"""The tray has a way out of every state, at the terminal too (S16)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from casework import bodies
from casework.errors import BadInput
from casework.facts import Fact, LegalTime
from casework.rules import Refusal
from casework.wire import Answered, Tray, Verdict
from console.counter import Acted, Counter, Session
from console.settling import Settlement, Settling
from console.sources import NoSources
from local_db.memory import TerminalMemory
from tests.builders import NO_HEAD, FixedClock, Hand, Log, chain
from tests.people import CALENDAR, CATALOGUE, STAFF
from tests.terminals import enrolled

AT = "2026-11-23T10:00:00.000"
ACCEPTED, STALE = Verdict("accepted"), Verdict("rejected", "stale", judged_at=AT)
BOSS = Session(STAFF["3001"], ("supervisor",))


class Desk:
    """A terminal whose supervisor settles."""

    def __init__(self, folder: Path) -> None:
        self.hand, self.log, self.down = Hand(), Log(), False
        self.memory: TerminalMemory = enrolled(folder)
        library: Any = SimpleNamespace(of=lambda case: CATALOGUE, current=lambda: CATALOGUE, calendar=lambda: CALENDAR)
        legal: Any = SimpleNamespace(now=lambda: LegalTime(AT))
        nothing: Any = None
        self.counter = Counter(
            self.memory, library, nothing, FixedClock(), legal, Hand(mark="desk").new_id, lambda: self.down,
            NoSources(),
        )  # fmt: skip

    def save(self, *facts: Fact) -> None:
        """Each in a group of its own."""
        with self.memory.writing() as act:
            act.commit_groups([(fact,) for fact in facts])

    def told(self, *verdicts: Verdict) -> None:
        """The hall's answer to all that was saved."""
        answers = tuple(Answered(seq, verdict, seq) for seq, verdict in enumerate(verdicts, 1))
        self.memory.answered(answers, len(answers))

    def pull(self) -> None:
        """Apply the log from the cursor on."""
        start = self.memory.position().cursor
        links, at = self.log.page(start)
        assert self.memory.apply(links, start, NO_HEAD, at, 1, 0)

    def gives_up(self, fact_id: str) -> Acted | Refusal:
        """Withdraw what waits under that name."""
        return Settling(self.counter).settle(BOSS, fact_id, Settlement("withdraw", "不再坚持"))

    def named(self) -> tuple[str, ...]:
        """What the newest resolution names."""
        with self.memory.reading() as db:
            return tuple(row[0] for row in db.execute("select fact_id from resolution order by local_seq, fact_id"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.memory.close()


@pytest.mark.parametrize("code", ["group", "after", "internal"])
def test_s16_what_is_held_is_given_up_by_its_name_and_nothing_else_with_it(desk: Desk, code: str) -> None:
    taken = desk.hand.received()
    held, later = desk.hand.accepted(taken.case), desk.hand.examined(taken.case)
    desk.save(taken, held, later)
    desk.told(ACCEPTED, Verdict("held", code, judged_at=AT), Verdict("held", "lane", judged_at=AT))
    done = desk.gives_up(held.id)
    assert isinstance(done, Acted)
    assert desk.named() == (held.id,)
    assert [line.fact for line in desk.memory.tray()] == [later.id]


def test_s16_a_judgement_whose_case_never_came_can_be_given_up(desk: Desk) -> None:
    lost = desk.hand.accepted("f" * 32)
    desk.save(lost)
    desk.told(Verdict("rejected", "no_case", judged_at=AT))
    with pytest.raises(BadInput):
        Settling(desk.counter).settle(BOSS, lost.id, Settlement("amend", "改", "accept", {}))
    assert isinstance(desk.gives_up(lost.id), Acted)
    assert (desk.memory.tray(), desk.memory.pending().rejected) == ((), 0)


def test_s16_while_the_line_is_down_nobody_settles(desk: Desk) -> None:
    lost = desk.hand.accepted("f" * 32)
    desk.save(lost)
    desk.told(STALE)
    desk.down = True
    done = desk.gives_up(lost.id)
    assert isinstance(done, Refusal)
    assert done.code == "needs_hall"


@pytest.mark.parametrize("own", [True, False])
def test_s12_bytes_that_nobody_has_are_given_up_here_or_from_another_terminal(desk: Desk, own: bool) -> None:
    hand = desk.hand if own else Hand("0007", "b")
    taken = hand.received()
    (envelope,) = chain([taken], hand.terminal)
    if own:
        desk.save(taken)
        desk.memory.stub(1, "refused with 413")
    line = Tray(envelope.fact_hash, "", "", "", "", hand.terminal, "", "bytes", {}, AT, kind="held")
    desk.log.tray(line)
    desk.log.judge(envelope, taken, Verdict("held", "bytes", judged_at=AT))
    desk.pull()
    (waits,) = desk.memory.tray()
    assert (waits.type, waits.case, bool(waits.number)) == (("received", taken.case, True) if own else ("", "", False))
    assert isinstance(desk.gives_up(envelope.fact_hash), Acted)
    assert desk.named() == (envelope.fact_hash,)
    assert desk.memory.tray() == ()
    before = desk.memory.projection_hash()
    desk.memory.rebuild()
    assert desk.memory.projection_hash() == before


def test_s15_with_one_refused_act_go_the_other_refused_acts_of_its_case_only(desk: Desk) -> None:
    one, two = desk.hand.received(), desk.hand.received()
    acts = [desk.hand.accepted(one.case), desk.hand.examined(one.case), desk.hand.accepted(two.case)]
    desk.save(one, two, *acts)
    desk.told(ACCEPTED, ACCEPTED, STALE, STALE, STALE)
    assert isinstance(desk.gives_up(acts[0].id), Acted)
    assert set(desk.named()) == {acts[0].id, acts[1].id}
    again = bodies.ResolveWithdraw(desk.named(), "")
    assert len(again.refused) == 2
