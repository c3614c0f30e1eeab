"""Every error is answered by a page in the person's language; when nothing works, by one that needs nothing."""

from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from participation.locales import CODES
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.services import submissions as service
from participation.settings import ROOT
from tests.factories import campaigns, cities, submissions
from tests.factories.submissions import NOW, draft
from tests.fixtures.apps import AppMaker
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse

STATIC_PAGE = (ROOT / "templates" / "errors" / "500.html").read_bytes()


def is_error(response: TestResponse, status: int, lang: str = "en") -> bool:
    """Whether this is the page for an error in a language, with a way out."""
    tree = parse(response)
    home = f"/{lang}/" in tree.xpath("//main//a/@href")
    return (response.status_code, tree.get("lang"), home) == (status, lang, True)


@pytest.mark.parametrize("lang", CODES)
@sqlite_only
def test_what_cannot_be_found_in_each_language(client: PageClient, city: City, lang: str) -> None:
    for path in (
        "nowhere/",
        "worms/nothing",
        "worms/submissions/123",
        f"worms/submissions/{uuid4()}",
        f"worms/places/{uuid4()}",
        "receipts/unknown",
        "a/b/c/d",
    ):
        assert is_error(client.get(f"/{lang}/{path}"), 404, lang), path


@pytest.mark.parametrize(
    "path", ["/xx/unknown", "/favicon.ico", "/static/old/css/base.css", "/..%2f..%2fetc/passwd", "/%00"]
)
@sqlite_only
def test_outside_of_a_language_the_browser_chooses_it(client: PageClient, path: str) -> None:
    assert is_error(client.get(path, headers={"Accept-Language": "fr-CH, fr;q=0.9"}), 404, "fr")
    assert is_error(client.get(path), 404, "en")


@pytest.mark.parametrize("query", ["kind=nonsense", "from=yesterday", "bbox=1,2,3", "bbox=nan,0,0,0"])
@sqlite_only
def test_a_query_that_cannot_be_read(client: PageClient, city: City, query: str) -> None:
    assert is_error(client.get(f"/es/worms/list?{query}"), 400, "es")


@sqlite_only
def test_a_form_without_its_token(client: PageClient, city: City) -> None:
    response = client.post("/de/worms/add", data={"kind": "feedback"})
    assert is_error(response, 400, "de")


@sqlite_only
def test_a_download_that_is_not_for_everybody(client: PageClient, city: City) -> None:
    # A browser that follows a link gets a page; programs get problem details, see test_problems.py.
    browser = {"Accept": "text/html,*/*;q=0.8"}
    assert is_error(client.get("/exports/worms/submissions.csv?profile=internal", headers=browser), 403)


@sqlite_only
def test_a_method_that_does_not_fit(client: PageClient, city: City) -> None:
    response = client.get("/de/staff/sign-out")
    assert is_error(response, 405, "de")
    assert set(response.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}
    assert client.put("/de/worms/list").status_code == 405


def test_what_was_public_and_is_not_any_more(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    def page(**columns: str) -> TestResponse:
        submission = submissions.published(session, city, campaign)
        for name, value in columns.items():
            setattr(submission, name, value)
        return client.get(f"/fr/worms/submissions/{submission.id}")

    for status in ("withdrawn", "removed", "erased"):
        assert is_error(page(status=status), 410, "fr")
    assert page().status_code == 200


@sqlite_only
def test_what_was_never_public_is_not_gone_but_unknown(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    for status in ("pending", "rejected", "erased"):
        submission = submissions.make(session, city, campaign, status=status)
        assert is_error(client.get(f"/fr/worms/submissions/{submission.id}"), 404, "fr")
    other = cities.make(session, "metz")
    theirs = submissions.published(session, other, campaigns.make(session, other))
    assert is_error(client.get(f"/fr/worms/submissions/{theirs.id}"), 404, "fr")


@sqlite_only
def test_what_somebody_else_did_first(client: PageClient, session: Session, city: City, campaign: Campaign) -> None:
    sent = service.send(
        session, city=city, campaign=campaign, draft=draft(), contributor_key="key", secret="secret", now=NOW
    )
    submissions.publish(session, sent.submission)
    receipt = f"/es/receipts/{sent.receipt_token}"
    page = client.page(receipt)
    assert client.send_form(page, receipt, {}, action="/withdraw").status_code == 303
    assert is_error(client.send_form(page, receipt, {}, action="/withdraw"), 409, "es")


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=X"])
@pytest.mark.parametrize("chunked", [False, True])
@sqlite_only
def test_more_than_we_can_take(
    make_app: AppMaker, session: Session, city: City, content_type: str, chunked: bool
) -> None:
    session.commit()
    client = make_app(max_body_kb=16).test_client()
    field = b'--X\r\nContent-Disposition: form-data; name="text"\r\n\r\n%b\r\n--X--\r\n'
    letters = b"a" * 17 * 1024
    body = field % letters if "multipart" in content_type else b"text=" + letters
    how = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"} if chunked else {}
    for path in ("/de/worms/add", "/de/staff/sign-in"):
        response = client.post(path, data=body, content_type=content_type, environ_overrides=how)
        assert is_error(response, 413, "de")


@sqlite_only
def test_a_broken_template(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = DictLoader({"partnerships/index.html": "{{ nothing.at.all }}"})
    monkeypatch.setattr(app.jinja_env, "loader", ChoiceLoader([broken, app.jinja_env.loader or broken]))
    assert is_last_resort(FlaskClient(app).get("/de/"), 500)


@sqlite_only
def test_a_broken_error_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = DictLoader({"errors/error.html": "{{ nothing.at.all }}"})
    monkeypatch.setattr(app.jinja_env, "loader", ChoiceLoader([broken, app.jinja_env.loader or broken]))
    assert is_last_resort(FlaskClient(app).get("/de/a/b/c"), 404)


@sqlite_only
def test_a_dead_database(make_app: AppMaker) -> None:
    app = make_app(database_url="sqlite:////nowhere/at/all.db")
    # The client that checks pages checks this one too, where the address has no language of its own.
    browser = {"Accept": "text/html,*/*;q=0.8"}
    assert is_last_resort(app.test_client().get("/exports/worms/submissions.csv", headers=browser), 500)
    for path in ("/de/", "/de/worms/"):
        assert is_last_resort(FlaskClient(app).get(path), 500)
    told = FlaskClient(app).get("/tiles/worms/12/0/0.json")
    assert (told.status_code, told.content_type) == (500, "application/problem+json")


def is_last_resort(response: TestResponse, status: int) -> bool:
    """Whether this is the static page, with the policy that it keeps to."""
    policy = response.headers["Content-Security-Policy"]
    return (response.status_code, response.data, "default-src 'none'" in policy) == (status, STATIC_PAGE, True)


def test_the_last_resort_speaks_all_languages_and_needs_nothing() -> None:
    text = STATIC_PAGE.decode()
    for lang in CODES:
        assert f'<section lang="{lang}">' in text
        assert f'href="/{lang}/"' in text
    for needed in ("{{", "{%", "<style", "<link", "<script", "style=", "src="):
        assert needed not in text
