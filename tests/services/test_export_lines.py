"""CSV files that open everywhere: both layouts read back with csv and pandas, and a file that was cut off shows it."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas
import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from participation import codebook
from participation.database import reading
from participation.geo import Point
from participation.locales import CODES
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.places import Place, Support
from participation.models.submissions import ANSWERS, Submission
from participation.models.translations import Translation
from participation.services import contributors, export_lines, exports, originals, receipts, replies
from participation.services.export_lines import FILE_ROWS, MACHINE, csv_file, layout
from participation.services.export_tables import BINS, CODEBOOK, PLACES, SUBMISSIONS, TABLES, TRANSLATIONS, Table
from participation.services.exports import Counts, Export
from participation.services.filters import Filter
from participation.services.originals import Hidden
from participation.text import clean_text, neutral
from tests.factories import cities, submissions
from tests.factories.cities import INSIDE
from tests.factories.submissions import NOW
from tests.fixtures.databases import postgresql_only, sqlite_only


def written(session: Session, city: City, table: Table = SUBMISSIONS, how: Any = MACHINE, **wanted: Any) -> bytes:
    export = Export(table, city, wanted.pop("chosen", Filter()), wanted.pop("now", NOW), **wanted)
    return b"".join(csv_file(session, export=export, how=how))


def lines(data: bytes, separator: str = ",") -> list[dict[str, str]]:
    text = data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True))


@pytest.fixture
def naughty(shared_data: Path) -> list[str]:
    """Strings that broke other people's programs, and formulas, as a form would store them."""
    folder = shared_data / "strings"
    found = json.loads((folder / "blns.json").read_text(encoding="utf-8"))
    found += (folder / "csv_injection_payloadbox.txt").read_text(encoding="utf-8").splitlines()
    found += ["\u00a0=1+1", "two\n  =cmd|' /C calc'!A0", "a;=1+1", 'b,"=1+1"', "\uff1d1+1", "-2+3", "\u200b@SUM(1)"]
    return [text[:1500] for text in map(clean_text, found) if text]


@pytest.mark.parametrize(("name", "lang"), [("machine", "en"), ("excel", "de")])
def test_any_string_comes_back_and_none_is_a_formula(
    name: str, lang: str, naughty: list[str], session: Session, city: City, campaign: Campaign
) -> None:
    first = submissions.published(session, city, campaign)
    same = {column.key: getattr(first, column.key) for column in Submission.__table__.columns} | {"place_id": None}
    rows = [
        {**same, "id": uuid7(), "text": text, "text_lang": "fr", "place_name": text[:80].strip()} for text in naughty
    ]
    session.execute(insert(Submission), rows)
    how = layout(name, lang)
    data = written(session, city, how=how)
    found = lines(data, how.separator)[1:]
    assert (
        [line["text"] for line in found] == [line["text_fr"] for line in found] == [neutral(text) for text in naughty]
    )
    assert [line["place_name"] for line in found] == [neutral(text[:80].strip()) for text in naughty]
    frame = pandas.read_csv(
        io.BytesIO(data), sep=how.separator, decimal=how.decimal, encoding="utf-8-sig", keep_default_na=False,
        dtype={"text": str, "id": str},
    )  # fmt: skip
    assert frame["text"].tolist()[1:] == [neutral(text) for text in naughty]
    assert frame["id"][0] == str(first.id)
    assert set(frame["lat"].astype(str).str.replace(",", ".").astype(float)) == {INSIDE.lat}


def test_the_layout_for_spreadsheets(session: Session, city: City, campaign: Campaign) -> None:
    submissions.published(session, city, campaign, text="Grüße; heiß", text_lang="de", sensation="-3")
    data = written(session, city, how=layout("excel", "de"))
    assert data.startswith(b"\xef\xbb\xbfid;partnership;")
    [line] = lines(data, ";")
    assert (line["lat"], line["created_at"]) == ("49,631200", "2026-07-01 12:00:00")
    assert (line["sensation"], line["text"]) == ("-3", "Grüße; heiß")
    english = written(session, city, how=layout("excel", "en"))
    assert english.startswith(b"\xef\xbb\xbfid,partnership,")
    assert lines(english)[0]["lat"] == "49.631200"


def test_a_file_that_was_cut_off_anywhere_shows_it(session: Session, city: City, campaign: Campaign) -> None:
    for _ in range(12):
        submissions.published(session, city, campaign, text="two\nlines", text_lang="de")
    data = written(session, city)
    assert data.endswith(b",12\r\n")

    def is_whole(part: bytes) -> bool:
        rows = list(csv.reader(io.StringIO(part.decode(errors="ignore"), newline="")))
        return len(rows) > 1 and len(rows[-1]) == len(rows[0]) and rows[-1][-1] == str(len(rows) - 1)

    # Without its last line break alone, nothing is missing.
    assert [end for end in range(len(data) - 2) if is_whole(data[:end])] == []
    assert is_whole(data)


