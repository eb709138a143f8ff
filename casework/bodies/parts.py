"""What bodies are made of: the parts that several facts share."""

from __future__ import annotations

import msgspec


class Body(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Base of all bodies."""


class Party(Body, frozen=True):
    """The applicant or the agent. `kind` is `person` or `entity`; `id` a resident ID, passport or USCC."""

    kind: str
    name: str
    id: str
    phone: str = ""
    address: str = ""
    representative: str = ""
    authority: str = ""
    """What an agent may do for the applicant."""


class RouteStep(Body, frozen=True):
    """A step of the route as it was resolved at receipt: only steps whose condition held."""

    id: str
    kind: str
    post: str
    needs: tuple[str, ...] = ()
    officers: int = 1
    always: bool = False
    """A law demands it: it can't be declared not needed."""


class Span(Body, frozen=True):
    """A limit as it was resolved at receipt (casework.clocks.Limit). `extension` is the most that may be added once."""

    amount: int
    unit: str
    start: str
    extension: int = 0


class Stop(Body, frozen=True):
    """What may stop the clocks, as it was resolved at receipt (R22); `most` working days, 0 without bound."""

    kind: str
    most: int = 0
    basis: str = ""


class SupplementLine(Body, frozen=True):
    """One line of the notice: what is wrong with which paper, and how to mend it."""

    material: str
    defect: str
    cure: str


class CheckLine(Body, frozen=True):
    """What became of one check over the network (R33).

    `outcome`: `match`, `no_match`, or `override`: a person goes on without it, for `reason`.
    """

    material: str
    outcome: str
    source: str = ""
    reference: str = ""
    reason: str = ""


class PaperOut(Body, frozen=True):
    """A paper in somebody's hand whose act was refused: kind, count, when it was printed, who got it (S15)."""

    paper: str
    count: int
    at: str
    holder: str


class ReviewLine(Body, frozen=True):
    """What a helper says of one paper of a prefile: right, or its defect and cure."""

    material: str
    right: bool = True
    defect: str = ""
    cure: str = ""


class Form(Body, frozen=True):
    """An application as far as it is known: what the intake form holds before it has a number."""

    item: str
    applicant: Party | None = None
    agent: Party | None = None
    project_code: str = ""
    situations: dict[str, str] = {}
    form: dict[str, str] = {}
    materials: dict[str, str] = {}
    reused: dict[str, str] = {}
