"""What is published, on a stick for windows that the line does not reach, and what those carry back (updates.md).

    DIR/metadata, DIR/targets    as the hall serves them: a window proves the same signatures, and the same dates
    DIR/terminals/<number>/      of each window that wrote itself out: status.json, outbox.jsonl; answer.jsonl goes back

Metadata bring the keys that were withdrawn, the rollout the versions that are blocked. The timestamp is written last.
What an older stick has besides is taken away then: it would only fill it.
"""

from __future__ import annotations

import contextlib
import filecmp
import shutil
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from casework.carried import PURPOSE_STATUS, CarriedStatus
from casework.errors import BadBytes
from casework.facts import NO_HASH
from casework.manifest import ANY, decode_manifest
from casework.rollout import Rollout
from casework.seals import Signed, read, unseal
from hall.errors import ReleaseTrouble
from hall.files import flushed
from hall.health import TerminalHealth, contact_of
from hall.releases.repository import Releases, place_of
from hall.releases.roles import APP, CATALOGUE, CONFIG, DELEGATED, ROLLOUT, ROOT, SNAPSHOT, TARGETS, TIMESTAMP
from hall.rows import Changes, ReportRow
from hall.store import Reading

TERMINALS = "terminals"
STATUS, OUTBOX, ANSWER = "status.json", "outbox.jsonl", "answer.jsonl"
RESTORED = "restored"
"""How a log differs whose window has not heard yet that the hall was restored (S25)."""


class Carried(msgspec.Struct, frozen=True):
    """What a stick brings to the windows."""

    versions: tuple[str, ...]
    files: int
    bytes: int
    """Of what was copied now; what lay there already is not copied again."""
    until: str
    """From then on no window installs from it (UTC)."""
    platforms: tuple[str, ...]
    """The kinds of PC for which it has compiled wheels."""


def platforms_of(terminals: Iterable[TerminalHealth]) -> frozenset[str]:
    """The kinds of PC of the active windows; empty, for all kinds, while one of them has not said what it is."""
    said = {one.update.platform if one.update is not None else "" for one in terminals if one.active}
    return frozenset() if "" in said else frozenset(said)


def export(releases: Releases, rollout: Rollout, into: Path, platforms: Collection[str] = ()) -> Carried:
    """Write what is published to a stick, with the wheels for `platforms` (none named: for all).

    Raises ReleaseTrouble where it can't be written, and for a kind of PC for which no release has wheels.
    """
    try:
        return _exported(releases, rollout, into, frozenset(platforms))
    except OSError as cause:
        raise ReleaseTrouble("stick.not_written", folder=str(into), reason=cause.strerror or str(cause)) from cause


def _exported(releases: Releases, rollout: Rollout, into: Path, platforms: frozenset[str]) -> Carried:
    listed = {role: releases.listed(role) for role in (APP, CATALOGUE, CONFIG, ROLLOUT)}
    wanted = tuple(dict.fromkeys(filter(None, (rollout.target.app, rollout.before.app))))
    places = {version: f"app/{version}/manifest.json" for version in wanted}
    manifests = {  # what the windows were installed with, before there was a repository, is not listed
        version: decode_manifest(data, version)
        for version, path in places.items()
        if (data := releases.content(APP, path)) is not None
    }
    built = {key for manifest in manifests.values() for key in manifest.wheels}
    if unknown := platforms - built:
        if built - {ANY}:
            known = ", ".join(sorted(built - {ANY}))
            raise ReleaseTrouble("stick.no_platform", platform=", ".join(sorted(unknown)), platforms=known)
        platforms = frozenset()
    carried = platforms | {ANY} if platforms else built
    paths = [place_of(info) for role, files in listed.items() if role != APP for info in files.values()]
    for version, manifest in manifests.items():
        paths.append(place_of(listed[APP][places[version]]))
        paths += [wheel.path for key, wheels in manifest.wheels.items() if key in carried for wheel in wheels]
    ours = (into / "metadata" / f"{TIMESTAMP}.json").is_file()
    copied = [_copied(releases.folder / "targets" / path, into / "targets" / path) for path in dict.fromkeys(paths)]
    metadata = _needed(releases)
    for name in metadata:
        _copied(releases.folder / "metadata" / name, into / "metadata" / name, anew=True)
    if ours:  # never in a folder in which somebody else has something of that name
        _left_alone(into / "targets", {Path(path) for path in paths})
        _left_alone(into / "metadata", set(map(Path, metadata)))
    until: datetime = releases.role(TIMESTAMP).signed.expires
    return Carried(
        tuple(manifests), sum(map(bool, copied)), sum(copied), f"{until:%Y-%m-%d %H:%M}",
        tuple(sorted(carried - {ANY})),
    )  # fmt: skip


