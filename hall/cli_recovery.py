"""`yichuang hall backup|restore|epoch`, and the second place of `hall serve --backups` (S24-S26)."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from casework.messages import t
from hall import cli
from hall.backups import Backups
from hall.errors import Stop
from hall.keys import read_key
from hall.ownership import owned
from hall.releases.copying import ReleaseCopy, lay_back
from hall.restoring import restore
from hall.scan_folder import ScanFolder
from hall.second_place import Keeping, SecondPlace, note
from hall.sqlite_store import SCANS
from hall.threads import in_daemon

_STOP_SECONDS = 10.0


def run_recovery(args: argparse.Namespace, folder: Path) -> int:
    """Do what was asked; the exit code. Raises HallError."""
    return {"backup": _backup, "restore": _restore, "epoch": _epoch}[args.action](args, folder)


def backups_of(here: cli.HallHere, folder: str) -> Backups:
    """The second place of an opened hall."""
    return Backups(Path(folder), here.folder / cli.DATABASE, here.store, here.signer, here.clock, here.limits)


def step_of(here: cli.HallHere, place: str) -> Callable[[], int]:
    """Writes to the second place what is new: the log and the scans, and what is published."""
    log = backups_of(here, place)
    published = ReleaseCopy(here.folder / cli.RELEASES, Path(place) / cli.RELEASES)

    def step() -> int:
        written = log.step()
        try:
            return written + published.step(here.limits.backup_files_at_once)
        except OSError as cause:
            raise Stop("hall.no_write", file=place, reason=cause.strerror or str(cause)) from cause

    return step


class Served:
    """The second place of a served hall, looked after until the hall stops."""

    def __init__(self, keeping: Keeping, task: asyncio.Future[None]) -> None:
        self._keeping = keeping
        self._task = task

    def stop(self) -> None:
        """End it; what is being written may end, and a place that hangs keeps no hall from stopping."""
        self._task.cancel()
        self._keeping.ended(_STOP_SECONDS)


def serving_with(here: cli.HallHere, folder: str, sleep: Callable[[float], Awaitable[None]]) -> Served | None:
    """Look after the second place; None where none was named."""
    if not folder:
        note(here.folder, SecondPlace())
        return None
    place, limits = str(Path(folder).absolute()), here.limits
    keeping = Keeping(here.folder, place, step_of(here, place), lambda: here.hall.now, cli.say)
    going = keeping.go_on(in_daemon, sleep, limits.segment_seconds, limits.place_hangs_seconds)
    return Served(keeping, asyncio.ensure_future(going))


def _backup(args: argparse.Namespace, folder: Path) -> int:
    target = Path(args.file)
    if target.is_dir():
        raise Stop("hall.backup_folder", file=str(target))
    with cli.open_hall(folder) as here:
        if target.resolve() == (folder / cli.DATABASE).resolve():
            raise Stop("hall.backup_itself", file=str(target))
        backups_of(here, str(target.parent)).full(target)
    cli.print_row({"file": str(target), "bytes": target.stat().st_size})
    return 0


def _restore(args: argparse.Namespace, folder: Path) -> int:
    signer = read_key(folder / cli.KEYS)
    clock = cli.HallClock()
    began = clock.monotonic()
    segments = Path(args.segments) if args.segments else None
    with owned(folder):
        done = restore(folder, cli.DATABASE, Path(args.source), segments, signer, clock, cli.new_id)
        source = Path(args.source)
        place = source if source.is_dir() else source.parent
        scans = ScanFolder(folder / SCANS).take_from(place / SCANS)
        published = _lay_back(place / cli.RELEASES, folder / cli.RELEASES)
    facts: dict[str, Any] = {
        **msgspec.structs.asdict(done),
        "scans": scans,
        "published": published,
        "seconds": round(clock.monotonic() - began, 3),
    }
    cli.say(t("hall.restored", copy=done.copy, segments=done.from_segments, epoch=done.epoch))
    if done.kept:
        cli.say(t("hall.restored_kept", kept=done.kept))
    if published:
        cli.say(t("hall.restored_releases", count=published))
    cli.print_row(facts)
    return 0


def _lay_back(copy: Path, folder: Path) -> int:
    try:
        return lay_back(copy, folder)
    except OSError as cause:
        raise Stop("hall.no_write", file=str(folder), reason=cause.strerror or str(cause)) from cause


def _epoch(args: argparse.Namespace, folder: Path) -> int:
    with cli.open_hall(folder) as here:
        if args.open:
            here.hall.open_epoch(args.open.strip()[:200])
        with here.store.reading() as reading:
            hall = reading.hall()
    cli.print_row({"epoch": hall.epoch, "entries": hall.seq, "latched": hall.latched, "healing": hall.healing})
    return 0
