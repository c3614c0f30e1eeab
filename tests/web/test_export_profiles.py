"""Saved profiles: kept by the lead, used again by name, and told in words."""

import csv
import io

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.export_profiles import ExportProfile
from tests.factories import accounts, cities, submissions
from tests.factories.cities import OUTSIDE
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse

STAFF = "/en/staff/worms/exports"
NEW = f"{STAFF}/profiles/new"


@pytest.fixture
def lead(session: Session, city: City, campaign: Campaign) -> Account:
    for kind in ("idea", "heat_island"):
        submissions.published(session, city, campaign, kind)
    submissions.make(session, city, campaign, "idea", role="resident")
    return accounts.make(session, city, role="city_lead")


def rows(response: TestResponse) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))


def save(client: PageClient, query: str, **said: object) -> TestResponse:
    return client.post_form(f"{NEW}?{query}", {"name": "nightly", **said}, action="/profiles/new")


def test_saved_with_some_columns_and_used_again_by_name(client: PageClient, session: Session, lead: Account) -> None:
    client.sign_in(lead)
    query = "file=submissions.csv&kind=idea&layout=machine&labels=codes&profile=internal"
    assert save(client, query, columns=["id", "kind", "role"]).status_code == 303
    [profile] = session.scalars(select(ExportProfile))
    assert (profile.file, profile.internal) == ("submissions.csv", True)
    found = rows(client.get("/exports/worms/saved/nightly"))
    assert [list(row)[:3] for row in found] == [["id", "kind", "role"]] * 2
    assert {(row["kind"], row["role"]) for row in found} == {("idea", "resident"), ("idea", "")}
    page = client.page(STAFF)
    assert "submissions.csv · Idea · Programs: R, Python, QGIS · English · 3 columns" in " ".join(
        page.text_content().split()
    )
    # A moderator uses it and changes nothing.
    client.post_form("/en/staff/account", {}, action="/sign-out")
    client.sign_in(accounts.make(session, profile.city))
    assert len(rows(client.get("/exports/worms/saved/nightly"))) == 2
    assert client.get(f"{STAFF}/profiles/{profile.id}").status_code == 404
    [row] = client.page(f"{STAFF}").xpath("//a[contains(@href, '/saved/nightly')]")
    assert row.get("href") == "/exports/worms/saved/nightly"


@sqlite_only
def test_all_columns_ticked_means_those_that_come_later_too(
    client: PageClient, session: Session, lead: Account
) -> None:
    client.sign_in(lead)
    save(client, "file=places.csv&labels=codes")
    [profile] = session.scalars(select(ExportProfile))
    assert [name for name, _ in profile.query] == ["layout", "labels", "lang"]
    assert len(rows(client.get("/exports/worms/saved/nightly"))) == 2


@sqlite_only
def test_opened_changed_and_replaced(client: PageClient, session: Session, lead: Account) -> None:
    client.sign_in(lead)
    save(client, "file=submissions.csv&kind=idea&from=2026-06-01&language=fr", columns=["id"])
    [link] = client.page(STAFF).xpath("//main//h3/a/@href")
    page = client.page(link)
    [change] = [a.get("href") for a in page.xpath("//a[contains(@href, '/profiles/new')]")]
    form = client.page(change)
    assert form.xpath("//input[@name='name']/@value") == ["nightly"]
    assert form.xpath("//input[@name='columns'][@checked]/@value") == ["id"]
    assert client.send_form(form, change, {"columns": ["id", "kind"]}, action="/profiles/new").status_code == 303
    [profile] = session.scalars(select(ExportProfile))
    assert dict(map(tuple, profile.query)) == {
        "kind": "idea",
        "from": "2026-06-01",
        "layout": "excel",
        "labels": "text",
        "lang": "fr",
        "columns": "id,kind",
    }
    # Without saying so nothing is replaced.
    refused = save(client, "file=places.csv")
    assert refused.status_code == 422
    assert "There is one with this name already." in refused.text
    assert parse(refused).xpath("//input[@name='replace'][not(@checked)]")
    assert client.post_form(link, {}, action="/delete").status_code == 303
    assert session.scalars(select(ExportProfile)).all() == []
    assert client.get(link).status_code == 404
    assert client.get("/exports/worms/saved/nightly").status_code == 404


