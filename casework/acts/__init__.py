"""From the acts of people to facts: one handler for each act of `casework.commands`.

`intake` the counter's, `course` those between acceptance and decision, `result` those of the decision
and after it, `dates` the supervisor's word on a day, `claims` who has an item of the queue.
"""

from __future__ import annotations

from casework.acts import claims, course, dates, intake, result, scans
from casework.acts.parts import Handler, Step, any_post, own_post

__all__ = ["HANDLERS", "Step", "any_post", "own_post"]

HANDLERS: dict[str, Handler] = {
    **intake.HANDLERS, **course.HANDLERS, **result.HANDLERS, **dates.HANDLERS, **claims.HANDLERS,
    **scans.HANDLERS,
}  # fmt: skip
