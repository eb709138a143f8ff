"""The repository at the hall: `metadata/` and `targets/` as terminals read them, `pending/` until enough have signed.

    pending/<role>.json   a next version that waits for signatures; signed on other machines, brought by file
    metadata/             what is published; only `publish` writes there, and the timestamp comes last

A terminal sees all of a publication or nothing of it: versions stand side by side until the timestamp names them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Signed,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization import DeserializationError
from tuf.api.serialization.json import JSONSerializer

from hall.errors import KeyTrouble, ReleaseTrouble
from hall.files import write_whole
from hall.releases.keys import ONLINE_KEY
from hall.releases.roles import DELEGATED, ROLLOUT, ROOT, SNAPSHOT, TARGETS, TIMESTAMP, Role

Meta = Metadata[Any]
_WRITE = JSONSerializer(compact=False)
_FRESH = timedelta(days=1)
"""So old a timestamp gets before the next one is signed: a terminal that was cut off counts from that day."""


def found(folder: Path, roles: Mapping[str, Role], signers: Mapping[str, Sequence[Signer]], now: datetime) -> None:
    """A new repository in `folder`, everything signed by `signers`, role by role: the key ceremony."""
    for name in ("metadata", "targets", "pending"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    root = Root(expires=_until(roles[ROOT], now), consistent_snapshot=True)
    for name in (ROOT, TARGETS, SNAPSHOT, TIMESTAMP):
        for signer in signers[name]:
            root.add_key(signer.public_key, name)
        root.roles[name].threshold = roles[name].threshold
    keys = {signer.public_key.keyid: signer.public_key for name in DELEGATED for signer in signers[name]}
    delegated = {
        name: DelegatedRole(
            name, [signer.public_key.keyid for signer in signers[name]], roles[name].threshold, terminating=True,
            paths=list(roles[name].paths),
        )
        for name in DELEGATED
    }  # fmt: skip
    targets = Targets(expires=_until(roles[TARGETS], now), delegations=Delegations(keys, delegated))
    first: dict[str, Signed] = {ROOT: root, TARGETS: targets}
    first |= {name: Targets(expires=_until(roles[name], now)) for name in DELEGATED}
    for name, signed in first.items():
        metadata: Meta = Metadata(signed)
        for signer in signers[name]:
            metadata.sign(signer, append=True)
        _write(folder / "metadata" / f"1.{name}.json", metadata)


class Releases:
    """The repository of one hall.

    Args:
        folder: holds `metadata`, `targets`, `pending`.
        online: the hall's own keys, of which one counts: snapshot, timestamp and rollouts. Without any it is read only.
        now: the time in UTC, without a zone as in the hall's other rooms it would be civil time.
        roles: for how long each holds.
    """

    def __init__(self, folder: Path, online: Sequence[Signer], now: datetime, roles: Mapping[str, Role]) -> None:
        self.folder = folder
        self._online = online
        self._now = now
        self._roles = roles

    # Reading

    def role(self, name: str) -> Meta:
        """The newest published version of a role that lists files. Raises ReleaseTrouble."""
        return self._newest(name)

    def is_own(self, keyid: str) -> bool:
        """Whether a key counts as the hall's own by what is public now."""
        return keyid in self._delegator(TIMESTAMP).get_delegated_role(TIMESTAMP).keyids

    def newest(self, name: str) -> Meta:
        """The newest published version of any role. Raises ReleaseTrouble."""
        return self._newest(name)

    def listed(self, name: str) -> dict[str, TargetFile]:
        """What the newest published version of `name` lists."""
        return dict(self.role(name).signed.targets)

    def content(self, name: str, path: str) -> bytes | None:
        """A file that the newest published version of `name` lists; None when it does not."""
        info = self.listed(name).get(path)
        return None if info is None else self._target(info).read_bytes()

    def proven(self, name: str, path: str) -> bytes:
        """A listed file, proven as a terminal proves it: from the first root on, signatures, date, path and hash.

        Raises ReleaseTrouble.
        """
        try:
            root = self._proven_root()
            targets, role = self._newest(TARGETS), self._newest(name)
            root.verify_delegate(TARGETS, targets.signed_bytes, targets.signatures)
            targets.signed.verify_delegate(name, role.signed_bytes, role.signatures)
            entitled = targets.signed.delegations.roles[name].is_delegated_path(path)
            if role.signed.is_expired(self._now) or targets.signed.is_expired(self._now) or not entitled:
                raise ReleaseTrouble("release.not_proven", path=path)
            info = role.signed.targets[path]
            data = self._target(info).read_bytes()
            info.verify_length_and_hashes(data)
        except (RepositoryError, ValueError, KeyError, OSError) as cause:
            raise ReleaseTrouble("release.not_proven", path=path) from cause
        return data

    def _proven_root(self) -> Root:
        """The newest root, each one signed by the one before and by itself."""
        trusted: Meta = self._root(1)
        for version in range(1, self._version(ROOT) + 1):
            root = self._root(version)
            for signer in (trusted, root):
                signer.signed.verify_delegate(ROOT, root.signed_bytes, root.signatures)
            trusted = root
        return cast("Root", trusted.signed)

    def _root(self, version: int) -> Meta:
        return _read(self._metadata(ROOT, version))

    def waiting_files(self, name: str) -> dict[str, TargetFile]:
        """What the pending version of a role lists that is not public yet; empty when none waits."""
        if not self._waits(name):
            return {}
        public = self.listed(name)
        return {path: info for path, info in self.pending(name).signed.targets.items() if public.get(path) != info}

    def waiting_file(self, name: str, path: str) -> bytes | None:
        """A file that waits to be published; None when it does not."""
        info = self.waiting_files(name).get(path)
        return None if info is None else self._target(info).read_bytes()

    def pending(self, name: str) -> Meta:
        """The version of a role that waits for signatures. Raises ReleaseTrouble when none does."""
        return _read(self._pending(name))

    def missing(self, name: str, together: Collection[str] = (ROOT, TARGETS)) -> int:
        """How many signatures a pending role still needs.

        `together`: the roles that are published in the same go; whose keys they name counts then.
        """
        metadata = self.pending(name)
        found = [
            judge.get_verification_result(name, metadata.signed_bytes, metadata.signatures)
            for judge in self._judges(name, together)
        ]
        return max(max(0, one.threshold - len(one.signed)) for one in found)

    def _judges(self, name: str, together: Collection[str]) -> list[Root | Targets]:
        """Whose keys count for a version that waits: a root's own and those of the one before; else as it will be."""
        holder = TARGETS if name in DELEGATED else ROOT
        comes = holder in together and self._waits(holder)
        coming = cast("Root | Targets", (self.pending if comes else self._newest)(holder).signed)
        return [coming, self._delegator(ROOT)] if name == ROOT else [coming]

    # Changing

    def list_file(self, role: str, path: str, data: bytes) -> Path:
        """Put a file below the targets and list it in the next version of `role`; the pending file to be signed.

        Raises ReleaseTrouble for other bytes under a name that is public: only a rollout is replaced.
        """
        info = TargetFile.from_data(path, data)
        if role != ROLLOUT and self.listed(role).get(path, info) != info:
            raise ReleaseTrouble("release.other_bytes", path=path)
        target = self._target(info)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, data)
        metadata = self._next(role)
        metadata.signed.targets[path] = info
        metadata.signatures.clear()
        _write(self._pending(role), metadata)
        return self._pending(role)

    def revise(self, name: str, edit: Callable[[Any], None] = lambda signed: None) -> Path:
        """The next version of a role after `edit`, with a new date; the pending file, to be signed anew."""
        metadata = self._next(name)
        edit(metadata.signed)
        metadata.signed.expires = _until(self._roles[name], self._now)
        metadata.signatures.clear()
        _write(self._pending(name), metadata)
        return self._pending(name)

    def withdraw(self, role: str, path: str) -> None:
        """Take a file that is not public out of the next version of `role`; who has signed has to sign again."""
        metadata = self.pending(role)
        if path not in self.waiting_files(role):
            return
        del metadata.signed.targets[path]
        metadata.signatures.clear()
        _write(self._pending(role), metadata)

    def take_signed(self, name: str, data: bytes) -> int:
        """The same pending version with more signatures, from another machine; how many are still missing.

        Raises ReleaseTrouble for one that is not the version that waits.
        """
        waiting, brought = self.pending(name), _parsed(data, name)
        if brought.signed_bytes != waiting.signed_bytes:
            raise ReleaseTrouble("release.other_version", role=name)
        waiting.signatures.update(brought.signatures)
        _write(self._pending(name), waiting)
        return self.missing(name)

    def publish(
        self, only: Collection[str] = (ROOT, TARGETS, *DELEGATED), before: Callable[[str], None] = lambda roles: None
    ) -> list[str]:
        """Make everything public that waits and has its signatures, at once; the roles.

        Args:
            only: the roles that are looked at: a rollout halts also while a release waits for its signatures.
            before: called with their names when nothing is missing, before the first of them is public.

        Raises ReleaseTrouble when one lacks signatures, KeyTrouble when the hall can't sign: then nothing is published.
        """
        self._expect_key()
        waiting = [name for name in (ROOT, TARGETS, *DELEGATED) if name in only and self._waits(name)]
        for name in waiting:
            if missing := self.missing(name, waiting):
                raise ReleaseTrouble("release.signatures", role=name, missing=missing)
        if waiting:
            before(", ".join(waiting))
        for name in waiting:
            metadata = self.pending(name)
            _write(self._metadata(name, metadata.signed.version), metadata)
        self.freshen()
        for name in waiting:
            self._pending(name).unlink()
        return waiting

    def sign_online(self, name: str) -> None:
        """Sign a pending role with the hall's own key."""
        metadata = self.pending(name)
        for judges in (self._judges(name, (ROOT, TARGETS)), self._judges(name, ())):
            self._sign_online(name, metadata, judges[0])
        _write(self._pending(name), metadata)

    def freshen(self) -> None:
        """Name the newest version of each role, and say that this is so today: the snapshot, then the timestamp."""
        meta = {f"{name}.json": MetaFile(self._newest(name).signed.version) for name in (TARGETS, *DELEGATED)}
        snapshot = Snapshot(self._version(SNAPSHOT) + 1, expires=_until(self._roles[SNAPSHOT], self._now), meta=meta)
        self._signed(SNAPSHOT, snapshot)
        timestamp = Timestamp(
            self._version(TIMESTAMP) + 1, expires=_until(self._roles[TIMESTAMP], self._now),
            snapshot_meta=MetaFile(snapshot.version),
        )  # fmt: skip
        self._signed(TIMESTAMP, timestamp)

    def is_due(self) -> bool:
        """Whether it is time to freshen: once a day, and when a publication broke off before it was named."""
        if not self._version(TIMESTAMP) or not self._version(SNAPSHOT):
            return True
        named = self._newest(SNAPSHOT).signed.meta
        if any(named[f"{name}.json"].version != self._version(name) for name in (TARGETS, *DELEGATED)):
            return True
        left = self._newest(TIMESTAMP).signed.expires - self._now
        return bool(left <= timedelta(days=self._roles[TIMESTAMP].days) - _FRESH)

    def expires(self) -> dict[str, datetime]:
        """Until when each published role holds (UTC)."""
        return {name: self._newest(name).signed.expires for name in self._roles}

    # Files

    def _waits(self, name: str) -> bool:
        """Whether a version waits. One that is published already was left by a publication that broke off."""
        return self._pending(name).exists() and bool(self.pending(name).signed.version > self._version(name))

    def _signed(self, name: str, signed: Signed) -> None:
        metadata: Meta = Metadata(signed)
        self._sign_online(name, metadata, self._delegator(name))
        self._delegator(name).verify_delegate(name, metadata.signed_bytes, metadata.signatures)
        _write(self._metadata(name, signed.version), metadata)

    def _sign_online(self, name: str, metadata: Meta, judge: Root | Targets) -> None:
        """With whichever of the hall's keys counts."""
        self._expect_key()
        counts = judge.get_delegated_role(name).keyids
        for signer in self._online:
            if signer.public_key.keyid in counts:
                metadata.sign(signer, append=True)

    def _expect_key(self) -> None:
        if not self._online:
            raise KeyTrouble("release.no_own_key", file=str(self.folder / ONLINE_KEY))

    def _next(self, name: str) -> Meta:
        """The pending version, or a new one after the newest."""
        if self._waits(name):
            return self.pending(name)
        metadata = self.role(name)
        metadata.signed.version += 1
        metadata.signed.expires = _until(self._roles[name], self._now)
        return metadata

    def _delegator(self, name: str) -> Root | Targets:
        if name in DELEGATED:
            return cast("Targets", self.role(TARGETS).signed)
        return cast("Root", self._newest(ROOT).signed)

    def _version(self, name: str) -> int:
        """The newest published version; 0 for none."""
        if name == TIMESTAMP:
            file = self.folder / "metadata" / "timestamp.json"
            return _read(file).signed.version if file.exists() else 0
        names = (self.folder / "metadata").glob(f"*.{name}.json")
        return max((int(file.name.split(".", 1)[0]) for file in names), default=0)

    def _newest(self, name: str) -> Meta:
        return _read(self._metadata(name, self._version(name)))

    def _metadata(self, name: str, version: int) -> Path:
        return self.folder / "metadata" / ("timestamp.json" if name == TIMESTAMP else f"{version}.{name}.json")

    def _target(self, info: TargetFile) -> Path:
        return self.folder / "targets" / place_of(info)

    def _pending(self, name: str) -> Path:
        return self.folder / "pending" / f"{name}.json"


def place_of(info: TargetFile) -> str:
    """Where a listed file lies below the targets: under its hash, so that what an older publication lists stays."""
    folder, _, name = info.path.rpartition("/")
    return f"{folder}/{info.hashes['sha256']}.{name}"


def sign(data: bytes, name: str, signer: Signer) -> bytes:
    """`data`, a role's pending file, with one signature more. Raises ReleaseTrouble for what can't be read."""
    metadata = _parsed(data, name)
    metadata.sign(signer, append=True)
    return metadata.to_bytes(_WRITE)


def _parsed(data: bytes, what: str) -> Meta:
    try:
        return Metadata.from_bytes(data)
    except DeserializationError as cause:
        raise ReleaseTrouble("release.unreadable_role", role=what) from cause


def _read(file: Path) -> Meta:
    try:
        return _parsed(file.read_bytes(), file.name)
    except OSError as cause:
        raise ReleaseTrouble("release.no_role", role=file.name) from cause


def _write(file: Path, metadata: Meta) -> None:
    write_whole(file, metadata.to_bytes(_WRITE))


def _until(role: Role, now: datetime) -> datetime:
    return now.replace(microsecond=0) + timedelta(days=role.days)
