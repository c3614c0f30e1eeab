"""Who may read our open data from the pages of other sites: everybody, what everybody may read anyway (CORS)."""

from flask import Flask, request
from werkzeug.wrappers import Response

from participation.web.plumbing.sessions import SAFE

# The parts that give out public data. What needs a sign-in or a key is not among them, nor is any page.
OPEN = ("features", "open311", "catalogs", "exports")
READABLE = "ETag, Last-Modified, Link, Content-Disposition, Retry-After, X-Request-ID"


def init(app: Flask) -> None:
    """Let other sites read; nothing is sent with cookies, so nobody is read in somebody's name."""
    app.after_request(_open)


def _open(response: Response) -> Response:
    asks = request.method == "OPTIONS"
    if request.blueprint not in OPEN or request.method not in SAFE:
        return response
    if not asks and (response.mimetype == "text/html" or response.cache_control.private):
        return response
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = READABLE
    # Other sites may show what they have read, whatever they isolate themselves with.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if asks:
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response
