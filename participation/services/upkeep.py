"""Housekeeping: forgetting what is kept for a day only, and checking the map's counts."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from participation.models.decisions import DecisionKey
from participation.models.submissions import Submission
from participation.services import (
    account_sessions,
    addresses,
    cities,
    claims,
    contacts,
    downloads,
    export_files,
    export_tokens,
    import_jobs,
    invitations,
    limits,
    notices,
    originals,
    photos,
    proofs,
    receipts,
    tiles,
)

FORM_KEYS_KEPT = timedelta(hours=24)
BATCH = 500
# How long it takes to look into every folder of photos, a few each minute.
SWEEP_MINUTES = 32


def forget_form_keys(session: Session, *, now: datetime) -> int:
    """Forget by what a repeated form is known, a day after it was sent; at most BATCH, returns how many."""
    old = (
        select(Submission.id)
        .where(Submission.idempotency_hash.is_not(None), Submission.created_at < now - FORM_KEYS_KEPT)
        .limit(BATCH)
    )
    ids = session.scalars(old).all()
    if ids:
        statement = update(Submission).where(Submission.id.in_(ids))
        session.execute(statement.values(idempotency_hash=None, content_hash=None))
    return len(ids)


def forget_decision_keys(session: Session, *, now: datetime) -> int:
    """Forget by what a repeated form of a decision is known, a day later; at most BATCH, returns how many."""
    old = select(DecisionKey.hash).where(DecisionKey.at < now - FORM_KEYS_KEPT).limit(BATCH)
    hashes = session.scalars(old).all()
    if hashes:
        session.execute(delete(DecisionKey).where(DecisionKey.hash.in_(hashes)))
    return len(hashes)


def forget_addresses(session: Session, *, now: datetime) -> int:
    """Forget old answers of address searches; at most a batch, returns how many."""
    return addresses.forget(session, now=now)


def forget_limits(session: Session, *, now: datetime) -> int:
    """Forget counts that are over, keys of former days and old proofs of work; at most a batch, returns how many."""
    return limits.forget(session, now=now) + proofs.forget(session, now=now)


def forget_photos(session: Session, *, folder: Path, now: datetime) -> int:
    """Forget photos whose form never came; at most a batch, returns how many."""
    return photos.forget_kept(session, folder=folder, now=now)


def forget_originals(session: Session, *, folder: Path, now: datetime) -> int:
    """Forget what redactions have hidden, when nobody can object any more; at most a batch, returns how many."""
    return originals.forget_old(session, folder=folder, now=now)


def sweep_photos(session: Session, *, folder: Path, now: datetime, everything: bool = True) -> int:
    """Remove the files of photos that have no row, everywhere or where it is this minute's turn; returns how many."""
    turn = int(now.timestamp() // 60) % SWEEP_MINUTES
    share = range(photos.FOLDERS) if everything else range(turn, photos.FOLDERS, SWEEP_MINUTES)
    return photos.sweep(session, folder=folder, now=now, share=share)


def sweep_exports(*, folder: Path, now: datetime) -> int:
    """Remove downloads that were being written when their process was killed; returns how many."""
    return export_files.sweep(folder, now=now)


def forget_sessions(session: Session, *, now: datetime) -> int:
    """Forget where staff were signed in; returns how many sessions were over."""
    return account_sessions.forget_ended(session, now=now)


def forget_claims(session: Session, *, now: datetime) -> int:
    """Forget who had which entry open; at most a batch, returns how many."""
    return claims.forget(session, now=now)


def forget_invitations(session: Session, *, now: datetime) -> int:
    """Forget invitations that nobody has accepted; returns how many."""
    return invitations.forget_old(session, now=now)


def forget_contact_readings(session: Session, *, now: datetime) -> int:
    """Forget who looked at contact data years ago; returns how many looks."""
    return contacts.forget_old(session, now=now)


def forget_export_tokens(session: Session, *, now: datetime) -> int:
    """Forget tokens of scripts that stopped working a while ago; returns how many."""
    return export_tokens.forget_old(session, now=now)


def forget_downloads(session: Session, *, now: datetime) -> int:
    """Forget who downloaded internal files years ago; returns how many downloads."""
    return downloads.forget_old(session, now=now)


def forget_reporters(session: Session, *, now: datetime) -> int:
    """Forget who reported what was decided long ago; returns how many."""
    return notices.forget_reporters(session, now=now)


def forget_refused(session: Session, *, folder: Path, now: datetime) -> int:
    """Erase the content of what was refused long ago; at most a batch, returns how many."""
    return receipts.forget_refused(session, folder=folder, now=now)


def forget_imports(session: Session, *, folder: Path, now: datetime) -> int:
    """Forget files that were sent for an import and are not wanted any more; returns how many imports are forgotten."""
    return import_jobs.forget_old(session, folder=folder, now=now)


def cities_to_count(session: Session) -> list[str]:
    """The slugs of the cities whose map counts differ from their published submissions."""
    return [city.slug for city in cities.every(session) if tiles.drift(session, city=city)]


def count_anew(session: Session, *, slug: str) -> bool:
    """Rebuild the map counts of a city if they are still wrong; says whether they were."""
    city = cities.by_slug(session, slug=slug)
    wrong = tiles.drift(session, city=city) != 0
    if wrong:
        tiles.rebuild(session, city=city)
    return wrong
