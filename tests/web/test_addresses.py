"""The address search of a city: through our server, remembered, and never an error page of somebody else."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from participation.models.addresses import FoundAddress
from participation.models.cities import City
from participation.services import outside
from tests.factories import campaigns, cities
from tests.factories.cities import INSIDE
from tests.fixtures.clients import ClientMaker
from tests.fixtures.providers import Provider
from tests.page_client import PageClient

HOUSE = {"street": "Hauptstraße", "housenumber": "5", "postcode": "67547", "city": "Worms"}
FOUND = {"name": "Hauptstraße 5", "detail": "67547 Worms", "lat": INSIDE.lat, "lon": INSIDE.lon}
EMPTY = {"addresses": [], "source": "© OpenStreetMap contributors"}
ADDRESS = "/de/worms/addresses"


@pytest.fixture
def city(session: Session, provider: Provider) -> City:
    feature = {"geometry": {"coordinates": [INSIDE.lon, INSIDE.lat]}, "properties": HOUSE}
    content = json.dumps({"features": [feature]}).encode()
    provider.otherwise = lambda _path: (200, {"Content-Type": "application/json"}, content)
    return cities.make(session, address_search={"type": "photon", "url": f"{provider.base}/api"})


@pytest.fixture
def client(city: City, make_client: ClientMaker) -> PageClient:
    return make_client()


def find(client: PageClient, query: str, **more: str) -> Any:
    return client.get(ADDRESS, query_string={"q": query, **more}).json


def test_an_address_is_found_and_remembered(client: PageClient, session: Session, provider: Provider) -> None:
    first = client.get(ADDRESS, query_string={"q": "Hauptstraße 5"})
    assert (first.status_code, first.json) == (200, EMPTY | {"addresses": [FOUND]})
    assert {"private", "max-age=3600"} == {*first.headers["Cache-Control"].split(", ")}
    assert "Set-Cookie" not in first.headers
    assert find(client, "  hauptstraße   5 ") == first.json
    assert len(provider.asked) == 1
    row = session.scalars(select(FoundAddress)).one()
    assert (len(row.query_hash), row.answer) == (64, [FOUND])
    client.get("/fr/worms/addresses", query_string={"q": "Hauptstraße 5"})
    assert len(provider.asked) == 2


def test_nothing_about_the_visitor_goes_along(client: PageClient, provider: Provider) -> None:
    headers = {"User-Agent": "My phone", "Referer": "https://heat.example/de/worms/", "Cookie": "visitor=1"}
    client.get(ADDRESS, query_string={"q": "Hauptstraße"}, headers=headers, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    [(path, sent)] = provider.asked
    assert "lang=de" in path
    assert sent["User-Agent"] == "participation (+http://localhost)"
    assert {name.lower() for name in sent} == {"host", "accept", "accept-encoding", "connection", "user-agent"}


@pytest.mark.parametrize("query", ["", "ab", "  a  ", "\x00\x00\x00\x00"])
def test_too_little_is_not_asked_for(query: str, client: PageClient, provider: Provider) -> None:
    assert find(client, query) == EMPTY
    assert client.get(ADDRESS).json == EMPTY
    assert provider.asked == []


@pytest.mark.parametrize(
    ("lang", "title"),
    [("en", "The address search does not answer"), ("de", None), ("fr", None), ("es", None)],
)
def test_a_service_that_is_away_is_a_sentence_and_no_breakdown(
    lang: str, title: str | None, client: PageClient, session: Session, provider: Provider
) -> None:
    provider.otherwise = lambda _path: (500, {"Content-Type": "text/html"}, b"<html>")
    for _ in range(2):
        response = client.get(f"/{lang}/worms/addresses", query_string={"q": "Hauptstraße"})
        assert (response.status_code, response.mimetype) == (503, "application/problem+json")
        assert response.json["status"] == 503
        assert response.json["detail"]
        assert title in (None, response.json["title"])
        assert (response.headers["Retry-After"], response.headers["Cache-Control"]) == ("60", "no-store")
    # The second time it is left alone.
    assert len(provider.asked) == 1
    assert session.scalars(select(FoundAddress)).all() == []


def test_what_is_remembered_helps_while_the_service_is_away(
    client: PageClient, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "REST_SECONDS", 0.0)
    known = find(client, "Hauptstraße 5")
    provider.otherwise = lambda _path: (500, {}, b"")
    assert find(client, "Hauptstraße 5") == known


def test_a_city_without_a_service_has_no_such_address(client: PageClient, session: Session) -> None:
    cities.make(session, "metz")
    assert client.get("/de/metz/addresses?q=Rue").status_code == 404
    assert client.get("/de/nowhere/addresses?q=Rue").status_code == 404


def test_nominatim_is_not_asked_while_somebody_types(client: PageClient, city: City, provider: Provider) -> None:
    find(client, "Haupt", typing="1")
    assert len(provider.asked) == 1
    city.address_search = {"type": "nominatim", "url": f"{provider.base}/search", "attribution": "© Stadt"}
    assert find(client, "Haupt", typing="1") == {"addresses": [], "source": "© Stadt"}
    assert len(provider.asked) == 1
    find(client, "Haupt")
    assert len(provider.asked) == 2


def test_an_answer_that_cannot_be_kept_is_still_one(client: PageClient, engine: Engine) -> None:
    """As on a disk that is full."""

    def refuse(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("INSERT INTO found_addresses"):
            raise engine.dialect.dbapi.OperationalError("the disk is full")  # type: ignore[union-attr]

    own = client.application.extensions["participation_engine"]
    event.listen(own, "before_cursor_execute", refuse)
    try:
        assert find(client, "Hauptstraße 5")["addresses"] == [FOUND]
    finally:
        event.remove(own, "before_cursor_execute", refuse)


def test_the_page_says_where_to_ask(client: PageClient, session: Session, city: City) -> None:
    campaigns.make(session, city)
    for kind in ("photon", "nominatim"):
        city.address_search = {"type": kind, "url": "https://find.city.example/x", "attribution": "x"}
        page = client.page("/de/worms/")
        told = json.loads(page.xpath("string(//script[@id='map-settings'])"))
        assert (told["addresses"], told["addressesWhileTyping"]) == (ADDRESS, kind == "photon")
        assert told["names"] == "/basemap/worms/names.json?lang=de"
        assert "find.city.example" not in client.get("/de/worms/").text
    city.address_search = None
    told = json.loads(client.page("/de/worms/").xpath("string(//script[@id='map-settings'])"))
    assert told["addresses"] is None


def test_one_visitor_searches_only_so_often(client: PageClient, provider: Provider) -> None:
    statuses = [client.get(ADDRESS, query_string={"q": "Hauptstraße"}).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]
    refused = client.get(ADDRESS, query_string={"q": "Weg"}, headers={"Accept": "application/json"})
    assert (refused.status_code, refused.mimetype) == (429, "application/json")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    other = client.get(ADDRESS, query_string={"q": "Weg"}, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert (other.status_code, len(provider.asked)) == (200, 2)
