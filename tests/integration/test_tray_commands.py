"""The tray and the queue's items by the commands that people type, at two windows of one hall (S15, S16, S23)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.command_line import Place, jsonl, line


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A hall that listens, and two windows."""
    made = Place(tmp_path_factory.mktemp("tray"))
    made.found()
    with made.serving():
        for number in ("0012", "0007"):
            assert made.enrol(number).code == 0
        yield made


def taken(place: Place, outcome: str = "receive") -> str:
    """A new case that both windows have; its number."""
    done = place.at("0012", "intake", "-", stdin=jsonl(line("A01", outcome=outcome)))
    assert place.sync("0012").code == place.sync("0007").code == 0
    return str(done.one["number"])


def waiting(place: Place, window: str, number: str, staff: str = "3001") -> list[dict[str, Any]]:
    """What waits of a case in the tray of a window, but for its likeness to those of the tests before."""
    rows = place.at(window, "tray", "list", staff=staff).lines
    return [row for row in rows if row["number"] == number and row["kind"] != "duplicate"]


def too_late(place: Place, number: str) -> None:
    """Window 12 accepts without having seen that window 7 was told of a paper, prints it, and is refused."""
    mends = '{"mends": {"A01-01": "日期"}}'
    assert place.at("0007", "case", "act", number, "mend", "--data", mends).one["events"] == ["mended_on_the_spot"]
    told = '{"materials": {"A01-02": "original"}}'
    place.at("0007", "case", "act", number, "supplement-received", "--data", told)
    place.at("0007", "case", "act", number, "accept", staff="2002")
    assert place.sync("0007").code == 0
    assert place.at("0012", "case", "act", number, "accept").one["state"] == "accepted"


def test_s23_an_item_is_taken_by_one_person_and_the_second_is_told_by_whom(place: Place) -> None:
    number = taken(place, "accept")
    first = place.at("0012", "case", "act", number, "claim", staff="2001")
    assert (first.code, first.one["events"]) == (0, ["claimed"])
    second = place.at("0007", "case", "act", number, "claim", staff="2002")
    assert second.one["refused"]["code"] == "claimed_by", "made before it was seen here: the hall's order counts"
    assert "陈建国" in second.one["refused"]["message"]
    row = next(row for row in place.at("0007", "case", "list").lines if row["number"] == number)
    assert [claim["by"] for claim in row["claims"]] == ["2001"]
    worked = place.at("0007", "case", "act", number, "examine", staff="2002")
    assert worked.one["refused"]["code"] == "claimed_by"
    freed = place.at("0007", "case", "act", number, "release", "--data", '{"reason": "已下班"}', staff="3001")
    assert freed.one["events"] == ["released"]
    assert place.at("0007", "case", "act", number, "examine", staff="2002").one["events"] == ["step.done"]


def test_s16_the_tray_says_how_long_who_and_which_ways_lead_out(place: Place) -> None:
    number = taken(place)
    too_late(place, number)
    assert place.at("0012", "receipt", number, "--kind", "acceptance", "--format", "txt", "-o", "-").code == 0
    assert place.sync("0012").one["rejected"] == 1
    (row,) = waiting(place, "0012", number)
    assert (row["level"], row["age"]["working_days"], row["here"]) == ("terminal", 0, True)
    assert [paper["kind"] for paper in row["papers"]] == ["acceptance"]
    ways = {way["way"]: way["off"] and way["off"]["code"] for way in row["ways"]}
    assert ways == {"withdraw": None, "amend": None, "insist": "insist_idle"}, "it is accepted already"
    own = {way["way"]: way["off"] and way["off"]["code"] for way in waiting(place, "0012", number, "1001")[0]["ways"]}
    assert own["insist"] == "insist_own"
    assert place.sync("0007").code == 0
    assert waiting(place, "0007", number)[0]["here"] is False, "its bytes are at the hall and at its window"


def test_s15_what_is_on_paper_is_called_back_by_command(place: Place) -> None:
    number = taken(place)
    too_late(place, number)
    place.at("0012", "receipt", number, "--kind", "acceptance", "--format", "txt", "-o", "-")
    place.sync("0012")
    (row,) = waiting(place, "0012", number)
    resolve = ("tray", "resolve", row["fact"], "withdraw", "--reason", "别处已受理")
    assert place.at("0012", *resolve, staff="3001").one["refused"]["code"] == "paper_out"
    done = place.at("0012", *resolve, "--recall", "张建国", staff="3001")
    assert done.one["events"] == ["resolve.withdraw"]
    (task,) = waiting(place, "0012", number)
    assert (task["kind"], task["paper"], task["holder"]) == ("recall", "acceptance", "张建国")
    early = place.at("0012", "case", "act", number, "recall")
    assert early.one["refused"]["code"] == "recall_not_told"
    told = place.at("0012", "receipt", number, "--kind", "recall", "--format", "txt", "-o", "-")
    assert "收回通知书" in told.out.decode()
    void = place.at("0012", "case", "act", number, "recall", "--data", '{"how": "void"}')
    assert void.one["refused"]["code"] == "reason"
    assert place.at("0012", "case", "act", number, "recall").one["events"] == ["recalled"]
    assert waiting(place, "0012", number) == []
    shown = place.at("0012", "case", "show", number).one
    assert [recall["ended"] for recall in shown["recalls"]] == ["came_back"]


def test_s15_what_is_looked_after_takes_nothing_along_that_was_refused(place: Place) -> None:
    """Papers came for a case that had ended; whoever looked after them gave up a refused acceptance as well."""
    number = taken(place)
    too_late(place, number)
    assert place.sync("0012").code == 0
    (refused,) = waiting(place, "0012", number)
    assert place.sync("0007").code == 0
    assert place.at("0007", "case", "act", number, "withdraw", "--data", '{"reason": "不办了"}').code == 0
    assert place.sync("0007").code == 0
    came = '{"materials": {"A01-03": "original"}}'
    added = place.at("0012", "case", "act", number, "supplement-received", "--data", came)
    assert added.one.get("events") == ["material.added"], added.one
    assert place.sync("0012").code == 0
    task = next(row for row in waiting(place, "0012", number) if row["kind"] == "flagged")
    done = place.at("0012", "tray", "resolve", task["fact"], "withdraw", "--reason", "已退还", staff="3001")
    assert done.one["events"] == ["resolve.withdraw"]
    assert place.sync("0012").code == 0
    assert [row["fact"] for row in waiting(place, "0012", number)] == [refused["fact"]]
