"""How a phone arrives at a page: at its address, signed in where that is needed."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.browser.steps import sign_in
from tests.browser.world import State, World
from tests.live_product import LiveProduct


def at(path: str, *, spoken: bool = True) -> State:
    """A page by its address, which begins with the language where pages have one of their own for each."""

    def go(page: Page, world: World) -> None:
        shown = world.shown
        address = path.format(ids=shown.ids, tokens=shown.tokens, place=shown.place, lang=world.lang)
        page.goto(f"/{world.lang}{address}" if spoken else address)

    return go


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


def for_staff(path: str, who: str = "worms") -> State:
    """A page that somebody has to sign in for."""

    def go(page: Page, world: World) -> None:
        arrive_signed_in(page, world, who)
        at(path)(page, world)

    return go
