"""The history of a case says what happened in the words of the form, not in ids."""

from __future__ import annotations

from typing import cast

import pytest

from casework.case import Case
from casework.catalogue.schema import Catalogue
from casework.drafting import Decision
from casework.folding import fold
from console.library import Library
from console.showing import Shower
from tests.builders import FixedClock
from tests.people import CATALOGUE, Office


class Books:
    """One version of the catalogue, whatever the case."""

    def of(self, case: Case) -> Catalogue:
        return CATALOGUE


def _after(case: Case, decision: Decision) -> Case:
    return cast(Case, fold(decision.groups[0], case))


@pytest.mark.parametrize(("language", "paper"), [("zh_CN", "申请书  补签字"), ("en", "pplication")])
def test_r3_what_was_mended_on_the_spot_is_named_as_on_the_form(language: str, paper: str) -> None:
    """A field stood there by its id: `area  88`."""
    office = Office()
    case = office.case("D01")
    decision = office.act(case, "1001", "mend", {"mends": {"area": "88", "D01-01": "补签字"}})
    assert isinstance(decision, Decision)
    show = Shower(cast(Library, Books()), lambda: language, FixedClock().now, str)
    line = show.history_line(case, decision.groups[0][0], "sent")
    field = next(each for each in CATALOGUE.items["D01"].fields if each.id == "area")
    assert f"{field.label.say(language)}  88" in line.detail
    assert paper in line.detail


def test_r3_a_value_that_no_longer_counts_says_which_does() -> None:
    """Two windows mended one field; both lines stand in the history, in the order in which they came."""
    office = Office()
    case = office.case("D01")
    first = office.act(case, "1001", "mend", {"mends": {"area": "88"}})
    assert isinstance(first, Decision)
    show = Shower(cast(Library, Books()), lambda: "zh_CN", FixedClock().now, str)
    now = _after(case, first)
    assert "history.now" not in show.history_line(now, first.groups[0][0], "sent").detail
    second = office.act(now, "1001", "mend", {"mends": {"area": "99"}})
    assert isinstance(second, Decision)
    now = _after(now, second)
    assert "88  history.now value=99" in show.history_line(now, first.groups[0][0], "sent").detail
    assert "history.now" not in show.history_line(now, second.groups[0][0], "sent").detail
