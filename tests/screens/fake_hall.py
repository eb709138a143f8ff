"""The whole hall as the fake desk shows it: posts, people to call, the close of the day."""

from __future__ import annotations

from casework.messages import Message, t
from casework.numbers import printed
from screens.desk import (
    ActView,
    CallView,
    Choice,
    ClosingLine,
    ClosingView,
    Done,
    Field,
    PostCount,
    Refused,
    Side,
    TrayRow,
)


class FakeHall:
    """The part of the fake desk that sees more than this window."""

    plugged_in: bool
    calls: tuple[CallView, ...] = ()
    called: tuple[tuple[str, str], ...] = ()

    async def waiting_posts(self) -> tuple[PostCount, ...]:
        return (
            PostCount("business", t("module.business"), 17, "11-20"),
            PostCount("single", t("module.single"), 9, "11-18"),
            PostCount("applicant", t("board.applicant"), 4, "11-12", of_hall=False),
        )

    async def colleagues(self) -> tuple[Choice, ...]:
        return (
            Choice("2001", f"赵敏  {t('module.business')}"),
            Choice("2002", f"钱伟  {t('module.single')}"),
            Choice("3001", f"周杰  {t('screens.queue.all_posts')}"),
        )

    async def call(self, to: str, number: str) -> Done | Refused:
        self.called = (*self.called, (to, number))
        return Done(Message("call.made", {"name": to}))

    async def answer_call(self) -> Done | Refused | None:
        if not self.calls:
            return None
        self.calls = ()
        return Done(Message("call.answered", {"window": "12", "name": "王芳"}))

    async def closing(self) -> ClosingView:
        open_ = (t("closing.unsent", n=3, since="11-23 10:02"), t("closing.prints", n=2))
        mine = ClosingLine("07", (t("closing.forms", n=1),), "11-23 10:42")
        if not self.plugged_in:
            return ClosingView((mine,), (), Message("closing.line_down"))
        quiet = (t("closing.silent", n=95, since="11-23 09:07"),)
        windows = (
            mine,
            ClosingLine("12", open_, "11-23 10:41"),
            ClosingLine("15", quiet, "11-23 09:07"),
            ClosingLine("03", (), "11-23 10:42"),
        )
        return ClosingView(windows, (t("closing.parked", code="7H2K-9QWD", name="王芳", at="11-23 10:12"),))

    def double(self, earlier: str, later: str) -> TrayRow:
        """The same applicant and item, taken in at two windows."""
        fields = (Field("reason", t("field.reason"), required=True),)
        why = t(
            "doubles.why",
            who="某某餐饮管理有限公司",
            number=printed(earlier),
            at="11-23 09:12",
            state=t("state.accepted"),
        )
        taken = [t("tray.made", who=who, at=at, window=window) for who, at, window in (
            ("张敏", "11-23 09:12", "07"), ("王芳", "11-23 10:31", "12"),
        )]  # fmt: skip
        sides = (
            Side(t("doubles.taken"), *taken),
            Side(t("doubles.agent"), "-", "刘洋"),
            Side(t("moved.state"), t("state.accepted"), t("state.received")),
            Side(t("moved.place"), t("module.single"), t("module.single")),
            Side("经营场所", "珞喻路3号", "珞喻路3号一层"),
        )
        ways = tuple(
            ActView(way, t(f"act.{way}"), fields=fields, grave=True, notes=(t(f"act.note.{way}"),))
            for way in ("void-later", "void-earlier", "tell-apart")
        )
        return TrayRow(
            "double",
            later,
            "duplicate",
            "D01 食品经营许可",
            why,
            "11-23 10:31",
            ways,
            t("tray.age.days", n=1),
            other=earlier,
            sides=sides,
            window="12",
        )
