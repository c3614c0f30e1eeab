"""Downloads over HTTP: who gets what, under which headers, in a stream."""

import csv
import io

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from participation import geo
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.services import exports
from tests.factories import accounts, campaigns, cities, partnerships, submissions
from tests.factories.cities import INSIDE
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient

CSV = "/exports/worms/submissions.csv"


@pytest.fixture
def city(session: Session) -> City:
    return cities.make(session)


@pytest.fixture
def campaign(session: Session, city: City) -> Campaign:
    return campaigns.make(session, city)


def rows(response: TestResponse) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.data.decode(), newline=""), strict=True))


def test_everybody_may_download_what_is_published(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    shown = submissions.published(session, city, campaign, near_home=True)
    submissions.make(session, city, campaign)
    response = client.get(CSV)
    [row] = rows(response)
    snapped = geo.snap(INSIDE)
    assert (row["id"], row["lat"]) == (str(shown.id), f"{snapped.lat:.6f}")
    assert "role" not in row
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert response.headers["Content-Disposition"] == 'attachment; filename="worms-submissions.csv"'
    assert "no-cache" in response.headers["Cache-Control"]
    assert "Set-Cookie" not in response.headers


def test_the_staff_of_the_city_may_download_the_rest(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    submissions.make(session, city, campaign, role="resident", near_home=True)
    client.sign_in(accounts.make(session, city))
    response = client.get(f"{CSV}?profile=internal")
    [row] = rows(response)
    assert (row["status"], row["role"], row["lat"]) == ("pending", "resident", f"{INSIDE.lat:.6f}")
    assert "no-store" in response.headers["Cache-Control"]
    assert rows(client.get(CSV)) == []


@sqlite_only
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("nobody", 403),
        ("moderator", 200),
        ("city_lead", 200),
        ("operator", 200),
        ("moderator of the partner", 403),
        ("facilitator", 403),
    ],
)
def test_who_may_download_the_internal_file(
    who: str, status: int, client: PageClient, session: Session, city: City
) -> None:
    partner = cities.make(session, "metz")
    pair = partnerships.make(session, city, partner)
    account = {
        "moderator": lambda: accounts.make(session, city),
        "city_lead": lambda: accounts.make(session, city, role="city_lead"),
        "operator": lambda: accounts.make(session),
        "moderator of the partner": lambda: accounts.make(session, partner),
        "facilitator": lambda: accounts.make(session, pair),
    }.get(who)
    if account:
        client.sign_in(account())
    assert client.get(f"{CSV}?profile=internal").status_code == status


def test_the_file_is_written_while_it_is_read(
    app: Flask, client: PageClient, session: Session, city: City, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "BATCH", 2)
    for _ in range(5):
        submissions.published(session, city, campaign)
    session.commit()
    response = client.get(CSV, buffered=False)
    assert "Content-Length" not in response.headers
    blocks = list(response.iter_encoded())
    assert [block.count(b"\r\n") for block in blocks] == [3, 2, 1]
    response.close()


def test_a_download_that_is_broken_off_gives_its_connection_back(
    client: PageClient, session: Session, engine: Engine, city: City, campaign: Campaign, app: Flask
) -> None:
    submissions.published(session, city, campaign)
    session.commit()
    response = client.get(CSV, buffered=False)
    next(iter(response.iter_encoded()))
    response.close()
    assert app.extensions["participation_engine"].pool.checkedout() == 0


@sqlite_only
def test_the_filter_of_the_page_works_for_the_file(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    later = campaigns.make(session, partnership=campaign.partnership, code="later")
    for kind, of in (("idea", campaign), ("feedback", later)):
        submissions.published(session, city, of, kind)
    assert [row["kind"] for row in rows(client.get(f"{CSV}?kind=idea"))] == ["idea"]
    assert [row["kind"] for row in rows(client.get(f"{CSV}?campaign=later"))] == ["feedback"]
    assert [row["kind"] for row in rows(client.get(f"{CSV}?from=2026-07-02"))] == []
    assert [row["kind"] for row in rows(client.get(f"{CSV}?bbox=8,49,9,50&to=2026-07-01"))] == ["idea", "feedback"]


@sqlite_only
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("profile=secret", 400),
        ("layout=poem", 400),
        ("kind=volcano", 400),
        ("campaign=never", 404),
        ("from=2026-13-01", 400),
        ("bbox=8,50,9,49", 400),
        ("to=9999-12-31", 400),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(
    query: str, status: int, client: PageClient, city: City, campaign: Campaign
) -> None:
    assert client.get(f"{CSV}?{query}").status_code == status


@sqlite_only
def test_there_is_no_file_of_a_city_that_does_not_exist(client: PageClient, city: City) -> None:
    assert client.get("/exports/nowhere/submissions.csv").status_code == 404
    assert client.get("/exports/worms/accounts.csv").status_code == 404
