"""OGC API - Features: the published data, as programs read it and as pages, right while they change."""

import csv
import io
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from participation import geo
from participation.locales import CODES
from participation.services import receipts, replies, supports
from participation.services.features import MOST
from tests.factories import campaigns, cities, samples, submissions
from tests.factories.cities import INSIDE
from tests.factories.samples import Sample
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.fixtures.statements import Budget
from tests.page_client import PageClient

Json = dict[str, Any]
COLLECTIONS = "/ogc/collections"
ITEMS = f"{COLLECTIONS}/worms-submissions/items"
KINDS = ("submissions", "places", "districts")


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.make(session)


def read(client: PageClient, path: str, media: str = "application/geo+json") -> Json:
    response = client.get(path)
    assert (response.status_code, response.content_type) == (200, media), path
    found: Json = response.get_json(force=True)
    return found


def ids(client: PageClient, query: str = "", path: str = ITEMS) -> list[str]:
    return [feature["id"] for feature in read(client, f"{path}?{query}")["features"]]


def following(found: Json) -> str:
    """The address of the next page; empty after the last one."""
    links = [link["href"] for link in found["links"] if link["rel"] == "next"]
    parts = urlsplit(links[0]) if links else None
    return f"{parts.path}?{parts.query}" if parts else ""


def file_rows(client: PageClient, name: str) -> dict[str, dict[str, str]]:
    text = client.get(f"/exports/worms/{name}.csv").data.decode()
    return {row["id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def cell(value: Any) -> str:
    """A property as the file writes it."""
    if isinstance(value, list):
        return "|".join(value)
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("kind", ["submissions", "places"])
def test_items_say_what_the_files_say(kind: str, client: PageClient, sample: Sample) -> None:
    found = read(client, f"{COLLECTIONS}/worms-{kind}/items")["features"]
    rows = file_rows(client, kind)
    assert {feature["id"] for feature in found} == {*rows}
    assert len(found) >= 1
    for feature in found:
        row = rows[feature["id"]]
        # The position is the geometry, and the last column of a file only tells that it is whole.
        assert [*feature["properties"]] == [name for name in [*row][:-1] if name not in ("lat", "lon")]
        for name, value in feature["properties"].items():
            text = row[name].replace(" ", "T") + "Z" if name.endswith("_at") and " " in row[name] else row[name]
            assert cell(value) == text, name
        lon, lat = feature["geometry"]["coordinates"] if feature["geometry"] else ("", "")
        assert (row["lat"], row["lon"]) == ((f"{lat:.6f}", f"{lon:.6f}") if feature["geometry"] else ("", ""))


def test_only_what_is_published_and_only_the_public_point(client: PageClient, session: Session) -> None:
    city = cities.make(session)
    campaign = campaigns.make(session, city)
    shown = submissions.published(session, city, campaign, near_home=True, role="resident", age_band="30_44")
    waiting = submissions.make(session, city, campaign)
    gone = submissions.published(session, city, campaign)
    receipts.withdraw(session, submission=gone, now=NOW)
    [feature] = read(client, ITEMS)["features"]
    snapped = geo.snap(INSIDE)
    assert feature["id"] == str(shown.id)
    assert feature["geometry"] == {"type": "Point", "coordinates": [snapped.lon, snapped.lat]}
    assert not {"role", "age_band", "contributor_id", "needs_second_look"} & {*feature["properties"]}
    for hidden in (waiting.id, gone.id, uuid4(), "x"):
        assert client.get(f"{ITEMS}/{hidden}").status_code == 404
    places = f"{COLLECTIONS}/worms-places/items"
    assert ids(client, path=places) == [str(shown.place_id)]
    assert client.get(f"{places}/{gone.place_id}").status_code == 404
    assert read(client, f"{places}/{shown.place_id}")["properties"]["submissions"] == 1


def test_following_next_misses_nothing_and_repeats_nothing_while_data_change(
    client: PageClient, session: Session
) -> None:
    city = cities.make(session)
    campaign = campaigns.make(session, city)
    late = submissions.make(session, city, campaign)
    made = [submissions.published(session, city, campaign) for _ in range(7)]
    stays = [str(one.id) for one in made]
    got: list[str] = []
    address = f"{ITEMS}?limit=2"
    while address:
        found = read(client, address)
        assert ("numberMatched" in found) is (not got)
        got += [feature["id"] for feature in found["features"]]
        address = following(found)
        if len(got) == 2:
            # Before where the reader is, at it, after it, and one more at the end.
            submissions.publish(session, late)
            for gone in (made[0], made[1], made[4]):
                receipts.withdraw(session, submission=gone, now=NOW)
            stays.remove(str(made[4].id))
            stays.append(str(submissions.published(session, city, campaign).id))
    assert got == stays


def test_a_page_costs_as_many_statements_however_much_is_on_it(
    client: PageClient, session: Session, at_most: Budget
) -> None:
    city = cities.make(session)
    campaign = campaigns.make(session, city)
    cities.district(session, city)
    for _ in range(12):
        submissions.published(session, city, campaign)
    client.get(ITEMS)
    for kind, most in (("submissions", 7), ("places", 9), ("districts", 6)):
        for limit in (1, 12):
            with at_most(most):
                read(client, f"{COLLECTIONS}/worms-{kind}/items?limit={limit}")


@sqlite_only
def test_box_time_limit_and_properties(client: PageClient, session: Session) -> None:
    city = cities.make(session)
    campaign = campaigns.make(session, city)
    cities.district(session, city)
    moved = geo.Point(INSIDE.lat + 0.04, INSIDE.lon + 0.04)
    one = str(submissions.published(session, city, campaign, reasons=["no_shade", "no_water"]).id)
    two = submissions.published(session, city, campaign, "idea", point=moved, now=NOW + timedelta(days=2))
    words = str(submissions.published(session, city, campaign, "feedback", point=None).id)
    assert ids(client) == [one, str(two.id), words]
    west, south = INSIDE.lon - 0.01, INSIDE.lat - 0.01
    assert ids(client, f"bbox={west},{south},{west + 0.02},{south + 0.02}") == [one]
    assert ids(client, f"bbox={west},{south},0,{west + 0.02},{south + 0.02},100") == [one]
    assert ids(client, "bbox=170,-50,-170,50") == []
    assert ids(client, f"bbox={west},-90,-179,90") == [one, str(two.id)]
    assert ids(client, "datetime=2026-07-01") == [one, words]
    assert ids(client, "datetime=2026-07-01T12:00:00Z") == [one, words]
    assert ids(client, "datetime=2026-07-01T14:00:00.000001%2B02:00/..") == [str(two.id)]
    assert ids(client, "datetime=../2026-07-02") == [one, words]
    assert ids(client, "datetime=../..") == ids(client)
    assert ids(client, "limit=2") == [one, str(two.id)]
    assert ids(client, f"limit={10**17}") == ids(client)
    assert ids(client, "kind=idea") == [str(two.id)]
    assert ids(client, "reasons=no_water") == [one]
    assert ids(client, "reasons=no_wate_") == []
    assert ids(client, f"place_id={two.place_id}&campaign=summer&district=altstadt") == [str(two.id)]
    assert ids(client, "campaign=winter") == []
    assert ids(client, f"partnership={campaign.partnership.slug}&text_lang=en&source=web") == [str(two.id), words]
    assert ids(client, "datetime=2026-07-03", f"{COLLECTIONS}/worms-places/items") == [str(two.place_id)]


@sqlite_only
@pytest.mark.parametrize(
    "query",
    [
        "bbox=1,2,3", "bbox=1,2,3,x", "bbox=1,5,3,4", "bbox=nan,1,2,3", "bbox=-181,1,2,3", "bbox=", "limit=0",
        "limit=-1", "limit=x", "limit=1.5", "limit=", "datetime=", "datetime=yesterday", "datetime=2026-13-01",
        "datetime=2026-07-02/2026-07-01", "datetime=a/b/c", "datetime=0001-01-01T00:00:00%2B14:00", "after=x",
        "kinds=idea", "f=xml", "status=published", "place_id=7", "topic=%00", f"topic={'x' * 300}", "crs=x",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_problem(query: str, client: PageClient, session: Session) -> None:
    campaigns.make(session, cities.make(session))
    response = client.get(f"{ITEMS}?{query}")
    assert (response.status_code, response.content_type) == (400, "application/problem+json")
    problem = response.get_json()
    assert problem["parameter"] == query.partition("=")[0]
    assert problem["code"] in ("parameter_unknown", "parameter_wrong")


@sqlite_only
def test_what_is_not_there_is_a_problem_or_a_page(client: PageClient, session: Session) -> None:
    cities.make(session)
    for path in (
        "/x",
        "/worms-poems",
        "/nowhere-places",
        "/worms",
        "/worms-districts/items/x",
        "/worms-places/items/x",
    ):
        response = client.get(COLLECTIONS + path)
        assert (response.status_code, response.content_type) == (404, "application/problem+json")
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        page = client.get(COLLECTIONS + path, headers={"Accept": "text/html", "Accept-Language": "fr"})
        assert (page.status_code, page.mimetype) == (404, "text/html")
    refused = client.post(f"{COLLECTIONS}/worms-places/items")
    assert (refused.status_code, refused.content_type) == (405, "application/problem+json")
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_districts_are_areas(client: PageClient, session: Session) -> None:
    city = cities.make(session)
    for code in ("b/ö, 1", "a"):
        cities.district(session, city, code, half=0.02)
    path = f"{COLLECTIONS}/worms-districts/items"
    assert ids(client, path=path) == ["a", "b/ö, 1"]
    found = read(client, f"{path}?limit=1")
    assert found["features"][0]["geometry"]["type"] == "Polygon"
    assert [one["id"] for one in read(client, following(found))["features"]] == ["b/ö, 1"]
    assert ids(client, "name=A", path) == ["a"]
    assert ids(client, "bbox=8.3,49.6,8.36,49.63", path) == ["a", "b/ö, 1"]
    assert ids(client, "bbox=8.4,49.6,8.5,49.7", path) == []
    assert read(client, f"{path}/{quote('b/ö, 1', safe='')}")["properties"]["code"] == "b/ö, 1"


@sqlite_only
def test_the_way_from_the_landing_page_to_a_feature(client: PageClient, sample: Sample) -> None:
    landing = read(client, "/ogc/", "application/json")
    rels = {link["rel"]: link for link in landing["links"]}
    assert {"self", "alternate", "service-desc", "service-doc", "conformance", "data"} <= {*rels}
    classes = read(client, "/ogc/conformance", "application/json")["conformsTo"]
    assert {name.rpartition("/")[2] for name in classes} == {"core", "oas30", "geojson", "html"}
    found = read(client, "/ogc/collections", "application/json")["collections"]
    assert [one["id"] for one in found] == [f"{city}-{kind}" for city in ("metz", "worms") for kind in KINDS]
    one = next(one for one in found if one["id"] == "worms-submissions")
    assert one["extent"]["spatial"]["bbox"] == [[8.26, 49.53, 8.46, 49.73]]
    assert one["extent"]["temporal"]["interval"] == [["2019-01-01T00:00:00Z", None]]
    assert {"items", "license"} <= {link["rel"] for link in one["links"]}
    feature = read(client, ITEMS)["features"][0]
    assert read(client, f"{ITEMS}/{feature['id']}")["properties"] == feature["properties"]
    document = client.get(rels["service-desc"]["href"])
    assert document.content_type == "application/vnd.oai.openapi+json;version=3.0"
    parameters = document.get_json(force=True)["paths"]["/collections/{collectionId}/items"]["get"]["parameters"]
    assert {"bbox", "datetime", "limit", "kind", "reasons"} <= {parameter["name"] for parameter in parameters}
    [limit] = [parameter for parameter in parameters if parameter["name"] == "limit"]
    assert limit["schema"]["maximum"] == MOST


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
def test_every_page_opens_in_every_language(lang: str, client: PageClient, sample: Sample) -> None:
    collection = f"{COLLECTIONS}/worms-submissions"
    pages = ["/ogc/", "/ogc/conformance", "/ogc/api", COLLECTIONS, collection, f"{collection}/items?limit=1"]
    pages += [f"{COLLECTIONS}/worms-{kind}/items" for kind in KINDS]
    pages += [f"{collection}/items/{sample.published.id}", f"{COLLECTIONS}/worms-districts/items/altstadt"]
    pages += [f"{COLLECTIONS}/worms-places/items/{sample.published.place_id}", f"{collection}/items?kind=idea"]
    titles = set()
    for path in pages:
        tree = client.page(path, headers={"Accept": "text/html", "Accept-Language": lang})
        assert tree.get("lang") == lang
        titles.add(tree.xpath("string(//title)"))
    assert len(titles) == len(pages) - 2
    [other] = [code for code in CODES if code != lang][:1]
    chosen = client.page(f"{ITEMS}?kind=idea&f=html&lang={other}", headers={"Accept-Language": lang})
    assert chosen.get("lang") == other
    [link] = chosen.xpath(f"//head/link[@hreflang='{lang}']/@href")
    assert {"kind=idea", f"lang={lang}", "f=html"} <= {*urlsplit(link).query.split("&")}


@sqlite_only
def test_people_go_on_to_the_next_page(client: PageClient, session: Session) -> None:
    city = cities.make(session)
    campaign = campaigns.make(session, city)
    made = [submissions.published(session, city, campaign) for _ in range(3)]
    page = client.page(f"{ITEMS}?limit=2&f=html&kind=heat_island")
    [following] = page.xpath("//a[@rel='next']/@href")
    last = client.page(following)
    assert last.xpath("//tbody//code/text()")[0] == str(made[2].id)
    assert not last.xpath("//a[@rel='next']")


@sqlite_only
def test_what_has_not_changed_is_not_sent_again(client: PageClient, session: Session, sample: Sample) -> None:
    paths = ("/ogc/", "/ogc/api", "/ogc/conformance", COLLECTIONS, f"{COLLECTIONS}/worms-places", ITEMS)
    for path in (*paths, f"{ITEMS}/{sample.published.id}", "/catalog.jsonld"):
        response = client.get(path)
        for name, value in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
            again = client.get(path, headers={name: response.headers[value]})
            assert (again.status_code, again.data) == (304, b""), (path, name)
        packed = client.get(path, headers={"Accept-Encoding": "br"}, buffered=False)
        assert packed.headers["ETag"] == response.headers["ETag"]
        # A page has a time too, yet is sent whole: it says who is signed in.
        if path != "/catalog.jsonld":
            since = response.headers["Last-Modified"]
            headers = {"Accept": "text/html", "Accept-Encoding": "br", "If-Modified-Since": since}
            page = FlaskClient(client.application, Response).get(path, headers=headers)
            assert (page.status_code, page.headers["Last-Modified"]) == (200, since)


@sqlite_only
@pytest.mark.parametrize("way", ["support", "answer", "taken back"])
def test_what_changes_beside_decisions_is_noticed(
    way: str, client: PageClient, session: Session, sample: Sample
) -> None:
    sample.city.changed_at = datetime.now(UTC) - timedelta(hours=1)
    before = client.get(ITEMS)
    place, city = sample.published.place, sample.city
    assert place is not None
    if way == "support":
        supports.give(session, city=city, place=place, contributor_key="new", now=datetime.now(UTC))
    elif way == "answer":
        words = {"lang": "de", "text": "Die Bank steht.", "now": datetime.now(UTC)}
        replies.give(session, account=sample.moderator, city=city, place=place, **words)  # type: ignore[arg-type]
    else:
        campaign = supports.open_campaign(session, city=city, now=datetime.now(UTC))
        assert campaign is not None
        supports.take_back(session, place=place, campaign=campaign, contributor_key="neighbour")
    for name, value in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        assert client.get(ITEMS, headers={name: before.headers[value]}).status_code == 200


# As GIS programs do: which layers there are, one of them page by page, by a filter, and another one with its areas.
GDAL = """
import json, sys
import pyogrio, shapely
source = sys.argv[1]
pyogrio.set_gdal_config_options({"GDAL_HTTP_PROXY": "", "NO_PROXY": "127.0.0.1"})
def read(layer, **options):
    meta, _, shapes, fields = pyogrio.raw.read(source, layer=layer, **options)
    return shapely.from_wkb(shapes), dict(zip(meta["fields"], fields))
shapes, ideas = read("worms-submissions", where="kind = 'idea'", PAGE_SIZE="2")
areas, _ = read("worms-districts")
print(json.dumps({
    "layers": list(pyogrio.list_layers(source)[:, 0]),
    "ideas": list(ideas["id"]),
    "point": [shapes[0].x, shapes[0].y],
    "reasons": [list(reasons) for reasons in ideas["reasons"]],
    "district": areas[0].geom_type,
}))
"""


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The app, served on this machine."""
    with make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@sqlite_only
def test_gdal_reads_it(address: str, session: Session) -> None:
    city = cities.make(session)
    campaign = campaigns.make(session, city)
    cities.district(session, city)
    reasons = ["no_shade", "no_water"]
    made = [
        submissions.published(session, city, campaign, kind, reasons=reasons) for kind in ("heat_island", "idea") * 3
    ]
    session.commit()
    # In a process of its own: GDAL waits for the server without letting go of the interpreter.
    done = subprocess.run(
        [sys.executable, "-c", GDAL, f"OAPIF:{address}/ogc"], capture_output=True, text=True, check=True, timeout=60
    )
    found = json.loads(done.stdout)
    assert found["layers"] == [f"worms-{kind}" for kind in KINDS]
    assert found["ideas"] == [str(one.id) for one in made if one.kind == "idea"]
    assert found["point"] == [INSIDE.lon, INSIDE.lat]
    assert found["reasons"] == [["no_shade", "no_water"]] * 3
    assert found["district"] == "Polygon"
