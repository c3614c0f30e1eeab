"""Staff sign in and out; nobody learns who has an account, and nothing else of the library can be reached."""

import re

import pytest
from flask import Flask
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.mails import Mail
from participation.services import accounts as service
from participation.web.forms.accounts import is_own_path
from participation.web.plumbing.sign_in import StaffUser
from tests.factories import accounts
from tests.factories.accounts import PASSWORD
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse

HOME = "/en/staff/"
SIGN_IN = "/en/staff/sign-in"
NO_MATCH = "The e-mail address and the password do not match."


@pytest.fixture
def account(session: Session, city: City) -> Account:
    return accounts.make(session, city)


# Of the library: the way in and out, the password, the second factor. The rescue by mail is there and answers nothing.
MOUNTED = {"login", "logout", "verify", "forgot_password", "reset_password", "change_password", "tf_select"}
MOUNTED |= {"two_factor_setup", "two_factor_setup_validate", "two_factor_token_validation", "two_factor_rescue"}
MOUNTED |= {"mf_recovery", "mf_recovery_codes", "wan_register", "wan_register_response", "wan_delete"}
MOUNTED |= {"wan_signin", "wan_signin_response"}


def is_in(client: PageClient) -> bool:
    response = client.get("/en/staff/queue/worms")
    assert response.status_code in (200, 302)
    return response.status_code == 200


def try_in(client: PageClient, email: str, password: str = PASSWORD, **query: str) -> str:
    """Sign in by the form; returns where that leads, or nowhere."""
    page = client.page(SIGN_IN, query_string=query)
    return client.send_form(page, SIGN_IN, {"email": email, "password": password}, action="sign-in").location or ""


@pytest.mark.parametrize("lang", CODES)
def test_signing_in_leads_to_the_queue_in_the_same_language(client: PageClient, account: Account, lang: str) -> None:
    response = client.sign_in(account, lang=lang)
    assert (response.status_code, response.location) == (302, f"/{lang}/staff/")
    assert client.get(response.location).location == f"/{lang}/staff/queue/worms"
    assert account.email in client.page(f"/{lang}/staff/queue/worms").text_content()


@sqlite_only
def test_an_address_may_be_typed_in_capitals(client: PageClient, account: Account) -> None:
    assert try_in(client, account.email.upper()) == HOME


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
def test_nobody_learns_who_has_an_account(client: PageClient, session: Session, account: Account, lang: str) -> None:
    former = accounts.make(session, account.city)
    former.active = False
    answers = []
    for email, password in (
        (account.email, "not the password"),
        (former.email, PASSWORD),
        ("nobody@city.example", PASSWORD),
        ("not an address", PASSWORD),
        ("", ""),
    ):
        page = client.page(f"/{lang}/staff/sign-in")
        data = {"email": email, "password": password}
        response = client.send_form(page, "", data, action="sign-in")
        [alert] = parse(response).xpath("//*[@role='alert']")
        answers.append((response.status_code, alert.text_content()))
        assert not is_in(client)
    with client.application.test_request_context(f"/{lang}/"):
        client.application.preprocess_request()
        assert set(answers) == {(200, gettext(NO_MATCH))}


@sqlite_only
def test_what_was_typed_stays_but_not_the_password(client: PageClient, account: Account) -> None:
    response = client.sign_in(account, password="not the password")
    form = parse(response)
    assert form.xpath("//input[@name='email']/@value") == [account.email]
    assert form.xpath("//input[@name='password']/@value") == []
    assert NO_MATCH in response.text


@sqlite_only
def test_the_way_leads_back_to_where_somebody_wanted_to_go(client: PageClient, account: Account) -> None:
    wanted = "/en/staff/queue/worms?page=2"
    to_sign_in = client.get(wanted).location
    assert to_sign_in == f"{SIGN_IN}?next=/en/staff/queue/worms?page%3D2"
    assert try_in(client, account.email, next=wanted) == wanted


