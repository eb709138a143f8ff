"""What the fake desk is full of: its day, its numbers, its words in English."""

from __future__ import annotations

from datetime import date

from casework.numbers import make

TODAY = date(2026, 11, 23)
WORDS = {
    "一窗综合": "All posts",
    "综合窗口": "Window",
    "出件窗": "Delivery",
    "商事科": "Business",
    "商事登记": "Business",
    "单一事项": "Single",
    "公司变更登记": "Company change",
    "食品经营许可(新办)": "Food business",
    "申请书": "Application",
    "公司设立登记": "Company set-up",
    "个体工商户设立": "Sole trader",
    "已收件": "Received",
    "已受理": "Accepted",
    "待预审": "Pre-review",
    "审核": "Examine",
    "预审": "Pre-review",
    "接收回执": "Intake receipt",
    "受理通知书": "Acceptance notice",
    "接收": "Receive",
    "受理": "Accept",
    "一次性告知补正": "Ask for supplement",
    "决定": "Decide",
    "送达": "Deliver",
    "现场核查": "Site check",
    "开办餐饮店": "Opening a restaurant",
    "一件事": "Bundle",
}
PERSON_ID = "420111199003070017"


def number(count: int, day: date = TODAY) -> str:
    """A case number of this terminal."""
    return make("420118", day, "0012", count)


OTHERS = (number(8), number(9))
"""Of the same bundle, and of the same visit."""
