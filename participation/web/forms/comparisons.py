"""Which comparison an address asks for: a campaign of the partnership, and two of its cities or all."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from participation import comparison_json
from participation.comparison_figures import Comparison
from participation.comparison_result import Snapshot
from participation.errors import NotFound
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.comparisons import StoredComparison
from participation.models.partnerships import Partnership
from participation.services import comparisons, partnerships

ALL = "all"


@dataclass(frozen=True)
class Chosen:
    """What is shown. There may be no campaign yet, or no `stored` result of it; `comparison` needs two cities."""

    partnership: Partnership
    campaign: Campaign | None
    campaigns: Sequence[Campaign]
    cities: tuple[City, ...]
    everybody: bool
    stored: StoredComparison | None
    snapshot: Snapshot | None
    comparison: Comparison | None

    def query(self, **changed: Any) -> dict[str, Any]:
        """The choice as it stands in the query of an address; the usual one needs nothing."""
        asked: dict[str, Any] = {}
        if self.campaign and self.campaign is not self.campaigns[0]:
            asked["campaign"] = self.campaign.code
        if len(self.partnership.cities) > 2:
            asked["city"] = ALL if self.everybody else [city.slug for city in self.cities]
        return asked | changed


def read(args: MultiDict[str, str], session: Session, slug: str) -> Chosen:
    """The choice of an address; NotFound for a partnership, a campaign or cities that are not there."""
    partnership = partnerships.by_slug(session, slug=slug)
    campaigns = partnership.campaigns
    code = args.get("campaign")
    campaign = next((each for each in campaigns if code in (None, "", each.code)), None)
    if campaign is None and code:
        raise NotFound("campaign_unknown", slug=slug)
    stored = comparisons.latest(session, campaign=campaign) if campaign else None
    snapshot = _snapshot(stored.content) if stored else None
    # A result of an older shape is computed anew by the worker; until then there is none.
    stored = stored if snapshot else None
    asked = [city for city in args.getlist("city") if city]
    cities = _cities(partnership, snapshot, asked)
    everybody = asked == [ALL] and len(partnership.cities) > 2
    comparison = None
    if snapshot and everybody:
        comparison = snapshot.together
    elif snapshot and len(cities) == 2:
        comparison = next((each for each in snapshot.pairs if _sides(each) == {city.slug for city in cities}), None)
    if comparison:
        # The sides have an order of their own, which everything on the page follows.
        order = [side.city for side in comparison.sides]
        cities = tuple(sorted(cities, key=lambda city: order.index(city.slug)))
    return Chosen(partnership, campaign, campaigns, cities, everybody, stored, snapshot, comparison)


def _cities(partnership: Partnership, snapshot: Snapshot | None, asked: Sequence[str]) -> tuple[City, ...]:
    known = snapshot.cities if snapshot else tuple(city.slug for city in partnership.cities)
    there = [city for city in partnership.cities if city.slug in known]
    if asked == [ALL]:
        return tuple(there)
    if not asked:
        return tuple(there[:2])
    found = [city for city in there if city.slug in asked]
    if len(found) != 2 or len({*asked}) != 2:
        raise NotFound("city_unknown", slug=",".join(asked)[:80])
    return tuple(found)


def _sides(comparison: Comparison) -> set[str]:
    return {side.city for side in comparison.sides}


@lru_cache(maxsize=32)
def _snapshot(content: bytes) -> Snapshot | None:
    try:
        return comparison_json.from_json(content)
    except ValueError:
        return None
