"""The n-th failure at the hall, and where a folder begins: enrolment, a new hall, schemas brought up to date.

As in `test_nth_terminal.py`, on a copy of one hall: after each failure the answer is 503 or a sentence of ours, what a
second program sees is what it saw before, and the very same bytes sent again are taken (T69).
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import shutil
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
from sqlite_utils import Database, Migrations

from casework import messages
from casework.http_signature import sign_request
from casework.messages import Spoken
from casework.seals import key_id, seal
from casework.wire import PURPOSE_ENROL, EnrolRequest
from console import bootstrap
from console.messages import translator
from hall import cli
from hall.backups import Backups
from hall.enrol import invite
from hall.errors import StorageTrouble
from hall.founding import SAMPLE
from hall.keys import certificate, read_key
from hall.migrate import migrate
from hall.office import publish, revoke
from hall.queries import migrations as hall_migrations
from hall.restoring import restore as restore_hall
from hall.sqlite_store import SqliteStore
from local_db.migrations import SCHEMA_VERSION, _step, version_of
from local_db.restoring import restore as restore_terminal
from local_db.sql import schema_files
from tests.builders import FixedClock, Hand
from tests.command_line import Place
from tests.crash.nth import CONNECT, Faults, Seen, in_force, look, points
from tests.hall_world import CALENDAR, CATALOGUE, HallWorld, Window, problem
from tests.terminals import enrolled, opened

CODE = "00000-00000"


@pytest.fixture
def faults() -> Iterator[Faults]:
    """Faults in force for one test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(messages, "_translator", translator("zh_CN"))
        yield in_force(patch)


# The hall's answers


class Fails(Exception):
    """The hall said 503."""


@dataclasses.dataclass
class Asked:
    """A hall with a window that has work for it; always the same bytes."""

    world: HallWorld
    window: Window
    client: httpx.AsyncClient

    async def send(self, method: str, path: str, content: bytes = b"", query: str = "") -> None:
        """Ask. Raises Fails."""
        headers = sign_request(self.window.signer, method, path, query, self.world.clock.now())
        answer = await self.client.request(
            method, f"{path}?{query}" if query else path, content=content, headers=headers
        )
        if answer.status_code == 503:
            told = problem(answer)
            assert (told.error, answer.headers["Retry-After"]) == ("storage", "1")
            assert "planted" not in answer.text
            raise Fails
        assert answer.status_code == 200, answer.text


Do = Callable[[Asked], Awaitable[None]]


async def pushes(asked: Asked) -> None:
    await asked.send("POST", "/sync/v1/push", asked.window.body(asked.window.batch(3, len(asked.window.sent))))


async def enrols(asked: Asked) -> None:
    other = Window(asked.world, "0031", asked.client)
    request = EnrolRequest("0031", CODE, other.incarnation, other.signer.public)
    await asked.send("POST", "/sync/v1/enrol", msgspec.json.encode(seal(other.signer, PURPOSE_ENROL, request)))


async def pulls(asked: Asked) -> None:
    window = asked.window
    query = f"epoch={window.epoch}&after={window.cursor}&chain={window.chain}&limit=500&wait=0"
    await asked.send("GET", "/sync/v1/pull", query=query)


async def reads_a_case(asked: Asked) -> None:
    await asked.send("GET", f"/sync/v1/case/{CASES[0]}")


async def starts(asked: Asked) -> None:
    with CONNECT(asked.world.path) as db:
        db.execute("update fold set version = 'of another program'")
    asked.world.api.hall.start()


async def ticks(asked: Asked) -> None:
    asked.world.clock.at += timedelta(days=60)
    try:
        assert asked.world.api.hall.tick()
    finally:
        asked.world.clock.at -= timedelta(days=60)


async def judges_again(asked: Asked) -> None:
    asked.world.api.hall.rejudge()


async def revokes(asked: Asked) -> None:
    asked.world.api.hall.change(lambda reading, now, ids: revoke(reading, "0007", now, ids))


