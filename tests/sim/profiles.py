"""How the simulated world hurts: chances and times, one set by name."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Profile:
    """Times in virtual seconds; chances from 0 to 1, per request unless the name says otherwise."""

    terminals: int = 3
    minutes: float = 20.0
    between_acts: float = 20.0
    latency: tuple[float, float] = (0.002, 0.2)
    drop: float = 0.0
    """The question never arrives: refused, or nobody ever answers."""
    lost_answer: float = 0.0
    """The hall commits; its answer never arrives."""
    double: float = 0.0
    """The question arrives twice at once."""
    late_double: float = 0.0
    """The question arrives again, minutes later."""
    html: float = 0.0
    """A proxy answers 502 with a page of its own."""
    portal: float = 0.0
    """A proxy answers 200 with a page of its own."""
    cut: float = 0.0
    """The answer is cut in the middle."""
    thinned: float = 0.0
    """A push answer lacks one verdict but is valid."""
    veiled: float = 0.0
    """Somebody on the way puts a hidden entry in the place of a real one."""
    partitions: float = 0.0
    """How many times a terminal is cut off, on average, in the whole run."""
    crashes: float = 0.0
    """How many times a terminal dies between two steps, on average."""
    torn: float = 0.0
    """How many times a terminal dies inside a page or a save, on average."""
    hall_restarts: float = 0.0
    hall_outage: tuple[float, float] = (5.0, 120.0)


PROFILES = {
    "calm": Profile(),
    "normal": Profile(
        drop=0.02, lost_answer=0.02, double=0.01, late_double=0.01, html=0.01, portal=0.005, cut=0.01, thinned=0.02,
        veiled=0.01, partitions=1.0, crashes=0.5, torn=0.5, hall_restarts=0.5,
    ),
    "storm": Profile(
        latency=(0.01, 3.0), between_acts=12.0, drop=0.1, lost_answer=0.12, double=0.08, late_double=0.08, html=0.05,
        portal=0.03, cut=0.05, thinned=0.1, veiled=0.05, partitions=3.0, crashes=2.0, torn=3.0, hall_restarts=2.0,
    ),
    "hall-down": Profile(hall_restarts=3.0, hall_outage=(120.0, 400.0), lost_answer=0.05, crashes=1.0, torn=1.0),
}  # fmt: skip
