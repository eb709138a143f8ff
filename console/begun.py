"""What was begun as an application before its number, and goes on at the counter with another item (S22)."""

from __future__ import annotations

import dataclasses

from casework.drafting import Context
from casework.prefile import Prefile
from casework.prefiling import goes_on_as, left_behind
from casework.rules import Refusal
from local_db.commit import Writing


@dataclasses.dataclass(frozen=True)
class Begun:
    """The id under which it goes on, that of its draft, and the file that ends with it in its module."""

    id: str
    draft: str
    left: Prefile | None = None

    def kept(self, tx: Writing, context: Context) -> None:
        """What was begun is over: its draft goes, and the file that it was ends. Who may not end it leaves it open."""
        tx.drop_draft(self.draft)
        ended = left_behind(self.left, self.id, context) if self.left is not None else None
        if ended is not None and not isinstance(ended, Refusal):
            tx.commit_groups(ended.groups)


def begun(tx: Writing, case_id: str, module: str) -> Begun:
    """What was begun as `case_id`, and goes on with an item of `module`."""
    prefile = tx.prefile(case_id)
    if prefile is None:
        return Begun(case_id, case_id)
    id_ = goes_on_as(prefile, module)
    return Begun(id_, case_id, None if prefile.goes_on or id_ == case_id else prefile)
