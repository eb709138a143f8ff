"""The half of the fake desk that has applications before their number."""

from __future__ import annotations

from dataclasses import dataclass, field

from casework.messages import Message
from screens.desk import ActView, Done, Draft, Field, IntakeForm, Party, PrefileRow, Refused

COMPANY = "91110000600037341L"
CODE = "7H2K-9QWD"


@dataclass
class FakePrefiles:
    """One prefile; what was put aside is taken up again. `looked`: what was said of its papers."""

    language: str = "zh_CN"
    parked: list[IntakeForm] = field(default_factory=list)
    looked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    printed: list[tuple[str, str]] = field(default_factory=list)

    def w(self, chinese: str) -> str:
        """A word in the present language."""
        raise NotImplementedError

    async def _asked(self, what: str) -> None:
        raise NotImplementedError

    async def discard_draft(self) -> None:
        raise NotImplementedError

    async def park(self, form: IntakeForm, field: str = "") -> Done | Refused:
        await self._asked("park")
        self.parked.append(form)
        await self.discard_draft()
        return Done(Message("desk.parked", {"code": CODE}))

    async def prefiles(self, text: str = "") -> tuple[PrefileRow, ...]:
        zh = self.language == "zh_CN"
        defect = "平面图没有标出口" if zh else "the plan shows no exits"
        state = "已审" if zh else "checked"
        return (PrefileRow(CODE, "A02", self.w("公司变更登记"), "张*", state, (defect,), "11-23 10:42 张敏"),)

    async def take_prefile(self, code: str) -> Draft | Refused:
        await self._asked(f"take {code}")
        form = self.parked[-1] if self.parked else IntakeForm(item="A02", applicant=Party("entity", COMPANY, "某某"))
        return Draft(form, "applicant.phone", "10:42")

    async def prefile_check(self, code: str) -> ActView | Refused:
        papers = (Field("A02-01", self.w("申请书")), Field("A02-02", "股东会决议", value="没有签字"))
        return ActView("check-prefile", "审查预审件" if self.language == "zh_CN" else "Look through", fields=papers)

    async def check_prefile(self, code: str, data: dict[str, str]) -> Done | Refused:
        self.looked.append((code, data))
        return Done(Message("desk.prefile_defects", {"code": code, "n": 1}))

    async def prefile_close(self, code: str) -> ActView | Refused:
        name = "预审件了结" if self.language == "zh_CN" else "Prefile closed"
        return ActView("close-prefile", name, fields=(Field("reason", self.w("原因"), required=True),))

    async def close_prefile(self, code: str, data: dict[str, str]) -> Done | Refused:
        self.looked.append((code, data))
        return Done(Message("desk.prefile_closed", {"code": code}))

    async def preparation_preview(self, code: str) -> str | Refused:
        return f"准备清单 {code}"

    async def print_preparation(self, code: str) -> Done | Refused:
        self.printed.append((code, "preparation"))
        return Done(Message("desk.printing", {"paper": "准备清单"}))
