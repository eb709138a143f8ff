"""The catalogue and the calendar that ship with the program, read from the package as bytes.

`casework` reads no files; this is the one place that hands it the shipped ones.
"""

from __future__ import annotations

from importlib.resources import files


def shipped_catalogue_files() -> dict[str, bytes]:
    """`posts.toml`, `bundles.toml` and `items/*.toml` of `casework.data` by name, as `parse` takes them."""
    root = files("casework.data")
    found = {name: root.joinpath(name).read_bytes() for name in ("posts.toml", "bundles.toml")}
    for entry in root.joinpath("items").iterdir():
        if entry.name.endswith(".toml"):
            found[f"items/{entry.name}"] = entry.read_bytes()
    return dict(sorted(found.items()))


def shipped_calendar() -> bytes:
    """The table of working days of `casework.data`, as `casework.calendar.parse` takes it."""
    return files("casework.data").joinpath("calendar", "cn.json").read_bytes()


def street_words() -> dict[str, tuple[str, ...]]:
    """The words in which people ask for an item at the counter, by its code (`casework/data/street.toml`)."""
    import tomllib  # not before somebody looks for an item

    words = tomllib.loads(files("casework.data").joinpath("street.toml").read_text("utf-8"))["words"]
    return {code: tuple(known) for code, known in words.items()}
