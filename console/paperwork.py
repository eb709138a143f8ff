"""Papers of a case, as this terminal prints them: Chinese always, the same with the line up or down."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import msgspec

from casework import bodies
from casework.ambient import Clock
from casework.case import Case
from casework.catalogue.schema import Item
from casework.decide import reprint_mark, standing_papers
from casework.errors import BadInput
from casework.events import body_of, known
from casework.facts import Fact, digest
from casework.messages import Translator
from casework.numbers import LENGTH
from casework.paper_versions import told_by, version
from casework.papers import Paper, Reprint, build
from casework.papers.model import Captions
from casework.papers.of_case import PRINTED_WITH, Counter, Occasion, guide_facts, paper_facts
from casework.papers.of_prefile import preparation_facts
from casework.prefile import Prefile
from casework.refused import replaced_by
from casework.rules import Refusal
from console.library import Library

PHONE = "phone"
"""The window's setting with the telephone that its papers name."""
PRACTICE = "practice"
"""The setting of a window at which only made-up people are served; all its papers say so."""


@dataclasses.dataclass(frozen=True)
class Paperwork:
    """Builds papers for one hall and window."""

    hall: str
    terminal: str
    clock: Clock
    library: Library
    chinese: Translator

    def paper(
        self,
        case: Case,
        kind: str,
        item: Item | None,
        staff: bodies.StaffSet,
        history: Sequence[Fact],
        waiting: int = 0,
    ) -> Paper | Refusal:
        """The paper `kind` of `case`, with the mark of a reprint from the second print on.

        `waiting`: how many wait before it, for a ticket. Raises BadInput: no such kind. BadPaper: the law wants more.
        """
        if kind not in PRINTED_WITH:
            raise BadInput("paper.kind", kind=kind[:40], possible=", ".join(PRINTED_WITH))
        occasion = self._occasion(case, kind, staff, history, waiting)
        if not PRINTED_WITH[kind](case) or not _has_its_fact(case, kind, occasion):
            return Refusal("no_such_paper_yet", {"paper": kind, "state": case.state})
        counter = Counter(self.hall, self.window, staff.name, staff.number, self.clock.now(), self.phone)
        posts = self.library.of(case).posts
        facts = paper_facts(case, item, counter, self.library.calendar(), posts, self.say, occasion)
        paper, which = self.marked(build(kind, facts, self.say)), version(history, kind)
        if which == 1:
            return paper
        return msgspec.structs.replace(paper, title=self.say("papers.version", title=paper.title, n=which))

    def preparation(self, prefile: Prefile, item: Item, staff: bodies.StaffSet) -> Paper:
        """The preparation list of a prefile: any window finds it by its code (R8)."""
        facts = preparation_facts(prefile, item, self.hall, self.clock.now(), self.say)
        here = {"clerk": staff.name, "window": self.window, "phone": self.phone}
        return self.marked(build("preparation", msgspec.structs.replace(facts, **here), self.say))

    def guide(self, item: Item) -> Paper:
        """The service guide of `item`, without a case (R8)."""
        posts = self.library.current().posts
        facts = guide_facts(item, self.hall, self.clock.now(), self.say, posts)
        return self.marked(build("guide", msgspec.structs.replace(facts, phone=self.phone), self.say))

    def _occasion(
        self, case: Case, kind: str, staff: bodies.StaffSet, history: Sequence[Fact], waiting: int
    ) -> Occasion:
        bundle = self.library.of(case).bundles.get(case.received.bundle)
        extended = self.library.memory.staff(case.extension.by) if case.extension else None
        return Occasion(
            refusal=_last(history, "refused_at_intake"),
            handed=_last(history, "handed_over"),
            reprint=self._reprint(case, kind, staff, history),
            ended=_last(history, "terminated"),
            waiting=waiting,
            bundle=bundle.name.zh if bundle else "",
            approver=extended.name if extended else "",
            replaces=replaced_by(case, kind),
            issue=1 + sum(1 for paper in case.papers if paper.paper == kind),
        )

    def _reprint(self, case: Case, kind: str, staff: bodies.StaffSet, history: Sequence[Fact]) -> Reprint | None:
        told = next(reversed(told_by(history, kind)), None)
        mark = reprint_mark(standing_papers(case), kind, self.terminal, told)
        if not mark:
            return None
        who, when = f"{staff.name} {staff.number}", self._minute()
        return Reprint(self.reprint_words(mark), who, when)

    @property
    def practice(self) -> bool:
        """Whether this is a window for practice."""
        return bool(self.library.memory.setting(PRACTICE))

    def marked(self, paper: Paper) -> Paper:
        """The paper; of a window for practice with the words across it that it is not valid."""
        if not self.practice:
            return paper
        return msgspec.structs.replace(paper, practice=self.say("papers.practice"))

    def again(self, paper: Paper, staff: bodies.StaffSet) -> Paper:
        """A paper that counts on no case, once more: marked, since nobody knows whether the first one came out."""
        words = self.reprint_words(f"{self.terminal}-1")
        mark = Reprint(words, f"{staff.name} {staff.number}", self._minute())
        return msgspec.structs.replace(paper, reprint=mark)

    def test_page(self, printer: str) -> Paper:
        """What shows whether a printer prints: Chinese, a rare character, a bar code, a QR code. No paper of a case."""
        page = self.say("papers.page", page="{page}", pages="{pages}")
        test = Paper(
            kind="test",
            size="A5",
            title=self.say("papers.test.title"),
            head=printer,
            captions=Captions(page, self.say("papers.missing_glyphs")),
            code128="0" * LENGTH,
            qr="https://example.org/",
            paragraphs=(self.say("papers.test.text"),),
            fields=((self.say("papers.test.window"), self.window), (self.say("papers.test.time"), self._minute())),
        )
        return self.marked(test)

    def _minute(self) -> str:
        return f"{self.clock.now():%Y-%m-%d %H:%M}"

    def reprint_words(self, mark: str) -> str:
        """A mark as it stands on the paper: which reprint of which terminal it is."""
        terminal, _, count = mark.rpartition("-")
        return self.say("papers.reprint", terminal=terminal, n=count)

    @property
    def window(self) -> str:
        """The window's number, as people say it: the last two digits of the terminal."""
        return self.terminal[2:]

    @property
    def phone(self) -> str:
        """Whom to ring with questions; empty when nobody has said."""
        return self.library.memory.setting(PHONE) or ""

    def say(self, message_id: str, /, **facts: Any) -> str:
        """The language of the papers."""
        return self.chinese(message_id, facts)

    def digest(self, paper: Paper) -> str:
        """The SHA-256 of what the paper says."""
        return digest(msgspec.json.encode(paper))


def _has_its_fact(case: Case, kind: str, occasion: Occasion) -> bool:
    """Whether the history has what the paper is about, where the state of the case doesn't say it."""
    if kind == "handover":
        return occasion.handed is not None
    if kind == "referral" and case.state == "refused_at_intake":
        return occasion.refusal is not None and bool(occasion.refusal.right_organ)
    return True


def _last(history: Sequence[Fact], type_: str) -> Any:
    found = next((fact for fact in reversed(history) if fact.type == type_ and known(fact)), None)
    return body_of(found) if found is not None else None
