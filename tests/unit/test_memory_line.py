"""The memory and the log: what the hall says is folded in, once, in any order, however it was interrupted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from casework import bodies
from casework.case import Case
from casework.facts import Envelope, Fact, digest
from casework.limits import LIMITS
from casework.outbox import Row
from casework.wire import Answered, Tray, Verdict
from local_db.errors import StoreError
from local_db.memory import TerminalMemory
from tests.builders import NO_HEAD, FixedClock, Hand, Log, chain, grouped
from tests.terminals import enrolled, opened

ACCEPTED = Verdict("accepted")
STALE = Verdict("rejected", "stale", judged_at="2026-11-23T10:00:00.000")
HELD = Verdict("held", "lane", judged_at="2026-11-23T10:00:00.000")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[TerminalMemory]:
    made = enrolled(tmp_path)
    yield made
    made.close()


def save(memory: TerminalMemory, *groups: Sequence[Fact]) -> None:
    """Commit groups of facts."""
    with memory.writing() as act:
        act.commit_groups(groups)


def pull(memory: TerminalMemory, log: Log, end: int | None = None, acked: int = 0) -> bool:
    """Apply the log from the cursor on."""
    start = memory.position().cursor
    links, at = log.page(start, end)
    return memory.apply(links, start, NO_HEAD, at, 1, acked)


def state(memory: TerminalMemory, case_id: str) -> str:
    """The shown state of a case; empty when it is not shown."""
    case = memory.case_state(case_id)
    return case.state if case else ""


def rows(memory: TerminalMemory) -> list[str]:
    """The states of the outbox in order."""
    with memory.reading() as db:
        return [row[0] for row in db.execute("select state from outbox order by local_seq")]


def test_t5_an_event_that_is_missing_from_the_answer_stays_unsent(memory: TerminalMemory) -> None:
    hand = Hand()
    taken = [hand.received() for _ in range(3)]
    save(memory, *[(fact,) for fact in taken])
    memory.mark_sent(1, 3)
    memory.answered((Answered(1, ACCEPTED, 1), Answered(3, ACCEPTED, 2)), 1)
    assert rows(memory) == ["accepted", "sent", "accepted"]
    assert memory.pending().unsent == 1
    out = memory.outgoing(10, 10**6)
    assert out is not None
    assert (out.first, out.last) == (2, 3)


def test_t1_the_same_answer_twice_and_verdicts_for_strangers_change_nothing(memory: TerminalMemory) -> None:
    hand = Hand()
    taken = hand.received()
    save(memory, (taken,), (hand.accepted(taken.case),))
    answer = (Answered(1, ACCEPTED, 1), Answered(2, STALE), Answered(77, ACCEPTED, 9))
    memory.answered(answer, 2)
    before = (rows(memory), memory.projection_hash(), memory.pending())
    memory.answered(answer, 2)
    memory.answered((Answered(2, ACCEPTED, duplicate=True),), 2)
    assert rows(memory) == ["accepted", "accepted"]  # the row of the drawing: rejected, then accepted
    assert before[0] == ["accepted", "rejected"]
    assert before[2].rejected == 1


def test_s13_an_older_revision_of_a_verdict_never_wins(memory: TerminalMemory) -> None:
    hand = Hand()
    save(memory, (hand.received(),))
    memory.answered((Answered(1, msgspec.structs.replace(HELD, revision=2)),), 1)
    memory.answered((Answered(1, STALE),), 1)
    assert rows(memory) == ["held"]
    memory.answered((Answered(1, msgspec.structs.replace(ACCEPTED, revision=3), 5),), 1)
    assert rows(memory) == ["accepted"]
    assert memory.tray() == ()


def test_s16_a_refused_act_leaves_the_screen_and_is_in_the_tray_at_once(memory: TerminalMemory) -> None:
    hand = Hand()
    taken = hand.received()
    step = hand.accepted(taken.case)
    save(memory, (taken,), (step,))
    assert state(memory, taken.case) == "accepted"
    memory.answered((Answered(1, ACCEPTED, 1), Answered(2, STALE)), 2)
    assert state(memory, taken.case) == "received"
    (line,) = memory.tray()
    assert (line.fact, line.code, line.kind, line.actor) == (step.id, "stale", "rejected", "1001")
    assert [told.row for told in memory.history(taken.case).lines] == [Row.ACCEPTED, Row.REJECTED]


def test_s3_groups_are_never_split_over_batches(memory: TerminalMemory) -> None:
    hand = Hand()
    taken = [hand.received() for _ in range(2)]
    for fact in taken:
        save(memory, grouped(fact, hand.printed(fact.case), hand.printed(fact.case, "guide")))
    out = memory.outgoing(5, 10**6)
    assert out is not None
    assert (out.first, out.last) == (1, 3)
    small = memory.outgoing(1, 10, after=3)
    assert small is not None
    assert (small.first, small.last) == (4, 6)
    assert memory.outgoing(5, 10**6, after=6) is None


def test_t4_after_a_gap_it_sends_from_the_halls_mark(memory: TerminalMemory) -> None:
    hand = Hand()
    save(memory, *[(hand.received(),) for _ in range(3)])
    memory.answered(tuple(Answered(seq, ACCEPTED, seq) for seq in (1, 2, 3)), 3)
    assert memory.outgoing(10, 10**6) is None
    memory.resend_from(2)
    out = memory.outgoing(10, 10**6)
    assert out is not None
    assert (out.first, out.last) == (2, 3)


def test_s12_what_cannot_be_sent_travels_as_a_stub_and_the_mark_moves(memory: TerminalMemory) -> None:
    hand = Hand()
    save(memory, *[(hand.received(),) for _ in range(2)])
    memory.stub(1, "413")
    out = memory.outgoing(10, 10**6)
    assert out is not None
    assert [(event.stub, bool(event.fact_hash)) for event in out.events] == [("413", True), ("", False)]


@pytest.mark.parametrize("verdict_first", [True, False])
def test_s12_s16_bytes_that_got_through_before_a_stub_was_made_of_them_have_one_line_in_the_tray(
    memory: TerminalMemory, verdict_first: bool
) -> None:
    """A proxy let the batch through and its answer was lost; when it was sent again it was refused as too large."""
    hand, log = Hand(), Log()
    taken = hand.received()
    save(memory, (taken,))
    memory.stub(1, "413")
    line = Tray(
        fact=taken.id, type="received", case=taken.case, root=taken.root, number="", terminal="0012", actor="1001",
        code="lane", facts={}, since=HELD.judged_at, kind="held",
    )  # fmt: skip
    log.tray(line)
    told = (Answered(1, msgspec.structs.replace(HELD, code="lane")),)
    if verdict_first:
        memory.answered(told, 1)
    assert pull(memory, log)
    memory.answered(told, 1)
    assert [each.fact for each in memory.tray()] == [taken.id]
    log.tray(msgspec.structs.replace(line, settled="withdraw"))
    assert pull(memory, log)
    assert memory.tray() == ()
    assert memory.pending().held == 0


def test_t27_an_own_event_comes_by_pull_before_the_answer_of_its_push(memory: TerminalMemory) -> None:
    hand, log = Hand(), Log()
    taken = hand.received()
    (envelope,) = chain([taken])
    save(memory, (taken,))
    memory.mark_sent(1, 1)
    log.accept(taken, envelope)
    assert pull(memory, log)
    assert rows(memory) == ["passed"]
    memory.answered((Answered(1, ACCEPTED, 1),), 1)
    assert rows(memory) == ["passed"]
    case = memory.case_state(taken.case)
    assert case is not None
    assert case.facts == 1  # once, not twice


def test_t28_an_acknowledged_event_is_shown_until_the_cursor_has_passed_it(memory: TerminalMemory) -> None:
    hand, log = Hand(), Log()
    other = Hand("0007", "b")
    log.accept(other.received())
    taken = hand.received()
    save(memory, (taken,))
    memory.answered((Answered(1, ACCEPTED, 2),), 1)
    assert pull(memory, log)
    assert state(memory, taken.case) == "received"
    log.accept(taken, chain([taken])[0])
    assert pull(memory, log)
    assert (state(memory, taken.case), rows(memory)) == ("received", ["passed"])


def test_t29_the_pull_advances_under_a_full_outbox(memory: TerminalMemory) -> None:
    hand, other, log = Hand(), Hand("0007", "b"), Log()
    save(memory, *[(hand.received(),) for _ in range(50)])
    theirs = [other.received() for _ in range(20)]
    for fact in theirs:
        log.accept(fact)
    assert pull(memory, log)
    assert memory.position().cursor == 20
    assert memory.pending().unsent == 50
    assert all(state(memory, fact.case) == "received" for fact in theirs)


def test_t26_what_others_did_goes_under_what_is_not_yet_sent(memory: TerminalMemory) -> None:
    hand, other, log = Hand(), Hand("0007", "b"), Log()
    theirs = other.received()
    log.accept(theirs)
    assert pull(memory, log)
    save(memory, (hand.accepted(theirs.case),), (hand.examined(theirs.case),))
    log.accept(other.printed(theirs.case))
    assert pull(memory, log)
    case = memory.case_state(theirs.case)
    assert case is not None
    assert (case.state, case.facts, len(case.papers)) == ("accepted", 4, 1)
    memory.answered((Answered(1, STALE), Answered(2, HELD)), 2)
    undone = memory.case_state(theirs.case)
    assert undone is not None
    assert (undone.state, undone.facts, set(undone.steps)) == ("received", 2, {"receive"})


def test_t24_pages_exactly_full_empty_and_of_one(memory: TerminalMemory) -> None:
    other, log = Hand("0007", "b"), Log()
    for _ in range(LIMITS.pull_entries):
        log.accept(other.received())
    assert pull(memory, log, LIMITS.pull_entries)
    assert pull(memory, log)  # empty
    log.hide()
    assert pull(memory, log)
    assert memory.position().cursor == LIMITS.pull_entries + 1
    assert memory.position().chain == log.chains[-1]


def test_a_page_for_another_cursor_epoch_or_chain_is_not_applied(memory: TerminalMemory) -> None:
    log = Log()
    for _ in range(3):
        log.accept(Hand("0007", str(log.cursor)).received())
    links, at = log.page(1)
    assert not memory.apply(links, 1, NO_HEAD, at, 1, 0)
    links, at = log.page(0)
    assert not memory.apply(links, 0, NO_HEAD, at, 2, 0)
    assert not memory.apply(links, 0, NO_HEAD, digest(b"x"), 1, 0)
    memory.freeze("diverged", 1)
    assert not memory.apply(links, 0, NO_HEAD, at, 1, 0)
    assert memory.position().frozen == "diverged"
    memory.freeze("", 1)
    assert memory.apply(links, 0, NO_HEAD, at, 1, 0)


class Killed(Exception):
    """The power went."""


def test_t23_killed_between_slice_and_slice_it_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FixedClock()
    memory = enrolled(tmp_path, clock)
    other, log = Hand("0007", "b"), Log()
    for _ in range(100):
        taken = other.received()
        log.accept(taken)
        log.accept(other.accepted(taken.case))
    whole = memory._write_slice
    calls: list[int] = []

    def dies(*given: object) -> bool:
        calls.append(1)
        clock.go(0.01)  # a slow disk: slices stay small
        if len(calls) == 3:
            raise Killed
        return whole(*given)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(memory, "_write_slice", dies)
    with pytest.raises(Killed):
        pull(memory, log)
    stopped = memory.position()
    assert 0 < stopped.cursor < 200
    assert stopped.chain == log.chains[stopped.cursor]
    memory.close()
    again = opened(tmp_path)
    before = again.projection_hash()
    again.rebuild()
    assert again.projection_hash() == before
    assert pull(again, log)
    assert again.position().cursor == 200
    again.close()


def test_s19_slices_stay_within_their_time_and_the_clerk_gets_between(tmp_path: Path) -> None:
    clock = FixedClock()
    memory = enrolled(tmp_path, clock, msgspec.structs.replace(LIMITS, apply_slice_ms=10.0))
    other, hand, log = Hand("0007", "b"), Hand(), Log()
    for _ in range(300):
        log.accept(other.received())
    sizes: list[int] = []
    whole = memory._write_slice

    def watched(part: list[object], folded: object, cursor: int) -> bool:
        sizes.append(len(part))
        done = whole(part, folded, cursor)  # type: ignore[arg-type]  # handed through
        clock.go(len(part) * 0.001)  # a millisecond each
        save(memory, (hand.received(),))  # the clerk overtakes
        return done

    memory._write_slice = watched  # type: ignore[assignment, method-assign]  # the test's own watch
    assert pull(memory, log)
    assert sum(sizes) == 300
    assert max(sizes[1:]) <= 10
    assert memory.pending().unsent == len(sizes)
    memory.close()


def test_s13_t54_a_verdict_that_comes_by_pull_alone_is_enough(memory: TerminalMemory) -> None:
    hand, log = Hand(), Log()
    taken = hand.received()
    step = hand.accepted(taken.case)
    save(memory, (taken,), (step,))
    first, second = chain([taken, step])
    log.accept(taken, first)
    log.judge(second, step, STALE)
    log.tray(Tray(step.id, step.type, taken.case, taken.root, "", "0012", "1001", "stale", {}, STALE.judged_at))
    assert pull(memory, log)
    assert rows(memory) == ["passed", "rejected"]
    assert [line.fact for line in memory.tray()] == [step.id]
    log.accept(hand.fact("resolve.withdraw", bodies.ResolveWithdraw((step.id,), "主管撤回"), taken.case))
    log.tray(Tray(step.id, step.type, taken.case, taken.root, "", "0012", "1001", "stale", {}, "", settled="withdraw"))
    assert pull(memory, log)  # T54: settled from another terminal
    assert (rows(memory), memory.tray()) == (["passed", "resolved"], ())
    assert memory.pending().rejected == 0


def test_a_history_with_a_hole_says_that_the_rest_is_at_the_hall(memory: TerminalMemory) -> None:
    other, log = Hand("0007", "b"), Log()
    taken = other.received()
    log.accept(taken)
    log.accept(other.accepted(taken.case), skip=1)
    assert pull(memory, log)
    assert memory.history(taken.case).at_hall
    whole = other.received()
    log.accept(whole)
    assert pull(memory, log)
    assert not memory.history(whole.case).at_hall


def test_entries_are_kept_byte_for_byte_and_their_chain_can_be_checked(memory: TerminalMemory) -> None:
    log = Log()
    log.accept(Hand("0007", "b").received())
    log.hide()
    assert pull(memory, log)
    with memory.reading() as db:
        kept = db.execute("select bytes, hash from entry order by seq").fetchall()
    assert [row[0] for row in kept] == [link.raw for link in log.links]
    assert [row[1] for row in kept] == [link.hash for link in log.links]


def test_roster_terminals_and_heads_come_from_the_log(memory: TerminalMemory) -> None:
    log = Log()
    log.set("staff.set", bodies.StaffSet("1001", "张敏", "helper", ("window",), "v"))
    log.set("staff.set", bodies.StaffSet("1001", "张敏", "helper", ("window", "guide"), "v"))
    log.set("terminal.set", bodies.TerminalSet("0012", "i1", "k", ("hall",)))
    log.set("catalogue.head", bodies.CatalogueHead("c" * 64))
    log.set("calendar.head", bodies.CalendarHead("d" * 64))
    assert pull(memory, log)
    assert memory.missing_blobs() == ("c" * 64, "d" * 64)
    memory.keep_blob("c" * 64, b"catalogue")
    assert memory.missing_blobs() == ("d" * 64,)
    with memory.writing() as act:
        assert act.roster_position() == 2
        person = act.staff("1001")
    assert person is not None
    assert person.posts == ("window", "guide")
    head = memory.head("catalogue.head")
    assert head is not None
    assert (head.version, head.seq) == ("c" * 64, 4)
    assert [terminal.number for terminal in memory.terminals()] == ["0012"]


def test_s29_t37_the_evidence_for_the_clock_outlives_a_restart_but_not_a_boot(tmp_path: Path) -> None:
    clock = FixedClock()
    memory = enrolled(tmp_path, clock)
    assert memory.legal_time().offset_ms is None
    assert memory.hall_day() is None
    memory.contact("2026-11-23T08:59:58.000", 2000)
    clock.go(3600)
    assert memory.legal_time().same_boot
    memory.close()
    again = opened(tmp_path, clock)
    assert again.legal_time().same_boot
    day = again.hall_day()
    assert day is not None
    assert day.isoformat() == "2026-11-23"
    clock.ran = 5.0  # T37: another boot
    assert not again.legal_time().same_boot
    assert again.hall_day() is None
    again.trouble("line.down")
    assert again.last_contact().trouble == "line.down"
    again.close()


# T25: any interleaving ends in the state of a replay from zero


class Told:
    """Two terminals and a hall, driven by a list of small numbers."""

    def __init__(self, memory: TerminalMemory) -> None:
        self.memory = memory
        self.hand, self.other, self.log = Hand(), Hand("0007", "b"), Log()
        self.cases: list[str] = []
        self.own: list[tuple[Fact, Envelope]] = []
        self.judged: set[int] = set()
        self.verdicts: dict[int, Verdict] = {}

    def step(self, choice: int, pick: int) -> None:
        """One thing happens."""
        case = self.cases[pick % len(self.cases)] if self.cases else ""
        if choice == 0 or not case:
            self.mine(self.hand.received())
        elif choice == 1:
            self.mine((self.hand.accepted, self.hand.examined, self.hand.decided, self.hand.withdrawn)[pick % 4](case))
        elif choice == 2:
            theirs = self.other.received()
            self.cases.append(theirs.case)
            self.log.accept(theirs)
        elif choice == 3:
            self.log.accept((self.other.accepted, self.other.examined, self.other.printed)[pick % 3](case))
        elif choice == 4 and self.own:
            self.judge(pick % len(self.own), pick)
        elif choice == 5:
            self.answer(pick)
        elif choice == 6:
            end = min(self.log.cursor, self.memory.position().cursor + 1 + pick % 5)
            assert pull(self.memory, self.log, end)
        elif choice == 7:
            refused = [line.fact for line in self.memory.tray() if line.case == case]
            if refused:
                self.mine(self.hand.fact("resolve.withdraw", bodies.ResolveWithdraw((refused[0],), "撤回"), case))

    def mine(self, fact: Fact) -> None:
        """The clerk of this terminal makes a fact."""
        if fact.case not in self.cases:
            self.cases.append(fact.case)
        save(self.memory, (fact,))
        seq = len(self.own) + 1
        prev = self.own[-1][1].hash if self.own else chain([fact])[0].prev
        envelope = msgspec.structs.replace(chain([fact], first=seq)[0], prev=prev)
        self.own.append((fact, envelope))

    def judge(self, index: int, pick: int) -> None:
        """The hall judges an own fact; a held one may be judged again."""
        fact, envelope = self.own[index]
        before = self.verdicts.get(index)
        if before is not None and before.v != "held":
            return
        revision = 1 if before is None else before.revision + 1
        verdict = msgspec.structs.replace((ACCEPTED, STALE, HELD)[pick % 3], revision=revision)
        self.verdicts[index] = verdict
        if verdict.v == "accepted":
            self.log.accept(fact, envelope, verdict)
        else:
            self.log.judge(envelope, fact, verdict)

    def answer(self, pick: int) -> None:
        """The push's answer arrives, perhaps late, perhaps not whole."""
        known = [(index + 1, verdict) for index, verdict in self.verdicts.items() if (index + pick) % 2]
        self.memory.answered(tuple(Answered(seq, verdict) for seq, verdict in known), 0)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@example(steps=[(0, 0), (4, 1), (5, 1), (7, 0), (4, 9), (6, 1)])  # a withdrawal passes before the hall's line of it
