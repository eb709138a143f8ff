"""What a supervisor sees of the whole hall, and calls from window to person: the desk's part of it."""

from __future__ import annotations

import asyncio

from casework.ambient import moment
from casework.case import APPLICANT, THIRD_PARTY
from casework.closing import Open, Windows, WindowState, open_ends
from casework.messages import Message, t
from casework.rules import Refusal
from casework.short_codes import printed_code
from console import bootstrap
from console.calling import Calling
from console.desk.taking import TakingDesk
from console.line_once import QUICK
from console.terminal import Terminal
from local_db.calls import Call
from screens import desk


class HallDesk(TakingDesk):
    """Posts of the whole hall, calls, the close of its day."""

    def _queue_posts(self, post: str) -> tuple[str, ...]:
        """The posts of a list: the one that is asked for, else the shift's; a supervisor has those of the hall."""
        if post:
            return (post,)
        if not self._supervises():
            return self._who.shift
        return tuple(row[0] for row in self._terminal.memory.places() if row[0] not in (APPLICANT, THIRD_PARTY))

    async def waiting_posts(self) -> tuple[desk.PostCount, ...]:
        """Where open steps wait, most first."""
        return await self._do(self._waiting_posts)

    def _waiting_posts(self) -> tuple[desk.PostCount, ...]:
        names = self._terminal.library.current().posts
        rows = sorted(self._terminal.memory.places(), key=lambda row: (-row[1], row[0]))
        return tuple(
            desk.PostCount(
                post,
                t(f"board.{post}")
                if post in (APPLICANT, THIRD_PARTY)
                else self._show.say(names[post].name)
                if post in names
                else post,
                count,
                oldest[5:10],
                post not in (APPLICANT, THIRD_PARTY),
            )
            for post, count, oldest, _ in rows
        )

    # Calls

    async def colleagues(self) -> tuple[desk.Choice, ...]:
        """Who may be called."""
        return await self._do(self._colleagues)

    def _colleagues(self) -> tuple[desk.Choice, ...]:
        names = self._terminal.library.current().posts
        found = Calling(self._terminal.counter).colleagues(self._who)

        def posts_of(posts: tuple[str, ...]) -> str:
            return t("words.list", names=[self._show.say(names[post].name) for post in posts if post in names])

        return tuple(desk.Choice(each.number, f"{each.name}  {posts_of(each.posts)}") for each in found)

    async def call(self, to: str, number: str) -> desk.Done | desk.Refused:
        """Ask a person to come to this window."""

        def work() -> desk.Done | desk.Refused:
            made = Calling(self._terminal.counter).call(self._who, to, number)
            if isinstance(made, Refusal):
                return desk.Refused(made.message)
            self._terminal.wake()
            down = self._terminal.counter.known_down()
            words = "call.waits_for_the_line" if down else "call.made"
            return desk.Done(Message(words, {"name": self._terminal.name_of(to)}), waits=down)

        return await self._answer(work)

    async def answer_call(self) -> desk.Done | desk.Refused | None:
        """She comes: the oldest call to her; None where nobody calls."""

        def work() -> desk.Done | desk.Refused | None:
            calling = Calling(self._terminal.counter)
            mine = [each for each in calling.of_today(self._who) if self._calls_me(each)]
            if not mine:
                return None
            done = calling.answer(self._who, mine[0].id)
            if isinstance(done, Refusal):
                return desk.Refused(done.message)
            self._terminal.wake()
            facts = {"window": mine[0].terminal[2:], "name": self._terminal.name_of(mine[0].by)}
            return desk.Done(Message("call.answered", facts))

        return await self._answer(work)

    def _calls_me(self, call: Call) -> bool:
        return call.to == self._who.staff.number and not call.answered_at

    def _just(self, at: str) -> bool:
        """Whether that was a moment ago."""
        if not at:
            return False
        ago = (self._terminal.clock.now() - moment(at)).total_seconds()
        return ago < self._terminal.memory.limits.call_answer_seconds

    def _calls(self) -> tuple[desk.CallView, ...]:
        """Calls of today: those to me that wait, and those of mine that were answered."""
        if self._session is None:
            return ()
        found = []
        for each in Calling(self._terminal.counter).of_today(self._session):
            if self._calls_me(each):
                words = t("call.come", window=each.terminal[2:], name=self._terminal.name_of(each.by))
                found.append(desk.CallView(each.id, words, "come"))
            elif each.by == self._session.staff.number and self._just(each.answered_at):
                words = t("call.comes", name=self._terminal.name_of(each.to))
                found.append(desk.CallView(each.id, words, "comes"))
        return tuple(found)

    # The close of the hall's day

    async def closing(self) -> desk.ClosingView:
        """What every window still has open; without the line this window alone, and why."""
        told = await asyncio.to_thread(asked, self._terminal)
        return await self._do(lambda: closing_view(self._terminal, told))


def asked(terminal: Terminal) -> Windows | Message:
    """The hall's word on every window, or why there is none."""
    if terminal.counter.known_down():
        return Message("closing.line_down")
    try:
        return asyncio.run(_ask(terminal))
    except Exception as error:  # no line, no hall, an older hall: what is here is shown, and why no more
        return bootstrap.sentence(error)


async def _ask(terminal: Terminal) -> Windows:
    async with bootstrap.line_for(terminal, limits=QUICK) as line:
        return await line.windows()


def closing_view(terminal: Terminal, told: Windows | Message) -> desk.ClosingView:
    """The windows with what is open, those in the way first; forms that were put aside, by who did it."""
    memory, now = terminal.memory, terminal.clock.now()
    waits, (prints, forms) = memory.pending(), memory.at_hand()
    contact = memory.last_contact()
    own = WindowState(
        memory.identity.terminal, contact.hall_time or "-", waits.unsent, waits.oldest, waits.held, waits.rejected,
        prints, forms,
    )  # fmt: skip
    others = told.windows if isinstance(told, Windows) else ()
    each = [own, *(window for window in others if window.number != own.number)]
    lines = [_closing_line(window, open_ends(window, now, memory.limits.silent_seconds)) for window in each]
    parked = tuple(
        t(
            "closing.parked",
            code=printed_code(found.code),
            name=terminal.name_of(found.touched_by),
            at=_at(found.touched_at),
        )
        for found in memory.prefiles()
        if found.state == "parked"
    )
    return desk.ClosingView(
        tuple(sorted(lines, key=lambda line: (not line.open, line.window))),
        parked,
        None if isinstance(told, Windows) else told,
    )


def _closing_line(window: WindowState, left: tuple[Open, ...]) -> desk.ClosingLine:
    words = tuple(t(f"closing.{each.kind}", n=each.count, since=_at(each.since)) for each in left)
    return desk.ClosingLine(window.number[2:], words, _at(window.last_seen))


def _at(stamp: str) -> str:
    return stamp[5:16].replace("T", " ")
