"""The desk's half that acts on cases: one by one, on several at once, and where a case has moved meanwhile."""

from __future__ import annotations

from typing import cast

import msgspec

from casework.acts.claims import own_places
from casework.case import Case
from casework.errors import BadInput
from casework.messages import Message, t
from casework.papers.text import to_text
from casework.rules import Refusal
from console.claiming import Claiming
from console.counter import Acted
from console.desk import forms, moved
from console.desk.act_data import act_data, blamed
from console.desk.intake import papers_of
from console.desk.rehearsing import paper_of_act
from console.desk.roaming import RoamingDesk
from screens import desk


class ActingDesk(RoamingDesk):
    """Acts on cases."""

    async def act(
        self, number: str, action: str, data: dict[str, str], seen: frozenset[str] = frozenset()
    ) -> desk.Done | desk.Refused:
        """Commit an act on a case; not on one that somebody else has moved since `seen`."""

        def work() -> desk.Done | desk.Refused:
            held = moved.since(self._terminal, self._show, self._who, number, action, seen) if seen else None
            if held is not None:
                return held
            command = act_data(action, data)
            if action == "check" and not command:
                return self._checked(number)
            return self._done(self._terminal.counter.act(self._who, number, action, command), f"act.{action}")

        return cast("desk.Done | desk.Refused", await self._answer(work))

    async def act_preview(self, number: str, action: str, data: dict[str, str]) -> str | desk.Refused:
        """The paper that the act would print, as text; nothing is made."""

        def work() -> str | desk.Refused:
            paper = paper_of_act(self._terminal, self._who, number, action, act_data(action, data))
            return desk.Refused(paper.message) if isinstance(paper, Refusal) else to_text(paper)

        return cast("str | desk.Refused", await self._answer(work))

    def _checked(self, number: str) -> desk.Done | desk.Refused:
        """Ask the sources; where none answers, say so."""
        return self._done(self._terminal.counter.check(self._who, number), "act.check")

    def _done(self, acted: Acted | Refusal, done: str) -> desk.Done | desk.Refused:
        if isinstance(acted, Refusal):
            return desk.Refused(acted.message, blamed(acted))
        self._terminal.wake()
        places = self._show.places(self._terminal.counter.case(acted.number))
        words = "desk.waits" if acted.waits else "desk.done" if places else "desk.ended"
        facts = {"act": Message(done), "state": Message(f"state.{acted.state}"), "places": list(places)}
        papers = tuple(desk.PaperRef(kind, t(f"paper.{kind}")) for kind in papers_of(acted.types, acted.waits))
        return desk.Done(Message(words, facts), papers, acted.waits)

    def _offers(self, case: Case) -> tuple[desk.ActView, ...]:
        """What the case offers to whoever sits here, in the order of the screens."""
        counter = self._terminal.counter
        found = (*counter.possible(self._who, case), *Claiming(counter).offers(self._who, case))
        mine = {place.step for place, _ in own_places(case, counter.outlook(self._who, case))}
        offered = (forms.offered(action, off, case, self._terminal) for action, off in forms.in_order(found))
        return tuple(at_hers(act, mine) for act in offered)

    async def offers(self, numbers: tuple[str, ...]) -> tuple[desk.Offered, ...]:
        """What each of these cases offers."""

        def work() -> tuple[desk.Offered, ...]:
            return tuple(offered for number in numbers if (offered := self._offered(number)) is not None)

        return await self._do(work)

    def _offered(self, number: str) -> desk.Offered | None:
        try:
            case = self._terminal.counter.case(number)
        except BadInput:  # purged or renumbered since the list was read
            return None
        facts = moved.facts_shown(self._terminal.memory.history(case.id))
        return desk.Offered(number, self._offers(case), facts)

    async def conflict(self, number: str) -> desk.Conflict | None:
        """What she saw and what the hall has, of the last act that it has refused."""
        return await self._do(lambda: moved.refused(self._terminal, self._show, self._who, number))


def at_hers(act: desk.ActView, mine: set[str]) -> desk.ActView:
    """The same act; asked for a step it lists those of her own posts. Whoever oversees has none, and lists them all."""
    return msgspec.structs.replace(act, fields=tuple(_own_steps(field, mine) for field in act.fields))


def _own_steps(field: desk.Field, mine: set[str]) -> desk.Field:
    own = tuple(choice for choice in field.choices if choice.code in mine)
    if field.code != "step" or not own:
        return field
    return msgspec.structs.replace(field, choices=own, value=own[0].code)
