"""`yichuang closing`: what every window of the hall still has open at the end of the day."""

from __future__ import annotations

import argparse

import msgspec

from console.arguments import Parser, add_folder, add_person, add_shared
from console.output import data, talk


def arguments(parser: Parser) -> None:
    """What it takes."""
    add_shared(parser)
    add_folder(parser)
    add_person(parser)


def run(args: argparse.Namespace) -> int:
    """One line of JSON a window, then one for each form that was put aside; what stood in the way on standard error."""
    from console.desk.hall import asked, closing_view
    from console.signed_in import signed_in

    with signed_in(args) as (terminal, _):
        view = closing_view(terminal, asked(terminal))
    for line in view.windows:
        data({**msgspec.to_builtins(line), "may_close": not line.open})
    for words in view.parked:
        data({"parked": words})
    if view.trouble is not None:
        talk(view.trouble)
    return 0
