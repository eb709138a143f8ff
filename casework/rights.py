"""Rights are verbs at a post (security.md); one hard *no* stands above all grants.

Nobody of team `helper` decides, refuses or returns, whatever posts the roster gives (R15).
"""

from __future__ import annotations

from collections.abc import Mapping

from casework.bodies import StaffSet
from casework.catalogue.schema import Post

_STEP_VERBS = {
    "receive": frozenset({"case.receive", "case.supplement", "case.print", "case.resolve"}),
    "pre_review": frozenset({"case.handle", "case.supplement", "case.print"}),
    "accept": frozenset({"case.accept", "case.supplement", "case.print"}),
    "certify": frozenset({"case.certify", "case.print"}),
    "deliver": frozenset({"case.deliver", "case.print"}),
    "decide": frozenset({"case.decide"}),
}
_OFFICER = frozenset(
    {
        "case.accept", "case.handle", "case.print", "case.receive", "case.refuse", "case.resolve", "case.return",
        "case.supplement",
    }
)  # fmt: skip
_SUPERVISOR = frozenset({"case.print", "case.resolve", "case.unmask"})
_HANDLING = frozenset({"examine", "site_check", "expert_review", "hearing", "consult", "publicity", "pay"})

NEVER_A_HELPER = frozenset({"case.decide", "case.refuse", "case.return", "case.sign"})
"""What no grant can give to team `helper`."""


def verbs_of(post: Post) -> frozenset[str]:
    """The rights that serving `post` brings, before the team's hard no."""
    verbs = set(post.verbs)
    for kind in post.kinds:
        verbs |= _STEP_VERBS.get(kind, frozenset())
        if kind in _HANDLING:
            verbs.add("case.handle")
    if post.team == "officer":
        verbs |= _OFFICER
    if post.team == "supervisor":
        verbs |= _SUPERVISOR
    return frozenset(verbs)


def may(staff: StaffSet, verb: str, post_id: str, posts: Mapping[str, Post]) -> bool:
    """Whether `staff` may do `verb` while serving `post_id`; the team's hard no is checked after all grants."""
    post = posts.get(post_id)
    if not staff.active or post is None or post_id not in staff.posts:
        return False
    granted = verb in verbs_of(post)
    return granted and not (staff.team == "helper" and verb in NEVER_A_HELPER)


def post_for(staff: StaffSet, shift: tuple[str, ...], verb: str, posts: Mapping[str, Post], wanted: str = "") -> str:
    """The post of the shift used for `verb`: `wanted` when she serves it, else the first with the right, else `""`."""
    if wanted in shift and may(staff, verb, wanted, posts):
        return wanted
    return next((post for post in shift if may(staff, verb, post, posts)), "")
