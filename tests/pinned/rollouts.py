"""A rollout from its first ring to its last: gates, versions, plans, refusals; and how IT sees the fleet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import msgspec

from casework import fleet, rollout, updating
from casework.messages import Message
from casework.report import Report, decode_report, encode_report
from casework.rollout import Approval, Bounds, Rollout, Seen, Standing, Versions
from tests.pinned.saying import line, outcome

START = "2026-11-23T09:00:00.000"
WINDOWS = [f"{number:04}" for number in range(1, 41)]
PLAIN = Rollout(
    3, "h" * 16, Versions("0.5.0", "7", "2"), Versions("0.4.0", "6", "1"), {"lab": START}, lab=("0001",),
    first="0002",
    published_by="9001", soak_minutes=60,
)  # fmt: skip
FORMS: dict[str, Rollout] = {
    "plain": PLAIN,
    "nothing open": msgspec.structs.replace(PLAIN, opened={}),
    "not before": msgspec.structs.replace(PLAIN, opened={}, not_before="2026-11-24T00:00:00.000"),
    "tenth": msgspec.structs.replace(PLAIN, opened=dict.fromkeys(("lab", "first", "tenth"), START)),
    "approved": msgspec.structs.replace(
        PLAIN, opened=dict.fromkeys(("lab", "first", "tenth"), START), approvals=(Approval("half", "9002", START),)
    ),
    "approved by herself": msgspec.structs.replace(
        PLAIN, opened=dict.fromkeys(("lab", "first", "tenth"), START), approvals=(Approval("half", "9001", START),)
    ),
    "all": msgspec.structs.replace(
        PLAIN, opened=dict.fromkeys(rollout.RINGS, START), deadline="2026-11-23T18:00:00.000"
    ),
    "halted": msgspec.structs.replace(PLAIN, halted="rollout.halted.errors", halted_facts={"count": 3}),
    "blocked": msgspec.structs.replace(PLAIN, blocked=("0.5.0",), min_app="0.4.1"),
    "settings alone": msgspec.structs.replace(PLAIN, target=Versions(config="2")),
    "hours": msgspec.structs.replace(PLAIN, window=("12:00", "14:00"), deadline="2026-11-25T18:00:00.000"),
    "over midnight": msgspec.structs.replace(PLAIN, window=("22:00", "06:00"), min_app="0.4.5", jitter_minutes=3),
}
NOWS = (
    START,
    "2026-11-23T10:00:00.000",
    "2026-11-23T12:30:00.000",
    "2026-11-23T19:00:00.000",
    "2026-11-25T16:00:00.000",
)


def seen(form: Rollout, states: tuple[str, ...], heard: str, version: str = "0.5.0") -> list[Seen]:
    """Every window with a state in turn, all that are healthy running the new version."""
    found = []
    for at, number in enumerate(WINDOWS):
        state: Any = states[at % len(states)]
        app = version if state in {"healthy", "trial"} else "0.4.0"
        found.append(Seen(number, heard, Standing(form.number, app, "7", "2", state, version if state else "")))
    return found


def gates(name: str) -> Iterator[str]:
    """What comes next, by how the windows stand, when, and how long nobody was heard."""
    form = FORMS[name]
    for states in (
        ("healthy",),
        ("healthy", "failed"),
        ("staged", ""),
        ("trial", "returned", "healthy"),
        ("",),
        ("fetching",),
    ):
        words: dict[str, list[str]] = {}
        for now in NOWS:
            for heard in (START, now):
                found = line(rollout.gate(form, seen(form, states, heard), now))
                words.setdefault(found, []).append(f"{now[8:16]}{'' if heard == now else ' silent'}")
        yield from (f"{', '.join(states)}: {said} at {', '.join(when)}" for said, when in words.items())
        yield line(states, rollout.progress(form, seen(form, states, START)))
    yield line("nobody", rollout.gate(form, [], NOWS[3]))
    mixed = seen(form, ("healthy", "failed", "healthy", "healthy"), NOWS[3])
    for bounds in (
        Bounds(errors=0),
        Bounds(errors=10, errors_percent=50),
        Bounds(healthy_percent=50, errors=40),
        Bounds(online_minutes=0),
    ):
        yield line(bounds, rollout.gate(form, mixed, NOWS[3], bounds))


def versions(name: str) -> Iterator[str]:
    """The ring of each window, and what it is to run."""
    form = FORMS[name]
    for number in WINDOWS[:24]:
        yield line(
            number,
            rollout.ring_of(form, number),
            rollout.versions_for(form, number),
            updating.delay_seconds(form, number),
        )
    yield line(
        [version for version in ("0.3.9", "0.4.0", "0.4.1", "0.4.5", "0.5.0", "odd") if rollout.is_out(form, version)]
    )


def acts(name: str) -> Iterator[str]:
    """What people do with it."""
    form = FORMS[name]
    now = NOWS[2]
    for ring in rollout.RINGS:
        yield line("opened", ring, outcome(rollout.opened, form, ring, now))
        yield line("approved", ring, outcome(rollout.approved, form, ring, "9002", now))
    yield line("approved by herself", outcome(rollout.approved, form, "half", "9001", now))
    yield line(
        "halted",
        outcome(rollout.halted, form, "rollout.halted.hand", {"by": "9002"}),
        outcome(rollout.halted, form, "x"),
    )
    yield line("resumed", outcome(rollout.resumed, form, now))
    for version in ("0.5.0", "0.4.0", "0.3.0"):
        yield line("blocked", version, outcome(rollout.blocked, form, version))
    yield line(
        "blocked with nothing else", outcome(rollout.blocked, msgspec.structs.replace(form, before=Versions()), "0.5.0")
    )
    yield line("again", rollout.decode_rollout(rollout.encode_rollout(form)) == form)


def plans(name: str) -> Iterator[str]:
    """What a window does next."""
    form = FORMS[name]
    for terminal in ("0001", "0002", "0009"):
        for running, staged, failed, failed_in in (
            ("0.4.0", (), (), 0), ("0.4.0", ("0.5.0",), (), 0), ("0.5.0", (), (), 0), ("0.5.0", ("0.4.0",), (), 0),
            ("0.4.0", (), ("0.5.0",), 0), ("0.4.0", (), ("0.5.0",), -1),
        ):  # fmt: skip
            words: dict[str, list[str]] = {}
            for now in NOWS[1:]:
                for idle, at_work in ((True, True), (True, False), (False, True)):
                    here = updating.Here(terminal, running, staged, failed, failed_in, idle, at_work)
                    when = f"{now[8:13]}{'' if idle else ' busy'}{'' if at_work else ' alone'}"
                    words.setdefault(line(updating.plan(form, here, now)), []).append(when)
            for said, when_ in words.items():
                yield line(terminal, running, staged, failed, failed_in, said, ", ".join(when_))


def unread() -> Iterator[str]:
    """What is no rollout, no standing, no report."""
    for data in (
        b"",
        b"{}",
        b"[",
        b'{"number":0}',
        msgspec.json.encode(msgspec.structs.replace(PLAIN, opened={"moon": START})),
    ):
        yield line(data.decode()[:20], outcome(rollout.decode_rollout, data))
        yield line(rollout.decode_standing(data.decode()), decode_report(data))
    yield line(rollout.decode_standing(None), rollout.decode_standing('{"rollout":3,"app":"0.5.0","state":"healthy"}'))
    yield line(updating.plan(None, updating.Here("0001", "0.4.0"), START))
    report = Report(update=Standing(3, "0.5.0", state="healthy", version="0.5.0"))
    yield line(encode_report(report), decode_report(encode_report(report)) == report, decode_report("x"))


_GRADED: tuple[tuple[str, fleet.Grade, str], ...] = (
    ("0001", "fine", "current"), ("0002", "bad", "failed"), ("0003", "look", "waits"), ("0004", "waits", "staged"),
)  # fmt: skip


def fleets() -> Iterator[str]:
    """The lines that IT reads."""
    rows = tuple(
        fleet.FleetRow(
            number, grade, "lab", "0.5.0", "7", "2", "0.5.0", state, "0.5.0", "",
            START, 30 * at, at, 60 * at, -at, 900,
            "", (Message("fleet.trouble.clock", {"ms": at}),
            Message("fleet.trouble.disk")) if grade != "fine" else (),
        )
        for at, (number, grade, state) in enumerate(_GRADED)
    )  # fmt: skip
    rings = (fleet.FleetRing("lab", START, 1, 1), fleet.FleetRing("first", "", 0, 1))
    going = fleet.FleetRollout(
        3,
        Versions("0.5.0", "7"),
        Versions("0.4.0"),
        rings,
        False,
        (),
        "9001",
        "",
        "",
        "wait",
        "first",
        Message("rollout.soaking"),
    )
    people = (
        fleet.FleetAct(START, "9001", "begin", 3, "0.5.0", "安全更新", None, True),
        fleet.FleetAct(START, "9002", "approve", 3, "half"),
        fleet.FleetAct(START, "", "halt", 3, "", "", Message("rollout.halted.errors", {"count": 2})),
        fleet.FleetAct(START, "9001", "open", 3, "tenth", proven=True),
    )
    told = (fleet.FleetTold(START, Message("fleet.told"), True),)
    troubles = (Message("fleet.hall.disk", {"free": 3}),)
    for each in (
        fleet.Fleet(START, rows, going, START, troubles, (Message("fleet.waits"),), told, people),
        fleet.Fleet(START, ()),
        fleet.Fleet(START, rows[:1], None, "", (), (), (), people[:1]),
    ):  # fmt: skip
        yield from fleet.plain_text(each).splitlines()
        yield from (line(fact) for fact in fleet.facts(each))
        yield from fleet.acts_text(each).splitlines()


HISTORIES: Mapping[str, Callable[[], Iterator[str]]] = {
    f"{name}: {what}": partial(rule, name)
    for what, rule in (("gates", gates), ("versions", versions), ("acts", acts), ("plans", plans))
    for name in FORMS
} | {"unread": unread, "fleets": fleets}
