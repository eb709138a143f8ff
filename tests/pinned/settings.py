"""What IT publishes: catalogues, calendars and settings before they hold, and what they change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

import msgspec

from casework import window_settings
from casework.calendar import parse as parse_calendar
from casework.calendar_changes import check_calendar, diff_calendars
from casework.catalogue.diff import Change, condition_in_words, diff
from casework.catalogue.district import read_csv
from casework.catalogue.form import asked_fields, form_gaps
from casework.catalogue.gates import shut_gates, undated
from casework.catalogue.materials import STATES, adds, applicable, completeness, material_states
from casework.catalogue.parse import item_hash, parse
from casework.catalogue.search import Finder, bundle_entries, entries_of, guide_entries
from casework.catalogue.situations import names_in, normal_answers, unanswered
from casework.limits import LIMITS
from local_db.shipped import shipped_calendar
from tests.people import CALENDAR, CATALOGUE, ITEMS, filled, right_answers
from tests.pinned.mistakes import found
from tests.pinned.saying import digested, line, outcome
from tests.unit.planted_mistakes import FILES, PLANTED, item_span, sample

DISTRICT = """code,name,kind,department,department_code,group
31010001,食品经营许可,行政许可,市场监管局,1101,单项
31010002,"建设, 规划",行政许可,规划局,1102,工程
31010001,重复,行政许可,规划局,1102,工程
,无码,行政许可,规划局,1102,工程
31010003,短行,行政许可
31010004,"开引号,行政许可,规划局,1102,工程
31010005,\ufffd,行政许可,规划局,1102,工程
31010006,{long},行政许可,规划局,1102,工程
31010007,{longest},行政许可,规划局,1102,工程

31010008,公章刻制备案,其他,公安局,1103,商事
""".format(long="长" * LIMITS.field_chars, longest="长" * (LIMITS.field_chars + 1))
QUERIES = (
    "D01",
    "d0",
    "食品",
    "sp",
    "shipin",
    "spjy",
    "餐馆",
    "许可",
    "licence",
    "food",
    "010",
    "3101",
    "a",
    "",
    "zzz",
    "经营 食品",
    "guihua",
    "备案",
)


def said(changes: tuple[Change, ...]) -> Iterator[str]:
    """Each change as a line."""
    yield from (line(each.code or "-", each.what) for each in changes)


def differences(start: int) -> Iterator[str]:
    """What an edit of the sample changes, forth and back; those that can't be read at all say so."""
    plain = parse(sample())
    for rule, where, old, new, _ in PLANTED[start : start + 8]:
        files = sample()
        file = FILES.get(where, where)
        text = files[file].decode()
        begin, end = item_span(text, where) if where in FILES else (0, len(text))
        files[file] = (text[:begin] + text[begin:end].replace(old, new, 1) + text[end:]).encode()
        edited = outcome(parse, files)
        yield line("edit", rule, where, new.replace("\n", " "))
        if isinstance(edited, dict):
            yield line(edited)
            continue
        yield from said(diff(plain, edited))
        yield f"back: {digested(said(diff(edited, plain)))}"


def _calendar(**changes: Any) -> bytes:
    table = json.loads(shipped_calendar())
    for name, value in changes.items():
        if value is None:
            del table[name]
        else:
            table[name] = value(table[name]) if callable(value) else value
    return json.dumps(table, ensure_ascii=False, indent=1).encode()


def _days(year: str, **days: Any) -> Callable[[Any], Any]:
    return lambda years: {**years, year: {**years.get(year, {"off": [], "work": []}), **days}}


def _year() -> str:
    """The newest year of the shipped calendar."""
    years: dict[str, Any] = json.loads(shipped_calendar())["years"]
    return max(years)


def _off_too(*days: str) -> Callable[[Any], Any]:
    """The newest year with these days off once more."""
    return lambda years: {**years, _year(): {**years[_year()], "off": [*years[_year()]["off"], *days]}}


