"""Every page in every state: axe finds nothing, on a phone and on a desktop, light and dark; and nothing is cut off on
320 pixels, or with text of twice the size, so that nobody has to scroll to the side.

All of it is looked at in one visit, because coming there takes longer than looking.
"""

import os
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from participation.locales import CODES
from participation.settings import ROOT
from tests.browser.layout import nothing_sticks_out
from tests.browser.states import STATES, World
from tests.factories.shown_entries import Shown
from tests.fixtures.browsers import DESKTOP, PHONE, PageMaker
from tests.live_product import LiveProduct

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"type": "tag", "values": TAGS}
COLOURS = {"type": "rule", "values": ["color-contrast"]}
PHONE_SIZE, DESKTOP_SIZE = PHONE["viewport"], DESKTOP["viewport"]
NARROW = {"width": 320, "height": 640}
RUN = """async (rules) => {
  const { violations, passes } = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
  return { violations, passed: passes.length };
}"""
# Languages differ in their words only: each state is seen in German, and every sixth in one of the others in turn.
# ALL_LANGUAGES=1 sees all states in all of them, which takes four times as long as one.
OTHERS = tuple(code for code in CODES if code != "de")
EVERY = bool(os.environ.get("ALL_LANGUAGES"))
CASES = [
    (lang, state)
    for number, state in enumerate(STATES)
    for lang in ("de", *OTHERS)
    if lang == "de" or EVERY or (number % 6 == 0 and lang == OTHERS[number // 6 % len(OTHERS)])
]


@pytest.mark.parametrize(("lang", "state"), CASES, ids=lambda part: part)
def test_every_state(lang: str, state: str, new_page: PageMaker, live: LiveProduct, shown: Shown) -> None:
    # Nothing moves or fades, so that axe does not see colours on their way.
    page = new_page(locale=lang, reduced_motion="reduce")
    STATES[state](page, World(live, shown, lang))
    page.evaluate(axe())
    problems = [f"phone: {line}" for line in findings(page, EVERYTHING)]
    # Longer words matter most where there is least room.
    if EVERY or lang == "de":
        page.emulate_media(color_scheme="dark")
        problems += [f"phone, dark: {line}" for line in findings(page, COLOURS)]
        page.set_viewport_size(DESKTOP_SIZE)
        problems += [f"desktop, dark: {line}" for line in findings(page, EVERYTHING)]
    assert not problems, "\n".join(problems)
    page.set_viewport_size(NARROW)
    nothing_sticks_out(page)
    page.set_viewport_size(PHONE_SIZE)
    enlarge_text(page)
    nothing_sticks_out(page)


def enlarge_text(page: Page) -> None:
    """What somebody sets in the browser, once and for all pages."""
    setting = page.context.new_cdp_session(page)
    setting.send("Page.enable")
    setting.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    expect(page.locator("html")).to_have_css("font-size", "32px")


def findings(page: Page, rules: dict[str, Any]) -> list[str]:
    """One line for each element that breaks a rule."""
    result = page.evaluate(RUN, rules)
    assert result["passed"] or result["violations"], "axe has looked at nothing"
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


@cache
def axe() -> str:
    """The source of axe-core; the inspector may run it in spite of the page's policy."""
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def test_axe_would_find_something(new_page: PageMaker) -> None:
    page = new_page()
    page.goto("/de/")
    page.evaluate("document.querySelector('h1').innerHTML = '<button></button>'")
    page.evaluate(axe())
    assert any("button-name" in line for line in findings(page, EVERYTHING))
