"""The start screen: what waits at my posts, most pressing first."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec

from casework.case import APPLICANT
from casework.limits import LIMITS
from casework.messages import t
from casework.numbers import printed
from screens.cases import case_table, whole
from screens.desk import Page, QueueFilter, QueueRow
from screens.listing import ListScreen
from screens.side import Side, titled

_LIGHTS = ("", "black", "red", "yellow", "green")


@dataclasses.dataclass(frozen=True)
class _Source:
    """The pages of one filter."""

    screen: QueueScreen
    where: QueueFilter

    async def __call__(self, after: str) -> Page[Any]:
        return await self.screen.desk.queue(self.where, after)


class QueueScreen(ListScreen):
    """The list; beside it at 120 columns the case under the cursor."""

    PLACE = "queue"

    def __init__(self) -> None:
        super().__init__()
        self.where = QueueFilter()
        self._told = ""
        self._post_names: dict[str, str] = {}
        self.side = Side()
        self.table = case_table("screens.queue.empty", self._moved, marks=True)

    def heading(self) -> str:
        """The title with the filters that are on, and how many there are."""
        words = [t("screens.title.queue")]
        person = self.console_app.person
        if self.where.post == APPLICANT:
            words.append(t("screens.queue.applicant"))
        elif self.where.post and person is not None:
            names = {**self._post_names, **{post.code: post.text for post in person.posts}}
            words.append(names.get(self.where.post, self.where.post))
        elif person is not None and person.supervises:
            words.append(t("screens.queue.all_posts"))
        if self.where.light:
            words.append(t(f"screens.light.{self.where.light}"))
        sitting = sum(1 for row in self.table.rows if row.sits)
        words += [t("screens.queue.sitting", n=sitting)] if sitting else []
        words += [t("screens.queue.marked", n=len(self.table.marked))] if self.table.marked else []
        return " / ".join(words) + f" ({self.table.total})"

    async def arrive(self) -> None:
        """Read the list."""
        await self.table.load(_Source(self, self.where))
        self.dress()

    def _moved(self, row: QueueRow | None) -> None:
        self.side.show(case_side(row))
        key, person = row.number if row else "", self.console_app.person
        begin = "screens.queue.begin" if person is None or person.takes_in else "screens.queue.look"
        same, self._told = key == self._told, key
        self.murmur(whole(row) if row else t(begin), again=same)

    async def act_open(self) -> None:
        """Enter: that case, and it is hers (S23); where somebody else has it, to be read."""
        if self.table.row is not None:
            from screens.case import open_and_take

            await open_and_take(self.console_app, self.table.row.number)

    async def act_new(self) -> None:
        """A new intake."""
        await self.console_app.everywhere.act_go_intake()

    async def act_visit_next(self) -> None:
        """v: the next case of the visitor who is here."""
        from screens.saved import next_of_visit

        await next_of_visit(self.console_app)

    async def act_tray(self) -> None:
        """What the hall refused."""
        await self.console_app.everywhere.act_go_tray()

    async def act_prefiles(self) -> None:
        """The applications before their number."""
        await self.console_app.everywhere.act_go_prefiles()

    async def act_mark(self) -> None:
        """Space: mark the case under the cursor, or take the mark away; the cursor goes on."""
        if not self.table.mark(LIMITS.batch_cases):
            self.app.bell()
            self.say(t("screens.queue.enough", n=LIMITS.batch_cases), "warn")
            return
        self._tell_marks()

    def _tell_marks(self) -> None:
        self.dress()
        if self.table.marked:
            self.say(t("screens.queue.marked_hint", n=len(self.table.marked)), "good")
        else:
            self.say(t("screens.queue.unmarked"), "dim")

    async def act_mark_all(self) -> None:
        """a: mark all that are listed, or take all marks away."""
        await self.table.mark_all(LIMITS.batch_cases)
        self._tell_marks()

    async def act_batch(self) -> None:
        """d: one act on all marked cases."""
        marked = self.table.marked
        if not marked:
            self.say(t("screens.queue.none_marked"), "warn")
            return
        from screens.batch import BatchScreen

        await self.console_app.show(BatchScreen(tuple(marked.values()), self._done_with))

    def _done_with(self, number: str) -> None:
        """What is done is no longer marked; what was refused stays so."""
        if self.table.marked is not None:
            self.table.marked.pop(number, None)

    async def act_agent_files(self) -> None:
        """b: a file of applications that an agent has brought."""
        from screens.agent_files import AgentFilesScreen

        await self.console_app.show(AgentFilesScreen())

    async def act_day_end(self) -> None:
        """e: the end of the day at this window."""
        from screens.day_end import DayEndScreen

        await self.console_app.show(DayEndScreen())

    async def act_mine(self) -> None:
        """m: her own cases and prefiles."""
        from screens.mine import MineScreen

        await self.console_app.show(MineScreen())

    async def act_filter_post(self) -> None:
        """The next of my posts, then what waits for the applicant, then all."""
        person = self.console_app.person
        if person is not None and person.supervises:
            await self._pick_post()
            return
        posts = ["", *(person.shift if person else ()), APPLICANT]
        now = posts.index(self.where.post) if self.where.post in posts else 0
        self.table.unmark()
        self.where = msgspec.structs.replace(self.where, post=posts[(now + 1) % len(posts)])
        await self.arrive()

    async def _pick_post(self) -> None:
        """A supervisor picks one of all posts at which something waits, the fullest first."""
        from screens.menu import MenuScreen, Option

        found = await self.desk.waiting_posts()

        def options() -> list[Option]:
            rows = [
                Option(one.code, one.name, str(one.count), t("screens.queue.oldest", day=one.oldest)) for one in found
            ]
            return [
                Option("", t("screens.queue.all_posts"), str(sum(one.count for one in found if one.of_hall))),
                *rows,
            ]

        async def take(code: str) -> None:
            self._post_names = {one.code: one.name for one in found}
            self.table.unmark()
            self.where = msgspec.structs.replace(self.where, post=code)
            await self.arrive()

        await self.console_app.show(MenuScreen("screens.queue.pick_post", options, take))

    async def act_filter_light(self) -> None:
        """The next light, then all."""
        now = _LIGHTS.index(self.where.light)
        self.table.unmark()
        self.where = msgspec.structs.replace(self.where, light=_LIGHTS[(now + 1) % len(_LIGHTS)])
        await self.arrive()


def case_side(row: QueueRow | None) -> list[list[tuple[str, str]]]:
    """The panel of a list of cases."""
    if row is None:
        return []
    lines = titled("screens.side.case", [printed(row.number) if len(row.number) == 22 else row.number])
    lines += titled("screens.column.item", [f"{row.item} {row.item_name}"])
    lines += titled("screens.column.applicant", [row.applicant])
    lines += titled("screens.column.state", [row.state, row.place])
    return lines + titled("screens.column.due", [one for one in (row.due, row.left) if one])