@sqlite_only
@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"name": ""}, "Please answer this question."),
        ({"name": "a/b"}, "The name becomes part of an address."),
        ({"name": "x" * 200}, "At most 60 characters. Too many: 140"),
        ({"columns": []}, "Please answer this question."),
    ],
)
def test_a_refused_one_says_what_is_wrong_at_its_field(
    said: dict[str, object], problem: str, client: PageClient, session: Session, lead: Account
) -> None:
    client.sign_in(lead)
    response = save(client, "file=submissions.csv", **said)
    assert response.status_code == 422
    assert problem in " ".join(parse(response).xpath("string(//*[@class='error'])").split())
    assert session.scalars(select(ExportProfile)).all() == []


@sqlite_only
@pytest.mark.parametrize(
    "query", ["", "file=", "file=accounts.csv", "file=submissions.exe", "file=../x.csv", "file=submissions.csv&kind=x"]
)
def test_only_files_that_there_are_can_be_saved(query: str, client: PageClient, lead: Account) -> None:
    client.sign_in(lead)
    assert client.get(f"{NEW}?{query}").status_code == 400


@sqlite_only
def test_columns_that_nobody_may_have_are_not_there(client: PageClient, session: Session, lead: Account) -> None:
    client.sign_in(lead)
    assert "role" not in client.page(f"{NEW}?file=submissions.csv").xpath("//input[@name='columns']/@value")
    assert "role" in client.page(f"{NEW}?file=submissions.csv&profile=internal").xpath("//input/@value")
    assert client.get("/exports/worms/submissions.csv?columns=id,role").status_code == 400
    assert client.get("/exports/worms/submissions.csv?columns=nothing").status_code == 400
    assert list(rows(client.get("/exports/worms/submissions.csv?columns=kind,id"))[0])[:2] == ["id", "kind"]


def test_nobody_else_uses_or_sees_them(client: PageClient, session: Session, lead: Account) -> None:
    """A resident is told what is missing; a foreign lead learns nothing, not even whether there is such a profile."""
    client.sign_in(lead)
    save(client, "file=submissions.csv&profile=internal")
    client.post_form("/en/staff/account", {}, action="/sign-out")
    response = client.get("/exports/worms/saved/nightly")
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, 'Bearer realm="exports"')
    told = parse(response).xpath("string(//main)")
    assert parse(client.get("/exports/worms/saved/other")).xpath("string(//main)") == told
    assert "submissions" not in response.text
    metz = cities.make(session, "metz", centre=OUTSIDE)
    client.sign_in(accounts.make(session, metz, role="city_lead"))
    for name in ("nightly", "other"):
        assert client.get(f"/exports/worms/saved/{name}").status_code == 403
        assert client.get(f"/exports/metz/saved/{name}").status_code == 404
    for page in (STAFF, NEW, f"{NEW}?file=submissions.csv", f"{STAFF}/log"):
        assert client.get(page).status_code == 404


def test_the_record_of_decisions_is_for_the_lead_also_by_name(
    client: PageClient, session: Session, lead: Account
) -> None:
    client.sign_in(lead)
    save(client, "file=decisions.csv")
    [profile] = session.scalars(select(ExportProfile))
    assert profile.internal is True
    assert len(rows(client.get("/exports/worms/saved/nightly"))) == 2
    client.post_form("/en/staff/account", {}, action="/sign-out")
    client.sign_in(accounts.make(session, profile.city))
    assert client.get("/exports/worms/saved/nightly").status_code == 403
