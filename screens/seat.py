"""Whoever sits at the window, and what is hers: another person finds nothing of it, she herself finds all as it was."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import msgspec

from screens.idle import Idle
from screens.views import IntakeForm, Person

if TYPE_CHECKING:
    from screens.saved import Visit


class Hers(msgspec.Struct):
    """What is kept for the person who signed in last, also while the window is locked."""

    mode: str = "queue"
    """What she had in front."""
    came_from: str = "queue"
    """The mode from which she opened a case; Esc goes back there."""
    way_back: Callable[[], Awaitable[None]] | None = None
    """What Esc shows on the way back from a case, instead of where it was opened."""
    visit: Visit | None = None
    """The visitor who is here, until another one is in the form."""
    unfinished: dict[tuple[str, str], dict[str, str]] = msgspec.field(default_factory=dict)
    """What was typed into the forms of acts that were left: by case or entry, and act."""

    def comes_in(self, form: IntakeForm) -> None:
        """Whose form it is: with another visitor in it the visit before is over."""
        if self.visit is not None and form.applicant.id and form.visit != self.visit.saved.visit:
            self.visit = None


class Seat:
    """The seat: who has it, who had it, and how long nobody has touched a key."""

    def __init__(self) -> None:
        self.person: Person | None = None
        self.last_number = ""
        self.badge_number = ""
        """Whose badge was scanned: the sign-in asks for her PIN."""
        self.hers = Hers()
        self.idle = Idle()
        self._quiet_polls = 0
        self._silent = 0.0

    def sit_down(self, person: Person) -> bool:
        """Somebody has signed in. False: it is not the one of before, and nothing of that one is left."""
        same = person.number == self.last_number
        self.person, self.last_number = person, person.number
        self.touched()
        if not same:
            self.hers = Hers()
        return same

    def touched(self) -> None:
        """A key was pressed, or something pasted."""
        self._quiet_polls, self._silent = 0, 0.0

    @property
    def silent_seconds(self) -> float:
        """How long nobody has touched a key, as far as polls tell."""
        return self._silent

    def left_alone(self, poll_seconds: float, *, taking_in: bool) -> bool:
        """Another poll without a key: whether the window locks now."""
        self._quiet_polls += 1
        self._silent = self._quiet_polls * poll_seconds
        return self.person is not None and self.idle.is_over(self._silent, taking_in=taking_in)