async def publishes(asked: Asked) -> None:
    asked.world.api.hall.change(lambda reading, now, ids: publish(reading, CATALOGUE, CALENDAR + b"\n", now, ids))


CASES: list[str] = []
"""A case that is in the hall's log; filled by the fixture."""

HALL_ACTS: dict[str, tuple[Do, int]] = {
    "push": (pushes, 20),
    "enrol": (enrols, 20),
    "pull": (pulls, 5),
    "case": (reads_a_case, 4),
    "start": (starts, 20),
    "tick": (ticks, 20),
    "rejudge": (judges_again, 8),
    "revoke": (revokes, 15),
    "publish": (publishes, 15),
}
"""What the hall does, and how many points it has at least."""


async def begun(folder: Path) -> tuple[HallWorld, Window]:
    """A hall in `folder` with two windows, work done, and work that waits at one of them."""
    world = HallWorld(folder)
    async with world.client() as client:
        window = await world.window("0012", client)
        await world.window("0007", client)
        world.api.hall.change(lambda reading, now, _ids: invite(reading, "0031", CODE, now))
        taken = window.received()
        CASES[:] = [taken.case]
        await window.push(taken, window.accepted(taken.case, "1001"))  # the second is refused
        window.seal(window.received(), window.accepted(taken.case), window.examined(taken.case), "f" * 64)
    return world, window


@pytest.mark.parametrize("name", list(HALL_ACTS))
def test_t69_whatever_fails_the_hall_says_503_keeps_nothing_and_takes_the_same_bytes_again(
    tmp_path: Path, faults: Faults, name: str
) -> None:
    act, least = HALL_ACTS[name]

    async def once(asked: Asked) -> bool:
        try:
            await act(asked)
        except Fails:
            return False
        except StorageTrouble:
            return False
        return True

    async def sweep() -> None:
        (tmp_path / "hall").mkdir()
        world, window = await begun(tmp_path / "hall")
        world.store.close()
        shutil.copy(world.path, tmp_path / "template.db")
        whole: Seen | None = None
        for at, for_ever in points():
            fresh(world, tmp_path / "template.db")
            async with world.client() as client:
                window.client = client
                asked = Asked(world, window, client)
                if whole is None:
                    assert await once(asked)
                    whole = look(world.path)
                    world.store.close()
                    fresh(world, tmp_path / "template.db")
                before = look(world.path)
                with faults.failing(at, for_ever=for_ever):
                    done = await once(asked)
                if not faults.failed:
                    assert at > least, f"only {at - 1} points"
                    world.store.close()
                    return
                if not done:
                    assert without_fold(look(world.path)) == without_fold(before)
                    if for_ever:
                        world.restart()
                    assert await once(asked)
                assert look(world.path).counts == whole.counts, (at, for_ever, faults.failed)
            world.store.close()

    asyncio.run(sweep())
    print(name, dict(faults.visited))


def fresh(world: HallWorld, template: Path) -> None:
    """The hall as it was, opened."""
    for left in world.path.parent.glob("hall.db*"):
        left.unlink()
    shutil.copy(template, world.path)
    world.store = SqliteStore(world.path)
    world.start()


def without_fold(seen: Seen) -> dict[str, object]:
    """All but the row in which `starts` itself had written."""
    return dict(seen.without("fold"))


# Where folders begin


@dataclasses.dataclass(frozen=True)
class Beginning:
    """Something that begins in an empty folder, or on an old file."""

    folder: Path
    state: Path

    def reset(self) -> None:
        """Nothing there."""
        for each in (self.folder, self.state):
            shutil.rmtree(each, ignore_errors=True)
            each.mkdir()


def makes_a_hall(place: Beginning) -> None:
    cli.create_hall(place.folder, sample=True, verifier=lambda pin: f"cheap:{pin}", clock=FixedClock())


