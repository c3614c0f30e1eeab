"""Comparisons: the computed result of a campaign, whether it is still that of the data, and hot days."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from participation import comparison_json
from participation.comparison_result import SCHEMA, Snapshot
from participation.errors import Invalid, NotFound
from participation.models.campaigns import Campaign
from participation.models.cities import City, District
from participation.models.comparisons import SOURCE_MAX, HotDays, StoredComparison
from participation.models.submissions import Submission

# How long a result stands at least, however much is published meanwhile: computing takes a while.
STANDS = timedelta(minutes=10)


def latest(session: Session, *, campaign: Campaign) -> StoredComparison | None:
    """The newest result of a campaign; None before the first one."""
    query = select(StoredComparison).where(StoredComparison.campaign_id == campaign.id)
    return session.scalar(query.order_by(StoredComparison.id.desc()).limit(1))


def store(session: Session, *, campaign: Campaign, snapshot: Snapshot, changes: str, now: datetime) -> StoredComparison:
    """Keep a result in place of the one before; `changes` is what `changes_of` said before the data were read."""
    session.execute(delete(StoredComparison).where(StoredComparison.campaign_id == campaign.id))
    stored = StoredComparison(
        campaign_id=campaign.id,
        content=comparison_json.to_json(snapshot),
        computed_at=now,
        version=snapshot.method.dataset_version,
        changes=changes,
    )
    session.add(stored)
    session.flush()
    return stored


def due(session: Session, *, now: datetime) -> list[Campaign]:
    """The campaigns whose data may have changed since their result was computed, or that have none; oldest first.

    A campaign of a single city, or one that has not begun, has none. A result stands for ten minutes at least.
    """
    found = []
    for campaign in session.scalars(select(Campaign).order_by(Campaign.starts, Campaign.id)):
        if len(campaign.partnership.memberships) < 2 or campaign.starts > now.date():
            continue
        stored = latest(session, campaign=campaign)
        if stored and now - stored.computed_at < STANDS:
            continue
        if stored is None or stored.changes != changes_of(session, campaign=campaign, now=now):
            found.append(campaign)
    return found


def changes_of(session: Session, *, campaign: Campaign, now: datetime) -> str:
    """Something that is another as soon as the data of a campaign are others; reads sums, not submissions.

    It may be another although the data are not; nothing worse comes of that than computing once too often.
    """
    before = previous(campaign)
    ids = [campaign.id, *([before.id] if before else [])]
    counted = session.execute(
        select(
            Submission.city_id,
            Submission.campaign_id,
            func.count(),
            func.sum(Submission.version),
            func.max(Submission.published_at),
            func.max(Submission.redacted_at),
        )
        .where(Submission.campaign_id.in_(ids), Submission.status == "published")
        .group_by(Submission.city_id, Submission.campaign_id)
        .order_by(Submission.city_id, Submission.campaign_id)
    ).all()
    cities = [_told(session, city) for city in campaign.partnership.cities]
    hot = session.execute(
        select(HotDays.city_id, HotDays.days, HotDays.source)
        .where(HotDays.campaign_id == campaign.id)
        .order_by(HotDays.city_id)
    ).all()
    dates = (campaign.starts, campaign.ends, tuple(campaign.kinds), campaign.ends < now.date() - timedelta(days=15))
    seen = repr((SCHEMA, [tuple(row) for row in counted], cities, [tuple(row) for row in hot], dates))
    return hashlib.sha256(seen.encode()).hexdigest()


def previous(campaign: Campaign) -> Campaign | None:
    """The campaign of the same partnership before this one."""
    earlier = [one for one in campaign.partnership.campaigns if one.starts < campaign.starts]
    return max(earlier, key=lambda one: (one.starts, one.id), default=None)


def chosen(session: Session, *, partnership: str | None, campaign: str | None) -> Sequence[Campaign]:
    """The campaigns of a partnership (all), or the one with this code; NotFound where there is none."""
    found = [
        one
        for one in session.scalars(select(Campaign).order_by(Campaign.starts, Campaign.id))
        if partnership in (None, one.partnership.slug) and campaign in (None, one.code)
    ]
    if not found:
        raise NotFound("campaign_unknown", partnership=partnership, campaign=campaign)
    return found


def set_hot_days(session: Session, *, city: City, campaign: Campaign, days: int, source: str) -> HotDays:
    """Say on how many days of the campaign it reached 30 °C; Invalid for what cannot be, NotFound for a stranger."""
    if city.id not in [one.id for one in campaign.partnership.cities]:
        raise NotFound("city_unknown", slug=city.slug)
    source = " ".join(source.split())
    if not 0 <= days <= 366 or len(source) > SOURCE_MAX:
        raise Invalid("hot_days_impossible", days=days, longest_source=SOURCE_MAX)
    found = session.get(HotDays, (city.id, campaign.id)) or HotDays(city_id=city.id, campaign_id=campaign.id)
    found.days, found.source = days, source
    session.add(found)
    session.flush()
    return found


def _told(session: Session, city: City) -> tuple[object, ...]:
    """What the city says of itself that the comparison repeats."""
    residents = session.execute(
        select(District.code, District.name, District.population)
        .where(District.city_id == city.id)
        .order_by(District.code)
    ).all()
    population = city.population, city.population_year, city.population_source, city.population_territory
    # The map's version changes with every published, withdrawn and moved submission.
    return city.slug, city.map_version, *population, tuple(city.languages), tuple(tuple(row) for row in residents)
