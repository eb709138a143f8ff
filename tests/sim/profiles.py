"""How the simulated world hurts: chances and times, one set by name."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Profile:
    """Times in virtual seconds; chances from 0 to 1, per request; what happens *in the whole run* is an average."""

    terminals: int = 3
    minutes: float = 12.0
    between_acts: float = 20.0
    latency: tuple[float, float] = (0.002, 0.2)
    poll_seconds: float = 25.0
    poll_spacing: float = 2.0
    desk: float = 0.0
    """Per terminal, in the whole run: items taken and put back, prefiles, papers that come back."""
    look_seconds: float = 1.0
    """How often somebody looks whether a PC is dark."""

    # The line, per request
    drop: float = 0.0
    """The question never arrives: refused, or nobody ever answers."""
    lost_answer: float = 0.0
    """The hall commits; its answer never arrives."""
    delay: float = 0.0
    """Question or answer takes its time, up to longer than anybody waits."""
    double: float = 0.0
    """The question arrives twice at once."""
    late_double: float = 0.0
    """The question arrives again, minutes later."""
    reorder: float = 0.0
    """The question is overtaken by others of the same terminal."""
    status: float = 0.0
    """A proxy answers 4xx or 5xx with a page of its own, 413 among them."""
    portal: float = 0.0
    """A proxy answers 200 with a page of its own."""
    cut: float = 0.0
    """The answer is cut in the middle."""
    cached: float = 0.0
    """The answer is the one to the question before."""
    thinned: float = 0.0
    """A push answer lacks one verdict but is valid."""
    veiled: float = 0.0
    """Somebody on the way puts a hidden entry in the place of a real one."""

    mixed: float = 0.0
    """A proxy gives the answer to another window's question."""

    # For good, per terminal
    proxies: float = 0.0
    """Its line goes through a proxy that carries no large bodies and may take headers away, also at the end."""

    # In the whole run, per terminal
    partitions: float = 0.0
    """It is cut off, in both directions."""
    one_way: float = 0.0
    """Its questions get through and no answer does, or the other way round."""
    narrow: float = 0.0
    """A proxy lets only small bodies through for a while (413)."""
    crashes: float = 0.0
    """It dies between two steps."""
    torn: float = 0.0
    """It dies inside a page or a save."""
    disk_full: float = 0.0
    rotten: float = 0.0
    """A byte breaks in what waits on its disk."""
    clocks: float = 0.0
    """Its clock is set, or runs fast or slow from now on."""
    batteries: float = 0.0
    """Its battery is empty: both its clocks begin anew with each boot."""
    faulty: float = 0.0
    """Its program seals what no program should: the hall's own types, too much at once, a foreign id."""
    images: float = 0.0
    """An older image of its disk is put in place (the last terminal is spared, here and in the next three)."""
    clones: float = 0.0
    """Its disk is copied for another PC, once."""
    states: float = 0.0
    """The user's state folder is lost."""
    revocations: float = 0.0
    """IT ends its line."""
    nights: float = 0.0
    """All windows close and open again some days later, the timers of the hall run on; 1 is once, in the middle."""
    night_hours: float = 10 * 24.0

    # In the whole run, at the hall
    hall_restarts: float = 0.0
    hall_outage: tuple[float, float] = (5.0, 120.0)
    hall_crashes: float = 0.0
    """It dies inside a transaction or right after it: what comes back is its file as it was."""
    hall_full: float = 0.0
    hall_fault: float = 0.0
    """Its rules fail on some facts, until the next version is started."""
    upgrades: float = 0.0
    """Per terminal: another version of the program is put onto it, a newer one or the one before."""
    hall_upgrades: float = 0.0
    """The hall's program becomes the newer one; from then on IT tries to let the newer versions be written."""
    restores: float = 0.0
    """The hall burns down and is made anew from its second place, with its segments or from the full copy alone."""
    fires: int = 1
    """How often it burns down at most."""
    opened: float = 0.0
    """A new window opens in the middle of the day, and begins from the hall's snapshot."""
    editions: float = 0.0
    """Another version of the catalogue or the calendar counts."""
    modules: float = 0.0
    """A window is given other modules."""
    roster: float = 0.0
    """Somebody is taken off the roster and put on again."""

    # Cut short, to find the smallest world that still breaks
    until: float = 0.0
    """Minutes of open time after which everything is well; 0: at the end."""
    acts: int = 0
    """How much each clerk does at most; 0: no bound."""

    # Days, for long worlds
    days: int = 0
    """Calendar days from a Monday on, with office hours; 0: `minutes` in one go."""
    tick_seconds: float = 20.0
    """How often the hall looks at its timers."""
    every_step: int = 1
    """Everything is checked at every such step; what the step has touched is checked each time."""


FAULTS = tuple(
    field.name
    for field in dataclasses.fields(Profile)
    if field.type == "float"
    and field.name
    not in {"minutes", "between_acts", "desk", "poll_seconds", "poll_spacing", "look_seconds", "night_hours"}
    and field.name not in {"tick_seconds", "until"}
)
"""The names of what can go wrong, each of which can be switched off alone."""

