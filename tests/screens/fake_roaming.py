"""The half of the fake desk that knows who sits there, what waits for her, and the hand-over at a shift's end."""

from __future__ import annotations

from dataclasses import dataclass, field

from casework.messages import Message, t
from screens.desk import ActView, Choice, Done, Field, Page, PrefileRow, QueueFilter, QueueRow, Refused
from screens.post_views import HandedOver, HandoverLine, HandoverRow, PrinterRow, Settings, Waiting

NAMES = {"1001": "张敏", "2001": "李国强"}

_PRINTERS = (Choice("papers", "papers"), Choice("A5", "A5"))


@dataclass
class FakeRoaming:
    """Two people. `put_aside`: the forms that wait for whoever sits there; `given`: what was handed over, to whom."""

    language: str = "zh_CN"
    put_aside: tuple[PrefileRow, ...] = ()
    handed: tuple[QueueRow, ...] = ()
    given: list[tuple[str, tuple[str, ...], str]] = field(default_factory=list)
    sheets: int = 0
    kept: Settings = field(default_factory=lambda: Settings(printer="papers", printers=_PRINTERS))

    async def queue(self, where: QueueFilter, after: str = "", limit: int = 200) -> Page[QueueRow]:
        raise NotImplementedError

    async def badge(self, number: str) -> str:
        return NAMES.get(number, "")

    async def settings(self) -> Settings:
        return self.kept

    async def keep_settings(self, wanted: Settings) -> Done | Refused:
        if wanted.idle_minutes > 60:
            return Refused(Message("settings.idle", {"least": 1, "most": 60}))
        self.kept = wanted
        return Done(Message("settings.kept"))

    async def printers(self) -> tuple[PrinterRow, ...]:
        zh = self.language == "zh_CN"
        test = ActView("test", t("printers.way.test"), notes=(t("printers.way.test.tip"),))
        till = PrinterRow("till", t("printers.kind.tcp"), "10.0.0.8", t("printers.form.escpos"), "80mm", ways=(test,))
        rest, lacking = t("printers.takes.rest"), t("papers.error.no_spool", printer="laser")
        laser = PrinterRow(
            "laser",
            t("printers.kind.spool"),
            "二楼" if zh else "2nd floor",
            t("printers.form.pdf"),
            rest,
            lacking,
            (test,),
        )
        return (laser, till)

    async def new_printer(self) -> ActView:
        kinds = (Choice("folder", t("printers.kind.folder")), Choice("tcp", t("printers.kind.tcp")))
        kind = Field("kind", t("printers.field.kind"), "choice", choices=kinds, value="tcp")
        host = Field("host", t("printers.field.host"), help=t("printers.field.host.help"), when="kind=tcp")
        return ActView("add", t("printers.way.add"), fields=(Field("name", t("printers.field.name")), kind, host))

    async def do_printer(self, name: str, act: str, data: dict[str, str]) -> Done | Refused:
        return Done(Message("printer.test_queued", {"name": name}))

    async def waiting(self) -> Waiting:
        return Waiting(self.put_aside, self.handed)

    async def unlock(self, number: str) -> Done | Refused:
        return Done(Message("people.unlocked", {"name": number}))

    async def takers(self) -> tuple[Choice, ...]:
        posts = "综合窗口、出件窗" if self.language == "zh_CN" else "Window, Delivery"
        return (Choice("1002", f"王芳  {posts}"), Choice("2001", f"李国强  {posts}"))

    async def handover_items(self) -> tuple[HandoverRow, ...]:
        rows = (await self.queue(QueueFilter())).rows[:6]
        return tuple(HandoverRow(row, at < 3) for at, row in enumerate(rows))

    async def hand_over(self, to: str, numbers: tuple[str, ...], note: str) -> HandedOver | Refused:
        self.given.append((to, numbers, note))
        rows = {row.number: row for row in (await self.queue(QueueFilter())).rows}
        stays = Message("handover.other_post", {"name": "王芳"})
        lines = tuple(
            HandoverLine(n, f"{rows[n].item} {rows[n].item_name}", rows[n].applicant, None if at else stays)
            for at, n in enumerate(numbers)
        )
        return HandedOver("王芳", lines)

    async def print_handover(self) -> Done | Refused:
        self.sheets += 1
        return Done(Message("desk.printing", {"paper": Message("paper.shift"), "mark": ""}))
