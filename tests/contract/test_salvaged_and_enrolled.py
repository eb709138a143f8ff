"""What a broken disk left is enrolled again: what is lost is said, what is over is over (S25, T42)."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import httpx
import msgspec
import pytest

from casework import bodies
from local_db.errors import Replaced
from local_db.memory import TerminalMemory
from local_db.restoring import restore, salvage
from local_db.state import StateFile
from tests.beginning import busy
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered
from tests.contract.test_scopes import give
from tests.hall_world import HallWorld, in_hall
from tests.machines import Machine, at_a_hall


def closed(pc: Machine) -> Path:
    """Its file, with nothing in the log beside it."""
    file = pc.folder / "terminal.db"
    pc.memory.close()
    db = sqlite3.connect(file)
    db.execute("pragma journal_mode = delete")
    db.close()
    return file


def root_of(file: Path, table: str) -> tuple[int, int]:
    """The first page of a table, and how large pages are."""
    db = sqlite3.connect(file)
    (root,) = db.execute("select rootpage from sqlite_master where name = ?", (table,)).fetchone()
    (size,) = db.execute("pragma page_size").fetchone()
    db.close()
    return int(root), int(size)


def broken(file: Path, page: int, size: int) -> None:
    """One page can't be read any more."""
    data = bytearray(file.read_bytes())
    data[(page - 1) * size : page * size] = b"\xff" * size
    file.write_bytes(bytes(data))


def headless(file: Path, size: int = 16) -> None:
    """Its beginning is gone."""
    file.write_bytes(bytes(size) + file.read_bytes()[size:])


def bitten(file: Path, at: int) -> None:
    """One byte is another one."""
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(bytes(data))


def newest_leaf(file: Path, table: str) -> tuple[int, int]:
    """The page with the newest rows of a table."""
    page, size = root_of(file, table)
    data = file.read_bytes()
    while data[(page - 1) * size] == 5:  # an inner page: its last child
        at = (page - 1) * size
        page = int.from_bytes(data[at + 8 : at + 12], "big")
    return page, size


def facts_in(pc: Machine) -> int:
    """How many facts of its own it has."""
    with pc.memory.reading() as db:
        return int(db.execute("select count(*) from fact").fetchone()[0])


def salvaged(pc: Machine, world: HallWorld, *, note: bool = True) -> None:
    """IT saves what can be read. `note`: the machine still knows how far it had sealed."""
    kept = StateFile(pc.state, pc.folder)
    state = kept.read() if note else None
    sealed = kept.sealed(state.incarnation) if state is not None else 0
    if not note:
        shutil.rmtree(pc.state)
        pc.state.mkdir()
    salvage(pc.folder / "terminal.db", pc.folder, "before", state, sealed)
    pc.memory = TerminalMemory.open(pc.folder, world.clock, pc.state)


@pytest.mark.parametrize("note", [True, False])
@pytest.mark.parametrize("numbers", [("0040",), ("0040", "0041")])
def test_s25_t42_receipts_that_went_with_a_broken_page_are_told_to_a_supervisor(
    tmp_path: Path, numbers: tuple[str, ...], note: bool
) -> None:
    """Their envelopes could still be read: nothing seemed to be missing, and the newest were with nobody else. Or what
    the machine had made under a former number was taken for them.
    """

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        for number in numbers:
            await pc.enrol(number)
            for _ in range(12):
                pc.take_in()
            for _ in range(2):
                await pc.sync()
        late = [pc.take_in() for _ in range(4)]
        had = facts_in(pc)
        file = closed(pc)
        broken(file, *newest_leaf(file, "fact"))
        salvaged(pc, world, note=note)
        gone = had - facts_in(pc)
        await pc.sync()
        await pc.enrol("0042")
        for _ in range(3):
            await pc.sync()
        assert world.case(late[-1].id) is None, "what the story is about"
        (line,) = [line for line in pc.memory.tray() if line.code == "envelopes_lost"]
        assert int(line.facts["last"]) - int(line.facts["first"]) + 1 == gone

    at_a_hall(tmp_path, story)


