"""Answers that lie, come late or speak of bytes that nobody has: no own fact is stranded by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from casework import bodies
from casework.facts import Fact
from casework.limits import LIMITS
from casework.outbox import Row
from casework.short_codes import short_code
from casework.wire import Answered, Tray, Verdict
from local_db import rebuild
from local_db.memory import TerminalMemory
from tests.builders import NO_HEAD, FixedClock, Hand, Log, chain, grouped
from tests.terminals import IDENTITY, enrolled, opened

ACCEPTED = Verdict("accepted")
NO_BYTES = Verdict("held", "bytes", judged_at="2026-11-23T10:00:00.000")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[TerminalMemory]:
    made = enrolled(tmp_path)
    yield made
    made.close()


def save(memory: TerminalMemory, *facts: Fact) -> None:
    """Each fact in a group of its own."""
    with memory.writing() as act:
        act.commit_groups([(fact,) for fact in facts])


def pull(memory: TerminalMemory, log: Log, acked: int = 0) -> None:
    """Apply the log from the cursor on."""
    start = memory.position().cursor
    links, at = log.page(start)
    assert memory.apply(links, start, NO_HEAD, at, 1, acked)


def next_up(memory: TerminalMemory) -> int:
    """The first envelope that would be sent; 0 when nothing waits."""
    out = memory.outgoing(250, LIMITS.push_bytes)
    return out.first if out else 0


def row_of(memory: TerminalMemory, seq: int) -> Row:
    """The state of one own row."""
    with memory.reading() as db:
        return Row(db.execute("select state from outbox where local_seq = ?", (seq,)).fetchone()[0])


def test_t5_a_mark_that_runs_ahead_of_the_verdicts_strands_nothing(memory: TerminalMemory) -> None:
    hand = Hand()
    save(memory, *(hand.received() for _ in range(3)))
    memory.mark_sent(1, 3)
    memory.answered((Answered(1, ACCEPTED, 1), Answered(3, ACCEPTED, 2)), 3)
    assert next_up(memory) == 2
    memory.answered((), 1000)
    assert next_up(memory) == 2
    memory.answered((Answered(2, ACCEPTED, 3, duplicate=True),), 3)
    assert next_up(memory) == 0


def test_t5_neither_does_the_mark_of_a_page(memory: TerminalMemory) -> None:
    hand, log = Hand(), Log()
    save(memory, *(hand.received() for _ in range(2)))
    log.accept(Hand("0007", "b").received())
    pull(memory, log, acked=2)
    assert next_up(memory) == 1
    assert memory.pending().unsent == 2


def test_t4_a_gap_that_points_ahead_moves_nothing(memory: TerminalMemory) -> None:
    hand = Hand()
    save(memory, *(hand.received() for _ in range(3)))
    memory.resend_from(9)
    assert next_up(memory) == 1
    memory.answered(tuple(Answered(seq, ACCEPTED, seq) for seq in (1, 2)), 2)
    memory.resend_from(2)
    assert next_up(memory) == 2


@pytest.mark.parametrize("damaged", [1, 3, 5])
def test_t53_a_damaged_byte_at_either_end_of_a_batch_costs_that_event_alone(tmp_path: Path, damaged: int) -> None:
    memory, hand = enrolled(tmp_path), Hand()
    taken = hand.received()
    save(memory, taken)
    with memory.writing() as act:
        act.commit_groups([grouped(hand.printed(taken.case), hand.printed(taken.case, "guide"))])
    save(memory, hand.received(), hand.received())
    _break(memory, damaged)
    out = memory.outgoing(250, LIMITS.push_bytes)
    assert out is not None
    assert [event.stub for event in out.events] == ["damaged" if seq == damaged else "" for seq in range(1, 6)]
    assert (out.first, out.last) == (1, 5)
    memory.close()
    again = opened(tmp_path)
    again.rebuild()
    assert again.case_state(taken.case) is None or damaged != 1
    again.close()


def test_s16_what_went_without_its_bytes_is_settled_under_the_halls_name_for_it(memory: TerminalMemory) -> None:
    hand, log = Hand(), Log()
    taken = hand.received()
    save(memory, taken)
    (envelope,) = chain([taken])
    memory.stub(1, "refused with 413")
    memory.answered((Answered(1, NO_BYTES),), 1)
    (line,) = memory.tray()
    assert (line.fact, line.case, line.terminal) == (envelope.fact_hash, taken.case, "0012")
    log.judge(envelope, msgspec.structs.replace(taken, id=""), NO_BYTES)
    hall_line = Tray(envelope.fact_hash, "", "", "", "", "0012", "", "bytes", {}, NO_BYTES.judged_at, kind="held")
    log.tray(hall_line)
    pull(memory, log)
    assert [told.fact for told in memory.tray()] == [envelope.fact_hash]
    assert memory.pending().held == 1
    gone = Hand("0007", "b").fact("resolve.withdraw", bodies.ResolveWithdraw((envelope.fact_hash,), "找不回来"), "x")
    log.accept(gone)
    log.tray(msgspec.structs.replace(hall_line, settled="withdraw"))
    pull(memory, log)
    assert (row_of(memory, 1), memory.tray(), memory.pending().held) == (Row.RESOLVED, (), 0)
    grown = memory.projection_hash()
    memory.rebuild()
    assert memory.projection_hash() == grown


def test_t3_an_id_that_was_used_before_is_settled_under_the_hash_of_its_bytes(memory: TerminalMemory) -> None:
    hand, log = Hand(), Log()
    taken = hand.received()
    save(memory, taken)
    (envelope,) = chain([taken])
    reused = Verdict("rejected", "id_reused", {"id": taken.id}, judged_at=NO_BYTES.judged_at)
    memory.answered((Answered(1, reused),), 1)
    log.judge(envelope, taken, reused)
    log.tray(Tray(envelope.fact_hash, taken.type, taken.case, taken.root, "", "0012", "1001", "id_reused", {}, ""))
    pull(memory, log)
    assert [line.fact for line in memory.tray()] == [envelope.fact_hash]
    save(memory, hand.fact("resolve.withdraw", bodies.ResolveWithdraw((envelope.fact_hash,), "重新受理"), taken.case))
    assert row_of(memory, 1) is Row.RESOLVED
    assert memory.tray() == ()


def test_t3_what_was_given_up_under_an_id_is_not_what_has_used_that_id_again(memory: TerminalMemory) -> None:
    hand, log = Hand(), Log()
    taken = hand.received()
    save(memory, taken)
    line = Tray(taken.id, taken.type, taken.case, taken.root, "", "0007", "1001", "lane", {}, "", settled="withdraw")
    log.tray(line)
    pull(memory, log)
    memory.answered((Answered(1, Verdict("rejected", "id_reused", {"id": taken.id})),), 1)
    assert row_of(memory, 1) is Row.REJECTED
    assert [line.fact for line in memory.tray()] == [chain([taken])[0].fact_hash]


def test_t71_two_processes_of_one_terminal_share_its_chain_its_numbers_and_its_answers(tmp_path: Path) -> None:
    """S2, S27, S34: neither knows of the other, both write, either may hear the hall's word."""
    clock, hand, log = FixedClock(), Hand(), Log()
    one = enrolled(tmp_path, clock)
    two = opened(tmp_path, clock)
    given: list[int] = []
    facts: list[Fact] = []
    for turn in range(12):
        with (one, two, two)[turn % 3].writing() as act:
            given.append(act.next_number(clock.now().date()))
            facts.append(hand.received())
            act.commit_groups([(facts[-1],)])
    assert given == list(range(1, 13))
    out = one.outgoing(250, LIMITS.push_bytes)
    assert out is not None
    made = chain(facts)
    assert (out.first, out.last, out.head) == (1, 12, made[-1].hash)
    for fact, envelope in zip(facts[:6], made, strict=False):
        log.accept(fact, envelope)
    links, at = log.page(0)
    assert two.apply(links, 0, NO_HEAD, at, 1, 6)
    assert not one.apply(links, 0, NO_HEAD, at, 1, 6)
    one.answered(tuple(Answered(seq, ACCEPTED, seq) for seq in range(1, 13)), 12)
    assert (next_up(two), two.pending().unsent) == (0, 0)
    two.close()
    one.close()
    again = opened(tmp_path, clock)
    with again.writing() as act:
        assert act.next_number(clock.now().date()) == 13
    again.close()


