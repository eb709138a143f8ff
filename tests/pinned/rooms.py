"""All rooms by name."""

from __future__ import annotations

from tests.pinned import boards, counters, judging, mistakes, papers, rollouts, settings, values, walks

ROOMS = {
    "boards": boards.HISTORIES,
    "counters": counters.HISTORIES,
    "judging": judging.HISTORIES,
    "mistakes": mistakes.HISTORIES,
    "papers": papers.HISTORIES,
    "rollouts": rollouts.HISTORIES,
    "settings": settings.HISTORIES,
    "values": values.HISTORIES,
    "walks": walks.HISTORIES,
}
