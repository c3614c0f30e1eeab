"""The comparison in every state worth looking at."""

from playwright.sync_api import Page, expect

from tests.browser.world import State, World


def open_comparison(page: Page, lang: str, partnership: str = "worms-metz", query: str = "") -> None:
    """The page as it comes, with pictures instead of maps."""
    page.goto(f"/{lang}/compare/{partnership}{query}")


def bring_up_maps(page: Page) -> None:
    """Scroll to the maps, which are made only now."""
    page.locator(".compare-maps").scroll_into_view_if_needed()
    expect(page.locator(".compare-maps.compare-live .leaflet-control-scale-line")).not_to_have_count(0)
    expect(page.locator(".compare-live-map .compare-cell")).not_to_have_count(0)


def unfold(page: Page) -> None:
    """Open everything that is a click away, but not the figures of both campaigns, which are built like all others."""
    page.evaluate(
        "document.querySelectorAll('main section:not([aria-labelledby=seasons]) details')"
        ".forEach((part) => { part.open = true; })"
    )


def _opened(page: Page, world: World) -> None:
    open_comparison(page, world.lang)
    unfold(page)
    bring_up_maps(page)


def _six(page: Page, world: World) -> None:
    open_comparison(page, world.lang, "six-cities", "?city=all")


def _printed(page: Page, world: World) -> None:
    open_comparison(page, world.lang)
    page.emulate_media(media="print")


def _without_result(page: Page, world: World) -> None:
    open_comparison(page, world.lang, "koeln-yarinacocha")


COMPARISON: dict[str, State] = {
    "comparison": _opened,
    "comparison-six": _six,
    "comparison-printed": _printed,
    "comparison-without-result": _without_result,
}
