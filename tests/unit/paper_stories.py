"""Cases told fact by fact, for the tests of their papers; and how a paper is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from casework import bodies
from casework.calendar import parse as parse_calendar
from casework.case import Case
from casework.catalogue.schema import Item
from casework.facts import Fact
from casework.folding import fold
from casework.papers import Paper, build
from casework.papers.of_case import PRINTED_WITH, Counter, Occasion, paper_facts
from local_db.shipped import shipped_calendar
from tests.builders import FIRM, Hand
from tests.people import CATALOGUE
from tests.unit.paper_samples import zh

CALENDAR = parse_calendar(shipped_calendar())
HALL = "武汉东湖新技术开发区政务服务中心"
NOW = datetime(2026, 11, 30, 10, 15)  # noqa: DTZ001 - the hall's civil time is naive
AGENT = bodies.Party("person", "李丽华", "420106200001010023", "13900001111")
ROUTE = (
    bodies.RouteStep("receive", "receive", "window"),
    bodies.RouteStep("accept", "accept", "single", ("receive",)),
    bodies.RouteStep("site_check", "site_check", "survey", ("accept",), officers=2),
    bodies.RouteStep("decide", "decide", "chief", ("site_check",)),
    bodies.RouteStep("pay", "pay", "window", ("decide",)),
    bodies.RouteStep("certify", "certify", "window", ("pay",)),
    bodies.RouteStep("deliver", "deliver", "delivery", ("certify",)),
)
STOPS = (bodies.Stop("hearing", 20, "《娱乐场所管理条例》第十条"), bodies.Stop("expert_review"))
LINE = bodies.SupplementLine("D01-03", "没有“主要设备设施布局和操作流程图”", "请提交与经营场所一致的布局流程图")


def item(code: str = "D01", **changes: Any) -> Item:
    """An item of the shipped catalogue, with some of it changed."""
    return msgspec.structs.replace(CATALOGUE.items[code], **changes)


class Story:
    """A case that is told fact by fact."""

    def __init__(self, **received: Any) -> None:
        self.hand = Hand()
        said: dict[str, Any] = {"route": ROUTE, "applicant": FIRM, "materials": {"D01-01": "original"}}
        first = self.hand.received(**{**said, **received})
        self.facts: list[Fact] = [first]
        self.id = first.case

    def then(self, type_: str, body: bodies.Body, days: int = 0) -> Story:
        """What happened next, so many days later."""
        self.hand.clock.go(days * 86400)
        self.facts.append(self.hand.fact(type_, body, self.id))
        return self

    def accepted(self, **said: Any) -> Story:
        """The acceptance in the name of the organ."""
        return self.then("accepted", bodies.Accepted("accept", "武汉东湖新技术开发区市场监督管理局", **said))

    def decided(self, outcome: str = "granted", **said: Any) -> Story:
        """Accepted, looked at, decided."""
        if not self.case.accepted_at:
            self.accepted()
        self.then("inspected", bodies.Inspected("site_check", ("2001", "2002"), "pass"), 1)
        return self.then("decided", bodies.Decided("decide", outcome, **said), 1)

    @property
    def case(self) -> Case:
        """The state after all of it."""
        folded = fold(self.facts)
        assert folded is not None
        return folded

    def paper(self, kind: str, of: Item | None = None, say: Any = zh, **occasion: Any) -> Paper:
        """The paper `kind` of the case as it is now."""
        case = self.case
        assert PRINTED_WITH[kind](case), f"{kind} of a case {case.state}"
        counter = Counter(HALL, "12", "王敏", "1001", NOW, "027-67880000")
        entry = of or CATALOGUE.items.get(case.received.item)
        facts = paper_facts(case, entry, counter, CALENDAR, CATALOGUE.posts, say, Occasion(**occasion))
        return build(kind, facts, say)


def flat(paper: Paper) -> str:
    """All that stands on it as a reader would join it: cells and lines whole, no blanks."""
    parts: list[str] = [paper.title, paper.addressee, *paper.paragraphs, *paper.footer, *paper.signature_boxes]
    parts += [f"{label}{value}" for label, value in paper.fields]
    parts += [cell for row in (paper.table.rows if paper.table else ()) for cell in row]
    parts += [text for note in paper.notes for text in (note.heading, *note.lines)]
    return "".join("".join(parts).split())


def stands(paper: Paper, *wanted: str) -> None:
    """Each of `wanted` stands on the paper."""
    whole = flat(paper)
    assert [want for want in wanted if "".join(want.split()) not in whole] == []


def rows(paper: Paper) -> Sequence[tuple[str, ...]]:
    """The rows of its table."""
    assert paper.table is not None
    return paper.table.rows
