"""Cases that look like one and the same."""

from __future__ import annotations

from casework.bodies.parts import Body


class ToldApart(Body, frozen=True):
    """`told_apart`: the open cases `others` (numbers) of the same applicant and item are another matter than this one.

    A supervisor has looked at both: they are no duplicates, and nobody is asked about them again.
    """

    others: tuple[str, ...]
    reason: str
