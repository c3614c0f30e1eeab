"""Housekeeping: forgetting what is kept for a day only, and checking the map's counts."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from participation.models.submissions import Submission
from participation.services import cities, tiles

FORM_KEYS_KEPT = timedelta(hours=24)
BATCH = 500


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
