"""A hall that was restored asks its windows for what it has lost, and believes its own signature alone (S24, S25)."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from casework import bodies
from casework.facts import decode_fact
from casework.seals import Signed, seal
from casework.wire import PURPOSE_OFFER, Entry, Offer, OfferAnswer, Point, PullAnswer, Range
from hall.errors import Gathering
from hall.office import own_facts
from hall.service import Hall
from hall.sqlite_store import SqliteStore
from tests.hall_world import HallWorld, Window, in_hall, problem

Client = httpx.AsyncClient


def copied(world: HallWorld, file: Path) -> None:
    """A backup of the hall's memory."""
    with sqlite3.connect(world.path) as source, sqlite3.connect(file) as copy:
        source.backup(copy)


def restored(world: HallWorld, file: Path) -> None:
    """The hall as it was in the backup, in a new epoch."""
    world.store.close()
    for old in world.path.parent.glob("hall.db*"):
        old.unlink()
    shutil.copy(file, world.path)
    world.store = SqliteStore(world.path)
    world.start()
    world.api.hall.open_epoch("restore")


async def page(window: Window) -> tuple[Signed, tuple[msgspec.Raw, ...], Point]:
    """One pull: the signed head, the entries, and the place after them."""
    answer: PullAnswer = await window.pull()
    head = msgspec.json.decode(answer.head, type=Signed)
    return head, answer.entries, Point(answer.upto, window.chain)


async def offers(window: Window, after: int, head: Signed | None, **parts: Any) -> httpx.Response:
    """An offer of a window that still is in the first epoch."""
    raw = msgspec.Raw(msgspec.json.encode(head) if head else b"null")
    offer = Offer(window.world.row.id, window.number, window.incarnation, 1, after, raw, **parts)
    body = msgspec.json.encode(seal(window.signer, PURPOSE_OFFER, offer))
    return await window.client.post("/sync/v1/offer", content=body)


def said(response: httpx.Response) -> OfferAnswer:
    """What the hall answers."""
    assert response.status_code == 200, response.text
    return msgspec.json.decode(response.content, type=OfferAnswer)


