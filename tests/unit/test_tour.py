"""The first-day tour: what counts as done, where she goes on, and what every practice paper says."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from casework import messages, tour
from casework.messages import Message
from casework.tour import LESSONS, Happening, Lesson, Progress, after
from console import practice
from console.coach import Coach
from console.messages import LANGUAGES, translator
from screens import desk
from screens.actions import ACTS

PLACES = sorted({place for act in ACTS for place in act.where} | {"help"})
FACTS = practice.facts()


def at(lesson: Lesson, step: int = 0) -> Progress:
    """She is at this lesson."""
    return Progress(lesson=lesson.id, step=step)


def played(progress: Progress, *happenings: Happening) -> Progress:
    """What happens, one after the other."""
    for one in happenings:
        progress = after(progress, one)
    return progress


@pytest.mark.parametrize("lesson", [lesson for lesson in LESSONS if lesson.id != "help"], ids=lambda one: one.id)
def test_a_lesson_is_not_done_by_merely_looking(lesson: Lesson) -> None:
    looked = [Happening("page", {"place": place}) for place in PLACES]
    looked += [Happening("paper_seen"), Happening("known"), Happening("item_chosen", {"item": "A01"})]
    progress = played(at(lesson), *looked * 3)
    assert progress.lesson == lesson.id
    assert not progress.done


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.id)
def test_who_knows_the_way_does_the_act_at_once_and_the_lesson_is_done(lesson: Lesson) -> None:
    acts = [Happening(step.wants.what, _one_of(step.wants.facts)) for step in lesson.steps if step.must]
    assert acts, "each lesson has an act"
    assert lesson.steps[-1].must, "the act is the last that is told"
    assert played(at(lesson), *acts).done == (lesson.id,)


def _one_of(facts: Any) -> dict[str, str]:
    return {name: value.split("|")[0] for name, value in facts.items()}


def test_an_act_may_not_come_before_the_one_that_it_needs() -> None:
    """Printing counts as work without the line only when the cable is out."""
    cable = tour.BY_ID["cable"]
    printed = Happening("printed", {"cable": "out"})
    assert after(at(cable), printed) == at(cable)
    assert after(at(cable, 1), Happening("printed", {"cable": "in"})) == at(cable, 1)
    assert after(at(cable, 1), printed) == at(cable, 2)


def test_a_case_of_another_visit_leads_back_to_the_key_for_the_next_one() -> None:
    visit = tour.BY_ID["visit"]
    there = played(at(visit), Happening("page", {"place": "intake"}), Happening("item_chosen", {"item": "D01"}))
    assert there.step == 2
    again = after(there, Happening("taken_in", {"item": "D01"}))
    assert again == at(visit)
    assert after(again, Happening("taken_in", {"item": "D01", "visit": "yes"})).done == ("visit",)


def test_after_the_last_lesson_those_that_were_left_out_come_and_then_none() -> None:
    last, first = LESSONS[-1], LESSONS[0]
    progress = Progress(done=tuple(one.id for one in LESSONS[1:-1]), lesson=last.id)
    acts = [Happening(step.wants.what, step.wants.facts) for step in last.steps if step.must]
    progress = played(progress, *acts)
    assert progress.lesson == first.id
    progress = after(progress, Happening("signed_in"))
    assert not progress.lesson
    assert tour.step_of(progress) is None
    assert set(progress.done) == set(tour.BY_ID)
    assert tour.chosen(progress, "cable") == Progress(progress.done, "cable", 0), "any of them once more"


def test_who_has_left_the_tour_does_nothing_for_it_until_she_takes_it_up(tmp_path: Path) -> None:
    coach = Coach(tmp_path / "tour.json", FACTS)
    coach.leave()
    coach.heard(Happening("signed_in"))
    assert not coach.progress.done
    coach.resume()
    coach.heard(Happening("signed_in"))
    assert coach.progress.done == ("sign_in",)


def test_the_tour_resumes_at_its_lesson_and_shows_the_way_to_the_next_act_once_more(tmp_path: Path) -> None:
    file = tmp_path / "tour.json"
    coach = Coach(file, FACTS)
    coach.begin("take_in")
    coach.front("intake")
    coach.heard(Happening("answered", {"item": "A02"}))
    assert coach.progress.step == 2
    again = Coach(file, FACTS)
    assert (again.progress.lesson, again.progress.step) == ("take_in", 0)
    cable = Coach(file, FACTS)
    cable.begin("cable")
    cable.heard(Happening("cable", {"is": "out"}))
    assert Coach(file, FACTS).progress.step == 1, "what was done is not asked for again"


@pytest.mark.parametrize(
    "kept", [b"", b"{", b"[]", b'{"lesson":"of another version"}', b'{"lesson":"cable","step":99}', b"\xff"]
)
def test_a_damaged_or_older_note_of_the_tour_begins_anew(tmp_path: Path, kept: bytes) -> None:
    file = tmp_path / "tour.json"
    file.write_bytes(kept)
    assert Coach(file, FACTS).progress == Progress()


def test_before_she_has_signed_in_the_line_says_how_whatever_lesson_is_under_way(tmp_path: Path) -> None:
    messages.install(translator("zh_CN"))
    coach = Coach(tmp_path / "tour.json", FACTS)
    coach.begin("cable")
    coach.front("sign_in")
    assert "1001" in coach.line()[1]
    coach.front("queue")
    assert "Ctrl-G" in coach.line()[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_fits_a_window_of_80_columns(language: str, tmp_path: Path) -> None:
    messages.install(translator(language))
    coach = Coach(tmp_path / "tour.json", FACTS)
    wide = {}
    for lesson in LESSONS:
        assert messages.t(f"tour.{lesson.id}") != f"tour.{lesson.id}"
        for step in range(len(lesson.steps)):
            coach.progress = at(lesson, step)
            count, text = coach.line()
            assert not text.startswith("tour."), text
            assert "{" not in text
            row = f" {messages.t('tour.mark')} {count} {text}"
            wide[row] = cell_len(row)
    others = [f" {messages.t('tour.mark')} {messages.t(f'tour.{one}')}" for one in ("is_left", "all_done")]
    wide.update({row: cell_len(row) for row in others})
    assert {row: width for row, width in wide.items() if width > 80} == {}


class _Desk:
    """Answers as it is told."""

    def __init__(self) -> None:
        self.answer: Any = None

    async def act(self, number: str, action: str, data: dict[str, str], seen: object = None) -> Any:
        return self.answer

    def check(self, kind: str, value: str) -> str:
        return value


def test_an_act_that_the_desk_refused_has_not_happened(tmp_path: Path) -> None:
    coach, behind = Coach(tmp_path / "tour.json", FACTS), _Desk()
    coach.begin("supplement")
    watched = coach.watching(behind)
    behind.answer = desk.Refused(Message("act.unknown"))
    assert asyncio.run(watched.act("1", "supplement", {}, seen=frozenset())) is behind.answer
    assert not coach.progress.done
    behind.answer = desk.Done(Message("desk.taken"))
    assert asyncio.run(watched.act("1", "supplement", {})) is behind.answer
    assert coach.progress.done == ("supplement",)
    assert watched.check("text", "as it is") == "as it is"


def test_a_progress_that_cannot_be_written_denies_no_act_and_the_line_says_so(tmp_path: Path) -> None:
    messages.install(translator("en"))
    coach, behind = Coach(tmp_path / "taken away" / "tour.json", FACTS), _Desk()
    coach.begin("supplement")
    behind.answer = desk.Done(Message("desk.taken"))
    assert asyncio.run(coach.watching(behind).act("1", "supplement", {})) is behind.answer
    assert coach.progress.done == ("supplement",)
    assert "not saved" in coach.line()[0]
    (tmp_path / "taken away").mkdir()
    coach.begin("prefile")
    assert "not saved" not in coach.line()[0]
