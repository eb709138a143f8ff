"""A second hall process on a database that another serves: `hall serve` owns its folder, a cluster would not.

`python -m tests.crash.serving_beside DATABASE MARK` prints its address and serves until it is ended. `MARK` keeps the
ids of two of them apart; the clock stands still, as that of `tests.hall_world`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from casework.facts import digest
from casework.limits import LIMITS
from casework.seals import Ed25519Signer
from hall.app import Api, create_app
from hall.service import Hall
from hall.serving import listening
from hall.sqlite_store import SqliteStore
from hall.threads import in_thread
from tests.builders import FixedClock, Hand


async def serve(database: Path, mark: str) -> None:
    """Serve until the process is ended."""
    signer = Ed25519Signer(digest(b"hall").encode()[:32])
    store = SqliteStore(database, LIMITS)
    ids = Hand("0000", f"beside{mark}", FixedClock())
    app = create_app(Hall(store, signer, FixedClock(), ids.new_id, LIMITS), run=in_thread)

    async def nobody_watches(_api: Api) -> None:
        """No timers here."""

    async with listening(app, database.parent, "127.0.0.1", 0, nobody_watches) as url:
        print(url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2]))