def _break(memory: TerminalMemory, seq: int) -> None:
    """A byte goes bad on the disk, behind the program's back."""
    with memory.transaction() as db:
        db.execute("drop trigger fact_is_never_changed")
        broken = "cast(substr(bytes, 1, 20) || x'00' || substr(bytes, 22) as blob)"
        db.execute(f"update fact set bytes = {broken} where n = ?", (seq,))


def test_s16_an_application_that_was_refused_or_given_up_is_shown_as_its_facts_make_it(memory: TerminalMemory) -> None:
    """S22: as a memory shows it whose projections are made anew."""
    hand = Hand()
    form = bodies.Form("D01", bodies.Party("person", "王芳", "420111199001011234"))
    opened_, parked = (
        hand.fact(type_, kind(short_code(id_), "single", form), id_)
        for type_, kind, id_ in (("prefile.opened", bodies.PrefileOpened, "a" * 32),
                                 ("prefile.parked", bodies.PrefileParked, "b" * 32))
    )  # fmt: skip
    taken = hand.fact("prefile.taken", bodies.PrefileTaken("0012"), parked.case)
    save(memory, opened_, parked, taken)
    memory.mark_sent(1, 3)
    refused = Verdict("rejected", "id_reused", judged_at="2026-11-23T10:00:00.000")
    memory.answered((Answered(1, refused), Answered(2, ACCEPTED, 1), Answered(3, NO_BYTES)), 3)
    assert [(each.id, each.state) for each in memory.prefiles()] == [(parked.case, "taken")]
    settled = hand.fact("resolve.withdraw", bodies.ResolveWithdraw((taken.id,), "不再坚持"), parked.case)
    save(memory, msgspec.structs.replace(settled, actor="3001", post="supervisor"))
    assert [(each.id, each.state) for each in memory.prefiles()] == [(parked.case, "parked")]
    before = memory.projection_hash()
    memory.rebuild()
    assert memory.projection_hash() == before


