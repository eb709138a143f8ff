"""`yichuang settings list|set|keys`: what a person and a window have chosen, and the user's own keys."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from casework.messages import t
from console.arguments import Parser, add_folder, add_person, command, commands
from console.errors import ConsoleError
from console.output import data
from screens.post_views import Settings

NAMES = ("language", "theme", "borders", "idle_minutes", "badge", "phone", "printer")


def arguments(parser: Parser) -> None:
    """What it takes."""
    group = commands(parser)
    listing = command(group, "list", "help.settings.list")
    change = command(group, "set", "help.settings.set")
    for each in (listing, change):
        add_folder(each)
        add_person(each)
    change.add_argument("name", metavar="NAME", help=t("arguments.setting"))
    change.add_argument("value", metavar="VALUE", help=t("arguments.value_of"))
    command(group, "keys", "help.settings.keys")


def run(args: argparse.Namespace) -> int:
    """Do it. Raises ConsoleError for a value that is not possible."""
    if args.action == "keys":
        _keys()
        return 0
    from console import settings
    from console.signed_in import signed_in

    with signed_in(args) as (terminal, session):
        number = session.staff.number
        if args.action == "set":
            settings.keep(terminal, number, changed(settings.settings_of(terminal, number), args.name, args.value))
        now = settings.settings_of(terminal, number)
        data({name: getattr(now, name) for name in NAMES})
    return 0


def changed(now: Settings, name: str, value: str) -> Settings:
    """The settings with one of them changed."""
    if name not in NAMES:
        raise ConsoleError("settings.unknown", possible=", ".join(NAMES))
    if name == "idle_minutes" and not value.isdecimal():
        raise ConsoleError("settings.number")
    typed: Any = int(value) if name == "idle_minutes" else value in {"yes", "true"} if name == "borders" else value
    return msgspec.structs.replace(now, **{name: typed})


def _keys() -> None:
    """Every act with its keys now."""
    from console.keymap import load
    from screens.actions import ACTS

    load()
    for act in ACTS:
        data({"act": act.id, "where": list(act.where), "keys": list(act.bound), "name": act.name})
