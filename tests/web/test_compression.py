"""Pages and JSON travel compressed where a browser takes it; what is compressed or sent in parts is left alone."""

import gzip

import brotli
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from participation.models.campaigns import Campaign
from participation.models.cities import City
from tests.factories import campaigns, cities, submissions
from tests.fixtures.databases import sqlite_only
from tests.fixtures.statements import Budget
from tests.page_client import PageClient

pytestmark = sqlite_only
OPEN = {"br": brotli.decompress, "gzip": gzip.decompress}
TILE = "/tiles/worms/12/2143/1395.json"
OUTLINE = "/basemap/worms/outline.json"


@pytest.fixture
def city(session: Session) -> City:
    made = cities.make(session)
    for number in range(12):
        cities.district(session, made, f"part-{number}")
    campaign = campaigns.make(session, made)
    for _ in range(3):
        submissions.published(session, made, campaign)
    return made


def fetch(client: PageClient, path: str, accepted: str = "", **headers: str) -> TestResponse:
    """One answer as it travels; the client of the other tests could not read it."""
    return FlaskClient(client.application, Response).get(path, headers={"Accept-Encoding": accepted, **headers})


@pytest.mark.parametrize("path", ["/de/", "/de/worms/list", OUTLINE])
@pytest.mark.parametrize(
    ("accepted", "sent"), [("br, gzip", "br"), ("gzip", "gzip"), ("gzip, deflate, br, zstd", "br")]
)
def test_answers_are_compressed_as_the_browser_takes_it(
    accepted: str, sent: str, path: str, client: PageClient, city: City
) -> None:
    plain = client.get(path)
    packed = fetch(client, path, accepted)
    assert plain.headers.get("Content-Encoding") is None
    assert packed.headers["Content-Encoding"] == sent
    assert len(packed.data) < len(plain.data) / 2
    assert int(packed.headers["Content-Length"]) == len(packed.data)
    assert {name.lower() for name in packed.vary} >= {"accept-encoding"} | ({"cookie"} if path != OUTLINE else set())
    whole = OPEN[sent](packed.data)
    assert whole.rstrip().endswith(b"}" if path == OUTLINE else b"</html>")
    if path == OUTLINE:
        assert whole == plain.data


@pytest.mark.parametrize("path", [TILE, OUTLINE])
def test_tags_hold_for_every_way_to_travel(path: str, client: PageClient, city: City) -> None:
    client.get("/healthz")
    tags = {fetch(client, path, accepted).headers["ETag"] for accepted in ("", "br", "gzip")}
    [tag] = tags
    for accepted in ("", "br", "gzip"):
        again = fetch(client, path, accepted, **{"If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)


def test_an_unchanged_tile_costs_one_statement_compressed_too(client: PageClient, city: City, at_most: Budget) -> None:
    client.get("/healthz")
    tag = fetch(client, TILE, "br").headers["ETag"]
    with at_most(1):
        assert fetch(client, TILE, "br", **{"If-None-Match": tag}).status_code == 304


def test_a_changed_tile_is_sent_anew(client: PageClient, session: Session, city: City) -> None:
    client.get("/healthz")
    tag = fetch(client, TILE, "br").headers["ETag"]
    submissions.published(session, city, city_campaign(session))
    client.get("/healthz")
    assert fetch(client, TILE, "br", **{"If-None-Match": tag}).status_code == 200


def test_small_answers_and_downloads_travel_as_they_are(client: PageClient, city: City) -> None:
    client.get("/healthz")
    for path in ("/tiles/worms/12/0/0.json", "/exports/worms/submissions.csv", "/healthz"):
        assert "Content-Encoding" not in fetch(client, path, "br, gzip").headers


def city_campaign(session: Session) -> Campaign:
    return session.scalars(select(Campaign)).one()
