"""The n-th failure at a window: whatever of the disk fails, once or for ever, the clerk is told, and nothing is halved.

Each act is done again and again on a copy of one real data folder; first its first point fails, then its second, and
so on until none is left (`tests/crash/nth.py` says what a point is). After each failure: a sentence of ours, what a
second program sees is what it saw before, and the same act done again makes what it always makes.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casework import bodies
from casework.facts import digest
from casework.messages import Spoken
from casework.rules import Refusal
from casework.scans import Scan
from casework.wire import Answered, Verdict
from console import bootstrap
from console.counter import Session
from console.line_once import sync_once
from console.output import write_file
from console.preparing import Preparing
from console.terminal import Terminal
from local_db import pages
from local_db.errors import Busy
from local_db.memory import TerminalMemory
from tests.builders import Hand
from tests.command_line import Place, jsonl, line
from tests.crash.nth import Faults, Seen, in_force, look, points
from tests.people import Office
from tests.unit.test_bundle import SOLE, common


@dataclasses.dataclass
class Kept:
    """One terminal's folders as they are at the start of every try."""

    place: Place
    template: Path
    page: tuple[Any, ...]
    """A page of the hall that this terminal has not applied: the arguments of `apply`."""
    number: str
    """A case that was received here and is at the hall."""

    @property
    def folder(self) -> Path:
        """The data folder: always at the same place, because the state file hangs on it."""
        return Path(self.place.window("0012"))

    @property
    def states(self) -> Path:
        """The state folder."""
        return self.place.folder / "state"

    def reset(self) -> None:
        """As it was."""
        for name, there in (("terminal", self.folder), ("state", self.states)):
            shutil.rmtree(there, ignore_errors=True)
            shutil.copytree(self.template / name, there)

    def open(self) -> Terminal:
        """The terminal."""
        return bootstrap.open_terminal(self.folder)

    def seen(self) -> Seen:
        """What a second program sees."""
        return look(self.folder / "terminal.db")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A window with one case at the hall and three facts that wait, and a page that it has not applied."""
    place = Place(tmp_path_factory.mktemp("place"))
    place.found()
    with pytest.MonkeyPatch.context() as patch, place.serving():
        for name in ("YICHUANG_STATE", "YICHUANG_PIN"):
            patch.setenv(name, place.environment[name])
        for window in ("0012", "0007"):
            assert place.enrol(window).code == 0
        number = place.at("0012", "intake", "-", stdin=jsonl(line("D01", "first"))).one["number"]
        assert place.sync("0012").one["pending"] == 0
        assert place.at("0007", "intake", "-", stdin=jsonl(*(line("D01", f"r{n}") for n in range(4)))).code == 0
        assert place.sync("0007").one["pending"] == 0
        page = heard(place)
        for ref in ("a", "b", "c"):
            assert place.at("0012", "intake", "-", stdin=jsonl(line("D01", ref))).code == 0
        template = place.folder / "template"
        shutil.copytree(place.window("0012"), template / "terminal")
        shutil.copytree(place.folder / "state", template / "state")
        yield Kept(place, template, page, number)


def heard(place: Place) -> tuple[Any, ...]:
    """The page that the hall has for window 12, which does not apply it."""
    pages: list[tuple[Any, ...]] = []

    def listen(_memory: TerminalMemory, *page: Any) -> bool:
        pages.append(page)
        raise Busy("store.busy", file="")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TerminalMemory, "apply", listen)
        terminal = bootstrap.open_terminal(Path(place.window("0012")))
        sync_once(terminal)
        terminal.memory.close()
    return pages[0]


@pytest.fixture
def faults() -> Iterator[Faults]:
    """Faults in force for one test."""
    with pytest.MonkeyPatch.context() as patch:
        yield in_force(patch)


@pytest.fixture(autouse=True)
def ambient(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state folder of this place, and slices that are smaller than a page."""
    monkeypatch.setattr(pages, "_FIRST_SLICE", 1)
    monkeypatch.setattr(pages, "_MOST_SLICE", 2)
    monkeypatch.setenv("YICHUANG_STATE", str(kept.states))


def session(terminal: Terminal, number: str) -> Session:
    """A person at all her posts, without her PIN."""
    staff = terminal.memory.staff(number)
    assert staff is not None
    return Session(staff, staff.posts)


# The acts


