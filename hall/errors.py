"""The errors of the hall.

    HallError
    ├── Declined           an answer to a request that is no success: has a status and a stable code
    │   ├── BadRequest     422  the body or the question can't be read
    │   ├── TooBig         413  more bytes or facts than a request may have: send less (S31 halves)
    │   ├── Unproven       401  no signature, a wrong one, or one of another time: ask `hello`
    │   ├── Forbidden      403  this terminal is revoked, or may not see this
    │   ├── BadRange       416  no such bytes in the file
    │   ├── NotFound       404  nothing here under that name
    │   ├── Gap            409  envelopes are missing before these: send from `next` on (T4)
    │   ├── Diverged       409  the hall's log and the terminal's are not the same (S24); nothing was stored
    │   ├── Forked         409  this incarnation had sealed other envelopes under these numbers (T30)
    │   ├── TooOld         426  it speaks a form of requests that this hall no longer takes (S32)
    │   ├── BlobOffset     409  a piece of a scan does not follow what is here: go on from `held`
    │   ├── BlobWrong      422  bytes that are not what their hash says: thrown away
    │   ├── ScansFull      507  no room for scans: IT must act, the line waits
    │   ├── EnrolRefused   403  number or code is wrong, used up or too old
    │   ├── Gathering      503  latched, or gathering what a restore has lost: ask again in a while (S24, S25)
    │   └── StorageTrouble 503  the store failed; nothing was stored, the same request may be sent again (T69)
    └── Stop               a command at the hall can't go on; the sentence says what to do

A leaf carries a message id of the domain `hall` and facts. Foreign exceptions are kept as the cause and never shown.
"""

from __future__ import annotations

from typing import ClassVar

from casework.messages import Spoken
from casework.wire import Problem


class HallError(Spoken):
    """Base of all errors of `hall`; `message` says in the reader's language what to do."""

    @property
    def code(self) -> str:
        """The stable code that machines read: the message id without its room."""
        return self.message.id.removeprefix("hall.")


class Declined(HallError):
    """An answer that is no success."""

    status: ClassVar[int] = 400

    @property
    def problem(self) -> Problem:
        """What goes over the line: code, sentence and facts; never a stack or a path."""
        return Problem(self.code, str(self.message), self.message.facts)


class BadRequest(Declined):
    """The body or the question can't be read."""

    status = 422


class TooBig(Declined):
    """More bytes or facts than a request may have."""

    status = 413


class Unproven(Declined):
    """No signature, a wrong one, or one of another time."""

    status = 401


class Forbidden(Declined):
    """This terminal is revoked, or may not see this."""

    status = 403


class EnrolRefused(Forbidden):
    """Number or code is wrong, used up or too old."""


class NotFound(Declined):
    """Nothing here under that name."""

    status = 404


class BadRange(Declined):
    """No such bytes in the file."""

    status = 416


class Gap(Declined):
    """Envelopes are missing before these; the fact `next` says from where to send."""

    status = 409


class Diverged(Declined):
    """The hall's log and the terminal's are not the same; nothing was stored."""

    status = 409


class Forked(Declined):
    """This incarnation had sealed other envelopes under these numbers: two machines go by one name (T30)."""

    status = 409


class TooOld(Declined):
    """The terminal speaks a form of requests that this hall no longer takes: it has to be updated first (S32)."""

    status = 426


class Gathering(Declined):
    """Latched, or gathering what its terminals hold: nothing was stored, the same request may be sent again."""

    status = 503


class BlobOffset(Declined):
    """A piece of a scan does not follow what is here; the fact `held` says where to go on."""

    status = 409


class BlobWrong(Declined):
    """Bytes that are not what their hash says; they were thrown away."""

    status = 422


class ScansFull(Declined):
    """No room for scans; nothing else is touched by it."""

    status = 507


class StorageTrouble(Declined):
    """The store failed; nothing was stored, the same request may be sent again."""

    status = 503


class Stop(HallError):
    """A command at the hall can't go on."""


class ReleaseTrouble(Stop):
    """Something that is to be published lacks signatures, or is not what waits for them."""


class BuildTrouble(Stop):
    """A release that can not be built, or is not proven."""


class TrialTrouble(Exception):
    """Something that a build was tried for did not come out; the text is for whoever builds, as the program said it."""


class KeyTrouble(Stop):
    """A key file that can't be written or read."""
