"""Sending a file that is written while it is read: from one state of the database, and whole or visibly not.

A short file is written before it is sent and has its length in its head. A long one travels in chunks; when something
breaks in the middle, the exception ends the connection without the last chunk, and the file without its last cell.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from threading import BoundedSemaphore

from flask import Flask, abort, current_app, request
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.http import is_resource_modified
from werkzeug.wrappers import Response

from participation import database
from participation.services import export_states
from participation.services.export_states import Made, State
from participation.settings import Settings
from participation.web.plumbing import compression, problems
from participation.web.plumbing.export_requests import only_of_version, saved_as

Write = Callable[[Session], Generator[bytes, None, None]]
# So much is written before the head is sent: what fails at its beginning is an error page and not half a file.
SHORT = 256 * 1024
WAIT_SECONDS = 10


def init(app: Flask, settings: Settings) -> None:
    """Leave half of the threads to everybody else while files are on their way."""
    app.extensions["participation_downloads"] = BoundedSemaphore(max(1, settings.threads // 2))


def send(
    write: Write,
    *,
    made: Made,
    name: str,
    content_type: str,
    private: bool = False,
    slow: bool = False,
) -> Response:
    """A download named after city, table, filter and version of the data, such as `worms-submissions-v17.csv`.

    `write` gets a session that sees one state of the data, and `name` is `submissions` or `submissions-idea`. What is
    public can be asked for again: "not modified" is the answer until something of what it is made from changes. A
    `slow` one takes long before its first block.
    """
    city = made.export.city
    session = database.snapshot(current_app.extensions["participation_engine"])
    try:
        state = export_states.state(session, made=made)
        only_of_version(session, city=city, number=state.version)
        response = Response(content_type=content_type)
        named = f"{city.slug}-{name}-v{state.version}.{made.ending}"
        response.headers["Content-Disposition"] = f'attachment; filename="{named}"'
        response.headers["X-Dataset-Version"] = str(state.version)
        response.headers["Cache-Control"] = "private, no-store" if private or saved_as() else "public, no-cache"
        # A profile may hold something else tomorrow, of the same version of the data.
        if not private and not saved_as() and _is_known(response, state):
            response.status_code = 304
            session.close()
            return response
        _fill(response, session, write(session), slow=slow)
    except BaseException:
        session.close()
        raise
    return response


def _is_known(response: Response, state: State) -> bool:
    """Whether the client has the file already; the answer says how to ask for it the next time."""
    # Weak: the time at which it was made stands in some, and the same content may travel plain or compressed.
    response.set_etag(state.tag, weak=True)
    response.last_modified = state.at
    # Werkzeug's own way would give an answer without a body yet the length of none.
    return not is_resource_modified(request.environ, state.tag, last_modified=state.at)


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

        compression.stream(response, body())
        response.call_on_close(held.pop_all().close)


def _take_turn(held: ExitStack) -> None:
    slots: BoundedSemaphore = current_app.extensions["participation_downloads"]
    if not slots.acquire(blocking=False):
        abort(_busy())
    held.callback(slots.release)


def _busy() -> Response:
    response = problems.told(
        503,
        title=gettext("Many files are being downloaded right now"),
        text=gettext("We can send only some at a time. Please try again in a moment."),
        code="downloads_busy",
        retry_after=WAIT_SECONDS,
    )
    response.headers["Retry-After"] = str(WAIT_SECONDS)
    response.cache_control.no_store = True
    return response