def takes_in(kept: Kept, terminal: Terminal) -> None:
    terminal.memory.keep_draft("d" * 32, "1001", b"{}")
    taken = terminal.counter.intake(session(terminal, "1001"), Office().form("D01", ref="new"), "d" * 32)
    assert not isinstance(taken, Refusal)


def takes_a_bundle_in(kept: Kept, terminal: Terminal) -> None:
    form = common(Office(day=terminal.legal.now().at[:10]), "Y01", SOLE)
    taken = terminal.counter.intake_together(session(terminal, "1001"), form)
    assert not isinstance(taken, Refusal), taken


def accepts(kept: Kept, terminal: Terminal) -> None:
    done = terminal.counter.act(session(terminal, "2001"), kept.number, "accept", {})
    assert not isinstance(done, Refusal), done


def prints(kept: Kept, terminal: Terminal) -> None:
    done = terminal.counter.print(session(terminal, "1001"), kept.number, "receipt")
    assert not isinstance(done, Refusal), done


def attaches_a_scan(kept: Kept, terminal: Terminal) -> None:
    """S35: file and fact, or neither; the person's own file is only read."""
    file = kept.place.folder / "scan.pdf"
    if not file.exists():  # the first time, when nothing fails
        file.write_bytes(SCAN)
    data = {"material": "D01-01", "file": str(file)}
    done = terminal.counter.act(session(terminal, "1001"), kept.number, "scan", data)
    assert not isinstance(done, Refusal), done
    assert terminal.memory.scan_files.path(digest(SCAN), "application/pdf").read_bytes() == SCAN


def fetches_a_scan(kept: Kept, terminal: Terminal) -> None:
    """S35: the last piece of one that somebody waits for; from what came before it goes on."""
    scan = Scan("D01-01", digest(SCAN), len(SCAN), "application/pdf", "", "1001", came=True)
    terminal.memory.want_scan(scan)
    for waiting in terminal.memory.scans_to_fetch(10):
        terminal.memory.keep_scan_piece(scan.sha256, waiting.held, SCAN[waiting.held :])
    assert terminal.memory.scan_files.path(scan.sha256, scan.media).read_bytes() == SCAN


SCAN = b"%PDF-1.7 " + bytes(50_000)


def opens_a_prefile(kept: Kept, terminal: Terminal) -> None:
    done = Preparing(terminal.counter).open(
        session(terminal, "1001"), bodies.Form("D01", Office().form("D01").applicant)
    )
    assert not isinstance(done, Refusal), done


def applies_a_page(kept: Kept, terminal: Terminal) -> None:
    links, start, head, chain, epoch, acked = kept.page
    assert len(links) > 3 * pages._FIRST_SLICE  # several slices
    at = terminal.memory.position().cursor - start  # whoever asks again asks from where she stands
    assert terminal.memory.apply(links[at:], start + at, head, chain, epoch, acked)


def hears_verdicts(kept: Kept, terminal: Terminal) -> None:
    out = terminal.memory.outgoing(100, 1 << 20)
    assert out is not None
    said = [Verdict("accepted"), Verdict("rejected", "stale", judged_at="2026-11-23T10:00:00.000")]
    said += [Verdict("held", "lane", judged_at="2026-11-23T10:00:00.000")]
    terminal.memory.mark_sent(out.first, out.last)
    answers = tuple(Answered(event.seq, said[index % 3]) for index, event in enumerate(out.events))
    terminal.memory.answered(answers, out.last)


def backs_up(kept: Kept, terminal: Terminal) -> None:
    terminal.memory.backup(kept.place.folder / "copies" / "copy.db")


def writes_a_paper(kept: Kept, terminal: Terminal) -> None:
    write_file(kept.folder / "papers" / "paper.pdf", b"paper" * 5000)


def forgets_a_draft(kept: Kept, terminal: Terminal) -> None:
    terminal.memory.keep_draft("e" * 32, "1001", b"{}")
    terminal.memory.forget_draft("e" * 32)


def folds_anew(kept: Kept, terminal: Terminal) -> None:
    terminal.memory.rebuild()


def freezes(kept: Kept, terminal: Terminal) -> None:
    terminal.memory.freeze("line.diverged", terminal.memory.position().epoch)


def keeps_a_blob(kept: Kept, terminal: Terminal) -> None:
    terminal.memory.keep_blob("f" * 64, b"blob" * 1000)


