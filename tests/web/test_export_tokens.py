"""Scripts with a token: they get the file of one profile; whoever may not is refused clearly, and learns nothing."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.downloads import Download
from participation.models.export_profiles import ExportProfile, ExportToken
from participation.services import export_profiles as service
from participation.services import export_tokens
from participation.services.export_profiles import Wish
from participation.text import fingerprint
from tests.factories import accounts, campaigns, cities, export_profiles, submissions
from tests.factories.cities import OUTSIDE
from tests.factories.export_profiles import INTERNAL
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse

SAVED = "/exports/worms/saved/nightly"
DAY = timedelta(days=1)


@pytest.fixture
def lead(session: Session, city: City) -> Account:
    campaign = campaigns.make(session, city)
    submissions.published(session, city, campaign)
    submissions.make(session, city, campaign, role="resident", text="SECRET words", text_lang="en")
    return accounts.make(session, city, role="city_lead")


@pytest.fixture
def profile(session: Session, city: City, lead: Account) -> ExportProfile:
    return export_profiles.make(session, lead, city, wish=INTERNAL)


@pytest.fixture
def secret(session: Session, lead: Account, profile: ExportProfile) -> str:
    return export_profiles.token(session, lead, profile, now=datetime.now(UTC) - DAY).secret


def rows(response: TestResponse) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.data.decode(), newline="")))


def with_header(client: PageClient, secret: str, address: str = SAVED) -> TestResponse:
    return client.get(address, headers={"Authorization": f"Bearer {secret}"})


def assert_refused(response: TestResponse, why: str) -> None:
    """Programs read the header and the problem; nothing of the file, the profile or its maker is in the answer."""
    assert (response.status_code, response.content_type) == (401, "application/problem+json")
    assert f'error_description="{why}"' in response.headers["WWW-Authenticate"]
    assert response.headers["Cache-Control"] == "no-store"
    assert response.get_json()["code"] == why
    assert response.get_json()["detail"]
    for word in ("SECRET", "city.example", "GIS office", "nightly", "lat,lon"):
        assert word not in response.text


def test_shown_once_and_used_by_header_or_address(
    client: PageClient, session: Session, lead: Account, profile: ExportProfile
) -> None:
    client.sign_in(lead)
    page = f"/en/staff/worms/exports/profiles/{profile.id}"
    response = client.post_form(page, {"note": "GIS office", "days": "30"}, action="/tokens")
    assert "no-store" in response.headers["Cache-Control"]
    [secret] = parse(response).xpath("//*[@id='secret']/text()")
    assert secret not in client.get(page).text
    [stored] = session.scalars(select(ExportToken))
    assert (stored.token_hash, stored.last_used_at) == (fingerprint(secret), None)
    client.post_form("/en/staff/account", {}, action="/sign-out")
    for answer in (with_header(client, secret), client.get(SAVED, query_string={"token": secret})):
        assert {row["role"] for row in rows(answer)} == {"", "resident"}
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "ETag" not in answer.headers
        assert "Set-Cookie" not in answer.headers
    [token] = session.scalars(select(ExportToken))
    assert token.last_used_at is not None
    # The lead sees in the log that it was the profile, and by whose rights.
    noted = session.scalars(select(Download)).all()
    assert {(one.account_id, one.file, one.query) for one in noted} == {(lead.id, "submissions.csv", "saved=nightly")}
    client.sign_in(lead)
    assert "Last used" in client.page(page).text_content()


def test_an_ended_a_revoked_and_an_orphaned_one_are_refused(
    client: PageClient, session: Session, city: City, lead: Account, profile: ExportProfile, secret: str
) -> None:
    ended = export_profiles.token(session, lead, profile, now=datetime.now(UTC) - 31 * DAY).secret
    assert_refused(with_header(client, ended), "token_ended")
    assert_refused(client.get(SAVED, query_string={"token": ended}), "token_ended")
    [working] = [one for one in profile.tokens if one.token_hash == fingerprint(secret)]
    client.sign_in(lead)
    page = f"/en/staff/worms/exports/profiles/{profile.id}"
    assert client.post_form(page, {}, action=f"/tokens/{working.id}/revoke").status_code == 303
    client.post_form("/en/staff/account", {}, action="/sign-out")
    assert_refused(with_header(client, secret), "token_revoked")
    orphan = export_profiles.token(session, lead, profile, now=datetime.now(UTC) - DAY).secret
    assert with_header(client, orphan).status_code == 200
    session.get_one(Account, lead.id).active = False
    assert_refused(with_header(client, orphan), "token_orphaned")


@sqlite_only
def test_whoever_opens_the_address_in_a_browser_gets_a_page(client: PageClient, secret: str) -> None:
    for query, why in (("", ""), ("?token=x", "token_unknown")):
        response = client.get(f"{SAVED}{query}", headers={"Accept": "text/html,*/*;q=0.8"})
        assert (response.status_code, response.mimetype) == (401, "text/html")
        assert why in response.headers["WWW-Authenticate"]
        assert len(parse(response).xpath("//h1")) == 1


@sqlite_only
@pytest.mark.parametrize("wrong", ["", " ", "x", "ü", "x" * 5000, "' or 1=1 --", "\x00"])
def test_what_is_no_token_is_refused_whatever_is_there(client: PageClient, secret: str, wrong: str) -> None:
    for address in (SAVED, "/exports/worms/saved/nothing"):
        assert_refused(client.get(address, query_string={"token": wrong}), "token_unknown")
    assert client.get("/exports/nowhere/saved/nightly", query_string={"token": secret}).status_code == 404


@sqlite_only
def test_it_opens_nothing_but_its_profile(
    client: PageClient, session: Session, city: City, lead: Account, secret: str
) -> None:
    export_profiles.make(session, lead, city, name="other")
    assert_refused(with_header(client, secret, "/exports/worms/saved/other"), "token_unknown")
    for address in ("/exports/worms/submissions.csv?profile=internal", "/exports/worms/decisions.csv"):
        assert with_header(client, secret, address).status_code == 403
        assert client.get(f"{address.split('?')[0]}?profile=internal&token={secret}").status_code in (400, 403)
    assert with_header(client, secret, "/en/staff/worms/exports").status_code == 302
    # What the address says beside the token counts for nothing.
    found = with_header(client, secret, f"{SAVED}?profile=public&kind=idea&columns=id")
    assert {row["role"] for row in rows(found)} == {"", "resident"}


@sqlite_only
def test_a_token_wins_over_who_is_signed_in(client: PageClient, session: Session, secret: str) -> None:
    """A foreign moderator with a token is a script; one without is nobody here."""
    client.sign_in(accounts.make(session, cities.make(session, "metz", centre=OUTSIDE)))
    assert client.get(SAVED).status_code == 403
    assert client.get(SAVED, query_string={"token": secret}).status_code == 200
    assert_refused(client.get(SAVED, query_string={"token": "x"}), "token_unknown")


@sqlite_only
def test_a_profile_that_is_replaced_answers_with_what_it_holds_now(
    client: PageClient, session: Session, city: City, lead: Account
) -> None:
    made = export_profiles.make(session, lead, city, name="open")
    secret = export_tokens.make(
        session, account=lead, city=city, profile_id=made.id, note="x", days=30, now=datetime.now(UTC)
    ).secret
    address = "/exports/worms/saved/open"
    assert rows(with_header(client, secret, address)) == []
    wish = Wish("submissions.csv", (("columns", "id"),), internal=False)
    service.keep(session, account=lead, city=city, name="open", wish=wish, now=datetime.now(UTC), replace=True)
    again = client.get(address, headers={"Authorization": f"Bearer {secret}", "If-None-Match": "*"})
    assert [next(iter(row)) for row in rows(again)] == ["id"]
    assert session.scalars(select(Download)).all() == []


@sqlite_only
def test_a_stored_wish_that_can_no_longer_be_met_is_an_error_and_not_another_file(
    client: PageClient, session: Session, city: City, lead: Account
) -> None:
    for name, wish in (
        ("gone", Wish("poems.csv", (), internal=False)),
        ("closed", Wish("submissions.csv", (("district", "sunk"),), internal=False)),
    ):
        export_profiles.make(session, lead, city, name=name, wish=wish)
    client.sign_in(lead)
    assert client.get("/exports/worms/saved/gone").status_code == 404
    assert client.get("/exports/worms/saved/closed").status_code == 400


@sqlite_only
def test_a_refused_one_says_what_is_wrong(client: PageClient, session: Session, lead: Account, secret: str) -> None:
    client.sign_in(lead)
    [profile] = session.scalars(select(ExportProfile))
    page = f"/en/staff/worms/exports/profiles/{profile.id}"
    response = client.post_form(page, {"note": "", "days": "31"}, action="/tokens", forged=True)
    assert response.status_code == 422
    assert len(parse(response).xpath("//p[@class='error']")) == 2
    assert len(session.scalars(select(ExportToken)).all()) == 1
    assert not parse(response).xpath("//*[@id='secret']")
