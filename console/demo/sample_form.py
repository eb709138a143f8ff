"""What stands on the form of a made-up application: answers that shut no gate, dates that keep all terms.

Everything follows from a seed and a counter, so a day can be had again. Which questions are answered how follows from
the counter alone: another seed gives other people, never another kind of case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from casework.bodies import Party
from casework.catalogue.form import asked_fields
from casework.catalogue.materials import AGENT
from casework.catalogue.schema import Field, Gate, Item, Situation
from casework.catalogue.situations import holds

_T = TypeVar("_T")

_TRIES = 400
"""Ways to answer that are drawn before an item counts as one that nobody can apply for."""


def draw(seed: int, count: int, name: str, options: Sequence[_T]) -> _T:
    """One of `options`, the same for the same seed, count and name."""
    number = int.from_bytes(hashlib.sha256(f"{seed}/{count}/{name}".encode()).digest()[:6])
    return options[number % len(options)]


# Answers


def answers(
    situations: Sequence[Situation],
    count: int,
    *,
    gates: Sequence[Gate] = (),
    ticks: Sequence[str] = (),
    given: Mapping[str, str] | None = None,
    shut: Gate | None = None,
) -> dict[str, str]:
    """Every question that is asked, answered so that no gate is shut (but `shut`); of `ticks` at least one is yes.

    Raises ValueError when no such answers were found.
    """
    for attempt in range(_TRIES):
        found = _answered(situations, count, attempt, given or {})
        if any(found.get(code) == "yes" for code in ticks) == bool(ticks) and _passes(gates, found, shut):
            return found
    raise ValueError(f"no right answers to {[each.code for each in situations]}")


def _answered(situations: Sequence[Situation], count: int, attempt: int, given: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in situations:
        if not holds(each.when, found):
            continue
        drawn = "no" if each.code == AGENT else draw(0, count, f"{each.code}/{attempt}", each.answers)
        found[each.code] = given.get(each.code, drawn)
    return found


def _passes(gates: Sequence[Gate], found: Mapping[str, str], shut: Gate | None) -> bool:
    closed = [gate for gate in gates if not gate.field and gate.when is not None and holds(gate.when, found)]
    if shut is not None and shut.field:
        return not closed and holds(shut.when, found)
    return closed == ([shut] if shut else [])


# Fields


def form(item: Item, said: Mapping[str, str], who: Party, seed: int, count: int, day: date) -> dict[str, str]:
    """The fields that are asked under the answers `said`, filled in as of `day`."""
    return {field.id: _value(item, field, who, seed, count, day) for field in asked_fields(item, said)}


def _value(item: Item, field: Field, who: Party, seed: int, count: int, day: date) -> str:
    match field.kind:
        case "number":
            known = _NUMBERS.get(field.id)
            return known or str(min(10 + draw(seed, count, field.id, range(90)), max(1, field.max // 2)))
        case "choice":
            return draw(0, count, field.id, field.options).code
        case "date":
            return (day - timedelta(days=_days_before(item, field))).isoformat()
        case "address":
            return who.address or address(seed, count)
    return _text(field, who, seed, count)[: field.max]


def _days_before(item: Item, field: Field) -> int:
    """How many days before the application the date lies (negative: after it), so that every gate is open."""
    terms = [gate for gate in item.gates if gate.field == field.id]
    least = max((_calendar_days(gate, gate.least) for gate in terms if gate.least is not None), default=None)
    most = min((_calendar_days(gate, gate.most) for gate in terms if gate.most is not None), default=None)
    if least is not None and most is not None:
        return (least + most) // 2
    if least is not None:
        return least + 6
    if most is not None:
        return most // 2 if most > 0 else most - 3
    return _usual(field.id)


def _calendar_days(gate: Gate, days: int) -> int:
    """`days` of the gate as calendar days that are on the right side of it, whatever holidays lie between."""
    if gate.unit == "calendar_days" or days >= 0:
        return days
    return days * 7 // 5 - 15


def _usual(name: str) -> int:
    words = set(name.split("_"))
    if words & {"until", "finish", "last", "end", "works"} and "done" not in words:
        return -150
    if words & {"from", "start", "first", "opening", "needed"}:
        return -30
    return 8


def shut_by_date(gate: Gate, day: date) -> str:
    """A date in the gate's field for which it is shut on `day`."""
    slack = 40 if gate.unit == "working_days" else 5
    passed = gate.least - slack if gate.least is not None else (gate.most or 0) + slack
    return (day - timedelta(days=passed)).isoformat()


_NUMBERS = {
    "capital": "100",
    "dormancy_months": "12",
    "duplicates": "2",
    "environment_investment": "60",
    "excavation_depth": "2",
    "farmer_count": "10",
    "farmland_area": "0",
    "foreign_share": "40",
    "funds": "50",
    "green_ratio": "35",
    "member_count": "12",
    "paid_in_capital": "300",
    "plot_ratio": "2.5",
    "registered_capital": "100",
    "shelter_area": "820",
}
"""Numbers that have to fit the others on the form, or a law."""

