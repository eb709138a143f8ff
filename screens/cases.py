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
    Column("screens.column.applicant", 16),
    Column("screens.column.todo", 10),
    Column("screens.column.due", 10, wide=True),
    Column("screens.column.left", 11),
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
        (f"{mark(row)}{row.item} {row.item_name}", light[1] if row.sits else ""),
        (row.applicant, ""),
        (row.todo or row.state, "" if row.todo else "dim"),
        (row.due, ""),
        (row.left, light[1]),
    )


def mark(row: QueueRow) -> str:
    """What stands before an item: the applicant sits here, it is no case yet, a paper is called back, it is urged."""
    word = "screens.queue.sits" if row.sits else "screens.queue.prefile" if row.prefile else ""
    recall = f"*{t('screens.queue.recall')} " if row.recalls else ""
    nudge = f"*{t('screens.queue.nudged', n=row.nudges, who=row.nudged_by)} " if row.nudges else ""
    return (f"*{t(word)} " if word else "") + recall + nudge + (f"*{row.holder} " if row.holder else "")


def whole(row: QueueRow) -> str:
    """A case in one sentence: what the columns may have cut."""
    words = (f"{mark(row)}{row.item} {row.item_name}", row.applicant, row.place or row.state)
    return " | ".join(word for word in words if word)


def case_table(empty: str, moved: Callable[[QueueRow | None], None] | None = None, *, marks: bool = False) -> Table:
    """A table of cases."""
    return Table(COLUMNS, lambda row: str(row.number), cells, empty=empty, moved=moved, marks=marks)
