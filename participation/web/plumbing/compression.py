"""Pages, JSON and downloads of text travel compressed; static files are so since set-up (see `static_files`)."""

import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import brotli
from flask import Flask, request
from flask_compress import Compress
from werkzeug.wrappers import Response

# What is made for each request and is text. Pictures and archives are not in here: they are compressed already or sent
# in ranges.
TYPES = [
    "text/html",
    "text/xml",
    "text/csv",
    "application/json",
    "application/geo+json",
    "application/ld+json",
    "application/problem+json",
    "application/vnd.oai.openapi+json",
]
SMALLEST = 500
ALGORITHMS = ["br", "gzip"]
# What is written as it goes must not wait for its compression: at these levels a processor does some 150 or 70 MB a
# second, and a CSV file is still a fifth of its size. With more window it would be slower and hardly smaller.
STREAM_LEVELS = {"br": 1, "gzip": 1}
STREAM_WINDOW = 18
# So much of a stream may wait within the compressor.
STREAM_WAITS = 64 * 1024


def init(app: Flask) -> None:
    """Compress answers for browsers that take it.

    Tags of compressed answers must be weak (`W/"…"`): Flask-Compress would give a strong one another name, and the
    view that compares it would not know it again. That a page mirrors its query string beside the token of its forms
    gives nothing away by its size: session cookies are `SameSite=Lax`, so that no other site can ask for it in a
    person's name.
    """
    app.config.update(
        COMPRESS_ALGORITHM=ALGORITHMS,
        COMPRESS_MIMETYPES=TYPES,
        COMPRESS_BR_LEVEL=5,
        COMPRESS_MIN_SIZE=SMALLEST,
        COMPRESS_STREAMS=False,
        # Each view that can say "not modified" says so itself; a page that has a time is always sent whole.
        COMPRESS_EVALUATE_CONDITIONAL_REQUEST=False,
    )
    Compress(app)


def stream(response: Response, blocks: Iterable[bytes]) -> None:
    """Give an answer a body that is compressed block by block as it is read, if the client takes that.

    What breaks off in the middle ends without the end of the compression, so that no client takes it for whole.
    """
    wanted = request.accept_encodings.best_match(ALGORITHMS) if response.mimetype in TYPES else None
    if wanted is None:
        response.response = blocks
        return
    response.headers["Content-Encoding"] = wanted
    response.response = _brotli(blocks) if wanted == "br" else _gzip(blocks)


def _brotli(blocks: Iterable[bytes]) -> Iterator[bytes]:
    packer = brotli.Compressor(quality=STREAM_LEVELS["br"], lgwin=STREAM_WINDOW)
    return _packed_blocks(blocks, packer.process, packer.flush, packer.finish)


def _gzip(blocks: Iterable[bytes]) -> Iterator[bytes]:
    # 16 more than the window: with the head of a gzip file.
    packer = zlib.compressobj(STREAM_LEVELS["gzip"], wbits=zlib.MAX_WBITS + 16)
    return _packed_blocks(blocks, packer.compress, lambda: packer.flush(zlib.Z_SYNC_FLUSH), packer.flush)


def _packed_blocks(blocks: Iterable[bytes], take: Any, give: Any, end: Any) -> Iterator[bytes]:
    """What was read comes out at once, and not when the compressor would find it worth while."""
    waiting = STREAM_WAITS
    for block in blocks:
        packed, waiting = take(block), waiting + len(block)
        if waiting >= STREAM_WAITS:
            packed, waiting = packed + give(), 0
        if packed:
            yield packed
    yield end()


def pack(response: Response) -> None:
    """Compress an answer that seldom changes as far as it goes, and keep the outcome for the next one who asks."""
    if "br" in request.accept_encodings:
        response.data = _packed(response.data)
        response.headers["Content-Encoding"] = "br"


@lru_cache(maxsize=32)
def _packed(body: bytes) -> bytes:
    packed: bytes = brotli.compress(body)
    return packed
