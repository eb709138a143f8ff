"""Spellings for the finder: initials (`spjyxk`) and full pinyin of items, initials of people and firms.

Made when a catalogue is stored, and for people in quiet moments.

pypinyin takes half a second to load, so it is imported here inside the function and never at start; what it spells is
stored with the entry.
"""

from __future__ import annotations

import re
import unicodedata

# Words that pypinyin reads wrong in names of items: 建行使 as 建行 (the bank), 部件的确认 as 的确, 发卡企业 as 关卡.
_EXCEPTIONS = {
    "行使": ("xing", "shi"),
    "行车": ("xing", "che"),
    "行洪": ("xing", "hong"),
    "行医": ("xing", "yi"),
    "银行": ("yin", "hang"),
    "行业": ("hang", "ye"),
    "的确认": ("de", "que", "ren"),
    "发卡": ("fa", "ka"),
    "会计": ("kuai", "ji"),
    "参保": ("can", "bao"),
    "校验": ("jiao", "yan"),
    "重新": ("chong", "xin"),
    "重建": ("chong", "jian"),
    "调运": ("diao", "yun"),
    "调解": ("tiao", "jie"),
    "单位": ("dan", "wei"),
    "传染": ("chuan", "ran"),
    "厂房": ("chang", "fang"),
    "朝阳": ("chao", "yang"),
}
# Characters that begin another way in a surname than elsewhere.
_SURNAMES = dict(zip("曾单仇解区查朴覃乐种秘", "zsqxozpqycb", strict=True))
_LONGEST_NAME = 4
"""Characters of a person's name; what is longer is a firm's."""
_WORDS = re.compile("(" + "|".join([*sorted(_EXCEPTIONS, key=len, reverse=True), "[A-Za-z0-9]+"]) + ")")
_SYLLABLE = re.compile("[a-z]+")


def initials_of(name: str) -> str:
    """The initials of a person or a firm, for the search by name."""
    initials, _ = spell(name)
    own = _SURNAMES.get(name[:1]) if len(name) <= _LONGEST_NAME else None
    return own + initials[1:] if own else initials


def spell(name: str) -> tuple[str, str]:
    """Initials and full pinyin of `name`, both without spaces.

    A run of Latin letters or digits (3D, PPP) stays whole in both; punctuation goes.
    """
    from pypinyin import lazy_pinyin

    initials: list[str] = []
    full: list[str] = []
    for part in _WORDS.split(unicodedata.normalize("NFKC", name)):
        if part.isascii() and part.isalnum():
            initials.append(part.casefold())
            full.append(part.casefold())
            continue
        syllables = _EXCEPTIONS.get(part) or [each for each in lazy_pinyin(part) if _SYLLABLE.fullmatch(each)]
        initials.extend(syllable[0] for syllable in syllables)
        full.extend(syllables)
    return "".join(initials), "".join(full)
