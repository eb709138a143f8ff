"""A served hall halts a bad rollout by itself, and says so to a browser and to the monitoring system."""

from __future__ import annotations

import time
from pathlib import Path

import httpx

from tests.integration.test_hall_process import served
from tests.rollouts import WHEEL, HallFolder, standing

SECONDS = 60.0


def test_a_served_hall_halts_a_version_that_three_windows_have_left_while_nobody_looks(tmp_path: Path) -> None:
    hall = HallFolder(tmp_path / "hall")
    hall.publisher.releases_app("0.4.0", WHEEL)
    hall.publisher.releases_app("0.5.0", WHEEL)
    numbers = ("0012", "0013", "0014")
    for number in numbers:
        hall.window(number, standing("", app="0.4.0", version=""))
    hall.release("rollout", "--app", "0.5.0", "--before", "0.4.0", "--lab", ",".join(numbers), "--staff", "4001")
    for number in numbers:
        hall.window(number, standing("returned", app="0.4.0"))
    with served(hall.folder) as (url, _process), httpx.Client(base_url=url) as browser:
        until = time.monotonic() + SECONDS
        while "yichuang_release_halted 1" not in (figures := browser.get("/metrics").text):
            assert time.monotonic() < until, figures
        page = browser.get("/fleet?lang=en")
        assert page.status_code == 200
        assert "Halted by itself: 3 windows failed" in page.text
        assert hall.release("resume", "--staff", "4001") == 0, "a command beside the served hall"
    assert hall.rollout.halted == ""
    assert hall.rollout.target.app == "0.5.0"
