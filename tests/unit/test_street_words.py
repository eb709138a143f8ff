"""People at the counter say what they want to do and not what the law calls it: the finder knows their words too."""

from __future__ import annotations

import pytest

from casework.catalogue import parse
from casework.catalogue.pinyin import spell
from casework.catalogue.search import Finder, bundle_entries, entries_of
from local_db.shipped import shipped_catalogue_files, street_words

CATALOGUE = parse.parse(shipped_catalogue_files())
WORDS = street_words()
ITEMS = Finder(entries_of(CATALOGUE.items.values()), WORDS)
BUNDLES = Finder(bundle_entries(CATALOGUE.bundles.values()), WORDS)


def test_each_word_belongs_to_something_that_can_be_applied_for_and_has_its_own_initials() -> None:
    assert set(WORDS) <= set(CATALOGUE.items) | set(CATALOGUE.bundles)
    for word in (word for known in WORDS.values() for word in known):
        said, _, initials = word.partition(" ")
        assert initials == spell(said)[0], word


@pytest.mark.parametrize(
    ("typed", "code"),
    [("开饭店", "D01"), ("kfd", "D01"), ("开奶茶", "D01"), ("注册公司", "A01"), ("开药店", "D09"), ("砍树", "C13")],
)
def test_an_item_is_found_by_the_words_of_the_street(typed: str, code: str) -> None:
    assert code in {entry.code for entry in ITEMS.find(typed)}


def test_what_is_opened_all_in_one_is_found_by_them_too() -> None:
    assert [entry.code for entry in BUNDLES.find("开饭店")] == ["Y01"]


def test_a_name_goes_before_such_a_word() -> None:
    assert ITEMS.find("食品经营")[0].code == "D01"
    assert ITEMS.find("spjyxk")[0].code == "D01"
