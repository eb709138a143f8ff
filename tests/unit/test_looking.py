"""A window that looks for what IT has published: in its hours and its turn, from the hall alone, and work goes on."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tuf.api.exceptions import DownloadError

from casework.ambient import CIVIL, moment, stamp
from casework.manifest import encode_manifest
from casework.report import UPDATE
from casework.rollout import RINGS, Rollout, Versions, decode_standing
from console.updating.pace import Pace
from console.updating.updater import Updater
from local_db.counter import Identity
from local_db.memory import TerminalMemory
from screens.hall_views import UpdateView
from sync.errors import ClockTooOld, UpdateError, UpdateOffline, UpdateRefused
from sync.owner import own
from sync.updates.fetching import FromFolder
from sync.updates.launcher import is_whole, next_start, read, write
from sync.updates.staging import stage, stands, switch
from tests.builders import FixedClock
from tests.releases import NOW, Publisher
from tests.terminals import enrolled
from tests.updated_pc import NEW, OLD, Window, installed, unpacked, wheel

WHEEL = "yichuang-0.6.0-py3-none-any.whl"
WHO = Identity("h1", "420118", "大厅", "ab" * 32, "0012", "i1", 1)
OPEN = dict.fromkeys(RINGS, "2026-11-01T08:00:00.000")


class Pc:
    """A window in a hall that publishes 0.6.0 to everybody."""

    def __init__(self, folder: Path) -> None:
        self.publisher = Publisher(folder / "hall")
        self.clock = FixedClock((NOW + CIVIL).replace(tzinfo=None))
        self.memory: TerminalMemory = enrolled(folder, self.clock, who=WHO)
        self.home = installed(folder / "pc", self.publisher)
        self.window = Window(self.memory, self.clock, self.home, self.publisher)
        self.looker = self.window.looker

    def publishes(self, **manifest: Any) -> None:
        """Release the new version."""
        self.publisher.releases_app(NEW, {WHEEL: wheel({"console/__init__.py": "new"})}, **manifest)

    def rolls_out(self, number: int = 1, **changes: Any) -> None:
        """Roll it out to every ring, from the first minute on."""
        facts = {"target": Versions(NEW), "before": Versions(OLD), "opened": OPEN, "jitter_minutes": 0, **changes}
        self.publisher.rolls_out(number, **facts)

    @property
    def said(self) -> Any:
        """What the hall is told with the next contact."""
        return decode_standing(self.memory.setting(UPDATE))

    def updater(self) -> Updater:
        """What stands beside the console."""
        made = Updater(self.looker, lambda: 0.5, lambda error: error.message)  # type: ignore[attr-defined]
        made.remember()
        return made

    def restarts(self, version: str) -> None:
        """Another version runs now."""
        from console.updating.home import Home

        self.looker.home = Home(self.home.folder, version)


@pytest.fixture
def pc(tmp_path: Path) -> Iterator[Pc]:
    made = Pc(tmp_path)
    yield made
    made.memory.close()


def test_it_is_fetched_laid_beside_the_running_one_and_offered(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out()
    assert pc.looker.look().step == "offer"
    assert is_whole(pc.home.folder, NEW)
    assert (pc.said.state, pc.said.version, pc.said.app, pc.said.rollout) == ("staged", NEW, OLD, 1)
    assert read(pc.home.folder)["version"] == OLD, "nothing begins by itself"
    manifest = pc.home.manifest(NEW)
    assert manifest is not None
    assert manifest.version == NEW


def test_what_the_installation_has_brought_is_not_fetched_again_and_what_no_version_needs_goes(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out()
    manifest = pc.publisher.releases_app(NEW, {WHEEL: wheel({"console/__init__.py": "new"})})
    (one,) = manifest.wheels["any"]
    kept, old = pc.home.folder / "wheels" / one.sha256, pc.home.folder / "wheels" / ("0" * 64)
    for folder in (kept, old):
        folder.mkdir(parents=True)
    (kept / WHEEL).write_bytes(wheel({"console/__init__.py": "new"}))
    (pc.home.folder / "versions" / OLD / "manifest.json").write_bytes(
        encode_manifest(msgspec.structs.replace(manifest, version=OLD))
    )
    for file in (pc.publisher.folder / "targets").rglob("*.whl"):
        file.unlink()
    assert pc.looker.look().step == "offer"
    assert kept.is_dir()
    assert not old.exists()


def test_without_a_rollout_nothing_is_fetched_and_the_hall_hears_which_version_runs(pc: Pc) -> None:
    pc.publishes()
    assert pc.looker.look().step == "none"
    assert (pc.said.app, pc.said.state) == (OLD, "")


def test_a_pc_without_a_root_of_trust_asks_nobody(pc: Pc) -> None:
    (pc.home.folder / "root.json").unlink()
    pc.publishes()
    pc.rolls_out()
    assert pc.looker.look().step == "none"
    assert pc.memory.setting(UPDATE) is None


def test_not_all_windows_fetch_in_one_minute(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out(jitter_minutes=600)
    assert pc.looker.look().step == "fetch", "it knows, and waits for its turn"
    pc.clock.at += timedelta(minutes=601)
    assert pc.looker.look().step == "offer"


def test_outside_the_hours_it_waits_unless_it_is_asked_for(pc: Pc) -> None:
    now = moment(stamp(pc.clock.now()))
    later = (f"{now + timedelta(hours=2):%H:%M}", f"{now + timedelta(hours=3):%H:%M}")
    pc.publishes()
    pc.rolls_out(window=later)
    assert pc.looker.look().step == "wait"
    assert pc.looker.look(at_once=True).step == "offer"


def test_the_line_down_changes_nothing_and_what_is_ready_stays_offered(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out()
    pc.looker.look()
    (pc.publisher.folder / "metadata").rename(pc.publisher.folder / "away")
    with pytest.raises(UpdateOffline):
        pc.looker.look()
    assert pc.said.error == "update.not_there"
    assert pc.looker.plan().step == "offer"


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        ({"python": "9.1"}, "update.python"),
        ({"min_from": "0.5.5"}, "update.step"),
        ({"schema_from": 99}, "update.step"),
    ],
)
def test_what_can_not_run_here_is_refused_with_what_it_has_to_do_first(
    pc: Pc, manifest: dict[str, Any], code: str
) -> None:
    pc.publishes(**manifest)
    pc.rolls_out()
    with pytest.raises(UpdateRefused) as caught:
        pc.looker.look()
    assert caught.value.code == code
    assert (pc.said.state, pc.said.error) == ("failed", code)
    assert not is_whole(pc.home.folder, NEW)


def test_a_clock_set_back_ten_years_installs_nothing_and_says_so(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out()
    pc.memory.contact(stamp(pc.clock.now()), 0)
    pc.clock.at -= timedelta(days=3650)
    with pytest.raises(ClockTooOld):
        pc.looker.look()
    assert pc.said.error == "update.clock"
    assert not is_whole(pc.home.folder, NEW)


def test_a_clock_that_is_slow_by_a_minute_keeps_no_window_from_its_updates(pc: Pc) -> None:
    """With the line up the hall's last word is never older than that: such a window got nothing new any more."""
    pc.publishes()
    pc.rolls_out()
    pc.memory.contact(stamp(pc.clock.now() + timedelta(minutes=1)), -60_000)
    assert pc.looker.look().step == "offer"


