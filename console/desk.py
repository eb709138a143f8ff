"""The desk behind the screens: the counter's use cases on one thread of their own, in the words of `screens.desk`.

SQLite never runs on the screen's loop; one thread serves them all, in the order in which keys were pressed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any, TypeVar, cast

from casework import codes
from casework.ambient import moment
from casework.errors import CaseworkError
from casework.events import EVENTS
from casework.messages import Message, Spoken, t
from casework.papers.text import to_text
from casework.rights import post_for
from casework.rules import Refusal
from console import desk_forms, desk_intake, typed
from console.counter import Acted, Session, fate_of
from console.desk_tray import tray_rows
from console.errors import ConsoleError
from console.legal_time import DayUnknown
from console.showing import Shower
from console.terminal import Terminal
from local_db.finding import CaseRow, Filter
from screens import desk

_T = TypeVar("_T")


class CounterDesk:
    """Implements `screens.desk.Desk` over one terminal."""

    def __init__(self, terminal: Terminal, cable: Callable[[bool], None] | None = None) -> None:
        self._terminal = terminal
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self._session: Session | None = None
        self._draft_id = ""
        self._cable = cable
        self._plugged = True
        self._revision = 0
        self._show = Shower(terminal.library, lambda: terminal.language, terminal.clock.now, terminal.name_of)

    async def _do(self, work: Callable[..., _T], *args: Any) -> _T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)
        except Spoken:
            raise
        except Exception as error:  # nobody expected it: a sentence, and the form stays as it is
            message = self._terminal.sentence(error)
            raise ConsoleError(message.id, **message.facts) from error

    async def _answer(self, work: Callable[[], _T]) -> _T | desk.Refused:
        """Run `work`; what the trade, the memory or the line refuse is a value for the screen."""
        try:
            return await self._do(work)
        except DayUnknown as error:
            return desk.Refused(error.message, confirm_day=str(error.message.facts["day"]))
        except Spoken as error:
            return desk.Refused(error.message)

    @property
    def _who(self) -> Session:
        if self._session is None:
            raise CaseworkError("people.signed_out")
        return self._session

    # Who

    async def sign_in(self, number: str, pin: str) -> desk.Person | desk.Refused:
        """Badge or staff number, and PIN; works with the cable out."""

        def work() -> desk.Person:
            self._session = self._terminal.people.sign_in(number, pin, ())
            return self._person()

        return await self._answer(work)

    async def sign_out(self) -> None:
        """Nobody sits here; the draft stays with its owner."""
        self._session, self._draft_id = None, ""

    async def serve(self, posts: tuple[str, ...]) -> desk.Person | desk.Refused:
        """Take over these posts at this window."""

        def work() -> desk.Person:
            self._session = self._terminal.people.serving(self._who, posts)
            return self._person()

        return await self._answer(work)

    def _person(self) -> desk.Person:
        staff = self._who.staff
        names = self._terminal.library.current().posts
        choices = tuple(desk.Choice(post, self._show.say(names[post].name)) for post in staff.posts if post in names)
        team = cast(Any, "helper" if staff.team == "helper" else "officer")
        takes_in = bool(post_for(staff, self._who.shift, EVENTS["received"].verb, names))
        return desk.Person(staff.number, staff.name, team, choices, self._who.shift, takes_in)

    async def status(self) -> desk.Status:
        """The status line."""
        return await self._do(self._status)

    def _status(self) -> desk.Status:
        now = self._terminal.clock.now()
        waits = self._terminal.memory.pending()
        oldest = int((now - moment(waits.oldest)).total_seconds()) if waits.oldest else 0
        session = self._session
        posts = self._terminal.library.current().posts if session else {}
        shift = [self._show.say(posts[post].name) for post in session.shift if post in posts] if session else []
        return desk.Status(
            link=cast(desk.Link, self._terminal.link()),
            pending=waits.unsent,
            oldest_seconds=max(0, oldest),
            rejected=waits.rejected,
            held=waits.held,
            window=self._terminal.memory.identity.terminal[2:],
            posts=" ".join(shift[:1]) + (f"+{len(shift) - 1}" if len(shift) > 1 else ""),
            clock=f"{now:%H:%M}",
            day=f"{now:%Y-%m-%d}",
            revision=self._terminal.memory.revision(),
            cable=self._plugged if self._cable else None,
            prints_waiting=self._terminal.memory.prints_waiting(),
        )

    async def cable(self, plugged_in: bool) -> None:
        """The demo's cable; elsewhere nothing happens."""
        if self._cable is not None:
            self._plugged = plugged_in
            self._cable(plugged_in)

    async def languages(self) -> tuple[desk.Choice, ...]:
        """The languages of the screens, by their own names."""
        return (desk.Choice("zh_CN", "简体中文"), desk.Choice("en", "English"))

    async def switch_language(self, code: str) -> None:
        """Install the translator of `code`."""
        self._terminal.speak(code)

    # What waits, what is found

    async def queue(self, where: desk.QueueFilter, after: str = "", limit: int = 200) -> desk.Page[desk.QueueRow]:
        """The open cases that wait at the posts of the shift, oldest first."""
        return await self._do(self._queued, where, after, limit)

    def _queued(self, where: desk.QueueFilter, after: str, limit: int) -> desk.Page[desk.QueueRow]:
        posts = (where.post,) if where.post else self._who.shift
        memory = self._terminal.memory
        key = cast("tuple[str, str, str]", tuple(after.split("|"))) if after else ("", "", "")
        rows: tuple[desk.QueueRow, ...] = ()
        more = True
        while more and not rows:  # a filter may leave nothing of a page: the next one may have some
            found = memory.queue(posts, limit, key)
            shown = self._rows([row.case for row in found if _fits(row.case, where)])
            rows = tuple(row for row in shown if where.light in {"", row.light})
            more, key = len(found) == limit, found[-1].key if found else key
        return desk.Page(rows, memory.queue_length(posts), "|".join(key) if more else "")

    async def search(self, text: str, after: str = "", limit: int = 200) -> desk.Page[desk.QueueRow]:
        """Cases by number, name, initials or identity number."""

        def work() -> desk.Page[desk.QueueRow]:
            found = self._terminal.memory.search(text, limit)
            return desk.Page(self._rows(found), len(found))

        return await self._do(work)

    def _rows(self, found: Sequence[CaseRow]) -> tuple[desk.QueueRow, ...]:
        return tuple(self._show.row(row.case, row.unsent) for row in {each.number: each for each in found}.values())

    async def board(self) -> tuple[desk.BoardRow, ...]:
        """Today in figures, from what this terminal holds."""
        return await self._do(self._board)

    def _board(self) -> tuple[desk.BoardRow, ...]:
        today = self._terminal.memory.cases(Filter(since=self._terminal.clock.now().date().isoformat()))
        by_module = Counter(row.module for row in today)
        by_state = Counter(row.state for row in today)
        return tuple(
            desk.BoardRow(t(f"board.{group}"), t(f"{group}.{name}"), str(count))
            for group, counts in (("module", by_module), ("state", by_state))
            for name, count in sorted(counts.items())
        )

    # Intake

    async def find_items(self, text: str) -> tuple[desk.ItemHit, ...]:
        """Items by code, name or pinyin initials."""
        return await self._do(lambda: desk_intake.find_items(self._terminal, self._show, text))

    async def item(self, code: str, answers: dict[str, str], applicant_id: str = "") -> desk.ItemView | None:
        """What applies to these answers."""
        return await self._do(lambda: desk_intake.item_view(self._terminal, self._show, code, answers, applicant_id))

    async def known_applicant(self, identity: str) -> desk.Known | None:
        """What this terminal knows of an applicant."""
        return await self._do(lambda: desk_intake.known(self._terminal, identity))

    async def open_case_warning(self, item: str, applicant_id: str) -> Message | None:
        """Before saving: the applicant has an open case of the same item."""
        return await self._do(self._terminal.counter.same_open_case, item, applicant_id)

    async def outcomes(self, form: desk.IntakeForm) -> tuple[desk.ActView, ...]:
        """The outcomes with rights and completeness considered."""
        return await self._do(lambda: desk_intake.outcomes(self._terminal, self._who, form))

    async def submit_intake(self, form: desk.IntakeForm) -> desk.Saved | desk.Refused:
        """Commit the intake to this terminal."""

        def work() -> desk.Saved | desk.Refused:
            saved = desk_intake.submit(self._terminal, self._show, self._who, form, self._draft_id)
            if isinstance(saved, desk.Saved):
                self._draft_id = ""
                self._terminal.wake()
            return saved

        return cast("desk.Saved | desk.Refused", await self._answer(work))

    async def confirm_day(self, day: str) -> desk.Done | desk.Refused:
        """The clerk says that today is `day`: nobody else could since this machine was switched on (S29)."""

        def work() -> desk.Done | desk.Refused:
            self._terminal.counter.legal.confirm(date.fromisoformat(day))
            return desk.Done(Message("desk.day_confirmed", {"day": day}))

        return cast("desk.Done | desk.Refused", await self._answer(work))

    async def guide(self, item: str) -> str:
        """The service guide of an item as text (R8)."""
        return await self._do(lambda: desk_intake.guide(self._terminal, item))

    async def save_draft(self, draft: desk.Draft) -> None:
        """Keep what was typed; the case id is born here (S22)."""

        def work() -> None:
            self._draft_id = self._draft_id or self._terminal.counter.new_id()
            desk_intake.save_draft(self._terminal, self._who, self._draft_id, draft)

        await self._do(work)

    async def load_draft(self) -> desk.Draft | None:
        """The signed-in person's own draft."""

        def work() -> desk.Draft | None:
            found = desk_intake.load_draft(self._terminal, self._who)
            if found is None:
                return None
            self._draft_id, draft = found
            return draft

        return await self._do(work)

    async def discard_draft(self) -> None:
        """Throw the draft away, because the clerk said so."""

        def work() -> None:
            if self._draft_id:
                self._terminal.memory.forget_draft(self._draft_id)
                self._draft_id = ""

        await self._do(work)

    def check(self, kind: desk.FieldKind, value: str) -> desk.Checked:
        """Clean and check a typed value."""
        return typed.check(kind, value, self._terminal.clock.now().date())

    # Cases

    async def case(self, number: str) -> desk.CaseView | desk.Refused:
        """The whole case, personal values masked."""
        return await self._answer(lambda: self._view(number))

    def _view(self, number: str, *, masked_: bool = True) -> desk.CaseView:
        case = self._terminal.counter.case(number)
        memory = self._terminal.memory
        acts = tuple(
            desk_forms.offered(action, off, case, self._terminal)
            for action, off in desk_forms.in_order(self._terminal.counter.possible(self._who, case))
        )
        history = tuple((told.fact, fate_of(told)) for told in memory.history(case.id).lines)
        unsent = sum(1 for _, fate in history if fate == "pending")
        view = self._show.view(case, history, acts, unsent)
        return view if masked_ else _unmasked(view, case.received.applicant.id)

    async def unmask(self, number: str, reason: str) -> desk.CaseView | desk.Refused:
        """The full personal values; the look is an event."""

        def work() -> desk.CaseView | desk.Refused:
            done = self._terminal.counter.unmask(self._who, number, reason)
            if isinstance(done, Refusal):
                return desk.Refused(done.message)
            self._terminal.wake()
            return self._view(number, masked_=False)

        return cast("desk.CaseView | desk.Refused", await self._answer(work))

    async def act(self, number: str, action: str, data: dict[str, str]) -> desk.Done | desk.Refused:
        """Commit an act on a case."""

        def work() -> desk.Done | desk.Refused:
            command = desk_forms.act_data(action, data, self._terminal)
            if action == "check" and not command:
                return self._checked(number)
            return self._done(self._terminal.counter.act(self._who, number, action, command), f"act.{action}")

        return cast("desk.Done | desk.Refused", await self._answer(work))

    def _checked(self, number: str) -> desk.Done | desk.Refused:
        """Ask the sources; where none answers, say so."""
        acted = self._terminal.counter.check(self._who, number)
        return desk.Refused(Message("desk.no_source")) if acted is None else self._done(acted, "act.check")

    def _done(self, acted: Acted | Refusal, done: str) -> desk.Done | desk.Refused:
        if isinstance(acted, Refusal):
            return desk.Refused(acted.message, desk_forms.blamed(acted))
        self._terminal.wake()
        places = self._show.places(self._terminal.counter.case(acted.number))
        words = "desk.waits" if acted.waits else "desk.done" if places else "desk.ended"
        facts = {"act": Message(done), "state": Message(f"state.{acted.state}"), "places": list(places)}
        papers = tuple(
            desk.PaperRef(kind, t(f"paper.{kind}")) for kind in desk_intake.papers_of(acted.types, acted.waits)
        )
        return desk.Done(Message(words, facts), papers, acted.waits)

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

    # What the hall refused

    async def tray(self) -> tuple[desk.TrayRow, ...]:
        """What a person must settle."""
        return await self._do(tray_rows, self._terminal, self._show)

    async def resolve(self, entry: str, way: str, data: dict[str, str]) -> desk.Done | desk.Refused:
        """Settle an entry of the tray."""

        def work() -> desk.Done | desk.Refused:
            reason = data.get("reason", "")
            name, _, action = way.partition(":")
            kind = "withdraw" if name == "withdraw-refused" else "amend"
            rest = {field: value for field, value in data.items() if field != "reason"}
            command = desk_forms.act_data(action, rest, self._terminal) if action else None
            settled = self._terminal.counter.settle(self._who, entry, kind, reason, action, command)
            return self._done(settled, f"event.resolve.{kind}")

        return cast("desk.Done | desk.Refused", await self._answer(work))


def _fits(row: CaseRow, where: desk.QueueFilter) -> bool:
    return where.module in {"", row.module} and where.state in {"", row.state}


def _unmasked(view: desk.CaseView, identity: str) -> desk.CaseView:
    import msgspec

    return msgspec.structs.replace(
        view, applicant=view.applicant.replace(codes.mask_id(identity), identity), masked=False
    )
