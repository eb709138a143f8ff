"""`yichuang hall doctor`: how the hall is, its releases with it, and what a person has to do about it (S34)."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from casework.ambient import CIVIL, stamp
from casework.fleet import Fleet
from casework.limits import Limits
from casework.messages import Message, Spoken, t
from hall import cli
from hall.errors import Stop
from hall.fleet import expiring
from hall.migrate import version_of
from hall.ownership import owned
from hall.releases.in_force import without_version
from hall.releases.watching import read_watched
from hall.second_place import read_place
from hall.sqlite_store import SCANS

Facts = dict[str, Any]


def run_doctor(args: argparse.Namespace, folder: Path) -> int:
    """Look at everything; 1 when something needs a person. Raises Stop where there is no hall."""
    with cli.open_hall(folder) as here:
        problems: list[Message] = []
        found: Facts = {
            "folder": str(folder), "served": _served(folder), "database": _database(here, problems),
            "scans": _scans(here, problems), "disk": _disk(folder, here.limits, problems),
            "releases": _releases(here, problems),
            "backups": _second_place(folder, problems),
        }  # fmt: skip
    found |= {"problems": list(dict.fromkeys(map(str, problems))), "ok": not problems}
    if args.json:
        cli.print_row(found)
    else:
        print("\n".join(_in_words(found)), flush=True)
    return 1 if problems else 0


def _served(folder: Path) -> bool:
    try:
        with owned(folder):
            return False
    except Stop:
        return True


def _database(here: cli.HallHere, problems: list[Message]) -> Facts:
    file = here.folder / cli.DATABASE
    with contextlib.closing(sqlite3.connect(file)) as db:
        mistakes = [str(row[0]) for row in db.execute("pragma quick_check(5)") if row[0] != "ok"]
        schema = version_of(db)
    if mistakes:
        problems.append(Message("hall.doctor.mistakes", {"file": str(file), "mistakes": "; ".join(mistakes)}))
    with here.store.reading() as reading:
        hall, lost = reading.hall(), without_version(reading)
    if hall.latched:
        problems.append(Message("hall.latched"))
    if lost:
        named = ", ".join(lost[: here.limits.named_windows])
        problems.append(Message("hall.doctor.versions", {"count": len(lost), "numbers": named}))
    return {
        "mistakes": mistakes, "schema": schema, "bytes": file.stat().st_size, "entries": hall.seq, "epoch": hall.epoch,
    }  # fmt: skip


def _scans(here: cli.HallHere, problems: list[Message]) -> Facts:
    """Scans that have come by the log and do not lie here: a copy of the database alone was restored (ADR 0025)."""
    with here.store.reading() as reading:
        come = reading.scans_come()
    missing = sum(not here.store.scans.is_whole(sha256) for sha256 in come)
    if missing:
        problems.append(Message("hall.doctor.scans", {"count": missing, "folder": str(here.folder / SCANS)}))
    return {"come": len(come), "missing": missing}


def _disk(folder: Path, limits: Limits, problems: list[Message]) -> Facts:
    free = shutil.disk_usage(folder).free // 1024 // 1024
    if free < limits.hall_free_mb:
        problems.append(Message("doctor.disk", {"free": free, "least": limits.hall_free_mb}))
    return {"free_mb": free}


def _second_place(folder: Path, problems: list[Message]) -> Facts | None:
    """Where the copies go, and whether they do; None where the hall is served without."""
    place = read_place(folder)
    if place.trouble is not None:
        problems.append(Message("hall.doctor.place", {"since": place.since, "trouble": place.trouble}))
    return {"folder": place.folder, "written": place.trouble is None} if place.folder else None


def _releases(here: cli.HallHere, problems: list[Message]) -> Facts | None:
    """What the hall publishes, and whether it is looked after; None where it publishes nothing."""
    folder = here.folder / cli.RELEASES
    if not (folder / "metadata").is_dir():
        return None
    fleet = here.hall.fleet(folder)
    problems += _troubles(fleet, here)
    expires = dict(_expires(here, problems))
    problems += expiring(expires, here.hall.now, here.limits)
    now = fleet.rollout
    return {
        "looked": fleet.looked or None, "rollout": now.number if now else None,
        "halted": bool(now and now.halted), "next": str(now.why) if now else None,
        "expires": {role: until[:10] for role, until in expires.items()},
    }  # fmt: skip


def _troubles(fleet: Fleet, here: cli.HallHere) -> Iterator[Message]:
    yield from fleet.troubles
    if fleet.rollout is not None and fleet.rollout.halted:
        yield Message("hall.doctor.halted", {"number": fleet.rollout.number, "why": fleet.rollout.why})
    if bad := [row.number for row in fleet.rows if row.grade == "bad"]:
        most = here.limits.named_windows
        yield Message("hall.doctor.bad", {"count": len(bad), "terminals": ", ".join(bad[:most])})


def _expires(here: cli.HallHere, problems: list[Message]) -> Iterator[tuple[str, str]]:
    """Until when each role holds, from the repository itself: nobody may have looked for months."""
    from hall.cli_release import releases_of

    try:
        for role, until in releases_of(here).expires().items():
            yield role, stamp((until + CIVIL).replace(tzinfo=None))
    except Spoken as no:
        problems.append(no.message)
        yield from read_watched(here.folder / cli.RELEASES).expires.items()


def _in_words(found: Facts) -> Iterator[str]:
    for name, value in found.items():
        if name not in {"problems", "ok"}:
            facts = value.items() if isinstance(value, dict) else [("", value)]
            yield f"{name:<10} " + ", ".join(f"{key} {_word(each)}".strip() for key, each in facts)
    yield from (f"! {problem}" for problem in found["problems"])
    if found["ok"]:
        yield t("doctor.well")


def _word(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key}:{each}" for key, each in value.items())
    return "-" if value is None or value == [] else str(value).lower() if isinstance(value, bool) else str(value)
