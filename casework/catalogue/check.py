"""The linter of the law: every mistake in catalogue files, with file, line and reason, in one run.

It reads the raw TOML, reports and heals what would stop a whole item from being read (a missing language, a limit or
material without basis), and then lets `check_item` and `check_route` look at the values. Keeps R7, R9, R11, R15, R20,
R30, R33.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from casework.catalogue.check_item import item_problems
from casework.catalogue.check_route import route_problems
from casework.catalogue.finding import Finding, Place, Problem
from casework.catalogue.parse import BUNDLES_FILE, POSTS_FILE, entries, read_toml, resolved
from casework.catalogue.schema import Item, Post
from casework.errors import BadCatalogue
from casework.messages import Message

_NEEDS_BASIS = ("materials", "statutory", "promised")


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
    codes: dict[str, str] = {}
    for name, data in raw.items():
        if not name.endswith((POSTS_FILE, BUNDLES_FILE)):
            _check_file(Place(name, files[name].decode()), data, posts, codes, findings)
    return tuple(sorted(findings, key=lambda each: (each.file, each.line, each.code, each.reason.id)))


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
        # R15: nobody of the helper team acts in a decision or a check of substance.
        forbidden = sorted({"examine", "site_check", "decide"} & set(post.kinds))
        problems.extend(Problem(post.id, "helper_serves", {"post": post.id, "kind": kind}) for kind in forbidden)
    return problems


def _check_file(
    place: Place, data: Mapping[str, Any], posts: Mapping[str, Post], codes: dict[str, str], findings: list[Finding]
) -> None:
    problems: list[Problem] = []
    _heal(data.get("basis", {}), problems)
    findings.extend(_strange_tables(place, data, {"basis", "routes", "items"}))
    findings.extend(place.finding(None, problem) for problem in problems)
    for index, entry in enumerate(resolved(data)):
        problems = []
        healed = _heal(entry, problems)
        item = _convert(healed, Item, problems)
        if item is not None:
            if item.code in codes:
                problems.append(Problem(item.code, "code_twice", {"code": item.code, "other": codes[item.code]}))
            codes.setdefault(item.code, place.file)
            problems.extend(item_problems(item))
            problems.extend(route_problems(item, posts))
        findings.extend(place.finding(index, problem) for problem in problems)


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
    """`value` with a missing language or basis reported and filled in, so that the rest can be read."""
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
    healed = {inner_key: _heal(inner, problems, owner, inner_key) for inner_key, inner in value.items()}
    needs_basis = key in _NEEDS_BASIS or (key == "" and "materials" in value)
    if needs_basis and not value.get("basis"):
        problems.append(
            Problem(owner, "basis_missing", {"what": key or "item"}, near=key if key != "materials" else "")
        )
        healed["basis"] = {"zh": "-", "en": "-"}
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
