"""Who may speak to the page's server: this machine's own page, and nobody else."""

from __future__ import annotations

import http.client
from typing import Any

import pytest

from tests.browser.served import Served

SOCKET = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip


def asked(served: Served, path: str, **headers: str) -> tuple[int, Any]:
    """Status and headers of an answer."""
    place = served.url.removeprefix("http://")
    line = http.client.HTTPConnection(place, timeout=10)
    line.request("GET", path, headers={"Host": place, **headers})
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.status, answer.headers


def cookie(served: Served) -> str:
    """What a browser gets with the page."""
    return str(asked(served, "/")[1]["Set-Cookie"])


def test_the_page_may_load_from_here_alone(served: Served) -> None:
    status, headers = asked(served, "/")
    policy = headers["Content-Security-Policy"]
    assert status == 200
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert headers["Cache-Control"] == "no-store"
    assert all(word in cookie(served) for word in ("HttpOnly", "SameSite=Strict"))
    assert cookie(served).partition(";")[0] != cookie(served).partition(";")[0]


def test_another_name_of_this_machine_is_refused(served: Served) -> None:
    assert asked(served, "/", Host="evil.example:80")[0] == 403
    assert asked(served, "/ws", Host="evil.example", Origin="http://evil.example", **SOCKET)[0] == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_another_page_of_the_same_browser_gets_no_line(served: Served, origin: str) -> None:
    before = served.consoles()
    headers = {**SOCKET, "Cookie": cookie(served).partition(";")[0], **({"Origin": origin} if origin else {})}
    assert asked(served, "/ws", **headers)[0] == 403
    assert asked(served, "/ws", **{**SOCKET, "Origin": served.url})[0] == 403  # the page was never loaded
    assert served.consoles() == before


@pytest.mark.parametrize("path", ["/static/nothing", "/static/..%2Fbrowser.py", "/download/x", "/static/"])
def test_only_what_the_page_needs_is_there(served: Served, path: str) -> None:
    assert asked(served, path)[0] == 404
    assert asked(served, "/static/page.js")[0] == 200
    assert asked(served, "/alive")[0] == 204
