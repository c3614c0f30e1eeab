"""The background of the map, from our own origin: the outline with districts and landmarks, and the basemap archive."""

import orjson
from flask import Blueprint, abort, current_app, request, send_file
from werkzeug.wrappers import Response

from participation.locales import CODES, DEFAULT
from participation.models.cities import City
from participation.services import cities
from participation.settings import Settings
from participation.web.plumbing.formats import named
from participation.web.plumbing.sessions import db

blueprint = Blueprint("basemaps", __name__)
DAY = 24 * 3600


@blueprint.get("/basemap/<city>/outline.json")
def outline(city: str) -> Response:
    """Boundary, districts and landmarks, so that a plain ground still lets a person find their way; `?lang=`."""
    found = cities.by_slug(db, slug=city)
    language = request.args.get("lang", DEFAULT)
    response = Response(_outline(found, language if language in CODES else DEFAULT), mimetype="application/json")
    response.add_etag()
    response.cache_control.public = True
    response.cache_control.max_age = DAY
    return response.make_conditional(request.environ)


@blueprint.get("/basemap/<city>.pmtiles")
def archive(city: str) -> Response:
    """The city's basemap archive, in ranges."""
    found = cities.by_slug(db, slug=city)
    if not found.basemap or found.basemap.get("type") != "pmtiles":
        abort(404)
    settings: Settings = current_app.extensions["participation_settings"]
    file = settings.basemaps / found.basemap["file"]
    if not file.is_file():
        abort(404)
    return send_file(file, mimetype="application/octet-stream", conditional=True, etag=True, max_age=DAY)


def _outline(city: City, language: str) -> bytes:
    landmarks = [
        {"code": landmark.code, "name": named(landmark, language), "lat": landmark.lat, "lon": landmark.lon}
        for landmark in city.landmarks
    ]
    districts = [
        {"code": district.code, "name": district.name, "boundary": orjson.Fragment(district.boundary)}
        for district in city.districts
    ]
    return orjson.dumps({"boundary": orjson.Fragment(city.boundary), "districts": districts, "landmarks": landmarks})
