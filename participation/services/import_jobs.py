"""Files that a city lead has sent: kept in a private folder, looked at, read by the worker, and thrown away."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from participation.errors import Conflict, Invalid, NotFound
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.imports import FILE_MAX, ImportJob
from participation.services import campaigns, import_files, imports, roles
from participation.services.import_files import Source
from participation.services.import_plans import Target, is_own
from participation.services.imports import Checked, Report

# Files that nobody has read are gone after a day, what is known of an import after a week.
FILES_KEPT, KEPT = timedelta(hours=24), timedelta(days=7)
# A worker that was killed gives no sign of life.
STALE = timedelta(minutes=10)
PREVIEWED, LISTED, PIECE = 25, 20, 1024 * 1024
OPEN = ("uploaded", "refused")


def receive(
    session: Session,
    *,
    account: Account,
    city: City,
    folder: Path,
    stream: IO[bytes],
    file_name: str,
    most_bytes: int,
    now: datetime,
) -> ImportJob:
    """Keep a file that somebody sends; raises Invalid for one that is too large or cannot be read as a table."""
    _check(account, city)
    job = ImportJob(id=uuid7(), city_id=city.id, account_id=account.id, created_at=now, seen_at=now)
    job.file_name = file_name.replace("\\", "/").rpartition("/")[2][-FILE_MAX:] or "–"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        _write(_file(folder, job.id), stream, job.file_name, most_bytes)
        source = import_files.read(_file(folder, job.id), name=job.file_name)
    except Invalid:
        _file(folder, job.id).unlink(missing_ok=True)
        raise
    current = campaigns.current(session, city=city, now=now)
    own = is_own(source)
    job.wanted = {
        "kind": None if "kind" in source.columns else (current.kinds[0] if current and current.kinds else None),
        "campaign": None if own or current is None else current.code,
        "text_lang": city.languages[0],
        "mapping": {},
        "as_published": False,
    }
    session.add(job)
    session.flush()
    return job


def of_city(session: Session, *, account: Account, city: City) -> Sequence[ImportJob]:
    """The imports of the last days, the newest first; NotFound for an account that imports nothing there."""
    _check(account, city)
    query = select(ImportJob).where(ImportJob.city_id == city.id).order_by(ImportJob.id.desc())
    return session.scalars(query.limit(LISTED)).all()


def one(session: Session, *, account: Account, city: City, import_id: UUID) -> ImportJob:
    """An import of a city; NotFound as `of_city`."""
    _check(account, city)
    job = session.get(ImportJob, import_id)
    if job is None or job.city_id != city.id:
        raise NotFound("import_unknown")
    return job


def opened(job: ImportJob, *, folder: Path) -> Source:
    """The file of an import; raises Invalid where it is gone."""
    if not _file(folder, job.id).is_file():
        raise Invalid("file_gone")
    return import_files.read(_file(folder, job.id), name=job.file_name)


def target(session: Session, *, job: ImportJob) -> Target:
    """Where its rows go; raises NotFound for a campaign that the city does not have (any more)."""
    rounds, wanted = campaigns.of_city(session, city=job.city), job.wanted
    code = wanted["campaign"]
    campaign = campaigns.by_code(session, city=job.city, code=code) if code else None
    return Target(
        city=job.city,
        campaigns=rounds,
        campaign=campaign,
        kind=wanted["kind"],
        text_lang=wanted["text_lang"],
        as_published=wanted["as_published"],
        account=job.account,
    )


def preview(session: Session, *, job: ImportJob, source: Source, now: datetime) -> Checked:
    """What would become of the first rows; raises Invalid or NotFound for what cannot be wanted."""
    mapping, goal = job.wanted["mapping"], target(session, job=job)
    return imports.check(session, target=goal, source=source, mapping=mapping, now=now, most=PREVIEWED)


def want(session: Session, *, job: ImportJob, wanted: Mapping[str, Any], now: datetime) -> None:
    """Change what is to be done with a file; raises Conflict where it is being read or was stored."""
    _hold(session, job, OPEN)
    job.wanted, job.seen_at, job.state = {**job.wanted, **wanted}, now, "uploaded"
    session.flush()


def start(session: Session, *, job: ImportJob, skip_bad: bool, now: datetime) -> None:
    """Let the worker read a file; raises Conflict where that has begun."""
    _hold(session, job, OPEN)
    job.state, job.skip_bad, job.seen_at = "queued", skip_bad, now
    job.read = job.accepted = job.known = job.refused = 0
    session.flush()


def discard(session: Session, *, job: ImportJob, folder: Path) -> None:
    """Throw an import away, with its file; what it has stored stays. Raises Conflict while it is being read."""
    _hold(session, job, ("uploaded", "queued", "done", "refused", "failed"))
    session.delete(job)
    session.flush()
    _remove(folder, job.id)


def claim(session: Session, *, now: datetime) -> ImportJob | None:
    """Take the oldest import that waits, or that somebody has given no sign of for long; nobody else takes it."""
    waiting = or_(ImportJob.state == "queued", (ImportJob.state == "running") & (ImportJob.seen_at < now - STALE))
    job = session.scalar(select(ImportJob).where(waiting).order_by(ImportJob.id).limit(1))
    if job is None:
        return None
    own = update(ImportJob).where(ImportJob.id == job.id, ImportJob.seen_at == job.seen_at, waiting)
    taken = session.execute(own.values(state="running", seen_at=now).returning(ImportJob.id)).all()
    session.refresh(job)
    return job if taken else None


def proceed(session: Session, *, job: ImportJob, report: Report, now: datetime) -> None:
    """Tell how far it is; raises Conflict where somebody else has taken it meanwhile."""
    own = update(ImportJob).where(
        ImportJob.id == job.id, ImportJob.state == "running", ImportJob.seen_at == job.seen_at
    )
    figures = {
        "read": report.read,
        "accepted": report.accepted,
        "known": report.known,
        "refused": len(report.refused),
        "seen_at": now,
    }
    if not session.execute(own.values(figures).returning(ImportJob.id)).all():
        raise Conflict("import_taken")
    job.seen_at = now


def end(session: Session, *, job: ImportJob, state: str, outcome: Mapping[str, Any] | None = None) -> None:
    """Say what has become of it; `queued` gives it back."""
    values = {"state": state, "outcome": dict(outcome) if outcome else None}
    session.execute(update(ImportJob).where(ImportJob.id == job.id).values(values))


def write_report(report: Report, *, job: ImportJob, folder: Path) -> None:
    """Keep what was refused or left out, a line of JSON for each problem; in words only for who reads it."""
    with _file(folder, job.id, report=True).open("w", encoding="utf-8") as opened:
        for row in report.refusals:
            for field, problem in row.problems.items():
                kept = [row.number, field, problem.code, dict(problem.details)]
                opened.write(json.dumps(kept, default=str) + "\n")


def read_report(job: ImportJob, *, folder: Path) -> Iterator[tuple[int, str, str, dict[str, Any]]]:
    """Number of the row, field, code and figures of each problem; none where nothing is kept."""
    with suppress(FileNotFoundError), _file(folder, job.id, report=True).open(encoding="utf-8") as opened:
        for line in opened:
            number, field, code, details = json.loads(line)
            yield number, field, code, details


def drop_file(job: ImportJob, *, folder: Path) -> None:
    """The file is not needed any more."""
    _file(folder, job.id).unlink(missing_ok=True)


def forget_old(session: Session, *, folder: Path, now: datetime) -> int:
    """Delete files that nobody wants any more, and imports of long ago; returns how many of these."""
    idle = ImportJob.state.not_in(("queued", "running"))
    old = select(ImportJob.id).where(idle, ImportJob.seen_at < now - KEPT)
    ids = session.scalars(old).all()
    session.execute(delete(ImportJob).where(ImportJob.id.in_(ids)))
    for import_id in ids:
        _remove(folder, import_id)
    unused = select(ImportJob.id).where(idle, ImportJob.seen_at < now - FILES_KEPT)
    for import_id in session.scalars(unused):
        _file(folder, import_id).unlink(missing_ok=True)
    _sweep(session, folder, now)
    return len(ids)


def _sweep(session: Session, folder: Path, now: datetime) -> None:
    """What a crash has left has no row."""
    for file in folder.glob("*") if folder.is_dir() else ():
        with suppress(ValueError, FileNotFoundError):
            import_id = UUID(file.name.partition(".")[0])
            fresh = file.stat().st_mtime > (now - FILES_KEPT).timestamp()
            if not fresh and session.get(ImportJob, import_id) is None:
                file.unlink()


def _write(target: Path, stream: IO[bytes], file_name: str, most_bytes: int) -> None:
    left = most_bytes
    with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as opened:
        while piece := stream.read(PIECE):
            left -= len(piece)
            if left < 0:
                raise Invalid("file_too_large", file=file_name, megabytes=most_bytes // 1024**2)
            opened.write(piece)


def _hold(session: Session, job: ImportJob, states: Sequence[str]) -> None:
    session.refresh(job, with_for_update=True)
    if job.state not in states:
        raise Conflict("import_taken")


def _check(account: Account, city: City) -> None:
    if not roles.may_in(account, "import_entries", city):
        raise NotFound("city_unknown", slug=city.slug)


def _file(folder: Path, import_id: UUID, *, report: bool = False) -> Path:
    return folder / (f"{import_id}.report" if report else f"{import_id}.table")


def _remove(folder: Path, import_id: UUID) -> None:
    for report in (False, True):
        _file(folder, import_id, report=report).unlink(missing_ok=True)
