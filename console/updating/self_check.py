"""What a version has to show before it is kept: it loads, it reads the memory, it draws its first screen."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from importlib.metadata import distribution, distributions, requires
from pathlib import Path

from casework.messages import Message, t
from console.errors import ConsoleError
from sync.updates.launcher import LIB

_ROOMS = ("casework", "local_db", "sync", "screens", "console")
_SIZE = (80, 24)
_NAME = re.compile(r"[^A-Za-z0-9_.-]")


def checks(folder: Path) -> Iterator[tuple[str, Message | None]]:
    """Each check of this program over the data of `folder` with what it found wrong, in order, all of them."""
    tried: tuple[tuple[str, Callable[[Path], None]], ...] = (
        ("files", _files), ("imports", _imports), ("database", _database), ("catalogue", _catalogue), ("chain", _chain),
        ("screen", _screen),
    )  # fmt: skip
    for name, check in tried:
        yield name, _found(check, folder)


def _found(check: Callable[[Path], None], folder: Path) -> Message | None:
    try:
        check(folder)
    except ImportError as error:
        return Message("update.module", {"name": error.name or str(error)})
    except Exception as error:
        from console import bootstrap

        return bootstrap.sentence(error)
    return None


def _files(_folder: Path) -> None:
    """Everything that was installed is there. A checkout has nothing to compare with."""
    from console import bootstrap

    lib, home = Path(__file__).resolve().parents[2], bootstrap.installation()
    if lib.name == LIB and (wrong := damaged(lib, whole=home is not None and home.on_trial())):
        raise ConsoleError("update.file", file=wrong)


def damaged(lib: Path, *, whole: bool) -> str:
    """The first file of the libraries in `lib` that is not there with its size; empty where each is.

    `whole`: every byte is looked at, by the hashes that the wheels brought, and no library may be without its list.
    A library's own commands are left out: no window calls them, and `pip --target` lays them elsewhere than it writes.
    """
    for package in distributions(path=[str(lib)]):
        files = package.files
        if whole and not files:
            return f"{package.name}: RECORD"
        for file in (each for each in files or () if ".." not in each.parts):
            path = Path(str(package.locate_file(file)))
            there = path.is_file() and file.size in {None, path.stat().st_size}
            if not there or (whole and file.hash is not None and _digest(path, file.hash.mode) != file.hash.value):
                return f"{package.name}: {file}"
    return ""


def _digest(file: Path, mode: str) -> str:
    """As a RECORD writes it."""
    with file.open("rb") as stream:
        made = hashlib.file_digest(stream, mode).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode("ascii")


def _imports(_folder: Path) -> None:
    """Every module of the terminal's rooms loads, and every library that they name: not at noon, but now."""
    for room in _ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    for needed in requires("yichuang") or ():
        if "extra ==" not in needed:
            for name in _top_level(_NAME.split(needed, maxsplit=1)[0]):
                importlib.import_module(name)


def _top_level(library: str) -> set[str]:
    """The packages that a library brings."""
    files = distribution(library).files or ()
    return {file.parts[0] for file in files if len(file.parts) == 2 and file.name == "__init__.py"}


def _database(folder: Path) -> None:
    """It opens, is brought to this schema, and is sound."""
    from console import bootstrap

    terminal = bootstrap.open_terminal(folder)
    try:
        if mistakes := terminal.memory.check():
            raise ConsoleError("doctor.mistakes", file=str(terminal.memory.file), mistakes="; ".join(mistakes[:3]))
    finally:
        terminal.memory.close()


def _catalogue(folder: Path) -> None:
    """The catalogue that counts now is read, where the terminal has one already."""
    from console import bootstrap

    terminal = bootstrap.open_terminal(folder)
    try:
        if terminal.library.has_catalogue():
            terminal.library.current()
    finally:
        terminal.memory.close()


def _chain(folder: Path) -> None:
    """Own facts are what was sealed: each fact's hash, and the chain of their envelopes (S1, S2)."""
    from console import bootstrap

    terminal = bootstrap.open_terminal(folder)
    try:
        broken = terminal.memory.broken_link()
    finally:
        terminal.memory.close()
    if broken is not None:
        raise ConsoleError("update.chain", seq=broken)


def _screen(folder: Path) -> None:
    """The sign-in is drawn, with the status of this terminal."""
    from textual.app import App

    from console import bootstrap
    from console.desk.counter_desk import CounterDesk
    from screens.app import ConsoleApp

    terminal = bootstrap.open_terminal(folder)

    async def drawn() -> str:
        app: App[None] = ConsoleApp(CounterDesk(terminal), poll_seconds=0)
        async with app.run_test(size=_SIZE) as pilot:
            await pilot.pause()
            return "\n".join(strip.text for strip in app.screen._compositor.render_strips())

    try:
        if t("screens.product") not in asyncio.run(drawn()):
            raise ConsoleError("update.no_screen")
    finally:
        terminal.memory.close()
