"""Who takes an item of the queue, and who lets go of it (S23)."""

from __future__ import annotations

from casework.bodies.parts import Body


class Claimed(Body, frozen=True):
    """`claimed`: a person at a window works on this item of the queue until the end of the day.

    `step` is the place in the queue; `name` the person's, so that every window can say who has it.
    """

    step: str
    terminal: str
    name: str


class Released(Body, frozen=True):
    """`released`: whoever had it, or a supervisor for `reason`, lets go of an item."""

    step: str
    reason: str = ""
