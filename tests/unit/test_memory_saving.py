"""What a clerk saves is there, whole, once, whatever happens to the file, the disk or the machine."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from casework import bodies
from casework.errors import BadBytes
from casework.facts import Group, digest, encode_fact
from casework.limits import LIMITS
from casework.outbox import Row
from local_db.connection import connect
from local_db.errors import (
    AlreadyTerminal,
    Busy,
    Cloned,
    Damaged,
    DiskFull,
    IncarnationLost,
    NewerThanProgram,
    NotATerminal,
    OtherHall,
    TooBig,
)
from local_db.memory import TerminalMemory
from local_db.state import StateFile, state_folder
from tests.builders import START, FixedClock, Hand, grouped
from tests.terminals import IDENTITY, enrolled, opened

DAY = START.date()


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[TerminalMemory]:
    made = enrolled(tmp_path)
    yield made
    made.close()


def take_in(memory: TerminalMemory, hand: Hand) -> str:
    """One intake; returns its case number."""
    with memory.writing() as act:
        hand.numbered = act.next_number(DAY) - 1
        taken = hand.received()
        act.commit_groups([grouped(taken, hand.printed(taken.case))])
    case = memory.case_state(taken.case)
    assert case is not None
    return case.number


def test_a_saved_intake_is_found_again_after_a_restart(tmp_path: Path) -> None:
    first = enrolled(tmp_path)
    number = take_in(first, Hand())
    first.close()
    second = opened(tmp_path)
    assert [case.number for case in second.case_by_number(number)] == [number]
    assert second.pending().unsent == 2
    assert second.check() == ()
    second.close()


def test_s4_what_a_clerk_gives_up_in_the_middle_leaves_nothing_behind(memory: TerminalMemory) -> None:
    hand = Hand()
    memory.keep_draft("c1", "1001", b"{}")

    def give_up() -> None:
        with memory.writing() as act:
            act.next_number(DAY)
            act.commit_groups([(hand.received("c1"),)])
            act.drop_draft("c1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_up()
    assert memory.case_state("c1") is None
    assert memory.pending().unsent == 0
    assert memory.draft("c1") is not None
    with memory.writing() as act:
        assert act.next_number(DAY) == 1


def test_s4_s22_the_draft_ends_with_the_save_and_stays_without_it(memory: TerminalMemory) -> None:
    hand = Hand()
    memory.keep_draft("c1", "1001", b'{"item":"D01"}', "applicant.name")
    assert [draft.field for draft in memory.drafts("1001")] == ["applicant.name"]
    assert memory.drafts("1002") == ()
    with memory.writing() as act:
        act.commit_groups([(hand.received("c1"),)])
        act.drop_draft("c1")
    assert memory.draft("c1") is None


def test_s2_envelopes_form_a_chain_without_gaps_over_a_restart(tmp_path: Path) -> None:
    hand = Hand()
    first = enrolled(tmp_path)
    take_in(first, hand)
    first.close()
    second = opened(tmp_path)
    take_in(second, hand)
    out = second.outgoing(100, 10**6)
    assert out is not None
    assert [event.seq for event in out.events] == [1, 2, 3, 4]
    with second.reading() as db:
        rows = db.execute("select prev, hash from outbox order by local_seq").fetchall()
    assert [row[0] for row in rows[1:]] == [row[1] for row in rows[:-1]]
    second.close()


def test_s1_facts_can_be_neither_changed_nor_dropped(memory: TerminalMemory) -> None:
    take_in(memory, Hand())
    db = connect(memory.file)
    for statement in ("update fact set bytes = x'00'", "delete from fact", "update outbox set prev = ''"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(statement)
    db.close()


def test_a_resolution_settles_what_it_names_and_the_tray_hides_it(memory: TerminalMemory) -> None:
    from casework.wire import Answered, Verdict

    hand = Hand()
    taken = hand.received()
    step = hand.accepted(taken.case)
    with memory.writing() as act:
        act.commit_groups([(taken,), (step,)])
    memory.answered((Answered(2, Verdict("rejected", "stale")),), 2)
    assert [line.fact for line in memory.tray()] == [step.id]
    with memory.writing() as act:
        assert set(act.refused(taken.case)) == {step.id}
        act.commit_groups([(hand.fact("resolve.withdraw", bodies.ResolveWithdraw((step.id,), "重来"), taken.case),)])
    assert memory.tray() == ()
    assert memory.pending().rejected == 0
    memory.answered((Answered(3, Verdict("rejected", "nothing_refused")),), 3)
    assert {line.fact for line in memory.tray()} >= {step.id}  # T55: a refused resolution leaves the lane as it was


def test_a_fact_or_a_group_that_is_too_big_is_refused_before_the_commit(memory: TerminalMemory) -> None:
    hand = Hand()
    big = hand.received(form={"scope": "面" * LIMITS.fact_bytes})
    with pytest.raises(BadBytes), memory.writing() as act:
        act.commit_groups([(big,)])
    many = [hand.printed("c1") for _ in range(LIMITS.group_facts + 1)]
    with pytest.raises(TooBig), memory.writing() as act:
        act.commit_groups([grouped(*many)])
    wrong = msgspec.structs.replace(hand.printed("c1"), group=Group("g", 1, 2))
    with pytest.raises(ValueError, match="place"), memory.writing() as act:
        act.commit_groups([(wrong,)])
    assert memory.pending().unsent == 0


def test_a_reference_that_was_seen_before_keeps_its_first_number(memory: TerminalMemory) -> None:
    with memory.writing() as act:
        act.keep_ref("line-1", "n1", "c1")
        act.keep_ref("line-1", "n2", "c2")
        found = act.ref("line-1")
        assert found is not None
        assert (found.number, found.case_id) == ("n1", "c1")
        assert act.ref("line-2") is None


def test_the_line_is_woken_after_the_commit_and_not_by_a_draft(memory: TerminalMemory) -> None:
    woken: list[int] = []
    memory.on_commit = lambda: woken.append(memory.pending().unsent)
    memory.keep_draft("c9", "1001", b"{}")
    take_in(memory, Hand())
    assert woken == [2]


# Numbers (S27)


def test_s27_numbers_go_on_after_a_restart_and_begin_anew_each_day(tmp_path: Path) -> None:
    first = enrolled(tmp_path)
    with first.writing() as act:
        assert [act.next_number(DAY), act.next_number(DAY)] == [1, 2]
    first.close()
    second = opened(tmp_path)
    with second.writing() as act:
        assert act.next_number(DAY) == 3
        assert act.next_number(date(2026, 11, 24)) == 1
    second.close()


def test_t56_after_a_restore_of_this_morning_no_number_is_given_twice(tmp_path: Path) -> None:
    memory = enrolled(tmp_path)
    with memory.writing() as act:
        act.next_number(DAY)
    memory.backup(tmp_path / "morning.db")
    with memory.writing() as act:
        assert [act.next_number(DAY) for _ in range(3)] == [2, 3, 4]
    memory.close()
    restore(tmp_path)
    again = opened(tmp_path)
    with again.writing() as act:
        assert act.next_number(DAY) == 5
    again.close()


def restore(folder: Path) -> None:
    """What a restore by hand does."""
    for name in ("terminal.db", "terminal.db-wal", "terminal.db-shm"):
        (folder / "terminal" / name).unlink(missing_ok=True)
    shutil.copy(folder / "morning.db", folder / "terminal" / "terminal.db")


def test_t31_a_terminal_restored_from_an_older_copy_works_on_and_sends_nothing_before_it_has_a_new_number(
    tmp_path: Path,
) -> None:
    """S27, T41, T56: the count goes on from the larger one, and the note of what is missing outlives what is saved."""
    memory, hand = enrolled(tmp_path), Hand()
    take_in(memory, hand)
    memory.backup(tmp_path / "morning.db")
    take_in(memory, hand)
    memory.close()
    restore(tmp_path)
    for number in ("0003", "0004", "0005"):
        again = opened(tmp_path)
        told = again.trust()
        assert told is not None
        assert (told.id, told.facts["lost"]) == ("store.older_than_written", 2)
        assert again.position().adrift
        assert take_in(again, hand)[16:20] == number
        again.close()
    again = opened(tmp_path)
    new = msgspec.structs.replace(IDENTITY, terminal="0040", incarnation="i2")
    assert again.adopt(new, hand.new_id).again == 8
    assert again.trust() is None
    assert not again.position().adrift
    again.close()
    again = opened(tmp_path)
    assert again.trust() is None
    assert (again.identity.terminal, again.former_numbers) == ("0040", frozenset({"0012"}))
    out = again.outgoing(250, LIMITS.push_bytes)
    assert out is not None
    assert (out.first, out.last, out.prev) == (1, 9, "0" * 64)
    again.close()


def test_s27_only_the_same_hall_goes_on_in_a_memory(memory: TerminalMemory) -> None:
    with pytest.raises(OtherHall):
        memory.adopt(msgspec.structs.replace(IDENTITY, terminal="0040", hall_key="cd" * 32), Hand().new_id)
    with pytest.raises(AlreadyTerminal):
        memory.adopt(msgspec.structs.replace(IDENTITY, incarnation="i2"), Hand().new_id)


def test_t30_a_cloned_folder_may_not_number(tmp_path: Path) -> None:
    memory = enrolled(tmp_path)
    take_in(memory, Hand())
    memory.close()
    elsewhere = tmp_path / "clone"
    shutil.copytree(tmp_path / "terminal", elsewhere / "terminal")
    copy = TerminalMemory.open(elsewhere / "terminal", FixedClock(), tmp_path / "state")
    told = copy.trust()
    assert told is not None
    assert told.id == "store.state_missing"
    with pytest.raises(IncarnationLost), copy.writing() as act:
        act.next_number(DAY)
    copy.close()


def test_a_folder_of_another_incarnation_may_not_number(tmp_path: Path) -> None:
    memory = enrolled(tmp_path)
    state = memory.state.read()
    assert state is not None
    memory.close()
    StateFile(tmp_path / "state", tmp_path / "terminal").create(msgspec.structs.replace(state, incarnation="i2"))
    again = opened(tmp_path)
    with pytest.raises(Cloned), again.writing() as act:
        act.next_number(DAY)
    again.close()


def test_s27_a_torn_slot_of_the_state_file_leaves_the_other_one(tmp_path: Path) -> None:
    memory = enrolled(tmp_path)
    with memory.writing() as act:
        act.next_number(DAY)
    with memory.writing() as act:
        act.next_number(DAY)
    memory.close()
    data = bytearray(memory.state.path.read_bytes())
    data[20] ^= 0xFF
    memory.state.path.write_bytes(bytes(data))
    state = memory.state.read()
    assert state is not None
    assert state.days[DAY.isoformat()] == 1
    again = opened(tmp_path)
    with again.writing() as act:
        assert act.next_number(DAY) == 3  # the database knew better: the larger wins
    again.close()


def test_s27_the_first_number_after_an_enrolment_torn_leaves_what_was_enrolled(tmp_path: Path) -> None:
    memory = enrolled(tmp_path)
    with memory.writing() as act:
        act.next_number(DAY)
    before = memory.state.read()
    assert before is not None
    memory.state.create(before)
    memory.close()
    again = opened(tmp_path)
    with again.writing() as act:
        act.next_number(DAY)
    again.close()
    data = bytearray(again.state.path.read_bytes())
    data[20] ^= 0xFF
    again.state.path.write_bytes(bytes(data))
    assert again.state.read() == before
    third = opened(tmp_path)
    assert third.trust() is None
    third.close()


def test_the_state_file_lies_where_the_environment_says(tmp_path: Path) -> None:
    assert state_folder({"YICHUANG_STATE": str(tmp_path)}) == tmp_path
    assert state_folder({}).name == "yichuang"


def test_a_second_enrolment_of_the_same_folder_is_refused(tmp_path: Path) -> None:
    enrolled(tmp_path).close()
    with pytest.raises(AlreadyTerminal):
        enrolled(tmp_path)


def test_enrolling_again_after_the_folder_was_lost_goes_on_counting(tmp_path: Path) -> None:
    memory = enrolled(tmp_path)
    with memory.writing() as act:
        act.next_number(DAY)
    memory.close()
    shutil.rmtree(tmp_path / "terminal")
    again = enrolled(tmp_path, who=msgspec.structs.replace(IDENTITY, incarnation="i2"))
    with again.writing() as act:
        assert act.next_number(DAY) == 2
    again.close()


# The file


def test_a_folder_without_a_terminal_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotATerminal) as caught:
        opened(tmp_path)
    assert caught.value.code == "store.not_a_terminal"


def test_t39_a_file_that_stays_busy_ends_in_a_sentence_and_nothing_is_lost(tmp_path: Path) -> None:
    memory = enrolled(tmp_path, limits=msgspec.structs.replace(LIMITS, busy_seconds=0.05))
    other = sqlite3.connect(memory.file, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(Busy) as caught:
        take_in(memory, Hand())
    assert caught.value.code == "store.busy"
    other.rollback()
    other.close()
    assert take_in(memory, Hand())[16:20] == "0001"
    memory.close()


def test_t39_a_busy_file_is_waited_for_as_long_as_was_said_where_the_timer_is_coarse(tmp_path: Path) -> None:
    """Where a millisecond's sleep takes sixteen, ten seconds are still ten."""
    memory = enrolled(tmp_path, limits=msgspec.structs.replace(LIMITS, busy_seconds=1.0))
    clock = _Coarse()
    memory.clock = clock
    other = sqlite3.connect(memory.file, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(Busy):
        take_in(memory, Hand())
    assert clock.ran <= 1000 + 1.0 + 2 * 0.016
    other.rollback()
    other.close()
    memory.close()


class _Coarse(FixedClock):
    """Every look costs a tick of sixteen milliseconds."""

    def monotonic(self) -> float:
        self.ran += 0.016
        return self.ran


def test_t40_a_full_disk_at_the_commit_loses_nothing_that_was_saved(memory: TerminalMemory) -> None:
    hand = Hand()
    take_in(memory, hand)
    pages = memory._writer.execute("pragma page_count").fetchone()[0]
    memory._writer.execute(f"pragma max_page_count = {pages}")
    with pytest.raises(DiskFull):
        list(map(take_in, [memory] * 20, [hand] * 20))
    saved = memory.pending().unsent
    assert saved >= 2
    assert memory.check() == ()
    memory._writer.execute("pragma max_page_count = 1000000")
    take_in(memory, hand)
    assert memory.pending().unsent == saved + 2


def test_a_damaged_file_is_named_with_the_way_out(tmp_path: Path) -> None:
    memory = enrolled(tmp_path)
    take_in(memory, Hand())
    memory.close()
    file = tmp_path / "terminal" / "terminal.db"
    file.write_bytes(b"no database at all" * 1000)
    with pytest.raises(Damaged) as caught:
        opened(tmp_path)
    assert caught.value.code == "store.damaged"
    assert isinstance(caught.value.__cause__, sqlite3.DatabaseError)


def test_a_window_that_went_back_goes_on_with_what_the_newer_program_has_only_added_to(tmp_path: Path) -> None:
    memory = enrolled(tmp_path)
    memory._writer.execute("create table of_the_future (id integer primary key, note text not null)")
    memory._writer.execute("alter table draft add column of_the_future text not null default ''")
    memory._writer.execute("pragma user_version = 99")
    memory.close()
    again = opened(tmp_path)
    with again.transaction() as db:
        assert db.execute("pragma user_version").fetchone()[0] == 99, "the newer program finds its file as it left it"
    again.close()


def test_a_file_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    memory = enrolled(tmp_path)
    memory._writer.execute("pragma user_version = 99")
    memory._writer.execute("update meta set value = '99' where key = 'schema.readable_since'")
    memory.close()
    with pytest.raises(NewerThanProgram) as caught:
        opened(tmp_path)
    assert (caught.value.message.facts["found"], caught.value.code) == (99, "store.newer")


def test_a_backup_made_between_two_saves_is_whole(tmp_path: Path, memory: TerminalMemory) -> None:
    number = take_in(memory, Hand())
    memory.backup(tmp_path / "backup" / "copy.db")
    take_in(memory, Hand(mark="b"))
    db = sqlite3.connect(tmp_path / "backup" / "copy.db")
    assert db.execute("select number from shown").fetchall() == [(number,)]
    assert db.execute("pragma integrity_check").fetchone() == ("ok",)
    db.close()
    assert [path.name for path in (tmp_path / "backup").iterdir()] == ["copy.db"]


def test_t53_a_byte_that_broke_on_the_disk_is_noticed_by_its_hash(memory: TerminalMemory) -> None:
    hand = Hand()
    taken = hand.received()
    with memory.writing() as act:
        act.commit_groups([(taken,)])
    out = memory.outgoing(1, 1)
    assert out is not None
    assert digest(bytes(out.events[0].fact)) == digest(encode_fact(taken))
    break_a_byte(memory, 1)
    broken = memory.outgoing(1, 1)
    assert broken is not None
    assert (broken.events[0].stub, broken.events[0].fact_hash) == ("damaged", digest(encode_fact(taken)))
    assert broken.head == out.head  # T53: the chain stands


def break_a_byte(memory: TerminalMemory, n: int) -> None:
    """What a failing disk does to one fact."""
    db = connect(memory.file)
    db.execute("drop trigger fact_is_never_changed")
    db.execute("update fact set bytes = cast(x'7b7d' || substr(bytes, 3) as blob) where n = ?", (n,))
    db.close()


def test_s14_what_needs_the_hall_shows_only_after_its_word(memory: TerminalMemory) -> None:
    from casework.wire import Answered, Verdict

    hand = Hand()
    taken = hand.received()
    facts = [taken, hand.accepted(taken.case), hand.examined(taken.case)]
    with memory.writing() as act:
        act.commit_groups([(fact,) for fact in facts])
        act.commit_groups([(hand.decided(taken.case),)])
        assert "decided" in act.waiting(taken.case)
    case = memory.case_state(taken.case)
    assert case is not None
    assert case.state == "accepted"
    memory.answered(tuple(Answered(seq, Verdict("accepted"), seq) for seq in (1, 2, 3, 4)), 4)
    case = memory.case_state(taken.case)
    assert case is not None
    assert case.state == "decided"
    assert [told.row for told in memory.history(taken.case).lines] == [Row.ACCEPTED] * 4


def test_the_log_beside_the_file_stays_small_over_a_long_day(memory: TerminalMemory) -> None:
    hand = Hand()
    longest = 0
    for _ in range(400):
        take_in(memory, hand)
        longest = max(longest, memory.file.with_name("terminal.db-wal").stat().st_size)
    assert longest < 16 * 1024 * 1024
    assert memory.file.stat().st_size > 1024 * 1024  # it was folded in while the day went on
