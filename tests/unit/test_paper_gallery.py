"""Every kind of paper, from cases with everything on them, on both printers and in both languages."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest

from casework import bodies
from casework.case import encode_case
from casework.catalogue.schema import Fee, Text
from casework.papers import KINDS, Paper, build, to_text
from casework.papers.of_case import guide_facts
from console.printing.escpos import escpos
from console.printing.pdf import Press
from tests.people import CATALOGUE
from tests.unit.paper_samples import REMEDIES, en, zh
from tests.unit.paper_stories import AGENT, HALL, LINE, NOW, STOPS, Story, item, stands


@pytest.fixture(scope="module")
def press() -> Press:
    """One press for all tests."""
    return Press()


@pytest.mark.parametrize("code", sorted(CATALOGUE.items))
def test_no_guide_is_longer_than_two_pages(press: Press, code: str) -> None:
    made = build("guide", guide_facts(item(code), HALL, NOW, zh, CATALOGUE.posts), zh)
    drawn = press.pdf(made)
    document = pypdfium2.PdfDocument(drawn.data)
    count = len(document)
    document.close()
    assert (count <= 2, drawn.missing) == (True, ())
    assert "papers." not in to_text(made)


def called_back() -> Story:
    """A case whose acceptance was refused after its paper was out, and given up with a recall."""
    story = Story()
    story.then("printed", bodies.Printed("acceptance", 1, "", "", "f1"))
    out = story.case.papers[0]
    recall = bodies.PaperOut("acceptance", 1, out.at, "李丽华")
    return story.then("resolve.withdraw", bodies.ResolveWithdraw(("f1",), "重复", (recall,)))


def test_s15_a_new_paper_names_the_old_one_that_it_replaces() -> None:
    recalls = called_back().case.open_recalls
    stands(called_back().paper("recall", replaces=recalls, issue=2), "收回通知书", "受理通知书", "李丽华", "交回")
    new = called_back().accepted().paper("acceptance", replaces=recalls, issue=2)
    stands(new, "本件为第2份，替代", "受理通知书（第1份）", "旧件作废")


def gallery() -> dict[str, Paper]:
    """One paper of each kind and way, from cases with everything on them."""
    told = bodies.SupplementTold(
        (LINE,), (bodies.SupplementLine("", "现场核查不合格时", "请按整改通知整改后申请复查"),)
    )
    everything = {
        "D01-01": "original", "D01-02": "checked", "D01-03": "original", "D01-04": "defer", "D01-05": "pending_check",
    }  # fmt: skip
    shared: dict[str, Any] = {"materials": everything, "agent": AGENT, "stops": STOPS}
    refused = bodies.RefusedAtIntake("not_our_power", "经营场所在江夏区。", REMEDIES[0], "江夏区行政审批局")
    handed = bodies.HandedOver("single", "申请书等5份")
    ended = bodies.Terminated("deferred_overdue", "食品安全规章制度至今未交。")
    hearing = bodies.Suspended("decide", "hearing", 20, "利害关系人申请听证", "", "2026-11-24", "2026-12-08")
    extended = bodies.Extended(10, "情况复杂。", "武新审委〔2026〕3号")
    basis = Text("鄂价费〔2016〕46号", "E 2016 no. 46")
    paid = item(fee=Fee(Text("占道挖掘修复费", "Repair"), basis, rate=Text("每平方米240元", "240 yuan")))
    pledged = {"C07-01": "original", "C07-06": "pledge"}
    back = Story(**shared).then("material.returned", bodies.MaterialReturned(("D01-01", "D01-03"), "张建国"))
    certified = Story(**shared).decided().then("printed", bodies.Printed("decision", 1, ""))
    certified.then("certified", bodies.Certified("certify", "JY24201180000001", "2031-11-24"))
    certified.then("posted", bodies.Posted("deliver", "中国邮政", "EMS1001", "武汉市洪山区关山大道332号"))
    returned = Story(item="A01", registration=True, materials={"A01-01": "original", "A01-02": "copy"})
    returned.then("returned", bodies.Returned((bodies.SupplementLine("A01-02", "章程没有签字", "请全体股东签字"),)))
    return {
        "receipt": Story(**shared, spot_lost=True).paper("receipt"),
        "supplement": Story(**shared).then("supplement.told", told).paper("supplement"),
        "acceptance": Story(**shared).accepted(how="deferred", authority="武新审授〔2026〕3号").paper("acceptance"),
        "acceptance-deemed": Story(**shared).then("deemed_accepted", bodies.DeemedAccepted("2026-11-30"))
        .then("timer.settled", bodies.TimerSettled("2026-11-30", "day"))
        .paper("acceptance"),
        "refusal": Story(**shared).then("refused_at_intake", refused).paper("refusal", refusal=refused),
        "return": returned.paper("return"),
        "return-terminated": back.then("terminated", ended).paper("return", ended=ended),
        "return-withdrawn": Story(**shared).then("withdrawn", bodies.Withdrawn("店铺不开了")).paper("return"),
        "handover": Story(**shared).paper("handover", handed=handed),
        "suspension": Story(**shared).accepted().then("suspended", hearing, 1).paper("suspension"),
        "extension": Story(**shared).accepted().then("extended", extended).paper("extension", approver="刘志强"),
        "decision": Story(**shared).decided(conditions="每半年自查一次。").paper("decision", item(result_years=5)),
        "decision-refused": Story(**shared).decided("refused", reasons="加工区与卫生间相通。", remedies=REMEDIES[0])
        .paper("decision"),
        "decision-corrected": Story(**shared).decided()
        .then("corrected", bodies.Corrected("地址应为332号", "地址误写为323号")).paper("decision"),
        "decision-revoked": Story(**shared).decided().then("revoked", bodies.Revoked("承诺不实。", REMEDIES[0]))
        .paper("decision"),
        "payment": Story(**shared, fee=1240050).decided().paper("payment", paid),
        "delivery": certified.paper("delivery"),
        "pledge": Story(item="C07", materials=pledged, agent=AGENT, pledge_check_days=30).paper("pledge"),
        "guide": Story(item="C07", materials=pledged).paper("guide"),
        "ticket": Story(on_spot=True).accepted().paper("ticket", waiting=3),
        "preparation": returned.paper("preparation"),
        "referral": Story(**shared).accepted().then("forwarded", bodies.Forwarded("湖北省药品监督管理局", "初审合格。"))
        .paper("referral"),
        "recall": called_back().paper("recall", replaces=called_back().case.open_recalls, issue=2),
        "acceptance-replacing": called_back().accepted().paper(
            "acceptance", replaces=called_back().case.open_recalls, issue=2
        ),
        "referral-transferred": Story(**shared).accepted()
        .then("transferred", bodies.Transferred("武汉市市场监督管理局", "属市级权限。")).paper("referral"),
    }  # fmt: skip


GALLERY = gallery()


def test_the_gallery_has_every_kind() -> None:
    assert {made.kind for made in GALLERY.values()} == set(KINDS)


@pytest.mark.parametrize("name", GALLERY)
def test_each_paper_can_be_drawn_on_both_printers_and_no_id_is_left_unsaid(press: Press, name: str) -> None:
    made = GALLERY[name]
    assert press.pdf(made).missing == ()
    assert escpos(made).missing == ()
    assert not any(word in to_text(made) for word in ("papers.", "suspension.", "limit.", "step."))


def test_papers_are_made_the_same_twice() -> None:
    assert gallery() == GALLERY
    assert encode_case(Story().case) == encode_case(Story().case)


def test_english_papers_leave_no_id_unsaid() -> None:
    story = Story(stops=STOPS, joint=True, spot_lost=True).accepted()
    for kind in ("receipt", "acceptance", "guide"):
        assert "papers." not in to_text(story.paper(kind, say=en))
