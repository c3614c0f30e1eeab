"""Workbooks: numbers are numbers in every language, texts are only texts, and a sheet never grows in memory."""

from datetime import datetime
from pathlib import Path

import openpyxl
import pandas
import pytest
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from participation.locales import CODES
from participation.services import export_workbooks
from participation.services.export_contents import Content
from participation.services.export_tables import Column
from tests.factories.export_contents import COLUMNS, EMPTY, FULL, WORD, content, stamp, words

SHEETS = {
    "de": ["Hinweise", "Beiträge", "Übersetzungen"],
    "fr": ["À lire", "Contributions", "Traductions"],
    "es": ["Léame", "Aportaciones", "Traducciones"],
    "en": ["Read me", "Entries", "Translations"],
}


def written(folder: Path, *contents: Content, lang: str = "de", labels: str = "codes", internal: bool = False) -> Path:
    path = folder / "book.xlsx"
    about = stamp(licence=None) if internal else stamp()
    export_workbooks.workbook(path, contents=contents, stamp=about, lang=lang, labels=labels)
    return path


def sheet(path: Path, number: int = 1) -> Worksheet:
    return openpyxl.load_workbook(path).worksheets[number]


def values(found: Worksheet) -> list[tuple[object, ...]]:
    return list(found.iter_rows(values_only=True))


@pytest.mark.parametrize("lang", CODES)
def test_the_sheets_are_in_the_language_and_the_numbers_are_the_same(lang: str, tmp_path: Path) -> None:
    path = written(tmp_path, content(FULL, EMPTY), words(WORD), lang=lang)
    assert openpyxl.load_workbook(path).sheetnames == SHEETS[lang]
    head, full, empty = values(sheet(path))
    assert head == tuple(column.name for column in COLUMNS)
    at = datetime(2026, 7, 1, 12, 0, 5)
    assert full == ("a", "heat_island", 49.6312, -8.3655, "no_shade|no_water", 4, "Zu heiß", 3, at)
    assert empty == EMPTY
    assert values(sheet(path, 2))[1] == ("a", "fr", "Trop chaud", "human", None, True, at)


def test_a_header_stays_in_sight_and_can_be_filtered(tmp_path: Path) -> None:
    found = sheet(written(tmp_path, content(FULL, EMPTY)))
    assert (found.freeze_panes, found.auto_filter.ref) == ("A2", "A1:I3")


def test_pandas_reads_it_with_its_types(tmp_path: Path) -> None:
    frame = pandas.read_excel(written(tmp_path, content(FULL, EMPTY)), sheet_name="Beiträge")
    kinds = {name: frame[name].dtype.kind for name in ("lat", "comfort", "supports", "created_at")}
    assert kinds == {"lat": "f", "comfort": "f", "supports": "f", "created_at": "M"}
    assert (frame["lat"][0], frame["lon"][0], frame["supports"][0]) == (49.6312, -8.3655, 3)


@pytest.mark.parametrize(
    ("labels", "heads"),
    [("codes", ("kind",)), ("text", ("type de contribution",)), ("both", ("kind", "type de contribution"))],
)
def test_heads_are_names_or_words(labels: str, heads: tuple[str, ...], tmp_path: Path) -> None:
    columns = [Column("kind"), Column("kind_label", "text")][: len(heads)]
    path = written(tmp_path, content(("idea", "Idée")[: len(heads)], columns=columns), lang="fr", labels=labels)
    assert values(sheet(path))[0] == heads


def test_the_read_me_says_what_the_file_is(tmp_path: Path) -> None:
    told = {str(cell) for row in values(sheet(written(tmp_path, content(FULL)), 0)) for cell in row if cell}
    assert {"Worms: Daten der Beteiligung", "2026-07-02.7", "öffentlich", "alles"} <= told
    assert any("dl-de/by-2-0" in cell for cell in told)
    internal = {str(cell) for row in values(sheet(written(tmp_path, internal=True), 0)) for cell in row if cell}
    assert "intern" in internal
    assert any(cell.startswith("Keine offenen Daten") for cell in internal)


MARKUP = [
    "<r><t>x</t></r>",
    "<r></x></r>",
    "</sheetData>",
    "a & b",
    "_x0041_",
    " in between ",
    "line\nline",
    "é\N{SUN WITH FACE}",
]
FORMULAS = ["=1+1", "+1", "-1", "@SUM(1)", "http://city.example/", "{=1}", "1e3", "007", "TRUE"]


def test_a_text_is_only_a_text(tmp_path: Path) -> None:
    texts = MARKUP + FORMULAS
    found = sheet(written(tmp_path, content(*[(text,) for text in texts], columns=[Column("text", "text")])))
    cells = [found.cell(line, 1) for line in range(2, 2 + len(texts))]
    # Excel reads _x0041_ as a character unless it is escaped; openpyxl leaves that to us.
    assert [unescape(str(cell.value)) for cell in cells] == texts
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    assert [cell.value for cell in cells if cell.quotePrefix] == ["=1+1", "+1", "-1", "@SUM(1)"]


def test_what_a_sheet_cannot_hold_goes_to_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_workbooks, "ROWS", 2)
    path = written(tmp_path, content(*[(str(number), *FULL[1:]) for number in range(5)]))
    names = openpyxl.load_workbook(path).sheetnames
    assert names == ["Hinweise", "Beiträge", "Beiträge 2", "Beiträge 3"]
    assert [row[0] for number in (1, 2, 3) for row in values(sheet(path, number))[1:]] == ["0", "1", "2", "3", "4"]


def test_nothing_else_stays_in_the_folder(tmp_path: Path) -> None:
    path = written(tmp_path, content(FULL))
    assert list(tmp_path.iterdir()) == [path]
