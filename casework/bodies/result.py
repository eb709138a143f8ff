"""What is said of the decision, of what is handed out, and of every other end."""

from __future__ import annotations

from casework.bodies.parts import Body


class Decided(Body, frozen=True):
    """`decided`. `outcome`: granted or refused; a refusal has reasons and the words on review and appeal (R10)."""

    step: str
    outcome: str
    reasons: str = ""
    remedies: str = ""
    conditions: str = ""
    organ: str = ""
    """The upper organ, where it decided (R56)."""
    seen: str = ""
    """How the papers were read whose scans had not come to the hall (S35)."""


class Corrected(Body, frozen=True):
    """`corrected`: a slip in the decision or its paper is put right; the result is made and handed out again."""

    what: str
    reason: str


class Revoked(Body, frozen=True):
    """`revoked`: the granted result is taken back, with reasons and the words on review and appeal (R10)."""

    reason: str
    remedies: str


class Certified(Body, frozen=True):
    """`certified`: the result was made. `document`: its own number; `valid_until` a day, or nothing."""

    step: str
    document: str = ""
    valid_until: str = ""


class Posted(Body, frozen=True):
    """`posted`: the result is on its way by post; handed out when the receiver has signed."""

    step: str
    carrier: str
    tracking: str
    address: str = ""


class Delivered(Body, frozen=True):
    """`delivered`. `how`: counter, post, agent. The receiver signed."""

    step: str
    receiver: str
    how: str = "counter"
    receiver_id: str = ""
    tracking: str = ""


class PledgeChecked(Body, frozen=True):
    """`pledge.checked`: what was pledged has been looked at. `outcome`: kept or false (then the result is revoked)."""

    outcome: str
    note: str = ""


class Closed(Body, frozen=True):
    """`closed`: the file is complete."""

    note: str = ""


class Printed(Body, frozen=True):
    """`printed`: a paper left the printer. `count` of this kind on this case; `mark` is terminal and its own count."""

    paper: str
    count: int
    mark: str
    sha256: str = ""
    of: str = ""
    """The judgement that the paper tells of, by its fact."""


class Unmasked(Body, frozen=True):
    """`unmasked`: someone looked at the full personal data of a case, and why.

    `intake`: the id of the case for whose form they were filled in; empty where somebody read this case.
    """

    reason: str
    intake: str = ""


class Withdrawn(Body, frozen=True):
    """`withdrawn`: the applicant takes the application back."""

    reason: str


class Terminated(Body, frozen=True):
    """`terminated`. `ground`: deferred_overdue (R31), nobody_came, gate or other."""

    ground: str
    reason: str


class Transferred(Body, frozen=True):
    """`transferred`: another organ has the power; the case goes there with its papers."""

    organ: str
    reason: str


class Forwarded(Body, frozen=True):
    """`forwarded`: the upper organ decides; the case waits for its word (R43, R56)."""

    organ: str
    opinion: str = ""


class Voided(Body, frozen=True):
    """`voided`: taken in by mistake; `new_number` is the right case, where there is one."""

    reason: str
    new_number: str = ""
