"""The comparison as files: pictures, tables, GeoJSON, the report."""

import csv
import io
import json

import pypdf
import pytest
from sqlalchemy.orm import Session

from participation.models.campaigns import Campaign
from tests.factories import campaigns, cities, comparisons, partnerships
from tests.factories.cities import OUTSIDE
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient

BASE = "/en/compare/worms-metz"


@pytest.fixture(autouse=True)
def campaign(session: Session) -> Campaign:
    pair = partnerships.make(session, cities.make(session), cities.make(session, "metz", centre=OUTSIDE))
    campaign = campaigns.make(session, partnership=pair)
    comparisons.store(session, campaign)
    return campaign


@sqlite_only
@pytest.mark.parametrize("figure", ["participants", "heat_island-comfort", "map-balance-metz", "coverage-worms"])
def test_a_figure_is_a_drawing_and_a_picture(figure: str, client: PageClient) -> None:
    drawing = client.get(f"{BASE}/{figure}.svg")
    assert (drawing.status_code, drawing.mimetype) == (200, "image/svg+xml")
    assert drawing.data.startswith(b"<svg")
    assert client.get(f"{BASE}/{figure}.svg", headers={"If-None-Match": drawing.headers["ETag"]}).status_code == 304
    assert client.get(f"{BASE}/{figure}.png").data[:4] == b"\x89PNG"


@sqlite_only
@pytest.mark.parametrize("figure", ["participants", "season-metz-heat_island-reasons", "map-metz", "coverage-worms"])
def test_its_numbers_are_a_table(figure: str, client: PageClient) -> None:
    response = client.get(f"{BASE}/{figure}.csv")
    assert response.headers["Content-Type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(response.text)))
    assert {line["figure"] for line in lines} == {figure}


@sqlite_only
def test_the_cells_are_geojson_with_words_in_the_language_of_the_page(client: PageClient) -> None:
    found = client.get("/de/compare/worms-metz/metz.json").json
    assert found is not None
    assert len(found["features"]) == 19
    properties = found["features"][0]["properties"]
    assert {"count", "balance", "hot", "entries", "heat_share", "said"} == {*properties}
    assert "Hitzeinsel" in properties["said"]


def test_all_numbers_are_a_table_and_the_result_as_it_is_stored(client: PageClient) -> None:
    table = client.get("/exports/compare/worms-metz.csv")
    assert table.headers["Content-Disposition"] == 'attachment; filename="worms-metz-comparison.csv"'
    assert "square" in table.text
    whole = json.loads(client.get("/exports/compare/worms-metz.json").data)
    assert (whole["method"]["seed"], whole["pairs"][0]["questions"][0]["rows"][0]["q"]) == (42, 0.011)


@sqlite_only
@pytest.mark.parametrize(("query", "language"), [("", "en"), ("?second=fr", "en")])
def test_the_report_is_set_in_one_language_or_two(query: str, language: str, client: PageClient) -> None:
    response = client.get(f"{BASE}.pdf{query}")
    assert response.mimetype == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(response.data))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "Square" in text
    assert ("Îlot de chaleur" in text) is bool(query)
    assert all(page.mediabox.width == pytest.approx(595.28, abs=0.1) for page in reader.pages)
    assert reader.trailer["/Root"]["/Lang"] == language


@sqlite_only
@pytest.mark.parametrize(
    "path",
    [
        f"{BASE}/never.svg",
        f"{BASE}/map-count-nowhere.png",
        f"{BASE}/map-never-metz.svg",
        f"{BASE}/never.csv",
        f"{BASE}/nowhere.json",
        f"{BASE}.pdf?second=en",
        f"{BASE}.pdf?second=xx",
        "/exports/compare/nowhere.csv",
        "/exports/compare/worms-metz.csv?campaign=never",
    ],
)
def test_what_is_not_there_is_not_found(path: str, client: PageClient) -> None:
    assert client.get(path).status_code == 404
