"""What happens on the sample day: every item twice the usual way, and beside it each way that a case can take.

Another seed gives other people; the stories stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from casework.catalogue.schema import Catalogue
from casework.commands import Intake
from console.demo import sample
from console.demo.story import CHIEF, CLERK, OFFICER, Story, Turn, form_given

WINDOW_12, WINDOW_7 = "0012", "0007"

_GATES = {"no_permit": ("no_permit",), "not_our_power": ("not_our_power",), "stop": ("stop",)}


def intake_of(story: Story, catalogue: Catalogue, seed: int, serial: int, day: date) -> Intake:
    """What the applicant of a story hands in."""
    if story.item in catalogue.bundles:
        return sample.together(catalogue.bundles[story.item], catalogue, seed, serial, day, story.given)
    item = catalogue.items[story.item]
    gate = sample.gate_of(item, *_GATES.get(story.way, ()))
    command = sample.application(item, seed, serial, day, given=story.given, shut=gate)
    match story.way:
        case "lacking":
            command = sample.lacking(command, item)
        case "lacking_two":
            command = sample.lacking(command, item, 2)
        case "deferred":
            command = sample.deferring(command, item)
        case "pledged":
            command = sample.pledging(command, item)
        case "agent":
            command = sample.by_agent(command, item, seed, serial)
    return form_given(story, command)


def refiled(story: Story, catalogue: Catalogue, seed: int, serial: int, day: date, number: str) -> Intake:
    """The same applicant again, with all papers and a reference to the number of before."""
    whole = msgspec.structs.replace(story, way="whole", outcome="")
    return msgspec.structs.replace(intake_of(whole, catalogue, seed, serial, day), refers_to=number)


def stories(catalogue: Catalogue) -> tuple[Story, ...]:
    """All of them, in the order in which their applicants come to a window."""
    usual = [Story(item, window=window) for window in (WINDOW_12, WINDOW_7) for item in catalogue.items]
    aside = [*_WAITING, *_SUSPENDED, *_TURNED_AWAY, *_ENDED, *_AFTER_DECISION, *_COURSE, *_TOGETHER]
    return (*_spread(aside), *usual)


def _spread(stories: list[Story]) -> Iterator[Story]:
    """By turns at both windows, where the story does not say at which."""
    for place, story in enumerate(stories):
        window = story.window or (WINDOW_7 if place % 2 else WINDOW_12)
        yield msgspec.structs.replace(story, window=window)


_WAITING = (
    # before acceptance
    Story("D01", stop="accept", age=1),
    Story("C06", stop="pre_review", age=0),
    Story("B02", stop="accept", age=3),
    Story("D09", stop="accept", age=4),
    Story("A11", "lacking", stop="proposal", outcome="return", age=0),
    Story("C10", "not_our_power", stop="proposal", outcome="refuse", age=2),
    Story("D13", stop="examine", slack=True, age=9),
    Story("D05", slack=True, age=8),
    Story("D01", "lacking_two", stop="awaiting_supplement", age=3),
    Story("C03", "lacking", stop="awaiting_supplement", age=12),
    Story("B06", "lacking", stop="awaiting_supplement", age=2),
    Story("D06", "lacking_two", (Turn("awaiting_supplement", "partly"),), stop="supplement_partly", age=7),
    Story("C01", "lacking_two", (Turn("awaiting_supplement", "partly"),), stop="supplement_partly", age=4),
    # at a step
    Story("A05", stop="examine", age=0),
    Story("B02", stop="examine", age=8),
    Story("C04", stop="examine", age=3),
    Story("D14", stop="examine", age=6),
    Story("C11", stop="examine", age=2, given={"part_construction": "yes", "part_waste": "yes"}),
    Story("C16", stop="examine", age=5, given={"part_planning": "yes", "part_fire": "yes"}),
    Story("B07", stop="publicity", age=4, given={"confidential": "no"}),
    Story("C03", stop="publicity", age=5),
    Story("B06", stop="expert_review", age=9),
    Story("B08", stop="expert_review", age=14, given={"confidential": "no"}),
    Story("D10", stop="hearing", age=6),
    Story("C01", stop="consult", age=4),
    Story("D17", stop="consult", age=11, given={"groundwater": "yes"}),
    Story("C08", stop="site_check", age=2),
    Story("D03", stop="site_check", age=1, given={"track": "ordinary"}),
    Story("D01", stop="site_check", age=5),
    Story("C14", stop="decide", age=6),
    Story("D11", stop="decide", age=2),
    # after the decision
    Story("C05", stop="pay", age=4, given={"can_build_shelter": "no"}),
    Story("C13", stop="pay", age=7, given={"can_replant": "no"}),
    Story("D12", stop="certify", age=3),
    Story("B01", stop="certify", age=1),
    Story("A04", stop="deliver", age=2),
    Story("C17", stop="deliver", age=14),
    Story("C07", "deferred", stop="deliver", age=4),
    Story("D16", stop="close", age=8),
    Story("D04", "pledged", stop="pledge_check", age=6),
    Story("A09", "pledged", stop="pledge_check", age=12),
)

_HEARING = {"kind": "hearing", "days": 15, "reason": "利害关系人申请听证", "held_on": "{later}"}
_EXPERTS = {"kind": "expert_review", "days": 15, "reason": "技术方案复杂，组织专家评审"}
_SUSPENDED = (
    Story(
        "C06",
        turns=(Turn("expert_review", "suspend", _EXPERTS),),
        stop="suspended",
        age=8,
        given={"special_design": "yes"},
    ),
    Story("D10", turns=(Turn("hearing", "suspend", _HEARING),), stop="suspended", age=9),
    Story("D01", turns=(Turn("examine", "suspend", _HEARING),), stop="suspended", age=4),
    Story(
        "B02",
        turns=(Turn("examine", "suspend", {"kind": "evaluation", "days": 20, "reason": "委托评估"}),),
        stop="suspended",
        age=11,
    ),
    Story(
        "C13",
        turns=(Turn("examine", "suspend", {"kind": "appraisal", "days": 10, "reason": "树木价值鉴定"}),),
        stop="suspended",
        age=7,
    ),
    Story(
        "D15",
        turns=(Turn("examine", "suspend", {"kind": "inspection", "days": 10, "reason": "设备检验"}),),
        stop="suspended",
        age=5,
    ),
    Story("B06", turns=(Turn("expert_review", "suspend", _EXPERTS),), age=13),
    Story("D07", stop="forwarded", age=10),
    Story("D07", turns=(Turn("forwarded", "print", paper="referral"),), stop="forwarded", age=3),
)

_ELSEWHERE = {
    "ground": "not_our_power",
    "right_organ": "武汉市交通运输局",
    "reason": "危险货物运输许可由市交通运输局办理",
}
_AGAIN = (Turn("returned", "print", paper="preparation"), Turn("returned", "refile"))
_TURNED_AWAY = (
    Story("B03", "no_permit", by=OFFICER, outcome="refuse"),
    Story("D02", "no_permit", by=OFFICER, outcome="refuse"),
    Story(
        "C10", "not_our_power", (Turn("refused_at_intake", "print", paper="referral"),), by=OFFICER, outcome="refuse"
    ),
    Story(
        "D14",
        "not_our_power",
        (Turn("proposal", "refuse", _ELSEWHERE), Turn("refused_at_intake", "print", paper="referral")),
        outcome="refuse",
    ),
    Story("A01", "lacking", _AGAIN, outcome="return"),
    Story("A07", "lacking", (Turn("returned", "hand-back"), *_AGAIN), by=OFFICER, outcome="return"),
    Story("A08", "lacking", _AGAIN),
)

_GONE = {"ground": "other", "reason": "申请单位已注销"}
_CHANGED = {"reason": "申请人改变投资计划"}
_ENDED = (
    Story("C07", turns=(Turn("examine", "withdraw", _CHANGED),)),
    Story("D03", turns=(Turn("accept", "withdraw", _CHANGED), Turn("withdrawn", "hand-back"))),
    Story("D08", "deferred", (Turn("decide", "terminate", _GONE, OFFICER),), age=14),
    Story("B09", "lacking", (Turn("awaiting_supplement", "terminate", _GONE, OFFICER),), age=14),
    Story("A06", turns=(Turn("examine", "terminate", {"ground": "gate", "reason": "公示期内有人提出异议"}, OFFICER),)),
    Story(
        "C13", turns=(Turn("examine", "transfer", {"organ": "武汉市园林和林业局", "reason": "涉及古树名木"}, OFFICER),)
    ),
    Story(
        "D16",
        turns=(Turn("accept", "transfer", {"organ": "武汉市城市管理执法委员会", "reason": "属市管道路"}, OFFICER),),
    ),
    Story(
        "A12",
        turns=(
            Turn("decide", "refile"),
            Turn("decide", "void", {"reason": "重复收件", "new_number": "{new}"}, OFFICER),
        ),
    ),
    Story("D01", turns=(Turn("accept", "void", {"reason": "窗口误收"}, OFFICER),)),
)

_UNTRUE = {"outcome": "false", "note": "现场与承诺内容不符"}
_RIGHT = {"what": "住所门牌号应为“高新大道88号”", "reason": "制证时录入有误"}
_PARCEL = {"carrier": "EMS", "tracking": "EMS{day:%Y%m%d}001", "address": "武汉市洪山区珞喻路1号"}
_BY_POST = (Turn("deliver", "post", _PARCEL), Turn("deliver", "deliver", {"how": "post"}))
_REFUSED = {"outcome": "refused", "reasons": "经营场所不具备法定条件"}
_AFTER_DECISION = (
    Story("D04", "pledged", (Turn("pledge_check", "pledge-check", _UNTRUE, OFFICER),)),
    Story("D10", "pledged", (Turn("pledge_check", "pledge-check", _UNTRUE, OFFICER),)),
    Story("A05", turns=(Turn("closed", "revoke", {"reason": "提交虚假材料取得登记"}, CHIEF),)),
    Story("A01", turns=(Turn("close", "correct", _RIGHT, CHIEF),)),
    Story("C04", turns=(Turn("closed", "correct", _RIGHT, CHIEF),)),
    Story("A01", "pledged"),
    Story("C07", "pledged"),
    Story("D12", turns=_BY_POST),
    Story("A10", turns=_BY_POST),
    Story("B05", turns=(_BY_POST[0],), stop="deliver", age=2),
    Story("A01", "agent", (Turn("deliver", "deliver", {"how": "agent"}),)),
    Story("D02", "agent", (Turn("deliver", "deliver", {"how": "agent"}),)),
    Story("D06", turns=(Turn("decide", "decide", _REFUSED), Turn("deliver", "print", paper="decision"))),
    Story(
        "D09",
        turns=(
            Turn(
                "site_check",
                "site-check",
                {"step": "{step}", "officers": (OFFICER, CHIEF), "outcome": "fail", "note": "营业场所面积不足"},
            ),
            Turn("decide", "decide", _REFUSED),
            Turn("deliver", "print", paper="decision"),
        ),
    ),
    Story("C08", turns=(Turn("pay", "print", paper="payment"),)),
    Story("C05", turns=(Turn("pay", "print", paper="payment"),), given={"can_build_shelter": "no"}),
    Story("C07", "deferred", (Turn("deliver", "supplement-received"),)),
)

_PUT_RIGHT = {
    "step": "{step}",
    "officers": (OFFICER, CHIEF),
    "outcome": "rectify",
    "note": "消防通道堆放杂物，限期整改",
}
_COURSE = (
    Story(
        "C11",
        turns=(Turn("decide", "extend", {"reason": "涉及多部门会商", "days": 10}, CHIEF),),
        stop="decide",
        given={"part_road": "yes", "part_construction": "yes"},
        age=9,
    ),
    Story("D01", turns=(Turn("examine", "extend", {"reason": "需要补充核查"}, CHIEF),)),
    Story(
        "B02",
        turns=(
            Turn("examine", "extend", {"reason": "情况复杂", "days": 20}, CHIEF),
            Turn("expert_review", "not-needed", {"step": "{step}", "reason": "方案简单，无需评审"}),
        ),
    ),
    Story("C02", turns=(Turn("decide", "send-back", {"to": "examine", "reason": "审查意见缺签名"}),)),
    Story("D09", turns=(Turn("examine", "send-back", {"to": "accept", "reason": "受理要素有误"}),)),
    Story("C03", turns=(Turn("examine", "reassign", {"post": "construction", "reason": "规划岗人员外出"}),)),
    Story(
        "C16",
        turns=(Turn("decide", "consult", {"post": "fire", "question": "消防整改是否到位？"}),),
        given={"part_fire": "yes"},
    ),
    Story(
        "B10",
        turns=(Turn("examine", "consult", {"post": "chief", "question": "区域评估是否仍有效？"}),),
        stop="consult",
        age=2,
    ),
    Story("A02", turns=(Turn("examine", "recuse", {"reason": "与申请人有亲属关系"}, OFFICER),)),
    Story("D03", turns=(Turn("site_check", "site-check", _PUT_RIGHT),), given={"track": "ordinary"}),
    Story("C08", turns=(Turn("site_check", "site-check", _PUT_RIGHT),), stop="site_check", age=3),
    Story("D01", turns=(Turn("accept", "mend", {"mends": {"premises": "示范街88号一层"}}, CLERK),)),
    Story("C07", turns=(Turn("examine", "nudge", {"text": "申请人来电催办"}),)),
    Story(
        "C01",
        turns=(
            Turn("examine", "hand-over", {"to": "planning", "papers": "纸质材料一套"}, CLERK),
            Turn("examine", "print", paper="guide"),
        ),
    ),
    Story("D06", "lacking", (Turn("awaiting_supplement", "again"),)),
    Story("C12", turns=(Turn("examine", "print", paper="receipt"),)),
    Story("A03", turns=(Turn("decide", "print", paper="ticket"),), window=WINDOW_7),
    Story("B01", turns=(Turn("decide", "print", paper="ticket"),), window=WINDOW_7),
    Story("D04", "pledged", (Turn("examine", "print", paper="pledge"),)),
)

_TOGETHER = (
    Story("Y01", given={"entity_form": "sole_trader", "signboard": "no"}),
    Story("Y01", given={"entity_form": "company", "signboard": "yes"}, age=6),
    Story("S03", given={"combined_permit": "yes"}, stop="decide", age=4),
    Story("S03", given={"combined_permit": "no", "road_works": "yes"}),
)
