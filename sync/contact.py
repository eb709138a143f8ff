"""What pushing and pulling share: the way to the memory, the hall's time, the cable, and what a *no* means.

Every answer of the hall brings its time; the difference to this clock is kept as evidence (sync.md S29) and
corrects the times that requests are signed with, so a terminal whose clock is wrong still gets through.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

import msgspec

from casework.ambient import Clock, moment, stamp
from casework.errors import BadBytes
from casework.events import readable
from casework.limits import LIMITS, Limits
from casework.report import PROTOCOL, UPDATE, Report
from casework.rollout import decode_standing
from casework.seals import Signer
from casework.wire import Hello
from sync.backoff import OF_ANYBODY, Next, Sleep, judge
from sync.errors import Busy, Declined, Diverged, LineError, Memory, NotTheHall, Refused, TooOld, Unknown, Unreachable
from sync.ports import LineStore
from sync.status import LineStatus, LinkState
from sync.transport import Transport

_T = TypeVar("_T")
_SAYS_WHY = frozenset({"latched", "healing"})
"""Reasons of the hall for taking in nothing that a clerk reads on the status line (S24, S25)."""

ENROL_AGAIN = frozenset({"adopted", "forked", "revoked"})
"""What the hall says where only another number helps: each has a sentence of its own (S27, S28)."""


class Run(Protocol):
    """Calls the memory where it may be called: the writer's thread, or right here."""

    def __call__(self, call: Callable[..., _T], /, *args: Any) -> Awaitable[_T]: ...


