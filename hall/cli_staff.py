"""`yichuang hall staff list|add|set`: who works in the hall, from the command line."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from casework.bodies import StaffSet
from casework.messages import t
from hall import cli
from hall.errors import Stop
from hall.founding import delegation_text, delegations_of, staff_change
from hall.office import own_facts


def run_staff(args: argparse.Namespace, folder: Path) -> int:
    """Do what `yichuang hall staff` was asked; the exit code. Raises HallError."""
    with cli.open_hall(folder) as here:
        if args.step == "list":
            with here.store.reading() as reading:
                people = reading.all_staff()
            for person in people:
                facts = {name: getattr(person, name) for name in ("number", "name", "team", "posts", "active")}
                cli.put_row(args, {**facts, "delegations": tuple(map(delegation_text, person.delegations))})
            return 0
        person = _changed(args, here)
        here.hall.change(
            lambda reading, now, ids: own_facts(
                reading, [staff_change(reading, person, new=args.step == "add")], now, ids
            )
        )
        cli.say(t("hall.staff_written", number=person.number, name=person.name))
    return 0


def _changed(args: argparse.Namespace, here: cli.HallHere) -> StaffSet:
    """The person as the arguments want her. Raises Stop."""
    number = cli.staff_number(args.number)
    with here.store.reading() as reading:
        old = reading.staff((number,)).get(number)
    known = here.posts()
    posts = old.posts if old and args.post is None else tuple(filter(None, (args.post or "").split(",")))
    foreign = [post for post in posts if post not in known]
    if foreign or not posts:
        raise Stop("hall.posts", posts=", ".join(foreign), known=", ".join(sorted(known)))
    new_pin = bool(os.environ.get(cli.PIN_VARIABLE)) or old is None
    return StaffSet(
        number=number,
        name=args.name or (old.name if old else number),
        team=args.team or (old.team if old else known[posts[0]].team),
        posts=posts,
        verifier=cli.argon2id(cli.given_pin()) if new_pin else old.verifier if old else "",
        active=args.active == "yes" if args.active else (old.active if old else True),
        delegations=delegations_of(args.delegate) if args.delegate is not None else (old.delegations if old else ()),
    )
