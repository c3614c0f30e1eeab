"""`submissions.csv`: its columns are a contract, any CSV reader gets back what was sent, nothing private gets out."""

import csv
import io
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from participation import database, geo
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.contributors import Contributor
from participation.models.photos import Photo
from participation.models.places import Place, Support
from participation.models.submissions import Submission
from participation.services import contributors, decisions, export_lines, replies
from participation.services.decisions import Seen
from participation.services.export_tables import (
    BINS,
    CODEBOOK,
    DECISIONS,
    DOWNLOADS,
    PLACES,
    SUBMISSIONS,
    TABLES,
    TRANSLATIONS,
    Table,
)
from participation.services.exports import Export
from participation.services.filters import Filter
from participation.text import neutral
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.cities import INSIDE
from tests.factories.submissions import NOW
from tests.fixtures.statements import Budget

CONTRACT = [
    "id", "partnership", "city", "campaign", "kind", "status", "lat", "lon", "district", "place_id", "place_name",
    "place_type", "reasons", "comfort", "sensation", "times_of_day", "visit_frequency", "use", "behaviour",
    "people_affected", "access", "measures", "idea_scope", "topic", "text", "text_lang", "text_de", "text_fr",
    "text_es", "text_en", "translation_kind", "supports", "photo", "reply", "source", "questionnaire_version",
    "created_at", "published_at",
]  # fmt: skip
STAFF = ["role", "age_band", "reason_code"]
# What came later stands behind the rest; `file_rows` is the end of every file.
ADDED = ["text_de_kind", "text_fr_kind", "text_es_kind", "text_en_kind"]
ADDED_FOR_STAFF = ["near_home"]
PUBLIC = [*CONTRACT, *ADDED, "file_rows"]
INTERNAL = [*CONTRACT, *STAFF, *ADDED, *ADDED_FOR_STAFF, "file_rows"]


def raw(session: Session, city: City, chosen: Filter | None = None, **wanted: Any) -> bytes:
    export = Export(SUBMISSIONS, city, chosen or Filter(), NOW, **wanted)
    return b"".join(export_lines.csv_file(session, export=export))


def rows(session: Session, city: City, chosen: Filter | None = None, **wanted: Any) -> list[dict[str, str]]:
    """The lines; that the last one says how many they are is checked and forgotten."""
    text = raw(session, city, chosen, **wanted).decode("utf-8")
    found = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert [line.pop("file_rows") for line in found] == [""] * (len(found) - 1) + [str(len(found))] * bool(found)
    return found


def row(session: Session, city: City, chosen: Filter | None = None) -> dict[str, str]:
    [only] = rows(session, city, chosen)
    return only


@pytest.mark.parametrize(("chosen", "columns"), [(Filter(), PUBLIC), (Filter().for_staff(), INTERNAL)])
def test_the_columns_are_the_contract(chosen: Filter, columns: list[str], session: Session, city: City) -> None:
    assert raw(session, city, chosen) == (",".join(columns) + "\r\n").encode()


# The same for every other table; the record of decisions stands in tests/web/test_exports.py.
OTHERS = {
    PLACES: [
        "id", "city", "name", "lat", "lon", "submissions", "heat_island", "climate_oasis", "idea", "feedback",
        "reasons", "reason_counts", "supports", "contributors", "reply", "reply_lang", "first_at", "last_at",
    ],
    TRANSLATIONS: ["id", "language", "text", "method", "provider", "reviewed", "at"],
    BINS: [
        "partnership", "campaign", "kind", "level", "cell", "district", "lat", "lon", "submissions", "contributors",
    ],
    CODEBOOK: ["table", "field", "code", "de", "fr", "es", "en", "questionnaire_version", "type", "kinds"],
    DOWNLOADS: ["id", "at", "account", "account_id", "file", "query", "data_version"],
}  # fmt: skip


@pytest.mark.parametrize("table", OTHERS, ids=lambda table: table.name)
def test_the_columns_of_the_other_tables_are_a_contract_too(table: Table, session: Session, city: City) -> None:
    file = b"".join(export_lines.csv_file(session, export=Export(table, city, Filter(), NOW)))
    assert file.split(b"\r\n")[0].decode() == ",".join([*OTHERS[table], "file_rows"])


