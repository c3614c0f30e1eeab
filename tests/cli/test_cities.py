"""`flask cities` loads a city and says what it took, or what is wrong."""

from pathlib import Path

from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.models.cities import City
from participation.settings import Settings
from tests.factories import real_cities, toml_files
from tests.factories.toml_files import LANDMARK


def basemaps(runner: FlaskCliRunner) -> Path:
    settings: Settings = runner.app.extensions["participation_settings"]
    return settings.basemaps


def test_a_city_is_loaded_and_listed(runner: FlaskCliRunner, session: Session, tmp_path: Path) -> None:
    result = runner.invoke(args=["cities", "load", str(toml_files.city(tmp_path, landmarks=[LANDMARK]))])
    assert (result.exit_code, result.output) == (0, "Worms (worms): 0 districts, 1 landmarks, no basemap\n")
    assert session.scalars(select(City)).one().slug == "worms"
    session.rollback()
    result = runner.invoke(args=["cities", "list"])
    assert (result.exit_code, result.output) == (0, "worms  Worms, DE, de, fr\n")


def test_a_mistake_is_one_line_and_nothing_is_stored(runner: FlaskCliRunner, session: Session, tmp_path: Path) -> None:
    result = runner.invoke(args=["cities", "load", str(toml_files.city(tmp_path, population=0))])
    assert result.exit_code == 1
    assert result.output == "Error: worms.toml: population must be from 1 to 2147483647, not 0\n"
    (tmp_path / "no.toml").write_text("slug")
    result = runner.invoke(args=["cities", "load", str(tmp_path / "no.toml")])
    assert result.exit_code == 1
    assert result.output.startswith("Error: no.toml cannot be read: ")
    assert session.scalars(select(City)).all() == []
    assert runner.invoke(args=["cities", "load", str(tmp_path / "nowhere.toml")]).exit_code == 2


def test_real_cities(runner: FlaskCliRunner, shared_data: Path, tmp_path: Path) -> None:
    for _ in range(2):
        for file, line in (
            (real_cities.worms(tmp_path, shared_data), "Worms (worms): 0 districts, 0 landmarks, no basemap\n"),
            (real_cities.metz(tmp_path, shared_data), "Metz (metz): 46 districts, 0 landmarks, no basemap\n"),
            (
                real_cities.koeln(tmp_path, shared_data),
                "Köln (koeln): 86 districts, 0 landmarks, basemap pmtiles (vector, zoom 9 to 14)\n",
            ),
        ):
            result = runner.invoke(args=["cities", "load", str(file)])
            assert (result.exit_code, result.output) == (0, line)
    assert (basemaps(runner) / "koeln.pmtiles").stat().st_size == 1_687_778
    result = runner.invoke(args=["cities", "load", str(real_cities.koeln(tmp_path, shared_data, "invalid.pmtiles"))])
    assert result.exit_code == 1
    assert result.output == ("Error: koeln.toml: basemap.file invalid.pmtiles is not a PMTiles archive of version 3\n")
    assert (basemaps(runner) / "koeln.pmtiles").stat().st_size == 1_687_778
