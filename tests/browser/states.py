"""Every page in every state worth looking at, each as a function that brings a phone there."""

from playwright.sync_api import Page, expect

from tests.browser.adding_states import ADDING, what
from tests.browser.arriving import at, for_staff
from tests.browser.comparison_states import COMPARISON
from tests.browser.data_states import DATA
from tests.browser.places_states import PLACES
from tests.browser.steps import cluster, go_on, map_is_ready, open_form, open_map, pin, send_button
from tests.browser.world import State, World


def _map(page: Page, world: World) -> None:
    open_map(page, world.lang, "worms")


def _map_with_sheet(page: Page, world: World) -> None:
    open_map(page, world.lang, "worms", at="17/49.6349/8.3569")
    pin(page, str(world.shown.ids["alone"])).tap()
    expect(page.locator("#sheet .entry")).to_be_visible()


def _map_with_cluster(page: Page, world: World) -> None:
    open_map(page, world.lang, "worms", at="18/49.6361/8.3612")
    cluster(page).tap()
    expect(page.locator("#sheet a.button")).to_be_visible()


def _map_with_menu(page: Page, world: World) -> None:
    open_map(page, world.lang, "worms")
    page.locator(".site-header details.drop summary").first.click()
    expect(page.locator(".site-header details[open] nav")).to_be_visible()


def _closed_map(page: Page, world: World) -> None:
    open_map(page, world.lang, "koeln")


def _where(page: Page, world: World) -> None:
    open_form(page, world.lang, "worms")


def _where_by(way: str) -> State:
    def go(page: Page, world: World) -> None:
        open_form(page, world.lang, "worms")
        page.locator(f'button[data-way="{way}"]').click()
        page.locator("input[name=near_home]").check()

    return go


def _where_refused(page: Page, world: World) -> None:
    open_form(page, world.lang, "worms")
    page.locator("#to-what").click()
    expect(page.locator("#where-wrong")).not_to_be_empty()


def _what_refused(page: Page, world: World) -> None:
    open_form(page, world.lang, "worms", query="&lat=49.6349&lon=8.3569")
    go_on(page)
    send_button(page).click()
    expect(page.locator("#errors li").first).to_be_visible()


def _refused_by_the_server(page: Page, world: World) -> None:
    open_form(page, world.lang, "worms", kind="idea")
    page.locator("#skip-where").click()
    with page.expect_navigation():
        page.evaluate("document.getElementById('add-form').submit()")
    expect(page.locator("#errors li").first).to_be_visible()


def _sign_in_refused(page: Page, world: World) -> None:
    page.goto(f"/{world.lang}/staff/sign-in")
    page.locator("input[name=email]").fill("nobody@city.example")
    page.locator("input[name=password]").fill("wrong-password-1")
    page.locator("main form button").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _decision_opened(page: Page, world: World) -> None:
    """Everything that can be done with a published entry, unfolded."""
    for_staff("/staff/submissions/{ids[published]}")(page, world)
    for summary in page.locator("main details:not(.photo) > summary").all():
        summary.click()


def _translation_opened(page: Page, world: World) -> None:
    """A machine has made one that nobody has checked; it could also be deleted."""
    for_staff("/staff/submissions/{ids[beside]}/translations")(page, world)
    page.locator("main details > summary").click()


def _queue_with_rejection(page: Page, world: World) -> None:
    for_staff("/staff/queue/worms")(page, world)
    page.locator("details.reject > summary").first.click()


def _queue_help(page: Page, world: World) -> None:
    for_staff("/staff/queue/worms")(page, world)
    page.locator(".queue-filters > summary").click()
    page.locator(".queue-together > summary").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def _authenticator_app(page: Page, world: World) -> None:
    for_staff("/staff/account/app")(page, world)
    page.locator("main form button").first.click()
    expect(page.locator(".code-picture svg")).to_be_visible()


def _empty_queue(page: Page, world: World) -> None:
    for_staff("/staff/queue/koeln", "koeln")(page, world)
    expect(page.locator(".all-done")).to_be_visible()


def _place_on_map(page: Page, world: World) -> None:
    at("/worms/places/{place}")(page, world)
    page.locator('a.button[href*="#17/"]').click()
    map_is_ready(page)


STATES: dict[str, State] = {
    "start": at("/"),
    "map": _map,
    "map-sheet": _map_with_sheet,
    "map-cluster": _map_with_cluster,
    "map-menu": _map_with_menu,
    "map-closed": _closed_map,
    "map-of-a-place": _place_on_map,
    "list": at("/worms/list"),
    "list-empty": at("/worms/list?kind=feedback"),
    "kinds": at("/worms/add"),
    "add-closed": at("/koeln/add?kind=idea"),
    "where": _where,
    "where-landmark": _where_by("landmark"),
    "where-words": _where_by("words"),
    "where-refused": _where_refused,
    **ADDING,
    "what": what,
    "what-refused": _what_refused,
    "server-refused": _refused_by_the_server,
    "thanks": at("/receipts/{tokens[pending]}?sent=1"),
    "receipt-published": at("/receipts/{tokens[published]}"),
    "receipt-rejected": at("/receipts/{tokens[rejected]}"),
    **PLACES,
    "entry": at("/worms/submissions/{ids[published]}"),
    "place": at("/worms/places/{place}"),
    "about": at("/worms/about"),
    "imprint": at("/worms/imprint"),
    "privacy": at("/worms/privacy"),
    "accessibility": at("/worms/accessibility"),
    "terms": at("/worms/terms"),
    "error": at("/nowhere/"),
    "sign-in": at("/staff/sign-in"),
    "sign-in-refused": _sign_in_refused,
    "queue": for_staff("/staff/queue/worms"),
    "queue-rejection": _queue_with_rejection,
    "queue-help": _queue_help,
    "queue-empty": _empty_queue,
    "cities": for_staff("/staff/", "operator"),
    "decision": for_staff("/staff/submissions/{ids[pending]}"),
    "decision-in-words": for_staff("/staff/submissions/{ids[in_words]}"),
    "forgotten-password": at("/staff/sign-in/forgotten"),
    "account": for_staff("/staff/account"),
    "account-app": _authenticator_app,
    "account-passkeys": for_staff("/staff/account/passkeys"),
    "account-sessions": for_staff("/staff/account/sessions"),
    "roles": for_staff("/staff/roles"),
    "staff": for_staff("/staff/accounts", "operator"),
    "invite": for_staff("/staff/invitations/new", "operator"),
    "decision-opened": _decision_opened,
    "desk-reports": for_staff("/staff/notices/worms"),
    "desk-report": for_staff("/staff/notices/worms/{ids[notice]}"),
    "desk-report-contact": for_staff("/staff/notices/worms/{ids[notice]}/contact"),
    "objections": for_staff("/staff/appeals/worms"),
    "objection": for_staff("/staff/appeals/worms/{ids[appeal]}"),
    "notes": for_staff("/staff/notes/worms"),
    "notes-of-entry": for_staff("/staff/submissions/{ids[pending]}/notes"),
    "reply-templates": for_staff("/staff/replies/worms"),
    "contact-readings": for_staff("/staff/contacts/worms", "operator"),
    "object": at("/receipts/{tokens[rejected]}/object"),
    "receipt-objected": at("/receipts/{tokens[objected]}"),
    "decision-published": for_staff("/staff/submissions/{ids[published]}"),
    "translation": _translation_opened,
    **DATA,
    **COMPARISON,
    "comparison-notes": for_staff("/staff/compare/worms-metz/notes?figure=heat_island-reasons"),
}