PROFILES = {
    "calm": Profile(),
    "normal": Profile(
        drop=0.02, lost_answer=0.02, delay=0.02, double=0.01, late_double=0.01, reorder=0.01, status=0.01, portal=0.005,
        cut=0.01, cached=0.005, thinned=0.02, veiled=0.01, partitions=1.0, one_way=0.5, crashes=0.5, torn=0.5,
        hall_restarts=0.5, hall_crashes=0.3, nights=1.0, roster=0.5,
    ),
    "storm": Profile(
        latency=(0.01, 3.0), between_acts=9.0, desk=12.0, drop=0.08, lost_answer=0.1, delay=0.06, double=0.06,
        late_double=0.06, reorder=0.06, status=0.05, portal=0.03, cut=0.05, cached=0.03, thinned=0.1, veiled=0.05,
        partitions=2.0, one_way=1.0, narrow=0.7, crashes=1.5, torn=2.5, rotten=0.3, faulty=0.7, hall_restarts=1.0,
        hall_crashes=1.0, hall_fault=0.5, roster=0.7,
    ),
    "hall-down": Profile(
        hall_restarts=2.0, hall_outage=(120.0, 300.0), hall_crashes=1.0, hall_fault=1.0, lost_answer=0.05, crashes=1.0,
        torn=1.0,
    ),
    "clock-chaos": Profile(clocks=3.0, batteries=0.5, drop=0.02, delay=0.05, partitions=1.0, crashes=1.5, nights=1.0),
    "disk-full": Profile(disk_full=2.0, hall_full=1.5, crashes=0.7, torn=1.0, lost_answer=0.03, rotten=0.5),
    "upgrade": Profile(
        upgrades=2.0, hall_upgrades=5.0, drop=0.02, lost_answer=0.03, late_double=0.02, partitions=1.0, crashes=0.7,
        torn=0.7, hall_restarts=0.7,
    ),
    "restore": Profile(
        restores=1.0, desk=12.0, drop=0.02, lost_answer=0.04, late_double=0.03, reorder=0.02, partitions=0.7,
        crashes=0.7,
    ),
    "lineage": Profile(
        images=0.7, clones=0.5, states=0.3, revocations=0.6, opened=0.7, between_acts=15.0, desk=8.0, drop=0.02,
        lost_answer=0.04, late_double=0.03, partitions=1.0, crashes=0.7, torn=0.7, hall_restarts=0.5,
    ),
    "rebuilt": Profile(
        images=0.7, clones=0.5, states=0.3, revocations=0.6, opened=0.7, restores=1.0, between_acts=15.0, desk=8.0,
        drop=0.02, lost_answer=0.04, late_double=0.03, partitions=1.0, crashes=0.7, torn=0.7, hall_restarts=0.5,
    ),
    "damaged": Profile(
        images=0.7, clones=0.5, states=0.3, revocations=0.6, opened=0.7, rotten=0.5, between_acts=15.0, desk=8.0,
        drop=0.02, lost_answer=0.04, late_double=0.03, partitions=1.0, crashes=0.7, torn=0.7, hall_restarts=0.5,
    ),
    "burnt": Profile(
        restores=2.5, fires=3, desk=12.0, nights=0.7, images=0.3, clones=0.3, revocations=0.4, roster=0.7, drop=0.02,
        lost_answer=0.04, late_double=0.03, reorder=0.02, partitions=1.5, crashes=0.7, torn=0.5, hall_crashes=0.5,
    ),
    "editions": Profile(
        editions=5.0, restores=0.8, opened=0.7, roster=0.5, nights=1.0, between_acts=12.0, desk=12.0, drop=0.02,
        lost_answer=0.03, late_double=0.03, partitions=1.5, crashes=0.7, torn=0.7, hall_restarts=0.7, hall_full=0.3,
    ),
    "proxies": Profile(
        proxies=0.8, mixed=0.15, cached=0.05, status=0.05, portal=0.03, cut=0.03, restores=0.7, editions=1.5,
        opened=0.7, between_acts=12.0, desk=12.0, drop=0.03, lost_answer=0.05, late_double=0.03, partitions=1.0,
        crashes=0.7, torn=0.5, images=0.3, hall_restarts=0.5,
    ),
    "modules": Profile(
        modules=8.0, opened=0.7, restores=0.5, between_acts=12.0, desk=12.0, drop=0.02, lost_answer=0.04, cached=0.01,
        late_double=0.03, status=0.02, partitions=1.5, crashes=1.5, torn=1.5, images=0.3, hall_restarts=0.7,
        hall_crashes=0.3, disk_full=0.3,
    ),
    "month": Profile(
        terminals=5, days=30, between_acts=900.0, desk=60.0, poll_seconds=300.0, poll_spacing=60.0, look_seconds=30.0,
        tick_seconds=600.0, every_step=50, drop=0.01, lost_answer=0.01, delay=0.01, double=0.005, late_double=0.005,
        reorder=0.01, status=0.005, cut=0.005, thinned=0.01, partitions=8.0, one_way=2.0, crashes=3.0, torn=4.0,
        disk_full=1.0, clocks=1.0, hall_restarts=4.0, hall_outage=(60.0, 3600.0), hall_crashes=2.0, hall_full=1.0,
        roster=2.0,
    ),
}  # fmt: skip