def makes_a_certificate(place: Beginning) -> None:
    for made in certificate(place.folder):
        assert made.read_bytes().startswith(b"-----BEGIN")


def brings_a_hall_up_to_date(place: Beginning) -> None:
    file = place.folder / "hall.db"
    SqliteStore(file).close()
    with contextlib.closing(CONNECT(file)) as db:
        assert db.execute("pragma user_version").fetchone()[0] == hall_migrations()[-1][0]


def brings_a_terminal_up_to_date(place: Beginning) -> None:
    memory = opened(place.folder)
    assert memory.check() == ()
    memory.close()
    with contextlib.closing(CONNECT(place.folder / "terminal" / "terminal.db")) as db:
        assert version_of(db) == SCHEMA_VERSION


def nothing(_place: Beginning) -> None:
    """It begins with an empty folder."""


def a_key(place: Beginning) -> None:
    (place.folder / "hall.key").write_text("ab" * 32, encoding="ascii")


def an_old_hall(place: Beginning) -> None:
    with contextlib.closing(CONNECT(place.folder / "hall.db", isolation_level=None)) as db:
        migrate(db, upto=1)


def an_old_terminal(place: Beginning) -> None:
    """A terminal of the first schema with an identity, and a state file."""
    enrolled(place.folder).close()
    file = place.folder / "terminal" / "terminal.db"
    with contextlib.closing(CONNECT(file)) as db:
        known = [row for row in db.execute("select key, value from meta") if row[0] != "projection"]
    file.unlink()
    with contextlib.closing(CONNECT(file, isolation_level=None)) as db:
        steps = Migrations("terminal")
        steps(name=schema_files()[0])(_step(schema_files()[0]))
        steps.apply(Database(db))
        db.execute("pragma journal_mode = wal")
        db.executemany("insert into meta (key, value) values (?, ?)", known)
        db.execute("insert into standing (id, epoch, cursor, chain) values (1, 1, 0, ?)", ("0" * 64,))
        db.execute("insert into finder (id, indexed, spelled) values (1, 0, 0)")
        assert version_of(db) == 1


# What is put back


def a_terminal_and_its_backup(place: Beginning) -> None:
    """A backup of this morning, and a folder that has gone on."""
    memory = enrolled(place.folder)
    memory.backup(place.folder / "backup.db")
    with memory.writing() as act:
        act.commit_groups([(Hand().received(),)])
    memory.close()


def puts_a_terminal_back(place: Beginning) -> None:
    restore_terminal(place.folder / "backup.db", place.folder / "terminal", "mark")


def a_hall_and_its_backup(place: Beginning) -> None:
    """A hall with a second place that is a little behind."""
    makes_a_hall(place)
    makes_a_backup(place)
    with cli.open_hall(place.folder, clock=FixedClock()) as here:
        here.hall.change(lambda reading, now, ids: publish(reading, CATALOGUE, CALENDAR + b"\n", now, ids))


def a_hall(place: Beginning) -> None:
    """A hall without a second place."""
    makes_a_hall(place)


def makes_a_backup(place: Beginning) -> None:
    """A full copy and its segments."""
    with cli.open_hall(place.folder, clock=FixedClock()) as here:
        Backups(place.folder / "second", place.folder / cli.DATABASE, here.store, here.signer, here.clock).step()


def puts_a_hall_back(place: Beginning) -> None:
    signer = read_key(place.folder / cli.KEYS)
    ids = Hand("0000", "restore", FixedClock())
    restore_hall(place.folder, cli.DATABASE, place.folder / "second", None, signer, FixedClock(), ids.new_id)


def is_a_terminal(place: Beginning, *, done: bool) -> None:
    """There is a whole memory in place, of before or of the backup, and the other one is not lost."""
    kept = place.folder / "terminal.before-mark"
    there = place.folder / "terminal" / "terminal.db"
    if there.exists() or done:  # where nothing can be renamed back either, a second try puts the backup in place
        assert look(there).counts["fact"] == (0 if kept.exists() else 1)
    assert kept.exists() or not done
    if kept.exists():
        assert look(kept / "terminal.db").counts["fact"] == 1


