"""Pieces of an OpenAPI document (version 3.0): what every interface of ours answers, and how it is written down."""

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
MEDIA = "application/vnd.oai.openapi+json;version=3.0"
PROBLEM: Json = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "A stable word for programs"},
        "parameter": {"type": "string", "description": "The parameter that is meant"},
    },
}
TEXT: Json = {"type": "string"}
REFUSALS = {
    "400": "A parameter is unknown, missing or cannot be read",
    "404": "There is no such thing",
    "429": "Too many requests; Retry-After says for how many seconds to wait",
}


def document(*, title: str, about: str, server: str, paths: Json, more: Json | None = None) -> Json:
    """The whole document; `more` are further schemas."""
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": "1.0.0", "description": about},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": {"problem": PROBLEM, **(more or {})}},
    }


def reading(
    name: str,
    summary: str,
    answers: Mapping[str, Json],
    *,
    parameters: Sequence[Json] = (),
    refusals: Sequence[str] = ("400", "404", "429"),
    problems: Sequence[str] = ("application/problem+json",),
) -> Json:
    """A GET: its answers by media type, and what every reading may be answered besides."""
    responses: Json = {
        "200": {"description": summary, "content": {media: {"schema": schema} for media, schema in answers.items()}},
        "304": {"description": "What If-None-Match or If-Modified-Since names is still right"},
    }
    operation: Json = {"operationId": name, "summary": summary, "responses": responses | refused(refusals, problems)}
    return operation | ({"parameters": list(parameters)} if parameters else {})


def refused(
    statuses: Sequence[str], problems: Sequence[str] = ("application/problem+json",), **said: str
) -> dict[str, Json]:
    """The answers that refuse a request, as problem details or in another form that holds text."""
    schemas = {
        media: {"$ref": "#/components/schemas/problem"} if media.endswith("problem+json") else TEXT
        for media in problems
    }
    content = {media: {"schema": schema} for media, schema in schemas.items()}
    return {status: {"description": (REFUSALS | said)[status], "content": content} for status in statuses}


def parameter(name: str, about: str, schema: Json, *, place: str = "query", **more: Any) -> Json:
    """A parameter; those in the path are always required."""
    required = {"required": True} if place == "path" else {}
    return {"name": name, "in": place, "description": about, "schema": schema, **required, **more}
