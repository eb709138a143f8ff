"""What a terminal believes of what comes as an update, and what it refuses (updates.md, *Must be shown*)."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from tuf.api.metadata import Metadata

from casework.errors import BadRollout
from casework.manifest import ANY, Wheel
from hall.errors import ReleaseTrouble
from hall.releases.repository import sign
from hall.releases.roles import APP, CATALOGUE, NORMAL, SMALL
from sync.errors import ClockTooOld, NoRoom, UpdateOffline, UpdateRefused
from sync.updates.fetching import FromFolder, FromHall
from tests.releases import NOW, Asker, Publisher, keys

WHEELS = {"yichuang-0.5.0-py3-none-any.whl": b"the program" * 1000, "httpx-0.28.1-py3-none-any.whl": b"a library" * 500}


@pytest.fixture
def hall(tmp_path: Path) -> Publisher:
    return Publisher(tmp_path / "releases")


@pytest.fixture
def window(hall: Publisher, tmp_path: Path) -> Asker:
    return Asker(hall, tmp_path / "updates")


def damages(file: Path, at: int = -5) -> None:
    """Flip one bit."""
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)


class Counted(FromFolder):
    """Says what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def from_byte(self, url: str, start: int) -> Iterator[bytes]:
        self.asked.append(f"{Path(url).name}@{start}" if start else Path(url).name)
        yield from super().from_byte(url, start)


def test_what_it_has_signed_arrives_whole(hall: Publisher, window: Asker) -> None:
    manifest = hall.releases_app("0.5.0", WHEELS)
    rollout = hall.rolls_out()
    seen = window.asks()
    assert seen.rollout("h1") == rollout
    assert seen.rollout("h2") is None
    assert seen.manifest("0.5.0") == manifest
    files = seen.wheels(manifest.wheels[ANY], window.folder / "wheels")
    assert {file.name: file.read_bytes() for file in files} == WHEELS


def test_with_nothing_new_two_files_are_asked_for(hall: Publisher, window: Asker) -> None:
    hall.rolls_out()
    window.asks().rollout("h1")
    window.source = source = Counted()
    window.asks().rollout("h1")
    assert source.asked == ["2.root.json", "timestamp.json"]


def test_a_wheel_that_has_not_changed_is_not_fetched_again(hall: Publisher, window: Asker) -> None:
    manifest = hall.releases_app("0.5.0", WHEELS)
    window.asks().wheels(manifest.wheels[ANY], window.folder / "wheels")
    newer = hall.releases_app("0.5.1", {**WHEELS, "yichuang-0.5.0-py3-none-any.whl": b"the next program"})
    window.source = source = Counted()
    window.asks().wheels(newer.wheels[ANY], window.folder / "wheels")
    assert [name for name in source.asked if name.endswith(".whl")] == ["yichuang-0.5.0-py3-none-any.whl"]


def test_a_cut_download_goes_on_where_it_stopped(hall: Publisher, window: Asker) -> None:
    manifest = hall.releases_app("0.5.0", WHEELS)
    wheel = manifest.wheels[ANY][0]
    whole = hall.folder / "targets" / wheel.path
    data = whole.read_bytes()
    whole.write_bytes(data[:4000])
    with pytest.raises(UpdateOffline, match=r"update\.cut"):
        window.asks().wheels((wheel,), window.folder / "wheels")
    whole.write_bytes(data)
    window.source = source = Counted()
    (file,) = window.asks().wheels((wheel,), window.folder / "wheels")
    assert file.read_bytes() == data
    assert f"{wheel.name}@4000" in source.asked


def test_one_flipped_bit_in_a_wheel_is_refused_and_dropped(hall: Publisher, window: Asker) -> None:
    manifest = hall.releases_app("0.5.0", WHEELS)
    wheel = manifest.wheels[ANY][0]
    damages(hall.folder / "targets" / wheel.path)
    with pytest.raises(UpdateRefused, match=r"update\.damaged"):
        window.asks().wheels((wheel,), window.folder / "wheels")
    assert not list((window.folder / "wheels").glob("*.part"))


def test_one_flipped_bit_in_the_metadata_is_refused(hall: Publisher, window: Asker) -> None:
    hall.rolls_out()
    damages(hall.folder / "metadata" / "2.snapshot.json", 300)
    with pytest.raises(UpdateRefused):
        window.asks()


