"""The sheet of a hand-over at a shift's end: every item with its number, what stays, both names, two signatures."""

from __future__ import annotations

from casework.ambient import moment
from casework.papers.shift import ShiftFacts, ShiftLine, shift_sheet
from casework.papers.text import to_text
from console.messages import translator

NUMBER = "4201182611230012004282"


def sheet(language: str, note: str = "") -> str:
    """What the sheet says."""
    say = translator(language)
    lines = (
        ShiftLine(NUMBER, "A02 公司变更登记", "张*", "综合窗口", "2026-12-01", say("papers.shift.handed", {})),
        ShiftLine(NUMBER, "D01 食品经营许可", "李**", "商事科", "", say("papers.shift.stays", {})),
    )
    facts = ShiftFacts("测试大厅", "12", ("王芳", "1001"), ("刘洋", "1002"), moment("2026-11-23T17:00:00"), lines, note)
    return to_text(shift_sheet(facts, lambda id_, /, **facts_: say(id_, facts_)))


def test_the_sheet_says_who_gave_what_to_whom_and_what_stays() -> None:
    text = sheet("zh_CN", "窗口钥匙在抽屉").replace(" ", "").replace("\n", "")
    people = ("王芳（工号1001）", "刘洋（工号1002）", "移交人签名", "接收人签名")
    for words in (*people, "交接清单", "2026年11月23日17:00", "窗口钥匙在抽屉", "留在原岗", "张*"):
        assert words in text, words
    assert "papers." not in text


def test_the_sheet_is_complete_in_english() -> None:
    assert "papers." not in sheet("en")
    assert "Hand-over sheet" in sheet("en")
