"""Where programs read, errors are problem details (RFC 9457); other sites may read what is open, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.models.cities import City
from participation.web.plumbing.limits import LIMITS
from tests.factories import accounts, campaigns, cities, export_profiles
from tests.fixtures.apps import AppMaker
from tests.fixtures.clients import client_of
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient

pytestmark = sqlite_only
PROBLEM = "application/problem+json"
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "de"}


@pytest.fixture(autouse=True)
def open_city(session: Session) -> None:
    campaigns.make(session, cities.make(session))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/exports/worms/submissions.csv?kind=volcano", 400),
        ("/exports/worms/submissions.csv?profile=internal", 403),
        ("/exports/nowhere/submissions.csv", 404),
        ("/tiles/worms/99/0/0.json", 404),
        ("/basemap/nowhere/outline.json", 404),
        ("/ogc/nothing", 404),
        ("/open311/v2/nothing", 404),
    ],
)
def test_errors_of_machine_rooms_are_problem_details(path: str, status: int, client: PageClient) -> None:
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        response = client.get(path, headers=headers)
        assert (response.status_code, response.content_type) == (status, PROBLEM)
        problem = response.get_json()
        assert (problem["type"], problem["status"]) == ("about:blank", status)
        assert problem["title"]
        assert problem["detail"]
    if not path.startswith("/open311/"):
        assert client.get(path, headers=PAGE).mimetype == "text/html"


def test_a_program_hears_it_in_its_language(client: PageClient) -> None:
    german, english = (
        client.get("/ogc/nothing", headers={"Accept-Language": lang}).get_json() for lang in ("de", "en")
    )
    assert german["detail"] != english["detail"]
    assert german["title"] == english["title"] == "Not Found"


def test_pages_still_get_pages(client: PageClient) -> None:
    response = client.get("/de/nowhere/", headers={"Accept": "application/json"})
    assert (response.status_code, response.mimetype) == (404, "text/html")


@pytest.mark.parametrize(
    ("path", "media"),
    [("/ogc/", PROBLEM), ("/open311/discovery.json", PROBLEM), ("/open311/discovery.xml", "text/xml")],
)
def test_what_goes_wrong_inside_says_nothing_of_it(
    path: str, media: str, make_app: AppMaker, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()

    def broken(**_: object) -> None:
        raise RuntimeError("SECRET")

    endpoint = "features.landing" if path == "/ogc/" else "open311.discovery"
    monkeypatch.setitem(app.view_functions, endpoint, broken)
    response = client_of(app, session).get(path)
    assert (response.status_code, response.mimetype) == (500, media)
    assert "SECRET" not in response.text


@pytest.fixture
def twice() -> Iterator[None]:
    """Reading and downloading is allowed two times a minute."""
    before = {name: LIMITS[name].amounts for name in ("readings", "downloads")}
    for name in before:
        object.__setattr__(LIMITS[name], "amounts", lambda _: "2 per minute")
    yield
    for name, amounts in before.items():
        object.__setattr__(LIMITS[name], "amounts", amounts)


@pytest.mark.parametrize(
    "path",
    [
        "/ogc/conformance",
        "/catalog.jsonld",
        "/open311/discovery.json",
        "/exports/worms/places.csv",
        "/exports/worms/open-data.zip",
    ],
)
def test_reading_too_often_is_answered_with_when_to_come_back(path: str, client: PageClient, twice: None) -> None:
    answers = [client.get(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    problem = answers[2].get_json()
    assert (answers[2].content_type, problem["code"]) == (PROBLEM, "limit_reached")
    assert 0 < problem["retry_after"] == int(answers[2].headers["Retry-After"]) <= 61
    assert answers[2].headers["Access-Control-Allow-Origin"] == "*"


def test_a_saved_profile_counts_as_one_download(client: PageClient, session: Session, twice: None) -> None:
    city = session.scalars(select(City)).one()
    lead = accounts.make(session, city, role="city_lead")
    profile = export_profiles.make(session, lead, city)
    secret = export_profiles.token(session, lead, profile, now=datetime.now(UTC)).secret
    bearer = {"Authorization": f"Bearer {secret}"}
    answers = [client.get(f"/exports/worms/saved/{profile.name}", headers=bearer) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


@pytest.mark.parametrize(
    ("path", "readable"),
    [
        ("/ogc/", True),
        ("/ogc/collections/worms-submissions/items", True),
        ("/catalog.jsonld", True),
        ("/open311/v2/requests.json?jurisdiction_id=worms", True),
        ("/exports/worms/submissions.csv", True),
        ("/exports/worms/submissions.csv?profile=internal", False),
        ("/ogc/?f=html", False),
        ("/en/worms/", False),
        ("/en/staff/sign-in", False),
        ("/healthz", False),
    ],
)
def test_other_sites_may_read_what_is_open(path: str, readable: bool, client: PageClient, session: Session) -> None:
    client.sign_in(accounts.make(session))
    headers = client.get(path, headers={"Origin": "https://elsewhere.example"}).headers
    assert headers.get("Access-Control-Allow-Origin") == ("*" if readable else None)
    # Never with what a browser knows about somebody.
    assert "Access-Control-Allow-Credentials" not in headers


def test_other_sites_may_ask_first_but_not_send(client: PageClient) -> None:
    asked = client.options("/ogc/collections/worms-submissions/items")
    assert asked.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    sent = client.post("/open311/v2/requests.json", data={"jurisdiction_id": "worms"})
    assert sent.status_code == 403
    assert "Access-Control-Allow-Origin" not in sent.headers
