"""What the states of pages in browser tests are made of."""

from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import Page

from tests.factories.shown_entries import Shown
from tests.live_product import LiveProduct


class World(NamedTuple):
    """What a state needs besides the page: the product, what it has to show, and the language."""

    live: LiveProduct
    shown: Shown
    lang: str


State = Callable[[Page, World], None]
