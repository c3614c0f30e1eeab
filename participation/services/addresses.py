"""Addresses: a Photon or Nominatim service that a city has set, asked by our server and remembered for a while."""

import hashlib
import hmac
import json
import threading
import time
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from participation.errors import Unavailable
from participation.geo import Area, Point
from participation.models.addresses import FoundAddress
from participation.models.cities import City
from participation.services.outside import Outside, why_not_ask
from participation.services.toml_tables import Table
from participation.text import clean_text

TYPES = ("photon", "nominatim")
KEPT = timedelta(days=30)
SHORTEST, LONGEST = 3, 120
RESULTS = 5
# More than we show, because some may lie outside the boundary or be the same street twice.
ASKED_FOR = 15
SECONDS = 4.0
LARGEST_ANSWER = 500_000
BATCH = 500
ADDRESS_MAX = 300
NAME_MAX = 120
OSM_ATTRIBUTION = "© OpenStreetMap contributors"
# The public service of OpenStreetMap: at most one question a second, and none while somebody is still typing.
PUBLIC_NOMINATIM = "nominatim.openstreetmap.org"
PUBLIC_SECONDS = 1.0
NUMBER_FIRST = ("FR", "LU", "GB", "IE", "US", "CA", "AU", "NZ")

Found = dict[str, Any]


def read(top: Table) -> dict[str, str] | None:
    """The table [address_search] of a city file; None where the city sets none. Raises Invalid."""
    if "address_search" not in top:
        return None
    table = top.table("address_search")
    found = {"type": table.one_of("type", TYPES), "url": table.text("url", longest=ADDRESS_MAX)}
    reason = why_not_ask(found["url"])
    if reason:
        table.fail("url", reason)
    found["attribution"] = table.text("attribution", longest=300) if "attribution" in table else OSM_ATTRIBUTION
    table.done()
    return found


@dataclass(frozen=True)
class Search:
    """What has to be known to ask: the service, the city's territory and how its addresses are written."""

    type: str
    url: str
    attribution: str
    area: Area
    centre: Point
    country: str

    @property
    def while_typing(self) -> bool:
        """Whether it may be asked while somebody is still typing; Nominatim is not made for that."""
        return self.type == "photon"


def search_of(city: City) -> Search | None:
    """How addresses of a city are looked for; None where it sets no service."""
    said = city.address_search
    if not said:
        return None
    attribution = said.get("attribution", OSM_ATTRIBUTION)
    return Search(said["type"], said["url"], attribution, city.area, city.centre, city.country)


def normalised(query: str) -> str:
    """A query as it is compared and asked for; empty where it is too short. Case and spaces do not matter."""
    words = " ".join(unicodedata.normalize("NFKC", clean_text(query)).lower().split())[:LONGEST].strip()
    return words if len(words) >= SHORTEST else ""


def query_hash(search: Search, query: str, lang: str, *, secret: str) -> str:
    """The key of a query, from which nobody without our secret can find what was looked for."""
    text = "\0".join((search.type, search.url, lang, query))
    return hmac.new(secret.encode(), f"address\0{text}".encode(), hashlib.sha256).hexdigest()


def remembered(session: Session, *, city_id: int, key: str, now: datetime) -> list[Found] | None:
    """The answer to a query that was asked lately."""
    row = session.get(FoundAddress, (key, city_id))
    return row.answer if row and row.found_at > now - KEPT else None


def remember(session: Session, *, city_id: int, key: str, answer: list[Found], now: datetime) -> None:
    """Keep an answer."""
    session.merge(FoundAddress(query_hash=key, city_id=city_id, answer=answer, found_at=now))
    session.flush()


def forget(session: Session, *, now: datetime) -> int:
    """Forget old answers; at most BATCH, returns how many."""
    old = select(FoundAddress.query_hash, FoundAddress.city_id).where(FoundAddress.found_at <= now - KEPT)
    rows = session.execute(old.order_by(FoundAddress.found_at).limit(BATCH)).all()
    for key, city_id in rows:
        session.execute(delete(FoundAddress).where(FoundAddress.query_hash == key, FoundAddress.city_id == city_id))
    return len(rows)


def ask(search: Search, *, query: str, lang: str, outside: Outside) -> list[Found]:
    """At most five addresses inside the boundary, best first; raises Unavailable where the service does not answer."""
    reply = (
        _photon(search, query, lang, outside) if search.type == "photon" else _nominatim(search, query, lang, outside)
    )
    found: dict[tuple[str, str], Found] = {}
    for place in reply:
        if search.area.contains(place.point):
            one = _written(place, search.country)
            if one["name"]:
                found.setdefault((one["name"], one["detail"]), one)
    return list(found.values())[:RESULTS]


