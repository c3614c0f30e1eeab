"""Contact data of people who gave a notice: shown for a purpose only, and each look is noted."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from participation.errors import FormInvalid, NotFound, Problem
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.contacts import PURPOSES, ContactReading
from participation.models.notices import Notice
from participation.services import roles
from participation.services.paging import turn

PAGE = 50
# For how long it can be asked who has looked.
KEPT = timedelta(days=3 * 365)


def notice_with_contact(session: Session, *, account: Account, city: City, notice_id: UUID) -> Notice:
    """A notice whose author has left a name or an address, for those who decide; NotFound for all others."""
    notice = session.get(Notice, notice_id)
    known = notice is not None and notice.city_id == city.id and roles.may_in(account, "decide", city)
    if notice is None or not known or not (notice.name or notice.email):
        raise NotFound("notice_unknown")
    return notice


def read(
    session: Session, *, account: Account, city: City, notice_id: UUID, purpose: str, now: datetime
) -> ContactReading:
    """Note who looks at whose contact data and what for; only then they may be shown.

    Raises NotFound as `notice_with_contact`, and FormInvalid without a known purpose.
    """
    notice = notice_with_contact(session, account=account, city=city, notice_id=notice_id)
    if purpose not in PURPOSES:
        raise FormInvalid({"purpose": Problem("unknown_code" if purpose else "required", {"value": purpose[:60]})})
    reading = ContactReading(city_id=city.id, account_id=account.id, notice=notice, purpose=purpose, at=now)
    session.add(reading)
    session.flush()
    return reading


def listing(session: Session, *, account: Account, city: City, page: int = 1) -> tuple[Sequence[ContactReading], int]:
    """A page of who has looked in a city, the newest first, and how many pages there are; for its lead.

    For an account that may not see them it is NotFound, so that nothing is given away.
    """
    if not roles.may_in(account, "see_contact_readings", city):
        raise NotFound("city_unknown", slug=city.slug)
    own = ContactReading.city_id == city.id
    total = session.scalar(select(func.count()).select_from(ContactReading).where(own)) or 0
    query = (
        select(ContactReading).where(own).options(joinedload(ContactReading.account)).order_by(ContactReading.id.desc())
    )
    on_page, pages = turn(query, total=total, page=page, size=PAGE)
    return session.scalars(on_page).all(), pages


def forget_old(session: Session, *, now: datetime) -> int:
    """Delete what was noted KEPT ago; returns how many."""
    old = delete(ContactReading).where(ContactReading.at < now - KEPT).returning(ContactReading.id)
    return len(session.execute(old).all())
