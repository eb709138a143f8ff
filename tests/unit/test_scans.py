"""Scanned papers in the trade itself (S35): what may be attached, what a case knows of it, which steps wait."""

from __future__ import annotations

import pytest

from casework import bodies
from casework.case import Case, decode_case, encode_case
from casework.drafting import Decision
from casework.events import EVENTS
from casework.facts import Fact, digest, encode_body
from casework.folding import evolve
from casework.limits import LIMITS
from casework.rules import Refusal
from casework.scans import is_hash, media_of, of_material, to_come
from tests.people import STAFF, Office, judged
from tests.walking import made

SHA = digest(b"a scan")
CLERK, OFFICER, CHIEF = STAFF["1001"], STAFF["2001"], STAFF["2002"]


def scan(case: Case, **said: object) -> dict[str, object]:
    """The data of the act."""
    data = {"material": next(iter(case.materials)), "sha256": SHA, "size": 1000, "media": "application/pdf"}
    return {**data, **said}


def scanned(office: Office, case: Case, **said: object) -> Case:
    """The case with a scan."""
    decision = made(office, case, CLERK, "scan", scan(case, **said))
    assert isinstance(decision, Decision), decision
    assert decision.case is not None
    return decision.case


def said_by_hall(case: Case, sha256: str = SHA) -> Case:
    """All of a scan has come."""
    body = bodies.ScanArrived(sha256)
    fact = office_fact(case, "scan.arrived", body)
    after = evolve(case, fact)
    assert after is not None
    return after


def office_fact(case: Case, type_: str, body: bodies.Body) -> Fact:
    """A fact on the case."""
    office = Office()
    first = made(office, case, CLERK, "scan", scan(case, sha256=digest(b"another")))
    assert isinstance(first, Decision)
    import msgspec

    return msgspec.structs.replace(
        first.groups[0][0], id=office.new_id(), type=type_, body=encode_body(body), version=EVENTS[type_].version
    )


def code(outcome: object) -> str:
    assert isinstance(outcome, Refusal), outcome
    return outcome.code


def test_s35_a_case_knows_its_scans_and_which_have_come() -> None:
    office = Office()
    case = office.case("D01")
    case = scanned(office, case, name="执照.pdf", pages=3)
    case = scanned(office, case, sha256=digest(b"2"))
    first = next(iter(case.materials))
    assert [(one.size, one.pages, one.name) for one in of_material(case, first)] == [
        (1000, 3, "执照.pdf"),
        (1000, 0, ""),
    ]
    assert len(to_come(case)) == 2
    case = said_by_hall(case)
    assert [one.sha256 for one in to_come(case)] == [digest(b"2")]
    assert decode_case(encode_case(case)) == case


def test_s35_the_halls_word_may_be_heard_before_the_fact_that_names_the_scan() -> None:
    """S25: a restored hall gets its own words back at once, a window's fact perhaps only when it pushes again."""
    office = Office()
    case = said_by_hall(office.case("D01"))
    assert case.scans == ()
    assert [one.came for one in scanned(office, case).scans] == [True]


def test_s35_the_same_paper_of_two_materials_has_come_for_both() -> None:
    office = Office()
    case = said_by_hall(scanned(office, office.case("D01")))
    other = list(case.materials)[1]
    case = scanned(office, case, material=other)
    assert [one.came for one in case.scans] == [True, True]


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"material": "Z99-01"}, "not_listed"),
        ({"sha256": "x"}, "scan_kind"),
        ({"sha256": SHA.upper()}, "scan_kind"),
        ({"size": 0}, "scan_kind"),
        ({"media": "text/html"}, "scan_kind"),
        ({"size": LIMITS.scan_bytes + 1}, "scan_too_big"),
    ],
)
def test_s35_what_is_no_scan_is_refused_with_the_reason(said: dict[str, object], refused: str) -> None:
    office = Office()
    case = office.case("D01")
    assert code(made(office, case, CLERK, "scan", scan(case, **said))) == refused