CALENDARS: Mapping[str, Callable[[], bytes]] = {
    "the same": _calendar,
    "few days": lambda: _calendar(years=_days(_year(), off=[f"{_year()}-01-01"])),
    "twice": lambda: _calendar(years=_off_too(f"{_year()}-10-01")),
    "one more": lambda: _calendar(years=_off_too(f"{_year()}-12-24")),
    "no work": lambda: _calendar(years=_days(_year(), work=[])),
    "another year": lambda: _calendar(years=_days("2027", off=[f"2027-01-{day:02}" for day in range(1, 13)])),
    "a year less": lambda: _calendar(years=lambda years: {each: years[each] for each in years if each != _year()}),
    "a day of another year": lambda: _calendar(years=_days(_year(), off=["2019-01-01"])),
    "hours": lambda: _calendar(office=[["08:00", "12:00"], ["13:00", "16:00"]]),
    "hours that overlap": lambda: _calendar(office=[["08:00", "12:00"], ["11:00", "16:00"]]),
    "no hours": lambda: _calendar(office=[]),
    "no years": lambda: _calendar(years={}),
    "another source": lambda: _calendar(source="国办发〔2027〕1号"),
    "no source": lambda: _calendar(source=None),
    "other days each year": lambda: _calendar(every_year=["01-01"]),
    "nothing that moves": lambda: _calendar(moving={}),
}  # fmt: skip
BROKEN = (b"", b"{", b"[1]", b'{"years": 3}', b'{"years": {"2026": {"off": ["soon"]}}}', b"\xff")


def calendars(name: str) -> Iterator[str]:
    """Its mistakes, and what it changes."""
    data = CALENDARS[name]()
    yield from found(check_calendar("cn.json", data))
    for old, new in ((shipped_calendar(), data), (data, shipped_calendar())):
        changes = outcome(diff_calendars, old, new)
        yield from [line(changes)] if isinstance(changes, dict) else said(changes)
    made = outcome(parse_calendar, data)
    yield line(made if isinstance(made, dict) else [made.last, made.office_day])


def broken() -> Iterator[str]:
    """Files that are no calendar, no settings, no list."""
    for data in BROKEN:
        yield line(repr(data))
        yield from found(check_calendar("cn.json", data))
        yield from found(window_settings.check_settings("windows.json", data))
        yield line(outcome(window_settings.decode_settings, data), outcome(read_csv, data))


SETTINGS: Mapping[str, dict[str, Any]] = {
    "nothing": {},
    "good": {
        "number": 3, "note": "秋季", "base": {"language": "zh_CN", "idle_minutes": 5, "borders": True},
        "hall": {"phone": "027-67880000", "badge": ";", "poll_spacing": 2.5, "theme": "yichuang-dark"},
        "terminals": {"0012": {"printers": [{"name": "till", "address": "tcp://till",
        "takes": ["80mm"]}], "borders": False}},
    },
    "all wrong": {
        "base": {"language": "fr", "theme": "pink",
        "idle_minutes": 0, "poll_spacing": 0.0, "retry_most": 1e9, "look_minutes": 0},
        "hall": {"phone": "call me", "badge": "ab", "colour": 3, "idle_minutes": 100000},
        "terminals": {
            "12": {"badge": "a", "phone": "0" * 25}, "0013": {"printers": []}, "base2": {"odd": 1},
            "0014": {"printers": [{"name": "a", "address": "lpt:"}, {"name": "b",
            "address": "folder:"}, {"name": "b", "address": "spool:"}]},
        },
        "windows": 3,
    },
    "odd form": {"base": {"idle_minutes": "five"}},
}  # fmt: skip


def settings() -> Iterator[str]:
    """Layer by layer: mistakes with their lines, what holds where, and what changes."""
    written = {name: json.dumps(document, ensure_ascii=False, indent=1).encode() for name, document in SETTINGS.items()}
    for name, data in written.items():
        yield line("=", name)
        yield from found(window_settings.check_settings("windows.json", data))
        document = outcome(window_settings.decode_settings, data)
        if isinstance(document, window_settings.Document):
            yield line("number", digested([window_settings.numbered(data, 7).decode()]))
            yield from (
                line(terminal, window_settings.settings_for(document, terminal))
                for terminal in ("0012", "0013", "9999")
            )
    for old, new in (("nothing", "good"), ("good", "nothing"), ("good", "all wrong"), ("all wrong", "good")):
        changes = outcome(window_settings.diff_settings, written[old], written[new])
        yield line("from", old, "to", new)
        yield from [line(changes)] if isinstance(changes, dict) else said(changes)
    for text in ("", "0", "027-1 (2)", "+86", "x", "1" * 24, "1" * 25, " 1", "1\n"):
        yield line(repr(text), window_settings.is_phone(text), window_settings.is_badge(text))
    for text in (";", "%", " ", "a", "张", ";;", "\x07"):
        yield line(repr(text), window_settings.is_badge(text))


