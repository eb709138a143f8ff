"""A paper that may be out is printed once more: it is the paper of its own case, whoever has its number now (T31)."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec

from casework.messages import Message
from casework.papers import Paper, to_text
from console.prints import Prints
from tests.contract.test_incarnations import cloned
from tests.desks import Desk, desk, session
from tests.hall_world import HallWorld
from tests.machines import at_a_hall


def test_t31_what_is_printed_again_is_not_the_paper_of_whoever_got_the_number_first(tmp_path: Path) -> None:
    """Of two applicants with one number, the second of whom has another one since, each gets her own papers."""

    async def story(world: HallWorld) -> None:
        here = await desk(world, tmp_path, "0012")
        copy = cloned(here, world, tmp_path)
        twin = Desk(world, tmp_path, copy.name)
        twin.signer, twin.memory, twin.hand = copy.signer, copy.memory, copy.hand
        first, second = here.takes_in(), twin.takes_in(count=2)
        assert first.number == second.number
        twin.prints("1001", second.number, "receipt")
        (job,) = twin.memory.open_prints()
        assert twin.memory.print_begins(job.id, "escpos:till")
        twin.memory.print_unsure(job.id, Message("papers.unsure.stopped", {"printer": "till"}))
        await here.sync()
        await twin.enrol("0020")
        for _ in range(3):
            await twin.sync()
            await here.sync()
        counter = twin.counter
        parts = SimpleNamespace(
            memory=twin.memory, counter=counter, paperwork=counter.paperwork, print_again=lambda: None
        )
        Prints(cast("Any", parts)).settle(session("1001"), job.id, "again")
        (again,) = (each for each in twin.memory.open_prints() if each.id != job.id)
        case = world.case(second.case)
        assert case is not None
        assert again.case_id == second.case
        assert case.received.applicant.name in to_text(msgspec.json.decode(again.paper, type=Paper), 48)

    at_a_hall(tmp_path, story)
