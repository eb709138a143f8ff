"""Who sits at the window: staff number and PIN against the verifier that the hall sent, and the posts of the shift.

Works with the line down. Keeps security.md: argon2id, five failures lock for a quarter of an hour, doubling, and the
count survives restarts and a clock that was set back.
"""

from __future__ import annotations

import dataclasses

import msgspec

from casework.ambient import Clock, stamp
from casework.bodies import StaffSet
from casework.limits import LIMITS, Limits
from casework.pin_lock import end_of, lock_of
from console.counter import Session
from console.errors import NotSignedIn
from console.library import Library
from local_db.memory import TerminalMemory
from local_db.people import Lockout

UNLOCKED = "pin.unlocked"
"""The setting that holds who opened whose lock at this terminal."""


class Unlocked(msgspec.Struct, frozen=True):
    """At `at` (hall time) the supervisor `by` let `staff` try again, after so many wrong PINs."""

    at: str
    staff: str
    by: str
    name: str
    failures: int


@dataclasses.dataclass(frozen=True)
class People:
    """Sign-in at one terminal."""

    memory: TerminalMemory
    library: Library
    clock: Clock
    limits: Limits = LIMITS

    def sign_in(self, number: str, pin: str, posts: tuple[str, ...] = ()) -> Session:
        """The session of `number`, at `posts` (empty: all her posts).

        Raises NotSignedIn: no such person, a wrong PIN, locked, or a post that is not hers.
        """
        staff = self.memory.staff(number)
        if staff is None or not staff.active:
            raise NotSignedIn("people.unknown", number=number[:40])
        self._expect_unlocked(staff)
        if not fits(staff.verifier, pin):
            raise self._failed(staff)
        if self.memory.lockout(number).failures:
            self.memory.keep_lockout(number, Lockout())
        return self.serving(Session(staff, staff.posts), posts)

    def serving(self, session: Session, posts: tuple[str, ...]) -> Session:
        """The same person at `posts` (empty: all her posts). Raises NotSignedIn for a post that is not hers."""
        staff = session.staff
        if not staff.posts:
            raise NotSignedIn("people.no_posts", name=staff.name)
        for post in posts:
            if post not in staff.posts:
                raise NotSignedIn("people.not_your_post", name=staff.name, post=post[:40], posts=", ".join(staff.posts))
        return msgspec.structs.replace(session, shift=posts or staff.posts)

    def locked(self) -> tuple[tuple[StaffSet, Lockout], ...]:
        """Whom wrong PINs keep out of this terminal now."""
        found = ((self.memory.staff(number), kept) for number, kept in self.memory.locked(stamp(self.clock.now())))
        return tuple((staff, kept) for staff, kept in found if staff is not None and staff.active)

    def unlocked(self) -> tuple[Unlocked, ...]:
        """The locks that were opened at this terminal, oldest first."""
        kept = self.memory.setting(UNLOCKED)
        return msgspec.json.decode(kept, type=tuple[Unlocked, ...]) if kept else ()

    def unlock(self, session: Session, number: str) -> str:
        """Let a colleague try her PIN again; who let her is written down first. Returns the colleague's name.

        The lock is this terminal's own: no event of the hall tells of it, so neither does one of its end.
        Raises NotSignedIn: no supervisor sits here, or nobody is locked under that number.
        """
        posts = self.library.current().posts
        if not any(post in posts and posts[post].team == "supervisor" for post in session.shift):
            raise NotSignedIn("people.no_unlocking")
        found = next(((staff, kept) for staff, kept in self.locked() if staff.number == number), None)
        if found is None:
            raise NotSignedIn("people.not_locked", number=number[:40])
        staff, kept = found
        done = Unlocked(stamp(self.clock.now()), number, session.staff.number, session.staff.name, kept.failures)
        newest = (*self.unlocked(), done)[-self.limits.pin_unlocks_kept :]
        self.memory.keep_setting(UNLOCKED, msgspec.json.encode(newest).decode())
        self.memory.keep_lockout(number, Lockout())
        return staff.name

    def _expect_unlocked(self, staff: StaffSet) -> None:
        kept = self.memory.lockout(staff.number)
        if not kept.until:
            return
        end = end_of(kept.failures, kept.until, self.clock.now(), self.limits)
        if end is not None and stamp(end) < kept.until:  # the clock was set back since
            self.memory.keep_lockout(staff.number, Lockout(kept.failures, stamp(end)))
        if end is not None:
            raise NotSignedIn("people.locked", name=staff.name, until=f"{end:%H:%M}")

    def _failed(self, staff: StaffSet) -> NotSignedIn:
        now = self.clock.now()

        def until(failures: int) -> str:
            return stamp(now + lock_of(failures, self.limits)) if failures >= self.limits.pin_tries else ""

        failures = self.memory.count_failure(staff.number, until)
        left = self.limits.pin_tries - failures
        if left > 0:
            return NotSignedIn("people.wrong_pin", left=left)
        end = now + lock_of(failures, self.limits)
        return NotSignedIn("people.locked_now", name=staff.name, tries=failures, until=f"{end:%H:%M}")


def fits(verifier: str, pin: str) -> bool:
    """Whether `pin` is the one of which `verifier` was made."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(verifier, pin)
    except (VerificationError, InvalidHashError):
        return False
