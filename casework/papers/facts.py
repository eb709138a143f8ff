"""What a paper is made from: plain values that the desk takes out of a case, its catalogue item and its clocks.

Nothing here is looked up or counted: whoever fills it has already asked the catalogue and the calendar. Dates and
times are the hall's local ones and are printed as they stand.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from casework.papers.model import Reprint


class Party(msgspec.Struct, frozen=True):
    """The applicant. `id` is an identity number or a 统一社会信用代码; a firm has a legal representative."""

    name: str
    id: str = ""
    kind: Literal["person", "entity"] = "person"
    phone: str = ""
    address: str = ""
    legal_representative: str = ""


class Agent(msgspec.Struct, frozen=True):
    """Who acts for the applicant (代办人), and under what authority."""

    name: str
    id: str = ""
    phone: str = ""
    authority: str = ""


class LimitLine(msgspec.Struct, frozen=True):
    """One clock in words (`20个工作日`), its due date, and whether that date is 暂定 (the calendar ends before it).

    `time`: `13:45` where the clock runs in office minutes, else nothing. `more`: by how much it may be extended.
    """

    text: str
    due: date | None = None
    provisional: bool = False
    time: str = ""
    more: str = ""


class MaterialLine(msgspec.Struct, frozen=True):
    """One paper of the case. `have` is a state of `catalogue.materials.STATES` or any text; `copies` 0: none on paper;
    `note` says more (mended on the spot, taken from another case …)."""

    name: str
    have: str = ""
    copies: int = 1
    note: str = ""


class SupplementLine(msgspec.Struct, frozen=True):
    """One thing to bring or mend: what is wrong, how to cure it, where a sample is (R4: all of them, once)."""

    defect: str
    cure: str
    sample: str = ""


class Deferred(msgspec.Struct, frozen=True):
    """A paper that follows (容缺, R31): its name, its form, by when, and what happens otherwise."""

    name: str
    form: str = ""
    due: date | None = None
    consequence: str = ""
    provisional: bool = False


class Handover(msgspec.Struct, frozen=True):
    """A step's change of hands: from whom to whom, for which step, with how many sheets."""

    from_post: str
    to_post: str
    from_person: str = ""
    to_person: str = ""
    step: str = ""
    at: datetime | None = None
    sheets: int | None = None
    note: str = ""


class Special(msgspec.Struct, frozen=True):
    """A suspension: its kind in words, expected working days, start, end once it has one (R22).

    Of a hearing (R12): the day on which it was asked for, the day on which it is held.
    """

    kind: str = ""
    days: int = 0
    start: date | None = None
    due: date | None = None
    provisional: bool = False
    basis: str = ""
    reason: str = ""
    ended: date | None = None
    hearing: bool = False
    asked_on: date | None = None
    held_on: date | None = None


class Extension(msgspec.Struct, frozen=True):
    """The one extension (R21): how much in words with the unit, the new due date, who approved, by which document."""

    amount: str
    due: date | None = None
    provisional: bool = False
    approver: str = ""
    authority: str = ""
    basis: str = ""
    """The article of the item's own limit; empty where the general one holds."""
    reasons: tuple[str, ...] = ()


class Payment(msgspec.Struct, frozen=True):
    """A fee that a named basis allows (R11): what for, how much in words with the unit, where to pay, by when."""

    item: str
    amount: str
    basis: str
    rate: str = ""
    where: str = ""
    due: date | None = None
    receipt: str = ""
    """The treasury's number, once it is paid."""


class HandedPaper(msgspec.Struct, frozen=True):
    """One paper of a delivery: its name, its own number, until when it is valid."""

    name: str
    document: str = ""
    valid: str = ""


class Delivery(msgspec.Struct, frozen=True):
    """A result handed out: which papers, how (`counter`, `post`, `agent` or any text), to whom, when."""

    papers: tuple[HandedPaper, ...]
    how: str = "counter"
    receiver: str = ""
    receiver_id: str = ""
    at: datetime | None = None
    carrier: str = ""
    parcel: str = ""
    address: str = ""


class Promise(msgspec.Struct, frozen=True):
    """One paper for which a pledge stands: its name, and the law that asks for it."""

    name: str
    basis: str = ""


class Pledge(msgspec.Struct, frozen=True):
    """告知承诺 (R30): the papers it replaces, what is told beside, what a false promise brings.

    `check_days`: working days after delivery in which it is checked, 0: it is not. `empowered`: the agent may sign.
    """

    replaces: tuple[Promise, ...]
    conditions: tuple[str, ...] = ()
    consequences: tuple[str, ...] = ()
    check_days: int = 0
    empowered: bool = False


class Correction(msgspec.Struct, frozen=True):
    """What was wrong in a decision or its paper, and what is right now."""

    wrong: str
    right: str


class Ticket(msgspec.Struct, frozen=True):
    """A place in the queue: its short number (`D0042`), how many wait before it, where it is called."""

    number: str
    waiting: int = 0
    windows: str = ""


