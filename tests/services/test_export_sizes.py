"""Sizes before the click: exact for what is small, and an honest estimate for what is not."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation import geo
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.translations import Translation
from participation.services import contributors, demo, export_files, export_lines, export_sizes
from participation.services.export_files import File
from participation.services.export_lines import MACHINE
from participation.services.export_sizes import Size
from participation.services.export_tables import TABLES
from participation.services.exports import Export
from participation.services.filters import Filter
from participation.settings import ROOT
from tests.factories import submissions
from tests.factories.cities import INSIDE
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only

DEMO = ROOT / "participation" / "demo"
TEXT = "It is as hot as an oven; nothing gives shade.\nNot even in the evening. "


def exports(city: City) -> dict[str, Export]:
    return {name: Export(table, city, Filter(), datetime.now(UTC)) for name, table in TABLES.items()}


def sizes(session: Session, city: City, n: int) -> dict[str, Size]:
    return export_sizes.of_tables(session, exports=exports(city), how=MACHINE, entries=n, of_all=n)


def written(session: Session, city: City, table: str) -> tuple[int, int]:
    """Rows and bytes of the file itself."""
    blocks = [*export_lines.csv_file(session, export=exports(city)[table])]
    return int(blocks[-1] or 0) if blocks[-1].strip() else 0, len(b"".join(blocks))


def test_what_is_small_is_exact(session: Session, city: City, campaign: Campaign) -> None:
    for n in range(3):
        found = sizes(session, city, n)
        for table, size in found.items():
            assert (size.rows, size.bytes, size.rows_exact, size.bytes_exact) == (
                *written(session, city, table),
                True,
                True,
            )
        submissions.published(session, city, campaign, text="x" * n, text_lang="en")


def test_what_is_large_is_estimated_closely_from_its_start(
    session: Session, city: City, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (export_lines, export_sizes):
        monkeypatch.setattr(module, "BATCH", 5)
    for n in range(14):
        submissions.published(session, city, campaign, text=TEXT * (1 + n % 5), text_lang="en")
    size = sizes(session, city, 14)["submissions"]
    rows, exact = written(session, city, "submissions")
    assert (size.rows, size.rows_exact, size.bytes_exact) == (rows, True, False)
    assert size.bytes is not None
    assert abs(size.bytes - exact) < exact / 10
    places = sizes(session, city, 14)["places"]
    assert places.rows_exact == (places.bytes_exact is True)
    decisions = sizes(session, city, 14)["decisions"]
    assert (decisions.rows, decisions.rows_exact) == (14, True)


def test_translations_are_counted_or_guessed_from_both_ends(
    session: Session, city: City, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (export_lines, export_sizes):
        monkeypatch.setattr(module, "BATCH", 5)
    made = [submissions.published(session, city, campaign, text=TEXT, text_lang="en") for _ in range(12)]
    for entry in (*made[:3], submissions.make(session, city, campaign)):
        for lang in ("de", "fr", "es"):
            session.add(Translation(submission_id=entry.id, lang=lang, text="x", method="machine", at=NOW))
    session.flush()
    counted = sizes(session, city, 12)["translations"]
    assert (counted.rows, counted.rows_exact, counted.bytes_exact) == (9, True, False)
    _, exact = written(session, city, "translations")
    assert abs((counted.bytes or 0) - exact) < exact / 10
    monkeypatch.setattr(export_sizes, "MOST_COUNTED", 0)
    monkeypatch.setattr(export_sizes, "SAMPLE", 4)
    guessed = sizes(session, city, 12)["translations"]
    # Nine of the first four entries, none of the last four: of twelve it would be thirteen and a half.
    assert (guessed.rows, guessed.rows_exact) == (round(9 / 8 * 12), False)


def test_nobody_makes_the_cells_of_a_million_entries_to_say_how_many_they_are(
    session: Session, city: City, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        # Far enough from each other for a cell of its own, and enough people in each.
        point = geo.Point(INSIDE.lat + 0.02 * number, INSIDE.lon)
        for person in range(12):
            sender = contributors.by_key(session, campaign=campaign, key=str(person))
            submissions.published(session, city, campaign, point=point, contributor_id=sender.id)
    exact = sizes(session, city, 48)["bins"]
    monkeypatch.setattr(export_sizes, "MOST_FOR_BINS", 0)
    size = sizes(session, city, 48)["bins"]
    assert (size.rows_exact, size.bytes_exact) == (False, False)
    assert size.rows is not None
    assert exact.rows is not None
    assert exact.rows / 3 < size.rows < exact.rows * 3
    for chosen in (Filter(kinds=("idea",)), Filter(campaign_id=campaign.id + 1)):
        other = {"bins": Export(TABLES["bins"], city, chosen, NOW)}
        assert export_sizes.of_tables(session, exports=other, how=MACHINE, entries=0, of_all=48)["bins"].rows == 0


@sqlite_only
def test_other_formats_are_estimates_of_the_same_rows(session: Session, city: City) -> None:
    size = Size(10, 10_000)
    assert size.as_file("csv") == size
    for kind in ("xlsx", "geojson", "gpkg", "zip"):
        other = size.as_file(kind)
        assert (other.rows, other.rows_exact, other.bytes_exact) == (10, True, False)
    assert export_sizes.together({"a": size, "b": Size(None, None)}, "zip").rows is None
    whole = export_sizes.together({"a": size, "b": replace(size, rows_exact=False)}, "zip")
    assert (whole.rows, whole.rows_exact, whole.bytes_exact) == (20, False, False)


@sqlite_only
def test_the_sizes_before_the_click_are_close_to_those_of_the_files(session: Session, tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    demo.load(session, folder=DEMO, basemaps=tmp_path, today=now.date(), hash_password=lambda _: "")
    worms = session.scalars(select(City).where(City.slug == "worms")).one()
    wanted = {name: Export(table, worms, Filter(), now, "text", "de") for name, table in TABLES.items()}
    how = export_lines.layout("excel", "de")
    sizes = export_sizes.of_tables(session, exports=wanted, how=how, entries=1, of_all=1)
    guessed = {
        (name, ending): sizes[name].as_file(ending, name)
        for ending, names in (("xlsx", ("submissions", "codebook")), *list(export_files.FILES.items())[1:3])
        for name in names
        if name in sizes
    }
    together = {table.name: sizes[table.name] for table in (*export_files.TABLES["open-data"], TABLES["codebook"])}
    for ending in ("zip", "xlsx", "gpkg"):
        guessed["open-data", ending] = export_sizes.together(together, ending)
    for (name, ending), guess in guessed.items():
        export = wanted[export_files.TABLES[name][0].name]
        file = File(name, ending, export, "", private=False, folder=tmp_path)
        size = sum(map(len, export_files.write(session, file=file)))
        assert size / 1.5 < (guess.bytes or 0) < size * 1.5, f"{name}.{ending}: {guess.bytes} for {size}"
