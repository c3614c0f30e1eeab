"""Every format of a download from the database: what readers of tables and maps get back, and who is left out."""

import json
import os
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import csvw
import frictionless
import geopandas
import openpyxl
import pandas
import pyogrio
import pytest
from lxml import etree
from openpyxl.utils.escape import unescape
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation import geo
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.questionnaire import KINDS
from participation.services import export_files, export_readmes, replies
from participation.services.export_files import EVERYTHING, File
from participation.services.export_lines import csv_file, layout
from participation.services.export_tables import SUBMISSIONS, TABLES, Table
from participation.services.exports import Export
from participation.services.filters import Filter
from participation.text import clean_text, neutral
from tests.factories import accounts, cities, submissions
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.fixtures.skips import OFFICE_ABSENT

SOUTH = geo.Point(-8.35, -74.52)
POINT = geo.Point(-8.351234, -74.521234)
LANGUAGES = ("de", "fr", "en")
TEXT_MAX = 1500
EVERYTHING_PUBLISHED = Filter()


@pytest.fixture
def city(session: Session) -> City:
    """South of the equator and west of Greenwich, where numbers are negative."""
    return cities.make(session, "lima", centre=SOUTH, country="PE", languages=["es"], name={"es": "Lima"})


@pytest.fixture
def entries(session: Session, city: City, campaign: Campaign) -> list[Submission]:
    """One entry of each kind with answers, one without a point, and one that waits."""
    answers: dict[str, Any] = {
        "comfort": "1",
        "sensation": "-3",
        "times_of_day": ("midday", "all_day"),
        "place_name": '=Bench; "old"',
    }
    text = {"text": "Zu heiß", "text_lang": "de"}
    made = [
        submissions.published(session, city, campaign, "heat_island", point=POINT, **text, **answers),
        submissions.published(session, city, campaign, "climate_oasis", point=POINT, near_home=True),
        submissions.published(session, city, campaign, "idea", point=None),
        submissions.published(session, city, campaign, "feedback", point=POINT),
        submissions.make(session, city, campaign, "idea", point=POINT, role="resident", text="SECRET"),
    ]
    lead = accounts.make(session, city, role="city_lead")
    place = session.get_one(Place, made[0].place_id)
    replies.give(session, account=lead, city=city, place=place, lang="es", text="Gracias", now=NOW)
    session.flush()
    return made


def blocks(
    session: Session,
    city: City,
    folder: Path,
    name: str,
    *,
    internal: bool = False,
    chosen: Filter = EVERYTHING_PUBLISHED,
    **wanted: Any,
) -> Iterator[bytes]:
    stem, ending = name.split(".")
    found = chosen.for_staff() if internal else chosen
    export = Export(SUBMISSIONS, city, found, NOW, base_url="https://heat.example", **wanted)
    file = File(stem, ending, export, query="", private=internal, folder=folder / "made")
    return export_files.write(session, file=file)


def written(session: Session, city: City, folder: Path, name: str, **wanted: Any) -> Path:
    path = folder / name
    path.write_bytes(b"".join(blocks(session, city, folder, name, **wanted)))
    return path


def unpacked(session: Session, city: City, folder: Path, **wanted: Any) -> Path:
    with zipfile.ZipFile(written(session, city, folder, "open-data.zip", **wanted)) as archive:
        archive.extractall(folder / "package")
    return folder / "package"


def layers(path: Path) -> pandas.DataFrame:
    return pandas.concat([pyogrio.read_dataframe(path, layer=kind) for kind in KINDS])


def table(path: Path, number: int = 1) -> list[tuple[Any, ...]]:
    """The rows of a sheet, without its header."""
    return list(openpyxl.load_workbook(path).worksheets[number].iter_rows(values_only=True))[1:]


def features(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_bytes())["features"]
    return found


def heat(frame: pandas.DataFrame) -> Any:
    [row] = frame[frame["kind"] == "heat_island"].itertuples()
    return row


