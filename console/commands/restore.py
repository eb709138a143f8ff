"""`yichuang restore FILE [--salvage]`: a backup put in place, or what a damaged memory still holds (T31, T42)."""

from __future__ import annotations

import argparse
from pathlib import Path

from casework.messages import t
from console.arguments import Parser, add_folder, add_shared
from console.output import data, talk


def arguments(parser: Parser) -> None:
    """What it takes. Nobody can sign in at a terminal whose memory is gone."""
    add_shared(parser)
    add_folder(parser)
    parser.add_argument("file", metavar="FILE", help=t("arguments.restore"))
    parser.add_argument("--salvage", action="store_true", help=t("arguments.salvage"))


def run(args: argparse.Namespace) -> int:
    """Do it, and say what is next: mostly a new number."""
    from console import bootstrap
    from console.errors import NotEnrolled, WrongUse
    from console.folders import data_folder
    from local_db.restoring import restore, salvage
    from local_db.state import StateFile
    from sync.owner import owner_of

    folder, source = data_folder(args.dir), Path(args.file)
    if source.is_dir():
        raise WrongUse("console.backup.folder", file=str(source))
    mark = bootstrap.SystemClock().now().strftime("%Y%m%d-%H%M%S")
    if folder.is_dir() and owner_of(folder) is not None:
        raise NotEnrolled("console.enrol.in_use", folder=str(folder))
    if args.salvage:
        note = StateFile(bootstrap.states(), folder)
        state = note.read()
        done = salvage(source, folder, mark, state, note.sealed(state.incarnation) if state else 0)
    else:
        done = restore(source, folder, mark)
    talk(t("console.restore.done", terminal=done.terminal, facts=done.facts, newest=done.newest.replace("T", " ")[:16]))
    if done.kept is not None:
        talk(t("console.restore.kept", folder=str(done.kept)))
    with bootstrap.opened(args.dir) as terminal:
        trust = terminal.memory.trust()
    if trust is not None:
        talk(trust)
    data({
        "terminal": done.terminal, "facts": done.facts, "newest": done.newest or None,
        "kept": str(done.kept) if done.kept else None, "enrol_again": trust is not None,
    })  # fmt: skip
    return 0
