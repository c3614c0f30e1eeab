"""The catalogue of our open data for data portals: DCAT-AP as JSON-LD, to be harvested."""

import orjson
from flask import Blueprint
from werkzeug.wrappers import Response

from participation.services import features
from participation.web.plumbing import catalog_entries
from participation.web.plumbing.freshness import STARTED, conditional
from participation.web.plumbing.limits import limited
from participation.web.plumbing.sessions import db

blueprint = Blueprint("catalogs", __name__)


@blueprint.get("/catalog.jsonld")
@limited("readings")
def catalog() -> Response:
    """One dataset for each city, with all the ways to get it; in all languages at once."""
    collections = [one for one in features.collections(db) if one.kind == features.SUBMISSIONS]
    latest = max((one.city.changed_at for one in collections if one.city.changed_at), default=None)
    made = catalog_entries.catalog(collections, latest or STARTED)
    return conditional(Response(orjson.dumps(made), content_type="application/ld+json"), changed=latest)
