"""One database session per request: safe methods only read, the others may write and commit in the view."""

from flask import Flask, current_app, g, request
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.local import LocalProxy

from participation import database

SAFE = ("GET", "HEAD", "OPTIONS")


def init(app: Flask, engine: Engine) -> None:
    """Keep the engine, and close each request's session."""
    app.extensions["participation_engine"] = engine
    app.teardown_appcontext(close)


def current() -> Session:
    """The session of this request, opened at its first use."""
    if "session" not in g:
        engine = current_app.extensions["participation_engine"]
        safe = bool(request) and request.method in SAFE
        g.session = database.reading(engine) if safe else database.writing(engine)
    session: Session = g.session
    return session


def release() -> None:
    """End what this request has read so far, so that others can write; what it still needs is read again.

    For moments at which nothing is waiting to be committed.
    """
    if "session" in g:
        g.session.rollback()


def close(_error: BaseException | None = None) -> None:
    """Give the connection back; what was not committed is rolled back."""
    session = g.pop("session", None)
    if session is not None:
        session.close()


db: Session = LocalProxy(current)  # type: ignore[assignment]
