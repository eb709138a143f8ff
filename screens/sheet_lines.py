"""How the rows of a sheet look: marker, label, value, what is wrong. Pure: a row and a width give parts.

State is said by word and sign and colour, so that `NO_COLOR` loses nothing: `>` the caret's row, `*` a field that must
be filled, `!` an error, `?` a warning, `[..]` a choice taken.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from casework.messages import t
from screens.canvas import Part, fit
from screens.field import Heading, InputRow, MaterialRow, Note, Pick, Row

LABELS = 10
"""Cells of the label column, as long as the labels allow it."""


def label_width(rows: Sequence[Row], width: int) -> int:
    """Cells of the label column: ten, or as many as the longest label needs, at most three in eight; questions whose
    answers are short take what those leave.
    """
    fields = [row for row in rows if isinstance(row, InputRow)]
    longest = max((cell_len(row.label) + 1 for row in fields), default=LABELS)
    most = width * 3 // 8
    if fields and all(row.is_choice for row in fields):
        most = max(most, width - 2 - max(sum(map(_answer_cells, _answers(row))) for row in fields))
    return max(LABELS, min(longest, most))


def row_parts(row: Row, *, width: int, labels: int, focused: bool) -> list[Part]:
    """The parts of one row."""
    mark = (">" if focused else " ", "focus" if focused else "")
    match row:
        case InputRow():
            return [mark, *_input(row, width - 1, labels, focused=focused)]
        case MaterialRow():
            return [mark, *_material(row, width - 1, focused=focused)]
        case Pick():
            return [mark, (fit(f" {row.label}", width - 1), "row" if focused else "")]
        case Note():
            return [(" ", ""), (fit(row.label, width - 1), row.tone)]
        case Heading():
            title = f" {row.label} "
            return [("-", "heading"), (title, "heading"), ("-" * max(width - 1 - cell_len(title), 0), "heading")]
    return []


def _input(row: InputRow, width: int, labels: int, *, focused: bool) -> list[Part]:
    star = "*" if row.field.required else " "
    label: list[Part] = [(fit(row.label, labels - 1), "label"), (star, "warn"), (" ", "")]
    room = max(width - labels - 1, 4)
    if row.is_choice:
        return [*label, *_choices(row, room, focused=focused)]
    flaw = _flaw(row)
    if row.field.kind == "secret":
        shown, caret = "*" * len(row.value), row.line.caret
    else:
        shown, caret = row.line.view(room - 1)
    ink = "fresh" if focused and row.line.fresh else "field"
    if not focused:
        tail = f"  {flaw[0]}" if flaw else ""
        space = max(room - cell_len(tail), cell_len(shown) + 1)
        return [*label, (fit(shown, min(space, room)), ink), (fit(tail, max(room - space, 0)), flaw[1] if flaw else "")]
    before, under = _split(shown, caret)
    rest = shown[len(before) + len(under) :]
    under = under or " "
    filled = cell_len(before) + cell_len(under) + cell_len(rest)
    return [
        *label,
        (before, ink),
        (under, "focus"),
        (rest, ink),
        (" " * max(room - filled, 0), "field"),
    ]


def _split(shown: str, caret: int) -> tuple[str, str]:
    """What stands before the cell `caret`, and the character in it."""
    cells = 0
    for index, char in enumerate(shown):
        if cells >= caret:
            return shown[:index], char
        cells += cell_len(char)
    return shown, ""


def _flaw(row: InputRow) -> Part | None:
    if row.error is not None:
        return f"! {row.error}", "error"
    if row.warning is not None:
        return f"? {row.warning}", "warn"
    return None


def flaw_is_cut(row: InputRow, room: int) -> bool:
    """Do value and flaw not fit into `room` cells beside each other?"""
    flaw = _flaw(row)
    return flaw is not None and cell_len(row.value) + 2 + cell_len(flaw[0]) > room


def _choices(row: InputRow, room: int, *, focused: bool) -> list[Part]:
    """The answers in one line; where they don't fit, from the one that is taken on."""
    cells = _answers(row)
    start = 0
    taken = [i for i, choice in enumerate(row.field.choices) if choice.code in row.picked]
    while start < (taken[0] if taken else 0) and sum(map(_answer_cells, cells[start:])) > room:
        start += 1
    parts: list[Part] = []
    left = room
    for index in range(start, len(cells)):
        on = index in taken
        text = f"[{cells[index]}]" if on else f" {cells[index]} "
        if cell_len(text) + 1 > left:
            parts.append((fit("~", left), "dim"))
            left = 0
            break
        parts += [(text, ("focus" if focused else "on") if on else ""), (" ", "")]
        left -= cell_len(text) + 1
    return [*parts, (" " * left, "")]


def _answers(row: InputRow) -> list[str]:
    return [f"{number} {choice.text}" for number, choice in enumerate(row.field.choices, 1)]


def _answer_cells(answer: str) -> int:
    """With its brackets and the blank behind them."""
    return cell_len(answer) + 3


def unseen(row: InputRow, room: int) -> tuple[str, ...]:
    """The answers that `room` cells cannot show beside the others, with their numbers."""
    shown = "".join(text for text, _ in _choices(row, room, focused=False))
    return tuple(one for one in _answers(row) if f" {one} " not in shown and f"[{one}]" not in shown)


def _material_tail(row: MaterialRow) -> str:
    paper = row.material
    flags = [t(f"screens.materials.flag.{'required' if paper.required else 'optional'}")]
    if row.reused:
        return f" {t('screens.materials.flag.reused', number=row.reused[-6:-2])}"
    if paper.earlier_number:  # the easiest way stands alone: there is no room for the others beside it
        return f" {flags[0]} {t('screens.materials.flag.earlier', earlier=paper.earlier)}"
    flags += [t("screens.materials.flag.pledge")] if paper.may_pledge else []
    flags += [t("screens.materials.flag.defer")] if paper.may_defer else []
    flags += [t("screens.materials.flag.source", source=paper.source)] if paper.source else []
    flags += [paper.earlier] if paper.earlier else []
    flags += [paper.note] if paper.note else []
    return f" {' '.join(flags)}"


def name_room(row: MaterialRow, width: int) -> int:
    """Cells for the name of a material."""
    return max(width - 8 - cell_len(_material_tail(row)), min(32, width - 8))


def _material(row: MaterialRow, width: int, *, focused: bool) -> list[Part]:
    paper = row.material
    sign = fit(t(f"screens.have.sign.{row.have}"), 6)
    room = name_room(row, width)
    ink = "row" if focused else ""
    bad = row.have == "missing" and paper.required
    return [
        (f"[{sign}]", "warn" if bad else "dim" if row.have == row.unmarked else "good"),
        (fit(f" {paper.name}", room), ink),
        (fit(_material_tail(row), max(width - 8 - room, 0)), "dim"),
    ]
