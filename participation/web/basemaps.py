"""The background of the map, from our own origin: the outline, the basemap in its kinds, and names for the search."""

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, abort, current_app, request, send_file, url_for
from werkzeug.wrappers import Response

from participation.errors import Unavailable
from participation.locales import CODES, DEFAULT
from participation.models.cities import City
from participation.services import basemaps, cities, city_outlines
from participation.services.basemap_archives import MEDIA_TYPES, picture_format
from participation.services.basemap_relay import Kept
from participation.settings import Settings
from participation.web.plumbing.compression import pack
from participation.web.plumbing.formats import named
from participation.web.plumbing.outside import relay
from participation.web.plumbing.sessions import db

blueprint = Blueprint("basemaps", __name__)
MINUTE, DAY, YEAR = 60, 24 * 3600, 365 * 24 * 3600
ONE_RANGE = re.compile(r"bytes=(\d+-\d*|-\d+)")
VENDOR = "vendor/protomaps-leaflet/protomaps-leaflet.js"


@blueprint.get("/basemap/<city>/outline.json")
def outline(city: str) -> Response:
    """Boundary, districts and landmarks, so that a plain ground still lets a person find their way; `?lang=`."""
    found = cities.by_slug(db, slug=city)
    language = request.args.get("lang", DEFAULT)
    response = Response(_outline(found, language if language in CODES else DEFAULT), mimetype="application/json")
    response.add_etag(weak=True)
    response.cache_control.public = True
    response.cache_control.max_age = DAY
    # Another day's visitor sees the old one at once; the new one is there for the next page.
    response.cache_control.stale_while_revalidate = 30 * DAY
    pack(response)
    return response.make_conditional(request.environ)


@blueprint.get("/basemap/<city>/names.json")
def names(city: str) -> Response:
    """Named places with something published, for the search: name, latitude, longitude and address; `?lang=`."""
    found = cities.by_slug(db, slug=city)
    response = Response(mimetype="application/json")
    response.set_etag(f"{found.id}-{found.map_version}", weak=True)
    response.cache_control.public = True
    response.cache_control.max_age = MINUTE
    if response.make_conditional(request.environ).status_code == 304:
        return response
    language = request.args.get("lang", DEFAULT)
    lang = language if language in CODES else DEFAULT
    rows = [
        [place.name, place.lat, place.lon, url_for("places.one", lang=lang, city=found.slug, place_id=place.id)]
        for place in basemaps.names(db, city=found)
    ]
    response.data = orjson.dumps({"places": rows})
    return response


@blueprint.get("/basemap/<city>.pmtiles")
def archive(city: str) -> Response:
    """The city's archive of vector tiles, in ranges."""
    found = cities.by_slug(db, slug=city)
    basemap = found.basemap or {}
    if basemap.get("type") != "pmtiles" or basemap.get("tiles", "vector") != "vector":
        abort(404)
    file = _folder() / basemap["file"]
    if not file.is_file():
        abort(404)
    # Several ranges at once, or one that is none, may be ignored; nobody's map reader asks for them.
    if not ONE_RANGE.fullmatch(request.headers.get("Range", "").strip()):
        request.environ.pop("HTTP_RANGE", None)
    response = send_file(file, mimetype="application/octet-stream", conditional=True, etag=True)
    _keep(response, basemap)
    response.cache_control.no_transform = True
    return response


@blueprint.get("/basemap/<city>/<int:z>/<int:x>/<int:y>.<any(png,jpg,webp,avif):picture>")
def tile(city: str, z: int, x: int, y: int, picture: str) -> Response:
    """A picture of the background, from an archive or through the relay; 204 where there is none at this spot."""
    found = cities.by_slug(db, slug=city)
    basemap = found.basemap or {}
    if basemap.get("format") != picture:
        abort(404)
    db.close()
    try:
        kept = basemaps.raster_tile(city=found, z=z, x=x, y=y, folder=_folder(), relay=relay())
    except Unavailable:
        response = Response(status=503, headers={"Retry-After": str(MINUTE)})
        response.cache_control.no_store = True
        return response
    return _picture(kept, basemap)


def _picture(kept: Kept | None, basemap: dict[str, Any]) -> Response:
    form = picture_format(kept.data) if kept else None
    if kept is None or form is None:
        response = Response(status=204)
        response.cache_control.public = True
        response.cache_control.max_age = DAY if basemap["type"] != "relay" else MINUTE
        return response
    response = Response(kept.data, mimetype=MEDIA_TYPES[form])
    response.set_etag(hashlib.blake2b(kept.data, digest_size=9).hexdigest())
    _keep(response, basemap)
    if not kept.fresh:
        response.cache_control.max_age = MINUTE
    return response.make_conditional(request.environ)


def _keep(response: Response, basemap: dict[str, Any]) -> None:
    """For ever where the address names the version that is there, else for some days."""
    response.cache_control.no_cache = None
    response.cache_control.public = True
    if basemap.get("version") and request.args.get("v") == basemap["version"]:
        response.cache_control.max_age = YEAR
        response.cache_control.immutable = True
    else:
        response.cache_control.max_age = 7 * DAY if basemap["type"] == "relay" else DAY


def _folder() -> Path:
    settings: Settings = current_app.extensions["participation_settings"]
    return settings.basemaps


@blueprint.app_template_global("basemap_of")
def basemap_of(city: City) -> dict[str, Any] | None:
    """What the map's script needs to know about a city's basemap; None for the plain ground."""
    basemap = city.basemap
    if not basemap:
        return None
    version = basemap.get("version")
    facts: dict[str, Any] = {
        "type": basemap.get("tiles", "vector"),
        "minZoom": basemap.get("min_zoom", 0),
        "maxZoom": basemap.get("max_zoom"),
        "attribution": basemap.get("attribution", "").replace("{year}", str(datetime.now(UTC).year)),
    }
    if facts["type"] == "vector":
        script = current_app.jinja_env.globals["static_url"](VENDOR)  # type: ignore[operator]
        return facts | {"archive": url_for("basemaps.archive", city=city.slug, v=version), "script": script}
    at = {"z": 0, "x": 0, "y": 0, "picture": basemap["format"]}
    address = url_for("basemaps.tile", city=city.slug, **at, v=version)
    return facts | {"tiles": address.replace("/0/0/0.", "/{z}/{x}/{y}.")}


def _outline(city: City, language: str) -> bytes:
    drawn = city_outlines.outline(city.boundary, tuple(district.boundary for district in city.districts))
    landmarks = [
        {"code": landmark.code, "name": named(landmark, language), "lat": landmark.lat, "lon": landmark.lon}
        for landmark in city.landmarks
    ]
    districts = [
        {
            "code": district.code,
            "name": district.name,
            "point": point,
            "boundary": orjson.Fragment(boundary),
        }
        for district, boundary, point in zip(city.districts, drawn.districts, drawn.points, strict=True)
    ]
    return orjson.dumps({"boundary": orjson.Fragment(drawn.boundary), "districts": districts, "landmarks": landmarks})
