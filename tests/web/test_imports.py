"""A file on the page of a city lead: looked at, imported by the worker, reported on, and thrown away."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from participation.cli import imports as reading
from participation.models.imports import ImportJob, ImportMapping
from participation.models.submissions import Submission
from participation.services import export_lines, import_jobs
from participation.services.export_tables import SUBMISSIONS
from participation.services.exports import Export
from participation.services.filters import Filter
from participation.settings import Settings
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.cities import INSIDE, OUTSIDE
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse, the_form

ALL = "/en/staff/worms/imports"
HERE = f"{INSIDE.lat};{INSIDE.lon}"
FOREIGN = f"Breite;Länge;Bemerkung\n{HERE};Zu heiß\n{HERE};Kein Schatten\n"


@pytest.fixture
def folder(app: Flask) -> Path:
    settings: Settings = app.extensions["participation_settings"]
    # The apps of all tests share it.
    for file in settings.imports.glob("*"):
        file.unlink()
    return settings.imports


@pytest.fixture
def lead(client: PageClient, session: Session) -> Iterator[PageClient]:
    """Signed in for Worms, which has a campaign and an entry that waits."""
    city = cities.make(session)
    submissions.make(session, city, campaigns.make(session, city))
    session.commit()
    client.sign_in(accounts.make(session, city, role="city_lead"))
    yield client
    session.rollback()


def send(client: PageClient, content: str | bytes, name: str = "bäume.csv", status: int = 303) -> str:
    sent = (io.BytesIO(content.encode() if isinstance(content, str) else content), name)
    [token, *_] = client.page(ALL).xpath("//input[@name='csrf_token']/@value")
    response = client.post(ALL, data={"csrf_token": token, "file": sent}, content_type="multipart/form-data")
    assert response.status_code == status, response.text
    return response.location if status == 303 else " ".join(parse(response).xpath("string(//*[@role='alert'])").split())


def press(client: PageClient, address: str, step: str, changed: dict[str, str] | None = None) -> TestResponse:
    """Fill in the form of a file and press one of its buttons."""
    form = the_form(client.page(address), address)
    return client.post(address, data={**dict(form.form_values()), **(changed or {}), "step": step})


def work(runner: FlaskCliRunner, session: Session) -> None:
    session.rollback()
    assert runner.invoke(args=["worker", "once"]).exit_code == 0
    session.expire_all()


def words(page: html.HtmlElement, path: str = "//main") -> str:
    return " ".join(page.xpath(f"string({path})").split())


def imported(session: Session) -> list[Submission]:
    session.rollback()
    return list(session.scalars(select(Submission).where(Submission.source == "import").order_by(Submission.id)))


def test_a_foreign_table_with_a_mapping(
    lead: PageClient, runner: FlaskCliRunner, session: Session, folder: Path
) -> None:
    address = send(lead, FOREIGN)
    page = lead.page(address)
    # Without a mapping nobody knows where the points are.
    assert "It has no latitude and longitude." in words(page)
    mapped = {"column-0": "lat", "column-1": "lon", "column-2": "text", "kind": "heat_island"}
    answer = press(lead, address, "save", {**mapped, "name": "Trees"})
    assert answer.location == address
    assert session.scalars(select(ImportMapping)).one().columns == {
        "Breite": "lat",
        "Länge": "lon",
        "Bemerkung": "text",
    }
    page = lead.page(address)
    assert [" ".join(row.text_content().split()) for row in page.xpath("//tbody/tr")] == [
        "2 Heat island 49.63120, 8.36550 Zu heiß Waits in the queue",
        "3 Heat island 49.63120, 8.36550 Kein Schatten Waits in the queue",
    ]
    [points] = page.xpath("//*[@class='place-map']/@data-points")
    assert points.count("heat_island") == 2
    assert press(lead, address, "start").location == address
    assert "0 rows read so far." in words(lead.page(address))
    work(runner, session)
    assert [(one.text, one.status) for one in imported(session)] == [
        ("Zu heiß", "pending"),
        ("Kein Schatten", "pending"),
    ]
    assert "2 entries were imported." in words(lead.page(address))
    # What was sent is not needed any more.
    assert [file.suffix for file in folder.glob(f"{address[-36:]}.*")] == [".report"]
    # The next file of this make uses the same mapping.
    again = send(lead, FOREIGN)
    press(lead, again, "use", {"saved": "Trees", "kind": "heat_island"})
    assert "It is there already" in words(lead.page(again))


def test_all_or_nothing_and_then_the_good_rows(lead: PageClient, runner: FlaskCliRunner, session: Session) -> None:
    wrong = f"kind,lat,lon,text\nidea,{INSIDE.lat},{INSIDE.lon},=1+1\nidea,{OUTSIDE.lat},{OUTSIDE.lon},x\nwall,1,2,x\n"
    address = send(lead, wrong)
    press(lead, address, "start")
    work(runner, session)
    assert imported(session) == []
    page = lead.page(address)
    assert "Nothing imported: some rows are wrong" in words(page)
    report = lead.get(f"{address}/report.csv")
    assert report.headers["Cache-Control"] == "private, no-store"
    assert list(csv.reader(io.StringIO(report.text.removeprefix("\ufeff"), newline=""))) == [
        ["Row", "Column", "Reason"],
        ["3", "lat", "The point lies outside the city."],
        ["4", "kind", "Not a known code: wall"],
    ]
    press(lead, address, "skip_bad")
    work(runner, session)
    assert [one.text for one in imported(session)] == ["=1+1"]
    assert "1 entry was imported." in words(lead.page(address))


def test_our_own_file_is_published_at_once(lead: PageClient, runner: FlaskCliRunner, session: Session) -> None:
    [pending] = session.scalars(select(Submission))
    submissions.publish(session, pending)
    session.commit()
    export = Export(table=SUBMISSIONS, city=pending.city, chosen=Filter(), now=NOW)
    content = b"".join(export_lines.csv_file(session, export=export))
    address = send(lead, content.replace(str(pending.id).encode(), b"from-elsewhere"))
    press(lead, address, "start", {"as_published": "1"})
    work(runner, session)
    both = session.scalars(select(Submission).order_by(Submission.id)).all()
    assert [(one.status, one.source) for one in both] == [("published", "web")] * 2
    page = lead.page(f"/en/staff/submissions/{both[1].id}")
    assert "Restored from a file" in words(page)


@sqlite_only
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        ("Straße\n".encode("cp1252"), "The letters of this file cannot be read. In Excel, save it as “CSV UTF-8”."),
        (b"PK\x03\x04", "This workbook cannot be read."),
        (b'{"type": "FeatureCollection"}', "This is not GeoJSON with a list of features (FeatureCollection)."),
        (b"x" * 5_000_000, "Line 1 has more than 1,000,000 characters: this is no table."),
    ],
)
def test_a_file_that_is_no_table_is_not_kept(
    lead: PageClient, session: Session, folder: Path, content: bytes, said: str
) -> None:
    assert send(lead, content, status=422).startswith(said)
    assert session.scalars(select(ImportJob)).all() == []
    assert list(folder.glob("*")) == []


@sqlite_only
def test_nothing_chosen_and_too_large(lead: PageClient) -> None:
    assert send(lead, b"", name="", status=422) == "Please choose a file."
    most = lead.application.extensions["participation_settings"].import_bytes
    with_all = b"lat,lon\n" + b"1,2\n" * (most // 4)
    assert "at most 50 MB" in send(lead, with_all, status=422)


@sqlite_only
def test_a_wrong_choice_is_said_and_stays_to_be_mended(lead: PageClient) -> None:
    address = send(lead, FOREIGN)
    both = {"column-0": "lat", "column-1": "lat"}
    response = press(lead, address, "start", both)
    assert response.status_code == 422
    assert "Two columns are taken for the same thing." in words(parse(response), "//*[@role='alert']")
    assert parse(response).xpath("string(//select[@id='column-1']/option[@selected]/@value)") == "lat"
    response = press(lead, address, "start", {"kind": ""})
    assert response.status_code == 422
    response = press(lead, address, "save")
    assert response.status_code == 422


@sqlite_only
def test_a_file_that_is_gone_says_so(lead: PageClient, session: Session, folder: Path, runner: FlaskCliRunner) -> None:
    first, second = send(lead, FOREIGN), send(lead, FOREIGN)
    mapped = {"column-0": "lat", "column-1": "lon", "kind": "heat_island"}
    press(lead, first, "start", mapped)
    for file in folder.glob("*"):
        file.unlink()
    work(runner, session)
    for address in (first, second):
        assert "The file is not kept any more." in words(lead.page(address))


@sqlite_only
def test_thrown_away_by_hand_and_by_time(
    lead: PageClient, session: Session, folder: Path, runner: FlaskCliRunner
) -> None:
    first, second, third = (send(lead, FOREIGN) for _ in range(3))
    assert lead.post_form(first, {}, action="/delete").location == ALL
    assert not list(folder.glob(f"{first[-36:]}*"))
    for address, days in ((second, 2), (third, 8)):
        job = session.get_one(ImportJob, UUID(address[-36:]))
        job.seen_at = datetime.now(UTC) - timedelta(days=days)
    session.commit()
    work(runner, session)
    assert [str(one.id) for one in session.scalars(select(ImportJob))] == [second[-36:]]
    assert list(folder.glob("*")) == []


@sqlite_only
def test_a_worker_that_is_stopped_or_killed_leaves_it_to_the_next(
    app: Flask, lead: PageClient, session: Session
) -> None:
    address = send(lead, FOREIGN)
    mapped = {"column-0": "lat", "column-1": "lon", "column-2": "text", "kind": "heat_island"}
    press(lead, address, "start", mapped)
    session.rollback()
    with app.app_context():
        assert reading.run_next(lambda: True)
        assert imported(session) == []
        job = session.get_one(ImportJob, UUID(address[-36:]), populate_existing=True)
        assert job.state == "queued"
        # Somebody takes it and is never heard of again.
        assert import_jobs.claim(session, now=datetime.now(UTC) - timedelta(hours=1))
        session.commit()
        assert reading.run_next()
    assert len(imported(session)) == 2


@sqlite_only
def test_only_one_of_two_workers_reads_a_file(lead: PageClient, session: Session) -> None:
    address = send(lead, FOREIGN)
    mapped = {"column-0": "lat", "column-1": "lon", "kind": "heat_island"}
    press(lead, address, "start", mapped)
    now = datetime.now(UTC)
    assert import_jobs.claim(session, now=now)
    assert import_jobs.claim(session, now=now) is None
    session.commit()
    # Nor can it be changed or thrown away now.
    [token, *_] = lead.page(ALL).xpath("//input[@name='csrf_token']/@value")
    for more in ("", "/delete"):
        assert lead.post(f"{address}{more}", data={"csrf_token": token}).status_code == 409
