"""The parts of `docs/sync.md` that code and tests write: event types, the outbox row, what is proven where.

`python -m tests.sync_page` writes them into the page again.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections import defaultdict
from pathlib import Path

from casework import outbox
from casework.events import EVENTS, EventType, Klass, Offline
from tests.sim.bugs import PLANTED
from tests.sim.run import MUST_HAPPEN

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "sync.md"

_KLASS = {
    Klass.COUNTER: "counter",
    Klass.JUDGEMENT: "judgement",
    Klass.NEEDS_HALL: "needs the hall",
    Klass.HALL: "hall",
    Klass.TERMINAL: "terminal",
}
_OFFLINE = {Offline.ALWAYS: "yes", Offline.OWN: "own cases", Offline.NEVER: "no"}

REQUIREMENTS = {
    1: "facts are bytes, encoded once",
    2: "envelopes chain an incarnation's facts",
    3: "groups, all or none, within bounds",
    4: "one transaction, then the screen says done",
    5: "base, and what breaks it",
    6: "the outbox row's life",
    7: "one log, scopes",
    8: "a counter without gaps, judged under locks",
    9: "chain and signed heads",
    10: "the hall is terminal 0000",
    11: "push, signed as a batch",
    12: "stubs keep the order moving",
    13: "a verdict for every event",
    14: "three classes",
    15: "lanes and resolutions",
    16: "the tray",
    17: "a fault of the judge holds, never drops",
    18: "pull from one snapshot",
    19: "slices, undo and replay",
    20: "long poll",
    21: "bootstrap files",
    22: "case ids are born with the draft; prefiles",
    23: "without the line, judgements on own cases only",
    24: "diverged, frozen",
    25: "healing by re-offer",
    26: "segments and restore",
    27: "incarnations, doubled numbers",
    28: "supervised import",
    29: "legal time and its evidence",
    30: "timers are provisional",
    31: "back-off",
    32: "versions of events",
    33: "facts carry what they resolved",
    34: "one process owns the line",
    35: "scanned papers",
}
TROUBLES = {
    1: "answer lost after commit",
    2: "the same push twice at once",
    3: "same id, other bytes",
    4: "batches reordered",
    5: "an event missing from the answer",
    6: "crash in mid-batch",
    7: "poison event",
    8: "dependents held, other cases flow",
    9: "still there after a restart",
    10: "413 from a proxy",
    11: "429 and 503 with Retry-After",
    12: "key unknown in mid-sync",
    13: "403 for the terminal",
    14: "body cut but valid",
    15: "captive portal",
    16: "body rewritten",
    17: "cached answer",
    18: "half-open poll",
    19: "notice lost",
    20: "all return at 08:30",
    21: "one byte per second",
    22: "late commit with two hall processes",
    23: "killed between slice and slice",
    24: "page full, empty, of one",
    25: "any interleaving ends as a replay from zero",
    26: "undo exact",
    27: "own event by pull before the push answer",
    28: "never confirmed but absent",
    29: "pull advances under a full outbox",
    30: "cloned disk",
    31: "terminal restored from last week",
    32: "hall restored from an older backup",
    33: "cursor ahead",
    34: "fail-over to a stale copy",
    35: "terminal number reused",
    36: "enrolment answer lost",
    37: "clock back a day, ahead a year",
    38: "one far-future event",
    39: "busy for 10 s",
    40: "disk full at commit; killed after saved",
    41: "copied without its log",
    42: "corrupt database",
    43: "terminal older",
    44: "terminal newer",
    45: "queued under an old schema",
    46: "update and return with a full outbox",
    47: "bootstrap of a million cut at 60 %",
    48: "outbox of 100,000",
    49: "state visible",
    50: "right lost while events waited",
    51: "two deciders in two hall processes",
    52: "event too big, alone",
    53: "damaged byte in an outbox row",
    54: "lane settled from another terminal",
    55: "resolution refused",
    56: "same-day restore and numbers",
    57: "clock in 2000 at first contact",
    58: "restart with nobody signed in",
    59: "hall rolled back by a snapshot, push first",
    60: "restored hall, terminal has purged",
    61: "forged re-offer",
    62: "notice given offline before the timer",
    63: "one draft received at two windows",
    64: "bundle of which one case is refused",
    65: "event before its catalogue",
    66: "new event type in a ring, then return",
    67: "scope dropped with pending",
    68: "old case reopened after purge",
    69: "storage error while judging",
    70: "save during bootstrap",
    71: "console, command line and line at once",
    72: "revoked terminal with pending receipts",
}


def named_in_tests() -> dict[str, set[str]]:
    """`S14`, `T27` … to the test files with a test that names it, in its name (`test_t27_…`) or its docstring."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
                words = re.findall(r"(?<![a-z0-9])([st]\d{1,2})(?![a-z0-9])", node.name)
                words += re.findall(r"\b([ST]\d{1,2})\b", ast.get_docstring(node) or "")
                for word in words:
                    found[word.upper()].add(path.relative_to(ROOT).as_posix())
    return found


