"""What leaves the platform and what comes in: downloads, profiles, imports, paper sheets and the pages for programs."""

import json

from playwright.sync_api import Page, Route, expect

from tests.browser.arriving import at, for_staff
from tests.browser.world import State, World
from tests.factories.shown_entries import ALONE

IMPORTS = "/staff/worms/imports"
FOREIGN = """Breite;Länge;Bemerkung;Ort
49.6361;8.3612;Heiß wie im Backofen;Platz am Brunnen
49.1;6.2;Zu weit weg;Metz
"""


def _downloading(page: Page, world: World) -> None:
    """A file that takes long."""
    page.clock.install()
    held: list[Route] = []
    page.route("**/exports/worms/submissions.csv*", lambda route: held.append(route))  # noqa: PLW0108  # Playwright marks what it calls
    at("/worms/downloads")(page, world)
    page.locator('a[data-name="submissions.csv"]').click()
    page.clock.fast_forward(2100)
    expect(page.locator("#progress")).to_be_visible()


def _saved(page: Page, world: World) -> None:
    """A profile with a token that has just been made."""
    for_staff("/staff/worms/exports/profiles/new?file=submissions.csv&kind=heat_island", "operator")(page, world)
    page.locator("#name").fill(f"nachts-{world.lang}")
    page.locator("main form button[type=submit]").click()
    page.locator("#note").fill("Amt für Geoinformation, nachts")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("#secret")).to_be_visible()


def _profile_refused(page: Page, world: World) -> None:
    for_staff("/staff/worms/exports/profiles/new?file=submissions.csv", "operator")(page, world)
    page.locator("#name").fill("?")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#name-error")).to_be_visible()


def _log(page: Page, world: World) -> None:
    """Somebody has just taken what is not public."""
    for_staff("/staff/worms/exports?profile=internal", "operator")(page, world)
    page.request.get("/exports/worms/submissions.csv?profile=internal&kind=heat_island&kind=idea&layout=excel&lang=de")
    at("/staff/worms/exports/log")(page, world)
    expect(page.locator("main li code").first).to_be_visible()


def _look_at(page: Page, world: World, name: str, content: str) -> None:
    for_staff(IMPORTS, "operator")(page, world)
    file = {"name": name, "mimeType": "text/plain", "buffer": content.encode()}
    page.locator("#file").set_input_files([file])  # type: ignore[list-item]
    with page.expect_navigation():
        page.locator("form.import-form button").click()


def _foreign(page: Page, world: World) -> None:
    _look_at(page, world, "baumkataster-2026.csv", FOREIGN)
    for number, field in enumerate(("lat", "lon", "text", "place_name")):
        page.locator(f"#column-{number}").select_option(field)
    with page.expect_navigation():
        page.locator("button[value=show]").click()
    expect(page.locator("#map.leaflet-container")).to_be_visible()


def _import_running(page: Page, world: World) -> None:
    _foreign(page, world)
    with page.expect_navigation():
        page.locator("button[value=start]").click()
    expect(page.locator("#progress progress")).to_be_visible()


def _read(page: Page, world: World) -> None:
    """The worker takes one file after the other, and other tests have left theirs."""
    while page.locator("#progress progress").count():
        world.live.run("worker", "once")
        page.reload()


def _import_refused(page: Page, world: World) -> None:
    _import_running(page, world)
    _read(page, world)
    expect(page.locator("button[value=skip_bad]")).to_be_visible()


def _import_done(page: Page, world: World) -> None:
    feature = {
        "type": "Feature",
        "properties": {"text": f"Trinkbrunnen ({world.lang})"},
        "geometry": {"type": "Point", "coordinates": [ALONE.lon + 0.02, ALONE.lat]},
    }
    document = json.dumps({"type": "FeatureCollection", "features": [feature]})
    _look_at(page, world, "brunnen.geojson", document)
    with page.expect_navigation():
        page.locator("button[value=start]").click()
    _read(page, world)
    expect(page.locator(".import-figures")).to_be_visible()


def _imports(page: Page, world: World) -> None:
    """The page with a file of the last days, and what it says to one that it cannot read."""
    _foreign(page, world)
    _look_at(page, world, "brief.csv", "")
    expect(page.locator("#file-error")).to_be_visible()


def _paper_refused(page: Page, world: World) -> None:
    for_staff("/staff/worms/paper?kind=heat_island")(page, world)
    page.locator(".paper-print > summary").click()
    page.locator("[name=reasons]").fill("xyz")
    page.locator("form.paper-sheet button").last.click()
    expect(page.locator(".field-wrong").first).to_be_visible()


ITEMS = "/ogc/collections/worms-submissions/items"
DATA: dict[str, State] = {
    "downloads": at("/worms/downloads"),
    "downloads-none": at("/worms/downloads?kind=feedback"),
    "downloading": _downloading,
    "version-past": at("/worms/downloads/versions/0-0"),
    "exports": for_staff("/staff/worms/exports?profile=internal", "operator"),
    "profile-new-refused": _profile_refused,
    "profile": _saved,
    "downloads-log": _log,
    "imports": _imports,
    "import": _foreign,
    "import-running": _import_running,
    "import-refused": _import_refused,
    "import-done": _import_done,
    "paper": _paper_refused,
    "ogc": at("/ogc/?f=html&lang={lang}", spoken=False),
    "ogc-api": at("/ogc/api?f=html&lang={lang}", spoken=False),
    "ogc-conformance": at("/ogc/conformance?f=html&lang={lang}", spoken=False),
    "ogc-collections": at("/ogc/collections?f=html&lang={lang}", spoken=False),
    "ogc-collection": at("/ogc/collections/worms-submissions?f=html&lang={lang}", spoken=False),
    "ogc-items": at(f"{ITEMS}?f=html&lang={{lang}}", spoken=False),
    "ogc-item": at(f"{ITEMS}/{{ids[published]}}?f=html&lang={{lang}}", spoken=False),
}
