"""What changed between two catalogues: each difference has a sentence in both languages, and none is left out."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec
import pytest

from casework.catalogue import schema
from casework.catalogue.diff import Change, diff
from casework.catalogue.parse import parse
from casework.catalogue.schema import (
    Authorisation,
    Catalogue,
    Condition,
    Fee,
    Gate,
    LimitData,
    Member,
    Option,
    Part,
    Situation,
    Step,
    Stop,
    Text,
    Track,
)
from casework.messages import Message
from console.commands import catalogue as command
from console.messages import read_catalogue, translator

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "catalogue"
SAY = {language: translator(language) for language in ("zh_CN", "en")}
PartT = TypeVar("PartT", bound=Part)

YES = Condition(situation="song", equals="yes")


@pytest.fixture(scope="module")
def sample() -> Catalogue:
    return parse({path.relative_to(SAMPLE).as_posix(): path.read_bytes() for path in SAMPLE.rglob("*.toml")})


def with_item(catalogue: Catalogue, code: str, **changes: Any) -> Catalogue:
    """`catalogue` with these fields of the item `code` changed."""
    items = {**catalogue.items, code: msgspec.structs.replace(catalogue.items[code], **changes)}
    return msgspec.structs.replace(catalogue, items=items, version="changed")


def with_part(catalogue: Catalogue, code: str, table: str, number: int, **changes: Any) -> Catalogue:
    """`catalogue` with these fields of one entry of a table of the item `code` changed."""
    parts = list(getattr(catalogue.items[code], table))
    parts[number] = msgspec.structs.replace(parts[number], **changes)
    return with_item(catalogue, code, **{table: tuple(parts)})


def said(changes: tuple[Change, ...], language: str) -> list[str]:
    """The sentences in `language`, each with its code."""
    say = SAY[language]
    return [f"{each.code} {say(each.what.id, each.what.facts)}" for each in changes]


def _with(part: PartT | None, **changes: Any) -> PartT:
    assert part is not None
    return msgspec.structs.replace(part, **changes)


SENTENCES: list[tuple[Callable[[Catalogue], Catalogue], list[str], list[str]]] = [
    (
        lambda c: with_item(c, "D10", statutory=_with(c.items["D10"].statutory, amount=10)),
        ["D10 法定时限 由 20 个工作日 改为 10 个工作日"],
        ["D10 statutory limit changed from 20 working days to 10 working days"],
    ),
    (
        lambda c: with_item(c, "D10", promised=_with(c.items["D10"].promised, start="receipt", extension=5)),
        ["D10 承诺时限：起算 由 受理 改为 收件", "D10 承诺时限：可延长 由 0 改为 5"],
        [
            "D10 promised limit: start changed from acceptance to receipt",
            "D10 promised limit: extension changed from 0 to 5",
        ],
    ),
    (
        lambda c: with_item(c, "D10", statutory=None),
        ["D10 法定时限 由 20 个工作日 改为 无"],
        ["D10 statutory limit changed from 20 working days to nothing"],
    ),
    (
        lambda c: with_item(c, "D10", name=Text("歌厅许可", "Karaoke licence"), on_spot=True),
        ["D10 名称 由 歌舞娱乐场所经营许可 改为 歌厅许可", "D10 即办 由 否 改为 是"],
        [
            "D10 name changed from Entertainment venue licence to Karaoke licence",
            "D10 decided on the spot changed from no to yes",
        ],
    ),
    (
        lambda c: with_item(c, "D10", materials=c.items["D10"].materials[:-1]),
        ["D10 取消材料 D10-03（舞池平面图）"],
        ["D10 removed: material D10-03 (Plan of the dance floor)"],
    ),
    (
        lambda c: with_part(c, "D10", "materials", 0, defer=True, pledge=True),
        [
            "D10 材料 D10-01（娱乐场所申请书） 现在可以告知承诺代替",
            "D10 材料 D10-01（娱乐场所申请书） 现在可以容缺后补",
        ],
        [
            "D10 material D10-01 (Application for a venue) may now be replaced by a pledge",
            "D10 material D10-01 (Application for a venue) may now follow later",
        ],
    ),
    (
        lambda c: with_part(c, "D10", "materials", 0, source=Text("证照库", "Net")),
        ["D10 材料 D10-01（娱乐场所申请书） 现在联网核验（证照库），不再要求提交"],
        ["D10 material D10-01 (Application for a venue) is now checked over the network (Net) and no longer asked for"],
    ),
    (
        lambda c: with_part(c, "D10", "materials", 2, when=YES, form="copy"),
        [
            "D10 材料 D10-03（舞池平面图）：适用条件 由 dance=yes & games=no 改为 song=yes",
            "D10 材料 D10-03（舞池平面图）：材料形式 由 原件 改为 复印件",
        ],
        [
            "D10 material D10-03 (Plan of the dance floor): condition changed from dance=yes & games=no to song=yes",
            "D10 material D10-03 (Plan of the dance floor): form changed from original to copy",
        ],
    ),
    (
        lambda c: with_part(c, "D10", "route", 3, post="fire", needs=("hearing",)),
        [
            "D10 环节 check_venue（现场核查） 由勘验组改到消防岗办理",
            "D10 环节 check_venue（现场核查）：前提环节 由 accept 改为 hearing",
        ],
        [
            "D10 step check_venue (Site check) moved from Site survey team to Fire safety post",
            "D10 step check_venue (Site check): steps needed before changed from accept to hearing",
        ],
    ),
    (
        lambda c: with_item(c, "D10", route=(*c.items["D10"].route[:4], *c.items["D10"].route[5:])),
        ["D10 取消环节 police（征求意见）"],
        ["D10 removed: step police (Consultation)"],
    ),
    (
        lambda c: with_item(c, "D10", fee=_with(c.items["D10"].fee, amount=12050)),
        ["D10 收费：数额 由 50.00 元 改为 120.50 元"],
        ["D10 fee: amount changed from 50.00 yuan to 120.50 yuan"],
    ),
    (
        lambda c: with_part(c, "D10", "tracks", 1, promised=_with(c.items["D10"].tracks[1].promised, amount=2)),
        ["D10 时限档 games=no（2 个工作日）的承诺时限 由 5 个工作日 改为 2 个工作日"],
        ["D10 promised limit of track games=no (2 working days) changed from 5 working days to 2 working days"],
    ),
    (
        lambda c: with_item(c, "D10", fee=None),
        ["D10 收费 由 公告费 改为 无"],
        ["D10 fee changed from Fee of the announcement to nothing"],
    ),
    (
        lambda c: with_item(c, "D10", stops=(*c.items["D10"].stops[:1], Stop("test", Text("法", "Law")))),
        ["D10 取消特殊程序 publicity（公示）", "D10 增加特殊程序 test（检测）"],
        ["D10 removed: stop publicity (publicity)", "D10 added: stop test (test)"],
    ),
    (
        lambda c: with_part(c, "D10", "gates", 0, effect="warn"),
        ["D10 前置条件 near_school（提醒）：作用 由 不能受理 改为 提醒"],
        ["D10 gate near_school (warning): effect changed from can't be accepted to warning"],
    ),
    (
        lambda c: with_item(c, "A01", authorisation=_with(c.items["A01"].authorisation, until="2036-12-31")),
        ["A01 授权：截止日期 由 2035-12-31 改为 2036-12-31"],
        ["A01 authorisation: valid until changed from 2035-12-31 to 2036-12-31"],
    ),
    (
        lambda c: with_item(c, "A01", authorised=False, authorisation=None),
        ["A01 授权受理 由 是 改为 否", "A01 授权 由 武新授〔2026〕A01号 改为 无"],
        [
            "A01 authorised acceptance changed from yes to no",
            "A01 authorisation changed from 武新授〔2026〕A01号 to nothing",
        ],
    ),
    (
        lambda c: with_item(c, "D10", guide=Text("请" * 61, "Please " * 30)),
        ["D10 事项：办事指南改写为：" + "请" * 61],
        ["D10 item: guide rewritten: " + "Please " * 30],
    ),
    (
        lambda c: with_item(c, "D10", situations=tuple(reversed(c.items["D10"].situations))),
        ["D10 情形的次序有变"],
        ["D10 the order changed: situations"],
    ),
    (
        lambda c: with_part(c, "D01", "fields", 1, options=c.items["D01"].fields[1].options[:2]),
        ["D01 取消字段 business_kind（主体业态）的选项 canteen（集中用餐单位食堂）"],
        ["D01 removed: option canteen (Canteen of an institution) of field business_kind (Kind of business)"],
    ),
    (
        lambda c: msgspec.structs.replace(c, items={k: v for k, v in c.items.items() if k != "D10"}),
        ["D10 取消事项 D10（歌舞娱乐场所经营许可）"],
        ["D10 removed: item D10 (Entertainment venue licence)"],
    ),
    (
        lambda c: msgspec.structs.replace(
            c,
            bundles={"Y01": msgspec.structs.replace(c.bundles["Y01"], lead="chief", members=(Member("D10"),))},
            posts={**c.posts, "guide": msgspec.structs.replace(c.posts["guide"], team="officer")},
        ),
        [
            "guide 队伍 由 窗口队伍 改为 审批队伍",
            "Y01 牵头岗位 由 单项科 改为 首席代表",
            "Y01 取消成员事项 A01（有限责任公司设立登记）",
            "Y01 取消成员事项 D01（食品经营许可（新办））",
            "Y01 成员事项 D10（歌舞娱乐场所经营许可）：适用条件 由 dancing=yes 改为 无",
        ],
        [
            "guide team changed from helpers to officers",
            "Y01 lead post changed from Single items office to Chief representative",
            "Y01 removed: member A01 (Registration of a limited company)",
            "Y01 removed: member D01 (Food business licence (new))",
            "Y01 member D10 (Entertainment venue licence): condition changed from dancing=yes to nothing",
        ],
    ),
]


@pytest.mark.parametrize(("change", "chinese", "english"), SENTENCES)
def test_a_change_is_said_in_both_languages(
    sample: Catalogue, change: Callable[[Catalogue], Catalogue], chinese: list[str], english: list[str]
) -> None:
    changes = diff(sample, change(sample))
    assert said(changes, "zh_CN") == chinese
    assert said(changes, "en") == english


def test_nothing_changed_says_nothing(sample: Catalogue) -> None:
    assert diff(sample, msgspec.structs.replace(sample, version="the same, packed anew")) == ()


def test_what_is_added_one_way_is_removed_the_other_way(sample: Catalogue) -> None:
    without = msgspec.structs.replace(sample, bundles={})
    assert [(each.code, each.what.id) for each in diff(without, sample)] == [("Y01", "catalogue.diff.added")]
    assert [(each.code, each.what.id) for each in diff(sample, without)] == [("Y01", "catalogue.diff.removed")]


def test_a_text_that_changed_in_one_language_only_is_shown_in_both(sample: Catalogue) -> None:
    changes = diff(sample, with_item(sample, "D10", result=Text("娱乐经营许可证", "Venue licence")))
    assert said(changes, "zh_CN") == [
        "D10 办理结果 由 娱乐经营许可证 / Entertainment licence 改为 娱乐经营许可证 / Venue licence"
    ]


def test_entries_under_one_code_do_not_hide_each_other(sample: Catalogue) -> None:
    first, *others = sample.items["D10"].materials
    doubled = with_item(sample, "D10", materials=(first, *others, msgspec.structs.replace(first, copies=9)))
    assert diff(sample, doubled) != ()
    assert diff(doubled, sample) != ()


# Nothing passes in silence


def _other(value: Any, field: str) -> Any:
    """Something else than `value` that the field could hold; what a missing value would be is given by the field."""
    empty: dict[str, Any] = {
        "when": YES,
        "statutory": LimitData(1, "months", "receipt", Text("法", "Law")),
        "authorisation": Authorisation("1", Text("章", "Seal"), "2026-01-01", "2026-12-31"),
        "fee": Fee(Text("费", "Fee"), Text("法", "Law")),
        "stops": (Stop("test", Text("法", "Law")),),
        "gates": (Gate("new", Text("门", "Gate"), Text("法", "Law"), "warn"),),
        "situations": (Situation("new", Text("？", "?")),),
        "members": (Member("A01"),),
        "options": (Option("new", Text("新", "New")),),
        "kinds": ("pay",),
        "modules": ("single",),
        "tracks": (Track(YES, LimitData(1, "months", "receipt", Text("法", "Law"))),),
        "least": 1,
        "most": 1,
    }
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return {"hearing": "expert_review", "decide": "certify"}.get(value, f"{value}x")
    if isinstance(value, Text):
        return Text(f"{value.zh}改", f"{value.en}, changed")
    if isinstance(value, Condition):
        return Condition(any=(value, YES))
    if isinstance(value, Part):
        first = value.__struct_fields__[0]
        return msgspec.structs.replace(value, **{first: _other(getattr(value, first), first)})
    if isinstance(value, tuple) and value:
        return value[:-1]
    return empty.get(field, Text("新", "New") if value is None else ("new",))


def _mutants(value: Any) -> Iterator[tuple[str, Any]]:
    """`value` with one field changed at any depth, each with the way to it."""
    for name in value.__struct_fields__:
        inner = getattr(value, name)
        yield name, msgspec.structs.replace(value, **{name: _other(inner, name)})
        if isinstance(inner, Part) and not isinstance(inner, (Text, Condition)):
            for way, mutant in _mutants(inner):
                yield f"{name}.{way}", msgspec.structs.replace(value, **{name: mutant})
        if isinstance(inner, tuple) and inner and isinstance(inner[0], Part):
            for number, part in enumerate(inner):
                for way, mutant in _mutants(part):
                    changed = (*inner[:number], mutant, *inner[number + 1 :])
                    yield f"{name}.{number}.{way}", msgspec.structs.replace(value, **{name: changed})


def _all_mutants(sample: Catalogue) -> Iterator[tuple[str, Catalogue]]:
    for table in ("items", "posts", "bundles"):
        entries: dict[str, Any] = getattr(sample, table)
        for code, part in entries.items():
            for way, mutant in _mutants(part):
                yield f"{code}.{way}", msgspec.structs.replace(sample, **{table: {**entries, code: mutant}})


def _ids(message: Message) -> Iterator[str]:
    """The id of `message` and of all messages inside."""
    yield message.id
    for fact in message.facts.values():
        for inner in fact if isinstance(fact, list) else [fact]:
            if isinstance(inner, Message):
                yield from _ids(inner)


def test_no_difference_of_any_field_passes_in_silence(sample: Catalogue) -> None:
    known = read_catalogue("zh_CN").keys() & read_catalogue("en").keys()
    ways = 0
    for way, mutant in _all_mutants(sample):
        changes = diff(sample, mutant)
        assert changes, way
        for change in changes:
            # A code that no version of the schema knows has no word; all else has one in both languages.
            assert {each for each in _ids(change.what) if each not in known and not each.endswith("x")} == set(), way
            sentences = [said((change,), language)[0] for language in ("zh_CN", "en")]
            assert [each for each in sentences if re.search(r"\{\w+\}", each)] == [], way
        ways += 1
    assert ways > 1000


def test_every_field_and_every_code_of_the_schema_has_its_word() -> None:
    known = read_catalogue("zh_CN").keys() & read_catalogue("en").keys()
    parts = [each for each in vars(schema).values() if isinstance(each, type) and issubclass(each, msgspec.Struct)]
    fields = {field for part in parts for field in part.__struct_fields__}
    assert {field for field in fields if f"catalogue.field.{field}" not in known} == set()
    codes = {
        code
        for part in parts
        for field in msgspec.structs.fields(part)
        if field.name in {"kind", "form", "effect", "start", "unit", "result_paper", "team"}
        and part not in {Step, Stop}
        for code in get_args(field.type)
        if isinstance(code, str)
    }
    assert {code for code in codes if f"catalogue.word.{code}" not in known} == set()
    assert len(codes) > 25


def test_a_field_that_a_newer_schema_adds_is_named(sample: Catalogue) -> None:
    class Wider(msgspec.Struct, frozen=True):
        version: str
        items: dict[str, Any]
        posts: dict[str, Any]
        bundles: dict[str, Any]
        holidays: tuple[str, ...] = ()

    old, new = (Wider("", sample.items, sample.posts, sample.bundles, days) for days in ((), ("2027-01-01",)))
    (change,) = diff(old, new)  # type: ignore[arg-type]
    assert change.what.facts["field"] == Message("catalogue.field.holidays")


# On the command line


def _written(folder: Path, change: Callable[[str], str]) -> str:
    for path in SAMPLE.rglob("*.toml"):
        target = folder / path.relative_to(SAMPLE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return str(folder)


def test_the_command_prints_a_line_for_each_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = _written(
        tmp_path, lambda text: text.replace("amount = 5000", "amount = 6000").replace("Is there dancing?", "D?")
    )
    assert command.run(argparse.Namespace(action="diff", old=str(SAMPLE), new=new, json=True)) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["code"], row["change"]) for row in rows] == [("D10", "changed"), ("Y01", "changed")]
    assert all(row["message"] for row in rows)
    assert command.run(argparse.Namespace(action="diff", old=new, new=new, json=True)) == 0
    assert capsys.readouterr().out == ""


def test_without_an_old_one_the_command_takes_the_shipped_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(argparse.Namespace(action="diff", old="", new=str(SAMPLE), json=False)) == 0
    assert "D10" in capsys.readouterr().out
