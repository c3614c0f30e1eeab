"""What to show: one filter feeds the map, the list, the counts and the downloads."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Self, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Select

from participation.models.cities import City
from participation.models.submissions import Submission
from participation.questionnaire import KINDS

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True)
class Filter:
    """Kinds, campaign, place types, ids of districts, first and last day (in the city) and a box in degrees.

    What is not given is not filtered.
    """

    kinds: tuple[str, ...] = KINDS
    campaign_id: int | None = None
    place_types: tuple[str, ...] = ()
    districts: tuple[int, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    box: tuple[float, float, float, float] | None = None
    internal: bool = False

    def apply(self, query: Query, city: City) -> Query:
        """Narrow a query over submissions to what is wanted of this city."""
        query = query.where(Submission.city_id == city.id)
        if not self.internal:
            query = query.where(Submission.status == "published")
        if set(self.kinds) != set(KINDS):
            query = query.where(Submission.kind.in_(self.kinds))
        if self.campaign_id is not None:
            query = query.where(Submission.campaign_id == self.campaign_id)
        if self.place_types:
            query = query.where(Submission.place_type.in_(self.place_types))
        if self.districts:
            query = query.where(Submission.district_id.in_(self.districts))
        if self.first_day:
            query = query.where(Submission.created_at >= _midnight(self.first_day, city))
        if self.last_day:
            query = query.where(Submission.created_at < _midnight(self.last_day + timedelta(days=1), city))
        if self.box:
            west, south, east, north = self.box
            query = query.where(Submission.public_lon.between(west, east), Submission.public_lat.between(south, north))
        return query

    def on_map(self) -> Self:
        """The same as far as the map knows it, which shows all days and the whole city."""
        return replace(self, first_day=None, last_day=None, box=None, internal=False)

    def for_staff(self) -> Self:
        """The same, with the unpublished submissions and what only the city may see."""
        return replace(self, internal=True)


def _midnight(day: date, city: City) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(city.time_zone))
