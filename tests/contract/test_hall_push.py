"""What a push may meet at the hall: the troubles of acknowledgement (T1-T9) and of judging (S13-S17)."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.hall_world import HallWorld, in_hall


def test_a_case_taken_in_at_a_window_reaches_the_hall_and_comes_back(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await window.pull_all()
        taken = window.received()
        (answer,) = await window.push(taken)
        assert (answer.verdict.v, answer.verdict.flags, answer.duplicate) == ("accepted", (), False)
        await window.pull_all()
        newest = window.links[-1].entry
        assert newest is not None
        assert (newest.fact_id, newest.scope, newest.n, newest.seq) == (taken.id, "single", 1, answer.entry)
        assert world.case(taken.case) is not None

    in_hall(tmp_path, story)
