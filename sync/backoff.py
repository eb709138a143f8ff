"""When to ask again, and what an unsuccessful answer means (sync.md S31). Clock, sleep and dice come in as arguments.

The table of statuses is data; its outcomes are values that `sync.line` acts on.
"""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import tenacity

from casework.ambient import CIVIL
from casework.limits import LIMITS, Limits
from sync.errors import Declined, LineError, TryAgain

Sleep = Callable[[float], Awaitable[None]]
"""Waits that many seconds; the line hands in one that a plugged-in cable ends early."""

Dice = Callable[[], float]
"""A number from 0 to 1, 1 excluded."""


class Next(enum.Enum):
    """What follows from an answer that is no success."""

    RETRY = "retry"
    HELLO_THEN_PAUSE = "hello_then_pause"
    """Learn time and key state once, then pause (T12)."""
    HALVE = "halve"
    """Smaller batches down to one, then a stub (T10)."""
    RESEND = "resend"
    """From the hall's mark (T4)."""
    FREEZE = "freeze"
    """The hall's log is another one (S24)."""
    UPDATE = "update"
    """The hall no longer takes this program's requests: it pauses until it is updated; bytes by their hash still come
    (S32)."""
    STOP = "stop"
    """The hall does not take this terminal (T13)."""


OF_THE_HALL: dict[tuple[int, str], Next] = {
    (403, "not_enrolled"): Next.STOP,
    (403, "revoked"): Next.STOP,
    (426, "too_old"): Next.UPDATE,
    (403, "adopted"): Next.STOP,
    (409, "gap"): Next.RESEND,
    (409, "diverged"): Next.FREEZE,
    (409, "forked"): Next.STOP,  # another disk goes by this terminal's name (T30): its own numbers are in doubt
}
"""What only the hall itself can say, by status and the problem's code."""

OF_ANYBODY: dict[int, Next] = {
    401: Next.HELLO_THEN_PAUSE,
    408: Next.RETRY,
    425: Next.RETRY,
    429: Next.RETRY,
}
"""The same from the hall and from whatever stands before it. 5xx: retry; any other 4xx for a batch: halve."""


def judge(declined: Declined, *, batch: bool) -> Next:
    """What follows from an answer; `batch`: the question was a push, so that it can be asked smaller."""
    code = declined.problem.error if declined.problem else ""
    stated = OF_THE_HALL.get((declined.status, code)) or OF_ANYBODY.get(declined.status)
    if stated is not None:
        return stated
    if declined.status >= 500 or not batch:
        return Next.RETRY
    return Next.HALVE


def seconds_asked_for(retry_after: str, date: str, now: datetime, limits: Limits = LIMITS) -> float:
    """The wait that a `Retry-After` header asks for, in seconds, at most `limits.retry_after_most` (T11).

    Args:
        retry_after: seconds, or a date.
        date: the `Date` header of the same answer: a date is measured from it, because clocks here may be wrong.
        now: the civil time here, for want of a `Date` header.
        limits: the bound.
    """
    text = retry_after.strip()
    if not text:
        return 0.0
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), limits.retry_after_most)
    until = _http_date(text)
    if until is None:
        return 0.0
    start = _http_date(date) or now - CIVIL
    return min(max((until - start).total_seconds(), 0.0), limits.retry_after_most)


def _http_date(text: str) -> datetime | None:
    """A naive UTC time."""
    try:
        read = parsedate_to_datetime(text)
        return read.replace(tzinfo=None) - (read.utcoffset() or timedelta(0))
    except (ValueError, TypeError, IndexError, OverflowError):  # also a year that no calendar has
        return None


def wait_for(attempt: int, error: BaseException | None, dice: Dice, limits: Limits = LIMITS) -> float:
    """Seconds before attempt number `attempt` + 1: full jitter under a doubling bound, or what was asked for."""
    bound = min(limits.retry_most, limits.retry_first * 2.0 ** min(attempt - 1, 30))
    asked = error.retry_after if isinstance(error, TryAgain) else 0.0
    return max(asked, dice() * bound)


def patience(
    sleep: Sleep,
    dice: Dice,
    *,
    tries: int | None,
    note: Callable[[LineError], Awaitable[None]],
    limits: Limits = LIMITS,
) -> tenacity.AsyncRetrying:
    """Asks again on `TryAgain`, for ever or `tries` times, and tells `note` of each failure before the wait.

    One per use: tenacity keeps the state of a run in the object. Its own clock and dice decide nothing here.
    """

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return wait_for(state.attempt_number, error, dice, limits)

    async def before_sleep(state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, LineError):
            await note(error)

    def enough(state: tenacity.RetryCallState) -> bool:
        """Whoever tries a few times only has somebody waiting: not for an hour, because a server asks for one."""
        error = state.outcome.exception() if state.outcome else None
        too_long = isinstance(error, TryAgain) and error.retry_after > limits.request_seconds
        return too_long or state.attempt_number >= (tries or 1)

    return tenacity.AsyncRetrying(
        sleep=sleep,
        stop=tenacity.stop_never if tries is None else enough,
        wait=wait,
        retry=tenacity.retry_if_exception_type(TryAgain),
        before_sleep=before_sleep,
        reraise=True,
    )
