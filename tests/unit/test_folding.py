"""The fold of a case: it never fails, judges whatever comes, and is the same bytes on every machine."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import casework
from casework import bodies
from casework import case as cases
from casework.admit import admit
from casework.bodies import StaffSet
from casework.case import Case, decode_case, encode_case, places
from casework.events import EVENTS, Klass, body_of
from casework.facts import Base, Fact, Group, LegalTime, encode_body
from casework.folding import fold
from casework.rules import Bench
from tests.people import CATALOGUE, HELPERS, OFFICERS, Office
from tests.walking import NEVER_BY_HELPERS

ROOT = Path(__file__).resolve().parents[2]
CALM = settings(
    max_examples=400, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
STEPS = ("receive", "pre_review", "accept", "examine", "site_check", "decide", "pay", "certify", "deliver", "nowhere")
POSTS = (*HELPERS, *OFFICERS, "supervisor", "it", "moon")

people = st.builds(
    StaffSet,
    number=st.sampled_from(("1001", "1002", "2001", "2002", "2003")),
    name=st.just("某"),
    team=st.sampled_from(("helper", "helper", "officer", "officer", "officer", "supervisor", "it")),
    posts=st.lists(st.sampled_from(POSTS), min_size=1, max_size=8, unique=True).map(tuple),
    verifier=st.just(""),
    active=st.sampled_from((True, True, True, True, False)),
)

_scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
_json = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
_words = st.sampled_from(
    (
        *STEPS,
        "granted",
        "refused",
        "rectify",
        "fail",
        "pass",
        "hearing",
        "match",
        "no_match",
        "false",
        "2026-12-07",
        "",
        "D01-01",
        "window",
    )
)
_lines = st.lists(st.builds(bodies.SupplementLine, _words, _words, _words), max_size=2).map(tuple)
_routes = st.lists(
    st.builds(
        bodies.RouteStep,
        st.sampled_from(STEPS),
        st.sampled_from(STEPS),
        st.sampled_from(POSTS),
        st.lists(st.sampled_from(STEPS), max_size=2).map(tuple),
    ),
    max_size=6,
).map(tuple)
_values: dict[str, st.SearchStrategy[Any]] = {
    "lines": _lines,
    "route": _routes,
    "materials": st.dictionaries(_words, _words, max_size=3),
    "officers": st.lists(_words, max_size=3).map(tuple),
    "applicant": st.just(bodies.Party("person", "张", "1")),
    "statutory": st.just(bodies.Span(1, "working_days", "receipt")),
    "promised": st.just(bodies.Span(1, "working_days", "receipt")),
    **dict.fromkeys(("count", "days", "amount", "fee"), st.integers()),
    **dict.fromkeys(("defer_days", "pledge_check_days", "supplement_days"), st.integers(min_value=-1, max_value=40)),
    "also": _lines,
    "stops": st.lists(st.builds(bodies.Stop, _words), max_size=2).map(tuple),
    "results": st.lists(st.builds(bodies.CheckLine, _words, _words), max_size=3).map(tuple),
    "mends": st.dictionaries(_words, _words, max_size=2),
    "reused": st.just({}),
    **dict.fromkeys(("on_spot", "spot_lost", "joint", "fee_assessed"), st.booleans()),
    "delegations": st.just(()),
    "gates": st.just(()),
    "agent": st.none(),
    "situations": st.just({}),
    "form": st.just({}),
    "one_person": st.booleans(),
    "registration": st.booleans(),
    "active": st.booleans(),
    **dict.fromkeys(("posts", "scopes", "deferred", "pledged", "refused"), st.just(())),
}


def _body(type_: str) -> st.SearchStrategy[msgspec.Raw]:
    row = EVENTS.get(type_)
    rubbish = _json.map(lambda value: msgspec.Raw(msgspec.json.encode(value))) | st.binary(max_size=12).map(msgspec.Raw)
    if row is None:
        return rubbish
    fields = {field.name: _values.get(field.name, _words) for field in msgspec.structs.fields(row.body)}
    true = st.builds(row.body, **fields).map(encode_body)
    return true | true | true | rubbish


facts = st.sampled_from((*EVENTS, "step.opened", "suspended", "")).flatmap(
    lambda type_: st.builds(
        Fact,
        id=st.just("f"), type=st.just(type_), version=st.sampled_from((1, 1, 1, 2)), root=st.just("c"),
        case=st.just("c"), group=st.just(Group("g", 0, 1)), actor=st.sampled_from(("1001", "2001", "")),
        post=st.sampled_from(POSTS), visit=st.just(""), base=st.just(Base(1, 0, 0)),
        time=st.just(LegalTime("2026-11-23T10:00:00.000")) | st.just(LegalTime("never")), catalogue=st.just(""),
        roster=st.just(0), body=_body(type_),
    )
)  # fmt: skip


@CALM
@given(st.lists(facts, max_size=12))
def test_folding_never_fails_and_is_the_same_each_time(history: list[Fact]) -> None:
    once, again = fold(history), fold(tuple(history))
    assert once == again
    if once is None:
        return
    data = encode_case(once)
    assert decode_case(data) == once
    assert encode_case(decode_case(data)) == data
    assert len(places(once)) >= 0
    begun = next(n for n in range(len(history)) if fold(history[: n + 1]) is not None)
    assert once.facts == len(history) - begun


@CALM
@given(st.lists(facts, max_size=4), facts, people)
def test_judging_never_fails_and_lets_no_helper_decide(history: list[Fact], fact: Fact, who: StaffSet) -> None:
    """S17: an authentic fact gets a verdict, whatever stands in it; R15: whatever posts the roster gives."""
    mine = msgspec.structs.replace(fact, actor=who.number)
    judgement = admit(fold(history), mine, Bench(who, CATALOGUE.posts))
    assert judgement.kind in {"accepted", "rejected", "held"}
    row = EVENTS.get(fact.type)
    if row is not None and row.klass is Klass.COUNTER:
        assert judgement.kind != "rejected", "S14"
    over = row is not None and bool(row.oversight) and who.team == "supervisor"
    if fact.type in NEVER_BY_HELPERS and who.team != "officer" and not over:
        assert judgement.kind != "accepted"


_DIGEST = """
from tests.people import ITEMS, Office
from casework.case import encode_case
from casework.folding import fold
from casework.decide import print_paper
from casework.facts import digest, encode_fact
office = Office()
case = office.case("C07", "supplement", materials={}, situations={"supervision": "yes", "migrant_workers": "no"})
case = office.does(case, "1001", "supplement-received")
for who, action, data in (("1001", "pre-review", {}), ("2001", "accept", {}), ("2001", "examine", {}),
        ("2002", "send-back", {"to": "pre_review", "reason": "x"}), ("2001", "accept", {}), ("2001", "examine", {}),
        ("2002", "decide", {"outcome": "refused", "reasons": "y"})):
    case = office.does(case, who, action, data)
