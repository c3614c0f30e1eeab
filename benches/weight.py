"""What a page costs over the wire: requests and compressed bytes with their headers, at two visits."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "is_mobile": True,
    "has_touch": True,
}
# Basemap tiles come apart, as many as the view shows.
APART = ("/basemap/",)
NOT_APART = ("/outline.json", "/names.json")


@dataclass
class Visit:
    """What went over the wire until the network was quiet."""

    requests: int = 0
    bytes: int = 0
    by_type: Counter[str] = field(default_factory=Counter)

    @property
    def types(self) -> str:
        """For example: script 47.2, stylesheet 20.1."""
        return ", ".join(f"{name} {count / 1000:.1f}" for name, count in self.by_type.most_common())


def measure(browser: Browser, address: str) -> tuple[Visit, Visit]:
    """The first and the second visit of somebody with a phone; basemap tiles are left out."""
    context = browser.new_context(**PHONE)
    try:
        return _visit(context.new_page(), address), _visit(context.new_page(), address)
    finally:
        context.close()


def _visit(page: Page, address: str) -> Visit:
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    kinds: dict[str, str] = {}
    visit = Visit()

    def answered(event: Any) -> None:
        url = event["response"]["url"]
        apart = any(part in url for part in APART) and not any(part in url for part in NOT_APART)
        if url.startswith("http") and not event["response"].get("fromDiskCache") and not apart:
            kinds[event["requestId"]] = event["type"].lower()

    def finished(event: Any) -> None:
        kind = kinds.pop(event["requestId"], None)
        if kind and event["encodedDataLength"]:
            visit.requests += 1
            visit.bytes += int(event["encodedDataLength"])
            visit.by_type[kind] += int(event["encodedDataLength"])

    network.on("Network.responseReceived", answered)
    network.on("Network.loadingFinished", finished)
    page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(500)
    page.close()
    return visit
