"""`yichuang console`: the console in the terminal."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from casework.messages import t
from console.arguments import Parser, add_folder, add_shared
from console.errors import ConsoleError


def arguments(parser: Parser) -> None:
    """What it takes."""
    add_shared(parser)
    add_folder(parser)
    parser.add_argument("--practice", action="store_true", help=t("arguments.practice"))


def run(args: argparse.Namespace) -> int:
    """Open the console until it is left. Raises ConsoleError without a terminal to show it in."""
    import os

    from console.folders import data_folder
    from console.messages import choose_language
    from console.window import WEB_DRIVER, open_console

    in_browser = os.environ.get("TEXTUAL_DRIVER") == WEB_DRIVER
    if not in_browser and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConsoleError("console.no_screen", command=t("help.case"))
    from screens.tour import TO_PRACTICE
    from screens.updating import TO_NEW_VERSION
    from sync.updates.launcher import AGAIN

    folder, language = data_folder(args.dir), choose_language(args.lang, os.environ)
    if args.practice:
        return _practise(folder, language)
    while True:
        code = open_console(folder, language=language, offered=not in_browser)
        if code == TO_NEW_VERSION:
            return AGAIN
        if code != TO_PRACTICE:
            return 0
        _practise(folder, language)


def _practise(folder: Path, language: str) -> int:
    from console.practice import FOLDER, practise

    return practise(folder / FOLDER, language)
