"""The background of the map comes from our own origin, in ranges and with tags."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from participation.models.cities import City
from tests.factories import cities
from tests.fixtures.clients import ClientMaker
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient

OUTLINE = "/basemap/worms/outline.json"
ARCHIVE = "/basemap/worms.pmtiles"
BYTES = bytes(range(256)) * 8
PMTILES = {"type": "pmtiles", "file": "worms.pmtiles", "attribution": "© OpenStreetMap"}
pytestmark = sqlite_only


@pytest.fixture
def city(session: Session) -> City:
    made = cities.make(session, basemap=PMTILES)
    cities.district(session, made, name="Altstadt")
    cities.landmark(session, made, name={"de": "Dom", "en": "Cathedral"})
    return made


@pytest.fixture
def client(make_client: ClientMaker, tmp_path: Path, city: City) -> PageClient:
    """Of an app with the archive in its own folder."""
    folder = tmp_path / "with-map" / "basemaps"
    folder.mkdir(parents=True)
    (folder / "worms.pmtiles").write_bytes(BYTES)
    (folder.parent / "secret").write_text("not for others")
    return make_client(instance=folder.parent)


def test_the_archive_is_sent_in_ranges(client: PageClient) -> None:
    with client.get(ARCHIVE, headers={"Range": "bytes=16-31"}) as response:
        assert (response.status_code, response.data) == (206, BYTES[16:32])
        assert response.headers["Content-Range"] == f"bytes 16-31/{len(BYTES)}"


def test_a_range_behind_the_end_is_refused(client: PageClient) -> None:
    response = client.get(ARCHIVE, headers={"Range": "bytes=4096-5000"})
    assert response.status_code == 416


def test_the_whole_archive_says_that_it_takes_ranges(client: PageClient) -> None:
    with client.get(ARCHIVE) as response:
        assert (response.status_code, response.data) == (200, BYTES)
        assert response.headers["Accept-Ranges"] == "bytes"
        assert "max-age=86400" in response.headers["Cache-Control"]
        tag = response.headers["ETag"]
    with client.get(ARCHIVE, headers={"If-None-Match": tag}) as again:
        assert (again.status_code, again.data) == (304, b"")


def test_a_range_of_a_changed_archive_is_sent_whole(client: PageClient) -> None:
    with client.get(ARCHIVE, headers={"Range": "bytes=0-1", "If-Range": '"old"'}) as response:
        assert (response.status_code, len(response.data)) == (200, len(BYTES))


@pytest.mark.parametrize(
    "address", ["/basemap/nowhere.pmtiles", "/basemap/..%2fsecret.pmtiles", "/basemap/metz.pmtiles"]
)
def test_there_is_no_archive_but_that_of_a_city(address: str, client: PageClient, session: Session) -> None:
    cities.make(session, "metz")
    assert client.get(address).status_code == 404


def test_an_archive_that_is_gone_is_not_found(client: PageClient, tmp_path: Path) -> None:
    (tmp_path / "with-map" / "basemaps" / "worms.pmtiles").unlink()
    assert client.get(ARCHIVE).status_code == 404


def test_the_outline_lets_people_find_their_way(client: PageClient) -> None:
    response = client.get(OUTLINE, query_string={"lang": "de"})
    outline = response.json
    assert outline["boundary"]["type"] == "Polygon"
    assert [
        (district["code"], district["name"], district["boundary"]["type"]) for district in outline["districts"]
    ] == [("altstadt", "Altstadt", "Polygon")]
    assert outline["landmarks"] == [{"code": "dom", "name": "Dom", "lat": 49.6312, "lon": 8.3655}]


@pytest.mark.parametrize(
    ("lang", "name"), [("de", "Dom"), ("en", "Cathedral"), ("fr", "Cathedral"), ("xx", "Cathedral")]
)
def test_landmarks_have_the_name_of_the_language_or_one_they_have(lang: str, name: str, client: PageClient) -> None:
    outline = client.get(OUTLINE, query_string={"lang": lang}).json
    assert outline["landmarks"][0]["name"] == name


def test_an_unchanged_outline_is_not_sent_again(client: PageClient, session: Session, city: City) -> None:
    first = client.get(OUTLINE)
    again = client.get(OUTLINE, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    city.landmarks[0].lat = 49.6
    changed = client.get(OUTLINE, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_there_is_no_outline_of_a_city_that_does_not_exist(client: PageClient) -> None:
    assert client.get("/basemap/nowhere/outline.json").status_code == 404
