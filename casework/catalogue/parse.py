"""Catalogue files to values, values to canonical bytes, and the hashes that facts carry.

`parse` takes the bytes of `posts.toml` and `items/*.toml`; who reads the files is not its business. Citations that many
materials share stand once in a file's `[basis]` table and are named by key. Keeps S33: a case carries its item and its
catalogue by hash, and a blob is addressed by the SHA-256 of its bytes.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from casework.catalogue.schema import Catalogue, Item, Post
from casework.errors import UNREADABLE, BadBytes, BadCatalogue

FORMAT = 1
POSTS_FILE = "posts.toml"

_encoder = msgspec.json.Encoder(order="sorted")


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a blob holds; its version is the hash of its bytes, so it can't stand inside."""

    format: int
    items: dict[str, Item]
    posts: dict[str, Post]


class _Head(msgspec.Struct, frozen=True):
    format: int


_decoder = msgspec.json.Decoder(_Body)
_head = msgspec.json.Decoder(_Head)


def parse(files: Mapping[str, bytes]) -> Catalogue:
    """The catalogue in `files` (name to bytes of TOML).

    Raises BadCatalogue at the first file that can't be read as a catalogue; `check` finds every mistake, also in what
    can be read.
    """
    items: dict[str, Item] = {}
    posts: dict[str, Post] = {}
    for name in sorted(files):
        data = read_toml(name, files[name])
        try:
            if name.endswith(POSTS_FILE):
                found = msgspec.convert(entries(data, "posts"), list[Post])
                posts.update({post.id: post for post in found})
                continue
            for item in msgspec.convert(with_basis(data), list[Item]):
                if item.code in items:
                    raise BadCatalogue("catalogue.code_twice", file=name, code=item.code)
                items[item.code] = item
        except msgspec.ValidationError as problem:
            raise BadCatalogue("catalogue.shape", file=name, problem=str(problem)) from problem
    return _seal(items, posts)


def read_toml(name: str, data: bytes) -> dict[str, Any]:
    """The TOML of one file. Raises BadCatalogue with the parser's line when it is none."""
    try:
        return tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise BadCatalogue("catalogue.not_toml", file=name, problem=str(problem)) from problem


def with_basis(data: Mapping[str, Any]) -> list[Any]:
    """The raw items of a file, each `basis` key put in place of its citation; an unknown key stays a string."""
    table = data.get("basis", {})
    if not isinstance(table, dict):
        table = {}

    def resolve(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: table.get(inner, inner) if key.endswith("basis") and isinstance(inner, str) else resolve(inner)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [resolve(inner) for inner in value]
        return value

    return [resolve(item) for item in entries(data, "items")]


def entries(data: Mapping[str, Any], table: str) -> list[Any]:
    """The raw entries of `[[table]]`; what is no list is one entry, so that reading it names the mistake."""
    found = data.get(table, [])
    return found if isinstance(found, list) else [found]


def encode(catalogue: Catalogue) -> bytes:
    """The canonical bytes of `catalogue`, as the hall serves them; their SHA-256 is `catalogue.version`."""
    return _encoder.encode(_Body(FORMAT, catalogue.items, catalogue.posts))


def decode(data: bytes) -> Catalogue:
    """The catalogue in `data`, its version computed from these very bytes.

    Raises BadBytes when they are no catalogue, or one of a newer program.
    """
    try:
        if _head.decode(data).format > FORMAT:
            raise BadBytes("catalogue.newer")
        body = _decoder.decode(data)
    except UNREADABLE as problem:
        raise BadBytes("catalogue.unreadable", problem=str(problem)) from problem
    return Catalogue(hashlib.sha256(data).hexdigest(), body.items, body.posts)


def item_hash(item: Item) -> str:
    """SHA-256 (hex) of the canonical bytes of `item`."""
    return hashlib.sha256(_encoder.encode(item)).hexdigest()


def _seal(items: dict[str, Item], posts: dict[str, Post]) -> Catalogue:
    data = _encoder.encode(_Body(FORMAT, items, posts))
    return Catalogue(hashlib.sha256(data).hexdigest(), items, posts)
