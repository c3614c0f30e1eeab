"""Every page in every state worth looking at, each as a function that brings a phone there."""

from functools import cache
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.adding_states import ADDING, what
from tests.browser.comparison_states import COMPARISON
from tests.browser.places_states import PLACES
from tests.browser.steps import cluster, go_on, map_is_ready, open_form, open_map, pin, send_button, sign_in
from tests.browser.world import State, World
from tests.live_product import LiveProduct


def _at(path: str) -> State:
    def go(page: Page, world: World) -> None:
        page.goto(
            f"/{world.lang}{path.format(ids=world.shown.ids, tokens=world.shown.tokens, place=world.shown.place)}"
        )

    return go


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


@cache
def _cookies(live: LiveProduct, who: str) -> dict[str, Any]:
    """The cookies of somebody who has signed in, by product and name; filled by the first who does."""
    return {}


def arrive_signed_in(page: Page, world: World, who: str) -> None:
    """The form takes its time on purpose, so only the first one goes through it."""
    kept = _cookies(world.live, who)
    if not kept:
        sign_in(page, world.lang, world.live.staff[who])
        kept["cookies"] = [one for one in page.context.cookies() if one.get("httpOnly")]
    page.context.add_cookies(kept["cookies"])


def _for_staff(path: str, who: str = "worms") -> State:
    def go(page: Page, world: World) -> None:
        arrive_signed_in(page, world, who)
        _at(path)(page, world)

    return go


def _decision_opened(page: Page, world: World) -> None:
    """Everything that can be done with a published entry, unfolded."""
    _for_staff("/staff/submissions/{ids[published]}")(page, world)
    for summary in page.locator("main details:not(.photo) > summary").all():
        summary.click()


def _queue_with_rejection(page: Page, world: World) -> None:
    _for_staff("/staff/queue/worms")(page, world)
    page.locator("details.reject > summary").first.click()


def _queue_help(page: Page, world: World) -> None:
    _for_staff("/staff/queue/worms")(page, world)
    page.locator(".queue-filters > summary").click()
    page.locator(".queue-together > summary").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def _authenticator_app(page: Page, world: World) -> None:
    _for_staff("/staff/account/app")(page, world)
    page.locator("main form button").first.click()
    expect(page.locator(".code-picture svg")).to_be_visible()


def _empty_queue(page: Page, world: World) -> None:
    _for_staff("/staff/queue/koeln", "koeln")(page, world)
    expect(page.locator(".all-done")).to_be_visible()


def _place_on_map(page: Page, world: World) -> None:
    _at("/worms/places/{place}")(page, world)
    page.locator('a.button[href*="#17/"]').click()
    map_is_ready(page)


STATES: dict[str, State] = {
    "start": _at("/"),
    "map": _map,
    "map-sheet": _map_with_sheet,
    "map-cluster": _map_with_cluster,
    "map-menu": _map_with_menu,
    "map-closed": _closed_map,
    "map-of-a-place": _place_on_map,
    "list": _at("/worms/list"),
    "list-empty": _at("/worms/list?kind=feedback"),
    "kinds": _at("/worms/add"),
    "add-closed": _at("/koeln/add?kind=idea"),
    "where": _where,
    "where-landmark": _where_by("landmark"),
    "where-words": _where_by("words"),
    "where-refused": _where_refused,
    **ADDING,
    "what": what,
    "what-refused": _what_refused,
    "server-refused": _refused_by_the_server,
    "thanks": _at("/receipts/{tokens[pending]}?sent=1"),
    "receipt-published": _at("/receipts/{tokens[published]}"),
    "receipt-rejected": _at("/receipts/{tokens[rejected]}"),
    **PLACES,
    "entry": _at("/worms/submissions/{ids[published]}"),
    "place": _at("/worms/places/{place}"),
    "about": _at("/worms/about"),
    "imprint": _at("/worms/imprint"),
    "privacy": _at("/worms/privacy"),
    "accessibility": _at("/worms/accessibility"),
    "terms": _at("/worms/terms"),
    "error": _at("/nowhere/"),
    "sign-in": _at("/staff/sign-in"),
    "sign-in-refused": _sign_in_refused,
    "queue": _for_staff("/staff/queue/worms"),
    "queue-rejection": _queue_with_rejection,
    "queue-help": _queue_help,
    "queue-empty": _empty_queue,
    "cities": _for_staff("/staff/", "operator"),
    "decision": _for_staff("/staff/submissions/{ids[pending]}"),
    "decision-in-words": _for_staff("/staff/submissions/{ids[in_words]}"),
    "forgotten-password": _at("/staff/sign-in/forgotten"),
    "account": _for_staff("/staff/account"),
    "account-app": _authenticator_app,
    "account-passkeys": _for_staff("/staff/account/passkeys"),
    "account-sessions": _for_staff("/staff/account/sessions"),
    "roles": _for_staff("/staff/roles"),
    "staff": _for_staff("/staff/accounts", "operator"),
    "invite": _for_staff("/staff/invitations/new", "operator"),
    "decision-opened": _decision_opened,
    "desk-reports": _for_staff("/staff/notices/worms"),
    "desk-report": _for_staff("/staff/notices/worms/{ids[notice]}"),
    "desk-report-contact": _for_staff("/staff/notices/worms/{ids[notice]}/contact"),
    "objections": _for_staff("/staff/appeals/worms"),
    "objection": _for_staff("/staff/appeals/worms/{ids[appeal]}"),
    "notes": _for_staff("/staff/notes/worms"),
    "notes-of-entry": _for_staff("/staff/submissions/{ids[pending]}/notes"),
    "reply-templates": _for_staff("/staff/replies/worms"),
    "contact-readings": _for_staff("/staff/contacts/worms", "operator"),
    "object": _at("/receipts/{tokens[rejected]}/object"),
    "receipt-objected": _at("/receipts/{tokens[objected]}"),
    "decision-published": _for_staff("/staff/submissions/{ids[published]}"),
    **COMPARISON,
    "comparison-notes": _for_staff("/staff/compare/worms-metz/notes?figure=heat_island-reasons"),
}
