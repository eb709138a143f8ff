"""Every kind of paper from the real state of a case: what its facts say stands on it, and nothing that they don't."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from casework import bodies
from casework.case import Case
from casework.catalogue.schema import Fee, Text
from casework.errors import BadPaper
from casework.papers import KINDS, build
from casework.papers.of_case import PRINTED_WITH, guide_facts
from casework.papers.of_prefile import preparation_facts
from casework.prefile import fold_prefile
from casework.short_codes import printed_code, short_code
from tests.builders import PERSON, Hand
from tests.people import CATALOGUE, Office
from tests.unit.paper_samples import REMEDIES, zh
from tests.unit.paper_stories import AGENT, HALL, LINE, NOW, STOPS, Story, flat, item, rows, stands

# What can be printed when


def kinds_of(case: Case) -> set[str]:
    """Which papers the case can have now."""
    return {kind for kind, printable in PRINTED_WITH.items() if printable(case)}


def test_every_kind_of_the_contract_has_its_moment() -> None:
    assert set(PRINTED_WITH) == set(KINDS)
    always = {"receipt", "handover", "guide"}
    told = Story()
    assert kinds_of(told.case) == always | {"ticket"}
    told.then("supplement.told", bodies.SupplementTold((LINE,)))
    assert kinds_of(told.case) == always | {"supplement"}
    done = Story().decided().then("certified", bodies.Certified("certify"))
    assert kinds_of(done.case) == always | {"acceptance", "decision"}
    assert kinds_of(Story().then("returned", bodies.Returned((LINE,))).case) == always | {"return", "preparation"}
    for type_, body in (("withdrawn", bodies.Withdrawn("不办了")), ("terminated", bodies.Terminated("gate", ""))):
        assert kinds_of(Story().then(type_, body).case) == always | {"return"}


# The receipt


def test_a_receipt_says_in_which_state_each_paper_came() -> None:
    states = {
        "D01-01": "original", "D01-02": "checked", "D01-03": "missing", "D01-04": "defer", "D01-05": "not_found",
    }  # fmt: skip
    made = Story(materials=states).paper("receipt")
    assert [(row[2], row[3]) for row in rows(made)] == [
        ("1", "原件"),
        ("—", "联网核验"),
        ("—", "未交"),
        ("—", "容缺后补"),
        ("—", "联网未查到"),
    ]
    overridden = Story(materials={"D01-02": "overridden", "D01-05": "pending_check"}).paper("receipt")
    assert [row[3] for row in rows(overridden)] == ["经核准免核验", "待联网核验"]


def test_a_receipt_says_what_was_mended_and_what_another_case_holds() -> None:
    other = Hand("0013").number()
    story = Story(materials={"D01-01": "original", "D01-03": "original"}, reused={"D01-03": other})
    story.then("mended_on_the_spot", bodies.MendedOnTheSpot({"D01-01": "补签字", "premises": "门牌号写错"}))
    made = story.paper("receipt")
    assert rows(made)[0][4] == "当场更正"
    assert (rows(made)[1][2], rows(made)[1][4]) == ("—", "沿用 办件编号 420118 261123 0013 0001 " + other[-2:])
    stands(made, "当场更正：经营场所。")


def test_a_receipt_of_a_case_on_the_spot_waits_for_the_decision_and_a_lost_line_is_told() -> None:
    story = Story(on_spot=True)
    stands(story.paper("receipt"), "待核定")
    story.decided()
    assert "待核定" not in flat(story.paper("receipt"))
    stands(Story(spot_lost=True).paper("receipt"), "即办转承诺件", "收件时网络中断")


def test_a_receipt_names_the_bundle_and_that_no_law_sets_a_limit() -> None:
    made = Story(bundle="Y01", statutory=None, joint=True).paper("receipt", bundle="开办餐饮店“一件事”")
    stands(made, "开办餐饮店“一件事”", "法定时限法律、法规未规定", "联办件")


# The notice


def test_a_notice_says_all_that_could_ever_be_asked_for_and_until_when() -> None:
    also = (
        bodies.SupplementLine("D01-05", "“有直接接触食品的人员”为“是”时，没有“从业人员健康证明”", "请提交健康证明。"),
    )
    made = (
        Story(supplement_days=10).then("supplement.told", bodies.SupplementTold((LINE,), also), 1).paper("supplement")
    )
    stands(
        made,
        "以下材料或者事项在所列情形下还需补充",
        "没有“从业人员健康证明”：请提交健康证明",
        "除本告知书上列需要补正的内容和在所列情形下还需补充的内容外，不再要求",
        "请于2026年12月8日前（含当日）补正",  # ten working days after the notice
        "补正所用时间不计入办理时限",
    )
    assert rows(made)[0][3] == "标明尺寸、功能间和人流物流方向"


# The acceptance


def test_an_acceptance_by_the_halls_timer_counts_from_the_day_of_receipt() -> None:
    """R4."""
    story = (
        Story()
        .then("deemed_accepted", bodies.DeemedAccepted("2026-11-30"), 8)
        .then("timer.settled", bodies.TimerSettled("2026-11-30", "day"), 9)
    )
    made = story.paper("acceptance")
    stands(made, "视为受理", "即2026年11月23日", "第三十二条第一款第四项", "武汉东湖新技术开发区市场监督管理局")
    assert dict(made.fields)["受理时间"].startswith("2026年11月23日")


def test_an_acceptance_lists_what_follows_what_is_pledged_and_what_is_not_counted() -> None:
    states = {"D01-01": "original", "D01-04": "defer"}
    made = Story(materials=states, stops=STOPS, joint=True, defer_days=5).accepted(how="deferred").paper("acceptance")
    stands(
        made,
        "主要申请材料齐全",
        "食品安全规章制度（原件），2026年11月30日前补交",
        "补齐前不发放办理结果，逾期未补交的，终止办理",
        "听证（最多20个工作日）、专家评审、现场核查后的整改（只停承诺时限）",
        "联合办理",
    )
    pledged = Story(item="C07", materials={"C07-06": "pledge"}, pledge_check_days=30).accepted(how="pledged")
    stands(pledged.paper("acceptance"), "部分材料以书面承诺代替", "自送达结果之日起30个工作日内核查")


# Turned away, sent home, ended


def test_a_refusal_at_intake_says_its_ground_and_sends_to_the_right_organ() -> None:
    refused = bodies.RefusedAtIntake("not_our_power", "经营场所在江夏区。", REMEDIES[0], "江夏区行政审批局")
    story = Story().then("refused_at_intake", refused)
    stands(story.paper("refusal", refusal=refused), "第二项", "江夏区行政审批局", "六十日内")
    stands(story.paper("referral", refusal=refused), "依法由江夏区行政审批局办理", "请持本单前往")
    needless = bodies.RefusedAtIntake("no_permit_needed", "不需要许可。", REMEDIES[0])
    stands(Story().then("refused_at_intake", needless).paper("refusal", refusal=needless), "不需要取得行政许可")
    with pytest.raises(BadPaper):
        Story().then("refused_at_intake", needless).paper("referral", refusal=needless)


def test_a_returned_registration_has_its_notice_and_its_list_for_the_next_time() -> None:
    line = bodies.SupplementLine("A01-02", "章程没有签字", "请全体股东签字")
    story = Story(item="A01", registration=True, materials={"A01-01": "original", "A01-02": "copy"})
    story.then("returned", bodies.Returned((line,))).then(
        "material.returned", bodies.MaterialReturned(("A01-01", "A01-02"), "张建国")
    )
    stands(story.paper("return"), "退件通知书", "章程没有签字", "已退还材料：公司登记（备案）申请书、公司章程")
    again = story.paper("preparation")
    stands(again, "已退件", "问题：章程没有签字；办法：请全体股东签字", "核对无误", "联网核验，不需提交")
    assert again.code128 == story.case.number


@pytest.mark.parametrize(
    ("type_", "body", "wanted"),
    [
        ("withdrawn", bodies.Withdrawn("店铺不开了"), ("撤回申请确认书", "店铺不开了", "应申请人要求")),
        (
            "terminated",
            bodies.Terminated("deferred_overdue", "至今未交。"),
            ("终止办理通知书", "容缺材料逾期未补交", "至今未交"),
        ),
        ("terminated", bodies.Terminated("nobody_came", ""), ("终止办理通知书", "未补正材料")),
    ],
)
def test_what_ends_early_has_its_own_title_and_says_why_and_what_went_back(
    type_: str, body: Any, wanted: tuple[str, ...]
) -> None:
    story = Story().then("material.returned", bodies.MaterialReturned(("D01-01",), "张建国")).then(type_, body, 2)
    ended = body if type_ == "terminated" else None
    made = story.paper("return", ended=ended)
    stands(made, *wanted, "2026年11月25日", "食品经营许可申请书", "退回材料签收人")


# Clocks


def test_a_hearing_has_its_days_and_costs_nothing() -> None:
    """R12, R22."""
    hearing = bodies.Suspended("decide", "hearing", 20, "利害关系人申请听证", "", "2026-11-24", "2026-12-08")
    made = Story(stops=STOPS).accepted().then("suspended", hearing, 1).paper("suspension")
    stands(
        made,
        "依法需要进行听证",
        "20个工作日",
        "起始日期2026年11月24日",
        "预计办结日期2026年12月22日",
        "听证申请日期2026年11月24日",
        "听证举行日期2026年12月8日",
        "《娱乐场所管理条例》第十条",
        "利害关系人申请听证",
        "七日前",
        "不承担组织听证的费用",
    )


def test_a_notice_is_about_what_lasts_and_never_about_putting_right() -> None:
    story = Story(stops=STOPS).accepted()
    story.then("suspended", bodies.Suspended("decide", "expert_review", 10, "复杂"))
    story.then("resumed", bodies.Resumed("decide"), 3)
    stands(story.paper("suspension"), "专家评审", "实际结束日期2026年11月26日")
    story.then("inspected", bodies.Inspected("site_check", ("2001", "2002"), "rectify", "缺挡鼠板"))
    stands(story.paper("suspension"), "专家评审")
    assert "听证" not in flat(story.paper("suspension"))


def test_an_extension_moves_the_laws_clock_and_names_who_approved() -> None:
    extended = bodies.Extended(10, "情况复杂。", "武新审委〔2026〕3号")
    made = Story().accepted().then("extended", extended, 1).paper("extension", approver="刘志强")
    stands(made, "延长10个工作日", "刘志强", "武新审委〔2026〕3号", "情况复杂", "只延长一次")
    plain = dict(Story().accepted().paper("acceptance").fields)["法定时限"]
    assert dict(made.fields)["延长后办结日期"] not in plain
    assert "2027年1月" in dict(made.fields)["延长后办结日期"]


# The outcome


def test_a_grant_names_organ_conditions_and_how_long_it_holds() -> None:
    of = item(result_years=5)
    story = Story(forward_to="湖北省药品监督管理局")
    story.decided(conditions="每半年自查一次。", organ="湖北省药品监督管理局")
    made = story.paper("decision", of)
    stands(
        made, "准予行政许可决定书", "食品经营许可证", "有效期：5年", "每半年自查一次", "决定机关湖北省药品监督管理局"
    )
    assert made.seal_box is not None
    assert made.seal_box.organ == "湖北省药品监督管理局"
    story.then("certified", bodies.Certified("certify", "JY24201180000001", "2031-11-24"))
    stands(story.paper("decision", of), "有效期：至2031年11月24日")


def test_a_refused_case_needs_reasons_and_remedies() -> None:
    told = {"reasons": "加工区与卫生间相通。", "remedies": REMEDIES[0]}
    stands(Story().decided("refused", **told).paper("decision"), "不予行政许可决定书", "加工区", "六个月内")
    for lacking in told:
        with pytest.raises(BadPaper):
            Story().decided("refused", **{**told, lacking: " "}).paper("decision")


def test_a_correction_says_what_was_wrong_and_what_is_right() -> None:
    made = (
        Story().decided().then("corrected", bodies.Corrected("地址应为332号", "地址误写为323号"), 1).paper("decision")
    )
    stands(made, "更正决定书", "地址误写为323号", "更正为地址应为332号", "原决定的其他内容不变", "2026年11月25日")


def test_a_revocation_needs_reasons_and_remedies() -> None:
    story = Story().decided()
    made = story.then("revoked", bodies.Revoked("承诺不实。", REMEDIES[0])).paper("decision")
    stands(made, "撤销决定书", "承诺不实", "第六十九条", "行政复议", "交回")
    for body in (bodies.Revoked("", REMEDIES[0]), bodies.Revoked("承诺不实。", "")):
        with pytest.raises(BadPaper):
            Story().decided().then("revoked", body).paper("decision")


def test_a_fee_is_printed_from_when_it_is_due_and_with_its_receipt_once_it_is_paid() -> None:
    """R11."""
    basis = Text("鄂价费〔2016〕46号", "E 2016 no. 46")
    of = item(fee=Fee(Text("占道挖掘修复费", "Repair"), basis, rate=Text("每平方米240元", "240 yuan a square metre")))
    story = Story(fee=1240050)
    assert not PRINTED_WITH["payment"](story.case)
    story.decided()
    stands(
        story.paper("payment", of), "占道挖掘修复费", "12400.50元", "每平方米240元", "鄂价费〔2016〕46号", "尚未缴纳"
    )
    story.then("paid", bodies.Paid("pay", "4200123456", 1240050))
    stands(story.paper("payment", of), "缴款书号4200123456", "已经缴纳")
    with pytest.raises(BadPaper):
        story.paper("payment", item(fee=None))
    assert not PRINTED_WITH["payment"](Story().decided().case)


def test_a_proof_of_delivery_lists_what_was_handed_out() -> None:
    story = Story().decided()
    story.then("printed", bodies.Printed("decision", 1, ""))
    story.then("certified", bodies.Certified("certify", "JY24201180000001", "2031-11-24"))
    agent = bodies.Delivered("deliver", "李丽华", "agent", "420106200001010023")
    made = story.then("delivered", agent).paper("delivery")
    assert [row[1:4] for row in rows(made)] == [
        ("准予行政许可决定书", "—", "—"),
        ("食品经营许可证", "JY24201180000001", "至2031年11月24日"),
    ]
    stands(made, "代办人代领", "李丽华", "420106200001010023")


def test_a_parcel_has_its_proof_before_and_after_it_arrived() -> None:
    story = Story().decided().then("certified", bodies.Certified("certify", "JY1"))
    story.then("posted", bodies.Posted("deliver", "中国邮政", "EMS1001", "关山大道332号"))
    stands(story.paper("delivery"), "邮寄送达", "中国邮政", "EMS1001", "关山大道332号")
    assert "送达时间" not in dict(story.paper("delivery").fields)
    story.then("delivered", bodies.Delivered("deliver", "张建国", "post"), 2)
    assert dict(story.paper("delivery").fields)["送达时间"].startswith("2026年11月27日")


# Beside the case


@pytest.mark.parametrize("empowered", [True, False])
def test_a_pledge_says_what_is_promised_when_it_is_checked_and_who_signs(empowered: bool) -> None:
    """R30."""
    first, *others = item("C07").materials
    of = item("C07", materials=(msgspec.structs.replace(first, authority=empowered), *others))
    states = {"C07-01": "original", "C07-06": "pledge"}
    story = Story(item="C07", materials=states, agent=AGENT, pledge_check_days=30)
    made = story.paper("pledge", of)
    assert rows(made)[0][1] == of.material("C07-06").name.zh  # type: ignore[union-attr]
    stands(made, "自送达结果之日起30个工作日内，对承诺内容进行核查", "依法撤销", "信用记录")
    stands(made, "由代办人李丽华代为承诺" if empowered else "由申请人本人签署")


def test_a_ticket_calls_the_item_and_the_cases_own_count() -> None:
    made = Story(on_spot=True).accepted().paper("ticket", waiting=3)
    assert made.printed_number == "D0001"
    stands(made, "3人", "勘验组")
    assert not PRINTED_WITH["ticket"](Story(on_spot=True).decided().case)
    assert not PRINTED_WITH["ticket"](Story().accepted().case)


def test_a_case_that_went_to_another_organ_says_where() -> None:
    moved = Story().accepted().then("transferred", bodies.Transferred("武汉市市场监督管理局", "属市级权限。"))
    stands(moved.paper("referral"), "移送机关武汉市市场监督管理局", "属市级权限", "移送该机关")
    up = Story().accepted().then("forwarded", bodies.Forwarded("湖北省药品监督管理局", "初审合格。"))
    stands(up.paper("referral"), "上报机关湖北省药品监督管理局", "初审合格", "期间进度仍凭办件编号")


def test_a_preparation_list_says_what_the_last_look_found_and_is_found_by_its_code() -> None:
    hand = Hand()
    case = hand.new_id()
    code = short_code(case)
    form = bodies.Form("D01", PERSON, situations={"direct_contact": "yes"})
    looked = (
        bodies.ReviewLine("D01-01"),
        bodies.ReviewLine("D01-03", right=False, defect="没有标尺寸。", cure="请标明尺寸。"),
    )
    facts = [
        hand.fact("prefile.opened", bodies.PrefileOpened(code, "single", form), case),
        hand.fact("prefile.checked", bodies.PrefileChecked(form, looked, "周五前来窗口"), case),
    ]
    prefile = fold_prefile(facts)
    assert prefile is not None
    made = build("preparation", preparation_facts(prefile, item(), HALL, NOW, zh), zh)
    assert (made.printed_number, made.qr, made.code128) == (printed_code(code), code, None)
    stands(made, "问题：没有标尺寸；办法：请标明尺寸", "卫生健康证照库联网核验", "可容缺", "周五前来窗口")
    assert rows(made)[0][4].startswith("核对无误")


# The guide


def test_a_guide_says_all_that_the_law_wants_shown() -> None:
    """R8."""
    fee = Fee(Text("证照工本费", "Fee"), Text("某办法第一条", "Art. 1"), 1000)
    made = build("guide", guide_facts(item(result_years=5, fee=fee), HALL, NOW, zh, CATALOGUE.posts), zh)
    of_a_case = Story(joint=True).accepted().paper("guide", item(result_years=5, fee=fee))
    assert msgspec.structs.replace(of_a_case, fields=made.fields) == made
    assert dict(made.fields).items() <= dict(of_a_case.fields).items()
    stands(
        made,
        "《食品安全法》第三十五条",
        "企业、法人和其他组织",
        "10个工作日（自受理之日起）；经批准可延长5个工作日",
        "选“是”的，增加第5项材料",
        "市场监管登记库联网核验，不需提交",
        "可容缺，受理后5个工作日内补交",
        "示范：标明尺寸",
        "现场核查（勘验组、2人）",
        "证照工本费：10.00元（依据：某办法第一条）",
        "结果有效期5年",
        "监督投诉12345",
        "可凭办件编号",
        "现场核查后的整改（只停承诺时限）",
    )


def test_a_catalogue_that_is_not_here_stops_no_receipt() -> None:
    story = Story(item="Z99", materials={"Z99-01": "original"})
    stands(story.paper("receipt"), "Z99-01", "Z99")


def test_a_number_that_is_void_is_handed_to_nobody_anew() -> None:
    office = Office()
    case = office.does(office.does(office.case("B01"), "2001", "accept"), "2001", "void", {"reason": "重复收件"})
    assert {kind for kind in ("receipt", "acceptance", "supplement") if PRINTED_WITH[kind](case)} == set()
