"""The comparison as files: pictures, tables, GeoJSON, the report."""

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

import pypdf
import pytest
from sqlalchemy.orm import Session

from participation.models.campaigns import Campaign
from tests.factories import campaigns, cities, comparison_results, comparisons, partnerships, submissions
from tests.factories.cities import INSIDE, OUTSIDE
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
    assert len(found["features"]) == 20
    assert found["features"][-1]["properties"]["hot"] == "ring-heat"
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
def test_every_number_on_the_page_is_in_the_file(client: PageClient) -> None:
    known: dict[str, set[float]] = defaultdict(set)
    for line in csv.DictReader(io.StringIO(client.get("/exports/compare/worms-metz.csv").text)):
        known[line["figure"]] |= {*values(line)}
        assert line["seed"] == "42"
    page = client.page(BASE)
    tables = [("participants", page.xpath("//table[@class='facts']")[0])]
    for link in page.xpath("//ul[@class='figure-files']//a[contains(@href, '.csv')]"):
        around = next(link.iterancestors("figure", "details"))
        tables.append((link.get("href").rpartition("/")[2].removesuffix(".csv"), around.xpath(".//table")[0]))
    assert len({figure for figure, _ in tables}) > 12
    for figure, table in tables:
        for cell in table.xpath(".//td"):
            said = cell.text_content().replace("below 0.001", "")
            for found in re.findall(r"\d[\d,]*(?:\.\d+)?", said):
                assert is_one_of(known[figure], found.replace(",", "")), (figure, found, said)


def values(line: Mapping[str, str]) -> Iterator[float]:
    """What a line says, as numbers, in percent, and as a share of n; of a day the year and the day."""
    for column in ("value", "low", "high", "count", "n", "contributors", "p", "q", "effect"):
        if "-" in line[column][1:] and line[column][:2] == "20":
            yield from (float(date.fromisoformat(line[column]).year), float(date.fromisoformat(line[column]).day))
        elif re.fullmatch(r"-?\d+(\.\d+)?(e-\d+)?", line[column]):
            value = abs(float(line[column]))
            yield from (value, 100 * value)
            if column in ("value", "count") and float(line["n"] or 0):
                yield 100 * value / float(line["n"])


def is_one_of(known: set[float], said: str) -> bool:
    """Whether a number, rounded as it is said, is one that is known."""
    half = 0.5 / 10 ** len(said.partition(".")[2])
    return any(abs(value - float(said)) <= half + 1e-9 for value in known)


def voices(session: Session, campaign: Campaign) -> None:
    """A text of each city on the same theme, in languages of their own."""
    texts = (("Kein Baum weit und breit.", "de", INSIDE), ("#strong[Rien] que du béton…", "fr-FR", OUTSIDE))
    ids = [
        [str(submissions.published(session, city, campaign, "idea", text=text, text_lang=lang, point=point).id)]
        for city, (text, lang, point) in zip(campaign.partnership.cities, texts, strict=True)
    ]
    comparisons.store(session, campaign, comparison_results.make(voices=(comparison_results.theme(*ids),)))


@sqlite_only
@pytest.mark.parametrize("second", ["", "fr"])
def test_the_report_is_set_in_one_language_or_two(
    second: str, client: PageClient, session: Session, campaign: Campaign
) -> None:
    voices(session, campaign)
    response = client.get(f"{BASE}.pdf", query_string={"second": second} if second else {})
    assert response.mimetype == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(response.data))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for said in ("Square", "Voices", "Kein Baum weit und breit.", "#strong[Rien] que du béton…", "French (France)"):
        assert said in text
    for said in ("Îlot de chaleur", "français (France)"):
        assert (said in text) is bool(second)
    assert all(page.mediabox.width == pytest.approx(595.28, abs=0.1) for page in reader.pages)
    assert reader.trailer["/Root"]["/Lang"] == "en"


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
