"""Downloads over HTTP: who gets what, under which headers, in a stream."""

import csv
import hashlib
import io
import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from participation import geo
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.services import receipts
from tests.factories import accounts, campaigns, cities, partnerships, submissions
from tests.factories.cities import INSIDE
from tests.factories.decisions import a_record
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient

CSV = "/exports/worms/submissions.csv"


def rows(response: TestResponse) -> list[dict[str, str]]:
    assert response.status_code == 200
    found = list(csv.DictReader(io.StringIO(response.data.decode(), newline=""), strict=True))
    assert [line.pop("file_rows") for line in found] == [""] * (len(found) - 1) + [str(len(found))] * bool(found)
    return found


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
    assert response.headers["Content-Disposition"] == 'attachment; filename="worms-submissions-v1.csv"'
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


RECORD = "/exports/worms/decisions.csv"
RECORD_COLUMNS = [
    "id", "submission_id", "at", "action", "from_status", "to_status", "reason_code", "account", "submission_version",
    "previous_hash", "hash", "city", "account_id", "details", "from_place_id", "to_place_id",
]  # fmt: skip


def test_the_lead_of_a_city_takes_its_record_and_can_check_it_alone(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    moderator = accounts.make(session, city, email="+moderator@city.example")
    made = a_record(session, moderator, city, campaign)
    [erased] = [one for one in session.scalars(select(Submission)) if one.status == "rejected"]
    receipts.erase(session, submission=erased, now=NOW)
    submissions.published(session, cities.make(session, "metz"), campaign)
    client.sign_in(accounts.make(session, city, role="city_lead"))
    response = client.get(RECORD)
    found = rows(response)
    assert list(found[0]) == RECORD_COLUMNS
    assert response.headers["Content-Disposition"] == 'attachment; filename="worms-decisions-v3.csv"'
    assert response.headers["Cache-Control"] == "private, no-store"
    assert [row["id"] for row in found[:5]] == [str(row.id) for row in made]
    assert [row["action"] for row in found] == ["set_point", "reject", "publish", "withdraw", "publish", "erase"]
    # An address may begin like a formula.
    assert {row["account"] for row in found} == {"'+moderator@city.example", ""}
    assert_whole(found)


def assert_whole(found: list[dict[str, str]]) -> None:
    """As somebody would who has nothing but the file and the README."""
    before = "0" * 64
    for row in found:
        account = int(row["account_id"]) if row["account_id"] else None
        said = [
            "decision-1", before, row["city"], row["submission_id"], row["at"], row["action"], row["from_status"],
            row["to_status"], row["reason_code"] or None, account, int(row["submission_version"]),
        ]  # fmt: skip
        assert row["previous_hash"] == before
        before = hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()
        assert row["hash"] == before


@sqlite_only
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("nobody", 403),
        ("moderator", 403),
        ("city_lead", 200),
        ("operator", 200),
        ("city_lead of the partner", 403),
        ("facilitator", 403),
    ],
)
def test_who_may_take_the_record(who: str, status: int, client: PageClient, session: Session, city: City) -> None:
    partner = cities.make(session, "metz")
    pair = partnerships.make(session, city, partner)
    account = {
        "moderator": lambda: accounts.make(session, city),
        "city_lead": lambda: accounts.make(session, city, role="city_lead"),
        "operator": lambda: accounts.make(session),
        "city_lead of the partner": lambda: accounts.make(session, partner, role="city_lead"),
        "facilitator": lambda: accounts.make(session, pair),
    }.get(who)
    if account:
        client.sign_in(account())
    assert client.get(RECORD).status_code == status
    assert client.get("/exports/nowhere/decisions.csv").status_code == 404


@sqlite_only
def test_the_operator_takes_the_record_without_the_addresses_of_the_staff(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    moderator = accounts.make(session, city)
    a_record(session, moderator, city, campaign)
    client.sign_in(accounts.make(session))
    response = client.get(RECORD)
    found = rows(response)
    assert {(row["account"], row["account_id"]) for row in found} >= {("", str(moderator.id))}
    assert b"@" not in response.data
    assert_whole(found)


def test_the_record_holds_no_content(client: PageClient, session: Session, city: City, campaign: Campaign) -> None:
    submissions.published(session, city, campaign, text="SECRET words", place_name="SECRET bench", text_lang="en")
    client.sign_in(accounts.make(session, city, role="city_lead"))
    response = client.get(RECORD)
    assert len(rows(response)) == 1
    assert b"SECRET" not in response.data


@sqlite_only
@pytest.mark.parametrize("name", ["places", "translations", "codebook", "bins"])
def test_everybody_may_have_the_other_tables(name: str, client: PageClient, city: City) -> None:
    response = client.get(f"/exports/worms/{name}.csv")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == f'attachment; filename="worms-{name}-v0.csv"'
    assert client.get(f"/exports/worms/{name}.csv?profile=internal").status_code == 400


@sqlite_only
@pytest.mark.parametrize(
    "wish", ["from=2026-07-01", "to=2026-07-01", "bbox=8,49,9,50", "place_type=square", "district=a"]
)
def test_counts_by_cell_take_no_filter_that_could_look_into_a_cell(
    wish: str, client: PageClient, session: Session, city: City
) -> None:
    cities.district(session, city, code="a")
    session.commit()
    assert client.get("/exports/worms/bins.csv?kind=idea").status_code == 200
    assert client.get(f"/exports/worms/bins.csv?{wish}").status_code == 400


@sqlite_only
def test_the_name_says_the_filter_and_the_version(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    submissions.published(session, city, campaign, "idea")
    response = client.get(f"{CSV}?kind=idea&from=2026-07-01&lang=de&layout=excel")
    assert response.headers["Content-Disposition"] == 'attachment; filename="worms-submissions-idea-2026-07-01-v1.csv"'
    assert response.headers["X-Dataset-Version"] == "1"
    assert response.data.startswith(b"\xef\xbb\xbfid;")
