"""How this machine becomes a terminal of a hall: a key of its own, the one-time code, the memory, the first pull.

Keeps S27 (a new incarnation each time) and T36 (an answer that was lost: the same key and incarnation ask again). The
first key that answers is believed; both fingerprints are shown, and people compare them. What was begun is forgotten
last of all: a try that breaks off anywhere, also after the memory was made, goes on with the same code.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import msgspec

from casework.ambient import Clock, NewId, moment
from casework.errors import UNREADABLE
from casework.seals import Ed25519Signer, Signed, key_id, seal
from casework.wire import PURPOSE_ENROL, EnrolAnswer, EnrolRequest
from console.errors import FileTrouble, NotEnrolled, WrongUse
from console.output import reason_of, write_file
from local_db.connection import FILE
from local_db.counter import Identity
from local_db.errors import AlreadyTerminal, OtherHall
from local_db.incarnation import Adopted
from local_db.memory import TerminalMemory
from sync.errors import Declined
from sync.transport import Transport

BEGUN_FILE = Path("keys") / "enrolling.json"
_CODE = re.compile(r"(?:([0-9]{4})[- ])?([0-9A-Za-z]{5})-?([0-9A-Za-z]{5})")


class Begun(msgspec.Struct, frozen=True):
    """An enrolment under way: what has to be the same when it is tried again."""

    key: str
    incarnation: str


class Enrolled(msgspec.Struct, frozen=True):
    """What the person at the window reads out to IT."""

    terminal: str
    hall: str
    name: str
    fingerprint: str
    hall_fingerprint: str
    adopted: str = ""
    """The number that it had before, where the memory went on (S27)."""
    again: int = 0
    """How many facts it sealed again."""


def read_code(code: str, number: str = "") -> tuple[str, str]:
    """Terminal number and one-time code of `0012-7KX2M-90QRT`, or of the code alone with the number beside it.

    Raises WrongUse when there is no number, or it is no code.
    """
    found = _CODE.fullmatch(code.strip())
    if found is None:
        raise WrongUse("console.enrol.code", code=code[:40])
    stated = found[1] or number
    if not re.fullmatch(r"[0-9]{4}", stated) or (number and found[1] and number != found[1]):
        raise WrongUse("console.enrol.number", code=code[:40])
    return stated, f"{found[2]}-{found[3]}".upper()


@dataclasses.dataclass(frozen=True)
class Enrolment:
    """Enrols the data folder `folder`."""

    folder: Path
    state_folder: Path
    key_file: Path
    url_setting: str
    clock: Clock
    new_id: NewId
    random_bytes: Callable[[int], bytes]
    boot: str = ""
    """This boot, as the machine names it (S29)."""

    async def enrol(self, url: str, number: str, code: str, memory: TerminalMemory | None = None) -> Enrolled:
        """Present the code, and create the memory; or let `memory` go on under the new number (S27).

        What was cut off is done again with the same key and incarnation, wherever it stopped.

        Raises AlreadyTerminal, OtherHall, NotEnrolled (the hall's reason), FileTrouble, LineError.
        """
        is_there = (self.folder / FILE).exists() and not (self.folder / BEGUN_FILE).exists()
        if memory is None and is_there:
            raise AlreadyTerminal("store.already_terminal", folder=str(self.folder))
        begun = self._begin()
        if memory is not None and memory.is_own(number) and memory.identity.incarnation != begun.incarnation:
            raise AlreadyTerminal("store.number_is_old", terminal=number)
        transport = Transport(url, self.clock)
        try:
            hello = await transport.hello()
            if memory is not None and hello.key != memory.identity.hall_key:
                raise OtherHall("store.other_hall", hall=memory.identity.hall_name)
            begun, answer = await self._shown(transport, begun, number, code)
        except Declined as declined:
            reason = declined.problem.message if declined.problem else str(declined)
            raise NotEnrolled("console.enrol.refused", reason=reason) from declined
        finally:
            await transport.aclose()
        signer = _signer(begun)
        if answer.key != hello.key or answer.number != number:
            raise NotEnrolled("console.enrol.other_hall")
        write_file(self.folder / self.key_file, begun.key.encode())  # its owner's alone: so temporary files are made
        identity = Identity(
            hall=answer.hall, region=answer.region, hall_name=answer.name, hall_key=answer.key,
            terminal=answer.number, incarnation=begun.incarnation, epoch=answer.epoch,
        )  # fmt: skip
        adopted = Adopted("", 0)
        if memory is None:
            memory = self._made(identity)
            try:
                self._note(memory, answer, transport.url)
            finally:
                memory.close()
        else:
            if memory.identity.incarnation != begun.incarnation:
                adopted = memory.adopt(identity, self.new_id)
            self._note(memory, answer, transport.url)
        (self.folder / BEGUN_FILE).unlink(missing_ok=True)
        fingerprints = key_id(signer.public), key_id(answer.key)
        return Enrolled(number, answer.hall, answer.name, *fingerprints, adopted.terminal, adopted.again)

    async def _shown(self, transport: Transport, begun: Begun, number: str, code: str) -> tuple[Begun, EnrolAnswer]:
        """The hall's answer to the code, and what was shown with it. Raises LineError.

        Another number may have this key: an image was made in the middle of an enrolment, or a number whose answer
        never came was given up. Then it begins with a key of its own.
        """
        try:
            return begun, await transport.enrol(_asked(begun, number, code))
        except Declined as declined:
            if declined.problem is None or declined.problem.error != "key_known":
                raise
        (self.folder / BEGUN_FILE).unlink(missing_ok=True)
        begun = self._begin()
        return begun, await transport.enrol(_asked(begun, number, code))

    def _begin(self) -> Begun:
        """Key and incarnation, written down before anybody hears of them."""
        path = self.folder / BEGUN_FILE
        try:
            return msgspec.json.decode(path.read_bytes(), type=Begun)
        except FileNotFoundError:
            begun = Begun(self.random_bytes(32).hex(), self.new_id())
        except (OSError, *UNREADABLE) as cause:
            raise FileTrouble(
                "console.file.read",
                file=str(path),
                reason=reason_of(cause) if isinstance(cause, OSError) else str(cause),
            ) from cause
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as cause:
            raise FileTrouble("console.file.write", file=str(path), reason=reason_of(cause)) from cause
        write_file(path, msgspec.json.encode(begun))
        return begun

    def _note(self, memory: TerminalMemory, answer: EnrolAnswer, url: str) -> None:
        offset = self.clock.now() - moment(answer.hall_time)
        memory.keep_setting(self.url_setting, url)
        memory.this_boot = self.boot
        memory.contact(answer.hall_time, round(offset.total_seconds() * 1000))

    def _made(self, identity: Identity) -> TerminalMemory:
        """A new one, or that of a try that broke off behind it. Raises AlreadyTerminal for another incarnation's."""
        try:
            return TerminalMemory.create(self.folder, self.clock, self.state_folder, identity)
        except AlreadyTerminal:
            memory = TerminalMemory.open(self.folder, self.clock, self.state_folder)
            if memory.identity.incarnation == identity.incarnation:
                return memory
            memory.close()
            raise


def _signer(begun: Begun) -> Ed25519Signer:
    return Ed25519Signer(bytes.fromhex(begun.key))


def _asked(begun: Begun, number: str, code: str) -> Signed:
    """The request that shows a code for a number."""
    signer = _signer(begun)
    return seal(signer, PURPOSE_ENROL, EnrolRequest(number, code, begun.incarnation, signer.public))
