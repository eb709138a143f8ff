"""What a release of the application consists of: `app/<version>/manifest.json` (updates.md, *Repository*)."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

import msgspec

from casework.errors import UNREADABLE, BadRollout

_VERSION = re.compile(r"\d{1,4}(\.\d{1,4}){1,3}([a-z]{1,3}\d{1,3})?\Z")
_HASH = re.compile(r"[0-9a-f]{64}\Z")
_WHEEL = re.compile(r"[A-Za-z0-9_.+]+-[A-Za-z0-9_.+!]+(-[A-Za-z0-9_.]+){3,4}\.whl\Z")
_COMPILED = re.compile(r"cp(\d)(\d+)\Z")
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


def lacks(manifest: Manifest, platform: str, pythons: Collection[str]) -> Literal["", "platform", "python"]:
    """What keeps a PC from running a release: it has no wheels for its kind, or none for any of its interpreters.

    Args:
        manifest: of the release.
        platform: as manifests call it.
        pythons: minor versions of the interpreters that are there.
    """
    mine = manifest.wheels.get(platform, ())
    if not mine and set(manifest.wheels) != {ANY}:
        return "platform"
    built = {tag for wheel in (*manifest.wheels.get(ANY, ()), *mine) for tag in [_built_for(wheel.name)] if tag}
    least = _minor(manifest.python)
    fine = any(_minor(one) >= least and built <= {_minor(one)} for one in pythons)
    return "" if fine else "python"


def _minor(python: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", python)[:2])


def _built_for(name: str) -> tuple[int, ...]:
    """The one minor version of Python for which a wheel was compiled; empty for one that goes with others too."""
    python, abi = name.removesuffix(".whl").split("-")[-3:-1]
    found = _COMPILED.match(abi if abi != "none" else python)
    return (int(found[1]), int(found[2])) if found else ()


def encode_manifest(manifest: Manifest) -> bytes:
    """The bytes whose hash is signed."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1)


def is_version(text: str) -> bool:
    """Whether it is a version as releases have them: nothing else becomes the name of a folder."""
    return _VERSION.match(text) is not None


def order(version: str) -> tuple[int, ...]:
    """A key by which versions sort; `0.5.0rc1` counts as `0.5.0`."""
    return tuple(int(part) for part in re.findall(r"\d+", version.split("rc", maxsplit=1)[0]))
