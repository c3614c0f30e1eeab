"""The OpenAPI document of our Open311 GeoReport interface."""

from typing import Any

from participation.locales import CODES
from participation.questionnaire import KINDS
from participation.services.open311 import CLOSED, MOST, OPEN
from participation.web.plumbing import open_api
from participation.web.plumbing.open_api import TEXT, Json, parameter, reading

ABOUT = (
    "Open311 GeoReport v2. The kinds of entries are the services, a city is a jurisdiction, published entries are"
    " the requests; a request is closed once the city has answered at its place. New entries need a key of the city and"
    " wait for its moderators. Names, addresses and telephone numbers are not read, pictures elsewhere not fetched."
)
MAYBE: Json = {"type": "string", "nullable": True}
NUMBER: Json = {"type": "number", "nullable": True}
MOMENT: Json = {"type": "string", "format": "date-time"}
XML = "text/xml; charset=utf-8"
JURISDICTION = parameter("jurisdiction_id", "The city, by its slug", TEXT, required=True)
LANG = parameter("lang", "In which language labels are", {"type": "string", "enum": list(CODES)})
KIND = parameter("code", "The kind", {"type": "string", "enum": list(KINDS)}, place="path")
ID = parameter("id", "The id of the entry", {"type": "string", "format": "uuid"}, place="path")
WANTED = (
    parameter("service_request_id", f"Ids joined by commas, at most {MOST}", TEXT),
    parameter("service_code", "Kinds joined by commas", TEXT),
    parameter("start_date", "Sent at this time (RFC 3339) or later", TEXT),
    parameter("end_date", "Sent at this time (RFC 3339) or before", TEXT),
    parameter("status", f"{OPEN}, {CLOSED} or both joined by a comma", TEXT),
)


def document(server: str) -> Json:
    """The document; `server` is the address of everything under /open311."""
    return open_api.document(
        title="Open311 GeoReport v2",
        about=ABOUT,
        server=server,
        paths={path: operations for form in ("json", "xml") for path, operations in _paths(form).items()},
        more={"service": SERVICE, "definition": DEFINITION, "request": REQUEST, "made": MADE},
    )


def _paths(form: str) -> Json:
    asked = (JURISDICTION, LANG)
    return {
        f"/discovery.{form}": {
            "get": _reading(form, "discovery", "Where the service is", {"type": "object"}, (LANG,), refusals=("429",))
        },
        f"/v2/services.{form}": {
            "get": _reading(form, "services", "The kinds of entries that are collected now", _list("service"), asked)
        },
        f"/v2/services/{{code}}.{form}": {
            "get": _reading(form, "service", "What is asked about a kind", _named("definition"), (KIND, *asked))
        },
        f"/v2/requests.{form}": {
            "get": _reading(form, "requests", f"The newest {MOST} entries", _list("request"), (*asked, *WANTED)),
            "post": _creating(form),
        },
        f"/v2/requests/{{id}}.{form}": {
            "get": _reading(form, "request", "One published entry", _list("request"), (ID, *asked))
        },
    }


def _reading(form: str, name: str, summary: str, schema: Json, parameters: Any, **more: Any) -> Json:
    answer = {"application/json": schema} if form == "json" else {XML: TEXT}
    return reading(f"{name}_{form}", summary, answer, parameters=parameters, problems=_problems(form), **more)


def _problems(form: str) -> tuple[str, ...]:
    return ("application/problem+json",) if form == "json" else (XML,)


def _creating(form: str) -> Json:
    made = {"application/json": _list("made")} if form == "json" else {XML: TEXT}
    content = {media: {"schema": schema} for media, schema in made.items()}
    said = {"403": "The key does not count for this city", "409": "The Idempotency-Key was used for another entry"}
    responses = {
        "200": {"description": "The same entry came before with this Idempotency-Key", "content": content},
        "201": {"description": "The entry waits for the moderators", "content": content},
        **open_api.refused(("400", "403", "404", "409", "413", "429"), _problems(form), **said, **{"413": "Too large"}),
    }
    key = parameter("Idempotency-Key", "Sent again, an entry with the same key is no new one", TEXT, place="header")
    body = {"content": {"application/x-www-form-urlencoded": {"schema": ENTRY}}, "required": True}
    return {
        "operationId": f"create_{form}",
        "summary": "Send an entry",
        "parameters": [key, LANG],
        "requestBody": body,
        "responses": responses,
    }


def _named(schema: str) -> Json:
    return {"$ref": f"#/components/schemas/{schema}"}


def _list(schema: str) -> Json:
    return {"type": "array", "items": _named(schema)}


def _object(always: str, /, **properties: Json) -> Json:
    return {"type": "object", "required": always.split(), "properties": properties}


SERVICE = _object(
    "service_code service_name description metadata type",
    service_code={"type": "string", "enum": list(KINDS)},
    service_name=TEXT,
    description=TEXT,
    metadata={"type": "boolean"},
    type=TEXT,
    keywords=TEXT,
    group=TEXT,
)
ATTRIBUTE = _object(
    "variable code datatype required order description values",
    variable={"type": "boolean"},
    code=TEXT,
    datatype={"type": "string", "enum": ["singlevaluelist", "multivaluelist", "text"]},
    required={"type": "boolean"},
    datatype_description=TEXT,
    order={"type": "integer"},
    description=TEXT,
    values={"type": "array", "items": _object("key name", key=TEXT, name=TEXT)},
)
DEFINITION = _object("service_code attributes", service_code=TEXT, attributes={"type": "array", "items": ATTRIBUTE})
MADE = _object("service_request_id service_notice", service_request_id=TEXT, service_notice=TEXT, account_id=MAYBE)
REQUEST = _object(
    "service_request_id status service_code requested_datetime updated_datetime lat long",
    service_request_id={"type": "string", "format": "uuid"},
    status={"type": "string", "enum": [OPEN, CLOSED]},
    status_notes=MAYBE,
    service_name=TEXT,
    service_code={"type": "string", "enum": list(KINDS)},
    description=MAYBE,
    agency_responsible=TEXT,
    requested_datetime=MOMENT,
    updated_datetime=MOMENT,
    address=MAYBE,
    lat=NUMBER,
    long=NUMBER,
    media_url=MAYBE,
)
ENTRY = _object(
    "jurisdiction_id api_key service_code",
    jurisdiction_id=TEXT,
    api_key=TEXT,
    service_code={"type": "string", "enum": list(KINDS)},
    lat=TEXT,
    long=TEXT,
    address_string={"type": "string", "description": "The place in words, where there is no point"},
    near_home={"type": "string", "description": "true: only a point snapped to a grid is ever published"},
    description={"type": "string", "description": "The text of the entry"},
    lang={"type": "string", "description": "The language of the text (BCP 47); the city's own if it is missing"},
    account_id={"type": "string", "description": "Tells the people of the client apart; only a fingerprint is kept"},
    device_id={"type": "string", "description": "The same, where there are no accounts"},
)
ENTRY["additionalProperties"] = {"description": "attribute[code], several times for several answers"}
