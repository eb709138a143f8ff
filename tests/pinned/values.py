"""What is typed, scanned and written: numbers, codes, sums, texts, addresses, and the sentence of each slip."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from casework import bodies, cells, codes, money, numbers, printer_slots, seals, short_codes, text, timers, upcasting
from casework.ambient import moment, stamp, uuid7
from casework.catalogue.pinyin import initials_of, spell
from casework.events import EVENTS
from casework.facts import digest, encode_fact
from casework.limits import LIMITS
from casework.pin_lock import end_of, lock_of
from casework.rights import delegated, may, post_for, stands_in, verbs_of
from tests.builders import START, Hand, chain
from tests.people import CATALOGUE, STAFF
from tests.pinned.saying import line, outcome

TODAY = date(2026, 11, 23)
IDS = (
    "420111199003070017", "42011119900307001X", "11010519491231002X", "110105194912310021", "42011119900307001",
    "420111900307001", "42011119900230001X", "420111209903070017", "810000199408230021", "930000199408230021",
    "４２０１１１ １９９００３０７００１７", "42011119900307OO17", "420111178003070017", "E12345678",
    "AB1234567", "ABCDE", "12",
    "91110000600037341L", "990111199003070010", "", "CHN420190010101", "1234567890123",
)  # fmt: skip
USCCS = (
    "91110000600037341L", "91110000600037341l", "9111000060003734IL", "91110000600037341A", "N1110000600037341L",
    "91A10000600037341L", "90110000600037341L", "Z1110000600037341L", "420111199003070017",
    "9111-0000-6000-37341L", "91",
)  # fmt: skip
PHONES = (
    "13800138000", "138 0013 8000", "+86 13800138000", "0086-13800138000", "1380013800", "138001380001",
    "12800138000",
    "027-87654321", "02787654321", "(027)87654321", "027-87654321-801", "0714-6543210", "87654321", "4001234567",
    "400-123-4567", "+85212345678", "0085212345678", "+8612345", "10010", "1", "", "电话",
)  # fmt: skip
PROJECTS = (
    "2611-420118-04-01-123456", "2611420118040112345６", "261142011804011234567", "2613-420118-04-01-123456",
    "2015-420118-04-01-123456", "2009-420118-04-01-123456", "26114-20118-04-01-123456",
    "2600-420118-04-01-123456", "x",
)  # fmt: skip
NUMBERS = (
    "4201182611230012000111", "420118 261123 0012 0001 11", "４２０１１８２６１１２３００１２０００１１１",
    "4201182611230012000112",
    "420118261123001200011", "42011826112300120001111", "420118261323001200018", "4201182613230012000100",
    "42011826112A0012000111",
    "4201182611230012000013",
)  # fmt: skip
SUMS = ("12400.5", "0", "0.01", "1,240.50", "1，240元", "12.345", "-1", "", "12345678901", ".5", "5.", "１２")
LINES = (
    "  张  建国\t", "a\u200bb", "一\r\n二\n\n", "\ud83d\ude00", "x\ud83d", "\ufffd",
    "ｆｕｌｌ－ｗｉｄｔｈ　１２", "x" * 301, "\u3000",
    "—1－2‐3", "a\tb\tc\n\n\td", "ß",
)  # fmt: skip
ADDRESSES = (
    "folder:", "folder:/some/where", "folder:?form=svg", "folder:?form=png", "tcp://till:9100", "tcp://till",
    "tcp://[::1]:9101",
    "tcp://till:9100?form=pdf", "tcp://till:0", "tcp://till:65536", "tcp://till:65535", "tcp://:9100",
    "tcp:till:9100",
    "tcp://till?answers=yes&codes=dots", "tcp://till?answers=no&codes=bars", "tcp://till?form=svg", "spool:",
    "spool:HP", "spool:-o",
    "spool:HP?raw=yes", "spool:HP?raw=no&codes=dots", "spool:HP?form=escpos", "spool:HP?form=svg", "lpt:1", "folder",
    "folder:?colour=yes", "folder:" + "x" * 300, "spool:a\x07b", " tcp://till/ ",
    "tcp://till?answers=yes?codes=dots",
)  # fmt: skip


def each(rule: Callable[..., Any], given: Sequence[Any], *more: Any) -> Iterator[str]:
    """What `rule` says of each."""
    for value in given:
        yield line(repr(value)[:80], outcome(rule, value, *more))


def made_numbers() -> Iterator[str]:
    """Numbers as terminals make them, and as they are shown."""
    for region, day, terminal, count in (
        ("420118", TODAY, "0012", 1), ("420118", TODAY, "0012", 9999), ("420118", TODAY, "0012", 10000),
        ("420118", TODAY, "0012", 0), ("42011", TODAY, "0012", 1), ("420118", TODAY, "12", 1), ("４20118",
        TODAY, "0012", 1),
        ("420118", date(1999, 12, 31), "0012", 1), ("420118", date(2100, 1, 1), "0012", 1), ("420118",
        date(2099, 12, 31), "0012", 7),
    ):  # fmt: skip
        yield line(region, f"{day}", terminal, count, outcome(numbers.make, region, day, terminal, count))
    yield line(numbers.printed(NUMBERS[0]), numbers.is_whole(NUMBERS[0]), numbers.is_whole(NUMBERS[3]))


def ids_of_machines() -> Iterator[str]:
    """Ids, hashes and times that both sides compute."""
    for ms, fresh in ((0, 0), (1764000000000, 1), (1764000000000, (1 << 74) - 1), (1 << 47, 12345678901234567890)):
        yield line(uuid7(ms, fresh))
    yield line(stamp(START), stamp(START.replace(microsecond=123456)), f"{moment('2026-11-23T10:00:00.123')}")
    yield from each(moment, ("2026-11-23T10:00:00", "2026-11-23", "soon", "", "2026-11-23T10:00:00+08:00"))
    for kind in (timers.DEEMED, timers.SETTLED):
        yield timers.timer_id("0" * 31 + "1", kind, "2026-11-30") + " id"
    yield line(short_codes.short_code("0" * 31 + "1"), short_codes.printed_code("7H2K9QWD"))
    yield from each(short_codes.read_code, ("7h2k-9qwd", "7H2K9QW", "7H2K 9QWD", "7H2K9QW0", "7H2K9QWDE"))
    hand = Hand()
    first = hand.received()
    facts = [first, hand.accepted(first.case), hand.decided(first.case), hand.printed(first.case)]
    for fact, envelope in zip(facts, chain(facts), strict=True):
        yield f"{fact.type} {digest(encode_fact(fact))[:20]} {envelope.seq} {envelope.hash[:20]} {envelope.prev[:20]}"
    signer = seals.Ed25519Signer(bytes(range(32)))
    signed = seals.seal(signer, "head", bodies.CatalogueHead("v" * 8, 3, "3001", "3002"))
    yield line(signer.public[:16], seals.key_id(signer.public), signed)


def written_text() -> Iterator[str]:
    """Cleaned, cut and laid out."""
    for rule in (text.clean_line, text.clean_name, text.clean_text, text.clean_code, text.split_paste):
        yield from (f"{rule.__name__} {said}" for said in each(rule, LINES))
    yield from each(text.clean_line, ("一二三四五六",), 5)
    yield from each(text.split_paste, ("a\nb\nc",), 2)
    for value in ("政务服务中心 Hall 12", "𠮷野家", "一二三，四五。六七", "a" * 30, "", "Ｆｕｌｌ １２", "……——"):
        yield line(
            value, cells.screen_cells(value), cells.roll_cells(value), cells.wrap(value, 8), cells.wrap(value, 3)
        )
        yield line(f"[{cells.pad(value, 12)}][{cells.centre(value, 21)}]", cells.wrap(value, 9, cells.roll_cells))
    yield line(cells.share(48, (4, 20, 15)), cells.share(10, (1, 1, 1)), cells.share(3, (5, 1)), cells.share(64, (7,)))
    for value in ("张建国", "武汉江岸面馆有限公司", "重庆", "吕 A1", "", "㐂"):
        yield line(value, initials_of(value), spell(value))


def masks() -> Iterator[str]:
    """What lists show of a person."""
    for value in (
        "张",
        "张建国",
        "",
        "420111199003070017",
        "E12345678",
        "AB1234",
        "1234567",
        "13800001234",
        "02787654321",
        "12345678",
    ):
        yield line(
            value,
            codes.mask_name(value),
            codes.mask_id(value),
            codes.mask_phone(value),
            codes.mask_numbers(f"甲 {value}，乙"),
        )


def sums() -> Iterator[str]:
    """Fen and yuan."""
    yield from each(money.fen, SUMS)
    yield line([money.yuan(amount) for amount in (0, 1, 99, 100, 1240050)])


def locks() -> Iterator[str]:
    """How long wrong PINs lock."""
    now = datetime(2026, 11, 23, 10)  # noqa: DTZ001 - civil time
    for failures in range(12):
        until = end_of(failures, "2026-11-23T10:05:00.000", now, LIMITS)
        yield line(failures, lock_of(failures, LIMITS), until)


def slots() -> Iterator[str]:
    """Printers by name."""
    one = printer_slots.Slot("till", "tcp://till", ("80mm",))
    for slot in (
        printer_slots.Slot(" office ", "spool:HP", ("A4", "receipt")), printer_slots.Slot("till", "folder:"),
        printer_slots.Slot("", "folder:"), printer_slots.Slot("x" * 41, "folder:"),
        printer_slots.Slot("x" * 40, "folder:"),
        printer_slots.Slot("a\nb", "folder:"), printer_slots.Slot("b", "folder:", ("moon",)),
        printer_slots.Slot("b", "lpt:"),
    ):  # fmt: skip
        yield line(
            slot, outcome(printer_slots.checked, (one,), slot, 2), outcome(printer_slots.checked, (one,), slot, 1)
        )


def rights() -> Iterator[str]:
    """Who may what at which post."""
    posts = CATALOGUE.posts
    for post in posts.values():
        yield line(post.id, post.team, verbs_of(post))
    verbs = sorted({row.verb for row in EVENTS.values() if row.verb})
    for number, staff in STAFF.items():
        for verb in verbs:
            where = [post for post in posts if may(staff, verb, post, posts)]
            here = [post for post in posts if may(staff, verb, post, posts, "single")]
            yield line(
                number, verb, where, here if here != where else "", post_for(staff, staff.posts, verb, posts) or "-"
            )
    kinds = ("receive", "accept", "examine", "decide", "certify", "deliver", "pay")
    for here_ in posts:
        stands = [f"{home}/{kind}" for home in posts for kind in kinds if stands_in(here_, home, kind, "single", posts)]
        yield line(here_, stands)
    mandate = bodies.Delegation("case.decide", "3001", "授权1号", "2026-11-01", "2026-11-30")
    head = bodies.StaffSet("2005", "某", "officer", ("single",), "", delegations=(mandate,))
    for day in ("2026-10-31", "2026-11-01", "2026-11-30", "2026-12-01"):
        yield line(day, delegated(head, "case.decide", day), delegated(head, "case.extend", day))


def events() -> Iterator[str]:
    """The table of events: which class, which right, what breaks it, which paper, off line or not."""
    for name, row in EVENTS.items():
        said = {field: getattr(row, field) for field in row.__struct_fields__ if field not in {"name", "body"}}
        yield line(
            name, row.body.__name__, {key: value for key, value in said.items() if value not in ("", frozenset(), ())}
        )
    for newest, words in ((1, {}), (2, {}), (2, {"received": 1}), (2, {"received": 9})):
        yield line(newest, words, upcasting.written_version("received", newest, words))
    for version in (1, 2, 3):
        yield line(
            version, upcasting.can_read({"received": 2}, "received", version), upcasting.can_read({}, "x", version)
        )


HISTORIES: Mapping[str, Callable[[], Iterator[str]]] = {
    "identity numbers": partial(each, codes.check_resident_id, IDS, TODAY),
    "identity of a person": partial(each, partial(codes.check_identity, "person"), IDS, TODAY),
    "identity of a firm": partial(each, partial(codes.check_identity, "entity"), USCCS[:4], TODAY),
    "credit codes": partial(each, codes.check_uscc, USCCS),
    "telephones": partial(each, codes.check_phone, PHONES),
    "project codes": partial(each, codes.check_project_code, PROJECTS),
    "case numbers": partial(each, numbers.parse, NUMBERS),
    "made numbers": made_numbers,
    "addresses of printers": partial(each, printer_slots.read_address, ADDRESSES),
    "printers": slots,
    "sums": sums,
    "masks": masks,
    "text": written_text,
    "ids": ids_of_machines,
    "locks": locks,
    "rights": rights,
    "events": events,
}
