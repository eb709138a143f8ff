"""From the outbox to the hall (sync.md S11-S13, S31): one batch at a time, in order, nothing skipped.

A batch that something on the way refuses gets smaller, down to one group; what is refused alone travels as a
stub, so that the hall's mark always moves. The stub is tried first and written down only when it got
through: a proxy that refuses everything must not cost a single fact its bytes.
"""

from __future__ import annotations

import asyncio
from functools import partial

import msgspec

from casework.facts import digest
from casework.report import Report
from casework.seals import Signed, seal
from casework.wire import PURPOSE_BATCH, Answered, Batch, PushAnswer, Sent
from sync.ahead import Ahead, drop
from sync.backoff import Next, judge
from sync.contact import Contact
from sync.errors import Busy, Declined, LineError, Lost, Memory, NotTheHall, Refused, TryAgain, is_halls_word
from sync.portion import Portion
from sync.ports import Outgoing, Position

NULL = msgspec.Raw(b"null")
VERDICTS = frozenset({"accepted", "rejected", "held"})
_ALONE = 4
"""So often the smallest batch is sent before it is asked whether it is the line, and so often again if it is not."""


class _Ready(msgspec.Struct, frozen=True):
    """A batch as it goes over the line."""

    out: Outgoing
    events: tuple[Sent, ...]
    position: Position
    signed: Signed

    def still_of(self, position: Position) -> bool:
        """Whether it is still this terminal's to send, into this epoch."""
        mine = self.position
        same = (mine.hall, mine.terminal, mine.incarnation, mine.epoch)
        return same == (position.hall, position.terminal, position.incarnation, position.epoch)