def goes_on_under_another_number(kept: Kept, terminal: Terminal) -> None:
    memory = terminal.memory
    if memory.identity.incarnation == NEW:  # it broke off behind its commit: the enrolment only goes on
        return
    who = msgspec.structs.replace(memory.identity, terminal="0099", incarnation=NEW)
    ids = Hand("0099", "adopts")
    assert memory.adopt(who, ids.new_id).again > 0


NEW = "another incarnation"


class Act:
    """What is swept.

    Args:
        do: the act; done again it must make what it would have made.
        least: how many points it has at least, so that a sweep that finds nothing is seen.
        steps: tables that may have moved on when a later step failed: what was said step by step stays.
        anew: the program is always started again before it is done again; all may be done already then.
    """

    def __init__(self, do: Callable[[Kept, Terminal], None], least: int, *steps: str, anew: bool = False) -> None:
        self.do = do
        self.least = least
        self.steps = steps
        self.anew = anew


PAGE = ("entry", "standing", "confirmed", "shown", "place", "words", "person", "tray", "head", "wanted", "finder")
ACTS = {
    "intake": Act(takes_in, 20, "draft"),
    "bundle": Act(takes_a_bundle_in, 30),
    "act": Act(accepts, 15),
    "print": Act(prints, 12),
    "scan": Act(attaches_a_scan, 15),
    "fetch": Act(fetches_a_scan, 8, "scan"),
    "prefile": Act(opens_a_prefile, 10),
    "page": Act(applies_a_page, 30, *PAGE),
    "verdicts": Act(hears_verdicts, 12, "outbox"),
    "backup": Act(backs_up, 8),
    "paper": Act(writes_a_paper, 2),
    "draft": Act(forgets_a_draft, 6, "draft"),
    "fold": Act(folds_anew, 30),
    "adopt": Act(goes_on_under_another_number, 20, anew=True),
    "freeze": Act(freezes, 3),
    "blob": Act(keeps_a_blob, 3),
}


def swept(kept: Kept, faults: Faults, act: Act) -> Counter[str]:
    """Let every point of `act` fail; how often each kind did."""
    kept.reset()
    before = kept.seen()
    whole = done_whole(kept, act, before)
    for at, for_ever in points():
        kept.reset()
        terminal = kept.open()
        told = None
        try:
            with faults.failing(at, for_ever=for_ever):
                try:
                    act.do(kept, terminal)
                except Spoken as error:
                    told = error
            if not faults.failed:
                assert at > act.least, f"only {at - 1} points"
                return faults.visited
            after_failure(kept, act, told, before, whole)
            if for_ever or act.anew:  # the program was started again
                terminal.memory.close()
                terminal = kept.open()
            if told is not None:
                act.do(kept, terminal)
            assert terminal.memory.trust() is None
            assert terminal.memory.check() == ()
        finally:
            terminal.memory.close()
        assert kept.seen().counts == whole, (at, for_ever, faults.failed)
    raise AssertionError("no end")


def done_whole(kept: Kept, act: Act, before: Seen) -> dict[str, int]:
    """How many rows each table has when nothing fails."""
    terminal = kept.open()
    act.do(kept, terminal)
    terminal.memory.close()
    whole = kept.seen().counts
    assert set(whole) == set(before.tables)
    return whole


def after_failure(kept: Kept, act: Act, told: Spoken | None, before: Seen, whole: dict[str, int]) -> None:
    """A sentence and nothing halved; or it was said to be done, and it is."""
    seen = kept.seen()
    if told is None:
        assert seen.counts == whole, "said to be done, and it is not"
        return
    assert "{" not in str(told.message)
    assert str(told.message) != told.message.id
    if not (act.anew and seen.counts == whole):  # what only looked after its commit has failed
        assert seen.without(*act.steps) == before.without(*act.steps), told
    if "standing" in act.steps:  # a page stands where its slices stand
        assert seen.tables["standing"][0][2] == max(row[0] for row in seen.tables["entry"])
    assert not [path for path in kept.folder.rglob("*") if path.suffix in {".part", ".tmp", ".new"}]


@pytest.mark.parametrize("name", list(ACTS))
def test_whatever_fails_the_clerk_is_told_nothing_is_halved_and_the_same_act_succeeds(
    kept: Kept, faults: Faults, name: str
) -> None:
    visited = swept(kept, faults, ACTS[name])
    assert sum(visited.values()) >= 2 * ACTS[name].least
    print(name, dict(visited))
