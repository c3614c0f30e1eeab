"""Filters on a phone: folded groups, the view of the map kept, the same without a script, and inside another site."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import box_of, open_map
from tests.browser.test_accessibility import EVERYTHING, axe, findings
from tests.factories.shown_entries import Shown
from tests.fixtures.browsers import DESKTOP, PHONE, PageMaker

pytestmark = pytest.mark.usefixtures("shown")
TOUCH = 44


def group(page: Page, name: str) -> Locator:
    """The folded group whose check boxes have this name."""
    return page.locator(f"details.filter-group:has(input[name='{name}'])")


def unfold(page: Page, name: str) -> Locator:
    """Its panel, open."""
    group(page, name).locator("summary").click()
    panel = group(page, name).locator(".filter-panel")
    expect(panel).to_be_visible()
    return panel


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_choice_on_the_map_keeps_its_view_and_leads_to_the_same_list(
    device: dict[str, Any], new_page: PageMaker
) -> None:
    page = new_page(**device)
    open_map(page, "de", "worms", at="16/49.63610/8.36120")
    panel = unfold(page, "place_type")
    panel.locator("label:has(input[value=square])").click()
    panel.locator("button").click()
    page.wait_for_url("**place_type=square**")
    expect(page.locator("#map-status")).not_to_be_empty()
    assert urlsplit(page.url).fragment.startswith("16/49.636")
    assert query(page)["place_type"] == ["square"]
    page.locator(".chip-list").click()
    page.wait_for_url("**/list?**")
    assert query(page)["place_type"] == ["square"]
    expect(page.locator("article.entry").first).to_be_visible()
    page.locator(".filter-taken a").first.click()
    page.wait_for_url(lambda address: "place_type" not in address)


@pytest.mark.parametrize("address", ["/de/worms/", "/de/worms/list"])
@pytest.mark.parametrize("device", [{"viewport": {"width": 360, "height": 740}}, DESKTOP], ids=["phone", "desktop"])
def test_an_open_group_can_be_read_and_touched_and_closed(
    device: dict[str, Any], address: str, new_page: PageMaker
) -> None:
    page = new_page(reduced_motion="reduce", **device)
    page.goto(address)
    panel = unfold(page, "place_type")
    width, height = page.viewport_size["width"], page.viewport_size["height"]  # type: ignore[index]
    left, top, wide, _ = box_of(panel)
    assert left >= 0
    assert left + wide <= width + 0.5
    assert top >= 0
    for option in panel.locator("label").all():
        option.scroll_into_view_if_needed()
        assert box_of(option)[3] >= TOUCH
    button = panel.locator("button")
    button.scroll_into_view_if_needed()
    _, below, _, size = box_of(button)
    assert size >= TOUCH
    assert below + size <= height + 0.5
    # Nothing covers the button.
    button.click(trial=True)
    page.evaluate(axe())
    assert findings(page, EVERYTHING) == []
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(group(page, "place_type").locator("summary")).to_be_focused()


def test_on_a_phone_the_chips_are_one_row_that_is_scrolled(page: Page) -> None:
    open_map(page, "de", "worms")
    row = page.locator(".map-filters")
    tops = {round(box_of(chip)[1] + box_of(chip)[3] / 2) for chip in row.locator(".chip").all()}
    assert max(tops) - min(tops) <= 2
    assert row.evaluate("row => row.scrollWidth > row.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    group(page, "place_type").locator("summary").focus()
    left, _, width, _ = box_of(group(page, "place_type").locator("summary"))
    assert left >= 0
    assert left + width <= PHONE["viewport"]["width"] + 1


def test_everything_works_without_a_script(new_page: PageMaker) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/de/worms/list")
    panel = unfold(page, "place_type")
    panel.locator("label:has(input[value=square])").click()
    panel.locator("button").click()
    assert query(page)["place_type"] == ["square"]
    page.locator("#sort").select_option("distance")
    page.locator("#from").select_option(index=1)
    page.locator(".list-sort button").click()
    assert (query(page)["place_type"], query(page)["sort"]) == (["square"], ["distance"])
    expect(page.locator(".entry-foot").first).to_contain_text("m")
    page.locator("a.chip-list").click()
    assert query(page)["sort"] == ["distance"]
    assert urlsplit(page.url).path == "/de/worms/"


def test_inside_another_site_the_map_stays_and_entries_open_in_a_window(new_page: PageMaker, shown: Shown) -> None:
    page = new_page(reduced_motion="reduce")
    open_map(page, "de", "worms", query="?embed=1&campaign=all")
    expect(page.locator("header, footer")).to_have_count(0)
    expect(page.locator("#map .leaflet-control-attribution")).to_be_visible()
    page.evaluate(axe())
    assert findings(page, EVERYTHING) == []
    page.locator(".chip.kind-climate_oasis").click()
    page.wait_for_url("**kind=climate_oasis**")
    assert query(page)["embed"] == ["1"]
    page.locator("a.chip-list").click()
    page.wait_for_url("**/list?**")
    expect(page.locator("header, footer")).to_have_count(0)
    # The base element leads out of the frame, and the policy lets it.
    with page.context.expect_page() as opened:
        page.locator(".entry-title a").first.click()
    expect(opened.value.locator("header.site-header")).to_be_visible()
    assert "embed" not in opened.value.url
