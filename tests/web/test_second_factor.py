"""The second factor: set up, asked for at the sign-in, each code once, recovery codes, required where it must be."""

import re
import time

import pytest
from lxml import html
from passlib.totp import TOTP
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from participation.locales import CODES
from participation.models.account_sessions import AccountSession
from participation.models.accounts import Account
from participation.models.mails import Mail
from participation.services import accounts as service
from tests.factories import accounts, cities
from tests.factories.accounts import PASSWORD
from tests.fixtures.clients import ClientMaker
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse

APP = "/en/staff/account/app"
CODE = "/en/staff/sign-in/code"
RECOVERY = "/en/staff/sign-in/recovery-code"
QUEUE = "/en/staff/queue/worms"
HALF_MINUTE = 30


@pytest.fixture
def account(session: Session) -> Account:
    return accounts.make(session, cities.make(session))


def is_in(client: PageClient) -> bool:
    return client.get(QUEUE).status_code == 200


def key_on(page: html.HtmlElement) -> str:
    """What somebody without a camera types into the app."""
    return str(page.xpath("string(//code[@class='code-key'])"))


def code_of(key: str, *, later: int = 0) -> str:
    """What the app shows now, or some half minutes later."""
    return str(TOTP(key=key).generate(time.time() + later * HALF_MINUTE).token)


def begin(client: PageClient, page: str = APP) -> html.HtmlElement:
    """The page with the picture and the key."""
    form = next(form for form in client.page(page).forms if form.fields.get("setup") == "authenticator")
    return parse(client.post(form.get("action"), data=dict(form.form_values())))


def set_up(client: PageClient, *, lang: str = "en") -> str:
    """Set up an app for who is signed in; its key."""
    page = f"/{lang}/staff/account/app"
    shown = begin(client, page)
    key = key_on(shown)
    response = client.send_form(shown, page, {"code": code_of(key)}, action="/code")
    assert (response.status_code, response.location) == (302, f"/{lang}/staff/account")
    return key


def sign_out(client: PageClient) -> None:
    client.post_form(QUEUE, {}, action="/sign-out")


def signed_out_with_app(client: PageClient, account: Account) -> str:
    """An account with an app, signed out again; the key of the app."""
    client.sign_in(account)
    key = set_up(client)
    sign_out(client)
    return key


def enter(client: PageClient, code: str, page: str = CODE) -> TestResponse:
    return client.post_form(page, {"code": code}, action=page)


@pytest.mark.parametrize("lang", CODES)
def test_setting_up_an_app_and_signing_in_with_it(
    client: PageClient, session: Session, account: Account, lang: str
) -> None:
    client.sign_in(account, lang=lang)
    key = set_up(client, lang=lang)
    assert account.has_second_factor
    assert key.replace("-", "") not in (account.tf_totp_secret or "")
    client.post_form(f"/{lang}/staff/account", {}, action="/sign-out")
    response = client.sign_in(account, lang=lang)
    assert response.location == f"/{lang}/staff/sign-in/code?next=/{lang}/staff/"
    assert not is_in(client)
    data = {"code": code_of(key, later=1)}
    entered = client.post_form(response.location, data, action="/code")
    assert (entered.status_code, entered.location) == (302, f"/{lang}/staff/")
    assert is_in(client)
    session.rollback()
    assert session.scalars(select(Mail.lang).where(Mail.recipient == account.email)).all() == [account.lang]


@sqlite_only
def test_the_second_step_leads_to_where_somebody_wanted_to_go(client: PageClient, account: Account) -> None:
    key = signed_out_with_app(client, account)
    wanted = "/en/staff/account/sessions"
    page = client.get(wanted).location
    data = {"email": account.email, "password": PASSWORD}
    second = client.post_form(page, data, action="/sign-in").location
    assert client.post_form(second, {"code": code_of(key, later=1)}, action="/code").location == wanted


