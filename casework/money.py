"""Sums of money: kept in fen, typed and shown in yuan; no float ever holds one."""

from __future__ import annotations

import re

from casework.errors import BadInput

_YUAN = re.compile(r"(\d{1,10})(?:\.(\d{1,2}))?")


def fen(yuan: str) -> int:
    """`12400.5` yuan as fen. Raises BadInput."""
    found = _YUAN.fullmatch(yuan.strip().replace(",", "").replace("，", "").removesuffix("元"))
    if found is None:
        raise BadInput("money.yuan", given=yuan[:40])
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def yuan(amount: int) -> str:
    """`1240050` fen as `12400.50`."""
    return f"{amount // 100}.{amount % 100:02d}"
