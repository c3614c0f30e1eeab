"""Support for a place: "I feel this too", once per contributor and place, and back again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from participation.errors import Invalid, NotFound
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.places import Place, Support
from participation.services import campaigns, contributors, tiles


def open_campaign(session: Session, *, city: City, now: datetime) -> Campaign | None:
    """The campaign in which places of the city can be supported now, if there is one."""
    campaign = campaigns.current(session, city=city, now=now)
    return campaign if campaign and campaign.is_open(city.today(now)) else None


def give(session: Session, *, city: City, place: Place, contributor_key: str, now: datetime) -> Campaign:
    """Count a contributor for a place, once; returns the campaign it counts in. Raises Invalid where none is open."""
    campaign = open_campaign(session, city=city, now=now)
    if campaign is None:
        raise Invalid("campaign_closed")
    contributor = contributors.by_key(session, campaign=campaign, key=contributor_key)
    if session.get(Support, (place.id, contributor.id)):
        return campaign
    tiles.touch_data(session, city_id=city.id)
    try:
        with session.begin_nested():
            session.add(Support(place_id=place.id, contributor_id=contributor.id, created_at=now))
    except IntegrityError as error:
        # Another request of the same browser was faster, unless the place was erased a moment ago.
        if session.get(Place, place.id, populate_existing=True) is None:
            raise NotFound("place_unknown") from error
    return campaign


def take_back(session: Session, *, place: Place, campaign: Campaign, contributor_key: str) -> None:
    """Count a contributor for a place no longer; also when the campaign is over. Twice is once."""
    contributor = contributors.find(session, campaign=campaign, key=contributor_key)
    if contributor:
        tiles.touch_data(session, city_id=place.city_id)
        session.execute(delete(Support).where(Support.place_id == place.id, Support.contributor_id == contributor.id))


def number(session: Session, *, place_id: UUID | None) -> int:
    """How many support a place; none support what has no place."""
    return numbers(session, place_ids=[place_id])[place_id] if place_id else 0


def numbers(session: Session, *, place_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many support each of these places."""
    query = select(Support.place_id, func.count()).where(Support.place_id.in_(place_ids)).group_by(Support.place_id)
    counted = dict(session.execute(query).all()) if place_ids else {}
    return {place_id: counted.get(place_id, 0) for place_id in place_ids}


def of_contributor(
    session: Session, *, campaign: Campaign, contributor_key: str, place_ids: Sequence[UUID]
) -> set[UUID]:
    """Which of these places this contributor supports."""
    contributor = contributors.find(session, campaign=campaign, key=contributor_key) if contributor_key else None
    if contributor is None or not place_ids:
        return set()
    query = select(Support.place_id).where(Support.contributor_id == contributor.id, Support.place_id.in_(place_ids))
    return set(session.scalars(query))
