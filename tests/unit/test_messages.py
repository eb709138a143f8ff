"""The catalogues: the same ids in both languages, the same facts in each sentence, and every id the code names.

The ids are found in the source as a tree: `t("...")`, `Message("...")`, `Refusal("...")` and every error of the rooms'
trees. An id built by an f-string has to have at least one sentence with its fixed beginning.
"""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path
from typing import get_args

import pytest

from casework.case import ENDED_STATES, OPEN_STATES
from casework.catalogue.materials import HAVE, PENDING
from casework.catalogue.schema import MODULES, StepKind
from casework.clocks import STATUTORY_KINDS
from casework.commands import ACTS
from casework.events import EVENTS
from casework.messages import Message
from casework.papers import KINDS
from console import messages
from console.messages import DOMAINS, LANGUAGES, choose_language, read_catalogue, translator
from tasks import LOCALE, compile_messages

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("casework", "console", "hall", "local_db", "screens", "sync")
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
DOTTED = re.compile(r"[a-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
TABLES = {language: read_catalogue(language) for language in LANGUAGES}


def msgids(source: Path) -> list[str]:
    """The ids of a `.po` file as they are written, doubles too (gettext's readers would merge them)."""
    lines = (line for line in source.read_text(encoding="utf-8").splitlines() if line.startswith("msgid "))
    return [ast.literal_eval(line.removeprefix("msgid ")) for line in lines if line != 'msgid ""']


def placeholders(sentence: str) -> set[str]:
    """The names between braces."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_have_the_same_ids(domain: str) -> None:
    chinese, english = (set(msgids(LOCALE / language / "LC_MESSAGES" / f"{domain}.po")) for language in LANGUAGES)
    assert chinese - english == set()
    assert english - chinese == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_id_stands_once_over_all_domains(language: str) -> None:
    ids = [msgid for domain in DOMAINS for msgid in msgids(LOCALE / language / "LC_MESSAGES" / f"{domain}.po")]
    assert sorted({msgid for msgid in ids if ids.count(msgid) > 1}) == []
    assert [msgid for msgid in ids if not DOTTED.fullmatch(msgid)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_id_has_a_sentence(language: str) -> None:
    ids = [msgid for domain in DOMAINS for msgid in msgids(LOCALE / language / "LC_MESSAGES" / f"{domain}.po")]
    assert [msgid for msgid in ids if not TABLES[language].get(msgid, "").strip()] == []


def test_a_sentence_takes_the_same_facts_in_both_languages() -> None:
    facts = {msgid: [placeholders(TABLES[language].get(msgid, "")) for language in LANGUAGES] for msgid in TABLES["en"]}
    assert {msgid: pair for msgid, pair in facts.items() if pair[0] != pair[1]} == {}


def test_a_placeholder_is_a_plain_name() -> None:
    """`{0}`, `{case.number}` or `{}` would reach into objects or fail where a fact is missing."""
    odd = {
        msgid: name
        for table in TABLES.values()
        for msgid, sentence in table.items()
        for name in placeholders(sentence)
        if not name.isidentifier()
    }
    assert odd == {}


def test_the_compiled_catalogues_are_those_of_the_text() -> None:
    assert compile_messages(write=False) == [], "run `make messages`"


# The ids that the code names


def error_classes() -> set[str]:
    """The names of all classes in the rooms' error trees: they take a message id first."""
    found = set()
    for path in SOURCES:
        if path.name == "errors.py":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found |= {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    return found


TAKE_AN_ID = {"t", "Message", "Refusal"} | error_classes()
PREFIX = {"Refusal": "refusal."}


def named_ids(tree: ast.Module) -> list[tuple[int, str, bool]]:
    """(line, id or its fixed beginning, whether it is whole) of each id that the code names."""
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        callee = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if callee not in TAKE_AN_ID:
            continue
        for choice in _choices(node.args[0]):
            if isinstance(choice, ast.Constant) and isinstance(choice.value, str):
                found.append((node.lineno, PREFIX.get(callee, "") + choice.value, True))
            elif isinstance(choice, ast.JoinedStr) and isinstance(choice.values[0], ast.Constant):
                found.append((node.lineno, PREFIX.get(callee, "") + str(choice.values[0].value), False))
    return found


def _choices(node: ast.expr) -> list[ast.expr]:
    """Both sides of `a if x else b`."""
    return [*_choices(node.body), *_choices(node.orelse)] if isinstance(node, ast.IfExp) else [node]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_id_in_the_code_has_a_sentence(path: Path) -> None:
    table = TABLES["zh_CN"]
    missing = [
        f"{path.relative_to(ROOT)}:{line} {text}"
        for line, text, whole in named_ids(ast.parse(path.read_text(encoding="utf-8")))
        if not (text in table if whole else any(known.startswith(text) for known in table))
    ]
    assert missing == []


def test_the_scan_finds_what_the_code_names() -> None:
    tree = ast.parse('t("a.b")\nmessages.t(f"post.{x}")\nraise BadCode("c.d" if y else "e.f", n=1)\nRefusal("late")')
    found = [(1, "a.b", True), (2, "post.", False), (3, "c.d", True), (3, "e.f", True), (4, "refusal.late", True)]
    assert sorted(named_ids(tree)) == found


# The ids that nobody names

FAMILIES = ("ground",)
"""Families of ids that a form puts before the codes of a choice (`console.desk.fields.choice`)."""


def spoken() -> tuple[set[str], list[re.Pattern[str]]]:
    """Every text of the code that could be an id, and every id that is put together, as a pattern."""
    whole: set[str] = set()
    made = [re.compile(rf"{family}\.\w+") for family in FAMILIES]
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                first, *others = node.values
                if isinstance(first, ast.Constant) and "." in str(first.value):
                    rest = (
                        re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w.-]+" for part in others
                    )
                    made.append(re.compile(re.escape(str(first.value)) + "".join(rest)))
    return whole, made


def test_every_sentence_is_said_somewhere() -> None:
    """The papers' `Words` and `Refusal` put the name of their family before the id."""
    whole, made = spoken()
    silent = []
    for msgid in sorted(TABLES["zh_CN"]):
        names = {msgid, msgid.removeprefix("papers."), msgid.removeprefix("refusal.")}
        if not names & whole and not any(pattern.fullmatch(name) for pattern in made for name in names):
            silent.append(msgid)
    assert silent == []


@pytest.mark.parametrize(
    ("family", "codes"),
    [
        ("act", {*ACTS, "receive", "withdraw-refused", "looked-after"}),
        ("event", set(EVENTS)),
        ("have", {*HAVE, PENDING}),
        ("module", set(MODULES)),
        ("papers.have", {*HAVE, PENDING}),
        ("paper", set(KINDS)),
        ("state", OPEN_STATES | ENDED_STATES),
        ("step", {*get_args(StepKind), "supplement", "proposal", "close"}),
        ("step.sign", set(get_args(StepKind))),
        ("suspension", STATUTORY_KINDS | {"rectify"}),
    ],
)
def test_every_code_that_people_see_has_its_word(family: str, codes: set[str]) -> None:
    """The scan above knows of an id that is put together only how it begins."""
    assert {code for code in codes if f"{family}.{code}" not in TABLES["zh_CN"]} == set()


# The lookup


def with_table(monkeypatch: pytest.MonkeyPatch, **tables: dict[str, str]) -> None:
    """Give the lookup these sentences instead of the files."""
    monkeypatch.setattr(messages, "read_catalogue", lambda language, _domains: tables.get(language, {}))


def test_a_missing_fact_shows_its_name_and_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    with_table(monkeypatch, zh_CN={"a.b": "办件 {number} 还剩 {days:>3} 天"})
    assert translator("zh_CN")("a.b", {"number": "42"}) == "办件 42 还剩 {days} 天"
    assert translator("zh_CN")("a.b", {}) == "办件 {number} 还剩 {days} 天"


@pytest.mark.parametrize("broken", ["{", "{n:d}", "{n.x}", "{0}", "{n!z}"])
def test_a_broken_sentence_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    with_table(monkeypatch, zh_CN={"a.b": broken})
    assert translator("zh_CN")("a.b", {"n": "张三"})


def test_braces_and_markup_in_a_name_stay_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    with_table(monkeypatch, en={"a.b": "Taken in for {name}"})
    assert translator("en")("a.b", {"name": "{number} [red] 𠮷"}) == "Taken in for {number} [red] 𠮷"


def test_a_text_that_one_language_lacks_is_shown_in_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    with_table(monkeypatch, zh_CN={"a.b": "收件"}, en={"c.d": "Done", "a.b": ""})
    assert translator("en")("a.b", {}) == "收件"
    assert translator("zh_CN")("c.d", {}) == "Done"
    assert translator("zh_CN")("nobody.knows", {}) == "nobody.knows"


def test_lists_and_messages_among_the_facts_are_read_by_people_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with_table(
        monkeypatch, zh_CN={"a.b": "缺：{what}", "m.x": "身份证{n}份"}, en={"a.b": "Missing: {what}", "m.x": "{n} ID"}
    )
    facts = {"what": [Message("m.x", {"n": 2}), "A01-02"]}
    assert translator("zh_CN")("a.b", facts) == "缺：身份证2份、A01-02"
    assert translator("en")("a.b", facts) == "Missing: 2 ID, A01-02"


@pytest.mark.parametrize(
    ("argument", "environment", "language"),
    [
        (None, {}, "zh_CN"),
        (None, {"LANG": "C.UTF-8"}, "zh_CN"),
        (None, {"LANG": "en_US.UTF-8"}, "en"),
        (None, {"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh_CN"),
        (None, {"YICHUANG_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, "en"),
        ("zh_CN", {"YICHUANG_LANG": "en"}, "zh_CN"),
        ("klingon", {"YICHUANG_LANG": "en"}, "en"),
    ],
)
def test_the_language_is_the_one_asked_for_nearest(
    argument: str | None, environment: dict[str, str], language: str
) -> None:
    assert choose_language(argument, environment) == language


def test_one_paper_is_not_papers() -> None:
    say = translator("en")
    say._tables["en"] = {"one": "{n} paper{n:|s} wait{n:s|}, {n} {n:copy|copies}"}  # type: ignore[attr-defined]
    assert say("one", {"n": 1}) == "1 paper waits, 1 copy"
    assert say("one", {"n": 2}) == "2 papers wait, 2 copies"
    assert say("one", {"n": "1"}) == "1 paper waits, 1 copy"
    assert say("one", {}) == "{n} paper{n} wait{n}, {n} {n}", "a fact that is missing shows its name"
