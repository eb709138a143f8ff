"""What is said of a case on its way from acceptance to decision."""

from __future__ import annotations

from casework.bodies.parts import Body


class StepDone(Body, frozen=True):
    """`step.done`: a step without an event of its own ended. `fee` in fen: what the officer assessed (R11)."""

    step: str
    note: str = ""
    fee: int | None = None
    seen: str = ""
    """How the papers were read whose scans had not come to the hall (S35)."""


class StepNotNeeded(Body, frozen=True):
    """`step.not_needed`: a branch does not apply to this case."""

    step: str
    reason: str


class Inspected(Body, frozen=True):
    """`inspected`: two officers were there (R9). `outcome`: pass, rectify, fail."""

    step: str
    officers: tuple[str, ...]
    outcome: str
    note: str = ""


class SentBack(Body, frozen=True):
    """`sent_back`: to an earlier step, which opens again with all that lie between."""

    step: str
    to: str
    reason: str


class Reassigned(Body, frozen=True):
    """`reassigned`: an open step goes to another post of the module, or to a `person` of it.

    By an officer from her own post, by a supervisor from any (改派). `name`: the person's, so that every window can say
    who has it.
    """

    step: str
    post: str
    reason: str
    person: str = ""
    name: str = ""


class Consulted(Body, frozen=True):
    """`consulted`: another post is asked; `step` waits until it has answered (by `step.done` of the step `asked`)."""

    step: str
    asked: str
    post: str
    question: str


class Recused(Body, frozen=True):
    """`recused`: a person with an interest steps aside and acts no more on this case (回避)."""

    staff: str
    reason: str


class HandedOver(Body, frozen=True):
    """`handed_over`: the papers went from post to post (R16, 物料流转), at a shift's end to a `person` of the post
    (交接), who answers for the item from then on."""

    to: str
    papers: str = ""
    person: str = ""
    name: str = ""
    """The person's, so that every window can say who has it."""


class Nudged(Body, frozen=True):
    """`nudged`: somebody asks the post that holds the case to hurry."""

    text: str


class Suspended(Body, frozen=True):
    """`suspended`: a special procedure stops the clocks from the next day on (R22). `days`: expected working days.

    Of a hearing: the day on which it was asked for and the day on which it will be held (R12).
    """

    step: str
    kind: str
    days: int
    reason: str
    basis: str = ""
    asked_on: str = ""
    held_on: str = ""


class Resumed(Body, frozen=True):
    """`resumed`: the special procedure of `step` has ended; its last day still stood still (R23)."""

    step: str
    note: str = ""


class Extended(Body, frozen=True):
    """`extended`: once, before the end, by the head or under a recorded delegation (R21). `days` in the law's unit."""

    days: int
    reason: str
    authority: str = ""
    """The document of the delegation; empty where the head approves."""


class Paid(Body, frozen=True):
    """`paid`: the fee was paid. `receipt`: the treasury's number; `amount` in fen."""

    step: str
    receipt: str
    amount: int


class AskRefused(Body, frozen=True):
    """`ask.refused`: something was asked for that may not be asked any more (R5); it counts against the item."""

    code: str
    materials: tuple[str, ...] = ()


class DateConfirmed(Body, frozen=True):
    """`date.confirmed`: a supervisor's word on a day that no clock proves (S29).

    `of` is `received`, `told`, `accepted` or `decided`; `date` the day (YYYY-MM-DD) from which is counted.
    """

    of: str
    date: str
    reason: str