@sqlite_only
def test_the_picture_holds_the_key_and_stands_in_the_page(client: PageClient, account: Account) -> None:
    client.sign_in(account)
    page = begin(client)
    [picture] = page.xpath("//*[@role='img'][@aria-label]//*[local-name()='svg']")
    assert picture.xpath(".//*[local-name()='path']")
    assert len(re.sub("[^A-Z2-7]", "", key_on(page))) >= 32


@sqlite_only
@pytest.mark.parametrize("code", ["", "000000", "abcdef", "1" * 300, "12 34"])
def test_a_wrong_code_sets_up_nothing(client: PageClient, account: Account, code: str) -> None:
    client.sign_in(account)
    shown = begin(client)
    response = client.send_form(shown, APP, {"code": code}, action="/code")
    again = parse(response)
    assert again.xpath("//p[@class='error']")
    assert not account.has_second_factor
    # The key stays the same, so that nobody has to read the picture again.
    right = client.send_form(again, APP, {"code": code_of(key_on(shown))}, action="/code")
    assert right.status_code == 302
    assert account.has_second_factor


@sqlite_only
def test_each_code_works_once(client: PageClient, account: Account) -> None:
    key = signed_out_with_app(client, account)
    code = code_of(key, later=1)
    client.sign_in(account)
    assert enter(client, code).status_code == 302
    sign_out(client)
    client.sign_in(account)
    assert enter(client, code).status_code == 200
    # Neither does an older one, such as that with which the app was set up.
    assert enter(client, code_of(key, later=-1)).status_code == 200
    assert not is_in(client)


@sqlite_only
def test_a_code_is_good_for_its_half_minute_and_those_beside_it(client: PageClient, account: Account) -> None:
    key = signed_out_with_app(client, account)
    client.sign_in(account)
    for later in (-2, -3, 3):
        assert enter(client, code_of(key, later=later)).status_code == 200


@sqlite_only
def test_codes_cannot_be_guessed(client: PageClient, account: Account) -> None:
    key = signed_out_with_app(client, account)
    client.sign_in(account)
    statuses = [enter(client, f"{number:06}").status_code for number in range(11)]
    assert statuses == [200] * 10 + [429]
    page = client.page(CODE)
    assert client.send_form(page, CODE, {"code": code_of(key, later=1)}, action="/code").status_code == 429
    assert client.post_form(RECOVERY, {"code": "x"}, action="/recovery-code").status_code == 429


@sqlite_only
@pytest.mark.parametrize("page", ["code", "recovery-code", "choose"])
def test_the_second_step_needs_the_first_one(client: PageClient, account: Account, page: str) -> None:
    signed_out_with_app(client, account)
    assert client.get(f"/de/staff/sign-in/{page}").location == "/de/staff/sign-in"
    assert client.get("/de/staff/sign-in/passkey").status_code == 404


def test_recovery_codes(client: PageClient, session: Session, account: Account) -> None:
    client.sign_in(account)
    set_up(client)
    page = parse(client.post_form("/en/staff/account/recovery-codes", {}, action="/recovery-codes"))
    codes = [code.text_content() for code in page.xpath("//main//code")]
    assert len({*codes}) == 10
    assert len(account.mf_recovery_codes or []) == 10
    assert not {*codes} & {*(account.mf_recovery_codes or [])}
    # They are shown once.
    shown = client.page("/en/staff/account/recovery-codes?show_codes=1").text_content()
    assert not any(code in shown for code in codes)
    sign_out(client)
    client.sign_in(account)
    assert client.post_form(RECOVERY, {"code": "0000-0000-0000"}, action="/recovery-code").status_code == 200
    typed = codes[3].replace("-", " ").upper()
    assert client.post_form(RECOVERY, {"code": typed}, action="/recovery-code").location == "/en/staff/"
    assert is_in(client)
    assert len(account.mf_recovery_codes or []) == 9
    sign_out(client)
    client.sign_in(account)
    assert client.post_form(RECOVERY, {"code": codes[3]}, action="/recovery-code").status_code == 200
    session.rollback()
    assert len(session.scalars(select(Mail.id)).all()) == 2


