"""`yichuang day`: the end of the day at a window: printed papers against acknowledged cases, differences by name."""

from __future__ import annotations

import argparse

import msgspec

from casework.messages import t
from console.arguments import Parser, add_folder, add_person, add_shared
from console.output import data, talk, text


def arguments(parser: Parser) -> None:
    """What it takes."""
    add_shared(parser)
    add_folder(parser)
    add_person(parser)
    parser.add_argument("--date", default="", metavar="DATE", help=t("arguments.day"))
    parser.add_argument("--print", action="store_true", dest="printing", help=t("arguments.day_print"))


def run(args: argparse.Namespace) -> int:
    """Say it; 0 also where something does not agree. Raises WrongUse."""
    from datetime import date

    from console import day_end
    from console.errors import WrongUse
    from console.print_queue import print_waiting
    from console.showing import Shower
    from console.signed_in import signed_in

    try:
        wanted = date.fromisoformat(args.date).isoformat() if args.date else ""
    except ValueError as cause:
        raise WrongUse("console.calendar.date", given=args.date[:40]) from cause
    with signed_in(args) as (terminal, session):
        show = Shower(terminal.library, lambda: terminal.language, terminal.clock.now, terminal.name_of)
        day = wanted or terminal.legal.now().at[:10]
        view = day_end.day_view(terminal, show, day)
        if args.json:
            data(msgspec.to_builtins(view))
        else:
            text("\n".join(day_end.lines(view)))
        if args.printing:
            talk(day_end.print_sheet(terminal, session, show, day))
            print_waiting(terminal)
    return 0
