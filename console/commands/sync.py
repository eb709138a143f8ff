"""`yichuang sync`: the line as a process of its own until stopped; `--once` does it all once and reports (S34).

Needs nobody signed in. With the hall down `--once` fails with a sentence, and its figures are printed all the same.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from types import FrameType

from casework.messages import t
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


def run(args: argparse.Namespace) -> int:
    """Do it; 1 when the hall was not reached, or a person has to act."""
    from console import bootstrap
    from console.line_once import sync_once
    from sync.transport import checked

    with bootstrap.opened(args.dir) as terminal:
        if args.hall:
            terminal.memory.keep_setting(bootstrap.URL_SETTING, checked(args.hall))
        if not args.once:
            return _until_stopped(terminal)
        round_ = sync_once(terminal)
    data(round_.facts())
    if round_.trouble is None:
        return 0
    talk(t("console.sync.failed", reason=round_.trouble))
    return 1


def _until_stopped(terminal: Terminal) -> int:
    signal.signal(signal.SIGTERM, _stop)
    try:
        status = asyncio.run(_serve(terminal))
    except KeyboardInterrupt:
        return 0
    talk(t("console.sync.stopped", reason=status.message or ""))
    return 1


async def _serve(terminal: Terminal) -> LineStatus:
    """Wait until the line is free, then run it until it is stopped or a person has to act."""
    from console import bootstrap

    owner = bootstrap.own_line(terminal)
    if owner is None:
        talk(t("console.line_taken"))
    while owner is None:
        await bootstrap.wait(terminal.memory.limits.poll_spacing)
        owner = bootstrap.own_line(terminal)
    with owner:
        async with bootstrap.line_for(terminal) as line:
            line.watch(_tell)
            await line.serve()
            return line.status


def _tell(status: LineStatus) -> None:
    data({"link": str(status.link), "error": status.error or None, "last_contact": status.last_contact or None})
    if status.link is not LinkState.ONLINE and status.message:
        talk(status.message)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
