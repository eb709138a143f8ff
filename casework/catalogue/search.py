"""The finder: a clerk types part of a code, a name, initials or pinyin, and sees the items, best first.

It searches joined strings instead of visiting entries, so that a key press over 2,000 items costs well under a
millisecond. The spellings come from the store, where `entries_of` and `guide_entries` put them.
"""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from casework.catalogue.district import GuideItem
from casework.catalogue.schema import Bundle, Item


class FinderEntry(msgspec.Struct, frozen=True):
    """One line of the finder. `guide_only`: of the district's list, no case can be opened on it (`module` is None)."""

    code: str
    name: str
    initials: str
    pinyin: str
    module: str | None
    guide_only: bool
    english: str = ""


def entries_of(items: Iterable[Item]) -> tuple[FinderEntry, ...]:
    """Entries of catalogue items. Loads pypinyin: for the moment of storing only."""
    from casework.catalogue.pinyin import spell

    return tuple(
        FinderEntry(item.code, item.name.zh, *spell(item.name.zh), item.module, False, item.name.en) for item in items
    )


def bundle_entries(bundles: Iterable[Bundle]) -> tuple[FinderEntry, ...]:
    """Entries of bundles and stages. Loads pypinyin: for the moment of storing only."""
    from casework.catalogue.pinyin import spell

    return tuple(FinderEntry(one.code, one.name.zh, *spell(one.name.zh), None, False, one.name.en) for one in bundles)


def guide_entries(items: Iterable[GuideItem]) -> tuple[FinderEntry, ...]:
    """Entries of the guide-only layer. Loads pypinyin: for the moment of importing only."""
    from casework.catalogue.pinyin import spell

    return tuple(FinderEntry(item.code, item.name, *spell(item.name), None, True) for item in items)


