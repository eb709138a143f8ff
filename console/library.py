"""The catalogues and calendars that this terminal holds: the newest for new cases, and each case's own (S33)."""

from __future__ import annotations

import dataclasses

from casework import calendar
from casework.calendar import Calendar
from casework.case import Case
from casework.catalogue import parse
from casework.catalogue.schema import Catalogue
from casework.catalogue.search import Finder, entries_of
from local_db.memory import TerminalMemory

GUIDE_LAYER = "guide"
"""Under this key the import of a district's list keeps its finder entries."""


@dataclasses.dataclass
class Library:
    """Reads versions from the memory once each; they never change."""

    memory: TerminalMemory
    _catalogues: dict[str, Catalogue] = dataclasses.field(default_factory=dict)
    _calendars: dict[str, Calendar] = dataclasses.field(default_factory=dict)
    _finder: tuple[str, Finder] | None = None

    def current(self) -> Catalogue:
        """The version under which new cases are taken in: the newest head whose bytes are here."""
        return self._catalogue(self.memory.head("catalogue"))

    def of(self, case: Case) -> Catalogue:
        """The version under which `case` was taken in; the newest one while its own has not come yet."""
        return self._catalogue(case.catalogue) if self._has(case.catalogue) else self.current()

    def calendar(self) -> Calendar:
        """The newest calendar."""
        version = self.memory.head("calendar")
        if version not in self._calendars:
            self._calendars[version] = calendar.parse(self.memory.blob(version))
        return self._calendars[version]

    def finder(self) -> Finder:
        """The finder over the newest catalogue and the local guide-only items; spelled once for each version."""
        version = self.memory.head("catalogue")
        if self._finder is None or self._finder[0] != version:
            entries = self.memory.finder_entries(version)
            if entries is None:
                entries = entries_of(self.current().items.values())
                self.memory.keep_finder_entries(version, entries)
            self._finder = (version, Finder((*entries, *(self.memory.finder_entries(GUIDE_LAYER) or ()))))
        return self._finder[1]

    def _has(self, version: str) -> bool:
        return version in self._catalogues or (bool(version) and self.memory.has_blob(version))

    def _catalogue(self, version: str) -> Catalogue:
        if version not in self._catalogues:
            self._catalogues[version] = parse.decode(self.memory.blob(version))
        return self._catalogues[version]
