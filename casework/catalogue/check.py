"""The linter of the law: every mistake in catalogue files, with file, line and reason, in one run.

It reads the raw TOML, reports and heals what would stop a whole item from being read (a missing language, a limit or
material without basis), and then lets others look at the values: `check_item` and `check_route` at one item,
`check_together` at several and at bundles. Keeps R1, R2, R4, R7, R9, R11, R15, R20 to R22, R30, R33 and R61.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from casework.catalogue.check_item import item_problems
from casework.catalogue.check_route import HELPER_KINDS, route_problems
from casework.catalogue.check_together import Placed, PlacedBundle, bundles_together, items_together
from casework.catalogue.finding import Finding, Place, Problem
from casework.catalogue.parse import BUNDLES_FILE, POSTS_FILE, entries, read_toml, resolved
from casework.catalogue.schema import Bundle, Item, Post
from casework.errors import BadCatalogue
from casework.messages import Message

_NEEDS_BASIS = {
    "items": "part.item",
    "bundles": "part.bundle",
    "materials": "part.material",
    "stops": "part.stop",
    "gates": "part.gate",
    "fee": "field.fee",
    "statutory": "field.statutory",
    "promised": "field.promised",
}
"""What must say its basis, by its key, with the word for it."""


def check(files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """All mistakes in `files` (as `parse` takes them), by file and line; empty: the catalogue may be published."""
    findings: list[Finding] = []
    raw: dict[str, dict[str, Any]] = {}
    for name in sorted(files):
        try:
            raw[name] = read_toml(name, files[name])
        except BadCatalogue as problem:
            line = _line_named(str(problem.message.facts["problem"]), files[name])
            findings.append(Finding(name, line, "", Message("catalogue.check.not_toml", problem.message.facts)))
    posts = _posts(raw, files, findings)
    placed: list[Placed] = []
    bundles: list[PlacedBundle] = []
    codes: set[str] = set()
    for name, data in raw.items():
        if name.endswith(BUNDLES_FILE):
            place = Place(name, files[name].decode(), table="bundles")
            found = _read(place, data, Bundle, "bundles", findings)
            bundles.extend(PlacedBundle(place, index, bundle) for index, bundle in found)
        elif not name.endswith(POSTS_FILE):
            place = Place(name, files[name].decode())
            placed.extend(Placed(place, index, item) for index, item in _read(place, data, Item, "items", findings))
            codes |= {str(entry.get("code")) for entry in entries(data, "items") if isinstance(entry, dict)}
    for each in placed:
        problems = [*item_problems(each.item), *(route_problems(each.item, posts) if each.item.route else ())]
        findings.extend(each.place.finding(each.number, problem) for problem in problems)
    findings.extend(items_together(placed))
    if len(raw) < len(files):  # the items of a file that can't be read are not unknown
        codes |= {member.item for each_bundle in bundles for member in each_bundle.bundle.members}
    findings.extend(bundles_together(bundles, {each.item.code: each.item for each in placed}, codes, posts))
    return _once(findings)


def _once(findings: list[Finding]) -> tuple[Finding, ...]:
    """In order, and a mistake in a route that several items share once."""
    keyed = {(each.file, each.line, each.code, each.reason.id, str(each.reason.facts)): each for each in findings}
    return tuple(each for _, each in sorted(keyed.items(), key=lambda pair: pair[0]))


def _read(
    place: Place, data: Mapping[str, Any], kind: type[Any], table: str, findings: list[Finding]
) -> Iterator[tuple[int, Any]]:
    """Each entry of `table` that can be read as `kind`, with its index; what is wrong with the others is a finding."""
    problems: list[Problem] = []
    _heal(data.get("basis", {}), problems)
    findings.extend(_strange_tables(place, data, {"basis", "routes", table}))
    findings.extend(place.finding(None, problem) for problem in problems)
    for index, entry in enumerate(resolved(data, table)):
        problems = []
        value = _convert(_heal(entry, problems, key=table), kind, problems)
        findings.extend(place.finding(index, problem) for problem in problems)
        if value is not None:
            yield index, value


def _posts(raw: Mapping[str, Any], files: Mapping[str, bytes], findings: list[Finding]) -> dict[str, Post]:
    posts: dict[str, Post] = {}
    for name, data in raw.items():
        if not name.endswith(POSTS_FILE):
            continue
        place = Place(name, files[name].decode(), table="posts")
        findings.extend(_strange_tables(place, data, {"posts"}))
        for index, entry in enumerate(entries(data, "posts")):
            problems: list[Problem] = []
            healed = _heal(entry, problems)
            post = _convert(healed, Post, problems)
            if post is not None:
                problems.extend(_post_problems(post, posts))
                posts[post.id] = post
            findings.extend(place.finding(index, problem) for problem in problems)
    return posts


def _post_problems(post: Post, posts: Mapping[str, Post]) -> list[Problem]:
    problems = []
    if post.id in posts:
        problems.append(Problem(post.id, "post_twice", {"post": post.id}))
    if post.team == "helper":
        # R15: nobody of the helper team acts in a decision or a check of substance, or extends a limit.
        forbidden = sorted(set(post.kinds) - HELPER_KINDS)
        problems.extend(Problem(post.id, "helper_serves", {"post": post.id, "kind": kind}) for kind in forbidden)
        problems.extend(Problem(post.id, "helper_verb", {"post": post.id, "verb": verb}) for verb in post.verbs)
    return problems


def _strange_tables(place: Place, data: Mapping[str, Any], known: set[str]) -> list[Finding]:
    # `[[item]]` for `[[items]]` would otherwise be an item that nobody misses.
    return [place.finding(None, Problem("", "table", {"table": key}, near=key)) for key in data if key not in known]


def _convert(raw: Any, kind: type[Any], problems: list[Problem]) -> Any:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as problem:
        code = str(raw.get("code", raw.get("id", ""))) if isinstance(raw, dict) else ""
        problems.append(Problem(code, "shape", {"problem": str(problem)}))
        return None


def _heal(value: Any, problems: list[Problem], owner: str = "", key: str = "") -> Any:
    """`value` with a missing language, basis or route reported and filled in, so that the rest can be read."""
    if isinstance(value, list):
        return [_heal(inner, problems, owner, key) for inner in value]
    if not isinstance(value, dict):
        if key.endswith("basis") and isinstance(value, str):
            problems.append(Problem(owner, "basis_unknown", {"basis": value}, near=value))
            return {"zh": value or "-", "en": value or "-"}
        return value
    owner = str(value.get("code", value.get("id", owner)))
    if value and set(value) <= {"zh", "en"}:
        return _both_languages(value, problems, owner)
    told = len(problems)
    healed = {inner_key: _heal(inner, problems, owner, inner_key) for inner_key, inner in value.items()}
    if key == "tracks":  # its limits are called like the item's own
        problems[told:] = [msgspec.structs.replace(problem, table=key) for problem in problems[told:]]
    if key in _NEEDS_BASIS and not value.get("basis"):
        table = key if key in {"stops", "gates"} else ""
        near = str(value.get("kind", "")) if key == "stops" else "" if "code" in value else key
        facts = {"what": Message(f"catalogue.{_NEEDS_BASIS[key]}")}
        problems.append(Problem(owner, "basis_missing", facts, near=near, table=table))
        healed["basis"] = {"zh": "-", "en": "-"}
    if isinstance(value.get("route"), str):
        problems.append(Problem(owner, "route_unknown", {"route": value["route"]}, near="route"))
        healed["route"] = []
    return healed


def _both_languages(value: dict[str, Any], problems: list[Problem], owner: str) -> dict[str, Any]:
    if not all(isinstance(text, str) for text in value.values()):
        return value
    texts = {language: value.get(language, "").strip() for language in ("zh", "en")}
    present = texts["zh"] or texts["en"]
    for language, text in texts.items():
        if not text:
            problems.append(Problem(owner, "language", {"language": language, "text": present[:40]}, near=present))
    return {language: text or present or "-" for language, text in texts.items()}


def _line_named(problem: str, data: bytes) -> int:
    """The line in tomllib's `… (at line 3, column 5)` or `… (at end of document)`; 1 where it names none."""
    if "end of document" in problem:
        return max(1, len(data.splitlines()))
    _, _, rest = problem.partition("at line ")
    digits = rest.partition(",")[0]
    return int(digits) if digits.isdigit() else 1
