"""No page asks another host for anything; the watch over every page in these tests would see it."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.states import STATES, World
from tests.browser.steps import sign_in
from tests.browser_watch import Watch
from tests.factories.shown_entries import Shown
from tests.live_product import LiveProduct

# One page of each sort: what differs further on in the path or in the query is another example of the same.
BY_ID = ("places", "submissions", "receipts")
# Cities of the tests of basemaps, which may have run before: one of them has a basemap that fails, on purpose.
GROUNDS = "/ground-"
ENOUGH = 90

DOWNLOAD = re.compile(r"^/exports/|\.(csv|pdf|png|svg)$")


def sort_of(address: str) -> tuple[str, ...]:
    """What a page is, without saying of which entry."""
    parts = [part for part in urlsplit(address).path.split("/") if part]
    return tuple(part for before, part in zip(["", *parts], parts, strict=False) if before not in BY_ID)


def links_of(page: Page) -> list[str]:
    """Where the links of a page lead, without downloads."""
    found: Iterable[str] = page.eval_on_selector_all("a[href]", "links => links.map((link) => link.href)")
    return [link for link in found if not DOWNLOAD.search(urlsplit(link).path) and GROUNDS not in link]


@pytest.mark.parametrize("who", ["a resident", "a moderator"])
def test_every_page_that_a_link_leads_to(who: str, page: Page, live: LiveProduct, shown: Shown) -> None:
    if who == "a moderator":
        sign_in(page, "fr", live.staff["worms"])
    else:
        page.goto("/fr/")
    visited = {sort_of(page.url)}
    waiting = links_of(page)
    while waiting:
        link = waiting.pop()
        in_french = urlsplit(link).path.startswith("/fr/")
        if link.startswith(live.base) and in_french and sort_of(link) not in visited:
            visited.add(sort_of(link))
            page.goto(link)
            # A map goes on asking when the page is there.
            if page.locator("#map").count():
                page.wait_for_load_state("networkidle")
            waiting += links_of(page)
    assert ("fr", "worms", "add") in visited
    assert ("fr", "worms", "submissions") in visited
    assert (("fr", "staff", "queue", "worms") in visited) == (who == "a moderator")
    assert len(visited) < ENOUGH


def test_the_watch_sees_what_a_page_must_not_do(browser: Browser, live: LiveProduct) -> None:
    context = browser.new_context(base_url=live.base)
    watch = Watch(context, live.base)
    page = context.new_page()

    def answer(route: Route) -> None:
        route.fulfill(
            content_type="text/html",
            headers={
                "Content-Security-Policy": "default-src 'self' http://elsewhere.example; script-src 'unsafe-inline'"
            },
            body="""<p style="color: red">x</p><img src="http://elsewhere.example/x.png"><img src="/nowhere.png">
              <script>setTimeout(() => missing());</script>""",
        )

    context.route("**/bad", answer)
    page.goto("/bad", wait_until="networkidle")
    context.close()
    for sign in ("a foreign host: http://elsewhere", "inline style", "/nowhere.png: 404", "missing is not defined"):
        assert any(sign in problem for problem in watch.problems), (sign, watch.problems)


@pytest.mark.parametrize("state", ["map-sheet", "where-words", "what-refused", "decision-in-words"])
def test_states_that_no_link_leads_to(state: str, page: Page, live: LiveProduct, shown: Shown) -> None:
    STATES[state](page, World(live, shown, "es"))
    page.wait_for_load_state("networkidle")
