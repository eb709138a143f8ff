"""Every way to answer the questions of an item or a bundle: what never applies, what is asked for nothing.

What one condition, or one route, depends on is a handful of questions; only their answers are walked through, up to
`MOST` ways. A question that is not asked (its own `when`) is not answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from casework.catalogue.finding import Problem
from casework.catalogue.materials import AGENT
from casework.catalogue.schema import Condition, Situation
from casework.catalogue.situations import holds, names_in

MOST = 4096
"""Ways to answer that are looked at for one condition or one route; twelve questions of yes or no."""

Ways = list[dict[str, str]]


class Answers:
    """The questions of one item or bundle. `ticks`: of these at least one is answered yes."""

    def __init__(self, situations: Sequence[Situation], ticks: Sequence[str] = ()) -> None:
        self._situations = {situation.code: situation for situation in situations}
        self._ticks = frozenset(ticks) & self._situations.keys()

    def knows(self, condition: Condition | None) -> bool:
        """Whether all that `condition` names is there; where not, another finding says so."""
        return all(
            code in self._situations and answer in self._situations[code].answers
            for code, answer in names_in(condition)
        )

    def ways(self, *conditions: Condition | None) -> Ways:
        """All answers to the questions on which `conditions` depend, at most one more than `MOST`."""
        asked = self._asked(conditions)
        ticks = self._ticks if self._ticks <= {each.code for each in asked} else frozenset()
        found: Ways = []
        waiting: Ways = [{}]
        while waiting and len(found) <= MOST:
            given = waiting.pop()
            following = next((each for each in asked if each.code not in given and holds(each.when, given)), None)
            if following is not None:
                waiting.extend({**given, following.code: each} for each in reversed(following.answers or ("",)))
            elif not ticks or any(given.get(tick) == "yes" for tick in ticks):
                found.append(given)
        return found

    def never(self, condition: Condition | None) -> bool:
        """Whether `condition` holds under no answers at all."""
        return not any(holds(condition, given) for given in self.ways(condition))

    def failing(self, condition: Condition | None) -> dict[str, str] | None:
        """Answers under which `condition` does not hold, None where it always holds."""
        return next((given for given in self.ways(condition) if not holds(condition, given)), None)

    def alike(self, one: Condition | None, other: Condition | None) -> bool:
        """Whether both hold under the same answers."""
        return all(holds(one, given) == holds(other, given) for given in self.ways(one, other))

    def _asked(self, conditions: Iterable[Condition | None]) -> list[Situation]:
        """The questions that `conditions` name, those on which these depend, and with one tick all ticks."""
        wanted: set[str] = set()
        waiting = [code for condition in conditions for code, _ in names_in(condition)]
        while waiting:
            code = waiting.pop()
            if code in wanted or code not in self._situations:
                continue
            wanted.add(code)
            waiting.extend(name for name, _ in names_in(self._situations[code].when))
            if code in self._ticks:
                waiting.extend(self._ticks)
        return [situation for code, situation in self._situations.items() if code in wanted]


class Use(msgspec.Struct, frozen=True):
    """A place (`owner` in `table`, at the text `near`) that applies only under `when`."""

    owner: str
    when: Condition | None
    table: str
    near: str = ""

    def problem(self, rule: str, **facts: object) -> Problem:
        """`rule` broken here."""
        return Problem(self.owner, rule, {"code": self.near or self.owner, **facts}, self.near, self.table)


def condition_problems(situations: Sequence[Situation], ticks: Sequence[str], uses: Sequence[Use]) -> Iterator[Problem]:
    """Conditions that name what is not there, that never hold, or that take too many answers to see."""
    answers = Answers(situations, ticks)
    known = {situation.code: situation for situation in situations}
    for each in uses:
        for code, answer in names_in(each.when):
            if code not in known:
                yield each.problem("situation_unknown", situation=code)
            elif answer not in known[code].answers:
                yield each.problem("answer_unknown", situation=code, answer=answer)
        if each.when is None or not answers.knows(each.when):
            continue
        if len(answers.ways(each.when)) > MOST:
            yield each.problem("situations_many", most=MOST)
        elif answers.never(each.when):
            yield each.problem("never")


def idle_problems(situations: Sequence[Situation], spoken: Iterable[str], uses: Sequence[Use]) -> Iterator[Problem]:
    """Situations that switch nothing (R7: nothing is asked for nothing). `spoken`: what is needed otherwise."""
    needed = {*spoken, AGENT, *(code for each in uses for code, _ in names_in(each.when))}
    for situation in situations:
        if situation.code not in needed:
            yield Problem(situation.code, "situation_idle", {"situation": situation.code}, table="situations")


def choice_problems(situations: Sequence[Situation]) -> Iterator[Problem]:
    """Questions that can't be answered: a choice without options, options without a choice."""
    for situation in situations:
        if (situation.kind == "choice") != bool(situation.options):
            yield Problem(situation.code, "options", {"code": situation.code}, table="situations")


def in_words(answers: Mapping[str, str]) -> str:
    """`answers` as they are written in a file: `a=yes, b=no`."""
    return ", ".join(f"{code}={answer}" for code, answer in answers.items()) or "-"
