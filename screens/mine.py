"""A person's own lists: my cases with the prefiles that are on their way, and my companies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from casework.messages import t
from screens.canvas import Part
from screens.cases import case_table, whole
from screens.desk import CompanyRow, Done, IntakeForm, Page, QueueRow, Refused
from screens.intake import empty_form
from screens.listing import ListScreen, whole_page
from screens.performing import perform
from screens.prefiles import take_prefile
from screens.queue import case_side
from screens.side import Side
from screens.table import Column, Table

if TYPE_CHECKING:
    from screens.app import ConsoleApp


class MineScreen(ListScreen):
    """My cases; of one company where it is named. Enter opens, `.` urges, F6 shows the companies."""

    PLACE = "mine"

    def __init__(self, company: CompanyRow | None = None) -> None:
        super().__init__()
        self.company = company
        self.side = Side()
        self.table = case_table("screens.mine.empty", self._moved)

    def heading(self) -> str:
        """Whose, and how many."""
        title = self.company.name if self.company else t("screens.title.mine")
        return f"{title} ({self.table.total})"

    async def rows_after(self, after: str) -> Page[Any]:
        """All of them."""
        return await (self.desk.cases_of(self.company.id) if self.company else self.desk.mine())

    def _moved(self, row: QueueRow | None) -> None:
        self.side.show(case_side(row))
        self.murmur(whole(row) if row else "", again=self.table.reading)

    async def act_open(self) -> None:
        """Enter: the case, or the prefile in the intake form."""
        row: QueueRow | None = self.table.row
        if row is not None and row.prefile:
            await take_prefile(self.console_app, row.prefile)
        elif row is not None:
            await self.console_app.open_case(row.number)

    async def act_urge(self) -> None:
        """`.`: ask the post that has it to hurry."""
        row: QueueRow | None = self.table.row
        offers = await self.desk.offers((row.number,)) if row is not None and not row.prefile else ()
        act = next((act for one in offers for act in one.acts if act.code == "nudge"), None)
        if row is None or act is None:
            self.app.bell()
            place = "prefile" if row is not None and row.prefile else "ended" if row is not None else "none"
            self.say(t(f"screens.mine.no_nudge.{place}"), "warn")
            return
        number = row.number

        async def submit(data: dict[str, str]) -> Done | Refused:
            return await self.desk.act(number, "nudge", data)

        async def after(done: Done) -> None:
            await self.arrive()
            self.answer(done)

        await perform(self.console_app, f"{row.item} {row.applicant}", act, submit, after, number)

    async def act_companies(self) -> None:
        """F6: the companies."""
        await self.console_app.show(CompaniesScreen())


COLUMNS = (
    Column("screens.column.applicant", 20, grows=True),
    Column("screens.column.identity", 20),
    Column("screens.column.cases", 6),
    Column("screens.column.open", 6),
    Column("screens.column.last", 10),
)


def _cells(row: CompanyRow) -> Sequence[Part]:
    return (
        (row.name, ""), (row.shown_id, "dim"), (str(row.cases), ""), (str(row.open) if row.open else "", "strong"),
        (row.last, "dim"),
    )  # fmt: skip


class CompaniesScreen(ListScreen):
    """My companies: Enter shows the cases of one, n begins a new one for it."""

    PLACE = "companies"
    PANEL = False

    def __init__(self) -> None:
        super().__init__()
        self.table = Table(COLUMNS, lambda row: str(row.id), _cells, empty="screens.companies.empty")

    async def arrive(self) -> None:
        """Read the list."""
        await super().arrive()
        self.say(t("screens.companies.hint") if self.table.rows else "", "dim")

    async def rows_after(self, after: str) -> Page[Any]:
        """All of them."""
        return whole_page(await self.desk.my_companies())

    async def act_open(self) -> None:
        """Enter: its cases."""
        if self.table.row is not None:
            await self.console_app.show(MineScreen(self.table.row))

    async def act_for_company(self) -> None:
        """n: a new application of it."""
        if self.table.row is not None:
            await begin_for(self.console_app, self.table.row.id)


async def begin_for(app: ConsoleApp, identity: str) -> None:
    """A new form with that applicant in it; a form that is under way is not pushed aside."""
    known = await app.desk.known_applicant(identity)
    if known is None:
        return
    form = await empty_form(app)
    if form is not None:
        await form.begin("", IntakeForm(applicant=known.party))
        form.say(t("screens.mine.begun", name=known.party.name), "good")
