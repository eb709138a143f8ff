"""Papers wait for their printers and block nobody; none is printed twice without a mark, none is lost in silence."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from casework import bodies
from casework.facts import digest
from casework.messages import Message
from casework.wire import Answered, Verdict
from console import bootstrap
from console.print_queue import LOCK, PrintQueue, keep_slots
from console.printing.slots import Slot
from console.prints import Prints
from console.terminal import Terminal
from local_db.counter import Identity
from local_db.memory import TerminalMemory
from local_db.restoring import restore
from sync.owner import own
from tests.builders import FixedClock, Hand
from tests.till import nobody, till
from tests.unit.paper_samples import NUMBER, paper

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A window with a memory and nothing else."""
    monkeypatch.setenv("YICHUANG_STATE", str(tmp_path / "s"))
    identity = Identity("h", "420118", "大厅", "k", "0012", "i", 1)
    TerminalMemory.create(tmp_path / "t", FixedClock(), tmp_path / "s", identity).close()
    made = bootstrap.open_terminal(tmp_path / "t")
    yield made
    made.memory.close()


def put(terminal: Terminal, kind: str = "receipt", count: int = 1) -> int:
    """A paper into the queue; its id."""
    with terminal.memory.writing() as tx:
        tx.queue_print("c1", NUMBER, kind, count, msgspec.json.encode(paper(kind)))
    return terminal.memory.open_prints()[-1].id


def states(terminal: Terminal) -> list[tuple[str, str, str]]:
    """What is not out."""
    return [(job.kind, job.state, job.reason.id if job.reason else "") for job in terminal.memory.open_prints()]


def use(terminal: Terminal, *slots: Slot) -> None:
    """The window has these printers."""
    keep_slots(terminal, slots)


def test_without_a_printer_papers_go_to_the_folder(terminal: Terminal) -> None:
    put(terminal)
    (receipt,) = PrintQueue(terminal).print_waiting()
    assert Path(receipt.pdf).read_bytes().startswith(b"%PDF")
    assert states(terminal) == []


def test_a_dead_printer_holds_its_own_papers_and_no_others(terminal: Terminal) -> None:
    use(terminal, Slot("laser", "folder:"), Slot("till", f"tcp://127.0.0.1:{nobody()}", ("80mm",)))
    put(terminal, "ticket")
    put(terminal)
    assert [receipt.kind for receipt in PrintQueue(terminal).print_waiting()] == ["receipt"]
    assert states(terminal) == [("ticket", "waiting", "papers.error.printer.refuses")]


def test_a_printer_is_called_by_its_name_and_not_by_its_address(terminal: Terminal) -> None:
    use(terminal, Slot("till", f"tcp://127.0.0.1:{nobody()}"))
    put(terminal)
    PrintQueue(terminal).print_waiting()
    (job,) = terminal.memory.open_prints()
    assert job.reason is not None
    assert job.reason.facts["printer"] == "till"
    assert "127.0.0.1" not in str(job.reason)