def test_s25_the_hall_asks_for_what_it_lacks_and_puts_it_back_with_its_old_verdict(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        await window.pull_all()
        common = Point(window.cursor, window.chain)
        copied(world, tmp_path / "backup.db")
        case = window.received()
        await window.push(case)
        await window.push(window.accepted(case.case), window.decided("0" * 32))  # the second has no case: refused
        head, entries, end = await page(window)
        old = world.entries()
        restored(world, tmp_path / "backup.db")
        answer = said(await offers(window, 0, head, points=(end, common)))
        assert (answer.common, answer.wanted) == (common.seq, (Range(common.seq + 1, end.seq),))
        assert said(await offers(window, common.seq, head, entries=entries)).wanted == ()
        world.clock.go(301)
        world.api.hall.tick()
        back = [entry for entry in world.entries() if entry.was]
        lost = old[common.seq :]
        assert [(e.kind, e.fact_id, e.verdict, bytes(e.fact)) for e in back] == [
            (e.kind, e.fact_id, e.verdict, bytes(e.fact)) for e in lost
        ]
        assert [entry.was.seq for entry in back if entry.was] == [entry.seq for entry in lost]
        state = world.case(case.case)
        assert state is not None
        assert state.state == "accepted"
        assert world.waiting() == ["no_case"]

    in_hall(tmp_path, story)


def test_t61_a_forged_offer_is_stored_nowhere(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        await window.pull_all()
        common = Point(window.cursor, window.chain)
        copied(world, tmp_path / "backup.db")
        await window.push(window.received(), window.received())
        head, entries, end = await page(window)
        restored(world, tmp_path / "backup.db")
        said(await offers(window, 0, head, points=(end, common)))
        before = len(world.entries())
        other = msgspec.Raw(bytes(entries[0]).replace(b'"accepted"', b'"rejected"'))
        foreign = seal(window.signer, "head", msgspec.json.decode(head.body))
        for forged in (
            {"head": head, "entries": (other, *entries[1:])},
            {"head": head, "entries": entries[:1]},
            {"head": head, "entries": entries[1:]},
            {"head": foreign, "entries": entries},
            {"head": None, "entries": entries},
        ):
            answer = await offers(window, common.seq, forged["head"], entries=forged["entries"])  # type: ignore[arg-type]
            assert (answer.status_code, problem(answer).error) == (422, "unreadable")
        stranger = Window(world, "0012", client, mark="b")
        assert (await offers(stranger, common.seq, head, entries=entries)).status_code in {401, 403}
        world.clock.go(301)
        world.api.hall.tick()
        assert len(world.entries()) == before + 1, "that something is lost was proven, and is written down"
        assert [entry for entry in world.entries() if entry.was] == []

    in_hall(tmp_path, story)


def test_s25_what_no_window_shows_in_time_is_a_gap_and_what_comes_later_is_put_back_all_the_same(
    tmp_path: Path,
) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        await window.pull_all()
        await other.pull_all()
        common = Point(window.cursor, window.chain)
        copied(world, tmp_path / "backup.db")
        await other.push(other.decided("0" * 32))  # refused: a verdict that only 0007 sees
        await window.push(window.received())
        head, entries, end = await page(window)
        its_head, its_entries, its_end = await page(other)
        restored(world, tmp_path / "backup.db")
        said(await offers(window, 0, head, points=(end, common)))
        answer = said(await offers(window, common.seq, head, entries=entries))
        hidden = common.seq + 1
        assert answer.wanted == (Range(hidden, hidden),)
        world.clock.go(301)
        world.api.hall.tick()
        gaps = [decode_fact(e.fact) for e in world.entries() if e.kind == "fact" and b'"gap"' in bytes(e.fact)]
        assert [msgspec.json.decode(gap.body, type=bodies.Gap) for gap in gaps] == [bodies.Gap(1, hidden, hidden)]
        said(await offers(other, 0, its_head, points=(its_end, common)))
        said(await offers(other, common.seq, its_head, entries=its_entries))
        back = [entry for entry in world.entries() if entry.was and entry.kind == "verdict"]
        assert [entry.was.seq for entry in back if entry.was] == [hidden]
        said(await offers(other, common.seq, its_head, entries=its_entries))
        assert len([entry for entry in world.entries() if entry.was and entry.kind == "verdict"]) == 1

    in_hall(tmp_path, story)


def test_s25_the_hall_asks_one_window_at_a_time_and_takes_in_nothing_new_meanwhile(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        await window.pull_all()
        copied(world, tmp_path / "backup.db")
        await window.push(window.received())
        head, _, end = await page(window)
        restored(world, tmp_path / "backup.db")
        said(await offers(window, 0, head, points=(end,)))
        waits = await offers(other, 0, head, points=(end,))
        assert (waits.status_code, problem(waits).error) == (503, "healing")
        world.clock.go(61)
        said(await offers(other, 0, head, points=(end,)))
        other.epoch, other.cursor, other.chain = 2, *common_of(world)
        fact = other.received()
        other.seal(fact)
        pushed = await other.post(other.batch(1, 1))
        assert (pushed.status_code, problem(pushed).error) == (503, "healing")
        world.clock.go(300)
        world.api.hall.tick()
        assert (await other.post(other.batch(1, 1))).status_code == 200

    in_hall(tmp_path, story)


def common_of(world: HallWorld) -> tuple[int, str]:
    """A place that the restored log has."""
    with world.store.reading() as reading:
        return 1, str(reading.chain_at(1))


def test_s5_what_was_seen_before_the_loss_counts_as_seen_after_it(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = window.received()
        await window.push(case)
        await other.pull_all()
        common = Point(other.cursor, other.chain)
        copied(world, tmp_path / "backup.db")
        await window.push(window.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), case.case))
        head, entries, end = await page(other)
        seen = other.accepted(case.case)  # made in the first epoch, with the paper before its eyes
        restored(world, tmp_path / "backup.db")
        said(await offers(other, 0, head, points=(end, common)))
        said(await offers(other, common.seq, head, entries=entries))
        world.clock.go(301)
        world.api.hall.tick()
        other.epoch, other.cursor, other.chain = 2, common.seq, common.chain
        answers = await other.push(seen)
        assert [answer.verdict.v for answer in answers] == ["accepted"]

    in_hall(tmp_path, story)


def test_s25_what_it_decided_since_stands_when_a_window_shows_an_older_word_late(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        await window.pull_all()
        common = Point(window.cursor, window.chain)
        copied(world, tmp_path / "backup.db")
        set_staff(world, "王芳", "window")
        head, entries, end = await page(window)
        restored(world, tmp_path / "backup.db")
        world.clock.go(301)
        world.api.hall.tick()
        set_staff(world, "王芳", "guide")
        said(await offers(window, 0, head, points=(end, common)))
        said(await offers(window, common.seq, head, entries=entries))
        with world.store.reading() as reading:
            assert reading.staff(("1001",))["1001"].posts == ("guide",)
        said_last = [decode_fact(e.fact) for e in world.entries() if b'"staff.set"' in bytes(e.fact)][-1]
        assert msgspec.json.decode(said_last.body, type=bodies.StaffSet).posts == ("guide",), "the windows read it last"

    in_hall(tmp_path, story)


def set_staff(world: HallWorld, name: str, post: str) -> None:
    """The roster changes."""
    person = bodies.StaffSet("1001", name, "helper", (post,), "-")
    world.api.hall.change(lambda reading, now, ids: own_facts(reading, [person], now, ids))


def test_s27_no_number_is_given_while_the_hall_gathers(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        copied(world, tmp_path / "backup.db")
        restored(world, tmp_path / "backup.db")
        with pytest.raises(Gathering, match=r"hall\.healing"):
            world.invite("0031")
        world.clock.go(301)
        world.api.hall.tick()
        await world.window("0031", client)

    in_hall(tmp_path, story)


def test_the_entries_of_before_are_read_as_they_were() -> None:
    """An entry without `was` has the bytes that version 0.2.0 gave it (S1)."""
    entry = Entry("fact", 1, "business", "2026-11-23T09:00:00.000", fact=msgspec.Raw(b"{}"), fact_id="a", n=1)
    assert b"was" not in msgspec.json.encode(entry)


def test_s25_what_a_window_shows_at_the_very_end_of_the_gathering_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gathering ends in one thread of the served hall, and a piece comes in another."""

    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        await window.pull_all()
        common = Point(window.cursor, window.chain)
        copied(world, tmp_path / "backup.db")
        case = other.received()
        await other.push(case)
        head, entries, end = await page(window)
        restored(world, tmp_path / "backup.db")
        said(await offers(window, 0, head, points=(end, common)))
        raw = msgspec.Raw(msgspec.json.encode(head))
        piece = Offer(world.row.id, window.number, window.incarnation, 1, common.seq, raw, entries=entries)
        body = msgspec.json.encode(seal(window.signer, PURPOSE_OFFER, piece))
        real = Hall._end_healing

        def ends(hall: Hall, until: str) -> frozenset[str] | None:
            monkeypatch.undo()
            hall.offer(body)
            return real(hall, until)

        monkeypatch.setattr(Hall, "_end_healing", ends)
        world.clock.go(301)
        world.api.hall.tick()
        assert world.case(case.case) is not None

    in_hall(tmp_path, story)
