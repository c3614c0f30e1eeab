"""Out, into an empty city, and out again: the same file but for ids; and what is never restored."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation.errors import Invalid
from participation.geo import Point, snap
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.contributors import Contributor
from participation.models.decisions import Decision
from participation.models.photos import Photo
from participation.models.places import Place, Reply
from participation.models.submissions import Submission
from participation.models.translations import Translation
from participation.services import campaigns as campaign_service
from participation.services import (
    decision_record,
    export_files,
    export_lines,
    import_files,
    imports,
    receipts,
    supports,
    tiles,
)
from participation.services.export_files import File
from participation.services.export_tables import SUBMISSIONS
from participation.services.exports import Export
from participation.services.filters import Filter
from participation.services.import_plans import Target
from participation.services.imports import Report
from participation.text import clean_text
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.cities import CENTRE, INSIDE
from tests.factories.decisions import act
from tests.factories.submissions import NOW

LATER = datetime(2026, 11, 1, tzinfo=UTC)
Row = dict[str, str]
Form = tuple[str, str, str, str]
# As somebody takes a file away: its format, layout, language, and whether with codes or words.
FORMS: list[Form] = [
    ("csv", "machine", "en", "codes"),
    ("csv", "excel", "de", "text"),
    ("csv", "excel", "fr", "both"),
    ("csv", "excel", "es", "codes"),
    ("csv", "excel", "en", "codes"),
    ("xlsx", "", "de", "text"),
    ("xlsx", "", "fr", "both"),
    ("xlsx", "", "en", "codes"),
    ("geojson", "", "es", "text"),
    ("geojson", "", "en", "codes"),
]


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
    """The rows without photos, in which places are numbered in the order in which they come."""
    numbers: dict[str, str] = {}
    for row in found:
        numbers.setdefault(row["place_id"], f"place {len(numbers)}" if row["place_id"] else "")
    return [{**row, "id": "", "photo": "", "place_id": numbers[row["place_id"]]} for row in found]


def fill(session: Session) -> None:
    """Entries of each kind and state; two of them at one place, which is supported and was answered."""
    city, campaign = only(session)
    first = submissions.published(
        session, city, campaign, text="=1+1\n  @SUM(A1)\nund «schön» _x0041_", text_lang="fr", place_name="-Markt",
        role="resident", comfort="3", times_of_day=("midday", "night"), now=NOW,
    )  # fmt: skip
    for lang, method, reviewed in (("de", "human", True), ("es", "machine", True), ("en", "machine", False)):
        made = {"method": method, "reviewed": reviewed, "at": NOW}
        session.add(Translation(submission_id=first.id, lang=lang, text=f"={lang}\n+1", **made))
    session.add(Photo(submission_id=first.id, width=64, height=48, created_at=NOW))
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


def as_csv(content: bytes, folder: Path) -> Path:
    (folder / "machine.csv").write_bytes(content)
    return folder / "machine.csv"


def taken_away(session: Session, form: Form, folder: Path) -> Path:
    ending, how, lang, labels = form
    export = Export(
        SUBMISSIONS, only(session)[0], Filter(), LATER, labels=labels, lang=lang, base_url="https://a.example"
    )
    session.flush()
    if ending == "csv":
        blocks = export_lines.csv_file(session, export=export, how=export_lines.layout(how, lang))
    else:
        file = File(SUBMISSIONS.name, ending, export, "", private=False, folder=folder)
        blocks = export_files.write(session, file=file)
    path = folder / f"taken.{ending}"
    path.write_bytes(b"".join(blocks))
    return path


@pytest.mark.parametrize("form", FORMS, ids=" ".join)
def test_out_in_and_out_again_is_the_same(two: tuple[Session, Session], tmp_path: Path, form: Form) -> None:
    here, there = two
    fill(here)
    before = exported(here)
    path = taken_away(here, form, tmp_path)
    assert [row["kind"] for row in rows(before)] == ["heat_island", "heat_island", "climate_oasis", "idea", "feedback"]
    report = restore(there, path)
    assert (report.read, report.stored, report.refusals) == (5, 5, [])
    after = rows(exported(there))
    assert without_ids(after) == without_ids(rows(before))
    # Photos stay where they are.
    assert [bool(row["photo"]) for row in rows(before)] == [True, False, False, False, False]
    assert not any(row["photo"] for row in after)
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
        again = restore(session, path)
        assert (again.accepted, again.known, again.refused) == (0, 5, [])


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
    # Whoever publishes it later publishes a point as rough as it was.
    [home] = [one for one in stored if one.near_home]
    assert home.point == Point(CENTRE.lat + 0.0999, CENTRE.lon)
    assert (home.public_point, home.checks) == (snap(home.point), ("near_home", "outside"))
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
    first = next(number for number, line in enumerate(lines) if "und «schön» _x0041_" in line) + 1
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


@pytest.mark.parametrize("form", [FORMS[0], FORMS[1], FORMS[7], FORMS[9]], ids=" ".join)
def test_naughty_strings_go_through_and_come_back(
    two: tuple[Session, Session], tmp_path: Path, shared_data: Path, form: Form
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
    report = restore(there, taken_away(here, form, tmp_path))
    assert (report.refusals, report.stored) == ([], len(rows(before)))
    assert report.stored > 450
    own = {"id": "", "place_id": ""}
    assert [row | own for row in rows(exported(there))] == [row | own for row in rows(before)]
    texts = select(Submission.text).order_by(Submission.id)
    assert there.scalars(texts).all() == here.scalars(texts).all()
