"""OGC API - Features, Part 1: what is published, for GIS programs, and as plain pages for people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from flask import Blueprint, current_app, make_response, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.locales import CODES
from participation.services import feature_rows, features
from participation.services.export_licences import licence_of
from participation.services.features import Collection, Feature, Page
from participation.settings import Settings
from participation.web.forms import features as forms
from participation.web.forms.features import HTML
from participation.web.plumbing import feature_document, feature_links, open_api
from participation.web.plumbing.feature_links import GEOJSON, PLAIN
from participation.web.plumbing.formats import named
from participation.web.plumbing.freshness import STARTED, conditional
from participation.web.plumbing.limits import limited
from participation.web.plumbing.sessions import db

blueprint = Blueprint("features", __name__)
Json = dict[str, Any]
ITEMS = "/ogc/collections/<collection>/items"
CLASSES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
CONFORMS_TO = [f"{CLASSES}/{name}" for name in ("core", "oas30", "html", "geojson")]
# What of a feature stands in the table for people; the rest is on its own page.
SHOWN = {
    features.SUBMISSIONS: ("id", "kind", "created_at", "place_name", "district", "text"),
    features.PLACES: ("id", "name", "submissions", "supports", "reasons", "last_at"),
    features.DISTRICTS: ("code", "name"),
}
CRS = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


@blueprint.get("/ogc/")
@limited("readings")
def landing() -> Response:
    """Where everything begins."""
    forms.checked(request.args)
    if feature_links.form() == HTML:
        return _page("features/landing.html", changed=STARTED)
    title, about = gettext("Hot and cool places"), gettext("What residents have pinned and cities have published.")
    return _json({"title": title, "description": about, "links": feature_links.landing()}, changed=STARTED)


@blueprint.get("/ogc/conformance")
@limited("readings")
def conformance() -> Response:
    """Which parts of the standard hold here."""
    forms.checked(request.args)
    if feature_links.form() == HTML:
        return _page("features/conformance.html", changed=STARTED, classes=CONFORMS_TO)
    return _json({"conformsTo": CONFORMS_TO}, changed=STARTED)


@blueprint.get("/ogc/api")
@limited("readings")
def api() -> Response:
    """The OpenAPI document, and in short for people."""
    forms.checked(request.args)
    found = features.collections(db)
    if feature_links.form() == HTML:
        about = {"filters": features.FILTERS, "most": features.MOST, "collections": found}
        return _page("features/api.html", changed=_latest(found), **about)
    server = feature_links.to("features.landing").rstrip("/")
    made = feature_document.document(server, [collection.code for collection in found])
    return _json(made, changed=_latest(found), media=open_api.MEDIA)


@blueprint.get("/ogc/collections")
@limited("readings")
def collections() -> Response:
    """What there is: three collections for each city."""
    forms.checked(request.args)
    found = features.collections(db)
    if feature_links.form() == HTML:
        return _page("features/collections.html", changed=_latest(found), collections=found)
    described = [_described(collection) for collection in found]
    return _json(
        {"links": feature_links.here(), "collections": described},
        changed=_latest(found),
    )


@blueprint.get("/ogc/collections/<collection>")
@limited("readings")
def one_collection(collection: str) -> Response:
    """One collection: what it holds, where and since when."""
    forms.checked(request.args)
    found = features.collection(db, code=collection)
    if feature_links.form() == HTML:
        licence = licence_of(found.city.country)
        return _collection_page("features/collection.html", found, licence=licence)
    described = _described(found)
    described["links"] += [link for link in feature_links.here() if link["rel"] == "alternate"]
    return _json(described, changed=found.city.changed_at)


@blueprint.get(ITEMS)
@limited("readings")
def items(collection: str) -> Response:
    """Some features; the link `next` leads to the following ones, whatever changes in between."""
    found = features.collection(db, code=collection)
    wanted = forms.wanted(request.args, found.kind)
    page = feature_rows.page(db, collection=found, wanted=wanted, base_url=_base_url())
    if feature_links.form() == HTML:
        following = feature_links.address(after=page.features[-1].id) if page.more else None
        first = feature_links.address(after=None) if wanted.after else None
        shown = {"page": page, "columns": SHOWN[found.kind], "following": following, "first": first}
        return _collection_page("features/items.html", found, **shown)
    made = {
        "type": "FeatureCollection",
        "links": [*feature_links.here(GEOJSON), *_next(page), feature_links.of_collection(found.code)],
        "numberReturned": len(page.features),
        "features": [_geojson(feature) for feature in page.features],
    }
    # What was counted once need not be counted for each page.
    made |= {"numberMatched": page.matched} if page.matched is not None else {}
    return _json(made, changed=found.city.changed_at, media=GEOJSON)


@blueprint.get(f"{ITEMS}/<path:feature>")
@limited("readings")
def item(collection: str, feature: str) -> Response:
    """One feature."""
    forms.checked(request.args)
    found = features.collection(db, code=collection)
    one = feature_rows.one(db, collection=found, feature_id=feature, base_url=_base_url())
    if feature_links.form() == HTML:
        return _collection_page("features/item.html", found, feature=one)
    links = [*feature_links.here(GEOJSON), feature_links.of_collection(found.code)]
    return _json(_geojson(one) | {"links": links}, changed=found.city.changed_at, media=GEOJSON)


@blueprint.app_template_global("feature_language")
def language(collection: Collection, feature: Feature, column: str) -> str:
    """In which language a property is written; empty for what is no text of anybody."""
    if column.startswith("text_") and column.removeprefix("text_") in CODES:
        return column.removeprefix("text_")
    if column in ("text", "place_name"):
        return str(feature.properties.get("text_lang") or collection.city.languages[0])
    if column == "reply":
        return str(feature.properties.get("reply_lang") or collection.city.languages[0])
    return collection.city.languages[0] if column in ("name", "district") else ""


@blueprint.app_template_global("collection_title")
def collection_title(collection: Collection) -> str:
    """How a collection is called in the page's language."""
    city = named(collection.city)
    titles = {
        features.SUBMISSIONS: gettext("Entries in %(city)s", city=city),
        features.PLACES: gettext("Places in %(city)s", city=city),
        features.DISTRICTS: gettext("Districts of %(city)s", city=city),
    }
    return titles[collection.kind]


