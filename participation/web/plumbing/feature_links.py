"""The links of OGC API - Features: each answer leads on to what belongs to it, as JSON and as a page."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext

from participation.services.export_licences import licence_of
from participation.services.features import Collection
from participation.web.forms.features import HTML, JSON

Json = dict[str, Any]
GEOJSON, PLAIN, PAGE = "application/geo+json", "application/json", "text/html"


def form() -> str:
    """How to answer: as `f` says, else as the program or browser likes best."""
    if request.args.get("f") in (JSON, HTML):
        return request.args["f"]
    liked = request.accept_mimetypes.best_match([GEOJSON, PLAIN, PAGE], PLAIN)
    return HTML if liked == PAGE else JSON


def link(rel: str, address: str, media: str, title: str = "") -> Json:
    """One link."""
    return {"rel": rel, "href": address, "type": media} | ({"title": title} if title else {})


def here(media: str = PLAIN, **changed: Any) -> list[Json]:
    """This answer itself and the same in the other form; what is `changed` replaces parts of the query."""
    as_json, as_page = (
        link("self" if form() == way else "alternate", address(f=way, **changed), kind)
        for way, kind in ((JSON, media), (HTML, PAGE))
    )
    return [as_json, as_page] if form() == JSON else [as_page, as_json]


def address(**changed: Any) -> str:
    """The address of this answer with parts of its query changed; None takes a part away."""
    query: dict[str, Any] = {**request.args.to_dict(flat=False), **changed}
    query.pop("switch", None)
    kept = {name: value for name, value in query.items() if value is not None}
    return url_for(request.endpoint or "", **{**kept, **(request.view_args or {})}, _external=True)


def landing() -> list[Json]:
    """Where everything begins."""
    return [
        *here(),
        link("service-desc", to("features.api", f=JSON), "application/vnd.oai.openapi+json;version=3.0"),
        link("service-doc", to("features.api", f=HTML), PAGE, gettext("How programs read the data")),
        link("conformance", to("features.conformance"), PLAIN),
        link("data", to("features.collections"), PLAIN, gettext("Collections")),
        link("describedby", to("catalogs.catalog"), "application/ld+json"),
    ]


def of_collection(code: str) -> Json:
    """The collection that something belongs to."""
    return link("collection", to("features.one_collection", collection=code), PLAIN)


def collection(found: Collection) -> list[Json]:
    """What belongs to a collection; `self` is the collection, wherever this is said."""
    at = {"collection": found.code}
    licence = licence_of(found.city.country)
    return [
        link("self", to("features.one_collection", **at), PLAIN),
        link("items", to("features.items", **at, f=JSON), GEOJSON, gettext("As GeoJSON")),
        link("items", to("features.items", **at, f=HTML), PAGE, gettext("As a page")),
        link("license", licence.address, PAGE, licence.name),
    ]


def to(endpoint: str, **values: Any) -> str:
    """The whole address of an endpoint."""
    return url_for(endpoint, **values, _external=True)
