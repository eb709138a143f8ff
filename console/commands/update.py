"""`yichuang update`: the versions of this terminal, for IT at the PC and for scripts (updates.md)."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from casework.messages import t
from console.arguments import Parser, add_folder, command, commands
from console.errors import ConsoleError
from console.output import data
from console.updating.updater import Updater


def arguments(parser: Parser) -> None:
    """What it takes. Nobody signs in: what IT has signed may be begun by whoever is at the PC."""
    group = commands(parser)
    for name in ("status", "look", "now"):
        add_folder(command(group, name, f"help.update.{name}"))


def run(args: argparse.Namespace) -> int:
    """Do it, and print how the terminal stands."""
    from console import bootstrap

    with bootstrap.opened(args.dir) as terminal:
        updater = Updater.of(terminal)
        if updater is None:
            raise ConsoleError("update.not_installed_so")
        if args.action == "look":
            updater.look(at_once=True)
        elif args.action == "now":
            _free(terminal.memory.folder)
            updater.begin()
        data(_told(updater))
    return 0


def _free(folder: Path) -> None:
    """No console is open here: two versions at work on one memory help nobody. Raises ConsoleError."""
    from sync.owner import owner_of

    if owner_of(folder) is not None:
        raise ConsoleError("update.console_is_open")


def _told(updater: Updater) -> dict[str, object]:
    looker = updater.looker
    plan, pointer = looker.plan(), looker.home.pointer()
    return {
        "version": looker.home.version, "staged": sorted(looker.home.staged()), "next": plan.step,
        "wanted": plan.version or None, "urge": plan.urge or None,
        "why": t(plan.why, version=plan.version) if plan.why else None,
        "pointer": pointer, "said": msgspec.to_builtins(looker.notes.standing),
    }  # fmt: skip
