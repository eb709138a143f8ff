"""What the catalogue knows of a question, a field or a paper of the intake form, for the help of that row (F1)."""

from __future__ import annotations

from collections.abc import Iterator

from casework.catalogue.schema import Condition, Field, Item, Material, Situation
from casework.messages import t
from console.showing import Shower
from screens import desk


def of_situation(show: Shower, item: Item, asked: Situation) -> tuple[desk.Line, ...]:
    """Which papers the answer switches, and the article of the item."""
    switched = [show.say(one.name) for one in item.materials if asked.code in set(_asks(one.when))]
    return _lines(
        ("decides", t("item.about.list", names=switched) if switched else ""), ("basis", show.say(item.basis))
    )


def of_field(show: Shower, item: Item, field: Field) -> tuple[desk.Line, ...]:
    """The largest number that is allowed, when it is asked, and the article of the item."""
    largest = str(field.max) + (f" {show.say(field.unit)}" if field.unit else "") if field.kind == "number" else ""
    return _lines(("largest", largest), ("when", _when(show, item, field.when)), ("basis", show.say(item.basis)))


def of_material(show: Shower, item: Item, material: Material, earlier: str) -> tuple[desk.Line, ...]:
    """What is handed in and how often, its article, the ways besides bringing it, and what to do when it is missing."""
    brought = material.form != "none" and not material.source
    form = t(f"have.{material.form}") if brought else ""
    handed = t("item.about.handed.copies", form=form, copies=max(material.copies, 1)) if brought else ""
    ways = (
        t("item.about.source", source=show.say(material.source)) if material.source else "",
        t("item.about.pledge") if material.pledge and not item.pledge_excluded else "",
        t("item.about.defer", days=item.defer_days) if material.defer else "",
    )
    return _lines(
        ("handed", handed or t("item.about.handed.none")),
        ("basis", show.say(material.basis)),
        ("when", _when(show, item, material.when)),
        *(("ways", way) for way in ways),
        ("held", earlier),
        ("sample", show.say(material.sample)),
        ("cure", show.say(material.cure)),
    )


def _lines(*named: tuple[str, str]) -> tuple[desk.Line, ...]:
    return tuple(desk.Line(t(f"item.about.{name}"), text) for name, text in named if text)


def _asks(condition: Condition | None) -> Iterator[str]:
    if condition is not None:
        yield condition.situation
        for part in (*condition.all, *condition.any):
            yield from _asks(part)


def _when(show: Shower, item: Item, condition: Condition | None) -> str:
    """A condition as question and answer."""
    if condition is None:
        return ""
    if condition.situation:
        asked = item.situation(condition.situation)
        options = asked.options if asked else ()
        label = next((show.say(one.label) for one in options if one.code == condition.equals), "")
        answer = label or (t(f"item.about.{condition.equals}") if condition.equals in {"yes", "no"} else "")
        question = show.say(asked.question) if asked else condition.situation
        return t("item.about.answer", question=question, answer=answer or condition.equals)
    joint = "all" if condition.all else "any"
    parts = [_when(show, item, part) for part in (condition.all or condition.any)]
    return t(f"item.about.{joint}").join(parts)