def test_a_dead_printer_is_tried_again_after_a_while_that_doubles(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(terminal.clock, "monotonic", lambda: now[0])
    use(terminal, Slot("till", f"tcp://127.0.0.1:{nobody()}"))
    put(terminal)
    queue = PrintQueue(terminal)
    waits = []
    for _ in range(9):
        assert queue.print_waiting() == []
        waits.append(queue.next_try())
        assert queue.print_waiting() == []  # left alone until then
        now[0] += waits[-1] or 0
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert terminal.memory.open_prints()[0].attempts == 9
    queue.try_now()
    queue.print_waiting()
    assert (terminal.memory.open_prints()[0].attempts, queue.next_try()) == (10, 5)


def test_the_papers_come_out_when_the_printer_is_back(terminal: Terminal) -> None:
    port = nobody()
    use(terminal, Slot("till", f"tcp://127.0.0.1:{port}"))
    put(terminal)
    put(terminal, "acceptance")
    queue = PrintQueue(terminal)
    assert queue.print_waiting() == []
    with till("prints") as printer:
        use(terminal, Slot("till", f"tcp://127.0.0.1:{printer.port}"))
        queue.try_now()
        assert [receipt.kind for receipt in queue.print_waiting()] == ["receipt", "acceptance"]
    assert states(terminal) == []


def test_a_printer_that_broke_off_is_not_sent_the_paper_again(terminal: Terminal) -> None:
    put(terminal)
    with till("resets") as printer:
        use(terminal, Slot("till", f"tcp://127.0.0.1:{printer.port}"))
        queue = PrintQueue(terminal)
        assert queue.print_waiting() == []
        assert states(terminal) == [("receipt", "unsure", "papers.unsure.broke")]
        queue.try_now()
        assert queue.print_waiting() == []
        assert terminal.memory.open_prints()[0].attempts == 1
    assert terminal.memory.prints_standing().unsure == 1


KILLED = """
import sys
from pathlib import Path
from console import bootstrap
from console.print_queue import PrintQueue
terminal = bootstrap.open_terminal(Path(sys.argv[1]))
print("begins", flush=True)
PrintQueue(terminal).print_waiting()
"""


def test_killed_between_print_and_record_a_paper_is_never_printed_twice_in_silence(terminal: Terminal) -> None:
    put(terminal)
    with till("silent") as printer:
        use(terminal, Slot("till", f"tcp://127.0.0.1:{printer.port}?answers=yes"))
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(terminal.memory.folder)], cwd=ROOT, stdout=subprocess.PIPE
        ) as console:
            assert printer.called.wait(60)
            console.kill()
    assert states(terminal) == [("receipt", "sending", "")]
    with till("prints") as printer:
        use(terminal, Slot("till", f"tcp://127.0.0.1:{printer.port}"))
        assert PrintQueue(terminal).print_waiting() == []
        assert printer.papers == []
    assert states(terminal) == [("receipt", "unsure", "papers.unsure.stopped")]


def test_t31_a_receipt_that_came_out_since_the_backup_is_not_printed_a_second_time_in_silence(
    terminal: Terminal, tmp_path: Path
) -> None:
    """The printer was down when the backup was made; the restored window printed it once more, with no mark."""
    put(terminal)
    terminal.memory.backup(tmp_path / "backup.db")
    assert len(PrintQueue(terminal).print_waiting()) == 1
    terminal.memory.close()
    restore(tmp_path / "backup.db", terminal.memory.folder, "0")
    again = bootstrap.open_terminal(terminal.memory.folder)
    assert PrintQueue(again).print_waiting() == []
    assert states(again) == [("receipt", "unsure", "papers.unsure.restored")]
    (waiting,) = Prints(again).waiting()
    assert waiting.ways == ("out", "again", "drop")
    again.memory.close()


def test_killed_while_it_wrote_a_file_the_paper_is_written_again_under_its_name(terminal: Terminal) -> None:
    id_ = put(terminal)
    assert terminal.memory.print_begins(id_, "folder:papers")
    assert [receipt.kind for receipt in PrintQueue(terminal).print_waiting()] == ["receipt"]
    assert len(list((terminal.memory.folder / "papers").iterdir())) == 1


def test_two_programs_never_print_the_same_paper(terminal: Terminal) -> None:
    put(terminal)
    other = own(terminal.memory.folder, 1, "now", LOCK)
    assert other is not None
    with other:
        assert PrintQueue(terminal).print_waiting() == []
        assert states(terminal) == [("receipt", "waiting", "")]
    assert len(PrintQueue(terminal).print_waiting()) == 1
    job = put(terminal)
    assert terminal.memory.print_begins(job, "tcp:till")
    assert not terminal.memory.print_begins(job, "tcp:till")


