"""The errors of the line.

    LineError
    ├── TryAgain        nothing to decide: the line asks again after a while, for ever (S31)
    │   ├── Unreachable nobody answered, or not in time
    │   ├── NotTheHall  somebody else answered: a captive portal, a cut, rewritten or cached body (T14-T17)
    │   ├── Memory      the terminal's own memory failed; it is asked again, nothing is skipped
    │   ├── OtherHall   a hall answered, but not the one whose key this terminal keeps
    │   └── Busy        the hall, or a proxy, asks for patience; may say for how long
    ├── AskPerson       the line stands still, work goes on; an operator has to act
    │   ├── Refused     the hall no longer takes this terminal (T13), or refuses its enrolment
    │   ├── Unknown     the hall does not know the key, or finds the signature or the time wrong (T12)
    │   ├── Lost        the hall asks for facts that are not kept here any more: enrol again (S25)
    │   ├── NoLock      the file that says who runs the line can't be opened
    │   └── Diverged    the hall's log and this terminal's are not the same any more (S24)
    ├── Stop            nothing will help but another address or another version
    │   ├── BadAddress  the address of the hall can't be read
    │   └── TooOld      the hall no longer takes the requests of this version
    ├── UpdateError     new versions; none of them stops the line or the work
    │   ├── UpdateOffline they could not be asked for, or not to the end: asked again later
    │   ├── UpdateRefused what came is not what IT has signed, or is over its date: somebody has to look
    │   ├── ClockTooOld this PC's clock is behind what is certain: nothing is installed until it is set
    │   └── NoRoom      too little free space for a release
    └── Declined        an answer that is no success; `sync.backoff` says what follows from it

A leaf carries a message id of the domain `line` and facts. Foreign exceptions are kept as the cause.
"""

from __future__ import annotations

from typing import Any

from casework.messages import Spoken
from casework.wire import Problem


class LineError(Spoken):
    """Base of all errors of `sync`; `message` says in the reader's language what to do."""


class TryAgain(LineError):
    """Asked again after a while, for ever. `retry_after`: the least wait in seconds that the other side asked for."""

    retry_after: float = 0.0


class Unreachable(TryAgain):
    """Nobody answered, or not in time."""


class NotTheHall(TryAgain):
    """What came back is not the hall's answer to this request."""


class Memory(TryAgain):
    """The terminal's own memory failed: busy, full, or worse; the cause is kept."""


class OtherHall(TryAgain):
    """A hall answered, but not the one whose key this terminal keeps: unproven, so it is asked again, never obeyed."""


class Busy(TryAgain):
    """The hall, or a proxy before it, asks for patience."""

    def __init__(self, message_id: str, /, retry_after: float = 0.0, **facts: Any) -> None:
        super().__init__(message_id, **facts)
        self.retry_after = retry_after


class AskPerson(LineError):
    """The line stands still and work goes on; an operator has to act."""


class Refused(AskPerson):
    """The hall refuses this terminal."""


class Unknown(AskPerson):
    """The hall does not know this terminal's key, or not at this time."""


class Lost(AskPerson):
    """The hall asks for own facts that are not kept here any more: only a new incarnation can go on (S25)."""


class NoLock(AskPerson):
    """The file that says who runs the line can't be opened."""


class Diverged(AskPerson):
    """The hall's log and this terminal's are not the same any more (S24)."""


class Stop(LineError):
    """Nothing will help but another address or another version."""


class BadAddress(Stop):
    """The address of the hall can't be read."""


class TooOld(Stop):
    """The hall no longer takes the requests of this version: it pauses until it is updated."""


class UpdateError(LineError):
    """A new version could not be had; work and line go on."""


class UpdateOffline(UpdateError):
    """It could not be asked for, or not to the end."""


class UpdateRefused(UpdateError):
    """What came is not what IT has signed, or is over its date."""


class ClockTooOld(UpdateError):
    """The clock of this PC is behind a time that is certain to have been."""


class NoRoom(UpdateError):
    """Too little free space."""


class Declined(LineError):
    """An answer that is no success: its status, the problem it names, and the wait it asks for."""

    def __init__(self, status: int, problem: Problem | None = None, retry_after: float = 0.0) -> None:
        super().__init__("line.declined", status=status, error=problem.error if problem else "")
        self.status = status
        self.problem = problem
        self.retry_after = retry_after


def is_halls_word(error: LineError) -> bool:
    """Whether the hall itself said no: then how much was asked or sent is not what is wrong."""
    declined = error if isinstance(error, Declined) else error.__cause__
    return isinstance(declined, Declined) and declined.problem is not None
