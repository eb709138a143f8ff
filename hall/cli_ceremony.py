"""`yichuang release who|key|renew|replace`: the yearly ceremony, a person who comes or goes, a lost key."""

from __future__ import annotations

import argparse
from pathlib import Path

from casework.messages import t
from hall import cli, cli_release
from hall.errors import ReleaseTrouble
from hall.ownership import changing
from hall.releases.ceremony import holders, renew, replace, waiting
from hall.releases.keys import NEXT_ONLINE_KEY, make_key, read_public, write_public
from hall.releases.repository import Releases
from hall.releases.roles import ONLINE


def run_ceremony(args: argparse.Namespace) -> int:
    """Do what was asked; the exit code. Raises HallError."""
    if args.action == "key":
        return _key(args)
    with cli.open_hall(cli.hall_folder(args.dir)) as here:
        if args.action == "who":
            return _who(args, cli_release.releases_of(here))
        with changing(here.folder, here.limits.busy_seconds):
            return _renew(args, here) if args.action == "renew" else _replace(args, here)


def _key(args: argparse.Namespace) -> int:
    """A new key for a person, on her own machine: the private file stays there, the public one goes to the hall."""
    file = Path(args.file)
    made = make_key(file, cli.fresh_seed(), cli_release.passphrase(twice=True))
    write_public(file.with_suffix(".pub"), made)
    cli.say(
        t("ceremony.key_made", file=str(file), public=str(file.with_suffix(".pub")), key=made.public_key.keyid[:16])
    )
    return 0


def _who(args: argparse.Namespace, releases: Releases) -> int:
    for one in holders(releases):
        until = f"{one.expires:%Y-%m-%d}"
        if args.json:
            cli.print_row({"role": one.role, "keys": one.keys, "threshold": one.threshold, "until": until})
        else:
            keys = " ".join(key[:16] for key in one.keys)
            print(f"{one.role:<10} {one.threshold}/{len(one.keys)}  {until}  {keys}", flush=True)
    return 0


def _renew(args: argparse.Namespace, here: cli.HallHere) -> int:
    releases = cli_release.releases_of(here)
    return _told(args, releases, renew(releases, args.role))


def _replace(args: argparse.Namespace, here: cli.HallHere) -> int:
    """`online`: its new key is made here and now; it counts from the moment at which the new root is public."""
    if args.role != ONLINE:
        releases = cli_release.releases_of(here)
        new = read_public(Path(args.new)) if args.new else None
        return _told(args, releases, replace(releases, args.role, args.old, new))
    if args.new:
        raise ReleaseTrouble("ceremony.own_key")
    folder = here.folder / cli.RELEASES
    cli_release.settle_own_key(here)
    (folder / NEXT_ONLINE_KEY).unlink(missing_ok=True)
    made = make_key(folder / NEXT_ONLINE_KEY, cli.fresh_seed())
    releases = cli_release.releases_of(here)
    return _told(args, releases, replace(releases, ONLINE, args.old, made.public_key))


def _told(args: argparse.Namespace, releases: Releases, files: list[Path]) -> int:
    for file, missing in waiting(releases, files):
        cli.say(t("release.waits", file=str(file), missing=missing))
        if args.json:
            cli.print_row({"file": str(file), "missing": missing})
    return 0
