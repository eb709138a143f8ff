"""日终核对单: what a window took in and printed on a day, what of it the hall has, and each difference by name."""

from __future__ import annotations

from datetime import datetime

import msgspec

from casework.papers.model import Note, Paper, Table, printable
from casework.papers.parts import Say, Words, captions


class DayFacts(msgspec.Struct, frozen=True):
    """What the sheet says; all in words already. `cases` and `papers`: name and five counts; `differences`: number,
    item, applicant (masked), what is the matter."""

    hall: str
    window: str
    clerk: str
    day: str
    printed_at: datetime
    cases: tuple[tuple[str, ...], ...]
    papers: tuple[tuple[str, ...], ...]
    differences: tuple[tuple[str, ...], ...]
    warnings: tuple[str, ...]


def day_sheet(facts: DayFacts, say: Say) -> Paper:
    """The sheet, A4; two people sign it."""
    w = Words(say)
    counts = [*(w("day.counted", what=name, counts=_counts(w, rest)) for name, *rest in facts.cases)]
    counts += [*(w("day.counted_paper", what=name, counts=_counts(w, rest)) for name, *rest in facts.papers)]
    notes = [Note(w("day.counts"), tuple(printable(line) for line in counts))] if counts else []
    notes += [Note(w("day.warnings"), facts.warnings, numbered=True)] if facts.warnings else []
    header = tuple(w(f"day.column.{name}") for name in ("number", "item", "applicant", "what"))
    rows = tuple(tuple(printable(cell) for cell in row) for row in facts.differences)
    return Paper(
        kind="day",
        size="A4",
        title=w("day.title"),
        head=facts.hall,
        captions=captions(w),
        fields=(
            (w("field.day"), facts.day),
            (w("field.window"), facts.window),
            (w("field.clerk"), printable(facts.clerk)),
            (w("field.printed_at"), w.moment(facts.printed_at)),
        ),
        paragraphs=(w("day.agrees"),) if not rows else (w("day.differs", n=len(rows)),),
        fields_first=True,
        table_title=w("day.differences") if rows else "",
        table=Table(header, rows, (7, 6, 4, 7)) if rows else None,
        notes=tuple(notes),
        signature_boxes=(w("day.sign.clerk"), w("day.sign.head")),
    )


def _counts(w: Words, counts: list[str]) -> str:
    names = ("all", "at_hall", "unsent", "in_tray", "again")
    said = zip(names, counts, strict=False)
    return w.join(tuple(w(f"day.count.{name}", n=n) for name, n in said if name == "all" or n != "0"))
