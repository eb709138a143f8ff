"""Says which rooms speak otherwise than what is kept of them (exit code 1); with `--keep` they are kept anew."""

from __future__ import annotations

import argparse

from tests.pinned.keeping import difference, keep, names


def main() -> int:
    """0 when all is as it is kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.pinned", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="write tests/data/pinned anew")
    if parser.parse_args().keep:
        print(*(f"kept anew: {room}" for room in keep() or ("nothing",)), sep="\n")
        return 0
    found = [each for each in (difference(*name) for name in names()) if each]
    print(*(found or ("all as it is kept",)), sep="\n\n")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
