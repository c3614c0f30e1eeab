"""Measure the resident's pages and print the figures as the README has them: `make bench-page`.

Everything runs on this machine's loopback: the product with its demo, Chromium as a phone, Lighthouse.
"""

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from playwright.sync_api import Browser, sync_playwright

from benches import audits, motion, weight
from benches.product import CITY, MIDDLE, Product, add_crowd, chromium, running

PINS = 2000
CHROMIUM_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
FIRST_BYTES, FIRST_REQUESTS, SECOND_BYTES, LONGEST_TASK, PERFORMANCE = 100_000, 12, 15_000, 200, 98


def pages(product: Product) -> dict[str, str]:
    """The addresses of what is measured."""
    city = f"{product.base}/de/{CITY}"
    return {
        "map": f"{city}/",
        "list": f"{city}/list",
        "add": f"{city}/add?kind=heat_island",
        "place": f"{city}/places/{product.place}",
        "receipt": f"{product.base}/de/receipts/{product.receipt}",
    }


def weigh(browser: Browser, product: Product, missed: list[str]) -> None:
    """Requests and bytes of each page."""
    table(("page", "requests", "first visit, kB", "of that", "second visit, kB"))
    for name, address in pages(product).items():
        first, second = weight.measure(browser, address)
        row(name, first.requests, f"{first.bytes / 1000:.1f}", first.types, f"{second.bytes / 1000:.1f}")
        if name == "map":
            check(missed, "requests of the map page", first.requests, FIRST_REQUESTS)
            check(missed, "bytes of the map page", first.bytes, FIRST_BYTES)
            check(missed, "bytes of the second visit", second.bytes, SECOND_BYTES)


def move(browser: Browser, product: Product, missed: list[str]) -> None:
    """The longest tasks with a crowd of pins in view."""
    add_crowd(product, PINS)
    table(
        (f"{PINS:,} pins, a processor slowed {motion.SLOWER} times", "drawn", "longest task, ms (median)", "(maximum)")
    )
    for sort, zoom in (("clusters", 14), ("loose pins", 17)):
        address = f"{product.base}/de/{CITY}/#{zoom}/{MIDDLE.lat}/{MIDDLE.lon}"
        for name, (middle, most, shown) in motion.measure(browser, address).items():
            row(f"{sort}: {name}", shown, told(middle), told(most))
            if name != "opening":
                check(missed, f"longest task, {sort}: {name}", middle, LONGEST_TASK)


def told(task: float) -> str:
    """Milliseconds; a browser says nothing about short tasks."""
    return f"{task:.0f}" if task else f"under {motion.SHORT:.0f}"


def judge(product: Product, runs: int, missed: list[str]) -> None:
    """Lighthouse, mobile."""
    audits.install()
    table(("Lighthouse, mobile", *audits.CATEGORIES))
    complaints = []
    for name, address in pages(product).items():
        # A receipt is secret: that search engines are kept out of it is no fault.
        found = audits.audit(address, runs=runs, skipped=("is-crawlable",) if name == "receipt" else ())
        row(name, *(f"{found.scores[category]:.0f}" for category in audits.CATEGORIES))
        complaints += [f"{name}: {line}" for line in found.complaints]
        for category, score in found.scores.items():
            check(
                missed, f"Lighthouse {category} of {name}", -score, -(PERFORMANCE if category == "performance" else 100)
            )
    print(*complaints, sep="\n")


def check(missed: list[str], what: str, value: float, most: float) -> None:
    """Note what is over its budget."""
    if value > most:
        missed.append(f"{what}: {abs(value):.0f}, wanted {abs(most):.0f}")


def table(heads: Iterable[str]) -> None:
    """Begin a table."""
    heads = list(heads)
    print(f"\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}")


def row(*cells: object) -> None:
    """A row of the table."""
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def main() -> None:
    """Measure what was asked for; ends with status 1 where a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("weight", "motion", "lighthouse"))
    parser.add_argument("--runs", type=int, default=3, help="how often Lighthouse looks at each page")
    choice = parser.parse_args()
    missed: list[str] = []
    print(f"Measured on {datetime.now(UTC):%Y-%m-%d}.")
    with running() as product, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        if choice.only in (None, "weight"):
            weigh(browser, product, missed)
        if choice.only in (None, "lighthouse"):
            judge(product, choice.runs, missed)
        if choice.only in (None, "motion"):
            move(browser, product, missed)
        browser.close()
    print(*missed, sep="\n", file=sys.stderr)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