def test_a_wheel_without_an_end_is_cut_off_and_refused(hall: Publisher, window: Asker) -> None:
    manifest = hall.releases_app("0.5.0", WHEELS)
    wheel = manifest.wheels[ANY][0]

    class Endless(FromFolder):
        given = 0

        def from_byte(self, url: str, start: int) -> Iterator[bytes]:
            if not url.endswith(".whl"):
                yield from super().from_byte(url, start)
                return
            while True:
                self.given += 4096
                yield b"\0" * 4096

    window.source = source = Endless()
    with pytest.raises(UpdateRefused, match=r"update\.damaged"):
        window.asks().wheels((wheel,), window.folder / "wheels")
    assert source.given < wheel.size + 8192


def test_a_timestamp_past_its_date_installs_nothing(tmp_path: Path) -> None:
    long_ago = Publisher(tmp_path / "releases", now=NOW - timedelta(days=20))
    with pytest.raises(UpdateRefused, match=r"update\.expired"):
        Asker(long_ago, tmp_path / "updates").asks()


def test_an_older_repository_played_again_is_refused(hall: Publisher, window: Asker, tmp_path: Path) -> None:
    hall.rolls_out()
    shutil.copytree(hall.folder, tmp_path / "older")
    hall.rolls_out(2)
    window.asks()
    window.base = str(tmp_path / "older")
    with pytest.raises(UpdateRefused, match=r"update\.older"):
        window.asks()


def test_metadata_of_two_publications_do_not_mix(hall: Publisher, window: Asker, tmp_path: Path) -> None:
    hall.rolls_out()
    before = (hall.folder / "metadata" / "3.rollout.json", (hall.folder / "metadata" / "2.rollout.json").read_bytes())
    hall.rolls_out(2)
    before[0].write_bytes(before[1])  # yesterday's rollout under today's name
    with pytest.raises(UpdateRefused):
        window.asks().rollout("h1")


def test_too_few_signatures_are_not_published_and_not_believed(hall: Publisher, window: Asker) -> None:
    hall.lists(APP, "app/0.5.0/manifest.json", b"{}", signed_by=1)
    assert hall.releases.missing(APP) == 1
    with pytest.raises(ReleaseTrouble, match=r"release\.signatures"):
        hall.releases.publish()
    pending = hall.folder / "pending" / "app.json"
    pending.replace(hall.folder / "metadata" / "2.app.json")  # somebody at the hall who has the online key alone
    hall.releases.freshen()
    with pytest.raises(UpdateRefused, match=r"update\.signatures"):
        window.asks().manifest("0.5.0")


def test_a_stranger_s_key_counts_as_no_signature(hall: Publisher) -> None:
    hall.lists(APP, "app/0.5.0/manifest.json", b"{}", signed_by=1)
    pending = hall.folder / "pending" / "app.json"
    brought = sign(pending.read_bytes(), APP, keys("stranger", 1)[0])
    assert hall.releases.take_signed(APP, brought) == 1


def test_signatures_come_by_file_from_other_machines_and_only_for_what_waits(hall: Publisher) -> None:
    pending = hall.releases.list_file(APP, "app/0.5.0/manifest.json", b"{}")
    blank = pending.read_bytes()
    first, second = (sign(blank, APP, signer) for signer in hall.signers[APP][:2])
    assert hall.releases.take_signed(APP, first) == 1
    assert hall.releases.take_signed(APP, second) == 0
    assert hall.releases.publish() == [APP]
    hall.releases.list_file(APP, "app/0.5.1/manifest.json", b"{}")
    with pytest.raises(ReleaseTrouble, match=r"release\.other_version"):
        hall.releases.take_signed(APP, first)


def test_a_catalogue_key_that_lists_an_app_file_is_not_heard(hall: Publisher, window: Asker) -> None:
    hall.lists(CATALOGUE, "app/0.9.9/manifest.json", b"{}")
    hall.releases.publish()
    with pytest.raises(UpdateRefused, match=r"update\.not_listed"):
        window.asks().manifest("0.9.9")


def test_a_clock_set_back_ten_years_installs_nothing(hall: Publisher, window: Asker) -> None:
    hall.rolls_out()
    with pytest.raises(ClockTooOld):
        window.asks(now=NOW - timedelta(days=3652))


