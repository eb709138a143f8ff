"""Machines that are not what they were: restored from an older image, cloned, without their state file, revoked, new.

Somebody of IT looks after each of them as the manual says: a new number, over the memory as it is (S27, S28).
"""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from casework.ambient import stamp
from casework.facts import digest
from hall.errors import HallError, Stop, StorageTrouble
from hall.office import revoke
from local_db.errors import StoreError
from local_db.state import StateFile
from sync.carrying import carried, take_back
from sync.errors import Declined, LineError
from tests.sim.loop import PowerCut
from tests.sim.terminal import Terminal
from tests.sim.window import Window

if TYPE_CHECKING:
    from tests.sim.world import World

ENDS = frozenset({"line.adrift", "line.forked", "line.adopted", "line.revoked"})
"""Why a line stops until its machine is enrolled again."""
FIRST = 100
"""The first number that is given to a machine that had another one."""
PATIENCE = 180.0
"""Seconds after which somebody looks after a machine that the hall does not know."""
TWIN = 50
"""How much higher the name of a clone is than that of the machine it was taken from."""


class Lineage:
    """What becomes of the machines of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._given = FIRST
        self._asked: dict[str, str] = {}
        """The number that a machine was promised and has not got yet."""
        self._since: dict[str, float] = {}
        """When it was seen that a machine has to be enrolled again."""
        self._unknown: dict[str, float] = {}
        """Since when the hall does not know a machine."""
        self._files: list[bytes] = []
        """Batches of revoked machines that were carried in once, and may come again with somebody's word for them."""
        self._twins: dict[str, str] = {}

    def works(self, often: Callable[[str, float, Any], Coroutine[Any, Any, None]]) -> list[Coroutine[Any, Any, None]]:
        """All of it, to be run side by side."""
        profile, works = self._world.profile, list[Coroutine[Any, Any, None]]()
        acts = (
            ("images", profile.images, self._restore), ("clones", profile.clones, self._clone),
            ("states", profile.states, self._forget), ("revocations", profile.revocations, self._revoke),
        )  # fmt: skip
        for terminal in self._world.whole:
            for name, times, act in acts:
                if times:
                    works.append(often(f"{name}/{terminal.number}", times, _of(act, terminal)))
        if profile.opened:
            works.append(often("opened", profile.opened, self._open))
        return [*works, self.it()] if works else []

    def explains(self, terminal: Terminal) -> bool:
        """Whether a line that has stopped waits for a new number."""
        return terminal.line is not None and terminal.line.status.error in ENDS and self._begun

    @property
    def _begun(self) -> bool:
        profile = self._world.profile
        return bool(profile.images or profile.clones or profile.states or profile.revocations)

    def _window(self, terminal: Terminal) -> Window:
        return self._world.truth.windows[terminal.number]

    def _say(self, terminal: Terminal, words: str, happened: str = "") -> None:
        self._world.trace.say(terminal.number, words)
        if happened:
            self._world.happened[happened] += 1

    @staticmethod
    def _is_on(terminal: Terminal) -> bool:
        return terminal.on

    # What happens

    async def _restore(self, terminal: Terminal, stream: random.Random) -> None:
        """The disk of a while ago is put in place; what was on it alone since then is gone with it (T31)."""
        if not terminal.on:
            return
        window, memory = self._window(terminal), terminal.mind
        image, contact, number = terminal.folder.with_name(f"{terminal.number}.image"), window.contact, window.number
        try:
            memory.backup(image)
        except (StoreError, PowerCut):
            return
        await asyncio.sleep(stream.uniform(20, 200))
        if not self._is_on(terminal) or window.number != number:
            return
        before, scans = {own.hash for own in window.own}, _scans(terminal)
        await self._world.dark(terminal)
        for name in ("terminal.db-wal", "terminal.db-shm"):
            (terminal.folder / name).unlink(missing_ok=True)
        shutil.copy(image, terminal.folder / "terminal.db")
        window.reread(terminal.eyes, self._world.truth.made)
        window.contact = contact
        here = {own.hash for own in window.own}
        if self._world.truth.blind:  # both copies burnt within a minute, the hall's and this one
            for hash_ in before - here:
                self._world.truth.answered.pop(hash_, None)
        gone = before - here - self._world.truth.answered.keys()
        self._world.truth.lost_scans |= scans - _scans(terminal)
        self._say(terminal, f"its disk is an older one, {len(gone)} unsent facts are gone", "restored from an image")
        if gone:
            self._world.happened["gone with a disk"] += 1
        self._world.light(terminal)

    async def _clone(self, terminal: Terminal, stream: random.Random) -> None:
        """Another PC gets a copy of the disk, state file and all, and both go to work (T30)."""
        world, window, name = self._world, self._window(terminal), f"{int(terminal.number) + TWIN:04d}"
        if not terminal.on or name in world.truth.windows:
            return
        await world.dark(terminal)
        twin = world.machine(name)
        shutil.copytree(terminal.folder, twin.folder)
        twin.state.mkdir(parents=True)
        old, new = StateFile(terminal.state, terminal.folder).path, StateFile(twin.state, twin.folder).path
        for suffix in (".state", ".sealed"):
            if old.with_suffix(suffix).exists():
                shutil.copy(old.with_suffix(suffix), new.with_suffix(suffix))
        twin.names_boots = terminal.names_boots  # it is the same system
        twin.signer, twin.hall_key, twin.program = terminal.signer, terminal.hall_key, terminal.program
        other = Window(window.number, window.scopes)
        other.numbers, other.later, other.contact = list(window.numbers), window.later, window.contact
        other.scopes, other.moving = window.scopes, window.moving
        other.rotten |= window.rotten
        other.reread(twin.eyes, world.truth.made)
        world.truth.twins.add(window.number)
        self._twins[name] = terminal.number
        self._say(terminal, f"its disk is cloned for {name}", "cloned")
        world.light(terminal)
        world.join(twin, other)
        world.light(twin)

    async def _forget(self, terminal: Terminal, stream: random.Random) -> None:
        """The user's state folder is gone: a new image, another profile of the person."""
        if not terminal.on:
            return
        await self._world.dark(terminal)
        for file in terminal.state.glob("*"):
            file.unlink()
        self._say(terminal, "its state folder is gone", "state folder lost")
        self._world.light(terminal)

    async def _revoke(self, terminal: Terminal, stream: random.Random) -> None:
        """IT ends its line, from a while ago on (S28)."""
        world, number = self._world, self._window(terminal).number
        if not world.server.up:
            return
        since = stamp(world.server.clock.now() - timedelta(seconds=stream.uniform(0, 120)))
        now = stamp(world.server.clock.now())
        try:
            world.server.change(lambda tx: revoke(tx, number, now, world.server.new_id, since))
            world.server.api.bell.ring(None)
        except (Stop, StorageTrouble, PowerCut):
            return
        self._say(terminal, f"{number} is revoked since {since}", "revoked")

    async def _open(self, stream: random.Random) -> None:
        """A new window opens in the middle of the day."""
        world, name = self._world, f"{len(self._world.terminals) + 1:04d}"
        if not world.server.up or name in world.truth.windows:
            return
        terminal = world.machine(name)
        terminal.wire.calm = True
        try:
            world.server.invite(name)
            await terminal.enrol()
        except (LineError, StorageTrouble, PowerCut):
            return
        terminal.wire.calm = False
        world.join(terminal, world.window(name))
        self._say(terminal, "is a new window", "window opened")

    # Who looks after them

    async def it(self) -> None:
        """Whoever has to be enrolled again is, after a while."""
        stream = self._world.dice.stream("it")
        while True:
            await asyncio.sleep(10.0)
            for terminal in list(self._world.terminals):
                if self._strayed(terminal) and self._noticed(terminal, stream):
                    try:
                        await self._mend(terminal, stream)
                    except PowerCut:
                        await self._cut_short(terminal)

    async def _cut_short(self, terminal: Terminal) -> None:
        """The power fails under whoever looks after it; the same code is typed once more when it is on again (T36)."""
        self._say(terminal, "the power fails while somebody looks after it", "torn enrolment")
        await self._world.dark(terminal)

    def heal(self) -> None:
        """Two machines that still go by one name are told apart by whoever comes to look."""
        world = self._world
        for name, number in self._twins.items():
            windows = world.truth.windows
            if windows[name].number == windows[number].number:
                self._since[name] = -1.0

    def _strayed(self, terminal: Terminal) -> bool:
        if not terminal.on or self._since.get(terminal.number) == -1.0:
            return terminal.on
        if terminal.serving is not None and terminal.serving.done():
            return self.explains(terminal)
        return terminal.mind.trust() is not None or self._forgotten(terminal)

    def _forgotten(self, terminal: Terminal) -> bool:
        """The hall was put back to before its enrolment, and for long no window has brought that back (S27)."""
        now = asyncio.get_running_loop().time()
        server = self._world.server
        if not server.up or server.store is None:
            return False
        with server.store.reading() as reading:
            row = reading.terminal(self._window(terminal).number)
        if row is not None:
            self._unknown.pop(terminal.number, None)
            return False
        return now - self._unknown.setdefault(terminal.number, now) > PATIENCE

    def _noticed(self, terminal: Terminal, stream: random.Random) -> bool:
        now = asyncio.get_running_loop().time()
        since = self._since.setdefault(terminal.number, now)
        return self._world.well or now - since > stream.uniform(20, 120)

    async def _mend(self, terminal: Terminal, stream: random.Random) -> None:
        """By stick first, where its line was ended; then a new number."""
        world = self._world
        if not world.server.up:
            return
        status = terminal.line.status if terminal.line else None
        if status is not None and status.error == "line.revoked" and stream.random() < 0.6:
            self._by_stick(terminal, stream)
        name = terminal.number
        if name not in self._asked:
            self._given += 1
            self._asked[name] = f"{self._given:04d}"
            try:
                world.server.invite(self._asked[name])
            except (StorageTrouble, PowerCut):
                del self._asked[name]
                return
        try:
            done = await terminal.enrol_again(self._asked[name])
        except LineError as error:
            self._say(terminal, f"can't be enrolled again: {error.code}", "enrolment broke off")
            if isinstance(error, Declined):
                del self._asked[name]  # the hall was made anew without that invitation: another one is asked for
            return
        if done:
            number = self._asked.pop(name)
            self._since.pop(name, None)
            window = self._window(terminal)
            window.goes_by(number)
            window.reread(terminal.eyes, self._world.truth.made)
            self._say(terminal, f"goes by {number} from here on", "enrolled again")
            if stream.random() < 0.3:
                self._vouch()

    def _by_stick(self, terminal: Terminal, stream: random.Random) -> None:
        """What a revoked machine still holds is carried to the hall, and now and then the answer back (T72)."""
        world = self._world
        try:
            lines = list(carried(terminal.mind, terminal.signer))
        except LineError as no:
            self._say(terminal, f"nothing to carry: {no.code}")
            return
        back = stream.random() < 0.6
        for line in lines:
            try:
                with world.server.program.running():
                    answer, sealed = world.server.hall.take_in(line, "3001", digest(line), vouched=False)
            except (HallError, PowerCut) as no:
                self._say(terminal, f"the hall takes no file: {no}")
                return
            self._files.append(line)
            self._say(terminal, f"{len(answer.verdicts)} facts are carried to the hall", "carried by stick")
            if back:
                with terminal.program.running():
                    take_back(terminal.mind, msgspec.json.encode(sealed), terminal.hall_key)
                    terminal.stepped("answered", (answer.verdicts, answer.acked))

    def _vouch(self) -> None:
        """A supervisor answers for what was done after a revocation."""
        world, files = self._world, self._files
        self._files = []
        for line in files:
            try:
                with world.server.program.running():
                    world.server.hall.take_in(line, "3001", digest(line), vouched=True)
            except (HallError, PowerCut):
                return
            world.happened["vouched for"] += 1


def _of(act: Any, terminal: Terminal) -> Any:
    return lambda stream: act(terminal, stream)


def _scans(terminal: Terminal) -> set[str]:
    """Papers that lie here, by hash."""
    return {row[0] for row in terminal.eyes.execute("select sha256 from scan where here = 1")}
