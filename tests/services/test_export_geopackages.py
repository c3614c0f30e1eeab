"""GeoPackages: a layer per kind that GDAL reads with its types, and styles where QGIS looks for them."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas
import h3
import pyogrio
import pytest

from participation.locales import CODES
from participation.services import export_geopackages, export_styles
from participation.services.export_geopackages import Layer
from participation.services.export_tables import Column
from participation.settings import ROOT
from tests.factories.export_contents import EMPTY, FULL, WORD, content, stamp, words

AREAS = (Column("kind"), Column("cell"), Column("submissions", "integer"))


def written(folder: Path, *layers: Layer, lang: str = "de") -> Path:
    path = folder / "worms.gpkg"
    export_geopackages.geopackage(path, layers=layers, stamp=stamp(), lang=lang)
    return path


def by_kind(*rows: Any) -> Layer:
    return Layer("heat_island", "Hitzeinsel", content(*rows))


def queried(path: Path, statement: str, *values: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement, values).fetchall()


def test_gdal_reads_every_layer_with_its_types(tmp_path: Path) -> None:
    path = written(
        tmp_path, by_kind(FULL, EMPTY), Layer("idea", "Idee", content(EMPTY)), Layer("feedback", "Avis", content())
    )
    assert [list(layer) for layer in pyogrio.list_layers(path)][:3] == [
        ["heat_island", "Point"], ["idea", "Point"], ["feedback", "Point"],
    ]  # fmt: skip
    info = pyogrio.read_info(path, layer="heat_island")
    assert (info["crs"], info["features"]) == ("EPSG:4326", 2)
    types = dict(zip(info["fields"], info["ogr_types"], strict=True))
    assert types == {
        "id": "OFTString", "kind": "OFTString", "reasons": "OFTString", "comfort": "OFTString", "text": "OFTString",
        "supports": "OFTInteger64", "created_at": "OFTDateTime",
    }  # fmt: skip
    assert pyogrio.read_info(path, layer="feedback")["features"] == 0


def test_the_values_come_back(tmp_path: Path) -> None:
    frame = geopandas.read_file(written(tmp_path, by_kind(FULL, EMPTY)), layer="heat_island")
    full, empty = frame.iloc[0], frame.iloc[1]
    assert (full.geometry.x, full.geometry.y) == (-8.3655, 49.6312)
    assert (full["id"], full["reasons"], full["supports"], full["text"]) == ("a", "no_shade|no_water", 3, "Zu heiß")
    assert full["created_at"].to_pydatetime().astimezone(UTC) == datetime(2026, 7, 1, 12, 0, 5, tzinfo=UTC)
    assert empty.geometry is None
    assert empty.drop(["id", "kind", "geometry"]).isna().all()


def test_areas_and_tables_without_a_map_are_layers_too(tmp_path: Path) -> None:
    cell = h3.latlng_to_cell(49.63, 8.36, 9)
    bins = content(("idea", cell, 7), ("idea", None, 5), columns=AREAS, name="bins")
    path = written(tmp_path, Layer("bins", "Raster", bins), Layer("translations", "T", words(WORD)))
    assert [list(layer) for layer in pyogrio.list_layers(path)][:2] == [["bins", "Polygon"], ["translations", None]]
    polygon, nowhere = geopandas.read_file(path, layer="bins").geometry
    assert (polygon.is_valid, nowhere) == (True, None)
    [word] = pyogrio.read_dataframe(path, layer="translations").to_dict("records")
    assert (word["id"], word["language"], word["provider"], bool(word["reviewed"])) == ("a", "fr", None, True)


def test_rows_come_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_geopackages, "BLOCK", 2)
    path = written(tmp_path, by_kind(*[(str(number), *FULL[1:]) for number in range(5)]))
    assert list(pyogrio.read_dataframe(path, layer="heat_island")["id"]) == ["0", "1", "2", "3", "4"]


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, by_kind(FULL))
    assert pyogrio.read_info(path, layer="heat_island")["dataset_metadata"]["dataset_version"] == "2026-07-02.7"
    titles = queried(path, "SELECT identifier FROM gpkg_contents WHERE table_name = ?", "heat_island")
    assert titles == [("Hitzeinsel",)]


def test_qgis_finds_a_style_with_the_names_in_the_language(tmp_path: Path) -> None:
    path = written(tmp_path, by_kind(FULL), Layer("idea", "Idee", content(EMPTY)))
    rows = queried(path, "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML, styleSLD FROM layer_styles")
    assert [(row[0], row[1], row[2]) for row in rows] == [("heat_island", "geom", 1), ("idea", "geom", 1)]
    qml, sld = ET.fromstring(rows[0][3]), ET.fromstring(rows[0][4])
    looks = {option.get("name"): option.get("value") for option in qml.findall(".//symbol/layer/Option/Option")}
    assert (looks["name"], looks["color"]) == ("triangle", "194,65,12,255")
    assert {alias.get("field"): alias.get("name") for alias in qml.findall(".//alias")}["kind"] == "Art des Beitrags"
    values = {
        option.get("value"): option.get("name") for option in qml.findall(".//field[@name='kind']//Option[@value]")
    }
    assert values.items() >= {"heat_island": "Hitzeinsel", "idea": "Idee"}.items()
    assert sld.find(f".//{{{export_styles.SLD}}}WellKnownName").text == "triangle"  # type: ignore[union-attr]
    # Listed as a table, else GDAL and with it QGIS would pass it over.
    assert queried(path, "SELECT data_type FROM gpkg_contents WHERE table_name = ?", "layer_styles") == [
        ("attributes",)
    ]


def test_moments_are_written_as_the_standard_has_them(tmp_path: Path) -> None:
    path = written(tmp_path, by_kind(FULL))
    moments = queried(path, "SELECT last_change FROM gpkg_contents UNION ALL SELECT update_time FROM layer_styles")
    assert len(moments) == 3
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment) for (moment,) in moments)


@pytest.mark.parametrize("kind", export_styles.KINDS)
def test_the_colours_are_those_of_the_map(kind: str) -> None:
    light = (ROOT / "static" / "css" / "tokens.css").read_text().split("prefers-color-scheme")[0]
    assert f"--{kind}: {export_styles.KINDS[kind][0]};" in light


@pytest.mark.parametrize("lang", CODES)
def test_names_in_any_language_change_no_value(lang: str, tmp_path: Path) -> None:
    frame = pyogrio.read_dataframe(written(tmp_path, by_kind(FULL), lang=lang), layer="heat_island")
    assert (frame["kind"][0], frame["supports"][0], frame.geometry[0].x) == ("heat_island", 3, -8.3655)
