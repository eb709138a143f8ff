"""The count of `make mutants`: a wrong sample or a wrong share would call the rules proven that are not."""

from __future__ import annotations

import pytest

from tests.mutants import drawn, margin, module_of, of_modules, report, verdict

MUTANTS = [
    "casework.clocks.x_due__mutmut_2",
    "casework.clocks.x_due__mutmut_1",
    "casework.rules.x_judge__mutmut_1",
    "casework.rules.course.xǁCourseǁjudge__mutmut_1",
    "casework.rules_of_others.x_judge__mutmut_1",
]


def test_a_module_and_a_folder_are_taken_by_their_name_alone() -> None:
    assert [module_of(name) for name in MUTANTS[1:4]] == ["clocks", "rules", "rules.course"]
    assert of_modules(MUTANTS, ["clocks"]) == [MUTANTS[1], MUTANTS[0]]
    assert of_modules(MUTANTS, ["rules"]) == [MUTANTS[3], MUTANTS[2]]
    assert of_modules(MUTANTS, []) == sorted(MUTANTS)
    assert of_modules(MUTANTS, ["rule"]) == []


def test_the_same_seed_draws_the_same_mutants() -> None:
    names = [str(number) for number in range(1000)]
    sample = drawn(names, 50, 7)
    assert sample == drawn(names, 50, 7) != drawn(names, 50, 8)
    assert len(set(sample)) == 50
    assert drawn(names[:50], 50, 7) == drawn(names[:50], 0, 7) == names[:50]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (1, "killed"),
        (3, "killed"),
        (36, "timeout"),
        (-24, "timeout"),
        (0, "survived"),
        (33, "no test"),
        (None, "open"),
        (-9, "open"),
    ],
)
def test_only_a_failed_test_or_a_rule_without_end_counts(code: int | None, said: str) -> None:
    assert verdict(code) == said


def test_below_the_mark_it_fails_and_names_what_was_not_noticed(capsys: pytest.CaptureFixture[str]) -> None:
    noticed = {f"casework.clocks.x_due__mutmut_{number}": 1 for number in range(84)}
    missed = {f"casework.numbers.x_digit__mutmut_{number}": 0 for number in range(16)}
    assert report(noticed | missed, 1000) == 1
    said = capsys.readouterr().out
    assert "survived: casework.numbers.x_digit__mutmut_15" in said
    assert "100 of 1000 mutants, 84.0% noticed (± 6.8%)" in said
    del missed["casework.numbers.x_digit__mutmut_0"]
    assert report(noticed | {"casework.clocks.x_due__mutmut_84": 36} | missed, 1000) == 0


def test_the_margin_shrinks_to_nothing_when_all_were_tried() -> None:
    assert margin(0.85, 1000, 1000) == 0.0
    assert margin(0.85, 1000, 25_000) == pytest.approx(0.0217, abs=0.0001)
