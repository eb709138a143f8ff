"""The end of the day: what is in somebody's hand and not at the hall is named, and so is what nobody was given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from casework.day_end import Difference, PrintedOn, TakenIn, Tally, end_of_day
from casework.outbox import Row
from casework.papers.day_sheet import DayFacts, day_sheet
from casework.papers.text import to_text
from console.messages import translator


def test_a_day_on_which_all_agrees_has_no_differences() -> None:
    end = end_of_day([TakenIn("a", "single", None)], [PrintedOn("a", "receipt", 1, None)], [])
    assert end.differences == ()
    assert end.cases == (Tally("single", 1, 1),)


def test_a_receipt_in_a_hand_whose_case_is_not_at_the_hall_is_named() -> None:
    taken = [TakenIn(one, "single", row) for one, row in (("a", Row.COMMITTED), ("b", Row.SENT), ("c", Row.HELD))]
    printed = [PrintedOn(one.case, "receipt", 1, one.row) for one in taken]
    end = end_of_day(taken, printed, [])
    assert [(one.case, one.what) for one in end.differences] == [("a", "unsent"), ("b", "unsent"), ("c", "held")]
    assert end.cases == (Tally("single", 3, 0, 2, 1),)


def test_a_notice_that_the_hall_refused_is_named_though_its_case_is_there() -> None:
    end = end_of_day([TakenIn("a", "single", None)], [PrintedOn("a", "acceptance", 1, Row.REJECTED)], [])
    assert end.differences == (Difference("a", "refused", "acceptance"),)


def test_a_case_whose_applicant_was_given_no_paper_is_named() -> None:
    end = end_of_day([TakenIn("a", "business", None)], [], [])
    assert end.differences == (Difference("a", "no_paper"),)


def test_a_paper_that_waits_for_its_printer_is_not_in_a_hand() -> None:
    end = end_of_day(
        [TakenIn("a", "single", None)], [PrintedOn("a", "receipt", 1, None)], [("a", "receipt", "at_printer")]
    )
    assert end.differences == (Difference("a", "at_printer", "receipt"),)


def test_prints_after_the_first_are_counted_apart() -> None:
    end = end_of_day([], [PrintedOn("a", "receipt", n, None) for n in (1, 2, 3)], [])
    assert end.papers == (Tally("receipt", 3, 3, again=2),)


def test_the_sheet_names_each_difference_and_has_room_for_two_signatures() -> None:
    facts = DayFacts(
        "江岸区政务服务大厅", "0012", "王芳 1001", "2026-11-23", datetime.fromisoformat("2026-11-23T17:30"),
        (("单一事项", "3", "2", "1", "0", "0"),), (("接收回执", "3", "2", "1", "0", "1"),),
        (("4201182611230012004282", "D01 食品经营许可", "张*", "没有打印任何文书"),), ("还有 1 条没有送出",),
    )  # fmt: skip

    def say(message_id: str, /, **said: Any) -> str:
        return translator("zh_CN")(message_id, said)

    paper = day_sheet(facts, say)
    text = to_text(paper)
    for word in ("日终核对单", "没有打印任何文书", "未送出 1", "窗口人员签名", "核对人签名", "还有 1 条没有送出"):
        assert word in text
    assert paper.size == "A4"
