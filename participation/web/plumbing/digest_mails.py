"""Writes the digests that are due. The worker calls it by way of the app: it knows nothing of pages and templates."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import structlog
from flask import Flask, current_app

from participation.services import digests
from participation.settings import Settings
from participation.web.plumbing import mails
from participation.web.plumbing.sessions import db

log = structlog.get_logger()


def init(app: Flask) -> None:
    """Let the worker find it."""
    app.extensions["participation_digests"] = write_due


def write_due() -> int:
    """Put into the outbox what is due, each mail in a transaction of its own; returns how many that were."""
    now = datetime.now(UTC)
    with _as_a_page():
        waiting = digests.due(db, now=now)
    written = 0
    for account_id in waiting:
        with _as_a_page():
            written += _write(account_id, now)
    return written


def _write(account_id: int, now: datetime) -> bool:
    digest = digests.take(db, account_id=account_id, now=now)
    if digest:
        account = digest.account
        mails.write(
            "mails/digest.txt",
            recipient=account.email,
            lang=account.lang,
            digest=digest,
            city=digest.city,
            absolute=mails.absolute,
        )
    # Also without a mail: the period is over with that.
    db.commit()
    if digest:
        log.info("digest_written", account_id=account_id)
    return digest is not None


@contextmanager
def _as_a_page() -> Iterator[None]:
    """Addresses and texts are made as in the answer to a form, with a session of its own that may write."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # what the proxy stands for
    settings: Settings = app.extensions["participation_settings"]
    with app.app_context(), app.test_request_context(base_url=settings.base_url, method="POST"):
        yield