def test_s25_t42_receipts_that_went_are_told_also_where_an_early_act_still_waited_at_the_new_number(
    tmp_path: Path,
) -> None:
    """It was sealed again under its own number, and so all that had passed was taken for what had lost its envelope."""

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0040")
        await pc.sync()
        first = pc.hand.received()
        accepted = pc.hand.accepted(first.case)
        pc.save(first, msgspec.structs.replace(accepted, actor="1001", post="window"))
        for _ in range(12):
            pc.take_in()
        for _ in range(3):
            await pc.sync()
        assert len(pc.memory.tray()) == 1, "it was refused"
        await pc.enrol("0041")
        for _ in range(3):
            await pc.sync()
        late = [pc.take_in() for _ in range(4)]
        had = facts_in(pc)
        file = closed(pc)
        broken(file, *newest_leaf(file, "fact"))
        salvaged(pc, world)
        gone = had - facts_in(pc)
        await pc.sync()
        await pc.enrol("0042")
        for _ in range(4):
            await pc.sync()
        assert world.case(late[-1].id) is None, "what the story is about"
        (line,) = [line for line in pc.memory.tray() if line.code == "envelopes_lost"]
        assert int(line.facts["last"]) - int(line.facts["first"]) + 1 == gone

    at_a_hall(tmp_path, story)


def test_s25_t42_receipts_that_went_with_the_words_and_envelopes_of_their_number_are_told(tmp_path: Path) -> None:
    """What a former number had made was taken for them: no word was left behind which they could lie."""

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0040")
        for _ in range(30):
            pc.take_in()
        for _ in range(2):
            await pc.sync()
        await pc.enrol("0041")
        for _ in range(3):
            await pc.sync()
        late = [pc.take_in() for _ in range(2)]
        file = closed(pc)
        db = sqlite3.connect(file)  # what a file that was cut short has lost
        db.executescript("""
            drop trigger fact_is_never_dropped;
            delete from outbox; delete from former;
            delete from fact where n >= (select max(n) from fact where type = 'adopts');
        """)
        db.close()
        salvaged(pc, world)
        await pc.sync()
        await pc.enrol("0042")
        for _ in range(4):
            await pc.sync()
        assert [world.case(case.id) for case in late] == [None, None], "what the story is about"
        assert "envelopes_lost" in {line.code for line in pc.memory.tray()}

    at_a_hall(tmp_path, story)


