"""`yichuang backup FILE`: a whole copy of the terminal's memory while it is in use."""

from __future__ import annotations

import argparse
from pathlib import Path

from casework.messages import t
from console.arguments import Parser, add_folder, add_person, add_shared
from console.errors import WrongUse
from console.output import data


def arguments(parser: Parser) -> None:
    """What it takes."""
    add_shared(parser)
    add_folder(parser)
    add_person(parser, required=False)  # the nightly copy has nobody to type a PIN
    parser.add_argument("file", metavar="FILE", help=t("arguments.backup"))


def run(args: argparse.Namespace) -> int:
    """Write it; the older copy there stays until the new one is durable."""
    from console.bootstrap import opened

    target = Path(args.file)
    if target.is_dir():
        raise WrongUse("console.backup.folder", file=str(target))
    with opened(args.dir) as terminal:
        if target.resolve() == terminal.memory.file.resolve():
            raise WrongUse("console.backup.itself", file=str(target))
        scans = terminal.memory.backup(target)
    data({"file": str(target), "bytes": target.stat().st_size, "scans": scans})
    return 0