def test_no_table_is_without_a_contract() -> None:
    assert {*TABLES.values()} == {SUBMISSIONS, DECISIONS, *OTHERS}


EVERYTHING: dict[str, object] = {
    "place_name": "Bench",
    "reasons": ("no_water", "no_shade"),
    "comfort": "4",
    "sensation": "-3",
    "times_of_day": ("midday", "all_day"),
    "text": "Zu heiß",
    "text_lang": "de",
    "role": "resident",
    "age_band": "25_44",
}
# The cells of the row above that are not empty, without its two ids.
WRITTEN = {
    "partnership": "worms",
    "city": "worms",
    "campaign": "summer",
    "kind": "heat_island",
    "status": "published",
    "lat": "49.631200",
    "lon": "8.365500",
    "district": "altstadt",
    "place_name": "Bench",
    "place_type": "square",
    "reasons": "no_shade|no_water",
    "comfort": "4",
    "sensation": "-3",
    "times_of_day": "all_day|midday",
    "text": "Zu heiß",
    "text_lang": "de",
    "text_de": "Zu heiß",
    "text_de_kind": "original",
    "translation_kind": "original",
    "supports": "0",
    "source": "web",
    "questionnaire_version": "heat-1",
    "created_at": "2026-07-01T12:00:00Z",
    "published_at": "2026-07-01T13:00:00Z",
}


def test_a_row_says_everything_by_codes(session: Session, city: City, campaign: Campaign) -> None:
    cities.district(session, city, code="altstadt", name="Die Altstadt")
    submission = submissions.make(session, city, campaign, **EVERYTHING)  # type: ignore[arg-type]
    submissions.publish(session, submission, now=NOW + timedelta(hours=1))
    expected = WRITTEN | {"id": str(submission.id), "place_id": str(submission.place_id)}
    assert {name: value for name, value in row(session, city).items() if value} == expected
    internal = row(session, city, Filter().for_staff())
    for_staff = {"role": "resident", "age_band": "25_44", "near_home": "false"}
    assert {name: value for name, value in internal.items() if value} == expected | for_staff


def test_no_answer_is_empty(session: Session, city: City, campaign: Campaign) -> None:
    submissions.published(session, city, campaign, "idea", point=None)
    found = row(session, city)
    filled = {name for name, value in found.items() if value}
    assert filled == {
        "id", "partnership", "city", "campaign", "kind", "status", "text", "text_lang", "text_en", "text_en_kind",
        "translation_kind", "supports", "source", "questionnaire_version", "created_at", "published_at",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        'Er sagte: "Zu heiß", und ging.',
        "two\nlines\n\nand more",
        "a,b;c\td",
        "naïve café Ñandú \N{SUN WITH FACE} \N{ARABIC LETTER ALEF}",
        '"',
        'ends with a quote"',
        "'already quoted'",
    ],
)
def test_any_csv_reader_gets_back_the_text(text: str, session: Session, city: City, campaign: Campaign) -> None:
    submissions.published(session, city, campaign, text=text, text_lang="en", place_name='a,"b"')
    found = row(session, city)
    assert (found["text"], found["place_name"]) == (text, 'a,"b"')
    assert raw(session, city).endswith(b"\r\n")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+49 6241", "'+49 6241"),
        ("-5 degrees", "'-5 degrees"),
        ("@home", "'@home"),
        ("\t=1", "'\t=1"),
        ("  =HYPERLINK(1)", "'  =HYPERLINK(1)"),
        ("\N{NO-BREAK SPACE}=1", "'\N{NO-BREAK SPACE}=1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("harmless\n=1+1", "harmless\n'=1+1"),
        ("1 = 1", "1 = 1"),
        ("a-b", "a-b"),
        ("", ""),
    ],
)
def test_formulas_are_neutral_in_every_free_text(typed: str, written: str) -> None:
    assert neutral(typed) == written


