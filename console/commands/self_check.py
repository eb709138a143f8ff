"""`yichuang self-check`: whether this version can work with this terminal's data; the hall is not asked."""

from __future__ import annotations

import argparse

from casework.messages import t
from console.arguments import Parser, add_folder, add_shared
from console.output import data, text


def arguments(parser: Parser) -> None:
    """What it takes. Nobody signs in: it says nothing of a case."""
    add_shared(parser)
    add_folder(parser)


def run(args: argparse.Namespace) -> int:
    """A line for each check; 1 when one of them fails."""
    from console.folders import data_folder
    from console.updating.self_check import checks

    wrong = 0
    for name, found in checks(data_folder(args.dir)):
        wrong += found is not None
        if args.json:
            data({"check": name, "ok": found is None, "why": None if found is None else str(found)})
        else:
            text(f"{t(f'update.check.{name}'):<24} {t('update.check.well') if found is None else found}")
    return 1 if wrong else 0
