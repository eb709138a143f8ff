"""The hall's door: its commands, and the one place of this room that has a clock, randomness and a process.

`run` is what `yichuang hall` and `yichuang terminal invite|list|revoke` call; `create_hall`, `open_hall` and
`serve_hall` are for programs (the demo, the benchmarks). Data goes to standard output, talk to
standard error; errors are raised as `HallError` with a sentence (exit code 1).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import functools
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from casework.ambient import CIVIL, Clock, moment, stamp, uuid7
from casework.bodies import StaffSet
from casework.case import Case, decode_case
from casework.catalogue.parse import decode
from casework.catalogue.schema import Post
from casework.limits import LIMITS, Limits
from casework.messages import t
from casework.seals import Ed25519Signer, key_id
from hall.arguments import REGION, parser_of
from hall.enrol import code_of, invite
from hall.errors import Stop
from hall.founding import found, hall_row, sample_staff
from hall.keys import BEGUN_FILE, KEY_FILE, begin_key, keep_key, read_key
from hall.office import write_version
from hall.service import Hall
from hall.shipped import shipped_calendar, shipped_catalogue
from hall.snapshots import FOLDER, Shelf
from hall.sqlite_store import SqliteStore
from hall.threads import OwnThread, in_thread
from hall.upgrading import keep_before

if TYPE_CHECKING:  # the web server is loaded when it serves
    from starlette.applications import Starlette

    from hall.app import Api
    from hall.cli_fleet import FleetHand as FleetHand  # noqa: PLC0414 - named from here by whoever holds one

T = TypeVar("T")
Verifier = Callable[[str], str]

DATABASE = "hall.db"
KEYS = "keys"
RELEASES = "releases"
PIN_VARIABLE = "YICHUANG_PIN"
LEAST_PIN = 6
_INVITE_BITS = 50


class HallClock:
    """This machine's clocks, as hall civil time (UTC+8 the whole year)."""

    def now(self) -> datetime:
        """The civil time, naive."""
        return (datetime.now(UTC) + CIVIL).replace(tzinfo=None)

    def monotonic(self) -> float:
        """Seconds of this boot."""
        return time.monotonic()


def new_id() -> str:
    """A fresh UUIDv7 (RFC 9562) as 32 hex digits."""
    return uuid7(time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10), "big"))


def utc_now(clock: Clock) -> datetime:
    """The time of signed metadata, which knows its offset."""
    return (clock.now() - CIVIL).replace(tzinfo=UTC)


def fresh_seed() -> bytes:
    """32 bytes for a private key."""
    return os.urandom(32)


def argon2id(pin: str) -> str:
    """The verifier of a PIN: argon2id, 64 MiB, three passes (RFC 9106's second choice, above OWASP's least)."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4).hash(pin)


@dataclasses.dataclass(frozen=True)
class HallHere:
    """A hall that was opened in this process."""

    folder: Path
    store: SqliteStore
    signer: Ed25519Signer
    clock: Clock
    limits: Limits = LIMITS

    @property
    def hall(self) -> Hall:
        """Its use cases, for commands; a server has its own."""
        return Hall(self.store, self.signer, self.clock, new_id, self.limits)

    def cases(self, ids: Sequence[str]) -> dict[str, Case]:
        """How the hall itself holds these cases."""
        with self.store.reading() as reading:
            return {id_: decode_case(row.state) for id_, row in reading.cases(ids).items() if row.state}

    def posts(self) -> dict[str, Post]:
        """The posts of the catalogue that counts now."""
        with self.store.reading() as reading:
            data = reading.blob(reading.head("catalogue"))
        return decode(data).posts if data else {}

    def invite(self, number: str) -> tuple[str, str]:
        """A one-time code for a terminal's number, and until when it holds. Raises Stop."""
        code = code_of(int.from_bytes(os.urandom(7), "big") & (1 << _INVITE_BITS) - 1)
        self.hall.change(lambda reading, now, _new_id: invite(reading, number, code, now, self.limits))
        expires = moment(stamp(self.clock.now())) + timedelta(seconds=self.limits.invite_seconds)
        return code, f"{expires:%H:%M}"


