"""Applications before their number: the list, the look at their papers, the list that the applicant takes home."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from casework.messages import t
from casework.short_codes import read_code
from screens.canvas import Part
from screens.desk import ActView, Done, Page, PrefileRow, Refused
from screens.intake import empty_form
from screens.listing import ListScreen, whole_page
from screens.performing import perform
from screens.side import Side, titled
from screens.table import Column, Table

if TYPE_CHECKING:
    from screens.app import ConsoleApp

COLUMNS = (
    Column("screens.column.code", 10),
    Column("screens.column.item", 8, grows=True),
    Column("screens.column.applicant", 14),
    Column("screens.column.state", 10),
    Column("screens.column.defects", 6),
    Column("screens.column.touched", 18),
)


def _cells(row: PrefileRow) -> Sequence[Part]:
    return (
        (row.code, "strong"),
        (f"{row.item} {row.item_name}", ""),
        (row.applicant, ""),
        (row.state, ""),
        (t("screens.prefiles.defects", n=len(row.defects)) if row.defects else "", "warn"),
        (row.touched, "dim"),
    )


class PrefilesScreen(ListScreen):
    """Enter goes on with one at this window."""

    PLACE = "prefiles"

    def __init__(self) -> None:
        super().__init__()
        self.side = Side()
        self.table = Table(
            COLUMNS, lambda row: str(row.code), _cells, empty="screens.prefiles.empty", moved=self._moved
        )

    async def rows_after(self, after: str) -> Page[Any]:
        """All of them."""
        return whole_page(await self.desk.prefiles())

    def _moved(self, row: PrefileRow | None) -> None:
        if row is None:
            self.side.show([])
            self.murmur(t("screens.prefiles.none"), again=self.table.reading)
            return
        lines = titled("screens.column.code", [row.code, row.state])
        lines += titled("screens.column.item", [f"{row.item} {row.item_name}"])
        self.side.show(lines + titled("screens.column.defects", [f"- {one}" for one in row.defects], "warn"))
        defects = t("words.list", names=list(row.defects))
        told = (f"{row.item} {row.item_name}", row.applicant, defects)
        self.murmur(" | ".join(one for one in told if one), again=self.table.reading)

    async def act_open(self) -> None:
        """Enter: take it, the form opens with everything there."""
        if self.table.row is not None:
            await take_prefile(self.console_app, self.table.row.code)

    async def act_look_through(self) -> None:
        """c: its papers one by one."""
        await self._perform(self.desk.prefile_check, self.desk.check_prefile)

    async def act_close_file(self) -> None:
        """x: nobody goes on with it; by its code it is found all the same."""
        await self._perform(self.desk.prefile_close, self.desk.close_prefile)

    async def _perform(
        self,
        asked: Callable[[str], Awaitable[ActView | Refused]],
        done: Callable[[str, dict[str, str]], Awaitable[Done | Refused]],
    ) -> None:
        """An act on the marked line: its form, and what becomes of it."""
        row: PrefileRow | None = self.table.row
        if row is None:
            return
        act = await asked(row.code)
        if isinstance(act, Refused):
            self.answer(act)
            return

        async def submit(data: dict[str, str]) -> Done | Refused:
            return await done(row.code, data)

        await perform(self.console_app, f"{row.code} {row.item_name}", act, submit, self._done, row.code)

    async def _done(self, done: Done) -> None:
        await self.arrive()
        self.answer(done)

    async def act_print_list(self) -> None:
        """p: the list that the applicant takes home."""
        if self.table.row is not None:
            self.answer(await self.desk.print_preparation(self.table.row.code))

    async def act_show_list(self) -> None:
        """F7: look at that list."""
        row: PrefileRow | None = self.table.row
        if row is None:
            return
        from screens.text import TextScreen

        text = await self.desk.preparation_preview(row.code)
        if isinstance(text, Refused):
            self.answer(text)
            return

        async def read() -> str:
            return text

        await self.console_app.show(TextScreen("screens.title.preparation", read))


async def take_prefile(app: ConsoleApp, code: str) -> None:
    """Go on with a prefile in the intake form; a form that is under way there is not pushed aside."""
    if app.person is not None and app.person.takes_in and "prefile.taken" in app.person.may_not:
        app.bell()
        app.frame.say(t("screens.act.not_yours"), "warn")
        return
    form = await empty_form(app)
    if form is None:
        return
    answer = await app.desk.take_prefile(code)
    if isinstance(answer, Refused):
        app.bell()
        form.answer(answer)
        return
    agent = answer.form.agent is None and answer.form.situations.get("agent") == "yes"
    await form.take_over(answer.form, "agent.id" if agent else answer.field)
    await form.save_draft()
    form.say(t("screens.prefiles.taken", code=code), "good")


async def take_scanned(app: ConsoleApp, code: str) -> bool:
    """Go on with the prefile whose list was scanned; False where there is none."""
    page = await app.desk.search(code)
    if not any(read_code(row.prefile) == code for row in page.rows):
        return False
    await take_prefile(app, code)
    return True
