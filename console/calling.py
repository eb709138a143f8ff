"""Calls from window to person: the use cases of one terminal (`casework.calling`)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from casework import calling
from casework.bodies import StaffSet
from casework.drafting import Context, Decision
from casework.errors import BadInput
from casework.rules import Refusal
from console.counter import Counter, Session
from local_db.calls import Call


@dataclasses.dataclass(frozen=True)
class Calling:
    """Over the same memory as the counter."""

    counter: Counter

    def colleagues(self, session: Session) -> tuple[StaffSet, ...]:
        """Officers and supervisors who may be called, by number."""
        roster = self.counter.memory.roster()
        return tuple(
            each
            for each in roster
            if each.active and each.team in {"officer", "supervisor"} and each.number != session.staff.number
        )

    def call(self, session: Session, to: str, number: str = "") -> str | Refusal:
        """Ask `to` to come to this window; the call's id. Raises BadInput."""
        person, id_ = self.counter.memory.staff(to), self.counter.new_id()
        no = self._commit(session, lambda context: calling.call(person, number, context, id_))
        return id_ if no is None else no

    def answer(self, session: Session, call_id: str) -> Call | Refusal:
        """She comes. Raises BadInput: there is no such call, or it is somebody else's."""
        found = self.counter.memory.call(call_id)
        if found is None or found.to != session.staff.number:
            raise BadInput("call.not_yours")
        if found.answered_at:
            return found
        no = self._commit(session, lambda context: calling.answer(call_id, context))
        return found if no is None else no

    def of_today(self, session: Session) -> tuple[Call, ...]:
        """Calls of this person and to her, oldest first; yesterday's are nobody's."""
        return self.counter.memory.calls(session.staff.number, f"{self.counter.clock.now():%Y-%m-%d}")

    def _commit(self, session: Session, make: Callable[[Context], Decision | Refusal]) -> Refusal | None:
        with self.counter.memory.writing() as tx:
            decision = make(self.counter.context(session, tx, "", self.counter.library.current()))
            if isinstance(decision, Refusal):
                return decision
            tx.commit_groups(decision.groups)
        return None
