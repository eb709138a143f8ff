"""The district's list: real rows come in, bad rows are named with their line, nothing else is lost."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from casework.catalogue.district import HEADER, read_csv
from casework.errors import BadInput
from casework.limits import LIMITS

DATA = Path(__file__).parents[1] / "data" / "district_items.csv"
HEAD = ",".join(HEADER) + "\n"
GOOD = "511A001,客运班线延续经营许可,行政许可,区交通运输局,11736,未分类\n"


def _refused(text: str) -> list[tuple[int, str]]:
    return [(row.line, row.reason.id) for row in read_csv(text.encode()).refused]


def test_all_600_real_rows_come_in() -> None:
    imported = read_csv(DATA.read_bytes())
    assert (len(imported.items), imported.refused) == (600, ())
    assert imported.items[0].name == "重大危险源安全、应急措施备案"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_encoding_and_line_ends_of_the_office_do_not_matter(encoding: str, end: str) -> None:
    text = DATA.read_text(encoding="utf-8-sig").replace("\n", end)
    assert read_csv(text.encode(encoding)) == read_csv(DATA.read_bytes())


def test_bad_rows_are_named_with_line_and_reason_and_the_others_come_in() -> None:
    rows = [
        GOOD,
        "511A002,少一列,行政许可,区交通运输局,11736\n",
        ",没有编码,行政许可,局,1,组\n",
        "511A003,,行政许可,局,1,组\n",
        GOOD,
        '511A004,"引号没有关,行政许可,局,1,组\n',
        "511A005," + "长" * 201 + ",行政许可,局,1,组\n",
        "511A006,响铃\x07,行政许可,局,1,组\n",
        "\n",
        '511A007,"有,逗号",行政许可,局,1,组\n',
    ]
    assert _refused(HEAD + "".join(rows)) == [
        (3, "district.columns"),
        (4, "district.empty"),
        (5, "district.empty"),
        (6, "district.code_twice"),
        (7, "district.quote"),
        (8, "district.too_long"),
        (9, "district.control"),
    ]
    assert [item.code for item in read_csv((HEAD + "".join(rows)).encode()).items] == ["511A001", "511A007"]


def test_one_broken_byte_costs_one_row_and_makes_no_rare_characters_of_the_rest() -> None:
    data = DATA.read_bytes()
    place = data.index("许可".encode())
    imported = read_csv(data[: place + 1] + b"\xff" + data[place + 2 :])
    assert len(imported.items) == 599
    assert [row.reason.id for row in imported.refused] == ["district.encoding"]


def test_a_rare_character_beyond_the_bmp_is_kept() -> None:
    assert read_csv((HEAD + "1,𠮷祥许可,许可,局,1,组\n").encode()).items[0].name == "𠮷祥许可"


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00c", b"a,b,c\n1,2,3\n", GOOD.encode(), b"PK\x03\x04\x00\n"])
def test_a_file_without_the_header_is_refused_with_the_header_that_is_needed(data: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        read_csv(data)
    assert caught.value.message.facts["expected"] == ",".join(HEADER)


def test_a_file_beyond_the_limits_is_refused_before_it_is_read() -> None:
    for limits, code in (
        (msgspec.structs.replace(LIMITS, district_bytes=10), "district.too_large"),
        (msgspec.structs.replace(LIMITS, district_rows=10), "district.too_many"),
    ):
        with pytest.raises(BadInput) as caught:
            read_csv(DATA.read_bytes(), limits)
        assert caught.value.code == code
