"""All rooms by name."""

from __future__ import annotations

from tests.pinned import judging, mistakes, rollouts, values, walks

ROOMS = {
    "judging": judging.HISTORIES,
    "mistakes": mistakes.HISTORIES,
    "rollouts": rollouts.HISTORIES,
    "values": values.HISTORIES,
    "walks": walks.HISTORIES,
}
