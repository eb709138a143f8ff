"""What the catalogue check says of each planted mistake, and of files broken in general: file, line, code, message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from casework.catalogue.check import check
from casework.catalogue.finding import Finding
from tests.pinned.saying import line
from tests.unit.planted_mistakes import BUNDLES, BUSINESS, PLANTED, POSTS, SINGLE, planted, sample


def found(findings: Iterable[Finding]) -> Iterator[str]:
    """Each finding as a line."""
    for each in findings:
        yield line(f"{each.file}:{each.line}", each.code or "-", each.reason)


def mistakes(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Of each planted mistake all that is found."""
    for rule, where, old, new, _ in rows:
        yield line("planted", rule, where, new.replace("\n", " "))
        yield from found(planted(where, old, new)[0])


def without(file: str, start: int) -> Iterator[str]:
    """The file with one line left out, every twelfth in turn."""
    lines = sample()[file].decode().splitlines()
    for at in range(start, len(lines), 12):
        if lines[at].strip():
            yield line("without", at + 1, lines[at].strip())
            text = "\n".join(lines[:at] + lines[at + 1 :])
            yield from found(check({**sample(), file: text.encode()}))


ODD = {
    "no text": {"items/odd.toml": b"\xff\xfe"},
    "flat": {"items/flat.toml": b"items = 3\nbasis = 4\n"},
    "cut in half": {BUSINESS: b"\n\nitems = [\n"},
    "no posts": {POSTS: b""},
    "nothing": {SINGLE: b"", BUSINESS: b"", BUNDLES: b""},
    "names without values": {SINGLE: b'[[items]]\ncode = "D01"\n'},
    "strange table": {SINGLE: b"[wrong]\na = 1\n[[other]]\nb = 2\n"},
    "empty texts": {POSTS: b'[[posts]]\nid = "window"\nteam = "helper"\nname = { zh = "", en = "" }\n'},
}


def odd(name: str) -> Iterator[str]:
    """A file that is none."""
    return found(check({**sample(), **ODD[name]}))


HISTORIES: Mapping[str, Callable[[], Iterator[str]]] = (
    {f"planted {at:03}": partial(mistakes, PLANTED[at : at + 5]) for at in range(0, len(PLANTED), 5)}
    | {f"without lines of {file} {start:02}": partial(without, file, start)
       for file in (SINGLE, BUNDLES, POSTS) for start in range(0, 12, 2)}
    | {f"odd: {name}": partial(odd, name) for name in ODD}
)  # fmt: skip
