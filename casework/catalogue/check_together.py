"""Rules that several items must keep together: codes once, papers that a source gives, and bundles of items (R33, R61).

A paper has one name over the whole catalogue (`Material.shares`). Where one item has it checked over the network, no
other may ask for it on paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from casework.catalogue.check_answers import (
    MOST,
    Answers,
    Use,
    choice_problems,
    condition_problems,
    idle_problems,
    in_words,
)
from casework.catalogue.check_item import doubles
from casework.catalogue.check_limits import limit_problems
from casework.catalogue.finding import Finding, Place, Problem
from casework.catalogue.schema import Bundle, Item, Material, Post, Situation
from casework.catalogue.situations import holds
from casework.messages import Message

_CODE = re.compile(r"[A-Z]\d{2}")


class Placed(NamedTuple):
    """An item where it stands: the `number`-th of the file at `place`."""

    place: Place
    number: int
    item: Item


class PlacedBundle(NamedTuple):
    """A bundle where it stands."""

    place: Place
    number: int
    bundle: Bundle


def items_together(placed: Sequence[Placed]) -> Iterator[Finding]:
    """Codes that stand twice, and papers that are asked for though a source gives them."""
    codes: dict[str, str] = {}
    sources: dict[str, tuple[Placed, Material]] = {}
    for each in placed:
        code = each.item.code
        if code in codes:
            twice = Problem(code, "code_twice", {"code": code, "other": codes[code]})
            yield each.place.finding(each.number, twice)
        codes.setdefault(code, each.place.file)
        for material in each.item.materials:
            if material.shares and material.source is not None:
                sources.setdefault(material.shares, (each, material))
    for each in placed:
        for material in each.item.materials:
            if material.source is None and material.shares in sources:
                other, checked = sources[material.shares]
                line = other.place.line(other.number, Problem(checked.code, ""))
                facts: dict[str, object] = {
                    "code": material.code, "paper": material.shares, "other": checked.code,
                    "place": f"{other.place.file}:{line}", "source": _source(checked),
                }  # fmt: skip
                yield each.place.finding(each.number, Problem(material.code, "source_elsewhere", facts))


def _source(material: Material) -> dict[str, str]:
    return material.source.both() if material.source else {}


def bundles_together(
    placed: Sequence[PlacedBundle], items: Mapping[str, Item], codes: set[str], posts: Mapping[str, Post]
) -> Iterator[Finding]:
    """What is wrong with the bundles: `items` are those that could be read, `codes` those of all."""
    seen: dict[str, str] = {}
    for each in placed:
        code = each.bundle.code
        problems = bundle_problems(each.bundle, items, codes, posts)
        if code in seen:
            problems.append(Problem(code, "code_twice", {"code": code, "other": seen[code]}))
        seen.setdefault(code, each.place.file)
        for problem in problems:
            yield each.place.finding(each.number, problem)


def bundle_problems(
    bundle: Bundle, items: Mapping[str, Item], codes: set[str], posts: Mapping[str, Post]
) -> list[Problem]:
    """Every rule that `bundle` breaks, given the items and posts of the catalogue."""
    uses = [
        *(Use(situation.code, situation.when, "situations") for situation in bundle.situations),
        *(Use(bundle.code, member.when, "members", member.item) for member in bundle.members),
    ]
    members = [items[member.item] for member in bundle.members if member.item in items]
    asked = [situation.code for item in members for situation in item.situations]
    return [
        *_codes(bundle, codes, posts),
        *doubles("situation", "situations", [situation.code for situation in bundle.situations]),
        *choice_problems(bundle.situations),
        *condition_problems(bundle.situations, (), uses),
        *idle_problems(bundle.situations, asked, uses),
        *_same_questions(bundle, members),
        *_empty(bundle),
        *limit_problems(bundle.code, bundle.statutory, bundle.promised),
    ]


def _codes(bundle: Bundle, codes: set[str], posts: Mapping[str, Post]) -> Iterator[Problem]:
    code = bundle.code
    if not _CODE.fullmatch(code) or code in codes:
        yield Problem(code, "bundle_code", {"code": code})
    post = posts.get(bundle.lead)
    if post is None:
        yield Problem(code, "lead_unknown", {"code": code, "post": bundle.lead}, near="lead")
    elif post.team != "officer":
        yield Problem(code, "lead_team", {"code": code, "post": bundle.lead}, near="lead")
    if not bundle.members:
        yield Problem(code, "none", {"what": Message("catalogue.part.member")})
    named = [member.item for member in bundle.members]
    for item in dict.fromkeys(named):
        if item not in codes:
            yield Problem(code, "member_unknown", {"code": code, "item": item}, near=item, table="members")
        if named.count(item) > 1:
            facts = {"what": Message("catalogue.part.member"), "code": item}
            yield Problem(code, "twice", facts, near=item, table="members")


def _same_questions(bundle: Bundle, members: Sequence[Item]) -> Iterator[Problem]:
    """One answer serves all that ask under one code, so they have to ask the same."""
    first: dict[str, tuple[Item, Situation]] = {}
    for item in members:
        for asked in item.situations:
            other, before = first.setdefault(asked.code, (item, asked))
            if (before.question, before.options) != (asked.question, asked.options):
                facts = {"code": bundle.code, "situation": asked.code, "item": item.code, "other": other.code}
                yield Problem(bundle.code, "asked_differently", facts, near=item.code, table="members")


def _empty(bundle: Bundle) -> Iterator[Problem]:
    """Answers under which nothing at all would be applied for."""
    answers = Answers(bundle.situations)
    conditions = [member.when for member in bundle.members]
    if not conditions or None in conditions or not all(answers.knows(condition) for condition in conditions):
        return
    ways = answers.ways(*conditions)
    if len(ways) > MOST:
        yield Problem(bundle.code, "situations_many", {"code": bundle.code, "most": MOST}, table="members")
    without = next((given for given in ways if not any(holds(each, given) for each in conditions)), None)
    if without is not None:
        yield Problem(bundle.code, "bundle_empty", {"code": bundle.code, "answers": in_words(without)})
