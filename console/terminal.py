"""One terminal, put together: what commands, desk and demo are handed by the composition root."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

from casework import messages
from casework.ambient import Clock
from casework.messages import Message, Translator
from console.legal_time import LegalClock
from console.library import Library
from console.paperwork import Paperwork
from console.people import People
from console.scanning import ScanCounter
from local_db.finding import CaseRow
from local_db.memory import TerminalMemory
from screens.hall_views import UpdateView


@dataclasses.dataclass
class Terminal:
    """The parts of a terminal. `link` and `wake` belong to the line, once there is one."""

    memory: TerminalMemory
    library: Library
    paperwork: Paperwork
    counter: ScanCounter
    people: People
    legal: LegalClock
    clock: Clock
    translators: Callable[[str], Translator]
    language: str = "zh_CN"
    link: Callable[[], str] = lambda: "offline"
    """online, connecting, offline or stopped."""
    wake: Callable[[], None] = lambda: None
    """Something was committed: the line pushes, the printer prints."""

    print_again: Callable[[], None] = lambda: None
    """A person has seen to a printer, or chosen another one: what waits is tried now."""

    printing: Callable[[], bool] = lambda: False
    """A paper is on its way to a printer this moment."""

    pace: Callable[[], None] = lambda: None
    """The settings name other periods: the line keeps them from its next wait on."""

    view: Callable[[Path], None] = lambda file: None
    """Shows a file in the system's viewer; raises FileTrouble."""
    update: Callable[[], UpdateView | None] = lambda: None
    """The version that is ready to begin, if there is one."""
    begin_update: Callable[[], None] = lambda: None
    """Let it begin with the next start; raises UpdateError."""
    sentence: Callable[[Exception], Message] = lambda error: Message(
        "console.fault.unwritten", {"kind": type(error).__name__}
    )
    """What any error says to a person."""

    def speak(self, language: str) -> None:
        """Install the translator of `language` for everything that people read."""
        messages.install(self.translators(language), self.paperwork.chinese)
        self.language = language

    def name_of(self, number: str) -> str:
        """The name of a staff number; the number itself when the roster does not know it."""
        staff = self.memory.staff(number)
        return staff.name if staff else number

    def cases(self) -> Iterator[CaseRow]:
        """All cases that this terminal shows, newest first, read a page at a time."""
        page = self.memory.cases()
        while page:
            yield from page
            page = self.memory.cases(before=(page[-1].received_at, page[-1].case_id))

    def print_waiting(self, paper: str, mark: str) -> Message:
        """What the screen says after a print was put on record."""
        return Message("desk.printing_again" if mark else "desk.printing", {"paper": paper, "mark": mark})
