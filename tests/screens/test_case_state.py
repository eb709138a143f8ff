"""What a case says beside its clocks and steps, in words: each fact once, nothing where there is nothing to say."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from casework import bodies, messages
from casework.case import Case, Extension, Pause
from casework.joint import Joint
from console import bootstrap
from console.demo import demo
from console.desk import case_state
from console.desk.counter_desk import CounterDesk
from console.messages import translator
from console.terminal import Terminal

AT = "2026-11-20T10:00:00.000"


def facts(place: demo.Place, language: str = "zh_CN", received: dict[str, Any] | None = None, **more: Any) -> Any:
    """The facts of a case with these changes, by name."""
    with bootstrap.opened(str(place.terminal("0012"))) as terminal:
        terminal.speak(language)
        case = changed(terminal, received or {}, more)
        show = CounterDesk(terminal)._show
        view = case_state.placed(terminal, show, case, show.view(case, (), (), 0))
        terminal.speak("zh_CN")
    return {line.name: line.value for line in view.facts}


def changed(terminal: Terminal, received: dict[str, Any], more: dict[str, Any]) -> Case:
    """The case of the regular, otherwise."""
    case = terminal.memory.cases(limit=1)[0].case
    said = msgspec.structs.replace(case.received, **received)
    return msgspec.structs.replace(case, received=said, visit="", **more)


def test_a_plain_case_names_who_was_asked_first_and_no_more(place: demo.Place) -> None:
    assert facts(place) == {"首问责任人": "王芳"}


@pytest.mark.parametrize(
    ("pause", "words"),
    [
        (Pause("examine", "test", AT, days=5), "检测：2026-11-20 起，预计到 2026-11-27"),
        (Pause("examine", "test", AT), "检测：2026-11-20 起"),
        (Pause("examine", "test", AT, "2026-11-24T10:00:00.000", 5), "检测：2026-11-20 至 2026-11-24"),
    ],
)
def test_a_special_procedure_has_its_beginning_and_its_expected_end(
    place: demo.Place, pause: Pause, words: str
) -> None:
    assert facts(place, pauses=(pause,))["特殊程序"] == words


def test_extension_fee_pledge_recusal_and_nudges_are_told(place: demo.Place) -> None:
    found = facts(
        place,
        received={"fee": 12000},
        extension=Extension(10, "情况复杂", AT, "2002"),
        fee=12000,
        paid=bodies.Paid("pay", "NO123", 12000),
        recused=("2001",),
        nudges=2,
        asks_refused=1,
        materials={"D01-02": "pledge", "D01-04": "defer"},
    )
    assert "情况复杂" in found["延期"]
    assert "NO123" in found["费用"]
    assert found["回避"] == "陈建国"
    assert found["催办"] == "2 次"
    assert found["逾期再要"] == "1 次"
    assert found["告知承诺"]
    assert found["容缺后补"]


def test_a_fee_that_nobody_has_assessed_or_paid_says_so(place: demo.Place) -> None:
    assert facts(place, received={"fee_assessed": True}, fee=None)["费用"] == "待核定"
    assert "未缴" in facts(place, fee=500)["费用"]


def test_what_the_timer_accepted_is_provisional_for_a_day(place: demo.Place) -> None:
    late = facts(place, deemed="2024-01-05", accepted=None)
    assert late["视为受理"] == "2024-01-05 期满没有告知，视为受理"
    fresh = facts(place, deemed="2030-01-04", accepted=None)
    assert "暂定" in fresh["视为受理"]


def test_s32_a_case_that_this_program_cannot_read_whole_says_that_it_needs_an_update(place: demo.Place) -> None:
    assert "3" in facts(place, unread=3)["需要更新"]
    with bootstrap.opened(str(place.terminal("0012"))) as terminal:
        case = terminal.memory.cases(limit=1)[0].case
        show = CounterDesk(terminal)._show
        seen = terminal.memory.history(case.id).lines[0].fact
        newer = msgspec.structs.replace(seen, type="no.such", version=1)
        view = show.view(case, ((newer, "sent"), (msgspec.structs.replace(seen, version=9), "sent")), (), 0)
        assert [(line.what, line.detail) for line in view.history] == [
            ("更新后才能显示", "no.such"), ("更新后才能显示", "received"),
        ]  # fmt: skip


def test_english_has_every_word(place: demo.Place) -> None:
    found = facts(place, "en", fee=500, nudges=1, recused=("2001",), pauses=(Pause("x", "hearing", AT, days=3),))
    assert {"Fee", "Nudges", "Recused", "Procedure", "First contact"} == set(found)


@pytest.mark.parametrize(("language", "light"), [("zh_CN", "绿灯"), ("en", "green")])
def test_the_light_of_a_bundle_is_a_word_without_a_gap(language: str, light: str) -> None:
    messages.install(translator(language))
    joint = Joint("1", "S03", "open", ("1",), ("1",), "4201182611200012000161", "2026-12-08", "green")
    assert case_state._due(joint).startswith(f"2026-12-08  {light}  ")
    messages.install(translator("zh_CN"))
