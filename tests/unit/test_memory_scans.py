"""A terminal's scans (S35): on the disk before their fact, once, bounded, and gone only when nobody needs them here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from casework import bodies
from casework.errors import BadScan
from casework.facts import digest
from casework.limits import LIMITS, Limits
from casework.scans import Scan
from local_db.backup import SCANS
from local_db.memory import TerminalMemory
from local_db.restoring import restore, salvage
from tests.builders import START, FixedClock, Hand, grouped
from tests.terminals import enrolled, opened

ROOT = Path(__file__).resolve().parents[2]
PDF = b"%PDF-1.7 " + bytes(range(256)) * 100
SHA = digest(PDF)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[TerminalMemory]:
    made = enrolled(tmp_path)
    yield made
    made.close()


def taken_in(memory: TerminalMemory, hand: Hand) -> str:
    """A case; its id."""
    with memory.writing() as act:
        hand.numbered = act.next_number(START.date()) - 1
        taken = hand.received(materials={"D01-01": "original", "D01-02": "original"})
        act.commit_groups([grouped(taken)])
    return taken.case


def attached(memory: TerminalMemory, hand: Hand, case: str, file: Path, material: str = "D01-01") -> str:
    """The hash of the scan that was attached."""
    with memory.staged_scan(file) as staged, memory.writing() as act:
        body = bodies.Scanned(material, staged.sha256, staged.size, staged.media, name=file.name)
        act.keep_scan(staged)
        act.commit_groups([grouped(hand.fact("scanned", body, case))])
    return staged.sha256


def written(folder: Path, data: bytes = PDF, name: str = "a.pdf") -> Path:
    """A file of the scanner's."""
    file = folder / name
    file.write_bytes(data)
    return file


def files(memory: TerminalMemory) -> list[str]:
    """What lies in the folder of scans."""
    return sorted(path.name for path in (memory.folder / "scans").rglob("*") if path.is_file())


def test_s35_the_file_is_there_whole_before_the_fact_and_the_case_names_it(
    memory: TerminalMemory, tmp_path: Path
) -> None:
    hand = Hand()
    case = taken_in(memory, hand)
    assert attached(memory, hand, case, written(tmp_path)) == SHA
    state = memory.case_state(case)
    assert state is not None
    assert [(scan.sha256, scan.size, scan.media, scan.name) for scan in state.scans] == [
        (SHA, len(PDF), "application/pdf", "a.pdf")
    ]
    path = memory.scan_path(SHA)
    assert path is not None
    assert path.read_bytes() == PDF
    assert files(memory) == [f"{SHA}.pdf"]
    assert [one.sha256 for one in memory.scans_to_send(10)] == [SHA]


def test_s35_the_same_bytes_lie_once_whatever_papers_they_are_of(memory: TerminalMemory, tmp_path: Path) -> None:
    hand = Hand()
    first, second = taken_in(memory, hand), taken_in(memory, hand)
    for case, material in ((first, "D01-01"), (first, "D01-02"), (second, "D01-01")):
        attached(memory, hand, case, written(tmp_path), material)
    assert files(memory) == [f"{SHA}.pdf"]
    assert len(memory.scans_to_send(10)) == 1


def test_s35_an_act_that_is_given_up_leaves_a_file_that_nobody_names_and_that_goes_by_itself(
    memory: TerminalMemory, tmp_path: Path
) -> None:
    hand = Hand()
    case = taken_in(memory, hand)

    def give_up() -> None:
        with memory.staged_scan(written(tmp_path)) as staged, memory.writing() as act:
            act.keep_scan(staged)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_up()
    assert memory.scan_path(SHA) is None
    assert files(memory) == [f"{SHA}.pdf"]
    assert memory.tidy_scans() == 1
    assert files(memory) == []
    attached(memory, hand, case, written(tmp_path))
    assert memory.tidy_scans() == 0
    assert memory.scan_path(SHA) is not None


KILLED = """
import os, sys
from pathlib import Path
from tests.terminals import opened
memory = opened(Path(sys.argv[1]))
with memory.staged_scan(Path(sys.argv[2])) as staged, memory.writing() as act:
    act.keep_scan(staged)
    os.write(1, b"placed")
    os._exit(9)
"""


def test_s35_killed_between_the_file_and_the_fact_the_orphan_is_harmless_and_is_cleaned(tmp_path: Path) -> None:
    enrolled(tmp_path).close()
    file = written(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), str(file)], cwd=ROOT, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (9, b"placed"), done.stderr
    memory = opened(tmp_path)
    assert files(memory) == [f"{SHA}.pdf"]
    assert memory.scans_to_send(10) == ()
    assert memory.tidy_scans() == 1
    hand = Hand()
    attached(memory, hand, taken_in(memory, hand), file)
    assert memory.scan_path(SHA) is not None
    memory.close()