def district() -> Iterator[str]:
    """A district's list, row by row, also in another encoding, and its limits."""
    for data in (
        DISTRICT.encode(),
        DISTRICT.replace("\ufffd", "x").encode("gb18030"),
        b"\xef\xbb\xbf" + DISTRICT.encode(),
    ):
        imported = read_csv(data)
        yield from (line(each) for each in imported.items)
        yield from (line("refused", each.line, each.reason) for each in imported.refused)
    few = msgspec.structs.replace(LIMITS, district_rows=2, district_bytes=100)
    yield line(outcome(read_csv, DISTRICT.encode(), few))
    yield line(outcome(read_csv, DISTRICT.encode(), msgspec.structs.replace(LIMITS, district_rows=3)))
    yield line(outcome(read_csv, b"code;name\n1;2\n"), outcome(read_csv, b"code,name\n"))


def finder() -> Iterator[str]:
    """What is found by what is typed, best first."""
    guide = read_csv(DISTRICT.encode()).items
    entries = (
        *entries_of(CATALOGUE.items.values()),
        *bundle_entries(CATALOGUE.bundles.values()),
        *guide_entries(guide),
    )
    street = {"开饭馆": ("D01", "Y01"), "装修": ("C07",)}
    for recent in ((), ("D10", "A01")):
        finder_ = Finder(entries, street)
        for query in (*QUERIES, "开饭馆", "饭馆", "装"):
            yield line(query or "nothing", [each.code for each in finder_.find(query, recent, 12)])
    yield line(len(Finder(entries)), [each.code for each in Finder(entries).find("许", limit=3)])


def items(at: int) -> Iterator[str]:
    """Of each item what is asked under which answers, which papers, which gates, and its hash."""
    for code in ITEMS[at : at + 6]:
        item = CATALOGUE.items[code]
        answers = right_answers(item)
        yield line(code, item_hash(item)[:12], answers, unanswered(item, {}), normal_answers(item, answers) == answers)
        for given in ({}, answers, {each.code: each.answers[0] for each in item.situations}):
            fields = [field.id for field in asked_fields(item, given)]
            papers = (
                [m.code for m in applicable(item, given, agent=False)],
                [m.code for m in applicable(item, given, agent=True)],
            )
            yield line("asks", fields, papers[0], [each for each in papers[1] if each not in papers[0]])
            yield line("gaps", digested([line(gap) for gap in form_gaps(item, given, {})]))
            for have in STATES:
                asked = outcome(completeness, item, given, dict.fromkeys(papers[0], have), agent=True)
                yield line(have, asked if isinstance(asked, dict) else digested([line(each) for each in asked]))
            yield line(
                "states", digested([line(m.code, state) for m, state in material_states(item, given, {}, agent=False)])
            )
            form = filled(item, answers)
            now, later = date(2026, 11, 23), date(2027, 6, 1)
            shut = [shut_gates(item, given, form, now, CALENDAR), shut_gates(item, given, {}, later, None)]
            yield line(
                "gates",
                [[gate.code for gate in gates] for gates in shut],
                [field.id for field in undated(item, given, {})],
            )
        words = [condition_in_words(m.when) for m in item.materials if m.when]
        yield line("when", digested([*words, *(str(names_in(m.when)) for m in item.materials)]))
        wrong = dict(zip((field.id for field in item.fields), ("x" * 999, "", "-1", "soon", "\x00"), strict=False))
        yield line("wrong", form_gaps(item, answers, wrong))


def added() -> Iterator[str]:
    """What a paper adds to what was there."""
    for before in (*STATES, "missing"):
        yield line(
            before, [[have, adds(before, have, accepted=False), adds(before, have, accepted=True)] for have in STATES]
        )


HISTORIES: Mapping[str, Callable[[], Iterator[str]]] = (
    {f"what an edit changes {at:03}": partial(differences, at) for at in range(0, len(PLANTED), 8)}
    | {f"calendar: {name}": partial(calendars, name) for name in CALENDARS}
    | {f"items from {ITEMS[at]}": partial(items, at) for at in range(0, len(ITEMS), 6)}
    | {"broken files": broken, "settings": settings, "district": district, "finder": finder, "papers added": added}
)
