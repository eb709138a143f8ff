"""What the hall says of a fact, and what of it a person must settle: as entries of the log carry it (S13, S16)."""

from __future__ import annotations

import msgspec


class Verdict(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What the hall said of an envelope. `v`: accepted, rejected, held. A higher revision replaces a lower (S13)."""

    v: str
    code: str = ""
    facts: dict[str, str] = {}
    flags: tuple[str, ...] = ()
    revision: int = 1
    judged_at: str = ""


class Tray(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a person must settle: a fact that was refused, is held, or moves nothing (S16), masked: never its body."""

    fact: str
    type: str
    case: str
    root: str
    number: str
    terminal: str
    actor: str
    code: str
    facts: dict[str, str]
    since: str
    kind: str = "rejected"
    """rejected, held, or flagged: it stands on record and moves nothing, and a paper of it may be out (S14)."""
    settled: str = ""
    """How it ended: withdraw, amend, insist, accepted; empty while it waits."""
    insistable: bool = False
    group: str = ""
    """The facts of one command stand or fall together: who insists, insists on all of them (S3, S15)."""
    made: str = ""
    """Its own legal time: what was printed since may be its paper."""
    post: str = ""
    """The post at which it was made: there it shows when nobody settled it for a working day (S16)."""