def test_no_room_is_said_before_the_first_byte(
    hall: Publisher, window: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    manifest = hall.releases_app("0.5.0", WHEELS)
    seen = window.asks()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 20_000))
    with pytest.raises(NoRoom):
        seen.wheels(manifest.wheels[ANY], window.folder / "wheels")
    assert not list((window.folder / "wheels").rglob("*.whl"))


def test_a_manifest_that_leads_out_of_its_folder_is_refused(hall: Publisher, window: Asker) -> None:
    manifest = hall.releases_app("0.5.0", WHEELS)
    evil = json.loads(hall.releases.content(APP, "app/0.5.0/manifest.json") or b"")
    evil["wheels"][ANY][0]["name"] = "../../../x-1-py3-none-any.whl"
    hall.lists(APP, "app/0.5.1/manifest.json", json.dumps({**evil, "version": "0.5.1"}).encode())
    hall.releases.publish()
    assert window.asks().manifest("0.5.0") == manifest
    with pytest.raises(BadRollout):
        window.asks().manifest("0.5.1")


def test_a_hall_that_is_not_there_is_asked_again_later(window: Asker, tmp_path: Path) -> None:
    window.base = str(tmp_path / "nowhere")
    with pytest.raises(UpdateOffline):
        window.asks()


@pytest.mark.parametrize("always", [False, True])
def test_a_proxy_that_packs_what_passes_keeps_no_window_from_its_updates(
    hall: Publisher, window: Asker, tmp_path: Path, *, always: bool
) -> None:
    """As they do by default with JSON: it was taken for unreadable, at every window behind it, for ever."""

    def passes(request: httpx.Request) -> httpx.Response:
        file = hall.folder / request.url.path.removeprefix("/updates/")
        if not file.is_file():
            return httpx.Response(404)
        data = file.read_bytes()
        if always or "gzip" in request.headers.get("accept-encoding", ""):
            packed = httpx.ByteStream(gzip.compress(data))
            return httpx.Response(200, stream=packed, headers={"content-encoding": "gzip"})
        return httpx.Response(200, stream=httpx.ByteStream(data))

    manifest = hall.releases_app("0.5.0", WHEELS)
    window.base = "http://hall/updates"
    window.source = FromHall(None, 5.0, transport=httpx.MockTransport(passes))
    part = tmp_path / "wheels" / f"{manifest.wheels[ANY][0].sha256}.part"
    part.parent.mkdir()
    part.write_bytes(b"the program")  # of a download that was cut
    files = window.asks().wheels(manifest.wheels[ANY], part.parent)
    window.source.close()
    assert [file.read_bytes() for file in files] == list(WHEELS.values())


def test_a_small_hall_signs_with_one_key_each_and_may_lose_one(tmp_path: Path) -> None:
    hall = Publisher(tmp_path / "releases", SMALL)
    hall.lists(APP, "app/0.5.0/manifest.json", b"{}", signed_by=1)
    assert hall.releases.publish() == [APP]
    assert {name: (role.keys, role.threshold) for name, role in NORMAL.items()}["root"] == (3, 2)


def test_everything_published_is_signed_by_enough(hall: Publisher) -> None:
    hall.releases_app("0.5.0", WHEELS)
    names = {file.name for file in (hall.folder / "metadata").iterdir()}
    assert {"1.root.json", "2.app.json", "timestamp.json"} <= names
    assert len(Metadata.from_file(str(hall.folder / "metadata" / "2.app.json")).signatures) == 3


def test_a_wheel_that_is_damaged_in_its_build_is_not_put_where_windows_fetch_it(tmp_path: Path) -> None:
    from hall.cli_release import _copy

    wheel = Wheel("tiny-1.0-py3-none-any.whl", hashlib.sha256(b"whole").hexdigest(), 5)
    source, target = tmp_path / "wheels" / wheel.name, tmp_path / "targets" / wheel.path
    source.parent.mkdir()
    source.write_bytes(b"whale")
    with pytest.raises(ReleaseTrouble):
        _copy(tmp_path, wheel, tmp_path / "targets")
    assert not target.exists()
    source.write_bytes(b"whole")
    target.parent.mkdir(parents=True)
    target.write_bytes(b"whale")
    _copy(tmp_path, wheel, tmp_path / "targets")
    assert target.read_bytes() == b"whole", "what was damaged there is replaced"
