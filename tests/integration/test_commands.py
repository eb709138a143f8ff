"""The whole command line over loopback: a hall, two windows, from an invitation to a delivered case and back again."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from casework.seals import Signed
from casework.wire import EnrolAnswer
from console.commands import COMMANDS
from console.folders import data_folder
from sync.errors import Unreachable
from sync.transport import Transport
from tests.command_line import ROOT, Place, jsonl, line

ACTS: dict[str, list[tuple[str, str, dict[str, object], str]]] = {
    "A01": [
        ("2001", "examine", {}, "accepted"),
        ("2001", "decide", {}, "decided"),
    ],
    "B01": [("2001", "decide", {}, "decided")],
    "C07": [
        ("1001", "pre-review", {"note": "材料齐全"}, "received"),
        ("2001", "accept", {}, "accepted"),
        ("2001", "examine", {}, "accepted"),
        ("2002", "decide", {}, "decided"),
    ],
    "D01": [
        ("1001", "pre-review", {}, "received"),
        ("2001", "accept", {}, "accepted"),
        ("2001", "examine", {}, "accepted"),
        ("2003", "site-check", {"officers": ["2001"]}, "accepted"),
        ("2002", "decide", {}, "decided"),
    ],
}
"""Who does what until the decision, and the state after it."""

END = [
    ("1002", "certify", {"document": "鄂2026-1"}, "certified"),
    ("1002", "deliver", {}, "delivered"),
    ("1002", "close", {}, "closed"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("place"))
    made.found()
    with made.serving():
        for number in ("0012", "0007"):
            enrolled = made.enrol(number)
            assert enrolled.code == 0, enrolled.err
            assert enrolled.one["terminal"] == number
            assert enrolled.one["pulled"] > 0
        yield made


def taken(place: Place, item: str, outcome: str = "receive") -> str:
    """A new case at window 12; its number."""
    done = place.at("0012", "intake", "-", stdin=jsonl(line(item, outcome=outcome)))
    assert done.code == 0, done.err
    return str(done.one["number"])


@pytest.mark.parametrize("item", list(ACTS))
def test_a_case_goes_from_the_window_to_the_applicant(place: Place, item: str) -> None:
    outcome = "accept" if item in {"A01", "B01"} else "receive"
    number = taken(place, item, outcome=outcome)
    for staff, action, data, state in [*ACTS[item], *END]:
        done = place.at("0012", "case", "act", number, action, "--data", json.dumps(data), staff=staff)
        assert done.code == 0, done.err
        assert (done.one["number"], done.one["state"]) == (number, state), (action, done.out, done.err)
        assert done.one["events"]
    synced = place.sync("0012").one
    assert set(synced) >= {"pushed", "pulled", "pending", "held", "rejected", "error"}
    assert synced["last_contact"]
    assert abs(synced["offset_ms"]) < 60_000
    assert (synced["pending"], synced["held"], synced["error"]) == (0, 0, None)
    assert place.sync("0007").one["error"] is None
    here = place.at("0012", "case", "show", number).one
    there = place.at("0007", "case", "show", number).one
    assert here == there
    assert (here["state"], here["places"]) == ("closed", [])
    assert {event["fate"] for event in here["events"]} == {"confirmed"}
    assert here["clocks"]["statutory"]["due"][:10] >= here["clocks"]["promised"]["due"][:10]


def test_good_lines_go_on_when_others_are_bad(place: Place) -> None:
    lines = jsonl(
        line("D01", "one"),
        line("D01", "wrong", applicant={"kind": "entity", "name": "光谷小馆", "id": "911100006000373410"}),
        line("D01", "odd", colour="red"),
        '{"item": "D01", "applicant": {"kind": "person", "na',
        line("D01", "one"),
        "[]",
        "",
        '{"ref": "long", "x": "' + "长" * 70_000 + '"}',
        {**line("D01", "nothing"), "item": "ZZZ"},
        '{"ref": "\\ud800", "item": "D01", "applicant": {"kind": "person", "name": "张", "id": "420111199003070017"}}',
        line("B01", "no-code", project_code=""),
        line("D01", "paper", materials={"D01-99": {"have": "original"}}),
        line("D01", "last"),
    )
    done = place.at("0012", "intake", "-", post="window", stdin=lines.rstrip("\n"))
    assert done.code == 1
    assert [(each["line"], each["ref"]) for each in done.lines] == [(1, "one"), (5, "one"), (13, "last")]
    assert done.lines[0]["number"] == done.lines[1]["number"] != done.lines[2]["number"]
    assert set(done.lines[0]) == {"line", "ref", "number", "case", "state"}
    bad = {each["line"]: each for each in done.complaints}
    assert sorted(bad) == [2, 3, 4, 6, 8, 9, 10, 11, 12]
    assert bad[2]["error"] == "code.uscc.check_digit"
    assert (bad[3]["ref"], bad[3]["error"]) == ("odd", "intake.line.unknown")
    assert "colour" in bad[3]["message"]
    assert all(each["message"] and set(each) == {"line", "ref", "error", "message"} for each in bad.values())


def test_a_file_of_another_encoding_is_refused_line_by_line(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    good = jsonl(line("D01")).encode()
    file.write_bytes(b"\xef\xbb\xbf" + good + '{"item": "张"}\n'.encode("gb18030") + good.replace(b"\n", b"\r\n"))
    done = place.at("0012", "intake", str(file))
    assert done.code == 1
    assert [each["line"] for each in done.lines] == [1, 3]
    assert [each["error"] for each in done.complaints] == ["intake.line.encoding"]


def test_lists_mask_people_and_show_what_waits_where(place: Place) -> None:
    number = taken(place, "D01")
    firm = taken(place, "C07")
    rows = {row["number"]: row for row in place.at("0012", "case", "list", post="window").lines}
    assert rows[number]["applicant"] == "张*"
    assert rows[firm]["applicant"] == "武汉光谷测试有限公司"
    assert rows[number]["places"] == [{"step": "pre_review", "post": "window"}]
    assert set(rows[number]) == {
        "number", "case", "item", "module", "state", "places", "applicant", "due", "light",
    }  # fmt: skip
    assert number in {row["number"] for row in place.at("0012", "case", "list", staff="3001").lines}
    single = place.at("0012", "case", "list", "--module", "single", "--state", "received", "--limit", "1").lines
    assert [(row["module"], row["state"]) for row in single] == [("single", "received")]
    assert place.at("0012", "case", "list", "--since", "2099-01-01").lines == []
    assert place.at("0012", "case", "list", staff="2001", post="business").lines == []
    assert place.at("0012", "case", "show", number).one["materials"]["D01-01"] == {"have": "original"}


def test_papers_come_out_in_every_form_and_each_print_is_counted(place: Place, tmp_path: Path) -> None:
    number = taken(place, "A01", outcome="accept")
    signs = {"pdf": b"%PDF", "svg": b"<", "txt": "受理".encode(), "escpos": b"\x1b@"}
    counts = []
    for form, sign in signs.items():
        file = tmp_path / f"paper.{form}"
        done = place.at("0012", "receipt", number, "--format", form, "-o", str(file), "--json")
        assert done.code == 0, done.err
        assert sign in file.read_bytes()
        assert done.one["kind"] == "acceptance"
        counts.append((done.one["count"], done.one["mark"]))
    assert counts == [(1, ""), (2, "0012-1"), (3, "0012-2"), (4, "0012-3")]
    shown = place.at("0012", "receipt", number, "--kind", "receipt", "-o", "-")
    assert number[-4:-2] in shown.out.decode()
    papers = place.at("0012", "case", "show", number).one["papers"]
    assert [paper["kind"] for paper in papers] == ["acceptance"] * 4 + ["receipt"]
    none = place.at("0012", "receipt", number, "--kind", "delivery", "-o", str(tmp_path / "none.pdf"))
    assert (none.code, none.one["refused"]["code"]) == (0, "no_such_paper_yet")
    assert not (tmp_path / "none.pdf").exists()
    nowhere = place.at("0012", "receipt", number, "-o", str(tmp_path / "no" / "paper.pdf"))
    assert nowhere.code == 1
    assert len(place.at("0012", "case", "show", number).one["papers"]) == 5


def test_intake_prints_the_paper_that_the_case_calls_for(place: Place) -> None:
    done = place.at("0012", "intake", "-", "--print", stdin=jsonl(line("A01", outcome="accept"), line("D01")))
    assert done.code == 0, done.err
    names = {path.name for path in (Path(place.window("0012")) / "papers").iterdir()}
    first, second = (each["number"] for each in done.lines)
    assert {f"{first}-acceptance-1.pdf", f"{second}-receipt-1.pdf"} <= names


def test_a_refusal_of_the_trade_is_done_and_says_why(place: Place) -> None:
    number = taken(place, "D01")
    done = place.at("0012", "case", "act", number, "accept", post="window")
    assert done.code == 0
    assert done.one["events"] == []
    assert done.one["refused"]["message"] in done.err
    late = place.at("0012", "case", "act", number, "decide", staff="2001")
    assert (late.code, late.one["refused"]["code"]) == (0, "step_not_open")


def test_what_came_too_late_lies_in_the_tray_until_a_person_settles_it(place: Place) -> None:
    number = taken(place, "A01")
    assert place.sync("0012").code == place.sync("0007").code == 0
    withdrawn = place.at("0007", "case", "act", number, "withdraw", "--data", '{"reason": "申请人改变主意"}')
    assert withdrawn.one["state"] == "withdrawn"
    assert place.sync("0007").code == 0
    assert place.at("0012", "case", "act", number, "accept").one["state"] == "accepted"
    synced = place.sync("0012")
    assert (synced.code, synced.one["rejected"]) == (0, 1)
    row = next(row for row in place.at("0012", "tray", "list", staff="3001").lines if row["number"] == number)
    assert (row["type"], row["kind"]) == ("accepted", "rejected")
    assert place.run("doctor", "--dir", place.window("0012")).code == 1
    resolve = ("tray", "resolve", row["fact"], "withdraw", "--reason", "申请人已撤回")
    done = place.at("0012", *resolve, staff="3001")
    assert (done.code, done.one["events"]) == (0, ["resolve.withdraw"])
    assert place.sync("0012").one["rejected"] == 0
    assert [row for row in place.at("0012", "tray", "list", staff="3001").lines if row["number"] == number] == []
    assert place.at("0012", "case", "show", number).one["state"] == "withdrawn"
    assert place.at("0012", *resolve, staff="3001").code == 1
    well = place.run("doctor", "--dir", place.window("0012"), "--json")
    assert (well.code, well.one["ok"], well.one["outbox"]["pending"]) == (0, True, 0)


def test_the_ledger_says_why_a_case_is_due(place: Place) -> None:
    number = taken(place, "A01", outcome="accept")
    words = place.at("0012", "why", number)
    assert words.code == 0
    facts = place.at("0012", "why", number, "--json").one
    shown = place.at("0012", "case", "show", number).one["clocks"]
    for kind, clock in facts["clocks"].items():
        assert clock["due"] == shown[kind]["due"]
        assert clock["days"][0]["state"] in {"first_day", "ran", "not_working_day"}
        assert sum(day["ran"] for day in clock["days"]) == clock["total"]
        assert clock["due"].replace("T", " ") in words.out.decode()


def test_the_board_says_the_same_figures_without_a_screen_and_what_each_of_them_means(place: Place) -> None:
    before = place.at("0012", "board", "--json", "--days", "1").one
    taken(place, "A01", outcome="accept")
    after = place.at("0012", "board", "--json", "--days", "1").one
    counts = [sum(row["count"] for row in facts["hours"]) for facts in (before, after)]
    assert counts[1] == counts[0] + 1
    checked = [sum(row["checked"] for row in facts["first_pass"]) for facts in (before, after)]
    assert checked[1] == checked[0] + 1
    assert all(row["passed"] <= row["checked"] for row in after["first_pass"])
    assert after["as_of"]
    assert set(after["definitions"]) == {
        "hours", "first_pass", "handling", "waits", "lights", "states", "late_asks",
    }  # fmt: skip
    assert all(set(each) == {"what", "facts", "not"} for each in after["definitions"].values())
    words = place.at("0012", "board", "--lang", "en")
    assert words.code == 0
    assert "First-submission pass rate" in words.out.decode()
    assert place.at("0012", "board", "--days", "9").code == 2


def test_a_districts_list_is_imported_to_be_found(place: Place) -> None:
    file = str(ROOT / "tests" / "data" / "district_items.csv")
    assert place.at("0012", "catalogue", "import", file, staff="4001").one == {"imported": 600, "refused": 0}
    assert len(place.at("0012", "catalogue", "show", "--guide").lines) == 600
    assert place.at("0012", "catalogue", "import", file, staff="1001").code == 1
    shown = place.at("0012", "catalogue", "show").lines
    assert [row["item"] for row in shown][:2] == ["A01", "A02"]
    assert len(shown) == 57
    item = place.at("0012", "catalogue", "show", "d01", "--json").one
    assert item["materials"][0]["code"] == "D01-01"
    assert item["situations"][0]["code"] == "direct_contact"


def test_the_shipped_catalogue_breaks_no_rule_and_a_broken_one_is_named(place: Place, tmp_path: Path) -> None:
    assert place.run("catalogue", "check").code == 0
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "x.toml").write_text('[[items]]\ncode = "X01"\n', encoding="utf-8")
    broken = place.run("catalogue", "check", str(tmp_path), "--json")
    assert broken.code == 1
    assert broken.lines[0]["file"] == "items/x.toml"
    assert place.run("catalogue", "check", str(tmp_path / "nothing")).code == 1


def test_a_backup_is_a_whole_memory(place: Place, tmp_path: Path) -> None:
    number = taken(place, "D01")
    assert place.run("backup", str(tmp_path / "copy.db"), "--dir", place.window("0012")).code == 0
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("select count(*) from shown where number = ?", (number,)).fetchone() == (1,)
    itself = str(Path(place.window("0012")) / "terminal.db")
    assert place.run("backup", itself, "--dir", place.window("0012")).code == 2


def test_working_days_are_counted_without_any_data_folder(place: Place, tmp_path: Path) -> None:
    away = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    assert place.run("calendar", "due", "2026-09-18", "5", **away).one == {"due": "2026-09-24", "provisional": False}
    assert place.run("calendar", "due", "2090-01-04", "5", **away).one["provisional"] is True
    for wrong in (("2026-09-31", "5"), ("2026-09-18", "0"), ("2026-09-18", "401"), ("2026-09-18", "-1")):
        assert place.run("calendar", "due", *wrong, **away).code == 2


@pytest.mark.parametrize(
    ("words", "listed"),
    [
        ((), "receipt"),
        (("dance",), "receipt"),
        (("case",), "list"),
        (("case", "dance"), "list"),
        (("case", "act", "1", "dance", "--staff", "1001"), "supplement-received"),
        (("case", "act", "1", "accept", "--staff", "1001", "--data", "{"), ""),
        (("case", "list", "--staff", "1001", "--state", "dancing"), "awaiting_supplement"),
        (("case", "list", "--staff", "1001", "--limit", "0"), "--limit"),
        (("receipt", "1", "--staff", "1001", "--kind", "poem"), "acceptance"),
        (("receipt", "1", "--staff", "1001", "-o", "x.doc"), "escpos"),
        (("tray", "resolve", "1", "shrug", "--staff", "1001", "--reason", "x"), "amend"),
        (("terminal", "enrol", "--hall", "http://127.0.0.1:1", "--code", "nonsense"), ""),
        (("hall", "dance"), "init"),
        (("sync", "--twice"), "--once"),
    ],
)
def test_wrong_use_is_told_with_the_list_of_what_is_possible(place: Place, words: tuple[str, ...], listed: str) -> None:
    done = place.run(*words)
    assert (done.code, done.out) == (2, b""), done.err
    assert listed in done.err


def test_help_is_there_in_both_languages(place: Place) -> None:
    assert "收件" in place.run("--help").out.decode()
    assert "Take applications in" in place.run("--lang", "en", "--help").out.decode()
    assert "Take applications in" in place.run("--help", YICHUANG_LANG="en").out.decode()
    assert "用法" in place.run("case", "act", "--help").out.decode()
    for language in ("zh_CN", "en"):
        listing = place.run("--lang", language, "--help").out.decode().splitlines()
        said = {words[0]: words[1:] for words in map(str.split, listing) if words}
        assert [name for name in COMMANDS if not said[name]] == [], "each says what it does"


def test_the_folder_of_a_terminal_may_be_the_one_that_one_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert data_folder(".") == Path()
    assert data_folder("/") == Path("/")


def test_a_wrong_person_is_told_what_is_wrong_and_is_locked_out_in_the_end(place: Place) -> None:
    folder = place.window("0007")
    assert place.run("case", "list", "--dir", folder, "--staff", "9999").code == 1
    foreign = place.run("case", "list", "--dir", folder, "--staff", "1001", "--post", "chief")
    assert foreign.code == 1
    assert "window" in foreign.err
    assert "YICHUANG_PIN" in place.run("case", "list", "--dir", folder, "--staff", "2003", YICHUANG_PIN="").err
    said = [place.run("case", "list", "--dir", folder, "--staff", "2003", YICHUANG_PIN="000000") for _ in range(5)]
    assert [each.code for each in said] == [1] * 5
    assert "4" in said[0].err
    locked = place.run("case", "list", "--dir", folder, "--staff", "2003")
    assert locked.code == 1
    assert "锁定" in locked.err


def test_without_a_terminal_the_command_says_how_to_get_one(place: Place, tmp_path: Path) -> None:
    for words in (("sync", "--once"), ("case", "list", "--staff", "1001"), ("backup", "x"), ("doctor",)):
        done = place.run(*words, "--dir", str(tmp_path / "nothing"))
        assert done.code == 1
        assert "yichuang terminal enrol" in done.err + done.out.decode()


def test_a_code_is_good_once_and_the_folder_for_one_terminal(place: Place, tmp_path: Path) -> None:
    wrong = place.run(
        "terminal", "enrol", "--hall", place.url, "--code", "0099-AAAAA-AAAAA", "--dir", str(tmp_path / "t")
    )
    assert wrong.code == 1
    assert not (tmp_path / "t" / "terminal.db").exists()
    again = place.run(
        "terminal", "enrol", "--hall", place.url, "--code", "0012-AAAAA-AAAAA", "--dir", place.window("0012")
    )
    assert again.code == 1


def test_t36_the_answer_to_an_enrolment_was_lost_and_the_same_code_is_typed_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol = Transport.enrol

    async def lost(self: Transport, request: Signed) -> EnrolAnswer:
        await enrol(self, request)
        raise Unreachable("line.unreachable", url=self.url)

    monkeypatch.setattr(Transport, "enrol", lost)
    invited = place.run("terminal", "invite", "0036", "--dir", str(place.hall)).out.decode().strip()
    words = ("terminal", "enrol", "--hall", place.url, "--code", invited, "--dir", place.window("0036"))
    assert place.run(*words).code == 1
    assert place.run("doctor", "--dir", place.window("0036")).code == 1
    monkeypatch.undo()
    again = place.run(*words)
    assert (again.code, again.one["terminal"]) == (0, "0036"), again.err
    assert place.at("0036", "intake", "-", stdin=jsonl(line("D01"))).code == 0
    assert place.sync("0036").one["pending"] == 0
    assert sorted(path.name for path in (Path(place.window("0036")) / "keys").iterdir()) == ["terminal.key"]


def unread(place: Place, *words: str, stdin: str = "") -> tuple[int, str]:
    """How a command ends, and what it says, when nobody reads its output any more."""
    with subprocess.Popen(
        place.command(*words, "--dir", place.window("0012"), "--staff", "1001"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=place.environment,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(stdin.encode())
        process.stdin.close()
        said = process.stderr.read().decode()
    return process.returncode, said


def test_nobody_reading_any_more_is_no_error_for_a_list_and_stops_an_intake(place: Place) -> None:
    taken(place, "D01")
    assert unread(place, "case", "list") == (0, "")
    code, said = unread(place, "intake", "-", stdin=jsonl(line("D01", "gone"), line("D01", "never")))
    assert code == 1
    assert "4201" in said
    known = place.at("0012", "intake", "-", stdin=jsonl(line("D01", "gone"))).one["number"]
    assert known in said


def test_the_line_as_a_process_of_its_own_brings_the_halls_word(place: Place) -> None:
    """Console, command and line side by side (S34, T71): the act waits for what another process brings."""
    number = taken(place, "B01", "accept")
    with subprocess.Popen(
        place.command("sync", "--dir", place.window("0012")),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=place.environment,
    ) as process:
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["link"] == "online"
            taken_by_another = place.sync("0012")
            assert taken_by_another.code == 1
            assert taken_by_another.lines[-1]["error"] == "console.line_taken"
            done = place.at("0012", "case", "act", number, "decide", staff="2001")
            assert (done.code, done.one["state"]) == (0, "decided")
        finally:
            process.terminate()
    assert place.sync("0012").one["pending"] == 0


def test_with_the_hall_down_work_goes_on_and_decisions_wait(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.found()
    with place.serving():
        assert place.enrol("0012").code == 0
        number = taken(place, "B01", outcome="accept")
        assert place.sync("0012").code == 0
    # The line has dropped, and nobody here knows yet: the act is saved, and counts after the hall's word.
    waits = place.at("0012", "case", "act", number, "decide", staff="2001")
    assert (waits.code, waits.one["state"], waits.one["events"]) == (0, "accepted", ["decided"])
    assert waits.one["waits"] is True
    down = place.sync("0012")
    assert down.code == 1
    assert down.lines[-1]["pending"] == 1
    assert down.lines[-1]["error"] == "line.unreachable"
    assert down.err
    # Now it is known to be down.
    other = taken(place, "B01", outcome="accept")
    refused = place.at("0012", "case", "act", other, "decide", staff="2001")
    assert (refused.code, refused.one["refused"]["code"]) == (0, "needs_hall")
    with place.serving():
        done = place.at("0012", "case", "act", other, "decide", staff="2001")
        assert (done.one["state"], done.one["events"]) == ("decided", ["decided"])
        assert place.at("0012", "case", "show", number).one["state"] == "decided"
        assert place.sync("0012").one["pending"] == 0


def test_another_applicants_paper_is_taken_over_by_nobody(place: Place) -> None:
    theirs = taken(place, "D01")
    other = {"kind": "entity", "name": "某某", "id": "91420100MA4K20014M"}
    papers: dict[str, Any] = {"materials": {"D01-03": {"have": "electronic"}}, "reused": {"D01-03": theirs}}
    done = place.at("0012", "intake", "-", stdin=jsonl(line("D01", "taken-over", applicant=other, **papers)))
    assert done.code == 1
    assert "intake.reused" in done.err
    assert "改用本人的办件编号" in done.err


def test_t49_it_sees_every_terminal_and_lets_no_version_be_written_that_one_cannot_read(place: Place) -> None:
    place.sync("0012")
    place.sync("0007")
    told = place.run("terminal", "list", "--dir", str(place.hall), "--json")
    rows = {row["number"]: row for row in told.lines}
    assert {"0007", "0012"} <= set(rows)
    one = rows["0012"]
    assert one["last_seen"]
    assert one["program"]
    assert one["unsent"] >= 0, "as of its last word that is written down"
    assert (one["held"], one["rejected"], one["error"]) == (0, 0, "")
    assert one["lag"] >= 0, "as of its last question that is written down"
    assert one["received"] >= 0
    assert one["free_mb"] > 0
    assert abs(one["offset_ms"]) < 60_000
    no = place.run("hall", "write-version", "received", "2", "--dir", str(place.hall), "--lang", "en")
    assert (no.code, "received" in no.err) == (1, True)
