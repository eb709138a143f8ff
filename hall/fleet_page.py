"""`GET /fleet`: the fleet as a page for a browser at the hall's own machine (updates.md, *What IT sees*).

It needs no script and asks nothing of any other place; it reads itself anew. Numbers of terminals and versions are on
it, no person and no case.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse

from casework.fleet import Fleet, FleetRing, FleetRollout, FleetRow, day_and_time, ring_words, versions_words
from casework.messages import t
from hall.errors import Forbidden

CHINESE, ENGLISH = "zh_CN", "en"
_BEHIND = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers of a proxy: behind one everybody would seem to sit at this machine."""
_COLUMNS = ("terminal", "grade", "ring", "app", "state", "catalogue", "calendar", "config", "unsent", "heard", "wrong")
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --bad: #c62828; --look: #b26a00; --fine: #2e7d32; --dim: #767676 }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --look: #ffcc80; --fine: #a5d6a7; --dim: #9e9e9e } }
body { font: 16px/1.5 system-ui, "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 1.5rem auto;
  max-width: 75rem; padding: 0 1rem }
h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem }
p { margin: .3rem 0 } .dim { color: var(--dim) } .bad { color: var(--bad) } .look { color: var(--look) }
.fine { color: var(--fine) } .bad, .look { font-weight: 600 }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
th { font-weight: 600 } .terminals :is(td, th):not(:last-child) { white-space: nowrap }
progress { width: 100%; height: 1.1rem; accent-color: var(--fine) }
.halted progress { accent-color: var(--bad) } .rings td:nth-child(2) { width: 45% } ul { padding-left: 1.2rem }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def expect_here(request: Request) -> None:
    """Raises Forbidden for whoever does not sit at the hall's own machine.

    A connection from here comes from a loopback address or from the very address it goes to. A proxy would make
    everybody such a one, and a name in `Host` may be a stranger's page that has pointed its own name here.
    """
    client = request.client.host if request.client else ""
    server = request.scope.get("server") or ("", 0)
    here = _is_loopback(client) or (bool(client) and client == server[0])
    if not here or any(name in request.headers for name in _BEHIND) or not _is_address(request.url.hostname or ""):
        raise Forbidden("hall.fleet_here")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_address(host: str) -> bool:
    try:
        return host == "localhost" or bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def language_of(request: Request) -> str:
    """`?lang=en`, else what the browser would rather read; Chinese where it says neither."""
    wish = request.query_params.get("lang", "")
    words = wish or request.headers.get("accept-language", "")
    for word in words.lower().replace(";", ",").split(","):
        if word.strip().startswith(("zh", "en")):
            return ENGLISH if word.strip().startswith("en") else CHINESE
    return CHINESE


def page_of(fleet: Fleet, language: str, seconds: float) -> HTMLResponse:
    """The page, in the language that is spoken now; read anew after `seconds`."""
    lang = {CHINESE: "zh-CN"}.get(language, language)
    other, name = (CHINESE, "中文") if language == ENGLISH else (ENGLISH, "English")
    body = "\n".join(_parts(fleet))
    html = (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="refresh" content="{round(seconds)}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(t('fleet.page'))}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(t('fleet.page'))}</h1>\n"
        f'<p class="dim">{escape(t("fleet.page.at", at=day_and_time(fleet.at)))} '
        f'<a href="?lang={other}" hreflang="{other.replace("_", "-")}">{name}</a></p>\n{body}\n</body>\n</html>\n'
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"})


def _parts(fleet: Fleet) -> Iterator[str]:
    grade = "bad" if fleet.count("bad") else "look" if fleet.count("look") else "fine"
    yield f'<p class="{grade}">{escape(fleet.summary)}</p>'
    for one in fleet.troubles:
        yield f'<p class="bad" role="alert">{escape(str(one))}</p>'
    for one in fleet.waits:
        yield f'<p class="look">{escape(str(one))}</p>'
    if fleet.rollout is None:
        yield f'<p class="dim">{escape(t("fleet.no_rollout"))}</p>'
    else:
        yield from _rollout(fleet.rollout)
    yield f"<h2>{escape(t('fleet.page.terminals'))}</h2>"
    yield '<table class="terminals"><thead><tr>'
    yield "".join(f'<th scope="col">{escape(t(f"fleet.column.{name}"))}</th>' for name in _COLUMNS)
    yield "</tr></thead><tbody>"
    yield from map(_row, fleet.rows)
    yield "</tbody></table>"
    if fleet.told:
        yield f"<h2>{escape(t('fleet.page.told'))}</h2><ul>"
        for said in fleet.told:
            words = escape(f"{day_and_time(said.at)} {said.message}")
            yield f'<li class="{"bad" if said.alarm else ""}">{words}</li>'
        yield "</ul>"


def _rollout(now: FleetRollout) -> Iterator[str]:
    titled = t("fleet.rollout", number=now.number, versions=versions_words(now.target))
    yield f"<h2>{escape(titled)}</h2>"
    yield f'<p class="{"bad" if now.halted else "look" if now.step == "ask" else ""}">{escape(str(now.why))}</p>'
    yield f'<table class="rings{" halted" if now.halted else ""}"><tbody>'
    yield from map(_ring, now.rings)
    yield "</tbody></table>"


def _ring(ring: FleetRing) -> str:
    name = escape(t(f"fleet.ring.{ring.name}"))
    bar = f'<progress max="{ring.of or 1}" value="{ring.healthy}" aria-label="{name}"></progress>'
    cells = f"<td>{bar}</td><td>{ring.healthy}/{ring.of}</td>"
    return f'<tr><th scope="row">{name}</th>{cells}<td class="dim">{escape(ring_words(ring))}</td></tr>'


def _row(row: FleetRow) -> str:
    ring = t(f"fleet.ring.{row.ring}") if row.ring else "-"
    unsent = "-" if row.unsent < 0 else str(row.unsent)
    cells = (
        row.number, t(f"fleet.grade.{row.grade}"), ring, row.app, row.state_words, row.catalogue, row.calendar,
        row.config, unsent, day_and_time(row.heard), row.trouble_words,
    )  # fmt: skip
    marked = {1: row.grade, 10: row.grade if row.grade in {"bad", "look"} else ""}
    return f"<tr>{''.join(_cell(text, marked.get(at, '')) for at, text in enumerate(cells))}</tr>"


def _cell(text: str, mark: str) -> str:
    return f'<td class="{mark}">{escape(text or "-")}</td>' if mark else f"<td>{escape(text or '-')}</td>"