class Outbound:
    """Sends what waits. One push is in flight at a time, whoever asks."""

    def __init__(self, contact: Contact) -> None:
        self._contact = contact
        self._facts = Portion(1, contact.limits.push_facts)
        self._stubs: dict[int, str] = {}
        self._in_vain: set[int] = set()
        """What was refused on the way also without its bytes, since something came through."""
        self._gap = -1
        self._alone = 0
        """How often in a row the smallest batch did not get through, and nobody has said anything of it."""
        self._tried_again: float | None = None
        self._stopped = 0
        self._one = asyncio.Lock()
        self._ahead: tuple[_Ready, Ahead[PushAnswer]] | None = None

    async def step(self) -> int | None:
        """Send one batch; how many facts got an answer. None when nothing waits.

        Raises AskPerson or TryAgain.
        """
        async with self._one:
            ahead, self._ahead = self._ahead, None
            try:
                return await self._stepped(ahead)
            except BaseException:
                self.forget()
                raise
            finally:
                drop(ahead and ahead[1])

    def forget(self) -> None:
        """Wait no longer for the batch that was sent ahead: what it holds counts as unsent."""
        ahead, self._ahead = self._ahead, None
        drop(ahead and ahead[1])

    def hurry(self) -> None:
        """What travelled as a stub is tried again as soon as nothing else waits: who syncs once is not there later."""
        self._tried_again = self._contact.clock.monotonic() - self._contact.limits.stub_again_seconds

    async def _stepped(self, ahead: tuple[_Ready, Ahead[PushAnswer]] | None) -> int | None:
        contact = self._contact
        if ahead is not None:
            position = await contact.memory(contact.store.position)
            if not (position.frozen or position.adrift) and ahead[0].still_of(position):
                return await self._send(*ahead)
        out = await contact.memory(contact.store.outgoing, self._facts.size, contact.limits.push_bytes)
        if out is None:
            contact.drained()
            await self._again()
            return None
        position = await contact.memory(contact.store.position)
        if position.frozen:
            raise await contact.diverged(position.epoch)
        if position.adrift:
            raise Refused("line.adrift")
        await contact.memory(contact.store.mark_sent, out.first, out.last)
        return await self._send(await self._ready(out, position), None)

    async def _ready(self, out: Outgoing, position: Position) -> _Ready:
        events = tuple(self._as_sent(event) for event in out.events)
        batch = batch_of(out, events, position, await self._contact.report())
        return _Ready(out, events, position, seal(self._contact.signer, PURPOSE_BATCH, batch))

    async def _ready_behind(self, ready: _Ready) -> _Ready | None:
        """The next batch, where nothing is unusual about this one; its report is of before this one was answered."""
        contact = self._contact
        if self._stubs or self._facts.size < contact.limits.push_facts:
            return None
        after = ready.out.last
        out = await contact.memory(contact.store.outgoing, self._facts.size, contact.limits.push_bytes, after)
        return await self._ready(out, ready.position) if out is not None and out.first == after + 1 else None

    async def _again(self) -> None:
        """Now and then, while nothing else waits: the bytes of what travelled as a stub, group by group (S12).

        Whatever stood in their way (a proxy's rule, a size) may be gone; while it is not, nothing is worse than before.
        """
        contact = self._contact
        now = contact.clock.monotonic()
        if self._tried_again is None:
            self._tried_again = now
        if now - self._tried_again < contact.limits.stub_again_seconds:
            return
        self._tried_again = now
        for seq in sorted(await contact.memory(contact.store.without_bytes), key=lambda seq: seq <= self._stopped):
            out = await contact.memory(contact.store.whole_group, seq)
            position = await contact.memory(contact.store.position)
            if position.frozen or position.adrift:
                return
            batch = batch_of(out, out.events, position, await contact.report())
            signed = seal(contact.signer, PURPOSE_BATCH, batch)
            try:
                answer = await contact.question(
                    partial(contact.transport.push, signed), batch=True, epoch=position.epoch
                )
            except Declined:
                continue  # perhaps it is about this group's bytes
            except TryAgain:
                self._stopped = seq  # the others have their turn first
                return
            if not _answers(answer, out):
                return
            await contact.memory(contact.store.answered, answer.verdicts, answer.acked, position.epoch)
            await contact.heard(answer.hall_time)

    async def _send(self, ready: _Ready, ahead: Ahead[PushAnswer] | None) -> int:
        contact = self._contact

        ask = partial(contact.transport.push, ready.signed)
        behind = asyncio.ensure_future(self._ready_behind(ready))
        try:
            first, epoch = ahead.first(ask) if ahead is not None else ask, ready.position.epoch
            answer = await contact.question(first, batch=True, epoch=epoch)
            ago = ahead.ago if ahead is not None else 0.0
            return await self._answered(answer, ready, await _made(behind), ago)
        except Memory:
            raise
        except TryAgain as trouble:  # a slow line may carry less in its time, and so may a proxy that says it is busy
            if not is_halls_word(trouble) and not self._facts.failed():
                await self._not_through(ready.events)
            raise
        except Declined as declined:
            await self._declined(declined, ready.out, ready.events)
            return 0
        finally:
            behind.cancel()
            await asyncio.gather(behind, return_exceptions=True)

    def _as_sent(self, event: Sent) -> Sent:
        reason = self._stubs.get(event.seq)
        if reason is None or event.stub:
            return event
        return Sent(event.seq, stub=reason, fact_hash=digest(bytes(event.fact)))

    async def _answered(self, answer: PushAnswer, ready: _Ready, behind: _Ready | None, ago: float) -> int:
        contact, out = self._contact, ready.out
        if not _answers(answer, out):
            raise NotTheHall("line.not_the_hall", seen="verdicts")
        for seq, reason in self._stubs.items():
            if out.first <= seq <= out.last:
                await contact.memory(contact.store.stub, seq, reason)
        self._stubs.clear()
        self._in_vain.clear()
        if behind is not None and answer.acked == out.last and _counted(answer.verdicts) == out.last - out.first + 1:
            await contact.memory(contact.store.mark_sent, behind.out.first, behind.out.last)
            self._ahead = behind, Ahead(partial(contact.transport.push, behind.signed), contact.clock)
        await contact.memory(contact.store.answered, answer.verdicts, answer.acked, ready.position.epoch)
        await contact.heard(answer.hall_time, ago)
        if answer.acked < out.first or all(verdict.seq != out.first for verdict in answer.verdicts):
            # An equal answer without progress: what has no verdict is asked for again (T5), but not at once.
            raise NotTheHall("line.no_progress", seq=out.first)
        self._gap, self._alone = -1, 0
        self._facts.went()
        return _counted(answer.verdicts)

    async def _declined(self, declined: Declined, out: Outgoing, events: tuple[Sent, ...]) -> None:
        if judge(declined, batch=True) is Next.RESEND:
            await self._resend(declined, out)
            return
        is_smallest = len(events) == 1 or not self._facts.failed(len(events))
        if is_smallest and not await self._stub(events, f"refused with {declined.status}"):
            raise Busy("line.refused_on_the_way", declined.retry_after, status=declined.status)

    async def _resend(self, declined: Declined, out: Outgoing) -> None:
        """409 `gap`: the hall says which number it expects; only an earlier one than was sent can be meant."""
        facts = declined.problem.facts if declined.problem else {}
        expected = facts.get("next", 0)
        seq = int(expected) if str(expected).isdecimal() else 0
        if self._gap == seq < out.first:
            raise Lost("line.lost", first=seq, last=out.first - 1)  # asked for it already, and it is not here (T60)
        if not 1 <= seq < out.first or seq == self._gap:
            raise Busy("line.gap", declined.retry_after, seq=seq)
        self._gap = seq
        await self._contact.memory(self._contact.store.resend_from, seq)

    async def _not_through(self, events: tuple[Sent, ...]) -> None:
        """No answer, again and again, while the hall says hello: something on the way looks into what is sent and says
        nothing. It counts as refused, or all that happens at this window would wait for it.
        """
        tried, self._alone = self._alone + 1, 0
        if tried >= 2 * _ALONE or self._stubs:
            await self._stub(events, "no answer")
            return
        if tried > _ALONE:
            await self._contact.hello()  # where nobody says it, it is the line: counted from the beginning
        self._alone = tried

    async def _stub(self, events: tuple[Sent, ...], reason: str) -> bool:
        """The largest goes as a stub next time, if the hall itself can be reached at all; whether that is anything new:
        one was left that was not refused as a stub before.
        """
        await self._contact.hello()
        whole = [event for event in events if not event.stub]
        if not whole:  # it is not about the bytes
            self._in_vain.update(event.seq for event in events)
            self._stubs.clear()
            return False
        largest = max(whole, key=lambda event: len(bytes(event.fact)))
        self._stubs[largest.seq] = reason
        return largest.seq not in self._in_vain


