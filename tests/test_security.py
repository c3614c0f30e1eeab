"""What keeps a page to itself: policy, framing, transport, cookies, limits."""

import re

import pytest
from flask_security import hash_password
from sqlalchemy.orm import Session

from participation.app import create_app
from participation.settings import Settings
from tests.factories import samples
from tests.factories.accounts import PASSWORD
from tests.factories.samples import Sample
from tests.fixtures.apps import closed
from tests.fixtures.clients import ClientMaker
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse, the_form

pytestmark = sqlite_only
READING = ["/en/", "/en/worms/", "/en/worms/list", "/en/worms/add", "/en/worms/privacy", "/en/metz/list"]
READING += ["/exports/worms/submissions.csv", "/tiles/worms/8/133/87.json", "/basemap/worms/outline.json", "/healthz"]
WITH_A_FORM = ["/en/worms/add?kind=idea", "/en/staff/sign-in"]
NOT_PAGES = ["/en/nowhere", "/", "/readyz", "/static/nothing.css"]


@pytest.fixture(autouse=True)
def sample(session: Session) -> Sample:
    return samples.make(session)


def policy(header: str) -> dict[str, list[str]]:
    """The directives of a Content-Security-Policy."""
    parts = [part.split() for part in header.split(";") if part.strip()]
    assert len({part[0] for part in parts}) == len(parts)
    return {name: values for name, *values in parts}


