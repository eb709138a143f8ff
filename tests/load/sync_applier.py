"""A process that is one terminal's line: `python -m tests.load.sync_applier JOB` pulls until the log is applied.

Prints the seconds, the entries, and the most memory that the process had.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import msgspec

from local_db.memory import TerminalMemory
from sync.contact import Contact
from sync.inbound import Inbound
from sync.transport import Transport
from tests.load.sync_day import Job
from tests.load.sync_hall import Clock, Teller, here

WAIT = 25.0
"""Seconds of a long poll."""


async def applied(job: Job, memory: TerminalMemory) -> None:
    """Pull until `job.upto`, as the line does: what is there at once, then by long polls."""
    transport = Transport(job.url, memory.clock, key=job.hall_key)
    inbound = Inbound(Contact(memory, transport, Teller(job.number).signer, memory.clock, here))
    try:
        wait = 0.0
        while True:
            page = await inbound.step(wait)
            if page.upto >= job.upto:
                return
            wait = WAIT if page.upto >= page.newest else 0.0
    finally:
        await transport.aclose()


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
    began = time.perf_counter()
    asyncio.run(applied(job, memory))
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "cursor": memory.position().cursor, "peak": peak()}))
    memory.close()


if __name__ == "__main__":
    main()