def test_s35_a_case_has_an_end_of_scans() -> None:
    office = Office()
    case = office.case("D01")
    assert code(made(office, scanned(office, case), CLERK, "scan", scan(case))) == "scanned_already"
    for n in range(LIMITS.case_scan_bytes // LIMITS.scan_bytes):
        case = scanned(office, case, sha256=digest(f"{n}".encode()), size=LIMITS.scan_bytes)
    assert code(made(office, case, CLERK, "scan", scan(case))) == "case_scans_full"


def test_s35_acceptance_and_every_notice_go_on_without_the_scan() -> None:
    """The five days in which something may be asked for wait for no line (R4)."""
    office = Office()
    for act in ("accept", "supplement", "return", "withdraw"):
        case = scanned(office, office.case("A01"))
        data = {"reason": "x"} if act in {"return", "withdraw"} else {}
        outcome = made(office, case, OFFICER, act, data)
        assert not (isinstance(outcome, Refusal) and outcome.code == "papers_to_come"), act


def test_s35_who_reads_the_papers_waits_for_them_or_says_how_she_read_them() -> None:
    office = Office()
    case = scanned(office, office.case("A01", "accept"))
    material = next(iter(case.materials))
    no = made(office, case, OFFICER, "examine", {})
    assert (code(no), getattr(no, "facts", {})) == ("papers_to_come", {"materials": material})
    assert isinstance(made(office, case, OFFICER, "examine", {"seen": "已阅原件"}), Decision)
    assert code(made(office, case, OFFICER, "examine", {"seen": "  "})) == "papers_to_come"
    assert isinstance(made(office, said_by_hall(case), OFFICER, "examine", {}), Decision)


@pytest.mark.parametrize("data", [{"outcome": "granted"}, {"outcome": "refused", "reasons": "x"}])
def test_s35_a_decision_rests_on_papers_that_are_at_the_hall(data: dict[str, object]) -> None:
    office = Office()
    case = office.walked("A01", "decide")
    case = scanned(office, case)
    outcomes = [made(office, case, who, "decide", data) for who in (OFFICER, CHIEF)]
    assert "papers_to_come" in {one.code for one in outcomes if isinstance(one, Refusal)}
    seen = [made(office, case, who, "decide", {**data, "seen": "已阅原件"}) for who in (OFFICER, CHIEF)]
    assert any(isinstance(one, Decision) for one in seen)


def test_s35_no_clock_stands_still_for_a_scan() -> None:
    office = Office()
    case = office.case("A01", "accept")
    assert scanned(office, case).pauses == case.pauses == ()
    assert scanned(office, case).state == case.state


def test_s35_the_hall_holds_such_a_step_and_refuses_nobody() -> None:
    office = Office()
    bare = office.case("A01", "accept")
    step = made(office, bare, OFFICER, "examine", {})
    assert isinstance(step, Decision)
    fact = step.groups[0][0]
    judgement = judged(scanned(office, bare), fact)
    assert (judgement.kind, judgement.code) == ("held", "papers_to_come")
    assert judged(said_by_hall(scanned(office, bare)), fact).kind == "accepted"


def test_s35_a_scan_that_can_never_come_is_waited_for_by_nobody() -> None:
    """S14: such a fact of the counter is kept with a flag."""
    office = Office()
    case = office.case("A01", "accept")
    for body in (
        bodies.Scanned("A01-01", "no hash", 10, "application/pdf"),
        bodies.Scanned("A01-01", SHA, LIMITS.scan_bytes + 1, "application/pdf"),
    ):
        fact = office_fact(case, "scanned", body)
        assert judged(case, fact).flags
        after = evolve(case, fact)
        assert after is not None
        assert to_come(after) == ()


def test_s35_a_paper_may_be_scanned_when_the_case_is_over() -> None:
    office = Office()
    case = office.case("A01")
    gone = made(office, case, CLERK, "withdraw", {"reason": "不办了"})
    assert isinstance(gone, Decision)
    assert gone.case is not None
    assert scanned(office, gone.case).scans


@pytest.mark.parametrize(
    ("head", "media"),
    [
        (b"%PDF-1.4", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
        (b"PK\x03\x04", ""),
        (b"", ""),
        (b" %PDF", ""),
    ],
)
def test_s35_a_scan_is_known_by_its_first_bytes(head: bytes, media: str) -> None:
    assert media_of(head) == media


def test_a_hash_is_64_lower_case_digits() -> None:
    assert is_hash(SHA)
    assert not any(map(is_hash, ("", SHA[:-1], SHA + "0", SHA.upper(), SHA + "\n")))
