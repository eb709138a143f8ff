"""A hall that publishes, and a terminal that asks (after the repository simulator of python-tuf)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from casework.manifest import ANY, Manifest, Wheel, encode_manifest
from casework.rollout import Rollout, Versions, encode_rollout
from hall.releases.repository import Releases, found, sign
from hall.releases.roles import APP, NORMAL, ROLLOUT, Role
from sync.updates.client import Published
from sync.updates.fetching import FromFolder, Source

NOW = datetime.now(UTC).replace(microsecond=0)
"""The library judges expiry by the machine's own clock."""


def keys(role: str, count: int) -> list[CryptoSigner]:
    """The same keys each time."""
    secrets = (hashlib.sha256(f"{role}/{place}".encode()).digest() for place in range(count))
    return [CryptoSigner(Ed25519PrivateKey.from_private_bytes(secret)) for secret in secrets]


ONLINE = keys("online", 1)[0]
ONLINE_SECRET = hashlib.sha256(b"online/0").digest()
"""Of the hall's own key, where it has to lie in a file."""


def signers(roles: dict[str, Role] = NORMAL) -> dict[str, list[CryptoSigner]]:
    """The keys of each role; the hall's own where it signs by itself."""
    return {name: [ONLINE] if role.online else keys(name, role.keys) for name, role in roles.items()}


class Publisher:
    """A repository with everybody's keys at hand."""

    def __init__(self, folder: Path, roles: dict[str, Role] = NORMAL, now: datetime = NOW) -> None:
        self.folder = folder
        self.signers = signers(roles)
        self.releases = Releases(folder, (ONLINE,), now, roles)
        found(folder, roles, self.signers, now)
        self.releases.freshen()

    @property
    def root(self) -> bytes:
        """The first root of trust, as it comes with an installation."""
        return (self.folder / "metadata" / "1.root.json").read_bytes()

    def lists(self, role: str, path: str, data: bytes, *, signed_by: int | None = None) -> None:
        """List a file and sign it with so many keys of its role; all by default."""
        pending = self.releases.list_file(role, path, data)
        for signer in self.signers[role][:signed_by]:
            pending.write_bytes(sign(pending.read_bytes(), role, signer))

    def releases_app(
        self, version: str, wheels: dict[str, bytes], compiled: dict[str, dict[str, bytes]] | None = None, **more: Any
    ) -> Manifest:
        """Publish a release of the application; `compiled`: wheels of one platform each."""
        made = {}
        for platform, files in {ANY: wheels, **(compiled or {})}.items():
            made[platform] = tuple(
                Wheel(name, hashlib.sha256(data).hexdigest(), len(data)) for name, data in files.items()
            )
            for wheel, data in zip(made[platform], files.values(), strict=True):
                file = self.folder / "targets" / wheel.path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
        manifest = Manifest(version, made, schema=15, **more)
        self.lists(APP, f"app/{version}/manifest.json", encode_manifest(manifest))
        self.releases.publish()
        return manifest

    def rolls_out(self, number: int = 1, **changes: Any) -> Rollout:
        """Publish a rollout."""
        rollout = msgspec.structs.replace(Rollout(number, "h1", Versions("0.5.0"), Versions("0.4.0")), **changes)
        self.lists(ROLLOUT, "rollout/h1.json", encode_rollout(rollout))
        self.releases.publish()
        return rollout


class Asker:
    """A terminal that asks for updates."""

    def __init__(self, publisher: Publisher, folder: Path, source: Source | None = None) -> None:
        self.folder = folder
        self.root = publisher.root
        self.base = str(publisher.folder)
        self.source = source or FromFolder()

    def asks(self, now: datetime = NOW, floor: datetime = NOW - timedelta(days=365)) -> Published:
        """One look at what is published."""
        return Published(self.folder, self.root, self.base, self.source, now=now, floor=floor)
