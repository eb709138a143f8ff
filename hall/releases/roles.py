"""Who may sign what, with how many keys, and for how long it holds (updates.md, *Repository*)."""

from __future__ import annotations

import msgspec

ROOT, TARGETS, SNAPSHOT, TIMESTAMP = "root", "targets", "snapshot", "timestamp"
APP, CATALOGUE, CONFIG, ROLLOUT = "app", "catalogue", "config", "rollout"
ONLINE = "online"
"""The name of the hall's own key: it signs what has to be signed while nobody is there."""


class Role(msgspec.Struct, frozen=True):
    """`keys` of which `threshold` have to sign; `paths`: what it may list, as patterns of a path."""

    keys: int
    threshold: int
    days: int
    paths: tuple[str, ...] = ()
    online: bool = False


NORMAL = {
    ROOT: Role(3, 2, 400),
    TARGETS: Role(2, 2, 400),
    APP: Role(3, 2, 400, ("app/*/manifest.json",)),
    CATALOGUE: Role(1, 1, 400, ("catalogue/*", "calendar/*")),
    CONFIG: Role(1, 1, 400, ("config/*",)),
    ROLLOUT: Role(1, 1, 400, ("rollout/*",), online=True),
    SNAPSHOT: Role(1, 1, 400, online=True),
    TIMESTAMP: Role(1, 1, 14, online=True),
}
"""A rollout only chooses among what the others have signed, and has to halt at night: the hall signs it itself."""
SMALL = {
    **NORMAL,
    ROOT: Role(2, 1, 400),
    TARGETS: Role(1, 1, 400),
    APP: Role(2, 1, 400, ("app/*/manifest.json",)),
}
"""A hall with one or two people in IT: a key can be lost without the end of everything, and none is needed twice."""
DELEGATED = (APP, CATALOGUE, CONFIG, ROLLOUT)
