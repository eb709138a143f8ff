"""What people want done: the intake, and one struct of data for each act on a case. Imperative; facts are past tense.

The names of the acts are those of the command line and of the action table (contract: `case act NUMBER ACTION`).
"""

from __future__ import annotations

from typing import Any

import msgspec

from casework import queue_commands
from casework.bodies import CheckLine, Party, SupplementLine
from casework.command import Command
from casework.errors import BadCommand


class Intake(Command, frozen=True):
    """An application at the counter. `item`: an item, or a bundle or stage. `outcome`: receive, accept, supplement,
    refuse or return. `reused`: materials that an earlier case holds, with its number."""

    item: str
    applicant: Party
    agent: Party | None = None
    project_code: str = ""
    situations: dict[str, Any] = {}
    form: dict[str, str] = {}
    materials: dict[str, str] = {}
    reused: dict[str, str] = {}
    outcome: str = "receive"
    reason: str = ""
    right_organ: str = ""
    remedies: str = ""
    refers_to: str = ""
    ref: str = ""
    first_contact: str = ""


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


class Check(Command, frozen=True):
    """联网核验: what the sources said; or a person goes on without their word on `material`, for `reason` (R33)."""

    results: tuple[CheckLine, ...] = ()
    material: str = ""
    reason: str = ""


class Scan(Command, frozen=True):
    """扫描: the bytes of `sha256` are a scan of `material`; `file` is where they lie at the window, and stays there."""

    material: str
    file: str = ""
    sha256: str = ""
    size: int = 0
    media: str = ""
    pages: int = 0
    name: str = ""


class Mend(Command, frozen=True):
    """当场更正: material or field, and what was put right (R3)."""

    mends: dict[str, str] = {}


class HandBack(Command, frozen=True):
    """退还材料; without `materials`, all that were handed in."""

    receiver: str = ""
    materials: tuple[str, ...] = ()
    reason: str = ""


class Note(Command, frozen=True):
    """A remark at most."""

    note: str = ""


class StepNote(Command, frozen=True):
    """A step that ends with a remark; `step` where several of its kind are open.

    `seen`: how papers were read whose scans are still to come (S35).
    """

    note: str = ""
    step: str = ""
    seen: str = ""


class Examine(Command, frozen=True):
    """审查; `fee` in yuan, where an officer assesses it (R11); `seen`: how papers were read whose scans are to come."""

    note: str = ""
    step: str = ""
    fee: str = ""
    seen: str = ""


class SiteCheck(Command, frozen=True):
    """现场核查 by two officers or more; the actor is one of them. `outcome`: pass, rectify, fail."""

    officers: tuple[str, ...] = ()
    outcome: str = "pass"
    note: str = ""
    step: str = ""


class NotNeeded(Command, frozen=True):
    """无需办理: a branch that does not apply to this case."""

    reason: str
    step: str = ""


class SendBack(Command, frozen=True):
    """退回上一环节."""

    to: str
    reason: str
    step: str = ""


class Reassign(Command, frozen=True):
    """转岗/改派: to another post of the module, or to a `person` of a post, by staff number."""

    post: str
    reason: str
    step: str = ""
    person: str = ""


class Consult(Command, frozen=True):
    """征求意见: another post is asked; the step waits for its answer."""

    post: str
    question: str
    step: str = ""


class Recuse(Command, frozen=True):
    """回避: oneself, or `staff`."""

    reason: str
    staff: str = ""


class Nudge(Command, frozen=True):
    """催办."""

    text: str = ""


class Suspend(Command, frozen=True):
    """中止: a special procedure of the law. `days`: expected working days. Days as YYYY-MM-DD."""

    kind: str
    days: int
    reason: str = ""
    step: str = ""
    asked_on: str = ""
    held_on: str = ""


class Extend(Command, frozen=True):
    """延长办理期限; without `days`, as many as the law allows."""

    reason: str
    days: int = 0


class Pay(Command, frozen=True):
    """缴费: the treasury's receipt; `amount` in yuan, where it is not what was assessed."""

    receipt: str
    amount: str = ""


class Decide(Command, frozen=True):
    """决定: granted, or refused with reasons (the words on review and appeal are added where none are given)."""

    outcome: str = "granted"
    reasons: str = ""
    remedies: str = ""
    conditions: str = ""
    organ: str = ""
    seen: str = ""
    """How papers were read whose scans are still to come (S35)."""


class Correct(Command, frozen=True):
    """更正: `what` is right now."""

    what: str
    reason: str


class Revoke(Command, frozen=True):
    """撤销."""

    reason: str
    remedies: str = ""


class Certify(Command, frozen=True):
    """制证; `document` is the result's own number; `valid_until` a day, worked out where none is given."""

    document: str = ""
    valid_until: str = ""


class Post(Command, frozen=True):
    """邮寄."""

    carrier: str
    tracking: str
    address: str = ""


class Deliver(Command, frozen=True):
    """送达: `how` is counter, post or agent."""

    receiver: str = ""
    how: str = "counter"
    receiver_id: str = ""
    tracking: str = ""


class PledgeCheck(Command, frozen=True):
    """承诺核查: `outcome` is kept or false."""

    outcome: str = "kept"
    note: str = ""


class Withdraw(Command, frozen=True):
    """撤回申请."""

    reason: str


class Terminate(Command, frozen=True):
    """终止: `ground` is deferred_overdue, nobody_came, gate or other."""

    ground: str
    reason: str = ""


class Transfer(Command, frozen=True):
    """移送其他机关."""

    organ: str
    reason: str


class Forward(Command, frozen=True):
    """上报上级机关; without `organ`, the one that the item names."""

    organ: str = ""
    opinion: str = ""


class Void(Command, frozen=True):
    """作废: taken in by mistake; `new_number` is the right case."""

    reason: str
    new_number: str = ""


ACTS: dict[str, type[Command]] = {
    "accept": Accept,
    "refuse": Refuse,
    "return": Return,
    "supplement": Supplement,
    "supplement-received": SupplementReceived,
    "check": Check,
    "scan": Scan,
    "mend": Mend,
    "hand-back": HandBack,
    "pre-review": StepNote,
    "examine": Examine,
    "site-check": SiteCheck,
    "expert-review": StepNote,
    "hearing": StepNote,
    "publicity": StepNote,
    "consult": Consult,
    "answer": StepNote,
    "not-needed": NotNeeded,
    "send-back": SendBack,
    "reassign": Reassign,
    "recuse": Recuse,
    "nudge": Nudge,
    "suspend": Suspend,
    "resume": StepNote,
    "extend": Extend,
    "pay": Pay,
    "decide": Decide,
    "correct": Correct,
    "revoke": Revoke,
    "certify": Certify,
    "post": Post,
    "deliver": Deliver,
    "pledge-check": PledgeCheck,
    "close": Note,
    "withdraw": Withdraw,
    "terminate": Terminate,
    "transfer": Transfer,
    "forward": Forward,
    "void": Void,
    "hand-over": queue_commands.HandOver,
    "confirm-date": queue_commands.ConfirmDate,
    "recall": queue_commands.RecallEnd,
    "claim": queue_commands.Claim,
    "release": queue_commands.Release,
    "tell-apart": queue_commands.TellApart,
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
