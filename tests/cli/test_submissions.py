"""`flask submissions import` reports every row; nothing is half-done."""

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import Engine, make_url, select
from sqlalchemy.orm import Session

from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from tests.factories import campaigns, cities, real_cities
from tests.factories.cities import INSIDE, OUTSIDE
from tests.fixtures.databases import sqlite_only

HERE = f"{INSIDE.lat},{INSIDE.lon}"
THERE = f"{OUTSIDE.lat},{OUTSIDE.lon}"


@pytest.fixture
def city(session: Session) -> Iterator[City]:
    made = cities.make(session, name={"de": "Wörms", "en": "Worms"})
    campaigns.make(session, made)
    session.commit()
    yield made
    session.rollback()


def run(
    runner: FlaskCliRunner, file: Path, *more: str, kind: str = "idea", slug: str = "worms"
) -> tuple[int, list[str]]:
    result = runner.invoke(args=["submissions", "import", str(file), "--city", slug, "--kind", kind, *more])
    return result.exit_code, result.output.splitlines()


def stored(session: Session) -> list[Submission]:
    session.rollback()
    return list(session.scalars(select(Submission).order_by(Submission.id)))


def rows(folder: Path, content: str, name: str = "rows.csv") -> Path:
    (folder / name).write_bytes(content.encode())
    return folder / name


@pytest.mark.usefixtures("city")
def test_accepted_rows_are_stored_and_the_others_named(
    runner: FlaskCliRunner, session: Session, tmp_path: Path
) -> None:
    file = rows(
        tmp_path,
        "breite,laenge,wo,was,massnahmen\n"
        f"{HERE},Markt,Mehr Bäume,plant_trees|unseal\n"
        f"{THERE},,Osthofen,\n"
        "ne\x1bben,an,,x,\n"
        f"{HERE},,{'x' * 1501},plant_trees|Bäume|Brunnen\n"
        f"{HERE},,zu,viele,Zellen,\n"
        f"{HERE},Markt,Mehr Bäume,\n"
        ",,,,\n",
    )
    maps = ["breite=lat", "laenge=lon", "wo=place_name", "was=text", "massnahmen=measures"]
    code, lines = run(runner, file, "--skip-bad", *(part for pair in maps for part in ("--map", pair)))
    assert code == 0
    assert lines == [
        "line 3: outside the boundary of Wörms (50.50000, 9.50000)",
        'line 4: "ne?ben", "an" is not a latitude and longitude in degrees',
        'line 5: measures: "Brunnen", "Bäume" is not a known code',
        "line 5: text: 1501 characters, at most 1500 are possible",
        "line 6: 7 cells instead of 5",
        "line 7: is there already, with the same id or with the same kind, point and text",
        "line 8: neither a point nor a text",
        "Accepted 1, left out 1, refused 5 (worms, summer, idea)",
    ]
    (one,) = stored(session)
    assert (one.text, one.text_lang, one.place_name, one.status) == ("Mehr Bäume", "de", "Markt", "pending")
    assert one.measures == ("plant_trees", "unseal")


