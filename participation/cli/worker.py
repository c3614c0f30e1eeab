"""`flask worker`: the housekeeping beside the web server."""

import signal
import threading
from datetime import UTC, datetime

import structlog
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from participation import database
from participation.cli.plumbing import engine, transaction
from participation.services import upkeep

worker = AppGroup("worker", help="Housekeeping.")
SECONDS = 60
log = structlog.get_logger()


@worker.command("run")
def run() -> None:
    """Do a round of housekeeping every minute, until told to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log.info("worker_started", seconds=SECONDS)
    while not stop.is_set():
        try:
            one_round()
        except SQLAlchemyError:
            # The database may be back in a minute; the worker has to be there then.
            log.exception("upkeep_failed")
        stop.wait(SECONDS)
    log.info("worker_stopped")


@worker.command("once")
def once() -> None:
    """Do one round of housekeeping."""
    one_round()


def one_round() -> None:
    """Forget what is only kept for a day, and count anew where the map's counts are wrong; short transactions."""
    now = datetime.now(UTC)
    forgotten = rebuilt = 0
    while True:
        with transaction() as session:
            some = upkeep.forget_form_keys(session, now=now)
        forgotten += some
        if not some:
            break
    with database.reading(engine()) as session:
        wrong = upkeep.cities_to_count(session)
    for slug in wrong:
        with transaction() as session:
            rebuilt += upkeep.count_anew(session, slug=slug)
    if forgotten or rebuilt:
        log.info("upkeep_done", forgotten=forgotten, rebuilt=rebuilt)
