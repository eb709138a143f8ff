"""Looking after the hall's second place while it is served (S26), and what stands in its way, for `hall doctor`."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from casework.errors import UNREADABLE
from casework.messages import Message, Spoken
from hall.files import write_whole
from hall.segments import ENTRIES

PLACE_FILE = "second-place.json"
_log = logging.getLogger("yichuang.hall")


class SecondPlace(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the second place is; written when that changes."""

    folder: str = ""
    """Where it is; empty where the hall is served without one."""
    since: str = ""
    """The hall's time from which this holds."""
    trouble: Message | None = None
    """Why nothing is written there; None: it is."""


def read_place(folder: Path) -> SecondPlace:
    """What is known of the second place of the hall in `folder`; an empty one where it never had one."""
    try:
        return msgspec.json.decode((folder / PLACE_FILE).read_bytes(), type=SecondPlace)
    except (OSError, *UNREADABLE):
        return SecondPlace()


def place_metrics(place: SecondPlace) -> str:
    """The figure of it in the text form of Prometheus; nothing where the hall is served without one."""
    if not place.folder:
        return ""
    name = "yichuang_second_place_trouble"
    sentence = "1: nothing new comes to the second place; hall doctor says why."
    return f"# HELP {name} {sentence}\n# TYPE {name} gauge\n{name} {int(place.trouble is not None)}\n"


class Keeping:
    """Writes the second place until it is cancelled.

    Args:
        hall: the folder of the hall, where its state is kept.
        place: the second place; empty: there is none.
        step: writes what is new. Raises HallError.
        now: the hall's time.
        say: tells the person who started the hall.
    """

    def __init__(
        self, hall: Path, place: str, step: Callable[[], int], now: Callable[[], str], say: Callable[[str], None]
    ) -> None:
        self._hall = hall
        self._step = step
        self._now = now
        self._say = say
        self._known = SecondPlace(place)
        self._idle, self._over, self._more = threading.Event(), False, False
        self._idle.set()
        self._telling = threading.Lock()
        """Who waits for a place that hangs tells of it, and so does whoever wrote there, when it answers after all."""

    async def go_on(
        self,
        run: Callable[[Callable[[], None]], Awaitable[None]],
        sleep: Callable[[float], Awaitable[None]],
        seconds: float,
        hangs: float,
    ) -> None:
        """Write what is new every `seconds`, and at once while more waits than goes into one segment; whatever fails is
        said once, and tried again. So is a place that has not answered for so many seconds (`hangs`): nobody can end
        that call.
        """
        while True:
            once = asyncio.ensure_future(run(self.once))
            done, _ = await asyncio.wait({once}, timeout=hangs)
            if not done:
                self._tell(Message("hall.place_hangs", {"folder": self._known.folder}))
            await once
            await sleep(0.0 if self._more else seconds)

    def ended(self, seconds: float) -> bool:
        """Whether nothing is being written, now or within so many seconds: then the hall's memory can be closed."""
        self._over = True
        return self._idle.wait(seconds)

    def once(self) -> None:
        """Write what is new, and tell what stands in the way where that has changed. Never raises."""
        if self._over:
            return
        self._idle.clear()
        try:
            self._once()
        finally:
            self._idle.set()

    def _once(self) -> None:
        trouble: Message | None = None
        self._more = False
        try:
            self._more = self._step() >= ENTRIES
        except Spoken as error:
            trouble = error.message
        except Exception as error:
            if self._known.trouble is None:
                _log.exception("the second place can't be written")
            trouble = Message("hall.place_unexpected", {"folder": self._known.folder, "reason": repr(error)[:200]})
        if not self._known.since or trouble != self._known.trouble:
            self._tell(trouble)

    def _tell(self, trouble: Message | None) -> None:
        with self._telling:
            self._known = SecondPlace(self._known.folder, self._now(), trouble)
            if trouble is not None:
                self._say(str(trouble))
            note(self._hall, self._known)


def note(hall: Path, known: SecondPlace) -> None:
    """Keep how the second place is; a hall that can't even write this tells of its disk elsewhere."""
    try:
        write_whole(hall / PLACE_FILE, msgspec.json.encode(known))
    except OSError as trouble:
        _log.warning("%s: %s", PLACE_FILE, trouble)
