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
from casework.decide import reprint_mark
from casework.errors import BadInput
from casework.events import body_of
from casework.facts import Fact, digest
from casework.messages import Translator
from casework.papers import Paper, Reprint, build
from casework.papers.of_case import PRINTED_WITH, Counter, Occasion, paper_facts
from casework.rules import Refusal
from console.library import Library


@dataclasses.dataclass(frozen=True)
class Paperwork:
    """Builds papers for one hall and window."""

    hall: str
    terminal: str
    clock: Clock
    library: Library
    chinese: Translator

    def paper(
        self, case: Case, kind: str, item: Item | None, staff: bodies.StaffSet, history: Sequence[Fact]
    ) -> Paper | Refusal:
        """The paper `kind` of `case`, with the mark of a reprint from the second print on.

        Raises BadInput: no such kind. BadPaper: the law wants more on it.
        """
        if kind not in PRINTED_WITH:
            raise BadInput("paper.kind", kind=kind[:40], possible=", ".join(PRINTED_WITH))
        if not PRINTED_WITH[kind](case) or (kind == "handover" and _last(history, "handed_over") is None):
            return Refusal("no_such_paper_yet", {"paper": kind, "state": case.state})
        now = self.clock.now()
        mark = reprint_mark(case.papers, kind, self.terminal)
        reprint = (
            Reprint(self.say("papers.reprint", mark=mark), f"{staff.name} {staff.number}", f"{now:%Y-%m-%d %H:%M}")
            if mark
            else None
        )
        counter = Counter(self.hall, self.window, staff.name, staff.number, now)
        occasion = Occasion(_last(history, "refused_at_intake"), _last(history, "handed_over"), reprint)
        posts = self.library.of(case).posts
        facts = paper_facts(case, item, counter, self.library.calendar(), posts, self.say, occasion)
        return build(kind, facts, self.say)

    @property
    def window(self) -> str:
        """The window's number, as people say it: the last two digits of the terminal."""
        return self.terminal[2:]

    def say(self, message_id: str, /, **facts: Any) -> str:
        """The language of the papers."""
        return self.chinese(message_id, facts)

    def digest(self, paper: Paper) -> str:
        """The SHA-256 of what the paper says."""
        return digest(msgspec.json.encode(paper))


def _last(history: Sequence[Fact], type_: str) -> Any:
    found = next((fact for fact in reversed(history) if fact.type == type_), None)
    return body_of(found) if found is not None else None
