"""Made-up people and firms with valid check digits, and the facts of one paper of each kind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from casework.papers import KINDS, Paper, PaperFacts, build, standard_remedies
from casework.papers.facts import (
    Agent,
    Deferred,
    Delivery,
    Extension,
    GuideFacts,
    GuideMaterial,
    HandedPaper,
    Handover,
    LimitLine,
    MaterialLine,
    Party,
    Payment,
    Pledge,
    PreparedLine,
    Promise,
    Replaced,
    Special,
    SupplementLine,
    Ticket,
)
from console.messages import translator

NUMBER = "4201182611230012004282"
PRINTED = "420118 261123 0012 0042 82"
URL = "https://zw.example.gov.cn/p/7H2K9Q"
_ZH, _EN = translator("zh_CN"), translator("en")


def zh(message_id: str, /, **facts: Any) -> str:
    """The Chinese texts."""
    return _ZH(message_id, facts)


def en(message_id: str, /, **facts: Any) -> str:
    """The English texts."""
    return _EN(message_id, facts)


REMEDIES = standard_remedies(zh, "武汉东湖新技术开发区管理委员会", "武汉市洪山区人民法院")
SUPPLEMENTS = (
    SupplementLine("申请书未加盖公章", "请在申请书第1、3页加盖公司公章", "窗口样表 D01-1"),
    SupplementLine("布局流程图缺少粗加工区的尺寸标注", "请补画并标注面积，一式两份"),
)
BASE = PaperFacts(
    hall="武汉东湖新技术开发区政务服务中心",
    item="食品经营许可（新办）",
    issued_at=datetime(2026, 11, 23, 9, 20, tzinfo=UTC),
    organ="武汉东湖新技术开发区行政审批局",
    number=NUMBER,
    item_code="000131127004",
    document_number="武新政务受〔2026〕1042号",
    authorisation="武汉东湖新技术开发区行政审批局授权受理（2026年第3号）",
    applicant=Party(
        kind="entity",
        name="武汉光谷小碗菜餐饮管理有限公司",
        id="91420100MA4KL0000K",
        phone="13812341234",
        address="武汉市洪山区关山大道332号保利时代K18地块5栋2层203号",
        legal_representative="张建国",
    ),
    agent=Agent(name="李丽华", id="420111199003070017", phone="13912345678", authority="代为提交材料、领取结果"),
    clerk="王敏",
    clerk_number="1001",
    window="07号综合窗口",
    phone="027-67880000",
    received_at=datetime(2026, 11, 23, 9, 5, tzinfo=UTC),
    accepted_at=datetime(2026, 11, 23, 9, 20, tzinfo=UTC),
    statutory=LimitLine("10个工作日", date(2026, 12, 7)),
    promised=LimitLine("30个工作日", date(2027, 1, 4), True),
    not_counted=("现场核查", "专家评审"),
    materials=(
        MaterialLine("食品经营许可申请书", "original"),
        MaterialLine("营业执照", "checked"),
        MaterialLine("与食品经营相适应的主要设备设施布局、操作流程文件", "copy", 2),
        MaterialLine("食品安全自查、从业人员健康管理等保证食品安全的规章制度", "pledge"),
        MaterialLine("从业人员健康证明", "electronic", 3),
    ),
    delivery_way="窗口领取（3号出件窗口）",
    query="扫码，或凭办件编号拨打 027-67880000",
    query_url=URL,
    complaints="027-12345",
)


def changed(**values: Any) -> PaperFacts:
    """The base facts with some of them changed."""
    return msgspec.structs.replace(BASE, **values)


FACTS: dict[str, PaperFacts] = {
    "receipt": BASE,
    "supplement": changed(supplements=SUPPLEMENTS),
    "acceptance": changed(deferred=(Deferred("从业人员健康证明", "原件", date(2026, 11, 30)),)),
    "refusal": changed(
        reasons=("申请的经营场所位于江夏区，不属于本机关的管辖范围。",),
        remedies=REMEDIES,
        ground="not_our_power",
        right_organ="武汉市江夏区行政审批局",
    ),
    "return": changed(item="有限责任公司设立登记", supplements=SUPPLEMENTS),
    "handover": changed(
        handover=Handover(
            "综合窗口", "商事登记岗", "王敏", "陈刚", "审查", datetime(2026, 11, 23, 10, 2, tzinfo=UTC), 5
        )
    ),
    "suspension": changed(special=Special("专家评审", 10, date(2026, 11, 24), date(2026, 12, 21))),
    "extension": changed(
        extension=Extension(
            "5个工作日",
            date(2026, 12, 14),
            approver="刘志强（局长）",
            reasons=("核查工作量大，不能在规定期限内作出决定。",),
        ),
    ),
    "decision": changed(
        decision="refused",
        reasons=("加工区与卫生间直接相通，不符合规定。", "整改期限届满未提交复查申请。"),
        remedies=REMEDIES,
    ),
    "payment": changed(
        payment=Payment("占道挖掘修复费", "12,400.00元", "鄂价费〔2016〕46号", where="扫码缴费", due=date(2026, 12, 7))
    ),
    "delivery": changed(
        delivery=Delivery(
            (
                HandedPaper("食品经营许可证（正本）", "JY24201180000001", "至2031年11月29日"),
                HandedPaper("食品经营许可证（副本）", "JY24201180000001"),
            ),
            "agent",
            "李丽华",
            "420111199003070017",
            datetime(2026, 11, 30, 14, 10, tzinfo=UTC),
        )
    ),
    "pledge": changed(
        pledge=Pledge(
            (Promise("保证食品安全的规章制度", "《食品安全法》第三十三条"),),
            ("取得许可后两个月内接受现场核查。",),
            check_days=30,
            empowered=True,
        )
    ),
    "guide": changed(
        number=None,
        guide=GuideFacts(
            basis=("《中华人民共和国食品安全法》第三十五条",),
            conditions=("取得合法主体资格",),
            materials=(GuideMaterial("食品经营许可申请书", "原件", "1", ("示范：窗口样表 D01-1",)),),
            steps=("收件", "审查", "发证"),
        ),
    ),
    "ticket": changed(number=None, ticket=Ticket("A042", 7, "05号、07号窗口")),
    "preparation": changed(
        number=None,
        short_code="K7M2-9QWD",
        query_url="",
        prepared=(PreparedLine("食品经营许可申请书", "原件", "1", "核对无误"),),
    ),
    "recall": changed(
        replaces=(Replaced("受理通知书", 1, datetime(2026, 11, 23, 9, 20, tzinfo=UTC), "李丽华"),), issue=2
    ),
    "referral": changed(number=None, right_organ="武汉市江夏区行政审批局", reasons=("经营场所在江夏区。",)),
}
assert set(FACTS) == set(KINDS)


def paper(kind: str, **values: Any) -> Paper:
    """The Chinese paper of `kind`, with some of its facts changed."""
    return build(kind, msgspec.structs.replace(FACTS[kind], **values), zh)
