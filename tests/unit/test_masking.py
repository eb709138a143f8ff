"""What has no module yet goes to every window masked: no name, number or telephone in clear (S7)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from casework import bodies
from casework.events import body_of
from casework.facts import encode_fact
from casework.masking import masked_fact
from casework.prefile import fold_prefile
from tests.builders import Hand
from tests.people import FIRM, PERSON

_WORDS = st.text(st.characters(categories=("L", "N")), min_size=4, max_size=30)
SECRETS = (PERSON.name, PERSON.id, PERSON.phone)


def form(words: str = "") -> bodies.Form:
    """A form with everything in it that says something of a person."""
    return bodies.Form(
        "", applicant=PERSON, agent=PERSON, project_code=words, situations={}, form={"address": words},
        materials={"D01-01": "copy"}, reused={"D01-01": words},
    )  # fmt: skip


def test_s7_nobody_can_be_told_from_a_masked_prefile() -> None:
    hand = Hand()
    said = (
        ("prefile.opened", bodies.PrefileOpened("ABCD2345", "", form(), f"{PERSON.name}的妹妹来问")),
        ("prefile.checked", bodies.PrefileChecked(form(), (bodies.ReviewLine("x", False, PERSON.name),), PERSON.name)),
        ("prefile.parked", bodies.PrefileParked("ABCD2345", "", form(), "applicant.id")),
        ("prefile.closed", bodies.PrefileClosed(f"{PERSON.name}不办了")),
    )
    facts = [masked_fact(hand.fact(type_, body, "c" * 32)) for type_, body in said]
    for fact in facts:
        text = encode_fact(fact).decode()
        assert [secret for secret in SECRETS if secret and secret in text] == []
    prefile = fold_prefile(facts)
    assert prefile is not None
    assert (prefile.state, prefile.closed_for) == ("closed", "")
    assert prefile.form.applicant is not None
    assert (prefile.form.applicant.name, prefile.code, prefile.field) == (
        f"{PERSON.name[0]}*", "ABCD2345", "applicant.id",
    )  # fmt: skip


@given(_WORDS, _WORDS)
def test_s7_whatever_is_typed_anywhere_in_a_form_is_not_in_its_masked_bytes(name: str, words: str) -> None:
    party = bodies.Party("person", f"#{name}#", f"#{words}#", f"#{words}#", f"#{words}#", f"#{name}#", f"#{words}#")
    typed = f"%{words}%"  # between marks: a word alone may be the name of a field ("roster")
    held = bodies.Form("", party, party, typed, {}, {"a": typed}, {}, {"b": typed})
    fact = Hand().fact("prefile.opened", bodies.PrefileOpened("ABCD2345", "", held, typed), "c" * 32)
    text = encode_fact(masked_fact(fact)).decode()
    assert f"#{name}#" not in text
    assert typed not in text
    assert f"#{words}#" not in text


def test_s7_what_has_no_business_before_the_number_goes_without_a_word() -> None:
    fact = Hand().fact("delivered", bodies.Delivered("deliver", FIRM.name, receiver_id=PERSON.id), "c" * 32)
    assert bytes(masked_fact(fact).body) == b"{}"
    named = Hand().fact("resolve.withdraw", bodies.ResolveWithdraw(("f1",), PERSON.name), "c" * 32)
    assert body_of(masked_fact(named)) == bodies.ResolveWithdraw(("f1",), "")
