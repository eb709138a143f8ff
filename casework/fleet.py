"""All terminals and the rollout as IT sees them (updates.md, *What IT sees*): one value for screen, page and JSON.

No case is in it, and of persons only the numbers of those who had their hand on a rollout. What is wrong with a
terminal is said in sentences, the worst terminal stands first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from casework.messages import Message, t
from casework.rollout import RINGS, Versions

Grade = Literal["bad", "look", "waits", "fine"]
"""`bad`: an update failed there, or it runs what nobody is to run; `look`: somebody should; `waits`: for its turn."""
GRADES: tuple[Grade, ...] = ("bad", "look", "waits", "fine")
_UNSAID = re.compile(r"\{\w+\}")
_NEWEST = 3
"""Acts that stand beside the rollout; all of them are in JSON and on the screen."""


class FleetRow(msgspec.Struct, frozen=True):
    """One terminal. Empty texts, and -1: it has not said."""

    number: str
    grade: Grade
    ring: str
    app: str
    catalogue: str
    config: str
    wanted: str
    """The version of the application that it is to run; empty where no rollout says so."""
    state: str
    """As in `Standing`; `current`, `waits` and `unknown` where it says nothing of an update."""
    version: str
    """Which version `state` speaks of."""
    error: str
    heard: str
    silent_seconds: int
    unsent: int
    oldest_seconds: int
    offset_ms: int
    free_mb: int
    line: str
    """Message id of the trouble of its line."""
    troubles: tuple[Message, ...] = ()
    calendar: str = ""
    launcher: int = 0
    """The edition of the launcher there; 0: it has not said."""

    @property
    def state_words(self) -> str:
        """How it stands, in the present language."""
        return t(f"fleet.state.{self.state}", version=self.version)

    @property
    def trouble_words(self) -> str:
        """What is wrong, in the present language; empty where nothing is."""
        return t("fleet.and").join(map(words, self.troubles))


class FleetRing(msgspec.Struct, frozen=True):
    """A ring: since when it is open (empty: closed), and how many of its terminals are healthy in the new version."""

    name: str
    since: str
    healthy: int
    of: int


class FleetRollout(msgspec.Struct, frozen=True):
    """What is being rolled out. `step`, `ring` and `why`: what comes next."""

    number: int
    target: Versions
    before: Versions
    rings: tuple[FleetRing, ...]
    halted: bool
    blocked: tuple[str, ...]
    published_by: str
    deadline: str
    min_app: str
    step: str
    ring: str
    why: Message


class FleetTold(msgspec.Struct, frozen=True):
    """What the hall has done by itself."""

    at: str
    message: Message
    alarm: bool


class FleetAct(msgspec.Struct, frozen=True):
    """What a person did with a release or a rollout, or the hall by itself (`by` is empty)."""

    at: str
    by: str
    act: str
    rollout: int = 0
    what: str = ""
    reason: str = ""
    """In the person's words."""
    why: Message | None = None
    """The hall's reason."""
    proven: bool = False
    """By her PIN."""

    @property
    def words(self) -> str:
        """Who did what and why, in the present language."""
        what = t(f"fleet.ring.{self.what}") if self.what in RINGS else self.what
        who = self.by or t("fleet.act.hall")
        said = t(f"fleet.act.{self.act}", by=who, what=what, number=self.rollout)
        reason = self.reason or (str(self.why) if self.why is not None else "")
        unproven = "" if self.proven or not self.by else t("fleet.act.unproven")
        return said + unproven + (t("fleet.act.because", reason=reason) if reason else "")


