"""What people want done with an item of the queue or of the tray, rather than with the matter of the case."""

from __future__ import annotations

from casework.command import Command


class ConfirmDate(Command, frozen=True):
    """确认日期 (S29): `of` what, else the first in doubt; `date` YYYY-MM-DD, else the day of the paper."""

    reason: str
    of: str = ""
    date: str = ""


class HandOver(Command, frozen=True):
    """移交: the papers go to another post; at a shift's end to a `person` of it, by number and `name` (交接)."""

    to: str
    papers: str = ""
    person: str = ""
    name: str = ""


class Claim(Command, frozen=True):
    """领取: the item of the queue is hers today; `step` where several wait at her posts."""

    step: str = ""


class Release(Command, frozen=True):
    """放回: her own item, or as a supervisor another's, for `reason`."""

    step: str = ""
    reason: str = ""


class RecallEnd(Command, frozen=True):
    """收回旧件: `how` is came_back or void; `paper` where several are called back."""

    how: str = "came_back"
    note: str = ""
    paper: str = ""


class TellApart(Command, frozen=True):
    """不是重复: the open cases `others` of the same applicant and item, by number, are another matter."""

    others: tuple[str, ...]
    reason: str
