"""Which campaign of a city is meant."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import NotFound
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.partnerships import Membership


def of_city(session: Session, *, city: City) -> list[Campaign]:
    """All campaigns of a city, the newest first."""
    query = (
        select(Campaign)
        .join(Membership, Membership.partnership_id == Campaign.partnership_id)
        .where(Membership.city_id == city.id)
        .order_by(Campaign.starts.desc(), Campaign.id.desc())
    )
    return list(session.scalars(query))


def current(session: Session, *, city: City, now: datetime) -> Campaign | None:
    """The newest open campaign, else the newest that has begun, else the next one; None where there is none."""
    campaigns = of_city(session, city=city)
    today = city.today(now)
    begun = [campaign for campaign in campaigns if campaign.starts <= today]
    running = [campaign for campaign in begun if campaign.is_open(today)]
    return next(iter(running or begun or campaigns[::-1]), None)


def by_code(session: Session, *, city: City, code: str) -> Campaign:
    """The campaign of a city with this code; raises NotFound."""
    for campaign in of_city(session, city=city):
        if campaign.code == code:
            return campaign
    raise NotFound("campaign_unknown", code=code)
