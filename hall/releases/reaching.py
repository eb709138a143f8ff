"""Whether what is to be rolled out is there, and the windows can come to it from what they run (updates.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from casework.ambient import moment, stamp
from casework.errors import BadBytes
from casework.limits import LIMITS
from casework.manifest import ANY, Manifest, decode_manifest, is_version, lacks, order
from casework.rollout import KINDS, Rollout, Versions
from hall.errors import ReleaseTrouble
from hall.health import TerminalHealth
from hall.releases.repository import Releases
from hall.releases.roles import APP, CATALOGUE, CONFIG

_ROLES = {"catalogue": CATALOGUE, "config": CONFIG}
_HOURS = re.compile(r"(([01]\d|2[0-3]):[0-5]\d)-(([01]\d|2[0-3]):[0-5]\d)\Z")


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
        raise ReleaseTrouble(
            "release.too_far", version=wanted, least=least, terminals=", ".join(far[: LIMITS.named_windows])
        )
    schemas = {version: found.schema for version in set(known.values()) if (found := _manifest(releases, version))}
    far = [f"{one} ({it})" for one, it in sorted(known.items()) if schemas.get(it, 1 << 30) < manifest.schema_from]
    if far:
        raise ReleaseTrouble(
            "release.memory_too_old",
            version=wanted,
            schema=manifest.schema_from,
            terminals=", ".join(far[: LIMITS.named_windows]),
        )


def without_wheels(manifest: Manifest, terminals: Iterable[TerminalHealth]) -> str:
    """The active windows that have said what they are and for which the release has no wheels, named; empty: none.

    A compiled wheel runs on one minor version of Python: a newer one is no better than an older.
    """
    far = []
    for one in sorted(terminals, key=lambda one: one.number):
        said = one.update
        if one.active and said is not None and said.platform and said.pythons:
            missing = lacks(manifest, said.platform, said.pythons)
            if missing:
                far.append(f"{one.number} ({said.platform}, Python {'/'.join(said.pythons)})")
    more = f" +{len(far) - LIMITS.named_windows}" if len(far) > LIMITS.named_windows else ""
    return ", ".join(far[: LIMITS.named_windows]) + more


def expect_wheels(releases: Releases, version: str, terminals: Iterable[TerminalHealth]) -> None:
    """Raises ReleaseTrouble where a window could fetch a version, and never run it."""
    manifest = _manifest(releases, version) if version else None
    far = without_wheels(manifest, terminals) if manifest is not None else ""
    if manifest is not None and far:
        raise ReleaseTrouble("release.no_wheels", version=version, terminals=far, **wheels_for(manifest))


def wheels_for(manifest: Manifest) -> dict[str, str]:
    """For what a release has wheels, in words."""
    return {"platforms": ", ".join(sorted(set(manifest.wheels) - {ANY})) or ANY, "python": manifest.python}


def _manifest(releases: Releases, version: str) -> Manifest | None:
    data = releases.content(APP, _path("app", version)) if is_version(version) else None
    return decode_manifest(data, version) if data is not None else None


def expect_built(manifest: Manifest, now: str) -> None:
    """Raises ReleaseTrouble for a build of a time to come: its windows would take their own right clocks for wrong."""
    try:
        future = bool(manifest.built) and moment(manifest.built) > moment(now)
    except BadBytes as cause:
        raise ReleaseTrouble("release.unreadable", version=manifest.version) from cause
    if future:
        built = {"built": manifest.built[:16].replace("T", " "), "now": now[:16].replace("T", " ")}
        raise ReleaseTrouble("release.built_later", version=manifest.version, **built)


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
