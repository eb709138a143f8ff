"""What can be wrong on a form, each with the sentence that says what to do."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from casework import bodies
from casework.drafting import Decision
from casework.errors import BadInput
from casework.facts import encode_fact
from casework.limits import LIMITS
from tests.people import CATALOGUE, PERSON, Office, code_of, with_item


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"applicant": bodies.Party("person", "张建国", "420111199003070018")}, "code.id.check_digit"),
        ({"applicant": bodies.Party("person", "张建国", "42011119850229001X")}, "code.id.no_such_date"),
        ({"applicant": bodies.Party("person", "张建国", "110101202612240033")}, "code.id.future"),
        ({"applicant": bodies.Party("person", "张建国", "91110000600037341L")}, "code.id.is_uscc"),
        ({"applicant": bodies.Party("entity", "某公司", "91110000600037341M")}, "code.uscc.check_digit"),
        ({"applicant": bodies.Party("person", "张建国", "")}, "code.passport"),
        ({"applicant": bodies.Party("person", " \u200b ", PERSON.id)}, "intake.name"),
        ({"applicant": bodies.Party("firm", "张建国", PERSON.id)}, "intake.kind"),
        ({"applicant": bodies.Party("person", "张建国", PERSON.id, "1380000")}, "code.phone.mobile"),
        ({"agent": bodies.Party("person", "刘洋", "42010620000101002X")}, "code.id.check_digit"),
        ({"applicant": bodies.Party("person", "张\ufffd国", PERSON.id)}, "text.broken"),
        ({"form": {"area": "约80"}}, "form.number"),
        ({"form": {"business_kind": "karaoke"}}, "form.choice"),
        ({"form": {"nickname": "面馆"}}, "intake.form_field"),
        ({"situations": {"weather": True}}, "situation.unknown"),
        ({"situations": {"direct_contact": "maybe"}}, "situation.answer"),
        ({"item": "Z99"}, "intake.no_item"),
        ({"outcome": "grant"}, "intake.outcome"),
        ({"form": {"legal_representative": "张" * 61}}, "form.too_long"),
    ],
)
def test_a_mistake_is_said_with_its_reason_and_uses_up_no_number(
    office: Office, changes: dict[str, Any], code: str, chinese: None
) -> None:
    with pytest.raises(BadInput) as caught:
        office.take(msgspec.structs.replace(office.form("D01"), **changes))
    assert caught.value.code == code
    assert "{" not in str(caught.value)
    assert str(caught.value) != code
    assert office.numbers_given == 0


def test_an_impossible_date_in_the_form_is_refused(office: Office) -> None:
    with pytest.raises(BadInput) as caught:
        office.take(office.form("B01", form={"start": "2027-02-29"}))
    assert caught.value.code == "form.date"


def test_a_person_files_no_investment_project(office: Office) -> None:
    with pytest.raises(BadInput) as caught:
        office.take(office.form("B01", applicant=PERSON))
    assert caught.value.code == "intake.applicant_kind"


@pytest.mark.parametrize("code", ["", "   ", "2613-420118-04-01-123456", "1234567890"])
def test_no_investment_case_without_a_project_code(office: Office, code: str) -> None:
    """R51."""
    with pytest.raises(BadInput) as caught:
        office.take(office.form("B01", project_code=code))
    assert caught.value.code in {"intake.project_code", "code.project.form", "code.project.month"}
    assert office.numbers_given == 0


def test_a_project_code_is_kept_with_its_hyphens(office: Office) -> None:
    assert office.case("B01", project_code="261142011804０１123456").received.project_code == "2611-420118-04-01-123456"


@pytest.mark.parametrize("name", ["[red]张[/red]", "𠮷野家 𪚥", "O'Neill; DROP TABLE cases", "{number}", "买买提·艾力"])
def test_a_name_stays_what_it_is(office: Office, name: str) -> None:
    case = office.case("D01", applicant=bodies.Party("person", name, PERSON.id))
    assert case.received.applicant.name == name


def test_ten_thousand_characters_are_refused_and_not_cut(office: Office) -> None:
    with pytest.raises(BadInput) as caught:
        office.take(office.form("D01", form={"business_items": "面" * 10_000}))
    assert caught.value.code == "text.too_long"
    with pytest.raises(BadInput) as caught:
        office.take(office.form("D01", "refuse", reason="面" * 10_000))
    assert caught.value.code == "text.too_long"
    assert office.numbers_given == 0


def test_more_than_a_fact_may_carry_is_said_before_there_is_a_number(office: Office, chinese: None) -> None:
    """S3: every field within its own bounds, all together too much."""
    fields = CATALOGUE.items["D01"].fields
    many = tuple(msgspec.structs.replace(fields[0], id=f"f{n}", max=2000) for n in range(20))
    big = msgspec.structs.replace(CATALOGUE.items["D01"], fields=many)
    form = office.form("D01", form={field.id: "面" * 1000 for field in many})
    with pytest.raises(BadInput) as caught:
        office.take(form, catalogue=with_item(big))
    assert caught.value.code == "text.fact_too_big"
    assert str(LIMITS.fact_bytes) in str(caught.value)
    assert office.numbers_given == 0


def test_the_biggest_form_that_is_taken_still_fits_into_a_fact(office: Office) -> None:
    field = msgspec.structs.replace(CATALOGUE.items["D01"].fields[0], max=2000)
    many = tuple(msgspec.structs.replace(field, id=f"f{n}") for n in range(9))
    big = with_item(msgspec.structs.replace(CATALOGUE.items["D01"], fields=many))

    def taken(characters: int) -> Decision | None:
        form = {f.id: "a" * min(2000, max(0, characters - 2000 * n)) for n, f in enumerate(many)}
        try:
            found = office.take(office.form("D01", form=form), catalogue=big)
        except BadInput:
            return None
        assert isinstance(found, Decision)
        return found

    least, most = 0, 18_000
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (middle, most) if taken(middle) else (least, middle)
    last = taken(least)
    assert last is not None
    assert LIMITS.fact_bytes - 200 < len(encode_fact(last.groups[0][0])) <= LIMITS.fact_bytes


def test_a_refused_form_uses_up_no_number(office: Office) -> None:
    assert code_of(office.take(office.form("A01", "accept", materials={}))) == "incomplete"
    assert code_of(office.take(office.form("A01", "supplement", materials={}))) == "registration_returns"
    assert code_of(office.take(office.form("A01"), "4001")) == "no_right"
    assert office.numbers_given == 0
    office.case("A01")
    assert office.numbers_given == 1
