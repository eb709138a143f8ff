"""What a release of the application consists of: `app/<version>/manifest.json` (updates.md, *Repository*)."""

from __future__ import annotations

import re

import msgspec

from casework.errors import UNREADABLE, BadRollout

_VERSION = re.compile(r"\d{1,4}(\.\d{1,4}){1,3}([a-z]{1,3}\d{1,3})?\Z")
_HASH = re.compile(r"[0-9a-f]{64}\Z")
_WHEEL = re.compile(r"[A-Za-z0-9_.+]+-[A-Za-z0-9_.+!]+(-[A-Za-z0-9_.]+){3,4}\.whl\Z")
ANY = "any"
"""Wheels under this word are for every platform."""


class Wheel(msgspec.Struct, frozen=True):
    """One file, named by its hash, so that one that has not changed is never fetched again."""

    name: str
    sha256: str
    size: int
    """Bytes."""

    @property
    def path(self) -> str:
        """Where it lies below the targets."""
        return f"app/wheels/{self.sha256}/{self.name}"


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """A release."""

    version: str
    wheels: dict[str, tuple[Wheel, ...]]
    """Platform (`any`, `linux-x86_64`, `win-amd64`, ...) -> wheels; a terminal takes `any` and its own."""
    schema: int
    """The number of the newest migration that it brings."""
    schema_from: int = 0
    """The oldest memory that it can bring on."""
    min_from: str = ""
    """The oldest version from which it can be reached in one step."""
    python: str = "3.11"
    """The oldest interpreter that runs it."""
    notes: dict[str, str] = {}
    """Language -> what is new, for whoever has to approve."""
    writes: dict[str, int] = {}
    """Event type -> the version that it would write, as soon as every window can read it (S32)."""
    built: str = ""
    """When it was built (`stamp`): a clock below it is wrong."""


def decode_manifest(data: bytes, version: str) -> Manifest:
    """The manifest of `version`. Raises BadRollout for another one's, and for names that lead out of their folder."""
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except UNREADABLE as cause:
        raise BadRollout("release.unreadable", version=version) from cause
    every = [wheel for wheels in manifest.wheels.values() for wheel in wheels]
    fine = all(_WHEEL.match(one.name) and _HASH.match(one.sha256) and one.size > 0 for one in every)
    if manifest.version != version or not is_version(version) or not every or not fine:
        raise BadRollout("release.unreadable", version=version)
    return manifest


def encode_manifest(manifest: Manifest) -> bytes:
    """The bytes whose hash is signed."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1)


def is_version(text: str) -> bool:
    """Whether it is a version as releases have them: nothing else becomes the name of a folder."""
    return _VERSION.match(text) is not None


def order(version: str) -> tuple[int, ...]:
    """A key by which versions sort; `0.5.0rc1` counts as `0.5.0`."""
    return tuple(int(part) for part in re.findall(r"\d+", version.split("rc", maxsplit=1)[0]))