def sorts(session: Session) -> Any:
    return session.connection().exec_driver_sql("SHOW enable_sort").scalar()


@postgresql_only
@pytest.mark.parametrize("blocks_read", [1, 2, 3])
def test_what_is_set_for_a_file_ends_with_it(
    blocks_read: int, session: Session, city: City, campaign: Campaign
) -> None:
    """Whether it was read to its end, or broken off before or within the lines."""
    for _ in range(3):
        submissions.published(session, city, campaign)
    assert sorts(session) == "on"
    blocks = csv_file(session, export=Export(SUBMISSIONS, city, Filter(), NOW))
    for _ in range(blocks_read):
        next(blocks)
    blocks.close()
    assert sorts(session) == "on"


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
@pytest.mark.parametrize("labels", exports.LABELS)
def test_every_table_has_its_columns_in_both_ways(
    table: Table, labels: str, session: Session, city: City, campaign: Campaign
) -> None:
    submission = submissions.published(session, city, campaign, text="Zu heiß", text_lang="de")
    session.add(Translation(submission_id=submission.id, lang="fr", text="Trop chaud", method="machine", at=NOW))
    session.flush()
    for chosen in (Filter(), Filter().for_staff()):
        export = Export(table, city, chosen, NOW, labels=labels, lang="es")
        found = lines(b"".join(csv_file(session, export=export)))
        rows = list(exports.rows(session, export=export))
        assert len(found) == len(rows)
        for line, row in zip(found, rows, strict=True):
            assert [*line][:-1] == [column.name for column in export.columns]
            for column, value in zip(export.columns, row, strict=True):
                assert bool(line[column.name]) == (value is not None and value != "")


def test_codes_become_words_or_have_them_beside(session: Session, city: City, campaign: Campaign) -> None:
    submissions.published(session, city, campaign, reasons=("no_water", "no_shade"))
    [words] = lines(written(session, city, labels="text", lang="de"))
    assert (words["kind"], words["place_type"], words["reasons"]) == (
        "Hitzeinsel",
        "Platz",
        "Kein Schatten | Kein Wasser",
    )
    [both] = lines(written(session, city, labels="both", lang="de"))
    assert (both["reasons"], both["reasons_label"]) == ("no_shade|no_water", "Kein Schatten | Kein Wasser")
    [place] = lines(written(session, city, PLACES, labels="text", lang="de"))
    assert place["reasons"] == "Kein Schatten | Kein Wasser"


def test_each_translation_says_what_it_is(session: Session, city: City, campaign: Campaign) -> None:
    submission = submissions.published(session, city, campaign, text="Zu heiß", text_lang="de-AT")
    for lang, method, reviewed in (("fr", "human", True), ("es", "machine", True), ("en", "machine", False)):
        session.add(
            Translation(submission_id=submission.id, lang=lang, text=lang, method=method, reviewed=reviewed, at=NOW)
        )
    session.flush()
    [line] = lines(written(session, city))
    assert [line[f"text_{lang}"] for lang in CODES] == ["Zu heiß", "fr", "es", "en"]
    kinds = ["original", "human", "machine_reviewed", "machine"]
    assert [line[f"text_{lang}_kind"] for lang in CODES] == kinds
    assert line["translation_kind"] == "machine"
    found = lines(written(session, city, TRANSLATIONS))
    assert {(one["language"], one["method"], one["reviewed"]) for one in found} == {
        ("en", "machine", "false"),
        ("es", "machine", "true"),
        ("fr", "human", "true"),
    }
    assert found[0]["id"] == str(submission.id)


def test_translations_go_with_the_words_they_translate(
    session: Session, city: City, campaign: Campaign, tmp_path: Path
) -> None:
    erased, redacted = (
        submissions.published(session, city, campaign, text="Anna Muster wohnt hier", text_lang="de") for _ in range(2)
    )
    for one in (erased, redacted):
        session.add(Translation(submission_id=one.id, lang="fr", text="Anna habite ici", method="human", at=NOW))
    session.flush()
    receipts.erase(session, submission=erased, now=NOW)
    originals.hide(session, submission=redacted, hidden=Hidden(ranges=((0, 11),)), folder=tmp_path, now=NOW)
    for chosen in (Filter(), Filter().for_staff()):
        data = written(session, city, chosen=chosen)
        assert b"Anna" not in data
        assert str(erased.id) not in [line["id"] for line in lines(written(session, city))]
    assert lines(written(session, city, TRANSLATIONS)) == []


