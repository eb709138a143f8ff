"""Made-up applicants with valid check digits, and what each of them hands in: for the demo and its headless day.

Everything follows from a seed and a counter, so a day can be had again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TypeVar

from casework.bodies import Party
from casework.catalogue.materials import applicable
from casework.catalogue.schema import Field, Item
from casework.commands import Intake

_T = TypeVar("_T")

_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
_GIVEN = (
    "建国",
    "秀英",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "霞",
    "平",
    "刚",
    "桂英",
)
_RARE = ("𠮷野健", "䶮月", "阿依古丽·买买提")
_FIRMS = ("光谷", "东湖", "南湖", "汤逊湖", "豹澥", "花山", "左岭", "龙泉山")
_TRADES = ("餐饮管理", "生物科技", "软件技术", "光电设备", "建筑工程", "商贸", "文化传播", "新材料")
_ROADS = ("高新大道", "关山大道", "光谷大道", "民族大道", "珞喻路", "雄楚大道", "佛祖岭一路")


def draw(seed: int, count: int, name: str, options: Sequence[_T]) -> _T:
    """One of `options`, the same for the same seed, count and name."""
    number = int.from_bytes(hashlib.sha256(f"{seed}/{count}/{name}".encode()).digest()[:6])
    return options[number % len(options)]


def person(seed: int, count: int) -> Party:
    """A made-up person with a valid identity number."""
    from stdnum.cn import ric

    born = date(1960, 1, 1) + timedelta(days=draw(seed, count, "born", range(15_000)))
    digits = f"420111{born:%Y%m%d}{count % 1000:03d}"
    rare = count % 17 == 5
    name = (
        draw(seed, count, "rare", _RARE) if rare else draw(seed, count, "f", _FAMILY) + draw(seed, count, "g", _GIVEN)
    )
    return Party(
        "person", name, digits + ric.calc_check_digit(digits + "0"), _phone(seed, count), _address(seed, count)
    )


def entity(seed: int, count: int) -> Party:
    """A made-up company with a valid unified credit code."""
    from stdnum.cn import uscc

    code = f"91420100MA4K{draw(seed, 0, 'base', range(10))}{count % 10_000:04d}"
    firm = f"武汉{draw(seed, count, 'firm', _FIRMS)}{draw(seed, count, 'trade', _TRADES)}有限公司"
    boss = person(seed, count + 500)
    return Party(
        "entity", firm, code + uscc.calc_check_digit(code), _phone(seed, count), _address(seed, count), boss.name
    )


def _phone(seed: int, count: int) -> str:
    return f"13{draw(seed, count, 'carrier', range(10))}{draw(seed, count, 'phone', range(10**8)):08d}"


def _address(seed: int, count: int) -> str:
    return f"武汉东湖新技术开发区{draw(seed, count, 'road', _ROADS)}{draw(seed, count, 'no', range(1, 999))}号"


def application(item: Item, seed: int, count: int, day: date, *, complete: bool = True) -> Intake:
    """A whole application for `item`: the form filled in, all papers in hand (but the first where not `complete`)."""
    applicant = person(seed, count) if "person" in item.applicants and count % 2 else entity(seed, count)
    if applicant.kind not in item.applicants:
        applicant = person(seed, count)
    materials = [material.code for material in applicable(item, _answers(item), agent=False) if material.source is None]
    return Intake(
        item=item.code,
        applicant=applicant,
        project_code=f"{day:%y%m}-420118-04-01-{100_000 + count}" if item.project_code else "",
        situations=dict(_answers(item)),
        form=dict(_form(item, applicant, seed, count)),
        materials=dict.fromkeys(materials if complete else materials[1:], "original"),
        outcome="accept" if item.authorised and complete else "receive",
    )


def _answers(item: Item) -> dict[str, str]:
    return {situation.code: situation.answers[-1] for situation in item.situations if situation.when is None}


def _form(item: Item, applicant: Party, seed: int, count: int) -> Iterator[tuple[str, str]]:
    for field in item.fields:
        match field.kind:
            case "number":
                yield field.id, str(10 + draw(seed, count, field.id, range(90)))
            case "choice":
                yield field.id, draw(seed, count, field.id, field.options).code
            case "date":
                yield field.id, "2027-03-01"
            case "address":
                yield field.id, _address(seed, count)
            case _:
                yield field.id, _text(field, applicant, count)[: field.max]


def _text(field: Field, applicant: Party, count: int) -> str:
    if field.id == "legal_representative":
        return applicant.representative or applicant.name
    return applicant.name if "name" in field.id else f"{field.label.zh}{count}"
