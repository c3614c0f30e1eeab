"""The log of internal downloads: who took personal data out of the product, when, and which."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from participation.errors import NotFound
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.downloads import FILE_MAX, QUERY_MAX, Download
from participation.services import roles
from participation.services.paging import turn

PAGE = 50
# For how long it can be asked who took what.
KEPT = timedelta(days=3 * 365)


def note(session: Session, *, account: Account, city: City, file: str, query: str, now: datetime) -> Download:
    """Note that somebody takes a file of a city, and with which filter; only then it may be sent."""
    made = Download(
        city_id=city.id,
        account_id=account.id,
        file=file[:FILE_MAX],
        query=query[:QUERY_MAX],
        data_version=city.data_version,
        at=now,
    )
    session.add(made)
    session.flush()
    return made


def listing(session: Session, *, account: Account, city: City, page: int = 1) -> tuple[Sequence[Download], int]:
    """A page of the log of a city, the newest first, and how many pages there are; NotFound for all but its lead."""
    if not roles.may_in(account, "take_record", city):
        raise NotFound("city_unknown", slug=city.slug)
    own = Download.city_id == city.id
    total = session.scalar(select(func.count()).select_from(Download).where(own)) or 0
    query = select(Download).where(own).options(joinedload(Download.account)).order_by(Download.id.desc())
    on_page, pages = turn(query, total=total, page=page, size=PAGE)
    return session.scalars(on_page).all(), pages


def forget_old(session: Session, *, now: datetime) -> int:
    """Delete what was noted KEPT ago; returns how many."""
    old = delete(Download).where(Download.at < now - KEPT).returning(Download.id)
    return len(session.execute(old).all())
