"""Numbers that other registers gave out: identity numbers, credit codes, project codes, telephones; and their masks.

Keeps R51 (no case without a project code) and the rules of `casework.md` on codes and privacy. Each check returns the
number in the one form that is stored and compared, or raises `BadCode` with what is wrong and what to type. No check
asks anyone, so all of them work offline.
"""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import date
from typing import Literal

import msgspec

from casework.errors import BadCode
from casework.text import clean_code, clean_name

IdentityKind = Literal["person", "entity"]
CardKind = Literal["resident", "permit", "foreigner"]

OLDEST_YEARS = 130
"""An age that no living person has reached: a birth longer ago is a slip of the finger."""

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
# 11 Beijing ... 65 Xinjiang, 71 Taiwan, 81 82 Hong Kong and Macao; 83 is the permit of people from Taiwan.
_PROVINCES = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
_PERMITS = frozenset({"81", "82", "83"})
# The 15 characters of the older permanent residence card: country, region, birth, sequence, check digit.
_OLD_FOREIGN_CARD = re.compile(r"[A-Z]{3}[0-9]{12}")
_PASSPORT = re.compile(r"[A-Z0-9]{5,20}")
_PROJECT = re.compile(r"([0-9]{4})([0-9]{6})([0-9]{2})([0-9]{2})([0-9]{6})")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})-?([2-9][0-9]{6,7})(?:[-#转]([0-9]{1,6}))?")
_SERVICE = re.compile(r"[48]00-?[0-9]{3}-?[0-9]{4}")
_ABROAD = re.compile(r"\+(?!86)[1-9][0-9]{6,14}")


_NUMBER_FOR_A_NAME = re.compile(r"(?=.*[0-9])[0-9A-Z]{15,18}")
"""A credit code or an identity number, also a mistyped one: it stood in the line below or above."""


class ResidentId(msgspec.Struct, frozen=True):
    """What an identity number of 18 characters says about its bearer.

    `warning` is a message id, or empty: a region that the table does not know is no reason to send anyone away.
    """

    number: str
    card: CardKind
    region: str
    birth: date
    sex: Literal["male", "female"]
    warning: str = ""


class Identity(msgspec.Struct, frozen=True):
    """A checked number of an applicant or agent, in the form that is stored."""

    kind: Literal["resident_id", "passport", "uscc"]
    number: str
    warning: str = ""


def check_uscc(text: str) -> str:
    """The unified social credit code (GB 32100) in `text`, 18 characters.

    The registering department may be a letter (N for rural collectives, A, Y), which `stdnum` alone would refuse.

    Raises:
        BadCode: its length, a character, or its check digit is wrong.
    """
    code = clean_code(text).replace("-", "")
    _expect_length(code, 18, "code.uscc.length")
    for place, char in enumerate(code, 1):
        if char not in _USCC_ALPHABET or (3 <= place <= 8 and not char.isdigit()):
            raise BadCode("code.uscc.character", place=place, character=char)
    if code[0] not in "123456789ANY" or code[1] == "0":
        raise BadCode("code.uscc.character", place=1, character=code[:2])
    from stdnum.cn import uscc  # here, not above: it costs 50 ms, and only a typed code needs it

    if code[-1] != uscc.calc_check_digit(code):
        if _is_resident_id(code):
            raise BadCode("code.uscc.is_resident_id")
        raise BadCode("code.uscc.check_digit")
    return code


def check_resident_id(text: str, today: date, regions: Container[str] | None = None) -> ResidentId:
    """The identity number (GB 11643) in `text`: resident card, permit of 81/82/83, or foreigner's card of 9.

    Args:
        text: as typed, scanned or pasted.
        today: the hall's day; nobody is born after it.
        regions: region codes of six digits in force; without it only the province is looked at.

    Raises:
        BadCode: 15 digits, a wrong length, character or check digit, or a birth that can't be.
    """
    code = clean_code(text).replace("-", "")
    if len(code) == 15 and code.isdigit():
        raise BadCode("code.id.fifteen")
    _expect_length(code, 18, "code.id.length")
    for place, char in enumerate(code, 1):
        if char not in ("0123456789X" if place == 18 else "0123456789"):
            raise BadCode("code.id.character", place=place, character=char)
    if _id_check_digit(code) != code[17]:
        raise BadCode("code.id.check_digit")
    birth = _birth(code[6:14], today)
    card: CardKind = "permit" if code[:2] in _PERMITS else "foreigner" if code[0] == "9" else "resident"
    known = card == "foreigner" or (code[:6] in regions if regions is not None else code[:2] in _PROVINCES)
    return ResidentId(
        number=code,
        card=card,
        # A foreigner's card names the region in its second and third digit, then the country.
        region=code[1:3] if card == "foreigner" else code[:6],
        birth=birth,
        sex="male" if int(code[16]) % 2 else "female",
        warning="" if known else "code.id.region_unknown",
    )


def check_identity(kind: IdentityKind, text: str, today: date) -> Identity:
    """The number by which an applicant is known: a person's identity card or passport, an entity's credit code.

    Raises:
        BadCode: it is neither; or it is a good number of the other kind, and the sentence says so.
    """
    if kind == "entity":
        return Identity("uscc", check_uscc(text))
    code = clean_code(text).replace("-", "")
    # No passport has as many digits as that: it is an identity card with a slip, and the slip is what helps.
    digits = sum(char.isdigit() for char in code)
    if digits < 13 or _OLD_FOREIGN_CARD.fullmatch(code):
        if not _PASSPORT.fullmatch(code) or not digits:
            raise BadCode("code.passport")
        return Identity("passport", code)
    try:
        resident = check_resident_id(code, today)
    except BadCode:
        if _is_uscc(code):
            raise BadCode("code.id.is_uscc") from None
        raise
    return Identity("resident_id", resident.number, resident.warning)


def check_project_code(text: str) -> str:
    """The project code of an investment project (R51, GB/T 40058) as `YYMM-DDDDDD-NN-NN-NNNNNN`, hyphens put in.

    Codes of before 2021 begin with the year in four digits. The check digit has no published rule: the form is checked.

    Raises:
        BadCode: it is not of that form, or has no such month.
    """
    code = clean_code(text)
    parts = _PROJECT.fullmatch(code.replace("-", ""))
    if not parts or ("-" in code and [len(part) for part in code.split("-")] != [4, 6, 2, 2, 6]):
        raise BadCode("code.project.form")
    when = parts[1]
    if not 1 <= int(when[2:]) <= 12 and not 2010 <= int(when) <= 2020:
        raise BadCode("code.project.month", month=when[2:])
    return "-".join(parts.groups())


def check_person_name(text: str) -> str:
    """The name of a person as it is stored.

    Raises:
        BadCode: a credit code or an identity number stands there, which is nobody's name.
    """
    name = clean_name(text)
    if _NUMBER_FOR_A_NAME.fullmatch(name.replace(" ", "").replace("-", "").upper()):
        raise BadCode("code.name.number", given=name)
    return name


def check_phone(text: str) -> str:
    """A telephone number as it is stored: `13800138000`, `027-87654321-801`, `4001234567`, `+85212345678`.

    Raises:
        BadCode: it is no number that can be called from here; a landline needs its area code.
    """
    code = clean_code(text).replace("(", "").replace(")", "-")
    code = re.sub(r"^(\+|00)86-?", "", code)
    joined = code.replace("-", "")
    if _MOBILE.fullmatch(joined) or _SERVICE.fullmatch(code):
        return joined
    abroad = re.sub(r"^00(?=[1-9])", "+", joined)
    if _ABROAD.fullmatch(abroad):
        return abroad
    landline = _LANDLINE.fullmatch(code)
    if landline:
        return "-".join(part for part in landline.groups() if part)
    if re.fullmatch(r"[2-9][0-9]{6,7}", joined):
        raise BadCode("code.phone.area")
    if joined.startswith("1") and joined.isdigit() and joined[:2] != "10":
        raise BadCode("code.phone.mobile", given=len(joined))
    raise BadCode("code.phone.form")


def mask_name(name: str) -> str:
    """`张*`: the first character, whatever the length."""
    return f"{name[:1]}*" if name else ""


def mask_id(number: str) -> str:
    """`420111********0017`; of other papers the first two and the last two characters; short ones wholly hidden."""
    if len(number) >= 15:
        return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}"
    if len(number) >= 7:
        return f"{number[:2]}{'*' * (len(number) - 4)}{number[-2:]}"
    return "*" * len(number)


def mask_phone(number: str) -> str:
    """`138****1234`; a landline keeps its area code and last four digits; short ones wholly hidden."""
    if len(number) >= 11:
        return f"{number[: 3 if number[0] == '1' else 4]}****{number[-4:]}"
    if len(number) >= 7:
        return f"{'*' * (len(number) - 3)}{number[-3:]}"
    return "*" * len(number)


_NUMBERS = re.compile(r"(?<![0-9A-Za-z])(?:([0-9]{17}[0-9Xx])|(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}))(?![0-9A-Za-z])")


def mask_numbers(text: str) -> str:
    """`text` with the identity and telephone numbers in it masked (`张三 138****1234`)."""
    return _NUMBERS.sub(lambda met: mask_id(met[1]) if met[1] else mask_phone(met[2]), text)


def _expect_length(code: str, length: int, message_id: str) -> None:
    if len(code) != length:
        raise BadCode(message_id, given=len(code))


def _id_check_digit(code: str) -> str:
    return _ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(code[:17], _ID_WEIGHTS, strict=True)) % 11]


def _birth(digits: str, today: date) -> date:
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as error:
        raise BadCode("code.id.no_such_date", year=digits[:4], month=digits[4:6], day=digits[6:]) from error
    if birth > today:
        raise BadCode("code.id.future", birth=birth.isoformat())
    if birth.year < today.year - OLDEST_YEARS:
        raise BadCode("code.id.too_old", birth=birth.isoformat())
    return birth


def _is_resident_id(code: str) -> bool:
    return code[:17].isdigit() and code[17] in "0123456789X" and _id_check_digit(code) == code[17]


def _is_uscc(code: str) -> bool:
    try:
        check_uscc(code)
    except BadCode:
        return False
    return True