@pytest.mark.parametrize("internal", [False, True])
def test_two_validators_find_the_package_valid(
    internal: bool, session: Session, city: City, entries: list[Submission], tmp_path: Path
) -> None:
    folder = unpacked(session, city, tmp_path, internal=internal)
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.flatten(["fieldName", "type", "note"]) == []
    assert report.stats["tasks"] == 8
    assert csvw.CSVW(str(folder / "csv-metadata.json"), validate=True).is_valid
    tables = csvw.TableGroup.from_file(folder / "csv-metadata.json").tables
    counts = {one.url.string: len(list(one.iterdicts(strict=True))) for one in tables}
    assert (counts["submissions.csv"], counts["places.csv"]) == (5 if internal else 4, 3)
    whole = b"".join(path.read_bytes() for path in folder.iterdir())
    assert (b"SECRET" in whole, b"age_band" in (folder / "submissions.csv").read_bytes()) == (internal, internal)


@sqlite_only
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reader_gets_the_same_numbers_in_every_language(
    lang: str, session: Session, city: City, entries: list[Submission], tmp_path: Path
) -> None:
    found = [
        heat(pandas.read_csv(unpacked(session, city, tmp_path, lang=lang) / "submissions.csv")),
        heat(pandas.read_excel(written(session, city, tmp_path, "submissions.xlsx", lang=lang), sheet_name=1)),
        heat(on_map(geopandas.read_file(written(session, city, tmp_path, "submissions.geojson", lang=lang)))),
        heat(on_map(layers(written(session, city, tmp_path, "submissions.gpkg", lang=lang)))),
    ]
    assert {(row.lat, row.lon) for row in found} == {(-8.351234, -74.521234)}
    assert {(int(row.comfort), int(row.sensation), row.supports) for row in found} == {(1, -3, 0)}
    assert {pandas.Timestamp(row.created_at).replace(tzinfo=None) for row in found} == {NOW.replace(tzinfo=None)}


def on_map(frame: geopandas.GeoDataFrame) -> pandas.DataFrame:
    """With the columns that the geometry stands for."""
    return frame.assign(lat=frame.geometry.y, lon=frame.geometry.x)


def test_every_entry_is_in_every_format(
    session: Session, city: City, entries: list[Submission], tmp_path: Path
) -> None:
    ids = [str(entry.id) for entry in entries[:4]]
    assert [row[0] for row in table(written(session, city, tmp_path, "submissions.xlsx"))] == ids
    assert set(layers(written(session, city, tmp_path, "submissions.gpkg"))["id"]) == set(ids)
    found = features(written(session, city, tmp_path, "submissions.geojson"))
    assert [feature["id"] for feature in found] == ids
    assert [feature["geometry"] is None for feature in found] == [False, False, True, False]


@sqlite_only
def test_near_a_home_no_file_shows_where(
    session: Session, city: City, entries: list[Submission], tmp_path: Path
) -> None:
    chosen = Filter(kinds=("climate_oasis",))
    [feature] = json.loads(written(session, city, tmp_path, "submissions.geojson", chosen=chosen).read_bytes())[
        "features"
    ]
    snapped = geo.snap(POINT)
    assert feature["geometry"]["coordinates"] == [round(snapped.lon, 6), round(snapped.lat, 6)]
    path = written(session, city, tmp_path, "submissions.gpkg", chosen=chosen)
    assert [layer for layer, _ in pyogrio.list_layers(path)] == ["climate_oasis", "layer_styles"]
    [point] = pyogrio.read_dataframe(path, layer="climate_oasis").geometry
    assert (round(point.y, 6), round(point.x, 6)) == (round(snapped.lat, 6), round(snapped.lon, 6))


@sqlite_only
def test_a_workbook_can_say_answers_in_words(
    session: Session, city: City, entries: list[Submission], tmp_path: Path
) -> None:
    path = written(session, city, tmp_path, "open-data.xlsx", lang="fr", labels="text")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["À lire", "Contributions", "Lieux", "Traductions", "Mailles", "Dictionnaire des codes"]
    cells = {cell.value for row in book["Contributions"].iter_rows() for cell in row}
    assert {"type de contribution", "Îlot de chaleur", "Zu heiß"} <= cells
    assert "heat_island" not in cells


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_heads_in_words_are_unlike_each_other(table: Table) -> None:
    for lang in LANGUAGES:
        heads = [export_readmes.column_title(table.name, column.name, lang) for column in table.columns]
        assert [head for head in heads if heads.count(head) > 1] == []


