"""How long a slow phone is busy while somebody moves a map full of pins: its longest task, by mouse and by buttons."""

from collections.abc import Callable
from statistics import median

from playwright.sync_api import Browser, Page

from benches.weight import PHONE

SLOWER = 4
RUNS = 5
OBSERVE = """() => {
  window.tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: "longtask", buffered: true });
}"""
SHOWN = "() => document.getElementById('map').pins.items.reduce((sum, { n }) => sum + n, 0)"
# A browser reports tasks from 50 ms on.
SHORT = 50.0


def measure(browser: Browser, address: str) -> dict[str, tuple[float, float, int]]:
    """For each way to move: median and maximum over the runs of the longest task in ms, and how many are drawn."""
    results: dict[str, list[float]] = {}
    shown = 0
    for _ in range(RUNS):
        context = browser.new_context(**PHONE)
        page = context.new_page()
        page.add_init_script(f"({OBSERVE})()")
        slow = context.new_cdp_session(page)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(address, wait_until="networkidle")
        page.wait_for_function("() => document.getElementById('map-status').textContent")
        page.wait_for_timeout(1000)
        results.setdefault("opening", []).append(_longest(page))
        shown = max(shown, page.evaluate(SHOWN))
        for name, move in MOVES.items():
            move(page)
            page.wait_for_timeout(800)
            results.setdefault(name, []).append(_longest(page))
        context.close()
    return {name: (median(tasks), max(tasks), shown) for name, tasks in results.items()}


def _longest(page: Page) -> float:
    longest: float = page.evaluate("() => Math.max(0, ...window.tasks.splice(0))")
    return longest


def _drag(page: Page) -> None:
    for right, down in ((-120, -60), (120, 60), (60, -150), (-60, 150)):
        page.mouse.move(195, 420)
        page.mouse.down()
        page.mouse.move(195 + right, 420 + down, steps=12)
        page.mouse.up()
        page.wait_for_timeout(400)


def _wheel(page: Page) -> None:
    page.mouse.move(195, 420)
    for turn in (-120, 120):
        page.mouse.wheel(0, turn)
        page.wait_for_timeout(900)


def _zoom_buttons(page: Page) -> None:
    for step in ("-1", "1"):
        page.locator(f'[data-zoom="{step}"]').click()
        page.wait_for_timeout(900)


def _pan_buttons(page: Page) -> None:
    page.locator(".map-pan > summary").click()
    for way in ("0,-1", "1,0", "0,1", "-1,0"):
        page.locator(f'[data-pan="{way}"]').click()
        page.wait_for_timeout(500)


MOVES: dict[str, Callable[[Page], None]] = {
    "pan by mouse": _drag,
    "zoom by wheel": _wheel,
    "zoom by buttons": _zoom_buttons,
    "pan by buttons": _pan_buttons,
}
