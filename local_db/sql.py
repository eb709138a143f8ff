"""The SQL of this room by name: each query stands in `queries/*.sql` under `-- name: …` with a comment of its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_ROOM = Path(__file__).parent
_MARK = "-- name: "


@cache
def queries(file: str) -> dict[str, str]:
    """The queries of `queries/<file>.sql` by name."""
    text = (_ROOM / "queries" / f"{file}.sql").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for part in text.split(_MARK)[1:]:
        name, _, body = part.partition("\n")
        lines = [line for line in body.splitlines() if not line.lstrip().startswith("--")]
        found[name.strip()] = "\n".join(lines).strip()
    return found


def schema(name: str) -> str:
    """The text of `schema/<name>.sql`."""
    return (_ROOM / "schema" / f"{name}.sql").read_text(encoding="utf-8")


def schema_files() -> tuple[str, ...]:
    """The names of the numbered migrations, in order."""
    return tuple(sorted(path.stem for path in (_ROOM / "schema").glob("[0-9]*.sql")))
