"""Somebody is asked to come to a window, and says that she comes."""

from __future__ import annotations

from casework.bodies.parts import Body


class Called(Body, frozen=True):
    """`called`: the person `to` is asked to come to the window of `terminal`; `number`: the case it is about, if any.

    No word of an applicant is in it: every window gets it, because the person may sit anywhere.
    """

    to: str
    terminal: str
    number: str = ""


class CallAnswered(Body, frozen=True):
    """`call.answered`: whoever was called has seen it, and comes."""
