"""What the page of the comparison costs: the server's time from the stored result, and the weight of a first visit."""

import os
import statistics
import subprocess
import sys
import time
from urllib.request import ProxyHandler, build_opener

from playwright.sync_api import sync_playwright

from benches import product, weight

PAGE = "/de/compare/worms-metz"
WARM, TIMES = 10, 200
MOST_MS, MOST_KB = 30, 150


def main() -> None:
    """Measures, prints two lines, and ends with status 1 where one is above its limit."""
    with product.running() as running:
        environ = os.environ | {"PARTICIPATION_DEMO": "1", "PARTICIPATION_INSTANCE": str(running.folder)}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "comparison", "compute"]
        subprocess.run(command, cwd=product.ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
        spent = sorted(_times(f"{running.base}{PAGE}"))
        kilobytes = _first_visit(f"{running.base}{PAGE}")
    p95 = spent[int(len(spent) * 0.95)]
    print(f"page: median {statistics.median(spent):.1f} ms, p95 {p95:.1f} ms (at most {MOST_MS})")
    print(f"first visit without maps: {kilobytes:.1f} kB (at most {MOST_KB})")
    if p95 > MOST_MS or kilobytes > MOST_KB:
        sys.exit(1)


def _times(address: str) -> list[float]:
    """Milliseconds from the request to the last byte, on loopback: what the server needs and a little more."""
    opener = build_opener(ProxyHandler({}))
    spent = []
    for number in range(WARM + TIMES):
        begin = time.perf_counter()
        opener.open(address, timeout=30).read()
        if number >= WARM:
            spent.append((time.perf_counter() - begin) * 1000)
    return spent


def _first_visit(address: str) -> float:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=product.chromium())
        try:
            first, _ = weight.measure(browser, address)
        finally:
            browser.close()
    return first.bytes / 1000


if __name__ == "__main__":
    main()
