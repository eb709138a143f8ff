"""What needs much memory is done beside the console: papers are drawn and names spelled there, whatever falls."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from casework.catalogue.pinyin import initials_of
from casework.limits import LIMITS
from console import beside
from console.beside import Beside
from console.errors import ConsoleError
from console.print_queue import render
from console.printing.errors import NotDrawn
from tests.builders import FixedClock
from tests.unit.paper_samples import paper

NAMES = ["张建国", "重庆某某餐饮有限公司", "单春梅", "𠮷田"]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def ours(clock: FixedClock) -> Iterator[Beside]:
    one = Beside(clock)
    yield one
    one.close()


def pid(of: Beside) -> int:
    """The process it has now."""
    assert of._process is not None
    return of._process.pid


def test_a_paper_is_drawn_there_as_it_is_here(ours: Beside) -> None:
    receipt = paper("receipt")
    assert ours.draw(receipt, "pdf") == render(receipt, "pdf")
    assert ours.draw(receipt, "escpos", dots=True) == render(receipt, "escpos", dots=True)


def test_names_come_back_in_their_order(ours: Beside) -> None:
    assert ours.initials(NAMES) == [initials_of(name) for name in NAMES]


def test_neither_phrases_nor_fonts_stay_with_the_console() -> None:
    program = """
import sys
from console.beside import Beside
from tests.builders import FixedClock
from tests.unit.paper_samples import paper
ours = Beside(FixedClock())
print(*ours.initials(["张建国"]), len(ours.draw(paper("receipt"), "pdf").data) > 1000)
ours.close()
print(*{"pypinyin", "typst", "PIL"} & set(sys.modules))
"""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=root)
    assert done.stdout.split() == ["zjg", "True"]


def test_it_ends_when_nothing_comes_and_begins_again(ours: Beside, clock: FixedClock) -> None:
    ours.initials(NAMES)
    first = pid(ours)
    clock.go(LIMITS.drawing_quiet_seconds - 1)
    ours.rest()
    assert pid(ours) == first
    clock.go(1)
    ours.rest()
    assert ours._process is None
    assert ours.initials(NAMES[:1]) == ["zjg"]


def test_one_that_fell_is_followed_by_another(ours: Beside) -> None:
    ours.initials(NAMES)
    assert ours._process is not None
    ours._process.kill()
    ours._process.wait()
    assert ours.initials(NAMES[:1]) == ["zjg"]


def test_one_that_falls_at_its_work_or_hangs_leaves_a_sentence(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Beside(clock, msgspec.structs.replace(LIMITS, drawing_seconds=0.2))
    monkeypatch.setattr(beside, "_PROGRAM", "raise SystemExit(7)")
    with pytest.raises(NotDrawn) as fell:
        ours.draw(paper("receipt"), "pdf")
    monkeypatch.setattr(beside, "_PROGRAM", "import threading; threading.Event().wait()")
    with pytest.raises(ConsoleError) as hung:
        ours.initials(NAMES)
    assert (fell.value.message.id, hung.value.message.id) == ("papers.error.draw", "names.not_spelled")
    assert ours._process is None


def test_what_can_t_be_drawn_says_so_and_the_next_is_drawn(ours: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    strange = beside.answer(beside.Asked("draw", msgspec.Raw(msgspec.msgpack.encode("no paper"))))
    assert strange.wrong is not None
    assert strange.wrong.id == "papers.error.draw"

    def refused(given: msgspec.Raw) -> None:
        raise NotDrawn("papers.error.draw", reason="a font is missing")

    monkeypatch.setitem(beside.WORK, "draw", refused)
    said = beside.answer(beside.Asked("draw", msgspec.Raw(b"\xc0")))
    assert said.wrong is not None
    assert said.wrong.facts == {"reason": "a font is missing"}


def test_it_ends_with_the_console() -> None:
    words = [sys.executable, "-I", "-c", beside._PROGRAM, str(beside._LIB)]
    assert subprocess.run(words, stdin=subprocess.DEVNULL, check=False, timeout=60).returncode == 0
