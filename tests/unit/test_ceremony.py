"""Keys that come, go and are lost: windows follow, and what a lost key signs is heard no more (updates.md)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from hall.errors import KeyTrouble, ReleaseTrouble
from hall.releases.ceremony import holders, renew, replace, waiting
from hall.releases.keys import make_key, read_public, write_public
from hall.releases.repository import Releases, sign
from hall.releases.roles import APP, NORMAL, ONLINE, ROLLOUT, ROOT, TARGETS, TIMESTAMP
from tests.releases import NOW, Asker, Publisher, keys
from tests.releases import ONLINE as OWN


@pytest.fixture
def hall(tmp_path: Path) -> Publisher:
    """A hall that has published one release."""
    made = Publisher(tmp_path / "hall")
    made.releases_app("0.5.0", {"yichuang-0.5.0-py3-none-any.whl": b"old"})
    made.rolls_out()
    return made


@pytest.fixture
def window(hall: Publisher, tmp_path: Path) -> Asker:
    """A window that has looked before, and trusts the first root."""
    made = Asker(hall, tmp_path / "window")
    made.asks()
    return made


def signed(file: Path, *who: object) -> None:
    """Signatures that came by file."""
    for key in who:
        file.write_bytes(sign(file.read_bytes(), file.stem, key))  # type: ignore[arg-type]  # keys of tests


def test_the_yearly_ceremony_lets_the_dates_begin_again(hall: Publisher, window: Asker) -> None:
    later = Releases(hall.folder, (OWN,), NOW + timedelta(days=300), NORMAL)
    before = {one.role: one.expires for one in holders(later)}
    for role in (ROOT, TARGETS, APP):
        (file,) = renew(later, role)
        with pytest.raises(ReleaseTrouble):
            later.publish()
        signed(file, *hall.signers[role])
    later.publish()
    after = {one.role: one.expires for one in holders(later)}
    assert all(after[role] - before[role] == timedelta(days=300) for role in (ROOT, TARGETS, APP))
    assert window.asks().manifest("0.5.0").version == "0.5.0"


def test_a_lost_key_is_replaced_and_what_it_signs_is_heard_no_more(hall: Publisher, window: Asker) -> None:
    lost, *others = hall.signers[APP]
    new = keys("newcomer", 1)[0]
    files = replace(hall.releases, APP, lost.public_key.keyid[:16], new.public_key)
    assert [file.stem for file in files] == [TARGETS, APP]
    assert [missing for _, missing in waiting(hall.releases, files)] == [2, 2]
    signed(files[0], *hall.signers[TARGETS])
    signed(files[1], others[0], lost)
    with pytest.raises(ReleaseTrouble):
        hall.releases.publish()
    signed(files[1], new)
    hall.releases.publish()
    assert window.asks().manifest("0.5.0").version == "0.5.0", "what was published before stands"

    hall.signers[APP] = [lost, others[0]]
    hall.lists(APP, "app/0.6.0/manifest.json", b"{}")
    assert hall.releases.missing(APP) == 1, "the lost key no longer counts"


def test_a_root_key_is_exchanged_and_windows_that_know_the_first_root_follow(hall: Publisher, window: Asker) -> None:
    gone, *stay = hall.signers[ROOT]
    new = keys("newcomer", 1)[0]
    (file,) = replace(hall.releases, ROOT, gone.public_key.keyid, new.public_key)
    signed(file, gone, new)
    assert hall.releases.missing(ROOT) == 1, "two of the old ones and two of the new ones have to sign"
    signed(file, stay[0])
    hall.releases.publish()
    assert (window.asks().rollout("h1") or pytest.fail("no rollout")).number == 1
    assert {one.role: one.keys for one in holders(hall.releases)}[ROOT] == tuple(
        sorted(key.public_key.keyid for key in (*stay, new))
    )


def test_the_hall_s_own_key_is_exchanged_after_somebody_was_at_its_server(hall: Publisher, window: Asker) -> None:
    new = keys("next", 1)[0]
    releases = Releases(hall.folder, (OWN, new), NOW, NORMAL)
    files = replace(releases, ONLINE, OWN.public_key.keyid, new.public_key)
    assert [file.stem for file in files] == [ROOT, TARGETS]
    releases.list_file(ROLLOUT, "rollout/h1.json", b'{"number": 2, "hall": "h1", "target": {}}')
    releases.sign_online(ROLLOUT)
    releases.publish((ROLLOUT,))  # a rollout that halts meanwhile
    assert (window.asks().rollout("h1") or pytest.fail("no rollout")).number == 2
    again = replace(releases, ONLINE, OWN.public_key.keyid, new.public_key) if not files[0].exists() else files
    signed(again[0], *hall.signers[ROOT])
    signed(again[1], *hall.signers[TARGETS])
    releases.revise(ROLLOUT)
    releases.sign_online(ROLLOUT)
    releases.publish()
    assert releases.is_own(new.public_key.keyid)
    assert not releases.is_own(OWN.public_key.keyid)
    assert (window.asks().rollout("h1") or pytest.fail("no rollout")).number == 2
    alone = Releases(hall.folder, (new,), NOW, NORMAL)
    alone.freshen()
    window.asks()
    assert {one.role: one.keys for one in holders(alone)}[TIMESTAMP] == (new.public_key.keyid,)


def test_the_hall_s_own_key_is_lost_and_another_takes_its_place_without_it(hall: Publisher, window: Asker) -> None:
    """Nothing could be read or replaced without the very key that was gone."""
    without = Releases(hall.folder, (), NOW, NORMAL)
    lost = {one.role: one.keys for one in holders(without)}[TIMESTAMP][0]
    for act in (without.freshen, without.publish):
        with pytest.raises(KeyTrouble, match="no_own_key"):
            act()
    new = keys("next", 1)[0]
    releases = Releases(hall.folder, (new,), NOW, NORMAL)
    root, targets = replace(releases, ONLINE, lost, new.public_key)
    signed(root, *hall.signers[ROOT])
    signed(targets, *hall.signers[TARGETS])
    releases.publish()
    assert (window.asks().rollout("h1") or pytest.fail("no rollout")).number == 1


def test_no_role_is_left_with_too_few_keys_and_a_strange_key_is_named(hall: Publisher) -> None:
    mine = hall.signers[TARGETS][0].public_key.keyid
    for role, old, code in (
        (TARGETS, mine, "ceremony.too_few"), (APP, mine, "ceremony.no_key"), ("moon", mine, "ceremony.no_role"),
        (ROLLOUT, mine, "ceremony.no_role"), (APP, "", "ceremony.nothing"),
    ):  # fmt: skip
        with pytest.raises(ReleaseTrouble) as caught:
            replace(hall.releases, role, old, None)
        assert caught.value.message.id == code
    with pytest.raises(ReleaseTrouble):
        renew(hall.releases, TIMESTAMP)
    assert not list((hall.folder / "pending").iterdir()), "nothing waits"


def test_the_public_half_of_a_key_travels_by_file(tmp_path: Path) -> None:
    made = make_key(tmp_path / "chen.pem", b"k" * 32, "phrase")
    write_public(tmp_path / "chen.pub", made)
    assert read_public(tmp_path / "chen.pub") == made.public_key
    assert b"PRIVATE" not in (tmp_path / "chen.pub").read_bytes()
    (tmp_path / "chen.pub").write_bytes(b"[]")
    with pytest.raises(KeyTrouble):
        read_public(tmp_path / "chen.pub")
