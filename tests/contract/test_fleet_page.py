"""The fleet in a browser at the hall's machine: readable without a script, and by nobody elsewhere."""

from __future__ import annotations

import asyncio
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from casework import messages
from casework.wire import Problem
from console.messages import translator
from hall.openapi import document
from tests.hall_world import HallWorld, in_hall
from tests.rollouts import Publishing, standing, tells

HERE = "http://127.0.0.1:8118"


@pytest.fixture(autouse=True)
def languages() -> None:
    """As the command installs them."""
    messages.install(translator("zh_CN"))
    messages.install_languages(translator)


class Elements(HTMLParser):
    """Every element with its attributes, and whether all of them are closed."""

    EMPTY = frozenset({"meta", "!doctype"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


async def page(
    world: HallWorld, url: str = f"{HERE}/fleet", client: str = "127.0.0.1", **headers: str
) -> httpx.Response:
    """What a browser gets that sits at `client`."""
    transport = httpx.ASGITransport(app=world.app, client=(client, 4242))
    async with httpx.AsyncClient(transport=transport) as asker:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await asker.get(url, headers=sent)


def shown(tmp_path: Path, **how: Any) -> str:
    """The page of a hall with a rollout of which one window has failed."""
    got: list[str] = []

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = Publishing(world, tmp_path)
        place.begins()
        await tells(await world.window("0012", client), standing("returned", app="0.4.0"), error="line.busy")
        await tells(await world.window("0013", client), standing(app="<b>&"))
        place.looks()
        answer = await page(world, **how)
        assert answer.status_code == 200, answer.text
        got.append(answer.text)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"

    in_hall(tmp_path, story)
    return got[0]


def test_at_the_hall_the_bars_and_the_terminals_are_on_one_page_that_reads_itself_anew(tmp_path: Path) -> None:
    text = shown(tmp_path)
    found = Elements(text).found
    names = [name for name, _ in found]
    assert names.count("progress") == 5
    assert ("html", {"lang": "zh-CN"}) in found
    assert ("meta", {"http-equiv": "refresh", "content": "5"}) in found
    rows = re.findall(r"<tr><td>(\d{4})</td>", text)
    assert rows == ["0012", "0013"], "the worst first"
    assert "全部终端" in text
    assert "<b>" not in text
    assert "&lt;b&gt;&amp;" in text


def test_it_asks_nothing_of_any_other_place_and_needs_no_script(tmp_path: Path) -> None:
    found = Elements(shown(tmp_path)).found
    assert {name for name, _ in found} & {"script", "link", "img", "iframe", "form", "object"} == set()
    where = [value for _, given in found for name, value in given.items() if name in {"src", "href", "action"}]
    assert where == ["?lang=en"]
    assert [name for _, given in found for name in given if name.startswith("on") or name == "style"] == []


@pytest.mark.parametrize(
    ("how", "english"),
    [
        ({}, False),
        ({"accept_language": "en-GB,en;q=0.9,zh;q=0.5"}, True),
        ({"accept_language": "fr,zh-TW;q=0.5,en;q=0.1"}, False),
        ({"accept_language": "fr"}, False),
        ({"url": f"{HERE}/fleet?lang=en"}, True),
        ({"url": f"{HERE}/fleet?lang=zh_CN", "accept_language": "en"}, False),
    ],
)
def test_it_speaks_the_language_of_who_reads_it(tmp_path: Path, how: dict[str, str], english: bool) -> None:
    text = shown(tmp_path, **how)
    assert ("What the hall did" in text or "all terminals" in text) is english
    assert ('<html lang="zh-CN"' in text) is not english
    assert messages.t("fleet.page") == "一窗：全部终端", "the hall itself speaks as before"


@pytest.mark.parametrize(
    "how",
    [
        {"client": "192.0.2.7"},
        {"client": "not an address"},
        {"x_forwarded_for": "192.0.2.7"},
        {"forwarded": "for=192.0.2.7"},
        {"via": "1.1 proxy"},
        {"url": "http://fleet.example/fleet"},
    ],
)
def test_from_another_machine_it_is_refused_and_says_where_to_look(tmp_path: Path, how: dict[str, str]) -> None:
    async def story(world: HallWorld, _client: httpx.AsyncClient) -> None:
        answer = await page(world, **how)
        no = msgspec.json.decode(answer.content, type=Problem)
        assert (answer.status_code, no.error) == (403, "fleet_here")
        assert "yichuang fleet" in no.message

    in_hall(tmp_path, story)


@pytest.mark.parametrize(
    "how",
    [
        {"url": "http://localhost:8118/fleet"},
        {"url": "http://[::1]:8118/fleet", "client": "::1"},
        {"url": "http://192.0.2.1:8118/fleet", "client": "192.0.2.1"},
    ],
)
def test_a_hall_that_listens_on_its_own_address_shows_it_to_itself(tmp_path: Path, how: dict[str, str]) -> None:
    async def story(world: HallWorld, _client: httpx.AsyncClient) -> None:
        assert (await page(world, **how)).status_code == 200

    in_hall(tmp_path, story)


def test_a_hall_that_publishes_nothing_has_its_page_too(tmp_path: Path) -> None:
    async def story(world: HallWorld, _client: httpx.AsyncClient) -> None:
        text = (await page(world)).text
        assert "<progress" not in text
        assert "yichuang release rollout" in text

    in_hall(tmp_path, story)


def test_two_readers_of_two_languages_at_once_get_each_their_own(tmp_path: Path) -> None:
    async def story(world: HallWorld, _client: httpx.AsyncClient) -> None:
        urls = [f"{HERE}/fleet?lang={lang}" for lang in ("en", "zh") * 5]
        texts = [answer.text for answer in await asyncio.gather(*(page(world, url) for url in urls))]
        assert ["all terminals" in text for text in texts] == [True, False] * 5

    in_hall(tmp_path, story)


def test_whoever_reads_the_interface_finds_the_page_and_that_it_is_for_this_machine() -> None:
    answers = document()["paths"]["/fleet"]["get"]["responses"]
    assert set(answers) == {"200", "403"}
    assert set(answers["200"]["content"]) == {"text/html"}
