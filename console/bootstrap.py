"""The one place that builds concrete things: the real clock, new ids, the memory, the line, the printers.

Everything that is handed out here is an argument elsewhere, so tests and the simulated world put in their own.
"""

from __future__ import annotations

import contextlib
import functools
import os
import random
import secrets
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from casework import messages
from casework.ambient import CIVIL, Clock, stamp, uuid7
from casework.limits import LIMITS, Limits
from casework.messages import Message
from console.boots import this_boot
from console.errors import NotEnrolled
from console.folders import data_folder
from console.legal_time import LegalClock, PaperClock
from console.library import Library
from console.messages import PAPERS, translator
from console.paperwork import Paperwork
from console.people import People
from console.scanning import ScanCounter
from console.sources import SETTING, sources_of
from console.terminal import Terminal
from local_db.connection import in_a_thread
from local_db.memory import TerminalMemory
from local_db.state import state_folder

if TYPE_CHECKING:  # the line and its web client are loaded when it is used
    from casework.seals import Ed25519Signer
    from console.enrolment import Enrolment
    from console.updating.home import Home
    from console.updating.looking import Looker
    from sync.line import Line
    from sync.owner import Owner

T = TypeVar("T")

PIN_VARIABLE = "YICHUANG_PIN"
KEY_FILE = Path("keys") / "terminal.key"
URL_SETTING = "hall_url"
HOME = "YICHUANG_HOME"


class SystemClock:
    """This machine's clocks, as hall civil time."""

    def now(self) -> datetime:
        """The hall's civil time as this machine believes it, naive."""
        return (datetime.now(UTC) + CIVIL).replace(tzinfo=None)

    def monotonic(self) -> float:
        """Seconds since some fixed moment of this boot."""
        return time.monotonic()


def new_id() -> str:
    """A fresh UUIDv7 (RFC 9562) as 32 hex digits."""
    return uuid7(time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10), "big"))


def random_bytes(count: int) -> bytes:
    """Bytes for keys."""
    return os.urandom(count)


def dice() -> float:
    """A number from 0 to 1, for the jitter of the line: nothing secret hangs on it."""
    return random.random()  # noqa: S311


async def wait(seconds: float) -> None:
    """Sleep, for the line."""
    import asyncio

    await asyncio.sleep(seconds)


def view(file: Path) -> None:
    """Open a file in the system's viewer. Raises FileTrouble."""
    from console import viewer

    viewer.view(file)


def pin() -> str:
    """The PIN of whoever types a command; empty when the variable is not set."""
    return os.environ.get(PIN_VARIABLE, "")


def states() -> Path:
    """Where the incarnation and counter files lie (`YICHUANG_STATE`, or the user's state folder)."""
    return state_folder(os.environ)


def open_terminal(folder: Path, *, language: str = "zh_CN", clock: Clock | None = None) -> Terminal:
    """The terminal of the data folder `folder`, ready to work.

    Raises NotEnrolled when there is none, StoreError when its memory can't be opened.
    """
    if not (folder / "terminal.db").is_file():
        raise NotEnrolled("console.not_enrolled", folder=str(folder))
    clock = clock or SystemClock()
    _tried(folder)
    memory = TerminalMemory.open(folder, clock, states())
    memory.this_boot = this_boot()
    memory.beside = in_a_thread
    library = Library(memory)
    who = memory.identity
    legal = LegalClock(memory, clock)
    paperwork = Paperwork(who.hall_name, who.terminal, PaperClock(legal), library, translator(PAPERS))
    messages.install_papers(paperwork.chinese)
    counter = ScanCounter(
        memory, library, paperwork, clock, legal, new_id, lambda: bool(memory.last_contact().trouble),
        sources_of(memory.setting(SETTING)),
    )  # fmt: skip
    people = People(memory, library, clock)
    return Terminal(
        memory, library, paperwork, counter, people, legal, clock, translator, language, sentence=sentence, view=view
    )


def _tried(folder: Path) -> None:
    """A version on trial shows over these data that it stands, before anything else touches them."""
    home = installation()
    if home is not None:
        from console.updating.trial import CHECKING, by_process, tried

        if CHECKING not in os.environ:
            tried(home, folder, by_process)


def installation() -> Home | None:
    """Where an update has installed this program; None where it runs from a checkout or from `pip`."""
    if HOME not in os.environ:
        return None
    from console.updating.home import home_of

    return home_of(os.environ, Path(__file__))


