"""`yichuang update`: the versions of this terminal, for IT at the PC and for scripts (updates.md)."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from casework.messages import t
from console.arguments import Parser, add_folder, add_person, command, commands
from console.errors import ConsoleError
from console.output import data
from console.updating.updater import Updater
from sync.updates.launcher import AGAIN


def arguments(parser: Parser) -> None:
    """What it takes. What IT has signed may be begun by whoever is at the PC; a stick is a supervisor's."""
    group = commands(parser)
    for name in ("status", "look", "now"):
        add_folder(command(group, name, f"help.update.{name}"))
    for name in ("import", "export"):
        stick = command(group, name, f"help.update.{name}")
        add_folder(stick)
        add_person(stick)
        stick.add_argument("stick", metavar="DIR", help=t("arguments.stick"))


def run(args: argparse.Namespace) -> int:
    """Do it, and print how the terminal stands."""
    from console import bootstrap

    if args.action in {"import", "export"}:
        return _by_stick(args)
    with bootstrap.opened(args.dir) as terminal:
        updater = Updater.of(terminal)
        if updater is None:
            raise ConsoleError("update.not_installed_so")
        if args.action == "look":
            updater.look(at_once=True)
        elif args.action == "now" and _begins(updater, terminal.memory.folder):
            return AGAIN  # the launcher starts it with these words: it shows that it stands, and tells
        data(_told(updater))
    return 0


def _begins(updater: Updater, folder: Path) -> bool:
    """Whether another version is to begin now; False where the one that runs is the right one.

    Raises UpdateRefused where it can't, ConsoleError for one that did not stand here.
    """
    plan = updater.looker.plan()
    if plan.why == "updating.current":
        return False
    if plan.why == "updating.failed_here":
        raise ConsoleError("doctor.returned", version=plan.version)
    _free(folder)
    updater.begin()
    return True


def _by_stick(args: argparse.Namespace) -> int:
    """For a supervisor: a stick from the hall, or one that goes there."""
    from importlib.metadata import version

    from console.signed_in import signed_in
    from console.updating import stick

    with signed_in(args) as (terminal, session):
        stick.expect_may(session)
        if args.action == "export":
            data(stick.write_out(terminal, version("yichuang"), Path(args.stick)))
            return 0
        updater = Updater.of(terminal)
        _, answers = stick.take_in(terminal, updater.looker if updater else None, Path(args.stick))
        told = {} if updater is None else _told(updater)
        data({**told, "answered": answers, "pending": terminal.memory.pending().unsent})
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
