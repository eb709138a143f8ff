"""A list of cases: the columns of queue and search, the same in both."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from casework.messages import t
from screens.canvas import Part
from screens.desk import QueueRow
from screens.table import Column, Table, light_part

COLUMNS = (
    Column("screens.column.light", 4),
    Column("screens.column.number", 13),
    Column("screens.column.item", 4, grows=True),
    Column("screens.column.applicant", 14),
    Column("screens.column.todo", 13, room=18),
    Column("screens.column.due", 10, wide=True),
    Column("screens.column.left", 11, room=14),
)


def short(number: str) -> str:
    """The part of a number that differs in one hall: day, terminal, count, check (`1123 0012 0042`)."""
    return f"{number[8:12]}-{number[14:16]}-{number[16:20]}" if len(number) == 22 else number


def cells(row: QueueRow) -> Sequence[Part]:
    """One case. `^` marks what the hall has not acknowledged."""
    light = light_part(row.light)
    return (
        light,
        (short(row.number) + ("^" if row.unsent else ""), "warn" if row.unsent else ""),
        (named(row), "warn" if row.sits else ""),
        (row.applicant, ""),
        (row.todo or row.state, "" if row.todo else "dim"),
        (row.due, ""),
        (row.left, light[1]),
    )


def named(row: QueueRow) -> str:
    """The item: its code first, which no mark may push out of sight, then what is to know of it, then its name."""
    return f"{row.item} {mark(row)}{row.item_name}"


def mark(row: QueueRow) -> str:
    """What is to know of an item: the applicant sits here, it is no case yet, a paper is called back, it is urged."""
    word = "screens.queue.sits" if row.sits else "screens.queue.prefile" if row.prefile else ""
    recall = f"*{t('screens.queue.recall')} " if row.recalls else ""
    nudge = f"*{t('screens.queue.nudged', n=row.nudges, who=row.nudged_by)} " if row.nudges else ""
    left = f" {row.sits_left}" if row.sits_left else ""
    return (f"*{t(word)}{left} " if word else "") + recall + nudge + (f"*{row.holder} " if row.holder else "")


def whole(row: QueueRow) -> str:
    """A case in one sentence: what the columns may have cut."""
    words = (named(row), row.applicant, row.place or row.state)
    return " | ".join(word for word in words if word)


def case_table(empty: str, moved: Callable[[QueueRow | None], None] | None = None, *, marks: bool = False) -> Table:
    """A table of cases."""
    return Table(COLUMNS, lambda row: str(row.number), cells, empty=empty, moved=moved, marks=marks)
