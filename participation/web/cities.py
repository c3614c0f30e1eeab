"""The map page of a city."""

from datetime import UTC, datetime

from flask import Blueprint, render_template, request

from participation.services import campaigns, cities, locations, tile_facets
from participation.web.forms import filters
from participation.web.forms.submissions import wording
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db

blueprint = Blueprint("cities", __name__)


@blueprint.get("/<lang:lang>/<city>/")
def page(city: str) -> str:
    """The map with the published pins; the list shows the same results."""
    found = cities.by_slug(db, slug=city)
    now = datetime.now(UTC)
    chosen = filters.read(request.args, db, found, now).whole_city()
    rounds = campaigns.of_city(db, city=found)
    current = campaigns.current(db, city=found, now=now)
    questionnaire = wording(chosen.campaign, rounds)
    facets = tile_facets.on_map(db, city=found, chosen=chosen.filter)
    today = found.today(now)
    return render_template(
        "cities/map.html",
        city=found,
        campaigns=rounds,
        current=current,
        open=current is not None and current.is_open(today),
        questionnaire=questionnaire,
        chosen=chosen,
        shown=sum(facets.kinds[kind] for kind in chosen.kinds),
        facets=filters.offered(
            facets,
            districts=locations.districts(db, city=found),
            campaigns=rounds,
            questionnaire=questionnaire,
            language=lang(),
        ),
        today=today,
    )
