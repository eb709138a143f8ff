"""`yichuang console`: the console in the terminal."""

from __future__ import annotations

import argparse
import sys

from casework.messages import t
from console.arguments import Parser, add_folder, add_shared
from console.errors import ConsoleError


def arguments(parser: Parser) -> None:
    """What it takes."""
    add_shared(parser)
    add_folder(parser)


def run(args: argparse.Namespace) -> int:
    """Open the console until it is left. Raises ConsoleError without a terminal to show it in."""
    import os

    from console.folders import data_folder
    from console.messages import choose_language
    from console.window import WEB_DRIVER, open_console

    if not (sys.stdin.isatty() and sys.stdout.isatty()) and os.environ.get("TEXTUAL_DRIVER") != WEB_DRIVER:
        raise ConsoleError("console.no_screen", command=t("help.case"))
    return open_console(data_folder(args.dir), language=choose_language(args.lang, os.environ))