def is_a_hall(place: Beginning, *, done: bool) -> None:
    """There is a whole hall in place."""
    with cli.open_hall(place.folder) as here, here.store.reading() as reading:
        assert reading.hall().id == key_id(here.signer.public)
        assert len(reading.all_staff()) == len(SAMPLE)
        assert reading.hall().epoch == 1 or (place.folder / "second").exists()
    assert look(place.folder / cli.DATABASE).counts["log"] > len(SAMPLE) or not done


CHECKED = {
    "hall": is_a_hall,
    "hall backup": is_a_hall,
    "hall restore": is_a_hall,
    "terminal restore": is_a_terminal,
}
BEGINNINGS: dict[str, tuple[Callable[[Beginning], None], Callable[[Beginning], None], int]] = {
    "hall": (nothing, makes_a_hall, 40),
    "certificate": (a_key, makes_a_certificate, 4),
    "old hall": (an_old_hall, brings_a_hall_up_to_date, 10),
    "old terminal": (an_old_terminal, brings_a_terminal_up_to_date, 20),
    "hall backup": (a_hall, makes_a_backup, 15),
    "hall restore": (a_hall_and_its_backup, puts_a_hall_back, 40),
    "terminal restore": (a_terminal_and_its_backup, puts_a_terminal_back, 15),
}
"""What there is before, what is done, and how many points it has at least."""


@pytest.mark.parametrize("name", list(BEGINNINGS))
def test_what_fails_while_a_folder_begins_is_told_and_the_same_command_goes_on(
    tmp_path: Path, faults: Faults, name: str
) -> None:
    before, act, least = BEGINNINGS[name]
    whole = CHECKED.get(name)
    place = Beginning(tmp_path / "data", tmp_path / "data" / "state")
    place.reset()
    before(place)
    shutil.copytree(place.folder, tmp_path / "template")
    for at, for_ever in points(both=False):
        shutil.rmtree(place.folder)
        shutil.copytree(tmp_path / "template", place.folder)
        told: Spoken | None = None
        with faults.failing(at, for_ever=for_ever):
            try:
                act(place)
            except Spoken as error:
                told = error
        if not faults.failed:
            assert at > least, f"only {at - 1} points"
            print(name, dict(faults.visited))
            return
        if told is not None:
            assert "{" not in str(told.message)
            assert str(told.message) != told.message.id
            if whole is not None and name != "hall":
                whole(place, done=False)
            act(place)
        if whole is not None:
            whole(place, done=True)


def test_t36_an_enrolment_that_breaks_off_at_any_point_goes_on_with_the_same_code(
    tmp_path: Path, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)
    place.found()
    monkeypatch.setenv("YICHUANG_STATE", place.environment["YICHUANG_STATE"])
    with place.serving(), cli.open_hall(place.hall) as here:
        for index, (at, for_ever) in enumerate(points(both=False)):
            number = f"{100 + index:04}"
            code, _ = here.invite(number)
            folder = Path(place.window(number))
            told: Spoken | None = None
            with faults.failing(at, for_ever=for_ever):
                try:
                    asyncio.run(bootstrap.enrolment(folder).enrol(place.url, number, code))
                except Spoken as error:
                    told = error
            if not faults.failed:
                assert at > 60, f"only {at - 1} points"
                return
            if told is not None:
                assert "{" not in str(told.message)
                words = ("--hall", place.url, "--code", f"{number}-{code}", "--dir", str(folder))
                again = place.run("terminal", "enrol", *words)
                assert again.code == 0, again.err
            terminal = bootstrap.open_terminal(folder)
            assert (terminal.memory.identity.terminal, terminal.memory.trust()) == (number, None)
            assert bootstrap.hall_url(terminal) == place.url
            bootstrap.signer_of(folder)
            terminal.memory.close()