@pytest.fixture
def naughty(shared_data: Path, session: Session, city: City, campaign: Campaign) -> list[str]:
    """Published texts as they are after the form has cleaned them, in the order of the file."""
    folder = shared_data / "strings"
    listed = json.loads((folder / "blns.json").read_text(encoding="utf-8"))
    payloads = (folder / "csv_injection_payloadbox.txt").read_text(encoding="utf-8").splitlines()
    markup = ["<r><t>x</t></r>", "<r></x></r>", "_x0041_", "\x07bell"]
    texts = [text for one in [*listed, *payloads, *markup] if (text := clean_text(one)[:TEXT_MAX])]
    plain = submissions.published(session, city, campaign, "idea", point=POINT, text=texts[0], text_lang="en")
    same = {column.key: getattr(plain, column.key) for column in Submission.__table__.columns if column.key != "id"}
    session.add_all(Submission(**(same | {"text": text})) for text in texts[1:])
    session.flush()
    return list(session.scalars(select(Submission.text).order_by(Submission.id)))  # type: ignore[arg-type]


@sqlite_only
def test_naughty_strings_come_back_from_every_format(
    session: Session, city: City, naughty: list[str], tmp_path: Path
) -> None:
    column = [one.name for one in SUBMISSIONS.of(internal=False)].index("text")
    sheet = table(written(session, city, tmp_path, "submissions.xlsx"))
    assert [unescape(str(row[column])) for row in sheet] == naughty
    found = features(written(session, city, tmp_path, "submissions.geojson"))
    assert [feature["properties"]["text"] for feature in found] == naughty
    packed = written(session, city, tmp_path, "submissions.gpkg")
    assert list(pyogrio.read_dataframe(packed, layer="idea").sort_values("id")["text"]) == naughty
    folder = unpacked(session, city, tmp_path)
    lines = pandas.read_csv(folder / "submissions.csv", keep_default_na=False, dtype=str)
    assert list(lines["text"]) == [neutral(text) for text in naughty]
    assert frictionless.validate(str(folder / "datapackage.json")).valid


@sqlite_only
@pytest.mark.parametrize("name", ["submissions.xlsx", "open-data.gpkg", "open-data.zip", "submissions.geojson"])
def test_a_file_that_was_cut_off_is_noticed(
    name: str, session: Session, city: City, entries: list[Submission], tmp_path: Path
) -> None:
    path = written(session, city, tmp_path, name)
    whole = path.read_bytes()
    check(path)
    for part in (0.2, 0.5, 0.9, 0.999):
        path.write_bytes(whole[: int(len(whole) * part)])
        with pytest.raises((zipfile.BadZipFile, sqlite3.DatabaseError, json.JSONDecodeError, AssertionError)):
            check(path)


def check(path: Path) -> None:
    """As a reader does."""
    if path.suffix == ".geojson":
        json.loads(path.read_bytes())
    elif path.suffix == ".gpkg":
        head = path.read_bytes()[:32]
        # The file says how long it is: the size of a page, and how many there are.
        assert path.stat().st_size == int.from_bytes(head[16:18]) * int.from_bytes(head[28:32]), "cut off"
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    else:
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None


@sqlite_only
@pytest.mark.parametrize("name", ["submissions.xlsx", "submissions.gpkg"])
def test_nothing_stays_behind_when_the_reader_goes_away(
    name: str, session: Session, city: City, entries: list[Submission], tmp_path: Path
) -> None:
    reading = blocks(session, city, tmp_path, name)
    assert next(reading)
    # While it is sent it has no name any more: a killed process leaves nothing either.
    assert list((tmp_path / "made").iterdir()) == []
    reading.close()  # type: ignore[attr-defined]