def _described(collection: Collection) -> Json:
    extent: Json = {"spatial": {"bbox": [list(collection.city.area.box)], "crs": CRS}}
    if collection.since and collection.kind != features.DISTRICTS:
        extent["temporal"] = {"interval": [[f"{collection.since}T00:00:00Z", None]]}
    return {
        "id": collection.code,
        "title": collection_title(collection),
        "extent": extent,
        "itemType": "feature",
        "crs": [CRS],
        "links": feature_links.collection(collection),
    }


def _next(page: Page) -> list[Json]:
    if not page.more:
        return []
    return [feature_links.link("next", feature_links.address(f="json", after=page.features[-1].id), GEOJSON)]


def _latest(found: Sequence[Collection]) -> datetime | None:
    """When the data of any of the cities changed last."""
    return max((one.city.changed_at for one in found if one.city.changed_at), default=None)


def _base_url() -> str:
    settings: Settings = current_app.extensions["participation_settings"]
    return settings.base_url


def _geojson(feature: Feature) -> Json:
    return {"type": "Feature", "id": feature.id, "geometry": feature.geometry, "properties": feature.properties}


def _collection_page(template: str, collection: Collection, **shown: Any) -> Response:
    city = collection.city
    return _page(template, changed=city.changed_at, city=city, collection=collection, **shown)


def _page(template: str, *, changed: datetime | None, **shown: Any) -> Response:
    """The same for people. It is always sent whole: who is signed in stands on it, and its nonce is new each time."""
    response = make_response(render_template(template, **shown))
    response.last_modified = changed
    return response


def _json(content: Json, *, changed: datetime | None, media: str = PLAIN) -> Response:
    return conditional(Response(orjson.dumps(content), content_type=media), changed=changed)