def batch_of(out: Outgoing, events: tuple[Sent, ...], position: Position, report: Report | None = None) -> Batch:
    """What a push carries, by line or by stick."""
    head = msgspec.Raw(msgspec.json.encode(position.known_head)) if position.known_head else NULL
    return Batch(
        hall=position.hall,
        terminal=position.terminal,
        incarnation=position.incarnation,
        first=out.first,
        last=out.last,
        prev=out.prev,
        head=out.head,
        epoch=position.epoch,
        cursor=position.cursor,
        chain=position.chain,
        known_head=head,
        events=events,
        report=report,
        former_to=position.former_to,
    )


async def _made(behind: asyncio.Task[_Ready | None]) -> _Ready | None:
    """The batch; None where the memory could not give it: it says so again when its turn comes."""
    try:
        return await behind
    except LineError:
        return None


def _answers(answer: PushAnswer, out: Outgoing) -> bool:
    """Whether it is the answer to this batch: something on the way may have mixed up two windows' answers (T17)."""
    ours = all(out.first <= one.seq <= out.last and one.verdict.v in VERDICTS for one in answer.verdicts)
    return ours and answer.head in {"", out.head}


def _counted(verdicts: tuple[Answered, ...]) -> int:
    return len({verdict.seq for verdict in verdicts})
