"""The first day: every lesson is done by keys on the real hall of practice, and nothing of it reaches the real one."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from casework.errors import BadInput
from casework.papers import Paper
from casework.printer_slots import Form
from console import bootstrap, practice
from console.coach import Coach
from console.demo import demo
from console.desk.counter_desk import CounterDesk
from console.errors import ConsoleError
from console.paperwork import PRACTICE
from console.print_queue import PrintQueue, keep_slots, print_test, render
from console.printing.slots import Slot, default_slots
from screens.app import ConsoleApp
from screens.tour import TO_PRACTICE, TourBar
from tests.screens.real_window import Window, at_window_12

CLERK, OFFICER = (f"{number}<enter>{demo.PIN}<enter>" for number in ("1001", "2001"))
WAY: dict[str, str] = {
    "sign_in": CLERK,
    "find": "<insert>a02<enter>",
    "help": "<f1><escape>",
    "take_in": "<enter>10lxsm<enter><f6>1120<enter>关山路9号<enter>a<f2><enter>",
    "paper": "<f7><enter>",
    "visit": "vd01<enter>1<f6><f6>2<enter>面食<enter>80<enter><enter>a<f2><enter>",
    "prefile": "<enter><ctrl+f><enter><f2><enter>",
    "supplement": "<enter><f3><enter>s1<f2><enter><enter>",
    "cable": "<f3><ctrl+g><enter><f7><enter><ctrl+g>",
    "posts": "<f9>2<f9>0",
    "on_spot": f"<f9>u{OFFICER}<enter>e<f2>d1<f2><enter>",
    "day_end": f"<f9>u{CLERK}<f3>ep",
}
"""What she presses in each lesson, as its lines say."""


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The window of practice, its hall running."""
    folder = tmp_path_factory.mktemp("practice")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YICHUANG_STATE", str(folder / "state"))
        with practice.open_practice(practice.place_in(folder / "practice")) as made:
            yield made


@contextlib.asynccontextmanager
async def practising(folder: Path, coach: Coach, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Window]:
    """She sits before the window of practice."""
    terminal = bootstrap.open_terminal(folder)
    terminal.speak("zh_CN")
    holder: list[Window] = []

    def cable(plugged: bool) -> None:
        holder[0].plugged = plugged

    terminal.link = lambda: "online" if not holder or holder[0].plugged else "offline"
    desk = CounterDesk(terminal, cable)
    app = ConsoleApp(coach.watching(desk), poll_seconds=0)
    app.tour = coach
    try:
        async with app.run_test(size=size) as pilot:
            holder.append(Window(terminal, app, pilot, desk))
            yield holder[0]
            await desk.checks.done()
    finally:
        terminal.memory.close()


async def syncs(window: Window) -> None:
    """The line, once."""
    await asyncio.to_thread(demo.Cables(set() if window.plugged else {practice.WINDOW}).sync, window.terminal)
    await window.app.poll()


def line_of(window: Window) -> str:
    """Row 2."""
    return window.app.screen.query_one(TourBar).render_line(0).text.rstrip()


@dataclasses.dataclass
class Taught:
    """A whole tour: the lesson and the line before each of them and at the end, and what lay at the printer."""

    lessons: list[str]
    lines: list[str]
    done: tuple[str, ...]
    papers: list[Paper]


@pytest.fixture(scope="module")
def taught(window: Path, tmp_path_factory: pytest.TempPathFactory) -> Taught:
    """She does all lessons, one after the other."""

    async def run() -> Taught:
        coach = Coach(tmp_path_factory.mktemp("tour") / "tour.json", practice.facts())
        found = Taught([], [], (), [])
        async with practising(window, coach) as here:
            for lesson in (*WAY, ""):
                found.lessons.append(coach.progress.lesson)
                found.lines.append(line_of(here))
                if lesson:
                    await walked(here, lesson)
            found.done = coach.progress.done
            jobs = here.terminal.memory.open_prints()
            found.papers = [msgspec.json.decode(job.paper, type=Paper) for job in jobs]
        return found

    return asyncio.run(run())


