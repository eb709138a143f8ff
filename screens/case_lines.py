"""How a case is written down: head, clocks, the route as a picture of its steps, acts, history, materials, papers.

The picture: steps from left to right by rank, those of one rank under each other; `+` done, `>` open, `=` suspended,
`x` not needed, `.` waiting. Signs and words first, colour second.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from casework.messages import t
from casework.numbers import printed
from screens.actions import case_key
from screens.canvas import Part, fit, named, width_of, wrap
from screens.desk import (
    ActView,
    CaseView,
    ClockView,
    HistoryLine,
    Line,
    MaterialView,
    OtherCase,
    PaperRef,
    StepView,
)

Lines = list[list[Part]]
_STEP = {"done": ("+", "good"), "open": (">", "strong"), "suspended": ("=", "warn"), "not_needed": ("x", "dim")}
_NAMES = 12
_FACT = 16
_LACKING = frozenset({"not_found", "pending_check", "overridden"})
"""No source stands behind these."""


def case_lines(case: CaseView, width: int, *, with_acts: bool) -> tuple[Lines, list[int]]:
    """The case in lines of `width` cells, and where its sections begin."""
    lines = [*_head(case, width), *_clocks(case.clocks), *route_lines(case.route, width)]
    marks: list[int] = []
    sections: list[tuple[str, Lines]] = [
        ("acts", act_lines(case.acts, width) or _no_acts(case) if with_acts else []),
        ("facts", [line for one in case.facts for line in _fact(one, width)]),
        ("others", [_other(one) for one in case.others]),
        ("history", [part for line in reversed(case.history) for part in _history(line, width)]),
        ("materials", [line for one in case.materials for line in (_material(one, width), *_scans(one, width))]),
        ("papers", [_paper(one) for one in case.papers]),
        ("form", named([(one.name, one.value) for one in case.form], width, least=20)),
    ]
    for name, body in sections:
        if body:
            marks.append(len(lines))
            title = f" {t(f'screens.case.{name}')} "
            lines += [[("-", "heading"), (title, "heading"), ("-" * max(width - 2 - cell_len(title), 0), "heading")]]
            lines += body
    return lines, marks


def _head(case: CaseView, width: int) -> Lines:
    number = printed(case.number) if len(case.number) == 22 else case.number
    unsent = [(f"  {t('screens.case.unsent', n=case.unsent)}", "warn")] if case.unsent else []
    light = f"[{t(f'screens.light.{case.light}')}] " if case.light != "none" else ""
    who: list[Part] = [(f" {case.applicant}", ""), (f"  {t('screens.case.masked')}" if case.masked else "", "dim")]
    where: list[Part] = [(f"  {light}", case.light if case.light != "none" else ""), (case.state, "strong")]
    if case.places:
        where.append((f"  {t('screens.case.at', places=case.places)}", ""))
    name = f"  {case.item} {case.item_name}"
    room = width - cell_len(number) - 1 - width_of(unsent)
    first: list[Part] = [(f" {number}", "strong"), (fit(name, min(room, cell_len(name))), ""), *unsent]
    if width_of(who) + width_of(where) <= width:
        return [first, [*who, *where]]
    return [first, who, [(" ", ""), *where]]


def _no_acts(case: CaseView) -> Lines:
    """Nothing to do here: who has it."""
    if not case.places:
        return [[(f"  {t('screens.case.ended')}", "dim")]]
    return [[(f"  {t('screens.case.elsewhere', places=case.places)}", "dim")]]


def _clocks(clocks: Sequence[ClockView]) -> Lines:
    lines: Lines = []
    for clock in clocks:
        light = f" [{t(f'screens.light.{clock.light}')}]" if clock.light != "none" else ""
        lines.append(
            [
                (f" {fit(clock.name, _NAMES)}", "label"),
                (f"{clock.due}  {clock.left}", ""),
                (light, clock.light if light else ""),
                (f"  {clock.note}" if clock.note else "", "dim"),
            ]
        )
    return lines


def route_lines(route: Sequence[StepView], width: int) -> Lines:
    """The picture of the route, then a line for each step that is open or suspended."""
    ranks = sorted({step.rank for step in route})
    columns = [[step for step in route if step.rank == rank] for rank in ranks]
    height = max((len(column) for column in columns), default=0)
    lines: Lines = []
    for y in range(height):
        parts: list[Part] = [(" ", "")]
        for place, column in enumerate(columns):
            wide = max(cell_len(step.sign) for step in column) + 3
            link = "--" if y == 0 else "  "
            parts.append((link if place else "", "dim"))
            if y < len(column):
                sign, ink = _STEP.get(column[y].state, (".", "dim"))
                parts.append((fit(f"[{column[y].sign}{sign}]", wide), ink))
            else:
                parts.append((" " * wide, ""))
        lines.append([(fit("".join(text for text, _ in parts), width), "")] if width_of(parts) > width else parts)
    for step in route:
        if step.state in {"open", "suspended"}:
            sign, ink = _STEP[step.state]
            lines.append(
                [(f"  {sign} {step.sign} {step.name}", ink), (f"  {step.post}", ""), (f"  {step.note}", "dim")]
            )
    return lines


def act_lines(acts: Sequence[ActView], width: int) -> Lines:
    """The acts with their keys, those that are possible first."""
    lines: Lines = []
    row: list[Part] = []
    for act in sorted(acts, key=lambda act: not act.allowed):
        key = case_key(act.code)
        name = act.name if act.allowed else f"({act.name})"
        piece: list[Part] = [
            (f"  {key or ' '} ", "key" if act.allowed else "dim"),
            (name, "" if act.allowed else "dim"),
        ]
        if row and width_of(row) + width_of(piece) > width - 1:
            lines.append(row)
            row = []
        row = [*row, *piece]
    return [*lines, row] if row else lines


def act_side(case: CaseView, width: int) -> Lines:
    """The acts under each other; those that are off for the same reason stand together, and it is said once."""
    lines: Lines = [[(f" {t('screens.case.acts')}", "heading")]]
    lines += [[(f" {case_key(act.code) or ' '}  ", "key"), (act.name, "")] for act in case.acts if act.allowed]
    off: dict[str, list[ActView]] = {}
    for act in case.acts:
        if not act.allowed:
            off.setdefault(str(act.reason or ""), []).append(act)
    for reason, acts in off.items():
        lines += [[(f" {case_key(act.code) or ' '}  {act.name}", "dim")] for act in acts]
        lines += [[(f"    {line}", "dim")] for line in wrap(reason, width - 5) if reason]
    if not case.acts:
        lines += [[(f" {line.strip()}", "dim")] for text in _no_acts(case) for line in wrap(text[0][0], width - 3)]
    return lines


def _history(line: HistoryLine, width: int) -> Lines:
    fate = "" if line.fate == "sent" else f"  [{t(f'screens.fate.{line.fate}')}]"
    head: list[Part] = [(f"   {line.when}  ", "dim"), (fit(line.who, 10), ""), (line.what, "strong"), (fate, "warn")]
    room = width - width_of(head) - 3
    if not line.detail:
        return [head]
    if cell_len(line.detail) <= room:
        return [[*head, (f"  {line.detail}", "")]]
    return [head, *([(f"{' ' * 10}{text}", "")] for text in wrap(line.detail, width - 12))]


def _fact(one: Line, width: int) -> Lines:
    first, *more = wrap(one.value, max(width - _FACT - 5, 20))
    return [[("   ", ""), (fit(one.name, _FACT), "label"), (first, "")], *([(" " * (_FACT + 3) + m, "")] for m in more)]


def _other(one: OtherCase) -> list[Part]:
    light = f"  [{t(f'screens.light.{one.light}')}]" if one.light != "none" else ""
    return [
        ("   ", ""),
        (f"{printed(one.number)}  ", "strong"),
        (one.state, ""),
        (light, one.light if light else ""),
        (f"  {t(f'screens.case.other.{one.why}')}", "dim"),
        (f"  {one.item}", ""),
    ]


def _material(one: MaterialView, width: int) -> list[Part]:
    have = fit(t(f"screens.have.{one.have}"), 8)
    bad = one.have in _LACKING or (one.have == "missing" and one.required)
    tail = f"  {one.note}" if one.note else ""
    return [
        ("   ", ""),
        (f"[{have}]", "warn" if bad else "" if one.have == "missing" else "good"),
        (fit(f" {one.name}", width - 14 - cell_len(tail)), ""),
        (tail, "warn"),
    ]


def _scans(one: MaterialView, width: int) -> Lines:
    """A line for each scan of a paper."""
    lines = ((scan, wrap(scan.text, max(width - 10, 20))) for scan in one.scans)
    return [[("        ", ""), (line, "warn" if scan.warn else "dim")] for scan, text in lines for line in text]


def _paper(one: PaperRef) -> list[Part]:
    count = t("screens.case.printed", n=one.count, last=one.last) if one.count else t("screens.saved.not_printed")
    return [("   - ", ""), (one.name, ""), (f"  {count}", "dim")]
