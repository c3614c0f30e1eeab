"""Where somebody is signed in: a copied cookie ends with the session, and sessions end by time and by choice."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.account_sessions import AccountSession
from participation.models.accounts import Account
from tests.factories import accounts, cities
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient

HERE = "/en/staff/account/sessions"
QUEUE = "/en/staff/queue/worms"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0"


@pytest.fixture
def account(session: Session) -> Account:
    return accounts.make(session, cities.make(session))


@pytest.fixture
def other(client: PageClient, session: Session) -> PageClient:
    """Another browser."""
    made = client.application.test_client()
    assert isinstance(made, PageClient)
    made.session = session
    made.environ_base["HTTP_USER_AGENT"] = FIREFOX
    return made


def is_in(client: PageClient) -> bool:
    return client.get(QUEUE).status_code == 200


def rows(session: Session) -> list[AccountSession]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(AccountSession).order_by(AccountSession.id)))


def set_times(session: Session, *, begun: timedelta, seen: timedelta) -> None:
    """Let the sessions have begun and been used some time ago."""
    now = datetime.now(UTC)
    session.execute(update(AccountSession).values(created_at=now - begun, seen_at=now - seen))
    session.commit()


def test_a_copied_cookie_ends_with_the_session(client: PageClient, other: PageClient, account: Account) -> None:
    client.sign_in(account)
    cookie = client.get_cookie("session")
    assert cookie
    other.set_cookie("session", cookie.value)
    assert is_in(other)
    client.post_form(QUEUE, {}, action="/sign-out")
    assert not is_in(other)
    other.set_cookie("session", cookie.value)
    assert not is_in(other)


@sqlite_only
def test_signing_in_makes_a_row_and_signing_out_deletes_it(
    client: PageClient, session: Session, account: Account
) -> None:
    client.sign_in(account)
    [row] = rows(session)
    with client.session_transaction() as cookie:
        assert row.key_hash not in cookie.values()
        assert cookie["key"] not in row.key_hash
    client.post_form(QUEUE, {}, action="/sign-out")
    assert rows(session) == []


@pytest.mark.parametrize(
    ("begun", "seen", "alive"),
    [
        (timedelta(hours=13), timedelta(hours=11, minutes=59), True),
        (timedelta(hours=13), timedelta(hours=12, seconds=1), False),
        (timedelta(days=13, hours=23), timedelta(hours=1), True),
        (timedelta(days=14, seconds=1), timedelta(minutes=1), False),
    ],
)
def test_sessions_end_by_time(
    client: PageClient, session: Session, account: Account, begun: timedelta, seen: timedelta, alive: bool
) -> None:
    client.sign_in(account)
    set_times(session, begun=begun, seen=seen)
    assert is_in(client) is alive


def test_using_a_session_keeps_it(client: PageClient, session: Session, account: Account) -> None:
    client.sign_in(account)
    set_times(session, begun=timedelta(hours=11), seen=timedelta(hours=11))
    assert is_in(client)
    [row] = rows(session)
    assert row.seen_at > datetime.now(UTC) - timedelta(minutes=1)


@sqlite_only
def test_reading_on_writes_nothing_for_some_minutes(client: PageClient, session: Session, account: Account) -> None:
    client.sign_in(account)
    set_times(session, begun=timedelta(hours=1), seen=timedelta(minutes=4))
    [before] = [row.seen_at for row in rows(session)]
    assert is_in(client)
    assert [row.seen_at for row in rows(session)] == [before]


@pytest.mark.parametrize("lang", CODES)
def test_the_list_names_the_browsers(client: PageClient, other: PageClient, account: Account, lang: str) -> None:
    client.sign_in(account)
    other.sign_in(account)
    page = client.page(f"/{lang}/staff/account/sessions")
    names = [" ".join(name.text_content().split()) for name in page.xpath("//main//h2")]
    assert len(names) == 2
    assert [("Firefox" in name and "Windows" in name) for name in names].count(True) == 1
    assert len(page.xpath("//main//*[@class='tag']")) == 1
    assert "127.0.0.1" not in page.text_content()


@sqlite_only
def test_ending_one(client: PageClient, other: PageClient, account: Account, session: Session) -> None:
    client.sign_in(account)
    other.sign_in(account)
    page = client.page(HERE)
    [form] = [
        form for form in page.forms if (form.get("action") or "").endswith("/end") and "sessions/0" in form.action
    ]
    assert client.post(form.action, data=dict(form.form_values())).location == HERE
    assert not is_in(other)
    assert is_in(client)
    assert client.post(form.action, data=dict(form.form_values())).status_code == 404


@sqlite_only
def test_nobody_ends_the_session_of_somebody_else(
    client: PageClient, other: PageClient, account: Account, session: Session
) -> None:
    client.sign_in(account)
    other.sign_in(accounts.make(session, account.city))
    [_, theirs] = rows(session)
    token = client.page(HERE).xpath("//input[@name='csrf_token']/@value")[0]
    response = client.post(f"{HERE}/{theirs.id}/end", data={"csrf_token": token})
    assert response.status_code == 404
    assert is_in(other)


@sqlite_only
def test_signing_out_everywhere(client: PageClient, other: PageClient, account: Account, session: Session) -> None:
    client.sign_in(account)
    other.sign_in(account)
    response = client.post_form(HERE, {}, action="/sessions/end")
    assert response.location == "/en/staff/sign-in"
    assert not is_in(client)
    assert not is_in(other)
    assert rows(session) == []
