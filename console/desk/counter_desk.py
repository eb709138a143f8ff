"""The desk behind the screens: the counter's use cases in the words of `screens.desk`.

Lists, cases, papers and the tray; who sits here is `console.desk.roaming`, what takes applications in
`console.desk.taking`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

import msgspec

from casework import codes, numbers
from casework.ambient import moment
from casework.beside import FLAGGED
from casework.messages import Message, t
from casework.papers.text import to_text
from casework.refused import RECALL_PAPER
from casework.rules import Refusal
from console import configured
from console.claiming import Claiming
from console.counter import Acted, fate_of
from console.desk import doubles, moved, scans
from console.desk.act_data import act_data
from console.desk.acting import ActingDesk
from console.desk.batch import BatchDesk
from console.desk.day import DayDesk
from console.desk.hall import HallDesk
from console.desk.tray import recalled_case, told, tray_rows
from console.fetching import fetch_case, fetch_number
from console.settling import Settlement, Settling
from console.terminal import Terminal
from local_db.finding import CaseRow
from screens import desk

if TYPE_CHECKING:
    from console.desk.board import BoardBook
    from console.desk.queue import QueueBook


class CounterDesk(BatchDesk, DayDesk, ActingDesk, HallDesk):
    """Implements `screens.desk.Desk` over one terminal."""

    def __init__(self, terminal: Terminal, cable: Callable[[bool], None] | None = None) -> None:
        super().__init__(terminal)
        self._cable = cable
        self._plugged = True
        self._board: BoardBook | None = None
        self._queue: QueueBook | None = None

    # The status line

    async def status(self) -> desk.Status:
        """The status line; asked once a second, it also sees to it that what waits for a source is looked up."""
        found = await self._do(self._status)
        self.checks.begin()
        return found

    def _status(self) -> desk.Status:
        now = self._terminal.clock.now()
        waits = self._terminal.memory.pending()
        oldest = int((now - moment(waits.oldest)).total_seconds()) if waits.oldest else 0
        prints = self._terminal.memory.prints_standing()
        session, boot = self._session, self._terminal.memory.boot()
        posts = self._terminal.library.current().posts if session else {}
        whole, rejected, held = self._supervises(), waits.rejected, waits.held
        if whole:
            counts = self._terminal.memory.tray_counts()
            held = counts.pop("held", 0)
            rejected = sum(counts.values())
        shift = [self._show.say(posts[post].name) for post in session.shift if post in posts] if session else []
        return desk.Status(
            link=cast(desk.Link, self._terminal.link()),
            pending=waits.unsent,
            oldest_seconds=max(0, oldest),
            rejected=rejected,
            held=held,
            whole_hall=whole,
            calls=self._calls(),
            window=self._terminal.memory.identity.terminal[2:],
            posts=" ".join(shift[:1]) + (f"+{len(shift) - 1}" if len(shift) > 1 else ""),
            clock=f"{now:%H:%M}",
            day=f"{now:%Y-%m-%d}",
            revision=self._terminal.memory.revision(),
            cable=self._plugged if self._cable else None,
            prints_waiting=prints.open,
            prints_seconds=max(0, int((now - moment(prints.oldest)).total_seconds())) if prints.oldest else 0,
            prints_unsure=prints.unsure,
            beginning=round(boot.done * 100) if boot else None,
            update=self._terminal.update(),
            printing=self._terminal.printing(),
            settings_wait=configured.waits(self._terminal.memory),
            settings_held=configured.taken(self._terminal.memory).number,
            sitting=self._sitting(),
        )

    def _sitting(self) -> tuple[str, ...]:
        """Whose applicants sit at the counter and wait for a post of this shift."""
        shift = self._session.shift if self._session else ()
        rows = self._terminal.memory.at_the_counter(shift) if shift else ()
        return tuple(dict.fromkeys(row.case.number for row in rows))

    async def cable(self, plugged_in: bool) -> None:
        """The demo's cable; elsewhere nothing happens."""
        if self._cable is not None:
            self._plugged = plugged_in
            self._cable(plugged_in)

    async def begin_update(self) -> desk.Refused | None:
        """See `screens.desk`."""
        return cast("desk.Refused | None", await self._answer(self._terminal.begin_update))

    async def take_settings(self) -> desk.Refused | None:
        """See `screens.desk`."""
        return cast("desk.Refused | None", await self._answer(lambda: configured.take(self._terminal)))

    async def languages(self) -> tuple[desk.Choice, ...]:
        """The languages of the screens, by their own names."""
        return (desk.Choice("zh_CN", "简体中文"), desk.Choice("en", "English"))

    async def switch_language(self, code: str) -> None:
        """Install the translator of `code`."""
        self._terminal.speak(code)

    # What waits, what is found

    async def queue(self, where: desk.QueueFilter, after: str = "", limit: int = 200) -> desk.Page[desk.QueueRow]:
        """The open cases that wait at the posts of the shift, the most urgent first."""
        return await self._do(self._queued, where, after, limit)

    def _queued(self, where: desk.QueueFilter, after: str, limit: int) -> desk.Page[desk.QueueRow]:
        from console.desk.queue import QueueBook

        self._queue = self._queue or QueueBook(self._terminal, self._show)
        return self._queue.page(self._queue_posts(where.post), where, after, limit, self._who.staff.number)

    async def search(self, text: str, after: str = "", limit: int = 200) -> desk.Page[desk.QueueRow]:
        """Cases by number, name, initials or identity number; prefiles by short code, name or identity number."""

        def work() -> desk.Page[desk.QueueRow]:
            from console.desk import prefiles

            found = self._rows(self._terminal.memory.search(text, limit))
            rows = (*prefiles.found(self._terminal, self._show, text), *found)
            return desk.Page(rows, len(rows))

        page = await self._do(work)
        if page.rows or not numbers.is_whole(text):
            return page
        await asyncio.to_thread(fetch_number, self._terminal, numbers.parse(text).number)
        return await self._do(work)

    def _rows(self, found: Sequence[CaseRow]) -> tuple[desk.QueueRow, ...]:
        me = self._who.staff.number
        return tuple(self._show.row(row.case, row.unsent, me=me) for row in {one.number: one for one in found}.values())

    async def mine(self) -> desk.Page[desk.QueueRow]:
        """Her prefiles and her cases."""
        from console.desk import mine as desk_mine

        return await self._do(lambda: desk_mine.mine(self._terminal, self._show, self._who))

    async def my_companies(self) -> tuple[desk.CompanyRow, ...]:
        """The applicants she works for."""
        from console.desk import mine as desk_mine

        return await self._do(lambda: desk_mine.companies(self._terminal, self._who))

    async def cases_of(self, identity: str) -> desk.Page[desk.QueueRow]:
        """An applicant's cases."""
        from console.desk import mine as desk_mine

        return await self._do(lambda: desk_mine.cases_of(self._terminal, self._show, self._who, identity))

    async def board(self, days: int) -> desk.BoardView:
        """The figures, from what this terminal holds."""
        from console.desk.board import BoardBook

        self._board = self._board or BoardBook(self._terminal, self._show)
        return await self._do(self._board.view, days)

    # Cases

    async def case(self, number: str) -> desk.CaseView | desk.Refused:
        """The whole case, personal values masked."""
        answer = await self._answer(lambda: self._view(number))
        if not isinstance(answer, desk.Refused) or answer.message.id != "case.unknown":
            return answer
        wanted = numbers.parse(number).number
        if any(row.number == wanted for row in self._terminal.memory.tray()):  # its receipt was refused
            return desk.Refused(Message("case.in_tray", {"number": numbers.printed(wanted)}))
        trouble = await asyncio.to_thread(fetch_number, self._terminal, wanted)
        return desk.Refused(trouble) if trouble else await self._answer(lambda: self._view(number))

    def _view(self, number: str, *, masked_: bool = True) -> desk.CaseView:
        from console.desk import case_state

        case = self._terminal.counter.case(number)
        memory = self._terminal.memory
        acts = self._offers(case)
        if case.scans:
            scans.prefetch(self._terminal, case, self._who.shift)
        told = memory.history(case.id)
        history = tuple((line.fact, fate_of(line)) for line in told.lines)
        unsent = sum(1 for _, fate in history if fate == "pending")
        view = case_state.placed(self._terminal, self._show, case, self._show.view(case, history, acts, unsent))
        view = msgspec.structs.replace(view, seen=moved.facts_shown(told))
        return view if masked_ else _unmasked(view, case.received.applicant.id)

    async def take(self, number: str) -> desk.Done | desk.Refused | None:
        """An item of the queue is hers from here on (S23); None where nothing is to be said."""

        def work() -> desk.Done | desk.Refused | None:
            taken = Claiming(self._terminal.counter).take(self._who, number)
            if taken is None:
                return None
            if isinstance(taken, Refusal):
                return desk.Refused(taken.message)
            self._terminal.wake()
            return desk.Done(Message("desk.claimed"))

        return await self._answer(work)

    async def let_go(self, number: str) -> None:
        """What opening made hers waits for anybody again."""

        def work() -> None:
            if isinstance(Claiming(self._terminal.counter).let_go(self._who, number), Acted):
                self._terminal.wake()

        await self._answer(work)

    async def unmask(self, number: str, reason: str) -> desk.CaseView | desk.Refused:
        """The full personal values; the look is an event."""

        def work() -> desk.CaseView | desk.Refused:
            done = self._terminal.counter.unmask(self._who, number, reason)
            if isinstance(done, Refusal):
                return desk.Refused(done.message)
            self._terminal.wake()
            return self._view(number, masked_=False)

        return cast("desk.CaseView | desk.Refused", await self._answer(work))

    async def open_scan(self, number: str, scan: str) -> desk.Done | desk.Refused | None:
        """Show a scan in the system's viewer; None while it is on its way here."""
        return await self._answer(lambda: scans.opened(self._terminal, number, scan))

    async def why(self, number: str) -> str:
        """The clocks as a ledger, day by day."""
        from console.ledger_text import ledger_text

        return await self._do(lambda: ledger_text(self._terminal, self._terminal.counter.case(number)))

    # Papers

    async def paper_preview(self, number: str, kind: str) -> str | desk.Refused:
        """The paper as text; nothing is counted."""

        def work() -> str | desk.Refused:
            paper = self._terminal.counter.preview(self._who, number, kind)
            return desk.Refused(paper.message) if isinstance(paper, Refusal) else to_text(paper)

        return cast("str | desk.Refused", await self._answer(work))

    async def print_paper(self, number: str, kind: str) -> desk.Done | desk.Refused:
        """Put the print on record and the paper into the queue of the printer."""

        def work() -> desk.Done | desk.Refused:
            printed = self._terminal.counter.print(self._who, number, kind)
            if isinstance(printed, Refusal):
                return desk.Refused(printed.message)
            self._terminal.wake()
            return desk.Done(self._terminal.print_waiting(t(f"paper.{kind}"), printed.mark))

        return cast("desk.Done | desk.Refused", await self._answer(work))

    async def prints(self) -> tuple[desk.PrintRow, ...]:
        """The papers that are not out, oldest first."""
        from console.desk import prints as desk_prints

        return await self._do(desk_prints.print_rows, self._terminal)

    async def settle_print(self, entry: str, way: str, data: dict[str, str]) -> desk.Done | desk.Refused:
        """Try again, another printer, it lies there, give up."""
        from console.desk import prints as desk_prints

        return await self._answer(lambda: desk_prints.settled(self._terminal, self._who, entry, way, data))

    # What the hall refused

    async def tray(self) -> tuple[desk.TrayRow, ...]:
        """What a person must settle."""
        return await self._do(lambda: tray_rows(self._terminal, self._who, self._show))

    async def tray_entry(self, entry: str) -> desk.TrayRow | desk.Refused:
        """An entry with what was refused in words; its bytes are fetched from the hall where they are not here."""
        row = await self._do(self._tray_row, entry)
        if row is None:
            return desk.Refused(Message("tray.unknown", {"fact": entry[:40]}))
        trouble = None
        if not row.here and not recalled_case(entry):
            trouble = await asyncio.to_thread(self._fetched, entry)
        return await self._do(self._opened, entry, trouble) or row

    def _tray_row(self, entry: str) -> desk.TrayRow | None:
        rows = tray_rows(self._terminal, self._who, self._show)
        return next((row for row in rows if row.entry == entry), None)

    def _fetched(self, entry: str) -> Message | None:
        found = next((row for row in self._terminal.memory.tray() if row.fact == entry), None)
        return fetch_case(self._terminal, found.case) if found is not None and found.case else None

    def _opened(self, entry: str, trouble: Message | None) -> desk.TrayRow | None:
        row = self._tray_row(entry)
        words = told(self._terminal, self._show, entry) or ((str(trouble),) if trouble else ())
        return msgspec.structs.replace(row, told=words) if row is not None else None

    async def resolve(self, entry: str, way: str, data: dict[str, str]) -> desk.Done | desk.Refused:
        """Settle an entry of the tray."""

        def work() -> desk.Done | desk.Refused:
            number = recalled_case(entry)
            if number:
                return self._done(self._terminal.counter.act(self._who, number, "recall", data), "act.recall")
            if doubles.is_double(entry):
                return self._done(*doubles.settled(self._terminal, self._who, entry, way, data.get("reason", "")))
            name, _, action = way.partition(":")
            kind = "withdraw" if name == "withdraw-refused" else name
            rest = {field: value for field, value in data.items() if field not in {"reason", "holder"}}
            command = act_data(action, rest) if action else None
            wanted = Settlement(kind, data.get("reason", ""), action, command, data.get("holder", ""))
            stands = any(row.fact == entry and row.kind == FLAGGED for row in self._terminal.memory.tray())
            settled = Settling(self._terminal.counter).settle(self._who, entry, wanted)
            said = "act.looked-after" if stands and kind == "withdraw" else f"event.resolve.{kind}"
            return self._with_recall(self._done(settled, said), settled)

        return cast("desk.Done | desk.Refused", await self._answer(work))

    def _with_recall(self, done: desk.Done | desk.Refused, settled: Acted | Refusal) -> desk.Done | desk.Refused:
        """With the paper that tells of a recall, where no other paper takes the old one's place."""
        if isinstance(done, desk.Refused) or isinstance(settled, Refusal) or "resolve.withdraw" not in settled.types:
            return done
        case = self._terminal.counter.case(settled.number) if settled.state else None
        if case is None or not case.open_recalls:
            return done
        return msgspec.structs.replace(done, papers=(desk.PaperRef(RECALL_PAPER, t(f"paper.{RECALL_PAPER}")),))


def _unmasked(view: desk.CaseView, identity: str) -> desk.CaseView:
    return msgspec.structs.replace(
        view, applicant=view.applicant.replace(codes.mask_id(identity), identity), masked=False
    )
