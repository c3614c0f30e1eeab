"""What the page of the comparison costs: the server's time from the stored result, and the weight of a first visit.

The time is said twice: as it passes for the reader, who waits longer on a busy machine, and as the server computes.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from playwright.sync_api import sync_playwright

from benches import product, weight

PAGE = "/de/compare/worms-metz"
WARM, TIMES = 10, 200
MOST_MS, MOST_KB = 30, 150


def main() -> None:
    """Measures, prints three lines, and ends with status 1 where one is above its limit."""
    with product.running() as running:
        environ = os.environ | {"PARTICIPATION_DEMO": "1", "PARTICIPATION_INSTANCE": str(running.folder)}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "comparison", "compute"]
        subprocess.run(command, cwd=product.ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
        passed, computed = zip(*_times(f"{running.base}{PAGE}", running.process), strict=True)
        kilobytes = _first_visit(f"{running.base}{PAGE}")
    p95 = _p95(passed)
    print(f"page: median {statistics.median(passed):.1f} ms, p95 {p95:.1f} ms (at most {MOST_MS})")
    print(f"page, time of the processor: median {statistics.median(computed):.1f} ms, p95 {_p95(computed):.1f} ms")
    print(f"first visit without maps: {kilobytes:.1f} kB (at most {MOST_KB})")
    if p95 > MOST_MS or kilobytes > MOST_KB:
        sys.exit(1)


def _times(address: str, process: int) -> Iterator[tuple[float, float]]:
    """Milliseconds from the request to the last byte, on loopback, and those that the server computed meanwhile."""
    opener = build_opener(ProxyHandler({}))
    request = Request(address, headers={"Accept-Encoding": "br, gzip"})
    for number in range(WARM + TIMES):
        before, begin = _computed_ns(process), time.perf_counter()
        opener.open(request, timeout=30).read()
        passed = time.perf_counter() - begin
        if number >= WARM:
            yield passed * 1000, (_computed_ns(process) - before) / 1e6


def _computed_ns(process: int) -> int:
    """How long a process, its children and all their threads have been on a processor; Linux keeps count."""
    tasks = list(Path(f"/proc/{process}/task").iterdir())
    own = sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)
    children = {child for task in tasks for child in (task / "children").read_text().split()}
    return own + sum(_computed_ns(int(child)) for child in children)


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


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
