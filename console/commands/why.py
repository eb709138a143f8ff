"""`yichuang why NUMBER`: the clocks of a case as a ledger, day by day."""

from __future__ import annotations

import argparse

from casework.messages import t
from console.arguments import Parser, add_folder, add_person, add_shared
from console.output import data, text


def arguments(parser: Parser) -> None:
    """What it takes."""
    add_shared(parser)
    add_folder(parser)
    add_person(parser)
    parser.add_argument("number", metavar="NUMBER", help=t("arguments.case"))


def run(args: argparse.Namespace) -> int:
    """Print the ledger, as plain values with `--json`."""
    from console.ledger_text import ledger_facts, ledger_text
    from console.signed_in import signed_in

    with signed_in(args) as (terminal, _):
        case = terminal.counter.case(args.number)
        if args.json:
            data(ledger_facts(terminal, case))
        else:
            text(ledger_text(terminal, case))
    return 0
