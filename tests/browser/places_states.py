"""Places, reports, receipts and news by mail in every state worth looking at."""

from playwright.sync_api import Page, expect

from tests.browser.world import State, World


def _at(path: str) -> State:
    def go(page: Page, world: World) -> None:
        page.goto(f"/{world.lang}{path.format(ids=world.shown.ids, tokens=world.shown.tokens)}")

    return go


def _supported(page: Page, world: World) -> None:
    _at("/worms/submissions/{ids[alone]}")(page, world)
    page.locator(".support a.button").click()
    expect(page.locator(".support.is-given")).to_be_visible()


def _report_refused(page: Page, world: World) -> None:
    _at("/worms/submissions/{ids[published]}/notice")(page, world)
    page.locator("#email").fill("nobody")
    page.locator("form.notice button[type=submit]").click()
    expect(page.locator("#errors li")).to_have_count(4)


def _corrected(page: Page, world: World) -> None:
    _at("/receipts/{tokens[pending]}/correct")(page, world)
    for fold in page.locator("details.fold > summary").all():
        fold.click()


def _correction_refused(page: Page, world: World) -> None:
    _corrected(page, world)
    page.locator("#lat").fill("50.5")
    page.locator("form.correct button[type=submit]").click()
    expect(page.locator("#errors li").first).to_be_visible()


def _address_refused(page: Page, world: World) -> None:
    _at("/receipts/{tokens[pending]}")(page, world)
    page.locator("#email").fill("nobody")
    page.locator("form.follow button[type=submit]").click()
    expect(page.locator("#email[aria-invalid=true]")).to_be_visible()


PLACES: dict[str, State] = {
    "place-supported": _supported,
    "report": _at("/worms/submissions/{ids[published]}/notice"),
    "report-refused": _report_refused,
    "report-thanks": _at("/worms/notices/{ids[notice]}"),
    "receipt-pending": _at("/receipts/{tokens[pending]}"),
    "receipt-correct": _corrected,
    "receipt-correct-refused": _correction_refused,
    "receipt-address-refused": _address_refused,
    "news-confirm": _at("/followers/{tokens[follower]}"),
    "news-ended": _at("/followers/unknown"),
}
