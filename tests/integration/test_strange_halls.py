"""The hall is down, slow, or something else answers in its place: a sentence in bounded time, and all arrives later."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from casework.limits import LIMITS, Limits
from console import configured
from tests.command_line import Place, Ran, jsonl, line
from tests.integration.strange_halls import BUSY, NO_ANSWER, NOT_THE_HALL, PAGE, UNREACHABLE, pretending

QUICK = msgspec.structs.replace(LIMITS, once_tries=2, retry_first=0.01, retry_most=0.02)
IMPATIENT = msgspec.structs.replace(QUICK, request_seconds=0.3)
"""Only for what never answers: a machine that has much to do may need longer for everything else."""

STRANGE = {
    name: (said, code)
    for code, group in (
        ("line.not_the_hall", NOT_THE_HALL),
        ("line.no_answer", NO_ANSWER),
        ("line.unreachable", UNREACHABLE),
        ("line.busy", BUSY),
    )
    for name, said in group.items()
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("place"))
    made.found()
    with made.serving():
        assert made.enrol("0012").code == 0
        assert made.enrol("0007").code == 0
        yield made


def sync(place: Place, address: str, limits: Limits = QUICK, *, english: bool = False) -> Ran:
    """`sync --once` at an address, by a clerk who does not like to wait."""
    language = ("--lang", "en") if english else ()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(configured.limits_of, "__defaults__", (limits,))
        return place.run(*language, "sync", "--once", "--hall", address, "--dir", place.window("0012"))


def pending(place: Place) -> int:
    """What waits at the window."""
    waits: int = place.run("doctor", "--json", "--dir", place.window("0012")).lines[-1]["outbox"]["pending"]
    return waits


@pytest.mark.parametrize("name", list(STRANGE))
def test_what_is_no_hall_is_told_and_takes_nothing_and_all_arrives_once_at_the_real_one(
    place: Place, name: str
) -> None:
    said, code = STRANGE[name]
    taken = place.at("0012", "intake", "-", stdin=jsonl(line("D01", f"before {name}"))).one["number"]
    with pretending(said) as address:
        limits = IMPATIENT if name in NO_ANSWER else QUICK
        ran = sync(place, address, limits)
        assert (ran.code, ran.lines[-1]["error"], ran.lines[-1]["pulled"]) == (1, code, 0)
        assert ran.err
        assert "Traceback" not in ran.err
        more = place.at("0012", "intake", "-", stdin=jsonl(line("D01", f"while {name}"))).one["number"]
        assert place.at("0012", "case", "show", taken).one["state"] == "received"
        assert pending(place) == 2
    back = sync(place, place.url)
    assert (back.code, back.one["pushed"], back.one["pending"]) == (0, 2, 0)
    assert place.sync("0007").code == 0
    there = [row["number"] for row in place.at("0007", "case", "list", staff="3001").lines]
    assert (there.count(taken), there.count(more)) == (1, 1)


def test_a_page_that_is_no_hall_is_named_as_such_in_both_languages(place: Place) -> None:
    with pretending(PAGE) as address:
        assert "上网认证页面" in sync(place, address).err
        assert "sign-in page of the network" in sync(place, address, english=True).err
    assert sync(place, place.url).code == 0


def test_another_hall_at_the_same_address_is_believed_in_nothing(place: Place) -> None:
    other = Place(place.folder / "other")
    other.found()
    assert place.at("0012", "intake", "-", stdin=jsonl(line("D01", "for my hall"))).code == 0
    with other.serving():
        ran = sync(place, other.url)
        assert (ran.code, ran.lines[-1]["error"], ran.lines[-1]["pending"]) == (1, "line.other_hall", 1)
        told = place.run("doctor", "--dir", place.window("0012"))
        assert told.code == 1
        assert other.url in told.out.decode()
        assert "{" not in told.out.decode().split("!", 1)[1]
    back = sync(place, place.url)
    assert (back.code, back.one["pushed"]) == (0, 1)
    assert place.run("doctor", "--dir", place.window("0012")).code == 0


@pytest.mark.parametrize(
    "address",
    ["ftp://hall", "http://", "http://[::1", "127.0.0.1:8118", "http://127.0.0.1:99999", "http://127.0.0.1:8118/sync"],
)
def test_an_address_that_is_none_is_refused_and_the_old_one_kept(place: Place, address: str) -> None:
    ran = sync(place, address)
    assert (ran.code, ran.out) == (1, b"")
    assert "http://主机:端口" in ran.err
    assert place.run("doctor", "--json", "--dir", place.window("0012")).lines[-1]["line"]["hall"] == place.url


def test_an_enrolment_at_what_is_no_hall_leaves_no_terminal(place: Place) -> None:
    with pretending(PAGE) as address:
        ran = place.run(
            "terminal", "enrol", "--hall", address, "--code", "0099-AAAAA-AAAAA", "--dir", place.window("0099")
        )
    assert ran.code == 1
    assert "上网认证页面" in ran.err
    assert place.run("doctor", "--dir", place.window("0099")).code == 1
