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

    `time`: `13:45` where the clock runs in office minutes, else nothing.
    """

    text: str
    due: date | None = None
    provisional: bool = False
    time: str = ""


class MaterialLine(msgspec.Struct, frozen=True):
    """One paper of the case. `have` is a word of the contract (original, copy, electronic, missing, pledge, defer,
    checked, pending_check) or any text; `note` says more (mended on the spot, follows by …)."""

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
    """A suspension (kind, expected working days, start; R22) or an extension (days, new due date, approver; R21)."""

    kind: str = ""
    days: int = 0
    start: date | None = None
    due: date | None = None
    provisional: bool = False
    approver: str = ""
    basis: str = ""


class Payment(msgspec.Struct, frozen=True):
    """A fee that a named basis allows (R11): what for, how much in words with the unit, where to pay, by when."""

    item: str
    amount: str
    basis: str
    where: str = ""
    due: date | None = None


class Delivery(msgspec.Struct, frozen=True):
    """A result handed out: which papers, how (`counter`, `post`, `agent` or any text), to whom, when."""

    papers: tuple[str, ...]
    how: str = "counter"
    receiver: str = ""
    receiver_id: str = ""
    at: datetime | None = None
    carrier: str = ""
    parcel: str = ""


class Pledge(msgspec.Struct, frozen=True):
    """告知承诺 (R30): the papers it replaces, the conditions told, what a false promise brings."""

    replaces: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    consequences: tuple[str, ...] = ()


class Ticket(msgspec.Struct, frozen=True):
    """A place in the queue: its short number (`A042`), how many wait before it, which windows call it."""

    number: str
    waiting: int = 0
    windows: str = ""


class GuideFacts(msgspec.Struct, frozen=True):
    """The service guide of an item (R8): basis, conditions, steps, and anything else as label and value."""

    basis: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    more: tuple[tuple[str, str], ...] = ()


class PaperFacts(msgspec.Struct, frozen=True):
    """Everything a paper may need; each kind takes its part and refuses with BadPaper when a must is absent.

    `issued_at` is the date at the seal and is always needed. `authorisation` is the recorded permission under which
    a window accepts in an organ's name (R15). `ground` of a refusal: `no_permit` (R1), `not_our_power` (R2, then
    `right_organ` is a must) or `other`.
    """

    hall: str
    item: str
    issued_at: datetime
    organ: str = ""
    number: str | None = None
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
    form: tuple[tuple[str, str], ...] = ()
    materials: tuple[MaterialLine, ...] = ()
    supplements: tuple[SupplementLine, ...] = ()
    deferred: tuple[Deferred, ...] = ()
    ground: Literal["no_permit", "not_our_power", "other"] = "other"
    right_organ: str = ""
    reasons: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    decision: Literal["granted", "refused"] = "granted"
    nature: Literal["licence", "registration", "filing"] = "licence"
    """Which law the words come from: 行政许可, 市场主体登记 or 备案."""
    result: str = ""
    handover: Handover | None = None
    special: Special | None = None
    payment: Payment | None = None
    delivery: Delivery | None = None
    pledge: Pledge | None = None
    ticket: Ticket | None = None
    guide: GuideFacts | None = None
    delivery_way: str = ""
    fee: str = ""
    query: str = ""
    query_url: str = ""
    complaints: str = ""
    reprint: Reprint | None = None
