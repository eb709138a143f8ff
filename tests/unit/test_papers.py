"""What has to stand on each paper, and which papers may not be printed at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from casework.cells import roll_cells, screen_cells, wrap
from casework.errors import BadPaper
from casework.papers import KINDS, PaperFacts, Reprint, build, to_text
from casework.papers.facts import LimitLine, MaterialLine, Party, Payment
from casework.papers.model import printable
from casework.papers.text import COLUMNS, lay_out
from console.messages import read_catalogue
from tests.unit.paper_samples import FACTS, NUMBER, PRINTED, REMEDIES, URL, changed, en, paper, zh

TITLES = {
    "receipt": "申请材料接收回执",
    "supplement": "补正材料一次性告知书",
    "acceptance": "受理通知书",
    "refusal": "不予受理决定书",
    "return": "退件通知书",
    "handover": "物料流转凭证",
    "suspension": "特殊程序告知书",
    "extension": "延长办理期限通知书",
    "decision": "不予行政许可决定书",
    "payment": "缴费通知书",
    "delivery": "送达回证",
    "pledge": "告知承诺书",
    "guide": "办事指南",
    "ticket": "排队票",
    "preparation": "材料准备清单",
    "referral": "转介单",
    "recall": "收回通知书",
}
WITHOUT_NUMBER = {"guide", "ticket", "preparation", "referral"}


def text(kind: str, **values: Any) -> str:
    """All that stands on the paper, without line ends and blanks."""
    return "".join(to_text(paper(kind, **values)).split())


def stands(kind: str, *wanted: str, **values: Any) -> None:
    """Each of `wanted` has to stand on the paper."""
    whole = text(kind, **values)
    assert [want for want in wanted if want.replace(" ", "") not in whole] == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_paper_names_itself_and_the_hall(kind: str) -> None:
    made = paper(kind)
    assert (made.kind, made.title, made.head) == (kind, TITLES[kind], "武汉东湖新技术开发区政务服务中心")
    assert "027-12345" in made.footer[0]


@pytest.mark.parametrize("kind", sorted(set(KINDS) - WITHOUT_NUMBER))
def test_a_paper_of_a_case_has_one_number_and_its_bar_code_says_the_same(kind: str) -> None:
    made = paper(kind)
    assert (made.number, made.code128, made.printed_number, made.qr) == (NUMBER, NUMBER, PRINTED, URL)
    assert to_text(made).count(PRINTED) == 1


@pytest.mark.parametrize("kind", sorted(set(KINDS) - WITHOUT_NUMBER - {"pledge"}))
def test_no_paper_of_a_case_goes_out_before_the_case_has_its_number(kind: str) -> None:
    with pytest.raises(BadPaper):
        paper(kind, number=None)


@pytest.mark.parametrize("number", ["42011826112300120042", "42011826112300120042８2", "4201182611230012004282 "])
def test_a_number_that_is_not_22_digits_is_never_printed(number: str) -> None:
    with pytest.raises(BadPaper):
        paper("receipt", number=number)


def test_an_acceptance_has_every_field_of_the_notice() -> None:
    stands(
        "acceptance",
        "食品经营许可（新办）",
        "000131127004",
        "武汉光谷小碗菜餐饮管理有限公司",
        "91420100MA4KL0000K",
        "张建国",
        "武汉市洪山区关山大道332号",
        "13812341234",
        "李丽华",
        "420111199003070017",
        "代为提交材料、领取结果",
        "武汉东湖新技术开发区行政审批局授权受理（2026年第3号）",
        "王敏（工号1001）",
        "07号综合窗口",
        "027-67880000",
        "不收费",
        "2026年11月23日09:05",
        "2026年11月23日09:20",
        "10个工作日，至2026年12月7日",
        "30个工作日，至2027年1月4日（暂定）",
        "现场核查、专家评审",
        "窗口领取（3号出件窗口）",
        "扫码，或凭办件编号拨打027-67880000",
        "原件",
        "联网核验",
        "复印件",
        "告知承诺",
        "电子件",
        "受理专用章",
        "申请人（代办人）签名",
        "监督投诉电话027-12345",
        "一式2份",
    )


def test_an_acceptance_with_papers_to_follow_says_which_until_when_and_what_else_happens() -> None:
    stands("acceptance", "容缺材料", "从业人员健康证明（原件），2026年11月30日前补交", "终止办理并退回材料")


def test_a_person_has_no_legal_representative() -> None:
    made = text("receipt", applicant=Party(name="张三", id="420111199003070017", legal_representative="不该有"))
    assert "证件号码420111199003070017" in made
    assert "不该有" not in made
    assert "统一社会信用代码" not in made


def test_a_receipt_is_no_acceptance_and_says_so() -> None:
    stands("receipt", "不代表申请已被受理", "收件专用章", "逾期不告知的，自收到材料之日起即为受理")
    stands("receipt", "待核定", awaiting_decision=True)


def test_a_one_time_notice_lists_everything_with_cure_and_sample() -> None:
    stands("supplement", "共2项", "窗口样表D01-1", "一次告知", "除本告知书所列内容外，不再要求补正其他材料")
    rows = paper("supplement").table
    assert rows is not None
    assert rows.rows == (
        ("1", "申请书未加盖公章", "请在申请书第1、3页加盖公司公章", "窗口样表 D01-1"),
        ("2", "布局流程图缺少粗加工区的尺寸标注", "请补画并标注面积，一式两份", "无"),
    )


@pytest.mark.parametrize("kind", ["supplement", "return"])
def test_a_notice_that_names_nothing_to_mend_is_not_printed(kind: str) -> None:
    with pytest.raises(BadPaper):
        paper(kind, supplements=())


@pytest.mark.parametrize("kind", ["refusal", "decision"])
@pytest.mark.parametrize("lacking", [{"reasons": ()}, {"reasons": ("  ",)}, {"remedies": ()}, {"remedies": ("\n",)}])
def test_a_refusal_without_reasons_or_without_review_and_appeal_is_not_printed(
    kind: str, lacking: dict[str, Any]
) -> None:
    with pytest.raises(BadPaper):
        paper(kind, **lacking)


@pytest.mark.parametrize("kind", ["refusal", "decision"])
def test_a_refusal_says_where_to_ask_for_review_and_where_to_sue_and_until_when(kind: str) -> None:
    stands(
        kind, "六十日内", "武汉东湖新技术开发区管理委员会申请行政复议", "六个月内", "武汉市洪山区人民法院提起行政诉讼"
    )


def test_a_refusal_for_want_of_power_names_the_right_organ() -> None:
    stands("refusal", "武汉市江夏区行政审批局", "第三十二条第一款第二项")
    with pytest.raises(BadPaper):
        paper("refusal", right_organ="")
    stands("refusal", "不需要取得行政许可", ground="no_permit", right_organ="")


def test_a_grant_needs_no_remedies_and_promises_the_licence_in_ten_working_days() -> None:
    stands("decision", "准予行政许可决定书", "十个工作日内送达", decision="granted", reasons=(), remedies=())
    assert "不予行政许可" not in text("decision", decision="granted", reasons=(), remedies=())


def test_a_returned_registration_comes_again_as_a_new_receipt() -> None:
    stands("return", "市场主体登记管理条例实施细则》第十八条", "重新提出申请", "退回材料签收人")


def test_a_hand_over_is_signed_by_both_hands() -> None:
    stands("handover", "移交岗位综合窗口", "接收岗位商事登记岗", "移交人签名", "接收人签名", "2026年11月23日10:02")


def test_a_suspension_says_how_long_and_that_it_is_not_counted() -> None:
    stands("suspension", "专家评审", "10个工作日", "2026年11月24日", "不计入办理时限", "第四十五条")


def test_an_extension_has_its_reason_its_approver_and_the_new_day() -> None:
    stands("extension", "5个工作日", "2026年12月14日", "刘志强（局长）", "核查工作量大", "第四十二条")
    made = FACTS["extension"].extension
    assert made is not None
    for lacking in ({"reasons": ()}, {"reasons": (" ",)}, {"amount": ""}):
        with pytest.raises(BadPaper):
            paper("extension", extension=msgspec.structs.replace(made, **lacking))


def test_no_fee_without_a_basis() -> None:
    stands("payment", "12,400.00元", "鄂价费〔2016〕46号")
    with pytest.raises(BadPaper):
        paper("payment", payment=Payment("占道费", "100元", " "))


def test_a_proof_of_delivery_names_the_agent_who_took_it() -> None:
    stands("delivery", "代办人代领", "李丽华", "420111199003070017", "2026年11月30日14:10", "签收人签名")
    handed = paper("delivery").table
    assert handed is not None
    assert handed.rows[0][1:4] == ("食品经营许可证（正本）", "JY24201180000001", "至2031年11月29日")


def test_a_pledge_tells_then_warns_then_promises() -> None:
    whole = text("pledge")
    parts = (
        "行政机关告知",
        "保证食品安全的规章制度",
        "违反承诺的后果",
        "依法撤销",
        "申请人承诺",
        "承诺人（签名或盖章）",
    )
    places = [whole.index(part) for part in parts]
    assert places == sorted(places)


def test_a_preparation_list_has_the_short_code_and_no_number() -> None:
    made = paper("preparation")
    assert (made.printed_number, made.qr, made.number, made.code128) == ("K7M2-9QWD", "K7M29QWD", None, None)
    stands("preparation", "本清单不是接收回执")


def test_a_referral_names_where_to_go() -> None:
    stands("referral", "武汉市江夏区行政审批局")
    with pytest.raises(BadPaper):
        paper("referral", right_organ="")


@pytest.mark.parametrize(
    ("kind", "lacking"),
    [
        ("handover", "handover"),
        ("suspension", "special"),
        ("extension", "extension"),
        ("payment", "payment"),
        ("delivery", "delivery"),
        ("pledge", "pledge"),
        ("ticket", "ticket"),
    ],
)
def test_a_paper_about_nothing_is_not_printed(kind: str, lacking: str) -> None:
    with pytest.raises(BadPaper):
        paper(kind, **{lacking: None})


def test_a_kind_that_nobody_knows_is_refused_with_the_list_of_what_there_is() -> None:
    with pytest.raises(BadPaper) as caught:
        build("licence", FACTS["receipt"], zh)
    assert "receipt" in zh(caught.value.code, **caught.value.message.facts)


def test_a_second_print_says_so_with_who_and_when() -> None:
    stands("receipt", "补打0012-1", "王敏1001", reprint=Reprint("补打 0012-1", "王敏 1001", "2026-11-23 10:42"))
    assert "补打" not in text("receipt")


def test_papers_look_alike_with_the_line_up_and_down() -> None:
    assert paper("receipt", document_number="").number == paper("receipt").number
    with_number = to_text(paper("receipt")).replace("武新政务受〔2026〕1042号", "").split("\n")
    without = to_text(paper("receipt", document_number="")).split("\n")
    assert [line for line in with_number if line.strip()] == [line for line in without if line.strip()]


def test_a_remark_gets_a_column_only_when_there_is_one() -> None:
    plain, noted = paper("receipt"), paper("receipt", materials=(MaterialLine("申请书", "original", 1, "当场更正"),))
    assert plain.table is not None
    assert noted.table is not None
    assert (len(plain.table.header), len(noted.table.header)) == (4, 5)


def test_the_clock_is_left_out_where_there_is_none() -> None:
    assert "法定时限" not in text("receipt", statutory=None)
    assert "20个工作日" in text("receipt", statutory=LimitLine("20个工作日", date(2026, 12, 21)))


# Text that tries to be more than text

NASTY = {
    "markup": "[red]张三[/red]", "emphasis": "*粗*_斜_", "program": "#let x = 1", "path": "C:\\temp\\n",
    "field": "{number}", "signs": "$x$ `y` <a> @b", "rare": "𠮷䶮", "endless": "x" * 10_000,
}  # fmt: skip


@pytest.mark.parametrize("name", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("kind", KINDS)
def test_a_strange_name_stands_on_the_paper_as_it_is(kind: str, name: str) -> None:
    made = paper(kind, item=name)
    assert name in str(msgspec.to_builtins(made)).replace("\\\\", "\\")
    assert all(screen_cells(line.text) <= 64 for line in lay_out(made, 64) if line.kind == "text")


def test_control_and_direction_marks_never_reach_a_printer() -> None:
    made = paper("receipt", item="食品\x1b@\x1dV\x00经营\u202e许可\u200b\ud800", clerk="王\r\n敏\t一\u2028二")
    assert dict(made.fields)["事项名称"] == "食品@V经营许可\ufffd"
    assert printable("王\r\n敏\t一\u2028二\xa0三") == "王\n敏 一\n二 三"


# The preview


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("columns", [32, 48, 64, 80])
def test_no_line_of_the_preview_is_wider_than_the_paper(kind: str, columns: int) -> None:
    made = paper(kind)
    assert [line for line in to_text(made, columns).split("\n") if screen_cells(line) > columns] == []
    printed = [line.text for line in lay_out(made, columns, roll_cells) if line.kind == "text"]
    assert [line for line in printed if roll_cells(line) > columns] == []


def test_each_size_has_its_columns() -> None:
    assert COLUMNS == {"80mm": 48, "A5": 64, "A4": 78}
    assert {paper(kind).size for kind in KINDS} == set(COLUMNS)


def test_a_mark_after_a_number_takes_the_number_with_it_to_the_next_line() -> None:
    assert wrap("比例尺1:10000，标明", 13) == ["比例尺", "1:10000，标明"]
    assert wrap("编号12345678901。", 15) == ["编号", "12345678901。"]
    assert wrap("12345678901，", 11) == ["12345678901", "，"]


def test_lines_break_where_chinese_lines_may() -> None:
    assert wrap("受理通知书，请查收", 10) == ["受理通知", "书，请查收"]
    assert wrap("call 027-67880000 now", 14) == ["call", "027-67880000", "now"]
    assert wrap("甲\n乙", 10) == ["甲", "乙"]
    assert wrap("", 10) == [""]
    assert "".join(wrap("字" * 500 + "a" * 500, 7)) == "字" * 500 + "a" * 500


def test_a_printer_draws_chinese_quotes_two_wide_and_a_screen_one() -> None:
    assert (screen_cells("“中”"), roll_cells("“中”"), screen_cells("𠮷e\u0301")) == (4, 6, 3)


# The languages


class Recorder:
    """Remembers which messages the papers ask for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __call__(self, message_id: str, /, **facts: Any) -> str:
        self.asked.add(message_id)
        return zh(message_id, **facts)


def test_every_text_that_a_paper_asks_for_is_in_both_catalogues() -> None:
    said = Recorder()
    for kind in KINDS:
        build(kind, FACTS[kind], said)
    build("decision", changed(result="JY14201180000001"), said)
    known = read_catalogue("zh_CN").keys() & read_catalogue("en").keys()
    assert sorted(said.asked - known) == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_paper_can_be_read_in_english_too(kind: str) -> None:
    bare = PaperFacts(hall="Hall", item="Food licence", issued_at=FACTS[kind].issued_at, organ="Bureau", number=NUMBER)
    parts = ("handover", "special", "extension", "payment", "delivery", "pledge", "ticket", "replaces")
    own: dict[str, Any] = {name: getattr(FACTS[kind], name) for name in parts}
    own |= {"supplements": FACTS[kind].supplements, "reasons": ("why",), "remedies": ("how",), "right_organ": "Other"}
    made = build(kind, msgspec.structs.replace(bare, **own), en)
    assert made.title.isascii()
    assert "papers." not in to_text(made)


def test_the_words_on_review_and_appeal_come_from_one_place() -> None:
    assert len(REMEDIES) == 1
    assert "六十日" in REMEDIES[0]
