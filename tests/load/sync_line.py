"""A process that is one terminal's line: `python -m tests.load.sync_line JOB` pulls, or pushes its outbox, and ends.

Prints seconds, the processor's seconds, the cursor, and the most memory that the process had.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from console.memory_thread import MemoryThread
from local_db.memory import TerminalMemory
from sync.contact import Contact
from sync.inbound import Inbound
from sync.line import Line
from sync.outbound import Outbound
from sync.transport import Transport
from tests.load.sync_hall import ROOT, Clock, Teller, Terminal

BOTH = -1
WAIT = 25.0
"""Seconds of a long poll."""


class Job(msgspec.Struct):
    """What the process is told: its memory, its key, the hall, and how far to pull.

    `upto` 0: push what waits; `BOTH`: what a line does once, the hall's snapshot included.
    """

    folder: str
    state: str
    number: str
    hall_key: str
    url: str
    upto: int


class Done(msgspec.Struct):
    """What it says at its end. `peak`: bytes; 0 where the system does not tell it this way."""

    seconds: float
    worked: float
    cursor: int
    facts: int
    peak: int


def line_of(terminal: Terminal, url: str, upto: int) -> subprocess.Popen[str]:
    """The process; the memory is closed here, it opens it again."""
    terminal.memory.close()
    folder = terminal.memory.folder
    job = Job(str(folder), str(folder.parent / "state"), terminal.teller.number, terminal.key, url, upto)
    words = [sys.executable, "-m", "tests.load.sync_line", json.dumps(msgspec.to_builtins(job))]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str], seconds: float = 3600) -> Done:
    """What the process said when it was done."""
    out, _ = process.communicate(timeout=seconds)
    assert process.returncode == 0, out
    return msgspec.json.decode(out, type=Done)


async def _lined(job: Job, memory: TerminalMemory) -> int:
    """Pull until `job.upto`, as the line does: what is there at once, then by long polls; or push all. The facts."""
    transport = Transport(job.url, memory.clock, key=job.hall_key)
    thread = MemoryThread()
    contact = Contact(memory, transport, Teller(job.number).signer, memory.clock, thread)
    try:
        if job.upto == BOTH:
            return await _both(job, memory, transport, thread)
        return await (_pulled(Inbound(contact), job.upto) if job.upto else _pushed(Outbound(contact)))
    finally:
        await transport.aclose()
        thread.close()


async def _both(job: Job, memory: TerminalMemory, transport: Transport, thread: MemoryThread) -> int:
    line = Line(
        memory,
        transport,
        Teller(job.number).signer,
        clock=memory.clock,
        sleep=asyncio.sleep,
        dice=lambda: 0.5,
        run=thread,
    )
    done = await line.sync_once()
    assert not done.error, done
    return max(1, done.pulled)


async def _pulled(inbound: Inbound, upto: int) -> int:
    wait, count = 0.0, 0
    while True:
        page = await inbound.step(wait)
        count += page.entries
        if page.upto >= upto:
            return count
        wait = WAIT if page.upto >= page.newest else 0.0


async def _pushed(outbound: Outbound) -> int:
    count = 0
    while (answered := await outbound.step()) is not None:
        count += answered
    return count


def peak() -> int:
    """The most memory of this process in bytes; 0 where the system does not tell it this way."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def main() -> None:
    """Do the one job."""
    job = msgspec.json.decode(sys.argv[1], type=Job)
    memory = TerminalMemory.open(Path(job.folder), Clock(), Path(job.state))
    began, worked = time.perf_counter(), time.process_time()
    facts = asyncio.run(_lined(job, memory))
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    print(msgspec.json.encode(Done(seconds, worked, memory.position().cursor, facts, peak())).decode())
    memory.close()


if __name__ == "__main__":
    main()
