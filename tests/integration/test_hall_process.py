"""The hall as a process of its own: made, served, asked over a real socket, stopped (contract.md)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from casework.messages import t
from hall import cli
from hall.errors import Stop, StorageTrouble
from hall.serving import bound, snapshotting, watch
from sync.pinning import pinned_context
from tests.builders import FixedClock

ROOT = Path(__file__).parents[2]


def cheap(pin: str) -> str:
    """A verifier that costs nothing."""
    return f"cheap:{pin}"


def command(*words: str, pin: str = "135790") -> subprocess.CompletedProcess[str]:
    """`yichuang WORDS` as a process."""
    environment = {**os.environ, "YICHUANG_PIN": pin, "YICHUANG_LANG": "en"}
    return subprocess.run(
        [sys.executable, "-m", "console.main", *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@contextlib.contextmanager
def served(folder: Path, *words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`yichuang hall serve` on a free port; its address and its process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "console.main", "hall", "serve", "--dir", str(folder), "--port", "0", *words],
        cwd=ROOT, env={**os.environ, "YICHUANG_LANG": "en"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        yield json.loads(line)["listening"], process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_a_hall_is_made_served_asked_and_stopped(tmp_path: Path) -> None:
    folder = str(tmp_path / "hall")
    made = command("hall", "init", "--dir", folder, "--staff", "9001", "--sample", "--json")
    assert (made.returncode, json.loads(made.stdout)["region"]) == (0, "420118"), made.stderr
    people = [
        json.loads(line) for line in command("hall", "staff", "list", "--dir", folder, "--json").stdout.splitlines()
    ]
    assert {person["number"]: person["team"] for person in people}["9001"] == "it"
    assert all("verifier" not in person for person in people)
    with served(tmp_path / "hall") as (url, process):
        assert url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{url}/healthz", trust_env=False).json() == {"ok": True}
        invited = json.loads(command("terminal", "invite", "0012", "--dir", folder, "--json").stdout)
        assert (invited["number"], len(invited["code"])) == ("0012", len("0012-XXXXX-XXXXX"))
        second = command("hall", "serve", "--dir", folder, "--port", "0")
        assert (second.returncode, "Another process serves" in second.stderr) == (1, True), second.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_what_a_hall_command_can_not_do_it_says(tmp_path: Path) -> None:
    folder = str(tmp_path)
    assert command("hall", "serve", "--dir", folder).returncode == 1
    assert command("hall", "init", "--dir", folder).returncode == 1
    short = command("hall", "init", "--dir", folder, "--staff", "1", pin="12")
    assert (short.returncode, "YICHUANG_PIN" in short.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []
    wrong = command("hall", "dance")
    assert (wrong.returncode, "serve" in wrong.stderr) == (2, True)
    cli.create_hall(tmp_path, sample=True, verifier=cheap)
    database = command("hall", "serve", "--dir", folder, "--database", "postgresql://hall")
    assert (database.returncode, "postgresql" in database.stderr) == (1, True)
    assert command("hall", "init", "--dir", folder, "--sample").returncode == 1
    assert command("terminal", "revoke", "0012", "--dir", folder).returncode == 1


def test_on_other_than_loopback_it_speaks_tls_with_its_own_key(tmp_path: Path) -> None:
    signer = cli.create_hall(tmp_path, verifier=cheap, sample=True)
    with served(tmp_path, "--host", "0.0.0.0") as (url, _):
        assert url.startswith("https://")
        health = f"{url.replace('0.0.0.0', '127.0.0.1')}/healthz"
        assert asyncio.run(asked(health, signer.public)) == {"ok": True}
        with pytest.raises(httpx.ConnectError):
            asyncio.run(asked(health, "00" * 32))


async def asked(url: str, key: str) -> object:
    """The answer of whoever has `key`."""
    async with httpx.AsyncClient(verify=pinned_context(key), trust_env=False) as client:
        return (await client.get(url)).json()


def test_people_are_added_and_changed_and_every_word_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YICHUANG_PIN", "246801")
    monkeypatch.setattr(cli, "argon2id", cheap)
    cli.create_hall(tmp_path, sample=True, verifier=cheap)
    folder = str(tmp_path)
    assert cli.run(["hall", "staff", "add", "1003", "--name", "何静", "--post", "window", "--dir", folder]) == 0
    assert cli.run(["hall", "staff", "set", "1003", "--active", "no", "--dir", folder]) == 0
    with cli.open_hall(tmp_path) as here, here.store.reading() as reading:
        person = reading.staff(("1003",))["1003"]
    assert (person.name, person.team, person.verifier, person.active) == ("何静", "helper", "cheap:246801", False)
    for words in (
        ["add", "1003", "--post", "window"], ["set", "1999", "--post", "window"], ["add", "1004", "--post", "king"],
        ["add", "1 4", "--post", "window"], ["add", "1004"],
    ):  # fmt: skip
        with pytest.raises(Stop):
            cli.run(["hall", "staff", *words, "--dir", folder])


def test_a_verifier_is_argon2id_with_a_salt_of_its_own() -> None:
    one, two = cli.argon2id("135790"), cli.argon2id("135790")
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert one != two


def test_a_hall_served_in_a_program_hears_of_other_processes(tmp_path: Path) -> None:
    cli.create_hall(tmp_path, sample=True, verifier=cheap, clock=FixedClock())

    async def story() -> None:
        with cli.open_hall(tmp_path) as here:
            async with cli.serve_hall(here) as url, httpx.AsyncClient(trust_env=False) as client:
                before = (await client.get(f"{url}/metrics")).text
                done = await asyncio.to_thread(
                    command, "hall", "staff", "add", "1005", "--post", "window", "--dir", str(tmp_path)
                )
                assert done.returncode == 0, done.stderr
                assert (await client.get(f"{url}/metrics")).text != before
                with pytest.raises(Stop, match=r"hall\.served"):
                    async with cli.serve_hall(here):
                        pass

    asyncio.run(story())
    assert t("hall.served")


def test_no_answer_of_the_hall_waits_for_the_acknowledgement_of_its_first_half() -> None:
    """Headers and body are written apart: without TCP_NODELAY each answer took 40 ms longer."""
    told: list[int] = []

    class Answers(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            taken = transport.get_extra_info("socket")
            told.append(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            assert isinstance(transport, asyncio.Transport)
            transport.write(b"!")

    async def story() -> None:
        server = await asyncio.get_running_loop().create_server(Answers, sock=(sock := bound("127.0.0.1", 0)))
        async with server:
            reader, writer = await asyncio.open_connection(*sock.getsockname())
            assert await reader.readexactly(1) == b"!"
            writer.close()

    asyncio.run(story())
    assert told[0]


def test_s17_one_timer_that_fails_does_not_end_what_the_hall_does_by_itself() -> None:
    rung: list[object] = []

    class Bell:
        def ring(self, scopes: object) -> None:
            rung.append(scopes)

    class Api:
        bell = Bell()

    said: list[frozenset[str] | Exception] = [KeyError("nobody expected it"), StorageTrouble("hall.storage")]
    ticks = iter([*said, frozenset({"single"})])
    looks = iter(range(3))

    async def tick() -> frozenset[str]:
        said = next(ticks)
        if isinstance(said, Exception):
            raise said
        return said

    async def foreign() -> int:
        return 0

    async def sleep(_seconds: float) -> None:
        if next(looks, None) is None:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(watch(cast(Any, Api()), foreign, sleep, tick))
    assert rung == [frozenset({"single"}), None]


def test_s17_a_memory_that_is_busy_while_the_hall_starts_does_not_leave_it_without_timers() -> None:
    rung: list[object] = []

    class Api:
        bell = SimpleNamespace(ring=rung.append)

    looks = iter(range(2))
    answers: list[int | Exception] = [StorageTrouble("hall.storage"), 7]

    async def tick() -> frozenset[str]:
        return frozenset()

    async def foreign() -> int:
        said = answers.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    async def sleep(_seconds: float) -> None:
        if next(looks, None) is None:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(watch(cast(Any, Api()), foreign, sleep, tick))
    assert rung == [None]


def test_a_snapshot_that_fails_as_nobody_expected_is_tried_again() -> None:
    tried: list[int] = []

    async def make() -> None:
        tried.append(1)
        raise OSError("the disk turned")

    async def sleep(_seconds: float) -> None:
        if len(tried) == 2:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(snapshotting(make, sleep))
