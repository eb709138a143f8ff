"""Handing over at a shift's end (交接): who takes, which items, and what became of each; the sheet that both sign.

Each item is a fact of its own (`handed_over` with a person), so that one that can't go holds no other one up.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from casework.bodies import StaffSet
from casework.case import Case, Place, places, step_of
from casework.claims import claim_on
from casework.errors import BadInput
from casework.messages import Message
from casework.papers.model import Paper
from casework.papers.parts import Say
from casework.papers.shift import KIND, ShiftFacts, ShiftLine, shift_sheet
from casework.rights import stands_in
from casework.rules import Refusal
from casework.standing import nearest, standing
from console.counter import Counter, Session
from console.errors import ConsoleError
from console.showing import masked


class Held(msgspec.Struct, frozen=True):
    """An item that can be handed over. `mine`: she has it today, it was handed to her, or she took it in herself."""

    case: Case
    place: Place
    mine: bool


class Handed(msgspec.Struct, frozen=True):
    """What became of one item; `refused`: why it stays where it is."""

    number: str
    case: Case | None
    refused: Message | None = None


@dataclasses.dataclass(frozen=True)
class Handing:
    """The use cases of one terminal, over the same memory as its counter."""

    counter: Counter

    # What, and to whom

    def items(self, session: Session) -> tuple[Held, ...]:
        """What waits at the posts of her shift and nobody else has: her own first, each part the oldest first."""
        memory, limits = self.counter.memory, self.counter.memory.limits
        found: dict[str, Held] = {}
        for row in memory.queue(session.shift, limits.handover_items):
            case = row.case.case
            if row.case.number not in found and not self._anothers(session, case):
                place = Place(row.step, row.post)
                found[row.case.number] = Held(case, place, self._mine(session, case))
        return tuple(sorted(found.values(), key=lambda held: not held.mine))

    def handed_to(self, session: Session) -> tuple[Case, ...]:
        """What others have handed over to her and she has not begun with."""
        return tuple(held.case for held in self.items(session) if _to(held.case, session))

    def takers(self, session: Session) -> tuple[StaffSet, ...]:
        """Who else of this hall could take something of hers: active, and at a post that can do the work of one."""
        me = session.staff.number
        others = (one for one in self.counter.memory.roster() if one.active and one.number != me)
        return tuple(one for one in others if any(self._stands(post, one) for post in session.shift))

    def _stands(self, post: str, staff: StaffSet) -> bool:
        posts = self.counter.library.current().posts
        kinds = posts[post].kinds if post in posts else ()
        modules = posts[post].modules if post in posts else ()
        return post in staff.posts or any(
            stands_in(here, post, kind, module, posts) for here in staff.posts for kind in kinds for module in modules
        )

    def _mine(self, session: Session, case: Case) -> bool:
        me, day = session.staff.number, self._day
        if any(claim_on(case, step, day) for step, claim in case.claims.items() if claim.by == me):
            return True
        return case.handed.to == me if case.handed is not None else case.taken_by == me

    def _anothers(self, session: Session, case: Case) -> bool:
        held = [claim for step, claim in case.claims.items() if claim_on(case, step, self._day)]
        return bool(held) and all(claim.by != session.staff.number for claim in held)

    @property
    def _day(self) -> str:
        return f"{self.counter.clock.now():%Y-%m-%d}"

    # Doing it

    def hand_over(self, session: Session, to: str, numbers: Sequence[str], note: str = "") -> tuple[Handed, ...]:
        """Each item in turn. Raises ConsoleError where nobody could take anything."""
        taker = self._taker(session, to)
        held = {one.case.number: one for one in self.items(session)}
        return tuple(self._one(session, taker, number, held, note) for number in dict.fromkeys(numbers))

    def _taker(self, session: Session, to: str) -> StaffSet:
        taker = self.counter.memory.staff(to)
        if taker is None or not taker.active:
            raise ConsoleError("handover.nobody", number=to[:40])
        if taker.number == session.staff.number:
            raise ConsoleError("handover.yourself")
        return taker

    def _one(self, session: Session, taker: StaffSet, number: str, held: dict[str, Held], note: str) -> Handed:
        try:
            case = self.counter.case(number)
        except BadInput as unknown:
            return Handed(number, None, unknown.message)
        found = held.get(case.number)
        if found is None:
            return Handed(case.number, case, Message("handover.not_yours"))
        if not self._takes(taker, case, found.place):
            return Handed(case.number, case, Message("handover.other_post", {"name": taker.name}))
        data: dict[str, Any] = {
            "to": found.place.post, "papers": note, "person": taker.number, "name": taker.name,
        }  # fmt: skip
        try:
            done = self.counter.act(session, case.number, "hand-over", data)
        except BadInput as error:
            return Handed(case.number, case, error.message)
        return Handed(case.number, case, done.message if isinstance(done, Refusal) else None)

    def _takes(self, taker: StaffSet, case: Case, place: Place) -> bool:
        """Whether she serves the post where it waits, or one that stands in for it."""
        posts, step = self.counter.library.current().posts, step_of(case, place.step)
        kind = step.kind if step is not None else ""
        return any(stands_in(here, place.post, kind, case.received.module, posts) for here in taker.posts)

    # The sheet

    def sheet(self, session: Session, to: str, done: Sequence[Handed], note: str, say: Say) -> Paper:
        """What went, and what stayed and why; in the language of the papers."""
        taker, who = self._taker(session, to), self.counter.memory.identity
        lines = tuple(self._line(one.case, one.refused, say) for one in done if one.case is not None)
        facts = ShiftFacts(
            hall=who.hall_name, window=who.terminal[2:], giver=(session.staff.name, session.staff.number),
            taker=(taker.name, taker.number), at=self._now, lines=lines, note=note,
        )  # fmt: skip
        return self.counter.paperwork.marked(shift_sheet(facts, say))

    @property
    def _now(self) -> datetime:
        return self.counter.clock.now()

    def _line(self, case: Case, refused: Message | None, say: Say) -> ShiftLine:
        library = self.counter.library
        posts, item = library.of(case).posts, self.counter.item(case)
        names = [posts[each.post].name.zh if each.post in posts else each.post for each in places(case)]
        return ShiftLine(
            number=case.number,
            item=f"{case.received.item} {item.name.zh if item else ''}".strip(),
            applicant=masked(case.received.applicant),
            place=say("papers.list.comma").join(dict.fromkeys(names)),
            due=self._due(case, say),
            result=say("papers.shift.stays" if refused else "papers.shift.handed"),
        )

    def _due(self, case: Case, say: Say) -> str:
        stand = nearest(standing(case, self.counter.library.calendar(), self._now))
        if stand is None or case.decided_at:
            return ""
        day = stand.clock.due_day.isoformat()
        return say("papers.until.provisional", day=day) if stand.clock.provisional else day

    def queue_sheet(self, session: Session, paper: Paper) -> str:
        """The sheet into the queue of the printer; gives the name of its job."""
        job = f"{self._now:%y%m%d}-{self.counter.memory.identity.terminal}-{session.staff.number}"
        with self.counter.memory.writing() as tx:
            tx.queue_print("", job, KIND, int(f"{self._now:%H%M%S}"), msgspec.json.encode(paper))
        return job


def _to(case: Case, session: Session) -> bool:
    return case.handed is not None and case.handed.to == session.staff.number
