"""`yichuang hall snapshot`, and what a served hall makes of them by itself (S21)."""

from __future__ import annotations

import argparse
from pathlib import Path

from casework.ambient import stamp
from casework.messages import t
from hall import cli
from hall.snapshots import FOLDER, SCOPES, Kept, Shelf


def make_snapshot(here: cli.HallHere) -> Kept:
    """Make a snapshot now. Raises Stop."""
    shelf = Shelf(here.folder / FOLDER, here.limits)
    return shelf.make(here.folder / cli.DATABASE, here.signer, stamp(here.clock.now()))


def snapshot_if_due(here: cli.HallHere) -> Kept | None:
    """Make one when it is worth its work. Raises Stop."""
    with here.store.reading() as reading:
        hall = reading.hall()
    due = Shelf(here.folder / FOLDER, here.limits).due(hall.epoch, hall.seq, stamp(here.clock.now()))
    return make_snapshot(here) if due else None


def run_snapshot(args: argparse.Namespace, folder: Path) -> int:
    """Make one now; the exit code. Raises HallError."""
    with cli.open_hall(folder) as here:
        kept = make_snapshot(here)
    size = sum(kept.file(scope).stat().st_size for scope in SCOPES)
    cli.say(t("hall.snapshot_done", entries=kept.seq, bytes=size, folder=str(kept.folder)))
    if args.json:
        cli.print_row({"entries": kept.seq, "epoch": kept.epoch, "bytes": size, "folder": str(kept.folder)})
    return 0
