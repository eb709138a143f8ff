"""`yichuang release …`: what IT does with keys, releases and rollouts (updates.md). Signing needs no hall beside it.

On the machine with the keys: `keys`, `sign`; everything else at the hall.
"""

from __future__ import annotations

import argparse
import getpass
import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from securesystemslib.signer import Signer

from casework.fleet import act_facts
from casework.manifest import ANY, Manifest, Wheel
from casework.messages import t
from casework.rollout import (
    KINDS,
    RINGS,
    Gate,
    Rollout,
    Versions,
    approved,
    blocked,
    gate,
    halted,
    opened,
    progress,
    resumed,
)
from hall import cli
from hall.cli_build import run_build, run_prove
from hall.cli_person import named_person, proven_person
from hall.errors import KeyTrouble, ReleaseTrouble
from hall.ownership import changing
from hall.releases.acts import Act, Done, read_acts, record, shown
from hall.releases.catalogues import ROLE_OF
from hall.releases.keys import NEXT_ONLINE_KEY, ONLINE_KEY, make_key, own_keys, read_key
from hall.releases.proving import manifest_bytes, manifest_in, proven
from hall.releases.reaching import (
    civil_time,
    expect_built,
    expect_known,
    expect_published,
    expect_reachable,
    expect_wheels,
    hours,
    wheels_for,
    without_wheels,
)
from hall.releases.repository import Releases, found, sign
from hall.releases.roles import APP, NORMAL, SMALL
from hall.releases.rollouts import Rollouts
from hall.releases.watching import seen_of

PASSPHRASE = "YICHUANG_KEY_PASSPHRASE"
ACTIONS = ("who", "key", "renew", "replace")
"""What `hall.cli_ceremony` does."""


def run_release(args: argparse.Namespace) -> int:
    """Do what was asked; the exit code. Raises HallError, BadRollout."""
    alone: dict[str, Callable[[argparse.Namespace], int]] = {
        "keys": _keys, "sign": _sign, "init": _init, "build": run_build, "prove": run_prove,
    }  # fmt: skip
    if args.action in alone:
        return alone[args.action](args)
    if args.action in ACTIONS:
        from hall.cli_ceremony import run_ceremony

        return run_ceremony(args)
    if args.action in ROLE_OF:
        from hall.cli_catalogue import run_version

        return run_version(args)
    at_hall = {
        "add": _add, "take": _take, "publish": _publish, "rollout": _begin, "promote": _promote, "approve": _approve,
        "halt": _halt, "resume": _resume, "block": _block,
        "export": _export, "import": _import,
    }  # fmt: skip
    with cli.open_hall(cli.hall_folder(args.dir)) as here:
        if args.action == "status":
            return _status(args, here)
        with changing(here.folder, here.limits.busy_seconds):
            return at_hall[args.action](args, here)


def _export(args: argparse.Namespace, here: cli.HallHere) -> int:
    from hall.cli_stick import run_export

    return run_export(args, here)


def _import(args: argparse.Namespace, here: cli.HallHere) -> int:
    from hall.cli_stick import run_import

    return run_import(args, here)


def releases_of(here: cli.HallHere) -> Releases:
    """The repository of an opened hall. Raises ReleaseTrouble where there is none yet."""
    folder = here.folder / cli.RELEASES
    if not (folder / "metadata").is_dir():
        raise ReleaseTrouble("release.none", folder=str(here.folder))
    return Releases(folder, own_keys(folder), cli.utc_now(here.clock), NORMAL)


def settle_own_key(here: cli.HallHere) -> None:
    """The hall's next key takes the place of its key as soon as the public root says so."""
    folder = here.folder / cli.RELEASES
    coming = folder / NEXT_ONLINE_KEY
    if coming.is_file() and releases_of(here).is_own(read_key(coming).public_key.keyid):
        coming.replace(folder / ONLINE_KEY)


def rollouts_of(here: cli.HallHere) -> Rollouts:
    """The rollouts of an opened hall. Raises ReleaseTrouble."""
    with here.store.reading() as reading:
        return Rollouts(releases_of(here), reading.hall().id[:16])


# Keys, on a machine that nobody else uses


def _keys(args: argparse.Namespace) -> int:
    """The ceremony: all keys, one file for each person, and the first metadata signed by all of them."""
    roles = SMALL if args.small else NORMAL
    folder, phrase = Path(args.folder), passphrase(twice=True)
    people, hall = folder / "keys", folder / "hall"
    for place in (people, hall):
        place.mkdir(parents=True, exist_ok=True)
    online = make_key(hall / ONLINE_KEY, cli.fresh_seed())
    signers: dict[str, list[Signer]] = {}
    for name, role in roles.items():
        signers[name] = [online] if role.online else [
            make_key(people / f"{name}-{place + 1}.pem", cli.fresh_seed(), phrase) for place in range(role.keys)
        ]  # fmt: skip
    now = cli.utc_now(cli.HallClock())
    found(hall, roles, signers, now)
    Releases(hall, (online,), now, roles).freshen()
    cli.say(t("release.keys_made", keys=str(people), hall=str(hall)))
    return 0