@given(st.text())
def test_no_line_of_a_neutral_text_starts_a_formula(text: str) -> None:
    once = neutral(text)
    assert not any(
        line.lstrip(" \N{NO-BREAK SPACE}\ufeff").startswith(("=", "+", "-", "@", "\t")) for line in once.split("\n")
    )
    assert neutral(once) == once
    assert once.replace("'", "") == text.replace("'", "")


def test_free_texts_are_neutral_in_the_file_and_numbers_stay_numbers(
    session: Session, city: City, campaign: Campaign
) -> None:
    south = cities.make(session, "lima", centre=geo.Point(-8.35, -74.52))
    campaigns.make(session, south)
    submissions.published(
        session,
        south,
        campaign,
        point=geo.Point(-8.36, -74.53),
        text="=1",
        text_lang="es-PE",
        place_name="@x",
        sensation="-3",
    )
    found = row(session, south)
    assert (found["text"], found["text_es"], found["place_name"]) == ("'=1", "'=1", "'@x")
    assert (found["lat"], found["lon"], found["sensation"]) == ("-8.360000", "-74.530000", "-3")


def test_coordinates_have_six_decimals(session: Session, city: City, campaign: Campaign) -> None:
    submissions.published(session, city, campaign, point=geo.Point(49.6, 8.400001))
    found = row(session, city)
    assert (found["lat"], found["lon"]) == ("49.600000", "8.400001")


def test_times_are_utc_whatever_zone_they_came_in(session: Session, city: City, campaign: Campaign) -> None:
    at = datetime(2026, 1, 1, 0, 30, 59, tzinfo=timezone(timedelta(hours=1)))
    submissions.published(session, city, campaign, now=at)
    assert row(session, city)["created_at"] == "2025-12-31T23:30:59Z"


@pytest.mark.parametrize(("text_lang", "column"), [("fr", "text_fr"), ("es-PE", "text_es"), ("uk", None)])
def test_a_text_stands_in_the_column_of_its_language(
    text_lang: str, column: str | None, session: Session, city: City, campaign: Campaign
) -> None:
    submissions.published(session, city, campaign, "idea", text_lang=text_lang)
    found = row(session, city)
    filled = [name for name in ("text_de", "text_fr", "text_es", "text_en") if found[name]]
    assert filled == ([column] if column else [])
    assert (found["text_lang"], found["translation_kind"]) == (text_lang, "original")


def test_near_a_home_the_public_file_never_shows_where(session: Session, city: City, campaign: Campaign) -> None:
    submissions.published(session, city, campaign, near_home=True)
    snapped = geo.snap(INSIDE)
    public, internal = row(session, city), row(session, city, Filter().for_staff())
    assert (public["lat"], public["lon"]) == (f"{snapped.lat:.6f}", f"{snapped.lon:.6f}")
    assert (internal["lat"], internal["lon"], internal["near_home"]) == ("49.631200", "8.365500", "true")
    for secret in ("49.6312", "8.3655"):
        assert secret.encode() not in raw(session, city)


def test_only_staff_get_what_is_not_published(session: Session, city: City, campaign: Campaign) -> None:
    moderator = accounts.make(session, city)
    published, rejected, pending = (submissions.make(session, city, campaign) for _ in range(3))
    submissions.publish(session, published)
    decisions.reject(
        session, account=moderator, submission=rejected, seen=Seen(1), reason_code="personal_data", now=NOW
    )
    assert [found["id"] for found in rows(session, city)] == [str(published.id)]
    internal = {found["id"]: found for found in rows(session, city, Filter().for_staff())}
    assert {(found["status"], found["reason_code"]) for found in internal.values()} == {
        ("published", ""),
        ("rejected", "personal_data"),
        ("pending", ""),
    }
    assert internal[str(pending.id)]["published_at"] == ""


def test_who_sent_it_is_never_exported(session: Session, city: City, campaign: Campaign) -> None:
    contributor = contributors.by_key(session, campaign=campaign, key="browser")
    submission = submissions.published(
        session, city, campaign, contributor_id=contributor.id, receipt_hash="r" * 64, idempotency_hash="i" * 64
    )
    written = raw(session, city, Filter().for_staff()).decode()
    for secret in (contributor.id, contributor.key_hash, submission.receipt_hash, submission.idempotency_hash):
        assert str(secret) not in written


