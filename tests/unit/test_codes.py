"""Identity numbers, credit codes, project codes and telephones as they are typed at a counter."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from casework.codes import (
    check_identity,
    check_phone,
    check_project_code,
    check_resident_id,
    check_uscc,
    mask_id,
    mask_name,
    mask_numbers,
    mask_phone,
)
from casework.errors import BadCode

TODAY = date(2026, 11, 23)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def number_of(region: str, birth: str, sequence: str) -> str:
    """An identity number with the check digit of stdnum."""
    body = f"{region}{birth}{sequence}"
    return body + str(ric.calc_check_digit(body + "0"))


def refusal(check: object, *arguments: object) -> str:
    with pytest.raises(BadCode) as refused:
        check(*arguments)  # type: ignore[operator]
    return refused.value.code


@pytest.mark.parametrize("code", ["91110000600037341L", "91420100MA4KL0000K", "11420100MB0000001C"])
def test_good_credit_codes_pass(code: str) -> None:
    assert check_uscc(code) == code


@pytest.mark.parametrize(
    "typed",
    [
        "９１１１００００６０００３７３４１Ｌ",
        " 91110000 600037341l ",
        "91110000-60003734-1L",
        "\u200b91110000600037341L\u00a0",
    ],
)
def test_a_credit_code_pasted_with_what_clings_to_it_is_the_same_code(typed: str) -> None:
    assert check_uscc(typed) == "91110000600037341L"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "code.uscc.length"),
        ("9111000060003734L", "code.uscc.length"),
        ("91110000600037341K", "code.uscc.check_digit"),
        ("9111000060O037341L", "code.uscc.character"),
        ("911A0000600037341L", "code.uscc.character"),
        ("Z1110000600037341L", "code.uscc.character"),
        ("01110000600037341L", "code.uscc.character"),
        ("420111199003070017", "code.uscc.is_resident_id"),
        ("9" * 300, "text.too_long"),
        ("９¹²²0000600037341L", "code.uscc.character"),
    ],
)
def test_a_wrong_credit_code_is_refused_with_the_reason(typed: str, code: str) -> None:
    assert refusal(check_uscc, typed) == code


def test_a_rural_collective_has_a_credit_code_that_begins_with_a_letter() -> None:
    body = "N2420118MF0000001"
    assert check_uscc(body + str(uscc.calc_check_digit(body))) == body + str(uscc.calc_check_digit(body))


@given(st.text("0123456789", min_size=6, max_size=6), st.text(ALPHABET, min_size=9, max_size=9), st.data())
def test_every_single_slip_in_a_credit_code_is_found(region: str, rest: str, data: st.DataObject) -> None:
    body = f"91{region}{rest}"
    code = body + str(uscc.calc_check_digit(body))
    assert check_uscc(code) == uscc.validate(code)
    place = data.draw(st.integers(0, 17))
    other = data.draw(st.sampled_from(ALPHABET.replace(code[place], "")))
    with pytest.raises(BadCode):
        check_uscc(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize("number", ["420111199003070017", "420106200001010023"])
def test_good_identity_numbers_pass(number: str) -> None:
    resident = check_resident_id(number, TODAY)
    assert (resident.number, resident.card, resident.warning) == (number, "resident", "")
    assert resident.birth == date.fromisoformat(number[6:14])


def test_the_number_tells_birth_and_sex() -> None:
    resident = check_resident_id("420111199003070017", TODAY)
    assert (resident.birth, resident.sex, resident.region) == (date(1990, 3, 7), "male", "420111")
    assert check_resident_id("420106200001010023", TODAY).sex == "female"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("42011119850229001X", "code.id.no_such_date"),
        ("420111900307001", "code.id.fifteen"),
        ("42011119900307001", "code.id.length"),
        ("420111199003070018", "code.id.check_digit"),
        ("42O111199003070017", "code.id.character"),
        ("4201111990030700X7", "code.id.character"),
        (number_of("420111", "20261124", "001"), "code.id.future"),
        (number_of("420111", "20990101", "001"), "code.id.future"),
        (number_of("420111", "18900101", "001"), "code.id.too_old"),
        ("", "code.id.length"),
    ],
)
def test_a_wrong_identity_number_is_refused_with_the_reason(typed: str, code: str) -> None:
    assert refusal(check_resident_id, typed, TODAY) == code


def test_an_identity_card_that_ends_in_x_is_known_where_a_credit_code_was_asked_for() -> None:
    with_x = next(n for n in (number_of("420111", "19900307", f"{k:03d}") for k in range(99)) if n.endswith("X"))
    assert refusal(check_uscc, with_x) == "code.uscc.is_resident_id"


def test_somebody_born_today_passes_and_a_small_x_is_an_x() -> None:
    newborn = number_of("420111", "20261123", "001")
    assert check_resident_id(newborn, TODAY).birth == TODAY
    with_x = next(n for n in (number_of("420111", "19900307", f"{k:03d}") for k in range(99)) if n.endswith("X"))
    assert check_resident_id(with_x.lower(), TODAY).number == with_x


def test_an_unknown_or_retired_region_only_warns() -> None:
    assert check_resident_id("420111199003070017", TODAY).warning == ""
    assert check_resident_id(number_of("160111", "19900307", "001"), TODAY).warning == "code.id.region_unknown"
    retired = check_resident_id("420111199003070017", TODAY, regions={"420118"})
    assert retired.warning == "code.id.region_unknown"


@pytest.mark.parametrize(
    ("region", "card"), [("810000", "permit"), ("820000", "permit"), ("830000", "permit"), ("942840", "foreigner")]
)
def test_people_from_hong_kong_macao_taiwan_and_abroad_have_cards_too(region: str, card: str) -> None:
    resident = check_resident_id(number_of(region, "19900307", "001"), TODAY)
    assert (resident.card, resident.warning) == (card, "")


@given(st.dates(date(1930, 1, 1), TODAY), st.integers(0, 999), st.data())
def test_every_single_slip_and_swap_in_an_identity_number_is_found(
    birth: date, sequence: int, data: st.DataObject
) -> None:
    number = number_of("420111", birth.strftime("%Y%m%d"), f"{sequence:03d}")
    assert check_resident_id(number, TODAY).birth == birth
    place = data.draw(st.integers(0, 16))
    other = data.draw(st.sampled_from("0123456789".replace(number[place], "")))
    with pytest.raises(BadCode):
        check_resident_id(number[:place] + other + number[place + 1 :], TODAY)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assume(swapped != number)
    with pytest.raises(BadCode):
        check_resident_id(swapped, TODAY)


@pytest.mark.parametrize(
    ("kind", "typed", "found"),
    [
        ("person", "420111199003070017", ("resident_id", "420111199003070017")),
        ("person", "e12345678", ("passport", "E12345678")),
        ("person", "H-1234 5678", ("passport", "H12345678")),
        ("person", "USA420190030712", ("passport", "USA420190030712")),
        ("person", "USA142019003071", ("passport", "USA142019003071")),
        ("entity", "91110000600037341L", ("uscc", "91110000600037341L")),
    ],
)
def test_an_applicant_is_known_by_card_passport_or_credit_code(kind: str, typed: str, found: tuple[str, str]) -> None:
    identity = check_identity(kind, typed, TODAY)  # type: ignore[arg-type]
    assert (identity.kind, identity.number) == found


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("42011119900307001", "code.id.length"),
        ("91110000600037341L", "code.id.is_uscc"),
        ("42O111199003070017", "code.id.character"),
        ("E123", "code.passport"),
        ("PASSPORT", "code.passport"),
        ("护照12345", "code.passport"),
        ("", "code.passport"),
    ],
)
def test_a_slip_in_an_identity_card_is_not_taken_for_a_passport(typed: str, code: str) -> None:
    assert refusal(check_identity, "person", typed, TODAY) == code


@pytest.mark.parametrize(
    "typed",
    [
        "2611-420118-04-01-123456",
        "26114201180401123456",
        "２６１１－４２０１１８－０４－０１－１２３４５６",
        " 2611—420118—04—01—123456",
    ],
)
def test_a_project_code_is_stored_with_its_hyphens(typed: str) -> None:
    assert check_project_code(typed) == "2611-420118-04-01-123456"


def test_a_project_code_of_the_old_years_is_known() -> None:
    assert check_project_code("2019-420118-47-03-012345") == "2019-420118-47-03-012345"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "code.project.form"),
        ("2611-420118-04-01-12345", "code.project.form"),
        ("26114-20118-04-01-123456", "code.project.form"),
        ("2613-420118-04-01-123456", "code.project.month"),
        ("2600-420118-04-01-123456", "code.project.month"),
    ],
)
def test_no_case_of_a_project_without_its_code(typed: str, code: str) -> None:
    assert refusal(check_project_code, typed) == code


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("138 0013 8000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("027-87654321", "027-87654321"),
        ("（027）87654321", "027-87654321"),
        ("02787654321", "027-87654321"),
        ("0713-8765432 转 801", "0713-8765432-801"),
        ("010-82345678", "010-82345678"),
        ("400-123-4567", "4001234567"),
        ("00852 1234 5678", "+85212345678"),
    ],
)
def test_a_telephone_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert check_phone(typed) == stored
    assert check_phone(stored) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("87654321", "code.phone.area"),
        ("1380013800", "code.phone.mobile"),
        ("12800138000", "code.phone.mobile"),
        ("张三", "code.phone.form"),
        ("", "code.phone.form"),
        ("0278765432109", "code.phone.form"),
    ],
)
def test_a_telephone_that_nobody_can_call_is_refused(typed: str, code: str) -> None:
    assert refusal(check_phone, typed) == code


def test_lists_and_boards_show_masks() -> None:
    assert mask_id("420111199003070017") == "420111********0017"
    assert mask_name("张三丰") == mask_name("张三") == "张*"
    assert mask_name("𠮷野家") == "𠮷*"
    assert mask_phone("13812341234") == "138****1234"
    assert mask_phone("027-87654321") == "027-****4321"
    assert mask_id("E12345678") == "E1*****78"
    assert mask_phone("8765432") == "****432"
    assert mask_phone("02787654321") == "0278****4321"
    assert mask_phone("123456") == "******"
    assert mask_id("1234567") == "12***67"
    assert mask_id("123456") == "******"
    assert mask_name("") == mask_id("") == mask_phone("") == ""


@given(st.text("0123456789X-+", min_size=1, max_size=40))
def test_no_mask_shows_the_whole(number: str) -> None:
    for masked in (mask_id(number), mask_phone(number), mask_name(number)):
        assert masked != number
        assert "*" in masked


@given(st.text(max_size=300))
def test_whatever_is_typed_is_taken_or_refused_with_a_sentence(typed: str) -> None:
    for check in (check_uscc, check_project_code, check_phone, lambda text: check_identity("person", text, TODAY)):
        with contextlib.suppress(BadCode):
            check(typed)


def test_numbers_within_a_line_are_masked_and_its_words_stay() -> None:
    assert mask_numbers("李敏 13812345678、027-87654321") == "李敏 138****5678、027-****4321"
    assert (
        mask_numbers("证件420111198501012341，面积 1234567890 平方米")
        == "证件420111********2341，面积 1234567890 平方米"
    )
    assert mask_numbers("2411-420118-04-01-100001") == "2411-420118-04-01-100001"
