"""Catalogue, calendar and settings as numbered versions: proposed, signed, approved, published (updates.md).

A number is given once and its bytes never change. Who proposed and who approved lies beside the repository, in
`proposals/<kind>-<number>.json`, and goes into the hall's log with the version itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from casework.errors import UNREADABLE
from casework.facts import digest
from hall.errors import ReleaseTrouble
from hall.files import write_whole
from hall.releases.repository import Releases
from hall.releases.roles import CATALOGUE, CONFIG

CALENDAR = "calendar"
ROLE_OF = {CATALOGUE: CATALOGUE, CALENDAR: CATALOGUE, CONFIG: CONFIG}
"""Which role lists and signs the versions of a kind."""
APPROVED = frozenset({CATALOGUE, CALENDAR})
"""Kinds that count only after a second person's yes: they are law at every window at once."""
FOLDER = "proposals"


class Proposal(msgspec.Struct, frozen=True, omit_defaults=True):
    """One number: which bytes it stands for, and who said what of it when."""

    number: int
    sha256: str
    by: str
    at: str
    approved_by: str = ""
    approved_at: str = ""


class Numbered:
    """The versions of one kind in a hall's repository.

    Args:
        releases: the repository.
        kind: `catalogue`, `calendar` or `config`.
    """

    def __init__(self, releases: Releases, kind: str) -> None:
        self._releases = releases
        self.kind = kind
        self.role = ROLE_OF[kind]
        self._folder = releases.folder / FOLDER
        self._path = re.compile(rf"{kind}/(\d{{1,6}})\.json\Z")

    def path(self, number: int) -> str:
        """Where the version lies below the targets."""
        return f"{self.kind}/{number}.json"

    def public(self) -> tuple[int, ...]:
        """The numbers that are signed and public, oldest first."""
        return self._numbers(self._releases.listed(self.role))

    def newest(self) -> int:
        """The newest of them; 0 for none."""
        return max(self.public(), default=0)

    def waiting(self) -> int:
        """The number that waits for signatures; 0 for none."""
        return max(self._numbers(self._releases.waiting_files(self.role)), default=0)

    def _numbers(self, paths: Iterable[str]) -> tuple[int, ...]:
        return tuple(sorted(int(found[1]) for found in map(self._path.match, paths) if found))

    def next_number(self) -> int:
        """One that nobody has had: a proposal that was given up keeps its own."""
        given = [int(file.stem.rpartition("-")[2]) for file in self._folder.glob(f"{self.kind}-*.json")]
        return max([*given, *self.public(), 0]) + 1

    def proposals(self) -> tuple[Proposal, ...]:
        """Every number that was given, oldest first."""
        return tuple(self.proposal(number) for number in range(1, self.next_number()) if self._file(number).exists())

    def proposal(self, number: int) -> Proposal:
        """Who said what of a number. Raises ReleaseTrouble where there is no such number."""
        try:
            return msgspec.json.decode(self._file(number).read_bytes(), type=Proposal)
        except (OSError, *UNREADABLE) as cause:
            raise ReleaseTrouble("version.no_number", kind=self.kind, number=number) from cause

    def propose(self, data: bytes, by: str, now: str) -> Proposal:
        """`data` under the next number, in the list that waits for signatures; what waited before is withdrawn."""
        number = self.next_number()
        self._keep(Proposal(number, digest(data), by, now))  # the number first: after a cut it is not given again
        if before := self.waiting():
            self._releases.withdraw(self.role, self.path(before))
        self._releases.list_file(self.role, self.path(number), data)
        return self.proposal(number)

    def approve(self, number: int, by: str, now: str) -> Proposal:
        """The yes of a second person to exactly these bytes. Raises ReleaseTrouble when it is who proposed."""
        proposal = self.proposal(number)
        if by == proposal.by:
            raise ReleaseTrouble("version.second_person", by=by)
        if number not in {self.waiting(), *self.public()}:
            raise ReleaseTrouble("version.given_up", kind=self.kind, number=number)
        self._expect_same(proposal, self.content(number))
        self._keep(msgspec.structs.replace(proposal, approved_by=by, approved_at=now))
        return self.proposal(number)

    def content(self, number: int) -> bytes:
        """The bytes of a number, public or waiting. Raises ReleaseTrouble."""
        path = self.path(number)
        data = self._releases.waiting_file(self.role, path) or self._releases.content(self.role, path)
        if data is None:
            raise ReleaseTrouble("version.no_number", kind=self.kind, number=number)
        return data

    def proven(self, number: int) -> bytes:
        """The bytes of a public number, proven by the signed metadata, and the ones that were proposed.

        Raises ReleaseTrouble.
        """
        data = self._releases.proven(self.role, self.path(number))
        self._expect_same(self.proposal(number), data)
        return data

    def expect_approved(self, number: int) -> Proposal:
        """Who proposed and who approved. Raises ReleaseTrouble while nobody else than who proposed has said yes."""
        proposal = self.proposal(number)
        if self.kind in APPROVED and proposal.approved_by in {"", proposal.by}:
            raise ReleaseTrouble("version.not_approved", kind=self.kind, number=number, by=proposal.by)
        return proposal

    def _expect_same(self, proposal: Proposal, data: bytes) -> None:
        if digest(data) != proposal.sha256:
            raise ReleaseTrouble("version.other_bytes", kind=self.kind, number=proposal.number)

    def _file(self, number: int) -> Path:
        return self._folder / f"{self.kind}-{number}.json"

    def _keep(self, proposal: Proposal) -> None:
        write_whole(self._file(proposal.number), msgspec.json.encode(proposal))
