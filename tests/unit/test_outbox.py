"""The life of an outbox row: every row with every move, and answers that come late, twice or in the wrong order."""

from __future__ import annotations

import re
from itertools import permutations

import pytest

from casework import outbox
from casework.events import Klass
from casework.outbox import MOVES, SHOWN, UNSENT, Move, Row, is_shown, moved

DRAWN = re.compile(r"(?=\b(\w+) --(\w+)--> (\w+))")


def drawn() -> set[tuple[str, str, str]]:
    """Every arrow of the drawing."""
    return set(DRAWN.findall(outbox.__doc__ or ""))


def test_s6_the_drawing_shows_every_move_and_no_other() -> None:
    """S6."""
    table = {(row.value, move.value, to.value) for row, moves in MOVES.items() for move, to in moves.items()}
    assert drawn() == table


@pytest.mark.parametrize("row", Row)
@pytest.mark.parametrize("move", Move)
def test_every_move_has_an_answer_in_every_row(row: Row, move: Move) -> None:
    to = moved(row, move)
    assert to == MOVES[row].get(move, row)
    assert to in Row


@pytest.mark.parametrize("move", [move for move in Move if move is not Move.LOSE])
def test_a_late_answer_changes_nothing_that_is_over(move: Move) -> None:
    assert moved(Row.PASSED, move) is Row.PASSED


@pytest.mark.parametrize("move", [Move.SEND, Move.HOLD, Move.REJECT, Move.RESOLVE])
def test_what_was_given_up_here_moves_only_where_somebody_else_had_insisted(move: Move) -> None:
    """S15."""
    assert moved(Row.RESOLVED, move) is Row.RESOLVED
    assert moved(moved(Row.RESOLVED, Move.ACCEPT), Move.PASS) is Row.PASSED


@pytest.mark.parametrize("move", [Move.SEND, Move.ACCEPT, Move.HOLD, Move.REJECT, Move.RESOLVE])
def test_what_the_hall_accepted_is_not_taken_back_by_a_doubled_answer(move: Move) -> None:
    assert moved(Row.ACCEPTED, move) is Row.ACCEPTED


@pytest.mark.parametrize("row", [Row.ACCEPTED, Row.PASSED])
def test_s25_what_a_restored_hall_has_lost_is_sent_again(row: Row) -> None:
    assert moved(row, Move.LOSE) is Row.SENT
    assert all(moved(other, Move.LOSE) is other for other in Row if other not in {Row.ACCEPTED, Row.PASSED})


@pytest.mark.parametrize("row", [Row.HELD, Row.REJECTED])
def test_what_was_answered_is_not_sent_again(row: Row) -> None:
    assert moved(row, Move.SEND) is row


def test_the_verdict_by_pull_and_the_answer_of_the_push_may_come_in_any_order() -> None:
    """T27."""
    for order in permutations((Move.SEND, Move.ACCEPT, Move.PASS)):
        row = Row.COMMITTED
        for move in order:
            row = moved(row, move)
        assert row is Row.PASSED


def test_the_same_answer_twice_is_one() -> None:
    for row in Row:
        for move in Move:
            once = moved(row, move)
            assert moved(once, move) is once


def test_every_row_has_a_way_to_its_end() -> None:
    """S16: nothing stays unsent or unsettled for ever."""
    ended = {Row.PASSED, Row.RESOLVED}
    can_end = set(ended)
    for _ in Row:
        can_end |= {row for row, moves in MOVES.items() if can_end & set(moves.values())}
    assert can_end == set(Row)
    assert {row for row, moves in MOVES.items() if not moves.keys() - {Move.LOSE}} == {Row.PASSED}


def test_each_row_is_unsent_shown_to_settle_or_over() -> None:
    assert UNSENT <= SHOWN
    assert set(Row) - {Row.HELD, Row.REJECTED, Row.RESOLVED, Row.PASSED} == SHOWN


def test_what_the_clerk_did_shows_at_once() -> None:
    assert {row for row in Row if is_shown(row, Klass.JUDGEMENT)} == {Row.COMMITTED, Row.SENT, Row.ACCEPTED}


def test_a_receipt_in_somebodys_hand_stays_in_sight_while_its_fact_is_held() -> None:
    """S14."""
    assert {row for row in Row if is_shown(row, Klass.COUNTER)} == {Row.COMMITTED, Row.SENT, Row.ACCEPTED, Row.HELD}


def test_the_word_decided_shows_only_after_the_halls_word() -> None:
    """S14."""
    assert {row for row in Row if is_shown(row, Klass.NEEDS_HALL)} == {Row.ACCEPTED}
