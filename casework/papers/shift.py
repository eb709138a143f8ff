"""交接清单: what one shift leaves to the next, item by item, signed by both hands (R16)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from casework.numbers import printed
from casework.papers.model import Note, Paper, Table, printable
from casework.papers.parts import Say, Words, captions, present

KIND = "shift"
"""The name of its job at the printer. It belongs to no case, so it is none of `casework.papers.KINDS`."""


class ShiftLine(msgspec.Struct, frozen=True):
    """One item: `applicant` as lists show it, `result` what became of it, in words."""

    number: str
    item: str
    applicant: str
    place: str
    due: str
    result: str


class ShiftFacts(msgspec.Struct, frozen=True):
    """All that the sheet says. `giver` and `taker`: name and number; `note`: what the taker should know."""

    hall: str
    window: str
    giver: tuple[str, str]
    taker: tuple[str, str]
    at: datetime
    lines: tuple[ShiftLine, ...]
    note: str = ""


def shift_sheet(facts: ShiftFacts, say: Say) -> Paper:
    """The sheet, in the language of `say`."""
    w = Words(say)
    header = tuple(w(f"column.{name}") for name in ("no", "case", "shift_item", "applicant", "place", "due", "result"))
    rows = tuple(
        tuple(printable(text) for text in (str(n), printed(each.number), each.item, each.applicant, each.place,
                                           each.due or w("dash"), each.result))
        for n, each in enumerate(facts.lines, 1)
    )  # fmt: skip
    return Paper(
        kind=KIND,
        size="A4",
        title=w("shift.title"),
        head=facts.hall,
        captions=captions(w),
        copies=2,
        copies_text=w("copies.handover", count=2),
        fields=present(
            (w("field.from_person"), w("person", name=facts.giver[0], number=facts.giver[1])),
            (w("field.to_person"), w("person", name=facts.taker[0], number=facts.taker[1])),
            (w("field.from_window"), w("window", number=facts.window)),
            (w("field.handed_at"), w.moment(facts.at)),
            (w("field.note"), printable(facts.note)),
        ),
        table_title=w("shift.table", n=len(rows)),
        table=Table(header=header, rows=rows, weights=(4, 20, 15, 10, 13, 9, 11)),
        notes=(Note(w("note.remarks"), (w("shift.check"),)),),
        signature_boxes=(w("sign.giver"), w("sign.taker")),
    )
