"""A case is the fold of its facts (architecture.md): the state, its route, and where it waits.

`casework.folding` makes it. Times are hall civil time (`casework.ambient.stamp`).
"""

from __future__ import annotations

import msgspec

from casework import bodies
from casework.said import Said
from casework.scans import Scan

APPLICANT = "applicant"
"""A place where a case waits for its applicant."""
THIRD_PARTY = "third_party"
"""A place where a case waits for somebody outside: experts, a laboratory, the upper organ."""

OPEN_STATES = frozenset(
    {"received", "awaiting_supplement", "supplement_partly", "accepted", "suspended", "forwarded"}
    | {"decided", "certified", "delivered"}
)
ENDED_STATES = frozenset(
    {"refused_at_intake", "returned", "withdrawn", "terminated", "transferred", "void", "revoked", "closed"}
)
TURNED_AWAY = frozenset({"refused_at_intake", "returned"})
"""How a case ends at the counter; the events have the same names."""
AT_APPLICANT = frozenset({"awaiting_supplement", "supplement_partly"})
UNDER_WAY = frozenset({"accepted", "suspended", "forwarded"})
"""Accepted and not yet decided."""
AFTER_DECISION = frozenset({"decided", "certified", "delivered"})


class StepState(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What became of a step: done or not needed, by whom, when, with which remark."""

    state: str
    by: str = ""
    at: str = ""
    note: str = ""


class Supplement(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The one notice of what is missing (R4, R5), and what of it came since."""

    lines: tuple[bodies.SupplementLine, ...]
    told_at: str
    answered: tuple[str, ...] = ()
    also: tuple[bodies.SupplementLine, ...] = ()


class Pause(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A special procedure at a step: the clocks stand still after `since` up to and including `until` (R22, R23)."""

    step: str
    kind: str
    since: str
    until: str = ""
    days: int = 0
    basis: str = ""
    reason: str = ""
    asked_on: str = ""
    held_on: str = ""


class Consult(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A question to another post: the step that answers it, and the one that waits for the answer."""

    step: bodies.RouteStep
    asked_by: str
    question: str


class Extension(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The one extension (R21)."""

    days: int
    reason: str
    at: str
    by: str
    authority: str = ""


class PrintedPaper(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A paper that was handed out. `of`: the fact that it tells of; empty where no judgement stands behind it."""

    paper: str
    count: int
    mark: str
    at: str
    by: str
    of: str = ""


class PaperAct(msgspec.Struct, frozen=True, gc=False):
    """A judgement that is told on paper: the fact, and the kind of its paper."""

    fact: str
    paper: str


class Recall(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The task to get a paper back whose act was given up (S15); open until somebody has said how it ended.

    `holder` got the paper; `ended`: `came_back` or `void`.
    """

    paper: str
    count: int
    at: str
    holder: str
    since: str
    of: str = ""
    ended: str = ""
    ended_at: str = ""
    ended_by: str = ""
    note: str = ""


class Claim(msgspec.Struct, frozen=True, gc=False):
    """Who has an item of the queue, since when, at which window; it lapses with its day (S23)."""

    by: str
    at: str
    terminal: str
    name: str


class Handed(msgspec.Struct, frozen=True, gc=False):
    """An item that was handed over at a shift's end (交接): to whom, by whom, when; until somebody works on it."""

    to: str
    name: str
    by: str
    at: str


class Nudge(msgspec.Struct, frozen=True, gc=False):
    """Somebody asked to hurry: who, when, with which words, while which steps were open."""

    by: str
    at: str
    text: str
    steps: tuple[str, ...] = ()


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a case waits: an open step, and the post whose queue shows it (or the applicant, or a third party)."""

    step: str
    post: str


class Case(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The state of one case."""

    id: str
    root: str
    number: str
    state: str
    received: bodies.Received
    received_at: str
    catalogue: str
    """Version of the catalogue under which it was taken in; the case keeps it."""
    terminal: str
    """The terminal that took it in: the four digits of its number."""
    taken_by: str
    materials: dict[str, str]
    visit: str = ""
    steps: dict[str, StepState] = {}
    posts: dict[str, str] = {}
    """Steps that were reassigned, with their new post."""
    consults: tuple[Consult, ...] = ()
    proposal: str = ""
    supplement: Supplement | None = None
    mended: tuple[str, ...] = ()
    mended_at: dict[str, Said] = {}
    """When a field of the form got its value last."""
    handed_back: tuple[str, ...] = ()
    """Materials that went back to the applicant."""
    came: dict[str, str] = {}
    """When a material was last handed in, or found by its source, since the receipt."""
    scans: tuple[Scan, ...] = ()
    """What was scanned, in that order (S35)."""
    arrived: tuple[str, ...] = ()
    """Hashes of scans that have come and that no fact here names yet: after a restore the two may change places."""
    accepted_at: str = ""
    accepted: bodies.Accepted | None = None
    accepted_by: tuple[str, ...] = ()
    """Everybody who accepted it: once more each time it was sent back to there."""
    deemed: str = ""
    """The last day on which something could have been asked for, where the hall's timer accepted it (R4)."""
    settled: bool = False
    """That is provisional no more (S30)."""
    set_aside: bool = False
    """It was taken back by a notice of before (S30): a paper that tells of it is called back, however late it comes."""
    pauses: tuple[Pause, ...] = ()
    extension: Extension | None = None
    recused: tuple[str, ...] = ()
    fee: int | None = None
    """Fen; fixed by the item or assessed by an officer; None while nobody has said."""
    paid: bodies.Paid | None = None
    forwarded: bodies.Forwarded | None = None
    outcome: str = ""
    """`granted` or `refused` once decided."""
    decided_at: str = ""
    decided: bodies.Decided | None = None
    decided_by: str = ""
    corrections: tuple[bodies.Corrected, ...] = ()
    corrected_at: str = ""
    revoked: bodies.Revoked | None = None
    certified: bodies.Certified | None = None
    posted: bodies.Posted | None = None
    delivered: bodies.Delivered | None = None
    delivered_at: str = ""
    pledge: str = ""
    """What the check of the pledges found: `kept` or `false`."""
    ended_at: str = ""
    ended_by: str = ""
    reason: str = ""
    organ: str = ""
    """Where a transferred case went."""
    renumbered: str = ""
    """The number of the case that stands for a voided one."""
    lines: tuple[bodies.SupplementLine, ...] = ()
    """What a returned registration lacked."""
    papers: tuple[PrintedPaper, ...] = ()
    acts: tuple[PaperAct, ...] = ()
    """The judgements that stand and are told on paper, in order."""
    given_up: tuple[str, ...] = ()
    """Refused facts that somebody gave up: a paper of one of them that turns up later is called back too."""
    recalls: tuple[Recall, ...] = ()
    claims: dict[str, Claim] = {}
    """Who has which place of the queue."""
    handed: Handed | None = None
    """To whom it was handed over last, while nobody has worked on it since (R16)."""
    nudges: int = 0
    nudged: tuple[Nudge, ...] = ()
    """The last of them (`casework.nudging`)."""
    asks_refused: int = 0
    """How often something was asked for too late (R5): it counts against the item."""
    apart: tuple[str, ...] = ()
    """Numbers of cases of the same applicant and item that are another matter (`casework.doubles`)."""
    facts: int = 0
    doubts: tuple[str, ...] = ()
    """Days that no clock proves, until a supervisor has confirmed them (`casework.dating`)."""
    confirmed: dict[str, str] = {}
    """Moments from which is counted instead of those on the paper, by the name of the day (S29)."""
    unread: int = 0
    """How many of them this program can't read: it needs an update to show the case whole (S32)."""
    former_numbers: tuple[str, ...] = ()
    """Numbers that it had while another case had them, too (S27): they still find it."""
    other_items: tuple[str, ...] = ()
    """Those of them that stand on a receipt for another item (S22)."""
    reprint: tuple[int, ...] = ()
    """Set while the receipt has to be printed again under the new number: epoch and cursor of the hall when it gave it;
    only a print by whoever had seen that counts."""

    taken_again: tuple[int, ...] = ()
    """Set where another window took it in, too: epoch and cursor of the hall that this one had seen. Whoever has seen
    no more answers another receipt than the one that stands."""

    @property
    def is_open(self) -> bool:
        """Whether anybody still has to act on it."""
        return self.state in OPEN_STATES

    @property
    def open_recalls(self) -> tuple[Recall, ...]:
        """Papers that are still out although what they say was given up."""
        return tuple(each for each in self.recalls if not each.ended)

    @property
    def let_in_by(self) -> tuple[str, ...]:
        """Who let it in, and so does not decide it: whoever accepted it, and at the timer's word who took it in."""
        return (*self.accepted_by, self.taken_by) if self.deemed else self.accepted_by

    @property
    def pledged(self) -> bool:
        """Whether a pledge stands for one of its papers (R30)."""
        return "pledge" in self.materials.values()


def route_of(case: Case) -> tuple[bodies.RouteStep, ...]:
    """The steps of the case, with those that were put in since: who asked another post waits for its answer."""
    if not case.consults:
        return case.received.route
    asked: dict[str, tuple[str, ...]] = {}
    for each in case.consults:
        asked[each.asked_by] = (*asked.get(each.asked_by, ()), each.step.id)
    route = (*case.received.route, *(each.step for each in case.consults))
    return tuple(
        msgspec.structs.replace(step, needs=(*step.needs, *asked[step.id])) if step.id in asked else step
        for step in route
    )


def step_of(case: Case, step_id: str) -> bodies.RouteStep | None:
    """The step of the route with that id."""
    for step in route_of(case):
        if step.id == step_id:
            return step
    return None


def module_at(case: Case, step_id: str, type_: str) -> str:
    """The module whose posts may make a fact of `type_` at a step; none for an answer: any post may be asked, and
    does nothing else with the case."""
    asked = type_ == "step.done" and any(each.step.id == step_id for each in case.consults)
    return "" if asked else case.received.module


def steps_of_kind(case: Case, kind: str) -> tuple[bodies.RouteStep, ...]:
    """The steps of one kind, in the order of the route."""
    return tuple(step for step in route_of(case) if step.kind == kind)


def post_of(case: Case, step: bodies.RouteStep) -> str:
    """The post whose queue shows `step` now."""
    return case.posts.get(step.id, step.post)


def open_steps(case: Case) -> tuple[bodies.RouteStep, ...]:
    """Steps whose needs are met and that have not ended, in the order of the route."""
    return tuple([step for step in route_of(case) if is_ready(case, step)]) if case.is_open else ()


def is_ready(case: Case, step: bodies.RouteStep) -> bool:
    """Whether a step of an open case's route has not ended, and all that it needs has."""
    ended = case.steps
    if step.id in ended:
        return False
    for need in step.needs:  # noqa: SIM110 - a plain loop: it is asked of each step, several times for each fact
        if need not in ended:
            return False
    return True


def paused(case: Case, step_id: str) -> Pause | None:
    """The special procedure for which a step waits; putting right after a site check stops no work."""
    if not case.pauses:
        return None
    return next(
        (each for each in case.pauses if each.step == step_id and not each.until and each.kind != "rectify"), None
    )


def places(case: Case) -> tuple[Place, ...]:
    """Exactly one place for each open step; none once the case has ended."""
    if not case.is_open:
        return ()
    if case.state in AT_APPLICANT:
        return (Place("supplement", APPLICANT),)
    if case.state == "delivered":
        return (_after_delivery(case),)
    if case.proposal:
        return (Place("proposal", officer_post(case)),)
    return tuple(Place(step.id, _waits_at(case, step)) for step in open_steps(case))


def _waits_at(case: Case, step: bodies.RouteStep) -> str:
    outside = paused(case, step.id) is not None or (case.state == "forwarded" and step.kind == "decide")
    return THIRD_PARTY if outside else post_of(case, step)


def _after_delivery(case: Case) -> Place:
    """What was pledged is looked at before the file is closed; a false pledge costs the result (R30)."""
    if case.received.pledge_check_days and case.pledged and case.outcome == "granted" and not case.pledge:
        return Place("pledge_check", officer_post(case))
    if case.pledge == "false":
        return Place("revocation", _post_of_kind(case, "decide"))
    return Place("close", "delivery")


def officer_post(case: Case) -> str:
    """The officers' post that answers a proposal of the counter: whoever examines, else the module's own."""
    for kind in ("accept", "examine", "decide"):
        for step in case.received.route:
            if step.kind == kind and step.post != "window":
                return post_of(case, step)
    return case.received.module


def _post_of_kind(case: Case, kind: str) -> str:
    return next((post_of(case, step) for step in case.received.route if step.kind == kind), case.received.module)


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Case).decode


def encode_case(case: Case) -> bytes:
    """The state as bytes for a projection; equal states have equal bytes (keys are sorted)."""
    return _encode(case)


def decode_case(data: bytes) -> Case:
    """The state that `encode_case` wrote."""
    return _decode(data)
