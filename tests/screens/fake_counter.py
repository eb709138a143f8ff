"""The half of the fake desk that has an agent's file and the end of the day."""

from __future__ import annotations

from datetime import date

from casework.messages import Message
from casework.numbers import make
from screens.counter_views import BatchRow, BatchView, DayRow, DayView, FileRow
from screens.desk import Done, IntakeForm, Refused

NUMBER = make("420118", date(2026, 11, 23), "0012", 42)


class FakeCounter:
    """One folder with one file of four lines; a day with two differences."""

    language: str = "zh_CN"
    batches: list[tuple[int, ...]]
    looked_through = False

    def w(self, chinese: str) -> str:
        """A word in the present language."""
        raise NotImplementedError

    async def batch_files(self, text: str) -> tuple[FileRow, ...]:
        if not text:
            return (FileRow("~/下载/", "下载/", folder=True),)
        return (FileRow("~/下载/代办1123.csv", "代办1123.csv", size="12 KB", changed="11-23 10:42"),)

    async def batch_open(self, path: str) -> BatchView | Refused:
        self.looked_through = False
        return BatchView("代办1123.csv", 4)

    async def batch_look(self) -> tuple[BatchRow, ...] | Refused:
        if self.looked_through:
            return ()
        self.looked_through = True
        zh = self.language == "zh_CN"
        same = "申请人已有同一事项的件" if zh else "The applicant has an open case"
        bad = "统一社会信用代码校验位不对" if zh else "The check digit is wrong"
        ready = "可以收" if zh else "ready"
        return (
            BatchRow(2, "K1", "D01", "光谷小馆", "ready", ready),
            BatchRow(3, "K2", "D01", "老面馆公司", "warn", same),
            BatchRow(4, "K3", "A01", "光谷创投公司", "wrong", bad),
            BatchRow(5, "K4", "D01", "欧阳建国", "ready", ready),
        )

    async def batch_take(self, lines: tuple[int, ...]) -> tuple[BatchRow, ...] | Refused:
        self.batches.append(lines)
        said = "已收" if self.language == "zh_CN" else "taken in"
        return tuple(BatchRow(n, f"K{n - 1}", "D01", "光谷小馆", "done", said, NUMBER) for n in lines)

    async def batch_end(self) -> Done | Refused:
        return Done(Message("batch.ended_refused", {"good": 3, "bad": 1, "file": "代办1123.refused.csv"}))

    async def batch_print(self, lines: tuple[int, ...]) -> int | Refused:
        return len(lines)

    async def act_preview(self, number: str, action: str, data: dict[str, str]) -> str | Refused:
        return f"一次性告知书\n{number}"

    async def intake_preview(self, form: IntakeForm) -> str | Refused:
        return f"接收回执\n{form.item}"

    async def day_end(self, day: str = "") -> DayView | Refused:
        zh = self.language == "zh_CN"
        cases = ((self.w("商事登记"), "12", "11", "1", "0", "0"), (self.w("单一事项"), "7", "7", "0", "0", "0"))
        papers = ((self.w("接收回执"), "15", "14", "1", "0", "2"), (self.w("受理通知书"), "4", "4", "0", "0", "0"))
        differences = (
            DayRow(NUMBER, "A02", "张*", "接收回执 已打印，件还没送到大厅" if zh else "receipt printed, not sent"),
            DayRow(NUMBER, "D01", "李**", "没有打印任何文书" if zh else "no paper was printed"),
        )
        warning = "3 条没有送出，最久 2分" if zh else "3 are not sent, the oldest for 2 minutes"
        return DayView("2026-11-23", cases, papers, differences, (warning,))

    async def day_preview(self, day: str = "") -> str | Refused:
        return f"日终核对单\n{NUMBER}"

    async def print_day(self, day: str = "") -> Done | Refused:
        return Done(Message("desk.printing", {"paper": "日终核对单"}))
