"""A real hall as a process of its own on loopback, and what talks to it: a plain client, and real terminals."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from casework.ambient import CIVIL
from casework.facts import NO_HASH, Envelope, Fact, digest, encode_fact
from casework.limits import LIMITS
from casework.seals import Ed25519Signer, seal
from casework.wire import PURPOSE_BATCH, PURPOSE_ENROL, Batch, EnrolRequest, PushAnswer, Sent
from console.memory_thread import MemoryThread
from hall.cli import HallHere, create_hall, open_hall
from local_db.counter import Identity
from local_db.memory import TerminalMemory
from sync.contact import Contact
from sync.inbound import Inbound
from sync.outbound import Outbound
from sync.transport import Transport

ROOT = Path(__file__).resolve().parents[2]
NOTHING = msgspec.Raw(b"null")
BATCH_BYTES = 256 * 1024
_ENVELOPE_BYTES = 600
"""What a batch has around its facts, at most."""


class Clock:
    """This machine's clocks, as the hall's civil time."""

    def now(self) -> datetime:
        """The civil time, naive."""
        return (datetime.now(UTC) + CIVIL).replace(tzinfo=None)

    def monotonic(self) -> float:
        """Seconds of this boot."""
        import time

        return time.monotonic()


class Teller:
    """A terminal reduced to its key and its chain of envelopes: seals facts, signs batches, reads verdicts.

    Args:
        number: the terminal's.
        hall: the hall's id; known after enrolment.
    """

    def __init__(self, number: str, hall: str = "") -> None:
        self.number = number
        self.hall = hall
        self.incarnation = digest(f"bench{number}".encode())[:32]
        self.signer = Ed25519Signer(digest(f"key{number}".encode()).encode()[:32])
        self.sent: list[Sent] = []
        self.hashes: list[str] = []
        self.sizes: list[int] = []

    def seal(self, facts: Sequence[Fact]) -> None:
        """Put facts into the chain."""
        for fact in facts:
            data = encode_fact(fact)
            seq = len(self.sent) + 1
            prev = self.hashes[-1] if self.hashes else NO_HASH
            self.sent.append(Sent(seq, msgspec.Raw(data)))
            self.hashes.append(Envelope(self.number, self.incarnation, seq, prev, digest(data)).hash)
            self.sizes.append(len(data))

    def cuts(self) -> list[tuple[int, int]]:
        """First and last of batches of at most 250 facts and 256 KiB of whole groups."""
        ends: list[int] = []
        groups = [msgspec.json.decode(bytes(event.fact), type=Fact).group for event in self.sent]
        count = size = whole = last = 0
        for at, (group, bytes_) in enumerate(zip(groups, self.sizes, strict=True), 1):
            if count and (count + 1 > LIMITS.push_facts or size + bytes_ > BATCH_BYTES - _ENVELOPE_BYTES):
                ends.append(whole)
                count, size, last = at - 1 - whole, sum(self.sizes[whole : at - 1]), whole
            count, size = count + 1, size + bytes_
            whole = at if group.index + 1 == group.size else whole
        if last < len(self.sent):
            ends.append(len(self.sent))
        return [(first + 1, end) for first, end in zip([0, *ends[:-1]], ends, strict=True)]

    def batch(self, first: int, last: int, cursor: int = 0, chain: str = NO_HASH) -> bytes:
        """The signed batch first..last as it goes over the line."""
        made = Batch(
            self.hall, self.number, self.incarnation, first, last, self.hashes[first - 2] if first > 1 else NO_HASH,
            self.hashes[last - 1], 1, cursor, chain, NOTHING, tuple(self.sent[first - 1 : last]),
        )  # fmt: skip
        return msgspec.json.encode(seal(self.signer, PURPOSE_BATCH, made))

    def enrol(self, at: HallHere, code: str) -> None:
        """Present a code, before the hall is served."""
        request = EnrolRequest(self.number, code, self.incarnation, self.signer.public)
        answer, _ = at.hall.enrol(msgspec.json.encode(seal(self.signer, PURPOSE_ENROL, request)))
        self.hall = answer.hall


class Terminal:
    """A real terminal: its memory on the disk, its line over HTTP."""

    def __init__(self, folder: Path, number: str, at: HallHere) -> None:
        self.teller = Teller(number)
        code, _ = at.invite(number)
        self.teller.enrol(at, code)
        with at.store.reading() as reading:
            hall = reading.hall()
        who = Identity(hall.id, hall.region, hall.name, hall.key, number, self.teller.incarnation, hall.epoch)
        self.clock = Clock()
        self.memory = TerminalMemory.create(folder / f"t{number}", self.clock, folder / "state", who)
        self.key = hall.key

    @contextlib.contextmanager
    def line(self, url: str) -> Iterator[tuple[Inbound, Outbound, Transport]]:
        """Its line; close the transport in the loop that used it."""
        transport = Transport(url, self.clock, key=self.key)
        thread = MemoryThread()
        contact = Contact(self.memory, transport, self.teller.signer, self.clock, thread)
        try:
            yield Inbound(contact), Outbound(contact), transport
        finally:
            thread.close()

    async def pull(self, url: str, upto: int = 0) -> int:
        """Pull up to the newest entry (or `upto`); how many pages it took."""
        pages = 0
        with self.line(url) as (inbound, _, transport):
            try:
                while True:
                    page = await inbound.step(0.0)
                    pages += 1
                    if page.upto >= page.newest or (upto and page.upto >= upto):
                        return pages
            finally:
                inbound.forget()
                await transport.aclose()

    async def push(self, url: str) -> int:
        """Push all that waits; how many facts got their verdict."""
        count = 0
        with self.line(url) as (_, outbound, transport):
            try:
                while (answered := await outbound.step()) is not None:
                    count += answered
            finally:
                outbound.forget()
                await transport.aclose()
        return count


@contextlib.contextmanager
def founded(folder: Path) -> Iterator[HallHere]:
    """A new hall with the shipped catalogue and the people of the sample, opened here and not yet served."""
    create_hall(folder, sample=True, verifier=lambda pin: f"cheap:{pin}")
    with open_hall(folder) as at:
        yield at


@contextlib.contextmanager
def served(folder: Path, port: int = 0) -> Iterator[tuple[str, int]]:
    """`yichuang hall serve` as people start it; its address, and its process. Nobody else may write to its folder."""
    words = [sys.executable, "-m", "console.main", "hall", "serve", "--dir", str(folder), "--port", str(port)]
    process = subprocess.Popen(
        words, cwd=ROOT, env={**os.environ, "YICHUANG_LANG": "en"}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, "the hall did not start"
        yield json.loads(line)["listening"], process.pid
    finally:
        process.terminate()
        process.wait(30)


def worked(process: int) -> float:
    """Seconds of processor time of a process; 0 where the system does not tell it this way."""
    status = Path(f"/proc/{process}/stat")
    if not status.is_file():
        return 0.0
    fields = status.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def checked(content: bytes, first: int, last: int) -> None:
    """Every envelope of a push got its verdict, and every one is *accepted*."""
    answer = msgspec.json.decode(content, type=PushAnswer)
    said = [verdict.verdict for verdict in answer.verdicts]
    wrong = [verdict for verdict in said if verdict.v != "accepted"]
    assert len(said) == last - first + 1, len(said)
    assert not wrong, wrong[:2]