def test_every_lesson_is_done_by_its_keys_and_the_line_leads_to_the_next(taught: Taught) -> None:
    assert taught.lessons == [*WAY, ""]
    assert taught.done == tuple(WAY)
    assert all(f"练习 {at}/12 " in line for at, line in enumerate(taught.lines[:-1], 1))
    assert "十二课都做完" in taught.lines[-1]


async def walked(window: Window, *lessons: str) -> None:
    """Do these lessons."""
    for lesson in lessons:
        await window.types(WAY[lesson])
        await syncs(window)


def contents(folder: Path) -> dict[str, str]:
    """Every file of a folder but those of its practice, by a digest of its bytes."""
    files = (path for path in folder.rglob("*") if path.is_file() and practice.FOLDER not in path.parts)
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_practice_leaves_nothing_in_the_real_store_and_its_numbers_open_nothing_there(
    place: demo.Place, tmp_path: Path
) -> None:
    """Not in the window's folder, not in the hall's memory, not in a print queue."""
    real = place.terminal("0012")

    async def run(folder: Path) -> str:
        async with practising(folder, Coach(tmp_path / "tour.json", practice.facts())) as here:
            await walked(here, "sign_in", "find", "help", "take_in", "paper")
            return here.newest().number

    with demo.window(place, "0012") as terminal:
        before = (contents(real), len(terminal.memory.cases()), len(terminal.memory.open_prints()))
        at_the_hall = _facts_of(place)
        with practice.open_practice(practice.place_in(real / practice.FOLDER)) as folder:
            number = asyncio.run(run(folder))
        assert before == (contents(real), len(terminal.memory.cases()), len(terminal.memory.open_prints()))
        assert _facts_of(place) == at_the_hall
        assert number.startswith(practice.REGION)
        with pytest.raises(BadInput):
            terminal.counter.case(number)


def _facts_of(place: demo.Place) -> int:
    with contextlib.closing(sqlite3.connect(place.hall / "hall.db")) as store:
        count: int = store.execute("SELECT count(*) FROM log").fetchone()[0]
        return count


def test_every_practice_paper_says_that_it_is_not_valid_and_no_real_one_does(
    place: demo.Place, window: Path, taught: Taught
) -> None:
    mark = "练习 无效 / PRACTICE, NOT VALID"
    with demo.window(practice.place_in(window.parent), practice.WINDOW) as terminal:
        guide = terminal.paperwork.guide(terminal.library.current().items["D01"])
        papers = [*taught.papers, guide, terminal.paperwork.test_page("till")]
    assert {"acceptance", "receipt", "supplement", "day", "guide", "test"} <= {paper.kind for paper in papers}
    assert {paper.practice for paper in papers} == {mark}
    assert all(render(paper, "txt").data.decode().lstrip().startswith(mark) for paper in papers)
    plain = msgspec.structs.replace(papers[0], practice="")
    forms: tuple[Form, ...] = ("pdf", "svg", "escpos")
    assert all(render(papers[0], form).data != render(plain, form).data for form in forms)
    with demo.window(place, "0012") as terminal:
        assert terminal.paperwork.guide(terminal.library.current().items["D01"]).practice == ""


def test_a_paper_that_waits_unmarked_is_marked_before_it_leaves_the_window(window: Path, tmp_path: Path) -> None:
    terminal = bootstrap.open_terminal(window)
    try:
        sheet = terminal.paperwork.guide(terminal.library.current().items["D01"])
        plain = msgspec.json.encode(msgspec.structs.replace(sheet, practice=""))
        with terminal.memory.writing() as tx:
            tx.queue_print("", "unmarked", "guide", 1, plain)
        keep_slots(terminal, (Slot("text", f"folder:{tmp_path}?form=txt"),))
        printed = [each.pdf for each in PrintQueue(terminal).print_waiting() if each.number == "unmarked"]
        assert "PRACTICE, NOT VALID" in Path(printed[0]).read_text("utf-8")
    finally:
        keep_slots(terminal, default_slots())
        terminal.memory.close()


