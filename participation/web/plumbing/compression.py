"""Pages and JSON travel compressed; static files are compressed at set-up already (see `static_files`)."""

from functools import lru_cache

import brotli
from flask import Flask, request
from flask_compress import Compress
from werkzeug.wrappers import Response

# What is drawn for each request and is text. Pictures, archives and downloads are not in here: they are compressed
# already, sent in ranges or written as they go.
TYPES = [
    "text/html",
    "text/xml",
    "application/json",
    "application/geo+json",
    "application/ld+json",
    "application/problem+json",
    "application/vnd.oai.openapi+json",
]
SMALLEST = 500


def init(app: Flask) -> None:
    """Compress answers for browsers that take it.

    Tags of compressed answers must be weak (`W/"…"`): Flask-Compress would give a strong one another name, and the
    view that compares it would not know it again. That a page mirrors its query string beside the token of its forms
    gives nothing away by its size: session cookies are `SameSite=Lax`, so that no other site can ask for it in a
    person's name.
    """
    app.config.update(
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_MIMETYPES=TYPES,
        COMPRESS_BR_LEVEL=5,
        COMPRESS_MIN_SIZE=SMALLEST,
        COMPRESS_STREAMS=False,
        # Each view that can say "not modified" says so itself; a page that has a time is always sent whole.
        COMPRESS_EVALUATE_CONDITIONAL_REQUEST=False,
    )
    Compress(app)


def pack(response: Response) -> None:
    """Compress an answer that seldom changes as far as it goes, and keep the outcome for the next one who asks."""
    if "br" in request.accept_encodings:
        response.data = _packed(response.data)
        response.headers["Content-Encoding"] = "br"


@lru_cache(maxsize=32)
def _packed(body: bytes) -> bytes:
    packed: bytes = brotli.compress(body)
    return packed
