"""`yichuang terminal invite|list|revoke|scope`: the windows of a hall, as IT looks after them."""

from __future__ import annotations

import argparse

import msgspec

from casework.messages import t
from casework.seals import key_id
from hall import cli
from hall.office import revoke
from hall.scoping import set_scopes


def run_terminal(args: argparse.Namespace) -> int:
    """Do what `yichuang terminal invite|list|revoke|scope` was asked; the exit code. Raises HallError."""
    with cli.open_hall(cli.hall_folder(args.dir)) as here:
        if args.action == "invite":
            code, until = here.invite(args.number)
            code = f"{args.number}-{code}"  # what is typed at the window names its number, too
            cli.say(t("hall.invited", number=args.number, until=until, fingerprint=key_id(here.signer.public)))
            cli.put_row(args, {"number": args.number, "code": code, "until": until} if args.json else {"code": code})
        elif args.action == "revoke":
            here.hall.change(lambda reading, now, ids: revoke(reading, args.number, now, ids, args.since))
            cli.say(t("hall.revoked_now", number=args.number))
        elif args.action == "scope":
            modules = tuple(filter(None, args.modules.split(",")))
            here.hall.change(lambda reading, now, ids: set_scopes(reading, args.number, modules, now, ids))
            cli.say(t("hall.scopes_set", number=args.number, modules=", ".join(modules)))
        else:
            for one in here.hall.terminals():
                cli.put_row(args, msgspec.structs.asdict(one))
    return 0
