"""What the keys of the material rows do: in hand, to come, not needed again because an earlier case holds it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from casework.messages import Message
from screens.field import HAVE_ACTS, MaterialRow

if TYPE_CHECKING:
    from screens.sheet import Sheet


async def mark(sheet: Sheet, row: MaterialRow, act: str | None) -> None:
    """Do an act of the material rows on `row`, or on all of them; what does not go is said."""
    if act in _ALL:
        await _ALL[act](sheet, row)
    elif act == "have_earlier":
        await _take_earlier(sheet, row)
    elif act in HAVE_ACTS:
        await _mark_one(sheet, row, act)


async def _mark_one(sheet: Sheet, row: MaterialRow, act: str) -> None:
    have = HAVE_ACTS[act]
    if not row.allows(have):
        _refuse(sheet, row, have)
        return
    row.reused = ""
    row.have = row.unmarked if have == "missing" or have == "original" == row.have else have
    await sheet.owner.row_changed(row)
    if row.have == row.unmarked:
        await sheet.owner.marked()
    else:
        await sheet.move(1)


def _refuse(sheet: Sheet, row: MaterialRow, what: str) -> None:
    sheet.app.bell()
    sheet.owner.sheet_says(Message(f"screens.materials.not.{what}", {"name": row.label}))


async def _take_earlier(sheet: Sheet, row: MaterialRow) -> None:
    """It was handed in before: nobody has to bring it again."""
    if not row.material.earlier_number:
        _refuse(sheet, row, "earlier")
        return
    row.have, row.reused = "electronic", row.material.earlier_number
    await sheet.owner.row_changed(row)
    await sheet.move(1)


async def _all_original(sheet: Sheet, row: MaterialRow) -> None:
    for key in [one.key for one in _papers(sheet)]:  # the owner may show other rows meanwhile
        one = sheet.find(key)
        if isinstance(one, MaterialRow) and one.have == "missing" and one.wanted:
            one.have = "original"
            await sheet.owner.row_changed(one)
    await sheet.owner.marked()


async def _all_earlier(sheet: Sheet, row: MaterialRow) -> None:
    """All that earlier cases hold and nobody has brought today; where that is so already, none of them."""
    offered = [one for one in _papers(sheet) if one.material.earlier_number]
    open_ = [one for one in offered if one.have == one.unmarked]
    held = [one for one in offered if one.reused]
    if not open_ and not held:
        sheet.app.bell()
        sheet.owner.sheet_says(Message("screens.materials.none_earlier"))
        return
    for key in [one.key for one in open_ or held]:
        one = sheet.find(key)
        if isinstance(one, MaterialRow):
            if open_:
                one.have, one.reused = "electronic", one.material.earlier_number
            else:
                one.have, one.reused = one.unmarked, ""
            await sheet.owner.row_changed(one)
    await sheet.owner.marked()


def _papers(sheet: Sheet) -> list[MaterialRow]:
    return [one for one in sheet.rows if isinstance(one, MaterialRow)]


_ALL: dict[str | None, Callable[[Sheet, MaterialRow], Awaitable[None]]] = {
    "have_all": _all_original,
    "have_all_earlier": _all_earlier,
}
