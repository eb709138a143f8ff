"""What stands between windows and hall for good: it carries so much, takes headers away, and mixes windows up."""

from __future__ import annotations

import random

import httpx

PAGE = "<html><body>Please accept the terms of use</body></html>"
QUESTIONS, ANSWERS = (131_072, 262_144), (16_384, 65_536)
"""Most bytes. Of questions the smallest that a restored hall can be healed through: an offer goes from head to head."""
PLAIN = {"content-type", "content-length", "date", "retry-after", "content-range", "etag"}
"""Headers that a strict proxy knows, and so lets through."""


class Shared:
    """The one box that all windows go through: which answer it carried last, by what was asked."""

    def __init__(self) -> None:
        self._carried: dict[tuple[str, str], tuple[str, httpx.Response]] = {}

    def carried(self, whose: str, request: httpx.Request, response: httpx.Response) -> None:
        """An answer went through."""
        self._carried[_asked(request)] = whose, response

    def of_another(self, whose: str, request: httpx.Request) -> httpx.Response | None:
        """What another window was answered to a question of that kind; None when nobody else has asked."""
        other, response = self._carried.get(_asked(request), (whose, None))
        return response if other != whose else None


class Proxy:
    """One window's way through it. `question`, `answer`: the most bytes of a body; `strips`: headers that it does not
    know do not come back.
    """

    def __init__(self, stream: random.Random) -> None:
        self.question = stream.choice(QUESTIONS)
        self.answer = stream.choice(ANSWERS)
        self.strips = stream.random() < 0.5
        self._cuts = stream.random() < 0.5

    def refuses(self, request: httpx.Request) -> httpx.Response | None:
        """Its own answer to a question that is too large for it."""
        return httpx.Response(413, html=PAGE) if len(request.content) > self.question else None

    def back(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        """What comes back of an answer. Raises httpx.RemoteProtocolError where one too large is cut off."""
        if len(response.content) > self.answer:
            if self._cuts:
                raise httpx.RemoteProtocolError("too large an answer", request=request)
            return httpx.Response(502, html=PAGE)
        if not self.strips:
            return response
        kept = {name: value for name, value in response.headers.items() if name.lower() in PLAIN}
        return httpx.Response(response.status_code, headers=kept, content=response.content)


def _asked(request: httpx.Request) -> tuple[str, str]:
    return request.method, request.url.path.rsplit("/", 1)[1]
