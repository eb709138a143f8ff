"""The same bytes by stick as by line (S11, S28): what waits, as signed batches, and the hall's answer back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import msgspec

from casework.carried import PURPOSE_ANSWER, CarriedAnswer
from casework.errors import BadBytes
from casework.limits import LIMITS, Limits
from casework.position import Outgoing, Position
from casework.seals import Signed, Signer, read, seal, unseal
from casework.wire import PURPOSE_BATCH, Answered
from sync.errors import NotTheHall, Refused
from sync.outbound import VERDICTS, batch_of


class Store(Protocol):
    """What of the memory is carried."""

    def position(self) -> Position: ...
    def outgoing(
        self, max_facts: int, max_bytes: int, after: int | None = None, *, whole: bool = False
    ) -> Outgoing | None: ...
    def without_bytes(self) -> tuple[int, ...]: ...
    def whole_group(self, seq: int) -> Outgoing: ...
    def has_sealed(self, hash_: str) -> bool: ...
    def answered(self, answers: tuple[Answered, ...], acked: int, epoch: int = 0) -> None: ...


def carried(store: Store, signer: Signer, first: int | None = None, limits: Limits = LIMITS) -> Iterator[bytes]:
    """The lines of the file: each is the body of a push. What went as a stub comes with its bytes, before the rest.

    `first`: the envelope to begin with, where the hall has asked for it; by default what it has not acknowledged.

    Raises Refused when what was sealed here may only be sent by a new incarnation (S27).
    """
    position = store.position()
    if position.adrift:
        raise Refused("line.adrift")
    after = None if first is None else first - 1
    waiting = store.outgoing(limits.push_facts, limits.push_bytes, after, whole=True)
    begins = waiting.first if waiting else 1 << 62
    for out in _groups(store, begins):
        yield _line(signer, out, position)
    while waiting is not None:
        yield _line(signer, waiting, position)
        waiting = store.outgoing(limits.push_facts, limits.push_bytes, waiting.last, whole=True)


def _groups(store: Store, begins: int) -> Iterator[Outgoing]:
    """Groups whose bytes the hall lacks, each once, of before what waits; what waits comes in order anyway."""
    done = 0
    for seq in store.without_bytes():
        if done < seq < begins:
            out = store.whole_group(seq)
            done = out.last
            yield out


def _line(signer: Signer, out: Outgoing, position: Position) -> bytes:
    return msgspec.json.encode(seal(signer, PURPOSE_BATCH, batch_of(out, out.events, position)))


def take_back(store: Store, data: bytes, hall_key: str) -> int:
    """Write down the answers of a file that the hall gave back; how many verdicts there were.

    Raises NotTheHall for what this hall has not sealed for this terminal, or says of envelopes that are not here (an
    older copy of this memory has sealed others in their places, T31): nothing of that line is taken.
    """
    count, position = 0, store.position()
    for line in filter(None, data.splitlines()):
        try:
            said: CarriedAnswer = unseal(read(line, Signed), hall_key, PURPOSE_ANSWER, CarriedAnswer)
        except (BadBytes, ValueError) as cause:
            raise NotTheHall("line.not_the_hall", seen="answer") from cause
        for_us = (said.hall, said.terminal, said.incarnation) == (
            position.hall, position.terminal, position.incarnation,
        )  # fmt: skip
        for_us = for_us and (not said.answer.head or store.has_sealed(said.answer.head))  # an older hall names none
        if not for_us or any(one.verdict.v not in VERDICTS for one in said.answer.verdicts):
            raise NotTheHall("line.not_the_hall", seen="answer")
        store.answered(said.answer.verdicts, said.answer.acked, said.epoch)
        count += len(said.answer.verdicts)
    return count
