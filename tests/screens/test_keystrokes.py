"""Keys of the counter, counted over recorded scripts on the real desk: from *next* to the paper on its printer.

`pytest -s` shows the figures. The marks: a change or a food licence for a known company 45, a registration of a known
agent's from a prefile 30; another post and any act of a screen two keys.
"""

from __future__ import annotations

import pytest

from casework import messages
from casework.catalogue.pinyin import initials_of
from console.demo import demo
from console.messages import LANGUAGES, translator
from screens.actions import ACTS, ANY
from screens.preview import PreviewScreen
from screens.text import TextScreen
from tests.screens.real_window import COMPANY, REGULAR, Window, at_window_12, waiting_prints
from tests.screens.test_real_desk import A01, AGAIN, D01
from tests.screens.typing_keys import keys

A02 = f"na02<enter><enter>10{COMPANY}<enter><f6>1120<enter>关山路9号<enter>a<f2><enter><enter>"
"""Only the address changes: the first question is passed over, the second answered, the rest is no."""
AGENT = "420111199003070017"
PREPARED = (
    f"na01<enter>2<enter>1<enter>{COMPANY}<enter>光谷创投公司<enter>13812345678<enter>关山大道1号<enter>王大力<enter>"
    f"{AGENT}<enter>李代办<enter>13912345678<enter>办理公司设立<enter>"
    "吉祥餐饮公司<enter>高新大道88号<enter>王大力<enter>100<enter>餐饮<enter><ctrl+k>"
)
TAKEN = "<ctrl+f><enter>a<f2><enter><enter>"
WITHOUT = (
    f"na01<enter>2<enter>2<enter>{REGULAR}<enter><enter><enter><enter><enter>"
    "吉祥面馆公司<enter>高新大道88号<enter>王大力<enter>100<enter>餐饮<enter><ctrl+k>"
)
AT_THE_WINDOW = f"<ctrl+f><enter><ctrl+a>{AGENT}<enter><enter><enter>1<f6>a<f2><enter><enter>"
"""The agent is not in the prefile: her number is typed, what she may do is chosen."""
BY_INITIALS = AGAIN.replace(REGULAR, "lmgg")
MOST, MOST_PREFILE, MOST_ACT = 45, 30, 2


def counted(name: str, script: str) -> int:
    """How many keys; said with `-s`."""
    count = len(keys(script))
    print(f"{name}: {count} keys")
    return count


def test_a_known_company_s_change_and_food_licence_take_45_keys_to_the_paper(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(A01 + "<f3>")
        before = len(waiting_prints(window))
        await window.types(A02)
        case = window.newest()
        assert (case.received.item, case.received.applicant.name, case.state) == ("A02", "光谷创投公司", "accepted")
        assert len(waiting_prints(window)) == before + 1
        await window.types(f"<f3>{D01}")
        assert window.newest().received.item == "D01"
        assert waiting_prints(window)[-1] == "receipt"
        await window.types(f"<f3>{AGAIN}")
        assert window.newest().received.applicant.id == REGULAR
        assert waiting_prints(window)[-1] == "receipt"

    assert counted("A02, a known company", A02) <= MOST
    assert counted("D01, a known company for the first time", D01) <= MOST
    assert counted("D01, a known company once more", AGAIN) <= MOST
    counted("A01 from zero", A01)
    at_window_12(place, "1001", walk)


def test_a_known_agent_s_prefile_takes_30_keys_to_the_paper(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(PREPARED)
        await window.types(TAKEN)
        case = window.newest()
        assert case.received.item == "A01"
        assert case.received.agent is not None
        assert case.received.agent.name == "李代办"
        assert waiting_prints(window)[-1] in {"receipt", "acceptance"}

    assert counted("A01 of a known agent from a prefile", TAKEN) <= MOST_PREFILE
    at_window_12(place, "1001", walk)


def test_an_agent_who_is_not_in_the_prefile_still_takes_30_keys_to_the_paper(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(PREPARED + TAKEN + "<f3>")
        await window.types(WITHOUT)
        before = len(waiting_prints(window))
        await window.types(AT_THE_WINDOW)
        case = window.newest()
        assert (case.received.item, case.received.applicant.id) == ("A01", REGULAR)
        assert case.received.agent is not None
        assert (case.received.agent.id, case.received.agent.name) == (AGENT, "李代办")
        assert case.received.agent.authority.startswith("代为办理")
        assert len(waiting_prints(window)) == before + 1

    assert counted("A01 from a prefile, its known agent typed at the window", AT_THE_WINDOW) <= MOST_PREFILE
    at_window_12(place, "1001", walk)


def test_a_known_company_is_found_by_its_initials_and_saves_the_number_s_keys(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        window.terminal.memory.spell_names(lambda names: [initials_of(name) for name in names])
        await window.types(BY_INITIALS)
        case = window.newest()
        assert (case.received.item, case.received.applicant.id) == ("D01", REGULAR)
        assert waiting_prints(window)[-1] == "receipt"

    assert counted("D01, a known company once more, by its initials", BY_INITIALS) <= len(keys(AGAIN)) - 14
    at_window_12(place, "1001", walk)


def test_another_post_is_two_keys_and_a_case_by_scan_none(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(AGAIN)
        number = window.newest().number
        await window.types("<f3><f9>1")
        person = window.app.person
        assert person is not None
        assert len(person.shift) == 1
        await window.types(f"{number}<enter>")  # what the scanner sends
        assert window.app.frame.PLACE == "case"

    at_window_12(place, "1001", walk)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_of_a_screen_has_a_key_of_its_own(language: str) -> None:
    """One key where she is; a screen that is left for it costs one more (F3 and its letter)."""
    messages.install(translator(language))
    without = [act.id for act in ACTS if not act.keys and not act.ways]
    assert without == []
    ways = {act.id for act in ACTS if ANY in act.where and not act.typed}
    assert {"go_queue", "go_intake", "go_search", "go_board", "posts", "menu", "lock", "back"} <= ways


def test_what_is_missing_is_told_by_digits_with_its_cure_and_looked_at_before_it_is_said(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(AGAIN + "o")
        number = window.newest().number
        await window.types("s1<f7>")
        assert isinstance(window.app.screen, TextScreen)
        assert "没有签字或者盖章" in window.shown
        case = window.terminal.counter.case(number)
        assert case.supplement is None, "looked at, not said"
        await window.types("<escape><enter>6<enter>平面图没有标出口<f2><enter>")
        told = window.terminal.counter.case(number).supplement
        assert told is not None
        assert [line.defect for line in told.lines] == ["没有签字或者盖章", "平面图没有标出口"]
        assert all(line.cure for line in told.lines)
        assert isinstance(window.app.screen, PreviewScreen)

    at_window_12(place, "1001", walk)


def test_the_papers_of_an_intake_are_looked_at_before_it_is_saved(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        before = window.newest().number
        await window.types(AGAIN.removesuffix("<enter><enter>") + "<f7>")
        assert "回执" in window.shown
        assert "保存后编号" in window.shown
        assert window.newest().number == before
        await window.types("<escape><escape><ctrl+d><enter>")

    at_window_12(place, "1001", walk)