class Contact:
    """One terminal's side of the line.

    Args:
        store: the terminal's memory.
        transport: the way to the hall.
        signer: the terminal's key.
        clock: the terminal's own clock.
        run: where the memory's methods are called.
        limits: bounds.
    """

    def __init__(
        self, store: LineStore, transport: Transport, signer: Signer, clock: Clock, run: Run, limits: Limits = LIMITS
    ) -> None:
        self.store = store
        self.transport = transport
        self.signer = signer
        self.clock = clock
        self.limits = limits
        self.status = LineStatus()
        self.watch: Callable[[LineStatus], None] | None = None
        self._run = run
        self._offset = timedelta(0)
        self._written: tuple[float, timedelta] | None = None
        self._newest: datetime | None = None
        self._woke: tuple[datetime, float] | None = None
        self._doubted: datetime | None = None
        self._trouble = ""
        self._report: tuple[float, Report] | None = None
        self._boot: float | None = None
        self._cut = asyncio.Event()
        self._plugged = asyncio.Event()

    # The memory

    async def memory(self, call: Callable[..., _T], *args: Any) -> _T:
        """`call(*args)` where the memory may be called. Raises Memory for whatever it raised."""
        try:
            return await self._run(call, *args)
        except LineError:
            raise
        except Exception as cause:
            reason = getattr(cause, "message", None) or type(cause).__name__  # its own sentence, if it has one
            raise Memory("line.memory", reason=reason) from cause

    # Time

    def hall_now(self) -> datetime:
        """The hall's time as far as it is known here."""
        return self.clock.now() - self._offset

    async def heard(self, hall_time: str, ago: float = 0.0) -> None:
        """The hall answered, `ago` seconds before now.

        The evidence is written when it has changed by a second, or every poll's length.
        """
        try:
            told = moment(hall_time)
        except BadBytes as cause:
            raise NotTheHall("line.not_the_hall", seen="hall_time") from cause
        if self._slept():
            await self._greeted()
            return
        if not await self._goes_on(told):
            return
        self._offset = self.clock.now() - timedelta(seconds=ago) - told
        now, written = self.clock.monotonic(), self._written
        stale = written is None or now - written[0] >= self.limits.poll_seconds
        if stale or abs(self._offset - (written or (0.0, timedelta(0)))[1]) >= timedelta(seconds=1):
            milliseconds = round(self._offset / timedelta(milliseconds=1))
            await self.memory(self.store.contact, hall_time, milliseconds)
            self._written = (now, self._offset)
        await self.note(None)
        self._show(LineStatus(LinkState.ONLINE, last_contact=hall_time))

    def _slept(self) -> bool:
        """Whether this PC slept, or its clock was set, since an answer was heard: one that it slept over is of before,
        however long the wait for it was. Then the hall is asked anew.
        """
        before, self._woke = self._woke, (self.clock.now(), self.clock.monotonic())
        if before is None:
            return False
        walked, ran = (self._woke[0] - before[0]).total_seconds(), self._woke[1] - before[1]
        return abs(walked - ran) > self.limits.request_seconds

    async def _goes_on(self, told: datetime) -> bool:
        """Whether a time is evidence (S29): one from before the newest may be a copy that something kept (T17).

        A hall whose clock was set back says so twice, and the second time it has gone on.
        """
        if self._newest is None:
            before = await self.memory(self.store.heard)
            self._newest = moment(before) if before else told
        if told < self._newest and (self._doubted is None or told <= self._doubted):
            self._doubted = told
            return False
        self._newest, self._doubted = told, None
        return True

    async def report(self) -> Report:
        """What this terminal says of itself (S34), at most `limits.report_seconds` old."""
        now, made = self.clock.monotonic(), self._report
        if made is None or now - made[0] >= self.limits.report_seconds:
            waits = await self.memory(self.store.pending)
            free = await self.memory(self.store.free_mb)
            prints, forms = await self.memory(self.store.at_hand)
            milliseconds = round(self._offset / timedelta(milliseconds=1))
            said = Report(
                stamp(self.hall_now()), self.transport.program, PROTOCOL, readable(), waits.unsent, waits.oldest,
                waits.held, waits.rejected, milliseconds, self.status.error, free,
                prints, forms, decode_standing(await self.memory(self.store.setting, UPDATE)),
            )  # fmt: skip
            made = self._report = now, said
        return made[1]

    def drained(self) -> None:
        """Nothing waits any more: the next report says so (S30)."""
        if self._report is not None and self._report[1].unsent:
            self._report = None

    async def note(self, error: LineError | None, *, stopped: bool = False) -> None:
        """Write down and show what is wrong; None: nothing."""
        code = error.code if error else ""
        if error is not None:
            link = LinkState.STOPPED if stopped else LinkState.OFFLINE
            self._show(LineStatus(link, code, error.message.facts, self.status.last_contact))
        if code == self._trouble:
            return
        try:
            await self.memory(self.store.trouble, code)
        except Memory:  # the status shows it; the note is written when the memory is back
            return
        self._trouble = code

    def show_boot(self, done: float | None) -> None:
        """How much of the hall's snapshot is here; None when that is over."""
        self._boot = None if done is None else round(done, 2)
        self._show(self.status)

    def _show(self, status: LineStatus) -> None:
        status = msgspec.structs.replace(status, boot=self._boot)
        changed = status != self.status
        self.status = status
        if changed and self.watch is not None:
            self.watch(status)

    # The cable

    def cable(self, plugged: bool) -> None:
        """Pull the cable out, or put it back: then nobody waits any longer."""
        if plugged:
            self._cut.clear()
            self._plugged.set()
        else:
            self._plugged.clear()
            self._cut.set()

    async def pause(self, sleep: Sleep, seconds: float) -> None:
        """Wait, but no longer than until a pulled cable is put back."""
        await first_of(sleep(seconds), self._plugged)

    async def _ask(self, question: Coroutine[Any, Any, _T]) -> _T:
        if self._cut.is_set():
            question.close()
            raise Unreachable("line.cable")
        self._plugged.clear()
        asked = asyncio.ensure_future(question)
        await first_of(asked, self._cut)
        if asked.done() and not asked.cancelled():
            return asked.result()
        raise Unreachable("line.cable")

    # Questions

    async def question(self, ask: Callable[[], Coroutine[Any, Any, _T]], *, batch: bool = False, epoch: int = 0) -> _T:
        """The hall's answer. `epoch`: that the question speaks of; only in that one can the answer freeze anything.

        A 401 asks `hello` for the time once and then again (S31); what `sync.backoff.judge` calls retry, stop or
        freeze is raised as such.

        Raises:
            Busy: wait and ask again.
            Unknown: the key is not known, also with the right time.
            Refused: the hall does not take this terminal.
            TooOld: it does not take this program's requests any more.
            Diverged: the logs differ; the cursor is frozen.
            Declined: smaller batches, or another beginning; only for a batch.
        """
        try:
            return await self._ask(ask())
        except Declined as declined:
            if judge(declined, batch=batch) is not Next.HELLO_THEN_PAUSE:
                raise await self._meaning(declined, batch, epoch) from declined
        await self.hello()
        try:
            return await self._ask(ask())
        except Declined as declined:
            raise await self._meaning(declined, batch, epoch) from declined

    async def hello(self) -> int:
        """Learn the hall's time and epoch; what answers must be the hall whose key is kept.

        A time from before is asked for once more: a hall that was set back has gone on, a copy has not.
        """
        hello = await self._greeted()
        if self._doubted is not None:
            hello = await self._greeted()
        return hello.epoch

    async def sure(self) -> None:
        """Where the last answer had a time from before the newest: ask whether the hall's clock was set back."""
        if self._doubted is not None:
            await self.hello()

    async def _greeted(self) -> Hello:
        try:
            hello = await self._ask(self.transport.hello(self.signer.public))
        except Declined as declined:
            raise _asks_for_patience(declined) from declined
        await self.heard(hello.hall_time)
        return hello

    async def _meaning(self, declined: Declined, batch: bool, epoch: int) -> LineError:
        code = declined.problem.error if declined.problem else ""
        match judge(declined, batch=batch):
            case Next.RETRY:
                return _asks_for_patience(declined)
            case Next.HELLO_THEN_PAUSE if declined.problem is None:
                return _asks_for_patience(declined)  # the hall has just said hello: somebody on the way wants a name
            case Next.HELLO_THEN_PAUSE:
                return Unknown("line.unknown", error=code)
            case Next.UPDATE:
                oldest = declined.problem.facts.get("oldest", "?") if declined.problem else "?"
                return TooOld("line.too_old", hall=oldest, here=PROTOCOL)
            case Next.STOP:
                return Refused(f"line.{code}" if code in ENROL_AGAIN else "line.refused", error=code)
            case Next.FREEZE:
                return await self.diverged(epoch)
            case Next.HALVE | Next.RESEND:
                return declined

    async def diverged(self, epoch: int) -> Diverged:
        """Freeze the cursor in `epoch` (S24) and give the error to raise.

        Where this terminal has gone on in another one while the answer was on its way, nothing is frozen: healing finds
        nothing to mend, and it is asked anew.
        """
        error = Diverged("line.diverged")
        await self.memory(self.store.freeze, error.code, epoch)
        return error


def _asks_for_patience(declined: Declined) -> LineError:
    """Busy; or no hall at all, where a page without a problem of the hall's form says *not found* or *sign in*."""
    patient = OF_ANYBODY.get(declined.status) is Next.RETRY or declined.status >= 500
    if declined.problem is None and not patient:
        return NotTheHall("line.not_the_hall", seen=str(declined.status))
    if declined.problem is not None and declined.problem.error in _SAYS_WHY:
        return Busy(f"line.{declined.problem.error}", declined.retry_after)
    return Busy("line.busy", declined.retry_after, status=declined.status)


async def first_of(work: Awaitable[Any], event: asyncio.Event) -> None:
    """Wait until `work` is done or `event` is set; what is not done by then is cancelled and has ended."""
    tasks = [asyncio.ensure_future(work), asyncio.ensure_future(event.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
