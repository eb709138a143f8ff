"""What the people of the simulated world type for an act: plausible, mostly right, by the dice."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from casework.case import Case, open_steps, route_of
from casework.scans import to_come
from tests.sim.loop import true_time
from tests.sim.server import CATALOGUE


def words(stream: random.Random, action: str, case: Case) -> dict[str, Any]:
    """What somebody types for `action` on `case`, as far as it wants words."""
    done = [step.id for step in route_of(case) if step.id in case.steps and step.kind != "receive"]
    posts = [post.id for post in CATALOGUE.posts.values() if case.received.module in post.modules]
    material = next(iter(sorted(case.materials)), "")
    stop = next((each.kind for each in case.received.stops), "hearing")
    examined = any(step.kind == "examine" for step in open_steps(case))
    held = true_time().date() + timedelta(days=9)
    return _words(stream, action, case, done, posts, material, stop, examined, held)


def _words(
    stream: random.Random, action: str, case: Case, done: list[str], posts: list[str], material: str, stop: str,
    examined: bool, held: date,
) -> dict[str, Any]:  # fmt: skip
    seen = {"seen": "已阅原件"} if to_come(case) and stream.random() < 0.5 else {}
    data: dict[str, dict[str, Any]] = {
        "refuse": {"reason": "不需要许可"},
        "return": {"reason": "材料不全", "lines": [{"material": material, "defect": "缺", "cure": "补"}]},
        "supplement": {"lines": [{"material": material, "defect": "缺页", "cure": "补齐"}]},
        "check": {"results": _checks(stream, case)},
        "mend": {"mends": _mends(case, material)},
        "examine": {"fee": "0", **seen} if case.received.fee_assessed and examined else seen,
        "site-check": {"officers": ["2001", "2002"], "outcome": stream.choice(("pass", "pass", "rectify")),
            "note": "整改"},
        "consult": {"post": stream.choice(posts or ["?"]), "question": "有无异议"},
        "not-needed": {"reason": "不涉及"},
        "send-back": {"to": stream.choice(done or ["?"]), "reason": "再看一次"},
        "reassign": {"post": stream.choice(posts or ["?"]), "reason": "转岗"},
        "recuse": {"reason": "近亲属"},
        "nudge": {"text": "请尽快"},
        "suspend": {"kind": stop, "days": 5, "reason": "专家评审", "held_on": held.isoformat()},
        "extend": {"days": 1, "reason": "情况复杂"},
        "pay": {"receipt": "4201000001"},
        "decide": {
            "outcome": stream.choice(("granted", "granted", "refused")), "reasons": "依据充分", **seen,
        },
        "correct": {"what": "地址", "reason": "笔误"},
        "revoke": {"reason": "承诺不实"},
        "post": {"carrier": "EMS", "tracking": "EA123456789CN"},
        "pledge-check": {"outcome": stream.choice(("kept", "kept", "false")), "note": "核查"},
        "terminate": {"ground": "other", "reason": "终止"},
        "transfer": {"organ": "其他机关", "reason": "移送"},
        "withdraw": {"reason": "不办了"},
        "void": {"reason": "收错"},
    }  # fmt: skip
    return data.get(action, {})


def _mends(case: Case, material: str) -> dict[str, str]:
    """A field that two windows may mend to different values, where the form has one that takes any; else a paper."""
    said = f"第{true_time().second}户"
    field = next((name for name in ("contact", "project_name", "business_scope") if name in case.received.form), "")
    return {field: said} if field else {material: "日期"}


def _checks(stream: random.Random, case: Case) -> list[dict[str, str]]:
    """What sources say of all that waits for them."""
    waiting = [code for code, have in sorted(case.materials.items()) if have in {"pending_check", "not_found"}]
    return [{"material": code, "outcome": stream.choice(("match", "match", "match", "no_match"))} for code in waiting]
