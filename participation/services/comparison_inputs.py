"""What a comparison is computed from, read from the database: published entries and what cities say of themselves."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, load_only

from participation.comparing.entries import CityEntries, CityFacts, DistrictFacts, Entry, Inputs
from participation.models.campaigns import Campaign
from participation.models.cities import City, District
from participation.models.comparisons import HotDays
from participation.models.submissions import Submission
from participation.services import comparisons

# The answers that are compared or counted, as they are stored.
ANSWERS = ("place_type", "reasons", "comfort", "times_of_day", "use", "measures", "topic", "role", "age_band")
# As for the counts by map cell: what was sent on the last day should be decided by then.
SETTLED_AFTER = timedelta(days=14)
BATCH = 2000


def read(session: Session, *, campaign: Campaign, now: datetime) -> Inputs:
    """Everything published in a campaign, and in the one before it in the same partnership."""
    before = comparisons.previous(campaign)
    cities = campaign.partnership.cities
    found = tuple(_part(session, city, campaign, now) for city in cities)
    return Inputs(
        partnership=campaign.partnership.slug,
        campaign=campaign.code,
        kinds=tuple(campaign.kinds),
        questionnaire=campaign.questionnaire,
        cities=found,
        before=tuple(_part(session, city, before, now) for city in cities) if before else (),
    )


def _part(session: Session, city: City, campaign: Campaign, now: datetime) -> CityEntries:
    zone = ZoneInfo(city.time_zone)
    hot = session.get(HotDays, (city.id, campaign.id))
    ends_at = datetime.combine(campaign.ends + timedelta(days=1), time.min, zone) + SETTLED_AFTER
    return CityEntries(
        city=_facts(session, city),
        campaign=campaign.code,
        starts=campaign.starts,
        ends_at=ends_at.astimezone(UTC),
        is_over=ends_at <= now,
        entries=_entries(session, city, campaign, zone),
        hot_days=hot.days if hot else None,
        hot_days_source=hot.source if hot else "",
    )


def _facts(session: Session, city: City) -> CityFacts:
    districts = session.scalars(
        select(District)
        .options(load_only(District.code, District.name, District.population))
        .where(District.city_id == city.id)
        .order_by(District.code)
    ).all()
    return CityFacts(
        slug=city.slug,
        population=city.population,
        population_year=city.population_year,
        population_source=city.population_source,
        territory=city.population_territory or city.name.get(city.languages[0], city.slug),
        languages=tuple(city.languages),
        districts=tuple(DistrictFacts(one.code, one.name, one.population) for one in districts),
    )


def _entries(session: Session, city: City, campaign: Campaign, zone: ZoneInfo) -> tuple[Entry, ...]:
    """In the order in which they became public, which groups by map cell depend on."""
    published = func.coalesce(Submission.published_at, Submission.created_at)
    query = (
        select(
            Submission.id,
            Submission.kind,
            Submission.contributor_id,
            Submission.created_at,
            published.label("published"),
            Submission.public_lat,
            Submission.public_lon,
            Submission.place_id,
            District.code.label("district"),
            Submission.text_lang,
            func.length(Submission.text).label("text_length"),
            *(getattr(Submission, name) for name in ANSWERS),
        )
        .outerjoin(District, District.id == Submission.district_id)
        .where(Submission.city_id == city.id, Submission.campaign_id == campaign.id, Submission.status == "published")
        .order_by(published, Submission.id)
    )
    rows = session.execute(query.execution_options(yield_per=BATCH))
    return tuple(_entry(row, zone) for row in rows)


def _entry(row: Any, zone: ZoneInfo) -> Entry:
    answers = {name: value for name in ANSWERS if (value := getattr(row, name))}
    return Entry(
        id=str(row.id),
        kind=row.kind,
        contributor=str(row.contributor_id) if row.contributor_id else None,
        day=row.created_at.astimezone(zone).date(),
        published_at=row.published,
        answers={name: (value,) if isinstance(value, str) else value for name, value in answers.items()},
        lat=row.public_lat,
        lon=row.public_lon,
        place=str(row.place_id) if row.place_id else None,
        district=row.district,
        text_lang=row.text_lang if row.text_length else None,
        text_length=row.text_length or 0,
    )
