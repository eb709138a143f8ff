"""Catalogue files to values, values to canonical bytes, and the hashes that facts carry.

`parse` takes the bytes of `posts.toml`, `bundles.toml` and `items/*.toml`; who reads the files is not its business.
What many items of a file share stands once: citations in its `[basis]`, routes in its `[routes]`, and both are named
by key. Keeps S33: a case carries its item and its catalogue by hash, and a blob is addressed by the SHA-256 of its
bytes.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from casework.catalogue.schema import Bundle, Catalogue, Item, Post
from casework.errors import UNREADABLE, BadBytes, BadCatalogue

FORMAT = 2
POSTS_FILE = "posts.toml"
BUNDLES_FILE = "bundles.toml"

_encoder = msgspec.json.Encoder(order="sorted")


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a blob holds; its version is the hash of its bytes, so it can't stand inside."""

    format: int
    items: dict[str, Item]
    posts: dict[str, Post]
    bundles: dict[str, Bundle] = {}


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
    bundles: dict[str, Bundle] = {}
    for name in sorted(files):
        data = read_toml(name, files[name])
        try:
            if name.endswith(BUNDLES_FILE):
                together = msgspec.convert(resolved(data, "bundles"), list[Bundle])
                bundles.update({bundle.code: bundle for bundle in together})
                continue
            if name.endswith(POSTS_FILE):
                found = msgspec.convert(entries(data, "posts"), list[Post])
                posts.update({post.id: post for post in found})
                continue
            for item in msgspec.convert(resolved(data), list[Item]):
                if item.code in items:
                    raise BadCatalogue("catalogue.code_twice", file=name, code=item.code)
                items[item.code] = item
        except msgspec.ValidationError as problem:
            raise BadCatalogue("catalogue.shape", file=name, problem=str(problem)) from problem
    return _seal(items, posts, bundles)


def read_toml(name: str, data: bytes) -> dict[str, Any]:
    """The TOML of one file. Raises BadCatalogue with the parser's line when it is none."""
    try:
        return tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise BadCatalogue("catalogue.not_toml", file=name, problem=str(problem)) from problem


def resolved(data: Mapping[str, Any], table: str = "items") -> list[Any]:
    """The raw entries of a file's `table`, each `basis` key put in place of its citation and each `route` key of its
    steps; an unknown key stays a string."""
    basis = _table(data, "basis")
    routes = _table(data, "routes")

    def resolve(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: _named(key, inner, basis, routes) or resolve(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [resolve(inner) for inner in value]
        return value

    return [resolve(entry) for entry in entries(data, table)]


def _table(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name, {})
    return found if isinstance(found, dict) else {}


def _named(key: str, value: Any, basis: Mapping[str, Any], routes: Mapping[str, Any]) -> Any:
    """What the string `value` stands for under this key, or None."""
    if not isinstance(value, str):
        return None
    return routes.get(value) if key == "route" else basis.get(value) if key.endswith("basis") else None


def entries(data: Mapping[str, Any], table: str) -> list[Any]:
    """The raw entries of `[[table]]`; what is no list is one entry, so that reading it names the mistake."""
    found = data.get(table, [])
    return found if isinstance(found, list) else [found]


def encode(catalogue: Catalogue) -> bytes:
    """The canonical bytes of `catalogue`, as the hall serves them; their SHA-256 is `catalogue.version`."""
    return _encoder.encode(_Body(FORMAT, catalogue.items, catalogue.posts, catalogue.bundles))


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
    return Catalogue(hashlib.sha256(data).hexdigest(), body.items, body.posts, body.bundles)


def item_hash(item: Item) -> str:
    """SHA-256 (hex) of the canonical bytes of `item`."""
    return hashlib.sha256(_encoder.encode(item)).hexdigest()


def _seal(items: dict[str, Item], posts: dict[str, Post], bundles: dict[str, Bundle]) -> Catalogue:
    data = _encoder.encode(_Body(FORMAT, items, posts, bundles))
    return Catalogue(hashlib.sha256(data).hexdigest(), items, posts, bundles)
