"""Sending a file that is written while it is read: from one state of the database, and whole or visibly not.

A short file is written before it is sent and has its length in its head. A long one travels in chunks; when something
breaks in the middle, the exception ends the connection without the last chunk, and the file without its last cell.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from threading import BoundedSemaphore

from flask import Flask, abort, current_app, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from participation import database
from participation.models.cities import City
from participation.settings import Settings
from participation.web.plumbing.export_requests import only_of_version, saved_as

Write = Callable[[Session], Generator[bytes, None, None]]
# So much is written before the head is sent: what fails at its beginning is an error page and not half a file.
SHORT = 256 * 1024
WAIT_SECONDS = 10
# Changes when the same data are written in another way, so that nobody keeps an old file for the same.
FORMAT = 1


def init(app: Flask, settings: Settings) -> None:
    """Leave half of the threads to everybody else while files are on their way."""
    app.extensions["participation_downloads"] = BoundedSemaphore(max(1, settings.threads // 2))


def send(
    write: Write,
    *,
    city: City,
    name: str,
    ending: str,
    content_type: str,
    private: bool = False,
    fixed: bool = True,
    slow: bool = False,
) -> Response:
    """A download named after city, table, filter and version of the data, such as `worms-submissions-v17.csv`.

    `write` gets a session that sees one state of the data, and `name` is `submissions` or `submissions-idea`. What is
    public and, as long as the data are the same, `fixed`, can be asked for again: "not modified" is the answer until
    something changes. A `slow` one takes long before its first block.
    """
    session = database.snapshot(current_app.extensions["participation_engine"])
    try:
        version = session.scalars(select(City.data_version).where(City.id == city.id)).one()
        only_of_version(session, city=city, number=version)
        response = Response(content_type=content_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{city.slug}-{name}-v{version}.{ending}"'
        response.headers["X-Dataset-Version"] = str(version)
        response.headers["Cache-Control"] = "private, no-store" if private or saved_as() else "public, no-cache"
        # A profile may hold something else tomorrow, of the same version of the data.
        if fixed and not private and not saved_as():
            tag = f"{city.id}-{version}-{FORMAT}"
            response.set_etag(tag, weak=True)
            # Werkzeug's own way would give an answer without a body yet the length of none.
            if request.if_none_match.contains_weak(tag):
                response.status_code = 304
                session.close()
                return response
        _fill(response, session, write(session), slow=slow)
    except BaseException:
        session.close()
        raise
    return response


def _fill(response: Response, session: Session, blocks: Generator[bytes, None, None], *, slow: bool) -> None:
    """Give the answer its body: at once where that is all, else as it is read."""
    with ExitStack() as held:
        held.callback(session.close)
        held.callback(blocks.close)
        if slow:
            _take_turn(held)
        first, size = [], 0
        for block in blocks:
            first.append(block)
            size += len(block)
            if size > SHORT:
                break
        else:
            response.data = b"".join(first)
            return
        if not slow:
            _take_turn(held)

        def body() -> Iterator[bytes]:
            yield from first
            yield from blocks

        response.response = body()
        response.call_on_close(held.pop_all().close)


def _take_turn(held: ExitStack) -> None:
    slots: BoundedSemaphore = current_app.extensions["participation_downloads"]
    if not slots.acquire(blocking=False):
        abort(Response("Too many downloads at this moment.\n", 503, {"Retry-After": str(WAIT_SECONDS)}))
    held.callback(slots.release)
