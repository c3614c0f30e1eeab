"""The map page of a city."""

from datetime import UTC, datetime

from flask import Blueprint, render_template, request

from participation.services import campaigns, cities, tiles
from participation.web.forms import filters
from participation.web.forms.submissions import wording
from participation.web.plumbing.sessions import db

blueprint = Blueprint("cities", __name__)


@blueprint.get("/<lang:lang>/<city>/")
def page(city: str) -> str:
    """The map with the published pins; the list shows the same results."""
    found = cities.by_slug(db, slug=city)
    now = datetime.now(UTC)
    chosen = filters.read(request.args, db, found, now)
    rounds = campaigns.of_city(db, city=found)
    current = campaigns.current(db, city=found, now=now)
    today = found.today(now)
    return render_template(
        "cities/map.html",
        city=found,
        campaigns=rounds,
        current=current,
        open=current is not None and current.is_open(today),
        questionnaire=wording(chosen.campaign, rounds),
        chosen=chosen,
        counts=tiles.totals(db, city=found, campaign_id=chosen.filter.campaign_id),
        today=today,
    )