def test_a_paper_that_can_not_be_drawn_lets_the_others_pass(terminal: Terminal) -> None:
    with terminal.memory.writing() as tx:
        tx.queue_print("c1", NUMBER, "receipt", 1, b"{}")
        broken = msgspec.structs.replace(paper("receipt"), code128="12X4")
        tx.queue_print("c1", NUMBER, "receipt", 2, msgspec.json.encode(broken))
    put(terminal, "acceptance")
    assert [receipt.kind for receipt in PrintQueue(terminal).print_waiting()] == ["acceptance"]
    assert states(terminal) == [
        ("receipt", "waiting", "papers.error.draw"),
        ("receipt", "waiting", "papers.error.code"),
    ]


def test_what_a_person_settled_is_settled_once(terminal: Terminal) -> None:
    memory = terminal.memory
    first, second = put(terminal), put(terminal, "acceptance")
    assert memory.settle_print(first, "dropped", "1001", "短信告知")
    assert not memory.settle_print(first, "printed", "1001", "")
    assert not memory.choose_printer(first, "laser")
    memory.print_begins(second, "tcp:till")
    memory.print_unsure(second, Message("papers.unsure.broke", {"printer": "till", "reason": "x"}))
    assert memory.settle_print(second, "printed", "1001", "")
    assert memory.prints_standing() == type(memory.prints_standing())(0, 0, "")
    assert not PrintQueue(terminal).print_waiting()


def test_s15_a_paper_that_was_called_back_while_its_printer_was_down_does_not_come_out_any_more(
    terminal: Terminal,
) -> None:
    """The acceptance was refused, given up, and its paper declared void; then the printer went on, and out it came."""
    hand, sheet = Hand(), msgspec.json.encode(paper("acceptance"))
    taken = hand.received()
    accepted = hand.accepted(taken.case)
    printed = hand.fact("printed", bodies.Printed("acceptance", 1, "", digest(sheet), accepted.id), taken.case)
    out = (bodies.PaperOut("acceptance", 1, printed.time.at, "张建国"),)
    given_up = hand.fact("resolve.withdraw", bodies.ResolveWithdraw((accepted.id,), "别处已受理", out), taken.case)
    use(terminal, Slot("laser", f"tcp://127.0.0.1:{nobody()}"))
    with terminal.memory.writing() as tx:
        tx.commit_groups([(taken,), (accepted,), (printed,)])
        tx.queue_print(taken.case, NUMBER, "acceptance", 1, sheet)
        tx.queue_print(taken.case, NUMBER, "receipt", 1, msgspec.json.encode(paper("receipt")))
    assert PrintQueue(terminal).print_waiting() == []
    with terminal.memory.writing() as tx:
        tx.commit_groups([(given_up,)])
    use(terminal, Slot("laser", "folder:"))
    assert [receipt.kind for receipt in PrintQueue(terminal).print_waiting()] == ["receipt"]
    assert states(terminal) == [("acceptance", "waiting", "papers.called_back")]


@pytest.mark.parametrize("word", ["held", "rejected"])
def test_s15_the_receipt_of_a_case_that_was_given_up_with_it_does_not_come_out_any_more(
    terminal: Terminal, word: Literal["held", "rejected"]
) -> None:
    hand, sheet = Hand(), msgspec.json.encode(paper("receipt"))
    taken = hand.received()
    printed = hand.fact("printed", bodies.Printed("receipt", 1, "", digest(sheet), taken.id), taken.case)
    use(terminal, Slot("laser", f"tcp://127.0.0.1:{nobody()}"))
    with terminal.memory.writing() as tx:
        tx.commit_groups([(taken,), (printed,)])
        tx.queue_print(taken.case, NUMBER, "receipt", 1, sheet)
    assert PrintQueue(terminal).print_waiting() == []
    terminal.memory.answered((Answered(1, Verdict(word, "number_taken")), Answered(2, Verdict(word, "no_case"))), 2)
    given_up = hand.fact("resolve.withdraw", bodies.ResolveWithdraw((taken.id, printed.id), "别处已受理"), taken.case)
    with terminal.memory.writing() as tx:
        tx.commit_groups([(given_up,)])
    use(terminal, Slot("laser", "folder:"))
    assert PrintQueue(terminal).print_waiting() == []
    assert states(terminal) == [("receipt", "waiting", "papers.called_back")]
