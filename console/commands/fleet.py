"""`yichuang fleet`: every terminal and the rollout, at the hall's machine; a screen in a terminal, else lines."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from casework.messages import t
from console.arguments import Parser, add_shared
from console.output import data, text

if TYPE_CHECKING:
    from hall.cli import FleetHand


def arguments(parser: Parser) -> None:
    """What it takes."""
    add_shared(parser)
    parser.add_argument("--dir", metavar="DIR", help=t("arguments.hall_dir"))


def run(args: argparse.Namespace) -> int:
    """Show it. Raises HallError where there is no hall."""
    from casework.fleet import facts, plain_text
    from hall import cli

    with cli.open_fleet(cli.hall_folder(args.dir)) as hand:
        if args.json:
            for line in facts(hand.fleet()):
                data(line)
        elif sys.stdin.isatty() and sys.stdout.isatty():
            return _screen(args, hand)
        else:
            text(plain_text(hand.fleet()))
    return 0


def _screen(args: argparse.Namespace, hand: FleetHand) -> int:
    from casework.limits import LIMITS
    from console.fleet_desk import HallFleet
    from console.keymap import load
    from console.messages import choose_language
    from screens.fleet_app import FleetApp

    warning = load()
    app = FleetApp(HallFleet(hand), poll_seconds=LIMITS.fleet_seconds)
    app.language, app.warning = choose_language(args.lang, os.environ), warning
    app.run()
    if app.broken is not None:
        raise app.broken
    return 0
