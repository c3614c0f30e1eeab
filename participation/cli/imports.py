"""Reading the files that city leads have sent: what the worker does when one waits."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from participation import database
from participation.cli.plumbing import engine, transaction
from participation.errors import Conflict, ServiceError
from participation.models.imports import ImportJob
from participation.services import import_jobs, imports
from participation.services.imports import Report
from participation.settings import Settings

log = structlog.get_logger()


class _Stopped(Exception):
    """The worker was told to stop: somebody else begins anew."""


def run_next(stopping: Callable[[], bool] = lambda: False) -> bool:
    """Read the next file that waits; says whether there was one. Nothing is half-done, whenever it ends."""
    with transaction() as session:
        job = import_jobs.claim(session, now=datetime.now(UTC))
    if job is None:
        return False
    try:
        report = _read(job, stopping)
        log.info("import_read", import_id=str(job.id), read=report.read, stored=report.stored)
    except _Stopped:
        _end(job, "queued")
    except Conflict as lost:
        # Either somebody else reads it by now, or has stored the same rows from another file.
        if lost.code != "import_taken":
            _end(job, "failed", lost)
    except ServiceError as refused:
        _end(job, "failed", refused)
    except SQLAlchemyError:
        # The database may be back in a minute: the file is read then.
        log.exception("import_interrupted", import_id=str(job.id))
    return True


def _read(job: ImportJob, stopping: Callable[[], bool]) -> Report:
    def tell(report: Report) -> None:
        if stopping():
            raise _Stopped
        with _writing() as session:
            import_jobs.proceed(session, job=job, report=report, now=datetime.now(UTC))
            session.commit()

    now, folder = datetime.now(UTC), _folder()
    with database.reading(engine()) as session:
        there = session.get_one(ImportJob, job.id)
        target, source = import_jobs.target(session, job=there), import_jobs.opened(there, folder=folder)
        mapping = there.wanted["mapping"]
        checked = imports.check(session, target=target, source=source, mapping=mapping, now=now, progress=tell)
    report = checked.report
    import_jobs.write_report(report, job=job, folder=folder)
    with _writing() as session:
        import_jobs.proceed(session, job=job, report=report, now=datetime.now(UTC))
        imports.store(session, target=target, checked=checked, now=now, skip_bad=job.skip_bad)
        refused = report.refused and not report.stored
        import_jobs.end(session, job=job, state="refused" if refused else "done")
        session.commit()
    if not refused:
        import_jobs.drop_file(job, folder=folder)
    return report


def _writing() -> Session:
    """A session whose refusals are for whoever reads the file, not for a terminal."""
    return database.writing(engine())


def _end(job: ImportJob, state: str, error: ServiceError | None = None) -> None:
    details = {name: str(value) for name, value in error.details.items()} if error else {}
    with transaction() as session:
        import_jobs.end(session, job=job, state=state, outcome={"code": error.code, **details} if error else None)
    if error:
        import_jobs.drop_file(job, folder=_folder())


def _folder() -> Path:
    settings: Settings = current_app.extensions["participation_settings"]
    return settings.imports
