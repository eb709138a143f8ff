"""Whether what is to be rolled out is there, and the windows can come to it from what they run (updates.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from casework.ambient import moment, stamp
from casework.errors import BadBytes
from casework.manifest import Manifest, decode_manifest, is_version, order
from casework.rollout import KINDS, Rollout, Versions
from hall.errors import ReleaseTrouble
from hall.health import TerminalHealth
from hall.releases.repository import Releases
from hall.releases.roles import APP, CATALOGUE, CONFIG

_ROLES = {"catalogue": CATALOGUE, "config": CONFIG}
_HOURS = re.compile(r"(([01]\d|2[0-3]):[0-5]\d)-(([01]\d|2[0-3]):[0-5]\d)\Z")
_NAMED = 5
"""Windows that a refusal names."""


def expect_published(releases: Releases, wanted: Versions) -> None:
    """Raises ReleaseTrouble for a version that is not signed and published, and when none is named."""
    if not any(getattr(wanted, kind) for kind in KINDS):
        raise ReleaseTrouble("release.nothing_named")
    for kind in KINDS:
        version = getattr(wanted, kind)
        if version and _path(kind, version) not in releases.listed(APP if kind == "app" else _ROLES[kind]):
            raise ReleaseTrouble("release.not_published", kind=kind, version=version[:40])


def _path(kind: str, version: str) -> str:
    return f"app/{version}/manifest.json" if kind == "app" else f"{kind}/{version}.json"


def expect_reachable(releases: Releases, rollout: Rollout, running: Mapping[str, str]) -> None:
    """Raises ReleaseTrouble where a window could not come to the rollout's version of the application in one step.

    Args:
        releases: knows the manifests.
        rollout: what is to begin.
        running: window -> the version that runs there, as far as it has said.
    """
    wanted = rollout.target.app
    if not wanted:
        return
    if wanted in rollout.blocked:
        raise ReleaseTrouble("release.is_blocked", version=wanted)
    if rollout.min_app and order(wanted) < order(rollout.min_app):
        raise ReleaseTrouble("release.below_least", version=wanted, least=rollout.min_app)
    known = running if running or not rollout.before.app else {"-": rollout.before.app}
    manifest = _manifest(releases, wanted)
    if manifest is None:
        return
    least = manifest.min_from
    if least and (far := [f"{one} ({it})" for one, it in sorted(known.items()) if order(it) < order(least)]):
        raise ReleaseTrouble("release.too_far", version=wanted, least=least, terminals=", ".join(far[:_NAMED]))
    schemas = {version: found.schema for version in set(known.values()) if (found := _manifest(releases, version))}
    far = [f"{one} ({it})" for one, it in sorted(known.items()) if schemas.get(it, 1 << 30) < manifest.schema_from]
    if far:
        raise ReleaseTrouble(
            "release.memory_too_old", version=wanted, schema=manifest.schema_from, terminals=", ".join(far[:_NAMED])
        )


def _manifest(releases: Releases, version: str) -> Manifest | None:
    data = releases.content(APP, _path("app", version)) if is_version(version) else None
    return decode_manifest(data, version) if data is not None else None


def expect_known(rollout: Rollout, terminals: tuple[TerminalHealth, ...]) -> None:
    """Raises ReleaseTrouble where the lab or the first window is none: a ring of nobody would prove nothing."""
    active = {one.number for one in terminals if one.active}
    strangers = [one for one in (*rollout.lab, rollout.first) if one and one not in active]
    if strangers:
        raise ReleaseTrouble("release.no_window", terminals=", ".join(strangers)[:100])


def civil_time(text: str, option: str) -> str:
    """A time of the hall as the command line has it (`2026-11-30`, `2026-11-30T18:00`); empty stays empty.

    Raises ReleaseTrouble.
    """
    if not text:
        return ""
    try:
        return stamp(moment(text))
    except BadBytes as cause:
        raise ReleaseTrouble("release.no_time", option=option, text=text[:40]) from cause


def hours(text: str) -> tuple[str, str]:
    """`18:00-07:30` as the hours in which is downloaded; empty: at any. Raises ReleaseTrouble."""
    if not text:
        return "", ""
    found = _HOURS.match(text)
    if found is None:
        raise ReleaseTrouble("release.no_hours", text=text[:40])
    return found[1], found[3]
