"""How a terminal becomes one of the hall's (security.md): a one-time code of 50 bits, bound to a number, 15 minutes,
5 tries; the terminal proves its key by signing. The same key with the same code gets the same answer again (T36).
"""

from __future__ import annotations

import hmac
import re
from datetime import timedelta

import msgspec

from casework.ambient import NewId, moment, stamp
from casework.bodies import TerminalSet
from casework.catalogue.schema import MODULES
from casework.facts import HALL, digest
from casework.limits import LIMITS, Limits
from casework.seals import key_id
from casework.wire import EnrolRequest
from hall.docket import HALL_SCOPE
from hall.errors import EnrolRefused, Stop
from hall.office import own_facts
from hall.rows import Changes, InviteRow, TerminalRow
from hall.store import Reading

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that reads like a digit. Ten of them are 50 bits."""

_NUMBER = re.compile(r"[0-9]{4}")
_HEX = re.compile(r"[0-9a-f]{64}")
_INCARNATION = re.compile(r"[0-9A-Za-z-]{1,64}")
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def code_of(bits: int) -> str:
    """A code as people read it out: `7KX2M-90QRT`. `bits`: 50 random ones."""
    letters = "".join(ALPHABET[bits >> shift & 31] for shift in range(45, -1, -5))
    return f"{letters[:5]}-{letters[5:]}"


def _code_hash(number: str, code: str) -> str:
    typed = "".join(code.upper().split()).replace("-", "").translate(_READ_AS)
    return digest(f"yichuang-invite-1\n{number}\n{typed}".encode())


def invite(reading: Reading, number: str, code: str, now: str, limits: Limits = LIMITS) -> Changes:
    """An invitation for `number`; an older one that nobody used is replaced.

    Raises Stop when the number is no terminal's number, or was given before (S27: never twice).
    """
    if not _NUMBER.fullmatch(number) or number == HALL:
        raise Stop("hall.bad_number", number=number)
    if reading.terminal(number) is not None:
        taken = {row.number for row in reading.terminals()}
        free = next((f"{n:04d}" for n in range(1, 10_000) if f"{n:04d}" not in taken), "")
        raise Stop("hall.number_given", number=number, free=free)
    expires = stamp(moment(now) + timedelta(seconds=limits.invite_seconds))
    return Changes(invites={number: InviteRow(number, _code_hash(number, code), expires)})


def enrol(
    reading: Reading, request: EnrolRequest, now: str, new_id: NewId, limits: Limits = LIMITS
) -> tuple[Changes, EnrolRefused | None]:
    """What follows from a request whose signature was checked: the changes, and why it is refused if it is.

    A wrong code is written down too: that is what ends the guessing.
    """
    row = reading.invite(request.number)
    if row is None or not _HEX.fullmatch(request.key) or not _INCARNATION.fullmatch(request.incarnation):
        return Changes(), EnrolRefused("hall.no_invite", number=request.number[:8])
    right = hmac.compare_digest(row.code_hash, _code_hash(request.number, request.code))
    if row.used_by:
        again = right and row.used_by == request.key and _is_there(reading, request)
        return Changes(), None if again else EnrolRefused("hall.code_used", number=row.number)
    if now > row.expires:
        return Changes(), EnrolRefused("hall.code_expired", number=row.number)
    if row.tries >= limits.invite_tries:
        return Changes(), EnrolRefused("hall.code_tries", number=row.number)
    if not right:
        tried = msgspec.structs.replace(row, tries=row.tries + 1)
        left = limits.invite_tries - tried.tries
        return Changes(invites={row.number: tried}), EnrolRefused("hall.code_wrong", left=left)
    if reading.terminal_by_key(key_id(request.key)) is not None or reading.terminal(row.number) is not None:
        return Changes(), EnrolRefused("hall.key_known", number=row.number)
    return _taken_in(reading, row, request, now, new_id), None


def _is_there(reading: Reading, request: EnrolRequest) -> bool:
    terminal = reading.terminal(request.number)
    return terminal is not None and terminal.active and terminal.incarnation == request.incarnation


def _taken_in(reading: Reading, row: InviteRow, request: EnrolRequest, now: str, new_id: NewId) -> Changes:
    """The terminal with the scopes of all four modules (S7), and the hall's word about it in the log."""
    scopes = (HALL_SCOPE, *MODULES)
    terminal = TerminalRow(request.number, request.incarnation, request.key, scopes, last_seen=now)
    used = msgspec.structs.replace(row, used_by=request.key)
    changes = Changes(terminals={row.number: terminal}, invites={row.number: used})
    said = TerminalSet(request.number, request.incarnation, request.key, scopes)
    return own_facts(reading, [said], now, new_id, changes)