@dataclass(frozen=True)
class _Place:
    """One place of an answer, whoever gave it."""

    point: Point
    name: str
    street: str
    number: str
    district: str
    town: str


def _photon(search: Search, query: str, lang: str, outside: Outside) -> Iterator[_Place]:
    box = ",".join(f"{edge:.5f}" for edge in search.area.box)
    asked = {"q": query, "limit": str(ASKED_FOR), "bbox": box, "lang": lang}
    asked |= {"lat": f"{search.centre.lat:.5f}", "lon": f"{search.centre.lon:.5f}"}
    document = _fetch(search, asked, outside)
    if document is None:
        # Not every Photon knows Spanish; one that does not refuses the question.
        document = _fetch(search, {key: value for key, value in asked.items() if key != "lang"}, outside)
    features = document.get("features") if isinstance(document, dict) else None
    for feature in features if isinstance(features, list) else []:
        match feature:
            case {
                "geometry": {"coordinates": [int() | float() as lon, int() | float() as lat, *_]},
                "properties": dict(said),
            }:
                yield _Place(
                    Point(round(float(lat), 6), round(float(lon), 6)),
                    name=_text(said, "name"),
                    street=_text(said, "street"),
                    number=_text(said, "housenumber"),
                    district=_text(said, "district", "locality"),
                    town=_town(said),
                )


def _nominatim(search: Search, query: str, lang: str, outside: Outside) -> Iterator[_Place]:
    west, south, east, north = search.area.box
    asked = {"q": query, "format": "jsonv2", "limit": str(ASKED_FOR), "addressdetails": "1", "accept-language": lang}
    asked |= {"viewbox": f"{west:.5f},{north:.5f},{east:.5f},{south:.5f}", "bounded": "1"}
    _wait_for_turn(search, outside.processes)
    document = _fetch(search, asked, outside)
    for row in document if isinstance(document, list) else []:
        match row:
            case {"lat": str(lat) | float(lat), "lon": str(lon) | float(lon)}:
                said = row.get("address") if isinstance(row.get("address"), dict) else {}
                try:
                    point = Point(round(float(lat), 6), round(float(lon), 6))
                except ValueError:
                    continue
                yield _Place(
                    point,
                    name=_text(row, "name"),
                    street=_text(said, "road", "pedestrian", "footway", "square"),
                    number=_text(said, "house_number"),
                    district=_text(said, "suburb", "city_district", "quarter", "neighbourhood"),
                    town=_town(said),
                )


def _fetch(search: Search, asked: Mapping[str, str], outside: Outside) -> Any:
    """The parsed answer; None where the question was refused."""
    answer = outside.get(search.url, query=asked, takes="application/", largest=LARGEST_ANSWER, seconds=SECONDS)
    if answer.status == 400:
        return None
    if answer.status != 200:
        raise Unavailable("refused", status=answer.status)
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        raise Unavailable("not_json") from error


_turn = threading.Lock()
_next_turn = [0.0]


def _wait_for_turn(search: Search, processes: int) -> None:
    """The public Nominatim may be asked once a second by all of us together; each process takes its share."""
    host = (urlsplit(search.url).hostname or "").rstrip(".")
    if host != PUBLIC_NOMINATIM:
        return
    with _turn:
        now = time.monotonic()
        wait = max(0.0, _next_turn[0] - now)
        if wait > SECONDS / 2:
            raise Unavailable("queue")
        _next_turn[0] = now + wait + PUBLIC_SECONDS * processes
    time.sleep(wait)


def _written(place: _Place, country: str) -> Found:
    """The words a person reads: the name or the street with its number, and below them where that is."""
    parts = (place.number, place.street) if country in NUMBER_FIRST else (place.street, place.number)
    street = " ".join(part for part in parts if part and place.street)
    # Services name a house by its number.
    name = place.name if place.name != place.number else ""
    title = name or street
    below = [street if street != title else "", place.district if place.district != title else "", place.town]
    detail = ", ".join(part for part in below if part)
    return {"name": title[:NAME_MAX], "detail": detail[: 2 * NAME_MAX], "lat": place.point.lat, "lon": place.point.lon}


def _text(said: Mapping[str, Any], *keys: str) -> str:
    """The first of these that is a text, on one line."""
    for key in keys:
        value = said.get(key)
        if isinstance(value, str) and value.strip():
            return " ".join(clean_text(value).split())
    return ""


def _town(said: Mapping[str, Any]) -> str:
    town = _text(said, "city", "town", "village", "municipality")
    return " ".join(part for part in (_text(said, "postcode"), town) if part)