def _needed(releases: Releases) -> list[str]:
    """Every root, of the others the newest; the timestamp last."""
    roots = sorted(file.name for file in (releases.folder / "metadata").glob(f"*.{ROOT}.json"))
    newest = [f"{releases.newest(name).signed.version}.{name}.json" for name in (TARGETS, *DELEGATED, SNAPSHOT)]
    return [*roots, *newest, f"{TIMESTAMP}.json"]


def _left_alone(folder: Path, kept: set[Path]) -> None:
    """Take away what an older export has left, and folders that are empty by it."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            with contextlib.suppress(OSError):  # not empty
                path.rmdir()
        elif path.relative_to(folder) not in kept:
            path.unlink()


def _copied(source: Path, target: Path, *, anew: bool = False) -> int:
    """The bytes that had to be copied."""
    if not anew and _is_there(source, target):
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    shutil.copyfile(source, part)
    flushed(part)  # written is said, and then the stick is pulled out
    part.replace(target)
    return source.stat().st_size


def _is_there(source: Path, target: Path) -> bool:
    """Whether the very bytes lie there: one that was pulled out too early has files of the right size all the same."""
    with contextlib.suppress(OSError):  # what can't be read there is written again
        return target.is_file() and filecmp.cmp(source, target, shallow=False)
    return False


def brought(stick: Path) -> Iterator[Path]:
    """The folders of the windows that wrote themselves out, also half."""
    folder = stick / TERMINALS
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    yield from (each for each in found if any((each / name).exists() for name in (STATUS, OUTBOX)))


def take_status(reading: Reading, data: bytes, now: str) -> tuple[CarriedStatus, ReportRow, str]:
    """What a window says of itself, its row at the hall, and how its log differs from the hall's (S24; empty: not).

    It was there when it was written, not now: a window behind a stick is never online. Raises ReleaseTrouble for what
    no window of this hall has sealed.
    """
    try:
        signed: Signed = read(data, Signed)
        stated: CarriedStatus = read(bytes(signed.body), CarriedStatus)
        terminal = reading.terminal(stated.terminal)
        if terminal is None or terminal.incarnation != stated.incarnation:
            raise ReleaseTrouble("stick.no_window", number=stated.terminal[:20])
        status: CarriedStatus = unseal(signed, terminal.key, PURPOSE_STATUS, CarriedStatus)
    except BadBytes as cause:
        raise ReleaseTrouble("stick.unreadable", what=STATUS) from cause
    hall = reading.hall()
    if status.hall != hall.id:
        raise ReleaseTrouble("stick.other_hall", number=status.terminal)
    if status.epoch != hall.epoch:
        differs = RESTORED if status.epoch < hall.epoch else "epoch"
    elif status.cursor > hall.seq:
        differs = "cursor"
    else:
        known = reading.chain_at(status.cursor) if status.cursor else NO_HASH
        differs = "" if known == status.chain else "chain"
    return status, contact_of(status.terminal, min(status.report.at or now, now), status.cursor, status.report), differs


def keep_status(reading: Reading, row: ReportRow) -> Changes:
    """The row, unless the hall has heard something newer of that window."""
    known = reading.reports().get(row.number)
    return Changes() if known is not None and known.at >= row.at else Changes(reports={row.number: row})
