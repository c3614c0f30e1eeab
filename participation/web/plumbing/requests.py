"""A request id, a limit for bodies that do not tell their length, and one log line without anything personal."""

import re
import time
import uuid

import structlog
from flask import Flask, g, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
log = structlog.get_logger()


def init(app: Flask) -> None:
    """Bind the id at the start, measure the body, and log at the end."""
    app.before_request(_start)
    app.before_request(_measure)
    app.after_request(_finish)


def _start() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _measure() -> None:
    # A body without a length (sent in chunks) would be cut off at the limit without a word by the parser of forms.
    limit = request.max_content_length
    if limit and request.content_length is None and len(request.get_data()) >= limit:
        raise RequestEntityTooLarge


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    # The rule instead of the address: a receipt's address is a secret, a query may hold a place.
    rule = request.url_rule.rule if request.url_rule else None
    spent = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
    log.info("request", method=request.method, rule=rule, status=response.status_code, ms=spent)
    return response
