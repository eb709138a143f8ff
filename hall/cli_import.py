"""`yichuang hall import FILE`: what a terminal wrote out is taken in under supervision (S28)."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from casework.facts import digest
from casework.limits import Limits
from casework.messages import t
from hall import cli
from hall.cli_person import proven_person
from hall.errors import HallError, Stop
from hall.files import write_whole

_DATABASE = b"SQLite format 3\0"


def run_import(args: argparse.Namespace, folder: Path) -> int:
    """Do it; the exit code. What was taken in before a batch that can't be stays: the same file may come again.

    Raises HallError.
    """
    with cli.open_hall(folder) as here:
        proven_person(here, args.staff)
        found, answers = take_file(here, Path(args.file), args.staff, vouched=args.vouch)
    cli.print_row({name: found[name] for name in ("accepted", "duplicate", "held", "rejected")})
    if found["after"]:
        cli.say(t("hall.import_after", count=found["after"]))
    if args.answer:
        _answer(Path(args.answer), answers)
    return 0


def _answer(file: Path, answers: list[bytes]) -> None:
    """Raises Stop where it can't be written: what came is in, and the same file brings the same answer."""
    try:
        write_whole(file, b"".join(line + b"\n" for line in answers))
    except OSError as cause:
        raise Stop("hall.no_write", file=str(file), reason=cause.strerror or str(cause)) from cause


def take_file(here: cli.HallHere, file: Path, staff: str, *, vouched: bool = False) -> tuple[Counter[str], list[bytes]]:
    """Take the batches of a file in: how many of each verdict, and the answers to be carried back. Raises HallError."""
    data = _read(file)
    sha256 = digest(data)
    found: Counter[str] = Counter()
    answers: list[bytes] = []
    for count, line in enumerate(_lines(data, here.limits), start=1):
        try:
            answer, carried = here.hall.take_in(line, staff, sha256, vouched=vouched)
        except HallError as no:
            raise Stop("hall.import_line", line=count, reason=no.message) from no
        answers.append(msgspec.json.encode(carried))
        for one in answer.verdicts:
            found["duplicate" if one.duplicate else one.verdict.v] += 1
            found["after"] += one.verdict.code == "after_revocation"
    return found, answers


def _read(file: Path) -> bytes:
    try:
        data = file.read_bytes()
    except OSError as cause:
        raise Stop("hall.import_file", file=str(file), reason=cause.strerror or str(cause)) from cause
    if data.startswith(_DATABASE):
        raise Stop("hall.import_database", file=str(file))
    return data


def _lines(data: bytes, limits: Limits) -> Iterator[bytes]:
    for line in data.splitlines():
        if len(line) > limits.body_bytes:
            raise Stop("hall.import_file", file="-", reason=t("hall.unreadable", what="import"))
        if line.strip():
            yield line
