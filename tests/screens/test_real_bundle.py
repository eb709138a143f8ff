"""Several cases at once by keys on the real desk: bundles, one visitor's cases, papers that the hall has already."""

from __future__ import annotations

from console.demo import demo
from screens.case import CaseScreen
from screens.sheet import Sheet
from tests.screens.real_window import REGULAR, Window, at_window_12, waiting_prints

PERSON = "420111199003070017"
Y01 = (
    "nkbcy<enter>1<enter>2<enter>2<enter>2<enter>2<enter>2<enter>2<enter>2<enter>2<enter>"
    f"{PERSON}<enter>张建国<enter>13800001234<enter>关山大道1号<enter>2<enter>"
    "<enter>餐饮服务<enter>3<enter>张建国13800001234<enter>2<enter>面食<enter>关山大道1号<enter>小面馆<enter>2<enter>"
    "60<enter>1<enter>张建国<enter>张建国13800001234<enter><enter>a<f2><enter>"
)
"""A sole trader opens a restaurant: answers, applicant, the form of three items, all papers."""
D04 = f"nd04<enter>2<enter>2<enter>{PERSON}<enter><f6><f6>"


def test_a_restaurant_is_three_cases_of_one_form_and_a_shared_plan_is_handed_in_once(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(Y01)
        family = {case.received.item: case for case in window.terminal.memory.of_root(window.newest().root)}
        assert list(family) == ["A07", "D01", "D04"]
        assert {case.received.bundle for case in family.values()} == {"Y01"}
        assert len({case.visit for case in family.values()} - {""}) == 1
        assert family["D04"].received.reused == {"D04-04": family["D01"].number}
        assert "0003" in window.shown
        assert "D04 公众聚集场所" in window.shown
        await window.types("<enter>")
        assert sorted(waiting_prints(window)) == ["acceptance", "receipt", "receipt"]
        await window.types("o9")
        assert "D01 食品经营许可" in window.shown
        await window.types("<enter>")
        screen = window.app.screen
        assert isinstance(screen, CaseScreen)
        assert screen.number == family["D01"].number
        assert screen.case is not None
        facts = {line.name: line.value for line in screen.case.facts}
        assert facts["联办"].startswith("Y01")
        assert "3 件里还有 3 件" in facts["联办"]
        assert family["A07"].number[-6:-2] in facts["联办时限"].replace(" ", "")

    at_window_12(place, "1001", walk)


def test_the_plan_of_the_restaurant_is_there_already_and_one_key_takes_it(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(f"{Y01}<enter><f3>{D04}")
        assert "已交原件 尾号" in window.shown
        await window.types("r")
        assert "没有以前交过的" in window.said
        await window.types("o<down>or<f2><enter>")
        case = window.newest()
        holder = window.terminal.memory.case_by_number(case.received.reused["D04-04"])[0]
        assert holder.received.item == "D01"
        assert (case.received.item, case.materials["D04-04"]) == ("D04", "electronic")
        await window.types("o")
        screen = window.app.screen
        assert isinstance(screen, CaseScreen)
        assert screen.case is not None
        notes = {one.code: one.note for one in screen.case.materials}
        assert notes["D04-04"] == f"用尾号{holder.number[-6:-2]}的"

    at_window_12(place, "1001", walk)


def test_the_cases_of_one_visit_show_each_other_and_the_next_visitor_begins_anew(place: demo.Place) -> None:
    again = f"d01<enter>1<enter>{REGULAR}<enter><f6><f6>a<f2><enter><enter>"

    async def walk(window: Window) -> None:
        await window.types("n" + again)
        one = window.newest()
        await window.types("v" + again.replace(REGULAR, ""))
        two = window.newest()
        assert one.number != two.number
        assert one.visit == two.visit != ""
        await window.types("o")
        screen = window.app.screen
        assert isinstance(screen, CaseScreen)
        assert screen.case is not None
        assert [(other.number, other.why) for other in screen.case.others] == [(one.number, "visit")]
        await window.types("<f3>n" + again)
        assert window.newest().visit not in {"", one.visit}

    at_window_12(place, "1001", walk)


def test_a_bundle_that_nobody_answered_says_which_question(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types("ny01<enter><f2>")
        assert window.app.screen.query_one(Sheet).key == "situations.entity_form"
        assert "必须填写" in window.said
        await window.types("<ctrl+d><enter>")

    at_window_12(place, "1001", walk)


def test_a_gate_that_is_shut_is_said_while_the_applicant_still_stands_there(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        outside = Y01.replace("2<enter>" * 5, "2<enter>" * 4 + "1<enter>", 1)
        await window.types(outside.removesuffix("<f2><enter>") + "<f2>")
        assert "A07 受理: 应当向经营场所所在地的登记机关申请" in window.shown
        assert "D01 受理: " not in window.shown
        await window.types("<enter>")
        family = window.terminal.memory.of_root(window.newest().root)
        assert {case.state for case in family} == {"received"}
        assert family[0].received.gates

    at_window_12(place, "1001", walk)


def test_no_to_the_rest_stops_at_the_question_that_no_does_not_answer(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types("nkbcy<enter>1<enter>0")
        sheet = window.app.screen.query_one(Sheet)
        assert "办理方式" in getattr(sheet.row, "label", "")
        before = sheet.row
        await window.types("2<enter>0")
        assert sheet.row is not before
        assert not [key for key, value in sheet.values().items() if key.startswith("situation") and not value]

    at_window_12(place, "1001", walk)
