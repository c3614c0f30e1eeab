"""`flask worker`: the housekeeping, the mail and large imports beside the web server."""

import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import structlog
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from participation import database
from participation.cli import comparisons, imports, mails
from participation.cli.plumbing import engine, transaction
from participation.services import followers, upkeep
from participation.settings import Settings

worker = AppGroup("worker", help="Housekeeping and mail.")
SECONDS = 60
MAIL_SECONDS = 4
# Each forgets one batch of what is too old and says how many that were.
FORGETTING = (
    upkeep.forget_form_keys,
    upkeep.forget_decision_keys,
    upkeep.forget_addresses,
    upkeep.forget_limits,
    upkeep.forget_sessions,
    upkeep.forget_claims,
    upkeep.forget_invitations,
    upkeep.forget_contact_readings,
    upkeep.forget_export_tokens,
    upkeep.forget_downloads,
    upkeep.forget_reporters,
)
log = structlog.get_logger()


@worker.command("run")
def run() -> None:
    """Send mail and read imports every few seconds and keep house every minute, until told to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log.info("worker_started", seconds=SECONDS)
    housework = 0.0
    while not stop.is_set():
        try:
            if time.monotonic() >= housework:
                housework = time.monotonic() + SECONDS
                one_round()
                comparisons.compute_due(stop.is_set)
            mails.send_due(stop.is_set)
            imports.run_next(stop.is_set)
        except SQLAlchemyError:
            # The database may be back in a minute; the worker has to be there then.
            log.exception("upkeep_failed")
        stop.wait(MAIL_SECONDS)
    log.info("worker_stopped")


@worker.command("once")
def once() -> None:
    """Keep house once, compute the comparisons and send the mail that are due, and read the files that wait."""
    one_round(everything=True)
    comparisons.compute_due()
    mails.send_due()
    while imports.run_next():
        pass


def one_round(*, everything: bool = False) -> None:
    """Forget what is only kept for a while, and count anew where the map's counts are wrong; short transactions.

    `everything` looks into all folders of photos, not only into those whose turn it is.
    """
    now = datetime.now(UTC)
    settings: Settings = current_app.extensions["participation_settings"]
    forgotten = sum(_in_batches(forget, now) for forget in FORGETTING)
    for forget in (upkeep.forget_photos, upkeep.forget_originals, upkeep.forget_refused):
        forgotten += _in_batches(partial(forget, folder=settings.photos), now)
    rebuilt = 0
    with database.reading(engine()) as session:
        wrong = upkeep.cities_to_count(session)
    for slug in wrong:
        with transaction() as session:
            rebuilt += upkeep.count_anew(session, slug=slug)
    with transaction() as session:
        upkeep.forget_imports(session, folder=settings.imports, now=now)
    with transaction() as session:
        followed = followers.forget_old(session, now=now)
    mailed = mails.forget_old(now)
    # Texts and addresses are the business of pages; the app says who makes them.
    current_app.extensions["participation_digests"]()
    with database.reading(engine()) as session:
        swept = upkeep.sweep_photos(session, folder=settings.photos, now=now, everything=everything)
    swept += upkeep.sweep_exports(folder=settings.exports, now=now)
    if forgotten or rebuilt or followed or mailed or swept:
        log.info("upkeep_done", forgotten=forgotten, rebuilt=rebuilt, followers=followed, mails=mailed, files=swept)


def _in_batches(forget: Callable[..., int], now: datetime) -> int:
    forgotten = 0
    while True:
        with transaction() as session:
            some = forget(session, now=now)
        forgotten += some
        if not some:
            return forgotten
