"""What stands on every paper, by message ids: of made-up facts, of told cases, of items; and how it is laid out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from casework import bodies
from casework.case import Case
from casework.masking import masked_form
from casework.once import also_lines, everything
from casework.papers import KINDS, Paper, build
from casework.papers.day_sheet import DayFacts, day_sheet
from casework.papers.of_case import PRINTED_WITH, Counter, Occasion, paper_facts
from casework.papers.of_item import guide_facts
from casework.papers.of_prefile import preparation_facts
from casework.papers.shift import ShiftFacts, ShiftLine, shift_sheet
from casework.papers.text import lay_out, to_text
from casework.prefile import Prefile, fold_prefile
from casework.prefiling import check_prefile, open_prefile
from tests.builders import FIRM, PERSON
from tests.people import AGENT, CALENDAR, CATALOGUE, ITEMS, Office, have_all, right_answers
from tests.pinned.saying import digested, line, outcome, plain
from tests.unit.paper_samples import FACTS, changed
from tests.unit.paper_stories import LINE, STOPS, Story

NOW = datetime(2026, 11, 30, 10, 15)  # noqa: DTZ001 - the hall's civil time is naive
COUNTER = Counter("大厅", "12", "王敏", "1001", NOW, "027-67880000")


def ids(message_id: str, /, **facts: Any) -> str:
    """A text as its id with its facts."""
    return line(message_id, facts) if facts else message_id


def of_paper(paper: Any) -> Iterator[str]:
    """The parts of a paper, a line each."""
    if not isinstance(paper, Paper):
        yield line(paper)
        return
    for name, value in plain(paper).items():
        if isinstance(value, list) and len(value) > 1:
            yield from (line(f"{name}:", each) for each in value)
        else:
            yield line(f"{name}:", value)
    for columns in (48, 78):
        yield f"laid out in {columns}: {digested([line(each) for each in lay_out(paper, columns)])}"
    yield f"as text: {digested([to_text(paper)])}"


_FEW: Mapping[str, Any] = {"agent": None, "applicant": None, "statutory": None, "materials": (), "not_counted": ()}


def of_kind(kind: str) -> Iterator[str]:
    """The paper of made-up facts; then with less said, line by line what is another; then with nothing to say."""
    whole = [*of_paper(build(kind, FACTS[kind], ids))]
    yield from whole
    for name, value in {
        **_FEW,
        "number": None,
        "organ": "",
        "document_number": "",
        "query_url": "",
        "reasons": (),
    }.items():
        paper = outcome(build, kind, msgspec.structs.replace(FACTS[kind], **{name: value}), ids)
        yield f"without {name}:"
        yield from (f"  {each}" for each in of_paper(paper) if each not in whole and "laid out" not in each)


def _told() -> dict[str, Callable[[], Story]]:
    line_ = bodies.SupplementTold((LINE,), (bodies.SupplementLine("", "现场核查时在场", "请到场"),))
    body = bodies
    return {
        "received": Story,
        "received by an agent": lambda: Story(agent=AGENT, applicant=FIRM, item="D10"),
        "on the spot": lambda: Story(on_spot=True, applicant=PERSON, fee=500),
        "told": lambda: Story().then("supplement.told", line_, 1),
        "accepted": lambda: Story().accepted(),
        "accepted later": lambda: Story(materials={"D01-01": "pledge",
        "D01-04": "defer"}, pledge_check_days=30, defer_days=10)
        .accepted(deferred=("D01-04",), pledged=("D01-01",)),
        "refused": lambda: Story().then("refused_at_intake", body.RefusedAtIntake("not_our_power", "不归本局",
        "可以复议", "江夏区")),
        "returned": lambda: Story(registration=True, item="A01", module="business").then("returned",
        body.Returned((LINE,), "缺图"), 1),
        "withdrawn": lambda: Story().accepted().then("withdrawn", body.Withdrawn("不办了"), 2),
        "terminated": lambda: Story().accepted().then("terminated", body.Terminated("nobody_came", "未补正"), 9),
        "transferred": lambda: Story().then("transferred", body.Transferred("江夏区", "不归本局"), 1),
        "suspended": lambda: Story(stops=STOPS).accepted()
        .then("suspended", body.Suspended("site_check", "hearing", 20, "听证", "《条例》第十条", "2026-11-23",
        "2026-12-07"), 1),
        "experts": lambda: Story(stops=STOPS).accepted().then("suspended", body.Suspended("site_check",
        "expert_review", 10, "评审"), 1),
        "extended": lambda: Story(statutory=body.Span(20, "working_days", "acceptance", extension=10)).accepted()
        .then("extended", body.Extended(10, "复杂", "局长"), 1),
        "granted": lambda: Story(fee=5000).decided(conditions="每年报告"),
        "refused at last": lambda: Story().decided("refused", reasons="不符合\n不安全", remedies="可以复议"),
        "paid": lambda: Story(fee=5000).decided().then("paid", body.Paid("pay", "4200-1", 5000)),
        "certified": lambda: Story().decided().then("certified", body.Certified("certify", "JY1", "2031-11-29")),
        "posted": lambda: Story().decided().then("certified", body.Certified("certify")).then("posted",
        body.Posted("deliver", "EMS", "EX1", "关山大道")),
        "delivered": lambda: Story().decided().then("certified", body.Certified("certify", "JY1"))
        .then("delivered", body.Delivered("deliver", "李丽华", "agent", "420111199003070017")),
        "corrected": lambda: Story().decided().then("corrected", body.Corrected("名称", "笔误"), 1),
        "revoked": lambda: Story().decided().then("revoked", body.Revoked("不实", "可以复议"), 1),
        "renumbered": lambda: Story().then("mended_on_the_spot", body.MendedOnTheSpot({"D01-01": "补签",
        "area": "改"}))
        .then("renumbered", body.Renumbered("4201182611230012000111", "4201182611230013000182")),
        "forwarded": lambda: Story(forward_to="省厅").accepted().then("forwarded", body.Forwarded("省厅", "同意"), 1),
    }  # fmt: skip


TOLD = _told()


def of_story(name: str) -> Iterator[str]:
    """Every paper that can be printed of a told case; of the shared parts only what is another than on the first."""
    case = TOLD[name]().case
    item = CATALOGUE.items.get(case.received.item)
    last = {fact.type: fact for fact in TOLD[name]().facts}
    refusal = _body(last, "refused_at_intake", bodies.RefusedAtIntake)
    occasion = Occasion(
        refusal=refusal,
        ended=_body(last, "terminated", bodies.Terminated),
        waiting=3,
        bundle="开餐馆",
        approver="刘局长",
    )
    seen: set[str] = set()
    for kind in KINDS:
        if kind in PRINTED_WITH and PRINTED_WITH[kind](case):
            yield f"= {kind}"
            said = [*of_paper(outcome(_made, kind, case, item, occasion))]
            yield from (each for each in said if each not in seen)
            seen |= set(said)
    without = outcome(_made, "receipt", case, None, Occasion())
    yield f"without its catalogue: {digested(of_paper(without))}"


def _made(kind: str, case: Case, item: Any, occasion: Occasion) -> Paper:
    return build(kind, paper_facts(case, item, COUNTER, CALENDAR, CATALOGUE.posts, ids, occasion), ids)


def _body(last: Mapping[str, Any], type_: str, kind: Any) -> Any:
    return msgspec.json.decode(last[type_].body, type=kind) if type_ in last else None


def of_item(code: str) -> Iterator[str]:
    """The guide of an item, what is asked for at once, and the list of an application without a number."""
    item = CATALOGUE.items[code]
    facts = guide_facts(item, "大厅", NOW, ids, CATALOGUE.posts)
    yield line("guide", digested(of_paper(build("guide", facts, ids))), digested([line(plain(facts))]))
    answers = right_answers(item)
    for agent in (False, True):
        asks = everything(item, answers, dict.fromkeys(have_all(code), "missing"), agent)
        yield line(
            "asked at once",
            [f"{ask.material}{'?' if ask.when else ''}" for ask in asks],
            digested([line(ask) for ask in asks]),
        )
    states = ("copy", "pending_check", "not_found", "defer", "pledge", "original")
    recorded = {m.code: states[at % len(states)] for at, m in enumerate(item.materials)}
    yield line("asked of these", digested([line(ask) for ask in everything(item, answers, recorded, agent=False)]))
    case = Office().case(code)
    yield line("also", digested([line(each) for each in also_lines(item, case.received, case.materials, ())]))


def of_prefile() -> Iterator[str]:
    """The list of what to bring, before there is a number."""
    office = Office()
    item = CATALOGUE.items["D01"]
    form = bodies.Form(
        "D01",
        PERSON,
        AGENT,
        "",
        {},
        {"premises": "关山大道"},
        {"D01-01": "original"},
        {"D01-03": "4201182611230012000111"},
    )
    opened = open_prefile(form, office.context("1001"), "0" * 31 + "7", "约周三再来")
    looked: list[Any] = [fact for group in opened.groups for fact in group] if hasattr(opened, "groups") else []
    prefile = fold_prefile(looked)
    assert isinstance(prefile, Prefile)
    lines = (bodies.ReviewLine("D01-01"), bodies.ReviewLine("D01-03", right=False, defect="无尺寸", cure="标明尺寸"))
    checked = check_prefile(prefile, form, lines, office.context("1002"), "第二次")
    looked += [fact for group in checked.groups for fact in group] if hasattr(checked, "groups") else []
    for facts in (looked[:1], looked):
        made = fold_prefile(facts)
        assert made is not None
        yield line(made, made.defects)
        for who in (
            made,
            msgspec.structs.replace(made, form=msgspec.structs.replace(form, applicant=FIRM, agent=None)),
        ):
            facts_ = preparation_facts(who, item, "大厅", NOW, ids)
            yield from (line(f"{name}:", value) for name, value in plain(facts_).items())
            yield from of_paper(build("preparation", facts_, ids))
    yield line(masked_form(form))


def sheets() -> Iterator[str]:
    """The sheets of a day's and a shift's end."""
    counts = ("商事", "5", "3", "1", "0", "1")
    full = DayFacts(
        "大厅",
        "12",
        "王敏",
        "2026-11-23",
        NOW,
        (counts,),
        (("受理通知书", *counts[1:]),),
        (("4201", "D01", "张*", "未送出"),),
        ("有纸未出",),
    )
    yield from of_paper(day_sheet(full, ids))
    yield from of_paper(day_sheet(msgspec.structs.replace(full, cases=(), papers=(), differences=(), warnings=()), ids))
    lines = (
        ShiftLine("4201182611230012000111", "D01", "张*", "窗口", "2026-12-01", "移交"),
        ShiftLine("4201182611230012000111", "A01", "李*", "科室", "", "留"),
    )
    for note in ("", "钥匙在抽屉"):
        yield from of_paper(
            shift_sheet(ShiftFacts("大厅", "12", ("王芳", "1001"), ("刘洋", "1002"), NOW, lines, note), ids)
        )


def occasions() -> Iterator[str]:
    """Marks, replaced papers, a bundle, one that comes again."""
    for kind in ("receipt", "acceptance", "decision"):
        for values in (
            {"bundle": "开餐馆"},
            {"former": "4201182611230012000111"},
            {"joint": True},
            {"issue": 2},
            {"ref": "REF-1"},
        ):
            known = {name: value for name, value in values.items() if name in changed().__struct_fields__}
            yield line(
                kind,
                known,
                digested(of_paper(outcome(build, kind, msgspec.structs.replace(FACTS[kind], **known), ids))),
            )


HISTORIES: Mapping[str, Callable[[], Iterator[str]]] = (
    {f"made-up: {kind}": partial(of_kind, kind) for kind in KINDS}
    | {f"told: {name}": partial(of_story, name) for name in TOLD}
    | {f"of the item {code}": partial(of_item, code) for code in ITEMS}
    | {"before the number": of_prefile, "sheets": sheets, "occasions": occasions}
)