case = office.keep(print_paper(case, "decision", office.context("1001"), ""))
cases = [case, *(office.walked(item) for item in ITEMS)]
case = office.walked("D10", "hearing")
case = office.does(case, "2001", "suspend", {"kind": "hearing", "days": 5, "reason": "x", "held_on": "2026-12-07"})
case = office.does(case, "2001", "resume")
cases.append(office.walk(case))
for case in cases:
    assert fold(office.facts[case.id]) == case
facts = [fact for case in cases for fact in office.facts[case.id]]
print(digest(b"".join(map(encode_case, cases))), digest(b"".join(map(encode_fact, facts))))
"""


def test_two_machines_fold_to_the_same_bytes() -> None:
    """No set order: the order of hashes differs in each of these processes."""
    seen = {
        subprocess.run(
            [sys.executable, "-c", _DIGEST], cwd=ROOT, capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        ).stdout
        for seed in ("0", "1", "4242")
    }  # fmt: skip
    assert len(seen) == 1
    assert len(seen.pop().split()) == 2


def test_every_body_that_is_folded_can_be_read_back() -> None:
    office = Office()
    case = office.case("D01", "supplement", materials={})
    assert [body_of(fact).__class__.__name__ for fact in office.facts[case.id]] == ["Received", "SupplementTold"]


# Nothing that differs between platforms

FOLDED = sorted(
    path
    for place in ("case.py", "folding", "bodies", "catalogue/materials.py")
    for base in (Path(casework.__file__).parent / place,)
    for path in ([base] if base.suffix else base.rglob("*.py"))
)
_FOREIGN = frozenset(
    {"locale", "time", "random", "os", "platform", "math", "uuid", "socket", "strftime", "strptime", "getlocale"}
)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _is_set(node: ast.expr, sets: set[str]) -> bool:
    """Whether `node` is a set, as far as its text says."""
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor):
        return _is_set(node.left, sets) or _is_set(node.right, sets)
    if isinstance(node, ast.Call):
        return _name(node.func) in {"set", "frozenset", "union", "intersection", "difference", "after"}
    return _name(node) in sets


def troubles(source: str) -> list[str]:
    """What in `source` could differ between two machines: floats, the order of a set, locale, clock, chance."""
    tree = ast.parse(source)
    sets = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _is_set(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            found.append(f"{node.lineno}: float {node.value}")
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            found.append(f"{node.lineno}: true division")
        if isinstance(node, ast.Name) and node.id in _FOREIGN | {"float"}:
            found.append(f"{node.lineno}: {node.id}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"hash", "id"}:
            found.append(f"{node.lineno}: {node.func.id}")
        if isinstance(node, ast.Attribute) and node.attr in {"strftime", "strptime", "casefold"}:
            found.append(f"{node.lineno}: {node.attr}")
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {each.name.partition(".")[0] for each in node.names} | {getattr(node, "module", "") or ""}
            found += [f"{node.lineno}: import {name}" for name in names & _FOREIGN]
        loops = [node.iter] if isinstance(node, ast.For) else []
        if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp):
            loops += [each.iter for each in node.generators]
        if isinstance(node, ast.Call) and _name(node.func) in {"tuple", "list", "next", "iter", "join", "fromkeys"}:
            loops += node.args[:1]
        if isinstance(node, ast.Starred):
            loops.append(node.value)
        found += [f"{each.lineno}: order of a set" for each in loops if _is_set(each, sets)]
    return found


@pytest.mark.parametrize("path", FOLDED, ids=lambda path: path.name if path.name != "__init__.py" else path.parent.name)
def test_nothing_in_the_fold_differs_between_machines(path: Path) -> None:
    assert troubles(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = 0.5", "1: float 0.5"),
        ("x = 1 / 2", "1: true division"),
        ("x = float(1)", "1: float"),
        ("import locale", "1: import locale"),
        ("from time import monotonic", "1: import time"),
        ("a = {1, 2}\nfor x in a: pass", "2: order of a set"),
        ("x = tuple(set(y))", "1: order of a set"),
        ("x = [z for z in {*y}]", "1: order of a set"),
        ("x = (*(set(y) - {1}), 2)", "1: order of a set"),
        ("x = hash(y)", "1: hash"),
    ],
)
def test_what_differs_between_machines_is_found(source: str, found: str) -> None:
    assert found in troubles(source)


def test_no_body_or_case_holds_a_float_or_a_set() -> None:
    kinds = [kind for kind in (getattr(bodies, name) for name in bodies.__all__) if isinstance(kind, type)]
    for kind in (*kinds, Case, *(getattr(cases, name) for name in ("StepState", "Pause", "Supplement"))):
        for field in msgspec.structs.fields(kind):
            text = str(field.type)
            assert "float" not in text, (kind, field.name)
            assert "set[" not in text, (kind, field.name)
