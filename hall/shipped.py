"""The catalogue and the calendar that ship with the program, as the blobs that a new hall publishes."""

from __future__ import annotations

from importlib.resources import files

from casework.catalogue.parse import encode, parse


def shipped_catalogue() -> bytes:
    """The canonical bytes of the shipped catalogue. Raises BadCatalogue when its files are broken."""
    root = files("casework.data")
    found = {name: root.joinpath(name).read_bytes() for name in ("posts.toml", "bundles.toml")}
    for entry in root.joinpath("items").iterdir():
        if entry.name.endswith(".toml"):
            found[f"items/{entry.name}"] = entry.read_bytes()
    return encode(parse(found))


def shipped_calendar() -> bytes:
    """The bytes of the shipped table of working days."""
    return files("casework.data").joinpath("calendar", "cn.json").read_bytes()
