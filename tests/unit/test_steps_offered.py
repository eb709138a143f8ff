"""Of the steps that are open side by side a form lists those of one's own posts: another one would be refused."""

from __future__ import annotations

from console.desk.acting import at_hers
from screens.desk import ActView, Choice, Field

STEPS = (Choice("examine_planning", "规划岗 审核"), Choice("examine_fire", "消防岗 审核"))
STEP = Field("step", "环节", "choice", required=True, choices=STEPS, value="examine_planning")
POST = Field("post", "岗位", "choice", choices=(Choice("fire", "消防岗"),))


def test_a_step_of_another_post_is_not_listed_and_not_proposed() -> None:
    step, post = at_hers(ActView("examine", "审核", fields=(STEP, POST)), {"examine_fire"}).fields
    assert [choice.code for choice in step.choices] == ["examine_fire"]
    assert step.value == "examine_fire"
    assert post == POST


def test_whoever_oversees_has_no_step_and_may_move_each() -> None:
    assert at_hers(ActView("reassign", "改派", fields=(STEP,)), set()).fields == (STEP,)
