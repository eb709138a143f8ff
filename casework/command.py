"""The base of what people want done (`casework.commands`)."""

from __future__ import annotations

import msgspec


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all commands' data."""