class Fleet(msgspec.Struct, frozen=True):
    """All of it, at `at` (the hall's time)."""

    at: str
    rows: tuple[FleetRow, ...]
    rollout: FleetRollout | None = None
    looked: str = ""
    """When the served hall last looked at the rollout."""
    troubles: tuple[Message, ...] = ()
    """What is wrong at the hall itself."""
    waits: tuple[Message, ...] = ()
    """Newer forms of facts that may not be written yet."""
    told: tuple[FleetTold, ...] = ()
    """The newest first."""
    acts: tuple[FleetAct, ...] = ()
    """Who did what, the newest first."""

    def count(self, grade: Grade) -> int:
        """How many terminals are of that grade."""
        return sum(row.grade == grade for row in self.rows)

    @property
    def summary(self) -> str:
        """One sentence: how many, and how many of them need somebody."""
        counts = {grade: self.count(grade) for grade in GRADES}
        return t("fleet.summary", total=len(self.rows), **counts)


def words(trouble: Message) -> str:
    """What is wrong with a terminal, in the present language. It tells the id alone: what that names stays open."""
    return _UNSAID.sub("\N{HORIZONTAL ELLIPSIS}", str(trouble))


def versions_words(versions: Versions) -> str:
    """The versions of the kinds that are named."""
    named = ((kind, getattr(versions, kind)) for kind in versions.__struct_fields__)
    return "  ".join(f"{t(f'fleet.kind.{kind}')} {version}" for kind, version in named if version) or "-"


def ring_words(ring: FleetRing) -> str:
    """Since when a ring is open."""
    return t("fleet.ring.since", since=day_and_time(ring.since)) if ring.since else t("fleet.ring.closed")


def day_and_time(at: str) -> str:
    """`11-27 10:20` of a time of the hall; empty stays empty."""
    return at[5:16].replace("T", " ")


def facts(fleet: Fleet) -> Iterator[dict[str, object]]:
    """The fleet as plain values, one for each line: the terminals, then the rollout, then the hall."""
    for row in fleet.rows:
        plain = msgspec.to_builtins(row)
        yield {
            "kind": "terminal",
            **plain,
            "state_words": row.state_words,
            "troubles": [words(one) for one in row.troubles],
        }
    if fleet.rollout is not None:
        yield {"kind": "rollout", **msgspec.to_builtins(fleet.rollout), "why": str(fleet.rollout.why)}
    yield {
        "kind": "hall", "at": fleet.at, "looked": fleet.looked, "troubles": [str(one) for one in fleet.troubles],
        "waits": [str(one) for one in fleet.waits],
        "told": [{"at": one.at, "alarm": one.alarm, "words": str(one.message)} for one in fleet.told],
        "acts": [act_facts(one) for one in fleet.acts],
    }  # fmt: skip


def act_facts(act: FleetAct) -> dict[str, object]:
    """An act as plain values."""
    why = str(act.why) if act.why is not None else ""
    return {
        "at": act.at, "by": act.by, "act": act.act, "rollout": act.rollout, "what": act.what,
        "reason": act.reason or why, "proven": act.proven, "words": act.words,
    }  # fmt: skip


def acts_text(fleet: Fleet) -> str:
    """Who did what, the newest first, to be read."""
    return "\n".join(f"{day_and_time(one.at)}  {one.words}" for one in fleet.acts) or t("fleet.act.none")


def plain_text(fleet: Fleet) -> str:
    """The fleet as lines to be read where no screen is."""
    lines = [fleet.summary]
    lines += [f"! {one}" for one in fleet.troubles]
    if fleet.rollout is not None:
        now = fleet.rollout
        lines.append(t("fleet.rollout", number=now.number, versions=versions_words(now.target)))
        lines += [f"  {t(f'fleet.ring.{one.name}')} {one.healthy}/{one.of} {ring_words(one)}" for one in now.rings]
        lines.append(f"  {now.why}")
    lines += [f"  {day_and_time(one.at)}  {one.words}" for one in fleet.acts[:_NEWEST]]
    for row in fleet.rows:
        said = (row.number, t(f"fleet.grade.{row.grade}"), row.app or "-", row.state_words, row.trouble_words)
        lines.append("  ".join(filter(None, said)))
    return "\n".join(lines)