def fold(text: str) -> str:
    """`text` as the finder compares it: full-width to plain, no case, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


_GRAM = 3
_GAP = 3
_FEW = 200
"""So many entries that begin alike are sorted; more of them are met soon by going through the text."""


class _Column:
    """One attribute of all entries: joined in one string with the place where each begins, sorted, and by its grams.

    What begins so is looked up among the sorted values; what contains it, by the rarest three characters of it. So ten
    times as many entries cost hardly more. Fewer than three characters are met soon, or they are in no value at all.
    """

    def __init__(self, values: Sequence[str], *, grams: bool = True) -> None:
        self.values = values
        self.text = "\n" + "\n".join(values) + "\n"
        self.starts: list[int] = []
        place = 1
        for value in values:
            self.starts.append(place)
            place += len(value) + 1
        self._sorted = sorted(range(len(values)), key=values.__getitem__)
        self._in_order = [values[index] for index in self._sorted]
        self._characters = frozenset(self.text)
        self._grams = _grams(values) if grams else None
        self._pairs = frozenset() if grams else frozenset(map(str.__add__, self.text, self.text[1:]))

    def hits(self, needle: str, at_start: bool) -> Iterator[int]:
        if not self._characters.issuperset(needle):
            return iter(())
        if at_start:
            return self._begin(needle)
        if self._grams is None or len(needle) < _GRAM:
            absent = self._grams is None and not self._pairs.issuperset(map(str.__add__, needle, needle[1:]))
            return iter(()) if absent else self._met(needle)
        lists = [self._grams.get(needle[at : at + _GRAM], ()) for at in range(len(needle) - _GRAM + 1)]
        return (index for index in min(lists, key=len) if needle in self.values[index])

    def _begin(self, needle: str) -> Iterator[int]:
        first = bisect.bisect_left(self._in_order, needle)
        last = bisect.bisect_right(self._in_order, needle + "\U0010ffff")
        return iter(sorted(self._sorted[first:last])) if last - first <= _FEW else self._met("\n" + needle)

    def _met(self, wanted: str) -> Iterator[int]:
        at_start = wanted.startswith("\n")
        place = self.text.find(wanted)
        while place != -1:
            index = bisect.bisect_right(self.starts, place + at_start) - 1
            yield index
            place = self.text.find(wanted, self.starts[index] + len(self.values[index]))

    def scattered(self, needle: str) -> Iterator[int]:
        """The entries whose value has the characters of `needle` in their order, at most `_GAP` others between two.

        Each stretch up to the next character has no choice, so going through all entries stays linear.
        """
        first, *more = map(re.escape, needle)
        stretches = "".join(f"[^\\n{one}]{{0,{_GAP}}}{one}" for one in more)
        for met in re.finditer(first + stretches, self.text):
            yield bisect.bisect_right(self.starts, met.start()) - 1

    def matches(self, index: int, needle: str, at_start: bool) -> bool:
        value = self.values[index]
        return value.startswith(needle) if at_start else needle in value


def _grams(values: Sequence[str]) -> dict[str, list[int]]:
    """The entries by each three characters in a row, in their order; one that holds them twice stands twice."""
    found: dict[str, list[int]] = {}
    for index, value in enumerate(values):
        for at in range(len(value) - _GRAM + 1):
            found.setdefault(value[at : at + _GRAM], []).append(index)
    return found


class Finder:
    """Finds entries by code, name, initials, pinyin or English name. Immutable; make a new one for a new catalogue."""

    def __init__(self, entries: Iterable[FinderEntry], street: Mapping[str, Sequence[str]] | None = None) -> None:
        """`street`: by code, the words in which people ask for it."""
        self._entries = sorted(entries, key=lambda entry: (entry.guide_only, entry.code))
        codes = [fold(entry.code) for entry in self._entries]
        self._by_code: dict[str, list[int]] = {}
        for index, folded in enumerate(codes):
            self._by_code.setdefault(folded, []).append(index)
        self._exact = {entry.code: index for index, entry in reversed(list(enumerate(self._entries)))}
        code = _Column(codes, grams=False)
        name = _Column([fold(entry.name) for entry in self._entries])
        initials = _Column([entry.initials for entry in self._entries])
        pinyin = _Column([entry.pinyin for entry in self._entries])
        english = _Column([fold(entry.english) for entry in self._entries])
        asked = _Column([fold("|".join((street or {}).get(entry.code, ()))) for entry in self._entries])
        self._loose = (initials, name)
        self._tiers = (
            (code, True),
            (initials, True),
            (name, True),
            (asked, False),
            (pinyin, True),
            (english, True),
            (name, False),
            (code, False),
            (initials, False),
            (pinyin, False),
            (english, False),
        )

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, query: str, recent: Sequence[str] = (), limit: int = 20) -> tuple[FinderEntry, ...]:
        """At most `limit` entries for `query`: exact code, then code, initials and name that begin so, words of the
        street with it, pinyin that begins so, then any that contain it; if none does, those with these characters of
        name or initials in their order (`yxgs` finds 有限责任公司). Among equals the codes in `recent` come first,
        latest first, then items before guide-only.

        An empty query gives the recent ones and then all.
        """
        needle = fold(query)
        latest = [self._exact[code] for code in recent if code in self._exact]
        if not needle:
            return self._taken([latest, range(len(self._entries))], limit)
        ranks = [(self._rank(index, needle), index) for index in latest]
        groups: list[Iterable[int]] = [self._by_code.get(needle, ())]
        for rank, (column, at_start) in enumerate(self._tiers):
            groups.append([index for at, index in ranks if at == rank])
            groups.append(column.hits(needle, at_start))
        found = self._taken(groups, limit)
        if found or len(needle) < _GRAM:
            return found
        return self._taken([column.scattered(needle) for column in self._loose], limit)

    def _rank(self, index: int, needle: str) -> int | None:
        for rank, (column, at_start) in enumerate(self._tiers):
            if column.matches(index, needle, at_start):
                return rank
        return None

    def _taken(self, groups: Iterable[Iterable[int]], limit: int) -> tuple[FinderEntry, ...]:
        seen: dict[int, None] = {}
        for group in groups:
            for index in group:
                if len(seen) >= limit:
                    return tuple(self._entries[each] for each in seen)
                seen.setdefault(index)
        return tuple(self._entries[each] for each in seen)
