"""What the catalogue says of each city's open data, in the words of DCAT-AP and DCAT-AP.de."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext

from participation.locales import CODES
from participation.models.cities import City
from participation.questionnaire import load, versions
from participation.services.export_licences import Licence, licence_of
from participation.services.features import Collection
from participation.web.plumbing.formats import named
from participation.web.plumbing.locale import speaking

Json = dict[str, Any]
EU = "http://publications.europa.eu/resource/authority"
IANA = "https://www.iana.org/assignments/media-types"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcatde": "http://dcat-ap.de/def/dcatde/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
LANGUAGES = {"de": "DEU", "fr": "FRA", "es": "SPA", "en": "ENG"}
# As the portals that harvest us want a licence named; others take the address of its words.
LICENCES = {
    "DL-DE-BY-2.0": "http://dcat-ap.de/def/licenses/dl-by-de/2.0",
    "etalab-2.0": f"{EU}/licence/ETALAB_2_0",
    "CC-BY-4.0": f"{EU}/licence/CC_BY_4_0",
}
# The downloads of a city: kind of file by the EU's list, and media type.
FILES = {
    "submissions.csv": ("CSV", "text/csv"),
    "places.csv": ("CSV", "text/csv"),
    "bins.csv": ("CSV", "text/csv"),
    "codebook.csv": ("CSV", "text/csv"),
    "submissions.xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "submissions.geojson": ("GEOJSON", "application/geo+json"),
    "submissions.gpkg": ("GPKG", "application/geopackage+sqlite3"),
    "open-data.zip": ("ZIP", "application/zip"),
}


def catalog(collections: Sequence[Collection], latest: datetime) -> Json:
    """The whole catalogue; `latest` is when anything in it changed."""
    here, home = _to("catalogs.catalog"), _to("partnerships.index", lang="en")
    operator = {"@type": "foaf:Agent", "foaf:name": _said(lambda: gettext("Hot and cool places"))}
    return {
        "@context": CONTEXT,
        "@id": here,
        "@type": "dcat:Catalog",
        "dct:title": _said(lambda: gettext("Hot and cool places")),
        "dct:description": _said(lambda: gettext("What residents have pinned and cities have published.")),
        "dct:publisher": operator,
        "dct:language": _languages(CODES),
        "dct:modified": _moment(latest),
        "dcat:themeTaxonomy": {"@id": f"{EU}/data-theme"},
        "foaf:homepage": {"@id": home},
        "dcat:dataset": [_dataset(one) for one in collections],
        "dcat:service": _service(collections),
    }


def _dataset(collection: Collection) -> Json:
    city = collection.city
    west, south, east, north = city.area.box
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    ring = ", ".join(f"{lon:.6f} {lat:.6f}" for lon, lat in corners)
    box = {"@value": f"POLYGON(({ring}))", "@type": "http://www.opengis.net/ont/geosparql#wktLiteral"}
    imprint = _to("texts.page", lang=_own(city), city=city.slug, page="imprint")
    made: Json = {
        "@id": _id(city),
        "@type": "dcat:Dataset",
        "dct:identifier": _id(city),
        "dct:title": _said(lambda: gettext("Hot and cool places: entries in %(city)s", city=named(city))),
        "dct:description": _said(lambda: _described(city)),
        "dct:publisher": _publisher(city),
        "dcat:contactPoint": {
            "@type": "vcard:Organization",
            "vcard:fn": named(city, _own(city)),
            "vcard:hasURL": {"@id": imprint},
        },
        "dcat:theme": {"@id": f"{EU}/data-theme/ENVI"},
        "dcat:keyword": _keywords(),
        "dct:spatial": {"@type": "dct:Location", "dcat:bbox": box},
        "dct:language": _languages(CODES),
        "dct:accessRights": {"@id": f"{EU}/access-right/PUBLIC"},
        "dct:accrualPeriodicity": {"@id": f"{EU}/frequency/CONT"},
        "dcat:landingPage": {"@id": _to("cities.page", lang=_own(city), city=city.slug)},
        "dcat:distribution": _distributions(city),
    }
    if collection.since:
        since = {"@value": str(collection.since), "@type": "xsd:date"}
        made["dct:temporal"] = {"@type": "dct:PeriodOfTime", "dcat:startDate": since}
    if city.changed_at:
        made["dct:modified"] = _moment(city.changed_at)
    if city.country == "DE":
        level = "http://dcat-ap.de/def/politicalGeocoding/Level/municipality"
        made["dcatde:politicalGeocodingLevelURI"] = {"@id": level}
    return made


def _described(city: City) -> str:
    text = gettext(
        "Places in %(city)s that residents feel as heat islands or climate oases, with reasons, ideas and feedback, as"
        " moderators have published them.",
        city=named(city),
    )
    return f"{text} {gettext('Demo version: the entries are made up.')}" if city.demo else text


def _distributions(city: City) -> list[Json]:
    licence = licence_of(city.country)
    adapter = current_app.url_map.bind("")
    files = [
        _distribution(city, licence, url, *FILES[name], title=f"{city.slug}-{name}")
        for name in FILES
        for path in [f"/exports/{city.slug}/{name}"]
        if adapter.test(path, "GET")
        for url in [_to("partnerships.index", lang="en").removesuffix("/en/") + path]
    ]
    items = _to("features.items", collection=f"{city.slug}-submissions", f="json")
    through = _distribution(city, licence, items, "GEOJSON", "application/geo+json", title="OGC API - Features")
    through["dcat:accessService"] = {"@id": _to("features.landing")}
    return [*files, through]


def _distribution(city: City, licence: Licence, url: str, kind: str, media: str, *, title: str) -> Json:
    return {
        "@id": url,
        "@type": "dcat:Distribution",
        "dct:title": title,
        "dcat:accessURL": {"@id": url},
        "dcat:downloadURL": {"@id": url},
        "dct:format": {"@id": f"{EU}/file-type/{kind}"},
        "dcat:mediaType": {"@id": f"{IANA}/{media}"},
        "dct:license": {"@id": LICENCES.get(licence.code, licence.address)},
        "dcatde:licenseAttributionByText": named(city, _own(city)),
        "dcatap:availability": {"@id": f"{EU}/planned-availability/AVAILABLE"},
    }


def _service(collections: Sequence[Collection]) -> Json:
    return {
        "@id": _to("features.landing"),
        "@type": "dcat:DataService",
        "dct:title": "OGC API - Features",
        "dcat:endpointURL": {"@id": _to("features.landing")},
        "dcat:endpointDescription": {"@id": _to("features.api", f="json")},
        "dct:conformsTo": {"@id": "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"},
        "dcat:servesDataset": [{"@id": _id(one.city)} for one in collections],
    }


def _publisher(city: City) -> Json:
    local = {"@id": "http://purl.org/adms/publishertype/LocalAuthority"}
    return {"@type": "foaf:Agent", "foaf:name": named(city, _own(city)), "dct:type": local}


def _keywords() -> list[Json]:
    """The kinds of entries, as the newest questionnaire calls them."""
    kinds = load(versions()[-1]).kinds
    return [{"@value": kind.label[code], "@language": code} for kind in kinds for code in CODES]


def _said(text: Callable[[], str]) -> list[Json]:
    """A text in every language."""
    said = []
    for code in CODES:
        with speaking(code):
            said.append({"@value": text(), "@language": code})
    return said


def _languages(codes: Sequence[str]) -> list[Json]:
    return [{"@id": f"{EU}/language/{LANGUAGES[code]}"} for code in codes]


def _own(city: City) -> str:
    """The city's own language, as far as it is one of ours."""
    return next((code for code in city.languages if code in CODES), "en")


def _id(city: City) -> str:
    return _to("features.one_collection", collection=f"{city.slug}-submissions")


def _moment(at: datetime) -> Json:
    return {"@value": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "@type": "xsd:dateTime"}


def _to(endpoint: str, **values: Any) -> str:
    return url_for(endpoint, **values, _external=True)