@sqlite_only
def test_new_recovery_codes_replace_the_old_ones(client: PageClient, account: Account) -> None:
    client.sign_in(account)
    set_up(client)
    client.post_form("/en/staff/account/recovery-codes", {}, action="/recovery-codes")
    before = [*(account.mf_recovery_codes or [])]
    client.post_form("/en/staff/account/recovery-codes", {}, action="/recovery-codes")
    assert len(before) == 10
    assert not {*before} & {*(account.mf_recovery_codes or [])}


@sqlite_only
def test_doing_without_the_app_again(client: PageClient, account: Account) -> None:
    client.sign_in(account)
    set_up(client)
    page = client.page(APP)
    [form] = [form for form in page.forms if form.fields.get("setup") == "disable"]
    client.post(form.get("action"), data=dict(form.form_values()))
    assert not account.has_second_factor
    sign_out(client)
    assert client.sign_in(account).location == "/en/staff/"


@pytest.mark.parametrize("lang", CODES)
def test_where_it_is_required_nobody_gets_in_without(
    make_client: ClientMaker, session: Session, account: Account, lang: str
) -> None:
    client = make_client(second_factor="required")
    response = client.sign_in(account, lang=lang)
    assert response.location == f"/{lang}/staff/account/app"
    assert not is_in(client)
    assert client.get(f"/{lang}/staff/account").status_code == 302
    shown = begin(client, response.location)
    wrong = client.send_form(shown, "", {"code": "000000"}, action="/code")
    assert parse(wrong).xpath("//p[@class='error']")
    response = client.send_form(shown, "", {"code": code_of(key_on(shown))}, action="/code")
    assert response.location == f"/{lang}/staff/"
    assert is_in(client)
    # And nobody gives it up again.
    app = f"/{lang}/staff/account/app"
    page = client.page(app)
    assert not [form for form in page.forms if form.fields.get("setup") == "disable"]
    token = page.xpath("//input[@name='csrf_token']/@value")[0]
    client.post(app, data={"setup": "disable", "csrf_token": token})
    session.expire_all()
    assert account.has_second_factor


@sqlite_only
def test_it_is_required_unless_a_setting_says_otherwise(make_client: ClientMaker, account: Account) -> None:
    assert make_client(second_factor="optional").sign_in(account).location == "/en/staff/"


@sqlite_only
def test_who_has_lost_everything_begins_anew(client: PageClient, session: Session, account: Account) -> None:
    signed_out_with_app(client, account)
    service.forget_second_factor(session, email=account.email)
    assert client.sign_in(account).location == "/en/staff/"


@sqlite_only
def test_another_app_takes_the_place_of_the_first_one(client: PageClient, account: Account) -> None:
    client.sign_in(account)
    first = set_up(client)
    shown = begin(client)
    second = key_on(shown)
    client.send_form(shown, APP, {"code": code_of(second, later=1)}, action="/code")
    sign_out(client)
    client.sign_in(account)
    assert enter(client, code_of(first, later=1)).status_code == 200
    # A code that is older than the last one that was taken is not good any more; the next one is.
    account.totp_counter = None
    assert enter(client, code_of(second, later=1)).status_code == 302


@sqlite_only
def test_the_second_step_gives_no_session(client: PageClient, session: Session, account: Account) -> None:
    signed_out_with_app(client, account)
    client.sign_in(account, password=PASSWORD)
    session.rollback()
    assert session.scalars(select(AccountSession)).all() == []


@sqlite_only
def test_passkeys_without_a_script_lead_on(client: PageClient, account: Account) -> None:
    client.sign_in(account)
    page = client.page("/de/staff/account/passkeys")
    assert page.xpath("//noscript")
    asked = parse(client.send_form(page, "", {"name": "Schlüssel 1"}, action="/passkeys"))
    [form] = asked.xpath("//form[@id='passkey-form']")
    assert "challenge" in asked.xpath("string(//script[@id='passkey-options'])")
    answer = client.send_form(asked, "", {"credential": "{}"}, action=form.get("action"), forged=True)
    assert answer.location == "/de/staff/account/passkeys"
    assert client.page(answer.location).xpath("//p[@role='alert']")
    assert not account.has_second_factor
