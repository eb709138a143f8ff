"""The half of the fake desk that acts on several cases at once, and on one that has moved meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field

from casework.messages import Message
from screens.desk import (
    ActView,
    CaseView,
    CompanyRow,
    Conflict,
    Done,
    Field,
    HistoryLine,
    Offered,
    Page,
    QueueRow,
    Refused,
    Side,
)
from tests.screens.fake_prefiles import CODE, COMPANY, FakePrefiles


@dataclass
class FakeActing(FakePrefiles):
    """`not_for`: acts that a case does not offer; `refused`: cases on which every act is refused, and why;
    `moves_next`: the next act finds that the case has moved."""

    not_for: dict[str, frozenset[str]] = field(default_factory=dict)
    refused: dict[str, Message] = field(default_factory=dict)
    moves_next: bool = False
    acted: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    refuse_next: Message | None = None

    async def case(self, number: str) -> CaseView | Refused:
        raise NotImplementedError

    async def act(
        self, number: str, action: str, data: dict[str, str], seen: frozenset[str] = frozenset()
    ) -> Done | Refused:
        await self._asked(f"act {action}")
        if self.moves_next:
            self.moves_next = False
            facts = {"who": "周晓", "at": "10:44", "what": self.w("审核")}
            return Refused(Message("moved.since", facts), conflict=self.moved(number))
        if self.refuse_next is not None:
            refusal, self.refuse_next = self.refuse_next, None
            return Refused(refusal, "reason")
        if number in self.refused:
            return Refused(self.refused[number])
        self.acted.append((number, action, data))
        return Done(Message("screens.posts.serving", {"posts": action}))

    def moved(self, number: str, why: str = "") -> Conflict:
        """Somebody else has examined it."""
        zh = self.language == "zh_CN"
        post, examine, decide = self.w("商事科"), self.w("审核"), self.w("决定")
        sides = (
            Side("状态" if zh else "State", self.w("已受理"), self.w("已受理")),
            Side("在哪里" if zh else "Where", f"{post} {examine}", f"{post} {decide}"),
            Side("经办人" if zh else "Who has it", "-", "周晓"),
        )
        words = "材料齐全，符合条件" if zh else "complete, as the law asks"
        news = (
            HistoryLine("11-23 10:43", "周晓", "领取" if zh else "Taken"),
            HistoryLine("11-23 10:44", "周晓", examine, words),
        )
        look = "这一步仍可办理：看清变化后再定。" if zh else "It can still be done: decide after reading what changed."
        return Conflict(number, sides, news, why, look, frozenset({"f1"}))

    async def conflict(self, number: str) -> Conflict | None:
        why = "别处已办理" if self.language == "zh_CN" else "done elsewhere"
        return self.moved(number, why) if number in self.refused else None

    async def offers(self, numbers: tuple[str, ...]) -> tuple[Offered, ...]:
        zh = self.language == "zh_CN"
        note = Field("note", "备注" if zh else "Note")
        post = Field("post", "转到" if zh else "To", required=True)
        found = []
        for number in numbers:
            own = Field("receiver", "收件人" if zh else "Receiver", required=True, value=f"张{number[-4:-2]}")
            paper = Field(f"line.{number[-4:]}", "材料" if zh else "Paper")
            acts = (
                ActView("examine", self.w("审核"), fields=(note,)),
                ActView("reassign", "改派" if zh else "Reassign", fields=(post,)),
                ActView("deliver", self.w("送达"), fields=(own,), prints=True),
                ActView("accept", self.w("受理")),
                ActView("nudge", "催办" if zh else "Urge", fields=(Field("text", "说明", value="请尽快"),)),
                ActView("supplement", self.w("一次性告知补正"), fields=(paper,), prints=True),
                ActView("decide", self.w("决定"), False, Message("screens.act_form.off")),
            )
            without = self.not_for.get(number, frozenset())
            found.append(Offered(number, tuple(act for act in acts if act.code not in without)))
        return tuple(found)

    def _row(self, n: int) -> QueueRow:
        raise NotImplementedError

    async def mine(self) -> Page[QueueRow]:
        prefile = QueueRow(CODE, "A02", self.w("公司变更登记"), "张*", "", "", "none", "", "", False, prefile=CODE)
        rows = (prefile, *(self._row(n) for n in range(3)))
        return Page(rows, len(rows))

    async def my_companies(self) -> tuple[CompanyRow, ...]:
        return (
            CompanyRow(COMPANY, "武汉光谷某某餐饮管理有限公司", COMPANY, 3, 1, "2026-11-20"),
            CompanyRow("420111199003070017", "张*", "420111********0017", 1, 0, "2026-10-02"),
        )

    async def cases_of(self, identity: str) -> Page[QueueRow]:
        rows = (self._row(2),)
        return Page(rows, len(rows))
