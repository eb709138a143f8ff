"""Cases that ended long ago leave a window; their number still finds them, at the hall (S21)."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from local_db.memory import TerminalMemory
from local_db.purge import drop_case
from tests.builders import FixedClock
from tests.command_line import Place, jsonl, line
from tests.people import Office
from tests.unit.test_bundle import SOLE, common


def _let_go(place: Place, number: str) -> None:
    """What the purge does after the days of a case."""
    memory = TerminalMemory.open(Path(place.window("0007")), FixedClock(), place.folder / "state")
    (case,) = memory.case_by_number(number)
    with memory.transaction() as db:
        db.execute("update standing set floor = cursor")
        drop_case(db, case.id)
    memory.close()


def test_an_old_case_is_fetched_by_its_number_and_without_the_hall_it_is_said_where_it_is(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.found()
    with place.serving():
        for number in ("0012", "0007"):
            assert place.enrol(number).code == 0
        taken = place.at("0012", "intake", "-", stdin=jsonl(line("D01", "r1"))).one
        assert place.at("0012", "case", "act", taken["number"], "withdraw", "--data", '{"reason": "不办了"}').code == 0
        place.sync("0012")
        place.sync("0007")
        whole = place.at("0007", "case", "show", taken["number"]).one
        _let_go(place, taken["number"])
        again = place.at("0007", "case", "show", taken["number"]).one
        assert again == whole
        assert again["sync"]["history_at_hall"] is False
        _let_go(place, taken["number"])
        other = taken["number"][:-6] + "9999"
        assert place.at("0007", "case", "show", other).code == 1
    place.sync("0007")  # the line is known to be down
    away = place.at("0007", "case", "show", taken["number"])
    assert away.code == 1
    assert "大厅" in away.err


def test_the_hall_makes_a_snapshot_at_a_word(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.found()
    made = place.run("hall", "snapshot", "--dir", str(place.hall), "--json")
    assert made.code == 0, made.err
    facts = json.loads(made.out)
    folder = Path(facts["folder"])
    assert folder.parent == place.hall / "snapshots"
    assert sum(path.stat().st_size for path in folder.glob("*.db")) == facts["bytes"]
    assert facts["entries"] > 0


def test_a_bundle_that_left_the_window_says_where_it_is_when_its_line_is_read_again(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.found()
    with place.serving():
        assert place.enrol("0007").code == 0
        form = msgspec.to_builtins(common(Office(), "Y01", SOLE)) | {"ref": "r1"}
        form["materials"] = {code: {"have": have} for code, have in form["materials"].items()}
        form = jsonl({name: value for name, value in form.items() if name != "first_contact"})
        taken = place.at("0007", "intake", "-", stdin=form).lines
        assert len(taken) > 1
        place.sync("0007")
        for case in taken:
            _let_go(place, case["number"])
        again = place.at("0007", "intake", "-", stdin=form)
    assert again.code == 1
    assert (again.lines, again.complaints[0]["error"]) == ([], "intake.ref_lost")
