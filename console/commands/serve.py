"""`yichuang serve`: the console in a browser of this machine."""

from __future__ import annotations

import argparse

from casework.messages import t
from console.arguments import Parser, add_folder, add_shared
from console.errors import FileTrouble, WrongUse
from console.output import data, talk

PORT = 8420


def arguments(parser: Parser) -> None:
    """What it takes."""
    add_shared(parser)
    add_folder(parser)
    parser.add_argument("--port", type=int, default=PORT, metavar="PORT", help=t("arguments.browser_port"))


def run(args: argparse.Namespace) -> int:
    """Serve until stopped. Raises FileTrouble when the port is taken, and what stops the terminal from being opened."""
    import os

    from console import bootstrap
    from console.browser import BrowserServer, serve
    from console.folders import data_folder
    from console.messages import choose_language
    from sync.updates.launcher import AGAIN

    if not 0 <= args.port <= 65535:
        raise WrongUse("browser.port", listing="  0..65535", port=args.port)
    with bootstrap.opened(args.dir):
        pass  # a folder without a terminal is said so here, not behind a page
    language = choose_language(args.lang, os.environ)

    def ready(url: str) -> None:
        data({"listening": url})
        talk(t("browser.ready", url=url))

    home = bootstrap.installation()
    server = BrowserServer(data_folder(args.dir), language, bootstrap.new_token, home.program if home else ())
    try:
        gives_way = serve(server, args.port, ready, lambda: home is not None and bool(home.follows()))
    except OSError as error:
        raise FileTrouble("browser.taken", port=args.port, reason=error.strerror or str(error)) from error
    return AGAIN if gives_way else 0
