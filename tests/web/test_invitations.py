"""Invitations: from the form to the mail, from the link to the account; who may not, finds nothing."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from participation import mailboxes
from participation.locales import CODES
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.invitations import Invitation
from participation.models.mails import Mail
from participation.services import accounts as service
from participation.settings import Settings
from tests.factories import accounts, cities, invitations, partnerships
from tests.factories.cities import OUTSIDE
from tests.fixtures.clients import ClientMaker
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse

NEW = "/en/staff/invitations/new"
STAFF = "/en/staff/accounts"
EMAIL = "new.person@city.example"
GOOD = "rivers under glass roofs"


@pytest.fixture
def worms(session: Session) -> City:
    return cities.make(session)


@pytest.fixture
def lead(session: Session, worms: City) -> Account:
    return accounts.make(session, worms, role="city_lead")


def link_to(session: Session, email: str = EMAIL) -> str:
    """The link in the newest mail to somebody."""
    session.rollback()
    body = session.scalars(select(Mail.body).where(Mail.recipient == email).order_by(Mail.id.desc())).all()[0]
    [link] = re.findall(r"http://localhost(/\S+)", body)
    return str(link)


def of_nobody(client: PageClient) -> PageClient:
    """A browser in which nobody is signed in."""
    made = client.application.test_client()
    assert isinstance(made, PageClient)
    made.session = client.session
    return made


@pytest.mark.parametrize("lang", CODES)
def test_from_the_form_to_the_first_sign_in(client: PageClient, session: Session, lead: Account, lang: str) -> None:
    client.sign_in(lead)
    assert client.post_form(NEW, {"email": EMAIL, "lang": lang}, action="/new").location == STAFF
    assert EMAIL in client.page(STAFF).text_content()
    guest, link = of_nobody(client), link_to(session)
    assert link.startswith(f"/{lang}/staff/invitations/accept/")
    response = guest.post_form(link, {"password": GOOD, "again": GOOD})
    assert response.location == f"/{lang}/staff/sign-in"
    made = service.by_email(session, email=EMAIL)
    assert made
    assert (made.role, made.city, made.lang) == ("moderator", lead.city, lang)
    assert guest.sign_in(made, password=GOOD, lang=lang).location == f"/{lang}/staff/"
    assert guest.get(link).status_code == guest.get(link).status_code == 410
    assert EMAIL in client.page(STAFF).text_content()


@sqlite_only
@pytest.mark.parametrize(
    ("password", "again", "fields"),
    [
        ("short", "short", ["password"]),
        ("passwordpassword", "passwordpassword", ["password"]),
        ("new.person@city.example", "new.person@city.example", ["password"]),
        (GOOD, GOOD + "x", ["again"]),
        ("", "x", ["password", "again"]),
    ],
)
def test_a_weak_password_is_refused(
    client: PageClient, session: Session, lead: Account, password: str, again: str, fields: list[str]
) -> None:
    client.sign_in(lead)
    client.post_form(NEW, {"email": EMAIL}, action="/new")
    response = of_nobody(client).post_form(link_to(session), {"password": password, "again": again})
    assert response.status_code == 422
    assert parse(response).xpath("//*[@aria-invalid='true']/@name") == fields
    assert service.by_email(session, email=EMAIL) is None


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
def test_a_link_that_is_over_says_so(client: PageClient, session: Session, lead: Account, lang: str) -> None:
    sent = invitations.make(session, lead, now=datetime.now(UTC))
    session.execute(update(Invitation).values(ends_at=sent.invitation.sent_at - timedelta(days=1)))
    for token in (sent.token, "unknown"):
        assert client.get(f"/{lang}/staff/invitations/accept/{token}").status_code == 410


@sqlite_only
def test_links_cannot_be_guessed(client: PageClient, session: Session, lead: Account) -> None:
    token = client.page("/en/staff/sign-in").xpath("//input[@name='csrf_token']/@value")[0]
    data = {"csrf_token": token, "password": GOOD, "again": GOOD}
    statuses = [client.post(f"/en/staff/invitations/accept/{n}", data=data).status_code for n in range(21)]
    assert statuses == [410] * 20 + [429]


def test_sending_again_and_taking_back(client: PageClient, session: Session, lead: Account) -> None:
    client.sign_in(lead)
    client.post_form(NEW, {"email": EMAIL}, action="/new")
    first = link_to(session)
    assert client.post_form(STAFF, {}, action="/send-again").location == STAFF
    second = link_to(session)
    guest = of_nobody(client)
    assert guest.get(first).status_code == 410
    assert guest.get(second).status_code == 200
    assert client.post_form(STAFF, {}, action="/revoke").location == STAFF
    assert guest.get(second).status_code == 410
    assert EMAIL not in client.page(STAFF).xpath("string(//main//ul)")


@sqlite_only
def test_the_operator_invites_into_every_role(client: PageClient, session: Session, worms: City) -> None:
    partnerships.make(session, worms, slug="worms-metz")
    client.sign_in(accounts.make(session))
    for number, (role, scope) in enumerate(
        [
            ("moderator", "city:worms"),
            ("city_lead", "city:worms"),
            ("facilitator", "partnership:worms-metz"),
            ("operator", "platform"),
        ]
    ):
        data = {"email": f"{number}@city.example", "role": role, "scope": scope}
        assert client.post_form(NEW, data, action="/new").location == STAFF
    session.rollback()
    roles = session.scalars(select(Invitation.role).order_by(Invitation.email)).all()
    assert roles == ["moderator", "city_lead", "facilitator", "operator"]


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"role": "moderator", "scope": "platform"}, "scope"),
        ({"role": "facilitator", "scope": "city:worms"}, "scope"),
        ({"role": "operator", "scope": "city:worms"}, "scope"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(
    client: PageClient, session: Session, worms: City, changed: dict[str, str], field: str, lang: str
) -> None:
    client.sign_in(accounts.make(session))
    data = {"email": EMAIL, "role": "moderator", "scope": "city:worms"} | changed
    response = client.post_form(f"/{lang}/staff/invitations/new", data, action="/new")
    assert response.status_code == 422
    assert parse(response).xpath("//*[@aria-invalid='true']/@name") == [field]


@sqlite_only
def test_an_address_has_one_account(client: PageClient, session: Session, lead: Account) -> None:
    client.sign_in(lead)
    for email in (lead.email, invitations.make(session, lead).invitation.email):
        response = client.post_form(NEW, {"email": email}, action="/new")
        assert response.status_code == 422
        assert parse(response).xpath("//*[@aria-invalid='true']/@name") == ["email"]


def test_a_city_lead_cannot_forge_more(client: PageClient, session: Session, lead: Account) -> None:
    metz = cities.make(session, "metz", centre=OUTSIDE)
    theirs = invitations.make(session, accounts.make(session, metz, role="city_lead")).invitation
    client.sign_in(lead)
    for forged in ({"role": "operator", "scope": "platform"}, {"scope": "city:metz"}, {"role": "city_lead"}):
        response = client.post_form(NEW, {"email": EMAIL, **forged}, action="/new", forged=True)
        assert response.status_code == 404
    token = client.page(NEW).xpath("//input[@name='csrf_token']/@value")[0]
    for step in ("send-again", "revoke"):
        address = f"/en/staff/invitations/{theirs.id}/{step}"
        assert client.post(address, data={"csrf_token": token}).status_code == 404
    session.rollback()
    assert session.scalars(select(Invitation.email)).all() == [theirs.email]


@sqlite_only
def test_the_mailbox_of_the_demonstration_keeps_the_links_of_the_staff(
    make_client: ClientMaker, session: Session, settings: Settings
) -> None:
    client = make_client(demo=True)
    for number, text in enumerate(
        ("Hello http://localhost/de/staff/invitations/accept/x", "Hello http://localhost/de/")
    ):
        mail = mailboxes.message(
            mail_id=uuid4(),
            sender="a@city.example",
            recipient="b@city.example",
            subject=f"mail {number}",
            body=text,
            lang="de",
            at=datetime.now(UTC),
        )
        mailboxes.Folder(settings.instance / "mail").deliver(mail)
    shown = client.get("/en/demo/mails").text
    assert ("mail 0" in shown, "mail 1" in shown) == (False, True)
    client.sign_in(accounts.make(session))
    assert "mail 0" in client.get("/en/demo/mails").text


@sqlite_only
def test_switching_somebody_off_and_on(app: Flask, client: PageClient, session: Session, lead: Account) -> None:
    colleague = accounts.make(session, lead.city)
    theirs = of_nobody(client)
    client.sign_in(lead)
    theirs.sign_in(colleague)
    client.post_form(STAFF, {}, action=f"/{colleague.id}/deactivate")
    assert theirs.get("/en/staff/queue/worms").status_code == 302
    assert theirs.sign_in(colleague).status_code == 200
    client.post_form(STAFF, {}, action=f"/{colleague.id}/activate")
    assert theirs.sign_in(colleague).status_code == 302
