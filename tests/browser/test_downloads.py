"""Downloads in a browser: one that takes long shows how far it is, and without a script the links are plain ones."""

import csv
import io
import re

from playwright.sync_api import Route, expect

from participation import codebook
from tests.factories.shown_entries import Shown
from tests.fixtures.browsers import PageMaker

PAGE = "/en/worms/downloads"
FILE = 'a[data-name="submissions.csv"]'


def test_a_slow_download_shows_its_progress_and_is_saved(new_page: PageMaker, shown: Shown) -> None:
    page = new_page()
    page.clock.install()
    held: list[Route] = []
    page.route("**/exports/worms/submissions.csv*", lambda route: held.append(route))  # noqa: PLW0108  # Playwright marks what it calls
    page.goto(PAGE)
    rows = page.locator(FILE).get_attribute("data-rows")
    # What is chosen holds for the links at once.
    page.locator("label[for=layout-machine]").click()
    expect(page.locator(FILE)).to_have_attribute("href", re.compile("layout=machine"))
    page.locator(FILE).click()
    expect(page.locator(FILE)).to_have_attribute("aria-disabled", "true")
    panel = page.locator("#progress")
    expect(panel).to_be_hidden()
    page.clock.fast_forward(2100)
    expect(panel.get_by_role("status")).to_have_text("submissions.csv is being downloaded.")
    with page.expect_download() as download:
        held.pop().continue_()
    assert re.fullmatch(r"worms-submissions-v\d+\.csv", download.value.suggested_filename)
    expect(panel.get_by_role("status")).to_have_text("submissions.csv is complete.")
    expect(panel.locator(".progress-figures")).to_contain_text(f"{rows} of {rows} rows")
    panel.get_by_role("button").click()
    expect(panel).to_be_hidden()
    # Stopped by hand, nothing is saved and the page says so.
    page.locator(FILE).click()
    page.clock.fast_forward(2100)
    panel.get_by_role("button").click()
    expect(panel.get_by_role("status")).to_contain_text("was stopped")


def test_what_is_chosen_reaches_the_files_without_the_button(new_page: PageMaker, shown: Shown) -> None:
    page = new_page()
    page.goto(PAGE)
    for choice, asked in (
        ("layout-machine", "layout=machine"),
        ("labels-both", "labels=both"),
        ("language-fr", "lang=fr"),
    ):
        page.locator(f"label[for={choice}]").click()
        expect(page.locator(FILE)).to_have_attribute("href", re.compile(rf"[?&]{asked}(&|$)"))
    # Days change how many entries there are: they hold when the page has counted anew.
    page.locator("#from").fill("2026-07-02")
    expect(page.locator(FILE)).not_to_have_attribute("href", re.compile("from="))
    with page.expect_download() as download:
        page.locator(FILE).click()
    rows = [*csv.DictReader(io.StringIO(download.value.path().read_bytes().decode(), newline=""))]
    assert {row["kind"]: row["kind_label"] for row in rows}["heat_island"] == codebook.label(
        "kind", "heat_island", "fr"
    )


def test_without_a_script_the_link_is_a_download(new_page: PageMaker, shown: Shown) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{PAGE}?kind=heat_island")
    page.locator("label[for=language-fr]").click()
    page.locator("#how button").click()
    with page.expect_download() as download:
        page.locator(FILE).click()
    assert download.value.suggested_filename.startswith("worms-submissions-heat-island-v")
    assert ";" in download.value.path().read_text(encoding="utf-8-sig").split("\n")[0]
