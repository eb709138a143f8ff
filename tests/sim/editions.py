"""New versions of catalogue and calendar while people work: items go or get another code, limits and days change."""

from __future__ import annotations

import functools
import json
import random
from typing import TYPE_CHECKING

import msgspec

from casework.ambient import stamp
from casework.catalogue.parse import encode
from casework.catalogue.schema import Catalogue, Item
from casework.facts import digest
from hall.errors import ReleaseTrouble, StorageTrouble
from hall.releases.catalogues import CALENDAR, Proposal
from hall.releases.in_force import in_force, number_in_force
from hall.releases.roles import CATALOGUE as KIND
from hall.rows import Changes
from hall.store import Reading
from tests.sim.loop import PowerCut
from tests.sim.server import CALENDAR_BYTES, CATALOGUE

if TYPE_CHECKING:
    from tests.sim.world import World

SUCCESSOR = "X"
"""What is put behind the code of an item that goes by another one."""
_DAYS_OFF = ("2026-11-24", "2026-11-27", "2026-12-01", "2026-12-02", "2026-12-04", "2026-12-07", "2026-12-10")


class Editions:
    """IT at the hall, who publishes what the ministry has changed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._made: dict[str, list[bytes]] = {KIND: [], CALENDAR: []}

    async def publish(self, stream: random.Random) -> None:
        """Another catalogue, or another calendar, counts from here on; now and then one of before once more."""
        if not self._world.server.up:
            return
        kind = KIND if stream.random() < 0.7 else CALENDAR
        made = self._made[kind]
        if not made or stream.random() < 0.7:
            made.append(another_catalogue(stream) if kind == KIND else another_calendar(stream))
        self._put(kind, stream.choice(made[-3:]))

    def _put(self, kind: str, data: bytes) -> None:
        world = self._world
        try:
            world.server.change(functools.partial(self._counts, kind, data))
        except ReleaseTrouble as no:
            world.happened[f"no {no.message.id}"] += 1
            world.trace.say("hall", f"takes no {kind}: {no.message.id}")
            return
        except (StorageTrouble, PowerCut):
            return
        world.happened[f"another {kind}"] += 1
        world.trace.say("hall", f"another {kind} counts: {digest(data)[:12]}")
        world.server.api.bell.ring(None)

    def _counts(self, kind: str, data: bytes, reading: Reading) -> Changes:
        now = stamp(self._world.server.clock.now())
        number = number_in_force(reading, kind) + 1
        return in_force(
            reading, kind, data, Proposal(number, digest(data), "4001", now), now, self._world.server.new_id
        )


def another_catalogue(stream: random.Random) -> bytes:
    """One item is gone, one goes by another code, one has other limits."""
    items = dict(CATALOGUE.items)
    gone, renamed, changed = stream.sample(sorted(items), 3)
    del items[gone]
    other = msgspec.structs.replace(items.pop(renamed), code=renamed + SUCCESSOR)
    items[other.code] = other
    limit = items[changed].promised
    promised = msgspec.structs.replace(limit, amount=max(1, limit.amount + stream.choice((-1, 1, 2))))
    items[changed] = msgspec.structs.replace(items[changed], promised=promised)
    bundles = {
        code: bundle
        for code, bundle in CATALOGUE.bundles.items()
        if not {gone, renamed} & {member.item for member in bundle.members}
    }
    return encode(Catalogue("", items, CATALOGUE.posts, bundles))


def another_calendar(stream: random.Random) -> bytes:
    """Some days more are off."""
    table = json.loads(CALENDAR_BYTES)
    off = table["years"]["2026"]["off"]
    table["years"]["2026"]["off"] = sorted({*off, *stream.sample(_DAYS_OFF, 2)})
    table["version"] = f"cn-2026.{stream.randint(2, 9999)}"
    return json.dumps(table, ensure_ascii=False).encode()


def as_it_is_now(item: Item, catalogue: Catalogue) -> Item:
    """The same item in another catalogue, by its code or the one that followed; as it was where it is gone."""
    items = catalogue.items
    return items.get(item.code) or items.get(item.code + SUCCESSOR) or item
