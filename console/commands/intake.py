"""`yichuang intake FILE`: applications as JSON lines, each with its number printed after its commit.

A bad line is said on standard error with the reason, and the others go on; a reference that was seen before gives the
old number. Keeps S4: what is printed is on the disk.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from casework.commands import Scan
from casework.messages import Message, t
from casework.rules import Refusal
from console import bootstrap
from console.arguments import Parser, add_folder, add_person, add_shared
from console.counter import Session, Taken
from console.dropped import file_of
from console.errors import FileTrouble, WrongUse
from console.intake.lines import BadLine, lines_of, read_line, read_scans
from console.intake.taking_in import take_in
from console.output import complain, data, reason_of, talk
from console.terminal import Terminal
from local_db.scan_files import Staged


def arguments(parser: Parser) -> None:
    """What it takes."""
    add_shared(parser)
    add_folder(parser)
    add_person(parser)
    parser.add_argument("file", nargs="?", default="", metavar="FILE", help=t("arguments.intake"))
    parser.add_argument("--batch", default="", metavar="FILE", help=t("arguments.batch"))
    parser.add_argument("--check", action="store_true", help=t("arguments.batch_check"))
    parser.add_argument("--print", action="store_true", dest="printing", help=t("arguments.print"))
    parser.add_argument("--confirm-day", default="", metavar="DATE", help=t("arguments.confirm_day"))


def run(args: argparse.Namespace) -> int:
    """Take them in; 1 when any line was bad."""
    from console.signed_in import signed_in

    confirmed = _day(args.confirm_day)
    if bool(args.file) == bool(args.batch) or (args.check and not args.batch):
        raise WrongUse("console.intake.one_file")
    if args.batch:
        with signed_in(args) as (terminal, session):
            if confirmed:
                terminal.legal.confirm(confirmed)
            return _batch(terminal, session, args)
    with _stream(args.file) as stream, signed_in(args) as (terminal, session):
        if confirmed:
            terminal.legal.confirm(confirmed)
        good, seen = True, False
        for number, line in lines_of(stream, terminal.memory.limits):
            seen = True
            good = _one(terminal, session, number, line, printing=args.printing) and good
        if not seen:
            talk(t("console.intake.empty", file=args.file))
        if args.printing:
            _print_all(terminal)
    return 0 if good else 1


def _batch(terminal: Terminal, session: Session, args: argparse.Namespace) -> int:
    """A file that an agent brought; with `--check` it is only looked through. 1 when any line is not in."""
    from console.intake.batch import FOLDER, keep_results, look_through, take_line
    from console.intake.batch_file import read_batch

    batch = read_batch(Path(args.batch), terminal.memory.limits)
    outcomes = []
    for line in batch.lines:
        one = (look_through if args.check else take_line)(terminal, session, line)
        outcomes.append(one)
        if one.fate == "wrong":
            _bad(line.number, line.key, one.said.id if one.said else "", one.said or Message("batch.known"))
        for taken in one.taken:
            _told(terminal, session, taken, line.number, line.key, printing=args.printing)
        if args.check and one.fate in {"ready", "warn"}:
            data({"line": line.number, "ref": line.key, "ready": True, "message": str(one.said) if one.said else None})
    bad = sum(1 for one in outcomes if one.fate == "wrong")
    if not args.check:
        table, refused = keep_results(batch, outcomes, terminal.memory.folder / FOLDER)
        talk(t("batch.ended", good=len(outcomes) - bad, bad=bad, table=str(table)))
        if refused is not None:
            talk(t("batch.refused_in", file=str(refused)))
    if args.printing:
        _print_all(terminal)
    return 1 if bad else 0


def _one(terminal: Terminal, session: Session, number: int, line: bytes | None, *, printing: bool) -> bool:
    """One line; whether it was good."""
    ref = ""
    try:
        if line is None:
            raise BadLine("intake.line.too_long", most=terminal.memory.limits.line_bytes)
        command = read_line(line, number)
        ref = command.ref
        with contextlib.ExitStack() as copies:  # a file that can't be taken stops its line before anything has a number
            scans = [
                (Scan(material, file), copies.enter_context(terminal.counter.staged(file_of(file))))
                for material, file in read_scans(line, number)
            ]
            taken = take_in(terminal, session, command)
            foreign = _attached(terminal, session, taken, scans)
    except Exception as error:
        sentence = bootstrap.sentence(error)  # also for what nobody expected: the other lines go on
        _bad(number, ref or getattr(error, "ref", ""), sentence.id, sentence)
        return False
    if isinstance(taken, Refusal):
        _bad(number, ref, taken.code, taken.message)
        return False
    good = True
    for one in taken:  # all numbers are said, also where one of the papers fails
        good = _told(terminal, session, one, number, ref, printing=printing) and good
    if foreign is not None:
        _bad(number, ref, foreign.code, foreign.message)
        return False
    return good


def _attached(
    terminal: Terminal, session: Session, taken: tuple[Taken, ...] | Refusal, scans: list[tuple[Scan, Staged]]
) -> Refusal | None:
    """Attach the scans of a line to its cases; the first that could not be. The cases stand all the same."""
    if isinstance(taken, Refusal) or not scans:
        return None
    cases = [terminal.counter.case(one.number) for one in taken]
    foreign = [scan.material for scan, _ in scans if all(scan.material not in case.materials for case in cases)]
    if foreign:
        return Refusal("not_listed", {"materials": ", ".join(foreign)})
    for case in cases:
        no = terminal.counter.attach_all(session, case, scans)
        if no is not None:
            return no
    return None


def _told(terminal: Terminal, session: Session, taken: Taken, number: int, ref: str, *, printing: bool) -> bool:
    """Say the number, after its commit, and print; whether all went well."""
    facts = {"line": number, "ref": ref or None, "number": taken.number, "case": taken.case, "state": taken.state}
    try:
        data(facts)
    except BrokenPipeError as gone:
        raise FileTrouble("console.intake.nobody_reads", number=taken.number) from gone
    return not (printing and not taken.known) or _printed(terminal, session, taken, number, ref)


def _printed(terminal: Terminal, session: Session, taken: Taken, number: int, ref: str) -> bool:
    """Put the paper that the new case calls for on record and into the print queue."""
    from console.commands.receipt import newest_kind
    from console.counter import PrintedNow

    try:
        kind = newest_kind(terminal.counter.case(taken.number))
        printed = terminal.counter.print(session, taken.number, kind)
    except Exception as error:
        sentence = bootstrap.sentence(error)  # also for what nobody expected: the other lines go on
        _bad(number, ref, sentence.id, sentence)
        return False
    if not isinstance(printed, PrintedNow):
        _bad(number, ref, printed.code, printed.message)
        return False
    return True


def _print_all(terminal: Terminal) -> None:
    from console.print_queue import PrintQueue

    queue = PrintQueue(terminal)
    while queue.print_waiting():
        continue


def _bad(number: int, ref: str, code: str, message: Message) -> None:
    complaint: dict[str, Any] = {"line": number, "ref": ref or None, "error": code, "message": str(message)}
    complain(complaint)


@contextlib.contextmanager
def _stream(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    with contextlib.ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(file).open("rb"))
        except OSError as cause:
            raise FileTrouble("console.file.read", file=file, reason=reason_of(cause)) from cause
        yield stream


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words) if words else None
    except ValueError as cause:
        raise WrongUse("console.calendar.date", given=words[:40]) from cause
