"""`yichuang sync`: the line as a process of its own until stopped; `--once` does it all once and reports (S34).

Needs nobody signed in. With the hall down `--once` fails with a sentence, and its figures are printed all the same.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from pathlib import Path
from types import FrameType

from casework.messages import Spoken, t
from console.arguments import Parser, add_folder, add_shared
from console.output import data, talk
from console.terminal import Terminal
from sync.status import LineStatus, LinkState


def arguments(parser: Parser) -> None:
    """What it takes."""
    add_shared(parser)
    add_folder(parser)
    parser.add_argument("--once", action="store_true", help=t("arguments.once"))
    parser.add_argument("--hall", metavar="URL", help=t("arguments.hall_moved"))
    parser.add_argument("--export", default="", metavar="FILE", help=t("arguments.export"))
    parser.add_argument("--from", type=int, default=None, dest="first", metavar="N", help=t("arguments.export_from"))
    parser.add_argument("--import-answer", default="", metavar="FILE", dest="answer", help=t("arguments.answer"))


def run(args: argparse.Namespace) -> int:
    """Do it; 1 when the hall was not reached, or a person has to act."""
    from console import bootstrap
    from console.configured import limits_of, take_alone
    from console.line_once import sync_once
    from sync.transport import checked

    with bootstrap.opened(args.dir) as terminal:
        if args.hall:
            terminal.memory.keep_setting(bootstrap.URL_SETTING, checked(args.hall))
        if args.export or args.answer:
            return _by_stick(terminal, args)
        if not args.once:
            return _until_stopped(terminal)
        take_alone(terminal)
        round_ = sync_once(terminal, limits_of(terminal.memory), scans=True)
    data(round_.facts())
    if round_.trouble is None:
        return 0
    talk(t("console.sync.failed", reason=round_.trouble))
    return 1


def _by_stick(terminal: Terminal, args: argparse.Namespace) -> int:
    """What waits goes into a file for `yichuang hall import`, or the hall's answer comes back (S28)."""
    from console import bootstrap
    from console.output import read_file, write_lines
    from sync.carrying import carried, take_back

    memory = terminal.memory
    facts: dict[str, object] = {}
    if args.answer:
        answer = read_file(Path(args.answer))
        facts["answered"] = take_back(memory, answer, memory.identity.hall_key)
    if args.export:
        lines = carried(memory, bootstrap.signer_of(memory.folder), args.first, memory.limits)
        facts |= {"file": args.export, "batches": write_lines(Path(args.export), lines)}
    data({**facts, "pending": memory.pending().unsent})
    if args.export:
        talk(t("console.sync.exported", file=args.export))
    return 0


def _until_stopped(terminal: Terminal) -> int:
    from sync.updates.launcher import AGAIN

    signal.signal(signal.SIGTERM, _stop)
    try:
        status = asyncio.run(_serve(terminal))
    except KeyboardInterrupt:
        return 0
    if status is None:
        return AGAIN
    talk(t("console.sync.stopped", reason=status.message or ""))
    return 1


async def _serve(terminal: Terminal) -> LineStatus | None:
    """Wait until the line is free, then run it until a person has to act; None: until another version is to go on."""
    from console import bootstrap
    from console.configured import limits_of, take_alone

    beside = asyncio.create_task(_beside(terminal))
    owner = bootstrap.own_line(terminal)
    if owner is None:
        talk(t("console.line_taken"))
    while owner is None:
        if beside.done():
            return None
        await bootstrap.wait(terminal.memory.limits.poll_spacing)
        owner = bootstrap.own_line(terminal)
    with owner:
        take_alone(terminal)
        async with bootstrap.line_for(terminal, limits=limits_of(terminal.memory)) as line:
            terminal.pace = lambda: line.pace(limits_of(terminal.memory))
            line.watch(_tell)
            serves = asyncio.create_task(line.serve())
            done, rest = await asyncio.wait({serves, beside}, return_when=asyncio.FIRST_COMPLETED)
            for one in rest:
                one.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
            for one in done:
                one.result()
            return line.status if serves in done else None


async def _beside(terminal: Terminal) -> None:
    """What IT has set holds from the line's next wait on; ends when another version stands, between two requests."""
    from console import bootstrap
    from console.configured import take_alone

    home = bootstrap.installation()
    while home is None or not home.follows():
        await bootstrap.wait(terminal.memory.limits.beside_seconds)
        with contextlib.suppress(Spoken):  # a full disk: they wait
            take_alone(terminal)


def _tell(status: LineStatus) -> None:
    told = {"link": str(status.link), "error": status.error or None, "last_contact": status.last_contact or None}
    data(told if status.boot is None else {**told, "snapshot": status.boot})
    if status.link is not LinkState.ONLINE and status.message:
        talk(status.message)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
