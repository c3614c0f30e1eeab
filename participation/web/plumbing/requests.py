"""A request id, a limit for the size of bodies, and one log line without anything personal."""

import re
import time
import uuid
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import structlog
from flask import Flask, current_app, g, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from participation.settings import Settings

REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
# A photo that is a little too large gets a message on its form; the server has to read it for that.
TOO_LARGE_A_LITTLE = 4 * 1024 * 1024
# What is far too large is thrown away unread up to this size: a browser shows our answer only when it has sent all.
DRAINED, PIECE = 64 * 1024 * 1024, 64 * 1024
P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger()


def init(app: Flask) -> None:
    """Bind the id at the start, measure the body, and log at the end."""
    app.before_request(_start)
    app.before_request(_measure)
    app.after_request(_finish)


def takes_photo(view: Callable[P, R]) -> Callable[P, R]:
    """Let the body of this page's form be as large as a photo; all others stay small."""
    view.takes_photo = True  # type: ignore[attr-defined]
    return view


def takes_table(view: Callable[P, R]) -> Callable[P, R]:
    """Let the body of this page's form be as large as a file for an import."""
    view.takes_table = True  # type: ignore[attr-defined]
    return view


def _start() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def takes_photos() -> bool:
    """Whether the form of the page that is asked for may bring a photo."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "takes_photo", False)


def takes_tables() -> bool:
    """Whether the form of the page that is asked for may bring a file for an import."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "takes_table", False)


def _measure() -> None:
    settings: Settings = current_app.extensions["participation_settings"]
    file_bytes = settings.photo_bytes if takes_photos() else settings.import_bytes if takes_tables() else 0
    with_file = request.mimetype == "multipart/form-data" and file_bytes > 0
    if with_file:
        request.max_content_length = file_bytes + TOO_LARGE_A_LITTLE + settings.max_body_kb * 1024
    limit = request.max_content_length
    # A body without a length (sent in chunks) would be cut off at the limit without a word by the parser of forms.
    if limit and request.content_length is None and len(request.get_data()) >= limit:
        raise RequestEntityTooLarge
    if limit and with_file and limit < (request.content_length or 0) <= DRAINED:
        _drain()
        raise RequestEntityTooLarge


def _drain() -> None:
    while request.environ["wsgi.input"].read(PIECE):
        pass


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    # The rule instead of the address: a receipt's address is a secret, a query may hold a place.
    rule = request.url_rule.rule if request.url_rule else None
    spent = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
    log.info("request", method=request.method, rule=rule, status=response.status_code, ms=spent)
    return response
