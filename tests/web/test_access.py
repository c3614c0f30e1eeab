"""Who may open what: residents nothing of the staff, moderators only their city, facilitators only counts."""

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.partnerships import Partnership
from participation.models.submissions import Submission
from tests.factories import accounts, campaigns, cities, partnerships, submissions
from tests.factories.cities import OUTSIDE
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient

CSV = "/exports/worms/submissions.csv?profile=internal"


@pytest.fixture
def worms(session: Session) -> City:
    return cities.make(session)


@pytest.fixture
def metz(session: Session) -> City:
    return cities.make(session, "metz", centre=OUTSIDE)


@pytest.fixture
def both(session: Session, worms: City, metz: City) -> Partnership:
    return partnerships.make(session, worms, metz)


@pytest.fixture
def submission(session: Session, worms: City, both: Partnership) -> Submission:
    """One that waits, at a place where something is published already."""
    campaign = campaigns.make(session, partnership=both)
    place_id = submissions.published(session, worms, campaign).place_id
    return submissions.make(session, worms, campaign, place_id=place_id)


@pytest.fixture
def facilitator(session: Session, both: Partnership) -> Account:
    return accounts.make(session, both)


def staff_rules(app: Flask) -> list[Rule]:
    """Every address of the staff but the way in and out."""
    rules = [rule for rule in app.url_map.iter_rules() if "/staff/" in rule.rule]
    return [rule for rule in rules if not rule.endpoint.startswith("security.")]


def address(rule: Rule, submission: Submission) -> str:
    """A real address under a rule, in Worms."""
    values = {"<lang:lang>": "en", "<city>": "worms", "<uuid:submission_id>": str(submission.id)}
    values["<uuid:place_id>"] = str(submission.place_id)
    path = rule.rule.replace("<any(publish, reject, point):_step>", "publish")
    for part, value in values.items():
        path = path.replace(part, value)
    assert "<" not in path
    return path


def token(client: PageClient) -> str:
    """What a form of this session carries, so that a refusal is not that of a forged form."""
    [found] = client.page("/en/staff/sign-in").xpath("//input[@name='csrf_token']/@value")
    return str(found)


@sqlite_only
def test_residents_are_sent_to_the_sign_in_from_every_address_of_the_staff(
    app: Flask, client: PageClient, submission: Submission
) -> None:
    data = {"csrf_token": token(client), "version": 1}
    rules = staff_rules(app)
    assert len(rules) >= 7
    for rule in rules:
        path = address(rule, submission)
        for method in sorted(rule.methods & {"GET", "POST"}):
            response = client.open(path, method=method, data=data if method == "POST" else None)
            assert response.status_code == 302, path
            assert response.location == "/en/staff/sign-in" + (f"?next={path}" if method == "GET" else "")
    assert (submission.status, submission.version) == ("pending", 1)


@sqlite_only
def test_no_form_of_the_staff_can_be_forged(
    app: Flask, client: PageClient, session: Session, submission: Submission
) -> None:
    client.sign_in(accounts.make(session, submission.city))
    for rule in staff_rules(app):
        if "POST" in rule.methods:
            assert client.post(address(rule, submission), data={"version": 1}).status_code == 400
    assert submission.status == "pending"


def test_a_moderator_sees_nothing_of_another_city(
    app: Flask, client: PageClient, session: Session, submission: Submission, metz: City
) -> None:
    client.sign_in(accounts.make(session, metz))
    [csrf_token] = client.page("/en/staff/queue/metz").xpath("//form[1]//input[@name='csrf_token']/@value")
    for rule in staff_rules(app):
        path = address(rule, submission)
        if rule.endpoint == "decisions.home":
            assert client.get(path).location == "/en/staff/queue/metz"
        elif "POST" in rule.methods:
            data = {"csrf_token": csrf_token, "version": 1, "reason_code": "unclear"}
            assert client.post(path, data=data).status_code == 404
        elif rule.endpoint != "decisions.again":
            assert client.get(path).status_code == 404
    assert client.get(CSV).status_code == 403
    assert (submission.status, submission.version) == ("pending", 1)


@sqlite_only
def test_a_facilitator_sees_how_much_waits_and_nothing_more(
    client: PageClient, session: Session, submission: Submission, facilitator: Account
) -> None:
    cities.make(session, "koeln")
    client.sign_in(facilitator)
    page = client.page("/en/staff/")
    rows = [" ".join(row.text_content().split()) for row in page.xpath("//main//li")]
    assert rows == ["Worms 1 entry waits", "Metz Nothing waits"]
    assert not page.xpath("//main//a")
    assert client.get("/en/staff/queue/worms").status_code == 404
    assert client.get(f"/en/staff/submissions/{submission.id}").status_code == 404
    assert client.get(CSV).status_code == 403


@sqlite_only
def test_the_operator_can_step_in_everywhere(client: PageClient, session: Session, submission: Submission) -> None:
    client.sign_in(accounts.make(session))
    links = client.page("/en/staff/").xpath("//main//a/@href")
    assert links == ["/en/staff/queue/metz", "/en/staff/queue/worms"]
    client.page(links[1])
    client.page(f"/en/staff/submissions/{submission.id}")
    assert client.get(CSV).status_code == 200


@sqlite_only
def test_a_city_lead_decides_like_a_moderator(client: PageClient, session: Session, submission: Submission) -> None:
    client.sign_in(accounts.make(session, submission.city, role="city_lead"))
    assert client.get("/en/staff/").location == "/en/staff/queue/worms"
    client.page("/en/staff/queue/worms")


@sqlite_only
def test_what_does_not_exist_looks_like_what_is_not_ones_own(client: PageClient, session: Session, worms: City) -> None:
    client.sign_in(accounts.make(session, worms))
    assert client.get("/en/staff/queue/nowhere").status_code == 404
    assert client.get(f"/en/staff/submissions/{uuid4()}").status_code == 404
