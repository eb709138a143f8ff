"""`yichuang simulate` and `yichuang bench`: the simulated world and the benchmarks, which live in the source tree."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any

from casework.messages import t
from console.arguments import Parser, add_shared
from console.errors import NeedsCheckout, WrongUse

ROOT = Path(__file__).resolve().parents[2]
MODULES = {"simulate": "tests.sim.run", "bench": "tests.load.run"}


def arguments(parser: Parser) -> None:
    """What both take; which is which is told by the command's name."""
    add_shared(parser)
    if parser.prog.endswith("simulate"):
        parser.add_argument("--seeds", required=True, metavar="A..B", help=t("arguments.seeds"))
        parser.add_argument("--profile", default="", metavar="P", help=t("arguments.profile"))
    else:
        parser.add_argument("name", nargs="?", default="", metavar="NAME", help=t("arguments.bench"))


def run(args: argparse.Namespace) -> int:
    """Run it; `simulate` gives 1 and the seed when an invariant broke. Raises NeedsCheckout without the source tree."""
    module = _module(args.command)
    if args.command == "bench":
        code: int = module.run(args.name, json=args.json)
    else:
        first, last = seeds(args.seeds)
        code = module.run(first, last, args.profile, json=args.json)
    return code


def seeds(words: str) -> tuple[int, int]:
    """`3..9` or `7` as first and last seed. Raises WrongUse."""
    first, dots, last = words.partition("..")
    if not first.isdigit() or (dots and not last.isdigit()) or (dots and int(last) < int(first)):
        raise WrongUse("console.seeds", given=words[:40])
    return int(first), int(last if dots else first)


def _module(name: str) -> Any:
    path = ROOT.joinpath(*MODULES[name].split(".")).with_suffix(".py")
    if not path.is_file():
        raise NeedsCheckout("console.needs_checkout", command=name)
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return importlib.import_module(MODULES[name])