def create_hall(
    folder: Path,
    *,
    region: str = REGION,
    name: str = "",
    first: StaffSet | None = None,
    sample: bool = False,
    verifier: Verifier = argon2id,
    clock: Clock | None = None,
) -> Ed25519Signer:
    """Make a hall in `folder`: key, log, shipped catalogue and calendar, first people.

    What broke off in the middle goes on when it is asked again: the key counts as the hall's last of all.

    Raises Stop when there is one already.
    """
    clock = clock or HallClock()
    if (folder / DATABASE).exists() and not (folder / KEYS / BEGUN_FILE).exists():
        raise Stop("hall.is_there", name=str(folder))
    people = (sample_staff(verifier) if sample else ()) + ((first,) if first else ())
    signer = begin_key(folder / KEYS, fresh_seed())
    store = SqliteStore(folder / DATABASE)
    try:
        row = hall_row(signer.public, region, name or t("hall.default_name"))
        with store.reading() as reading:
            stands = reading.hall().id == row.id
        if not stands:
            found(store, row, shipped_catalogue(), shipped_calendar(), people, stamp(clock.now()), new_id)
    finally:
        store.close()
    keep_key(folder / KEYS)
    return signer


@contextlib.contextmanager
def open_hall(folder: Path, *, clock: Clock | None = None, limits: Limits = LIMITS) -> Iterator[HallHere]:
    """The hall in `folder`, closed at the end. Raises Stop when there is none."""
    if not (folder / DATABASE).is_file():
        gone = (folder / KEYS / KEY_FILE).is_file()  # its key is here: to make a new hall would be the wrong way
        raise Stop("hall.database_gone" if gone else "hall.no_hall", folder=str(folder), file=str(folder / DATABASE))
    signer, clock = read_key(folder / KEYS), clock or HallClock()
    if (kept := keep_before(folder, DATABASE, clock.now())) is not None:
        say(t("hall.kept_before", file=str(kept)))
    store = SqliteStore(folder / DATABASE, limits)
    try:
        yield HallHere(folder, store, signer, clock, limits)
    finally:
        store.close()


@contextlib.contextmanager
def open_fleet(folder: Path) -> Iterator[FleetHand]:
    """What the fleet screen asks of the hall in `folder`. Raises Stop when there is none."""
    from hall.cli_fleet import FleetHand

    with open_hall(folder) as here:
        yield FleetHand(here)


def app_of(here: HallHere) -> Starlette:
    """The application over an opened hall."""
    from hall.app import create_app

    return create_app(
        here.hall,
        run=in_thread,
        limits=here.limits,
        shelf=Shelf(here.folder / FOLDER, here.limits),
        run_pushes=OwnThread("pushes"),
        releases=here.folder / RELEASES,
    )