def test_a_second_process_of_the_window_does_not_look_at_the_same_time(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out()
    other = own(pc.memory.folder, 1, "now", "update.lock")
    assert other is not None
    with other:
        assert pc.looker.look().step == "none"
    assert pc.looker.look().step == "offer"


def test_two_terminals_of_one_pc_do_not_lay_a_version_down_at_once(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out()
    other = own(pc.home.folder, 1, "now", "update.lock")
    assert other is not None
    with other:
        assert pc.looker.look().step == "none"
        assert not is_whole(pc.home.folder, NEW)
    assert pc.looker.look().step == "offer"


def test_what_failed_at_one_terminal_of_a_pc_is_not_tried_again_by_the_other_before_a_person_says_so(
    pc: Pc, tmp_path: Path
) -> None:
    pc.publishes()
    pc.rolls_out(attempt=1)
    memory = enrolled(tmp_path / "second", pc.clock, who=msgspec.structs.replace(WHO, terminal="0013"))
    other = Window(memory, pc.clock, pc.home, pc.publisher).looker
    for looker in (pc.looker, other):
        assert looker.look().step == "offer"
    pc.updater().begin()
    assert [next_start(pc.home.folder) for _ in range(3)] == [NEW, NEW, OLD]
    pc.updater()
    for number in (2, 3):  # a ring opens, a yes is given: no new attempt
        pc.rolls_out(number, attempt=1)
        for looker in (other, pc.looker):
            assert looker.look().why == "updating.failed_here"
            assert not switch(pc.home.folder, NEW)
    pc.rolls_out(4, attempt=4)
    for looker in (other, pc.looker):
        assert looker.look().step == "offer"
    memory.close()


def test_what_fails_again_in_a_later_attempt_is_not_tried_a_third_time(pc: Pc) -> None:
    pc.publishes()
    for attempt in (1, 2):
        pc.rolls_out(attempt, attempt=attempt)
        assert pc.looker.look().step == "offer"
        pc.updater().begin()
        assert [next_start(pc.home.folder) for _ in range(3)] == [NEW, NEW, OLD]
        pc.updater()
    assert pc.looker.look().why == "updating.failed_here"
    assert pc.home.failures() == {NEW: 2}


def test_a_ring_that_opens_does_not_fetch_in_one_minute(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out(1, opened={}, jitter_minutes=600)
    assert pc.looker.look().why == "updating.current", "its ring is closed"
    pc.clock.at += timedelta(days=2)
    pc.rolls_out(2, jitter_minutes=600)
    assert pc.looker.look().step == "fetch"
    assert not is_whole(pc.home.folder, NEW), "it waits for its turn"
    pc.clock.at += timedelta(hours=10)
    assert pc.looker.look().step == "offer"


def test_a_window_follows_what_another_one_of_the_pc_has_begun_once_it_stands(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out()
    pc.looker.look()
    beside = pc.updater()
    assert switch(pc.home.folder, NEW), "the other window begins it"
    assert beside.view() is None, "and tries it: nobody takes its tries away"
    assert next_start(pc.home.folder) == NEW
    stands(pc.home.folder, NEW)
    assert beside.view() == UpdateView(NEW)
    before = read(pc.home.folder)
    beside.begin()
    assert read(pc.home.folder) == before, "it only has to end"


def test_the_hall_hears_healthy_from_the_new_version_alone(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out()
    pc.looker.look()
    pc.updater().begin()
    assert (pc.said.state, pc.said.version, pc.said.app) == ("trial", NEW, OLD)
    assert next_start(pc.home.folder) == NEW
    pc.restarts(NEW)
    pc.updater()
    assert pc.said.state == "trial", "it has not shown yet that it stands"
    stands(pc.home.folder, NEW)
    pc.updater()
    assert (pc.said.state, pc.said.version, pc.said.app) == ("healthy", NEW, NEW)


def test_a_version_that_came_back_is_told_and_not_tried_again_before_a_person_says_so(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out(attempt=1)
    pc.looker.look()
    pc.updater().begin()
    started = [next_start(pc.home.folder) for _ in range(3)]
    assert started == [NEW, NEW, OLD]
    (pc.home.folder / "trial.json").write_text('{"version": "0.6.0", "error": "store.newer"}')
    updater = pc.updater()
    assert (pc.said.state, pc.said.version, pc.said.error) == ("returned", NEW, "store.newer")
    assert updater.view() is None
    pc.rolls_out(2, attempt=1)
    assert pc.looker.look().why == "updating.failed_here"
    assert (pc.said.state, pc.said.error, pc.said.rollout) == ("returned", "store.newer", 2)
    pc.rolls_out(3, attempt=3)
    assert pc.looker.look().step == "offer"
    pc.updater().begin()
    assert read(pc.home.folder)["version"] == NEW


def test_the_banner_holds_over_a_restart_without_the_line(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out(deadline="2026-12-24T18:00:00.000")
    pc.looker.look()
    view = pc.updater().view()
    assert view is not None
    assert (view.version, view.until) == (NEW, "12-24 18:00")


def test_what_can_not_begin_is_refused_and_no_longer_offered(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out()
    pc.looker.look()
    updater = pc.updater()
    switch(pc.home.folder, NEW)  # somebody else has begun it
    with pytest.raises(UpdateError):
        updater.begin()
    assert updater.view() is None


def test_going_back_is_a_rollout_of_an_older_version_that_is_still_here(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out()
    pc.looker.look()
    pc.updater().begin()
    next_start(pc.home.folder)
    stands(pc.home.folder, NEW)
    pc.restarts(NEW)
    pc.rolls_out(2, target=Versions(OLD), before=Versions(NEW))
    assert (pc.looker.look().step, pc.looker.plan().version) == ("offer", OLD)
    pc.updater().begin()
    assert next_start(pc.home.folder) == OLD


def test_a_download_keeps_to_its_rate_and_ends_at_its_time() -> None:
    clock, slept = [0.0], []

    def sleeps(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    pace = Pace(lambda: clock[0], sleeps, 100.0)
    pace.limit(64)
    for _ in range(10):
        pace.came(64 * 1024)
    assert sum(slept) == pytest.approx(10.0)
    clock[0] = 101.0
    with pytest.raises(UpdateOffline):
        pace.came(1)
    pace.begin()
    pace.came(1)


class Cut(FromFolder):
    """A cable that is out after so many pieces."""

    def __init__(self, pieces: int) -> None:
        self.left = pieces

    def from_byte(self, url: str, start: int) -> Iterator[bytes]:
        """See `Source`: in small pieces, until the cable is out."""
        for piece in super().from_byte(url, start):
            for at in range(0, len(piece), 4096):
                if not self.left:
                    raise DownloadError("the cable is out")
                self.left -= 1
                yield piece[at : at + 4096]


def test_the_cable_out_at_every_step_leaves_nothing_half_done_and_loses_no_piece(pc: Pc) -> None:
    pc.publisher.releases_app(NEW, {WHEEL: wheel({f"console/{n}.py": "x" * 3000 for n in range(20)})})
    pc.rolls_out()
    cut, looks = 0, 0
    while not is_whole(pc.home.folder, NEW):
        pc.window.source, cut, looks = Cut(cut), cut + 1, looks + 1
        assert looks < 100
        try:
            pc.looker.look()
        except UpdateOffline:
            assert not (pc.home.folder / "versions" / NEW).exists()
            assert pc.looker.plan().step in {"none", "fetch"}
    assert looks > 6, "it was really cut, at each step"
    assert pc.looker.plan().step == "offer"


def test_a_full_disk_while_it_is_laid_down_leaves_the_running_version_and_is_tried_again(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out()
    install, fails = pc.looker.install, True

    def full(wheels: Sequence[Path], lib: Path) -> None:
        install(wheels, lib)
        if fails:
            raise OSError(errno.ENOSPC, "No space left on device")

    pc.looker.install = full
    with pytest.raises(UpdateRefused):
        pc.looker.look()
    assert (pc.said.state, pc.said.error) == ("failed", "update.disk")
    assert [folder.name for folder in (pc.home.folder / "versions").iterdir()] == [OLD]
    fails = False
    assert pc.looker.look().step == "offer"


def test_the_hall_hears_of_a_pc_that_can_not_keep_what_was_proven(pc: Pc) -> None:
    """The look ended with an error that nobody was told, and nothing new came any more."""
    pc.publishes()
    pc.rolls_out()
    pc.looker.folder.write_text("a file where the folder was")
    with pytest.raises(OSError, match="updates"):
        pc.looker.look()
    assert pc.said.error == "update.disk"
    pc.looker.folder.unlink()
    assert pc.looker.look().step == "offer"
    assert pc.said.error == ""


def test_a_pointer_that_can_not_be_written_is_a_sentence_and_work_goes_on(
    pc: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc.publishes()
    pc.rolls_out()
    pc.looker.look()

    def full(*_: object) -> bool:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("console.updating.updater.switch", full)
    updater = pc.updater()
    with pytest.raises(UpdateRefused):
        updater.begin()
    assert updater.view() is None
    assert read(pc.home.folder)["version"] == OLD


def test_the_pace_is_the_rollouts_and_what_needs_no_restart_is_applied(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out(rate_kib=77)
    pc.looker.look()
    assert pc.window.rates == [77]
    assert [one.number for one in pc.window.applied] == [1]


def test_a_version_older_than_the_three_that_are_kept_is_fetched_once_and_offered(pc: Pc) -> None:
    for version in ("0.7.0", "0.8.0", "0.9.0"):
        stage(pc.home.folder, version, (), unpacked)
    pc.restarts("0.9.0")
    write(pc.home.folder, {**read(pc.home.folder), "version": "0.9.0", "previous": "0.8.0"})
    pc.publishes()
    pc.rolls_out()
    assert pc.looker.look().step == "offer"
    assert is_whole(pc.home.folder, NEW)


def test_a_rollout_noted_in_a_form_that_this_version_can_not_read_is_asked_for_anew(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out()
    pc.memory.keep_setting("update.rollout", '{"number": 7, "hall": "h1", "target": {}, "opened": {"moon": "x"}}')
    assert pc.updater().view() is None
    assert pc.looker.look().step == "offer"


def test_a_running_version_whose_manifest_is_damaged_is_updated_all_the_same(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out()
    (pc.home.folder / "versions" / OLD / "manifest.json").write_text("{")
    assert pc.looker.look().step == "offer"


def test_a_cut_between_switch_and_word_does_not_let_what_fell_begin_again(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out(attempt=1)
    pc.looker.look()
    assert switch(pc.home.folder, NEW)  # and the cut, before `trial` was said
    assert [next_start(pc.home.folder) for _ in range(3)] == [NEW, NEW, OLD]
    assert pc.updater().view() is None
    assert (pc.said.state, pc.said.version) == ("returned", NEW)
    assert pc.looker.look().why == "updating.failed_here"


def test_a_clock_that_ran_ahead_and_is_right_again_delays_nothing(pc: Pc) -> None:
    pc.publishes()
    pc.rolls_out(jitter_minutes=15)
    pc.clock.at += timedelta(days=300)
    pc.looker.notes.read(Rollout(1, WHO.hall, Versions(NEW)))
    pc.clock.at -= timedelta(days=300)
    assert pc.looker._in_turn(Rollout(1, WHO.hall, Versions(NEW)))
