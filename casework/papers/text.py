"""A paper as lines of text: the preview on the screen, and what the till printer is driven by.

80 mm paper has 48 columns, A5 is shown in 64 and A4 in 78: with its margin it fits a window of 80. The lines say what
they are (number, bar code, rule), so the printer can draw its own bars and sizes where the preview has characters.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from casework.cells import Measure, centre, pad, screen_cells, share, wrap
from casework.papers.model import Paper, Table

COLUMNS = {"80mm": 48, "A5": 64, "A4": 78}
"""Cells across the text of each size."""


class Line(msgspec.Struct, frozen=True):
    """One line; `barcode` holds the digits, `qr` the content, both without their caption."""

    text: str = ""
    kind: Literal["text", "rule", "barcode", "qr"] = "text"
    style: Literal["plain", "bold", "title", "number"] = "plain"
    align: Literal["left", "centre", "right"] = "left"


def lay_out(paper: Paper, columns: int, measure: Measure = screen_cells) -> list[Line]:
    """The lines of `paper`, none wider than `columns` cells by `measure`."""
    lines = _head(paper, columns, measure)
    parts = [_letter(paper, columns, measure), _fields(paper, columns, measure)]
    first, second = reversed(parts) if paper.fields_first else parts
    lines += [*first, *([Line()] if first and second else []), *second]
    if paper.table:
        lines += [Line(), *_block(paper.table_title, columns, measure, style="bold")] if paper.table_title else []
        lines += _table(paper.table, columns, measure)
    for note in paper.notes:
        lines += [Line(), *_block(note.heading, columns, measure, style="bold")] if note.heading else [Line()]
        for at, text in enumerate(note.lines, 1):
            lines += _block(text, columns, measure, label=f"{at}. " if note.numbered else "")
    lines += _tail(paper, columns, measure)
    return lines


def to_text(paper: Paper, columns: int | None = None) -> str:
    """The preview of `paper`; the QR code is left to the renderers that can draw it."""
    across = columns or COLUMNS[paper.size]
    shown: list[str] = []
    for line in lay_out(paper, across):
        if line.kind == "rule":
            shown.append("-" * across)
        elif line.kind == "barcode":
            shown.append(centre(_bars(line.text)[:across], across))
        elif line.kind == "qr":
            continue
        elif line.align == "centre":
            shown.append(centre(line.text, across))
        elif line.align == "right":
            shown.append(" " * max(0, across - screen_cells(line.text)) + line.text)
        else:
            shown.append(line.text)
    return "\n".join(shown) + "\n"


def _bars(digits: str) -> str:
    return " ".join("|" * (1 + int(a) % 3) for a in digits)


def _block(
    text: str,
    columns: int,
    measure: Measure,
    *,
    label: str = "",
    style: Literal["plain", "bold", "title", "number"] = "plain",
    align: Literal["left", "centre", "right"] = "left",
) -> list[Line]:
    indent = measure(label)
    if indent > columns // 2:
        return [*_block(label, columns, measure), *_block(text, columns, measure, label="  ")]
    pieces = wrap(text, columns - indent, measure)
    return [
        Line(text=(label if at == 0 else " " * indent) + piece, style=style, align=align)
        for at, piece in enumerate(pieces)
    ]


def _head(paper: Paper, columns: int, measure: Measure) -> list[Line]:
    lines = _block(paper.practice, columns, measure, style="bold", align="centre") if paper.practice else []
    lines += _block(paper.head, columns, measure, align="centre")
    lines += _block(paper.title, columns, measure, style="title", align="centre")
    if paper.reprint:
        mark = f"{paper.reprint.mark}  {paper.reprint.who}  {paper.reprint.when}"
        lines += _block(f"[{mark}]", columns, measure, style="bold", align="centre")
    if paper.code128:
        lines.append(Line(text=paper.code128, kind="barcode", align="centre"))
    if paper.printed_number:
        lines += _block(paper.printed_number, columns, measure, style="number", align="centre")
    if paper.document_number:
        lines += _block(paper.document_number, columns, measure, align="centre")
    return [*lines, Line(kind="rule")]


def _letter(paper: Paper, columns: int, measure: Measure) -> list[Line]:
    lines = _block(paper.addressee, columns, measure) if paper.addressee else []
    for paragraph in paper.paragraphs:
        lines += _block("    " + paragraph, columns, measure)
    return lines


def _fields(paper: Paper, columns: int, measure: Measure) -> list[Line]:
    if not paper.fields:
        return []
    most = min(max(measure(label) for label, _ in paper.fields), columns // 3)
    lines: list[Line] = []
    for label, value in paper.fields:
        lines += _block(value, columns, measure, label=pad(label, most, measure) + "  ")
    return lines


def _table(table: Table, columns: int, measure: Measure) -> list[Line]:
    widths = share(columns, table.weights)
    lines = [Line(kind="rule"), *_row(table.header, widths, measure, "bold"), Line(kind="rule")]
    for row in table.rows:
        lines += _row(row, widths, measure, "plain")
    return [*lines, Line(kind="rule")]


def _row(cells: tuple[str, ...], widths: list[int], measure: Measure, style: Literal["plain", "bold"]) -> list[Line]:
    stacks = [wrap(cell, width, measure) for cell, width in zip(cells, widths, strict=True)]
    lines = []
    for level in range(max(len(stack) for stack in stacks)):
        row = (
            pad(stack[level] if level < len(stack) else "", width, measure)
            for stack, width in zip(stacks, widths, strict=True)
        )
        lines.append(Line(text=" ".join(row).rstrip(), style=style))
    return lines


def _tail(paper: Paper, columns: int, measure: Measure) -> list[Line]:
    lines: list[Line] = []
    if paper.seal_box:
        seal = paper.seal_box
        lines.append(Line())
        for text in (f"（{seal.label}）", seal.organ, seal.date):
            lines += _block(text, columns, measure, align="right")
    for text in paper.signature_boxes:
        lines += [Line(), *_block(text + "_" * 16, columns, measure)]
    if paper.qr:
        lines += [Line(), Line(text=paper.qr, kind="qr", align="centre")]
        lines += _block(paper.qr_caption, columns, measure, align="centre") if paper.qr_caption else []
    lines.append(Line(kind="rule"))
    for text in (*paper.footer, paper.copies_text):
        lines += _block(text, columns, measure) if text else []
    return lines
