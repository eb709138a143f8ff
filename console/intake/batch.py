"""A file of applications at the counter: looked through first, then taken in line by line, each saved before the next.

Nothing is lost and nothing is done twice when it breaks off: a line is one transaction, in which its key is kept with
its number. Whoever reads the same file again finds the lines that are in, with their numbers, and takes in the rest.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from casework import numbers
from casework.commands import Intake
from casework.messages import Message, t
from casework.rules import Refusal
from casework.text import clean_code
from console.counter import Session, Taken
from console.errors import FileTrouble
from console.intake.batch_file import Batch, BatchLine, as_csv, refused_file
from console.intake.taking_in import rehearse, take_in
from console.output import write_file
from console.terminal import Terminal

FOLDER = "batches"
"""In the terminal's folder: where what came of a file is kept, when it can't stand beside the file."""
Fate = Literal["ready", "warn", "wrong", "done"]
_AGAIN = re.compile(r"(.*?)\.refused(?:-(\d+))?")


class Outcome(msgspec.Struct, frozen=True):
    """What a line is, or has become. `done`: it is in, with its cases; `known`: since before."""

    line: BatchLine
    fate: Fate
    said: Message | None = None
    taken: tuple[Taken, ...] = ()
    known: bool = False

    @property
    def numbers(self) -> str:
        """The numbers of its cases, as they are printed."""
        return " ".join(numbers.printed(one.number) for one in self.taken)


def look_through(terminal: Terminal, session: Session, line: BatchLine) -> Outcome:
    """What would come of a line now; nothing is made of it."""

    def rehearsed(command: Intake) -> Outcome:
        no = rehearse(terminal, session, command)
        if no is not None:
            return Outcome(line, "wrong", no.message)
        same = terminal.counter.same_open_case(command.item, clean_code(command.applicant.id))
        return Outcome(line, "warn" if same else "ready", same)

    return _one(terminal, line, rehearsed)


def take_line(terminal: Terminal, session: Session, line: BatchLine) -> Outcome:
    """Take a line in; one that is in already stays as it is, and what is wrong with it never stops another one."""

    def done(command: Intake) -> Outcome:
        taken = take_in(terminal, session, command)
        if isinstance(taken, Refusal):
            return Outcome(line, "wrong", taken.message)
        return Outcome(line, "done", taken=taken)

    return _one(terminal, line, done)


def _one(terminal: Terminal, line: BatchLine, do: Callable[[Intake], Outcome]) -> Outcome:
    """What comes of a line when `do` is done with its intake: not where it is none, nor where it is in already."""
    if line.command is None:
        return Outcome(line, "wrong", line.trouble)
    before = _before(terminal, line, line.command)
    if before is not None:
        return before
    try:
        return do(line.command)
    except Exception as error:
        return Outcome(line, "wrong", terminal.sentence(error))


def _before(terminal: Terminal, line: BatchLine, command: Intake) -> Outcome | None:
    """The line was taken in before under its key; or something else was, and then the key is wrong."""
    ref = terminal.memory.ref(line.key)
    if ref is None:
        return None
    cases = terminal.memory.of_root(ref.case_id)
    if not cases and terminal.memory.gave_up(ref.case_id):
        return Outcome(line, "wrong", Message("intake.ref_lost"))
    if not cases:  # over its days, and at the hall alone
        return Outcome(
            line, "done", Message("batch.known"), (Taken(ref.number, ref.case_id, "", known=True),), known=True
        )
    said = cases[0].received
    items = {said.item, said.bundle}
    if command.item not in items or said.applicant.id != clean_code(command.applicant.id):
        facts = {"key": line.key, "number": numbers.printed(ref.number)}
        return Outcome(line, "wrong", Message("batch.other", facts))
    taken = tuple(Taken(one.number, one.id, one.state, known=True) for one in cases)
    return Outcome(line, "done", Message("batch.known"), taken, known=True)


def keep_results(batch: Batch, outcomes: Sequence[Outcome], folder: Path) -> tuple[Path, Path | None]:
    """What came of the file as a table, and the refused lines as a file to be mended (None: there are none).

    Beside the file; in `folder` where nothing can be written there. Raises FileTrouble.
    """
    table = _kept(batch.path.with_name(f"{batch.path.stem}.result.csv"), folder, as_csv(_table(outcomes)))
    wrong = [(one.line, str(one.said)) for one in outcomes if one.fate == "wrong"]
    target = _refused_name(batch.path)
    if wrong:
        return table, _kept(target, folder, refused_file(batch, wrong))
    for old in (target, folder / target.name):  # all of it is in now: an old list would only be taken in again
        with contextlib.suppress(OSError):
            old.unlink(missing_ok=True)
    return table, None


def _refused_name(path: Path) -> Path:
    """`a.csv` leaves `a.refused.csv`, which leaves `a.refused-2.csv`: never the file that is being read."""
    again = _AGAIN.fullmatch(path.stem)
    if again is None:
        return path.with_name(f"{path.stem}.refused{path.suffix}")
    return path.with_name(f"{again[1]}.refused-{int(again[2] or 1) + 1}{path.suffix}")


def _table(outcomes: Sequence[Outcome]) -> list[list[str]]:
    rows = [[t(f"batch.column.{name}") for name in ("line", "key", "item", "applicant", "number", "state", "why")]]
    for one in outcomes:
        command = one.line.command
        item, name = (command.item, command.applicant.name) if command else ("", "")
        states = " ".join(t(f"state.{each.state}") for each in one.taken if each.state)
        rows.append([str(one.line.number), one.line.key, item, name, one.numbers, states, str(one.said or "")])
    return rows


def _kept(path: Path, folder: Path, content: bytes) -> Path:
    try:
        write_file(path, content)
    except FileTrouble:
        folder.mkdir(exist_ok=True)
        write_file(folder / path.name, content)
        return folder / path.name
    return path