def test_s6_s15_what_was_given_up_before_it_was_judged_waits_for_nobody(memory: TerminalMemory) -> None:
    """It lay in no tray, so nobody could settle it: its module never left, nor did its case."""
    hand = Hand()
    save(memory, *(hand.received() for _ in range(2)))
    memory.mark_sent(1, 2)
    memory.answered((Answered(1, Verdict("held", "lane")), Answered(2, Verdict("rejected", "settled", revision=2))), 2)
    memory.answered((Answered(1, Verdict("rejected", "settled", revision=2)),), 2)
    assert [row_of(memory, seq) for seq in (1, 2)] == [Row.RESOLVED, Row.RESOLVED]
    assert memory.tray() == ()


def test_s27_what_was_given_up_is_known_under_a_new_number_as_well(memory: TerminalMemory) -> None:
    """It is sealed no more, as what the log has passed: a line of a file passed for taken in, and no case has it."""
    hand, log = Hand(), Log()
    stands, broken = hand.received(), hand.received()
    save(memory, stands, broken)
    log.accept(stands, chain([stands])[0])
    memory.answered((Answered(1, ACCEPTED, 1), Answered(2, NO_BYTES)), 2)
    pull(memory, log)
    save(memory, hand.fact("resolve.withdraw", bodies.ResolveWithdraw((broken.id,), "重复"), broken.case))
    for number in ("0012", "0040", "0041"):
        if number != "0012":
            memory.adopt(msgspec.structs.replace(IDENTITY, terminal=number, incarnation=number), hand.new_id)
        assert memory.gave_up(broken.root)
        assert not memory.gave_up(stands.root)


