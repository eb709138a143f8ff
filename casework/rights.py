"""Rights are verbs at a post (security.md); one hard *no* stands above all grants.

Nobody of team `helper` decides, refuses or returns, whatever posts the roster gives (R15).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from casework.bodies import Delegation, StaffSet
from casework.catalogue.schema import Post

_STEP_VERBS = {
    "receive": frozenset(
        {"case.receive", "case.check", "case.prefile", "case.supplement", "case.print", "case.resolve"}
    ),
    "pre_review": frozenset({"case.handle", "case.prefile", "case.supplement", "case.print"}),
    "accept": frozenset({"case.accept", "case.supplement", "case.print"}),
    "pay": frozenset({"case.pay", "case.print"}),
    "certify": frozenset({"case.certify", "case.print"}),
    "deliver": frozenset({"case.deliver", "case.print"}),
    "decide": frozenset({"case.decide"}),
}
_OFFICER = frozenset({"case.handle", "case.check", "case.print", "case.receive", "case.resolve", "case.supplement"})
_FOR_THE_ORGAN = frozenset({"case.refuse", "case.return", "case.terminate", "case.void"})
"""What only an officers' post can do that accepts or decides: the fire post turns nobody away for the organ."""
_SUPERVISOR = frozenset(
    {"case.confirm", "case.oversee", "case.print", "case.release", "case.resolve", "case.unmask", "case.void"}
)
_HANDLING = frozenset({"examine", "site_check", "expert_review", "hearing", "consult", "publicity"})

NEVER_A_HELPER = frozenset(
    {"case.decide", "case.extend", "case.refuse", "case.return", "case.sign", "case.terminate", "case.void"}
)
"""What no grant can give to team `helper`."""
_POSTS = 512
"""Kinds of posts whose rights are remembered: a hall has some twenty."""


def verbs_of(post: Post) -> frozenset[str]:
    """The rights that serving `post` brings, before the team's hard no."""
    return _verbs_of(post.team, post.kinds, post.verbs)


@functools.lru_cache(maxsize=_POSTS)
def _verbs_of(team: str, kinds: tuple[str, ...], more: tuple[str, ...]) -> frozenset[str]:
    verbs = {f"case.{verb}" for verb in more}
    for kind in kinds:
        verbs |= _STEP_VERBS.get(kind, frozenset())
        if kind in _HANDLING:
            verbs.add("case.handle")
    if team == "officer":
        verbs |= _OFFICER
        if {"accept", "decide"} & set(kinds):
            verbs |= _FOR_THE_ORGAN
    if team == "supervisor":
        verbs |= _SUPERVISOR
    return frozenset(verbs)


def may(staff: StaffSet, verb: str, post_id: str, posts: Mapping[str, Post], module: str = "") -> bool:
    """Whether `staff` may do `verb` while serving `post_id`; the team's hard no is checked after all grants.

    With `module`, only where the post serves that module: business registrars turn down no construction permit.
    """
    post = posts.get(post_id)
    if not staff.active or post is None or post_id not in staff.posts:
        return False
    if module and module not in post.modules:
        return False
    granted = verb in verbs_of(post)
    return granted and not (staff.team == "helper" and (verb in NEVER_A_HELPER or post.team != "helper"))


def delegated(staff: StaffSet, verb: str, day: str) -> Delegation | None:
    """The delegation by which `staff` may do `verb` on that day (YYYY-MM-DD); the team's no stands above it."""
    if not staff.active or staff.team != "officer":
        return None
    return next((each for each in staff.delegations if each.verb == verb and each.since <= day <= each.until), None)


def post_for(
    staff: StaffSet, shift: tuple[str, ...], verb: str, posts: Mapping[str, Post], wanted: str = "", module: str = ""
) -> str:
    """The post of the shift used for `verb`: `wanted` when she serves it, else the first with the right, else `""`."""
    if wanted in shift and may(staff, verb, wanted, posts, module):
        return wanted
    return next((post for post in shift if may(staff, verb, post, posts, module)), "")


def stands_in(here: str, home: str, kind: str, module: str, posts: Mapping[str, Post]) -> bool:
    """Whether a step of `kind` that waits at `home` can be done at `here`.

    Similar posts of the helpers' team stand in for each other: window, guide desk and delivery window.
    """
    if here == home:
        return True
    one, other = posts.get(here), posts.get(home)
    if one is None or other is None or not one.team == other.team == "helper":
        return False
    return kind in one.kinds and module in one.modules
