"""What the screens of the counter get back from the desk beside a single case: a file of applications, a day's end."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class FileRow(Struct, frozen=True):
    """A file or folder that may be chosen; `path` is what stands in the field when it is."""

    path: str
    name: str
    folder: bool = False
    size: str = ""  # "12 KB"
    changed: str = ""  # "11-23 10:42"


class Offer(Struct, frozen=True):
    """Something known that is proposed below a field: what it puts there, and how it is shown."""

    value: str
    text: str


class BatchRow(Struct, frozen=True):
    """A line of a file of applications."""

    line: int
    key: str
    item: str
    applicant: str
    fate: Literal["ready", "warn", "wrong", "done"]
    said: str = ""  # what is wrong, or what to know
    number: str = ""  # of its case, 22 digits; of a bundle the first


class BatchView(Struct, frozen=True):
    """A file that was read; nothing of it is taken in by that."""

    name: str
    lines: int


class DayRow(Struct, frozen=True):
    """Something that does not agree at the end of the day."""

    number: str  # 22 digits; empty where there is no case
    item: str
    applicant: str  # masked
    what: str


class DayView(Struct, frozen=True):
    """A window's day. Of `cases` and `papers` each line: name, all, at the hall, unsent, in a tray, printed again."""

    day: str
    cases: tuple[tuple[str, ...], ...]
    papers: tuple[tuple[str, ...], ...]
    differences: tuple[DayRow, ...]
    warnings: tuple[str, ...] = ()


class CompanyRow(Struct, frozen=True):
    """An applicant for whom this person has taken something in; `id` is never shown, the other two are masked."""

    id: str
    name: str
    shown_id: str
    cases: int
    open: int
    last: str = ""  # the day of the newest case
