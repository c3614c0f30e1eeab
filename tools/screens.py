"""Take pictures of every step of a resident in the demo: `python -m tools.screens docs/screens`.

Starts the product with a demo of its own and opens each step in Chromium at phone, tablet and desktop size, light and
dark, in German for its long words and in Spanish; the pictures are WebP.
"""

import argparse
import io
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from benches.page import CHROMIUM_FLAGS
from benches.product import CITY, MIDDLE, Product, chromium, running

SIZES = {"small": (360, 740), "phone": (390, 844), "tablet": (820, 1180), "desktop": (1440, 900)}
# The map opens a pin that lies in its middle with Enter, as for whoever uses a keyboard.
OPEN_MIDDLE = "() => document.getElementById('map').pins?.items.length > 0"
QUALITY = 80


@dataclass(frozen=True)
class Visit:
    """A browser's page, the product, and the address of the city in one language."""

    page: Page
    product: Product
    city: str

    def go(self, path: str) -> None:
        """Open a page of the city and wait until it is at rest."""
        self.page.goto(f"{self.city}{path}", wait_until="networkidle")


def _open(path: str) -> Callable[[Visit], None]:
    return lambda visit: visit.go(path)


def _sheet(visit: Visit) -> None:
    visit.go(f"/#17/{MIDDLE.lat}/{MIDDLE.lon}")
    visit.page.wait_for_function(OPEN_MIDDLE)
    visit.page.locator("#map").press("Enter")
    visit.page.locator("#sheet .entry").wait_for()


def _where(visit: Visit) -> None:
    visit.go(f"/add?kind=heat_island&lat={MIDDLE.lat}&lon={MIDDLE.lon}")


def _on(visit: Visit) -> None:
    _where(visit)
    visit.page.locator("#to-what").click()
    visit.page.locator("#near-on, #what-title").locator("visible=true").first.wait_for()


def _further(visit: Visit) -> None:
    _on(visit)
    if visit.page.locator("#near-on").is_visible():
        visit.page.locator("#near-on").click()


def _what(visit: Visit) -> None:
    _further(visit)
    visit.page.locator('label:has(input[value="square"])').first.click()


def _wrong(visit: Visit) -> None:
    _further(visit)
    visit.page.locator("#add-form button[type=submit]").click()
    visit.page.locator("#errors li").first.wait_for()


def _receipt(query: str) -> Callable[[Visit], None]:
    return lambda visit: visit.go(f"/../receipts/{visit.product.receipt}{query}")


STEPS: dict[str, Callable[[Visit], None]] = {
    "01-start": _open("/.."),
    "02-map": _open("/"),
    "03-sheet": _sheet,
    "04-list": _open("/list"),
    "05-kinds": _open("/add"),
    "06-where": _where,
    "07-nearby": _on,
    "08-what": _what,
    "09-missing": _wrong,
    "10-thanks": _receipt("?sent=1"),
    "11-receipt": _receipt(""),
    "12-place": lambda visit: visit.go(f"/places/{visit.product.place}"),
}


def save(picture: bytes, file: Path) -> None:
    """As WebP, which is a fraction of PNG."""
    with Image.open(io.BytesIO(picture)) as image:
        image.save(file, "WEBP", quality=QUALITY, method=6)


def shoot(browser: Browser, product: Product, folder: Path, shot: tuple[str, ...]) -> None:
    """One picture, in a context of its own: no draft of one step is offered in the next."""
    language, scheme, size, step = shot
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, locale=language)
    visit = Visit(context.new_page(), product, f"{product.base}/{language}/{CITY}")
    STEPS[step](visit)
    visit.page.wait_for_timeout(300)
    dark = "-dark" if scheme == "dark" else ""
    save(visit.page.screenshot(), folder / f"{step}-{size}-{language}{dark}.webp")
    context.close()


def main() -> None:
    """Read the choice, then shoot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--langs", default="de,es")
    parser.add_argument("--schemes", default="light,dark")
    parser.add_argument("--sizes", default=",".join(SIZES))
    parser.add_argument("--steps", default=",".join(STEPS))
    choice = parser.parse_args()
    choice.folder.mkdir(parents=True, exist_ok=True)
    chosen = (value.split(",") for value in (choice.langs, choice.schemes, choice.sizes, choice.steps))
    with running() as product, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        for shot in itertools.product(*chosen):
            shoot(browser, product, choice.folder, shot)
        browser.close()


if __name__ == "__main__":
    main()
