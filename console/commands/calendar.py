"""`yichuang calendar due`: the day on which a number of working days has run, by the newest calendar that is here."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from casework.messages import t
from console.arguments import Parser, add_folder, command, commands
from console.errors import WrongUse
from console.output import data

MOST = 400
"""The longest number of working days that may be asked for."""


def arguments(parser: Parser) -> None:
    """What it takes."""
    due = command(commands(parser), "due", "help.calendar.due")
    add_folder(due)
    due.add_argument("date", metavar="DATE", help=t("arguments.date"))
    due.add_argument("days", metavar="N", help=t("arguments.days", most=MOST))


def run(args: argparse.Namespace) -> int:
    """Print `{"due", "provisional"}`. Raises WrongUse for what is no date or no number, BadDate before the calendar."""
    from casework import calendar

    try:
        start = date.fromisoformat(args.date)
    except ValueError as cause:
        raise WrongUse("console.calendar.date", given=args.date[:40]) from cause
    if not (args.days.isascii() and args.days.isdigit() and 1 <= int(args.days[:6]) <= MOST):
        raise WrongUse("console.calendar.days", given=args.days[:40], most=MOST)
    due = calendar.parse(_newest(args.dir)).add_working_days(start, int(args.days))
    data({"due": due.day.isoformat(), "provisional": due.provisional})
    return 0


def _newest(folder: str | None) -> bytes:
    """The calendar of the terminal that is named, else the shipped one: it works without any data folder."""
    from local_db.shipped import shipped_calendar

    if folder and (Path(folder) / "terminal.db").is_file():
        from console.bootstrap import opened

        with opened(folder) as terminal:
            head = terminal.memory.head("calendar.head")
            newest = terminal.memory.blob(head.version) if head else None
            if newest is not None:
                return newest
    return shipped_calendar()