_ROADS = ("高新大道", "关山大道", "光谷大道", "民族大道", "珞喻路", "雄楚大道", "佛祖岭一路")


def address(seed: int, count: int) -> str:
    """A made-up address in the zone."""
    return f"武汉东湖新技术开发区{draw(seed, count, 'road', _ROADS)}{draw(seed, count, 'no', range(1, 999))}号"


_ZONES = ("光谷", "东湖", "南湖", "汤逊湖", "豹澥", "花山", "左岭", "龙泉山")
_TRADES = ("餐饮管理", "生物科技", "软件技术", "光电设备", "建筑工程", "商贸", "文化传播", "新材料")


def firm(seed: int, count: int) -> str:
    """The made-up name of a company of the zone."""
    return f"武汉{draw(seed, count, 'firm', _ZONES)}{draw(seed, count, 'trade', _TRADES)}有限公司"


_TEXTS = {
    "air_conditioning_kind": ("多联机", "集中式全空气系统"),
    "articles_changes": ("第七条、第十二条",),
    "business_items": ("热食类食品制售", "预包装食品销售", "住宿", "歌舞娱乐"),
    "business_scope": (
        "餐饮服务；食品销售",
        "软件开发；信息技术咨询服务",
        "医疗器械销售",
        "道路货物运输（不含危险货物）",
    ),
    "changes": ("总投资由8000万元变更为9500万元",),
    "competent_authority": ("武汉东湖新技术开发区教育局",),
    "content": ("企业形象广告", "开业宣传"),
    "dispatch_posts": ("制造业装配工、仓储搬运工",),
    "elsewhere_reason": ("建筑所在地为流砂地段，不宜修建",),
    "equipment_name": ("曳引驱动乘客电梯 TKJ1000", "电动单梁起重机 LD10"),
    "evaluated_area_name": ("光谷生物城二期区域评估",),
    "evaluations": ("水土保持、地质灾害危险性",),
    "industry": ("C3976 光电子器件制造", "C2761 生物药品制造"),
    "land_use": ("工业用地", "商务金融用地"),
    "method": ("提水泵站取水，电磁流量计计量",),
    "outlet": ("光谷三路市政污水管，W12号检查井",),
    "performers": ("武汉歌舞剧院",),
    "pollutants": ("化学需氧量0.8吨/年，氨氮0.08吨/年",),
    "purpose": ("工业冷却", "绿化浇灌"),
    "return_flow": ("退入市政污水管网，每日20立方米",),
    "road_section": ("高新二路（光谷三路—光谷四路）南侧",),
    "scale": ("新建厂房2栋，建筑面积2.6万平方米",),
    "scope": ("软件开发；信息技术咨询服务", "餐饮管理；食品销售"),
    "sewage_pollutants": ("悬浮物、化学需氧量",),
    "shelter_grade": ("二等人员掩蔽所，核6级常6级",),
    "show_name": ("光谷新年音乐会",),
    "single_papers_wanted": ("建筑工程施工许可证",),
    "size": ("6×3×0.3",),
    "storeys": ("1至3层",),
    "structure": ("钢结构，武汉光谷标识工程有限公司",),
    "term": ("长期",),
    "tip": ("左岭建筑垃圾消纳场",),
    "waste_vehicles": ("鄂A·12345、鄂A·12346",),
    "plates": ("鄂A·8K216",),
    "works": ("厂房2栋，地上4层，高22.5米",),
    "works_kind": ("建筑高度大于50米的公共建筑", "劳动密集型企业的生产加工车间"),
}
_FIRMS = {"builder", "compiler", "contractor", "designer", "maker", "stage_builder", "supervisor", "carrier"}
_PEOPLE = {"contact", "drivers", "fire_manager", "investors", "liquidator", "officers", "pharmacist", "quality_manager"}
_PEOPLE |= {"representative", "managing_partner", "safety_manager", "site_manager", "family_members", "founders"}
_NAMES = {"company_name", "unit_name", "venue_name"}
_PROJECTS = ("光谷生物城", "未来科技城", "左岭新城", "花山软件新城")


def _text(field: Field, who: Party, seed: int, count: int) -> str:
    name = field.id
    if name in _TEXTS:
        return draw(seed, count, name, _TEXTS[name])
    if name in _NAMES:  # a natural person founds a company: it has another name than she
        return who.name if who.kind == "entity" else firm(seed, count)
    if name == "legal_representative" or name in _PEOPLE:
        return " ".join(filter(None, (who.representative or who.name, who.phone if name in _PEOPLE else "")))
    if name in _FIRMS:
        return f"武汉{draw(seed, count, name, ('光谷', '东湖', '楚天'))}建设工程有限公司"
    if name == "project_name":
        return f"{draw(seed, count, name, _PROJECTS)}{1 + count % 9}号地块项目"
    if name.endswith("_number"):
        return f"武新〔2026〕{1000 + count % 9000}号"
    return draw(seed, count, name, tuple(_words(field)))


def _words(field: Field) -> Iterator[str]:
    label = field.label.zh.partition("（")[0]
    yield f"{label}：见申请书附页"
    yield f"{label}：详见附件1"
