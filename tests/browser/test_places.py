"""Support, reports, corrections and news by mail, as people meet them: by plain pages, and with the keyboard alone."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.factories.shown_entries import Shown
from tests.fixtures.browsers import PageMaker
from tests.live_product import LiveProduct


@pytest.mark.parametrize("script", [True, False])
def test_support_is_given_once_and_taken_back(script: bool, new_page: PageMaker, shown: Shown) -> None:
    page = new_page(java_script_enabled=script)
    page.goto(f"/de/worms/submissions/{shown.ids['alone']}")
    page.locator(".support a.button").click()
    if not script:
        page.locator(".support form button").click()
    expect(page.locator(".support.is-given")).to_be_visible()
    expect(page.get_by_role("status")).to_be_visible()
    page.reload()
    expect(page.locator(".support.is-given")).to_be_visible()
    page.locator(".support form button").click()
    expect(page.locator(".support:not(.is-given)")).to_be_visible()


def test_a_report_by_keyboard_alone(page: Page, shown: Shown) -> None:
    page.goto(f"/de/worms/submissions/{shown.ids['published']}/notice")
    page.locator("#ground-0").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Das Foto zeigt meinen Nachbarn.")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.locator("#good_faith")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/notices/*")
    expect(page.locator(".thanks h1")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_a_correction_reaches_the_receipt(script: bool, new_page: PageMaker, shown: Shown) -> None:
    page = new_page(java_script_enabled=script)
    page.goto(f"/de/receipts/{shown.tokens['pending']}")
    page.locator('a[href$="/correct"]').click()
    text = f"Korrigiert um {time.time()}"
    page.locator("textarea[name=text]").fill(text)
    page.locator("form.correct button[type=submit]").click()
    expect(page.locator(".entry-text")).to_have_text(text)


def test_a_tap_on_the_map_moves_an_entry_until_it_is_decided(page: Page, shown: Shown) -> None:
    page.goto(f"/de/receipts/{shown.tokens['pending']}/correct")
    spot = page.locator(".place-marker .badge")
    expect(spot).to_be_visible()
    before = page.locator("#lat").input_value()
    page.locator("#map").tap(position={"x": 100, "y": 100})
    expect(page.locator("#lat")).not_to_have_value(before)
    moved = page.locator("#lat").input_value()
    page.locator("#near_home").uncheck()
    page.locator("form.correct button[type=submit]").click()
    page.locator('a[href$="/correct"]').click()
    expect(page.locator("#lat")).to_have_value(moved)


def test_the_mail_that_is_asked_for_arrives_and_its_button_confirms(
    new_page: PageMaker, live: LiveProduct, shown: Shown
) -> None:
    page = new_page()
    page.goto(f"/de/receipts/{shown.tokens['pending']}")
    address = f"anna-{time.time():.0f}@people.example"
    page.locator("#email").fill(address)
    page.locator("form.follow button[type=submit]").click()
    expect(page.locator(".flash[role=status]")).to_be_visible()
    link = _link_to(live, address)
    page.goto(link)
    page.locator("button[value=confirm]").click()
    expect(page.locator(".stand-good")).to_contain_text(address)
    page.locator("button[value=end]").click()
    expect(page.locator("main")).not_to_contain_text(address)


def _link_to(live: LiveProduct, address: str) -> str:
    """The link in the mail to this address, which the worker writes."""
    live.run("worker", "once")
    [mail] = [
        text for file in (live.settings.instance / "mail").glob("*.eml") if f"To: {address}" in (text := _text(file))
    ]
    return str(re.findall(r"https?://[^/]+(/de/followers/\S+)", mail)[0])


def _text(file: Path) -> str:
    """A mail with its long lines joined again."""
    return file.read_text(encoding="utf-8").replace("=\n", "")
