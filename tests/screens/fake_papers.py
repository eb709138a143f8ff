"""The half of the fake desk that prints, and that holds what the hall refused."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from casework.messages import Message, t
from casework.numbers import printed
from screens.desk import (
    ActView,
    Done,
    Field,
    PrintRow,
    Refused,
    TrayRow,
)
from tests.screens.fake_acting import FakeActing
from tests.screens.fake_hall import FakeHall
from tests.screens.fake_words import number


@dataclass
class FakePapers(FakeActing, FakeHall):
    """`settled`, `prints_settled`: nothing is left in the tray, or of the prints; `opened`: an entry was looked at."""

    printed: list[tuple[str, str]] = field(default_factory=list)
    settled: bool = False
    prints_settled: bool = False
    opened: bool = False
    supervises: bool = False
    revision: int = 0

    # Papers

    async def paper_preview(self, number: str, kind: str) -> str | Refused:
        return (
            f"        {self.w('接收回执' if kind == 'receipt' else '受理通知书')}\n\n编号  {number}\n||| || ||| | ||\n"
        )

    async def print_paper(self, number: str, kind: str) -> Done | Refused:
        await self._asked(f"print {kind}")
        self.printed.append((number, kind))
        return Done(Message("screens.case.printed", {"n": 1, "last": "10:42"}))

    # Tray

    async def prints(self) -> tuple[PrintRow, ...]:
        await self._asked("prints")
        if self.prints_settled:
            return ()

        def way(code: str, name: str, *fields: Field, **facts: str) -> ActView:
            return ActView(code, t(name, **facts), fields=fields, notes=(t(f"{name}.tip"),))

        drop = ActView("drop", t("prints.way.drop"), fields=(Field("reason", t("prints.reason_field"), required=True),))
        again, move = way("again", "prints.way.again.waiting"), way("move:papers", "prints.way.move", printer="papers")
        out, marked = way("out", "prints.way.out"), way("again", "prints.way.again.unsure")
        dead = t("papers.error.printer", printer="till", reason="timed out")
        broke = t("papers.unsure.broke", printer="till", reason="reset")
        states = {state: t(f"prints.state.{state}") for state in ("waiting", "unsure")}
        receipt, notice = t("paper.receipt"), t("paper.acceptance")
        return (
            PrintRow("1", receipt, printed(number(1)), states["waiting"], True, "11-23 10:30", 720, "till", dead, 4,
                     (again, move, drop)),
            PrintRow("2", notice, printed(number(2)), states["unsure"], True, "11-23 10:41", 65, "till", broke, 1,
                     (out, marked, drop)),
        )  # fmt: skip

    async def settle_print(self, entry: str, way: str, data: dict[str, str]) -> Done | Refused:
        await self._asked(f"settle print {entry} {way} {data}")
        self.prints_settled = True
        return Done(Message("prints.again"))

    async def tray(self) -> tuple[TrayRow, ...]:
        if self.settled:
            return ()
        zh = self.language == "zh_CN"
        ways = (
            ActView("withdraw", "撤回" if zh else "Withdraw", grave=True),
            ActView(
                "amend",
                "更正后重报" if zh else "Amend",
                fields=(Field("reason", "更正说明" if zh else "What is mended", required=True),),
            ),
        )
        why = "2026-11-20 起授权已停止，由李国强(商事科)受理" if zh else "The authorisation ended on 2026-11-20"
        age, level = ("1工作日", "本岗位") if zh else ("1 days", "post")
        told = (
            ("受理 授权 2026-3", "2026-11-23 10:40 07号窗口 张敏")
            if zh
            else ("accepted", "2026-11-23 10:40, window 07")
        )
        row = TrayRow("e1", number(2), "refused", self.w("受理"), why, "11-23 10:40", ways, age, level, window="07")
        doubles = (self.double(number(3), number(5)),) if self.supervises else ()
        return (msgspec.structs.replace(row, told=told) if self.opened else row, *doubles)

    async def tray_entry(self, entry: str) -> TrayRow | Refused:
        self.opened = True
        row = next((row for row in await self.tray() if row.entry == entry), None)
        return row or Refused(Message("screens.tray.empty"))

    async def resolve(self, entry: str, way: str, data: dict[str, str]) -> Done | Refused:
        await self._asked(f"resolve {way}")
        self.settled = True
        self.revision += 1
        return Done(Message("screens.tray.empty"))
