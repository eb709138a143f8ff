"""`yichuang demo`: a hall with two windows and made-up people in one folder; a day in fast motion without a screen."""

from __future__ import annotations

import argparse

from casework.messages import t
from console.arguments import Parser, add_folder, add_shared


def arguments(parser: Parser) -> None:
    """What it takes."""
    add_shared(parser)
    add_folder(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--tour", action="store_true", help=t("arguments.tour"))
    how.add_argument("--headless", action="store_true", help=t("arguments.headless"))
    parser.add_argument("--seed", type=int, default=1, metavar="N", help=t("arguments.seed"))


def run(args: argparse.Namespace) -> int:
    """Run it; exit code 1 when the terminals and the hall did not converge."""
    from console.demo import demo

    return demo.tour(args) if args.tour else demo.run(args)
