"""Whatever is sent as a table is read, or refused with a code that has a sentence; nothing falls over."""

import json
import random
import zipfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from participation.cli import sentences
from participation.errors import Invalid
from participation.services import import_files, import_workbooks
from participation.services.import_files import Source

COLUMNS = ["id", "kind", "lat", "lon", "text"]
LINE = ["1", "idea", "49.63", "8.36", "Schatten, überall"]


def write(folder: Path, content: bytes, name: str = "a.csv") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def workbook(path: Path, *sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def cells(source: Source) -> list[dict[str, str]]:
    return [row.cells for row in source.rows()]


def refused(path: Path) -> str:
    """The code of the refusal, which the terminal has a sentence for."""
    with pytest.raises(Invalid) as caught:
        list(import_files.read(path).rows())
    assert sentences.ERRORS[caught.value.code].format_map(caught.value.details)
    return caught.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_in_all_usual_forms(tmp_path: Path, encoding: str, delimiter: str) -> None:
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in (COLUMNS, LINE)]
    source = import_files.read(write(tmp_path, "\r\n".join(lines).encode(encoding)))
    assert (source.unit, cells(source)) == ("line", [dict(zip(COLUMNS, LINE, strict=True))])
    # As often as wanted.
    assert cells(source) == cells(source)


def test_the_sheet_with_the_entries_is_found_and_its_cells_are_texts(tmp_path: Path) -> None:
    typed = ["1", "idea", 49.63, 8, "Schatten", datetime(2026, 7, 1, 12, 30, 15), True, None]
    columns = [*COLUMNS, "created_at", "flag", "empty"]
    path = workbook(tmp_path / "a.xlsx", [["Read me"], ["Hello"]], [columns, typed, [None] * 8, typed])
    source = import_files.read(path)
    assert (source.unit, source.columns) == ("row", tuple(columns))
    found = {**dict(zip(COLUMNS, LINE, strict=True)), "text": "Schatten", "lon": "8"}
    found |= {"created_at": "2026-07-01T12:30:15Z", "flag": "true", "empty": ""}
    assert [(row.number, row.cells) for row in source.rows()] == [(2, found), (4, found)]


def test_features_may_have_no_place(tmp_path: Path) -> None:
    idea = {"type": "Feature", "id": 7, "geometry": None, "properties": {"kind": "idea", "text": "Mehr Bäume"}}
    document = {"name": "x", "type": "FeatureCollection", "features": [idea], "more": [{}]}
    source = import_files.read(write(tmp_path, json.dumps(document).encode(), "a.geojson"))
    assert cells(source) == [{"lat": "", "lon": "", "kind": "idea", "text": "Mehr Bäume", "id": "7"}]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "file_empty"),
        ("a.csv", b"\xff\xfe", "file_empty"),
        ("a.csv", b"lat,lat\n1,2\n", "file_no_header"),
        ("a.csv", b'lat,lon\n"1,2\n', "file_broken"),
        ("a.csv", b"lat,lon\n" + b"1" * 140_000 + b",2\n", "file_broken"),
        ("a.csv", "lat,Straße\n".encode("cp1252"), "file_not_utf8"),
        ("a.csv", b"lat,lon\n1,2\n" * 2000 + "Straße,2\n".encode("cp1252"), "file_not_utf8"),
        ("a.csv", "lat,lon\n".encode("utf-16-le"), "file_not_text"),
        ("a.csv", "lat,lon\n".encode("utf-16") + b"\x00", "file_not_utf8"),
        ("a.csv", b"lat,lon\n" + b"x" * 10_000_000, "file_long_line"),
        ("a.csv", b"," * 10_000_000, "file_long_line"),
        ("a.csv", b"," * 500, "file_too_many_columns"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "file_not_text"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file_old_workbook"),
        ("a.xlsx", b"PK\x03\x04 and nothing else", "file_not_workbook"),
        ("a.geojson", b"{", "file_not_geojson"),
        ("a.geojson", b'{"type": "Point", "coordinates": [8, 49]}', "file_not_geojson"),
        ("a.geojson", b"[" * 100_000, "file_not_geojson"),
        ("a.geojson", b'{"features": [' + b"[" * 100_000, "file_not_geojson"),
        ("a.geojson", b'{"features": [{"properties": {"n": ' + b"9" * 5000 + b"}}]}", "file_not_geojson"),
        ("a.geojson", b'{"features": [{}', "file_not_geojson"),
        ("a.geojson", b'{"features": []} and more', "file_not_geojson"),
        ("a.geojson", b'{"features": {"features": []}}', "file_not_geojson"),
        ("a.json", b'{"features": 5}', "file_not_geojson"),
        ("a.json", '{"name": "Straße", "features": []}'.encode("cp1252"), "file_not_utf8"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    assert refused(write(tmp_path, content, name)) == code


def test_a_workbook_that_unpacks_to_more_than_a_table_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_workbooks, "MAX_UNPACKED", 20 * 1024**2)
    path = workbook(tmp_path / "bomb.xlsx", [COLUMNS, LINE])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/more.xml", "w") as part:
        for _ in range(21):
            part.write(bytes(1024**2))
    assert path.stat().st_size < 100_000
    assert refused(path) == "workbook_too_large"


def test_a_workbook_that_declares_its_own_words_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>')
    assert refused(path) == "file_not_workbook"


def test_a_mark_far_below_and_far_right_costs_nothing(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(COLUMNS)
    book.active.append(LINE)
    book.active.cell(1_048_576, 16_384, "here")
    book.save(tmp_path / "far.xlsx")
    assert cells(import_files.read(tmp_path / "far.xlsx")) == [dict(zip(COLUMNS, LINE, strict=True))]


def test_too_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_files, "MAX_ROWS", 2)
    assert refused(write(tmp_path, b"lat\n1\n2\n3\n")) == "file_too_many_rows"


def test_damaged_files_never_fall_over(tmp_path: Path) -> None:
    """Some hundred workbooks, tables and features with some bytes of them changed."""
    chance = random.Random(5)
    document = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"a": "1"}}] * 3}
    whole = [
        workbook(tmp_path / "a.xlsx", [COLUMNS, LINE, LINE]).read_bytes(),
        json.dumps(document).encode(),
        "\n".join([",".join(COLUMNS), *['1,idea,49,8,"Ä\n"'] * 3]).encode(),
    ]
    read = 0
    for number in range(150):
        content = bytearray(whole[number % 3])
        for _ in range(chance.randint(1, 6)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        with suppress(Invalid):
            read += len(cells(import_files.read(write(tmp_path, bytes(content), "a.bin"))))
    assert read
