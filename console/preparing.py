"""The helper's use cases: applications before their number (预审件), found by their code at any window (S22)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from casework import bodies, numbers
from casework.bundle import members_of
from casework.drafting import Context, Decision
from casework.errors import BadInput
from casework.papers.model import Paper
from casework.prefile import Prefile
from casework.prefiling import check_prefile, close_prefile, module_of, open_prefile, park, take_prefile
from casework.rules import Refusal
from casework.short_codes import printed_code, read_code
from casework.text import clean_code
from console.begun import leaves
from console.counter import Counter, Session, received_here
from local_db.commit import Writing


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
        with self.counter.memory.writing() as tx:
            context = self._context(session, tx)
            decision = received_here(tx, id_) or park(form, context, id_, field)
            if not isinstance(decision, Refusal):
                leaves(tx, id_, module_of(clean_code(form.item), context.catalogue), context)
                tx.drop_draft(id_)
            return self._committed(tx, id_, decision)

    def take(self, session: Session, code: str) -> Prefile | Refusal:
        """Go on with it at this window."""
        found = self._open(code)
        return self._commit(session, found.id, lambda context: take_prefile(found, context))

    def close(self, session: Session, code: str, reason: str) -> Prefile | Refusal:
        """Take it off the list; by its code it is found all the same. Raises BadInput."""
        found = self._open(code)
        return self._commit(session, found.id, lambda context: close_prefile(found, reason, context))

    def _open(self, code: str) -> Prefile:
        found = self.prefile(code)
        self.must_wait(found)
        return found

    def must_wait(self, prefile: Prefile) -> None:
        """Raises BadInput: it became a case, or goes on in a module that is not held here."""
        modules = self.counter.memory.modules()
        if prefile.goes_on and modules is not None and prefile.goes_on not in modules:
            raise BadInput("prefile.went_on", code=printed_code(prefile.code))
        if prefile.is_over:
            number = numbers.printed(prefile.number) if prefile.number else ""
            raise BadInput("prefile.received", code=printed_code(prefile.code), number=number)

    def prefile(self, code: str) -> Prefile:
        """The one with this short code, the latest where two share it. Raises BadInput."""
        wanted = read_code(code)
        found = self.counter.memory.prefile(wanted) if wanted else ()
        if not found:
            raise BadInput("prefile.unknown", code=printed_code(wanted) if wanted else code[:40])
        return next((each for each in found if not each.is_over), found[0])

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
        self, session: Session, case_id: str, make: Callable[[Context], Decision | Refusal]
    ) -> Prefile | Refusal:
        with self.counter.memory.writing() as tx:
            return self._committed(tx, case_id, received_here(tx, case_id) or make(self._context(session, tx)))

    def _context(self, session: Session, tx: Writing) -> Context:
        return self.counter.context(session, tx, "", self.counter.library.current())

    def _committed(self, tx: Writing, case_id: str, decision: Decision | Refusal) -> Prefile | Refusal:
        if isinstance(decision, Refusal):
            return decision
        tx.commit_groups(decision.groups)
        found = tx.prefile(case_id)
        if found is None:  # its beginning broke on this disk after it was last shown: nothing is added to it here
            raise BadInput("prefile.damaged")
        return found