FOREIGN = (
    "https://evil.example/",
    "http://evil.example/en/staff/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "evil.example",
)


@sqlite_only
@pytest.mark.parametrize("address", FOREIGN)
def test_the_way_never_leads_to_another_host(client: PageClient, account: Account, address: str) -> None:
    assert not is_own_path(address)
    assert try_in(client, account.email, next=address) == HOME
    assert is_in(client)


@sqlite_only
def test_who_is_in_already_needs_no_form(client: PageClient, account: Account) -> None:
    client.sign_in(account)
    assert client.get(SIGN_IN).location == HOME


@sqlite_only
def test_signing_out(client: PageClient, account: Account) -> None:
    client.sign_in(account)
    response = client.post_form("/en/staff/queue/worms", {}, action="/sign-out")
    assert (response.status_code, response.location) == (302, SIGN_IN)
    assert not is_in(client)


@sqlite_only
def test_signing_out_needs_the_button(client: PageClient, account: Account) -> None:
    client.sign_in(account)
    assert client.get("/en/staff/sign-out").status_code == 405
    assert client.post("/en/staff/sign-out").status_code == 400
    assert is_in(client)


@sqlite_only
def test_only_failed_tries_are_counted_and_too_many_of_them_stop_this_connection(
    client: PageClient, session: Session, account: Account
) -> None:
    for _ in range(12):
        assert client.sign_in(account).status_code == 302
        client.post_form("/en/staff/queue/worms", {}, action="/sign-out")
    tries = [client.sign_in(account, password="not the password", lang="de") for _ in range(11)]
    assert [response.status_code for response in tries] == [200] * 10 + [429]
    assert 0 < int(tries[-1].headers["Retry-After"]) <= 900
    assert parse(tries[-1]).get("lang") == "de"
    # The right password does not help either: otherwise guessing would go on.
    assert client.sign_in(account).status_code == 429
    assert client.get(SIGN_IN).status_code == 200
    # A colleague behind the same address gets in.
    assert client.sign_in(accounts.make(session, account.city)).status_code == 302


@sqlite_only
def test_nobody_can_lock_somebody_else_out(client: PageClient, account: Account) -> None:
    client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    for _ in range(11):
        client.sign_in(account, password="not the password")
    assert client.sign_in(account).status_code == 429
    client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    assert client.sign_in(account).status_code == 302


@sqlite_only
def test_many_accounts_tried_from_one_connection_stop_it_too(client: PageClient, account: Account) -> None:
    statuses = [try_status(client, f"somebody-{number}@city.example") for number in range(21)]
    assert statuses == [200] * 20 + [429]
    assert client.sign_in(account).status_code == 429


def try_status(client: PageClient, email: str) -> int:
    page = client.page(SIGN_IN)
    return client.send_form(page, SIGN_IN, {"email": email, "password": "x"}, action="sign-in").status_code


def test_a_new_password_ends_all_sessions(app: Flask, client: PageClient, session: Session, account: Account) -> None:
    client.sign_in(account)
    assert is_in(client)
    service.set_password(session, email=account.email, password_hash=account.password)
    assert not is_in(client)
    client.sign_in(account)
    assert is_in(client)


@sqlite_only
def test_an_account_that_is_switched_off_is_out_at_once(client: PageClient, account: Account) -> None:
    client.sign_in(account)
    account.active = False
    assert not is_in(client)


@sqlite_only
def test_a_session_begins_anew_with_the_sign_in(client: PageClient, account: Account) -> None:
    page = client.page(SIGN_IN)
    [known_before] = page.xpath("//input[@name='csrf_token']/@value")
    with client.session_transaction() as before:
        before["planted"] = "by somebody else"
    client.send_form(page, SIGN_IN, {"email": account.email, "password": PASSWORD}, action="sign-in")
    with client.session_transaction() as after:
        assert "planted" not in after
        assert "csrf_token" not in after
    refused = client.post("/en/staff/sign-out", data={"csrf_token": known_before})
    assert refused.status_code == 400
    assert is_in(client)