def test_supports_are_those_of_the_place(session: Session, city: City, campaign: Campaign) -> None:
    submission = submissions.published(session, city, campaign)
    other = submissions.published(session, city, campaign)
    for key in ("one", "two"):
        contributor: Contributor = contributors.by_key(session, campaign=campaign, key=key)
        assert submission.place_id
        session.add(Support(place_id=submission.place_id, contributor_id=contributor.id, created_at=NOW))
    session.flush()
    assert {found["id"]: found["supports"] for found in rows(session, city)} == {
        str(submission.id): "2",
        str(other.id): "0",
    }


def test_the_photo_is_named_by_its_address_while_everybody_may_see_it(
    session: Session, city: City, campaign: Campaign
) -> None:
    shown, waiting = submissions.published(session, city, campaign), submissions.make(session, city, campaign)
    for submission in (shown, waiting):
        session.add(Photo(submission=submission, width=4, height=3, created_at=NOW))
    session.flush()
    written = rows(session, city, Filter(internal=True), base_url="https://heat.example")
    assert [row["photo"] for row in written] == [f"https://heat.example/photos/{shown.photo.id}.jpg", ""]


def test_the_answer_of_the_city_is_in_its_own_language_and_neutral(
    session: Session, city: City, campaign: Campaign
) -> None:
    submission = submissions.published(session, city, campaign)
    place = session.get_one(Place, submission.place_id)
    operator = submissions.operator(session)
    for lang, text in {"en": "Thanks", "fr": "Merci"}.items():
        replies.give(session, account=operator, city=city, place=place, lang=lang, text=text, now=NOW)
    assert row(session, city)["reply"] == "Thanks"
    replies.give(session, account=operator, city=city, place=place, lang="de", text="=Danke", now=NOW)
    assert row(session, city)["reply"] == "'=Danke"


def test_the_name_a_moderator_gave_the_place_wins(session: Session, city: City, campaign: Campaign) -> None:
    submission = submissions.published(session, city, campaign, place_name="bench")
    session.get_one(Place, submission.place_id).name = "Market square"
    session.flush()
    assert row(session, city)["place_name"] == "Market square"


def test_the_filter_holds_for_the_file_too(session: Session, city: City, campaign: Campaign) -> None:
    submissions.published(session, city, campaign, "idea")
    wanted = submissions.published(session, city, campaign, "feedback")
    assert row(session, city, Filter(kinds=("feedback",)))["id"] == str(wanted.id)


def test_other_cities_are_in_other_files(session: Session, city: City, campaign: Campaign) -> None:
    metz = cities.make(session, "metz")
    submissions.published(session, city, campaign)
    assert rows(session, metz) == rows(session, metz, Filter().for_staff()) == []


def test_rows_come_oldest_first_in_blocks_by_one_statement(
    session: Session, engine: Engine, city: City, campaign: Campaign, at_most: Budget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_lines, "BATCH", 2)
    made: list[Submission] = [submissions.published(session, city, campaign) for _ in range(5)]
    session.commit()
    # On PostgreSQL the one statement is a COPY, which is not counted, between the ends of a savepoint.
    with database.reading(engine) as reader, at_most(2 if engine.dialect.name == "sqlite" else 3):
        own = reader.get_one(City, city.id)
        export = Export(SUBMISSIONS, own, Filter(), NOW)
        blocks = list(export_lines.csv_file(reader, export=export))
    # The header, twice two lines, one, and the end of the last one.
    assert [block.count(b"\r\n") for block in blocks] == [0, 2, 2, 1, 1]
    ids = [line["id"] for line in csv.DictReader(io.StringIO(b"".join(blocks).decode(), newline=""))]
    assert ids == [str(submission.id) for submission in made]


def test_every_question_of_the_questionnaire_has_its_column(campaign: Campaign) -> None:
    for question in campaign.questionnaire.questions:
        assert question.code in (CONTRACT if question.profile == "public" else STAFF)
