"""What was begun as an application before its number, and goes on with an item of another module (S7, S22)."""

from __future__ import annotations

from casework.drafting import Context
from casework.prefiling import leave_module
from casework.rules import Refusal
from local_db.commit import Writing


def leaves(tx: Writing, case_id: str, module: str, context: Context) -> None:
    """Before it goes on as `case_id` in `module`: where it was, it ends. Who may not say so leaves it open there."""
    prefile = tx.prefile(case_id)
    ends = leave_module(prefile, module, context) if prefile is not None else None
    if ends is not None and not isinstance(ends, Refusal):
        tx.commit_groups(ends.groups)