def test_papers_of_practice_go_to_its_own_folder_whatever_printer_is_named(window: Path, tmp_path: Path) -> None:
    """Nothing listens at the one address, and the other is the folder of somebody else."""
    terminal = bootstrap.open_terminal(window)
    elsewhere = tmp_path / "elsewhere"
    till, folder = Slot("till", "tcp://127.0.0.1:1"), Slot("folder", f"folder:{elsewhere}?form=txt")
    try:
        sheet = msgspec.json.encode(terminal.paperwork.guide(terminal.library.current().items["D01"]))
        for slot in (till, folder):
            keep_slots(terminal, (slot,))
            with terminal.memory.writing() as tx:
                tx.queue_print("", f"at-{slot.name}", "guide", 1, sheet)
            printed = [each.pdf for each in PrintQueue(terminal).print_waiting() if each.number == f"at-{slot.name}"]
            print_test(terminal, slot)
            assert Path(printed[0]).parent == window / "papers"
            assert list((window / "papers").glob(f"test-{slot.name}-*"))
        assert not elsewhere.exists()
    finally:
        keep_slots(terminal, default_slots())
        terminal.memory.close()


def test_a_window_of_a_real_hall_is_never_taken_for_practice(place: demo.Place) -> None:
    with demo.window(place, "0012") as terminal:
        with pytest.raises(ConsoleError) as refused:
            practice.mark(terminal)
        assert refused.value.code == "practice.not_practice"
        assert terminal.memory.setting(PRACTICE) is None


def test_a_lesson_is_begun_again_left_and_taken_up_from_the_list(window: Path, tmp_path: Path) -> None:
    async def run() -> None:
        coach = Coach(tmp_path / "tour.json", practice.facts())
        async with practising(window, coach) as here:
            await walked(here, "sign_in")
            await here.types("<f10>tour<enter>")
            assert "已完成" in here.shown
            assert "正在学" in here.shown
            await here.types("<escape>")
            assert coach.progress.lesson == "find", "Esc changes nothing"
            await here.types("<f10>tour<enter>cable<enter>")
            assert "Ctrl-G" in line_of(here)
            await here.types("<f10>tour<enter>leave<enter>")
            assert "放下" in line_of(here)
            await here.types("<ctrl+g>")
            assert (coach.progress.lesson, coach.progress.step) == ("cable", 0)
            await here.types("<ctrl+g><f10>tour<enter>resume<enter><ctrl+g>")
            assert (coach.progress.lesson, coach.progress.step) == ("cable", 1)
            await here.types("<ctrl+g>")

    asyncio.run(run())


def test_every_page_says_that_it_is_practice_and_no_form_loses_its_place(window: Path, tmp_path: Path) -> None:
    async def run() -> None:
        coach = Coach(tmp_path / "tour.json", practice.facts())
        async with practising(window, coach) as here:
            for pressed in (
                CLERK,
                "<f4>",
                "<f8>",
                "<ctrl+r>",
                "<ctrl+f>",
                "<f9>",
                "<f1>",
                "<f10>",
                "<ctrl+x>",
                "<insert>",
            ):
                await here.types(pressed)
                first, second, *_ = here.shown.splitlines()
                assert "一窗 | 练习 |" in first
                assert second.startswith(" 练习 ")
                assert here.app.screen.query_one(TourBar).region.y == 1

    asyncio.run(run())


def test_from_a_real_window_practice_is_two_keys_and_her_form_is_kept(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types("<f10>tour<enter>")
        assert "yichuang console --practice" in window.said
        window.app.practice_offered = True
        await window.types("nd01<enter><f10>tour<enter>")
        assert window.app.frame.PLACE == "confirm"
        await window.types("<enter>")
        assert window.app.return_code == TO_PRACTICE
        assert window.terminal.memory.drafts("1001")

    at_window_12(place, "1001", walk)
