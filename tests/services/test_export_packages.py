"""The package of open data: it describes itself, two validators agree, and a cut-off one is noticed."""

import hashlib
import io
import json
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import csvw
import frictionless
import geopandas
import pandas
import pytest

from participation.locales import CODES
from participation.questionnaire import KINDS
from participation.services import export_packages
from participation.services.export_contents import Stamp
from participation.services.export_packages import Sheet
from tests.factories.export_contents import EMPTY, FULL, content, stamp, words

LINES = (
    "id,kind,lat,lon,reasons,comfort,text,supports,created_at,file_rows\r\n"
    'a,heat_island,49.631200,-8.365500,no_shade|no_water,4,"Zu ""heiß"",\nwirklich",3,2026-07-01T12:00:05Z,\r\n'
    "b,idea,,,,,,,,2\r\n"
)
FILES = [
    "submissions.csv", "translations.csv", "submissions.geojson", "csv-metadata.json", "VERSION.txt", "LICENCE.txt",
    "README.de.txt", "README.fr.txt", "README.es.txt", "README.en.txt", "datapackage.json", "SHA256SUMS",
]  # fmt: skip


def blocks(about: Stamp | None = None, *, lang: str = "de") -> Iterator[bytes]:
    entries = Sheet(content(FULL, EMPTY), lambda: iter([LINES[:58].encode(), LINES[58:].encode()]))
    other = Sheet(words(), lambda: iter([b"id,language,text,method,provider,reviewed,at,file_rows\r\n"]))
    return export_packages.package(sheets=[entries, other], stamp=about or stamp(), lang=lang)


def unpacked(folder: Path, **wanted: Any) -> Path:
    with zipfile.ZipFile(io.BytesIO(b"".join(blocks(**wanted)))) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return unpacked(tmp_path)


def test_everything_is_in_it_and_adds_up(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    sums = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert set(sums) == set(FILES) - {"SHA256SUMS"}
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == known for name, known in sums.items())
    assert (folder / "VERSION.txt").read_text() == "2026-07-02.7\n"


def test_frictionless_finds_it_valid_and_would_not_if_it_were_changed(folder: Path) -> None:
    assert frictionless.validate(str(folder / "datapackage.json")).flatten(["type", "note"]) == []
    (folder / "submissions.csv").write_text(LINES.replace("heat_island", "volcano"), newline="")
    assert {kind for kind, _ in frictionless.validate(str(folder / "datapackage.json")).flatten(["type", "note"])} >= {
        "hash-count"
    }


def test_csv_on_the_web_finds_it_valid(folder: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert csvw.CSVW(str(folder / "csv-metadata.json"), validate=True).is_valid
    [entries, _] = csvw.TableGroup.from_file(folder / "csv-metadata.json").tables
    full, empty = entries.iterdicts(strict=True)
    assert (full["reasons"], full["lat"], full["supports"]) == (["no_shade", "no_water"], 49.6312, 3)
    assert (empty["reasons"], empty["lat"], empty["text"]) == ([], None, None)


def test_the_description_names_columns_codes_licence_and_version(folder: Path) -> None:
    told = json.loads((folder / "datapackage.json").read_text())
    assert (told["version"], told["licenses"][0]["name"]) == ("2026-07-02.7", "DL-DE-BY-2.0")
    fields = {field["name"]: field for field in told["resources"][0]["schema"]["fields"]}
    assert fields["kind"] | {"constraints": None} == {
        "name": "kind", "title": "Art des Beitrags", "type": "string", "constraints": None,
    }  # fmt: skip
    assert fields["kind"]["constraints"]["enum"] == list(KINDS)
    assert [field["type"] for field in fields.values()] == [
        "string", "string", "number", "number", "string", "string", "string", "integer", "datetime", "integer",
    ]  # fmt: skip
    metadata = json.loads((folder / "csv-metadata.json").read_text())
    titles = metadata["tables"][0]["tableSchema"]["columns"][1]["titles"]
    assert (titles["und"], titles["de"], titles["en"]) == ("kind", "Art des Beitrags", "kind of entry")


def test_tables_and_map_say_the_same(folder: Path) -> None:
    table = pandas.read_csv(folder / "submissions.csv")
    drawn = geopandas.read_file(folder / "submissions.geojson")
    assert list(table["id"]) == list(drawn["id"]) == ["a", "b"]
    assert (table["lon"][0], table["lat"][0]) == (drawn.geometry[0].x, drawn.geometry[0].y) == (-8.3655, 49.6312)


@pytest.mark.parametrize("lang", CODES)
def test_the_read_me_tells_how_many_rows_there_are(lang: str, folder: Path) -> None:
    text = (folder / f"README.{lang}.txt").read_text(encoding="utf-8")
    [line] = [line for line in text.splitlines() if line.startswith("submissions.csv")]
    assert ", 2 " in line
    assert "{" not in text
    assert "dl-de/by-2-0" in text


def test_internal_data_are_under_no_licence(tmp_path: Path) -> None:
    folder = unpacked(tmp_path, about=stamp(licence=None))
    assert "licenses" not in json.loads((folder / "datapackage.json").read_text())
    assert "Not open data" in (folder / "LICENCE.txt").read_text()
    assert "Interne Daten" in (folder / "README.de.txt").read_text()
    assert frictionless.validate(str(folder / "datapackage.json")).valid


def test_a_package_that_was_cut_off_does_not_open() -> None:
    whole = b"".join(blocks())
    for end in (*range(0, len(whole) - 1, len(whole) // 40), len(whole) - 1):
        with pytest.raises(zipfile.BadZipFile):
            zipfile.ZipFile(io.BytesIO(whole[:end]))


def test_it_is_sent_while_it_is_packed() -> None:
    read = []

    def lines() -> Iterator[bytes]:
        for number in range(3):
            read.append(number)
            yield b"x" * 100_000 + b"\r\n"

    sheets = [Sheet(words(), lines)]
    packing = export_packages.package(sheets=sheets, stamp=stamp(), lang="en")
    assert next(packing).startswith(b"PK")
    assert read == [0]
