"""In which order work waits: the worse light first, then what is due first. Pure.

Both are of a text of clocks (`measuring.running`): cases that stand alike have the same text, so that a long list is
put in order by looking at a few texts and at no case.
"""

from __future__ import annotations

from datetime import datetime

from casework.calendar import Calendar
from casework.measuring import read_terms
from casework.standing import light_of, nearest, standing_of

LIGHTS = ("black", "red", "yellow", "green", "none")
"""The worst first; `none` of an open case on which no clock runs."""
Urgency = tuple[int, str]
"""The place of the light in `LIGHTS`, and when it is due; empty where no clock runs."""


class Urgencies:
    """The urgency of texts of clocks at a moment; each text is looked at once."""

    def __init__(self, calendar: Calendar, now: datetime) -> None:
        self._calendar, self._now = calendar, now
        self._known: dict[str, Urgency] = {}

    def __call__(self, text: str) -> Urgency:
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._looked(text)
        return found

    def _looked(self, text: str) -> Urgency:
        stand = standing_of(read_terms(text), self._calendar, self._now) if text else ()
        first = nearest(stand)
        if first is None:
            return LIGHTS.index("none"), ""
        due = first.clock.due
        return LIGHTS.index(light_of(stand)), due if "T" in due else f"{due}T24:00"

    def light(self, text: str) -> str:
        """The light of a text of clocks."""
        return LIGHTS[self(text)[0]]

    def at(self, calendar: Calendar, now: datetime) -> Urgencies:
        """For another moment. What is known of days stays while the day and the calendar do."""
        after = Urgencies(calendar, now)
        if calendar is self._calendar and now.date() == self._now.date():
            after._known = {text: known for text, known in self._known.items() if not _by_minutes(text)}
        return after


def _by_minutes(text: str) -> bool:
    return '"minutes"' in text or '"hours"' in text