@pytest.mark.parametrize("address", READING + WITH_A_FORM + NOT_PAGES)
def test_every_answer_carries_the_policy(address: str, client: PageClient) -> None:
    headers = client.get(address).headers
    directives = policy(headers["Content-Security-Policy"])
    assert directives["default-src"] == ["'none'"]
    for name in ("script-src", "style-src"):
        [own, nonce] = directives[name]
        assert own == "'self'"
        assert re.fullmatch(r"'nonce-[\w-]{16,}'", nonce)
    assert directives["form-action"] == directives["connect-src"] == ["'self'"]
    assert directives["base-uri"] == ["'none'"]
    assert directives["frame-ancestors"] == ["'self'"]
    allowed = {value for values in directives.values() for value in values}
    assert not allowed & {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:"}
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=(self)" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_each_answer_has_a_nonce_of_its_own(client: PageClient) -> None:
    nonces = {client.get("/en/").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(nonces) == 3


def test_cities_that_embed_the_map_are_named_by_a_setting(make_client: ClientMaker) -> None:
    client = make_client(frame_ancestors="'self' https://www.worms.example")
    directives = policy(client.get("/en/worms/").headers["Content-Security-Policy"])
    assert directives["frame-ancestors"] == ["'self'", "https://www.worms.example"]


def test_https_is_held_on_to_where_residents_use_it(make_client: ClientMaker) -> None:
    headers = make_client(base_url="https://heat.example.org").get("/en/").headers
    assert re.fullmatch(r"max-age=\d{8,}; includeSubDomains", headers["Strict-Transport-Security"])


@pytest.mark.parametrize("address", READING)
def test_reading_sets_no_cookie(address: str, client: PageClient) -> None:
    assert "Set-Cookie" not in client.get(address).headers


def test_neither_does_reading_one_entry(client: PageClient, sample: Sample) -> None:
    for address in (f"submissions/{sample.published.id}", f"places/{sample.published.place_id}"):
        assert "Set-Cookie" not in client.get(f"/de/worms/{address}").headers


@pytest.mark.parametrize("address", WITH_A_FORM)
@pytest.mark.parametrize("https", [True, False])
def test_a_form_sets_the_session_cookie_and_no_other(https: bool, address: str, make_client: ClientMaker) -> None:
    client = make_client(base_url="https://heat.example.org" if https else "http://localhost")
    [cookie] = client.get(address).headers.getlist("Set-Cookie")
    assert cookie.startswith("session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) is https
    assert "Domain=" not in cookie


@pytest.mark.parametrize("https", [True, False])
def test_the_switch_of_the_language_sets_its_own_cookie_only(https: bool, make_client: ClientMaker) -> None:
    client = make_client(base_url="https://heat.example.org" if https else "http://localhost")
    [cookie] = client.get("/fr/worms/?switch=1").headers.getlist("Set-Cookie")
    assert cookie.startswith("lang=fr;")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) is https


@pytest.mark.parametrize("lang", ["de", "fr", "es", "en"])
@pytest.mark.parametrize("told", [True, False])
def test_a_body_that_is_too_large_is_refused_by_a_page(
    told: bool, lang: str, client: PageClient, settings: Settings
) -> None:
    address = f"/{lang}/worms/add?kind=idea"
    token = the_form(client.page(address)).fields["csrf_token"]
    data = {"csrf_token": token, "text": "x" * (settings.max_body_kb * 1024)}
    chunked = {} if told else {"headers": {"Transfer-Encoding": "chunked"}, "environ_overrides": {"CONTENT_LENGTH": ""}}
    chunked |= {} if told else {"environ_base": {"wsgi.input_terminated": True}}
    response = client.post(address, data=data, **chunked)
    assert response.status_code == 413
    assert parse(response).get("lang") == lang


def test_the_limit_is_a_setting(make_client: ClientMaker) -> None:
    statuses = {}
    for limit in (16, 64):
        client = make_client(max_body_kb=limit)
        data = {
            "text": "x" * 20 * 1024,
            "csrf_token": the_form(client.page("/en/worms/add?kind=idea")).fields["csrf_token"],
        }
        statuses[limit] = client.post("/en/worms/add?kind=idea", data=data).status_code
    assert statuses == {16: 413, 64: 422}


@pytest.mark.parametrize("trusted", [0, 1])
def test_a_forwarded_address_counts_only_from_a_trusted_proxy(trusted: int, make_client: ClientMaker) -> None:
    """Otherwise everybody could count their tries to sign in under somebody else's address."""
    client = make_client(trusted_proxies=trusted)
    page = client.page("/en/staff/sign-in")
    statuses = []
    for number in range(22):
        client.environ_base["HTTP_X_FORWARDED_FOR"] = f"10.0.0.{number}"
        statuses.append(client.send_form(page, "/", {}, action="sign-in").status_code)
    assert (429 in statuses) is (trusted == 0)


def test_a_forwarded_host_does_not_reach_the_links(client: PageClient) -> None:
    page = client.get("/en/worms/", headers={"X-Forwarded-Host": "evil.example"}).text
    assert "evil.example" not in page


def test_static_files_are_taken_for_what_they_are(client: PageClient) -> None:
    [sheet, *_] = client.page("/en/").xpath("//link[@rel='stylesheet']/@href")
    with client.get(sheet) as response:
        assert (response.status_code, response.mimetype) == (200, "text/css")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in response.headers["Cache-Control"]


def test_pages_are_kept_by_no_shared_cache(client: PageClient) -> None:
    for address in READING[:6] + WITH_A_FORM:
        assert "private" in client.get(address).headers["Cache-Control"]


def test_opening_an_address_changes_nothing(client: PageClient, sample: Sample) -> None:
    for address in (f"/en/receipts/{sample.tokens['published']}/{step}" for step in ("withdraw", "erase")):
        assert client.get(address).status_code == 405
    assert sample.published.status == "published"


def test_what_is_kept_of_a_password_is_expensive_to_guess(settings: Settings) -> None:
    app = create_app(settings)
    with app.app_context():
        kept = hash_password(PASSWORD)
    closed(app)
    scheme, _, costs = kept.split("$")[1:4]
    cost = {name: int(value) for name, _, value in (part.partition("=") for part in costs.split(","))}
    assert scheme == "argon2id"
    # KiB, and how often they are gone through.
    assert cost["m"] >= 19 * 1024
    assert cost["t"] >= 2