def events_table() -> str:
    """The table of event types, as `casework.events` has it."""
    lines = [
        "| type | class | offline | broken by | insistable | prints | scope | right |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_row(row) for row in EVENTS.values())])


def _row(row: EventType) -> str:
    right = f"`{row.verb}`" if row.verb else f"the {_KLASS[row.klass]}"
    right += ", officers only" if row.officers_only else ""
    right += f"; or `{row.oversight}`" if row.oversight else ""
    cells = (
        f"`{row.name}`", _KLASS[row.klass], _OFFLINE[row.offline],
        " ".join(f"`{name}`" for name in sorted(row.broken_by)) or "–", "yes" if row.insistable else "–",
        row.prints or "–", row.scope, right,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def outbox_drawing() -> str:
    """The drawn state machine, as `casework.outbox` has it."""
    drawn = [line for line in inspect.getdoc(outbox).splitlines() if "--" in line]  # type: ignore[union-attr]
    indent = min(len(line) - len(line.lstrip()) for line in drawn)
    return "\n".join(["```text", *(line[indent:] for line in drawn), "```"])


_FINDS = {
    "alike": "two replicas hold a case otherwise",
    "chain": "the log does not follow from itself, or a terminal stands on another one",
    "clock": "a fact's evidence is not what happened",
    "day": "a number was given with another day than the one it was",
    "dense": "the log has a gap",
    "prefile": "an application before its number is shown otherwise than its facts make it",
    "rebuilt": "projections made from zero are others",
    "draft": "a draft is gone, or is still there after it became a case",
    "drained": "something is unsent ten minutes after the last fault",
    "entries": "the terminal does not hold exactly the log of its scopes up to its cursor",
    "group": "a part of a group is in the log",
    "lane": "a judgement went past a refusal of its lane",
    "line": "the line has stopped",
    "lost": "what was committed or acknowledged is missing",
    "number": "a number was given twice",
    "once": "a fact is in the log twice",
    "paper": "what is in somebody's hand is refused, or taken back in silence",
    "sent": "the terminal says something else of a fact than the hall has said",
    "settled": "a line of the tray can be settled by nobody",
    "shown": "a case is shown otherwise than log and own facts make it",
    "stale": "something stands that was made before what breaks it was seen",
    "timer": "a timer ran out early, twice or never, or was not set aside",
    "tray": "what was refused or held sits in no tray, or in one and not the other",
    "whole": "a batch splits a group",
}


def bugs_table() -> str:
    """The bugs that are planted into the simulated world, and what finds them."""
    lines = ["| bug | where | what finds it | seed |", "|---|---|---|---|"]
    for bug in PLANTED:
        finds = "; or ".join(f"`{word}`: {_FINDS[word]}" for word in bug.finds)
        lines.append(f"| {bug.name} | {bug.where} | {finds} | {bug.profile} {bug.seed} |")
    return "\n".join(lines)


def faults_list() -> str:
    """What has to have happened in each profile of the simulated world."""
    lines = ["| profile | must have happened |", "|---|---|"]
    return "\n".join([*lines, *(f"| {name} | {', '.join(words)} |" for name, words in MUST_HAPPEN.items())])


def proofs(letter: str, names: dict[int, str]) -> str:
    """The numbers that a test names, with the files; after them those that none does."""
    tests = named_in_tests()
    proven = [(n, tests[f"{letter}{n}"]) for n in names if f"{letter}{n}" in tests]
    open_ = [f"{letter}{n} {names[n]}" for n in names if f"{letter}{n}" not in tests]
    lines = ["| | what | proven in |", "|---|---|---|"]
    lines += [
        f"| {letter}{n} | {names[n]} | {', '.join(f'`{file}`' for file in sorted(files))} |" for n, files in proven
    ]
    return "\n".join([*lines, "", f"No test names these yet: {'; '.join(open_)}."] if open_ else lines)


def parts() -> dict[str, str]:
    """The generated parts by name."""
    return {
        "events": events_table(),
        "outbox": outbox_drawing(),
        "bugs": bugs_table(),
        "faults": faults_list(),
        "requirements": proofs("S", REQUIREMENTS),
        "troubles": proofs("T", TROUBLES),
    }


def with_parts(page: str) -> str:
    """`page` with its generated parts written anew."""
    for name, text in parts().items():
        page, count = re.subn(
            rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)",
            lambda match, text=text: f"{match[1]}{text}\n{match[2]}",  # type: ignore[misc]
            page,
            flags=re.DOTALL,
        )
        if count != 1:
            raise ValueError(f"docs/sync.md has no part {name}")
    return page


if __name__ == "__main__":
    PAGE.write_text(with_parts(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
