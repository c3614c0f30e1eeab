"""Pages and JSON travel compressed where a browser takes it; what is compressed or sent in parts is left alone."""

import gzip
import re
import zlib
from collections.abc import Callable

import brotli
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.services import export_features, export_lines
from participation.web.plumbing import downloads
from tests.factories import campaigns, cities, submissions
from tests.fixtures.databases import sqlite_only
from tests.fixtures.statements import Budget
from tests.page_client import PageClient

pytestmark = sqlite_only
OPEN = {"br": brotli.decompress, "gzip": gzip.decompress}
# The same piece by piece.
READERS: dict[str, Callable[[], Callable[[bytes], bytes]]] = {
    "br": lambda: brotli.Decompressor().process,
    "gzip": lambda: zlib.decompressobj(wbits=zlib.MAX_WBITS + 16).decompress,
}
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
    session.commit()
    return made


def fetch(client: PageClient, path: str, accepted: str = "", *, buffered: bool = True, **headers: str) -> TestResponse:
    """One answer as it travels; the client of the other tests could not read it."""
    browser, asked = FlaskClient(client.application, Response), {"Accept-Encoding": accepted, **headers}
    return browser.get(path, headers=asked, buffered=buffered)


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


def test_small_answers_and_archives_travel_as_they_are(client: PageClient, city: City) -> None:
    client.get("/healthz")
    for path in ("/tiles/worms/12/0/0.json", "/healthz", *(f"/exports/worms/places.{end}" for end in ("xlsx", "gpkg"))):
        assert "Content-Encoding" not in fetch(client, path, "br, gzip").headers
    assert "Content-Encoding" not in fetch(client, "/exports/worms/open-data.zip", "br, gzip").headers


TEXTS = ("/exports/worms/submissions.csv", "/exports/worms/submissions.geojson")


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a short file is long."""
    monkeypatch.setattr(export_lines, "BATCH", 1)
    monkeypatch.setattr(export_features, "BLOCK", 1)
    monkeypatch.setattr(downloads, "SHORT", 1)


@pytest.mark.parametrize("path", TEXTS)
@pytest.mark.parametrize(
    ("accepted", "sent"), [("br, gzip", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip", "gzip")]
)
def test_a_short_download_of_text_is_compressed(
    accepted: str, sent: str, path: str, client: PageClient, city: City
) -> None:
    packed = fetch(client, path, accepted)
    assert packed.headers["Content-Encoding"] == sent
    assert int(packed.headers["Content-Length"]) == len(packed.data)
    assert without_time(OPEN[sent](packed.data)) == without_time(client.get(path).data)


@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize("path", TEXTS)
@pytest.mark.parametrize("sent", OPEN)
def test_a_long_one_is_compressed_as_it_is_read_and_its_beginning_comes_at_once(
    sent: str, path: str, client: PageClient, city: City
) -> None:
    plain = fetch(client, path)
    packed = fetch(client, path, sent, buffered=False)
    assert (packed.headers["Content-Encoding"], packed.headers["ETag"]) == (sent, plain.headers["ETag"])
    assert "Content-Length" not in packed.headers
    assert "accept-encoding" in {name.lower() for name in packed.vary}
    pieces = packed.iter_encoded()
    reader = READERS[sent]()
    beginning = reader(next(pieces))
    assert without_time(plain.data).startswith(without_time(beginning))
    assert len(beginning) > 60
    assert without_time(beginning + b"".join(map(reader, pieces))) == without_time(plain.data)
    packed.close()


@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize("sent", OPEN)
def test_what_breaks_off_does_not_open(sent: str, client: PageClient, city: City) -> None:
    with fetch(client, TEXTS[0], sent, buffered=False) as packed:
        pieces = [*packed.iter_encoded()]
    assert OPEN[sent](b"".join(pieces)).endswith(b"\r\n")
    with pytest.raises((EOFError, brotli.error)):
        OPEN[sent](b"".join(pieces[:-1]))


@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize("accepted", ["", "identity", "deflate", "gzip;q=0, br;q=0"])
def test_who_does_not_ask_for_it_gets_a_download_as_it_is(accepted: str, client: PageClient, city: City) -> None:
    response = fetch(client, TEXTS[0], accepted)
    assert "Content-Encoding" not in response.headers
    assert response.data.startswith(b"id,")


@pytest.mark.usefixtures("in_pieces")
def test_the_head_of_a_download_says_how_it_would_travel(client: PageClient, city: City) -> None:
    browser = FlaskClient(client.application, Response)
    with browser.head(TEXTS[0], headers={"Accept-Encoding": "br"}) as head:
        assert (head.status_code, head.data, head.headers["Content-Encoding"]) == (200, b"", "br")
    # There is no part of what is written as it goes: the answer is all of it.
    part = fetch(client, TEXTS[0], "gzip", Range="bytes=0-9")
    assert (part.status_code, "Content-Range" in part.headers) == (200, False)
    assert gzip.decompress(part.data).endswith(b"\r\n")


def without_time(file: bytes) -> bytes:
    """A file without the second in which it was made."""
    return re.sub(rb'"made_at":"[^"]*"', b"", file)


def city_campaign(session: Session) -> Campaign:
    return session.scalars(select(Campaign)).one()
