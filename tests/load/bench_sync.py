"""The line in one table: push, pull, a hall-day, polls, backlog, bootstrap, each with its mark (quality.md, Speed).

    yichuang bench sync [--scale tiny|small|full] [--rounds 5] [--rows rates,day,...] [--json]

Peers are installed on demand with npm and pip (`tests/load/peers/README.md`) and measured by turns with ours, the
medians of the rounds count; durable on our side always. Prints figures, never fails for one.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable

import msgspec

from tests.load import sync_backlog, sync_begin, sync_day, sync_peers, sync_polls, sync_rates
from tests.load.sync_cases import Template, templates
from tests.load.sync_hall import Clock
from tests.load.sync_table import Row, printed


class Scale(msgspec.Struct, frozen=True):
    """How much is measured."""

    rates: int
    """Events of push and pull, for each side."""
    rounds: int
    day: float
    """The share of a hall-day."""
    polls: tuple[int, int]
    """Terminals in long polls, and for how many seconds."""
    backlog: int
    """Events, against a tenth of them."""
    begin: int
    """Cases of the hall at which a terminal begins."""
    peers: bool = True


SCALES = {
    "tiny": Scale(rates=300, rounds=1, day=0.001, polls=(20, 2), backlog=600, begin=800, peers=False),
    "small": Scale(rates=3_000, rounds=3, day=0.1, polls=(200, 10), backlog=10_000, begin=12_500),
    "full": Scale(rates=10_000, rounds=5, day=1, polls=(2_000, 30), backlog=100_000, begin=125_000),
}
NO_PEERS = "At this scale no peer is measured: PouchDB, RxDB and limit.py begin with --scale small."
_LONG_ROUNDS = 3
"""Of what takes a minute and more."""
Measure = Callable[[tuple[Template, ...], Scale, int], list[Row]]


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _rates(made_from: tuple[Template, ...], scale: Scale, rounds: int) -> list[Row]:
    peers, missing = sync_peers.available(_tell) if scale.peers else ([], [NO_PEERS])
    return sync_rates.rows(made_from, scale.rates, rounds, peers, missing, _tell)


def _day(made_from: tuple[Template, ...], scale: Scale, _rounds: int) -> list[Row]:
    return sync_day.rows(made_from, scale.day, _tell)


def _polls(made_from: tuple[Template, ...], scale: Scale, _rounds: int) -> list[Row]:
    return sync_polls.rows(made_from, *scale.polls, _tell)


def _backlog(made_from: tuple[Template, ...], scale: Scale, rounds: int) -> list[Row]:
    return sync_backlog.rows(made_from, scale.backlog, min(rounds, _LONG_ROUNDS), _tell)


def _begin(made_from: tuple[Template, ...], scale: Scale, _rounds: int) -> list[Row]:
    return sync_begin.rows(made_from, scale.begin, _tell)


ROWS: dict[str, Measure] = {
    "rates": _rates, "day": _day, "polls": _polls, "backlog": _backlog, "begin": _begin,
}  # fmt: skip


def measure(scale: Scale, rounds: int, names: list[str]) -> list[Row]:
    """The rows of these names."""
    made_from = templates(Clock().now())
    return [row for name in names for row in ROWS[name](made_from, scale, rounds)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The line against its peers and its marks.")
    parser.add_argument("--scale", choices=tuple(SCALES), default="full", help="how much is measured (default full)")
    parser.add_argument("--rounds", type=int, default=0, help="how often, by turns; the medians count (default 5)")
    parser.add_argument("--rows", default="", help="which rows: " + ",".join(ROWS))
    parser.add_argument("--json", action="store_true", help="a line of JSON for each row")
    options = parser.parse_args()
    names = [name for name in options.rows.split(",") if name] or list(ROWS)
    unknown = [name for name in names if name not in ROWS]
    if unknown or options.rounds < 0:
        parser.error(f"there are these rows: {', '.join(ROWS)}" if unknown else "--rounds is 1 or more")
    scale = SCALES[options.scale]
    rows = measure(scale, options.rounds or scale.rounds, names)
    if options.json:
        for row in rows:
            print(json.dumps(row.facts(), ensure_ascii=False))
    else:
        print(printed(rows))


if __name__ == "__main__":
    main()
