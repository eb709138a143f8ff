"""`/openapi.json`: the paths by hand, the schemas from the very structs that are encoded and decoded."""

from __future__ import annotations

from typing import Any

import msgspec

from casework.scans import BlobAnswer
from casework.seals import Signed
from casework.wire import CaseAnswer, EnrolAnswer, OfferAnswer, Problem, PullAnswer, PushAnswer

_SIGNED_BY = "Signature and Signature-Input by RFC 9421 over @method, @path and @query, ed25519"


def document() -> dict[str, Any]:
    """The description of the interface as plain values."""
    kinds = (Signed, EnrolAnswer, PushAnswer, OfferAnswer, PullAnswer, CaseAnswer, BlobAnswer, Problem)
    refs, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    schema = dict(zip((kind.__name__ for kind in kinds), refs, strict=True))

    def answers(ok: dict[str, Any] | None, *codes: int, media: str = "application/json") -> dict[str, Any]:
        problem = {"application/json": {"schema": schema["Problem"]}}
        good = {"description": "done", "content": {media: {"schema": ok or {}}}}
        return {"200": good, **{str(code): {"description": "a problem", "content": problem} for code in codes}}

    def get(ok: dict[str, Any] | None, *parameters: dict[str, Any], media: str = "application/json") -> dict[str, Any]:
        signed = {"description": _SIGNED_BY, "parameters": list(parameters)}
        return {"get": {**signed, "responses": answers(ok, 401, 403, 404, 409, 422, 503, media=media)}}

    def post(ok: dict[str, Any]) -> dict[str, Any]:
        body = {"required": True, "content": {"application/json": {"schema": schema["Signed"]}}}
        return {"post": {"requestBody": body, "responses": answers(ok, 401, 403, 409, 413, 422, 503)}}

    query = [
        {"name": name, "in": "query", "required": required, "schema": {"type": kind}}
        for name, kind, required in (
            ("epoch", "integer", True), ("after", "integer", True), ("chain", "string", True),
            ("limit", "integer", False), ("wait", "number", False), ("report", "string", False),
        )
    ]  # fmt: skip
    text = {"get": {"responses": {"200": {"description": "figures", "content": {"text/plain": {}}}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Yichuang hall", "version": "1"},
        "paths": {
            "/sync/v1/hello": {"get": {"parameters": [_QUESTION], "responses": answers(schema["Signed"], 503)}},
            "/sync/v1/enrol": post(schema["EnrolAnswer"]),
            "/sync/v1/push": post(schema["PushAnswer"]),
            "/sync/v1/offer": post(schema["OfferAnswer"]),
            "/sync/v1/pull": get(schema["PullAnswer"], *query),
            "/sync/v1/snapshot/{scope}": get(None, _in_path("scope")),
            "/sync/v1/case/{id}": get(schema["CaseAnswer"], _in_path("id")),
            "/sync/v1/windows": get(schema["Signed"]),
            "/sync/v1/blob/{sha256}": {
                **get(None, _in_path("sha256"), _RANGE, media=_OCTETS),
                **_blob_head(),
                **_piece(answers(schema["BlobAnswer"], 401, 403, 404, 409, 413, 422, 503, 507)),
            },
            "/healthz": {"get": {"responses": answers(None, 503)}},
            "/metrics": text,
            "/fleet": _fleet(schema["Problem"]),
        },
        "components": {"schemas": components},
    }


_OCTETS = "application/octet-stream"
_RANGE = {"name": "Range", "in": "header", "required": False, "schema": {"type": "string"}}
_QUESTION = {"name": "question", "in": "query", "required": False, "schema": {"type": "string"}}


def _fleet(problem: dict[str, Any]) -> dict[str, Any]:
    """The page of all terminals, for a browser at the hall's own machine."""
    lang = {"name": "lang", "in": "query", "required": False, "schema": {"type": "string", "enum": ["zh_CN", "en"]}}
    away = {"description": "asked from another machine", "content": {"application/json": {"schema": problem}}}
    page = {"description": "all terminals and the rollout, as a page", "content": {"text/html": {}}}
    return {"get": {"parameters": [lang], "responses": {"200": page, "403": away}}}


def _blob_head() -> dict[str, Any]:
    """How much of a blob is here: two headers, no body."""
    number = {"schema": {"type": "integer"}}
    headers = {"Upload-Offset": number, "Upload-Length": number}
    responses = {"200": {"description": "how much is here", "headers": headers}}
    responses |= {str(code): {"description": "a problem"} for code in (401, 403, 404, 503)}
    return {"head": {"description": _SIGNED_BY, "parameters": [_in_path("sha256")], "responses": responses}}


def _piece(responses: dict[str, Any]) -> dict[str, Any]:
    """A piece of a scan."""
    query = [
        {"name": name, "in": "query", "required": True, "schema": {"type": kind}}
        for name, kind in (("offset", "integer"), ("size", "integer"), ("piece", "string"))
    ]
    body = {"required": True, "content": {_OCTETS: {}}}
    parameters = [_in_path("sha256"), *query]
    described = {"description": _SIGNED_BY, "parameters": parameters, "requestBody": body, "responses": responses}
    return {"put": described}


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
