"""The desk's half for an agent's file: chosen, looked through, taken in after one confirmation, a few lines at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from casework.ambient import CIVIL
from casework.catalogue.search import fold
from casework.errors import BadInput
from casework.messages import Message, t
from casework.rules import Refusal
from console.desk.intake import papers_of
from console.desk.thread import DeskThread
from console.dropped import file_of
from console.intake import batch
from console.intake.batch_file import Batch, BatchLine, read_batch
from console.terminal import Terminal
from screens import desk
from screens.counter_views import BatchRow, BatchView, FileRow

_ENDINGS = frozenset({".csv", ".jsonl", ".json"})
_PLACES = ("Downloads", "下载", "Desktop", "桌面", "Documents", "文档")
_LAST = "batch.folder"
"""The setting that holds where the last file came from."""
_MOST = 200


class BatchDesk(DeskThread):
    """Files of applications."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal)
        self._batch: Batch | None = None
        self._files_opened = 0
        self._todo: list[BatchLine] = []
        """What was not looked through yet, the first line last."""
        self._outcomes: dict[int, batch.Outcome] = {}

    async def batch_files(self, text: str) -> tuple[FileRow, ...]:
        """Folders and files that fit what was typed; for nothing typed where files are likely to be."""
        return await self._do(self._files, text)

    def _files(self, text: str) -> tuple[FileRow, ...]:
        if not text.strip():
            last = self._terminal.memory.setting(_LAST)
            places = [Path(last)] if last else []
            places += [Path.home() / name for name in _PLACES]
            return tuple(_shown(place) for place in dict.fromkeys(places) if place.is_dir())
        try:
            typed = file_of(text)
        except BadInput:
            return ()
        if typed.is_file():
            return (_shown(typed),)
        whole = typed.is_dir() and text.rstrip("'\"").endswith(("/", "\\"))
        folder, begin = (typed, "") if whole else (typed.parent, typed.name)
        return tuple(_inside(folder, fold(begin)))

    async def batch_open(self, path: str) -> BatchView | desk.Refused:
        """Read the file; `batch_look` looks it through."""

        def read() -> Batch:
            return read_batch(file_of(path), self._terminal.memory.limits)

        self._files_opened += 1
        mine = self._files_opened
        batch_ = await self._aside(read)
        if isinstance(batch_, desk.Refused):
            return batch_
        if mine != self._files_opened:  # she has left it, and opened another one meanwhile
            return BatchView(batch_.path.name, len(batch_.lines))
        self._batch, self._outcomes = batch_, {}
        self._todo = list(reversed(batch_.lines))
        folder = str(batch_.path.absolute().parent)
        await self._do(lambda: self._terminal.memory.keep_setting(_LAST, folder))
        return BatchView(batch_.path.name, len(batch_.lines))

    async def batch_look(self) -> tuple[BatchRow, ...] | desk.Refused:
        """Look the next lines through, a few at once; none: all of them were."""

        todo, outcomes = self._todo, self._outcomes  # of this file, also when another one is opened meanwhile

        def work() -> tuple[BatchRow, ...]:
            count = min(self._terminal.memory.limits.batch_look_at_once, len(todo))
            some = [todo.pop() for _ in range(count)]
            seen = [batch.look_through(self._terminal, self._who, line) for line in some]
            outcomes.update({one.line.number: one for one in seen})
            return tuple(map(_row, seen))

        return await self._answer(work)

    async def batch_take(self, lines: tuple[int, ...]) -> tuple[BatchRow, ...] | desk.Refused:
        """Take these lines of the file in, each in a transaction of its own."""

        def work() -> tuple[BatchRow, ...]:
            wanted = [self._outcomes[number].line for number in lines if number in self._outcomes]
            for line in wanted:
                self._outcomes[line.number] = batch.take_line(self._terminal, self._who, line)
            self._terminal.wake()
            return tuple(_row(self._outcomes[line.number]) for line in wanted)

        return await self._answer(work)

    async def batch_end(self) -> desk.Done | desk.Refused:
        """Write what came of it: the table for the agent, and the refused lines to be mended."""

        def work() -> desk.Done:
            if self._batch is None:
                raise BadInput("batch.none")
            outcomes = [self._outcomes[line.number] for line in self._batch.lines if line.number in self._outcomes]
            table, refused = batch.keep_results(self._batch, outcomes, self._terminal.memory.folder / batch.FOLDER)
            bad = sum(1 for one in outcomes if one.fate == "wrong")
            facts = {"good": sum(1 for one in outcomes if one.fate == "done"), "bad": bad}
            if refused is None:
                return desk.Done(Message("batch.ended", {**facts, "table": str(table)}))
            return desk.Done(Message("batch.ended_refused", {**facts, "file": str(refused)}))

        return cast("desk.Done | desk.Refused", await self._aside(work))

    async def batch_print(self, lines: tuple[int, ...]) -> int | desk.Refused:
        """The papers of what was taken in now from these lines, into the queue of the printer; none of them twice."""

        def work() -> int:
            count = 0
            wanted = [self._outcomes[number] for number in lines if number in self._outcomes]
            for taken in (each for one in wanted if not one.known for each in one.taken):
                printed = {paper.paper for paper in self._terminal.counter.case(taken.number).papers}
                for kind in papers_of(taken.types):
                    if kind not in printed:
                        done = self._terminal.counter.print(self._who, taken.number, kind)
                        count += not isinstance(done, Refusal)
            self._terminal.wake()
            return count

        return await self._answer(work)


def _row(one: batch.Outcome) -> BatchRow:
    command = one.line.command
    said = str(one.said) if one.said else t(f"batch.fate.{one.fate}")
    number = one.taken[0].number if one.taken else ""
    item, name = (command.item, command.applicant.name) if command else ("", "")
    return BatchRow(one.line.number, one.line.key, item, name, one.fate, said, number)


def _inside(folder: Path, begin: str) -> Iterator[FileRow]:
    """What may be chosen in a folder and begins so: folders first, then files, the newest first."""
    try:
        found = [one for one in folder.iterdir() if not one.name.startswith(".") and fold(one.name).startswith(begin)]
    except OSError:
        return
    folders = sorted((one for one in found if one.is_dir()), key=lambda one: one.name)
    files = [one for one in found if one.suffix.lower() in _ENDINGS and one.is_file()]
    files.sort(key=lambda one: one.stat().st_mtime, reverse=True)
    yield from (_shown(one) for one in (*files, *folders)[:_MOST])


def _shown(path: Path) -> FileRow:
    if path.is_dir():
        return FileRow(f"{path}/", f"{path.name or path}/", folder=True)
    about = path.stat()
    changed = f"{datetime.fromtimestamp(about.st_mtime, UTC) + CIVIL:%m-%d %H:%M}"
    return FileRow(str(path), path.name, size=f"{max(about.st_size // 1024, 1)} KB", changed=changed)