@pytest.mark.parametrize("open_there", [True, False], ids=["waits-at-the-hall", "is-over-at-the-hall"])
def test_s15_s16_a_refused_line_is_there_again_when_its_resolution_was_given_up_and_it_waits(
    memory: TerminalMemory, open_there: bool
) -> None:
    """It was left out of the tray for ever; and a restored hall that knows that it is over need not say so again."""
    hand, log = Hand(), Log()
    taken = hand.received()
    step = hand.accepted(taken.case)
    gives_up = hand.fact("resolve.withdraw", bodies.ResolveWithdraw((step.id,), "不再坚持"), taken.case)
    refused = Verdict("rejected", "stale", judged_at=NO_BYTES.judged_at)
    save(memory, taken, step)
    memory.answered((Answered(1, ACCEPTED, 1), Answered(2, refused)), 2)
    save(memory, gives_up)
    assert memory.tray() == ()
    memory.answered((Answered(3, msgspec.structs.replace(refused, code="nothing_refused")),), 3)
    assert {line.fact for line in memory.tray()} == {step.id, gives_up.id}
    log.accept(taken, chain([taken])[0])
    if open_there:
        log.tray(Tray(step.id, step.type, taken.case, taken.root, "", "0012", "1001", "stale", {}, refused.judged_at))
    log.accept(Hand("0007", "b").fact("resolve.withdraw", bodies.ResolveWithdraw((gives_up.id,), "已了结"), taken.case))
    line = Tray(gives_up.id, gives_up.type, taken.case, taken.root, "", "0012", "1001", "nothing_refused", {}, "")
    log.tray(msgspec.structs.replace(line, settled="withdraw"))
    pull(memory, log, 3)
    assert [line.fact for line in memory.tray()] == [step.id] * open_there
    assert sum(memory.tray_counts().values()) == memory.pending().rejected == open_there
    before = memory.projection_hash()
    memory.rebuild()
    assert memory.projection_hash() == before


def test_s25_s27_what_a_hall_of_before_had_accepted_waits_for_the_word_of_the_restored_one(
    memory: TerminalMemory,
) -> None:
    """An older image that had pulled nothing: it said accepted for ever, and no module left the window any more."""
    hand = Hand()
    save(memory, hand.received(), hand.received())
    memory.answered((Answered(1, ACCEPTED, 1), Answered(2, ACCEPTED, 2)), 2)
    memory.adopt(msgspec.structs.replace(IDENTITY, terminal="0040", incarnation="i2", epoch=1), hand.new_id)
    assert row_of(memory, 2) is row_of(memory, 3) is Row.ACCEPTED
    memory.adopt(msgspec.structs.replace(IDENTITY, terminal="0041", incarnation="i3", epoch=2), hand.new_id)
    memory.answered((Answered(3, ACCEPTED, 5), Answered(4, Verdict("rejected", "no_right"))), 4)
    assert (row_of(memory, 3), row_of(memory, 4)) == (Row.ACCEPTED, Row.REJECTED)


def test_s21_what_a_program_of_before_writes_after_an_update_is_folded_anew_at_the_next_opening(
    memory: TerminalMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had the line still: what it folded in its own way stayed so until the update after that."""
    hand, log = Hand(), Log()
    folder, ours = memory.folder.parent, rebuild.PROJECTION
    newer = opened(folder)
    refolded: list[str] = []
    call = TerminalMemory.rebuild

    def counted(self: TerminalMemory) -> int:
        refolded.append(self.identity.terminal)
        return call(self)

    monkeypatch.setattr(TerminalMemory, "rebuild", counted)

    def openings() -> int:
        refolded.clear()
        for _ in range(2):
            opened(folder).close()
        return len(refolded)

    assert openings() == 0
    monkeypatch.setattr(rebuild, "PROJECTION", "of before")
    log.accept(hand.received())
    pull(memory, log)
    monkeypatch.setattr(rebuild, "PROJECTION", ours)
    assert openings() == 1
    save(newer, hand.received())
    newer.close()
    assert openings() == 0
