"""The values in which a whole case passes from the desk to its screen."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from screens.moved_views import Conflict, HistoryLine, Line
from screens.views import ActView, Light, MaterialView, PaperRef, StepState

__all__ = ["CaseView", "ClockView", "Conflict", "HistoryLine", "Line", "OtherCase", "StepView"]


class ClockView(Struct, frozen=True):
    """One of the two clocks."""

    name: str  # "承诺时限"
    due: str
    left: str
    light: Light
    provisional: bool = False
    note: str = ""  # "中止: 检测, 2026-11-20 起"


class StepView(Struct, frozen=True):
    """One step of the route. Steps of the same `rank` stand side by side (0 is the first)."""

    id: str
    sign: str  # "收", "审", "核"
    name: str
    post: str
    state: StepState
    rank: int
    note: str = ""  # "11-23 10:42 张敏", "待 2 人"


class OtherCase(Struct, frozen=True):
    """A case that belongs to this one: of the same bundle or stage, or of the same visit."""

    number: str
    item: str  # "D01 食品经营许可"
    state: str
    light: Light = "none"
    why: Literal["bundle", "visit"] = "bundle"


class CaseView(Struct, frozen=True):
    """The whole case."""

    number: str
    case: str
    item: str
    item_name: str
    module: str
    applicant: str
    state: str
    light: Light
    places: tuple[str, ...]
    clocks: tuple[ClockView, ...]
    route: tuple[StepView, ...]
    history: tuple[HistoryLine, ...]
    materials: tuple[MaterialView, ...]
    form: tuple[Line, ...]
    papers: tuple[PaperRef, ...]
    acts: tuple[ActView, ...]
    unsent: int = 0
    masked: bool = True  # personal values are masked until `unmask`
    others: tuple[OtherCase, ...] = ()
    facts: tuple[Line, ...] = ()  # what else is to know: the stage, special procedures, extension, fee, pledge, nudges
    seen: frozenset[str] = frozenset()  # the facts that this view was made of; an act names them
