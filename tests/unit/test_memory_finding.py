"""A clerk finds the case: by number, ID, any part of a name, initials, and in the queue of a post."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casework import bodies
from casework.catalogue.district import GuideItem
from casework.facts import Fact
from casework.messages import Message
from local_db.finding import Filter
from local_db.memory import TerminalMemory
from local_db.people import Lockout
from local_db.purge import drop_case
from local_db.replay import UNINDEXED
from tests.builders import FIRM, NO_HEAD, PERSON, FixedClock, Hand, Log, grouped
from tests.terminals import enrolled


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def memory(tmp_path: Path, clock: FixedClock) -> Iterator[TerminalMemory]:
    made = enrolled(tmp_path, clock)
    yield made
    made.close()


def save(memory: TerminalMemory, *facts: Fact) -> None:
    with memory.writing() as act:
        act.commit_groups([(fact,) for fact in facts])


def person(name: str, code: str) -> bodies.Party:
    return bodies.Party("person", name, code)


def names(memory: TerminalMemory, text: str) -> list[str]:
    return [row.applicant_name for row in memory.search(text)]


def test_a_name_of_two_characters_is_found_by_any_part_of_it(memory: TerminalMemory) -> None:
    hand = Hand()
    save(memory, hand.received(applicant=PERSON), hand.received(applicant=FIRM))
    for text in ("张建国", "建国", "张", "张 建国"):
        assert names(memory, text) == ["张建国"]
    assert names(memory, "面馆") == [FIRM.name]
    assert names(memory, "国建") == []
    assert names(memory, '"') == []
    assert names(memory, "%") == []
    assert names(memory, " ") == []


def test_names_are_found_before_and_after_the_index_has_them(memory: TerminalMemory) -> None:
    hand = Hand()
    people = [person(f"王{chr(0x4E00 + n)}", f"P{n:04d}") for n in range(UNINDEXED * 2 + 3)]
    save(memory, *[hand.received(applicant=one) for one in people])
    for one in people:
        assert names(memory, one.name) == [one.name]
    memory.rebuild()
    assert names(memory, people[0].name) == [people[0].name]


def test_who_comes_after_the_last_one_has_gone_is_found_and_goes_as_well(memory: TerminalMemory) -> None:
    """She got the place of the one who went with his case: the index never knew her, no search found her, and when she
    went in turn the index broke and with it the line of the window.
    """
    hand = Hand()
    gone = hand.received(applicant=person("李四", "P9999"))
    others = [hand.received(applicant=person(f"王{chr(0x4E00 + n)}", f"P{n}")) for n in range(UNINDEXED - 1)]
    save(memory, *others, gone)
    for name in ("赵敏", "周芷若"):
        with memory.transaction() as db:
            drop_case(db, gone.case)
        assert names(memory, "李四") == []
        gone = hand.received(applicant=person(name, name))
        save(memory, gone)
        assert names(memory, name[1:]) == [name]
        with memory.transaction() as db:
            db.execute("insert into person_words (person_words) values ('integrity-check')")


def test_a_rare_character_and_a_name_with_a_dot_are_found(memory: TerminalMemory) -> None:
    hand = Hand()
    save(memory, hand.received(applicant=person("张𠮷", "P1")), hand.received(applicant=person("买买提·艾力", "P2")))
    assert names(memory, "𠮷") == ["张𠮷"]
    assert names(memory, "艾力") == ["买买提·艾力"]


def test_initials_find_a_name_once_it_is_spelled(memory: TerminalMemory) -> None:
    save(memory, Hand().received(applicant=PERSON))
    assert names(memory, "zjg") == []
    assert memory.spell_names(lambda names: [{"张建国": "zjg"}[name] for name in names]) == 1
    assert memory.spell_names(lambda names: ["never" for _ in names]) == 0
    assert names(memory, "zj") == ["张建国"]
    assert names(memory, "ZJG") == ["张建国"]


def test_an_id_a_number_and_its_beginning_find_the_case(memory: TerminalMemory) -> None:
    hand = Hand()
    taken = hand.received()
    save(memory, taken)
    case = memory.case_state(taken.case)
    assert case is not None
    for text in (PERSON.id, case.number, case.number[:16], f"{case.number[:6]} {case.number[6:12]}"):
        assert [row.number for row in memory.search(text)] == [case.number]
    assert [found.id for found in memory.case_by_number(case.number)] == [taken.case]
    assert memory.case_by_number("0" * 22) == ()


def test_the_queue_of_a_post_is_in_the_order_the_cases_came(memory: TerminalMemory, clock: FixedClock) -> None:
    hand = Hand(clock=clock)
    cases = []
    for _ in range(5):
        clock.go(60)
        taken = hand.received()
        cases.append(taken.case)
        save(memory, taken, hand.accepted(taken.case))
    queue = memory.queue(("single", "window"))
    assert [row.case.case_id for row in queue] == cases
    assert {(row.post, row.step) for row in queue} == {("single", "examine")}
    assert memory.queue_length(("single", "chief")) == 5
    first = memory.queue(("single",), limit=2)
    rest = memory.queue(("single",), after=first[-1].key)
    assert [row.case.case_id for row in (*first, *rest)] == cases
    save(memory, hand.examined(cases[0]))
    assert [row.case.case_id for row in memory.queue(("chief",))] == cases[:1]
    assert [row.case.case_id for row in memory.queue(("single",))] == cases[1:]


def test_a_list_of_cases_goes_by_state_module_post_day_and_text(memory: TerminalMemory, clock: FixedClock) -> None:
    hand = Hand(clock=clock)
    old = hand.received(module="business")
    save(memory, old)
    clock.go(3 * 24 * 3600)
    new = hand.received(applicant=FIRM)
    save(memory, new, hand.accepted(new.case))
    assert [row.case_id for row in memory.cases()] == [new.case, old.case]
    assert [row.case_id for row in memory.cases(Filter(state="received"))] == [old.case]
    assert [row.case_id for row in memory.cases(Filter(module="business"))] == [old.case]
    assert [row.case_id for row in memory.cases(Filter(post="single"))] == [new.case]
    assert [row.case_id for row in memory.cases(Filter(since="2026-11-25"))] == [new.case]
    assert [row.case_id for row in memory.cases(Filter(text="面馆"))] == [new.case]
    assert memory.cases(Filter(text="面馆", state="received")) == ()
    (first,) = memory.cases(limit=1)
    assert [row.case_id for row in memory.cases(before=(first.received_at, first.case_id))] == [old.case]
    assert first.unsent
    assert first.places == memory.cases(Filter(post="single"))[0].places


def test_the_same_applicant_with_an_open_case_of_the_same_item_is_noticed(memory: TerminalMemory) -> None:
    hand = Hand()
    taken = hand.received()
    save(memory, taken)
    assert [case.id for case in memory.same_open_case("D01", PERSON.id)] == [taken.case]
    assert memory.same_open_case("A02", PERSON.id) == ()
    save(memory, hand.withdrawn(taken.case))
    assert memory.same_open_case("D01", PERSON.id) == ()
    known = memory.known_applicant(PERSON.id)
    assert known is not None
    assert (known.count, known.newest.id) == (1, taken.case)
    assert memory.known_applicant("nobody") is None


def test_a_history_shows_what_is_sent_and_what_is_not(memory: TerminalMemory) -> None:
    hand, log = Hand(), Log()
    taken = hand.received()
    log.accept(taken)
    links, chain = log.page(0)
    assert memory.apply(links, 0, NO_HEAD, chain, 1, 0)
    save(memory, hand.accepted(taken.case))
    lines = memory.history(taken.case).lines
    assert [(line.fact.type, line.seq, line.row) for line in lines] == [
        ("received", 1, None),
        ("accepted", 0, "committed"),
    ]


def test_a_paper_waits_for_its_printer_from_the_moment_of_its_fact(memory: TerminalMemory) -> None:
    hand = Hand()
    taken = hand.received()
    with memory.writing() as act:
        act.commit_groups([grouped(taken, hand.printed(taken.case))])
        act.queue_print(taken.case, "n1", "receipt", 1, b"{}")
        act.queue_print(taken.case, "n1", "guide", 1, b"{}")
    first, second = memory.waiting_prints()
    memory.print_done(first.id, "a.pdf")
    memory.print_failed(second.id, Message("papers.error.no_paper", {"printer": "till"}))
    (job,) = memory.waiting_prints()
    assert (job.kind, job.attempts, job.reason) == ("guide", 0, Message("papers.error.no_paper", {"printer": "till"}))
    assert memory.prints_standing().open == 1


def test_wrong_pins_settings_and_the_districts_list_are_kept(memory: TerminalMemory) -> None:
    assert memory.lockout("1001") == Lockout()
    memory.keep_lockout("1001", Lockout(5, "2026-11-23T09:15:00.000"))
    assert memory.lockout("1001").failures == 5
    assert memory.setting("printer") is None
    memory.keep_setting("printer", "pdf")
    assert memory.setting("printer") == "pdf"
    item = GuideItem("X1", "门前三包", "公共服务", "城管", "C", "g")
    assert memory.replace_guide_items([item]) == 1
    assert memory.replace_guide_items([item]) == 1
    assert memory.guide_items() == (item,)
    memory.rebuild()
    assert memory.guide_items() == (item,)


def test_a_screen_that_reads_is_not_held_up_by_a_save(memory: TerminalMemory) -> None:
    hand = Hand()
    before = memory.revision()
    with memory.transaction() as db:
        db.execute("insert into ref (ref, number, case_id) values ('r', 'n', 'c')")
        assert memory.cases() == ()  # the reader has its own snapshot, at once
        assert memory.revision() == before
    save(memory, hand.received())
    assert memory.revision() != before
    assert len(memory.cases()) == 1


def test_the_short_number_of_a_list_the_end_of_a_number_and_an_item_find_the_case(memory: TerminalMemory) -> None:
    hand = Hand()
    save(memory, hand.received(applicant=PERSON), hand.received(applicant=FIRM))
    number = memory.search(FIRM.name)[0].number
    day, terminal, count = number[8:12], number[14:16], number[16:20]
    for text in (f"{day}-{terminal}-{count}", f"{terminal}-{count}", count, number[-6:], f"{count} {number[-2:]}"):
        assert names(memory, text) == [FIRM.name], text
    assert all(names(memory, number[-length:]) == [FIRM.name] for length in range(4, len(number) + 1))
    assert len(names(memory, memory.search(FIRM.name)[0].item.lower())) == 2
    assert names(memory, f"{day}-99-{count}") == []


def test_a_number_is_found_however_it_was_typed_from_a_list_or_a_paper(memory: TerminalMemory) -> None:
    hand = Hand()
    taken, other = hand.received(), hand.received(applicant=FIRM)
    save(memory, taken, other)
    case = memory.case_state(taken.case)
    assert case is not None
    number = case.number
    day, window, count = number[8:12], number[14:16], number[16:20]
    typed = (
        f"{day}-{window}-{count}",
        f"{day}{window}{count}",
        f"{day} {window} {count}",
        f"{day}－{window}－{count}",
        f"{day}-{window}-{count}^",
        f"{day}{count}",
        f"{window}{count}",
        f"{number[12:16]} {count}",
        f"{number[12:16]} {count} {number[20:]}",
        f"{number[6:12]}{number[12:16]}{count}",
        " ".join((number[:6], number[6:12], number[12:16], count, number[20:])),
    )
    full = str.maketrans("0123456789", "０１２３４５６７８９")
    for text in (*typed, *(one.translate(full) for one in typed)):
        assert number in [row.number for row in memory.search(text)], text
    assert memory.search(f"{day}-{window}-9999") == ()
