"""Taking an item of the queue (S23): online the hall's word, without a further key, and never a dialogue."""

from __future__ import annotations

import dataclasses

from casework.acts.claims import own_places
from casework.case import Case
from casework.claims import claim_on
from casework.decide import not_now
from casework.offering import claimable
from casework.rights import post_for
from casework.rules import Refusal
from casework.rules.claims import RELEASE, has_it
from console.counter import Acted, Counter, Session


@dataclasses.dataclass(frozen=True)
class Claiming:
    """The use cases of one terminal, over the same memory as its counter."""

    counter: Counter

    def take(self, session: Session, number: str) -> Acted | Refusal | None:
        """The item is hers from here on; None where there is nothing to take or it is hers already.

        Refused: somebody else has it, or the line is down and nobody at this window took the case in or had it.
        Then the case is opened to be read.
        """
        counter = self.counter
        case = counter.case(number)
        context = counter.outlook(session, case)
        if claimable(case, context):
            if context.online:
                return counter.act(session, number, "claim", {})
            own = case.terminal in {context.terminal, *context.former}
            return None if own else Refusal("not_claimed_here", {"terminal": case.terminal})
        return self.anothers(session, case)

    def let_go(self, session: Session, number: str) -> Acted | Refusal | None:
        """She leaves without an act what opening it made hers; None where she no longer has it."""
        case = self.counter.case(number)
        day = self.counter.clock.now().date().isoformat()
        held = (one for step in case.claims if (one := claim_on(case, step, day)))
        if not any(one.by == session.staff.number for one in held):
            return None
        return self.counter.act(session, number, "release", {})

    def offers(self, session: Session, case: Case) -> tuple[tuple[str, Refusal | None], ...]:
        """Taking it and letting go of it, where that says something, each with the reason why it is off."""
        context = self.counter.outlook(session, case)
        held = [one for step in case.claims if (one := claim_on(case, step, context.day))]
        frees = post_for(session.staff, session.shift, RELEASE, context.catalogue.posts)
        offers: list[tuple[str, Refusal | None]] = []
        if own_places(case, context) and not any(one.by == session.staff.number for one in held):
            offers.append(("claim", not_now(case, "claimed", context) or self.anothers(session, case)))
        if any(one.by == session.staff.number for one in held) or (held and frees):
            offers.append(("release", None))
        return tuple(offers)

    def anothers(self, session: Session, case: Case) -> Refusal | None:
        """Who has all of the case that this shift could work on."""
        offs = [off for _, off in self.counter.possible(session, case) if off is not None and off.code == "claimed_by"]
        return offs[0] if offs else None

    def answered(self, session: Session, done: Acted | Refusal) -> Acted | Refusal:
        """What a claim has become once the hall has answered: somebody else may have been first."""
        if isinstance(done, Refusal) or "claimed" not in done.types:
            return done
        case = self.counter.case(done.number)
        day = self.counter.clock.now().date().isoformat()
        held = [one for step in case.claims if (one := claim_on(case, step, day))]
        if not held or any(one.by == session.staff.number for one in held):
            return done
        return has_it(held[0])
