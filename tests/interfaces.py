"""Asks an interface whatever its OpenAPI document allows, and whatever it does not, and looks at every answer."""

from collections.abc import Callable, Iterator
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

DOCUMENTS = ("/ogc/api?f=json", "/open311/v2/openapi.json")
# No 5xx, and no answer that is not in the document.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
]
BOTH = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def operations(app: Flask, document: str) -> Iterator[Any]:
    """Every operation that a document names."""
    for result in schemathesis.openapi.from_wsgi(document, app).get_all_operations():
        yield result.ok()


def ask(operation: Any, examples: int, prepare: Callable[[Any], None] = lambda case: None) -> int:
    """Ask in so many ways, sensible and not; fails at the first answer that is not as documented. Returns how many."""
    asked = 0
    strategies = [operation.as_strategy(generation_mode=mode) for mode in BOTH]

    def one(case: Any) -> None:
        nonlocal asked
        prepare(case)
        # The client of these tests cannot open what is compressed.
        response = case.call(headers={"Accept-Encoding": "identity"})
        case.validate_response(response, checks=CHECKS)
        asked += 1

    how = settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    for strategy in strategies:
        how(given(case=strategy)(one))()
    return asked


def of_worms(key: str) -> Callable[[Any], None]:
    """Lets cases speak of a city that is there, with a key that counts, so that more than the doors are tried."""

    def known(case: Any) -> None:
        if "jurisdiction_id" in (case.query or {}):
            case.query["jurisdiction_id"] = "worms"
        if isinstance(case.body, dict):
            case.body |= {"jurisdiction_id": "worms", "api_key": key}

    return known
