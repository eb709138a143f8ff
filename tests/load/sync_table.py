"""The table of `bench sync`: a row for each comparison, with figures, spread, mark, and whether it is met."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import msgspec


class Mark(msgspec.Struct, frozen=True):
    """What has to be reached, and where the product wants to be (quality.md). `at_most`: less is better."""

    must: float
    stretch: float
    at_most: bool = False

    def met(self, value: float) -> str:
        """`stretch`, `must` or `missed`."""
        for name, bound in (("stretch", self.stretch), ("must", self.must)):
            if (value <= bound) if self.at_most else (value >= bound):
                return name
        return "missed"


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """One comparison. `value` is what the mark is about: a ratio, or the figure itself; one for each round."""

    what: str
    against: str
    unit: str
    """Of `ours` and `peer`."""
    ours: tuple[float, ...]
    peer: tuple[float, ...] = ()
    values: tuple[float, ...] = ()
    mark: Mark | None = None
    unmeasured: str = ""
    """Why, in words."""
    note: str = ""

    @property
    def value(self) -> float:
        """The median over the rounds."""
        return statistics.median(self.values)

    @property
    def met(self) -> str:
        """`stretch`, `must`, `missed`, or nothing where there is no mark."""
        if self.unmeasured:
            return "not measured"
        return self.mark.met(self.value) if self.mark else ""

    def facts(self) -> dict[str, Any]:
        """As `--json` prints it."""
        made: dict[str, Any] = {"row": self.what, "against": self.against, "unit": self.unit}
        if self.ours:
            made |= {"ours": _rounded(statistics.median(self.ours)), "ours_spread": _spread(self.ours)}
        if self.peer:
            made |= {"peer": _rounded(statistics.median(self.peer)), "peer_spread": _spread(self.peer)}
        if self.values:
            made |= {"value": _rounded(self.value), "value_spread": _spread(self.values)}
        if self.mark:
            made |= {"must": self.mark.must, "stretch": self.mark.stretch, "at_most": self.mark.at_most}
        return made | {"met": self.met, **({"why": self.unmeasured} if self.unmeasured else {}), "note": self.note}


def ratios(what: str, against: str, unit: str, pairs: Sequence[tuple[float, float]], mark: Mark, note: str = "") -> Row:
    """A row of rates measured in turns: `pairs` of ours and the peer's, a pair for each round."""
    ours, peer = zip(*pairs, strict=True)
    return Row(what, against, unit, ours, peer, tuple(one / other for one, other in pairs), mark, note=note)


def figure(what: str, unit: str, values: Sequence[float], mark: Mark | None = None, note: str = "") -> Row:
    """A row of figures without a peer."""
    return Row(what, "", unit, tuple(values), values=tuple(values), mark=mark, note=note)


def unmeasured(what: str, against: str, why: str, mark: Mark | None = None) -> Row:
    """A row that this machine could not measure."""
    return Row(what, against, "", (), mark=mark, unmeasured=why)


HEADINGS = ("what", "against", "ours", "theirs", "value (spread)", "must", "stretch", "met")


def printed(rows: Sequence[Row]) -> str:
    """The rows as text in columns."""
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    wide = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, wide, strict=True)).rstrip() for line in cells]
    notes = [f"{row.what}: {row.note}" for row in rows if row.note]
    why = [row.unmeasured for row in rows if row.unmeasured]
    return "\n".join([*lines, "", *dict.fromkeys([*notes, *why])])


def _cells(row: Row) -> tuple[str, ...]:
    if row.unmeasured:
        return (row.what, row.against, "", "", "", _bound(row, "must"), _bound(row, "stretch"), row.met)
    value = f"{_text(row.value)} ({_text(min(row.values))}..{_text(max(row.values))})" if row.values else ""
    return (
        row.what, row.against, f"{_text(statistics.median(row.ours))} {row.unit}",
        f"{_text(statistics.median(row.peer))} {row.unit}" if row.peer else "",
        value, _bound(row, "must"), _bound(row, "stretch"), row.met,
    )  # fmt: skip


def _bound(row: Row, name: str) -> str:
    if row.mark is None:
        return ""
    return f"{'<=' if row.mark.at_most else '>='} {_text(getattr(row.mark, name))}"


def _text(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _rounded(value: float) -> float:
    return round(value, 4 if abs(value) < 100 else 1)


def _spread(values: Sequence[float]) -> list[float]:
    return [_rounded(min(values)), _rounded(max(values))]