class GuideMaterial(msgspec.Struct, frozen=True):
    """A material of the guide: its form and copies in words, and how it is come by (source, pledge, sample …)."""

    name: str
    form: str
    copies: str
    ways: tuple[str, ...] = ()


class GuideFacts(msgspec.Struct, frozen=True):
    """The service guide of an item (R8), every part of it in words. Its limits are the item's, without a due date."""

    statutory: LimitLine | None = None
    promised: LimitLine | None = None
    basis: tuple[str, ...] = ()
    who: str = ""
    conditions: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    """What shuts the door: no permit needed, another organ's power, not yet or not any more."""
    situations: tuple[str, ...] = ()
    materials: tuple[GuideMaterial, ...] = ()
    steps: tuple[str, ...] = ()
    not_counted: tuple[str, ...] = ()
    fee: str = ""
    result: str = ""
    valid: str = ""
    handling: tuple[str, ...] = ()


class PreparedLine(msgspec.Struct, frozen=True):
    """One paper of a preparation list: name, form, copies in words; and what was said of it at the last look."""

    name: str
    form: str
    copies: str
    said: str = ""


class Replaced(msgspec.Struct, frozen=True):
    """An old paper that a new one takes the place of: its name, the how-manyth of its kind, printed when, for whom."""

    name: str
    count: int
    at: datetime
    holder: str


class PaperFacts(msgspec.Struct, frozen=True):
    """Everything a paper may need; each kind takes its part and refuses with BadPaper when a must is absent.

    `issued_at` is the date at the seal and is always needed. `authorisation` is the recorded permission under which
    a window accepts in an organ's name (R15). `ground` of a refusal: `no_permit` (R1), `not_our_power` (R2, then
    `right_organ` is a must) or `other`. `how` it was accepted: `deemed` is by the hall's timer (R4). `decider` is the
    upper organ, where it decided. `valid` is how long the result holds, in words.
    """

    hall: str
    item: str
    issued_at: datetime
    organ: str = ""
    number: str | None = None
    former: str = ""
    """The number under which it was handed out before (S27)."""
    short_code: str = ""
    item_code: str = ""
    document_number: str = ""
    project_code: str = ""
    authorisation: str = ""
    applicant: Party | None = None
    agent: Agent | None = None
    clerk: str = ""
    clerk_number: str = ""
    window: str = ""
    phone: str = ""
    received_at: datetime | None = None
    accepted_at: datetime | None = None
    statutory: LimitLine | None = None
    promised: LimitLine | None = None
    not_counted: tuple[str, ...] = ()
    awaiting_decision: bool = False
    spot_lost: bool = False
    joint: bool = False
    bundle: str = ""
    mended: tuple[str, ...] = ()
    """Fields of the form that the applicant put right at the counter (R3)."""
    form: tuple[tuple[str, str], ...] = ()
    materials: tuple[MaterialLine, ...] = ()
    supplements: tuple[SupplementLine, ...] = ()
    also: tuple[SupplementLine, ...] = ()
    """What may be asked for beside, each with its condition."""
    until: date | None = None
    """The last day for what a notice asks for."""
    until_provisional: bool = False
    how: Literal["outright", "deferred", "pledged", "deemed"] = "outright"
    deferred: tuple[Deferred, ...] = ()
    pledged: tuple[str, ...] = ()
    pledge_check_days: int = 0
    ground: Literal["no_permit", "not_our_power", "other"] = "other"
    right_organ: str = ""
    reasons: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    ending: Literal["returned", "withdrawn", "terminated"] = "returned"
    ending_ground: str = ""
    """Of a termination: deferred_overdue, nobody_came, gate or other."""
    ended_at: datetime | None = None
    handed_back: tuple[str, ...] = ()
    decision: Literal["granted", "refused", "corrected", "revoked"] = "granted"
    decided_at: datetime | None = None
    decider: str = ""
    conditions: tuple[str, ...] = ()
    correction: Correction | None = None
    nature: Literal["licence", "registration", "filing"] = "licence"
    """Which law the words come from: 行政许可, 市场主体登记 or 备案."""
    result: str = ""
    valid: str = ""
    handover: Handover | None = None
    special: Special | None = None
    extension: Extension | None = None
    payment: Payment | None = None
    delivery: Delivery | None = None
    pledge: Pledge | None = None
    ticket: Ticket | None = None
    guide: GuideFacts | None = None
    prepared: tuple[PreparedLine, ...] = ()
    referral: Literal["counter", "transferred", "forwarded"] = "counter"
    opinion: str = ""
    delivery_way: str = ""
    fee: str = ""
    query: str = ""
    query_url: str = ""
    complaints: str = ""
    reprint: Reprint | None = None
    replaces: tuple[Replaced, ...] = ()
    """Old papers that are called back and whose place this one takes (S15)."""
    issue: int = 1
    """The how-manyth paper of its kind this is, where it replaces another."""