def hold_version() -> object:
    """Keep the version that runs on the disk, for as long as what is returned is kept; None where no update put it."""
    home = installation()
    if home is None:
        return None
    from sync.updates.running import runs

    return runs(home.folder, home.version)


@contextlib.contextmanager
def opened(given: str | None) -> Iterator[Terminal]:
    """The terminal that a command names, closed again when it is done."""
    terminal = open_terminal(data_folder(given))
    try:
        yield terminal
    finally:
        terminal.memory.close()


def enrolment(folder: Path) -> Enrolment:
    """How `folder` becomes a terminal."""
    from console.enrolment import Enrolment

    return Enrolment(folder, states(), KEY_FILE, URL_SETTING, SystemClock(), new_id, random_bytes, this_boot())


def signer_of(folder: Path) -> Ed25519Signer:
    """The terminal's key. Raises NotEnrolled when its file is not there or not of its form."""
    from casework.seals import Ed25519Signer

    try:
        return Ed25519Signer(bytes.fromhex((folder / KEY_FILE).read_text(encoding="ascii").strip()))
    except (OSError, ValueError) as cause:
        raise NotEnrolled("console.no_key", file=str(folder / KEY_FILE)) from cause


def hall_url(terminal: Terminal) -> str:
    """Where the hall of this terminal is; it was written down at enrolment.

    Raises NotEnrolled when it is not known.
    """
    url = terminal.memory.setting(URL_SETTING)
    if not url:
        raise NotEnrolled("console.no_url", folder=str(terminal.memory.folder))
    return url


def own_line(terminal: Terminal) -> Owner | None:
    """The right to run the line of this terminal; None when another process has it (S34)."""
    from sync.owner import own

    return own(terminal.memory.folder, os.getpid(), stamp(terminal.clock.now()))


@contextlib.asynccontextmanager
async def line_for(terminal: Terminal, *, limits: Limits = LIMITS) -> AsyncIterator[Line]:
    """The line of `terminal`, its connections closed at the end.

    Args:
        terminal: whose memory it fills and empties.
        limits: bounds.
    """
    from importlib.metadata import version

    from console.memory_thread import MemoryThread
    from sync.line import Line
    from sync.transport import Transport

    folder, memory = terminal.memory.folder, terminal.memory
    transport = Transport(
        hall_url(terminal),
        terminal.clock,
        key=memory.identity.hall_key,
        limits=limits,
        program=version("yichuang"),
    )
    memory_thread = MemoryThread()
    try:
        yield Line(
            memory,
            transport,
            signer_of(folder),
            clock=terminal.clock,
            sleep=wait,
            dice=dice,
            run=memory_thread,
            limits=limits,
        )
    finally:
        await transport.aclose()
        memory_thread.close()


def program() -> tuple[str, str]:
    """Python's version and where it runs, for `doctor`."""
    return sys.version.split()[0], sys.executable


def sentence(error: Exception) -> Message:
    """What any error says to a person; one that nobody expected leaves its trace in the state folder."""
    from console.faults import fault
    from console.output import sentence_of

    return sentence_of(error) or fault(error, states(), stamp(SystemClock().now()))


def new_token() -> str:
    """What nobody can guess: by it `yichuang serve` knows a browser again."""
    return secrets.token_urlsafe(32)


def looker(terminal: Terminal, home: Home) -> Looker:
    """What looks for updates for `terminal`, installed in `home`."""
    from console.configured import follow
    from console.updating import looking
    from console.updating.pace import Pace
    from sync.pinning import pinned_context
    from sync.updates.fetching import FromHall, Source
    from sync.updates.staging import by_installer

    pace = Pace(time.monotonic, time.sleep, LIMITS.update_fetch_seconds)

    def opened_source() -> tuple[str, Source]:
        url = hall_url(terminal)
        context = pinned_context(terminal.memory.identity.hall_key) if url.startswith("https:") else None
        pace.begin()
        return f"{url.rstrip('/')}/updates", FromHall(context, LIMITS.update_read_seconds, pace.came)

    return looking.Looker(
        terminal.memory, terminal.clock, home, opened_source, pace.limit, by_installer,
        functools.partial(follow, terminal.memory),
    )  # fmt: skip
