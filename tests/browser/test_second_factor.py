"""The second factor in a real browser: an app's codes without any script, and a passkey of a device that is played."""

import re
import time
from typing import Any

import pytest
from passlib.totp import TOTP
from playwright.sync_api import Page, expect

from participation.models.accounts import Account
from tests.browser.steps import sign_in
from tests.factories import accounts
from tests.factories.accounts import PASSWORD
from tests.fixtures.browsers import PageMaker
from tests.live_product import LiveProduct, SignIn

HALF_MINUTE = 30
DEVICE: dict[str, Any] = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def somebody(live: LiveProduct) -> SignIn:
    """A new operator, whose second factor is nobody else's."""
    with live.session() as session:
        made: Account = accounts.make(session, email=f"second-{time.time_ns()}@city.example")
        return SignIn(made.email, PASSWORD)


def code_of(key: str, *, later: int = 0) -> str:
    """What the app shows now, or some half minutes later."""
    return str(TOTP(key=key).generate(time.time() + later * HALF_MINUTE).token)


def sign_out(page: Page) -> None:
    """By the button in the menu."""
    page.goto("/de/staff/account/sessions")
    page.locator("main form[action$='/sign-out'] button").click()
    expect(page.locator("input[name=password]")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_app_is_set_up_and_asked_for(scripts: bool, new_page: PageMaker, somebody: SignIn) -> None:
    page = new_page(java_script_enabled=scripts)
    sign_in(page, "de", somebody)
    page.goto("/de/staff/account/app")
    page.locator("main form button").first.click()
    picture = page.locator(".code-picture svg").bounding_box()
    assert picture
    assert picture["width"] > 150
    page.locator("main summary").click()
    key = page.locator(".code-key").inner_text()
    page.locator("input[name=code]").fill(code_of(key))
    page.locator("main form button").click()
    expect(page).to_have_url(re.compile(r"/de/staff/account$"))
    page.goto("/de/staff/account/recovery-codes")
    page.locator("main form button").click()
    codes = page.locator(".recovery-codes code").all_inner_texts()
    sign_out(page)
    page.locator("input[name=email]").fill(somebody.email)
    page.locator("input[name=password]").fill(somebody.password)
    page.locator("main form button").click()
    page.locator("input[name=code]").fill(code_of(key, later=1))
    page.locator("main form button").click()
    expect(page).to_have_url(re.compile(r"/de/staff/$"))
    sign_out(page)
    sign_in(page, "de", somebody)
    page.locator("main a[href*='/recovery-code']").click()
    page.locator("input[name=code]").fill(codes[0])
    page.locator("main form button").click()
    expect(page).to_have_url(re.compile(r"/de/staff/$"))


def test_a_passkey_is_added_and_asked_for(new_page: PageMaker, live: LiveProduct, somebody: SignIn) -> None:
    # Browsers keep no passkeys for a number.
    page = new_page(base_url=live.base.replace("127.0.0.1", "localhost"))
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    added = device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    sign_in(page, "de", somebody)
    page.goto("/de/staff/account/passkeys")
    page.locator("input[name=name]").fill("Mein Telefon")
    page.locator("main form button").click()
    expect(page.locator("main .card h2")).to_have_text("Mein Telefon")
    kept = device.send("WebAuthn.getCredentials", {"authenticatorId": added["authenticatorId"]})["credentials"]
    assert [one["rpId"] for one in kept] == ["localhost"]
    sign_out(page)
    sign_in(page, "de", somebody)
    expect(page).to_have_url(re.compile(r"/sign-in/passkey"))
    page.locator("main form button").click()
    expect(page).to_have_url(re.compile(r"/de/staff/$"))
    # Another device does not get in with the password alone.
    stranger = new_page()
    sign_in(stranger, "de", somebody)
    expect(stranger).to_have_url(re.compile(r"/sign-in/passkey"))
    page.goto("/de/staff/account/passkeys")
    page.locator("main .card form button").click()
    expect(page.locator("main .card")).to_have_count(0)


def test_a_passkey_that_is_refused_says_so(new_page: PageMaker, somebody: SignIn) -> None:
    page = new_page()
    sign_in(page, "de", somebody)
    page.goto("/de/staff/account/passkeys")
    page.locator("input[name=name]").fill("Mein Telefon")
    page.locator("main form button").click()
    expect(page.locator("#passkey-problem")).to_be_visible()