def test_s35_a_copy_that_was_begun_long_ago_is_cleaned_and_a_fresh_one_is_not(
    memory: TerminalMemory, tmp_path: Path
) -> None:
    part = memory.folder / "scans" / "part"
    part.mkdir(parents=True)
    for name, age in (("old.new", 2 * LIMITS.scan_part_seconds), ("fresh.new", 0)):
        (part / name).write_bytes(b"half")
        began = _civil(memory) - age
        os.utime(part / name, (began, began))
    assert memory.tidy_scans() == 1
    assert files(memory) == ["fresh.new"]


def _civil(memory: TerminalMemory) -> float:
    """The time of the test's clock as the file system writes it."""
    from datetime import UTC

    from casework.ambient import CIVIL

    return (memory.clock.now() - CIVIL).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "scan.empty"), (b"PK\x03\x04 a document", "scan.kind"), (PDF * 10, "scan.too_big")]
)
def test_s35_what_is_no_scan_is_said_and_leaves_nothing(tmp_path: Path, data: bytes, code: str) -> None:
    memory = enrolled(tmp_path, limits=msgspec.structs.replace(LIMITS, scan_bytes=len(PDF)))
    with pytest.raises(BadScan) as told, memory.staged_scan(written(tmp_path, data)):
        raise AssertionError
    assert told.value.message.id == code
    assert files(memory) == []
    memory.close()


