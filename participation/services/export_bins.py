"""The counts by map cell for everybody; `participation.bins` says why they take hardly any filter."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation import bins
from participation.bins import Bin, Sent
from participation.models.campaigns import Campaign
from participation.models.cities import City, District
from participation.models.partnerships import Partnership
from participation.models.submissions import Submission
from participation.services import campaigns
from participation.services.filters import Filter

BATCH = 1000
# What was sent on the last day should be decided by then.
SETTLED_AFTER = timedelta(days=14)


def rows(session: Session, *, city: City, chosen: Filter, now: datetime) -> Iterator[dict[str, Any]]:
    """The rows of `bins.csv`, for the wanted campaign and kinds; nothing else of the filter counts."""
    query = (
        select(Campaign, Partnership.slug)
        .join(Partnership, Partnership.id == Campaign.partnership_id)
        .where(Campaign.id.in_(select(Submission.campaign_id).where(Submission.city_id == city.id).distinct()))
        .order_by(Partnership.slug, Campaign.starts, Campaign.code)
    )
    for campaign, partnership in session.execute(query).all():
        if chosen.campaign_id in (None, campaign.id):
            for found in of_campaign(session, city=city, campaign=campaign, now=now):
                if found.kind in chosen.kinds:
                    yield {"partnership": partnership, "campaign": campaign.code, **_row(found)}


def settled(session: Session, *, city: City, now: datetime) -> list[datetime]:
    """When the counts of campaigns became final, as far as they have by now: that changes them without an entry."""
    moments = [_settles(city, campaign.ends) for campaign in campaigns.of_city(session, city=city)]
    return [moment for moment in moments if moment <= now]


def of_campaign(session: Session, *, city: City, campaign: Campaign, now: datetime) -> list[Bin]:
    """The counts of one campaign in a city, in the order of kinds, levels and regions."""
    settles = _settles(city, campaign.ends)
    query = (
        select(
            Submission.kind,
            Submission.contributor_id,
            Submission.public_lat,
            Submission.public_lon,
            District.code,
            Submission.published_at,
        )
        .outerjoin(District, District.id == Submission.district_id)
        .where(Submission.city_id == city.id, Submission.campaign_id == campaign.id, Submission.status == "published")
        # In the order in which they became public: what comes later never changes what was there.
        .order_by(func.coalesce(Submission.published_at, Submission.created_at), Submission.id)
    )
    found = session.execute(query.execution_options(yield_per=BATCH))
    return bins.bins((Sent(*row) for row in found), ends_at=settles if settles <= now else None)


def _settles(city: City, ends: date) -> datetime:
    return datetime.combine(ends + timedelta(days=1), time.min, ZoneInfo(city.time_zone)) + SETTLED_AFTER


def _row(found: Bin) -> dict[str, Any]:
    lat, lon = found.centre or (None, None)
    return {
        "kind": found.kind,
        "level": found.level,
        "cell": found.region if found.level.startswith("h3") else None,
        "district": found.region if found.level == "district" else None,
        "lat": lat,
        "lon": lon,
        "submissions": found.submissions,
        "contributors": found.contributors,
    }
