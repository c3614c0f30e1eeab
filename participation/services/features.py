"""Collections of OGC API - Features: for each city the published entries, the places they belong to, its districts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation.errors import NotFound
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.partnerships import Membership

SUBMISSIONS, PLACES, DISTRICTS = KINDS = ("submissions", "places", "districts")
# How many features at a time: without a wish, and at most.
DEFAULT, MOST = 100, 1000
# By which properties a collection can be filtered.
FILTERS: dict[str, tuple[str, ...]] = {
    SUBMISSIONS: (
        "partnership", "campaign", "kind", "district", "place_id", "place_type", "reasons", "comfort", "sensation",
        "times_of_day", "visit_frequency", "use", "behaviour", "people_affected", "access", "measures", "idea_scope",
        "topic", "text_lang", "source", "questionnaire_version",
    ),
    PLACES: ("name",),
    DISTRICTS: ("code", "name"),
}  # fmt: skip

Box = tuple[float, float, float, float]
"""West, south, east and north edge in degrees; it crosses the date line where west > east."""


@dataclass(frozen=True)
class Wanted:
    """Which features: at most `limit` after the id `after`, in a box, in a span of time, with these properties."""

    limit: int = DEFAULT
    after: str = ""
    box: Box | None = None
    first: datetime | None = None
    last: datetime | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Feature:
    """One of them: GeoJSON geometry or None, and properties by the names of the columns of our files."""

    id: str
    geometry: Mapping[str, Any] | None
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """Some features in the order of their ids, whether more follow, and how many match in all, if that was counted."""

    features: Sequence[Feature]
    more: bool
    matched: int | None


@dataclass(frozen=True)
class Collection:
    """The features of one kind in one city, and since when there may be some."""

    city: City
    kind: str
    since: date | None

    @property
    def code(self) -> str:
        """Its id in addresses."""
        return f"{self.city.slug}-{self.kind}"


def collections(session: Session) -> list[Collection]:
    """All collections by city, in two statements."""
    cities = session.scalars(select(City).order_by(City.slug)).all()
    since = _since(session)
    return [Collection(city, kind, since.get(city.id)) for city in cities for kind in KINDS]


def collection(session: Session, *, code: str) -> Collection:
    """The collection with this id; raises NotFound."""
    slug, _, kind = code.rpartition("-")
    city = session.scalar(select(City).where(City.slug == slug)) if kind in KINDS else None
    if city is None:
        raise NotFound("collection_unknown")
    return Collection(city, kind, _since(session, city).get(city.id))


def _since(session: Session, city: City | None = None) -> dict[int, date]:
    """When the first campaign of each city began."""
    first = func.min(Campaign.starts).label("starts")
    query = select(Membership.city_id, first).join(Campaign, Campaign.partnership_id == Membership.partnership_id)
    if city:
        query = query.where(Membership.city_id == city.id)
    rows = session.execute(query.group_by(Membership.city_id))
    return {row.city_id: row.starts for row in rows}
