"""Kill the process that takes in, at any moment: a number that was printed is a case for ever, here and at the hall."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.command_line import ROOT, Place, jsonl, line

KILLS = (0, 1, 2, 3, 5, 0, 7, 1, 9, 4)
"""How many numbers are read from standard output before each kill; the process is then at its next line."""

LINES = 12
"""Lines of each run: more than are read, so that it is killed in its work."""


def killed(place: Place, text: str, after: int) -> list[dict[str, str]]:
    """What `intake` printed until it was killed, which is when `after` lines had come."""
    with subprocess.Popen(
        place.command("intake", "-", "--dir", place.window("0012"), "--staff", "1001", "--post", "window"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=place.environment,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(text.encode())
        process.stdin.flush()  # and stays open: the process never ends by itself
        printed = [process.stdout.readline() for _ in range(after)]
        process.kill()
        printed += process.stdout.read().splitlines(keepends=True)
    return [json.loads(each) for each in printed if each.endswith(b"\n")]


def test_every_number_that_was_printed_is_there_once_here_and_at_the_hall(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.found()
    with place.serving():
        for number in ("0012", "0007"):
            assert place.enrol(number).code == 0
        seen: dict[str, str] = {}
        for turn, after in enumerate(KILLS):
            # Half of the references were sent in the run before: nobody knows there which of them got a number.
            text = jsonl(*(line("D01", f"r{turn * LINES // 2 + each}") for each in range(LINES)))
            for told in killed(place, text, after):
                assert seen.setdefault(told["ref"], told["number"]) == told["number"], "one reference, two numbers"
        assert len(set(seen.values())) == len(seen) >= max(KILLS), "one number, two references"
        assert place.sync("0012").one["pending"] == 0
        assert place.sync("0007").one["error"] is None
        here = [row["number"] for row in place.at("0012", "case", "list", staff="3001").lines]
        there = [row["number"] for row in place.at("0007", "case", "list", staff="3001").lines]
        assert sorted(here) == sorted(there)
        assert len(here) == len(set(here))
        assert set(seen.values()) <= set(here)
        for reference, number in seen.items():
            again = place.at("0012", "intake", "-", stdin=jsonl(line("D01", reference)))
            assert again.one["number"] == number
        assert place.sync("0012").one["pushed"] == 0
        assert place.run("doctor", "--dir", place.window("0012")).code == 0