def test_s27_t42_the_word_of_an_older_number_that_was_salvaged_keeps_no_module_for_ever(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0040")
        for _ in range(3):
            pc.take_in()
            await pc.sync()
        await pc.enrol("0041")
        await pc.sync()
        pc.take_in()
        for _ in range(2):
            await pc.sync()
        file = closed(pc)
        broken(file, *root_of(file, "outbox"))
        salvaged(pc, world)
        await pc.sync()
        await pc.enrol("0042")
        for _ in range(3):
            await pc.sync()
        give(world, "0042", "business")
        for _ in range(6):
            await pc.sync()
        assert pc.memory.leaving() == ()
        assert pc.memory.modules() == frozenset({"business"})

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("first", ["pulls", "works", "enrols"])
def test_t42_facts_whose_envelopes_broke_are_shown_once_after_the_next_enrolment(tmp_path: Path, first: str) -> None:
    """The log brought each in the envelope of the former number, which nobody here knew, or took for that of what was
    sealed in its place since: it stood there twice.
    """

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0040")
        cases = [pc.take_in() for _ in range(6)]
        for _ in range(2):
            await pc.sync()
        file = closed(pc)
        broken(file, *root_of(file, "outbox"))
        salvaged(pc, world)
        if first == "pulls":
            await pc.sync()
        elif first == "works":
            cases += [pc.take_in() for _ in range(3)]
        await pc.enrol("0041")
        for _ in range(6):
            await pc.sync()
        assert [pc.agrees(case.id) for case in cases] == [True] * len(cases)
        assert "envelopes_lost" not in {line.code for line in pc.memory.tray()}, "all of them are here"
        with pc.memory.reading() as db:
            assert db.execute("select distinct state from outbox").fetchall() == [("passed",)]
        give(world, "0041", "business")
        for _ in range(6):
            await pc.sync()
        assert pc.memory.leaving() == ()

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("salt", ["whole", "broken", "gone"])
def test_t42_frames_of_before_the_log_began_anew_hide_nothing_that_the_file_has(tmp_path: Path, salt: str) -> None:
    """They lie behind the newest ones and are older than the file: a fact on pages that were used again was dropped."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        await busy(await world.window("0012", client), 5)
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0040")
        for _ in range(40):
            pc.take_in()
        for _ in range(2):
            await pc.sync()
        for _ in range(30):
            pc.memory.keep_draft(pc.hand.new_id(), "1001", b'{"x":"' + b"y" * 9000 + b'"}')
        pc.memory._checkpoint()
        with pc.memory.reading() as db:
            drafts = [row[0] for row in db.execute("select case_id from draft")]
        for case_id in drafts:
            pc.memory.forget_draft(case_id)
        cases = [pc.take_in() for _ in range(6)]
        for _ in range(4):
            pc.save(pc.hand.fact("nudged", bodies.Nudged("长" * 2600), cases[-1].id))
        with pc.memory.reading() as db:
            saved = {row[0] for row in db.execute("select hash from fact")}
        dark = pc.folder.with_name("dark")
        shutil.copytree(pc.folder, dark)
        pc.memory.close()
        shutil.rmtree(pc.folder)
        dark.rename(pc.folder)
        file = pc.folder / "terminal.db"
        headless(file)
        if salt == "broken":
            bitten(file.with_name("terminal.db-wal"), 40)  # the mark that the first frame of now bears
        elif salt == "gone":
            headless(file.with_name("terminal.db-wal"), 512)  # that of the log's header, too
        salvaged(pc, world)
        with pc.memory.reading() as db:
            assert {row[0] for row in db.execute("select hash from fact")} == saved

    in_hall(tmp_path, story)


@pytest.mark.parametrize("enrolled", [False, True])
def test_s25_t42_what_was_open_while_its_file_was_salvaged_saves_nothing_into_the_one_that_was_put_away(
    tmp_path: Path, enrolled: bool
) -> None:
    """A feed went on giving numbers, and what it saved after the enrolment was told to nobody."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        await busy(await world.window("0012", client), 5)
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0040")
        pc.take_in()
        feed = pc.memory
        note = StateFile(pc.state, pc.folder).read()
        assert note is not None
        salvage(pc.folder / "terminal.db", pc.folder, "now", note, 1)
        pc.memory = TerminalMemory.open(pc.folder, world.clock, pc.state)
        if enrolled:
            await pc.enrol("0041")
        with pytest.raises(Replaced), feed.writing() as act:
            act.commit_groups([(pc.hand.received(),)])
        with pytest.raises(Replaced):
            feed.keep_draft(pc.hand.new_id(), "1001", b"{}")
        feed.close()

    in_hall(tmp_path, story)


def test_t42_forms_that_were_being_filled_in_are_all_there_after_a_salvage(tmp_path: Path) -> None:
    """Of a table without row numbers rows lie in the inner pages, too."""

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0040")
        forms = {pc.hand.new_id() for _ in range(60)}
        for form in sorted(forms):
            pc.memory.keep_draft(form, "1001", b'{"x":"' + b"y" * 500 + b'"}')
        file = closed(pc)
        headless(file)
        salvaged(pc, world)
        assert {draft.case_id for draft in pc.memory.drafts("1001")} == forms

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("number", ["", "0041"])
def test_s25_s27_what_was_made_since_the_backup_that_was_put_back_is_told_also_where_the_number_was_another_then(
    tmp_path: Path, number: str, heard: bool
) -> None:
    """The file names the number of before; what the newer one had sealed was nobody's, and it stayed active. `heard`:
    the hall had heard of that.
    """

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0040")
        for _ in range(3):
            pc.take_in()
        for _ in range(2):
            await pc.sync()
        pc.memory.backup(tmp_path / "copy.db")
        if number:
            await pc.enrol(number)
        early = 0 if heard else 2
        for _ in range(2):
            pc.take_in()
        for _ in range(2 - early):
            await pc.sync()
        late = [pc.take_in() for _ in range(3)]
        pc.memory.close()
        restore(tmp_path / "copy.db", pc.folder, "before")
        pc.memory = TerminalMemory.open(pc.folder, world.clock, pc.state)
        await pc.enrol("0045")
        for _ in range(3):
            await pc.sync()
        (line,) = [line for line in pc.memory.tray() if line.code == "envelopes_lost"]
        assert line.facts["terminal"] == (number or "0040")
        sealed = 2 * (len(late) + early) + (1 if number and not heard else 0)  # and the word that it goes on
        assert int(line.facts["last"]) - int(line.facts["first"]) + 1 == sealed
        with world.store.reading() as reading:
            old = [reading.terminal(one) for one in {"0040", number or "0040"}]
        assert not any(one.active for one in old if one is not None)

    at_a_hall(tmp_path, story)


def test_s27_a_note_of_a_number_of_before_stands_in_the_way_of_no_enrolment(tmp_path: Path) -> None:
    """Each person of a machine has a note there: it named what the memory had been before; no enrolment was kept."""

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0040")
        pc.take_in()
        await pc.sync()
        hers, his = pc.state, tmp_path / "his"
        his.mkdir()
        for number, note in (("0041", his), ("0045", hers)):
            pc.memory.close()
            pc.state = note
            pc.memory = TerminalMemory.open(pc.folder, world.clock, pc.state)
            await pc.enrol(number)
            case = pc.take_in()
            for _ in range(2):
                await pc.sync()
            assert world.case(case.id) is not None

    at_a_hall(tmp_path, story)


def test_s25_what_was_lost_and_looked_after_is_no_task_again_at_a_restored_hall(tmp_path: Path) -> None:
    """The word that it was looked after came back, and said that the enrolment itself had been given up."""

    async def story(world: HallWorld) -> None:
        pc, other = Machine(world, tmp_path, "pc"), Machine(world, tmp_path, "other")
        await pc.enrol("0040")
        await other.enrol("0013")
        for _ in range(2):
            await pc.sync()
        pc.memory.backup(tmp_path / "copy.db")
        pc.take_in()
        pc.memory.close()
        restore(tmp_path / "copy.db", pc.folder, "before")
        pc.memory = TerminalMemory.open(pc.folder, world.clock, pc.state)
        await pc.enrol("0045")
        for machine in (pc, other, pc):
            await machine.sync()
        copied(world, tmp_path / "backup.db")
        (line,) = other.memory.tray()
        assert line.code == "envelopes_lost"
        settled = bodies.ResolveWithdraw((line.fact,), "已核对")
        other.save(other.hand.fact("resolve.withdraw", settled, other.hand.new_id(), actor="3001", post="supervisor"))
        for machine in (other, other, pc):
            await machine.sync()
        assert world.waiting() == []
        restored(world, tmp_path / "backup.db")
        for _ in range(3):
            for machine in (pc, other):
                await machine.sync()
                gathered(world)
        assert world.waiting() == []
        assert not pc.memory.tray()
        assert not other.memory.tray()

    at_a_hall(tmp_path, story)