def _sign(args: argparse.Namespace) -> int:
    file = Path(args.file)
    try:
        data = file.read_bytes()
    except OSError as cause:
        raise ReleaseTrouble("release.no_role", role=file.name) from cause
    file.write_bytes(sign(data, file.stem, read_key(Path(args.key), passphrase())))
    cli.say(t("release.signed", file=file.name))
    return 0


def passphrase(*, twice: bool = False) -> str:
    """From the variable for programs, else typed. Raises KeyTrouble when it was typed otherwise the second time."""
    if PASSPHRASE in os.environ or not sys.stdin.isatty():
        return os.environ.get(PASSPHRASE, "")
    phrase = getpass.getpass(t("release.passphrase"))
    if twice and getpass.getpass(t("release.passphrase_again")) != phrase:
        raise KeyTrouble("release.passphrases_differ")
    return phrase


# At the hall


def _init(args: argparse.Namespace) -> int:
    folder = cli.hall_folder(args.dir)
    source, target = Path(args.source), folder / cli.RELEASES
    if target.exists():
        raise ReleaseTrouble("release.is_there", folder=str(target))
    if not (source / ONLINE_KEY).is_file() or not (source / "metadata" / "1.root.json").is_file():
        raise ReleaseTrouble("release.no_ceremony", folder=str(source))
    part = target.with_name(f"{cli.RELEASES}.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(source, part)
    part.replace(target)
    cli.say(t("release.begun", folder=str(target)))
    return 0


def _add(args: argparse.Namespace, here: cli.HallHere) -> int:
    """A proven build: its wheels below the targets, its manifest into the next version of the role `app`."""
    built, releases = Path(args.build), releases_of(here)
    data = manifest_bytes(built)
    manifest = manifest_in(data)
    expect_built(manifest, here.hall.now)
    platforms = proven(built, data, first=not releases.listed(APP))
    for wheel in (wheel for wheels in manifest.wheels.values() for wheel in wheels):
        _copy(built, wheel, releases.folder / "targets")
    pending = releases.list_file(APP, f"app/{manifest.version}/manifest.json", data)
    if untried := sorted(set(manifest.wheels) - {ANY, *platforms}):
        cli.say(t("build.untried", platforms=", ".join(untried)))
    cli.say(t("release.waits", file=str(pending), missing=releases.missing(APP)))
    return 0


def _copy(built: Path, wheel: Wheel, targets: Path) -> None:
    """Put a wheel below the targets, as its hash says. Raises ReleaseTrouble for one that is damaged or not there."""
    target = targets / wheel.path
    if _is_wheel(target, wheel):
        return
    source = built / "wheels" / wheel.name
    if not _is_wheel(source, wheel):
        raise ReleaseTrouble("release.no_build", folder=str(source))
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name("part")
    shutil.copyfile(source, part)
    part.replace(target)


def _is_wheel(file: Path, wheel: Wheel) -> bool:
    if not file.is_file() or file.stat().st_size != wheel.size:
        return False
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == wheel.sha256


def _take(args: argparse.Namespace, here: cli.HallHere) -> int:
    file = Path(args.file)
    missing = releases_of(here).take_signed(file.stem, file.read_bytes())
    cli.say(t("release.taken", role=file.stem, missing=missing))
    return 0


def _publish(args: argparse.Namespace, here: cli.HallHere) -> int:
    by = proven_person(here, args.staff)
    releases = releases_of(here)
    coming = [data for path in releases.waiting_files(APP) if (data := releases.waiting_file(APP, path)) is not None]
    published = releases.publish(before=lambda roles: record(releases.folder, _act(here, "published", by, roles)))
    settle_own_key(here)
    cli.say(t("release.published", roles=", ".join(published) or "-"))
    for data in coming:
        _name_without_wheels(here, manifest_in(data))
    return 0


def _name_without_wheels(here: cli.HallHere, manifest: Manifest) -> None:
    """Whom a rollout of it would be refused for; it may be what others wait for, so it is public all the same."""
    if far := without_wheels(manifest, here.hall.terminals()):
        cli.say(t("release.no_wheels", version=manifest.version, terminals=far, **wheels_for(manifest)))


def _begin(args: argparse.Namespace, here: cli.HallHere) -> int:
    """A new rollout of these versions; what runs everywhere now is what is gone back to."""
    by = proven_person(here, args.staff)
    rollouts, releases, terminals = rollouts_of(here), releases_of(here), here.hall.terminals()
    now = rollouts.current()
    lab = tuple(filter(None, args.lab.split(",")))
    wanted = Versions(**{kind: getattr(args, kind) for kind in KINDS})
    before = _everywhere(now) if now is not None else Versions(app=args.before)
    number = now.number + 1 if now else 1
    rollout = Rollout(
        number, rollouts.hall, wanted, before, attempt=number, lab=lab, first=args.first,
        published_by=by, deadline=civil_time(args.deadline, "--deadline"), soak_minutes=args.soak,
        blocked=now.blocked if now else (), min_app=args.min_app or (now.min_app if now else ""),
        not_before=civil_time(args.not_before, "--not-before"), window=hours(args.window),
        jitter_minutes=args.jitter, rate_kib=args.rate,
    )  # fmt: skip
    expect_published(releases, wanted)
    expect_known(rollout, terminals)
    running = {one.number: one.update.app for one in terminals if one.active and one.update and one.update.app}
    expect_reachable(releases, rollout, running)
    expect_wheels(releases, wanted.app, terminals)
    early = rollout.not_before > here.hall.now  # the hall opens the lab itself when the time has come
    named = ", ".join(f"{kind} {version}" for kind in KINDS if (version := getattr(wanted, kind)))
    rollouts.publish(rollout if early else opened(rollout, RINGS[0], here.hall.now), _act(here, "rollout", by, named))
    return _status(args, here)


def _everywhere(rollout: Rollout) -> Versions:
    done = len(rollout.opened) == len(RINGS) and not rollout.halted
    mine, before = rollout.target, rollout.before
    if not done:
        return before
    return Versions(*(getattr(mine, kind) or getattr(before, kind) for kind in KINDS))


def change_rollout(here: cli.HallHere, change: Callable[[Rollout], Rollout], act: Act) -> Rollout:
    """Publish the rollout as `change` makes it, with who did it. Raises BadRollout, ReleaseTrouble."""
    rollouts = rollouts_of(here)
    now = rollouts.current()
    if now is None:
        raise ReleaseTrouble("release.no_rollout")
    rollout = change(now)
    rollouts.publish(rollout, act)
    return rollout


def _act(here: cli.HallHere, done: Done, by: str, what: str = "", reason: str = "") -> Act:
    """What a person did who has typed her PIN."""
    return Act(here.hall.now, by, done, what=what, reason=reason, proven=True)


def _promote(args: argparse.Namespace, here: cli.HallHere) -> int:
    by, now = proven_person(here, args.staff), here.hall.now
    act = _act(here, "opened", by, args.ring, args.reason)
    change_rollout(here, lambda rollout: opened(rollout, args.ring, now), act)
    return _status(args, here)


def _approve(args: argparse.Namespace, here: cli.HallHere) -> int:
    by, now = proven_person(here, args.staff), here.hall.now
    act = _act(here, "approved", by, args.ring, args.reason)
    change_rollout(here, lambda rollout: approved(rollout, args.ring, by, now), act)
    return _status(args, here)


def _halt(args: argparse.Namespace, here: cli.HallHere) -> int:
    """By a number alone: nobody who has forgotten her PIN lets a bad version run on."""
    by = named_person(here, args.staff).number
    act = Act(here.hall.now, by, "halted", reason=args.reason)
    change_rollout(here, lambda rollout: halted(rollout, "rollout.halted.person"), act)
    return _status(args, here)


def _resume(args: argparse.Namespace, here: cli.HallHere) -> int:
    act = _act(here, "resumed", proven_person(here, args.staff), reason=args.reason)
    change_rollout(here, lambda rollout: resumed(rollout, here.hall.now), act)
    return _status(args, here)


def _block(args: argparse.Namespace, here: cli.HallHere) -> int:
    act = _act(here, "blocked", proven_person(here, args.staff), args.version, args.reason)
    change_rollout(here, lambda rollout: blocked(rollout, args.version), act)
    return _status(args, here)


def _status(args: argparse.Namespace, here: cli.HallHere) -> int:
    rollout = rollouts_of(here).current()
    if rollout is None:
        raise ReleaseTrouble("release.no_rollout")
    seen = seen_of(here.hall.terminals())
    found: Gate = gate(rollout, seen, here.hall.now)
    facts: dict[str, Any] = {
        "number": rollout.number, "target": msgspec.to_builtins(rollout.target), "opened": rollout.opened,
        "next": found.step, "ring": found.ring, "why": t(found.reason, **found.facts),
        "progress": {ring: list(counts) for ring, counts in progress(rollout, seen).items()},
        "acts": [act_facts(shown(act)) for act in read_acts(releases_of(here).folder, here.limits.release_acts)],
    }  # fmt: skip
    cli.print_row(facts)
    return 0
