"""Files on their way: short and long ones, broken ones, unchanged ones, and who took what is not public."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.downloads import Download
from participation.models.places import Place
from participation.services import export_lines, export_states, receipts, replies, supports, upkeep
from participation.web.plumbing import downloads
from participation.web.plumbing.freshness import STARTED
from tests.factories import accounts, cities, submissions
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient

CSV = "/exports/worms/submissions.csv"


def rows(response: TestResponse) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.data.decode(), newline=""), strict=True))


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a short file is long."""
    monkeypatch.setattr(export_lines, "BATCH", 2)
    monkeypatch.setattr(downloads, "SHORT", 1)


@pytest.mark.usefixtures("in_pieces")
def test_a_long_file_is_written_while_it_is_read(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    for _ in range(5):
        submissions.published(session, city, campaign)
    session.commit()
    response = client.get(CSV, buffered=False)
    assert "Content-Length" not in response.headers
    assert len(list(response.iter_encoded())) == 5
    response.close()


def test_a_short_file_has_its_length_in_its_head(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    submissions.published(session, city, campaign)
    response = client.get(CSV)
    assert int(response.headers["Content-Length"]) == len(response.data)


@pytest.mark.usefixtures("in_pieces")
def test_a_download_that_is_broken_off_gives_its_connection_back(
    client: PageClient, session: Session, city: City, campaign: Campaign, app: Flask
) -> None:
    submissions.published(session, city, campaign)
    session.commit()
    pool = app.extensions["participation_engine"].pool
    response = client.get(CSV, buffered=False)
    next(iter(response.iter_encoded()))
    assert pool.checkedout() == 1
    response.close()
    assert pool.checkedout() == 0


def test_a_file_is_sent_again_only_when_something_published_has_changed(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    submission = submissions.published(session, city, campaign)
    place = session.get_one(Place, submission.place_id)
    operator = submissions.operator(session)

    def unchanged() -> bool:
        session.commit()
        nonlocal tag
        response = client.get(CSV, headers={"If-None-Match": tag})
        tag = response.headers["ETag"]
        assert response.status_code in (200, 304)
        return response.status_code == 304

    tag = client.get(CSV).headers["ETag"]
    assert unchanged()
    replies.give(session, account=operator, city=city, place=place, lang="de", text="Danke", now=NOW)
    assert not unchanged()
    supported = supports.give(session, city=city, place=place, contributor_key="key", now=NOW)
    assert not unchanged()
    supports.take_back(session, place=place, campaign=supported, contributor_key="key")
    assert not unchanged()
    receipts.erase(session, submission=submission, now=NOW)
    assert not unchanged()
    assert rows(client.get(CSV)) == []
    assert unchanged()


@pytest.mark.usefixtures("in_pieces")
def test_what_breaks_in_the_middle_ends_without_the_last_cell(
    client: PageClient,
    session: Session,
    city: City,
    campaign: Campaign,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(4):
        submissions.published(session, city, campaign)
    session.commit()
    whole = export_lines._blocks

    def broken(*asked: Any) -> Iterator[Sequence[bytes]]:
        with closing(whole(*asked)) as blocks:
            yield next(blocks)
            raise OperationalError("the database has gone away", None, Exception())

    monkeypatch.setattr(export_lines, "_blocks", broken)
    response = client.get(CSV, buffered=False)
    received: list[bytes] = []
    with pytest.raises(OperationalError):
        received.extend(response.iter_encoded())
    response.close()
    assert len(received) == 2
    assert received[-1].endswith(b",")
    assert app.extensions["participation_engine"].pool.checkedout() == 0


@sqlite_only
@pytest.mark.usefixtures("in_pieces")
def test_some_threads_are_left_for_others(
    client: PageClient, session: Session, city: City, campaign: Campaign, app: Flask
) -> None:
    submissions.published(session, city, campaign)
    session.commit()
    taken = []
    while (response := client.get(CSV, buffered=False)).status_code == 200:
        taken.append(response)
        assert len(taken) < 5
    assert_busy(response)
    page = client.get(CSV, headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype, page.headers["Retry-After"]) == (503, "text/html", "10")
    for one in taken:
        one.close()
    assert rows(client.get(CSV))


def assert_busy(response: TestResponse) -> None:
    """What a program needs to come again."""
    assert (response.status_code, response.content_type) == (503, "application/problem+json")
    assert response.headers["Retry-After"] == str(response.get_json()["retry_after"]) == "10"


LOG = "/exports/worms/downloads.csv"


@sqlite_only
def test_who_took_what_is_noted_for_the_lead(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    lead = accounts.make(session, city, role="city_lead")
    client.sign_in(lead)
    client.get(f"{CSV}?profile=internal&kind=idea&from=2026-07-01")
    client.get(CSV)
    assert [(one["account"], one["file"], one["query"]) for one in rows(client.get(LOG))] == [
        (lead.email, "submissions.csv", "kind=idea&from=2026-07-01"),
        (lead.email, "downloads.csv", ""),
    ]
    later = NOW + timedelta(days=365 * 10)
    assert upkeep.forget_downloads(session, now=later) == 2


def stranger(app: Flask, session: Session) -> PageClient:
    """Another browser."""
    other = cast("PageClient", app.test_client())
    other.session = session
    return other


FORMATS = {
    "submissions.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "submissions.geojson": "application/geo+json",
    "places.gpkg": "application/geopackage+sqlite3",
    "open-data.zip": "application/zip",
}


@sqlite_only
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_sent_under_its_name_and_type(
    name: str, client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    submissions.published(session, city, campaign, "idea")
    response = client.get(f"/exports/worms/{name}?kind=idea&lang=de")
    assert (response.status_code, response.headers["Content-Type"]) == (200, FORMATS[name])
    stem, ending = name.split(".")
    disposition = f'attachment; filename="worms-{stem}-idea-v1.{ending}"'
    assert (response.headers["Content-Disposition"], response.content_length) == (disposition, len(response.data))
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert "Set-Cookie" not in response.headers


@sqlite_only
@pytest.mark.parametrize("name", ["submissions.xlsx", "submissions.geojson", "submissions.gpkg", "open-data.zip"])
def test_the_internal_profile_of_every_format_is_for_the_city_and_noted(
    name: str, app: Flask, client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    submissions.make(session, city, campaign, "idea", text="SECRET")
    path = f"/exports/worms/{name}?profile=internal"
    assert client.get(path).status_code == 403
    foreign = stranger(app, session)
    foreign.sign_in(accounts.make(session, cities.make(session, "metz")))
    assert foreign.get(path).status_code == 403
    assert session.scalars(select(Download)).all() == []
    client.sign_in(accounts.make(session, city))
    response = client.get(path)
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "private, no-store")
    assert "-internal-" in response.headers["Content-Disposition"]
    assert [download.file for download in session.scalars(select(Download))] == [name]


@sqlite_only
@pytest.mark.parametrize("name", ["decisions.xlsx", "downloads.xlsx"])
def test_records_are_for_the_lead_in_every_format(
    name: str, app: Flask, client: PageClient, session: Session, city: City
) -> None:
    moderator = stranger(app, session)
    moderator.sign_in(accounts.make(session, city))
    assert moderator.get(f"/exports/worms/{name}").status_code == 403
    client.sign_in(accounts.make(session, city, role="city_lead"))
    assert client.get(f"/exports/worms/{name}").status_code == 200


@sqlite_only
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("translations.geojson", 404),
        ("codebook.gpkg", 404),
        ("submissions.zip", 404),
        ("accounts.xlsx", 404),
        ("places.xlsx?profile=internal", 400),
        ("open-data.zip?lang=xx", 400),
        ("open-data.gpkg?kind=volcano", 400),
        ("bins.geojson?district=altstadt", 400),
    ],
)
def test_formats_refuse_what_there_is_not(path: str, status: int, client: PageClient, city: City) -> None:
    assert client.get(f"/exports/worms/{path}").status_code == status


OPEN = (
    "submissions.csv",
    "submissions.csv?labels=both&lang=fr",
    "submissions.xlsx",
    "submissions.geojson",
    "places.gpkg",
    "bins.csv",
    "bins.geojson",
    "codebook.csv",
    "open-data.zip",
)


@sqlite_only
@pytest.mark.parametrize("name", OPEN)
def test_every_open_file_says_when_nothing_has_changed(
    name: str, client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    submissions.published(session, city, campaign)
    path = f"/exports/worms/{name}"
    first = client.get(path)
    assert first.headers["ETag"].startswith('W/"')
    asked = {"If-None-Match": first.headers["ETag"], "If-Modified-Since": first.headers["Last-Modified"]}
    for header, value in asked.items():
        again = client.get(path, headers={header: value})
        assert (again.status_code, again.data) == (304, b""), header
        assert all(again.headers[kept] == first.headers[kept] for kept in ("ETag", "Cache-Control"))
        assert "Content-Length" not in again.headers
    # The tag knows more than the time, which is one of whole seconds.
    submissions.published(session, city, campaign)
    assert client.get(path, headers=asked).status_code == 200


@sqlite_only
def test_a_file_is_as_old_as_its_data_and_no_younger_than_its_words(
    client: PageClient, session: Session, city: City
) -> None:
    city.changed_at = datetime(2026, 7, 1, 12, tzinfo=UTC)
    said = {name: client.get(f"/exports/worms/{name}").last_modified for name in OPEN}
    assert {said[name] for name in ("submissions.csv", "submissions.geojson", "bins.csv")} == {city.changed_at}
    assert {said[name] for name in ("codebook.csv", OPEN[1], "open-data.zip")} == {STARTED.replace(microsecond=0)}


@sqlite_only
def test_a_new_wording_makes_new_files_of_those_that_hold_it(
    client: PageClient, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {name: client.get(f"/exports/worms/{name}").headers["ETag"] for name in OPEN}
    monkeypatch.setattr(export_states, "wording", lambda: "another one")
    same = {name for name in OPEN if client.get(f"/exports/worms/{name}").headers["ETag"] == before[name]}
    assert same == {"submissions.csv", "submissions.geojson", "bins.csv", "bins.geojson"}


@sqlite_only
def test_counts_that_become_final_make_a_new_file(client: PageClient, city: City, campaign: Campaign) -> None:
    path, today = "/exports/worms/bins.csv", datetime.now(UTC).date()
    campaign.ends = today
    running = client.get(path).headers["ETag"]
    campaign.ends = today - timedelta(days=30)
    settled = client.get(path).headers["ETag"]
    assert settled != running
    assert client.get(path).headers["ETag"] == settled


@sqlite_only
def test_what_is_not_public_has_no_tag_to_ask_with(client: PageClient, session: Session, city: City) -> None:
    client.sign_in(accounts.make(session, city))
    response = client.get(f"{CSV}?profile=internal")
    assert not {"ETag", "Last-Modified"} & {*response.headers.keys()}


@sqlite_only
def test_a_workbook_in_a_language_has_words_unless_codes_are_wanted(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    submissions.published(session, city, campaign, "idea")

    def kind(query: str) -> object:
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"/exports/worms/submissions.xlsx{query}").data))
        return book.worksheets[1]["E2"].value

    assert (kind(""), kind("?lang=de"), kind("?lang=de&labels=codes")) == ("idea", "Idee", "idea")


@sqlite_only
def test_an_erased_entry_is_gone_from_the_next_file(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    erased = submissions.published(session, city, campaign, "idea", text="SECRET words", text_lang="en")
    path = "/exports/worms/submissions.geojson"
    assert b"SECRET" in client.get(path).data
    receipts.erase(session, submission=erased, now=NOW)
    assert b"SECRET" not in client.get(path).data


@sqlite_only
def test_only_some_slow_files_are_made_at_once(app: Flask, client: PageClient, city: City) -> None:
    slots = app.extensions["participation_downloads"]
    taken = 0
    while slots.acquire(blocking=False):
        taken += 1
    busy = client.get("/exports/worms/submissions.xlsx")
    assert_busy(busy)
    slots.release(taken)
    assert client.get("/exports/worms/submissions.xlsx").status_code == 200
    # Each gives its place back.
    assert all(slots.acquire(blocking=False) for _ in range(taken))
    slots.release(taken)