@sqlite_only
def test_the_cookie_of_a_session(client: PageClient, account: Account) -> None:
    [cookie] = client.sign_in(account).headers.getlist("Set-Cookie")
    assert cookie.startswith("session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" not in cookie


@sqlite_only
def test_nothing_else_of_the_library_is_mounted(app: Flask, client: PageClient) -> None:
    mounted = {rule.endpoint: rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security.")}
    assert {endpoint.removeprefix("security.") for endpoint in mounted} == MOUNTED
    assert all(rule.startswith("/<lang:lang>/staff/") for rule in mounted.values())
    assert client.get("/en/staff/sign-in/rescue").status_code == 404
    assert not {"users", "roles"} & set(app.cli.commands)


@sqlite_only
def test_there_is_no_way_in_by_a_token(app: Flask, client: PageClient, session: Session, account: Account) -> None:
    session.expunge(account)
    user = session.get_one(StaffUser, account.id)
    with app.test_request_context():
        token = user.get_auth_token()
    queue = "/en/staff/queue/worms"
    assert client.get(queue, query_string={"auth_token": token}).status_code == 302
    assert client.get(queue, headers={"Authentication-Token": token}).status_code == 302
    answer = client.post(
        SIGN_IN,
        json={"email": account.email, "password": PASSWORD},
        headers={"Accept": "application/json"},
        query_string={"include_auth_token": "1"},
    )
    assert answer.status_code == 400
    assert answer.mimetype == "text/html"


def mail_to(session: Session, account: Account) -> Mail:
    """The newest mail to somebody."""
    session.rollback()
    return session.scalars(select(Mail).where(Mail.recipient == account.email).order_by(Mail.id.desc())).all()[0]


def link_in(mail: Mail) -> str:
    """Where its one link leads, on our own host whatever the browser said."""
    [link] = re.findall(r"\S+://\S+", mail.body)
    assert link.startswith("http://localhost/")
    return str(link).removeprefix("http://localhost")


@pytest.mark.parametrize("lang", CODES)
def test_a_forgotten_password(client: PageClient, session: Session, account: Account, lang: str) -> None:
    account.lang = lang
    client.sign_in(account)
    other = client.application.test_client()
    other.session = session
    data = {"email": account.email.upper()}
    other.post_form("/en/staff/sign-in/forgotten", data, action="forgotten")
    mail = mail_to(session, account)
    assert mail.lang == lang
    link = link_in(mail)
    assert link.startswith(f"/{lang}/staff/sign-in/forgotten/")
    new = {"password": "rivers under glass roofs", "password_confirm": "rivers under glass roofs"}
    response = other.post_form(link, new, action=link)
    assert (response.status_code, response.location) == (302, f"/{lang}/staff/sign-in")
    # Whoever was in with the old password is out, and the link is used up.
    assert not is_in(client)
    assert client.get(link).location == f"/{lang}/staff/sign-in/forgotten"
    assert try_in(client, account.email) == ""
    assert try_in(client, account.email, "rivers under glass roofs") == HOME
    assert mail_to(session, account).id != mail.id


@sqlite_only
def test_a_forged_host_does_not_reach_the_mail(client: PageClient, session: Session, account: Account) -> None:
    page = client.page("/en/staff/sign-in/forgotten")
    token = page.xpath("//input[@name='csrf_token']/@value")[0]
    data = {"email": account.email, "csrf_token": token}
    client.post("/en/staff/sign-in/forgotten", data=data, headers={"Host": "evil.example"})
    client.post("/en/staff/sign-in/forgotten", data=data)
    link_in(mail_to(session, account))


@sqlite_only
def test_nobody_learns_who_has_an_account_from_a_forgotten_password(
    client: PageClient, session: Session, account: Account
) -> None:
    former = accounts.make(session, account.city)
    former.active = False
    answers = set()
    for email in (account.email, former.email, "nobody@city.example"):
        response = client.post_form("/de/staff/sign-in/forgotten", {"email": email}, action="forgotten")
        [said] = parse(response).xpath("//*[@role='status']")
        answers.add((response.status_code, said.text_content().replace(email, "")))
    assert len(answers) == 1
    session.rollback()
    assert session.scalars(select(Mail.recipient)).all() == [account.email]


@sqlite_only
def test_a_mailbox_cannot_be_filled(client: PageClient, session: Session, account: Account) -> None:
    data = {"email": account.email}
    answers = [client.post_form("/en/staff/sign-in/forgotten", data, action="forgotten") for _ in range(4)]
    assert [response.status_code for response in answers] == [200, 200, 200, 429]


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
def test_a_weak_new_password_is_refused_in_words(client: PageClient, account: Account, lang: str) -> None:
    client.sign_in(account)
    page = f"/{lang}/staff/account/password"
    tries = [("short", "short"), ("passwordpassword", "passwordpassword"), ("a" * 300, "a" * 300), ("x", "y"), ("", "")]
    for new, again in tries:
        data = {"password": PASSWORD, "new_password": new, "new_password_confirm": again}
        response = client.post_form(page, data, action="password")
        assert response.status_code == 200
        assert parse(response).xpath("//p[@class='error']")
    data = {"password": "wrong", "new_password": "rivers under glass", "new_password_confirm": "rivers under glass"}
    assert parse(client.post_form(page, data, action="password")).xpath("//p[@id='password-error']")
    same = {"password": PASSWORD, "new_password": PASSWORD, "new_password_confirm": PASSWORD}
    assert parse(client.post_form(page, same, action="password")).xpath("//p[@id='password-error']")


def test_changing_the_password(client: PageClient, session: Session, account: Account) -> None:
    other = client.application.test_client()
    other.session = session
    client.sign_in(account)
    other.sign_in(account)
    new = "rivers under glass roofs"
    data = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    response = client.post_form("/en/staff/account/password", data, action="password")
    assert response.location == "/en/staff/account"
    assert is_in(client)
    assert not is_in(other)
    assert mail_to(session, account).lang == account.lang


@sqlite_only
def test_what_protects_an_account_changes_only_shortly_after_the_password(client: PageClient, account: Account) -> None:
    client.sign_in(account)
    with client.session_transaction() as cookie:
        cookie["fs_paa"] -= 3600
    for page in ("app", "passkeys", "recovery-codes"):
        response = client.get(f"/de/staff/account/{page}")
        assert response.location == f"/de/staff/account/verify?next=/de/staff/account/{page}"
    page = client.page(response.location)
    wrong = client.send_form(page, "", {"password": "wrong"}, action="verify")
    assert parse(wrong).xpath("//p[@class='error']")
    right = client.send_form(page, "", {"password": PASSWORD}, action="verify")
    assert right.location == "/de/staff/account/recovery-codes"
    client.page(right.location)


@sqlite_only
@pytest.mark.parametrize("address", FOREIGN)
def test_neither_does_the_way_from_any_other_page(client: PageClient, account: Account, address: str) -> None:
    client.sign_in(account)
    assert client.get("/en/staff/account/verify", query_string={"next": address}).status_code == 404
    page = client.page("/en/staff/account/verify")
    response = client.send_form(page, "", {"password": PASSWORD, "next": address}, action="verify", forged=True)
    assert response.status_code == 404


@sqlite_only
def test_every_sentence_of_the_library_is_ours(app: Flask) -> None:
    """Its own catalogues are not complete; whatever it may say has to be in ours."""
    sentences = [value[0] for code, value in app.config.items() if code.startswith("SECURITY_MSG_")]
    assert len(sentences) > 80
    assert not [sentence for sentence in sentences if isinstance(sentence, str)]
