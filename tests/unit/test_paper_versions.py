"""A receipt that says something new is no reprint: it says which version it is (casework.md, Papers)."""

from __future__ import annotations

from casework.case import Case
from casework.decide import print_paper
from casework.drafting import Decision
from casework.facts import Fact
from casework.paper_versions import told_by, version
from tests.people import Office


class Counter:
    """An office that keeps the facts of one case, and prints."""

    def __init__(self) -> None:
        self.office = Office()
        self.facts: list[Fact] = []
        made = self.office.take(self.office.form("D01", "supplement", materials={}))
        self.case = self.keep(made)

    def keep(self, made: object) -> Case:
        assert isinstance(made, Decision), made
        self.facts += [fact for group in made.groups for fact in group]
        assert made.case is not None
        return made.case

    def prints(self, kind: str = "receipt") -> str:
        told = next(reversed(told_by(self.facts, kind)), None)
        self.case = self.keep(print_paper(self.case, kind, self.office.context("1001"), "ab", told))
        return self.case.papers[-1].mark

    def brings(self, *materials: str) -> None:
        data = {"materials": dict.fromkeys(materials, "original")}
        self.case = self.keep(self.office.act(self.case, "1001", "supplement-received", data))


def test_a_receipt_after_a_supplement_is_no_reprint_and_says_which_version_it_is() -> None:
    counter = Counter()
    assert [counter.prints(), counter.prints()] == ["", "0012-1"]
    assert version(counter.facts, "receipt") == 1
    assert counter.case.supplement is not None
    asked = [line.material for line in counter.case.supplement.lines]
    counter.brings(asked[0])
    assert version(counter.facts, "receipt") == 2
    assert [counter.prints(), counter.prints()] == ["", "0012-1"], "its own reprints are counted anew"
    counter.brings(*asked[1:])
    assert version(counter.facts, "receipt") == 3
    assert counter.prints() == ""
    assert [paper.count for paper in counter.case.papers] == [1, 2, 3, 4, 5], "every sheet is counted"


def test_a_paper_that_tells_of_no_fact_is_a_reprint_from_the_second_sheet_on() -> None:
    counter = Counter()
    assert [counter.prints("guide"), counter.prints("guide")] == ["", "0012-1"]
    counter.brings("D01-01")
    assert counter.prints("guide") == "0012-2"
    assert version(counter.facts, "guide") == 1
