"""Keys that change: a date that begins again, a person who comes or goes, a key that is lost (updates.md).

Whoever is named as a holder signs on her own machine, by file, as a release is signed. What a role has published stays
valid only while enough of its keys have signed it: where one is taken away, the role is signed anew in the same go.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from securesystemslib.signer import Key
from tuf.api.metadata import Root, Targets

from hall.errors import ReleaseTrouble
from hall.releases.repository import Releases
from hall.releases.roles import DELEGATED, ONLINE, ROLLOUT, ROOT, SNAPSHOT, TARGETS, TIMESTAMP

_OWN = (SNAPSHOT, TIMESTAMP, ROLLOUT)
"""What the hall signs with its own key."""
_PEOPLE = tuple(name for name in (ROOT, TARGETS, *DELEGATED) if name not in _OWN)


class Holders(msgspec.Struct, frozen=True):
    """Who may sign for a role."""

    role: str
    keys: tuple[str, ...]
    """Key ids."""
    threshold: int
    expires: datetime


def holders(releases: Releases) -> tuple[Holders, ...]:
    """Every role with its keys, how many have to sign, and until when its newest version holds (UTC)."""
    expires = releases.expires()
    found = []
    for name in (ROOT, TARGETS, *DELEGATED, SNAPSHOT, TIMESTAMP):
        role = releases.newest(_holder(name)).signed.get_delegated_role(name)
        found.append(Holders(name, tuple(sorted(role.keyids)), role.threshold, expires[name]))
    return tuple(found)


def renew(releases: Releases, name: str) -> list[Path]:
    """The same again with a new date; the files to be signed. Raises ReleaseTrouble for a role that has none."""
    if name not in _PEOPLE:
        raise ReleaseTrouble("ceremony.no_role", role=name, possible=", ".join(_PEOPLE))
    return [releases.revise(name)]


def replace(releases: Releases, name: str, old: str, new: Key | None) -> list[Path]:
    """Take the key `old` of a role away, and let `new` come; the files to be signed, in the order of publishing.

    Args:
        releases: the repository.
        name: a role, or `online` for the hall's own key.
        old: key id, or its beginning; empty: none is taken away.
        new: its public half; None: nobody comes.

    Raises ReleaseTrouble when the key is none of the role's, or too few would be left.
    """
    names = _OWN if name == ONLINE else (name,)
    if name not in (*_PEOPLE, ONLINE):
        raise ReleaseTrouble("ceremony.no_role", role=name, possible=", ".join((*_PEOPLE, ONLINE)))
    if not old and new is None:
        raise ReleaseTrouble("ceremony.nothing", role=name)
    changed = []
    for holder in dict.fromkeys(map(_holder, names)):

        def edit(signed: Root | Targets, holder: str = holder) -> None:
            for each in names:
                if _holder(each) == holder:
                    _exchange(signed, each, old, new)

        changed.append(releases.revise(holder, edit))
    again = [each for each in names if old and each in (TARGETS, *DELEGATED)]
    for each in again:
        file = releases.revise(each)
        if each == ROLLOUT:
            releases.sign_online(each)
        else:
            changed.append(file)
    return changed


def _exchange(signed: Root | Targets, name: str, old: str, new: Key | None) -> None:
    role = signed.get_delegated_role(name)
    if old:
        old = next((key for key in role.keyids if key.startswith(old)), old)
    if old and old not in role.keyids:
        raise ReleaseTrouble("ceremony.no_key", role=name, key=old[:16], keys=", ".join(k[:16] for k in role.keyids))
    if len(role.keyids) - bool(old) + (new is not None) < role.threshold:
        raise ReleaseTrouble("ceremony.too_few", role=name, threshold=role.threshold)
    if new is not None:
        signed.add_key(new, name)
    if old:
        signed.revoke_key(old, name)


def _holder(name: str) -> str:
    return TARGETS if name in DELEGATED else ROOT


def waiting(releases: Releases, files: Sequence[Path]) -> list[tuple[Path, int]]:
    """Each file with how many signatures it still needs."""
    return [(file, releases.missing(file.stem)) for file in files]
