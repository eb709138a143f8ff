"""The helper's use cases: applications before their number (预审件), found by their code at any window (S22)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from casework import bodies, numbers
from casework.bundle import members_of
from casework.drafting import Context, Decision
from casework.errors import BadInput
from casework.papers.model import Paper
from casework.prefile import ENDED, Prefile
from casework.prefiling import check_prefile, open_prefile, park, take_prefile
from casework.rules import Refusal
from casework.short_codes import printed_code, read_code
from console.counter import Counter, Session, received_here


@dataclasses.dataclass(frozen=True)
class Preparing:
    """The use cases of one terminal, over the same memory as its counter."""

    counter: Counter

    def open(self, session: Session, form: bodies.Form, note: str = "", case_id: str = "") -> Prefile | Refusal:
        """Open a file. Raises BadInput."""
        id_ = case_id or self.counter.new_id()
        return self._commit(session, id_, lambda context: open_prefile(form, context, id_, note))

    def check(
        self,
        session: Session,
        code: str,
        form: bodies.Form | None,
        lines: tuple[bodies.ReviewLine, ...],
        note: str = "",
    ) -> Prefile | Refusal:
        """Put on record how its papers are; `form`: what it holds now, as before where none is given."""
        found = self._open(code)
        return self._commit(
            session, found.id, lambda context: check_prefile(found, form or found.form, lines, context, note)
        )

    def park(self, session: Session, form: bodies.Form, field: str = "", case_id: str = "") -> Prefile | Refusal:
        """Put a half-filled form aside for any window; its draft here goes in the same transaction."""
        id_ = case_id or self.counter.new_id()
        return self._commit(session, id_, lambda context: park(form, context, id_, field), drop_draft=True)

    def take(self, session: Session, code: str) -> Prefile | Refusal:
        """Go on with it at this window."""
        found = self._open(code)
        return self._commit(session, found.id, lambda context: take_prefile(found, context))

    def _open(self, code: str) -> Prefile:
        found = self.prefile(code)
        if found.state in ENDED:
            number = numbers.printed(found.number) if found.number else ""
            raise BadInput("prefile.received", code=printed_code(found.code), number=number)
        return found

    def prefile(self, code: str) -> Prefile:
        """The one with this short code, the latest where two share it. Raises BadInput."""
        wanted = read_code(code)
        found = self.counter.memory.prefile(wanted) if wanted else ()
        if not found:
            raise BadInput("prefile.unknown", code=printed_code(wanted) if wanted else code[:40])
        return next((each for each in found if each.state not in ENDED), found[0])

    def preparation(self, session: Session, code: str) -> tuple[Paper, ...]:
        """The list that the applicant takes home; of a bundle one for each of its items. Raises BadInput, BadPaper."""
        found = self.prefile(code)
        if not found.form.item:
            raise BadInput("prefile.no_item", code=printed_code(found.code))
        catalogue = self.counter.library.current()
        bundle = catalogue.bundles.get(found.form.item)
        if not bundle and found.form.item not in catalogue.items:  # it went out of the catalogue meanwhile
            known = ", ".join(sorted((*catalogue.items, *catalogue.bundles)))
            raise BadInput("intake.no_item", item=found.form.item[:40], known=known)
        items = members_of(bundle, found.form.situations, catalogue) if bundle else (catalogue.items[found.form.item],)
        return tuple(self.counter.paperwork.preparation(found, item, session.staff) for item in items)

    def _commit(
        self, session: Session, case_id: str, make: Callable[[Context], Decision | Refusal], *, drop_draft: bool = False
    ) -> Prefile | Refusal:
        memory = self.counter.memory
        with memory.writing() as tx:
            context = self.counter.context(session, tx, "", self.counter.library.current())
            decision = received_here(tx, case_id) or make(context)
            if isinstance(decision, Refusal):
                return decision
            tx.commit_groups(decision.groups)
            if drop_draft:
                tx.drop_draft(case_id)
            found = tx.prefile(case_id)
            if found is None:  # its beginning broke on this disk after it was last shown: nothing is added to it here
                raise BadInput("prefile.damaged")
        return found
