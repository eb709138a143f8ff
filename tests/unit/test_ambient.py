"""Ids and times have one form, whoever makes them."""

from __future__ import annotations

import uuid

import pytest

from casework.ambient import moment, stamp, uuid7
from casework.errors import BadBytes


def test_a_new_id_is_a_uuid_of_version_seven_that_begins_with_its_time() -> None:
    made = uuid.UUID(uuid7(0x0193_5A7C_0000, (1 << 80) - 1))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.hex.startswith("01935a7c0000")
    assert uuid7(1, 0) != uuid7(1, 1)
    assert len(uuid7(1, 0)) == 32


def test_a_time_is_read_as_it_was_written() -> None:
    text = "2026-11-23T09:05:07.123"
    assert stamp(moment(text)) == text
    assert moment("2026-11-23T09:05:07.123+08:00") == moment(text)
    with pytest.raises(BadBytes):
        moment("yesterday")
