"""Randomness with one stream per concern: a change in one part of the world leaves all others as they were."""

from __future__ import annotations

import hashlib
import random


class Dice:
    """All streams of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._streams: dict[str, random.Random] = {}

    def stream(self, concern: str) -> random.Random:
        """The stream of that concern, the same object each time."""
        found = self._streams.get(concern)
        if found is None:
            found = self._streams[concern] = random.Random(f"{self._seed}/{concern}")
        return found

    def ids(self, concern: str) -> Ids:
        """Ids of their own stream."""
        return Ids(self.stream(f"ids/{concern}"))

    def key(self, name: str) -> bytes:
        """A private key, 32 bytes."""
        return hashlib.sha256(f"{self._seed}/key/{name}".encode()).digest()


class Ids:
    """Gives 32 hex digits in the form of a UUIDv7."""

    def __init__(self, stream: random.Random) -> None:
        self._stream = stream

    def __call__(self) -> str:
        bits = f"{self._stream.getrandbits(120):030x}"
        return f"{bits[:12]}7{bits[12:15]}8{bits[15:]}"[:32]
