"""How people settle what the hall refused (S15)."""

from __future__ import annotations

from casework.bodies.parts import Body, PaperOut


class ResolveWithdraw(Body, frozen=True):
    """`resolve.withdraw`: the refused facts are given up; the case goes on as the hall has it.

    `recalls`: their papers, which somebody holds and has to give back.
    """

    refused: tuple[str, ...]
    reason: str
    recalls: tuple[PaperOut, ...] = ()


class ResolveAmend(Body, frozen=True):
    """`resolve.amend`: the refused facts are replaced by those of the group that follows. `recalls`: as above."""

    refused: tuple[str, ...]
    reason: str
    recalls: tuple[PaperOut, ...] = ()


class ResolveInsist(Body, frozen=True):
    """`resolve.insist`: the refused facts stand; the hall accepts their bytes, with a flag."""

    refused: tuple[str, ...]
    reason: str


class Recalled(Body, frozen=True):
    """`recalled`: how the recall of a paper ended. `how`: `came_back`, or `void` where it did not, for `note`.

    `paper`, `count` and `printed_at` name it.
    """

    paper: str
    count: int
    printed_at: str
    how: str
    note: str = ""
