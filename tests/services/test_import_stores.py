"""Out, into an empty city, and out again: the same file but for ids; and what is never restored."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation.errors import Invalid
from participation.geo import Point
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.contributors import Contributor
from participation.models.decisions import Decision
from participation.models.places import Place, Reply
from participation.models.submissions import Submission
from participation.models.translations import Translation
from participation.services import campaigns as campaign_service
from participation.services import (
    decision_record,
    export_lines,
    import_files,
    imports,
    receipts,
    supports,
    tiles,
)
from participation.services.export_tables import SUBMISSIONS
from participation.services.exports import Export
from participation.services.filters import Filter
from participation.services.import_plans import Target
from participation.services.imports import Report
from participation.text import clean_text, not_neutral
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.cities import CENTRE, INSIDE
from tests.factories.decisions import act
from tests.factories.submissions import NOW

LATER = datetime(2026, 11, 1, tzinfo=UTC)
# What another installation cannot have: ids of its own, and photos, of which a table has the address only.
OF_ITS_OWN = ("id", "place_id")
Row = dict[str, str]


def world(session: Session) -> tuple[City, Campaign]:
    city = cities.make(session)
    cities.district(session, city, name="Die Altstadt")
    return city, campaigns.make(session, city)


@pytest.fixture
def two(both_sessions: tuple[Session, Session]) -> tuple[Session, Session]:
    """A city on SQLite with entries, and an empty one of the same name on PostgreSQL."""
    for session in both_sessions:
        world(session)
    return both_sessions


def only(session: Session) -> tuple[City, Campaign]:
    return session.scalars(select(City)).one(), session.scalars(select(Campaign)).one()


def exported(session: Session, chosen: Filter | None = None) -> bytes:
    session.flush()
    export = Export(table=SUBMISSIONS, city=only(session)[0], chosen=chosen or Filter(), now=LATER)
    return b"".join(export_lines.csv_file(session, export=export))


def rows(content: bytes) -> list[Row]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True))


def restore(session: Session, path: Path, *, as_published: bool = True, **changed: Any) -> Report:
    city, _ = only(session)
    rounds = campaign_service.of_city(session, city=city)
    target = Target(city, rounds, None, None, "de", as_published=as_published, account=accounts.make(session, city))
    return imports.run(session, target=target, source=import_files.read(path), mapping={}, now=LATER, **changed)


def without_ids(found: list[Row]) -> list[Row]:
    """The rows, in which places are numbered in the order in which they come."""
    numbers: dict[str, str] = {}
    for row in found:
        numbers.setdefault(row["place_id"], f"place {len(numbers)}" if row["place_id"] else "")
    return [{**row, "id": "", "place_id": numbers[row["place_id"]]} for row in found]


def fill(session: Session) -> None:
    """Entries of each kind and state; two of them at one place, which is supported and was answered."""
    city, campaign = only(session)
    first = submissions.published(
        session, city, campaign, text="=1+1\n  @SUM(A1)\nund «schön»", text_lang="fr", place_name="-Markt",
        role="resident", comfort="3", times_of_day=("midday", "night"), now=NOW,
    )  # fmt: skip
    for lang, method, reviewed in (("de", "human", True), ("es", "machine", True), ("en", "machine", False)):
        made = {"method": method, "reviewed": reviewed, "at": NOW}
        session.add(Translation(submission_id=first.id, lang=lang, text=f"={lang}\n+1", **made))
    submissions.published(session, city, campaign, place_id=first.place_id, source="staff_paper")
    home = Point(CENTRE.lat + 0.0999, CENTRE.lon)
    submissions.published(session, city, campaign, "climate_oasis", point=home, near_home=True)
    submissions.published(session, city, campaign, "idea", point=None, district=city.districts[0])
    submissions.published(session, city, campaign, "feedback", text="'=already there", place_name=None)
    for key in ("a", "b", "c"):
        supports.give(session, city=city, place=session.get_one(Place, first.place_id), contributor_key=key, now=NOW)
    session.add(Reply(place_id=first.place_id, lang="de", text="+ Ein Baum kommt.", created_at=NOW))
    submissions.make(session, city, campaign)
    operator = submissions.operator(session)
    for action in ("reject", "remove", "withdraw", "erase"):
        one = submissions.make(session, city, campaign)
        if action in ("remove", "withdraw"):
            submissions.publish(session, one)
        act(session, operator, one, action)


def as_excel(content: bytes, folder: Path) -> Path:
    """As a German office has it: with a mark, semicolons and decimal commas."""
    target = folder / "excel.csv"
    with target.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened, delimiter=";")
        for row in csv.reader(io.StringIO(content.decode(), newline="")):
            writer.writerow([*row[:6], *(cell.replace(".", ",") for cell in row[6:8]), *row[8:]])
    return target


def as_csv(content: bytes, folder: Path) -> Path:
    (folder / "machine.csv").write_bytes(content)
    return folder / "machine.csv"


def as_workbook(content: bytes, folder: Path) -> Path:
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(content.decode(), newline="")):
        # A workbook knows what is text: nothing is made safe in it.
        book.active.append([plain(cell) for cell in row])
    for line in book.active.iter_rows():
        for cell in line:
            cell.data_type = "s" if cell.value else "n"
    book.save(folder / "book.xlsx")
    return folder / "book.xlsx"


def plain(cell: str) -> str:
    """Without the apostrophes before what looks like a formula."""
    return not_neutral(cell)


def as_geojson(content: bytes, folder: Path) -> Path:
    features = []
    for row in rows(content):
        point = [float(row.pop("lon") or 0), float(row.pop("lat") or 0)]
        properties = {name: plain(cell) for name, cell in row.items()}
        geometry = {"type": "Point", "coordinates": point} if any(point) else None
        features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    path = folder / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.parametrize("form", [as_csv, as_excel, as_workbook, as_geojson])
def test_out_in_and_out_again_is_the_same(
    two: tuple[Session, Session], tmp_path: Path, form: Callable[[bytes, Path], Path]
) -> None:
    here, there = two
    fill(here)
    before = exported(here)
    assert [row["kind"] for row in rows(before)] == ["heat_island", "heat_island", "climate_oasis", "idea", "feedback"]
    report = restore(there, form(before, tmp_path))
    assert (report.read, report.stored, report.refusals) == (5, 5, [])
    assert without_ids(rows(exported(there))) == without_ids(rows(before))
    city, _ = only(there)
    assert decision_record.verify(there, city=city).fault is None
    assert tiles.drift(there, city=city) == 0
    assert rows(exported(there))[0]["text_en_kind"] == "machine"
    steps = there.execute(select(Decision.action, Decision.details, Decision.account_id)).all()
    assert {(step.action, step.details, step.account_id is None) for step in steps} == {("publish", "import", False)}
    # Three people supported one place: no more are made up.
    assert there.scalar(select(func.count()).select_from(Contributor)) == 3
    # Once more, nothing is new; nor is it in the city it came from.
    for session in two:
        again = restore(session, form(before, tmp_path))
        assert (again.accepted, again.known, again.refused) == (0, 5, [])


def test_our_layout_for_spreadsheets_comes_in_as_well(two: tuple[Session, Session], tmp_path: Path) -> None:
    here, there = two
    fill(here)
    export = Export(table=SUBMISSIONS, city=only(here)[0], chosen=Filter(), now=LATER)
    lines = export_lines.csv_file(here, export=export, how=export_lines.layout("excel", "de"))
    assert restore(there, as_csv(b"".join(lines), tmp_path)).stored == 5
    assert without_ids(rows(exported(there))) == without_ids(rows(exported(here)))


def test_all_of_our_own_file_can_wait_for_the_moderation(two: tuple[Session, Session], tmp_path: Path) -> None:
    here, there = two
    fill(here)
    path = as_csv(exported(here, Filter().for_staff()), tmp_path)
    report = restore(there, path, as_published=False)
    # Of ten entries four were refused, taken down or taken back: they do not come again.
    assert (report.read, report.stored, report.known, report.refused) == (10, 6, 4, [])
    stored = there.scalars(select(Submission).order_by(Submission.id)).all()
    assert {(one.status, one.source, one.place_id) for one in stored} == {("pending", "import", None)}
    assert stored[0].role == "resident"
    assert there.scalar(select(func.count()).select_from(Place)) == 0


def test_what_was_erased_here_does_not_come_back(two: tuple[Session, Session], tmp_path: Path) -> None:
    here, there = two
    fill(here)
    path = as_csv(exported(here), tmp_path)
    restore(there, path)
    gone = there.scalars(select(Submission).order_by(Submission.id)).first()
    assert gone
    receipts.erase(there, submission=gone, now=LATER)
    assert restore(there, path).known == 5
    assert len(rows(exported(there))) == 4


def test_a_new_entry_finds_the_place_that_is_there(two: tuple[Session, Session], tmp_path: Path) -> None:
    here, there = two
    fill(here)
    lines = exported(here).decode().split("\r\n")
    first = next(number for number, line in enumerate(lines) if "und «schön»" in line) + 1
    path = as_csv("\r\n".join([*lines[:first], ""]).encode(), tmp_path)
    assert restore(there, path).stored == 1
    assert restore(there, as_csv(exported(here), tmp_path)).stored == 4
    ids = [row["place_id"] for row in rows(exported(there))]
    assert (ids[0], len(set(ids) - {""})) == (ids[1], 3)


def test_only_a_public_file_of_ours_is_published_at_once(two: tuple[Session, Session], tmp_path: Path) -> None:
    here, there = two
    fill(here)
    with pytest.raises(Invalid, match="file_is_internal"):
        restore(there, as_csv(exported(here, Filter().for_staff()), tmp_path))
    with pytest.raises(Invalid, match="file_not_ours"):
        restore(there, as_csv(b"kind,lat,lon\nidea,49.63,8.36\n", tmp_path))


@pytest.mark.parametrize(
    ("column", "value", "field", "code"),
    [
        ("created_at", "2030-01-01T00:00:00Z", "created_at", "not_a_time"),
        ("created_at", "yesterday", "created_at", "not_a_time"),
        ("published_at", "0001-01-01T00:00:00+14:00", "published_at", "not_a_time"),
        ("supports", "99999999999999999999", "supports", "not_a_count"),
        ("supports", "-1", "supports", "not_a_count"),
        ("reply", "x" * 2001, "reply", "too_long"),
        ("campaign", "winter", "campaign", "unknown_code"),
        ("kind", "x" * 200_00, "kind", "unknown_code"),
        ("lat", "89", "lat", "outside"),
        ("lat", "", "lat", "not_a_point"),
        ("text_lang", "<b>", "text_lang", "unknown_code"),
    ],
)
def test_a_row_that_was_changed_is_refused(
    session: Session, tmp_path: Path, column: str, value: str, field: str, code: str
) -> None:
    city, campaign = world(session)
    submissions.published(session, city, campaign)
    header, line = csv.reader(io.StringIO(exported(session).decode(), newline=""))
    line[header.index(column)], line[0] = value, "another-id"
    path = tmp_path / "changed.csv"
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([header, line])
    report = restore(session, path)
    assert [{name: problem.code for name, problem in row.problems.items()} for row in report.refused] == [{field: code}]
    assert report.stored == 0


def test_more_support_than_there_are_people_is_refused(session: Session, tmp_path: Path) -> None:
    city, campaign = world(session)
    submissions.published(session, city, campaign)
    header, line = csv.reader(io.StringIO(exported(session).decode(), newline=""))
    line[header.index("supports")] = "50000"
    path = tmp_path / "many.csv"
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(header)
        for number in range(11):
            line[header.index("id")] = line[header.index("place_id")] = f"{number}"
            writer.writerow(line)
    with pytest.raises(Invalid, match="too_much_support"):
        restore(session, path)


def test_naughty_strings_go_through_and_come_back(
    two: tuple[Session, Session], tmp_path: Path, shared_data: Path
) -> None:
    here, there = two
    city, campaign = only(here)
    naughty = json.loads((shared_data / "strings" / "blns.json").read_text(encoding="utf-8"))
    naughty += (shared_data / "strings" / "csv_injection_payloadbox.txt").read_text(encoding="utf-8").splitlines()
    for number, text in enumerate(naughty):
        cleaned = clean_text(text)[:1500].strip()
        if cleaned:
            at = Point(INSIDE.lat + number / 100_000, INSIDE.lon)
            shown = {"status": "published", "published_at": NOW, "text_lang": "en"}
            submissions.make(here, city, campaign, "idea", point=at, text=cleaned, **shown)
    before = exported(here)
    report = restore(there, as_csv(before, tmp_path))
    assert (report.refusals, report.stored) == ([], len(rows(before)))
    assert report.stored > 450
    own = {"id": "", "place_id": ""}
    assert [row | own for row in rows(exported(there))] == [row | own for row in rows(before)]
    texts = select(Submission.text).order_by(Submission.id)
    assert there.scalars(texts).all() == here.scalars(texts).all()
