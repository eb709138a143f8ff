"""What people want done: the intake, and one struct of data for each act on a case. Imperative; facts are past tense.

The names of the acts are those of the command line and of the action table (contract: `case act NUMBER ACTION`).
"""

from __future__ import annotations

from typing import Any

import msgspec

from casework.bodies import Party, SupplementLine
from casework.errors import BadCommand


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all commands' data."""


class Intake(Command, frozen=True):
    """An application at the counter. `outcome`: receive, accept, supplement, refuse or return."""

    item: str
    applicant: Party
    agent: Party | None = None
    project_code: str = ""
    situations: dict[str, Any] = {}
    form: dict[str, str] = {}
    materials: dict[str, str] = {}
    outcome: str = "receive"
    reason: str = ""
    right_organ: str = ""
    remedies: str = ""
    refers_to: str = ""
    ref: str = ""


class Accept(Command, frozen=True):
    """受理."""


class Refuse(Command, frozen=True):
    """不予受理: `ground` is `no_permit_needed` or `not_our_power`."""

    reason: str = ""
    ground: str = ""
    right_organ: str = ""
    remedies: str = ""


class Return(Command, frozen=True):
    """退件: what is missing is worked out where `lines` are not given."""

    reason: str = ""
    lines: tuple[SupplementLine, ...] = ()


class Supplement(Command, frozen=True):
    """一次性告知: what is missing is worked out where `lines` are not given."""

    lines: tuple[SupplementLine, ...] = ()


class SupplementReceived(Command, frozen=True):
    """Papers handed in later; without `materials`, the originals of all that was asked for."""

    materials: dict[str, str] = {}


class Note(Command, frozen=True):
    """A step that ends with a remark at most."""

    note: str = ""


class SiteCheck(Command, frozen=True):
    """现场核查 by two officers or more; the actor is one of them. `outcome`: pass, rectify, fail."""

    officers: tuple[str, ...] = ()
    outcome: str = "pass"
    note: str = ""


class SendBack(Command, frozen=True):
    """退回上一环节."""

    to: str
    reason: str


class Reassign(Command, frozen=True):
    """转岗: to another post of the module."""

    post: str
    reason: str


class Decide(Command, frozen=True):
    """决定: granted, or refused with reasons (the words on review and appeal are added where none are given)."""

    outcome: str = "granted"
    reasons: str = ""
    remedies: str = ""


class Certify(Command, frozen=True):
    """制证; `document` is the result's own number."""

    document: str = ""


class Deliver(Command, frozen=True):
    """送达: `how` is counter, post or agent."""

    receiver: str = ""
    how: str = "counter"
    receiver_id: str = ""
    tracking: str = ""


class Withdraw(Command, frozen=True):
    """撤回申请."""

    reason: str


class HandOver(Command, frozen=True):
    """移交: the papers go to another post."""

    to: str
    papers: str = ""


ACTS: dict[str, type[Command]] = {
    "accept": Accept,
    "refuse": Refuse,
    "return": Return,
    "supplement": Supplement,
    "supplement-received": SupplementReceived,
    "pre-review": Note,
    "examine": Note,
    "site-check": SiteCheck,
    "send-back": SendBack,
    "reassign": Reassign,
    "decide": Decide,
    "certify": Certify,
    "deliver": Deliver,
    "close": Note,
    "withdraw": Withdraw,
    "hand-over": HandOver,
}
"""Every act on a case, and the data that it takes."""


def read_act(action: str, data: Any) -> Command:
    """The command `action` with `data` (plain values).

    Raises BadCommand: no such act (with the list of what is possible), or the data is not of its form.
    """
    kind = ACTS.get(action)
    if kind is None:
        raise BadCommand("command.unknown", action=str(action)[:40], possible=", ".join(ACTS))
    try:
        return msgspec.convert(data or {}, kind)
    except msgspec.ValidationError as cause:
        raise BadCommand("command.data", action=action, reason=str(cause)) from cause