@pytest.mark.parametrize("kind", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*"])
def test_s35_pictures_are_known_by_their_first_bytes(memory: TerminalMemory, tmp_path: Path, kind: bytes) -> None:
    with memory.staged_scan(written(tmp_path, kind + b"rest", "whatever")) as staged:
        assert staged.media.startswith("image/")


def test_s35_a_file_that_can_not_be_read_is_a_sentence(memory: TerminalMemory, tmp_path: Path) -> None:
    for file in (tmp_path / "gone.pdf", tmp_path):
        with pytest.raises(BadScan, match=file.name), memory.staged_scan(file):
            raise AssertionError


@pytest.mark.parametrize(
    ("quota", "code"), [("scan_store_bytes", "scan.store_full"), ("scan_waiting_bytes", "scan.waiting_full")]
)
def test_s35_a_full_store_is_said_before_anything_is_saved(tmp_path: Path, quota: str, code: str) -> None:
    limits: Limits = msgspec.structs.replace(LIMITS, **{quota: len(PDF) + 10})
    memory, hand = enrolled(tmp_path, limits=limits), Hand()
    case = taken_in(memory, hand)
    attached(memory, hand, case, written(tmp_path))
    with pytest.raises(BadScan) as told, memory.staged_scan(written(tmp_path, PDF + b"2")):
        raise AssertionError
    assert told.value.message.id == code
    memory.scan_sent(SHA)
    if quota == "scan_waiting_bytes":
        attached(memory, hand, case, written(tmp_path, PDF + b"2"))
    memory.close()


def test_s35_what_was_sent_is_asked_about_again_in_another_epoch(memory: TerminalMemory, tmp_path: Path) -> None:
    hand = Hand()
    attached(memory, hand, taken_in(memory, hand), written(tmp_path))
    memory.scan_held(SHA, 100)
    assert memory.scan_state(SHA).held == 100
    memory.scan_sent(SHA)
    assert memory.scans_to_send(10) == ()
    assert memory.scan_state(SHA).sent
    with memory.transaction() as db:
        db.execute("update standing set epoch = epoch + 1")
    assert [one.sha256 for one in memory.scans_to_send(10)] == [SHA], "a restored hall may have lost it"


def test_s35_a_damaged_file_is_told_not_sent_and_replaced_by_a_new_scan(memory: TerminalMemory, tmp_path: Path) -> None:
    hand = Hand()
    case = taken_in(memory, hand)
    attached(memory, hand, case, written(tmp_path))
    path = memory.scan_path(SHA)
    assert path is not None
    path.chmod(0o600)
    path.write_bytes(b"x" + PDF[1:])
    assert not memory.scan_sound(SHA)
    assert memory.scans_to_send(10) == ()
    assert memory.scan_state(SHA).trouble == "damaged"
    attached(memory, hand, case, written(tmp_path), "D01-02")
    assert memory.scan_sound(SHA)
    assert [one.sha256 for one in memory.scans_to_send(10)] == [SHA]


def test_s35_a_file_that_somebody_took_away_is_noted_and_fetched_where_the_hall_has_it(
    memory: TerminalMemory, tmp_path: Path
) -> None:
    hand = Hand()
    case = taken_in(memory, hand)
    attached(memory, hand, case, written(tmp_path))
    memory.scan_files.remove(memory.scan_files.path(SHA, "application/pdf"))
    assert memory.tidy_scans() == 0
    assert memory.scan_state(SHA).trouble == "lost"
    state = memory.case_state(case)
    assert state is not None
    memory.want_scan(state.scans[0])
    assert [one.held for one in memory.scans_to_fetch(10)] == [0]
    assert memory.keep_scan_piece(SHA, 0, PDF[:100]) == 100
    assert memory.keep_scan_piece(SHA, 100, PDF[100:]) == len(PDF)
    assert memory.scan_sound(SHA)
    assert memory.scan_state(SHA).sent, "it came from the hall"


def test_s35_a_fetch_goes_on_after_a_restart_and_wrong_bytes_are_thrown_away(tmp_path: Path) -> None:
    memory = enrolled(tmp_path)
    scan = Scan("D01-01", SHA, len(PDF), "application/pdf", "", "", came=True)
    memory.want_scan(scan)
    memory.keep_scan_piece(SHA, 0, PDF[:50])
    memory.close()
    memory = opened(tmp_path)
    assert memory.tidy_scans() == 0
    assert [one.held for one in memory.scans_to_fetch(10)] == [50]
    assert memory.keep_scan_piece(SHA, 60, b"gap") == 50
    assert memory.keep_scan_piece(SHA, 50, b"y" * (len(PDF) - 50)) == 0
    assert memory.scan_path(SHA) is None
    assert [one.held for one in memory.scans_to_fetch(10)] == [0]
    memory.close()


def test_s35_a_backup_has_what_the_hall_has_not_and_restored_it_is_sent(tmp_path: Path) -> None:
    memory, hand = enrolled(tmp_path), Hand()
    case = taken_in(memory, hand)
    sent, unsent = PDF, PDF + b"unsent"
    attached(memory, hand, case, written(tmp_path, sent))
    memory.scan_sent(SHA)
    attached(memory, hand, case, written(tmp_path, unsent), "D01-02")
    copy = tmp_path / "copy" / "backup.db"
    assert memory.backup(copy) == 1
    assert [path.read_bytes() for path in Path(f"{copy}{SCANS}").iterdir()] == [unsent]
    memory.close()
    shutil.rmtree(tmp_path / "terminal")
    restore(copy, tmp_path / "terminal", "now")
    memory = opened(tmp_path)
    assert memory.scan_path(digest(unsent)) is not None
    assert [one.sha256 for one in memory.scans_to_send(10)] == [digest(unsent)]
    memory.tidy_scans()
    assert (memory.scan_state(SHA).here, memory.scan_state(SHA).trouble) == (False, ""), "the hall has it"
    memory.scan_sent(digest(unsent))
    assert memory.backup(copy) == 0
    assert list(Path(f"{copy}{SCANS}").iterdir()) == []
    memory.close()


def test_s35_s25_a_backup_brings_back_what_a_restored_hall_may_have_lost(tmp_path: Path) -> None:
    """The hall had it, was restored, and has not said since that it still has it: the backup may have the only one."""
    memory, hand = enrolled(tmp_path), Hand()
    attached(memory, hand, taken_in(memory, hand), written(tmp_path))
    memory.scan_sent(SHA)
    with memory.transaction() as db:
        db.execute("update standing set epoch = epoch + 1")
    copy = tmp_path / "copy" / "backup.db"
    assert memory.backup(copy) == 1
    memory.close()
    shutil.rmtree(tmp_path / "terminal")
    restore(copy, tmp_path / "terminal", "now")
    memory = opened(tmp_path)
    assert memory.scan_sound(SHA)
    assert [one.sha256 for one in memory.scans_to_send(10)] == [SHA]
    memory.close()


def test_s35_a_damaged_memory_gives_its_scans_to_the_one_that_is_salvaged(tmp_path: Path) -> None:
    """T42."""
    memory, hand = enrolled(tmp_path), Hand()
    attached(memory, hand, taken_in(memory, hand), written(tmp_path))
    memory.close()
    salvage(tmp_path / "terminal" / "terminal.db", tmp_path / "terminal", "now", None)
    memory = opened(tmp_path)
    assert memory.scan_sound(SHA)
    assert [one.sha256 for one in memory.scans_to_send(10)] == [SHA]
    memory.close()


def test_s35_a_purged_case_takes_its_scans_along_but_none_that_the_hall_has_not(
    memory: TerminalMemory, tmp_path: Path
) -> None:
    hand = Hand()
    case = taken_in(memory, hand)
    attached(memory, hand, case, written(tmp_path))
    state = memory.case_state(case)
    assert state is not None
    with memory.transaction() as db:
        assert not memory.scans_settled(db, state)
    memory.scan_sent(SHA)
    with memory.transaction() as db:
        assert memory.scans_settled(db, state)
        memory.forget_scans(db, state)
    assert files(memory) == []
    assert not memory.scan_state(SHA).here


def test_s35_a_terminals_clock_that_is_wrong_deletes_nothing_that_is_named(tmp_path: Path) -> None:
    clock = FixedClock()
    memory, hand = enrolled(tmp_path, clock), Hand()
    attached(memory, hand, taken_in(memory, hand), written(tmp_path))
    clock.go(400 * 24 * 3600)
    assert memory.tidy_scans() == 0
    assert memory.scan_path(SHA) is not None
    memory.close()
