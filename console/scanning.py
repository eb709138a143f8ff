"""Scanned papers at the counter (S35): attached to a case, fetched, opened.

The copy is durable and in the terminal's keeping before the fact commits; the person's own file is only read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from casework.case import Case
from casework.commands import Scan, read_act
from casework.decide import decide
from casework.errors import BadInput, BadScan
from casework.rules import Refusal
from casework.text import clean_line
from console.counter import Acted, Counter, Session
from console.dropped import file_of
from local_db.scan_files import Staged


class ScanCounter(Counter):
    """The counter, with scans."""

    def act(self, session: Session, number: str, action: str, data: Any) -> Acted | Refusal:
        """Do `action` on the case `number`; of a scan, take its file into keeping with it.

        Raises BadInput: no such case or act, or its data can be mended; of a file, that it can't be taken.
        """
        command = read_act(action, data)
        if not isinstance(command, Scan):
            return super().act(session, number, action, data)
        if command.sha256 or command.size or command.media:
            raise BadInput("scan.from_a_file")
        with self.staged(file_of(command.file)) as staged:
            return self.attach(session, number, command, staged)

    @contextlib.contextmanager
    def staged(self, file: Path) -> Iterator[Staged]:
        """A durable copy of a person's file, gone again when nothing names it. Raises BadScan, StoreError."""
        with self.memory.staged_scan(file) as staged:
            yield staged

    def attach(self, session: Session, number: str, command: Scan, staged: Staged) -> Acted | Refusal:
        """Put a staged copy under the paper that `command` names: file and fact in one act. Raises BadInput."""
        name = clean_line(Path(command.name or file_of(command.file).name).name)
        said = msgspec.structs.replace(
            command, file="", sha256=staged.sha256, size=staged.size, media=staged.media, name=name
        )
        with self.memory.writing() as tx:
            case = self._fresh(tx, number)
            decision = decide(case, said, "scan", self.context(session, tx, case.id, self.library.of(case)))
            if isinstance(decision, Refusal):
                return decision
            tx.keep_scan(staged)
            tx.commit_groups(decision.groups)
            shown = tx.case(case.id) or case
        return Acted(case.number, shown.state, decision.types)

    def attach_all(self, session: Session, case: Case, staged: list[tuple[Scan, Staged]]) -> Refusal | None:
        """Attach those whose paper the case lists; one that it has already is passed over. The first refusal."""
        have = {(scan.material, scan.sha256) for scan in case.scans}
        for command, copy in staged:
            if command.material not in case.materials or (command.material, copy.sha256) in have:
                continue
            done = self.attach(session, case.number, command, copy)
            if isinstance(done, Refusal):
                return done
        return None

    def scan_file(self, number: str, sha256: str) -> Path | None:
        """The file of a scan of this case; None while it is not here: then it is fetched. Raises BadScan."""
        case = self.case(number)
        scan = next((one for one in case.scans if one.sha256 == sha256), None)
        if scan is None:
            raise BadScan("scan.unknown")
        path = self.memory.scan_path(sha256)
        if path is None:
            self.memory.want_scan(scan)
        return path
