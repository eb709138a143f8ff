"""Lines of `yichuang intake`: what is wrong is said with the field and the reference, nothing is guessed."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from casework.errors import BadInput
from casework.limits import Limits
from console.intake.lines import BadLine, lines_of, read_line

GOOD: dict[str, Any] = {
    "ref": " 2026-7 ",
    "item": "D01",
    "applicant": {"kind": "person", "name": "张三", "id": "420111199003070017", "phone": "13800138000"},
    "situations": {"direct_contact": True},
    "form": {"area": 120, "premises": "光谷"},
    "materials": {"D01-01": {"have": "original"}},
}


def read(**changes: Any) -> Any:
    """A good line with changes."""
    return read_line(json.dumps({**GOOD, **changes}).encode(), 2)


def test_a_whole_line_becomes_an_intake() -> None:
    command = read()
    assert (command.ref, command.item, command.outcome) == ("2026-7", "D01", "receive")
    assert command.materials == {"D01-01": "original"}
    assert command.form == {"area": "120", "premises": "光谷"}
    assert command.applicant.phone == "13800138000"


def test_null_is_as_if_it_were_not_there() -> None:
    command = read(agent=None, project_code=None, materials=None, outcome=None, ref=None)
    assert (command.agent, command.project_code, command.materials, command.outcome, command.ref) == (
        None, "", {}, "receive", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"colour": 1}, "intake.line.unknown", "colour"),
        ({"applicant": {**GOOD["applicant"], "age": 3}}, "intake.line.unknown", "applicant.age"),
        ({"materials": {"D01-01": {"have": "copy", "of": 2}}}, "intake.line.unknown", "materials.D01-01.of"),
        ({"materials": {"D01-01": "copy"}}, "intake.line.kind", "materials.D01-01"),
        ({"materials": {"D01-01": {}}}, "intake.line.needs", "materials.D01-01.have"),
        ({"materials": ["D01-01"]}, "intake.line.kind", "materials"),
        ({"applicant": "张三"}, "intake.line.kind", "applicant"),
        ({"applicant": {"kind": "person", "name": "张三"}}, "intake.line.needs", "applicant.id"),
        ({"applicant": {**GOOD["applicant"], "id": 42}}, "intake.line.kind", "applicant.id"),
        ({"agent": {"name": "李四"}}, "intake.line.needs", "agent.kind"),
        ({"form": {"area": [1]}}, "intake.line.kind", "form.area"),
        ({"form": {"area": True}}, "intake.line.kind", "form.area"),
        ({"item": 1}, "intake.line.kind", "item"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(BadLine) as caught:
        read(**changes)
    assert (caught.value.code, caught.value.message.facts["field"], caught.value.ref.strip()) == (code, field, "2026-7")


@pytest.mark.parametrize(
    ("data", "place"),
    [(b"{", 2), (b'{"item": "D01", "appl', 17), (b"nonsense", 1), (b'{"a": 1} {"b": 2}', 10), (b"\x00\x01", 1)],
)
def test_a_line_that_was_cut_is_refused_with_the_place(data: bytes, place: int) -> None:
    with pytest.raises(BadLine) as caught:
        read_line(data, 1)
    assert (caught.value.code, caught.value.message.facts) == ("intake.line.json", {"place": place})


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"], ids=["nested", "digits"])
def test_a_line_that_no_reader_can_follow_is_refused(data: bytes) -> None:
    with pytest.raises(BadLine, match=r"intake\.line\.deep"):
        read_line(data, 1)


def test_a_field_that_stands_twice_is_no_choice_of_ours() -> None:
    with pytest.raises(BadLine) as caught:
        read_line(b'{"item": "D01", "item": "A01", "applicant": {}}', 1)
    assert (caught.value.code, caught.value.message.facts["field"]) == ("intake.line.twice", "item")


@pytest.mark.parametrize("data", [b"[]", b"1", b'"D01"', b"null"])
def test_a_line_that_is_no_object_is_refused(data: bytes) -> None:
    with pytest.raises(BadLine, match="object"):
        read_line(data, 1)


def test_a_reference_that_can_not_be_read_or_is_too_long_is_refused() -> None:
    for ref in ("\ud800", "x" * 201):
        with pytest.raises(BadInput):
            read(ref=ref)


def test_lines_are_counted_and_one_that_is_too_long_is_passed_over_whole() -> None:
    text = b"\xef\xbb\xbf{}\r\n\n" + b"x" * 50 + b"\n  \nlast"
    found = list(lines_of(io.BytesIO(text), Limits(line_bytes=20)))
    assert found == [(1, b"\xef\xbb\xbf{}\r\n"), (3, None), (5, b"last")]
    assert list(lines_of(io.BytesIO(b"x" * 21), Limits(line_bytes=20))) == [(1, None)]
