"""The features of a collection, a page at a time in the order of their ids, by the columns of the files.

Whoever goes on after the last id they have got misses nothing that was there, and gets nothing twice, whatever is
published or withdrawn in between.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import ColumnElement, Select, String, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from participation.errors import NotFound
from participation.models.campaigns import Campaign
from participation.models.cities import City, District
from participation.models.partnerships import Partnership
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.services import export_columns, export_places, features
from participation.services.export_tables import PLACES, SUBMISSIONS, Table
from participation.services.features import Box, Collection, Feature, Page, Wanted
from participation.services.filters import Filter

PUBLISHED = Filter()
CODES = {column.name for column in SUBMISSIONS.columns if column.type == "codes"}


def page(session: Session, *, collection: Collection, wanted: Wanted, base_url: str) -> Page:
    """The wanted features, in a constant number of statements; `base_url` is where photos are.

    How many match in all is counted for the first page only.
    """
    if collection.kind == features.DISTRICTS:
        return _districts(session, collection.city, wanted)
    if collection.kind == features.PLACES:
        return _places(session, collection.city, wanted)
    return _submissions(session, collection.city, wanted, base_url)


def one(session: Session, *, collection: Collection, feature_id: str, base_url: str) -> Feature:
    """The feature with this id; raises NotFound for what is not there or not published."""
    if collection.kind == features.DISTRICTS:
        found = _districts(session, collection.city, Wanted(values={"code": feature_id})).features
    else:
        wanted = Wanted(values={"id": _uuid(feature_id)})
        found = page(session, collection=collection, wanted=wanted, base_url=base_url).features
    if not found:
        raise NotFound("feature_unknown")
    return found[0]


def _submissions(session: Session, city: City, wanted: Wanted, base_url: str) -> Page:
    source = export_columns.submissions(city, PUBLISHED, base_url=base_url)
    names = [column.name for column in SUBMISSIONS.of(internal=False)]
    conditions = [
        *_in_box(wanted.box, Submission.public_lat, Submission.public_lon),
        *_in_span(wanted, Submission.created_at),
        *(_is(city, name, value) for name, value in wanted.values.items()),
    ]
    query = source.query(select(*(source.values[name].label(name) for name in names))).where(*conditions)
    rows, more = _some(session, query, Submission.id, wanted)
    matched = None
    if not wanted.after:
        matched = session.scalar(PUBLISHED.apply(select(func.count(Submission.id)), city).where(*conditions))
    return Page([_feature(SUBMISSIONS, row) for row in rows], more, matched)


def _places(session: Session, city: City, wanted: Wanted) -> Page:
    """Places something published belongs to; in a span are those something was sent about then."""
    mine = PUBLISHED.apply(select(Submission.id), city).where(Submission.place_id == Place.id)
    conditions = [
        Place.city_id == city.id,
        exists(mine.where(*_in_span(wanted, Submission.created_at))),
        *_in_box(wanted.box, Place.lat, Place.lon),
        *(getattr(Place, name) == (UUID(value) if name == "id" else value) for name, value in wanted.values.items()),
    ]
    found, more = _some(session, select(Place.id).where(*conditions), Place.id, wanted)
    rows = export_places.of_ids(session, city=city, chosen=PUBLISHED, ids=[place["id"] for place in found])
    matched = None if wanted.after else session.scalar(select(func.count()).select_from(Place).where(*conditions))
    return Page([_feature(PLACES, row) for row in rows], more, matched)


def _districts(session: Session, city: City, wanted: Wanted) -> Page:
    """Districts are few, so the database need not know where they lie."""
    query = select(District).where(District.city_id == city.id).order_by(District.code)
    found = [one for one in session.scalars(query) if all(getattr(one, n) == v for n, v in wanted.values.items())]
    if wanted.box:
        boxes = [shapely.box(*box) for box in _boxes(wanted.box)]
        found = [one for one in found if any(shapely.from_geojson(one.boundary).intersects(box) for box in boxes)]
    # Not by the database, whose order of letters may be another one.
    left = sorted((one for one in found if one.code > wanted.after), key=lambda one: one.code)
    shown = left[: wanted.limit]
    return Page(
        [_district(one, city) for one in shown],
        more=len(left) > len(shown),
        matched=None if wanted.after else len(found),
    )


def _some(session: Session, query: Select[Any], key: Any, wanted: Wanted) -> tuple[Sequence[Mapping[str, Any]], bool]:
    """As many rows as wanted after the last id, and whether more follow."""
    if wanted.after:
        query = query.where(key > UUID(wanted.after))
    rows: list[Any] = [*session.execute(query.order_by(key).limit(wanted.limit + 1)).mappings()]
    return rows[: wanted.limit], len(rows) > wanted.limit


def _is(city: City, name: str, value: str) -> ColumnElement[bool]:
    """A property is this; where there may be several answers, this is one of them."""
    if name in ("campaign", "partnership"):
        column = Campaign.code if name == "campaign" else Partnership.slug
        rounds = select(Campaign.id).join(Partnership, Partnership.id == Campaign.partnership_id)
        return Submission.campaign_id.in_(rounds.where(column == value))
    if name == "district":
        parts = select(District.id).where(District.city_id == city.id, District.code == value)
        return Submission.district_id.in_(parts)
    if name in CODES:
        joined = type_coerce(getattr(Submission, name), String)
        return ("|" + joined + "|").contains(f"|{value}|", autoescape=True)
    column = getattr(Submission, name)
    return column == (UUID(value) if name in ("id", "place_id") else value)


def _in_box(box: Box | None, lat: Any, lon: Any) -> Sequence[ColumnElement[bool]]:
    if box is None:
        return []
    _, south, _, north = box
    across = or_(*(lon.between(west, east) for west, _, east, _ in _boxes(box)))
    return [lat.between(south, north), across]


def _boxes(box: Box) -> list[Box]:
    """One box, or two where it crosses the date line."""
    west, south, east, north = box
    return [box] if west <= east else [(west, south, 180.0, north), (-180.0, south, east, north)]


def _in_span(wanted: Wanted, at: Any) -> Sequence[ColumnElement[bool]]:
    bounds = [at >= wanted.first] if wanted.first else []
    return bounds + ([at <= wanted.last] if wanted.last else [])


def _district(district: District, city: City) -> Feature:
    properties = {"code": district.code, "name": district.name, "city": city.slug}
    return Feature(district.code, json.loads(district.boundary), properties)


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise NotFound("feature_unknown") from None


def _feature(table: Table, row: Mapping[str, Any]) -> Feature:
    """What the geometry says is not said again."""
    lat, lon = row["lat"], row["lon"]
    point = None if lat is None else {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
    columns = [column for column in table.of(internal=False) if column.name not in ("lat", "lon")]
    return Feature(str(row["id"]), point, {column.name: _value(column.type, row[column.name]) for column in columns})


def _value(kind: str, value: Any) -> Any:
    if kind == "codes":
        return [] if value is None else list(value.split("|") if isinstance(value, str) else value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value) if isinstance(value, UUID) else value