@sqlite_only
def test_nothing_stays_behind_when_writing_fails(
    session: Session, city: City, entries: list[Submission], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_session: Session, *, export: Export) -> Iterable[Any]:
        yield (None,) * len(export.columns)
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(export_files.exports, "rows", broken)
    for name in ("submissions.xlsx", "submissions.gpkg"):
        with pytest.raises(RuntimeError):
            next(blocks(session, city, tmp_path, name))
        assert list((tmp_path / "made").iterdir()) == []


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    for name, age in (("old", timedelta(hours=25)), ("new", timedelta(hours=23))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
        os.utime(tmp_path / name, times=((NOW - age).timestamp(),) * 2)
    assert export_files.sweep(tmp_path, now=NOW) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    assert export_files.sweep(tmp_path / "never made", now=NOW) == 0


@sqlite_only
def test_a_table_that_is_empty_is_a_file_too(session: Session, city: City, tmp_path: Path) -> None:
    assert table(written(session, city, tmp_path, "open-data.xlsx")) == []
    assert len(layers(written(session, city, tmp_path, "open-data.gpkg"))) == 0
    assert features(written(session, city, tmp_path, "bins.geojson")) == []
    assert frictionless.validate(str(unpacked(session, city, tmp_path) / "datapackage.json")).valid


def in_office(path: Path, lang: str, *options: str) -> dict[str, str]:
    """What LibreOffice of a country shows of each number in a file, by its value."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if not office:
        pytest.skip(OFFICE_ABSENT)
    command = [office, f"-env:UserInstallation=file://{path.parent}/office", "--headless", *options]
    environ = {**os.environ, "LC_ALL": {"de": "de_DE.UTF-8", "fr": "fr_FR.UTF-8", "en": "en_GB.UTF-8"}[lang]}
    into = ["--convert-to", "fods", "--outdir", str(path.parent), str(path)]
    subprocess.run([*command, *into], env=environ, check=True, timeout=60)
    spaces = {name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text")}
    cells = etree.parse(path.with_suffix(".fods")).iterfind(".//table:table-cell", spaces)
    value = f"{{{spaces['office']}}}value"
    return {cell.get(value): cell.findtext("text:p", namespaces=spaces) for cell in cells if cell.get(value)}


@sqlite_only
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_libreoffice_shows_the_same_numbers_as_the_country_writes_them(
    ending: str, lang: str, session: Session, city: City, entries: list[Submission], tmp_path: Path
) -> None:
    path = tmp_path / f"submissions.{ending}"
    if ending == "csv":
        export = Export(SUBMISSIONS, city, EVERYTHING_PUBLISHED, NOW, lang=lang)
        path.write_bytes(b"".join(csv_file(session, export=export, how=layout("excel", lang))))
    else:
        written(session, city, tmp_path, path.name, lang=lang)
    # What somebody confirms who opens a CSV file: separator, quotes, UTF-8, and the country.
    country, separator = {"de": (1031, ";"), "fr": (1036, ";"), "en": (2057, ",")}[lang]
    confirmed = f"--infilter=Text - txt - csv (StarCalc):{ord(separator)},34,76,1,,{country},false,true"
    numbers = in_office(path, lang, *([confirmed] if ending == "csv" else []))
    assert numbers["-8.351234"] == ("-8.351234" if lang == "en" else "-8,351234")
    assert numbers["-3"] == "-3"


@sqlite_only
def test_layers_and_sheets_of_the_whole(
    session: Session, city: City, entries: list[Submission], tmp_path: Path
) -> None:
    path = written(session, city, tmp_path, f"{EVERYTHING}.gpkg")
    assert {layer for layer, _ in pyogrio.list_layers(path)} == {
        *KINDS,
        "places",
        "translations",
        "bins",
        "layer_styles",
    }
    [place] = pyogrio.read_dataframe(path, layer="places").query("reply == 'Gracias'").itertuples()
    assert (place.reply_lang, place.submissions) == ("es", 1)