def test_a_place_says_what_its_entries_say_together(session: Session, city: City, campaign: Campaign) -> None:
    keys = [contributors.by_key(session, campaign=campaign, key=key).id for key in "ab"]
    first = submissions.published(
        session, city, campaign, reasons=("no_shade", "no_water"), place_name="=Bench", contributor_id=keys[0]
    )
    later = NOW + timedelta(hours=2)
    for kind, key in (("heat_island", keys[1]), ("idea", keys[1]), ("feedback", None)):
        made = submissions.make(session, city, campaign, kind, now=later, place_id=first.place_id, contributor_id=key)
        if kind != "feedback":
            submissions.publish(session, made)
    session.add(Support(place_id=first.place_id, contributor_id=keys[0], created_at=NOW))
    place = session.get_one(Place, first.place_id)
    replies.give(
        session, account=submissions.operator(session), city=city, place=place, lang="de", text="Danke", now=NOW
    )
    [line] = lines(written(session, city, PLACES))
    expected = {
        "id": str(place.id), "city": "worms", "name": "'=Bench", "submissions": "3", "heat_island": "2",
        "climate_oasis": "0", "idea": "1", "feedback": "0", "reasons": "no_shade|no_water", "reason_counts": "2|1",
        "supports": "1", "contributors": "2", "reply": "Danke", "reply_lang": "de",
        "first_at": "2026-07-01T12:00:00Z", "last_at": "2026-07-01T14:00:00Z", "file_rows": "1",
    }  # fmt: skip
    assert {name: line[name] for name in expected} == expected
    assert lines(written(session, city, PLACES, chosen=Filter(kinds=("idea",))))[0]["submissions"] == "1"
    assert lines(written(session, city, PLACES, chosen=Filter(kinds=("climate_oasis",)))) == []


def test_the_counts_by_cell_of_a_city(session: Session, city: City, campaign: Campaign) -> None:
    cities.district(session, city, code="altstadt")
    for number in range(7):
        contributor = contributors.by_key(session, campaign=campaign, key=f"key-{number}")
        point = Point(INSIDE.lat + number // 5 * 0.02, INSIDE.lon)
        submissions.published(session, city, campaign, point=point, contributor_id=contributor.id)
    running = lines(written(session, city, BINS))
    assert [(line["level"], line["submissions"], line["contributors"]) for line in running] == [("city", "7", "7")]
    for number in range(7, 10):
        contributor = contributors.by_key(session, campaign=campaign, key=f"key-{number}")
        submissions.published(
            session, city, campaign, point=Point(INSIDE.lat + 0.02, INSIDE.lon), contributor_id=contributor.id
        )
    found = lines(written(session, city, BINS))
    assert {(line["level"], line["submissions"], line["kind"]) for line in found} == {("h3_9", "5", "heat_island")}
    assert (found[0]["campaign"], found[0]["partnership"], found[0]["district"]) == ("summer", "worms", "")
    assert len(found[0]["cell"]) == 15


def test_how_many_of_how_many(session: Session, city: City, campaign: Campaign) -> None:
    for kind in ("idea", "idea", "feedback"):
        submissions.published(session, city, campaign, kind)
    submissions.make(session, city, campaign)
    chosen = Filter(kinds=("idea",))
    assert exports.counts(session, city=city, chosen=chosen) == Counts(2, 3)
    assert exports.counts(session, city=city, chosen=chosen.for_staff()) == Counts(2, 4)


@sqlite_only
def test_the_codebook_explains_every_column_and_code_in_all_languages(session: Session, city: City) -> None:
    found = lines(written(session, city, CODEBOOK))
    explained = {(line["table"], line["field"]) for line in found if not line["code"]}
    expected = {(table.name, column.name) for table in TABLES.values() for column in table.columns}
    for table in TABLES.values():
        internal = Filter(internal=table == SUBMISSIONS)
        both = Export(table, city, internal, NOW, labels="both")
        expected |= {(table.name, column.name) for column in both.columns} | {(table.name, FILE_ROWS)}
    assert explained == expected
    [worded] = [line for line in found if (line["table"], line["field"]) == ("submissions", "kind_label")]
    assert (worded["de"], worded["type"]) == ("Art des Beitrags, in Worten", "text")
    assert all(line[lang] for line in found for lang in CODES)
    answers = {line["field"] for line in found if line["questionnaire_version"] == "heat-1" and line["code"]}
    assert answers == {*ANSWERS} - {"text", "place_name"}


def test_no_word_for_a_code_is_another_code() -> None:
    """Codes are put into words one after the other."""
    for name in {column.name for table in TABLES.values() for column in table.columns if column.type == "codes"}:
        known = codebook.codes(name)
        for labels in known.values():
            assert not {*labels.values()} & {*known}
            assert not any("|" in label for label in labels.values())


@sqlite_only
def test_memory_does_not_grow_with_the_file(
    session: Session, city: City, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_lines, "BATCH", 2)
    for _ in range(6):
        submissions.published(session, city, campaign)
    session.commit()
    with reading(session.get_bind()) as reader:  # type: ignore[arg-type]
        blocks = csv_file(reader, export=Export(SUBMISSIONS, city, Filter(), NOW))
        assert [block.count(b"heat_island") for block in blocks] == [0, 2, 2, 2, 0]