@given(steps=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 11)), max_size=40))
def test_t25_any_interleaving_ends_in_the_state_of_a_replay_from_zero(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int]]
) -> None:
    memory = enrolled(tmp_path_factory.mktemp("t25"))
    told = Told(memory)
    for choice, pick in steps:
        told.step(choice, pick)
    grown = memory.projection_hash()
    memory.rebuild()
    assert memory.projection_hash() == grown
    # Everything judged and pulled: alike a terminal that reads the same log from zero.
    for index in range(len(told.own)):
        told.judge(index, 0)
    told.answer(0)
    told.answer(1)
    assert pull(memory, told.log)
    fresh = enrolled(tmp_path_factory.mktemp("fresh"))
    assert pull(fresh, told.log)
    assert shown(memory, told.cases) == shown(fresh, told.cases)
    assert memory.check() == ()
    memory.close()
    fresh.close()


def shown(memory: TerminalMemory, cases: list[str]) -> list[Case | None]:
    """The cases as the screens show them."""
    return [memory.case_state(case) for case in cases]


def test_every_refusal_of_the_memory_has_a_sentence_id() -> None:
    leaves = [cls for cls in _tree(StoreError) if not cls.__subclasses__()]
    assert len(leaves) >= 8


def _tree(cls: type[StoreError]) -> list[type[StoreError]]:
    return [cls, *(leaf for child in cls.__subclasses__() for leaf in _tree(child))]
