"""`yichuang board`: the figures of the board (看板), from what this terminal holds."""

from __future__ import annotations

import argparse

from casework.board import PERIODS
from casework.messages import t
from console.arguments import Parser, add_folder, add_person, add_shared
from console.output import data, text


def arguments(parser: Parser) -> None:
    """What it takes."""
    add_shared(parser)
    add_folder(parser)
    add_person(parser)
    parser.add_argument("--days", type=int, choices=PERIODS, default=PERIODS[-1], help=t("arguments.days"))


def run(args: argparse.Namespace) -> int:
    """Print the figures; as plain values with `--json`."""
    from console.desk.board import BoardBook, facts
    from console.showing import Shower
    from console.signed_in import signed_in

    with signed_in(args) as (terminal, _):
        show = Shower(terminal.library, lambda: terminal.language, terminal.clock.now, terminal.name_of)
        book = BoardBook(terminal, show)
        while terminal.memory.measure():
            pass
        if args.json:
            data(facts(book.board(args.days), terminal))
            return 0
        view = book.view(args.days)
        text(f"{t('board.as_of', at=view.as_of or '-')} | {view.scope} | {t('screens.board.days', n=view.days)}")
        for figure in view.figures:
            text(f"\n{figure.title}  {figure.value}")
            for line in figure.lines:
                text(f"  {line.name}  {line.value}")
    return 0
