"""`yichuang simulate` and `yichuang bench`: the simulated world and the benchmarks, which live in the source tree."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

from casework.messages import t
from console.arguments import Parser, add_shared
from console.errors import NeedsCheckout, WrongUse

ROOT = Path(__file__).resolve().parents[2]
WORLD = "tests.sim.run"
BENCHMARKS = ROOT / "tests" / "load"
PREFIX = "bench_"
MORE = ("scale", "rounds", "rows")
"""What the benchmark of the line takes beside."""


def arguments(parser: Parser) -> None:
    """What both take; which is which is told by the command's name."""
    add_shared(parser)
    if parser.prog.endswith("simulate"):
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--seeds", metavar="A..B", help=t("arguments.seeds"))
        which.add_argument("--shrink", type=int, metavar="SEED", help=t("arguments.shrink"))
        parser.add_argument("--profile", default="", metavar="P", help=t("arguments.profile"))
        parser.add_argument("--world", default="", metavar="NAME=VALUE,...", help=t("arguments.world"))
        parser.add_argument("--trace", default="", metavar="FILE", help=t("arguments.trace"))
    else:
        parser.add_argument("name", nargs="?", default="", metavar="NAME", help=t("arguments.bench"))
        for option in MORE:
            parser.add_argument(f"--{option}", default="", metavar=option.upper(), help=t(f"arguments.{option}"))


def run(args: argparse.Namespace) -> int:
    """Run it; `simulate` gives 1 and the seed when an invariant broke. Raises NeedsCheckout without the source tree."""
    if args.command == "bench":
        asked = [(f"--{option}", getattr(args, option)) for option in MORE]
        return _bench(args.name, args.json, [word for option, value in asked if value for word in (option, value)])
    first, last = (args.shrink, args.shrink) if args.seeds is None else seeds(args.seeds)
    if not ROOT.joinpath(*WORLD.split(".")).with_suffix(".py").is_file():
        raise NeedsCheckout("console.needs_checkout", command=args.command)
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    code: int = importlib.import_module(WORLD).run(
        first, last, args.profile, json=args.json, trace=args.trace, world=args.world, shrunk=args.shrink or 0
    )  # fmt: skip
    return code


def _bench(name: str, as_json: bool, more: list[str]) -> int:
    """One benchmark, or all of them, each in a fresh process. `more`: what only some of them take."""
    known = sorted(path.stem.removeprefix(PREFIX) for path in BENCHMARKS.glob(f"{PREFIX}*.py"))
    if not known:
        raise NeedsCheckout("console.needs_checkout", command="bench")
    if name and name not in known:
        raise WrongUse("console.bench", listing="  " + " ".join(known), name=name[:40])
    failed = [each for each in ([name] if name else known) if _fails(each, as_json, more)]
    return 1 if failed else 0


def _fails(name: str, as_json: bool, more: list[str]) -> bool:
    words = [sys.executable, "-m", f"tests.load.{PREFIX}{name}", *more, *(["--json"] if as_json else [])]
    return subprocess.run(words, cwd=ROOT, check=False).returncode != 0


def seeds(words: str) -> tuple[int, int]:
    """`3..9` or `7` as first and last seed. Raises WrongUse."""
    first, dots, last = words.partition("..")
    if not first.isdigit() or (dots and not last.isdigit()) or (dots and int(last) < int(first)):
        raise WrongUse("console.seeds", given=words[:40])
    return int(first), int(last if dots else first)
