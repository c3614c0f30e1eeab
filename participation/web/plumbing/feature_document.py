"""The OpenAPI document of our OGC API - Features."""

from collections.abc import Sequence
from typing import Any

from participation.locales import CODES
from participation.questionnaire import KINDS, load, versions
from participation.services.export_tables import PLACES, SUBMISSIONS, Column, Table
from participation.services.features import DEFAULT, FILTERS, MOST
from participation.web.plumbing import open_api
from participation.web.plumbing.open_api import MEDIA, TEXT, Json, parameter, reading

ABOUT = (
    "What residents have pinned and cities have published, the places it belongs to, and the districts: OGC API -"
    " Features, Part 1. The properties are the columns of the cities' CSV files. Each page of items has a link `next`"
    " as long as more follow; whoever follows it misses nothing that was there, and gets nothing twice."
)
GEOJSON, PLAIN, PAGE = "application/geo+json", "application/json", "text/html; charset=utf-8"
TYPES: dict[str, Json] = {
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "flag": {"type": "boolean"},
    "moment": {"type": "string", "format": "date-time"},
    "codes": {"type": "array", "items": {"type": "string"}},
}
FORM = parameter("f", "The form of the answer, if not by Accept", {"type": "string", "enum": ["json", "html"]})
LANG = parameter("lang", "The language of titles and pages", {"type": "string", "enum": list(CODES)})
ALWAYS = (FORM, LANG)


def document(server: str, collections: Sequence[str]) -> Json:
    """The document for these collections; `server` is the address of the landing page."""
    code: Json = {"type": "string"} | ({"enum": list(collections)} if collections else {})
    which = parameter("collectionId", "A city and what of it", code, place="path")
    feature = parameter("featureId", "The id of a feature", TEXT, place="path")
    return open_api.document(
        title="OGC API - Features",
        about=ABOUT,
        server=server,
        paths={
            "/": _reading("landing", "Where everything begins", _named("landing")),
            "/conformance": _reading("conformance", "Which parts of the standard hold", _named("conformance")),
            "/api": _reading("api", "This document", {"type": "object"}, media=MEDIA),
            "/collections": _reading("collections", "What there is", _named("collections")),
            "/collections/{collectionId}": _reading("collection", "One collection", _named("collection"), which),
            "/collections/{collectionId}/items": _reading(
                "items", "Features of a collection", _named("features"), which, *WANTED, *_filters(), media=GEOJSON
            ),
            "/collections/{collectionId}/items/{featureId}": _reading(
                "item", "One feature", _named("feature"), which, feature, media=GEOJSON
            ),
        },
        more=SCHEMAS | {"submission": _properties(SUBMISSIONS), "place": _properties(PLACES)},
    )


def _reading(name: str, summary: str, schema: Json, *parameters: Json, media: str = PLAIN) -> Json:
    refusals = ("400", "404", "429") if parameters else ("400", "429")
    answers = {media: schema, PAGE: TEXT}
    problems = ("application/problem+json", PAGE)
    asked = (*parameters, *ALWAYS)
    return {"get": reading(name, summary, answers, parameters=asked, refusals=refusals, problems=problems)}


def _filters() -> list[Json]:
    """The properties by which items can be filtered, those of all collections, each once."""
    names = sorted({name for known in FILTERS.values() for name in known})
    of = {name: ", ".join(kind for kind, known in FILTERS.items() if name in known) for name in names}
    return [parameter(name, f"Only for {kinds}", _values(name)) for name, kinds in of.items()]


def _values(name: str) -> Json:
    """What a property can be, as far as any questionnaire lists it; another value finds nothing."""
    if name == "kind":
        return TEXT | {"example": KINDS[0]}
    questions = [question for version in versions() for question in load(version).questions if question.code == name]
    options = [option.code for question in questions for option in question.options]
    return TEXT | ({"example": options[0]} if options else {})


def _properties(table: Table) -> Json:
    columns = [column for column in table.of(internal=False) if column.name not in ("lat", "lon")]
    return {"type": "object", "properties": {column.name: _schema(column) for column in columns}}


def _schema(column: Column) -> Json:
    nullable = {} if column.type == "codes" else {"nullable": True}
    return TYPES.get(column.type, TEXT) | nullable


def _named(schema: str) -> Json:
    return {"$ref": f"#/components/schemas/{schema}"}


def _object(always: str, /, **properties: Json) -> Json:
    return {"type": "object", "required": always.split(), "properties": properties}


def _list(items: Json, **more: Any) -> Json:
    return {"type": "array", "items": items, **more}


WANTED = (
    parameter(
        "bbox",
        "West, south, east and north edge in degrees",
        _list({"type": "number"}, minItems=4, maxItems=6),
        style="form",
        explode=False,
    ),
    parameter("datetime", "A time (RFC 3339), a day, or an interval of two, open with `..`; when it was sent", TEXT),
    parameter("limit", "How many at most", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT}),
    parameter("after", "The id after which to go on; the link `next` has it", TEXT),
)
NUMBER: Json = {"type": "integer", "minimum": 0}
LINK = _object("href rel", href=TEXT, rel=TEXT, type=TEXT, title=TEXT)
LINKS = _list({"$ref": "#/components/schemas/link"})
SCHEMAS: dict[str, Json] = {
    "link": LINK,
    "landing": _object("links", title=TEXT, description=TEXT, links=LINKS),
    "conformance": _object("conformsTo", conformsTo=_list(TEXT)),
    "collections": _object("links collections", links=LINKS, collections=_list(_named("collection"))),
    "collection": _object("id links", id=TEXT, title=TEXT, extent={"type": "object"}, itemType=TEXT, links=LINKS),
    "features": _object(
        "type features",
        type={"type": "string", "enum": ["FeatureCollection"]},
        features=_list(_named("feature")),
        links=LINKS,
        numberMatched=NUMBER,
        numberReturned=NUMBER,
    ),
    "feature": _object(
        "type id geometry properties",
        type={"type": "string", "enum": ["Feature"]},
        id=TEXT,
        geometry={"type": "object", "nullable": True, "properties": {"type": TEXT}},
        properties={"type": "object"},
        links=LINKS,
    ),
}
