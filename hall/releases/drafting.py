"""What somebody wants to publish, read from her files: the bytes of a version, or every mistake with file and line."""

from __future__ import annotations

from pathlib import Path

import msgspec

from casework.calendar_changes import check_calendar, diff_calendars
from casework.catalogue.check import check
from casework.catalogue.diff import Change, diff
from casework.catalogue.finding import Finding
from casework.catalogue.parse import decode, encode, parse
from casework.window_settings import check_settings, diff_settings, numbered
from hall.errors import ReleaseTrouble
from hall.releases.catalogues import CALENDAR
from hall.releases.roles import CATALOGUE


class Draft(msgspec.Struct, frozen=True):
    """The bytes of a version; empty where there are findings."""

    data: bytes
    findings: tuple[Finding, ...] = ()


def read_draft(kind: str, place: Path) -> Draft:
    """A catalogue from its folder of TOML, a calendar or settings from a JSON file. Raises ReleaseTrouble."""
    if kind == CATALOGUE:
        files = _catalogue_files(place)
        findings = check(files)
        return Draft(b"" if findings else encode(parse(files)), findings)
    data = _read(place)
    findings = check_calendar(place.name, data) if kind == CALENDAR else check_settings(place.name, data)
    return Draft(b"" if findings else data, findings)


def as_version(kind: str, data: bytes, number: int) -> bytes:
    """The bytes that are signed: settings name their own number; a catalogue and a calendar are known by their hash."""
    return data if kind in {CATALOGUE, CALENDAR} else numbered(data, number)


def differences(kind: str, old: bytes, new: bytes) -> tuple[Change, ...]:
    """What `new` changes, in sentences."""
    if kind == CATALOGUE:
        return diff(decode(old), decode(new))
    return diff_calendars(old, new) if kind == CALENDAR else diff_settings(old, new)


def _catalogue_files(folder: Path) -> dict[str, bytes]:
    named = (folder / "posts.toml", folder / "bundles.toml", *sorted((folder / "items").glob("*.toml")))
    paths = [path for path in named if path.is_file()]
    if not paths:
        raise ReleaseTrouble("version.no_catalogue", folder=str(folder))
    return {path.relative_to(folder).as_posix(): _read(path) for path in paths}


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as cause:
        raise ReleaseTrouble("version.no_file", file=str(file), reason=cause.strerror or str(cause)) from cause
