"""`yichuang release export|import DIR`: a stick to the windows that the line does not reach, and back (updates.md)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from casework.messages import t
from hall import cli, cli_release
from hall.cli_import import take_file
from hall.cli_person import proven_person
from hall.errors import Gap, HallError, ReleaseTrouble, Stop
from hall.files import write_whole
from hall.releases import stick


def run_export(args: argparse.Namespace, here: cli.HallHere) -> int:
    """Write what is published, signed anew as of today; the exit code. Raises ReleaseTrouble."""
    releases, rollout = cli_release.releases_of(here), cli_release.rollouts_of(here).current()
    if rollout is None:
        raise ReleaseTrouble("release.no_rollout")
    releases.freshen()
    named = tuple(filter(None, args.platform.split(",")))
    done = stick.export(releases, rollout, Path(args.folder), named or stick.platforms_of(here.hall.terminals()))
    cli.say(t("stick.written", folder=args.folder, until=done.until))
    cli.print_row({
        "rollout": rollout.number, "versions": list(done.versions), "blocked": list(rollout.blocked),
        "platforms": list(done.platforms),
        "files": done.files, "bytes": done.bytes, "until": done.until,
    })  # fmt: skip
    return 0


def run_import(args: argparse.Namespace, here: cli.HallHere) -> int:
    """Take in what windows wrote out, each by itself; 1 when one of them could not be. Raises HallError."""
    proven_person(here, args.staff)
    folders, failed = list(stick.brought(Path(args.folder))), 0
    if not folders:
        raise ReleaseTrouble("stick.brings_nothing", folder=args.folder)
    for folder in folders:
        try:
            cli.print_row(_taken(here, folder, args))
        except HallError as no:
            failed += 1
            cli.say(f"{folder.name}: {no.message}")
    return 1 if failed else 0


def _taken(here: cli.HallHere, folder: Path, args: argparse.Namespace) -> dict[str, object]:
    with here.store.reading() as reading:
        status, row, differs = stick.take_status(reading, _status(folder), here.hall.now)
    file, restored = folder / stick.OUTBOX, differs == stick.RESTORED
    if not restored:
        here.hall.change(lambda reading, now, ids: stick.keep_status(reading, row))
    elif not file.is_file() or not file.stat().st_size:
        raise _other_epoch(here, status.terminal)
    if differs and not restored:
        raise ReleaseTrouble("stick.other_log", number=status.terminal, what=differs)
    facts: dict[str, object] = {
        "terminal": status.terminal, "at": row.at, "unsent": status.report.unsent,
        "app": status.report.update.app if status.report.update else status.report.program, "log": differs or "same",
    }  # fmt: skip
    if file.is_file():
        try:
            found, answers = take_file(here, file, args.staff, vouched=args.vouch)
        except Stop as no:
            if restored and isinstance(no.__cause__, Gap):
                raise _other_epoch(here, status.terminal) from no
            raise
        _answer(folder, answers)
        facts |= {name: found[name] for name in ("accepted", "duplicate", "held", "rejected")}
    if restored:  # only now all that it says to have sent is here
        here.hall.change(lambda reading, now, ids: stick.keep_status(reading, row))
    return facts


def _other_epoch(here: cli.HallHere, number: str) -> ReleaseTrouble:
    """What a restored hall may lack of a window: from where on it has to be written out once more."""
    with here.store.reading() as reading:
        known = reading.terminal(number)
    return ReleaseTrouble("stick.other_epoch", number=number, next=known.acked + 1 if known else 1)


def _status(folder: Path) -> bytes:
    """What a window says of itself. Raises ReleaseTrouble where it is not there, or the stick can't be read."""
    try:
        return (folder / stick.STATUS).read_bytes()
    except OSError as cause:
        raise ReleaseTrouble("stick.unreadable", what=stick.STATUS) from cause


def _answer(folder: Path, answers: Sequence[bytes]) -> None:
    """Raises ReleaseTrouble for a stick that is full, or may not be written: what it has brought is in all the same."""
    try:
        write_whole(folder / stick.ANSWER, b"".join(line + b"\n" for line in answers))
    except OSError as cause:
        raise ReleaseTrouble("stick.not_written", folder=str(folder), reason=cause.strerror or str(cause)) from cause