@pytest.mark.usefixtures("city")
def test_features_are_numbered(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = rows(tmp_path, '{"type": "FeatureCollection", "features": [{"geometry": null}]}', "rows.geojson")
    code, lines = run(runner, file)
    assert (code, lines) == (
        1,
        [
            "feature 1: the geometry is not a point",
            "Nothing was stored. With --skip-bad: accepted 0, left out 0, refused 1 (worms, summer, idea)",
        ],
    )


@pytest.mark.usefixtures("city")
def test_a_dry_run_stores_nothing(runner: FlaskCliRunner, session: Session, tmp_path: Path) -> None:
    file = rows(tmp_path, f"lat,lon\n{HERE}\n{THERE}\n")
    code, lines = run(runner, file, "--dry-run")
    assert (code, lines[-1]) == (0, "Would accept 1, left out 0, refused 1 (worms, summer, idea)")
    assert stored(session) == []


@pytest.mark.usefixtures("city")
def test_the_report_can_go_to_a_file(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = rows(tmp_path, f'lat,lon,comfort\n{THERE},\n{HERE},"=1+1"\n')
    report = tmp_path / "report.csv"
    code, lines = run(runner, file, "--report", str(report), kind="heat_island")
    assert (code, lines) == (
        1,
        ["Nothing was stored. With --skip-bad: accepted 0, left out 0, refused 2 (worms, summer, heat_island)"],
    )
    with report.open(encoding="utf-8", newline="") as opened:
        assert list(csv.reader(opened)) == [
            ["line", "field", "reason"],
            ["2", "", "outside the boundary of Wörms (50.50000, 9.50000)"],
            ["3", "comfort", '"=1+1" is not a known code'],
        ]


@pytest.mark.usefixtures("city")
def test_language_and_campaign_can_be_chosen(runner: FlaskCliRunner, session: Session, tmp_path: Path) -> None:
    campaign = session.scalars(select(Campaign)).one()
    campaigns.make(session, partnership=campaign.partnership, code="winter")
    session.commit()
    file = rows(tmp_path, f"lat,lon,text,text_lang\n{HERE},Plus d’arbres,\n{HERE},More trees,en\n")
    assert run(runner, file, "--campaign", "winter", "--text-lang", "fr")[0] == 0
    assert [(one.text_lang, one.campaign.code) for one in stored(session)] == [("fr", "winter"), ("en", "winter")]


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    ("more", "slug", "message"),
    [
        ((), "metz", "No city has the slug metz."),
        (("--campaign", "winter"), "worms", "This city has no campaign winter."),
        (("--map", "a=text"), "worms", "The file has no column a. It has: lat, lon."),
        (("--text-lang", "Deutsch"), "worms", "Deutsch is not a language tag such as de or es-PE."),
    ],
)
def test_a_wrong_order_ends_in_one_line(
    runner: FlaskCliRunner, session: Session, tmp_path: Path, more: tuple[str, ...], slug: str, message: str
) -> None:
    code, lines = run(runner, rows(tmp_path, f"lat,lon\n{HERE}\n"), *more, slug=slug)
    assert (code, lines) == (1, [f"Error: {message}"])
    assert stored(session) == []


def test_a_city_without_campaign(runner: FlaskCliRunner, session: Session, tmp_path: Path) -> None:
    cities.make(session)
    session.commit()
    code, lines = run(runner, rows(tmp_path, "lat,lon\n"))
    assert (code, lines) == (1, ["Error: worms has no campaign yet: load a partnership with one first."])


@pytest.mark.usefixtures("city")
def test_a_wrong_mapping_is_a_wrong_usage(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = rows(tmp_path, "lat,lon,a=b\n")
    for pairs in (["text"], ["=text"], ["a=text", "a=lat"]):
        assert run(runner, file, *(part for pair in pairs for part in ("--map", pair)))[0] == 2
    assert run(runner, file, "--map", "a=b=text")[0] == 0


# Real files


@pytest.fixture
def koeln(runner: FlaskCliRunner, session: Session, shared_data: Path, tmp_path: Path) -> City:
    result = runner.invoke(args=["cities", "load", str(real_cities.koeln(tmp_path, shared_data))])
    assert result.exit_code == 0, result.output
    made = session.scalars(select(City)).one()
    campaigns.make(session, made)
    session.commit()
    return made


@pytest.mark.usefixtures("koeln")
def test_the_osm_points_of_koeln(runner: FlaskCliRunner, session: Session, shared_data: Path) -> None:
    file = shared_data / "oases" / "koeln_osm_amenities_de.geojson"
    code, lines = run(runner, file, kind="climate_oasis", slug="koeln")
    assert (code, stored(session)) == (1, [])
    assert lines[-1].startswith("Nothing was stored. With --skip-bad: accepted 413, left out 0, refused 697 (")
    session.rollback()
    code, lines = run(runner, file, "--skip-bad", kind="climate_oasis", slug="koeln")
    assert (code, lines[-1]) == (0, "Accepted 413, left out 0, refused 697 (koeln, summer, climate_oasis)")
    assert sum(": outside the boundary of Köln (" in line for line in lines) == 697
    assert len(stored(session)) == 413
    # Gives back the write lock.
    session.rollback()
    code, lines = run(runner, file, kind="climate_oasis", slug="koeln")
    assert (code, lines[-1]) == (
        1,
        "Nothing was stored. With --skip-bad: accepted 0, left out 413, refused 697 (koeln, summer, climate_oasis)",
    )


@sqlite_only
@pytest.mark.usefixtures("koeln")
def test_reports_from_paris_leave_the_database_as_it_was(
    runner: FlaskCliRunner, session: Session, engine: Engine, shared_data: Path, tmp_path: Path
) -> None:
    session.close()
    before = dump(engine)
    file, report = shared_data / "reports" / "paris_dans_ma_rue_fr.csv", tmp_path / "report.csv"
    code, lines = run(runner, file, "--report", str(report), kind="feedback", slug="koeln")
    assert (code, lines) == (
        1,
        ["Nothing was stored. With --skip-bad: accepted 0, left out 0, refused 4000 (koeln, summer, feedback)"],
    )
    written = report.read_text(encoding="utf-8").splitlines()
    assert len(written) == 4001
    assert written[1] == '2,,"outside the boundary of Köln (48.88125, 2.33440)"'
    assert dump(engine) == before


def dump(engine: Engine) -> list[str]:
    """Everything the database holds, as statements."""
    with closing(sqlite3.connect(str(make_url(str(engine.url)).database))) as connection:
        return list(connection.iterdump())
