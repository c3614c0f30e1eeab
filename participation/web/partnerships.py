"""The way in: `/` picks the language, `/{lang}/` lists partnerships and their cities."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.services import campaigns, partnerships, tiles
from participation.web.plumbing.formats import named
from participation.web.plumbing.locale import best, lang
from participation.web.plumbing.sessions import db

blueprint = Blueprint("partnerships", __name__)


@dataclass(frozen=True)
class Doorway:
    """What the front page says about a city: its campaign, whether one can take part now, and what is on its map."""

    city: City
    campaign: Campaign | None
    open: bool
    counts: dict[str, int]


@blueprint.get("/")
def root() -> Response:
    """To the front page in the best language."""
    return redirect(url_for("partnerships.index", lang=best()))


@blueprint.get("/<lang:lang>/")
def index() -> str:
    """Partnerships and their cities."""
    found = partnerships.every(db)
    now = datetime.now(UTC)
    cities = {city.slug: _doorway(city, now) for partnership in found for city in partnership.cities}
    return render_template("partnerships/index.html", partnerships=found, cities=cities, now=now)


@blueprint.app_template_global("partners_of")
def partners_of(city: City) -> list[dict[str, object]]:
    """The partner cities as the map of adding knows them: a point outside may lie in one of them.

    `box` is west, south, east and north; the boundary itself is fetched only for a point in the box.
    """
    return [
        {
            "name": named(partner),
            "slug": partner.slug,
            "box": partner.area.box,
            "add": url_for("submissions.add", city=partner.slug),
            "outline": url_for("basemaps.outline", city=partner.slug, lang=lang()),
        }
        for partner in partnerships.partners(db, city=city)
    ]


def _doorway(city: City, now: datetime) -> Doorway:
    campaign = campaigns.current(db, city=city, now=now)
    counts = tiles.totals(db, city=city, campaign_id=None)
    return Doorway(city, campaign, campaign is not None and campaign.is_open(city.today(now)), counts)
