"""The catalogues and calendars that this terminal holds: the newest for new cases, and each case's own (S33)."""

from __future__ import annotations

import dataclasses

from casework import calendar
from casework.calendar import Calendar
from casework.case import Case
from casework.catalogue import parse
from casework.catalogue.schema import Catalogue
from casework.catalogue.search import Finder, bundle_entries, entries_of
from console.errors import NoCatalogue
from local_db.memory import TerminalMemory
from local_db.shipped import street_words

GUIDE_LAYER = "guide"
"""Under this key the import of a district's list keeps its finder entries."""


@dataclasses.dataclass
class Library:
    """Reads versions from the memory once each; they never change."""

    memory: TerminalMemory
    _catalogues: dict[str, Catalogue] = dataclasses.field(default_factory=dict)
    _calendars: dict[str, Calendar] = dataclasses.field(default_factory=dict)
    _finder: tuple[str, Finder] | None = None
    _bundles: tuple[str, Finder] | None = None
    _newest: dict[str, str] = dataclasses.field(default_factory=dict)

    def current(self) -> Catalogue:
        """The version under which new cases are taken in: the newest head whose bytes are here.

        Raises NoCatalogue before the first sync.
        """
        return self._catalogue(self._head("catalogue"))

    def of(self, case: Case) -> Catalogue:
        """The version under which `case` was taken in; the newest one while its own has not come yet."""
        return self.version(case.catalogue)

    def version(self, version: str) -> Catalogue:
        """That version of the catalogue; the newest one where none is named, or it is not here."""
        known = bool(version) and (version in self._catalogues or self.memory.blob(version) is not None)
        return self._catalogue(version) if known else self.current()

    def has_catalogue(self) -> bool:
        """Whether a catalogue has come."""
        head = self.memory.head("catalogue.head")
        return head is not None and self.memory.blob(head.version) is not None

    def calendar(self) -> Calendar:
        """The newest calendar. Raises NoCatalogue before the first sync."""
        version = self._head("calendar")
        if version not in self._calendars:
            self._calendars[version] = calendar.parse(self._blob(version))
        return self._calendars[version]

    def finder(self) -> Finder:
        """The finder over the newest catalogue and the local guide-only items; spelled once for each version."""
        version = self._head("catalogue")
        if self._finder is None or self._finder[0] != version:
            entries = self.memory.finder_entries(version)
            if entries is None:
                entries = entries_of(self.current().items.values())
                self.memory.keep_finder_entries(version, entries)
            self._finder = (
                version,
                Finder((*entries, *(self.memory.finder_entries(GUIDE_LAYER) or ())), street_words()),
            )
        return self._finder[1]

    def bundle_finder(self) -> Finder:
        """The finder over the bundles of the newest catalogue; spelled once for each version."""
        version = self._head("catalogue")
        if self._bundles is None or self._bundles[0] != version:
            layer = f"bundles/{version}"
            entries = self.memory.finder_entries(layer)
            if entries is None:
                entries = bundle_entries(self.current().bundles.values())
                self.memory.keep_finder_entries(layer, entries)
            self._bundles = (version, Finder(entries, street_words()))
        return self._bundles[1]

    def _head(self, kind: str) -> str:
        """The newest version of `kind` that is here; while its bytes are on the way, the one before."""
        head = self.memory.head(f"{kind}.head")
        if head is not None and (head.version == self._newest.get(kind) or self.memory.blob(head.version) is not None):
            self._newest[kind] = head.version
        if kind not in self._newest:
            raise NoCatalogue("console.no_catalogue")
        return self._newest[kind]

    def _catalogue(self, version: str) -> Catalogue:
        if version not in self._catalogues:
            self._catalogues[version] = parse.decode(self._blob(version))
        return self._catalogues[version]

    def _blob(self, version: str) -> bytes:
        data = self.memory.blob(version)
        if data is None:
            raise NoCatalogue("console.no_catalogue")
        return data
