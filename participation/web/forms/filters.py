"""The query string that the map, the list and the downloads share, read into one filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from participation.errors import Invalid
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.questionnaire import KINDS
from participation.services import campaigns
from participation.services.filters import Filter

ALL = "all"


@dataclass(frozen=True)
class Chosen:
    """A filter and the campaign it speaks of; None means all campaigns."""

    filter: Filter
    campaign: Campaign | None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that are shown."""
        return self.filter.kinds

    def query(self, **changed: Any) -> dict[str, Any]:
        """The query string that makes this filter, with some parts changed."""
        parts = {
            "kind": list(self.kinds) if set(self.kinds) != set(KINDS) else None,
            "campaign": self.campaign.code if self.campaign else ALL,
            "bbox": ",".join(f"{edge:.6f}" for edge in self.filter.box) if self.filter.box else None,
        }
        return {name: value for name, value in {**parts, **changed}.items() if value}


def read(args: MultiDict[str, str], session: Session, city: City, now: datetime) -> Chosen:
    """The filter in a query string, for people: without `campaign` the current one. Raises Invalid or NotFound."""
    code = args.get("campaign", "")
    if not code:
        campaign = campaigns.current(session, city=city, now=now)
    elif code == ALL:
        campaign = None
    else:
        campaign = campaigns.by_code(session, city=city, code=code)
    return Chosen(_filter(args, campaign), campaign)


def read_for_machines(args: MultiDict[str, str], session: Session, city: City) -> Filter:
    """The filter in a query string, for tiles and downloads: what is not named is not filtered."""
    code = args.get("campaign", "")
    campaign = campaigns.by_code(session, city=city, code=code) if code and code != ALL else None
    return _filter(args, campaign)


def _filter(args: MultiDict[str, str], campaign: Campaign | None) -> Filter:
    return Filter(
        kinds=_kinds(args),
        campaign_id=campaign.id if campaign else None,
        first_day=_day(args, "from"),
        last_day=_day(args, "to"),
        box=_box(args.get("bbox", "")),
    )


def _kinds(args: MultiDict[str, str]) -> tuple[str, ...]:
    wanted = {code for value in args.getlist("kind") for code in value.replace("|", ",").split(",") if code}
    if wanted - set(KINDS):
        raise Invalid("filter_unknown", name="kind")
    return tuple(kind for kind in KINDS if kind in wanted) or KINDS


def _day(args: Mapping[str, str], name: str) -> date | None:
    value = args.get(name, "")
    try:
        day = date.fromisoformat(value) if value else None
    except ValueError as error:
        raise Invalid("filter_unknown", name=name) from error
    # At the ends of the calendar midnight in the city would be no date in UTC.
    if day and not 1900 <= day.year < 9000:
        raise Invalid("filter_unknown", name=name)
    return day


def _box(value: str) -> tuple[float, float, float, float] | None:
    if not value:
        return None
    try:
        west, south, east, north = (float(part) for part in value.split(","))
    except ValueError as error:
        raise Invalid("filter_unknown", name="bbox") from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid("filter_unknown", name="bbox")
    return west, south, east, north