@contextlib.asynccontextmanager
async def serve_hall(here: HallHere, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve in this loop until the block ends; gives the address (`http://127.0.0.1:PORT`). Raises Stop."""
    from hall.ownership import owned
    from hall.serving import listening

    app = app_of(here)
    with owned(here.folder):
        await in_thread(app.state.api.hall.start)  # the one that serves: `here.hall` is another each time
        async with listening(app, here.folder / KEYS, host, port, functools.partial(_watching, here)) as url:
            yield url


async def _watching(here: HallHere, api: Api) -> None:
    """What a served hall does by itself: timers and notices each second; snapshots and rollouts in threads."""
    from hall.cli_fleet import looking_after
    from hall.cli_snapshot import snapshot_if_due
    from hall.serving import snapshotting, watch

    await asyncio.gather(
        looking_after(here, api, in_thread, asyncio.sleep),
        watch(api, lambda: in_thread(api.hall.foreign), asyncio.sleep, lambda: in_thread(api.hall.tick)),
        snapshotting(lambda: in_thread(lambda: snapshot_if_due(here)), asyncio.sleep),
    )


# Commands


def run(words: Sequence[str]) -> int:
    """`yichuang hall …`, `yichuang terminal invite|list|revoke|scope …` or `yichuang release …`; the exit code.

    Raises HallError with a sentence; SystemExit(2) when the words are wrong.
    """
    args = parser_of(words[0]).parse_args(list(words[1:]))
    if words[0] == "release":
        from hall.cli_release import run_release

        return run_release(args)
    if words[0] == "terminal":
        from hall.cli_terminal import run_terminal

        return run_terminal(args)
    return run_hall(args)


def run_hall(args: argparse.Namespace) -> int:
    """Do what `yichuang hall` was asked; the exit code. Raises HallError."""
    folder = hall_folder(args.dir)
    if args.action == "init":
        return _init(args, folder)
    if args.action == "serve":
        return _serve(args, folder)
    if args.action == "write-version":
        return _write_version(args, folder)
    if args.action in {"backup", "restore", "epoch"}:
        from hall.cli_recovery import run_recovery

        return run_recovery(args, folder)
    if args.action == "import":
        from hall.cli_import import run_import

        return run_import(args, folder)
    if args.action == "snapshot":
        from hall.cli_snapshot import run_snapshot

        return run_snapshot(args, folder)
    if args.action == "doctor":
        from hall.cli_doctor import run_doctor

        return run_doctor(args, folder)
    from hall.cli_staff import run_staff

    return run_staff(args, folder)


def hall_folder(given: str | None) -> Path:
    """`--dir`, or the platform's place for a hall."""
    if given:
        return Path(given)
    import platformdirs

    return platformdirs.user_data_path("yichuang", appauthor=False) / "hall"


def given_pin() -> str:
    """The PIN that the environment gives (never the command line: others read it there). Raises Stop."""
    pin = os.environ.get(PIN_VARIABLE, "")
    if len(pin) < LEAST_PIN:
        raise Stop("hall.pin", variable=PIN_VARIABLE, least=LEAST_PIN)
    return pin


def _init(args: argparse.Namespace, folder: Path) -> int:
    if not (args.staff or args.sample):
        raise Stop("hall.init_who")
    if not (len(args.region) == 6 and args.region.isascii() and args.region.isdigit()):
        raise Stop("hall.region", region=args.region[:20])
    first = None
    if args.staff:
        name = args.staff_name or t("hall.default_it")
        first = StaffSet(staff_number(args.staff), name, "it", ("it",), argon2id(given_pin()))
    signer = create_hall(folder, region=args.region, name=args.name, first=first, sample=args.sample)
    say(t("hall.made", folder=str(folder), fingerprint=key_id(signer.public)))
    if args.json:
        print_row({"hall": key_id(signer.public), "key": signer.public, "region": args.region, "dir": str(folder)})
    return 0


def _serve(args: argparse.Namespace, folder: Path) -> int:
    if args.database:
        raise Stop("hall.database", database=args.database.partition(":")[0][:20])
    if not 0 <= args.port <= 65535:
        raise Stop("hall.no_port", host=args.host, port=args.port, reason="0..65535")
    from hall.cli_recovery import serving_with
    from hall.ownership import owned
    from hall.serving import bound, collect_rarely, is_loopback, server_of, url_of

    tls = not is_loopback(args.host)
    with open_hall(folder) as here, owned(folder), contextlib.closing(bound(args.host, args.port)) as sock:
        app = app_of(here)
        app.state.api.hall.start()
        server = server_of(app, folder / KEYS, tls=tls, ready=lambda: print_row({"listening": url_of(sock, tls=tls)}))
        say(t("hall.serving", fingerprint=key_id(here.signer.public)))
        collect_rarely()

        async def serve() -> None:
            watcher = asyncio.ensure_future(_watching(here, app.state.api))
            backups = serving_with(here, args.backups, asyncio.sleep)
            try:
                await server.serve([sock])
            finally:
                watcher.cancel()
                if backups is not None:
                    backups.stop()

        asyncio.run(serve())
    return 0


def _write_version(args: argparse.Namespace, folder: Path) -> int:
    with open_hall(folder) as here:
        here.hall.change(lambda reading, now, ids: write_version(reading, args.type, args.version, now, ids))
    say(t("hall.version_written", type=args.type, version=args.version))
    return 0


def staff_number(text: str) -> str:
    """`text`, if it can be a person's number. Raises Stop."""
    if not (1 <= len(text) <= 12 and text.isascii() and text.isalnum()):
        raise Stop("hall.bad_staff_number", number=text[:20])
    return text


def put_row(args: argparse.Namespace, facts: dict[str, Any]) -> None:
    """One line: JSON when asked for, else its values."""
    if args.json:
        print_row(facts)
    else:
        print("\t".join(_plain(value) for value in facts.values()), flush=True)


def _plain(value: Any) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def print_row(facts: dict[str, Any]) -> None:
    """One line of JSON on standard output."""
    print(json.dumps(facts, ensure_ascii=False), flush=True)


def say(sentence: str) -> None:
    """Talk goes to standard error."""
    print(sentence, file=sys.stderr, flush=True)
